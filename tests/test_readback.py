import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from office_files import (
    contents,
    core_xml,
    docx,
    field,
    filled,
    p,
    package,
    parts_of,
    picture,
    png,
    styles_xml,
    tbl,
    tc,
    tr,
    with_part,
    without_part,
    zipped,
)

from bidkit.readback import read_docx, read_xlsx
from bidkit.readback.soundness import Fault

Parts = dict[str, bytes]
DOCUMENT = "word/document.xml"
EMPTY = '<w:p><w:r><w:t xml:space="preserve"/></w:r></w:p>'
TYPES = "[Content_Types].xml"
BOOKMARK_END = '<w:bookmarkEnd w:id="1"/>'
FIELD_BEGIN, FIELD_END = ('<w:fldChar w:fldCharType="begin"/>', '<w:fldChar w:fldCharType="end"/>')
BOOKMARK = '<w:bookmarkStart w:id="1" w:name="here"/><w:r><w:t>mark</w:t></w:r><w:bookmarkEnd w:id="1"/>'
LINK = '<w:hyperlink w:anchor="here"><w:r><w:t>link</w:t></w:r></w:hyperlink>'
NUMBERED = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>'
SOUND: Parts = parts_of(
    filled(
        docx(
            contents(),
            p("一", style="Heading1"),
            p(BOOKMARK),
            p(LINK, " ", field(" PAGEREF here \\h ", "2")),
            p(picture("rIdLogo", 7)),
            p(picture("rIdLogo", 8)),
            p("item", properties=NUMBERED),
            tbl(tr("a", "b"), tr("c", tc(p("d"), tbl(tr("e"), columns=1), p("")))),
            p("end"),
            header=p("head"),
            footer=p(field(" PAGE ", "1")),
            core=core_xml("title", "甲公司"),
            media={"rIdLogo": png()},
        )
    )
)


def in_document(old: str, new: str) -> Callable[[], Parts]:
    return lambda: with_part(SOUND, DOCUMENT, old, new)


def in_part(part: str, old: str, new: str) -> Callable[[], Parts]:
    return lambda: with_part(SOUND, part, old, new)


def without(part: str) -> Callable[[], Parts]:
    return lambda: without_part(SOUND, part)


def without_all_trace_of_the_document() -> Parts:
    parts = without_part(SOUND, DOCUMENT)
    types = re.sub(rb'<Override PartName="/word/document.xml"[^>]*/>', b"", parts["[Content_Types].xml"])
    return {**parts, "[Content_Types].xml": types}


