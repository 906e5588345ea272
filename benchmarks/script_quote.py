"""The workbook of the script, written by openpyxl: the sheets, rows, formulas and formats of bidkit's."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

Record = dict[str, Any]
MONEY, PRICE, RATE, WHOLE = "#,##0.00", "#,##0.00####", "0%", "0"
THIN, DOUBLE = Side(style="thin", color="7F7F7F"), Side(style="double", color="7F7F7F")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
TOTAL = Border(left=THIN, right=THIN, top=DOUBLE, bottom=THIN)
GREY = PatternFill("solid", fgColor="F2F2F2")
PLAIN, BOLD, HEAD = (
    Font(name="宋体", size=10),
    Font(name="宋体", size=10, bold=True),
    Font(name="宋体", bold=True, color="FFFFFF"),
)
TITLE = Font(name="黑体", size=16, bold=True)
SIDES = {side: Alignment(horizontal=side, vertical="center", wrap_text=True) for side in ("left", "center", "right")}
LINES = "分项报价表"


def write_quote(path: Path, deal: Record, company: Record, quote: Record) -> None:
    """All sheets."""
    book = Workbook()
    book.remove(book.active)
    about = f"项目名称：{deal['title']}　　项目编号：{deal['tender']['no']}　　单位：{quote['unit_label']}"
    blue = PatternFill("solid", fgColor=company["color"])
    summary, categories, lines, taxes, payments, notes = (
        book.create_sheet(name) for name in ("开标一览表", "分类汇总", LINES, "税额", "付款计划", "备注")
    )
    last = write_lines(lines, f"{about}（含税）", quote, blue)
    write_summary(summary, deal, company, quote, last + 1)
    write_categories(categories, f"{about}（含税）", quote, last, blue)
    write_taxes(taxes, f"{about}（含税）", quote, last, blue)
    write_payments(payments, about, quote, last + 1, blue)
    write_notes(notes, quote, blue)
    for sheet in book:
        sheet.print_area = sheet.dimensions
        sheet.page_setup.paperSize = 9
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.center.text = "第 &P 页　共 &N 页"
        sheet.protection.enable()
    book.defined_names["投标总价"] = DefinedName("投标总价", attr_text="开标一览表!$B$8")
    book.save(path)


def put(
    sheet: Worksheet, row: int, values: list[Any], sides: str, font: Font = PLAIN, border: Border = BOX,
    fill: PatternFill | None = None, formats: dict[int, str] | None = None,
) -> None:  # fmt: skip
    """A row; `sides` has a letter for each cell: l, c or r."""
    for column, (value, side) in enumerate(zip(values, sides, strict=True), 1):
        cell = sheet.cell(row, column, float(value) if hasattr(value, "quantize") else value)
        cell.font, cell.border = font, border
        cell.alignment = SIDES["left" if side == "l" else "center" if side == "c" else "right"]
        if fill:
            cell.fill = fill
        if formats and column in formats:
            cell.number_format = formats[column]


def head(sheet: Worksheet, title: str, about: str, titles: list[str], widths: list[float], blue: PatternFill) -> None:
    """Title, subject and the titles of the columns, which stay in sight and are printed on each page."""
    last = len(titles)
    for row, (text, font, side) in enumerate(((title, TITLE, "center"), (about, PLAIN, "left")), 1):
        cell = sheet.cell(row, 1, text)
        cell.font, cell.alignment = font, SIDES[side]
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=last)
    sheet.row_dimensions[1].height = 30
    put(sheet, 3, list(titles), "c" * last, HEAD, fill=blue)
    sheet.print_title_rows = "3:3"
    set_widths(sheet, widths)


def set_widths(sheet: Worksheet, widths: list[float]) -> None:
    """The columns' widths."""
    for number, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGHIJKLMN"[number]].width = width


