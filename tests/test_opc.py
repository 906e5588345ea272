import errno
import io
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import time
import warnings
import zipfile
from xml.sax.saxutils import escape

import docx as python_docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from office_files import (
    DAY,
    NAMESPACES,
    codes,
    compiled,
    docx,
    p,
    package,
    parts_of,
    texts,
    with_part,
    without_part,
    zipped,
)

from bidkit.office import lay_out
from bidkit.ooxml import opc
from bidkit.ooxml.archive import MAX_ENTRIES, MAX_RATIO, read_members
from bidkit.ooxml.template import compile_template

SOUND = docx(p("{{ x }}"), p("text " * 200))
PARTS_OF_SOUND = parts_of(SOUND)
PARTS = package(p("{{ x }}"))
SHIPPED = sorted((pathlib.Path(__file__).parents[1] / "templates").rglob("*.docx"))


def refuse(content: bytes) -> list[str]:
    template, problems = compile_template(content, "t.docx", {})
    assert template is None
    assert all(problem.span is not None and problem.span.file == "t.docx" for problem in problems)
    return codes(problems)


def bomb() -> bytes:
    buffer = io.BytesIO(zipped(PARTS))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("word/media/a.bin", bytes((MAX_RATIO + 10) * 2**20))
    return buffer.getvalue()


