"""How much random tests try: BIDKIT_EXAMPLES multiplies it; 1 is what every run takes."""

from __future__ import annotations

import os

EFFORT = int(os.environ.get("BIDKIT_EXAMPLES", "1"))
