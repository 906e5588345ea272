"""A native bar chart: a sound part with a workbook of the same names and amounts; several in one document."""

from __future__ import annotations

import io
import posixpath
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from office_files import DAY, docx, filled, p, parts_of, refusals

from bidkit.ooxml import opc
from bidkit.ooxml.barchart import BarChart
from bidkit.readback import read_docx

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
ITEMS = (("硬件设备 <A&B>", Decimal("300000.00")), ("实施服务", Decimal("36000.50")), ("培训", Decimal("0.00")))
IGNORED = "A required relationship type"  # settings, fonts, theme: no part of these small files
CHART = BarChart(ITEMS, "金额（人民币元）", "1F4E79", alt='报价 "对比"')


def fill(*charts: BarChart) -> bytes:
    template = docx(*(p(f"{{{{p c{place} }}}}", style="Figure") for place, _ in enumerate(charts)))
    return filled(template, {f"c{place}": chart for place, chart in enumerate(charts)})


def chart_parts(content: bytes) -> dict[str, etree._Element]:
    found = {name: data for name, data in parts_of(content).items() if name.startswith("word/charts/")}
    return {name: etree.fromstring(data) for name, data in found.items() if not name.endswith(".rels")}


def workbook_of(content: bytes, chart: str) -> bytes:
    (related,) = opc.read_relationships(parts_of(content), chart).values()
    return parts_of(content)[related.target]


def cells_of(workbook: bytes) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets[0]
    return [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


def test_chart_and_workbook_say_the_same() -> None:
    content = fill(CHART)
    ((name, tree),) = chart_parts(content).items()
    names = [element.text for element in tree.iterfind(f".//{C}cat//{C}v")]
    values = [Decimal(element.text or "") for element in tree.iterfind(f".//{C}val//{C}v")]
    assert list(zip(names, values, strict=True)) == list(ITEMS)
    assert ["".join(text.itertext()) for text in tree.iterfind(f".//{C}title//{A}p")] == [CHART.title]
    head, *rows = cells_of(workbook_of(content, name))
    assert head == (None, CHART.title)
    assert [(name, Decimal(str(value)).quantize(Decimal("0.01"))) for name, value in rows] == list(ITEMS)


def test_amounts_have_separators_and_bars_the_colour() -> None:
    (tree,) = chart_parts(fill(CHART)).values()
    formats = {element.get("formatCode") for element in tree.iterfind(f".//{C}dLbls/{C}numFmt")}
    assert formats == {"#,##0.00"}
    assert {element.get("val") for element in tree.iterfind(f".//{C}ser/{C}spPr//{A}srgbClr")} == {"1F4E79"}


def test_the_longest_bar_leaves_room_for_its_amount() -> None:
    (tree,) = chart_parts(fill(CHART)).values()
    highest = Decimal(tree.find(f".//{C}valAx//{C}max").get("val"))
    assert highest > Decimal("300000") * Decimal("1.1")


def test_two_charts_have_parts_and_workbooks_of_their_own() -> None:
    content = fill(CHART, CHART)
    charts = chart_parts(content)
    assert len(charts) == 2
    books = {opc.read_relationships(parts_of(content), name)["rId1"].target for name in charts}
    assert len(books) == 2
    types = parts_of(content)[opc.CONTENT_TYPES].decode()
    for name in charts:
        assert f'PartName="/{name}"' in types
    assert 'Extension="xlsx"' in types


def test_equal_charts_give_equal_bytes() -> None:
    assert fill(CHART) == fill(CHART)


def test_nothing_is_printed_without_items() -> None:
    content = fill(BarChart((), "t", "1F4E79"))
    assert chart_parts(content) == {}


def test_a_chart_in_the_middle_of_a_line_is_refused() -> None:
    (problem,) = refusals(docx(p("before {{ c }}")), {"c": CHART})
    assert problem.code == "TP10"


def test_the_reading_back_sees_names_amounts_cells_and_alt_text() -> None:
    found = read_docx(fill(CHART), "a.docx").drawn
    texts = [text for _, text in found]
    assert {"硬件设备 <A&B>", "300,000.00", "36,000.50", CHART.title, '报价 "对比"'} <= set(texts)
    places = {posixpath.dirname(dict(place)["part"]) for place, text in found if text == "300,000.00"}
    assert places == {"word/charts", "word/embeddings"}


def test_a_workbook_that_cannot_be_read_is_a_fault() -> None:
    parts = parts_of(fill(CHART))
    (name,) = [name for name in parts if name.endswith(".xlsx")]
    parts[name] = b"PK nothing"
    assert [fault.part for fault in read_docx(opc.write_package(parts), "a.docx").faults] == [name]


@settings(max_examples=12, deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.tuples(
            st.text(alphabet="硬件软件开发服务<&>\"' =+@-abc", min_size=1, max_size=50),
            st.decimals(min_value=0, max_value=10**12, places=2),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_any_names_and_amounts_make_a_valid_file(
    tmp_path_factory: pytest.TempPathFactory, items: list[tuple[str, Decimal]]
) -> None:
    from openxml_audit import OpenXmlValidator

    content = fill(BarChart(tuple(items), "t", "1F4E79"))
    path: Path = tmp_path_factory.mktemp("chart") / "a.docx"
    path.write_bytes(content)
    assert [str(error) for error in OpenXmlValidator().validate(path).errors if IGNORED not in str(error)] == []
    (name,) = chart_parts(content)
    assert [row[0] for row in cells_of(workbook_of(content, name))][1:] == [name for name, _ in items]


def test_the_date_of_the_workbook_is_not_the_clocks() -> None:
    content = fill(CHART)
    (name,) = chart_parts(content)
    core = parts_of(workbook_of(content, name))["docProps/core.xml"].decode()
    assert "2000-01-01" in core
    assert str(DAY.year) not in core
