"""what bidkit needs of the machine that it runs on: each part tried, and what to do where it is missing."""

from __future__ import annotations

import importlib.util
import io
import os
import platform
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bidkit.cache import is_switched_off, open_store
from bidkit.config import find_workspace, load_settings
from bidkit.diagnostic import Diagnostic, Term, has_errors
from bidkit.office import NO_ANSWER, find_office, lay_out, read_version, recalculate
from bidkit.office.fonts import SAME_WIDTHS, find_substitute, list_fonts
from bidkit.ooxml.theme import list_template_fonts
from bidkit.pack import list_packs, read_pack, shipped_packs
from bidkit.reports.surroundings import Check
from bidkit.source import Workspace

if TYPE_CHECKING:
    from bidkit.reports.surroundings import State

_LEAST_SPACE = 500 * 2**20


def examine(here: Path, encoding: str, version: str) -> Iterator[Check]:
    """Every check, one after the other as it is made.

    Args:
        here: the working folder, whose workspace is looked at too.
        encoding: of the terminal.
    """
    yield _say("python", "ok", "doctor_python", version=version, python=platform.python_version())
    yield from _check_packs()
    yield from _check_office()
    yield from _check_fonts(here)
    yield from _check_places(here)
    yield from _check_programs(encoding)


def _say(part: str, state: str, said: str, fix: str = "", **values: object) -> Check:
    return Check(part, cast("State", state), Term(said, tuple((key, str(value)) for key, value in values.items())), fix)


def _check_packs() -> Iterator[Check]:
    packs = list_packs(shipped_packs())
    said = {"folder": shipped_packs(), "packs": ", ".join(packs) or "—"}
    yield _say("packs", "ok" if packs else "error", "doctor_packs", "" if packs else "doctor_fix_packs", **said)


def _check_office() -> Iterator[Check]:
    """LibreOffice by what it does: a document laid out, a workbook computed, neither of them done before."""
    office = find_office()
    if office is None:
        yield _say("office", "warning", "doctor_office_missing", "doctor_fix_office")
        return
    version = read_version()
    if version == NO_ANSWER:  # to try it twice more would take as long again
        yield _say("office", "error", "doctor_failed", "doctor_fix_failed", code="EN02")
        return
    yield _say("office", "ok", "doctor_office", program=office, version=" ".join(version.split())[:80])
    mark = secrets.token_hex()
    for part, work in (("writer", lambda: lay_out({"a.docx": _make_document(mark)})), ("calc", lambda: _compute(mark))):
        started = time.monotonic()
        done, problems = work()
        seconds = f"{time.monotonic() - started:.1f}"
        if done and not has_errors(problems):
            yield _say(part, "ok", "doctor_tried", seconds=seconds)
        else:
            why = problems[0].code if problems else "—"
            yield _say(part, "error", "doctor_failed", "doctor_fix_failed", code=why)


def _make_document(text: str) -> bytes:
    import docx

    document = docx.Document()
    document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _compute(text: str) -> tuple[bytes | None, list[Diagnostic]]:
    import openpyxl

    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["A1"], sheet["A2"] = text, "=1+1"
    stream = io.BytesIO()
    book.save(stream)
    return recalculate(stream.getvalue())


def _check_fonts(here: Path) -> Iterator[Check]:
    """The fonts of the shipped packs and of the workspace's own."""
    installed, _ = list_fonts()
    if installed is None:
        yield _say("fonts", "warning", "doctor_fonts_unknown", "doctor_fix_fontconfig")
        return
    for font, packs in sorted(_list_fonts(here).items()):
        names = {"font": font, "packs": ", ".join(packs)}
        other = SAME_WIDTHS.get(font.casefold(), "")
        if font.casefold() in installed:
            yield _say("fonts", "ok", "doctor_font", **names)
        elif other in installed:
            yield _say("fonts", "ok", "doctor_font_same", other=other.title(), **names)
        else:
            yield _say(
                "fonts", "warning", "doctor_font_missing", "doctor_fix_font", other=find_substitute(font), **names
            )


def _list_fonts(here: Path) -> dict[str, list[str]]:
    """Each font that a pack's documents name, with the packs."""
    found: dict[str, list[str]] = {}
    workspace = find_workspace(here / "deal.yaml")
    for base in [shipped_packs(), *([workspace.root / "templates"] if workspace else [])]:
        for name in list_packs(base):
            pack, _ = read_pack(Workspace(base.parent), f"{base.name}/{name}")
            is_chinese = pack is not None and pack.text.locale.startswith("zh")
            for volume in pack.volumes if pack else ():
                for font in list_template_fonts(volume.content, volume.template, with_east_asian=is_chinese):
                    found.setdefault(font, [])
                    found[font] += [name] if name not in found[font] else []
    return found


def _check_places(here: Path) -> Iterator[Check]:
    """Where bidkit writes: its cache, temporary files, the workspace."""
    if is_switched_off():
        yield _say("cache", "warning", "doctor_cache_off", "doctor_fix_cache_off")
    elif (store := open_store("doctor")) is None or not _is_kept(store):
        yield _say("cache", "warning", "doctor_cache_unusable", "doctor_fix_cache")
    else:
        files = [path for path in store.folder.parent.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files) // 2**20
        yield _say("cache", "ok", "doctor_cache", folder=store.folder.parent, size=size)
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    is_low = free < _LEAST_SPACE
    values = {"folder": folder, "free": free // 2**20}
    yield _say(
        "temporary", "warning" if is_low else "ok", "doctor_temporary", "doctor_fix_space" if is_low else "", **values
    )
    workspace = find_workspace(here / "deal.yaml")
    if workspace is None:
        yield _say("workspace", "ok", "doctor_no_workspace")
        return
    settings, _ = load_settings(workspace)
    root = workspace.root
    if settings is None:
        yield _say("workspace", "error", "doctor_settings", "doctor_fix_settings", folder=root)
    elif not os.access(root / "dist" if (root / "dist").exists() else root, os.W_OK):
        yield _say("workspace", "error", "doctor_read_only", "doctor_fix_read_only", folder=root)
    else:
        yield _say("workspace", "ok", "doctor_workspace", folder=root, company=settings.company.name)


def _is_kept(store: Any) -> bool:
    """Whether what is put into a store comes back."""
    store.put("doctor", b"1")
    return bool(store.get("doctor") == b"1")


def _check_programs(encoding: str) -> Iterator[Check]:
    if git := shutil.which("git"):
        yield _say("git", "ok", "doctor_git", program=git)
    else:
        yield _say("git", "warning", "doctor_no_git", "doctor_fix_git")
    is_utf8 = encoding.lower().replace("-", "") == "utf8"
    state, fix = ("ok", "") if is_utf8 else ("warning", "doctor_fix_terminal")
    yield _say("terminal", state, "doctor_terminal", fix, encoding=encoding or "—")
    has_cluster = importlib.util.find_spec("distributed") is not None
    yield _say("cluster", "ok", "doctor_cluster" if has_cluster else "doctor_no_cluster")
