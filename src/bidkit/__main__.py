"""python -m bidkit."""

from bidkit.cli import main

main()