def twice(name: str, again: str) -> bytes:
    buffer = io.BytesIO(zipped(PARTS))
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(again, PARTS[name])
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        b"not a zip",
        b"PK\x03\x04" + b"\0" * 100,
        SOUND[: len(SOUND) // 2],
        SOUND[:-30],
        SOUND[100:],
        b"\xd0\xcf\x11\xe0" * 200,
    ],
    ids=["empty", "two bytes", "text", "header only", "half", "no end", "no start", "old .doc"],
)
def test_what_is_no_whole_zip_is_refused(content: bytes) -> None:
    assert refuse(content) == ["TP01"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    assert refuse(bomb()) == ["TP01"]


def test_a_zip_of_too_many_entries_is_refused() -> None:
    assert refuse(zipped({**PARTS, **{f"x/{n}.xml": b"" for n in range(MAX_ENTRIES)}})) == ["TP01"]


@pytest.mark.parametrize("again", ["word/document.xml", "word/Document.xml", "WORD/document.XML"])
def test_two_entries_of_one_name_are_refused(again: str) -> None:
    assert refuse(twice("word/document.xml", again)) == ["TP01"]


@pytest.mark.parametrize("name", ["[Content_Types].xml", "word/document.xml", "word/styles.xml"])
def test_a_package_without_a_part_that_it_needs_is_refused(name: str) -> None:
    assert refuse(zipped(without_part(PARTS, name))) == ["TP01"]


def test_an_office_file_of_another_kind_is_refused() -> None:
    import openpyxl

    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    assert refuse(buffer.getvalue()) == ["TP01"]


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/numbering.xml"])
@pytest.mark.parametrize("xml", [b"", b"<w:p>", b"\0\0", b"<a>&nbsp;</a>", b"<a><b></a></b>"])
def test_a_part_that_is_no_xml_is_refused(part: str, xml: bytes) -> None:
    assert refuse(zipped({**PARTS, part: xml})) == ["TP01"]


DOCTYPES = [
    '<!DOCTYPE w:document [<!ENTITY a "b">]>',
    "<!DOCTYPE w:document SYSTEM 'file:///etc/passwd'>",
    f"<!--{'x' * 5000}--><!DOCTYPE w:document [<!ENTITY a 'b'>]>",
    f"<!--{'x' * 5000}--><!DOCTYPE w:document SYSTEM 'http://localhost/x.dtd'>",
]


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml"])
@pytest.mark.parametrize("doctype", DOCTYPES, ids=range(len(DOCTYPES)))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused(part: str, doctype: str, encoding: str) -> None:
    text = PARTS[part].decode()
    text = text.replace('encoding="UTF-8"', f'encoding="{encoding}"').replace("?>\n", f"?>\n{doctype}", 1)
    assert refuse(zipped({**PARTS, part: text.encode(encoding)})) == ["TP01"]


def test_a_part_in_another_encoding_is_read() -> None:
    text = with_part(PARTS, "word/document.xml", "{{ x }}", "甲 {{ x }}")["word/document.xml"].decode()
    content = zipped({**PARTS, "word/document.xml": text.replace("UTF-8", "UTF-16").encode("utf-16")})
    assert texts(compiled(content).render({"x": "乙"}).save(DAY)) == ["甲 乙"]


def test_the_main_part_may_have_another_name_or_the_file_is_refused() -> None:
    parts = {name: data.replace(b"word/document.xml", b"word/document2.xml") for name, data in PARTS.items()}
    parts["word/document2.xml"] = parts.pop("word/document.xml")
    parts["word/_rels/document2.xml.rels"] = parts.pop("word/_rels/document.xml.rels")
    template, problems = compile_template(zipped(parts), "t.docx", {})
    if template is None:
        assert codes(problems) == ["TP01"]
    else:
        assert b"{{" not in parts_of(template.render({"x": 1}).save(DAY))["word/document2.xml"]


def test_a_document_in_strict_ooxml_is_rendered_or_refused() -> None:
    strict = {
        name: data.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main")
        .replace(b"http://schemas.openxmlformats.org/officeDocument/2006/relationships", b"http://purl.oclc.org/ooxml/officeDocument/relationships")
        for name, data in PARTS.items()
    }  # fmt: skip
    template, problems = compile_template(zipped(strict), "t.docx", {})
    if template is None:
        assert codes(problems) == ["TP01"]
    else:
        assert b"{{" not in parts_of(template.render({"x": 1}).save(DAY))["word/document.xml"]


def test_another_prefix_for_words_namespace_is_read_or_refused() -> None:
    text = PARTS["word/document.xml"].replace(b"<w:", b"<ns0:").replace(b"</w:", b"</ns0:").replace(b" w:", b" ns0:")
    text = text.replace(b"xmlns:w=", b"xmlns:ns0=")
    template, problems = compile_template(zipped({**PARTS, "word/document.xml": text}), "t.docx", {})
    if template is None:
        assert problems
    else:
        assert texts(template.render({"x": "a\nb"}).save(DAY)) == ["a\nb"]


@settings(max_examples=300, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=6),
    length=st.integers(len(SOUND) // 2, len(SOUND)),
)
def test_a_damaged_file_is_a_diagnostic_never_an_exception(places: list[tuple[int, int]], length: int) -> None:
    damaged = bytearray(SOUND)
    for place, value in places:
        damaged[place] = value
    parts, problems = opc.read_package(bytes(damaged[:length]), "t.docx")
    assert (parts is None) == (codes(problems) == ["TP01"])
    assert (parts is None) or (problems == [] and parts == PARTS_OF_SOUND)


def test_a_damaged_stream_is_refused() -> None:
    start = SOUND.index(b"word/document.xml") + len("word/document.xml")
    assert refuse(SOUND[: start + 10] + b"\xff" * 20 + SOUND[start + 30 :]) == ["TP01"]


def test_an_encrypted_entry_is_refused() -> None:
    marked = bytearray(SOUND)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := marked.find(mark, place + 1)) >= 0:
            marked[place + offset] |= 1
    assert refuse(bytes(marked)) == ["TP01"]


def test_a_written_package_has_its_types_first_and_no_times() -> None:
    parts = {"word/document.xml": b"a", "_rels/.rels": b"b", "word/media/x.png": b"c", "[Content_Types].xml": b"d"}
    content = opc.write_package(parts)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries][:2] == ["[Content_Types].xml", "_rels/.rels"]
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert content == opc.write_package(dict(parts))
    assert parts_of(content) == parts


def test_what_is_written_is_read_again() -> None:
    parts, problems = opc.read_package(opc.write_package(PARTS), "t.docx")
    assert (parts, problems) == (PARTS, [])


