"""the sheets of lines: every counted line by category with its totals; and the lines that are in no total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bidkit.bid import Bid
from bidkit.quote import CategoryTotal, PricedLine, Quote
from bidkit.workbook.grid import Formula, Grid, Value

# The columns: key, style, least and greatest width in characters.
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


@dataclass(frozen=True)
class Places:
    """Where the figures of the detail sheet stand, as references from other sheets."""

    categories: tuple[tuple[CategoryTotal, str, str], ...]
    """Each category with the range of its amounts and its subtotal."""
    totals: dict[str, str]
    columns: dict[str, str]
    """The range of each column over all lines."""


def build_detail(bid: Bid, label: dict[str, str], name: str, *, taxed: bool) -> tuple[Grid, Places]:
    """The sheet of every counted line of a bid or of one lot, and where its figures stand."""
    wanted = {"net", "tax"} if taxed and bid.deal.quote.tax_sum == "by_line" else set()
    wanted |= {"tax_rate"} if taxed else set()
    wanted |= {"kind"} if len(name_totals(bid.quote)) > 1 else set()
    grid, styles = _start_lines(name, bid.quote.lines, wanted)
    add_titles(grid, bid, label, label["detail"])
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
        sums = {
            key: sum_cells(letters[key], top, end, sum_lines(category.lines, key)) for key in _SUMMED & styles.keys()
        }
        subtotals.append(grid.add("subtotal", styles, {"name": label["subtotal"], **sums}))
        amount = letters["amount"]
        places.append((category, f"{sheet}{amount}{top}:{amount}{end}", f"{sheet}{amount}{subtotals[-1]}"))
    ranges = {key: f"${letter}${first}:${letter}${max(first, len(grid.rows))}" for key, letter in letters.items()}
    totals = _add_totals(grid, styles, bid.quote, label, ranges, subtotals)
    add_words(grid, styles, bid.quote, label)
    if bid.deal.quote.notes:
        grid.add_text("section", label["notes"])
    for number, note in enumerate(bid.deal.quote.notes, 1):
        grid.add_text("note", f"{number}. {note}")
    columns = {key: f"{sheet}{place}" for key, place in ranges.items()}
    return grid, Places(tuple(places), {key: f"{sheet}{place}" for key, place in totals.items()}, columns)


def _add_totals(
    grid: Grid, styles: dict[str, str], quote: Quote, label: dict[str, str], ranges: dict[str, str], rows: list[int]
) -> dict[str, str]:
    """The named totals under the lines, made of the subtotals in `rows`; returns their places."""
    letters = _letters(styles)
    places: dict[str, str] = {}
    for name, _ in name_totals(quote):
        kind = {"base": "base", "options": "option_period"}.get(name)
        lines = [item for item in quote.lines if kind in (None, item.line.kind)]
        values: dict[str, Value] = {"name": label[name]}
        for key in _SUMMED & styles.keys():
            formula = "+".join(f"{letters[key]}{row}" for row in rows) or "0"
            if kind:
                formula = f'SUMIF({ranges["kind"]},"{label[f"{kind}_kind"]}",{ranges[key]})'
            values[key] = Formula(formula, sum_lines(lines, key))
        row = grid.add("subtotal" if places else "total", styles, values)
        places[name] = f"${letters['amount']}${row}"
    return places


def build_extras(bid: Bid, label: dict[str, str]) -> Grid:
    """The sheet of optional and alternative lines."""
    wanted = set() if is_tax_free(bid.quote) else {"tax_rate"}
    grid, styles = _start_lines(label["extras"], bid.quote.extras, {"kind"} | wanted)
    add_titles(grid, bid, label)
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


def add_titles(grid: Grid, bid: Bid, label: dict[str, str], title: str = "") -> None:
    """A title, or else the sheet's name; project, number, lot and currency below it."""
    facts = {"project": bid.deal.title, "tender_no": bid.deal.tender.no if bid.deal.tender else ""}
    facts |= {"lot": bid.lot.name if bid.lot else ""}
    facts |= {"currency": label[bid.deal.quote.currency]}
    texts = [label["item"].format(label=label[key], value=value) for key, value in facts.items() if value]
    grid.add_text("title", title or grid.name)
    grid.add_text("note", label["gap"].join(texts))


def add_words(grid: Grid, styles: dict[str, str], quote: Quote, label: dict[str, str], form: str = "{total}") -> None:
    """The totals in words; `form` says more about what they are the total of."""
    _, name, words, *_ = styles
    for key, _ in name_totals(quote):
        if key != "options":
            text = quote.evaluated_words if key == "evaluated" else quote.words
            grid.add(
                "words", styles, {name: label["in_words"].format(total=form.format(total=label[key])), words: text}
            )


def name_totals(quote: Quote) -> list[tuple[str, Decimal]]:
    """The key and amount of each total: one, or three where there are option periods."""
    if not any(item.line.kind == "option_period" for item in quote.lines):
        return [("total", quote.base)]
    return [("base", quote.base), ("options", quote.options), ("evaluated", quote.evaluated)]


def is_tax_free(quote: Quote) -> bool:
    """Whether there are lines and none is taxed, as for a purchaser who is exempt."""
    rates = {item.line.tax_rate for item in (*quote.lines, *quote.extras)}
    return rates == {Decimal(0)}


def _letters(styles: Mapping[str, str]) -> dict[str, str]:
    return {key: chr(ord("A") + position) for position, key in enumerate(styles)}


def sum_lines(lines: Iterable[PricedLine], key: str) -> Decimal:
    """`amount`, `net` or `tax` of all lines."""
    return sum((getattr(item, key) for item in lines), Decimal("0.00"))


def sum_cells(letter: str, first: int, last: int, value: Decimal | int) -> Formula:
    """The sum of a column from row to row; zero where there is none."""
    return Formula(f"SUM({letter}{first}:{letter}{last})" if first <= last else "0", value)
