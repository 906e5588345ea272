"""`bidkit` run in this process as in one of its own: in a folder, with nothing in the environment but what is given.

A process of its own takes a second only to begin; those tests that are about processes start real ones.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bidkit.cli import app


def run_here(folder: Path, words: tuple[str, ...], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """What a command prints and returns; whatever it raises, the test raises."""
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - {"BIDKIT_CACHE"}:
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.chdir(folder)
        done = CliRunner().invoke(app, [*words], catch_exceptions=False)
    return subprocess.CompletedProcess([*words], done.exit_code, done.stdout, done.stderr)
