"""the quote as an .xlsx workbook, written with XlsxWriter.

    sheet      rows                                           its formulas read
    opening    a form: one label and one value a row          detail
    summary    categories, tax by rate, payments              detail, itself
    detail     every counted line, by category, and totals    itself
    extras     optional and alternative lines, in no total    itself

A sheet is first built as a `Grid` of plain values, then written in one place. Every derived figure is a live formula
that carries its value of the computed quote, so that a reader without a calculator shows the same as Excel does.
Only titles, words and notes are merged, never a row of data.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from bidkit.bid import Bid
from bidkit.quote import CategoryTotal, PricedLine, Quote
from bidkit.workbook.grid import (
    Formula,
    Grid,
    Value,
    count_pages,
    escape_header,
    fit_height,
    fit_widths,
    set_page,
    show_rate,
    write_grid,
)
from bidkit.workbook.labels import choose_labels

# The columns of each table: key and style; those of the lines also their least and greatest width in characters.
_FORM = {"label": "label", "value": "text"}
_CATEGORIES = {"id": "mid", "category": "text", "tax_rate": "mid", "count": "mid", "amount": "money"}
_TAXES = {"id": "mid", "tax_rate": "rate", "gross": "money", "net": "money", "tax": "money"}
_PAYMENTS = {"id": "mid", "milestone": "text", "trigger": "text", "percent": "rate", "amount": "money"}
_LINES = {
    "id": ("mid", 6, 12),
    "name": ("text", 16, 24),
    "spec": ("text", 16, 36),
    "brand": ("text", 10, 18),
    "manufacturer": ("text", 10, 22),
    "origin": ("mid", 6, 9),
    "unit": ("mid", 6, 9),
    "quantity": ("number", 7, 20),
    "unit_price": ("money", 10, 30),
    "tax_rate": ("rate", 7, 10),
    "amount": ("money", 12, 30),
    "net": ("money", 12, 30),
    "tax": ("money", 9, 30),
    "kind": ("mid", 8, 12),
    "remark": ("text", 10, 18),
}
_SUMMED = {"amount", "net", "tax"}
_OPTIONAL_COLUMNS = ("spec", "brand", "manufacturer", "origin", "remark")

# Excel's number of a paper; width and height inside its margins, laid crosswise, in points.
_A4 = (9, 757.0, 510.0)
_LETTER = (1, 707.0, 527.0)

# The font of a language, the width of its digits in pixels and the height of a line in points.
_FONTS: dict[str, tuple[dict[str, Any], int, int]] = {
    "zh": ({"font_name": "宋体", "font_charset": 134}, 8, 16),
    "en": ({"font_name": "Calibri"}, 7, 15),
}


@dataclass(frozen=True)
class _Places:
    """Where the figures of the detail sheet stand, as references from other sheets."""

    categories: tuple[tuple[CategoryTotal, str, str], ...]
    """Each category with the range of its amounts and its subtotal."""
    totals: dict[str, str]
    columns: dict[str, str]
    """The range of each column over all lines."""


def render_workbook(bid: Bid, *, draft: bool = False) -> bytes:
    """The quote as the bytes of an .xlsx file; a draft says so in the header and the title of each sheet."""
    import xlsxwriter

    deal, label = bid.deal, choose_labels(bid.deal)
    font, digit, line_height = _FONTS[deal.language]
    paper, *room = _LETTER if deal.locale == "en-US" else _A4
    detail, places = _build_detail(bid, label)
    summary, tax = _build_summary(bid, label, places)
    grids = [_build_opening(bid, label, places), summary, detail]
    if bid.quote.extras and deal.regime == "commercial":
        grids.append(_build_extras(bid, label))
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "default_format_properties": font | {"font_size": 11, "font_scheme": "none"},
        # Eight digits and a margin: from this XlsxWriter knows how wide a digit is.
        "default_column_width": 8 * digit + 8,
    }
    book = xlsxwriter.Workbook(target, options)
    company, created = bid.company.name, datetime.combine(deal.dated, time())
    book.set_properties({"title": deal.title, "author": company, "company": company, "created": created})
    mark = label["draft"] if draft else ""
    bold = f"&B{mark}&B " if mark else ""
    header = f"&L{bold}{escape_header(deal.title)}&R&A"
    footer = f"&L{escape_header(company)}&R{label['page']}"
    head_fill = _tint(bid.company.color)
    for grid in grids:
        widths = fit_widths(grid)
        heights = [fit_height(row, widths, line_height) for row in grid.rows]
        sheet = write_grid(book, grid, widths, heights, mark=mark, head_fill=head_fill)
        set_page(sheet, grid, header, footer)
        sheet.set_paper(paper)
        pixels = sum(width * digit + 5 for width in widths)
        sheet.fit_to_pages(1, count_pages((pixels * 0.75, sum(heights)), room))
    for key, place in (places.totals | ({"tax": tax} if tax else {})).items():
        book.define_name(label[f"{key}_cell"], f"={place}")
    book.close()
    return target.getvalue()


def _tint(color: str) -> str:
    """A colour (RRGGBB) mixed with 85 % white, as #RRGGBB; each part is rounded half up."""
    parts = (int(color[at : at + 2], 16) for at in (0, 2, 4))
    return "#" + "".join(f"{(15 * part + 85 * 255 + 50) // 100:02X}" for part in parts)


