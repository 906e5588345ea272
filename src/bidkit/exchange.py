"""the quote for other programs: as JSON, as a csv that bidkit itself reads, and back; without cost, floor and cap.

Unit prices are final: discounts, exchange rates, escalation and the target of the quote are in them. A csv begins with
a byte order mark, so that Excel in China opens it; a text that a spreadsheet would take for a formula has an apostrophe
before it, which is no part of it.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field

from bidkit.bid import Bid
from bidkit.context.lines import make_lines
from bidkit.deal.prices import Line, Rounding
from bidkit.diagnostic import Diagnostic, Severity, Span, Term, fold_rows, has_errors
from bidkit.quote import Quote, round_cents
from bidkit.quote.offers import round_to
from bidkit.scalars import Currency, Day, Model, Money, Note, Text, validate
from bidkit.source import decode, parse_docx, parse_mapping, parse_table
from bidkit.source.tables.comma import escape_formula
from bidkit.words import count_decimals

_COLUMNS = (
    *("id", "item", "category", "name", "spec", "brand", "model", "manufacturer", "origin", "sku", "unit", "quantity"),
    *("unit_price", "tax_rate", "amount", "kind", "replaces", "part_of", "tags", "remark"),
)
_UNFINISHED = ("periods", "list_price", "currency", "discount", "escalation", "cost", "floor", "cap")
"""What else a price list may say of a line; exported prices are final, and what stays in the house is not exported."""


class ExportedLine(Line):
    """A line with its place in the quote and what it comes to without tax."""

    number: Note = ""
    net: Money | None = None
    tax: Money | None = None


class ExportedQuote(Model):
    """A quote as it is exported; what can be computed from its lines is checked, not believed."""

    schema_: Literal["bidkit/quote@1"] = Field(alias="schema")
    deal: Text
    title: Text
    dated: Day
    language: Literal["zh", "en"]
    currency: Currency
    prices: Literal["gross", "net"]
    tax_sum: Literal["by_line", "by_rate"]
    rounding: Rounding
    lines: tuple[ExportedLine, ...]
    categories: tuple[dict[str, Any], ...] = ()
    groupings: tuple[dict[str, Any], ...] = ()
    taxes: tuple[dict[str, Any], ...] = ()
    payments: tuple[dict[str, Any], ...] = ()
    lots: tuple[dict[str, Any], ...] = ()
    total: Money
    options: Money
    evaluated: Money
    net: Money
    tax: Money
    words: Note = ""
    evaluated_words: Note = ""


def export_json(bid: Bid) -> str:
    """The whole quote, amounts as texts: `bidkit/quote@1`."""
    quote, text = bid.quote, bid.deal.quote
    record = {
        "schema": "bidkit/quote@1",
        "deal": bid.deal.id,
        "title": bid.deal.title,
        "dated": bid.deal.dated,
        "language": bid.deal.language,
        "currency": quote.currency,
        "prices": quote.prices,
        "tax_sum": text.tax_sum,
        "rounding": {"unit_price": text.places.unit_price, "amount": text.places.amount},
        "lines": [*_list_lines(bid)],
        "categories": [
            {"number": item.number, "id": item.category.id, "name": item.category.name, "total": item.total}
            for item in quote.categories
        ],
        "groupings": [
            {"title": item.title, "groups": [{"value": group.value, "total": group.total} for group in item.groups]}
            for item in quote.groupings
        ],
        "taxes": [
            {"kind": item.kind, "tax_rate": _show_rate(item.rate, item.is_exempt)}
            | {"gross": item.gross, "net": item.net, "tax": item.tax}
            for item in quote.taxes
        ],
        "payments": [
            {"name": item.payment.name, "trigger": item.payment.trigger, "amount": item.amount}
            for item in quote.payments
        ],
        "lots": [
            {"id": part.lot.id, "title": part.lot.title, **_list_totals(part.quote), "words": part.quote.words}
            for part in quote.lots
        ],
        **_list_totals(quote),
        "words": quote.words,
        "evaluated_words": quote.evaluated_words,
    }
    return json.dumps(record, ensure_ascii=False, indent=2, default=str) + "\n"


def export_csv(bid: Bid) -> bytes:
    """The lines, with the titles that a deal's `lines: {file: …}` reads."""
    return _write_csv(list(_list_lines(bid)))