BREAKS: dict[str, tuple[Callable[[], Parts], str]] = {
    "picture without relationship": (in_document('r:embed="rIdLogo"', 'r:embed="rIdGone"'), DOCUMENT),
    "header without relationship": (in_document('r:id="rIdheader"', 'r:id="rIdNone"'), DOCUMENT),
    "two drawings of one number": (in_document('<wp:docPr id="3"', '<wp:docPr id="1"'), DOCUMENT),
    "cell without paragraph": (in_document('<w:p><w:r><w:t xml:space="preserve">a</w:t></w:r></w:p>', ""), DOCUMENT),
    "cell that ends with a table": (in_document(f"</w:tbl>{EMPTY}</w:tc>", "</w:tbl></w:tc>"), DOCUMENT),
    "table without rows": (
        lambda: {**SOUND, DOCUMENT: re.sub(rb"<w:tr>.*</w:tr>", b"", SOUND[DOCUMENT])},
        DOCUMENT,
    ),
    "row without cells": (in_document("<w:tr><w:tc>", "<w:tr/><w:tr><w:tc>"), DOCUMENT),
    "row wider than its grid": (in_document("<w:tr><w:tc>", f"<w:tr>{tc('x')}<w:tc>"), DOCUMENT),
    "unknown paragraph style": (in_document('w:val="Heading1"', 'w:val="Heading9"'), DOCUMENT),
    "unknown run style": (in_document("<w:t>mark", '<w:rPr><w:rStyle w:val="No"/></w:rPr><w:t>mark'), DOCUMENT),
    "unknown table style": (in_document("<w:tblPr>", '<w:tblPr><w:tblStyle w:val="No"/>'), DOCUMENT),
    "unknown list": (in_document('<w:numId w:val="4"/>', '<w:numId w:val="44"/>'), DOCUMENT),
    "field without end": (in_document('<w:r><w:fldChar w:fldCharType="end"/></w:r>', ""), DOCUMENT),
    "field without begin": (in_document('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', ""), DOCUMENT),
    "field in a footer without end": (
        in_part("word/footer1.xml", '<w:r><w:fldChar w:fldCharType="end"/></w:r>', ""),
        "word/footer1.xml",
    ),
    "field that ends before it begins": (
        in_document(BOOKMARK_END, f"{BOOKMARK_END}<w:r>{FIELD_END}</w:r><w:r>{FIELD_BEGIN}</w:r>"),
        DOCUMENT,
    ),
    "two bookmarks of one name": (
        in_document(BOOKMARK_END, BOOKMARK_END + '<w:bookmarkStart w:id="9" w:name="here"/><w:bookmarkEnd w:id="9"/>'),
        DOCUMENT,
    ),
    "two bookmarks of one id": (
        in_document(BOOKMARK_END, f'{BOOKMARK_END}<w:bookmarkStart w:id="1" w:name="b"/>{BOOKMARK_END}'),
        DOCUMENT,
    ),
    "bookmark without end": (in_document('<w:bookmarkEnd w:id="1"/>', ""), DOCUMENT),
    "bookmark without start": (in_document('<w:bookmarkStart w:id="1" w:name="here"/>', ""), DOCUMENT),
    "link to no bookmark": (in_document('w:anchor="here"', 'w:anchor="gone"'), DOCUMENT),
    "page of no bookmark": (in_document("PAGEREF here", "PAGEREF gone"), DOCUMENT),
    "run inside a run": (in_document("<w:t>mark</w:t>", "<w:r><w:t>mark</w:t></w:r>"), DOCUMENT),
    "run inside a text": (in_document("<w:t>mark</w:t>", "<w:t><w:r><w:t>mark</w:t></w:r></w:t>"), DOCUMENT),
    "text that no run holds": (in_document("<w:tr><w:tc>", "lost<w:tr><w:tc>"), DOCUMENT),
    "text between paragraphs": (in_document("<w:body>", "<w:body>lost"), DOCUMENT),
    "paragraph in a paragraph": (in_document("<w:t>mark</w:t></w:r>", "<w:t>mark</w:t></w:r><w:p/>"), DOCUMENT),
    "bad XML": (in_document("</w:body>", ""), DOCUMENT),
    "bad XML in a header": (in_part("word/header1.xml", "</w:p>", ""), "word/header1.xml"),
    "bad XML in relationships": (
        in_part("word/_rels/document.xml.rels", "</Relationships>", ""),
        "word/_rels/document.xml.rels",
    ),
    "bad XML in the types": (in_part("[Content_Types].xml", "</Types>", ""), "[Content_Types].xml"),
    "bad XML in the styles": (in_part("word/styles.xml", "</w:styles>", ""), "word/styles.xml"),
    "document type": (in_document("<w:document", "<!DOCTYPE w:document><w:document"), DOCUMENT),
    "missing header": (without("word/header1.xml"), DOCUMENT),
    "missing picture": (without("word/media/rIdLogo.png"), DOCUMENT),
    "missing styles": (without("word/styles.xml"), DOCUMENT),
    "missing document": (without(DOCUMENT), DOCUMENT),
    "no trace of a document": (without_all_trace_of_the_document, ""),
    "missing properties": (without("docProps/core.xml"), "docProps/core.xml"),
    "missing top relationships": (without("_rels/.rels"), ""),
    "missing relationships": (without("word/_rels/document.xml.rels"), DOCUMENT),
    "two relationships of one id": (
        in_part("word/_rels/document.xml.rels", 'Id="rId2"', 'Id="rId1"'),
        "",
    ),
    "picture without content type": (
        in_part("[Content_Types].xml", 'Extension="png"', 'Extension="gif"'),
        "word/media/rIdLogo.png",
    ),
    "document with the plain content type": (
        lambda: {**SOUND, TYPES: re.sub(rb'<Override PartName="/word/document.xml"[^>]*/>', b"", SOUND[TYPES])},
        DOCUMENT,
    ),
    "content type of no part": (
        in_part(TYPES, "</Types>", '<Override PartName="/word/gone.xml" ContentType="x/y"/></Types>'),
        "word/gone.xml",
    ),
    "footnote that is not there": (in_document("<w:t>mark</w:t>", '<w:footnoteReference w:id="5"/>'), DOCUMENT),
    "comment that is not there": (in_document("<w:t>mark</w:t>", '<w:commentReference w:id="5"/>'), DOCUMENT),
    "column span that is no number": (in_document("<w:tcPr>", '<w:tcPr><w:gridSpan w:val="x"/>'), DOCUMENT),
}  # fmt: skip


