"""a built file that somebody has edited, held against its build: every difference, and the source of each text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from bidkit.build import make_package
from bidkit.config import find_workspace
from bidkit.diagnostic import Diagnostic
from bidkit.edits import Reconciled, find_edits, is_alike
from bidkit.edits.origins import Sources
from bidkit.edits.pieces import Piece, read_marks, read_pieces
from bidkit.judging import Judged, judge_deal
from bidkit.options import Options
from bidkit.package import MANIFEST
from bidkit.package import find_edits as find_edited_files
from bidkit.readback import read_docx
from bidkit.source import decode, parse_mapping


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
    content = edited.read_bytes()
    pieces, problems = read_pieces(content, edited.name)
    if problems:
        return None, edited.parent, problems
    if deal is None:
        deals = [*_find_deals(edited, here, pieces)]
        if len(deals) != 1:
            shown = ", ".join(str(path) for path in deals) or "—"
            return None, None, [Diagnostic("EN61", None, {"file": edited.name, "deals": shown})]
        deal = deals[0]
    judged, problems = judge_deal(deal, replace(options, is_draft=True), tries_filling=False)
    if judged is None:
        workspace = find_workspace(deal)
        return None, workspace.root if workspace else None, problems
    candidates = dict(_list_built(deal, judged, options, PurePosixPath(edited.name).suffix.lower()))
    name, built = _find_nearest(candidates, pieces)
    if not name or not is_alike(built, pieces):
        values = {"file": edited.name, "deal": judged.deal_name}
        return None, judged.workspace.root, [Diagnostic("EN63", None, values)]
    found = find_edits(built, pieces, _make_sources(judged))
    root = judged.workspace.root
    return Reconciled(edited.name, name, tuple(found), tuple(read_marks(content, edited.name)), root), root, []


def _find_deals(edited: Path, here: Path, pieces: Sequence[Piece]) -> Iterator[Path]:
    """The deals whose titles the file has."""
    workspace = find_workspace(edited) or find_workspace(here / "deal.yaml")
    text = "".join("".join(piece.text.split()) for piece in pieces)
    for path in sorted((workspace.root / "deals").glob("**/deal.yaml")) if workspace else ():
        read, _ = decode(path.read_bytes(), path.name)
        data = parse_mapping(read, path.name)[0] if read else None
        title = "".join(str(data.get("title") or "").split()) if data else ""
        if title and title in text:
            yield path


def _list_built(deal: Path, judged: Judged, options: Options, suffix: str) -> Iterator[tuple[str, list[Piece]]]:
    """The files of this kind: those of packages that nobody has edited, then as they would be built now."""
    root, name = judged.workspace.root, judged.bid.deal.id
    for folder in ((options.out or root / "dist") / name, (options.out or root / "dist") / f"{name}-DRAFT"):
        touched = find_edited_files(folder)
        for path in sorted((folder / "submit").glob(f"*{suffix}")) if MANIFEST not in touched else ():
            if path.relative_to(folder).as_posix() not in touched:
                yield str(path), read_pieces(path.read_bytes(), path.name)[0]
    _, files = make_package(deal, options)
    if files is None:
        _, files = make_package(deal, replace(options, is_draft=True))
    for file, content in (files or {}).items():
        if file.startswith("submit/") and file.endswith(suffix):
            yield file, read_pieces(content, file)[0]


def _find_nearest(candidates: Mapping[str, list[Piece]], pieces: Sequence[Piece]) -> tuple[str, list[Piece]]:
    """The built file that shares most with the edited one."""
    kept = Counter(piece.key for piece in pieces)
    shared = {name: sum((Counter(piece.key for piece in built) & kept).values()) for name, built in candidates.items()}
    best = max(shared, key=lambda name: shared[name], default="")
    return best, candidates.get(best, [])


def _make_sources(judged: Judged) -> Sources:
    """All that people wrote for this bid, and the fixed texts of its pack."""
    bid = judged.bid
    records = (bid.deal, bid.company, *bid.catalog.products, *bid.catalog.services, *bid.selection.chosen)
    files = {f"{judged.pack.name}/{volume.template}": volume.content for volume in judged.pack.volumes}
    files |= {f"{judged.pack.name}/{name}": content for name, content in judged.pack.includes.items()}
    templates = {name: [text for _, text in read_docx(content, name).texts] for name, content in files.items()}
    return Sources(bid, records, templates)
