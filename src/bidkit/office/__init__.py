"""LibreOffice: documents become PDF, workbooks are computed afresh, old formats become new ones.

Every call gets a private folder (profile, HOME, TMPDIR, input, output) and a process group of its own, and leaves
neither behind. LibreOffice exits with 0 for a broken file, a full disk and more, so only what it wrote is judged.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath

from bidkit.cache import open_store
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.office.pages import is_pdf_whole
from bidkit.office.running import private_folder, run

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
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts", "/etc/fonts")
_MAX_LAYOUTS = 2**30
_OUTPUT_CHARS = 200
_VERSION_SECONDS = 60.0
NO_ANSWER = "no answer"
"""What a LibreOffice says of its version that does not answer in time."""


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
        with private_folder(_HARDENED) as folder:
            profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
            said = run([office, profile, "--version"], folder, _VERSION_SECONDS)
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
        with private_folder(_HARDENED) as folder:
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
        with private_folder(settings) as folder:
            return _convert(office, folder, job, sources, None)
    except OSError as error:
        return {}, [_report_folder(error)]


def _report_folder(error: OSError) -> Diagnostic:
    """Where temporary files could not be written, and why."""
    return Diagnostic("EN04", None, {"folder": tempfile.gettempdir(), "reason": error.strerror or str(error)})


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
    ".docx": _Job("MS Word 2007 XML", "pdf", (".docx", ".pdf"), is_pdf_whole),
    ".xlsx": _Job("Calc MS Excel 2007 XML", "pdf", (".xlsx", ".pdf"), is_pdf_whole),
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
    output = run([*command, *map(str, paths.values())], folder, seconds)
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
