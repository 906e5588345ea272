"""many deals from one master: which ones a batch.yaml makes, how each is named, and its plain data.

A derived deal is named `deals/fleet/batch.yaml#ID`, as a path and inside of the workspace. Its data is that of the
master beside batch.yaml, with values put in their places, each knowing where it was written; whoever reads a deal by
`load_deal_data` need not know. What is its own (attestations, waivers, what follows) stands in the folder `ID`.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePath, PurePosixPath
from typing import Any

from bidkit.diagnostic import Diagnostic, Span, Term, has_errors
from bidkit.matrix.axes import Derived, Many, RowsText, is_deal_id, make_many, parse_batch
from bidkit.matrix.overrides import Override, describe_override, find_value, list_some, look_up, put_overrides
from bidkit.source import Items, Node, Workspace, decode, expand_files, load_yaml, nearest, parse_mapping, parse_table
from bidkit.source.comments import is_addressed

__all__ = [
    "BATCH_NAME",
    "Derived",
    "Many",
    "Override",
    "describe_input",
    "find_batch",
    "find_file",
    "find_own",
    "find_value",
    "is_deal_id",
    "is_derived",
    "list_differences",
    "load_deal_data",
    "look_up",
    "make_address",
    "read_many",
    "refuse_master",
    "split_address",
]

BATCH_NAME = "batch.yaml"
_MASTER = "deal.yaml"
_SHORTEST = 4
"""Names that are shorter stand in other words."""


def split_address(name: str | PurePath) -> tuple[str, str]:
    """The file of an address (`batch.yaml#ID` or `deal.yaml`) by its own name, and the id; empty if it has none."""
    file, sign, deal_id = PurePosixPath(name).name.partition("#")
    return (file, deal_id) if sign and file == BATCH_NAME else (PurePosixPath(name).name, "")


def is_derived(name: str | PurePath) -> bool:
    """Whether a deal is named that a batch.yaml makes."""
    return "#" in str(name) and bool(split_address(name)[1])


def make_address(batch: Path, deal_id: str) -> Path:
    """The name of a derived deal, as a path."""
    return batch.with_name(f"{BATCH_NAME}#{deal_id}")


def find_file(path: Path) -> Path:
    """The file in which a deal is written: of a derived one its batch.yaml."""
    return path.with_name(BATCH_NAME) if is_derived(path) else path


def find_own(deal_name: str, name: str) -> str:
    """Where a file of a deal's own (attestations.yaml) stands: beside it; of a derived deal in the folder of its id."""
    return str(PurePosixPath(deal_name).parent / split_address(deal_name)[1] / name)


def find_batch(deal: Path) -> Path | None:
    """The batch.yaml beside a deal file that makes its deals of it: it is a master, and no deal by itself."""
    batch = deal.with_name(BATCH_NAME)
    if split_address(deal)[0] == BATCH_NAME:
        return None
    try:
        content = batch.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:  # it is there: `read_many` says why it cannot be read
        content = b""
    return batch if _find_master(content).casefold() == deal.name.casefold() else None


@lru_cache(maxsize=256)
def _find_master(content: bytes) -> str:
    """The master that a batch.yaml names; `deal.yaml` while it cannot be read: better none built than a wrong one."""
    text, _ = decode(content, BATCH_NAME)
    data, _ = parse_mapping(text or "", BATCH_NAME)
    master = data.get("master") if data else None
    return posixpath.normpath(master) if isinstance(master, str) else _MASTER


def read_many(workspace: Workspace, name: str) -> Many:
    """What a batch.yaml makes; nothing of it is remembered as an input of a deal.

    Diagnostics: DL01–DL28, DL46, DL74, DL80, DL82, DL84, DL85, DL87.
    """
    apart = Workspace(workspace.root)
    content, problems = apart.read(name)
    if content is None:
        return Many(name, problems=tuple(problems))
    master, rows, at = _find_files(content, name)
    contents: list[bytes | None] = []
    for file, place in zip((master, rows), at, strict=True):
        read, found = apart.read(file, name, place) if file else (None, [])
        contents.append(read)
        problems += found
    if problems:
        return Many(name, problems=tuple(problems))
    folder = PurePosixPath(name).parent
    files = (posixpath.normpath(str(folder / file)) if file else "" for file in (master, rows))
    return _make_many(name, content, *files, *contents)


@lru_cache(maxsize=32)
def _find_files(content: bytes, name: str) -> tuple[str, str, tuple[Span, Span]]:
    """The master and the list of rows that a batch.yaml names; nothing if something is wrong with it."""
    text, problems = decode(content, name)
    data, found = parse_mapping(text or "", name)
    batch, more = parse_batch(data) if data is not None else (None, [])
    if batch is None or data is None or problems or found or more:
        return "", "", (Span(name), Span(name))
    at = data.values_at["master"]
    return (
        batch.master,
        batch.rows.file if batch.rows else "",
        (at, data["rows"].values_at["file"] if batch.rows else at),
    )


@lru_cache(maxsize=16)
def _make_many(
    name: str, content: bytes, master: str, rows: str, master_content: bytes | None, rows_content: bytes | None
) -> Many:
    """What the contents of the files make, read once for all of its deals."""
    many = Many(name, master, rows)
    text, problems = decode(content, name)
    data, found = parse_mapping(text, name) if text is not None else (None, [])
    batch, more = parse_batch(data) if data is not None else (None, [])
    problems += found + more
    if batch is None or data is None or problems:
        return Many(name, problems=tuple(problems))
    at = data.values_at["master"]
    if PurePosixPath(master).parent != PurePosixPath(name).parent or PurePosixPath(master).name == BATCH_NAME:
        wrong = Diagnostic("DL14", at, {"file": master, "reason": Term("not_beside", (("file", BATCH_NAME),))})
        return Many(name, problems=(wrong,))
    written, problems = decode(master_content or b"", master)
    plain, found = parse_mapping(written, master) if written is not None else (None, [])
    table, more = _read_rows(batch.rows, rows, rows_content) if batch.rows and rows_content is not None else (None, [])
    problems += found + more
    if plain is None or has_errors(problems):
        return Many(name, master, rows, problems=tuple(problems))
    return make_many(many, batch, data, table, plain)


