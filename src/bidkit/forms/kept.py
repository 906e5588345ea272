"""what a filled form is proved by: while it is built, and later from the package alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bidkit.forms.blanks import list_parts
from bidkit.forms.filling import Changes
from bidkit.forms.proof import find_texts
from bidkit.ooxml.opc import read_package


@dataclass(frozen=True)
class KeptWord:
    """A form by which the one that is handed in is proved.

    Args:
        bookmark: of one that stands in a volume; empty for a file of its own.
        content: of a part of a volume the form as it was filled, else the buyer's.
        changes: by part, what was done to the buyer's.
    """

    title: str
    source: str
    bookmark: str
    content: bytes
    changes: Mapping[str, Changes]

    @property
    def texts(self) -> frozenset[str]:
        """Its paragraphs without blanks."""
        package, _ = read_package(self.content, self.source)
        parts: Mapping[str, bytes] = package or {}
        return frozenset("".join(text.split()) for part in list_parts(parts) for text in find_texts(parts, part))