def import_lines(
    content: bytes,
    name: str,
    sheet: str | None = None,
    columns: Mapping[str, str] = MappingProxyType({}),
    ignore: Collection[str] = (),
) -> tuple[bytes | None, list[Diagnostic]]:
    """An exported quote, or a price list, as the csv of a deal's lines; None if anything in it is wrong.

    Args:
        name: the file's; `.json`, `.csv`, `.xlsx`, `.xlsm`, or a `.docx` whose tables are price lists.
        columns: field -> title, for titles that are not known.
        ignore: titles of columns to be passed over. Diagnostics: DL01–DL28, DL46–DL49, PR01, PR07, TP01.
    """
    if name.lower().endswith(".json"):
        lines, problems = _read_record(content, name)
    else:
        lines, problems = _read_list(content, name, sheet, columns, ignore)
    if lines is not None and not lines and not has_errors(problems):
        problems = [*problems, Diagnostic("DL20", Span(name), {"problem": Term("no_rows")})]
    if lines is None or has_errors(problems):
        return None, problems
    return _write_csv([_describe(line) for line in lines]), problems


def _read_record(content: bytes, name: str) -> tuple[Sequence[Line] | None, list[Diagnostic]]:
    text, problems = decode(content, name)
    data, found = (None, []) if text is None else parse_mapping(text, name)  # YAML, which JSON is
    problems += found
    if data is None:
        return None, problems
    quote, found = validate(ExportedQuote, data)
    problems += found
    return (None, problems) if quote is None else (quote.lines, [*problems, *_check_ids(quote.lines), *_check(quote)])


def _read_list(
    content: bytes, name: str, sheet: str | None, columns: Mapping[str, str], ignore: Collection[str]
) -> tuple[Sequence[Line] | None, list[Diagnostic]]:
    if name.lower().endswith(".docx"):
        items, problems = parse_docx(content, name, ("name", "quantity", "unit_price"), columns, ignore, joins=False)
    else:
        items, problems = parse_table(content, name, Span(name), Span(name), sheet, columns, ignore)
    lines = []
    for node in items or ():
        line, found = validate(Line, node)
        problems += [item for item in found if item not in problems]  # a title is wrong once, not in each row
        lines += [line] if line else []
    problems += [*_check_ids(lines), *_check_stated(lines)]
    return (None if items is None else lines), fold_rows(problems)


def _check_stated(lines: Sequence[Line]) -> Iterator[Diagnostic]:
    """Whether the amounts of a list are those of quantity and price to the smallest unit of their currency, or to more
    places if they are written with more. One that is rounded to fewer may be right by the rule of a deal, which is not
    known here, and is a warning. Diagnostics: PR01."""
    for line in lines:
        if line.amount is None or line.unit_price is None or line.part_of:
            continue
        if line.discount or line.escalation or line.periods:
            continue
        written = max(0, -int(line.amount.as_tuple().exponent))
        amount = round_to(line.quantity * line.unit_price, max(written, count_decimals(line.currency or "")))
        if line.amount != amount:
            is_rounded = line.amount == round_to(line.quantity * line.unit_price, written)
            told = _differ(line.span("amount"), line.id, line.amount, amount)
            yield replace(told, severity=Severity.WARNING) if is_rounded else told


def _check_ids(lines: Sequence[Line]) -> Iterator[Diagnostic]:
    """Whether each line has an id of its own, as a deal needs it. Diagnostics: PR07."""
    seen = set()
    for line in lines:
        if line.id in seen:
            yield Diagnostic(
                "PR07", line.span("id"), {"where": Term("where_line", (("line", line.id),)), "fault": Term("duplicate")}
            )
        seen.add(line.id)


