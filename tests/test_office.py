"""LibreOffice: what it is given, what it must not reach, and every way in which it fails."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest
import xlsxwriter
from docx.oxml.ns import qn
from docx.shared import Cm
from PIL import Image

from bidkit.diagnostic import Diagnostic, Severity
from bidkit.office import find_office, lay_out, recalculate
from bidkit.office.pages import read_destinations, read_outline
from bidkit.scratch import name_scratch

Fake = Callable[[str], None]
OFFICE = find_office()
RED = (255, 0, 0)
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"

posix = pytest.mark.skipif(os.name != "posix", reason="the fake soffice is a shell script")


def office(test: Callable[..., None]) -> Any:
    absent = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed (or set BIDKIT_SOFFICE)")
    return pytest.mark.office(absent(test))


@pytest.fixture(autouse=True)
def _no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every layout is made."""
    monkeypatch.setenv("BIDKIT_CACHE", "off")


def make_docx(*headings: str) -> bytes:
    document = docx.Document()
    for heading in headings:
        document.add_heading(heading, 1)
        document.add_paragraph("正文 text")
        document.add_page_break()
    return save(document)


def save(document: Any) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def make_xlsx() -> bytes:
    stream = BytesIO()
    with xlsxwriter.Workbook(stream) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_number("A1", 2)
        sheet.write_formula("B1", "=A1*10", value=999)
    return stream.getvalue()


def make_picture() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (200, 200), RED).save(stream, "png")
    return stream.getvalue()


def make_docx_with_linked_picture(url: str) -> bytes:
    document = docx.Document()
    document.add_paragraph("before")
    document.add_picture(BytesIO(make_picture()), width=Cm(10))
    blip = next(document.element.iter(qn("a:blip")))
    del blip.attrib[qn("r:embed")]
    blip.set(qn("r:link"), document.part.relate_to(url, LINK, is_external=True))
    return save(document)


def is_red_shown(pdf: bytes) -> bool:
    with pypdfium2.PdfDocument(pdf) as document:
        colours = document[0].render().to_pil().convert("RGB").getcolors(2**24)
    return any(colour == RED for _, colour in colours)


@contextmanager
def listen(requests: list[str]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            line = self.rfile.readline()
            requests.append(line.decode(errors="replace").strip())
            picture = make_picture()
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: image/png\r\n\r\n" + picture)
            self.close_connection = True

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/picture.png"
        finally:
            server.shutdown()
            thread.join()


def convert_plainly(content: bytes, folder: Path) -> bytes:
    """The PDF by an ordinary call, to show that a trap does catch."""
    (folder / "trap.docx").write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*command, str(folder / "trap.docx")], check=True, capture_output=True, timeout=120)
    return (folder / "trap.pdf").read_bytes()


