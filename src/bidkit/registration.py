"""unified social credit codes (GB 32100-2015): which texts are meant as one, and whether one can be right."""

from __future__ import annotations

import re
import unicodedata

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_LENGTH = 18
_MEANT = re.compile(r"[0-9A-Z][1-9][0-9OIL]{6}[0-9A-Z]{8,12}")
"""Who registers, what kind, six digits of a district, nine characters of the organization, one to check."""
_SUFFIX = re.compile(r"\([^()]*\)$")


def read_code(text: str) -> str | None:
    """The code that a text is meant as, as it would be registered, though it may be wrong; None for all else.

    A number that is masked, or of a registry elsewhere, is something else. What stands in brackets behind a code is
    the number of a copy of the licence: 91339901MA7QH0Y29Q(1-1).
    """
    plain = "".join(unicodedata.normalize("NFKC", text).upper().split())
    plain = _SUFFIX.sub("", plain).replace("-", "")
    return plain if _MEANT.fullmatch(plain) else None


def is_code(code: str) -> bool:
    """Whether a code has 18 characters of the standard's 31, the last of which checks the others."""
    if len(code) != _LENGTH or not set(code) <= set(_ALPHABET):
        return False
    total = sum(_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:-1]))
    return _ALPHABET[-total % 31] == code[-1]
