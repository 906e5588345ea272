"""The numbers of pages where sections begin anew, against what LibreOffice prints on each page."""

from __future__ import annotations

import re

import pypdfium2
import pytest
from office_files import DAY, PAGE, contents, docx, field, p, rendered, sound, texts

from bidkit.office import lay_out
from bidkit.office.pages import read_destinations, read_outline
from bidkit.ooxml.sections import PageRun, mark_sections, number_pages, read_sections, show_page

BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def section(numbers: str = "", kind: str = "nextPage", inside: str = "") -> str:
    return f'<w:sectPr>{inside}<w:type w:val="{kind}"/>{PAGE}{numbers}</w:sectPr>'


def end(numbers: str = "") -> str:
    footer = '<w:footerReference w:type="default" r:id="rIdfooter"/>'
    return p("end", properties=section(numbers, inside=footer))


def runs(*sections: tuple[str, str], at: tuple[int, ...]) -> list[PageRun]:
    found = read_sections("".join(section(numbers, kind) for numbers, kind in sections))
    destinations = {f"bidkitsection{n}": page for n, page in enumerate(at, 1)}
    made = number_pages(found, destinations)
    assert made is not None
    return made


START, ROMAN = '<w:pgNumType w:start="1"/>', '<w:pgNumType w:fmt="lowerRoman" w:start="1"/>'


@pytest.mark.parametrize(
    ("sections", "at", "shown"),
    [
        ([("", "nextPage"), ("", "nextPage")], (3,), ["1", "2", "3", "4"]),
        ([("", "nextPage"), (START, "nextPage")], (3,), ["1", "2", "1", "2"]),
        ([("", "nextPage"), (ROMAN, "nextPage"), (START, "nextPage")], (2, 4), ["1", "i", "ii", "1", "2"]),
        ([("", "nextPage"), ("", "oddPage")], (3,), ["1", "2", "3", "4"]),
        ([("", "nextPage"), ("", "oddPage")], (2,), ["1", "3", "4"]),
        ([("", "nextPage"), ("", "evenPage")], (3,), ["1", "2", "4", "5"]),
        ([(START, "nextPage"), (START, "continuous")], (2,), ["1", "2", "3"]),
        ([('<w:pgNumType w:fmt="numberInDash"/>', "nextPage")], (), ["- 1 -", "- 2 -"]),
    ],
)
def test_pages_count_as_their_sections_say(
    sections: list[tuple[str, str]], at: tuple[int, ...], shown: list[str]
) -> None:
    found = runs(*sections, at=at)
    assert [show_page(found, page) for page in range(1, len(shown) + 1)] == shown


def test_a_section_that_the_layout_does_not_have_gives_no_numbers() -> None:
    assert number_pages(read_sections(section() + section(START)), {}) is None


def test_what_a_section_was_before_a_tracked_change_does_not_count() -> None:
    old = f'<w:sectPrChange w:id="1" w:author="a">{section(START)}</w:sectPrChange>'
    assert [item.start for item in read_sections(section(old) + "<w:sectPr/>")] == [None, None]


def test_each_section_but_the_first_is_marked_at_its_beginning() -> None:
    text = mark_sections(p("a", properties=section()) + p("b", properties="<w:sectPr/>") + p("c") + section())
    marks = re.findall(r'w:name="(\w+)"/><w:bookmarkEnd w:id="\d+"/><w:r><w:t xml:space="preserve">(\w)', text)
    assert marks == [("bidkitsection1", "b"), ("bidkitsection2", "c")]


def test_an_ordinary_document_is_laid_out_as_it_is() -> None:
    result = rendered(docx(end(), p("a"), footer=p("f")))
    assert b"bidkitsection" not in result.save(DAY, is_layout_copy=True)
    assert result.find_pages([], {}) == ({}, [])


@pytest.mark.office
@pytest.mark.parametrize("last", [START, '<w:pgNumType w:start="7"/>', ""])
def test_contents_show_the_number_that_is_printed_on_the_page(last: str) -> None:
    chapters = [part for n in range(1, 34) for part in (p(f"chapter {n}", style="Heading1"), BREAK)]
    see = p("see ", field("PAGEREF here \\h", "99"))
    here = p('<w:bookmarkStart w:id="1" w:name="here"/>', "target", '<w:bookmarkEnd w:id="1"/>')
    roman = [contents(' TOC \\o "1-1" \\h '), see, p("preface", style="Heading1"), end(ROMAN)]
    footer = p("page <", field("PAGE", "1"), ">")
    result = rendered(docx(p("cover"), end(), *roman, *chapters, here, footer=footer, last_section=PAGE + last))
    pdf = lay_out({"a.docx": result.save(DAY, is_layout_copy=True)})[0]["a.docx"]
    pages, lost = result.find_pages(read_outline(pdf), read_destinations(pdf))
    assert lost == []
    file = sound(result.save(DAY, pages))
    with pypdfium2.PdfDocument(lay_out({"a.docx": file})[0]["a.docx"]) as final:
        printed = [page.get_textpage().get_text_range() for page in final]
    assert len(printed) >= 36
    where = {}
    for text in printed[1:]:
        (number,) = re.findall(r"page <(\w+)>", text)
        for title in re.findall(r"(?:chapter \d+|preface|target)(?=\r|\n|$)", text):
            where[title] = number
    listed = [line.split("\t") for line in texts(file) if "\t" in line]
    assert len(listed) == 34
    for words, number in listed:
        assert number == where[words.partition(" ")[2]], words
    assert f"see {where['target']}" in texts(file)
