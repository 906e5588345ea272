"""files of a workspace, positions, YAML, Markdown and csv -> plain data.

Every scalar stays text; every mapping and list knows where it and its parts stand in the file.
`{file: NAME}` in YAML is replaced here by what the file holds: a .csv becomes a list of mappings,
a .md or .txt becomes `{text, file, line}`.
"""

from __future__ import annotations

import csv
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from bidkit.diagnostic import Diagnostic, Span, Term

MAX_FILE_BYTES = 64 * 2**20
MAX_TEXT_BYTES = 5 * 2**20
MAX_DEPTH = 50
MAX_ALIASES = 100
MAX_NODES = 200_000


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


@dataclass
class Workspace:
    """A folder tree that one bid may read; remembers every file that was read.

    Args:
        root: the folder that holds `bidkit.yaml`; nothing outside of it is ever read.
    """

    root: Path
    files: dict[str, bytes] = field(default_factory=dict)

    def read(self, name: str, beside: str = "", at: Span | None = None) -> tuple[bytes | None, list[Diagnostic]]:
        """The bytes of a file named relative to the file `beside`. Diagnostics: DL12, DL13, DL14."""
        relative, problems = self.locate(name, beside, at)
        if relative is None:
            return None, problems
        if relative not in self.files:
            content = _read_regular(self.root / relative)
            if isinstance(content, str):
                return None, [Diagnostic("DL14", at, {"file": relative, "reason": content})]
            self.files[relative] = content
        return self.files[relative], []

    def locate(self, name: str, beside: str = "", at: Span | None = None) -> tuple[str | None, list[Diagnostic]]:
        """The workspace-relative name of a file that exists inside the workspace. Diagnostics: DL12, DL13."""
        outside = [Diagnostic("DL13", at, {"file": name})]
        if "\0" in name or "\\" in name or name.startswith(("/", "~")) or (len(name) > 1 and name[1] == ":"):
            return None, outside
        relative = os.path.normpath(str(PurePosixPath(beside).parent / name))
        if relative.startswith(".."):
            return None, outside
        try:
            real = (self.root / relative).resolve(strict=True)
        except (OSError, RuntimeError):
            return None, [Diagnostic("DL12", at, {"file": relative, "near": self._nearest(relative)})]
        if not real.is_relative_to(self.root.resolve()):
            return None, outside
        return PurePosixPath(relative).as_posix(), []

    def names(self, folder: str, suffix: str) -> list[str]:
        """The sorted names of the files of one kind in a folder, workspace-relative; none if it does not exist."""
        base = self.root / folder
        return (
            sorted(path.relative_to(self.root).as_posix() for path in base.glob(f"*{suffix}")) if base.is_dir() else []
        )

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file read, by workspace-relative name."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(self.files.items())}

    def _nearest(self, relative: str) -> str:
        folder = (self.root / relative).parent
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        near = nearest(Path(relative).name, names)
        return near or ""


