"""a built file that somebody has edited, held against its build: every difference, and the source of each text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from bidkit.build import make_package
from bidkit.config import find_workspace
from bidkit.diagnostic import Diagnostic, Span
from bidkit.edits import Found, Reconciled
from bidkit.edits.books import MAIN, ReadBook, read_book
from bidkit.edits.cells import compare_books
from bidkit.edits.documents import compare_documents, is_alike, is_draft
from bidkit.edits.origins import Sources
from bidkit.edits.pieces import BODY, ReadWord, read_pieces
from bidkit.judging import Judged, judge_deal
from bidkit.ooxml import opc
from bidkit.options import Options
from bidkit.package import MANIFEST
from bidkit.package import find_edits as find_edited_files
from bidkit.readback import read_docx
from bidkit.source import decode, parse_mapping

ReadFile = ReadWord | ReadBook


def reconcile_file(
    edited: Path, deal: Path | None, here: Path, options: Options
) -> tuple[Reconciled | None, Path | None, list[Diagnostic]]:
    """The differences of an edited file; None if it cannot be read, or is not one of this deal.

    Args:
        deal: its deal; looked for by its title in the workspace around the file or `here` if None.

    Returns:
        Also the workspace. Diagnostics: DL19, EN61 (no deal, or several), EN62, EN63 (of another deal), TP01, and those
        that keep a deal from being judged.
    """
    read, problems = read_edited(edited.read_bytes(), edited.name)
    if read is None:
        return None, edited.parent, problems
    if deal is None:
        deals = [*_find_deals(edited, here, read.keys())]
        if len(deals) != 1:
            shown = ", ".join(str(path) for path in deals) or "—"
            return None, None, [Diagnostic("EN61", None, {"file": edited.name, "deals": shown})]
        deal = deals[0]
    judged, problems = judge_deal(deal, replace(options, is_draft=True), tries_filling=False)
    if judged is None:
        workspace = find_workspace(deal)
        return None, workspace.root if workspace else None, problems
    root = judged.workspace.root
    suffix = ".docx" if isinstance(read, ReadWord) else ".xlsx"
    candidates = dict(_list_built(deal, judged, replace(options, is_draft=is_draft(read.keys())), suffix))
    name, built = _find_nearest(candidates, read)
    if built is None or not is_alike(built.keys(), read.keys()):
        values = {"file": edited.name, "deal": judged.deal_name}
        return None, root, [Diagnostic("EN63", None, values)]
    found = _compare(built, read, edited.name, _make_sources(judged))
    return Reconciled(edited.name, name, found.edits, found.forms, found.marks, root), root, []


def read_edited(content: bytes, name: str) -> tuple[ReadFile | None, list[Diagnostic]]:
    """What a file says. Diagnostics: TP01, EN62 (neither .docx nor .xlsx)."""
    package, problems = opc.read_package(content, name)
    if package is None:
        return None, problems
    if BODY in package:
        return read_pieces(content, name)
    if MAIN in package:
        return read_book(content, name)
    return None, [Diagnostic("EN62", Span(name), {"file": name})]


def _compare(built: ReadFile, edited: ReadFile, name: str, sources: Sources) -> Found:
    if isinstance(built, ReadWord) and isinstance(edited, ReadWord):
        return compare_documents(built, edited, sources)
    assert isinstance(built, ReadBook) and isinstance(edited, ReadBook)  # candidates are of the edited file's kind
    return compare_books(built, edited, name, sources)


def _find_deals(edited: Path, here: Path, keys: list[str]) -> Iterator[Path]:
    """The deals whose titles the file has."""
    workspace = find_workspace(edited) or find_workspace(here / "deal.yaml")
    text = "".join("".join(key.split()) for key in keys)
    for path in sorted((workspace.root / "deals").glob("**/deal.yaml")) if workspace else ():
        read, _ = decode(path.read_bytes(), path.name)
        data = parse_mapping(read, path.name)[0] if read else None
        title = "".join(str(data.get("title") or "").split()) if data else ""
        if title and title in text:
            yield path


def _list_built(deal: Path, judged: Judged, options: Options, suffix: str) -> Iterator[tuple[str, ReadFile]]:
    """The files of this kind: those of packages that nobody has edited, then as they would be built now.

    Args:
        options: whether a draft is looked for; if there can be no final file, a draft will do.
    """
    root, name = judged.workspace.root, judged.bid.deal.id
    for folder in ((options.out or root / "dist") / name, (options.out or root / "dist") / f"{name}-DRAFT"):
        touched = find_edited_files(folder)
        for path in sorted((folder / "submit").glob(f"*{suffix}")) if MANIFEST not in touched else ():
            if path.relative_to(folder).as_posix() not in touched:
                yield from _read_built(str(path), path.read_bytes())
    _, files = make_package(deal, options)
    if files is None:
        _, files = make_package(deal, replace(options, is_draft=True))
    for file, content in (files or {}).items():
        if file.startswith("submit/") and file.endswith(suffix):
            yield from _read_built(file, content)


def _read_built(name: str, content: bytes) -> Iterator[tuple[str, ReadFile]]:
    read, _ = read_edited(content, name)
    yield from [(name, read)] if read is not None else []


def _find_nearest(candidates: Mapping[str, ReadFile], read: ReadFile) -> tuple[str, ReadFile | None]:
    """The built file that shares most with the edited one; a draft is nearer to a draft."""
    kept = Counter(read.keys())
    shared = {name: (Counter(built.keys()) & kept).total() for name, built in candidates.items()}
    best = max(shared, key=lambda name: shared[name], default="")
    return best, candidates.get(best)


def _make_sources(judged: Judged) -> Sources:
    """All that people wrote for this bid, and the fixed texts of its pack."""
    bid = judged.bid
    records = (bid.deal, bid.company, *bid.catalog.products, *bid.catalog.services, *bid.selection.chosen)
    files = {f"{judged.pack.name}/{volume.template}": volume.content for volume in judged.pack.volumes}
    files |= {f"{judged.pack.name}/{name}": content for name, content in judged.pack.includes.items()}
    templates = {name: [text for _, text in read_docx(content, name).texts] for name, content in files.items()}
    return Sources(bid, records, templates)