def _build_opening(bid: Bid, label: dict[str, str], places: _Places) -> Grid:
    deal, quote = bid.deal, bid.quote
    currency = label[deal.quote.currency]
    rates = label["and"].join(show_rate(tax.rate) for tax in quote.taxes)
    tax = label["tax_free_text"] if _is_tax_free(quote) else label["tax_basis_text"].format(rates=rates)
    due = deal.solution.plan.delivery
    facts: list[tuple[str, str, Value]] = [
        ("form", label["project"], deal.title),
        ("form", label["tender_no"], deal.tender.no if deal.tender else ""),
        ("form", label["package"], deal.tender.package if deal.tender else ""),
        ("form", label["customer"], deal.customer.name),
        ("form", label["bidder"], bid.company.name),
    ]
    for key, amount in _name_totals(quote):
        words = {"options": "", "evaluated": quote.evaluated_words}.get(key, quote.words)
        figures = label["in_figures"].format(total=label[key], currency=currency)
        facts.append(("price", figures, Formula(places.totals[key], amount)))
        facts.append(("price", label["in_words"].format(total=label[key]), words))
    facts += [
        ("form", label["tax_basis"], tax),
        ("form", label["delivery"], label["delivery_text"].format(days=due.day, name=due.name) if due else ""),
        ("form", label["validity"], label["validity_text"].format(days=deal.quote.validity_days, end=bid.validity_end)),
    ]
    facts = [fact for fact in facts if fact[2]]
    signs = [key for key in ("seal", "signature", "date") if label[key]]
    facts += [("sign", label[key], label.get(f"{key}_text", "")) for key in signs]
    grid = Grid(label["opening"], ((36, 36), (80, 80)), frozen=(2, 0))
    grid.add_text("title", grid.name)
    grid.add_text("note", label["item"].format(label=label["currency"], value=currency))
    for kind, name, value in facts:
        style = "money" if isinstance(value, Formula) else "text"
        grid.add(kind, _FORM | {"value": style}, {"label": name, "value": value})
    return grid


def _build_summary(bid: Bid, label: dict[str, str], places: _Places) -> tuple[Grid, str]:
    """The sheet, and the place of the tax total; none where no line is taxed."""
    grid = Grid(label["summary"], ((7, 7), (24, 32), (24, 42), (18, 30), (20, 30)), frozen=(2, 0))
    _add_titles(grid, bid, label)
    base = _add_categories(grid, bid.quote, label, places)
    suffix = "_options" if len(places.totals) > 1 else ""
    tax = ""
    if not _is_tax_free(bid.quote):
        _add_section(grid, label, f"taxes_title{suffix}")
        tax = f"'{grid.name}'!{_add_taxes(grid, bid, label, places)}"
    if bid.quote.payments:
        _add_section(grid, label, f"payments_title{suffix}")
        _add_payments(grid, bid.quote, label, base)
    return grid, tax


