"""FM10: references of a finished .docx to pages, against the pages of its PDF."""

from __future__ import annotations

import pytest
from office_files import contents, docx, field, p, r
from test_rules import Document, make_bid

from bidkit.pdf.reading import ReadPage, ReadPdf
from bidkit.readback import ReadDocument, read_docx
from bidkit.rules.files import check_printed
from bidkit.rules.printed import Printed

BID = make_bid(Document("x.yaml", "", 1))
OUTLINE = ((1, "一 方案", 2), (1, "二 资信", 3), (2, "营业执照", 4))


def mark(name: str, number: int) -> str:
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/><w:bookmarkEnd w:id="{number}"/>'


def read(*index: str) -> ReadDocument:
    headings = [
        p(r("一 方案"), style="Heading1"),
        p(mark("papers", 1), r("二 资信"), style="Heading1"),
        p(mark("licence", 2), r("营业执照"), style="Heading2"),
    ]
    return read_docx(docx(contents(), *(p(item) for item in index), *headings), "a.docx")


def told(document: ReadDocument, numbers: tuple[str, ...] = ("i", "1", "2", "3")) -> list[str]:
    titles = {page: title for _, title, page in OUTLINE}
    pages = tuple(ReadPage(titles.get(n, ""), number, 1) for n, number in enumerate(numbers, 1))
    printed = Printed(BID, {"a.pdf": ReadPdf("a.pdf", 1, pages, OUTLINE)}, {"a.pdf": document}, is_draft=False)
    found = [item for item in check_printed(printed) if item.code == "FM10"]
    assert all(item.span is not None and item.span.file == "a.docx" and item.span.place for item in found)
    return [f"{item.values['title']} {item.values['shown']} {item.values['page']}" for item in found]


@pytest.mark.parametrize(
    ("index", "wrong"),
    [
        ([field(" PAGEREF licence \\h ", "3")], []),
        ([field(" PAGEREF licence \\h ", "4")], ["营业执照 4 3"]),
        ([field(" PAGEREF licence \\h ", "")], ["营业执照  3"]),
        (
            [r("见第 ") + field(" PAGEREF papers ", "1") + r(" 页、第 ") + field(" PAGEREF licence ", "3")],
            ["二 资信 1 2"],
        ),
        (['<w:fldSimple w:instr=" PAGEREF licence "><w:r><w:t>9</w:t></w:r></w:fldSimple>'], ["营业执照 9 3"]),
        ([field(" REF licence ", "9"), field(" PAGEREF elsewhere ", "9")], []),
        ([r("见第 9 页")], []),
    ],
)
def test_a_reference_shows_the_page_of_its_heading(index: list[str], wrong: list[str]) -> None:
    assert told(read(*index)) == wrong


def test_pages_are_called_as_the_pdf_calls_them() -> None:
    document = read(field(" PAGEREF licence ", "iv"))
    assert told(document, ("i", "ii", "iii", "iv")) == []
    assert told(document) == ["营业执照 iv 3"]


def test_bookmarks_that_are_not_the_headings_are_told_once_and_elsewhere() -> None:
    document = read_docx(docx(p(field(" PAGEREF x ", "9")), p(mark("x", 1), r("一 方案"), style="Heading1")), "a.docx")
    assert len(document.references) == 1
    assert told(document) == []
