"""rows and typed cells of a sheet before it is written, and how they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

_STYLES: dict[str, dict[str, Any]] = {
    "text": {"align": "left", "indent": 1, "text_wrap": True},
    "label": {"align": "left", "indent": 1, "text_wrap": True, "bold": True, "bg_color": "#F2F2F2"},
    "mid": {"align": "center", "text_wrap": True},
    # No indent: LibreOffice loses it where two cells side by side are set to the right.
    "number": {"align": "right"},
    "rate": {"align": "center"},
    "money": {"align": "right", "num_format": "#,##0.00"},
}
_KINDS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "align": "center", "indent": 0, "border": 0},
    "section": {"bold": True, "indent": 0, "border": 0},
    "note": {"indent": 0, "border": 0},
    "head": {"bold": True, "align": "center", "indent": 0, "text_wrap": True},
    "band": {"bold": True, "text_wrap": False, "bg_color": "#F2F2F2"},
    "line": {},
    "form": {},
    "price": {"align": "left", "indent": 1, "bold": True},
    "sign": {},
    "subtotal": {"bold": True},
    "total": {"bold": True, "top": 6},
    "words": {"bold": True, "align": "left", "indent": 1, "text_wrap": True},
}
_SPANS = {"title": 0, "section": 0, "note": 0, "words": 2}
"""The kinds of rows that are merged, from this column to the last."""
_LEAST_HEIGHTS = {"title": 34, "section": 28, "sign": 40, "form": 24, "price": 24, "head": 24}
_GREATEST_HEIGHT = 409  # Excel's limit, in points
_GREATEST_WIDTH = 200
_MOST_LINES = 22  # of a cell; beyond it the column grows
_PADDING = 2.5  # characters of a column that its text cannot use, the indent among them
_LEAST_SCALE = 0.6  # 11 points are printed as 6.6
_NAME_LENGTH = 31  # Excel's limit, in UTF-16 units
_UNSAFE = str.maketrans({**dict.fromkeys("[]:*?/\\{}", "-"), "'": "’"})  # braces mean a row in a `Formula`
_TOKEN = re.compile(r"[^\s\u2e80-\uffef]+|[\u2e80-\uffef]|\s")
_MARGIN = 1.5 / 2.54


@dataclass(frozen=True)
class Formula:
    """A live formula (`{row}` is its own row) and the value that it gives."""

    text: str
    value: Decimal | int


Value = str | Decimal | int | Formula


@dataclass(frozen=True)
class Row:
    """A row of a sheet; its kind says how it looks and whether it is merged."""

    kind: str
    cells: tuple[tuple[str, Value], ...]
    """Style and value; an empty text is an empty cell."""


@dataclass
class Grid:
    """A sheet before it is written; `frozen` rows and columns stay on the screen."""

    name: str
    limits: tuple[tuple[int, int], ...]
    """The least and greatest width of each column, in characters."""
    rows: list[Row] = field(default_factory=list)
    frozen: tuple[int, int] = (0, 0)

    def add(self, kind: str, styles: Mapping[str, str], values: Mapping[str, Value]) -> int:
        """Append a row; returns its number, from 1."""
        number = len(self.rows) + 1
        cells: list[tuple[str, Value]] = []
        for key, style in styles.items():
            value = values.get(key, "")
            if isinstance(value, Formula):
                value = Formula("=" + value.text.replace("{row}", str(number)), value.value)
            cells.append((style, value))
        self.rows.append(Row(kind, (*cells, *[("text", "")] * (len(self.limits) - len(cells)))))
        return number

    def add_text(self, kind: str, text: str) -> None:
        """Append a row of one merged cell."""
        self.add(kind, {"text": "text"}, {"text": text})


def name_sheets(wanted: Sequence[str], taken: Collection[str]) -> list[str]:
    """Names for sheets that Excel allows, as near to the wanted ones as can be: unlike each other and those taken."""
    names: list[str] = []
    for text in wanted:
        shown = " ".join(text.translate(_UNSAFE).split())
        shown = "".join(char for char in shown if not unicodedata.category(char).startswith("C"))
        name, number = _cut_name(shown, ""), 1
        # `History` is Excel's own.
        while not name or name.casefold() in {"history", *(other.casefold() for other in (*taken, *names))}:
            number += 1
            name = _cut_name(shown, f" ({number})")
        names.append(name)
    return names


def _cut_name(text: str, end: str) -> str:
    while len(f"{text}{end}".encode("utf-16-le")) // 2 > _NAME_LENGTH:
        text = text[:-1]
    return f"{text.strip()}{end}".strip()


def show_rate(rate: Decimal) -> str:
    """`13%`, `6.5%`."""
    return f"{(rate * 100).normalize():f}%"


def write_grid(book: Any, grid: Grid, widths: list[float], heights: list[float], *, mark: str, head_fill: str) -> Any:
    """The worksheet, with `mark` before its title and its head rows in the colour `head_fill` (#RRGGBB)."""
    sheet = book.add_worksheet(grid.name)
    last = len(widths) - 1
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    formats: dict[tuple[tuple[str, Any], ...], Any] = {}
    for number, row in enumerate(grid.rows):
        sheet.set_row(number, heights[number])
        span = _SPANS.get(row.kind, last)
        for column, (style, value) in enumerate(row.cells[: span + 1]):
            properties = _style_cell(row.kind, style, value, column, last)
            if row.kind == "head":
                properties["bg_color"] = head_fill
            key = tuple(sorted(properties.items()))
            formats[key] = formats.get(key) or book.add_format(dict(key))
            if column == span < last:
                sheet.merge_range(number, column, number, last, "", formats[key])
            marked = f"{mark} · {value}" if mark and row.kind == "title" else value
            _write_cell(sheet, number, column, marked, formats[key])
    return sheet


def count_pages(size: Sequence[float], room: Sequence[float]) -> int:
    """How many pages high to print a sheet; 0 is as many as it takes.

    One page less than that, where the print stays readable, so that no page holds next to nothing.
    """
    scale = min(1.0, room[0] / size[0])
    pages = size[1] * scale / room[1]
    full = max(1, int(pages))
    return full if scale * min(1.0, full / pages) >= _LEAST_SCALE else 0


def _style_cell(kind: str, style: str, value: Value, column: int, last: int) -> dict[str, Any]:
    properties = {"valign": "vcenter", "border": 1} | _STYLES[style] | _KINDS[kind]
    edge = properties.pop("border")
    properties = {"left": edge, "right": edge, "top": edge, "bottom": edge} | properties
    if kind == "band":
        # One band from edge to edge; its name may run over the empty cells beside it.
        properties |= {"left": int(column == 0), "right": int(column == last)}
    if style == "rate" and not isinstance(value, str):
        properties["num_format"] = "0.0##%" if "." in _show(style, value) else "0%"
    if style == "number" and not isinstance(value, str):
        digits = _show(style, value).partition(".")[2]
        properties["num_format"] = f"#,##0.{'0' * len(digits)}".rstrip(".")
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@")):
        properties["quote_prefix"] = True
    return properties


def _write_cell(sheet: Any, row: int, column: int, value: Value, cell_format: Any) -> None:
    if isinstance(value, Formula):
        sheet.write_formula(row, column, value.text, cell_format, value.value)
    elif not isinstance(value, str):
        sheet.write_number(row, column, value, cell_format)
    elif value:
        sheet.write_string(row, column, value.replace("\r\n", "\n"), cell_format)
    else:
        sheet.write_blank(row, column, None, cell_format)


def set_page(sheet: Any, grid: Grid, header: str, footer: str) -> None:
    """Lay the sheet out for the printer and lock it; `header` and `footer` are in Excel's own codes."""
    rows, columns = len(grid.rows) - 1, len(grid.limits) - 1
    sheet.freeze_panes(*grid.frozen)
    sheet.repeat_rows(grid.frozen[0] - 1)
    sheet.print_area(0, 0, rows, columns)
    sheet.set_landscape()
    sheet.center_horizontally()
    sheet.set_margins(_MARGIN, _MARGIN, _MARGIN, _MARGIN)
    sheet.set_header(header)
    sheet.set_footer(footer)
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    # Ids such as 010 stay text without Excel's green corners.
    sheet.ignore_errors({"number_stored_as_text": f"A1:{chr(ord('A') + columns)}{rows + 1}"})


def escape_header(text: str) -> str:
    """Text for a page header, cut to half a line; Excel allows 255 UTF-16 units for its parts together."""

    def escape(part: str) -> str:
        # XlsxWriter takes `&G` for a picture, also behind an escaped `&`: bold on and off keeps them apart.
        return re.sub(r"&&(?=G|\[)", "&&&B&B", part.replace("&", "&&"))

    whole = text = " ".join(text.split())[:200]
    while _measure(text) > 96 or len(escape(text).encode("utf-16-le")) > 400:
        text = text[:-1]
    return escape(text) if text == whole else f"{escape(text)}…"


def fit_widths(grid: Grid) -> list[float]:
    """As wide as the texts, within the limits; wider only where a cell would be higher than Excel allows."""
    widths = []
    rows = [row for row in grid.rows if row.kind not in _SPANS and row.kind != "band"]
    for column, (low, high) in enumerate(grid.limits):
        texts = [_show(*row.cells[column]) for row in rows if row.kind != "head"]
        heads = [word for row in rows if row.kind == "head" for word in _TOKEN.findall(_show(*row.cells[column]))]
        widest = max((_measure(part) for text in texts for part in text.split("\n")), default=0.0)
        width = max(low, min(high, widest + _PADDING), max(map(_measure, heads), default=0.0) + _PADDING)
        while width < _GREATEST_WIDTH and any(_count_lines(text, width) > _MOST_LINES for text in texts):
            width += 10
        widths.append(round(width, 1))
    return widths


def fit_height(row: Row, widths: list[float], line_height: int) -> float:
    """High enough for the longest text of the row."""
    span = _SPANS.get(row.kind, len(widths))
    lines = 1
    for column, (_, value) in enumerate(row.cells[: span + 1]):
        width = sum(widths[column:]) if column == span else widths[column]
        if isinstance(value, str) and row.kind != "band":
            lines = max(lines, _count_lines(value, width))
    return min(_GREATEST_HEIGHT, max(line_height * lines + 6, _LEAST_HEIGHTS.get(row.kind, 0)))


def _show(style: str, value: Value) -> str:
    """A cell as it is read."""
    plain = value.value if isinstance(value, Formula) else value
    if isinstance(plain, str):
        return plain
    if style == "rate":
        return show_rate(Decimal(plain))
    if style == "number":
        return f"{Decimal(plain).normalize():,f}"
    return f"{plain:,.2f}" if style == "money" else f"{plain:f}"


def _count_lines(text: str, width: float) -> int:
    """How many lines a text takes in a column: whole words, Chinese between any two characters."""
    lines, room = 0, width - _PADDING
    for paragraph in text.split("\n"):
        lines, used = lines + 1, 0.0
        for token in _TOKEN.findall(paragraph):
            size = _measure(token)
            if used and used + size > room:
                lines, used = lines + 1, 0.0
            used += 0 if token.isspace() and not used else size
            while used > room:
                lines, used = lines + 1, used - room
    return lines


def _measure(text: str) -> float:
    """The width of a line in digits of the font, rather too much than too little."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" or "\u2010" <= char <= "\u2e7f" for char in text)
    broad = sum(char.isupper() or char in "mw%@&" for char in text)
    narrow = sum(char in " iljtfr.,:;'|!()-" for char in text)
    return len(text) + wide + 0.3 * (broad - narrow)