def _add_section(grid: Grid, label: dict[str, str], key: str) -> None:
    """A heading on the sheet, numbered after those above it."""
    number = label["section_numbers"][sum(row.kind == "section" for row in grid.rows)]
    grid.add_text("section", label["section"].format(number=number, title=label[key].format_map(label)))


def _add_categories(grid: Grid, quote: Quote, label: dict[str, str], places: _Places) -> str:
    """The table of categories; returns the cell of the base total."""
    _add_section(grid, label, "categories_title")
    first = grid.add("head", _CATEGORIES, label) + 1
    for number, (category, amounts, subtotal) in enumerate(places.categories, 1):
        rates = sorted({item.line.tax_rate for item in category.lines}, reverse=True)
        values: dict[str, Value] = {
            "id": number,
            "category": category.category.name,
            "tax_rate": label["tax_free"] if _is_tax_free(quote) else label["and"].join(map(show_rate, rates)),
            "count": Formula(f"COUNT({amounts})", len(category.lines)),
            "amount": Formula(subtotal, category.total),
        }
        grid.add("line", _CATEGORIES, values)
    last = len(grid.rows)
    cells: list[str] = []
    for key, amount in _name_totals(quote):
        values = {"category": label[key], "amount": Formula(places.totals[key], amount)}
        if key in ("total", "evaluated"):
            values["amount"] = _sum_cells("E", first, last, amount)
            values["count"] = _sum_cells("D", first, last, len(quote.lines))
        cells.append(f"$E${grid.add('subtotal' if cells else 'total', _CATEGORIES, values)}")
    _add_words(grid, _CATEGORIES, quote, label)
    return cells[0]


def _add_taxes(grid: Grid, bid: Bid, label: dict[str, str], places: _Places) -> str:
    """The table of tax rates; returns the cell of the tax total."""
    first = grid.add("head", _TAXES, label) + 1
    for number, tax in enumerate(bid.quote.taxes, 1):
        net = Formula("ROUND(C{row}/(1+B{row}),2)", tax.net)
        if bid.deal.quote.tax_sum == "by_line":
            lines = [item for item in bid.quote.lines if item.line.tax_rate == tax.rate]
            formula = f"SUMIF({places.columns['tax_rate']},B{{row}},{places.columns['net']})"
            net = Formula(formula, _sum(lines, "net"))
        gross = f"SUMIF({places.columns['tax_rate']},B{{row}},{places.columns['amount']})"
        values: dict[str, Value] = {
            "id": number,
            "tax_rate": tax.rate,
            "gross": Formula(gross, tax.gross),
            "net": net,
            "tax": Formula("ROUND(C{row}-D{row},2)", tax.gross - net.value),
        }
        grid.add("line", _TAXES, values)
    last = len(grid.rows)
    totals: dict[str, Value] = {
        "tax_rate": label["sum"],
        "gross": _sum_cells("C", first, last, bid.quote.evaluated),
        "net": _sum_cells("D", first, last, bid.quote.net),
        "tax": _sum_cells("E", first, last, bid.quote.tax),
    }
    return f"$E${grid.add('total', _TAXES | {'tax_rate': 'text'}, totals)}"


