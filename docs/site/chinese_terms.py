"""The terms by which a Chinese text is found: no dictionary, every two characters that stand side by side."""

from __future__ import annotations

import re

_WORD = re.compile(r"[㐀-鿿]+|[^\W㐀-鿿]+")
_HAN = re.compile(r"[㐀-鿿]")


def list_terms(text: str) -> list[str]:
    """The terms of a text: words as they are; of a stretch of Chinese its characters, and each pair of neighbours."""
    return [term for word in _WORD.findall(text) for term in (split_han(word) if _HAN.match(word) else [word])]


def split_han(word: str) -> list[str]:
    """The characters of a stretch of Chinese, and each pair of neighbours."""
    return [*word, *(word[at : at + 2] for at in range(len(word) - 1))]
