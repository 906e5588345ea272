"""the quote, as a template prints it: totals, categories, taxes, payments, each lot by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from itertools import islice
from typing import Any

from bidkit.bid import Bid
from bidkit.charts import make_quote_chart
from bidkit.context.lines import make_lines
from bidkit.quote import CategoryTotal, PaymentAmount, Quote, TaxTotal
from bidkit.quote.offers import round_to

_TOTALS = ("currency", "prices", "subtotal", "words", "net", "tax", "options", "evaluated", "evaluated_words")


def make_terms(bid: Bid, labels: Mapping[str, Any]) -> dict[str, Any]:
    """What the quote says besides its prices; every volume may print it."""
    text = bid.deal.quote
    shares = [
        {"name": item.payment.name, "trigger": item.payment.trigger, "percent": _share(item, bid.quote.base)}
        for item in bid.quote.payments
    ]
    return {
        "currency": bid.quote.currency,
        "unit_label": labels["currencies"][bid.quote.currency],
        "validity_days": text.validity_days,
        "validity_end": bid.validity_end,
        "has_options": bid.quote.options > 0,
        "payments": [{"no": number, **share} for number, share in enumerate(shares, 1)],
    }


def make_quote(bid: Bid, labels: Mapping[str, Any]) -> dict[str, Any]:
    """All prices; `parts` are the lots, each by itself, or the whole where there are none."""
    quote, text = bid.quote, bid.deal.quote
    is_taxed = any(tax.tax for tax in quote.taxes)
    return {
        **make_terms(bid, labels),
        **_make_money(bid),
        "sheet": labels["price_sheets"][bid.deal.regime],
        "tax_sum": text.tax_sum,
        "rounding": text.places._asdict(),
        "rates": [rate.model_dump() for rate in text.rates],
        "is_taxed": is_taxed,
        "tax_by_line": is_taxed and text.tax_sum == "by_line",
        "taxes": [_describe(tax, ("rate", "is_exempt", "gross", "net", "tax")) for tax in _merge_kinds(quote)],
        "extras": make_lines(quote.extras, bid),
        "notes": list(text.notes),
        "chart": make_quote_chart(quote, labels, bid.company.color),
        "has_lots": bool(quote.lots),
        "parts": [_make_part(own, labels, number) for number, own in enumerate(bid.by_lot or (bid,), 1)],
    }


def _make_part(bid: Bid, labels: Mapping[str, Any], number: int) -> dict[str, Any]:
    """One lot, or the whole: its prices, the name of its sheet, its taxes by kind and rate."""
    about = {"no": number, "id": bid.lot.id if bid.lot else "", "title": bid.lot.title if bid.lot else ""}
    taxes = [_describe(tax, [field.name for field in fields(TaxTotal)]) for tax in bid.quote.taxes]
    last = f" {number}" if bid.lot else ""
    sheets = {"sheet": f"{labels['breakdown']}{last}", "tax_sheet": f"{labels['tax_sheet']}{last}"}
    return {**about, **sheets, **_make_money(bid), "taxes": taxes}


def _make_money(bid: Bid) -> dict[str, Any]:
    """Totals, lines, categories, groupings and payments of a bid or of one lot."""
    quote = bid.quote
    lines = make_lines(quote.lines, bid)
    rest = iter(lines)
    made = [_make_category(item, no, lines, rest) for no, item in enumerate(quote.categories, 1)]
    _close(made)
    by_number = {line["number"]: line for line in lines}
    is_paid = sum((item.amount for item in quote.payments), Decimal(0)) == quote.base
    return {
        **{name: getattr(quote, name) for name in _TOTALS},
        "total": quote.base,
        "lines": lines,
        "categories": made,
        "groupings": [
            {
                "title": grouping.title,
                "groups": [
                    {
                        "value": group.value,
                        "total": group.total,
                        "lines": [by_number[item.number] for item in group.lines],
                    }
                    for group in grouping.groups
                ],
            }
            for grouping in quote.groupings
        ],
        "payments": [
            {
                "no": number,
                "name": item.payment.name,
                "trigger": item.payment.trigger,
                "percent": _share(item, quote.base),
                "amount": item.amount,
                "is_fixed": item.payment.percent is None,
                "takes_rest": item.payment.percent is not None and number == len(quote.payments) and is_paid,
            }
            for number, item in enumerate(quote.payments, 1)
        ],
    }


def _make_category(
    item: CategoryTotal, no: int, lines: list[dict[str, Any]], rest: Iterator[dict[str, Any]]
) -> dict[str, Any]:
    """A category and its lines, which are the next ones of all."""
    return {
        "no": no,
        "number": item.number,
        "level": item.level,
        "name": item.category.name,
        "count": sum(line["number"].startswith(f"{item.number}.") for line in lines),
        "total": item.total,
        "subtotal": sum((line.amount for line in item.lines), Decimal("0.00")),
        "lines": list(islice(rest, len(item.lines))),
        "closes": [],
    }


def _close(categories: Sequence[dict[str, Any]]) -> None:
    """Tell each category which of them end with it, innermost first; those without lines end nowhere."""
    filled = [category for category in categories if category["count"]]
    around: list[dict[str, Any]] = []
    for category, following in zip(filled, [*filled[1:], {"level": 1}], strict=False):
        around.append(category)
        while around and around[-1]["level"] >= following["level"]:
            closed = around.pop()
            category["closes"].append({key: closed[key] for key in ("number", "name", "total")})


def _share(item: PaymentAmount, total: Decimal) -> Decimal:
    """The part of the total that a payment is: as stated, or to the hundredth of a percent as it turns out."""
    if item.payment.percent is not None:
        return item.payment.percent
    return round_to(item.amount / total, 4) if total else Decimal(0)


def _merge_kinds(quote: Quote) -> list[TaxTotal]:
    """The taxes by rate alone: base lines and option periods together."""
    merged: dict[tuple[Decimal, bool], TaxTotal] = {}
    for tax in quote.taxes:
        key = (tax.rate, tax.is_exempt)
        known = merged.get(key)
        sums = [getattr(tax, name) + (getattr(known, name) if known else 0) for name in ("gross", "net", "tax")]
        merged[key] = TaxTotal(tax.kind, *key, *sums)
    return list(merged.values())


def _describe(record: object, names: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in names}
