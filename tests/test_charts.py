"""The pictures of a bid: from the deal to the file, and what LibreOffice draws of them."""

from __future__ import annotations

import ctypes
import itertools
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from office_files import WP, A, docx, filled, p, q, text_of, tree
from workspace import make_workspace, run_check

from bidkit import Options, check_deal
from bidkit.appendix import Appendix
from bidkit.charts import make_gantt, make_quote_chart, make_team_chart
from bidkit.context import make_context
from bidkit.deal.solution import Milestone, Phase, Plan
from bidkit.deal.team import Member
from bidkit.diagnostic import LANGUAGES, load_messages
from bidkit.office import lay_out
from bidkit.ooxml.barchart import BarChart
from bidkit.ooxml.gantt import Gantt, Row
from bidkit.ooxml.hierarchy import Box, Hierarchy

ROOT = Path(__file__).parents[1]
LABELS = {lang: load_messages(lang)["labels"] for lang in LANGUAGES}
MARKED = "C55A11"


def context_of(name: str, **options: Any) -> dict[str, Any]:
    deal = ROOT / f"examples/{name}/deals/{name}/deal.yaml"
    bid = check_deal(deal, Options(now=datetime(2026, 9, 1, tzinfo=UTC))).bid
    assert bid is not None
    return make_context(bid, Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False, **options)


def make_plan() -> Plan:
    phases = (
        Phase(name="到货", start_day=1, end_day=20, work="w"),
        Phase(name="验收", start_day=21, end_day=21, work="w"),
    )
    return Plan(introduction="t", phases=phases, milestones=(Milestone(name="终验", day=40, deliverable="d"),))


# the values


def test_the_plan_becomes_bars_and_then_marks_at_their_days() -> None:
    chart = make_gantt(make_plan(), LABELS["zh"], "1F4E79")
    assert chart.rows == (Row("到货", 1, 20), Row("验收", 21, 21), Row("终验", 40, 40, True))
    assert [row.label for row in chart.rows] == ["1–20", "21", "40"]


def test_pictures_say_in_words_what_they_show() -> None:
    team = [Member(name="甲", role="经理", duty="d"), Member(name="乙", role="工程师", duty="d")]
    assert make_gantt(make_plan(), LABELS["zh"], "0").alt.endswith("：到货（第1–20日）；验收（第21日）；终验（第40日）")
    assert make_gantt(make_plan(), LABELS["en"], "0").alt.endswith("到货 (day 1–20); 验收 (day 21); 终验 (day 40)")
    assert make_team_chart(team, LABELS["zh"], "0").alt == "项目团队组织结构图：经理甲；工程师乙（上级：甲）"
    assert make_team_chart(team, LABELS["en"], "0").alt.endswith("经理 甲; 工程师 乙 (reports to 甲)")
    alt = context_of("school")["quote"]["chart"].alt
    assert "教学显示设备 972,720.00；" in alt


def test_the_chart_of_the_quote_names_currency_and_tax() -> None:
    assert context_of("school")["quote"]["chart"].title == "金额（人民币元，含税）"
    assert context_of("port")["quote"]["chart"].title == "Amount (USD)"


def test_the_chart_of_the_quote_has_every_category_in_order() -> None:
    quote = context_of("water")["quote"]
    assert list(quote["chart"].items) == [(item["name"], item["total"]) for item in quote["categories"]]


def test_a_volume_without_prices_has_no_chart_of_them() -> None:
    assert "quote" not in context_of("water", prices=False)
    assert "team_chart" in context_of("water", prices=False)


def test_a_bid_without_a_team_prints_no_chart(tmp_path: Path) -> None:
    bid = run_check(make_workspace(tmp_path, team=None)).bid
    assert bid is not None
    context = make_context(bid, Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)
    template = docx(p("a"), p("{{p team_chart }}"), p("{%p if team_chart %}"), p("yes"), p("{%p endif %}"), p("b"))
    content = filled(template, {"team_chart": context["team_chart"]})
    assert [text_of(item) for item in tree(content).iter(q("w:p"))] == ["a", "b"]


def test_every_picture_has_a_number_of_its_own_and_alternative_text() -> None:
    chart = make_gantt(make_plan(), LABELS["zh"], "1F4E79")
    content = filled(docx(p("{{p a }}"), p("{{p b }}")), {"a": chart, "b": chart})
    numbers = [element.get("id") for element in tree(content).iter() if element.tag.endswith(("}docPr", "}cNvPr"))]
    assert len(numbers) == len(set(numbers)) > 20
    assert {element.get("descr") for element in tree(content).iter(f"{{{WP}}}docPr")} == {chart.alt}


def test_the_picture_is_as_wide_as_the_line_of_its_tag() -> None:
    chart = make_gantt(make_plan(), LABELS["zh"], "1F4E79")
    document = tree(filled(docx(p("{{p a }}")), {"a": chart}))
    (extent,) = document.iter(f"{{{WP}}}extent")
    assert int(extent.get("cx", "0")) == pytest.approx((11906 - 2 * 1440) * 635, abs=635)
    sizes = list(document.iter(f"{{{A}}}chExt", f"{{{A}}}ext"))
    assert sizes[0].get("cx") == sizes[1].get("cx") == extent.get("cx")


# what LibreOffice draws


def draw(**values: Any) -> pypdfium2.PdfDocument:
    """The PDF of a document in which the pictures follow each other."""
    content = filled(docx(*(p(f"{{{{p {name} }}}}", style="Figure") for name in values)), values)
    layouts, problems = lay_out({"a.docx": content})
    assert not problems
    return pypdfium2.PdfDocument(layouts["a.docx"])