def write_summary(sheet: Worksheet, deal: Record, company: Record, quote: Record, total: int) -> None:
    """The sheet that is read out at the opening."""
    rates = "、".join(f"{int(tax['rate'] * 100)}%" for tax in quote["taxes"])
    last = deal["solution"]["plan"]["milestones"][-1]
    end = datetime.fromisoformat(deal["tender"]["deadline"]) + timedelta(days=quote["validity_days"])
    rows = [
        ("项目名称", deal["title"]),
        ("项目编号", deal["tender"]["no"]),
        ("包号", deal["tender"]["package"]),
        ("采购人", deal["customer"]["name"]),
        ("投标人", company["name"]),
        ("投标总价（小写，人民币元）", f"=ROUND(SUM({LINES}!$L${total}),2)"),
        ("投标总价（大写）", quote["words"]),
        ("计税方式", f"含税价，税率 {rates}，税额按税率计算"),
        ("交付期", f"合同签订后 {last['day']} 日内（{last['name']}）"),
        ("投标有效期", f"{quote['validity_days']} 日（至 {end.year}年{end.month}月{end.day}日）"),
        ("投标人（盖章）", None),
        ("法定代表人或其授权代表（签字）", None),
        ("日期", "　　　　年　　月　　日"),
    ]
    for row, (text, font, side) in enumerate((("开标一览表", TITLE, "center"), ("单位：人民币元", PLAIN, "left")), 1):
        cell = sheet.cell(row, 1, text)
        cell.font, cell.alignment = font, SIDES[side]
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=2)
    for row, (name, value) in enumerate(rows, 3):
        put(sheet, row, [name, value], "ll", formats={2: MONEY} if row == 8 else None)
        sheet.cell(row, 1).font, sheet.cell(row, 1).fill = BOLD, GREY
    set_widths(sheet, [32.7, 58.7])


def write_lines(sheet: Worksheet, about: str, quote: Record, blue: PatternFill) -> int:
    """The breakdown; the last row before its total."""
    titles = [
        "序号",
        "编号",
        "名称",
        "规格参数",
        "品牌/型号",
        "制造商",
        "产地",
        "单位",
        "数量",
        "单价",
        "税率",
        "金额",
        "备注",
    ]
    head(
        sheet, LINES, about, titles, [7.7, 9.7, 18.7, 32.7, 14.7, 15.7, 7.7, 6.7, 8.7, 12.7, 7.7, 14.7, 14.7, 7.7], blue
    )
    sides, formats = "ccllllccrrcrl", {10: PRICE, 11: RATE, 12: MONEY}
    empty = [None] * 13
    row = 4
    for category in quote["categories"]:
        first = row
        put(
            sheet,
            row,
            [category["number"], None, category["name"], *empty[3:]],
            sides,
            BOLD,
            fill=GREY,
            formats=formats,
        )
        for line in category["lines"]:
            row += 1
            values = [
                line["number"],
                line["id"],
                line["name"],
                line["spec"],
                f"{line['brand']} {line['model']}".strip(),
            ]
            values += [line["manufacturer"], line["origin"], line["unit"], line["quantity"], line["unit_price"]]
            values += [line["tax_rate"], f"=ROUND(I{row}*J{row},'备注'!$C$3)", line["remark"]]
            put(sheet, row, [None if value == "" else value for value in values], sides, formats=formats)
        row += 1
        total = [None, None, "小计", *empty[3:11], f"=SUM(L{first}:L{row - 1})", None]
        put(sheet, row, total, sides, BOLD, formats=formats)
        row += 1
    last = row - 1
    formula = f'=ROUND(SUMIF($A$4:$A${last},"*",$L$4:$L${last}),2)'
    put(sheet, row, [None, None, "投标总价", *empty[3:11], formula, None], sides, BOLD, TOTAL, formats=formats)
    put(sheet, row + 1, [None, None, "大写", quote["words"], *empty[4:]], sides, BOLD)
    sheet.merge_cells(start_row=row + 1, end_row=row + 1, start_column=4, end_column=13)
    sheet.freeze_panes = "D4"
    sheet.page_setup.orientation = "landscape"
    return last


