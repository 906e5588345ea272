"""Office files of every kind that is read, each part of them an attack: refused at the file, and nothing is fetched."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import fuzzing
import pytest
from office_files import docx, p, parts_of, zipped

from bidkit.diagnostic import Severity
from bidkit.inspection import inspect_template

SECRET = "THE-SECRET-OF-THIS-MACHINE"
HANDED_ON = (
    *("small.docx", "small.xlsx", "deals/water/forms/报价表.xlsx", "deals/water/forms/letter.docx"),
    *("templates/zh-proposal/proposal.docx", "templates/zh-proposal/quote.xlsx"),
)
"""Templates and the buyer's forms: what nobody reads of them goes into the bid as it is."""
ONLY_READ = (
    *("deals/water/lines.xlsx", "demands.docx", "demands.xlsx", "prices.docx", "prices.xlsx"),
    *("form.docx", "edited.docx", "edited.xlsx"),
)


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and who has asked there."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(100))

        Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], asked


def make_doctypes(secret: Path, port: int) -> dict[str, tuple[str, str]]:
    """Document types of the kinds that advisories name, each with what is to be put into a text."""
    url = f"http://127.0.0.1:{port}/x.dtd"
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return {
        "file": (f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>', "&e;"),
        "fetched": (f'<!DOCTYPE x [<!ENTITY e SYSTEM "{url}">]>', "&e;"),
        "parameter": (f'<!DOCTYPE x [<!ENTITY % e SYSTEM "{url}"> %e;]>', ""),
        "external": (f'<!DOCTYPE x SYSTEM "{url}">', ""),
        "public": (f'<!DOCTYPE x PUBLIC "-//W3C//DTD XHTML 1.0//EN" "{url}">', ""),
        "laughs": (f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>', "&l9;"),
        "quadratic": (f'<!DOCTYPE x [<!ENTITY e "{"x" * 50_000}">]>', "&e;" * 5000),
        "attribute": ('<!DOCTYPE x [<!ATTLIST x y CDATA "z">]>', ""),
    }


def put(part: bytes, doctype: str, use: str) -> bytes:
    """A part with a document type, and an entity in its first text."""
    text = part.decode("utf-8-sig")
    start = text.index("?>") + 2 if text.startswith("<?xml") else 0
    head, body = text[:start], text[start:]
    at = body.find("</")
    return f"{head}{doctype}{body[:at]}{use}{body[at:]}".encode()


@pytest.mark.parametrize("file", [*HANDED_ON, *ONLY_READ])
def test_a_document_type_in_any_part_of_any_file_is_refused(
    file: str, tmp_path: Path, listener: tuple[int, list[bytes]]
) -> None:
    """8 document types in each part; a part of a list that is never read may have one, and then changes nothing."""
    port, asked = listener
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    bench = fuzzing.Bench(tmp_path / "w")
    number = next(number for number, target in enumerate(fuzzing.TARGETS) if target.file == file)
    parts = parts_of(bench.find_sound(number))
    sound = bench.tell(number, bench.find_sound(number), "read")
    kinds = make_doctypes(tmp_path / "secret", port)
    tried = 0
    for at, name in enumerate(name for name in parts if name.endswith((".xml", ".rels", ".vml"))):
        is_main = name.endswith(("document.xml", "workbook.xml", "sheet1.xml"))
        for kind in kinds if is_main else [[*kinds][at % len(kinds)], "file"]:
            told = bench.tell(number, zipped({**parts, name: put(parts[name], *kinds[kind])}), "read")
            is_refused = any(item.severity is Severity.ERROR for item in told)
            assert is_refused or (file in ONLY_READ and told == sound), (name, kind)
            assert SECRET not in "".join(item.message("en") for item in told)
            tried += 1
    assert tried > 16
    assert asked == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-7", "cp037"])
def test_a_document_type_in_an_encoding_that_hides_it_is_refused_where_nobody_reads_the_part(
    encoding: str, tmp_path: Path
) -> None:
    parts = parts_of(docx(p("a")))
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-be")}"?><!DOCTYPE x [<!ENTITY e "f">]><x>&e;</x>'
    hidden = hide(text) if encoding == "utf-7" else text.encode(encoding)
    for name in ("customXml/item1.xml", "word/webSettings.xml", "word/drawings/a.vml"):
        path = tmp_path / "a.docx"
        path.write_bytes(zipped({**parts, name: hidden}))
        assert [item.code for item in inspect_template(path).diagnostics] == ["TP01"], name


def hide(text: str) -> bytes:
    head, _, rest = text.partition("?>")
    return f"{head}?>{rest.replace('<', '+ADw-').replace('&', '+ACY-')}".encode()
