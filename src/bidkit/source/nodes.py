"""mappings, lists and prose that know where they stand."""

from __future__ import annotations

from typing import Any

from bidkit.diagnostic import Span


class Node(dict[str, Any]):
    """A mapping that knows its own place and that of each key and value."""

    __slots__ = ("keys_at", "span", "values_at")

    def __init__(self, span: Span) -> None:
        super().__init__()
        self.span = span
        self.keys_at: dict[str, Span] = {}
        self.values_at: dict[str, Span] = {}

    def put(self, key: str, value: Any, key_at: Span, value_at: Span) -> None:
        """Set a key together with where it and its value stand."""
        self[key] = value
        self.keys_at[key] = key_at
        self.values_at[key] = value_at


class Items(list[Any]):
    """A list that knows its own place and that of each item."""

    __slots__ = ("items_at", "span")

    def __init__(self, span: Span) -> None:
        super().__init__()
        self.span = span
        self.items_at: list[Span] = []


class ProseNode(Node):
    """The text of a file, in the shape of `scalars.Prose`; only this package makes one."""


def make_prose(text: str, name: str, line: int) -> ProseNode:
    """Markdown text with the file and line it came from."""
    at = Span(name, line, 1)
    node = ProseNode(at)
    for key, value in (("text", text), ("file", name), ("line", str(line))):
        node.put(key, value, at, at)
    return node


def nearest(word: str, words: list[str]) -> str | None:
    """The word of a list that was probably meant."""
    import difflib

    found = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return found[0] if found else None
