"""the words beside the prices of a tender's quote: nothing is left open, nothing is given away: PR06, PR07."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bidkit.bid import Bid
from bidkit.diagnostic import Span, Term
from bidkit.rules.registry import Finding, rule

TENDER = frozenset({"tender"})
_AMOUNT = r"(?:[¥￥$]\s*\d[\d,.]*\s*(?:万?元|万)?|\d[\d,.]*\s*(?:万元|元|万|美元))"
_OPEN = re.compile(
    r"面议|另议|电议|另行报价|价格另定|价格可调|另行协商|price on request|to be negotiated|subject to change"
    rf"|{_AMOUNT}(?:/[^\s\d，。；]{{1,3}})?\s*起(?![算计止付诉赔])"
    r"|\b(?:starting|from) (?:at )?(?:USD|EUR|GBP|[$€£]) ?\d",
    re.I,
)
_CHOICE = re.compile(
    r"选配|选购件|任选[一其]|[（(【]\s*可选(?!择)|^\s*可选(?!择)|可选(?:配|件|购|装|项|模块|服务|功能包)"
    r"|optional (?:extra|item)",
    re.I,
)
"""Of a thing itself: what only says that colours or ranges can be chosen describes it."""
_GIFT = re.compile(
    r"赠送|附赠|赠品|买[一1]送[一1]|(?<![\d.,])0(?:\.0+)?\s*元(?![件素器])|(?<![零壹贰叁肆伍陆柒捌玖拾佰仟万亿])零元(?![件素器])"
)
_DENIED = re.compile(
    r"(?:[无不非未]|没有|不接受|不存在|无任何)$"
    r"|(?:不含(?!税)|不包含|不包括|不接受|不提供|不得|没有|不存在|无任何)[^，。；,;\d]{0,4}$"
)
"""Before what is not offered; 无线网关, 不锈钢 and 不含税 deny nothing."""


@rule("PR06", regimes=TENDER)
def nothing_is_open(bid: Bid) -> Iterator[Finding]:
    """No text beside the prices offers a choice or leaves a price open, unless the tender allows options."""
    if bid.deal.tender is None or bid.deal.tender.allows_options:
        return
    for where, text, span in _list_texts(bid):
        found = _find(_OPEN, text)
        if found or (found := _find(_CHOICE, text)):
            yield Finding(span, {"where": where, "kind": Term("open_price", (("text", found),))})


@rule("PR07", regimes=TENDER)
def nothing_is_given_away(bid: Bid) -> Iterator[Finding]:
    """No text beside the prices says that something costs nothing."""
    for where, text, span in _list_texts(bid):
        if found := _find(_GIFT, text):
            yield Finding(span, {"where": where, "fault": Term("given_away", (("text", found),))})


def _find(pattern: re.Pattern[str], text: str) -> str:
    """What a text says of this and does not deny."""
    for found in pattern.finditer(text):
        if not _DENIED.search(text[: found.start()]):
            return found[0].strip()
    return ""


def _list_texts(bid: Bid) -> Iterator[tuple[Term, str, Span | None]]:
    """What stands beside prices: lines, the titles above them, notes and payments."""
    quote = bid.deal.quote
    for line in quote.lines:
        for key in ("name", "spec", "remark"):
            yield Term("where_line", (("line", line.id),)), getattr(line, key), line.span(key)
    for category in quote.walk():
        yield Term("where_category", (("name", category.name),)), category.name, category.span("name")
    for place, note in enumerate(quote.notes):
        yield Term("where_note", (("no", str(place + 1)),)), note, quote.span("notes", place)
    for payment in quote.milestones:
        for key in ("name", "trigger"):
            yield Term("where_payment", (("name", payment.name),)), getattr(payment, key), payment.span(key)


RULES = (nothing_is_open, nothing_is_given_away)
