"""numbers of persons: found in texts, and as they are printed where a deal hides them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_RESIDENT = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9A-Za-z])"
)
_LEAST_LENGTH = 6
"""A shorter number stands by chance in any text."""


def mask_number(number: str) -> str:
    """A number without its middle, at least two fifths of it: 110101********1234."""
    first, last = len(number) // 3, len(number) // 4
    return number[:first] + "*" * (len(number) - first - last) + number[len(number) - last :]


def find_residents(text: str) -> list[str]:
    """The numbers of resident identity cards (GB 11643) in a text: those whose check digit is right."""
    return [number for number in _RESIDENT.findall(text) if _has_check(number)]


def _has_check(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == number[17].upper()


def find_resident_fault(number: str, today: date) -> str:
    """What is wrong with a number that is meant as that of a resident identity card (GB 11643): `length`, `birth` or
    `check`; empty if nothing is, if it is masked, or if it is a number of another kind."""
    plain = "".join(number.split()).upper()
    if not re.fullmatch(r"\d{16,19}[0-9X]", plain):
        return ""
    if len(plain) != 18:
        return "length"
    try:
        born = date(int(plain[6:10]), int(plain[10:12]), int(plain[12:14]))
    except ValueError:
        return "birth"
    if not date(1900, 1, 1) <= born <= today:
        return "birth"
    return "" if _has_check(plain) else "check"


def mask_residents(text: str) -> str:
    """A text with the numbers of resident identity cards in it masked."""
    return _RESIDENT.sub(lambda found: mask_number(found.group()), text)


def find_shown(text: str, numbers: Iterable[str]) -> list[str]:
    """Which numbers a text shows in full: some that are known, and those of any resident identity card."""
    known = [number for number in numbers if len(number) >= _LEAST_LENGTH and "*" not in number]
    found = [number for number in known if _stands_in(number, text)]
    return list(dict.fromkeys(found + find_residents(text)))


def _stands_in(number: str, text: str) -> bool:
    """Whether a number stands in a text, however it is spaced, and not only as a part of a longer one."""
    spaced = r"\s*".join(map(re.escape, "".join(number.split())))
    return re.search(rf"(?<!\d){spaced}(?!\d)", text, re.I) is not None
