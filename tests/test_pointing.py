"""Findings in a finished .docx are told with what stands there."""

from __future__ import annotations

import io

import docx
import pytest

from bidkit.diagnostic import Diagnostic, Span
from bidkit.pointing import point
from bidkit.reports.text import name_place

NAME = "submit/标书.docx"
MAIN = ("part", "word/document.xml")


def make() -> bytes:
    document = docx.Document()
    document.add_paragraph("封面")
    document.add_heading("商务条款", 1)
    document.add_paragraph("质保期三年，自最终验收合格之日起计算，其间免费更换损坏的部件，费用由我方承担。")
    table = document.add_table(2, 2)
    for cell, text in zip((*table.rows[0].cells, *table.rows[1].cells), ("序号", "名称", "1", "网关"), strict=True):
        cell.text = text
    document.add_paragraph("持证人 11010519491231002X")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def tell(number: int, lang: str = "zh", *, after: str = "x") -> str:
    found = Diagnostic("PK54", Span(NAME, place=(MAIN, ("paragraph", str(number)))), {"before": "", "after": after})
    (item,) = point([found], {NAME: make()})
    assert item.span is not None and item.span == found.span, "what suppresses it still does"
    return name_place(item.span, lang)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (1, "第 1 段 (开头是“封面”)"),
        (2, "第 2 段 (开头是“商务条款”)"),
        (3, "第 3 段 (“商务条款”一节，开头是“质保期三年，自最终验收合格之日起计算，其间免费更换损坏的部件…”)"),
        (7, "第 7 段 (“商务条款”一节，表头“序号 | 名称”，开头是“网关”)"),
        (99, "第 99 段"),
    ],
)
def test_a_paragraph_is_told_by_heading_titles_and_first_words(number: int, told: str) -> None:
    assert tell(number) == f"部件 word/document.xml, {told}"


def test_english_findings_say_it_in_english() -> None:
    assert tell(7, "en").endswith("(section “商务条款”, table of “序号 | 名称”, beginning with “网关”)")


def test_numbers_of_persons_are_not_told() -> None:
    assert "19491231" not in tell(8) and "110" in tell(8)


def test_a_paragraph_that_is_gone_is_not_taken_for_the_one_in_its_place() -> None:
    assert tell(3, after="—") == "部件 word/document.xml, 第 3 段"


def test_what_is_not_there_or_not_read_stays_as_it_is() -> None:
    other = Diagnostic("PK52", Span("x.docx", place=(MAIN, ("paragraph", "1"))))
    broken = Diagnostic("PK05", Span(NAME, place=(MAIN, ("paragraph", "1"))))
    assert [item.span and item.span.near for item in point([other, broken], {NAME: b"no zip"})] == [None, None]