def write_categories(sheet: Worksheet, about: str, quote: Record, last: int, blue: PatternFill) -> None:
    """The totals of the categories."""
    head(sheet, "分类汇总", about, ["序号", "分类", "项数", "金额"], [9.7, 38.7, 9.7, 20.7], blue)
    numbers, amounts = f"{LINES}!$A$4:$A${last}", f"{LINES}!$L$4:$L${last}"
    formats = {3: WHOLE, 4: MONEY}
    row = 3
    for category in quote["categories"]:
        row += 1
        count = f'=COUNTIFS({numbers},A{row}&".*",{amounts},">=0")'
        total = f'=SUMIF({numbers},A{row}&".*",{amounts})'
        put(sheet, row, [category["number"], category["name"], count, total], "clrr", formats=formats)
    sums = [None, "合计", f"=SUM(C4:C{row})", f"=ROUND(SUM(D4:D{row}),2)"]
    put(sheet, row + 1, sums, "clrr", BOLD, TOTAL, formats=formats)
    whole = f"=ROUND(SUM({LINES}!$L${last + 1}),2)"
    put(sheet, row + 2, [None, "投标总价", None, whole], "clrr", BOLD, TOTAL, formats=formats)
    put(sheet, row + 3, [None, "大写", quote["words"], None], "clll", BOLD)
    sheet.merge_cells(start_row=row + 3, end_row=row + 3, start_column=3, end_column=4)
    sheet.freeze_panes = "A4"


def write_taxes(sheet: Worksheet, about: str, quote: Record, last: int, blue: PatternFill) -> None:
    """The taxes by rate."""
    titles = [None, "税率", "含税金额", "不含税金额", "税额"]
    head(sheet, "税额", about, titles, [11.7, 10.7, 18.7, 18.7, 16.7], blue)
    formats = {2: RATE, 3: MONEY, 4: MONEY, 5: MONEY}
    row = 3
    for tax in quote["taxes"]:
        row += 1
        gross = f"=ROUND(SUMIF({LINES}!$K$4:$K${last},B{row},{LINES}!$L$4:$L${last}),2)"
        values = [None, tax["rate"], gross, f"=ROUND(C{row}/(1+N(B{row})),2)", f"=ROUND(C{row}-D{row},2)"]
        put(sheet, row, values, "ccrrr", formats=formats)
    sums = [f"=ROUND(SUM({column}4:{column}{row}),2)" for column in "CDE"]
    put(sheet, row + 1, ["合计", None, *sums], "ccrrr", BOLD, TOTAL, formats=formats)
    note = sheet.cell(row + 2, 1, "税额按税率分别计算：同一税率的金额先合计，再四舍五入到分。")
    note.font, note.alignment = PLAIN, SIDES["left"]
    sheet.merge_cells(start_row=row + 2, end_row=row + 2, start_column=1, end_column=5)
    sheet.freeze_panes = "A4"


def write_payments(sheet: Worksheet, about: str, quote: Record, total: int, blue: PatternFill) -> None:
    """The payments."""
    titles = ["序号", "付款节点", "付款条件", "比例", "金额"]
    head(sheet, "付款计划", about, titles, [8.7, 24.7, 52.7, 10.7, 22.7], blue)
    formats = {4: RATE, 5: MONEY}
    put(sheet, 4, [None, "合同总价", None, None, f"={LINES}!$L${total}"], "cllcr", BOLD, fill=GREY, formats=formats)
    end = 5 + len(quote["payments"])
    for row, item in enumerate(quote["payments"], 6):
        amount = f"=ROUND(E4-SUM(E5:E{row - 1}),2)" if row == end else f"=ROUND(E4*D{row},2)"
        put(sheet, row, [item["no"], item["name"], item["trigger"], item["percent"], amount], "cllcr", formats=formats)
    sums = [None, "合计", None, f"=SUM(D6:D{end})", f"=ROUND(SUM(E6:E{end}),2)"]
    put(sheet, end + 1, sums, "cllcr", BOLD, TOTAL, formats=formats)
    sheet.freeze_panes = "A4"
    sheet.page_setup.orientation = "landscape"


def write_notes(sheet: Worksheet, quote: Record, blue: PatternFill) -> None:
    """What the prices hold, and how amounts are rounded."""
    title = sheet.cell(1, 1, "备注")
    title.font, title.alignment = TITLE, SIDES["center"]
    sheet.merge_cells("A1:C1")
    put(sheet, 2, ["序号", "说明", None], "ccc", HEAD, fill=blue)
    put(sheet, 3, [None, "金额保留的小数位数（四舍五入）", 2], "clr", formats={3: WHOLE})
    put(sheet, 4, [None, "价格是否含税", "含税"], "cll")
    for row, note in enumerate(quote["notes"], 5):
        put(sheet, row, [row - 4, note, None], "cll")
        sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=3)
    set_widths(sheet, [8.7, 58.7, 24.7])