def _check(quote: ExportedQuote) -> Iterator[Diagnostic]:
    """Whether the stated amounts are those of the lines. Diagnostics: PR01."""
    counted, places = Decimal(0), quote.rounding.amount
    if places is None:
        places = count_decimals(quote.currency)
    for line in quote.lines:
        if line.unit_price is None or line.part_of:
            continue
        amount = round_cents(round_to(line.quantity * line.unit_price, places))
        if line.amount is not None and line.amount != amount:
            yield _differ(line.span("amount"), line.id, line.amount, amount)
        counted += amount if line.kind in ("base", "option_period") else 0
    if quote.evaluated != quote.net + quote.tax:
        yield _differ(quote.span("evaluated"), "evaluated", quote.evaluated, quote.net + quote.tax)
    key = "evaluated" if quote.prices == "gross" else "net"
    if getattr(quote, key) != counted:
        yield _differ(quote.span(key), key, getattr(quote, key), counted)
    if quote.total + quote.options != quote.evaluated:
        yield _differ(quote.span("total"), "total", quote.total, quote.evaluated - quote.options)


def _differ(span: Span | None, what: str, stated: Decimal, computed: Decimal) -> Diagnostic:
    return Diagnostic("PR01", span, {"what": what, "stated": f"{stated:,.2f}", "computed": f"{computed:,.2f}"})


def _list_lines(bid: Bid) -> Iterator[dict[str, Any]]:
    """The lines in printed order, each with the parts of it behind it."""
    items = (*bid.quote.lines, *bid.quote.extras)
    for item, shown in zip(items, make_lines(items, bid), strict=True):
        own = {key: shown[key] for key in _COLUMNS if key in shown}
        prices = {"unit_price": item.unit_price, "amount": item.amount, "net": item.net, "tax": item.tax}
        about = {"category": item.line.category, "sku": item.line.sku, "replaces": item.line.replaces}
        rate = {"tax_rate": _show_rate(item.line.rate, item.line.is_exempt)}
        yield _trim({"number": item.number} | own | about | rate | prices | {"item": item.line.item})
        for part in item.offer.parts:
            rate = {"tax_rate": _show_rate(part.rate, part.is_exempt), "part_of": item.line.id}
            yield _trim(part.model_dump(include={*_COLUMNS} - {"unit_price", "amount"}) | rate)


def _describe(line: Line) -> dict[str, Any]:
    rate = {"tax_rate": _show_rate(line.rate, line.is_exempt)}
    return _trim(line.model_dump(include={*_COLUMNS, *_UNFINISHED}) | rate)


def _trim(line: dict[str, Any]) -> dict[str, Any]:
    """A line without what is empty or goes without saying."""
    return {
        key: value
        for key, value in line.items()
        if value not in (None, "", {}, ()) and (key, value) != ("kind", "base")
    }


def _list_totals(quote: Quote) -> dict[str, Decimal]:
    return {
        "total": quote.base,
        "options": quote.options,
        "evaluated": quote.evaluated,
        "net": quote.net,
        "tax": quote.tax,
    }


def _show_rate(rate: Decimal, is_exempt: bool) -> str:
    return "exempt" if is_exempt else f"{(rate * 100).normalize():f}%"


def _write_csv(lines: Sequence[Mapping[str, Any]]) -> bytes:
    """The columns that any line has something in, and those that every line needs."""
    columns = [name for name in (*_COLUMNS, *_UNFINISHED) if any(name in line for line in lines)]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for line in lines:
        writer.writerow([_show(line.get(name, "")) for name in columns])
    return codecs.BOM_UTF8 + stream.getvalue().encode()


def _show(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return escape_formula("; ".join(f"{key}={text}" for key, text in value.items()))
    if isinstance(value, tuple):
        return escape_formula("; ".join(value))
    return escape_formula(str(value))