def put_program(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z")


def read_pids(folder: Path) -> list[int]:
    return [int(pid) for pid in (folder / "pids").read_text(encoding="utf-8").split()]


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the private folders are made, so that what is left of them is seen."""
    folder = tmp_path / "scratch 目录"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


# -- what it finds ----------------------------------------------------------------------------------------------------


@posix
def test_program_named_in_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = put_program(tmp_path / "a", "mine", "exit 0")
    put_program(tmp_path / "b", "soffice", "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path / "b"))
    monkeypatch.setenv("BIDKIT_SOFFICE", str(named))
    assert find_office() == str(named)


@posix
def test_program_is_looked_up_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BIDKIT_SOFFICE", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "b"))
    second = put_program(tmp_path / "b", "libreoffice", "exit 0")
    assert find_office() == str(second)
    first = put_program(tmp_path / "b", "soffice", "exit 0")
    assert find_office() == str(first)


def test_missing_program_is_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nowhere/soffice")
    expected = [Diagnostic("EN01", None, {}, Severity.INFO)]
    assert lay_out({"a.docx": b"", "b.xlsx": b""}) == ({}, expected)
    assert recalculate(b"") == (None, expected)


@posix
def test_no_room_for_temporary_files_is_one_finding(tmp_path: Path, scratch: Path) -> None:
    program = put_program(tmp_path, "soffice", "exit 0")
    script = (
        "import resource, signal, tempfile\n"
        "from bidkit.office import lay_out, recalculate\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n"
        "found = [*lay_out({'a.docx': bytes(50_000)})[1], *recalculate(bytes(50_000))[1]]\n"
        "assert [item.code for item in found] == ['EN04', 'EN04'], found\n"
        "assert found[0].values['folder'] == tempfile.gettempdir()\n"
    )
    environment = {**os.environ, "BIDKIT_SOFFICE": str(program), "TMPDIR": str(scratch)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert list(scratch.iterdir()) == []


def test_nothing_to_lay_out_needs_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nowhere/soffice")
    assert lay_out({}) == ({}, [])


# -- how it fails -----------------------------------------------------------------------------------------------------

REMEMBER = 'echo $$ >> "{folder}/pids"; sleep 300 & echo $! >> "{folder}/pids"; '
FIND_OUTPUT = 'while [ "$1" != "--outdir" ]; do shift; done; '


@pytest.fixture
def fake(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    def put(script: str) -> None:
        text = REMEMBER.replace("{folder}", str(tmp_path)) + script
        monkeypatch.setenv("BIDKIT_SOFFICE", str(put_program(tmp_path / "fake", "soffice", text)))

    yield put
    assert not [pid for pid in read_pids(tmp_path) if is_alive(pid)]
    assert list(scratch.iterdir()) == []


@posix
def test_hanging_program_is_stopped_at_the_deadline(fake: Fake, scratch: Path) -> None:
    fake("sleep 300")
    start = time.monotonic()
    assert lay_out({"a.docx": b"a", "b.docx": b"b"}, 0.5) == ({}, [Diagnostic("EN02", None, {"seconds": 0.5})])
    assert time.monotonic() - start < 2.5


@posix
def test_pdf_left_by_a_hanging_program_is_not_taken(fake: Fake) -> None:
    pdf = make_pdf()
    fake(FIND_OUTPUT + f"printf '{pdf}' > \"$2/1.pdf\"; sleep 300")
    assert lay_out({"a.docx": b"a"}, 0.5) == ({}, [Diagnostic("EN02", None, {"seconds": 0.5})])


@posix
def test_crashing_program_is_reported_with_its_last_words(fake: Fake) -> None:
    fake("echo first; echo last words >&2; kill -SEGV $$")
    pdfs, findings = lay_out({"a.docx": b"a", "b.docx": b"b"})
    assert pdfs == {}
    values = {"output": "first\nlast words"}
    assert findings == [Diagnostic("EN03", None, {"file": name, **values}) for name in ("a.docx", "b.docx")]


@posix
def test_program_that_prints_and_ends_well_without_a_pdf_is_reported(fake: Fake) -> None:
    fake("i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done; exit 0")
    pdfs, findings = lay_out({"a.docx": b"a"})
    assert pdfs == {}
    assert [(item.code, item.values["file"], len(item.values["output"])) for item in findings] == [
        ("EN03", "a.docx", 200)
    ]
    assert findings[0].values["output"].endswith("line 98\nline 99")


@posix
@pytest.mark.parametrize("content", ["", "%%PDF-", "%%PDF-1.7 nothing %%%%EOF", "hello"])
def test_empty_or_broken_pdf_is_reported(fake: Fake, content: str) -> None:
    fake(FIND_OUTPUT + f"printf '{content}' > \"$2/1.pdf\"; exit 0")
    assert lay_out({"a.docx": b"a"}) == ({}, [Diagnostic("EN03", None, {"file": "a.docx", "output": ""})])


@posix
def test_cut_off_pdf_is_reported(fake: Fake) -> None:
    pdf = make_pdf()
    fake(FIND_OUTPUT + f"printf '{pdf.replace('%%%%EOF', '')}' > \"$2/1.pdf\"")
    assert lay_out({"a.docx": b"a"})[1] == [Diagnostic("EN03", None, {"file": "a.docx", "output": ""})]


@posix
def test_whole_pdf_counts_whatever_the_exit_code(fake: Fake) -> None:
    fake(FIND_OUTPUT + f"printf '{make_pdf()}' > \"$2/1.pdf\"; exit 77")
    pdfs, findings = lay_out({"a.docx": b"a"})
    assert (list(pdfs), findings) == (["a.docx"], [])


@posix
def test_output_names_the_documents_and_no_private_path(fake: Fake, scratch: Path) -> None:
    fake('for last; do :; done; echo "convert $last"')
    findings = lay_out({"卷一/报价.docx": b"a"})[1]
    assert [item.values["output"] for item in findings] == ["convert 卷一/报价.docx"]


@posix
def test_interrupt_stops_the_program(fake: Fake, tmp_path: Path) -> None:
    fake(f"touch '{tmp_path}/started'; sleep 300")

    def interrupt() -> None:
        while not (tmp_path / "started").exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        lay_out({"a.docx": b"a"})
    thread.join()


@posix
def test_program_ends_with_a_bidkit_that_is_killed(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = put_program(
        tmp_path / "fake", "soffice", f"echo $$ > '{tmp_path}/pids'; sleep 301 & echo $! >> '{tmp_path}/pids'; wait"
    )
    ours = "from bidkit.office import lay_out; lay_out({'a.docx': b'a'})"
    environment = {**os.environ, "BIDKIT_SOFFICE": str(program), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-c", ours], env=environment, start_new_session=True)
    deadline = time.monotonic() + 20
    while len((tmp_path / "pids").read_text().split() if (tmp_path / "pids").exists() else ()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert all(map(is_alive, read_pids(tmp_path)))
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    while any(map(is_alive, read_pids(tmp_path))) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(is_alive, read_pids(tmp_path)))
    (left,) = tmp_path.glob("bidkit-office-*")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fake("exit 1")
    lay_out({"b.docx": b"b"})
    assert not left.exists(), "what a killed one has left, the next one clears"


@posix
def test_what_others_are_using_is_not_cleared(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = name_scratch("bidkit-office-").rpartition(f"{os.getpid()}-")[0]
    kept = [tmp_path / f"{here}1-x", tmp_path / "bidkit-office-elsewhere-99999999-x", tmp_path / f"{here}x-y"]
    for folder in (*kept, tmp_path / f"{here}99999999-x"):
        folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fake("exit 1")
    lay_out({"b.docx": b"b"})
    assert sorted(tmp_path.glob("bidkit-office-*")) == sorted(kept)


@posix
def test_interrupt_between_start_and_wait_stops_the_program(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(subprocess.Popen[bytes]):
        def __init__(self, command: list[str], **options: Any) -> None:
            super().__init__(command, **options)
            if "--convert-to" in command:
                while not (tmp_path / "started").exists():
                    time.sleep(0.01)
                os.kill(os.getpid(), signal.SIGINT)

    fake(f"touch '{tmp_path}/started'; sleep 300")
    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        lay_out({"a.docx": b"a"})
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@posix
def test_program_that_cannot_be_started_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = put_program(tmp_path, "soffice", "exit 0")
    program.write_bytes(b"\x7fELF broken")
    monkeypatch.setenv("BIDKIT_SOFFICE", str(program))
    pdfs, findings = lay_out({"a.docx": b"a"})
    assert pdfs == {}
    assert [item.code for item in findings] == ["EN03"]


@posix
def test_broken_workbook_from_recalculation_is_reported(fake: Fake) -> None:
    fake(FIND_OUTPUT + "echo PK > $2/1.xlsx; echo done")
    assert recalculate(b"") == (None, [Diagnostic("EN03", None, {"file": "workbook.xlsx", "output": "done"})])


@posix
def test_each_kind_is_one_call_with_its_filter_in_a_private_place(fake: Fake, tmp_path: Path, scratch: Path) -> None:
    fake(f'{{ echo "$HOME"; echo "$TMPDIR"; echo "$*"; }} >> "{tmp_path}/calls"')
    lay_out({"a.docx": b"a", "b.xlsx": b"b", "c.DOCX": b"c"})
    home, scratch_folder, word, *same, excel = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert Path(home).parent == Path(scratch_folder).parent == Path(str(same[0])).parent
    assert Path(home).is_relative_to(scratch)
    assert f"-env:UserInstallation={Path(home).with_name('profile').as_uri()}" in word
    assert "--headless --norestore --infilter=MS Word 2007 XML --convert-to pdf " in word
    assert "/1.docx " in word and word.endswith("/2.docx")
    assert "--headless --norestore --infilter=Calc MS Excel 2007 XML --convert-to pdf " in excel
    assert excel.endswith("/1.xlsx")


def make_pdf() -> str:
    """A one-page PDF as an argument of printf."""
    stream = BytesIO()
    Image.new("1", (1, 1)).save(stream, "pdf")
    text = stream.getvalue().decode("latin-1")
    return "".join(c if c.isalnum() or c in " /<>[]()-:." else "%%" if c == "%" else f"\\{ord(c):03o}" for c in text)


# -- the real one -----------------------------------------------------------------------------------------------------


@office
def test_documents_of_both_kinds_come_back_under_their_names(scratch: Path) -> None:
    documents = {
        "a/投标.docx": make_docx("第一章", "第二章"),
        "b/投标.docx": make_docx("Only"),
        "报价.xlsx": make_xlsx(),
    }
    pdfs, findings = lay_out(documents)
    assert findings == []
    assert list(pdfs) == list(documents)
    assert read_outline(pdfs["a/投标.docx"]) == [(1, "第一章", 1), (1, "第二章", 2)]
    assert read_outline(pdfs["b/投标.docx"]) == [(1, "Only", 1)]
    assert list(scratch.iterdir()) == []


@office
def test_outline_gives_levels_and_pages() -> None:
    document = docx.Document()
    for level, title in [(1, "前言"), (2, "Scope & aim"), (3, "Detail"), (1, "End")]:
        document.add_heading(title, level)
        document.add_page_break()
    pdfs, findings = lay_out({"a.docx": save(document)})
    assert findings == []
    assert read_outline(pdfs["a.docx"]) == [(1, "前言", 1), (2, "Scope & aim", 2), (3, "Detail", 3), (1, "End", 4)]


@office
@pytest.mark.parametrize("content", [b"", b"<html><body>hello</body></html>", b"plain text", make_docx("x")[:2000]])
def test_what_is_no_word_file_is_refused_and_the_others_are_laid_out(content: bytes) -> None:
    pdfs, findings = lay_out({"bad.docx": content, "good.docx": make_docx("Good")})
    assert list(pdfs) == ["good.docx"]
    assert [(item.code, item.values["file"]) for item in findings] == [("EN03", "bad.docx")]


@office
def test_linked_picture_is_fetched_neither_from_the_network_nor_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without unshare the network is there, so that it is LibreOffice's own setting that is tested.
    put_program(tmp_path / "bin", "unshare", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "secret.png").write_bytes(make_picture())
    local = make_docx_with_linked_picture((tmp_path / "secret.png").as_uri())
    requests: list[str] = []
    with listen(requests) as url:
        remote = make_docx_with_linked_picture(url)
        pdfs, findings = lay_out({"remote.docx": remote, "local.docx": local})
        assert findings == []
        assert requests == []
        assert not is_red_shown(pdfs["remote.docx"])
        assert not is_red_shown(pdfs["local.docx"])
        (tmp_path / "plain").mkdir()
        is_caught = is_red_shown(convert_plainly(local, tmp_path / "plain"))
        convert_plainly(remote, tmp_path / "plain")
    if not (is_caught and requests):
        pytest.skip("this LibreOffice does not load linked pictures by itself, so the test shows nothing")


@office
@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare is not installed")
def test_calls_still_work_without_a_network() -> None:
    pdfs, findings = lay_out({"a.docx": make_docx("A")})
    assert (list(pdfs), findings) == (["a.docx"], [])


@office
def test_parallel_calls_do_not_disturb_each_other() -> None:
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda title: lay_out({"a.docx": make_docx(title)}), ["One", "Two"]))
    assert [read_outline(pdfs["a.docx"]) for pdfs, _ in results] == [[(1, "One", 1)], [(1, "Two", 1)]]
    assert [findings for _, findings in results] == [[], []]


@office
def test_bookmarks_become_destinations_with_their_pages() -> None:
    document = docx.Document()
    for number in range(1, 4):
        paragraph = document.add_paragraph(f"page {number}")
        for kind in ("Start", "End"):
            edge = paragraph._p.makeelement(qn(f"w:bookmark{kind}"), {qn("w:id"): str(number)})
            if kind == "Start":
                edge.set(qn("w:name"), f"mark{number}")
            paragraph._p.append(edge)
        document.add_page_break()
    pdfs, findings = lay_out({"a.docx": save(document)})
    assert findings == []
    assert read_destinations(pdfs["a.docx"]) == {"mark1": 1, "mark2": 2, "mark3": 3}


def test_a_pdf_without_destinations_has_none() -> None:
    stream = BytesIO()
    Image.new("RGB", (20, 20)).save(stream, "pdf")
    assert read_destinations(stream.getvalue()) == {}


@office
def test_recalculation_replaces_a_wrong_cached_value() -> None:
    workbook = make_xlsx()
    assert read_cached(workbook) == 999
    again, findings = recalculate(workbook)
    assert findings == []
    assert again is not None
    assert read_cached(again) == 20


@office
def test_recalculation_of_what_is_no_workbook_is_reported() -> None:
    again, findings = recalculate(b"no workbook")
    assert again is None
    assert [item.code for item in findings] == ["EN03"]


@office
def test_real_program_is_stopped_at_the_deadline(scratch: Path) -> None:
    pdfs, findings = lay_out({"a.docx": make_docx("A")}, 0.3)
    assert pdfs == {}
    assert findings == [Diagnostic("EN02", None, {"seconds": 0.3})]
    assert list(scratch.iterdir()) == []
    assert not [line for line in list_commands() if str(scratch) in line]


def list_commands() -> list[str]:
    return subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True).stdout.splitlines()


def read_cached(workbook: bytes) -> object:
    return openpyxl.load_workbook(BytesIO(workbook), data_only=True).active["B1"].value


@office
@posix
def test_what_was_laid_out_once_is_not_laid_out_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = tmp_path / "calls"
    program = put_program(tmp_path / "kept", "soffice", f'echo >> {calls}; exec "{OFFICE}" "$@"')
    monkeypatch.setenv("BIDKIT_SOFFICE", str(program))
    monkeypatch.setenv("BIDKIT_CACHE", str(tmp_path / "cache"))
    one, two = make_docx("One"), make_docx("Two")
    first, _ = lay_out({"a.docx": one})
    again, _ = lay_out({"b.docx": one})
    assert first["a.docx"] == again["b.docx"] and len(calls.read_text()) == 1
    both, _ = lay_out({"a.docx": one, "b.docx": two, "bad.docx": b"no document"})
    assert [*both] == ["a.docx", "b.docx"] and len(calls.read_text()) == 2
    lay_out({"bad.docx": b"no document"})  # what failed is tried again
    assert len(calls.read_text()) == 3
    program.write_text(f"{program.read_text()}\n# another version")
    assert lay_out({"a.docx": one})[0].keys() == {"a.docx"} and len(calls.read_text()) == 4
