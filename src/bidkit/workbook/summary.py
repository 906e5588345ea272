"""the summary sheet: categories, tax by rate, payments."""

from __future__ import annotations

from decimal import Decimal

from bidkit.bid import Bid
from bidkit.quote import Quote
from bidkit.workbook.grid import Formula, Grid, Value, show_rate
from bidkit.workbook.lines import Places, add_titles, add_words, is_tax_free, name_totals, sum_cells, sum_lines

# The columns of each table: key and style.
_CATEGORIES = {"id": "mid", "category": "text", "tax_rate": "mid", "count": "mid", "amount": "money"}
_TAXES = {"id": "mid", "tax_rate": "rate", "gross": "money", "net": "money", "tax": "money"}
_PAYMENTS = {"id": "mid", "milestone": "text", "trigger": "text", "percent": "rate", "amount": "money"}


def build_summary(bid: Bid, label: dict[str, str], places: Places) -> tuple[Grid, str]:
    """The sheet, and the place of the tax total; none where no line is taxed."""
    grid = Grid(label["summary"], ((7, 7), (24, 32), (24, 42), (18, 30), (20, 30)), frozen=(2, 0))
    add_titles(grid, bid, label)
    base = _add_categories(grid, bid.quote, label, places)
    suffix = "_options" if len(places.totals) > 1 else ""
    tax = ""
    if not is_tax_free(bid.quote):
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


def _add_categories(grid: Grid, quote: Quote, label: dict[str, str], places: Places) -> str:
    """The table of categories; returns the cell of the base total."""
    _add_section(grid, label, "categories_title")
    first = grid.add("head", _CATEGORIES, label) + 1
    for number, (category, amounts, subtotal) in enumerate(places.categories, 1):
        rates = sorted({item.line.tax_rate for item in category.lines}, reverse=True)
        values: dict[str, Value] = {
            "id": number,
            "category": category.category.name,
            "tax_rate": label["tax_free"] if is_tax_free(quote) else label["and"].join(map(show_rate, rates)),
            "count": Formula(f"COUNT({amounts})", len(category.lines)),
            "amount": Formula(subtotal, category.total),
        }
        grid.add("line", _CATEGORIES, values)
    last = len(grid.rows)
    cells: list[str] = []
    for key, amount in name_totals(quote):
        values = {"category": label[key], "amount": Formula(places.totals[key], amount)}
        if key in ("total", "evaluated"):
            values["amount"] = sum_cells("E", first, last, amount)
            values["count"] = sum_cells("D", first, last, len(quote.lines))
        cells.append(f"$E${grid.add('subtotal' if cells else 'total', _CATEGORIES, values)}")
    add_words(grid, _CATEGORIES, quote, label)
    return cells[0]


def _add_taxes(grid: Grid, bid: Bid, label: dict[str, str], places: Places) -> str:
    """The table of tax rates; returns the cell of the tax total."""
    first = grid.add("head", _TAXES, label) + 1
    for number, tax in enumerate(bid.quote.taxes, 1):
        net = Formula("ROUND(C{row}/(1+B{row}),2)", tax.net)
        if bid.deal.quote.tax_sum == "by_line":
            lines = [item for item in bid.quote.lines if item.line.tax_rate == tax.rate]
            formula = f"SUMIF({places.columns['tax_rate']},B{{row}},{places.columns['net']})"
            net = Formula(formula, sum_lines(lines, "net"))
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
        "gross": sum_cells("C", first, last, bid.quote.evaluated),
        "net": sum_cells("D", first, last, bid.quote.net),
        "tax": sum_cells("E", first, last, bid.quote.tax),
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
        "percent": sum_cells("D", first, last, percents),
        "amount": sum_cells("E", first, last, amount),
    }
    grid.add("total", _PAYMENTS, totals)
