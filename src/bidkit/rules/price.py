"""totals, words and figures, ceilings, lines, payments: PR."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from bidkit.bid import Bid
from bidkit.context.formats import format_money
from bidkit.correction import BillLine, find_slip
from bidkit.diagnostic import Severity, Term
from bidkit.kinds import Nature
from bidkit.payment_terms import find_conflict, find_event, read_terms
from bidkit.quote.margin import is_below_cost
from bidkit.quote.offers import round_to
from bidkit.rules.registry import Finding, rule
from bidkit.wording import fold
from bidkit.words import parse_amount

_LOW, _LOW_FROM = Decimal("0.45"), date(2026, 2, 1)
"""财库〔2026〕2号: below 45 % of the ceiling, or of the budget if there is none, the committee must ask for reasons.
The day is that of secondary sources; the text itself was not at hand."""
_PAID = re.compile("付款|支付|预付|首付|尾款|质保期?满|invoice|pa(?:y|id)", re.I)
_SLIP = Decimal("0.9")
"""In powers of ten: how far two prices of one thing may be apart."""
_VAT_RATES = [Decimal(rate) / 100 for rate in (13, 9, 6, 3, 0)]
_VAT_FULL, _VAT_FROM = _VAT_RATES[:3], date(2026, 1, 1)
_VAT_OF = {
    "goods": _VAT_RATES[:2],
    "repair": _VAT_RATES[:1],
    "leasing": _VAT_RATES[:1],
    "transport": _VAT_RATES[1:2],
    "construction": _VAT_RATES[1:2],
    "services": _VAT_RATES[2:3],
}
"""增值税法 art. 10, from that day: 9 % of goods are those that it lists. Lower rates are reliefs, which nobody sees."""


def _money(amount: object) -> str:
    return f"{amount:,.2f}"


def _where(line: str) -> Term:
    return Term("where_line", (("line", line),))


def _differ(what: str | Term, stated: object, computed: Decimal) -> dict[str, Any]:
    return {"what": what, "stated": _money(stated), "computed": _money(computed)}


@rule("PR01")
def stated_amounts(bid: Bid) -> Iterator[Finding]:
    """A stated line amount or total is what the lines give."""
    for item in (*bid.quote.lines, *bid.quote.extras):
        line, stated = item.line, item.line.amount
        if stated is not None and stated != item.amount:
            yield Finding(line.span("amount"), _differ(line.id, stated, item.amount))
        if line.list_price is not None and line.unit_price not in (None, item.unit_price) and not line.periods:
            yield Finding(line.span("unit_price"), _differ(line.id, line.unit_price, item.unit_price))
    stated = bid.deal.quote.total
    if stated is not None and stated != bid.quote.base:
        yield Finding(bid.deal.quote.span("total"), _differ(Term("total"), stated, bid.quote.base))


@rule("PR02")
def stated_words(bid: Bid) -> Iterator[Finding]:
    """A stated total in words is the computed total, and spelt as bidkit spells it; other legal spellings are told."""
    words = bid.deal.quote.total_words
    if not words or words == bid.quote.words:
        return
    is_right = parse_amount(words, bid.quote.currency, bid.deal.language) == bid.quote.base
    fault = Term("words_variant" if is_right else "words_differ", (("total", _money(bid.quote.base)),))
    values = {"words": words, "fault": fault, "expected": bid.quote.words}
    yield Finding(bid.deal.quote.span("total_words"), values, Severity.INFO if is_right else None)


@rule("PR04")
def ceiling(bid: Bid) -> Iterator[Finding]:
    """The total is not above the ceiling or the budget, that of a lot not above its own ceiling."""
    tender, need, base = bid.deal.tender, bid.deal.opportunity, bid.quote.base
    limits = [(base, need.budget, Term("budget"), need.span("budget"))]
    if tender:
        limits.append((base, tender.ceiling, Term("ceiling"), tender.span("ceiling")))
    for part in bid.quote.lots:
        name = Term("lot_ceiling", (("lot", part.lot.id),))
        limits.append((part.quote.base, part.lot.ceiling, name, part.lot.span("ceiling")))
    for total, limit, name, span in limits:
        if limit is not None and total > limit:
            yield Finding(span, {"total": _money(total), "limit": _money(limit), "name": name})


@rule("PR05", Severity.WARNING, regimes=frozenset({"tender"}))
def low_price_is_explained(bid: Bid) -> Iterator[Finding]:
    """A total below the ratio that makes a committee ask is explained: that of the tender, else 45 % of its ceiling."""
    tender, quote = bid.deal.tender, bid.deal.quote
    limit = tender and (tender.ceiling or bid.deal.opportunity.budget)
    if not tender or not limit or quote.low_price_explanation:
        return
    ratio = tender.low_price_ratio or (_LOW if tender.rules == "mof87" and bid.deal.dated >= _LOW_FROM else None)
    if ratio is not None and bid.quote.base < ratio * limit:
        values = {"total": _money(bid.quote.base), "percent": f"{(ratio * 100).normalize():f}", "limit": _money(limit)}
        severity = Severity.ERROR if tender.low_price_ratio else None
        yield Finding(quote.span("lines") or quote.span(), values, severity)


@rule("PR06", regimes=frozenset({"tender"}))
def optional_prices(bid: Bid) -> Iterator[Finding]:
    """A tender's quote holds no optional or alternative price and no option period, unless the tender allows them."""
    if bid.deal.tender and bid.deal.tender.allows_options:
        return
    for item in (*bid.quote.extras, *(item for item in bid.quote.lines if item.line.kind == "option_period")):
        yield Finding(item.line.span("kind"), {"where": _where(item.line.id), "kind": Term(item.line.kind)})