@pytest.mark.parametrize(
    ("part", "rels"),
    [("word/document.xml", "word/_rels/document.xml.rels"), ("", "_rels/.rels"), ("a/b/c.xml", "a/b/_rels/c.xml.rels")],
)
def test_relationships_stand_beside_their_part(part: str, rels: str) -> None:
    assert opc.rels_name(part) == rels


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("media/a.png", "word/media/a.png"),
        ("../media/a.png", "media/a.png"),
        ("/word/b.xml", "word/b.xml"),
        ("./c.xml", "word/c.xml"),
    ],
)
def test_a_relationships_target_is_a_full_part_name(target: str, found: str) -> None:
    rels = opc.add_relationships(None, {"rId1": ("t", target, False), "rId2": ("t", target, True)})
    read = opc.read_relationships({"word/_rels/document.xml.rels": rels}, "word/document.xml")
    assert (read["rId1"].target, read["rId1"].is_external) == (found, False)
    assert (read["rId2"].target, read["rId2"].is_external) == (target, True)


def test_relationships_that_exist_are_kept() -> None:
    before = PARTS["word/_rels/document.xml.rels"]
    after = opc.add_relationships(before, {"rIdNew": ("t", "x?a=1&b=2", True)})
    read = opc.read_relationships({"word/_rels/document.xml.rels": after}, "word/document.xml")
    assert list(read) == ["rId1", "rId2", "rIdNew"]
    assert read["rIdNew"].target == "x?a=1&b=2"


def test_a_content_type_that_is_known_in_other_letters_is_not_added_again() -> None:
    types = PARTS["[Content_Types].xml"].replace(
        b"<Override", b'<Default Extension="PNG" ContentType="image/png"/><Override', 1
    )
    added = etree.fromstring(opc.add_content_types(types, {"png": "image/png", "jpeg": "image/jpeg"}))
    extensions = [item.get("Extension", "") for item in added if item.get("Extension")]
    assert [extension for extension in extensions if extension.lower() == "png"] == ["PNG"]
    assert extensions.count("jpeg") == 1


def packaged(content: bytes) -> opc.Package:
    parts, problems = opc.read_package(content, "t.docx")
    assert parts is not None, problems
    return parts


def test_a_part_is_inflated_when_it_is_first_asked_for_and_remembered() -> None:
    parts = packaged(SOUND)
    assert "word/document.xml" in parts and "nothing" not in parts and len(parts) == len(list(parts))
    assert parts.get("nothing") is None
    first = parts["word/document.xml"]
    assert first == PARTS_OF_SOUND["word/document.xml"]
    assert parts["word/document.xml"] is first
    assert parts.replace({"a": b""})["word/document.xml"] is first


def test_replacing_leaves_the_package_as_it_was() -> None:
    parts = packaged(SOUND)
    other = parts.replace({"word/styles.xml": b"<s/>", "word/new.xml": b"<n/>"}, ["word/numbering.xml", "nothing"])
    expected = {**PARTS_OF_SOUND, "word/styles.xml": b"<s/>", "word/new.xml": b"<n/>"}
    del expected["word/numbering.xml"]
    assert other == expected
    assert parts == PARTS_OF_SOUND
    assert list(other)[-1] == "word/new.xml"
    assert other.replace({"word/numbering.xml": b"<l/>"})["word/numbering.xml"] == b"<l/>"


def test_untouched_parts_are_copied_as_they_lie() -> None:
    text = " ".join(random.Random(1).sample([f"word{n}" for n in range(3000)], 2000))
    content = zipped({**PARTS, "word/media/a.jpg": text.encode(), "word/b.xml": f"<b>{text}</b>".encode()})
    before = read_members(content)
    after = read_members(opc.write_package(packaged(content).replace({"word/document.xml": b"<d/>"})))
    kept = [name for name in before if name != "word/document.xml"]
    assert {name: bytes(after[name].packed) for name in kept} == {name: bytes(before[name].packed) for name in kept}
    assert after["word/document.xml"].inflate() == b"<d/>"
    written_anew = read_members(opc.write_package({name: found.inflate() for name, found in before.items()}))
    assert bytes(written_anew["word/b.xml"].packed) != bytes(before["word/b.xml"].packed)


def test_equal_packages_give_equal_bytes_whatever_their_history() -> None:
    first = packaged(SOUND).replace({"word/document.xml": b"<a/>"})
    again = packaged(SOUND).replace({"word/x.xml": b"x"}, ["word/document.xml"])
    assert opc.write_package(first) == opc.write_package(packaged(SOUND).replace({"word/document.xml": b"<a/>"}))
    assert opc.write_package(again.replace({}, ["word/x.xml"])) == opc.write_package(
        packaged(SOUND).replace({}, ["word/document.xml"])
    )


