"""who signs: whether two texts name one person, and whether a text says anything at all."""

from __future__ import annotations

import re
import unicodedata

_PLACEHOLDERS = {
    *("待定", "未定", "某某", "某人", "无", "同上", "tbd", "tba", "na", "none", "unknown", "nobody", "xx", "xxx"),
}
_ROLES = (
    "技术|商务|价格|报价|法务|质量|标书|投标|资质|项目|合规|部门?|组|复核人?|审核人?|评审人?|校对|签字|负责人|"
    "经理|总监|总工|主管|主任|专员|工程师|会计师|老师|先生|女士|总|同志"
)
_ROLE = re.compile(f"(?:{_ROLES})+")
_BEHIND = re.compile(rf"(?<=.)(?:{_ROLES})+$")
_LATIN_ROLES = {
    *("technical", "commercial", "price", "pricing", "legal", "quality", "bid", "proposal", "project", "review"),
    *("reviewer", "manager", "director", "lead", "head", "engineer", "officer", "mr", "mrs", "ms", "dr"),
}
_LONGEST = 4
"""More characters has no Chinese name, but that of a company."""
_BRACKETS = re.compile(r"[(\[{【〔<《].*?[)\]}】〕>》]")


def says_something(text: str) -> bool:
    """Whether a text has two letters or digits, and is no word that stands for one to come."""
    letters = re.findall(r"\w", unicodedata.normalize("NFKC", text))
    return len(letters) > 1 and "".join(letters).casefold() not in _PLACEHOLDERS


def is_name(text: str) -> bool:
    """Whether a text names somebody, not a role alone."""
    return any(map(says_something, _list_names(text)))


def is_one_person(one: str, other: str) -> bool:
    """Whether two texts may name one person: roles, titles, the order and initials of Western names apart.

    A Chinese name in Latin letters is not led back to its characters.
    """
    ones, others = _list_names(one), _list_names(other)
    return any(_match(name, another) for name in ones for another in others)


def _list_names(text: str) -> list[str]:
    """The names in a text; of a text with Chinese characters each of its words, else the text as one name."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    plain = _BRACKETS.sub(" ", plain).casefold()
    if re.search(r"[㐀-鿿]", plain):
        plain = re.sub(r"(?<![㐀-鿿])([㐀-鿿])\s+([㐀-鿿]{1,2})(?![㐀-鿿])", r"\1\2", plain)
        words = [word for word in re.split(r"[^\w·]+", plain) if word and not _ROLE.fullmatch(word)]
        names = [_BEHIND.sub("", word) for word in words]
        return [name for name in names if len(name) <= _LONGEST or "·" in name] or names
    plain = "".join(sign for sign in unicodedata.normalize("NFD", plain) if not unicodedata.combining(sign))
    pieces = (re.findall(r"[^\W\d_]+", piece) for piece in re.split(r"[/;:|&]|\band\b| - ", plain))
    parts = [" ".join(word for word in words if word not in _LATIN_ROLES) for words in pieces]
    return [part for part in parts if part]


def _match(one: str, other: str) -> bool:
    """One name is the other, or all words of the shorter one, at least two, are words or initials of it."""
    if one == other:
        return True
    short, long = sorted((one.split(), other.split()), key=len)
    left = [*long]
    for word in sorted(short, key=len, reverse=True):
        found = [name for name in left if name == word or (1 in (len(name), len(word)) and name[0] == word[0])]
        if not found:
            return False
        left.remove(found[0])
    return len(short) > 1
