import dataclasses
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
import pytest
from quotes import compute_quote

from bidkit.bid import Bid
from bidkit.catalog import Catalog
from bidkit.config import Company
from bidkit.credentials import Selection
from bidkit.deal import Deal
from bidkit.office import find_office, recalculate
from bidkit.workbook import render_workbook

LINES = [
    ("A01", "hw", "数据库服务器", "2", "86500.00", "13%", "base"),
    ("A02", "hw", "LED 大屏", "18.5", "15800.00", "13%", "base"),
    ("B01", "dev", "接口开发", "7", "18500.01", "6%", "base"),
    ("C01", "work", "综合布线", "0.5", "1.15", "9%", "base"),
]
OPTION_LINES = [("D01", "dev", "第四年运维", "1.005", "1000.00", "6%", "option_period")]
EXTRA_LINES = [
    ("E01", "hw", "异地灾备", "3", "240000.00", "13%", "optional"),
    ("E02", "hw", "国产服务器", "1", "80000.00", "13%", "alternative"),
]
TENDER = {
    "no": "XLSW-2026-IT-017",
    "package": "1",
    "deadline": "2026-09-18T09:30+08:00",
    "validity_days": "90",
    "rules": "ndrc",
}


def make_line(row: tuple[str, ...], **more: str) -> dict[str, str]:
    keys = ("id", "category", "name", "quantity", "unit_price", "tax_rate", "kind")
    return {"unit": "台", **dict(zip(keys, row, strict=True)), **more}


def make_bid(
    lines: list[dict[str, str]] | None = None,
    *,
    quote: dict[str, Any] | None = None,
    milestones: list[dict[str, str]] | None = None,
    **deal: Any,
) -> Bid:
    lines = [make_line(row) for row in LINES] if lines is None else lines
    milestone = {"name": "终验", "day": "180", "deliverable": "验收报告"}
    service = {"introduction": "i", "levels": [], "warranty": {"months": "36", "start": "终验", "text": "t"}}
    fields: dict[str, Any] = {
        "schema": "bidkit/deal@1",
        "id": "water",
        "title": "智慧水务平台",
        "locale": "zh-CN",
        "regime": "tender",
        "dated": date(2026, 9, 10),
        "customer": {"name": "水务集团"},
        "opportunity": {},
        "solution": {
            "overview": "o",
            "products": [],
            "plan": {"introduction": "i", "phases": [], "milestones": milestones or [milestone]},
            "service": service,
        },
        "quote": {
            "validity_days": "90",
            "categories": [
                {"id": "hw", "name": "硬件设备"},
                {"id": "empty", "name": "无"},
                {"id": "dev", "name": "定制开发"},
                {"id": "work", "name": "工程"},
            ],
            "lines": lines,
            "milestones": [
                {"name": "预付款", "trigger": "合同签订", "percent": "33.3%"},
                {"name": "到货款", "trigger": "到货", "percent": "33.3%"},
                {"name": "验收款", "trigger": "终验", "percent": "33.4%"},
            ],
            "notes": ["报价含运输与安装。"],
            **(quote or {}),
        },
        **deal,
    }
    if fields["regime"] == "tender":
        fields.setdefault("tender", TENDER)
    made = Deal.model_validate(fields)
    company = Company.model_validate(
        {
            "name": "青禾云帆信息技术有限公司",
            "uscc": "91",
            "legal_representative": "某",
            "address": "a",
            "phone": "1",
            "email": "e@example.com",
            "introduction": "i",
        }
    )
    computed = compute_quote(made.quote, made.language, made.tender.lots if made.tender else ())
    now = datetime(2026, 9, 10, tzinfo=UTC)
    return Bid(made, company, Catalog((), (), ()), computed, Selection((), ()), now, now.date())


def make_option_bid(**deal: Any) -> Bid:
    return make_bid([make_line(row) for row in LINES + OPTION_LINES], **deal)


