"""statements of texts that the data of a bid has otherwise: days, amounts, codes, addenda, lists, rises: ID03, ID12."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bidkit.amended import find_amended
from bidkit.bid import Bid
from bidkit.diagnostic import Severity, Term
from bidkit.disagreeing import find_disagreeing
from bidkit.listed import find_listed
from bidkit.rises import find_rises
from bidkit.rules.registry import Finding, rule
from bidkit.told import find_told
from bidkit.written import narrow


@rule("ID03", Severity.WARNING)
def statements_are_true(bid: Bid) -> Iterator[Finding]:
    """What stands right beside what it is called is as the data has it; an error in answers to mandatory clauses, by
    which the bid is judged."""
    for at, kind, stated, known in chain(find_told(bid), find_amended(bid), find_rises(bid), find_listed(bid)):
        values = {"what": Term(f"fact_{kind}"), "stated": stated, "known": known}
        yield Finding(at, values, Severity.ERROR if at in bid.binding else None)


@rule("ID12", Severity.WARNING)
def texts_agree_with_each_other(bid: Bid) -> Iterator[Finding]:
    """Two texts count the same things alike; what products have is another matter for each of them."""
    lines = bid.texts
    products = {product.sku for product in bid.catalog.products} | {paper.id for paper in bid.selection.chosen}
    files = {product.introduction.file for product in bid.catalog.products} - {""}
    apart = {item.span("response") for item in bid.deal.requirements if item.evidence and {*item.evidence} <= products}

    def is_of_product(position: int) -> bool:
        at = lines.find_line(position)[1]
        return at is not None and (at.file in files or at in apart)

    for count, other in find_disagreeing(lines, bid.deal.language, bid.past_names, is_of_product):
        _, at, column = lines.find_line(count.start)
        elsewhere = lines.find_line(other.start)[1]
        values = {
            "stated": lines.whole[count.start : count.end],
            "other": lines.whole[other.start : other.end],
            "place": f"{elsewhere.file}:{elsewhere.line}" if elsewhere else "—",
        }
        yield Finding(narrow(at, column, column + count.end - count.start), values)


RULES = (statements_are_true, texts_agree_with_each_other)
