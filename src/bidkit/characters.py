"""characters that no .docx and no .xlsx can hold (XML 1.0, section 2.2)."""

from __future__ import annotations

import re

UNWRITABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML allows takes long to compile, so this is what it does not."""
