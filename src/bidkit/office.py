"""LibreOffice: PDF and page numbers; the fonts that are installed.

Every call gets a private folder (profile, HOME, TMPDIR, input, output) and a process group of its own, and leaves
neither behind. LibreOffice exits with 0 for a broken file, a full disk and more, so only what it wrote is judged.
"""

from __future__ import annotations

import contextlib
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import TYPE_CHECKING

from bidkit.cache import open_store
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.scratch import clear_scratch, name_scratch

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_SCRATCH = "bidkit-office-"
_PLACES = (
    "soffice",
    "libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
)
_COMMON = "/org.openoffice.Office.Common/Security/Scripting"
_HARDENED = (
    # No linked picture is loaded, neither from the network nor from this disk.
    (_COMMON, "BlockUntrustedRefererLinks", "true"),
    (_COMMON, "DisableMacrosExecution", "true"),
    (_COMMON, "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    # Every bookmark becomes a destination, which tells its page.
    ("/org.openoffice.Office.Common/Filter/PDF/Export", "ExportBookmarksToPDFDestination", "true"),
    # A version that a profile has not seen yet first tests how it draws (GraphicsRenderTests), half of a whole call.
    ("/org.openoffice.Setup/Product", "ooSetupLastVersion", "99.9"),
)
_RECALCULATE = (("/org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", "0"),)
_SETTING = '<item oor:path="{}"><prop oor:name="{}" oor:op="fuse"><value>{}</value></prop></item>'
_SETTINGS = '<?xml version="1.0"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">{}</oor:items>\n'
SAME_WIDTHS = {
    "times new roman": "liberation serif",
    "arial": "liberation sans",
    "courier new": "liberation mono",
    "calibri": "carlito",
    "cambria": "caladea",
}
"""Fonts that LibreOffice replaces by one of the same widths, so that lines and pages end where they would."""
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/etc/fonts")
_MAX_LAYOUTS = 2**30
_OUTPUT_CHARS = 200
_GROUP_END_SECONDS = 2.0
_FONTS_SECONDS = 60.0
NO_ANSWER = "no answer"
"""What a LibreOffice says of its version that does not answer in time."""

# PDFium bears one thread at a time; whoever reads a PDF takes this lock.
PDFIUM = threading.Lock()
UNSOUND = (RuntimeError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""How a PDF shows besides pikepdf.PdfError that something in it is damaged, or of another kind than it should be."""


def find_office() -> str | None:
    """The LibreOffice program: BIDKIT_SOFFICE, or on PATH, or in the usual place; None if it is not there."""
    named = os.environ.get("BIDKIT_SOFFICE")
    for name in (named,) if named else _PLACES:
        found = shutil.which(name)
        if found:
            return str(Path(found).absolute())
    return None


def read_version() -> str:
    """What LibreOffice says of its version, or why it does not; empty if it is not there."""
    office = find_office()
    if office is None:
        return ""
    try:
        with _private_folder(_HARDENED) as folder:
            profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
            said = _run([office, profile, "--version"], folder, _FONTS_SECONDS)
            return NO_ANSWER if said is None else said.strip() or "…"
    except OSError as error:
        return error.strerror or str(error)


def lay_out(
    documents: Mapping[str, bytes], timeout_seconds: float | None = None
) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """The PDF of each .docx and .xlsx under the same name; one LibreOffice call per kind.

    What the same LibreOffice has laid out before, with the same fonts, is taken from the user's store.

    Args:
        documents: content by name; a name ends in .docx or .xlsx.
        timeout_seconds: for each call; None means 60 s and 1 s more per MB.

    Returns:
        The whole PDFs, and EN01 (no LibreOffice), EN02 (a call took too long), EN03 (no whole PDF of a document), EN04
        (no room for temporary files; then no PDFs at all).
    """
    office = find_office()
    if not documents:
        return {}, []
    if office is None:
        return {}, [Diagnostic("EN01", None, {}, Severity.INFO)]
    store = open_store("layouts", _MAX_LAYOUTS)
    maker = f"{describe_office()} {_HARDENED}" if store else ""
    keys = {
        name: f"{maker} {_TO_PDF[_suffix(name)].convert_to} {sha256(content).hexdigest()}"
        for name, content in documents.items()
    }
    kept = {name: pdf for name, key in keys.items() if store and (pdf := store.get(key)) is not None}
    others = {name: content for name, content in documents.items() if name not in kept}
    made, diagnostics = _lay_out(office, others, timeout_seconds) if others else ({}, [])
    for name, pdf in made.items():
        if store:
            store.put(keys[name], pdf)
    pdfs = kept | made
    return {name: pdfs[name] for name in documents if name in pdfs}, diagnostics


def _lay_out(
    office: str, documents: Mapping[str, bytes], timeout_seconds: float | None
) -> tuple[dict[str, bytes], list[Diagnostic]]:
    by_kind: dict[str, dict[str, bytes]] = {kind: {} for kind in _TO_PDF}
    for name, content in documents.items():
        by_kind[_suffix(name)][name] = content
    pdfs: dict[str, bytes] = {}
    diagnostics: list[Diagnostic] = []
    try:
        with _private_folder(_HARDENED) as folder:
            for kind, sources in by_kind.items():
                if sources:
                    made, found = _convert(office, folder, _TO_PDF[kind], sources, timeout_seconds)
                    pdfs |= made
                    diagnostics += found
    except OSError as error:
        return {}, [_report_folder(error)]
    return pdfs, diagnostics


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def describe_office() -> str:
    """What a layout depends on beside the document: the program and the fonts, each file by its size and time."""
    office = find_office()
    fonts = [path for folder in _FONT_FOLDERS for path in sorted(Path(folder).expanduser().rglob("*"))]
    program = [office, _stamp(Path(office).resolve())] if office else []
    return sha256(repr((program, [(str(path), _stamp(path)) for path in fonts])).encode()).hexdigest()


def _stamp(path: Path) -> tuple[int, int]:
    """Size and time of a file; nothing of a link that leads nowhere, as folders of fonts have them."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def list_fonts() -> tuple[frozenset[str] | None, list[Diagnostic]]:
    """The names of the installed font families, in all their languages, case folded.

    Returns:
        None when fontconfig's fc-list is not there or fails: EN10.
    """
    program = shutil.which("fc-list")
    try:
        command = [program, "--format", "%{family}\\n"] if program else []
        done = subprocess.run(command, capture_output=True, timeout=_FONTS_SECONDS, check=True) if command else None
    except (OSError, subprocess.SubprocessError):
        done = None
    if done is None:
        return None, [Diagnostic("EN10", None, {}, Severity.INFO)]
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return frozenset(name.strip().casefold() for line in lines for name in line.split(",") if name.strip()), []


def find_substitute(font: str) -> str:
    """The font family that takes a font's place here, as fontconfig says; — where it does not.

    For a font with a Chinese name, one that has Chinese characters, as LibreOffice takes it for Chinese text.
    """
    program = shutil.which("fc-match")
    pattern = re.sub(r"([\\:,-])", r"\\\1", font) + (":lang=zh-cn" if re.search(r"[\u3400-\u9fff]", font) else "")
    try:
        command = [program, "--format", "%{family}", pattern] if program else []
        done = subprocess.run(command, capture_output=True, timeout=_FONTS_SECONDS, check=True) if command else None
    except (OSError, subprocess.SubprocessError):
        done = None
    return done.stdout.decode("utf-8", "replace").split(",")[0].strip() if done else "—"


def find_missing_fonts(fonts: Iterable[str]) -> tuple[tuple[str, ...], list[Diagnostic]]:
    """Those of some fonts that are not installed, nor others of the same widths. Diagnostics: EN10."""
    installed, problems = list_fonts()
    if installed is None:
        return (), problems
    own = [font for font in fonts if not {font.casefold(), SAME_WIDTHS.get(font.casefold(), "")} & installed]
    return tuple(own), []


def recalculate(workbook: bytes) -> tuple[bytes | None, list[Diagnostic]]:
    """The .xlsx as LibreOffice writes it after computing every formula afresh, for checking cached values.

    Returns:
        None when that failed: EN01 (no LibreOffice), EN02 (took too long), EN03 (no whole .xlsx).
    """
    name = "workbook.xlsx"
    made, diagnostics = recalculate_all({name: workbook})
    return made.get(name), diagnostics


def recalculate_all(workbooks: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """Several at once, by name; without those that failed: EN01, EN02, EN03, EN04."""
    return _remake(workbooks, _TO_XLSX, _HARDENED + _RECALCULATE)


def convert_doc(content: bytes, name: str) -> tuple[bytes | None, list[Diagnostic]]:
    """A Word 97 document as a .docx. Diagnostics: EN21 (no LibreOffice), EN02, EN03, EN04."""
    if find_office() is None:
        return None, [Diagnostic("EN21", None, {"file": name})]
    made, problems = _remake({name: content}, _TO_DOCX, _HARDENED)
    return made.get(name), problems


def _remake(
    sources: Mapping[str, bytes], job: _Job, settings: tuple[tuple[str, str, str], ...]
) -> tuple[dict[str, bytes], list[Diagnostic]]:
    office = find_office()
    if office is None:
        return {}, [Diagnostic("EN01", None, {}, Severity.INFO)]
    try:
        with _private_folder(settings) as folder:
            return _convert(office, folder, job, sources, None)
    except OSError as error:
        return {}, [_report_folder(error)]


def _report_folder(error: OSError) -> Diagnostic:
    """Where temporary files could not be written, and why."""
    return Diagnostic("EN04", None, {"folder": tempfile.gettempdir(), "reason": error.strerror or str(error)})


def read_outline(pdf: bytes) -> list[tuple[int, str, int]]:
    """The outline of a PDF in its order: level from 1, title, page from 1; an entry that leads nowhere is left out."""
    from pypdfium2 import PdfDocument

    entries = []
    with PDFIUM, PdfDocument(pdf) as document:
        for bookmark in document.get_toc():
            target = bookmark.get_dest()
            page = target.get_index() if target else None
            if page is not None:
                entries.append((bookmark.level + 1, bookmark.get_title(), page + 1))
    return entries


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF has."""
    from pypdfium2 import PdfDocument

    with PDFIUM, PdfDocument(pdf) as document:
        return len(document)


def read_page_texts(pdf: bytes) -> list[str]:
    """The text of each page of a PDF, in the order in which it was written there."""
    from pypdfium2 import PdfDocument

    with PDFIUM, PdfDocument(pdf) as document:
        return [read_page_text(page) for page in document]


def read_page_text(page: PdfPage) -> str:
    """The text of an open page; PDFium has a mark for a hyphen at the end of a line, which is one here."""
    return str(page.get_textpage().get_text_bounded()).replace("\x02", "-")


def read_destinations(pdf: bytes) -> dict[str, int]:
    """The named destinations of a PDF, which LibreOffice makes of bookmarks: their pages from 1."""
    import ctypes

    from pypdfium2 import PdfDocument, raw

    pages: dict[str, int] = {}
    with PDFIUM, PdfDocument(pdf) as document:
        for position in range(raw.FPDF_CountNamedDests(document.raw)):
            size = ctypes.c_long(0)
            raw.FPDF_GetNamedDest(document.raw, position, None, size)
            if size.value <= 0:  # longer than PDFium can tell
                continue
            buffer = ctypes.create_string_buffer(size.value)
            target = raw.FPDF_GetNamedDest(document.raw, position, buffer, size)
            page = raw.FPDFDest_GetDestPageIndex(document.raw, target) if target else -1
            if page >= 0:
                pages[buffer.raw.decode("utf-16-le").rstrip("\0")] = page + 1
    return pages


def _is_pdf_whole(content: bytes) -> bool:
    from pypdfium2 import PdfDocument, PdfiumError

    # PDFium repairs a file that is cut off, silently dropping pages; a whole one has its end mark.
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        return False
    try:
        with PDFIUM, PdfDocument(content) as document:
            return len(document) >= 1
    except PdfiumError:
        return False


def _holds(part: str, content: bytes) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return part in archive.namelist()
    except zipfile.BadZipFile:
        return False


@dataclass(frozen=True, slots=True)
class _Job:
    """One kind of conversion; without an explicit filter, text named .docx would be taken for a document."""

    infilter: str
    convert_to: str
    suffixes: tuple[str, str]
    is_whole: Callable[[bytes], bool]


_TO_PDF = {
    ".docx": _Job("MS Word 2007 XML", "pdf", (".docx", ".pdf"), _is_pdf_whole),
    ".xlsx": _Job("Calc MS Excel 2007 XML", "pdf", (".xlsx", ".pdf"), _is_pdf_whole),
}
_TO_XLSX = _Job(
    "Calc MS Excel 2007 XML", "xlsx:Calc MS Excel 2007 XML", (".xlsx", ".xlsx"), partial(_holds, "xl/workbook.xml")
)
_TO_DOCX = _Job("MS Word 97", "docx:MS Word 2007 XML", (".doc", ".docx"), partial(_holds, "word/document.xml"))


def _convert(
    office: str, folder: Path, job: _Job, sources: Mapping[str, bytes], timeout_seconds: float | None
) -> tuple[dict[str, bytes], list[Diagnostic]]:
    before, after = job.suffixes
    given, made = Path(tempfile.mkdtemp(dir=folder)), Path(tempfile.mkdtemp(dir=folder))
    paths = {name: given / f"{number}{before}" for number, name in enumerate(sources, start=1)}
    for name, path in paths.items():
        path.write_bytes(sources[name])
    seconds = timeout_seconds
    if seconds is None:
        seconds = 60 + math.ceil(sum(map(len, sources.values())) / 2**20)
    command = [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    command += [f"--infilter={job.infilter}", "--convert-to", job.convert_to, "--outdir", str(made)]
    output = _run([*command, *map(str, paths.values())], folder, seconds)
    if output is None:
        return {}, [Diagnostic("EN02", None, {"seconds": seconds})]
    for name, path in paths.items():
        output = output.replace(str(path), name)
    output = output.replace(f"{made}{os.sep}", "").strip()[-_OUTPUT_CHARS:]
    results: dict[str, bytes] = {}
    diagnostics: list[Diagnostic] = []
    for name, path in paths.items():
        result = made / f"{path.stem}{after}"
        content = result.read_bytes() if result.is_file() else b""
        # An empty file is a blank document to LibreOffice.
        if sources[name] and job.is_whole(content):
            results[name] = content
        else:
            diagnostics.append(Diagnostic("EN03", None, {"file": name, "output": output}))
    return results, diagnostics


# `read` ends when our side of the pipe is closed, also by our death; 0 is the group, and this shell becomes its leader.
_WATCH = 'exec 3<&0 </dev/null; (read -r _ <&3; kill -9 0) & exec "$@" 3<&-'
_WATCHED = () if sys.platform == "win32" else ("sh", "-c", _WATCH, "sh")


def _run(command: list[str], folder: Path, seconds: float) -> str | None:
    """Everything the command printed; None if it was not done in time.

    No process of its group outlives the call, nor us if we are killed: its pipe from us is then closed.
    """
    log = folder / "output.txt"
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("wb"))
        prefix = _offline()
        try:
            with interrupt_held():
                process = subprocess.Popen(
                    [*_WATCHED, *prefix, *command],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env=_make_environment(folder),
                    start_new_session=True,
                )
                stack.callback(_end_group, process)
        except OSError as error:
            return str(error)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
    return log.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def interrupt_held() -> Iterator[None]:
    """Ctrl-C waits until the block is left: in the midst of Popen, say, a process that has started would be lost."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield  # only the main thread is interrupted; a handler that is not Python's cannot be put back
        return
    held: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if held and callable(before):
            before(*held[0])


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the group, also when its leader has ended, and wait until it is gone."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        deadline = time.monotonic() + _GROUP_END_SECONDS
        # macOS answers EPERM for a group of zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            while time.monotonic() < deadline:
                os.killpg(process.pid, signal.SIGKILL)
                process.poll()
                if sys.platform == "linux" and not _is_running(process.pid):
                    break
                time.sleep(0.01)
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _is_running(group: int) -> bool:
    """Whether a process of the group is more than a zombie; in a container no one may be there to collect those."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, its_group, *_ = path.read_bytes().rpartition(b")")[2].split()
            if int(its_group) == group and state not in (b"Z", b"X"):
                return True
    return False


def _offline() -> list[str]:
    """What to put before a command so that it has no network at all; nothing where this system does not allow it."""
    unshare = shutil.which("unshare")
    for options in (["--net"], ["--map-current-user", "--net"]) if unshare else ():
        prefix = [str(unshare), *options, "--"]
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    return []


def _make_environment(folder: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    # With a HOME of its own it would miss the fonts that the user has installed.
    fonts = os.environ.get("XDG_DATA_HOME") or f"{os.environ.get('HOME', '')}/.local/share"
    scratch = str(folder / "tmp")
    # The locale is fixed, because it decides, among others, the paper of a sheet that names none.
    own = {"HOME": str(folder / "home"), "TMPDIR": scratch, "TEMP": scratch, "TMP": scratch, "LC_ALL": "C.UTF-8"}
    return kept | own | {"XDG_DATA_HOME": fonts}


@contextlib.contextmanager
def _private_folder(settings: tuple[tuple[str, str, str], ...]) -> Iterator[Path]:
    clear_scratch(Path(tempfile.gettempdir()), _SCRATCH)
    with tempfile.TemporaryDirectory(prefix=name_scratch(_SCRATCH), ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        for part in ("home", "tmp", "profile/user"):
            (folder / part).mkdir(parents=True)
        items = "".join(_SETTING.format(*setting) for setting in settings)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(
            _SETTINGS.format(items), encoding="utf-8"
        )
        yield folder