def _read_rows(said: RowsText, name: str, content: bytes) -> tuple[Items | None, list[Diagnostic]]:
    """The list that has a deal in each row."""
    at, sheet_at = said.span("file") or Span(name), said.span("sheet") or Span(name)
    return parse_table(content, name, at, sheet_at, said.sheet or None, said.columns, said.ignore)


def load_deal_data(workspace: Workspace, name: str) -> tuple[Node | None, list[Diagnostic]]:
    """The plain data of a deal, its files read, whether it is written or derived.

    Diagnostics: DL01–DL28, DL46, DL74, DL80–DL87.
    """
    file, deal_id = split_address(name)
    if file != BATCH_NAME:
        return load_yaml(workspace, name)
    batch = str(PurePosixPath(name).with_name(file))
    many = read_many(workspace, batch)
    if not deal_id:
        return None, list(many.problems) if has_errors(many.problems) else [_refuse(many, batch)]
    deal = many.deals.get(deal_id)
    if deal is None:
        known = list(many.deals)
        values = {"kind": Term("deal"), "id": deal_id, "near": nearest(deal_id, known), "allowed": list_some(known)}
        wrong = [item for item in many.problems if has_errors([item])]
        return None, wrong or [Diagnostic("DL15", Span(batch), values)]
    return _derive(workspace, many, deal, name)


def _derive(workspace: Workspace, many: Many, deal: Derived, name: str) -> tuple[Node | None, list[Diagnostic]]:
    content, problems = workspace.read(many.master)
    text, found = decode(content, many.master) if content is not None else (None, [])
    data, more = parse_mapping(text, many.master) if text is not None else (None, [])
    problems = [*(item for item in many.problems if not has_errors([item])), *problems, *found, *more]
    if data is None:
        return None, problems
    batch, _ = Workspace(workspace.root).read(many.name)
    if batch and is_addressed(batch):  # a comment there may suppress a finding
        workspace.read(many.name)
    workspace.files[name] = _describe(many, deal)
    problems += put_overrides(data, deal.overrides, lambda: expand_files(data, workspace, many.master, problems))
    return data, [*problems, *_find_foreign(many, deal)]


def _find_foreign(many: Many, deal: Derived) -> Iterator[Diagnostic]:
    """A title that still names whom the master, or another of its deals, is for; for another customer than the
    master's, the number of the master's tender. Diagnostics: DL85, DL86."""
    master = many.data or Node(Span(many.master))
    title, customer = (find_value(deal.overrides, master, path) for path in ("title", "customer.name"))
    if not isinstance(title, str) or not isinstance(customer, str):
        return
    own = look_up(master, ("customer", "name"))
    is_numbered = any(item.steps == ("tender", "no")[: len(item.steps)] for item in deal.overrides)
    if customer != own and not is_numbered and find_value(deal.overrides, master, "tender.no") is not None:
        yield Diagnostic("DL85", deal.at, {"key": "tender.no"})
    others = [own]
    others += [find_value(other.overrides, master, "customer.name") for other in many.deals.values()]
    at = next((item.value_at for item in deal.overrides if item.path == "title"), master.values_at.get("title"))
    for other in dict.fromkeys(item.strip() for item in others if isinstance(item, str)):
        if len(other) >= _SHORTEST and other in title and other not in customer:
            yield Diagnostic("DL86", at, {"name": other})


def _describe(many: Many, deal: Derived) -> bytes:
    """Of what master a deal is, all that it says otherwise and where it says it, and what is told of its batch.yaml."""
    told = [(item.code, item.span.label if item.span else "", str(item.values)) for item in many.problems]
    said = [describe_override(item) for item in deal.overrides]
    return json.dumps([many.master, told, said], ensure_ascii=False).encode()


def describe_input(workspace: Workspace, name: str) -> bytes:
    """What a derived deal is made of beside its master, as the workspace remembers it; empty if there is none."""
    file, deal_id = split_address(name)
    many = read_many(workspace, str(PurePosixPath(name).with_name(file)))
    deal = many.deals.get(deal_id)
    return _describe(many, deal) if deal else b""


def list_differences(many: Many, deal: Derived) -> dict[str, Any]:
    """What a derived deal says otherwise than its master, by key path; its id is left out."""
    found = {item.path: item.value for item in deal.overrides if item.path != "id"}
    return {path: value for path, value in found.items() if look_up(many.data, path.split(".")) != value}


def refuse_master(workspace: Workspace, name: str) -> Diagnostic | None:
    """A master is no deal by itself. Diagnostics: DL81."""
    batch = find_batch(workspace.root / name)
    return _refuse(read_many(workspace, batch.relative_to(workspace.root).as_posix()), name) if batch else None


def _refuse(many: Many, file: str) -> Diagnostic:
    """A file that stands for many deals is not one of them. Diagnostics: DL81."""
    first = next(iter(many.deals), "ID")
    return Diagnostic("DL81", Span(file), {"file": file, "batch": many.name, "count": len(many.deals), "first": first})