@rule("PR07")
def sound_lines(bid: Bid) -> Iterator[Finding]:
    """Every line has a price and a quantity above zero and a number of its own."""
    seen: dict[str, int] = {}
    for item in (*bid.quote.lines, *bid.quote.extras):
        for field, number in (("quantity", item.line.quantity), ("unit_price", item.unit_price)):
            if number == 0:
                told = {"fault": Term(f"zero_{field}"), "advice": Term(f"zero_{field}_fix")}
                yield Finding(item.line.span(field), {"where": _where(item.line.id), **told})
    repeated = [item.line for item in (*bid.quote.lines, *bid.quote.extras) if item.line.periods]
    for line in (*(line for line in bid.deal.quote.lines if not line.periods), *repeated):
        span = line.span("id")
        if line.id in seen:
            yield Finding(span, {"where": _where(line.id), "fault": Term("duplicate"), "advice": Term("duplicate_fix")})
        seen.setdefault(line.id, span.line if span else 0)


@rule("PR13")
def payments_are_whole(bid: Bid) -> Iterator[Finding]:
    """The payment milestones add up to 100 %, or their amounts to the total; none contradicts the tender's terms."""
    payments, amounts = bid.deal.quote.milestones, bid.quote.payments
    shares = [payment.percent for payment in payments if payment.percent is not None]
    paid, percent = sum((item.amount for item in amounts), Decimal(0)), sum(shares, Decimal(0))
    if len(shares) == len(payments) > 0 and percent != 1:
        fault = _sum(_percent(percent), "100 %")
        yield Finding(payments[-1].span("percent"), {"fault": fault})
    elif payments and paid != bid.quote.base:
        key = "percent" if payments[-1].percent is not None else "amount"
        yield Finding(payments[-1].span(key), {"fault": _sum(_money(paid), _money(bid.quote.base))})
    yield from _compare_payments(bid)
    yield from _compare_clauses(bid)


def _compare_clauses(bid: Bid) -> Iterator[Finding]:
    """The one schedule of payments that a clause or its answer tells, against the milestones: shares and events."""
    payments = bid.deal.quote.milestones
    own = [
        (find_event(item.trigger) or find_event(item.name), item.percent, item.trigger)
        for item in payments
        if item.percent
    ]
    shares = sorted(share for _, share, _ in own)
    known = ", ".join(_percent(share) for _, share, _ in own)
    for item in bid.deal.requirements if own and len(own) == len(payments) else ():
        for text, at in ((item.text, payments[0].span("percent")), (item.response, item.span("response"))):
            told = [read_terms(sentence) for sentence in re.split("[。；;\n]", text) if _PAID.search(sentence)]
            schedules = [terms for terms in told if len(terms) > 1 and sum(share for _, share, _ in terms) == 1]
            if len(schedules) != 1:
                continue
            if sorted(share for _, share, _ in schedules[0]) != shares:
                stated = ", ".join(_percent(share) for _, share, _ in schedules[0])
                fault = Term("payment_told", (("id", item.id), ("stated", stated), ("known", known)))
                yield Finding(at, {"fault": fault}, Severity.WARNING)
            elif found := find_conflict(schedules[0], own):
                words, number = found
                payment = payments[number]
                values = (
                    ("id", item.id),
                    ("stated", f"{payment.trigger} {_percent(own[number][1])}"),
                    ("known", words),
                )
                at = payment.span("trigger") if text is item.text else at
                yield Finding(at, {"fault": Term("payment_event", values)}, Severity.WARNING)


