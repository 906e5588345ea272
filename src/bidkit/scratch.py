"""temporary files of ours, named by the process that makes them: what a killed one has left, the next one clears."""

from __future__ import annotations

import errno
import glob
import os
import platform
import re
import shutil
import sys
from pathlib import Path

_HERE = re.sub(r"[^\w.]", "", platform.node())
"""Containers that share a folder for temporary files do not see each other's processes, but have other names."""


def name_scratch(prefix: str) -> str:
    """How the names of this process's files begin."""
    return f"{prefix}{_HERE}-{os.getpid()}-"


def clear_scratch(folder: Path, prefix: str) -> None:
    """Remove what processes of this machine that are no more have left in a folder under such names."""
    for left in folder.glob(f"{glob.escape(f'{prefix}{_HERE}-')}*-*"):
        if not is_alive(left.name.removeprefix(f"{prefix}{_HERE}-").partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)


def is_alive(process: str) -> bool:
    """Whether a process is still there that may be writing; yes where it cannot be known."""
    if sys.platform == "win32" or not process.isdecimal():
        return True
    try:
        os.kill(int(process), 0)
    except (OSError, OverflowError) as error:
        return not (isinstance(error, OSError) and error.errno == errno.ESRCH)
    return True