def read(content: bytes, *, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def read_formulas(content: bytes) -> dict[tuple[str, str], tuple[str, Any]]:
    """Formula and cached value by sheet and cell."""
    book, cached = read(content), read(content, values=True)
    return {
        (sheet.title, cell.coordinate): (cell.value, cached[sheet.title][cell.coordinate].value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def read_part(content: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read(name).decode()


def cents(value: Any) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def named(content: bytes, name: str) -> Decimal:
    """The cached value of the cell that a defined name stands for."""
    book = read(content, values=True)
    sheet, cell = book.defined_names[name].attr_text.replace("'", "").replace("$", "").split("!")
    return cents(book[sheet][cell].value)


def column(content: bytes, sheet: str, letter: str) -> list[Any]:
    return [cell.value for cell in read(content, values=True)[sheet][letter]]


def test_sheets_stand_in_order_and_are_all_visible() -> None:
    book = read(render_workbook(make_bid()))
    assert book.sheetnames == ["开标一览表", "分类汇总", "分项报价表"]
    assert {sheet.sheet_state for sheet in book} == {"visible"}
    assert not any(row.hidden for sheet in book for row in sheet.row_dimensions.values())
    english = read(render_workbook(make_bid(locale="en-US")))
    assert english.sheetnames == ["Bid Summary", "Category Summary", "Price Breakdown"]


def test_line_is_quantity_times_price_rounded() -> None:
    content = render_workbook(make_bid())
    sheet = read(content)["分项报价表"]
    assert [cell.value for cell in sheet[3]] == ["序号", "名称", "单位", "数量", "单价", "税率", "金额"]
    assert [cell.value for cell in sheet[6]] == ["A02", "LED 大屏", "台", 18.5, 15800, 0.13, "=ROUND(D6*E6,2)"]
    formulas = read_formulas(content)
    assert formulas["分项报价表", "G6"] == ("=ROUND(D6*E6,2)", 292300)
    assert formulas["分项报价表", "G12"] == ("=ROUND(D12*E12,2)", 0.58)  # 0.575, half up


def test_subtotals_and_total_are_sums() -> None:
    formulas = read_formulas(render_workbook(make_bid()))
    assert formulas["分项报价表", "G7"] == ("=SUM(G5:G6)", 465300)
    assert formulas["分项报价表", "G10"] == ("=SUM(G9:G9)", 129500.07)
    assert formulas["分项报价表", "G14"] == ("=G7+G10+G13", 594800.65)


def test_summary_refers_to_the_detail_sheet() -> None:
    formulas = read_formulas(render_workbook(make_bid()))
    assert formulas["分类汇总", "D5"] == ("=COUNT('分项报价表'!G5:G6)", 2)
    assert formulas["分类汇总", "E6"] == ("='分项报价表'!G10", 129500.07)
    assert formulas["分类汇总", "E8"] == ("=SUM(E5:E7)", 594800.65)
    assert formulas["开标一览表", "B8"] == ("='分项报价表'!$G$14", 594800.65)


def test_category_without_lines_is_left_out() -> None:
    assert "无" not in column(render_workbook(make_bid()), "分类汇总", "B")


def test_tax_is_summed_by_rate() -> None:
    bid = make_bid()
    formulas = read_formulas(render_workbook(bid))
    gross = "=SUMIF('分项报价表'!$F$4:$F$13,B14,'分项报价表'!$G$4:$G$13)"
    assert formulas["分类汇总", "C14"] == (gross, 129500.07)
    assert formulas["分类汇总", "D14"] == ("=ROUND(C14/(1+B14),2)", 122169.88)
    assert formulas["分类汇总", "E14"] == ("=ROUND(C14-D14,2)", 7330.19)
    assert formulas["分类汇总", "E15"] == ("=SUM(E12:E14)", float(bid.quote.tax))


def test_tax_is_summed_by_line() -> None:
    bid = make_bid(quote={"tax_sum": "by_line"})
    content = render_workbook(bid)
    formulas = read_formulas(content)
    assert [cell.value for cell in read(content)["分项报价表"][3]][-3:] == ["金额", "不含税金额", "税额"]
    assert formulas["分项报价表", "H6"] == ("=ROUND(G6/(1+F6),2)", 258672.57)
    assert formulas["分项报价表", "I6"] == ("=ROUND(G6-H6,2)", 33627.43)
    net = "=SUMIF('分项报价表'!$F$4:$F$13,B12,'分项报价表'!$H$4:$H$13)"
    assert formulas["分类汇总", "D12"] == (net, 411769.92)  # by rate it is 411,769.91
    assert formulas["分类汇总", "D15"] == ("=SUM(D12:D14)", float(bid.quote.net))
    assert formulas["分项报价表", "I14"] == ("=I7+I10+I13", float(bid.quote.tax))


def test_last_payment_takes_the_remainder() -> None:
    formulas = read_formulas(render_workbook(make_bid()))
    assert formulas["分类汇总", "E18"] == ("=ROUND($E$8*D18,2)", 198068.62)
    assert formulas["分类汇总", "E20"] == ("=ROUND($E$8-SUM(E18:E19),2)", 198663.41)
    assert formulas["分类汇总", "E21"] == ("=SUM(E18:E20)", 594800.65)


def test_payments_that_are_not_whole_take_no_remainder() -> None:
    payments = [{"name": str(part), "trigger": "t", "percent": "10%"} for part in range(2)]
    formulas = read_formulas(render_workbook(make_bid(quote={"milestones": payments})))
    assert formulas["分类汇总", "E19"] == ("=ROUND($E$8*D19,2)", 59480.07)


def test_words_are_those_of_the_quote() -> None:
    bid = make_bid()
    content = render_workbook(bid)
    assert column(content, "开标一览表", "B")[8] == bid.quote.words == "人民币伍拾玖万肆仟捌佰元零陆角伍分"
    assert bid.quote.words in column(content, "分类汇总", "C")
    assert bid.quote.words in column(content, "分项报价表", "C")


def test_opening_sheet_is_a_form() -> None:
    rows = read(render_workbook(make_bid()), values=True)["开标一览表"].iter_rows(min_row=2, values_only=True)
    assert list(rows) == [
        ("单位：人民币元", None),
        ("项目名称", "智慧水务平台"),
        ("项目编号", "XLSW-2026-IT-017"),
        ("包号", "1"),
        ("招标人", "水务集团"),
        ("投标人", "青禾云帆信息技术有限公司"),
        ("投标总价（小写，人民币元）", 594800.65),
        ("投标总价（大写）", "人民币伍拾玖万肆仟捌佰元零陆角伍分"),
        ("计税方式", "含税价，税率 13%、9%、6%"),
        ("交付期", "合同签订后 180 日内（终验）"),
        ("投标有效期", "90 日（至 2026年12月17日）"),
        ("投标人（盖章）", None),
        ("法定代表人或其授权代表（签字）", None),
        ("日期", "　　　　年　　月　　日"),
    ]


def test_commercial_quote_has_no_words_of_a_tender() -> None:
    content = render_workbook(make_option_bid(regime="commercial"))
    book = read(content, values=True)
    texts = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    assert book.sheetnames[0] == "报价一览表"
    assert not [text for text in texts if isinstance(text, str) and "标" in text]


def test_english_labels_and_currency() -> None:
    bid = make_bid(locale="en-GB", quote={"currency": "USD"})
    rows = list(read(render_workbook(bid), values=True)["Bid Summary"].iter_rows(values_only=True))
    assert rows[1][0] == "Currency: USD"
    assert rows[7] == ("Total bid price in figures (USD)", 594800.65)
    assert rows[8] == ("Total bid price in words", bid.quote.words)
    assert rows[9] == ("Tax", "tax included, rates 13%, 9%, 6%")


def test_buyer_and_bidder_have_the_names_of_the_rules() -> None:
    bids = {rules: make_bid(tender={**TENDER, "rules": rules}) for rules in ("mof87", "ndrc")}
    labels = {rules: column(render_workbook(bid), "开标一览表", "A") for rules, bid in bids.items()}
    assert "采购人" in labels["mof87"]
    assert "招标人" in labels["ndrc"]
    american = make_bid(locale="en-US", tender={**TENDER, "rules": "far"}, quote={"currency": "USD"})
    sheet = read(render_workbook(american), values=True)["Price Summary"]
    rows = {row[0]: row[1] for row in sheet.iter_rows(min_row=3, values_only=True)}
    assert rows["Offeror"] == "青禾云帆信息技术有限公司"
    assert rows["Offer validity"] == "90 days (until December 17, 2026)"
    assert not [label for label in rows if "seal" in label]


def test_workbook_of_untaxed_lines_says_exempt_and_shows_no_tax() -> None:
    lines = [make_line(row) | {"tax_rate": "0%"} for row in (*LINES, *EXTRA_LINES)]
    content = render_workbook(make_bid(lines, locale="en-US", regime="commercial", quote={"tax_sum": "by_line"}))
    book = read(content, values=True)
    assert ("Tax", "exempt; no tax is included") in list(book["Quotation Summary"].iter_rows(values_only=True))
    titles = [text for text in column(content, "Category Summary", "A") if isinstance(text, str) and ". " in text]
    assert titles == ["1. Categories", "2. Payments"]
    assert column(content, "Category Summary", "C")[4:7] == ["exempt"] * 3
    for name in ("Price Breakdown", "Optional Items"):
        heads = [cell.value for cell in book[name][3]]
        assert not {"Tax rate", "Net amount", "Tax"} & set(heads)
    assert "Tax" not in book.defined_names


@pytest.mark.parametrize(("mark", "text"), [(True, "合同签订后 90 日内（M4）"), (False, "合同签订后 330 日内（M6）")])
def test_delivery_is_the_marked_milestone_else_the_last(mark: bool, text: str) -> None:
    milestones = [{"name": "M4", "day": "90", "deliverable": "d"}, {"name": "M6", "day": "330", "deliverable": "d"}]
    milestones[0] |= {"is_delivery": "true"} if mark else {}
    assert column(render_workbook(make_bid(milestones=milestones)), "开标一览表", "B")[10] == text


def test_option_periods_make_three_named_totals() -> None:
    bid = make_option_bid()
    content = render_workbook(bid)
    formulas = read_formulas(content)
    detail = {cell: item for (sheet, cell), item in formulas.items() if sheet == "分项报价表"}
    assert detail["G15"] == ('=SUMIF($H$4:$H$14,"基本期",$G$4:$G$14)', 594800.65)
    assert detail["G16"] == ('=SUMIF($H$4:$H$14,"选择期",$G$4:$G$14)', 1005)
    assert detail["G17"] == ("=G7+G11+G14", 595805.65)
    assert named(content, "合计") == bid.quote.base
    assert named(content, "选择期合计") == bid.quote.options
    assert named(content, "评标总价") == bid.quote.evaluated
    assert column(content, "分类汇总", "B")[7:10] == ["基本期合计", "选择期合计", "评标总价"]
    assert {bid.quote.words, bid.quote.evaluated_words} <= set(column(content, "开标一览表", "B"))
    assert formulas["分类汇总", "E21"] == ("=ROUND($E$8*D21,2)", 198068.62)  # of the base total


def test_totals_have_names() -> None:
    bid = make_bid()
    content = render_workbook(bid)
    assert (named(content, "合计"), named(content, "税额")) == (bid.quote.base, bid.quote.tax)
    english = render_workbook(make_bid(locale="en-US"))
    assert (named(english, "Total"), named(english, "Tax")) == (bid.quote.base, bid.quote.tax)


def test_extras_stand_on_their_own_sheet_in_no_total() -> None:
    lines = [make_line(row) for row in LINES + EXTRA_LINES]
    content = render_workbook(make_bid(lines, regime="commercial"))
    assert read(content).sheetnames[-1] == "选配"
    assert read_formulas(content)["选配", "G4"] == ("=ROUND(D4*E4,2)", 720000)
    assert column(content, "选配", "H")[2:5] == ["类别", "选配", "备选"]
    assert "E01" not in column(content, "分项报价表", "A")
    assert named(content, "合计") == Decimal("594800.65")


def test_tender_workbook_has_no_extras() -> None:
    lines = [make_line(row) for row in LINES + EXTRA_LINES]
    content = render_workbook(make_bid(lines))
    assert len(read(content).sheetnames) == 3
    assert "异地灾备" not in read_part(content, "xl/sharedStrings.xml")


def test_filled_columns_are_printed() -> None:
    lines = [make_line(LINES[0], brand="岑川", model="DB7280", spec="2U", origin="中国"), make_line(LINES[1])]
    sheet = read(render_workbook(make_bid(lines)))["分项报价表"]
    assert [cell.value for cell in sheet[3]][2:6] == ["规格参数", "品牌/型号", "产地", "单位"]
    assert [cell.value for cell in sheet[5]][2:6] == ["2U", "岑川 / DB7280", "中国", "台"]


@pytest.mark.parametrize("text", ["=1+1", "+86 10", "-5 ℃", "@SUM(A1)"])
def test_text_never_becomes_a_formula(text: str) -> None:
    content = render_workbook(make_bid([make_line(("010", "hw", text, "1", "1.00", "13%", "base"), remark=text)]))
    sheet = read(content)["分项报价表"]
    assert [(cell.value, cell.data_type) for cell in sheet[5]][:2] == [("010", "s"), (text, "s")]
    assert (sheet["B5"].quotePrefix, sheet["H5"].quotePrefix, sheet["A5"].quotePrefix) == (True, True, False)


def test_web_addresses_and_braces_stay_text() -> None:
    lines = [make_line(("1", "hw", "https://example.com {row}", "1", "1.00", "13%", "base"))]
    sheet = read(render_workbook(make_bid(lines)))["分项报价表"]
    assert sheet["B5"].value == "https://example.com {row}"
    assert sheet["B5"].hyperlink is None


def test_number_formats() -> None:
    sheet = read(render_workbook(make_bid()))["分项报价表"]
    formats = [cell.number_format for cell in sheet[6]][3:]
    assert formats == ["#,##0.0", "#,##0.00", "0%", "#,##0.00"]
    summary = read(render_workbook(make_bid()))["分类汇总"]
    assert summary["D18"].number_format == "0.0##%"  # 33.3 %


@pytest.mark.parametrize(("locale", "paper"), [("zh-CN", 9), ("en-GB", 9), ("en-US", 1)])
def test_page_is_set_up(locale: str, paper: int) -> None:
    book = read(render_workbook(make_bid(locale=locale)))
    for sheet in book:
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (paper, "landscape")
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_options.horizontalCentered
        assert sheet.page_margins.left == sheet.page_margins.top == pytest.approx(1.5 / 2.54)
        assert sheet.print_area and sheet.print_title_rows
        assert sheet.protection.sheet and not sheet.protection.password
        assert not sheet.protection.selectLockedCells
        assert all(cell.protection.locked for row in sheet.iter_rows() for cell in row)
        assert (sheet.sheet_view.zoomScale or 100) == 100
    assert book.active.title == book.sheetnames[0]
    assert book.worksheets[2].freeze_panes == "C4"
    assert book.worksheets[2].print_title_rows == "$3:$3"


def test_header_and_footer() -> None:
    part = read_part(render_workbook(make_bid(title="R&D & 2&G 平台")), "xl/worksheets/sheet1.xml")
    assert "<oddHeader>&amp;LR&amp;&amp;D &amp;&amp; 2&amp;&amp;&amp;B&amp;BG 平台&amp;R&amp;A</oddHeader>" in part
    assert "<oddFooter>&amp;L青禾云帆信息技术有限公司&amp;R第 &amp;P 页 共 &amp;N 页</oddFooter>" in part


@pytest.mark.parametrize("title", ["平" * 400, "&" * 400, "&G" * 200, "𠮷" * 300])
def test_header_keeps_to_the_limit_of_excel(title: str) -> None:
    for sheet in read(render_workbook(make_bid(title=title), draft=True)):
        header = sheet.oddHeader
        whole = f"&L{header.left.text}&R{header.right.text}"
        assert header.left.text.startswith("&B草稿&B ")
        assert len(whole.encode("utf-16-le")) // 2 <= 255


def test_draft_says_so_on_every_sheet() -> None:
    for locale, word in (("zh-CN", "草稿"), ("en-US", "DRAFT")):
        for sheet in read(render_workbook(make_bid(locale=locale), draft=True)):
            assert word in sheet["A1"].value
            assert word in sheet.oddHeader.left.text
        for sheet in read(render_workbook(make_bid(locale=locale))):
            assert word not in sheet["A1"].value
            assert word not in sheet.oddHeader.left.text


@pytest.mark.parametrize(
    ("color", "tint"), [("1F4E79", "DDE4EB"), ("000000", "D9D9D9"), ("FFFFFF", "FFFFFF"), ("C00000", "F6D9D9")]
)
def test_head_is_a_light_tint_of_the_colour_of_the_company(color: str, tint: str) -> None:
    bid = make_bid()
    company = bid.company.model_copy(update={"color": color})
    sheet = read(render_workbook(dataclasses.replace(bid, company=company)))["分项报价表"]
    assert {cell.fill.fgColor.rgb for cell in sheet[3]} == {f"FF{tint}"}
    assert sheet["A4"].fill.fgColor.rgb == "FFF2F2F2"


def test_head_has_the_default_colour() -> None:
    sheet = read(render_workbook(make_bid()))["分项报价表"]
    assert sheet["A3"].fill.fgColor.rgb == "FFDDE4EB"


def test_only_titles_words_and_notes_are_merged() -> None:
    sheet = read(render_workbook(make_bid()))["分项报价表"]
    assert sorted(str(area) for area in sheet.merged_cells.ranges) == [
        "A16:G16",
        "A17:G17",
        "A1:G1",
        "A2:G2",
        "C15:G15",
    ]


def test_rows_are_high_enough_for_wrapped_text() -> None:
    lines = [make_line(LINES[0], spec="规格" * 60), make_line(LINES[1], spec="规格" * 1500)]
    sheet = read(render_workbook(make_bid(lines)))["分项报价表"]
    assert sheet.row_dimensions[5].height < sheet.row_dimensions[6].height <= 409
    assert sheet.row_dimensions[6].height >= 13.5 * 6000 / sheet.column_dimensions["C"].width


def test_document_properties() -> None:
    properties = read(render_workbook(make_bid())).properties
    assert (properties.title, properties.creator) == ("智慧水务平台", "青禾云帆信息技术有限公司")
    assert properties.created == properties.modified == datetime(2026, 9, 10)


def test_same_input_gives_same_bytes() -> None:
    assert render_workbook(make_option_bid()) == render_workbook(make_option_bid())


def test_quote_without_lines_is_written() -> None:
    content = render_workbook(make_bid([]))
    assert named(content, "合计") == named(content, "税额") == 0


def hard_lines() -> list[dict[str, str]]:
    """Amounts and sums on which binary fractions and half-up rounding go apart."""
    pairs = [
        ("1.005", "1.00"),
        ("0.5", "1.15"),
        ("2.675", "1.00"),
        ("0.145", "1.00"),
        ("1.115", "10.00"),
        ("3", "0.10"),
    ]
    pairs += [(f"{step}.5", f"{step * 7919}.{step % 10}1") for step in range(1, 30)]
    pairs += [("1", "99999999.99"), ("0", "5.00"), ("0.333", "0.03")]
    rates = ("13%", "9%", "6%", "0%", "6.5%")
    kinds = ("base", "base", "option_period")
    return [
        make_line((str(at), ("hw", "dev", "work")[at % 3], "x", *pair, rates[at % 5], kinds[at // 3 % 3]))
        for at, pair in enumerate(pairs)
    ]


@pytest.mark.office
@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("tax_sum", ["by_line", "by_rate"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_recalculation_changes_no_cell(tax_sum: str, locale: str) -> None:
    extras = [make_line(row) for row in EXTRA_LINES]
    bid = make_bid(hard_lines() + extras, regime="commercial", locale=locale, quote={"tax_sum": tax_sum})
    content = render_workbook(bid)
    recalculated, diagnostics = recalculate(content)
    assert recalculated is not None, diagnostics
    before, after = read(content, values=True), read(recalculated, values=True)
    assert before.sheetnames == after.sheetnames
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                value = after[sheet.title][cell.coordinate].value
                same = value == cell.value
                if isinstance(cell.value, int | float):
                    same = abs(value - cell.value) < 1e-6
                assert same, (sheet.title, cell.coordinate, cell.value, value)
