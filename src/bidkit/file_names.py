"""names of files and folders that every system keeps as they are."""

from __future__ import annotations

import re
import unicodedata

DEVICE = re.compile(r"(CON|PRN|AUX|NUL|(COM|LPT)\d)(\..*)?", re.I)
"""Names that Windows keeps for devices."""
MAX_NAME_BYTES = 200
# What Windows allows in no name, and characters that do not show.
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]|^[.~ ]|[. ]$')


def find_name_fault(name: str) -> str:
    """Why a name is none that every system keeps: `unsafe_name` or `long_name`; empty if it is one."""
    hidden = any(unicodedata.category(character) in ("Cf", "Cs", "Co", "Cn") for character in name)
    if not name.strip() or hidden or _UNSAFE.search(name) or DEVICE.fullmatch(name):
        return "unsafe_name"
    return "long_name" if len(name.encode()) > MAX_NAME_BYTES else ""
