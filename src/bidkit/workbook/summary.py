"""the summary sheet: categories, tax by rate, payments; of a tender with lots, each of them lot by lot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from bidkit.bid import Bid
from bidkit.quote import Quote
from bidkit.workbook.grid import Formula, Grid, Value, show_rate
from bidkit.workbook.lines import Places, add_titles, add_words, is_tax_free, name_totals, sum_cells, sum_lines

# The columns of each table: key and style.
_CATEGORIES = {"id": "mid", "category": "text", "tax_rate": "mid", "count": "mid", "amount": "money"}
_TAXES = {"id": "mid", "tax_rate": "rate", "gross": "money", "net": "money", "tax": "money"}
_PAYMENTS = {"id": "mid", "milestone": "text", "trigger": "text", "percent": "rate", "amount": "money"}

Parts = Sequence[tuple[Bid, Places]]
"""The bid of each lot, or the whole bid where there are none, and where its figures stand on its sheet of lines."""
_Rows = dict[str, int]
"""The row of each total of a part."""


def build_summary(bid: Bid, label: dict[str, str], parts: Parts) -> tuple[Grid, dict[str, str]]:
    """The sheet, and the places of its totals; without that of the tax where no line is taxed."""
    grid = Grid(label["summary"], ((7, 7), (24, 32), (24, 42), (18, 30), (20, 30)), frozen=(2, 0))
    add_titles(grid, bid, label)
    places, rows = _add_categories(grid, bid, label, parts)
    suffix = "_options" if len(places) > 1 else ""
    if not is_tax_free(bid.quote):
        _add_section(grid, label, f"taxes_title{suffix}")
        places["tax"] = f"'{grid.name}'!$E${_add_taxes(grid, bid, label, parts)}"
    if bid.quote.payments:
        _add_section(grid, label, f"payments_title{suffix}")
        _add_payments(grid, bid, label, [(part, own) for (part, _), own in zip(parts, rows, strict=True)])
    return grid, places


def _add_section(grid: Grid, label: dict[str, str], key: str) -> None:
    """A heading on the sheet, numbered after those above it."""
    number = label["section_numbers"][sum(row.kind == "section" for row in grid.rows)]
    grid.add_text("section", label["section"].format(number=number, title=label[key].format_map(label)))


def _add_band(grid: Grid, styles: dict[str, str], bid: Bid) -> int:
    """The name of a lot above its rows; returns the number of the first of these."""
    if bid.lot:
        _, name, *_ = styles
        grid.add("band", styles | {name: "text"}, {name: bid.lot.name})
    return len(grid.rows) + 1


def _add_cells(letter: str, rows: Sequence[int], value: Decimal | int) -> Formula:
    """The sum of some cells of a column."""
    return Formula("+".join(f"{letter}{row}" for row in rows), value)


def _add_categories(grid: Grid, bid: Bid, label: dict[str, str], parts: Parts) -> tuple[dict[str, str], list[_Rows]]:
    """The table of categories; returns the places of the whole totals, and the rows of those of each part."""
    _add_section(grid, label, "categories_title")
    grid.add("head", _CATEGORIES, label)
    rows: list[_Rows] = []
    for part, places in parts:
        first = _add_band(grid, _CATEGORIES, part)
        for number, (category, amounts, subtotal) in enumerate(places.categories, 1):
            rates = sorted({item.line.rate for item in category.lines}, reverse=True)
            values: dict[str, Value] = {
                "id": number,
                "category": category.category.name,
                "tax_rate": label["tax_free"] if is_tax_free(bid.quote) else label["and"].join(map(show_rate, rates)),
                "count": Formula(f"COUNT({amounts})", len(category.lines)),
                "amount": Formula(subtotal, category.total),
            }
            grid.add("line", _CATEGORIES, values)
        rows.append(_add_part_totals(grid, part, label, places, first))
        add_words(grid, _CATEGORIES, part.quote, label)
    return (_add_whole_totals(grid, bid, label, rows) if bid.quote.lots else dict(parts[0][1].totals)), rows


def _add_whole_totals(grid: Grid, bid: Bid, label: dict[str, str], parts: Sequence[_Rows]) -> dict[str, str]:
    """The totals of all lots, made of their own; a lot without option periods has one total only."""
    places: dict[str, str] = {}
    for key, amount in name_totals(bid.quote):
        own = [part if key in part or key == "options" else {key: part["total"]} for part in parts]
        rows = [part[key] for part in own if key in part]
        values: dict[str, Value] = {"category": label["all_lots"].format(total=label[key])}
        values["amount"] = _add_cells("E", rows, amount)
        if key in ("total", "evaluated"):
            values["count"] = _add_cells("D", rows, len(bid.quote.lines))
        row = grid.add("subtotal" if places else "total", _CATEGORIES, values)
        places[key] = f"'{grid.name}'!$E${row}"
    add_words(grid, _CATEGORIES, bid.quote, label, label["all_lots"])
    return places


def _add_part_totals(grid: Grid, part: Bid, label: dict[str, str], places: Places, first: int) -> _Rows:
    """The totals below the categories of a part, which begin in row `first`."""
    last = len(grid.rows)
    rows: _Rows = {}
    for key, amount in name_totals(part.quote):
        values: dict[str, Value] = {"category": label[key], "amount": Formula(places.totals[key], amount)}
        if key in ("total", "evaluated"):
            values["amount"] = sum_cells("E", first, last, amount)
            values["count"] = sum_cells("D", first, last, len(part.quote.lines))
        rows[key] = grid.add("subtotal" if rows or part.lot else "total", _CATEGORIES, values)
    return rows


def _add_taxes(grid: Grid, bid: Bid, label: dict[str, str], parts: Parts) -> int:
    """The table of tax rates; returns the row of the total."""
    styles = _TAXES | {"tax_rate": "text"}
    grid.add("head", _TAXES, label)
    rows = []
    for part, places in parts:
        first = _add_band(grid, _TAXES, part)
        _add_rates(grid, part, places)
        values = _total_taxes(part.quote, label["sum"], partial(sum_cells, first=first, last=len(grid.rows)))
        rows.append(grid.add("subtotal" if part.lot else "total", styles, values))
    if not bid.quote.lots:
        return rows[0]
    name = label["all_lots"].format(total=label["sum"])
    return grid.add("total", styles, _total_taxes(bid.quote, name, partial(_add_cells, rows=rows)))


def _total_taxes(quote: Quote, name: str, add: Callable[..., Formula]) -> dict[str, Value]:
    """The total of a table of tax rates; `add` makes the sum of a column."""
    return {
        "tax_rate": name,
        "gross": add("C", value=quote.evaluated),
        "net": add("D", value=quote.net),
        "tax": add("E", value=quote.tax),
    }


def _add_rates(grid: Grid, part: Bid, places: Places) -> None:
    """A row for each tax rate of a part."""
    for number, tax in enumerate(part.quote.taxes, 1):
        net = Formula("ROUND(C{row}/(1+B{row}),2)", tax.net)
        if part.deal.quote.tax_sum == "by_line":
            lines = [item for item in part.quote.lines if item.line.tax_rate == tax.rate]
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


def _add_payments(grid: Grid, bid: Bid, label: dict[str, str], parts: Sequence[tuple[Bid, _Rows]]) -> None:
    """The table of payments; those of a lot are shares of its own base total."""
    grid.add("head", _PAYMENTS, label)
    rows = []
    for part, totals in parts:
        first = _add_band(grid, _PAYMENTS, part)
        _add_shares(grid, part.quote, f"$E${totals.get('base') or totals['total']}")
        last = len(grid.rows)
        values: dict[str, Value] = {
            "milestone": label["sum"],
            "percent": sum_cells("D", first, last, sum((item.payment.percent or 0) for item in part.quote.payments)),
            "amount": sum_cells("E", first, last, _sum_payments(part.quote)),
        }
        rows.append(grid.add("subtotal" if part.lot else "total", _PAYMENTS, values))
    if bid.quote.lots:
        name = label["all_lots"].format(total=label["sum"])
        grid.add("total", _PAYMENTS, {"milestone": name, "amount": _add_cells("E", rows, _sum_payments(bid.quote))})


def _add_shares(grid: Grid, quote: Quote, base: str) -> None:
    """A row for each payment of the total in the cell `base`; the last one takes the remainder."""
    first, payments = len(grid.rows) + 1, quote.payments
    percents = sum((item.payment.percent or 0) for item in payments)
    for number, item in enumerate(payments, 1):
        formula = f"ROUND({base}*D{{row}},2)"
        if 1 < number == len(payments) and percents == 1:
            formula = f"ROUND({base}-SUM(E{first}:E{first + number - 2}),2)"
        values: dict[str, Value] = {
            "id": number,
            "milestone": item.payment.name,
            "trigger": item.payment.trigger,
            "percent": (item.payment.percent or 0),
            "amount": Formula(formula, item.amount),
        }
        grid.add("line", _PAYMENTS, values)


def _sum_payments(quote: Quote) -> Decimal:
    return sum((item.amount for item in quote.payments), Decimal("0.00"))
