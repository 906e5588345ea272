"""csv and xlsx lists -> nodes.

The first row with text is the header. A title is a field's own name, one that `columns` maps to a field, or one that
the trade uses (`TITLES`). A cell without text is left out.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.source.nodes import Items, Node, nearest

TITLES = {
    "id": "序号 编号 分项编号 no no. item_no item_no. ref",
    "category": "分类 类别 category group",
    "name": "名称 分项名称 货物名称 设备名称 产品名称 服务名称 item description",
    "spec": "规格 规格参数 技术参数 specification",
    "brand": "品牌 make",
    "model": "型号 规格型号",
    "manufacturer": "制造商 生产厂家 厂家 生产厂商",
    "origin": "产地 country_of_origin",
    "unit": "单位 计量单位 uom",
    "quantity": "数量 工程量 qty qty.",
    "unit_price": "单价 单价(元) 含税单价 含税单价(元) 投标单价 投标单价(元) unit_price rate price",
    "sku": "货号 物料编码 产品编码 商品编码 sku part_no part_no. part_number",
    "list_price": "目录价 列表价 标准价 公开报价 list_price msrp",
    "cost": "成本 成本价 cost",
    "floor": "底价 最低价 floor floor_price",
    "cap": "最高价 cap",
    "valid_from": "生效日期 起始日期 valid_from effective_date",
    "valid_until": "有效期至 失效日期 valid_until expiry_date",
    "tax_rate": "税率 增值税税率 tax vat tax_rate",
    "amount": "金额 合价 合价(元) 小计 总价 金额(元) 投标总价 total extended_price",
    "kind": "类型 种类 type",
    "remark": "备注 说明 remarks notes note",
    "lot": "采购包 标包 包号 标段 lot",
    "clause": "条款 条款号 招标条款 section rfp_section paragraph",
    "page": "页码 页 page",
    "marker": "标识 标记 符号 mark",
    "text": "招标要求 要求 需求 技术要求 招标文件要求 requirement",
    "response": "响应 投标响应 响应内容 offer",
    "deviation": "偏离 偏离情况 compliance",
    "evidence": "证明 证明材料 佐证材料 proof reference",
}
"""Titles in use by field; compared in lower case, with half-width brackets and `_` for blanks."""

_FIELDS = {title: field for field, titles in TITLES.items() for title in titles.split()}
MAX_ROWS = 20_000
MAX_COLUMNS = 100


def parse_csv(text: str, name: str, columns: Mapping[str, str] | None = None) -> tuple[Items | None, list[Diagnostic]]:
    """A csv as a list of mappings, each cell with its line and column; a quoted cell is underlined with its quotes.

    Args:
        columns: field -> title, for titles that are neither a field's name nor known. Diagnostics: DL20, DL27.
    """
    rows: list[tuple[int, list[str]]] = []
    reader, before = csv.reader(io.StringIO(text, newline=""), strict=True), 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((before + 1, row))
            before = reader.line_num
    except csv.Error as error:
        return None, [Diagnostic("DL20", Span(name, before + 1, 1), {"problem": str(error)})]
    source = re.split("\r\n|\r|\n", text)
    table = []
    problems = []
    for line, row in rows:
        cells = list(zip(row, _cell_places(source, line, name), strict=True))
        whole = Span(name, line, 1, max(len(source[line - 1]), 1))
        if len(row) == len(rows[0][1]):
            table.append((whole, cells))
        else:
            problem = f"{len(row)} cells, the header has {len(rows[0][1])}"
            problems.append(Diagnostic("DL20", whole, {"problem": problem}))
    items, found = _make_items(table, Span(name, 1, 1), columns or {})
    return items, problems + found


def parse_xlsx(
    content: bytes, name: str, at: Span, sheet: str | None = None, columns: Mapping[str, str] | None = None
) -> tuple[Items | None, list[Diagnostic]]:
    """A sheet of an .xlsx as a list of mappings, each cell with its address.

    Numbers come with at most 15 digits, as Excel shows them; formulas with their cached value.
    Diagnostics: DL14, DL15, DL20, DL27, DL28.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(content))
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, SyntaxError) as error:
        return None, [Diagnostic("DL14", at, {"file": name, "reason": str(error)})]
    names = [item.title for item in book.worksheets]
    wanted = sheet if sheet is not None else names[0]
    if wanted not in names:
        values = {"kind": Term("sheet"), "id": wanted, "near": nearest(wanted, names), "allowed": ", ".join(names)}
        return None, [Diagnostic("DL15", at, values)]
    values, origin = book[wanted], formulas[wanted]
    if values.max_row > MAX_ROWS or values.max_column > MAX_COLUMNS:
        return None, [Diagnostic("DL18", at, {"what": Term("nodes"), "limit": MAX_ROWS})]
    problems: list[Diagnostic] = []
    table = []
    for row in values.iter_rows():
        cells = []
        for cell in row:
            span = Span(name, place=(("sheet", wanted), ("cell", cell.coordinate)))
            source = origin[cell.coordinate]
            text = _cell_text(cell.value)
            if text is None or (source.data_type == "f" and cell.value is None):
                problems.append(Diagnostic("DL28", span, {"value": source.value}))
            cells.append((text or "", span))
        if any(text for text, _ in cells):
            table.append((cells[0][1], cells))
    for merged in values.merged_cells.ranges:
        is_below = table and merged.max_row > _row_of(table[0][0])
        if is_below and merged.min_row != merged.max_row:
            span = Span(name, place=(("sheet", wanted), ("cell", merged.coord)))
            problems.append(Diagnostic("DL28", span, {"value": merged.coord}))
    items, found = _make_items(table, Span(name, place=(("sheet", wanted),)), columns or {})
    return items, problems + found