def written_with_one_change() -> bytes:
    parts = packaged(SOUND)
    changed = parts["word/document.xml"].replace(b"{{ x }}", b"changed")
    return opc.write_package(parts.replace({"word/document.xml": changed}))


def test_python_docx_reads_what_is_written() -> None:
    found = python_docx.Document(io.BytesIO(written_with_one_change()))
    assert found.paragraphs[0].text == "changed"


@pytest.mark.office
def test_libreoffice_reads_what_is_written(tmp_path: pathlib.Path) -> None:
    pdfs, problems = lay_out({"t.docx": written_with_one_change()})
    assert not problems
    (tmp_path / "t.pdf").write_bytes(pdfs["t.docx"])
    text = subprocess.run(["pdftotext", str(tmp_path / "t.pdf"), "-"], capture_output=True, check=True).stdout
    assert text.startswith(b"changed")


def test_a_package_is_read_and_written_without_importing_lxml() -> None:
    code = (
        "import sys; from bidkit.ooxml import opc; "
        "package, _ = opc.read_package(sys.stdin.buffer.read(), 't'); "
        "sys.stdout.buffer.write(opc.write_package(package.replace({'word/document.xml': b'<a/>'}))); "
        "assert not {'lxml', 'zipfile', 'yaml', 'jinja2'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=SOUND, capture_output=True, check=True)
    assert parts_of(done.stdout)["word/document.xml"] == b"<a/>"


def test_a_file_with_a_password_is_refused_by_its_name() -> None:
    _, problems = opc.read_package(b"\xd0\xcf\x11\xe0" * 200, "t.docx")
    assert "password" in problems[0].message("en")


def laughs(use: str) -> str:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE a [<!ENTITY l0 "laugh">{lines}]>{use}'


XML_BOMBS = {
    "billion laughs": laughs("<a>&l9;</a>"),
    "billion laughs in an attribute": laughs('<a b="&l9;"/>'),
    "quadratic": f'<!DOCTYPE a [<!ENTITY l "{"x" * 60_000}">]><a>{"&l;" * 60_000}</a>',
    "quadratic in an attribute": f'<!DOCTYPE a [<!ENTITY l "{"x" * 60_000}">]><a b="{"&l;" * 60_000}"/>',
    "entities that are not used": laughs("<a/>"),
}


@pytest.mark.parametrize("name", XML_BOMBS)
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gb18030", "utf-7", "cp037"]
)
def test_an_entity_bomb_is_refused_at_once_in_any_encoding(name: str, encoding: str) -> None:
    label = encoding.removesuffix("-be").removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{label}"?><!-- c -->{XML_BOMBS[name]}'
    started = time.perf_counter()
    with pytest.raises((ValueError, etree.XMLSyntaxError)):
        opc.parse_xml(text.encode(encoding) if encoding != "utf-7" else hidden_in_utf_7(text))
    assert time.perf_counter() - started < 0.5


def hidden_in_utf_7(text: str) -> bytes:
    """Without one `<` or `&` behind the declaration that a search for bytes could find."""
    declaration, _, rest = text.partition("?>")
    return f"{declaration}?>{rest.replace('<', '+ADw-').replace('&', '+ACY-')}".encode()


def test_a_document_type_between_comments_and_instructions_is_refused() -> None:
    prolog = "<!-- <a> --> <?x <!DOCTYPE ?>\n" * 2000
    with pytest.raises(ValueError, match="document type"):
        opc.parse_xml(f"<?xml version='1.0'?>{prolog}<!DOCTYPE a><a/>".encode())
    assert opc.parse_xml(f"<?xml version='1.0'?>{prolog}<a>&lt;!DOCTYPE a></a>".encode()).tag == "a"


