"""the titles of a list's columns: which row they stand in, and which field each of them means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from bidkit.diagnostic import Diagnostic, Term
from bidkit.source.tables.grid import Cell, Grid, Row
from bidkit.source.tables.implied import Note, are_percent, is_unit_row, read_note

TITLES = {
    "id": "序号 编号 分项编号 项次 项号 no no. item_no item_no. s/n ref #",
    "category": "分类 类别 category group",
    "name": "名称 品名 货名 分项名称 标的名称 货物名称 设备名称 产品名称 服务名称 名称及规格 item product description",
    "spec": "规格 规格参数 技术参数 主要参数 主要技术参数 技术指标 主要技术指标 技术规格 配置 "
    "specification specifications",
    "brand": "品牌 make",
    "model": "型号 规格型号 型号规格 规格及型号 规格/型号 品牌型号 品牌及型号 品牌/型号 model_no model_no.",
    "manufacturer": "制造商 制造厂家 制造厂商 生产厂家 厂家 生产厂商",
    "origin": "产地 country_of_origin",
    "unit": "单位 计量单位 uom u/m unit_of_measure",
    "quantity": "数量 工程量 采购数量 qty qty. q'ty",
    "unit_price": "单价 含税单价 投标单价 综合单价 unit_price unit_rate price_each rate price",
    "sku": "货号 物料编码 产品编码 商品编码 料号 sku part_no part_no. part_number part_# p/n",
    "list_price": "目录价 列表价 标准价 公开报价 list_price msrp",
    "cost": "成本 成本价 cost",
    "floor": "底价 最低价 floor floor_price",
    "cap": "最高价 cap",
    "ceiling": "最高限价 控制价 ceiling",
    "unit_ceiling": "最高单价 单价限价 单价最高限价 unit_ceiling",
    "is_core": "核心产品 是否核心产品 is_core",
    "valid_from": "生效日期 起始日期 valid_from effective_date",
    "valid_until": "有效期至 失效日期 valid_until expiry_date",
    "tax_rate": "税率 增值税率 增值税税率 tax vat gst tax_rate vat_rate",
    "amount": "金额 合价 小计 合计 总价 投标总价 含税金额 含税合价 含税总价 价税合计 "
    "total extended extended_price line_total",
    "kind": "类型 种类 type",
    "remark": "备注 说明 remarks notes note comments",
    "lot": "采购包 标包 包号 标段 lot",
    "clause": "条款 条款号 招标条款 招标条款号 招标文件条款 招标文件条款号"
    " clause_no clause_no. section rfp_section paragraph",
    "page": "页码 页 page",
    "marker": "标识 标记 符号 重要性 是否实质性 mark mandatory m/o m/d must priority",
    "text": "招标要求 采购要求 采购需求 要求 需求 技术要求 商务要求 招标文件要求 条款内容 requirement requirements",
    "response": "响应 投标响应 投标应答 响应内容 offer",
    "deviation": "偏离 偏离情况 compliance",
    "evidence": "证明 证明材料 佐证材料 proof reference",
    "stale": "过期 待复核 stale",
}
"""Titles in use by field; compared in lower case, with half-width brackets and `_` for blanks. What may stand in
brackets behind one, `implied` says."""

_FIELDS = {title: field for field, titles in TITLES.items() for title in titles.split()}
_BEFORE_HEADER = 20
_ITEM = re.compile(r"[a-z]?\d+(\.\d+)*[.)]?|[a-z][.)]?|(sub-?\s?|grand )?total")
_SCALE = re.compile(
    r"单位.{0,8}(万|千|百万|亿)元|[(](人民币)?(万|千|百万|亿)元?[)]|in(thousands|millions)\b|['’]000\b|(?<=价)万元|(?<=额)万元",
    re.I,
)
"""Amounts in thousands or more, as the rows above a list or its titles say it."""


@dataclass(frozen=True)
class Header:
    """The columns of a list.

    Args:
        first: the row of the titles, counted among the rows with text; `rows` of them belong to it.
        fields: what each column means; empty where it is to be passed over or has no title.
        notes: what the title of each says beside.
    """

    first: int
    rows: int
    fields: tuple[str, ...]
    titles: tuple[Cell, ...]
    notes: tuple[Note, ...]
    ignored: frozenset[int]
    problems: tuple[Diagnostic, ...]

    @property
    def is_priced(self) -> bool:
        """Whether its rows are things with a quantity or a price, among which there may be headings and totals."""
        return not {"quantity", "unit_price", "list_price", "amount"}.isdisjoint(self.fields)


def find_header(grid: Grid, columns: Mapping[str, str], ignore: Collection[str]) -> Header:
    """The header of a list: its first row, or a fuller one not far below in which titles are known. Diagnostics: DL27,
    DL46, DL48.

    Args:
        columns: field -> title, for titles that are neither a field's name nor known.
        ignore: titles of columns to be passed over.
    """
    columns = {_name_field(name): title for name, title in columns.items()}
    mapped = {normalize_title(title): name for name, title in columns.items()}
    passed = {normalize_title(title) for title in ignore}
    first = _find_first(grid.rows, mapped, passed)
    depth = count_rows(grid.rows[first:])
    block = grid.rows[first : first + depth]
    named = {**mapped, **dict.fromkeys(passed, "")}
    below = grid.rows[first + depth :]
    found = [_name_column([row.cells[place].said for row in block], named) for place in range(len(block[0].cells))]
    found = _name_items(found, below)
    fields, titles = tuple(name for name, _, _ in found), tuple(cell for _, cell, _ in found)
    ignored = frozenset(place for place, (_, _, title) in enumerate(found) if title in passed)
    problems = [
        *_check_columns(found, columns, ignore, block[0]),
        *(refuse_scale(cell) for row in grid.rows[:first] for _, cell in row.filled if is_scaled(cell.text)),
    ]
    for place in sorted(grid.hidden - ignored):
        is_filled = any(row.cells[place].text for row in grid.rows[first:])
        if is_filled and fields[place] not in columns:
            values = {"what": Term("column"), "value": titles[place].text or "—"}
            problems.append(Diagnostic("DL46", titles[place].at, values))
    notes = tuple(_note(place, name, title, below) for place, (name, _, title) in enumerate(found))
    return Header(first, depth, fields, titles, notes, ignored, tuple(problems))


def _note(place: int, name: str, title: str, below: Sequence[Row]) -> Note:
    """What a title says of its cells beside their field; rates may say themselves that they are per cent."""
    note = read_note(title, _find_known)
    note = note if note is not None and note.field == name else Note(name)
    if name != "tax_rate" or note.is_percent:
        return note
    return replace(note, is_percent=are_percent(row.cells[place].said for row in below if place < len(row.cells)))


def _name_items(found: list[tuple[str, Cell, str]], below: Sequence[Row]) -> list[tuple[str, Cell, str]]:
    """`Item` beside `Description` is the number of a line, if nothing else is and it has nothing but numbers."""
    names = [name for name, _, _ in found]
    titles = [title for _, _, title in found]
    if names.count("name") != 2 or "id" in names or "item" not in titles:
        return found
    place = titles.index("item")
    texts = [row.cells[place].text for row in below if place < len(row.cells) and row.cells[place].text]
    if not all(
        re.fullmatch(r"[a-z]?\d+(\.\d+)*[.)]?|[a-z][.)]?|(sub-?\s?|grand )?total", text.lower()) for text in texts
    ):
        return found
    return [*found[:place], ("id", *found[place][1:]), *found[place + 1 :]]


def normalize_title(title: str) -> str:
    """A title without the difference of wide and narrow, large and small, and of blanks."""
    plain = unicodedata.normalize("NFKC", title).lower()
    plain = re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])|\s+(?=[()])|(?<=[(])\s+", "", plain.strip())
    return "_".join(plain.split())


def _name_field(name: str) -> str:
    """A field as it is called here; a person may name it by one of its Chinese titles."""
    return name if name.isascii() else _find_known(normalize_title(name)) or name


def find_field(title: str, mapped: Mapping[str, str]) -> str | None:
    """The field that a title means; None if it is not known, nothing if it is to be passed over."""
    plain = normalize_title(title)
    if plain in mapped:
        return mapped[plain]
    if (known := _find_known(plain)) is not None:
        return known
    note = read_note(plain, _find_known)
    return note.field if note else None


def _find_known(plain: str) -> str | None:
    return plain if plain in TITLES else _FIELDS.get(plain)


def _find_first(rows: Sequence[Row], mapped: Mapping[str, str], passed: Collection[str]) -> int:
    """The first row, unless a later one is fuller than all above it and has two titles that are known."""
    most = 0
    for place, row in enumerate(rows[:_BEFORE_HEADER]):
        known = sum(find_field(text, mapped) is not None or normalize_title(text) in passed for text in row.texts)
        if known > 1 and len(row.texts) > most:
            return place
        most = max(most, len(row.texts))
    return 0


def count_rows(rows: Sequence[Row]) -> int:
    """How many rows the header has: one title may be merged over several, or stand over those of several columns."""
    first = rows[0]
    height = max((cell.height for cell in first.cells if cell.text), default=1)
    if height > 1:
        last = first.number + height - 1
        return sum(row.number <= last for row in rows)
    if len(rows) > 1 and rows[1].number == first.number + 1:
        if is_unit_row(rows[1]):
            return 2
        under = {column for column, cell in enumerate(first.cells) if cell.owner or cell.width > 1}
        filled = {column for column, _ in rows[1].filled}
        if filled and filled <= under and not any(re.search(r"\d", text) for text in rows[1].texts):
            return 2
    return 1


def _name_column(cells: Sequence[Cell], mapped: Mapping[str, str]) -> tuple[str, Cell, str]:
    """The field of a column, the cell that names it, and its title as one text, by the titles that stand over it."""
    parts = list(dict.fromkeys(cell for cell in cells if cell.text))
    if not parts:
        return "", cells[0], ""
    last = parts[-1]
    if len(parts) == 1:
        found = find_field(last.text, mapped)
        return last.text if found is None else found, last, normalize_title(last.text)
    above, below = parts[-2].text, last.text
    spellings = (f"{below}{above}", f"{above}{below}", f"{above}/{below}", f"{above}({below})", f"{below} {above}")
    for spelling in spellings:
        found = find_field(spelling, mapped)
        if found is not None:
            return found, last, normalize_title(spelling)
    found = find_field(below, mapped) if find_field(above, mapped) is None else None
    return f"{above}/{below}" if found is None else found, last, normalize_title(below)


def is_scaled(text: str) -> bool:
    """Whether a title, or a text above a list, says that amounts are in thousands or more."""
    return _SCALE.search("".join(unicodedata.normalize("NFKC", text).split())) is not None


def refuse_scale(cell: Cell) -> Diagnostic:
    """The mistake of such a title: amounts are in whole units. Diagnostics: DL48."""
    return Diagnostic("DL48", cell.at, {"value": cell.text, "reason": Term("scaled_amounts")})


def _check_columns(
    found: Sequence[tuple[str, Cell, str]], columns: Mapping[str, str], ignore: Collection[str], row: Row
) -> list[Diagnostic]:
    """Each column has a field of its own, amounts are in whole units, and what the deal names is there."""
    problems = []
    seen: set[str] = set()
    for name, cell, _ in found:
        if name in seen and name:
            problems.append(Diagnostic("DL27", cell.at, {"title": cell.text, "field": name}))
        elif is_scaled(cell.text) and name in (*TITLES, *columns):
            problems.append(refuse_scale(cell))
        seen.add(name)
    titles = {title for _, _, title in found} | {normalize_title(cell.text) for _, cell, _ in found}
    for name, title in (*columns.items(), *(("—", title) for title in ignore)):
        if normalize_title(title) not in titles:
            problems.append(Diagnostic("DL27", row.at, {"title": title, "field": name}))
    return problems