def test_a_sound_file_has_no_fault() -> None:
    assert read_docx(zipped(SOUND), "out.docx").faults == ()


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_file_has_a_fault_at_its_part(name: str) -> None:
    broken, part = BREAKS[name][0](), BREAKS[name][1]
    assert broken != SOUND
    faults = read_docx(zipped(broken), "out.docx").faults
    assert faults
    assert all(isinstance(fault, Fault) and fault.text for fault in faults)
    assert not part or part in {fault.part for fault in faults}


@pytest.mark.parametrize("content", [b"", b"no zip", zipped(SOUND)[:500], zipped(SOUND)[:-20], zipped({"a": b""})])
def test_what_is_no_docx_is_one_fault(content: bytes) -> None:
    read = read_docx(content, "out.docx")
    assert [fault.part for fault in read.faults] == ["out.docx"]
    assert (read.text, read.headings) == ("", ())


@pytest.mark.parametrize(
    "body",
    [
        tbl(tr(tc(p("a")).replace("</w:tc>", '<w:bookmarkEnd w:id="3"/></w:tc>'), "b")).replace(
            "<w:tbl>", '<w:bookmarkStart w:id="3" w:name="x"/><w:tbl>', 1
        ),
        tbl(tr("a", "b"), tr(tc("wide").replace("</w:tcPr>", '<w:gridSpan w:val="2"/></w:tcPr>'))),
        tbl(tr("a")),
        p(field(" IF 1 ", field(" PAGE ", "2"))),
        p('<w:bookmarkStart w:id="3" w:name="x"/>', "a") + p("b", '<w:bookmarkEnd w:id="3"/>'),
        p("a", '<w:r><w:tab/><w:br/><w:t xml:space="preserve"> b</w:t></w:r>'),
        "<!-- a comment -->" + p("a"),
    ],
)
def test_what_word_writes_is_no_fault(body: str) -> None:
    assert read_docx(docx(body, p("z")), "out.docx").faults == ()


def test_a_style_without_a_name_is_read() -> None:
    styles = styles_xml(extra='<w:style w:type="paragraph" w:styleId="Nameless"/>')
    read = read_docx(docx(p("a", style="Nameless"), p("b", style="Heading1"), styles=styles), "out.docx")
    assert read.headings == ((1, "b"),)
    assert read.faults == ()


def test_the_text_of_every_part_is_read_with_its_place() -> None:
    read = read_docx(zipped(SOUND), "out.docx")
    assert read.author == "甲公司"
    assert ((("part", "word/header1.xml"),), "head") in read.headers
    assert (("part", "word/header1.xml"), ("paragraph", "1")) in [place for place, _ in read.texts]
    body = [text for place, text in read.texts if place[0] == ("part", DOCUMENT)]
    assert body == ["第一章 一", "一", "mark", "link ", "item", "a", "b", "c", "d", "e", "end"]
    assert set(read.text.split("\n")) == {*body, "head", "1"}


def test_text_in_links_fields_and_controls_is_read() -> None:
    link = '<w:hyperlink w:anchor="x"><w:r><w:t>link</w:t></w:r></w:hyperlink>'
    control = f"<w:sdt><w:sdtContent>{p('control')}</w:sdtContent></w:sdt>"
    mark = '<w:bookmarkStart w:id="3" w:name="x"/><w:bookmarkEnd w:id="3"/>'
    simple = '<w:fldSimple w:instr="PAGE"><w:r><w:t>7</w:t></w:r></w:fldSimple>'
    read = read_docx(docx(p(mark, "a ", link, " ", simple, "<w:r><w:br/><w:tab/></w:r>", "b"), control), "out.docx")
    assert [text for _, text in read.texts] == ["a link 7\n\tb", "control"]