def _add_payments(grid: Grid, quote: Quote, label: dict[str, str], base: str) -> None:
    first = grid.add("head", _PAYMENTS, label) + 1
    percents = sum((item.payment.percent for item in quote.payments), Decimal(0))
    for number, item in enumerate(quote.payments, 1):
        formula = f"ROUND({base}*D{{row}},2)"
        if 1 < number == len(quote.payments) and percents == 1:
            formula = f"ROUND({base}-SUM(E{first}:E{first + number - 2}),2)"
        values: dict[str, Value] = {
            "id": number,
            "milestone": item.payment.name,
            "trigger": item.payment.trigger,
            "percent": item.payment.percent,
            "amount": Formula(formula, item.amount),
        }
        grid.add("line", _PAYMENTS, values)
    last = len(grid.rows)
    amount = sum((item.amount for item in quote.payments), Decimal("0.00"))
    totals: dict[str, Value] = {
        "milestone": label["sum"],
        "percent": _sum_cells("D", first, last, percents),
        "amount": _sum_cells("E", first, last, amount),
    }
    grid.add("total", _PAYMENTS, totals)


def _build_detail(bid: Bid, label: dict[str, str]) -> tuple[Grid, _Places]:
    taxed = not _is_tax_free(bid.quote)
    wanted = {"net", "tax"} if taxed and bid.deal.quote.tax_sum == "by_line" else set()
    wanted |= {"tax_rate"} if taxed else set()
    wanted |= {"kind"} if len(_name_totals(bid.quote)) > 1 else set()
    grid, styles = _start_lines(label["detail"], bid.quote.lines, wanted)
    _add_titles(grid, bid, label)
    first = grid.add("head", styles, label) + 1
    grid.frozen = (first - 1, 2)
    letters, sheet = _letters(styles), f"'{grid.name}'!"
    subtotals: list[int] = []
    places: list[tuple[CategoryTotal, str, str]] = []
    for category in bid.quote.categories:
        if not category.lines:
            continue
        top = grid.add("band", styles, {"id": len(places) + 1, "name": category.category.name}) + 1
        for item in category.lines:
            grid.add("line", styles, _fill_line(item, letters, label))
        end = len(grid.rows)
        sums = {key: _sum_cells(letters[key], top, end, _sum(category.lines, key)) for key in _SUMMED & styles.keys()}
        subtotals.append(grid.add("subtotal", styles, {"name": label["subtotal"], **sums}))
        amount = letters["amount"]
        places.append((category, f"{sheet}{amount}{top}:{amount}{end}", f"{sheet}{amount}{subtotals[-1]}"))
    ranges = {key: f"${letter}${first}:${letter}${max(first, len(grid.rows))}" for key, letter in letters.items()}
    totals = _add_totals(grid, styles, bid.quote, label, ranges, subtotals)
    _add_words(grid, styles, bid.quote, label)
    if bid.deal.quote.notes:
        grid.add_text("section", label["notes"])
    for number, note in enumerate(bid.deal.quote.notes, 1):
        grid.add_text("note", f"{number}. {note}")
    columns = {key: f"{sheet}{place}" for key, place in ranges.items()}
    return grid, _Places(tuple(places), {key: f"{sheet}{place}" for key, place in totals.items()}, columns)


def _add_totals(
    grid: Grid, styles: dict[str, str], quote: Quote, label: dict[str, str], ranges: dict[str, str], rows: list[int]
) -> dict[str, str]:
    """The named totals under the lines, made of the subtotals in `rows`; returns their places."""
    letters = _letters(styles)
    places: dict[str, str] = {}
    for name, _ in _name_totals(quote):
        kind = {"base": "base", "options": "option_period"}.get(name)
        lines = [item for item in quote.lines if kind in (None, item.line.kind)]
        values: dict[str, Value] = {"name": label[name]}
        for key in _SUMMED & styles.keys():
            formula = "+".join(f"{letters[key]}{row}" for row in rows) or "0"
            if kind:
                formula = f'SUMIF({ranges["kind"]},"{label[f"{kind}_kind"]}",{ranges[key]})'
            values[key] = Formula(formula, _sum(lines, key))
        row = grid.add("subtotal" if places else "total", styles, values)
        places[name] = f"${letters['amount']}${row}"
    return places