def _row_of(span: Span) -> int:
    return int("".join(character for character in span.place[-1][1] if character.isdigit()))


def _cell_text(value: Any) -> str | None:
    """A cell as it would be typed; None for an error value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        text = f"{value:.15g}"
        return f"{value:.15f}".rstrip("0") if "e" in text else text
    text = str(value).strip()
    return None if text.startswith("#") and text.rstrip("!?/0").isupper() else text


def _make_items(
    table: Sequence[tuple[Span, Sequence[tuple[str, Span]]]], whole: Span, columns: Mapping[str, str]
) -> tuple[Items | None, list[Diagnostic]]:
    """Rows of cells as mappings, by the header row's titles."""
    if not table:
        return None, [Diagnostic("DL20", whole, {"problem": "no header row"})]
    mapped = {_normalize(title): field for field, title in columns.items()}
    fields: list[str] = []
    problems: list[Diagnostic] = []
    for title, span in table[0][1]:
        plain = _normalize(title)
        field = mapped.get(plain) or (title.strip() if title.strip() in TITLES else _FIELDS.get(plain, title.strip()))
        if field in fields and field:
            problems.append(Diagnostic("DL27", span, {"title": title, "field": field}))
        fields.append(field)
    found = {_normalize(title) for title, _ in table[0][1]}
    for field, title in columns.items():
        if _normalize(title) not in found:
            values = {"title": title, "field": field}
            problems.append(Diagnostic("DL27", table[0][0], values))
    items = Items(whole)
    for span, cells in table[1:]:
        node = Node(span)
        for field, (_, title_at), (text, at) in zip(fields, table[0][1], cells, strict=True):
            if text.strip() and not field:
                problems.append(Diagnostic("DL27", at, {"title": "—", "field": text.strip()[:20]}))
            elif text.strip():
                node.put(field, text.strip(), title_at, at)
        items.append(node)
        items.items_at.append(span)
    return items, problems


def _normalize(title: str) -> str:
    return "_".join(title.replace("（", "(").replace("）", ")").lower().split())


def _cell_places(source: Sequence[str], first: int, name: str) -> list[Span]:
    """Where each cell of the record that begins on line `first` stands; a quoted cell may run over several lines."""
    places: list[Span] = []
    line, start, quoted = first, (first, 0), False
    while True:
        for index, character in enumerate(source[line - 1]):
            if character == '"' and (quoted or source[start[0] - 1].startswith('"', start[1])):
                quoted = not quoted
            elif character == "," and not quoted:
                places.append(_place(name, start, (line, index)))
                start = (line, index + 1)
        if not quoted or line == len(source):
            return [*places, _place(name, start, (line, len(source[line - 1])))]
        line += 1


def _place(name: str, start: tuple[int, int], end: tuple[int, int]) -> Span:
    return Span(name, start[0], start[1] + 1, max(end[1] - start[1], 1) if start[0] == end[0] else 1)