def text_in(pdf: pypdfium2.PdfDocument) -> str:
    return re.sub(r"\s+", "", "".join(page.get_textpage().get_text_bounded() for page in pdf))


def boxes_of(pdf: pypdfium2.PdfDocument, color: str) -> Iterator[tuple[float, float]]:
    """Where the shapes of a fill colour begin and end, from top to bottom."""
    channels = [ctypes.c_uint() for _ in range(4)]
    for page in pdf:
        found = []
        for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=5):
            mode, stroke = ctypes.c_int(), ctypes.c_int()
            pdfium.FPDFPath_GetDrawMode(item.raw, mode, stroke)
            is_filled = mode.value and pdfium.FPDFPageObj_GetFillColor(item.raw, *channels)
            if is_filled and "".join(f"{channel.value:02X}" for channel in channels[:3]) == color:
                left, _, right, top = item.get_bounds()
                found.append((-top, left, right))
        yield from ((left, right) for _, left, right in sorted(found))


NAMES = {
    "zh": ["启动", "深化设计", "设备采购、到货验收与安装环境准备及旧系统数据迁移方案的编制与评审", "联调"],
    "en": ["Start", "Survey", "Procurement, factory acceptance tests, delivery and site preparation", "Tests"],
}


def make_names(chance: random.Random, lang: str, count: int) -> list[str]:
    return [f"{chance.choice(NAMES[lang])}{number}" for number in range(count)]


@pytest.mark.office
@pytest.mark.parametrize(("lang", "count", "days"), [("zh", 3, 5), ("en", 12, 180), ("zh", 30, 2000)])
def test_bars_in_the_pdf_are_to_scale_and_every_name_is_there(lang: str, count: int, days: int) -> None:
    chance = random.Random(count)
    names = make_names(chance, lang, count + 4)
    firsts = [chance.randint(1, days) for _ in range(count)]
    rows = [Row(name, first, chance.randint(first, days)) for name, first in zip(names, firsts, strict=False)]
    rows += [Row(name, day := chance.randint(1, days), day, True) for name in names[count:]]
    pdf = draw(a=Gantt(tuple(rows), LABELS[lang]["gantt"], "1F4E79", MARKED))
    text = text_in(pdf)
    for name in names:
        assert name.replace(" ", "") in text, name
    bars = list(boxes_of(pdf, "1F4E79"))
    assert len(bars) == count
    longest = max(range(count), key=lambda place: rows[place].last - rows[place].first)
    per_day = (bars[longest][1] - bars[longest][0]) / (rows[longest].last - rows[longest].first + 1)
    start = bars[longest][0] - per_day * (rows[longest].first - 1)
    for (left, right), row in zip(bars, rows, strict=False):
        assert left == pytest.approx(start + per_day * (row.first - 1), abs=0.8)  # points
        assert right == pytest.approx(start + per_day * row.last, abs=0.8)
    for (left, right), row in zip(boxes_of(pdf, MARKED), rows[count:], strict=True):
        assert (left + right) / 2 == pytest.approx(start + per_day * row.last, abs=0.8)


@pytest.mark.office
@pytest.mark.parametrize(("lang", "count"), [("zh", 4), ("en", 25)])
def test_everybody_stands_in_the_pdf_on_one_page(lang: str, count: int) -> None:
    chance = random.Random(count)
    names = make_names(chance, lang, count)
    boxes = tuple(Box("项目经理", name, chance.randrange(place) if place else None) for place, name in enumerate(names))
    pdf = draw(a=Hierarchy(boxes, "1F4E79"))
    assert len(pdf) == 1
    text = text_in(pdf)
    for name in names:
        assert name.replace(" ", "") in text, name
    assert text.count("项目经理") == count


@pytest.mark.office
@pytest.mark.parametrize(("lang", "count"), [("zh", 3), ("en", 20), ("zh", 20)])
def test_names_and_amounts_of_two_charts_stand_in_the_pdf(lang: str, count: int) -> None:
    chance = random.Random(count)
    most = 10**10 if count == 3 else 10**6  # of three the bars can be compared, of twenty one dominates
    amounts = [Decimal(chance.randint(1, most)) / 100 for _ in range(count - 1)] + [Decimal("98765432.10")]
    items = tuple(zip(make_names(chance, lang, count), amounts, strict=True))
    pdf = draw(a=BarChart(items, "金额（人民币元）", "1F4E79"), b=BarChart(items[:2], "b", "2F6B4F"))
    text = text_in(pdf)
    for name, amount in items:
        assert name.replace(" ", "") in text, name
        assert f"{amount:,.2f}" in text
    assert "金额（人民币元）" in text
    widths = [right - left for left, right in boxes_of(pdf, "1F4E79")]
    assert widths[-1] == max(widths)
    wide = [(width, amount) for width, (_, amount) in zip(widths, items, strict=True) if width > 10]
    assert len(wide) == (3 if count == 3 else 1)
    pairs = itertools.combinations(wide, 2)
    assert all(one / two == pytest.approx(float(a / b), rel=0.03) for (one, a), (two, b) in pairs)


def test_make_quote_chart_needs_no_rounding() -> None:
    bid = check_deal(ROOT / "examples/water/deals/water/deal.yaml", Options(now=datetime(2026, 9, 1, tzinfo=UTC))).bid
    assert bid is not None
    chart = make_quote_chart(bid.quote, LABELS["zh"], "1F4E79")
    assert sum(amount for _, amount in chart.items) == bid.quote.evaluated
