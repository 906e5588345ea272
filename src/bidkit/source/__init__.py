"""files of a workspace, positions, YAML, Markdown, csv, xlsx -> plain data.

Every scalar stays text; every mapping and list knows where it and its parts stand in the file.
`{file: NAME}` in YAML is replaced here by what the file holds: a .csv or .xlsx becomes a list of mappings,
a .md or .txt becomes `{text, file, line}`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.source.comments import Comment, list_comments
from bidkit.source.nodes import Items, Node, ProseNode, make_prose, nearest
from bidkit.source.tables import TITLES, decode_chinese, parse_csv, parse_docx, parse_xlsx, strip_number
from bidkit.source.workspace import Workspace, decode
from bidkit.source.yaml_text import parse_front_matter, parse_yaml

__all__ = [
    "TITLES",
    "Comment",
    "Items",
    "Node",
    "ProseNode",
    "Workspace",
    "decode",
    "decode_chinese",
    "expand_files",
    "has_references",
    "is_reference",
    "list_comments",
    "load_yaml",
    "make_prose",
    "nearest",
    "parse_csv",
    "parse_docx",
    "parse_front_matter",
    "parse_mapping",
    "parse_table",
    "parse_xlsx",
    "parse_yaml",
    "strip_number",
]


def load_yaml(workspace: Workspace, name: str, at: Span | None = None) -> tuple[Node | None, list[Diagnostic]]:
    """A YAML file as nodes, its `{file: …}` references read. Diagnostics: DL01–DL07, DL12–DL28."""
    content, problems = workspace.read(name, at=at)
    if content is None:
        return None, problems
    text, problems = decode(content, name)
    if text is None:
        return None, problems
    data, problems = parse_mapping(text, name)
    if data is not None:
        expand_files(data, workspace, name, problems)
    return data, problems


def parse_mapping(text: str, name: str) -> tuple[Node | None, list[Diagnostic]]:
    """The mapping that a YAML file is; None if it is none. Diagnostics: DL01–DL05, DL07, DL18."""
    data, problems = parse_yaml(text, name)
    if isinstance(data, Node):
        return data, problems
    if not problems:
        problems = [Diagnostic("DL07", Span(name, 1, 1), {"expected": Term("mapping"), "value": str(data or "")[:40]})]
    return None, problems


def has_references(data: Any) -> bool:
    """Whether something below says `{file: …}`, so that what it comes to is not in one file alone."""
    values = data.values() if isinstance(data, Node) else data if isinstance(data, Items) else ()
    return is_reference(data) or any(has_references(value) for value in values)


def is_reference(value: Any) -> bool:
    """Whether it is a `{file: …}` that has not been read yet."""
    return (
        isinstance(value, Node)
        and isinstance(value.get("file"), str)
        and set(value) <= {"file", "sheet", "columns", "ignore"}
    )


def expand_files(data: Any, workspace: Workspace, name: str, problems: list[Diagnostic]) -> None:
    """Replace every `{file: …}` below `data` by what that file holds, in place."""
    pairs = data.items() if isinstance(data, Node) else enumerate(data) if isinstance(data, Items) else ()
    for key, value in list(pairs):
        if is_reference(value):
            data[key], found = _load_reference(workspace, value, name)
            problems.extend(found)
        elif isinstance(value, (Node, Items)):
            expand_files(value, workspace, name, problems)


def _load_reference(workspace: Workspace, reference: Node, beside: str) -> tuple[Any, list[Diagnostic]]:
    """What `{file, sheet, columns, ignore}` stands for."""
    at = reference.values_at["file"]
    relative, problems = workspace.locate(reference["file"], beside, at)
    content, found = workspace.read(relative, at=at) if relative is not None else (None, [])
    if content is None or relative is None:
        return None, problems + found
    if not content.strip():
        return None, [Diagnostic("DL14", at, {"file": relative, "reason": Term("no_content")})]
    problems = list(_check_reference(reference))
    if problems:
        return None, problems
    suffix = PurePosixPath(relative).suffix.lower()
    if suffix not in (".md", ".txt"):
        columns, ignore, sheet = reference.get("columns", {}), reference.get("ignore", ()), reference.get("sheet")
        place = at if sheet is None else reference.values_at["sheet"]
        return parse_table(content, relative, at, place, sheet, columns, ignore)
    text, problems = decode(content, relative)
    return (None, problems) if text is None else (make_prose(text, relative, 1), [])


def parse_table(
    content: bytes,
    name: str,
    at: Span,
    sheet_at: Span,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
) -> tuple[Items | None, list[Diagnostic]]:
    """A .csv, .xlsx or .xlsm as a list of mappings, by the suffix of its name; see `tables.parse_xlsx`.

    Args:
        at: where the file is named, and `sheet_at` its sheet. Diagnostics: DL14, DL23, those of `tables`.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if not content.strip():
        return None, [Diagnostic("DL14", at, {"file": name, "reason": Term("no_content")})]
    if suffix in (".xlsx", ".xlsm"):
        return parse_xlsx(content, name, sheet_at, sheet, columns, ignore)
    if suffix in (".xls", ".xlsb", ".xlt", ".xltx", ".et", ".ods", ".numbers"):
        return None, [Diagnostic("DL14", at, {"file": name, "reason": Term("other_sheet", (("suffix", suffix),))})]
    if suffix != ".csv":
        reason = Term("no_list", (("suffix", suffix or "—"),))
        return None, [Diagnostic("DL14", at, {"file": name, "reason": reason, "advice": Term("no_list_fix")})]
    text, problems = decode(content, name)
    if text is None:
        text = decode_chinese(content, columns or {})
    if text is None:
        return None, [_advise_csv(item) for item in problems]
    return parse_csv(text, name, columns, ignore)


def _advise_csv(problem: Diagnostic) -> Diagnostic:
    """A csv in another encoding is one that a spreadsheet has saved, and it can save it otherwise."""
    advice = {**problem.values, "advice": Term("save_as_utf8")}
    return replace(problem, values=advice) if problem.code == "DL23" else problem


def _check_reference(reference: Node) -> Iterator[Diagnostic]:
    """The shape of what is said of a file."""
    columns, ignore = reference.get("columns", Node(reference.span)), reference.get("ignore", Items(reference.span))
    if not isinstance(columns, Node) or not all(isinstance(title, str) for title in columns.values()):
        yield Diagnostic("DL07", reference.values_at["columns"], {"expected": Term("mapping"), "value": "…"})
    if not isinstance(ignore, Items) or not all(isinstance(title, str) for title in ignore):
        yield Diagnostic("DL07", reference.values_at["ignore"], {"expected": Term("list"), "value": "…"})
    if not isinstance(reference.get("sheet", ""), str):
        yield Diagnostic("DL07", reference.values_at["sheet"], {"expected": Term("text"), "value": "…"})