def _compare_payments(bid: Bid) -> Iterator[Finding]:
    """Each payment of the tender against that of its name, or in its place where there are as many."""
    terms, stated = (bid.deal.tender.payments if bid.deal.tender else ()), bid.quote.payments
    by_name = {fold(item.payment.name): item for item in stated}
    for place, term in enumerate(terms):
        own = by_name.get(fold(term.name)) or (stated[place] if len(stated) == len(terms) else None)
        wanted = (("name", term.name), ("wanted", _percent(term.percent)))
        if own is None:
            span = bid.deal.quote.span("milestones")
            yield Finding(span, {"fault": Term("payment_missing", wanted)}, Severity.WARNING)
            continue
        payment, whole = own.payment, bid.quote.base
        is_same = payment.percent == term.percent
        if payment.percent is None:
            is_same = payment.amount == round_to(whole * term.percent, bid.deal.quote.places.currency)
        if not is_same:
            share = payment.percent if payment.percent is not None or not whole else own.amount / whole
            fault = Term("payment_differs", (*wanted, ("stated", _percent(share or Decimal(0)))))
            key = "percent" if payment.percent is not None else "amount"
            yield Finding(payment.span(key), {"fault": fault}, Severity.WARNING)


def _sum(found: str, whole: str) -> Term:
    return Term("payment_sum", (("sum", found), ("whole", whole)))


def _percent(share: Decimal) -> str:
    return f"{round_to(share * 100, 2).normalize():f} %"


@rule("PR15")
def products_are_priced(bid: Bid) -> Iterator[Finding]:
    """Every product that the proposal introduces has a line in the quote."""
    priced = {line.sku for line in bid.deal.quote.lines}
    for position, sku in enumerate(bid.deal.solution.products):
        if sku not in priced:
            yield Finding(bid.deal.solution.span("products", position), {"sku": sku})


@rule("PR11", Severity.WARNING)
def known_tax_rates(bid: Bid) -> Iterator[Finding]:
    """A rate of value-added tax in China is 13, 9, 6, 3 or 0 %, and that of what is sold, or the line is exempt
    (增值税法 art. 10, 11)."""
    lines = (*bid.quote.lines, *bid.quote.extras) if bid.quote.currency == "CNY" else ()
    natures = _list_natures(bid) if bid.deal.dated >= _VAT_FROM else {}
    for item in lines:
        nature = natures.get(item.line.id)
        values = {"line": item.line.id, "rate": _number(item.line.rate)}
        if item.line.rate not in _VAT_RATES:
            yield Finding(item.line.span("tax_rate"), values | {"fault": Term("vat_unknown")})
        elif nature and item.line.rate in _VAT_FULL and item.line.rate not in _VAT_OF[nature]:
            known = (("nature", Term(f"nature_{nature}")), ("wanted", "、".join(map(_number, _VAT_OF[nature]))))
            yield Finding(item.line.span("tax_rate"), values | {"fault": Term("vat_nature", known)})


def _number(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}"


def _list_natures(bid: Bid) -> dict[str, Nature]:
    """What each line sells: as its product says, else as the closest category around it does."""
    products = {product.sku: product.nature for product in bid.catalog.products}
    around: dict[str, Nature] = {}
    for outer in bid.deal.quote.walk():
        for inner in outer.walk():
            if outer.nature:
                around |= {inner.id: outer.nature, inner.name: outer.nature}
    found = {}
    for line in (item.line for item in (*bid.quote.lines, *bid.quote.extras)):
        nature = products.get(line.sku) or next((around[key] for key in line.categories if key in around), None)
        if nature:
            found[line.id] = nature
    return found


