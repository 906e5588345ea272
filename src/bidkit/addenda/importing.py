"""the buyer's list of requirements as the list of a deal: a csv in which each row waits for its response."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bidkit.addenda import merge_requirements
from bidkit.addenda.lists import read_list, write_anew
from bidkit.addenda.matching import Listed
from bidkit.diagnostic import Diagnostic, Span
from bidkit.source import parse_table

MARKERS = ("★", "☆", "▲", "△", "※", "●", "◆", "*", "#")
"""Signs that buyers put before clauses."""


@dataclass(frozen=True)
class ImportedList:
    """A list that can be written.

    Args:
        passed_over: the titles of columns that are no field of a requirement.
        markers: how many rows have each; what each means is for the deal to say.
    """

    content: bytes
    count: int
    passed_over: tuple[str, ...]
    markers: Mapping[str, int]


def has_answers(content: bytes, name: str) -> bool:
    """Whether a list that is there holds more than the buyer's own columns, or cannot be read."""
    items, problems = parse_table(content, name, Span(name), Span(name))
    if items is None or problems:
        return bool(content.strip())
    return any(str(node[key]).strip() for node in items for key in node.keys() - Listed.model_fields.keys())


def import_requirements(
    content: bytes, name: str, sheet: str | None, columns: Mapping[str, str], language: str
) -> tuple[ImportedList | None, list[Diagnostic]]:
    """The list of a file, each row with an id of its own; None if anything in it is not understood.

    Args:
        name: of the file: .csv, .xlsx or .docx.
        columns: field -> title, for titles that are not known. Diagnostics: DL06, DL20, DL27, DL28, TP01.
    """
    listed, problems = read_list(content, name, sheet, columns, MARKERS)
    if listed is None:
        return None, problems
    merged = merge_requirements((), listed.rows, "", language)
    markers = Counter(item.marker for item in merged.items if item.marker)
    return ImportedList(write_anew(merged), len(merged.rows), listed.passed_over, markers), problems
