"""names that are almost right: a character another, one too many or too few, wide where it is narrow."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from operator import ne

_SHORTEST = 6
"""Of a shorter name too much else is a character away."""
_SHORTEST_MODEL = 4
_FEWEST_DIGITS = 3
_ALIKE = ("0O", "1Il", "（(", "）)", "－—–-", "，,", "。.", "：:")
"""Characters that look alike, or mean the same."""
_SAME = {ord(each): group[0].casefold() for group in _ALIKE for each in group.casefold()}
_LOOKS = str.maketrans("oil", "011")


def find_near(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where a text says something that is one slip away from a name; its case and its blanks are none."""
    if len(name) < _SHORTEST or not may_be_near(text, name):
        return
    for found in _compile(name).finditer(text):
        if _plain(found[0]) != _plain(name):
            yield found.span()


def list_pieces(name: str) -> str:
    """Words, as `written.Lines.find_lines` has them, of which one stands wherever something is one slip from a name:
    what is before and behind the two characters in its middle."""
    plain = name.lower()
    return f"{plain[: len(plain) // 2 - 1]}|{plain[len(plain) // 2 + 1 :]}"


def may_be_near(text: str, name: str) -> bool:
    """Whether a piece of a name stands anywhere but in the name itself: the pattern of all slips takes long to make."""
    folded = _fold(text)
    pieces = [piece for piece in _cut(name) if piece in folded]
    if not pieces:
        return False
    named = len(_hide(name).findall(_lower(text)))
    return any(_count(folded, piece) != named * _count(_fold(name), piece) for piece in pieces)


def _count(text: str, piece: str) -> int:
    """How often a piece stands in a text, also where it overlaps itself."""
    number, at = 0, text.find(piece)
    while at >= 0:
        number, at = number + 1, text.find(piece, at + 1)
    return number


@lru_cache(maxsize=256)
def _hide(name: str) -> re.Pattern[str]:
    """The name itself, but where its first or last character stands once more, or what looks like a part of it."""
    plain = name.casefold()
    before, behind = (
        f"0-9a-z{edge}" if edge.isascii() and edge.isalnum() else re.escape(edge) for edge in (plain[0], plain[-1])
    )
    return re.compile(f"(?<![{before}]){re.escape(plain)}(?![{behind}])")


@lru_cache(maxsize=64)
def _lower(text: str) -> str:
    return text.casefold()


@lru_cache(maxsize=64)
def _fold(text: str) -> str:
    """A text without the difference of what looks alike, of wide and narrow, of capitals, and without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().translate(_SAME).split())


@lru_cache(maxsize=256)
def _cut(name: str) -> tuple[str, str]:
    """What is before and behind the two characters in the middle: of a slip anywhere one of them is left whole."""
    plain = _fold(name)
    return plain[: len(plain) // 2 - 1], plain[len(plain) // 2 + 1 :]


def find_shaped(text: str, number: str) -> Iterator[tuple[int, int]]:
    """Where a text says a number with the letters of another and as many digits, but other ones; a number that has no
    letters looks like any other."""
    for found in _compile_shape(number).finditer(text) if _has_shape(number) else ():
        if count_other_digits(found[0], number):
            yield found.span()


def count_other_digits(one: str, other: str) -> int:
    """How many digits of two numbers of one shape are not the same."""
    return sum(map(ne, *(re.sub(r"\D", "", unicodedata.normalize("NFKC", text)) for text in (one, other))))


def _has_shape(number: str) -> bool:
    return sum(map(str.isalpha, number)) > 1 and sum(map(str.isdigit, number)) >= _FEWEST_DIGITS


@lru_cache(maxsize=256)
def _compile_shape(number: str) -> re.Pattern[str]:
    signs = (r"\d" if sign.isdigit() else r"\s*" if sign.isspace() else _letter(sign) for sign in number)
    return re.compile(f"(?<![0-9A-Za-z]){''.join(signs)}(?![0-9A-Za-z])", re.I)


def _plain(text: str) -> str:
    return re.sub(r"[\s_]", "", text.casefold())


@lru_cache(maxsize=256)
def _compile(name: str) -> re.Pattern[str]:
    """The name, then it with each of its characters in turn missing, another, or with one more behind it, then with two
    that have changed places."""
    letters = [_letter(character) for character in name]
    start, end = (f"(?{side}[0-9a-z])" if edge.isascii() else "" for side, edge in (("<!", name[0]), ("!", name[-1])))
    slips = [f"{start}{re.escape(name)}{end}", f"{start}{''.join(letters)}{end}"]
    slips += [f"{''.join(letters)}[0-9a-z]"] if end else []
    slips += ["".join([*letters[:at], ".{0,2}", *letters[at + 1 :]]) for at in range(1, len(name) - 1)]
    pairs = ([*letters[:at], letters[at + 1], letters[at], *letters[at + 2 :]] for at in range(len(name) - 1))
    slips += [f"{start}{''.join(pair)}" for pair in pairs]
    slips.append("".join([f"(?:(?<=\\W)|^|[^\\s{re.escape(name[0])}])", *letters[1:]]))
    slips.append("".join([*letters[:-1], f"(?:(?=\\W)|$|[^\\s{re.escape(name[-1])}])"]))
    return re.compile(f"(?:{'|'.join(slips)}){end}", re.I)


def _letter(character: str) -> str:
    """A character however wide it is."""
    alike = next((group for group in _ALIKE if character in group), character)
    wide = set(alike) | {unicodedata.normalize("NFKC", each) for each in alike}
    wide |= {chr(ord(each) + 0xFEE0) for each in wide if len(each) == 1 and "!" <= each <= "~"}
    # Some are several when they are written narrow: … is three dots, ㈱ has its brackets.
    return f"(?:{'|'.join(map(re.escape, sorted(wide)))})" if len(wide) > 1 else re.escape(character)


def find_same(text: str, names: tuple[str, ...]) -> str:
    """Which of some numbers of models a word is meant to be: it looks like one, or has one character that is another.

    A word that is one of them, whatever its case, is none; of a short one nobody can say what it is meant to be.
    """
    known, by_skeleton, by_length = _index(names)
    word = text.casefold()
    if word in known:
        return ""
    if same := by_skeleton.get(_skeleton(text)):
        return same
    near = (name for name in by_length.get(len(text), ()) if sum(map(ne, word, name.casefold())) == 1)
    return next(near, "")


@lru_cache(maxsize=8)
def _index(names: tuple[str, ...]) -> tuple[frozenset[str], dict[str, str], dict[int, list[str]]]:
    """The names without capitals; by what they look like; and by their length, where that is enough."""
    by_skeleton = {_skeleton(name): name for name in names if len(_skeleton(name)) >= _SHORTEST_MODEL}
    by_length: dict[int, list[str]] = {}
    for name in names:
        if len(name) > _SHORTEST_MODEL:
            by_length.setdefault(len(name), []).append(name)
    return frozenset(name.casefold() for name in names), by_skeleton, by_length


def _skeleton(name: str) -> str:
    """A number without what is easily mistaken: wide characters, capitals, dashes, O for 0, I and l for 1. A point
    stays: P1.25 is a pitch of pixels, P125 a model."""
    plain = re.sub(r"[\s_/—–-]", "", unicodedata.normalize("NFKC", name).casefold())
    return plain.translate(_LOOKS)