def _read_regular(path: Path) -> bytes | str:
    """The content of a regular file, or why it cannot be had; the descriptor is opened once, never a device or pipe."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return "not a regular file"
            if status.st_size > MAX_FILE_BYTES:
                return f"{status.st_size} bytes, more than {MAX_FILE_BYTES}"
            return file.read()
    except OSError as error:
        return error.strerror or str(error)


def nearest(word: str, words: list[str]) -> str | None:
    """The word of a list that was probably meant."""
    import difflib

    found = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return found[0] if found else None


def decode(content: bytes, name: str) -> tuple[str | None, list[Diagnostic]]:
    """UTF-8 text, with or without a byte order mark. Diagnostics: DL18, DL23."""
    if len(content) > MAX_TEXT_BYTES:
        return None, [Diagnostic("DL18", Span(name), {"what": Term("bytes"), "limit": MAX_TEXT_BYTES})]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        col = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        return None, [Diagnostic("DL23", Span(name, line, col), {})]


def load_yaml(workspace: Workspace, name: str, at: Span | None = None) -> tuple[Node | None, list[Diagnostic]]:
    """A YAML file as nodes, its `{file: …}` references read. Diagnostics: DL01–DL07, DL12–DL14, DL18, DL20, DL23."""
    content, problems = workspace.read(name, at=at)
    if content is None:
        return None, problems
    text, problems = decode(content, name)
    if text is None:
        return None, problems
    data, problems = parse_yaml(text, name)
    if isinstance(data, Node):
        expand_files(data, workspace, name, problems)
        return data, problems
    if not problems:
        problems = [Diagnostic("DL07", Span(name, 1, 1), {"expected": Term("mapping"), "value": str(data or "")[:40]})]
    return None, problems


def parse_yaml(text: str, name: str, first_line: int = 1) -> tuple[Any, list[Diagnostic]]:
    """YAML text as `Node`, `Items` and str.

    Args:
        first_line: the line of the file at which the text starts (front matter starts at 2).
    """
    reader = _YamlReader(name, first_line - 1)
    try:
        limit = _over_limits(text)
        if limit is not None:
            return None, [
                Diagnostic("DL18", Span(name, limit[2] + first_line, 1), {"what": Term(limit[0]), "limit": limit[1]})
            ]
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        return None, [_yaml_error(error, text, name, first_line)]
    except yaml.YAMLError as error:  # a character that YAML does not allow carries a position in characters only
        offset = getattr(error, "position", 0) or 0
        line, col = text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset)
        reason = str(getattr(error, "reason", error))
        return None, [Diagnostic("DL01", Span(name, line + first_line, max(col, 1)), {"problem": reason})]
    data = reader.read(root) if root is not None else None
    return data, reader.problems


def _over_limits(text: str) -> tuple[str, int, int] | None:
    """Depth and aliases, counted on the event stream before anything is built of it."""
    depth = aliases = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > MAX_DEPTH:
                return "depth", MAX_DEPTH, _line(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > MAX_ALIASES:
                return "aliases", MAX_ALIASES, _line(event)
    return None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _yaml_error(error: yaml.MarkedYAMLError, text: str, name: str, first_line: int) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    line, col = (mark.line, mark.column) if mark else (0, 0)
    span = Span(name, line + first_line, col + 1)
    source = text.splitlines()[line] if line < len(text.splitlines()) else ""
    if "\t" in source[: col + 1] or ("\t" in source and not source[: source.index("\t")].strip()):
        return Diagnostic("DL02", Span(name, line + first_line, source.index("\t") + 1), {})
    return Diagnostic("DL01", span, {"problem": error.problem or error.context or "?"})


class _YamlReader:
    """Composed YAML nodes -> `Node`, `Items`, str; a null or empty value is reported as an empty key."""

    def __init__(self, name: str, line_offset: int) -> None:
        self.name = name
        self.line_offset = line_offset
        self.count = 0
        self.problems: list[Diagnostic] = []

    def span(self, node: yaml.Node) -> Span:
        start, end = node.start_mark, node.end_mark
        width = end.column - start.column if start.line == end.line else 1
        return Span(self.name, start.line + 1 + self.line_offset, start.column + 1, max(width, 1))

    def read(self, node: yaml.Node, inside: tuple[int, ...] = ()) -> Any:
        self.count += 1
        if self.count > MAX_NODES or id(node) in inside:
            if not any(problem.code == "DL18" for problem in self.problems):
                self.problems.append(Diagnostic("DL18", self.span(node), {"what": Term("nodes"), "limit": MAX_NODES}))
            return None
        if isinstance(node, yaml.MappingNode):
            return self.read_mapping(node, (*inside, id(node)))
        if isinstance(node, yaml.SequenceNode):
            items = Items(self.span(node))
            for child in node.value:
                items.append(self.read(child, (*inside, id(node))))
                items.items_at.append(self.span(child))
                if _is_empty(child):
                    self.problems.append(Diagnostic("DL05", self.span(child), {"key": "-"}))
            return items
        return str(node.value)

    def read_mapping(self, node: yaml.MappingNode, inside: tuple[int, ...]) -> Node:
        mapping = Node(self.span(node))
        for key_node, value_node in node.value:
            key_at = self.span(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Diagnostic("DL07", key_at, {"expected": Term("text"), "value": "[…]"}))
                continue
            key = str(key_node.value)
            if key in mapping:
                first = mapping.keys_at[key].line
                self.problems.append(Diagnostic("DL03", key_at, {"key": key, "first": first}))
                continue
            if _is_empty(value_node):
                self.problems.append(Diagnostic("DL05", key_at, {"key": key}))
                mapping.put(key, None, key_at, key_at)
                continue
            mapping.put(key, self.read(value_node, inside), key_at, self.span(value_node))
        return mapping


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value in ("", "~", "null")


def expand_files(data: Any, workspace: Workspace, name: str, problems: list[Diagnostic]) -> None:
    """Replace every `{file: …}` below `data` by what that file holds, in place."""
    pairs = data.items() if isinstance(data, Node) else enumerate(data) if isinstance(data, Items) else ()
    for key, value in list(pairs):
        if isinstance(value, Node) and set(value) <= {"file"} and isinstance(value.get("file"), str):
            at = value.values_at["file"]
            data[key], found = _load_reference(workspace, value["file"], name, at)
            problems.extend(found)
        elif isinstance(value, (Node, Items)):
            expand_files(value, workspace, name, problems)


def _load_reference(workspace: Workspace, target: str, beside: str, at: Span) -> tuple[Any, list[Diagnostic]]:
    relative, problems = workspace.locate(target, beside, at)
    if relative is None:
        return None, problems
    content, problems = workspace.read(relative, at=at)
    if content is None:
        return None, problems
    if not content.strip():
        return None, [Diagnostic("DL14", at, {"file": relative, "reason": "empty"})]
    text, problems = decode(content, relative)
    if text is None:
        return None, problems
    suffix = PurePosixPath(relative).suffix.lower()
    if suffix == ".csv":
        return parse_csv(text, relative)
    if suffix in (".md", ".txt"):
        return make_prose(text, relative, 1), []
    return None, [Diagnostic("DL14", at, {"file": relative, "reason": f"{suffix or 'no suffix'}: .csv, .md, .txt"})]


def make_prose(text: str, name: str, line: int) -> Node:
    """Markdown text with the file and line it came from, in the shape of `scalars.Prose`."""
    at = Span(name, line, 1)
    node = Node(at)
    for key, value in (("text", text), ("file", name), ("line", str(line))):
        node.put(key, value, at, at)
    return node


def parse_front_matter(text: str, name: str) -> tuple[Node | None, Node, list[Diagnostic]]:
    """A Markdown file's front matter and its body. Diagnostics: DL22 and those of `parse_yaml`."""
    lines = text.splitlines(keepends=True)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    body = make_prose("".join(lines[end + 1 :]), name, end + 2)
    if not lines or lines[0].rstrip() != "---" or not end:
        return None, body, [Diagnostic("DL22", Span(name, 1, 1), {})]
    data, problems = parse_yaml("".join(lines[1:end]), name, first_line=2)
    if isinstance(data, Node):
        return data, body, problems
    return None, body, problems or [Diagnostic("DL22", Span(name, 1, 1), {})]


