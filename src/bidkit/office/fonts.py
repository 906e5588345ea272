"""the fonts that are installed, and what takes the place of those that are not."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable

from bidkit.diagnostic import Diagnostic, Severity

SAME_WIDTHS = {
    "times new roman": "liberation serif",
    "arial": "liberation sans",
    "courier new": "liberation mono",
    "calibri": "carlito",
    "cambria": "caladea",
}
"""Fonts that LibreOffice replaces by one of the same widths, so that lines and pages end where they would."""
_FONTS_SECONDS = 60.0


def list_fonts() -> tuple[frozenset[str] | None, list[Diagnostic]]:
    """The names of the installed font families, in all their languages, case folded.

    Returns:
        None when fontconfig's fc-list is not there or fails: EN10.
    """
    program = shutil.which("fc-list")
    try:
        command = [program, "--format", "%{family}\\n"] if program else []
        done = subprocess.run(command, capture_output=True, timeout=_FONTS_SECONDS, check=True) if command else None
    except (OSError, subprocess.SubprocessError):
        done = None
    if done is None:
        return None, [Diagnostic("EN10", None, {}, Severity.INFO)]
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return frozenset(name.strip().casefold() for line in lines for name in line.split(",") if name.strip()), []


def find_substitute(font: str) -> str:
    """The font family that takes a font's place here, as fontconfig says; — where it does not.

    For a font with a Chinese name, one that has Chinese characters, as LibreOffice takes it for Chinese text.
    """
    program = shutil.which("fc-match")
    pattern = re.sub(r"([\\:,-])", r"\\\1", font) + (":lang=zh-cn" if re.search(r"[\u3400-\u9fff]", font) else "")
    try:
        command = [program, "--format", "%{family}", pattern] if program else []
        done = subprocess.run(command, capture_output=True, timeout=_FONTS_SECONDS, check=True) if command else None
    except (OSError, subprocess.SubprocessError):
        done = None
    return done.stdout.decode("utf-8", "replace").split(",")[0].strip() if done else "—"


def find_missing_fonts(fonts: Iterable[str]) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """Those of some fonts that are not installed, nor others of the same widths. Diagnostics: EN10."""
    installed, problems = list_fonts()
    if installed is None:
        return (), problems
    own = [font for font in fonts if not {font.casefold(), SAME_WIDTHS.get(font.casefold(), "")} & installed]
    return tuple(own), []