def test_headings_and_contents_are_read_by_style_name() -> None:
    read = read_docx(
        docx(
            p("一 x\t3", style="TOC1"),
            p("x", style="Heading1"),
            p("", style="Heading2"),
            p("y", " z", style="Heading3"),
        ),
        "out.docx",
    )
    assert read.headings == ((1, "x"), (3, "y z"))
    assert read.contents == ("一 x",)


@settings(max_examples=200, deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_document_never_raises(places: list[tuple[int, int]]) -> None:
    damaged = bytearray(SOUND[DOCUMENT])
    for place, value in places:
        damaged[place % len(damaged)] = value
    read_docx(zipped({**SOUND, DOCUMENT: bytes(damaged)}), "out.docx")


@settings(max_examples=200, deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_file_never_raises(places: list[tuple[int, int]]) -> None:
    damaged = bytearray(WHOLE)
    for place, value in places:
        damaged[place % len(damaged)] = value
    read_docx(bytes(damaged), "out.docx")


WHOLE = zipped(SOUND)


# workbooks


def workbook(fill: Callable[[xlsxwriter.Workbook], None] | None = None) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.set_properties({"author": "甲公司"})
    sheet = book.add_worksheet("报价")
    sheet.set_header("&L项目&R草稿")
    sheet.write_row(0, 0, ["服务器", 2])
    sheet.write_formula(0, 2, "=B1*86500.5", None, 173001.0)
    sheet.write_string(1, 0, "合计")
    sheet.write_number(1, 2, 173001)
    if fill is not None:
        fill(book)
    book.close()
    return buffer.getvalue()


def replaced(content: bytes, part: str, old: str, new: str) -> bytes:
    return zipped(with_part(parts_of(content), part, old, new))


def test_a_sound_workbook_is_read_with_its_cached_values() -> None:
    read = read_xlsx(workbook(), "quote.xlsx")
    assert read.faults == ()
    assert read.author == "甲公司"
    assert read.cells["报价", "C1"] == 173001
    assert ((("sheet", "报价"), ("cell", "A1")), "服务器") in read.texts
    assert read.text == "服务器\n合计"
    assert read.headers == (((("sheet", "报价"),), "项目 草稿"),)


def test_a_row_counts_only_when_a_formula_gives_its_amount() -> None:
    read = read_xlsx(workbook(), "quote.xlsx")
    assert read.has_computed_row("服务器", Decimal("173001.00"))
    assert not read.has_computed_row("服务器", Decimal("173001.01"))
    assert not read.has_computed_row("服务", Decimal("173001.00"))
    assert not read.has_computed_row("合计", Decimal("173001.00"))


@pytest.mark.parametrize("number", [1e30, -1e300, 1e-300])
def test_a_number_that_is_no_amount_is_no_crash(number: float) -> None:
    read = replace(
        read_xlsx(workbook(), "quote.xlsx"), cells={("报价", "A1"): number}, rows=((("a", False), (number, True)),)
    )
    assert not read.has_number(Decimal("173001.00"))
    assert not read.has_computed_row("a", Decimal("173001.00"))


def test_amounts_are_compared_to_the_cent_and_never_with_text_or_truth() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("b")
        sheet.write_number(0, 0, 0.1 + 0.2)
        sheet.write_string(1, 0, "99.00")
        sheet.write_boolean(2, 0, True)

    read = read_xlsx(workbook(fill), "quote.xlsx")
    assert read.has_number(Decimal("0.30"))
    assert read.has_number(Decimal("0.30"), on="b")
    assert not read.has_number(Decimal("0.30"), on="报价")
    assert not read.has_number(Decimal("99.00"))
    assert not read.has_number(Decimal("1.00"))


def hide(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("secret").hide()


def very_hide(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("secret").very_hidden()


def formula_error(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet("b").write_formula(0, 0, "=1/0", None, "#DIV/0!")


FORMULA = "<f>B1*86500.5</f><v>173001.0</v></c>"
XLSX_BREAKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "formula without a cached value": (
        lambda: replaced(workbook(), "xl/worksheets/sheet1.xml", FORMULA, FORMULA.partition("<v>")[0] + "</c>"),
        "报价!C1",
    ),
    "formula with an empty cached value": (
        lambda: replaced(workbook(), "xl/worksheets/sheet1.xml", FORMULA, FORMULA.partition("<v>")[0] + "<v></v></c>"),
        "报价!C1",
    ),
    "formula with an error": (lambda: workbook(formula_error), "b!A1"),
    "hidden sheet": (lambda: workbook(hide), "secret"),
    "very hidden sheet": (lambda: workbook(very_hide), "secret"),
    "bad XML in a sheet": (lambda: replaced(workbook(), "xl/worksheets/sheet1.xml", "</sheetData>", ""), ""),
    "bad XML in the workbook": (lambda: replaced(workbook(), "xl/workbook.xml", "</sheets>", ""), ""),
    "bad XML in the styles": (lambda: replaced(workbook(), "xl/styles.xml", "</fonts>", ""), ""),
    "bad XML in the properties": (lambda: replaced(workbook(), "docProps/core.xml", "</dc:creator>", ""), ""),
    "missing sheet": (lambda: zipped(without_part(parts_of(workbook()), "xl/worksheets/sheet1.xml")), ""),
    "missing texts": (lambda: zipped(without_part(parts_of(workbook()), "xl/sharedStrings.xml")), ""),
    "missing types": (lambda: zipped(without_part(parts_of(workbook()), "[Content_Types].xml")), ""),
    "sheet without relationship": (
        lambda: replaced(workbook(), "xl/_rels/workbook.xml.rels", 'Id="rId1"', 'Id="rId99"'),
        "",
    ),
    "text that is not among the texts": (
        lambda: replaced(
            workbook(), "xl/worksheets/sheet1.xml", '<c r="A1" t="s"><v>0</v>', '<c r="A1" t="s"><v>77</v>'
        ),
        "",
    ),
    "number that is none": (
        lambda: replaced(workbook(), "xl/worksheets/sheet1.xml", "<v>2</v>", "<v>two</v>"),
        "",
    ),
    "not a zip": (lambda: b"no zip", ""),
    "empty": (lambda: b"", ""),
    "truncated": (lambda: workbook()[:-40], ""),
    "a document": (lambda: zipped(SOUND), ""),
}


@pytest.mark.parametrize("name", XLSX_BREAKS)
def test_a_broken_workbook_has_a_fault(name: str) -> None:
    content, part = XLSX_BREAKS[name][0](), XLSX_BREAKS[name][1]
    faults = read_xlsx(content, "quote.xlsx").faults
    assert faults
    assert not part or [fault.part for fault in faults] == [part]


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=100, deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=4))
def test_a_damaged_workbook_never_raises(places: list[tuple[int, int]]) -> None:
    damaged = bytearray(BOOK)
    for place, value in places:
        damaged[place % len(damaged)] = value
    read_xlsx(bytes(damaged), "quote.xlsx")


BOOK = workbook()


def test_a_workbook_of_openpyxl_without_values_is_faulty() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    buffer = io.BytesIO()
    book.save(buffer)
    assert [fault.part for fault in read_xlsx(buffer.getvalue(), "quote.xlsx").faults] == ["Sheet!A1"]


def test_entries_of_one_name_are_a_fault_in_both_kinds() -> None:
    for content, read, part in ((WHOLE, read_docx, DOCUMENT), (BOOK, read_xlsx, "xl/workbook.xml")):
        buffer = io.BytesIO(content)
        with pytest.warns(UserWarning), zipfile.ZipFile(buffer, "a") as archive:
            archive.writestr(part, parts_of(content)[part])
        assert read(buffer.getvalue(), "out").faults


def test_packages_of_the_helper_are_sound() -> None:
    assert read_docx(zipped(package(p("a"))), "out.docx").faults == ()