def parse_csv(text: str, name: str) -> tuple[Items | None, list[Diagnostic]]:
    """A csv with a header row as a list of mappings; empty cells are left out. Diagnostics: DL20.

    Positions are those of each cell in the file; a cell in quotes is underlined with its quotes.
    """
    problems: list[Diagnostic] = []
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for row in reader:
            rows.append((before + 1, row))
            before = reader.line_num
    except csv.Error as error:
        return None, [Diagnostic("DL20", Span(name, before + 1, 1), {"problem": str(error)})]
    source = text.splitlines()
    rows = [(line, row) for line, row in rows if any(cell.strip() for cell in row)]
    if not rows:
        return None, [Diagnostic("DL20", Span(name, 1, 1), {"problem": "no header row"})]
    titles = [title.strip() for title in rows[0][1]]
    for index, title in enumerate(titles):
        if not title or title in titles[:index]:
            at = Span(name, rows[0][0], _cell_columns(source[rows[0][0] - 1])[index][0])
            problems.append(Diagnostic("DL20", at, {"problem": f"column {index + 1}: {title or '(no title)'}"}))
    items = Items(Span(name, 1, 1))
    for line, row in rows[1:]:
        if len(row) != len(titles):
            problem = f"{len(row)} cells, the header has {len(titles)}"
            problems.append(Diagnostic("DL20", Span(name, line, 1), {"problem": problem}))
            continue
        columns = _cell_columns(source[line - 1])
        node = Node(Span(name, line, 1, len(source[line - 1])))
        for index, (title, cell) in enumerate(zip(titles, row, strict=True)):
            col, width = columns[index] if index < len(columns) else (1, 1)
            if cell.strip():
                at = Span(name, line, col, max(width, 1))
                node.put(title, cell.strip(), at, at)
        items.append(node)
        items.items_at.append(node.span)
    return items, problems


def _cell_columns(line: str) -> list[tuple[int, int]]:
    """Column and width of each cell of one line of a csv."""
    cells, start, quoted = [], 0, False
    for index, character in enumerate(line):
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            cells.append((start + 1, index - start))
            start = index + 1
    return [*cells, (start + 1, len(line) - start)]