@rule("PR10", Severity.WARNING)
def no_slipped_point(bid: Bid) -> Iterator[Finding]:
    """No price is about a power of ten away from the list price, from the price book, or from a stated amount."""
    for item in (*bid.quote.lines, *bid.quote.extras):
        line, price = item.line, item.unit_price
        known = {"list_price": item.offer.list_price, "booked": item.offer.booked}
        for key, other in known.items():
            if other and price and abs((price / other).log10()) >= _SLIP:
                span = line.span("unit_price" if line.unit_price is not None else "list_price")
                yield Finding(span, _slip(line.id, price, Term(key), other))
                break
        else:
            mended = line.amount is not None and find_slip(BillLine(line.id, line.quantity, price, line.amount))
            if mended:
                yield Finding(line.span("amount"), _slip(line.id, price, Term("stated_amount"), mended))


def _slip(line: str, price: Decimal, what: Term, other: Decimal) -> dict[str, Any]:
    return {"line": line, "price": format_money(price), "what": what, "other": format_money(other)}


@rule("PR12")
def few_decimals(bid: Bid) -> Iterator[Finding]:
    """A price has no more decimals than the quote is rounded to and the tender allows, and is in its currency."""
    tender, quote = bid.deal.tender, bid.deal.quote
    if tender and tender.currency not in (None, quote.currency):
        stated = (("stated", quote.currency), ("wanted", tender.currency or ""))
        yield Finding(quote.span("currency"), {"fault": Term("other_currency", stated)})
    limit = tender.decimals if tender and tender.decimals is not None else None
    places = quote.places.unit_price if limit is None else min(quote.places.unit_price, limit)
    told = set()
    for line in quote.lines:
        for key in ("unit_price", "list_price"):
            price = getattr(line, key)
            if price is not None and line.currency in (None, quote.currency) and round_to(price, places) != price:
                told.add(line.id)
                yield Finding(line.span(key), {"fault": _decimals(line.id, price, places)})
    for item in (*bid.quote.lines, *bid.quote.extras) if limit is not None else ():
        computed = (price for price in (item.unit_price, item.amount) if round_to(price, places) != price)
        if item.line.id not in told and (price := next(computed, None)) is not None:
            yield Finding(item.line.span("id"), {"fault": _decimals(item.line.id, price, places)})


def _decimals(line: str, price: Decimal, places: int) -> Term:
    return Term("many_decimals", (("line", line), ("price", f"{price:f}"), ("places", str(places))))


@rule("PR16")
def target_is_met(bid: Bid) -> Iterator[Finding]:
    """The amounts of the base lines add up to the target."""
    target = bid.deal.quote.target
    found = sum((part.quote.subtotal for part in bid.quote.lots), Decimal(0)) if bid.quote.lots else bid.quote.subtotal
    if target is not None and found != target and not bid.lot:
        yield Finding(bid.deal.quote.span("target"), {"target": _money(target), "nearest": _money(found)})


@rule("PR17")
def within_limits(bid: Bid) -> Iterator[Finding]:
    """A unit price is not below its floor and not above its cap."""
    for item in (*bid.quote.lines, *bid.quote.extras):
        offer = item.offer
        for key, limit in (("floor", offer.floor), ("cap", offer.cap)):
            if limit is not None and (offer.unit_price < limit if key == "floor" else offer.unit_price > limit):
                values = {"line": item.line.id, "price": format_money(offer.unit_price), "name": Term(key)}
                yield Finding(item.line.span(key), values | {"limit": format_money(limit)})


@rule("PR18", Severity.WARNING)
def above_cost(bid: Bid) -> Iterator[Finding]:
    """No unit is sold for less than it costs (招标投标法 art. 33); the cost itself is not told."""
    for item in (*bid.quote.lines, *bid.quote.extras):
        if is_below_cost(item, bid.quote.prices):
            span = item.line.span("cost" if item.line.cost is not None else "id")
            yield Finding(span, {"line": item.line.id, "price": format_money(item.unit_price)})


RULES = (
    stated_amounts,
    stated_words,
    ceiling,
    low_price_is_explained,
    optional_prices,
    sound_lines,
    payments_are_whole,
    products_are_priced,
    known_tax_rates,
    no_slipped_point,
    few_decimals,
    target_is_met,
    within_limits,
    above_cost,
)