def _build_extras(bid: Bid, label: dict[str, str]) -> Grid:
    wanted = set() if _is_tax_free(bid.quote) else {"tax_rate"}
    grid, styles = _start_lines(label["extras"], bid.quote.extras, {"kind"} | wanted)
    _add_titles(grid, bid, label)
    grid.frozen = (grid.add("head", styles, label), 2)
    for item in bid.quote.extras:
        grid.add("line", styles, _fill_line(item, _letters(styles), label))
    grid.add_text("note", label["extras_note"])
    return grid


def _start_lines(name: str, lines: Iterable[PricedLine], wanted: set[str]) -> tuple[Grid, dict[str, str]]:
    """An empty sheet for lines, and its columns with their styles: those that are filled or wanted."""
    texts = [_describe(item) for item in lines]
    absent = {key for key in _OPTIONAL_COLUMNS if not any(text[key] for text in texts)}
    absent |= {"tax_rate", "net", "tax", "kind"} - wanted
    chosen = {key: column for key, column in _LINES.items() if key not in absent}
    return Grid(name, tuple(column[1:] for column in chosen.values())), {key: chosen[key][0] for key in chosen}


def _describe(item: PricedLine) -> dict[str, Value]:
    line = item.line
    brand = " / ".join(part for part in (line.brand, line.model) if part)
    keys = ("id", "name", "spec", "manufacturer", "origin", "unit", "quantity", "unit_price", "tax_rate", "remark")
    return {"brand": brand, **{key: getattr(line, key) for key in keys}}


def _fill_line(item: PricedLine, letters: dict[str, str], label: dict[str, str]) -> dict[str, Value]:
    quantity, price, amount = (letters[key] for key in ("quantity", "unit_price", "amount"))
    return _describe(item) | {
        "kind": label[f"{item.line.kind}_kind"],
        "amount": Formula(f"ROUND({quantity}{{row}}*{price}{{row}},2)", item.amount),
        "net": Formula(f"ROUND({amount}{{row}}/(1+{letters.get('tax_rate')}{{row}}),2)", item.net),
        "tax": Formula(f"ROUND({amount}{{row}}-{letters.get('net')}{{row}},2)", item.tax),
    }


def _add_titles(grid: Grid, bid: Bid, label: dict[str, str]) -> None:
    facts = {"project": bid.deal.title, "tender_no": bid.deal.tender.no if bid.deal.tender else ""}
    facts |= {"currency": label[bid.deal.quote.currency]}
    texts = [label["item"].format(label=label[key], value=value) for key, value in facts.items() if value]
    grid.add_text("title", grid.name)
    grid.add_text("note", label["gap"].join(texts))


def _add_words(grid: Grid, styles: dict[str, str], quote: Quote, label: dict[str, str]) -> None:
    _, name, words, *_ = styles
    for key, _ in _name_totals(quote):
        if key != "options":
            text = quote.evaluated_words if key == "evaluated" else quote.words
            grid.add("words", styles, {name: label["in_words"].format(total=label[key]), words: text})


def _name_totals(quote: Quote) -> list[tuple[str, Decimal]]:
    """One total, or three where there are option periods."""
    if not any(item.line.kind == "option_period" for item in quote.lines):
        return [("total", quote.base)]
    return [("base", quote.base), ("options", quote.options), ("evaluated", quote.evaluated)]


def _is_tax_free(quote: Quote) -> bool:
    """Whether there are lines and none is taxed, as for a purchaser who is exempt."""
    rates = {item.line.tax_rate for item in (*quote.lines, *quote.extras)}
    return rates == {Decimal(0)}


def _letters(styles: Mapping[str, str]) -> dict[str, str]:
    return {key: chr(ord("A") + position) for position, key in enumerate(styles)}


def _sum(lines: Iterable[PricedLine], key: str) -> Decimal:
    return sum((getattr(item, key) for item in lines), Decimal("0.00"))


def _sum_cells(letter: str, first: int, last: int, value: Decimal | int) -> Formula:
    return Formula(f"SUM({letter}{first}:{letter}{last})" if first <= last else "0", value)