@pytest.mark.parametrize("start", ["<??>", "<!---->", "<!--", "<?", " ", "<?a?> "])
def test_a_long_prolog_costs_no_more_than_its_length(start: str) -> None:
    started = time.perf_counter()
    with pytest.raises(etree.XMLSyntaxError):
        opc.parse_xml(start.encode() * 300_000 + b"<a")
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-32"])
def test_no_entity_and_no_document_type_is_fetched(encoding: str, tmp_path: pathlib.Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)  # whoever opens it for reading is seen below, or hangs
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        for source in (pipe.as_uri(), str(pipe), address):
            for text in (
                f'<!DOCTYPE a [<!ENTITY x SYSTEM "{source}">]><a>&x;</a>',
                f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{source}"> %x;]><a/>',
                f'<!DOCTYPE a SYSTEM "{source}"><a/>',
            ):
                content = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
                with pytest.raises((ValueError, etree.XMLSyntaxError)):
                    opc.parse_xml(content)
        with pytest.raises(BlockingIOError):
            server.accept()
    with pytest.raises(OSError) as nobody:
        os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    assert nobody.value.errno == errno.ENXIO


def test_an_included_file_stays_a_mere_element(tmp_path: pathlib.Path) -> None:
    (tmp_path / "secret").write_text("secret")
    xml = f'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="{tmp_path}/secret" parse="text"/></a>'
    assert "".join(opc.parse_xml(xml.encode()).itertext()) == ""


def test_elements_may_be_256_deep() -> None:
    assert opc.parse_xml(b"<a>" * 256 + b"</a>" * 256).tag == "a"
    for depth in (257, 100_000):
        with pytest.raises(etree.XMLSyntaxError):
            opc.parse_xml(b"<a>" * depth + b"</a>" * depth)


def test_a_part_that_is_too_large_is_not_parsed() -> None:
    with pytest.raises(ValueError, match="bytes of XML"):
        opc.parse_xml(b"<a/>" + b" " * opc.MAX_XML_BYTES)


def rels(kind: str, target: str, is_external: bool = False) -> bytes:
    return opc.add_relationships(None, {"rId1": (f"{opc.OFFICE_RELS}/{kind}", target, is_external)})


def typed(line: str) -> dict[str, bytes]:
    return {opc.CONTENT_TYPES: PARTS[opc.CONTENT_TYPES].replace(b"</Types>", f"{line}</Types>".encode())}


def make_fields(code: str) -> list[bytes]:
    """A part with a field: in one element; inside another field and cut into runs of a few letters; in UTF-16."""
    simple = f'<w:ftr {NAMESPACES}><w:p><w:fldSimple w:instr="{escape(code, {chr(34): "&quot;"})}"/></w:p></w:ftr>'
    pieces = "".join(
        f"<w:r><w:instrText>{escape(code[at : at + 2])}</w:instrText></w:r>" for at in range(0, len(code), 2)
    )
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    nested = f"{begin}<w:r><w:instrText>IF 1 = 1 </w:instrText></w:r>{begin}{pieces}{end}{end}"
    return [simple.encode(), f"<w:ftr {NAMESPACES}><w:p>{nested}</w:p></w:ftr>".encode(), simple.encode("utf-16")]


MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
RISKS = [
    ({"word/vbaProject.bin": b""}, ("word/vbaProject.bin", "macro")),
    ({"word/VBAPROJECT.BIN": b""}, ("word/VBAPROJECT.BIN", "macro")),
    ({"word/vbaData.xml": b""}, ("word/vbaData.xml", "macro")),
    (
        typed(f'<Override PartName="/word/document.xml" ContentType="{MACRO_MAIN}"/>'),
        ("word/document.xml", f"macro: {MACRO_MAIN}"),
    ),
    (
        typed('<Default Extension="x" ContentType="application/vnd.ms-office.vbaProject"/>'),
        (opc.CONTENT_TYPES, "macro: application/vnd.ms-office.vbaProject"),
    ),
    (
        typed('<Override PartName="/a.xml" ContentType="application/vnd.ms-office.activeX+xml"/>'),
        ("a.xml", "macro: application/vnd.ms-office.activeX+xml"),
    ),
    (
        {"word/_rels/a.xml.rels": rels("vbaProject", "renamed.bin")},
        ("word/a.xml", "macro: vbaProject"),
    ),
    *(
        (
            {f"word/_rels/{part}.rels": rels(kind, target, True)},
            (f"word/{part}", f"external: {kind} {target}"),
        )
        for part, kind, target in (
            ("settings.xml", "attachedTemplate", "file:///C:/evil.dotm"),
            ("document.xml", "oleObject", "mhtml:http://127.0.0.1/x.html!x"),
            ("document.xml", "image", "http://127.0.0.1/x.png"),
            ("webSettings.xml", "frame", "http://127.0.0.1/x.docx"),
            ("document.xml", "subDocument", "x.docx"),
            ("document.xml", "aNewKind", "x"),
        )
    ),
    ({"word/_rels/document.xml.rels": rels("aFChunk", "x.html")}, ("word/document.xml", "altChunk: word/x.html")),
    (
        {"word/_rels/document.xml.rels": rels("image", "../../x.png")},
        ("word/document.xml", "outside: image ../x.png"),
    ),
    ({"_rels/.rels": rels("officeDocument", "/../x.xml")}, ("_rels/.rels", "outside: officeDocument ../x.xml")),
    (
        {"word/_rels/a.xml.rels": rels("image", "http://127.0.0.1/x.png")},
        ("word/a.xml", "outside: image http://127.0.0.1/x.png"),
    ),
    (
        {"word/_rels/a.xml.rels": rels("image", "\\\\server\\x.png")},
        ("word/a.xml", "outside: image word/\\\\server\\x.png"),
    ),
    *(
        ({"word/footer9.xml": made}, ("word/footer9.xml", f"external: {code}"))
        for code in (
            'DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"',
            "dde Excel x",
            'INCLUDEPICTURE "http://127.0.0.1/x.png" \\d',
            'INCLUDEPICTURE "c:\\\\x.png"',
            'INCLUDETEXT "\\\\\\\\server\\\\x.docx"',
        )
        for made in make_fields(code)
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "risk"), RISKS, ids=[risk[1] for _, risk in RISKS])
def test_what_runs_or_loads_unasked_is_a_risk(changed: dict[str, bytes], risk: tuple[str, str]) -> None:
    assert list(opc.find_risks({**PARTS, **changed})) == [risk]
    assert list(opc.find_risks(packaged(zipped({**PARTS, **changed})))) == [risk]


def test_links_and_parts_of_the_package_are_no_risks() -> None:
    links = {
        name: ("hyperlink", target, True)
        for name, target in (("a", "https://example.com/?a=1"), ("b", "mailto:a@example.com"), ("c", "x.pdf"))
    }
    fields = make_fields('INCLUDEPICTURE "media/x.png"')[1].replace(b"IF 1 = 1", b'HYPERLINK "https://a.example"')
    assert list(opc.find_risks({**PARTS, "word/footer9.xml": fields})) == []
    inside = {"d": ("image", "media/x.png", False), "e": ("image", "/word/x.png", False), "f": ("image", "NULL", False)}
    lines = {rid: (f"{opc.OFFICE_RELS}/{kind}", target, out) for rid, (kind, target, out) in (links | inside).items()}
    content = opc.add_relationships(PARTS["word/_rels/document.xml.rels"], lines)
    assert list(opc.find_risks({**PARTS, "word/_rels/document.xml.rels": content})) == []


@pytest.mark.parametrize("file", SHIPPED, ids=[file.parent.name for file in SHIPPED])
def test_the_templates_that_ship_hold_no_risk(file: pathlib.Path) -> None:
    assert list(opc.find_risks(packaged(file.read_bytes()))) == []


def test_new_parts_get_their_content_types() -> None:
    kinds = {"word/comments.xml": "a/comments+xml", "WORD/Document.xml": "a/changed+xml"}
    added = opc.add_content_types(PARTS[opc.CONTENT_TYPES], {"JPEG": "image/jpeg"}, kinds)
    found = re.findall(rb'<Override PartName="(/word/(?:comments|document).xml)" ContentType="([^"]+)"', added)
    assert found == [(b"/word/document.xml", b"a/changed+xml"), (b"/word/comments.xml", b"a/comments+xml")]
    assert added.count(b'Extension="jpeg"') == 1
    assert opc.add_content_types(added, {"jpeg": "image/jpeg"}, kinds) == added
