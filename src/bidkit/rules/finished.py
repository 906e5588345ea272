"""the finished files against the Bid: PR03, PR02 in print, PR09, ID02, FM03, PK05."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from pathlib import PurePosixPath

from bidkit.bid import Bid
from bidkit.diagnostic import Span, Term
from bidkit.figures import find_prices, make_prices
from bidkit.readback import ReadDocument, ReadWorkbook
from bidkit.rules.registry import Finding, rule
from bidkit.words import find_amounts, parse_amount

_PLACEHOLDER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{#|【待|（填写|〔\s*〕|(?<![A-Za-z])(?:TODO|TBD|XXX+)(?![A-Za-z])|_{4,}(?=[^_\s])|Lorem ipsum",
    re.I,
)


@dataclass(frozen=True)
class Finished:
    """A bid and what was read back from its finished files, by their names in the package.

    Args:
        price_free: the documents in which no price may stand.
    """

    bid: Bid
    documents: Mapping[str, ReadDocument]
    workbooks: Mapping[str, ReadWorkbook]
    is_draft: bool
    price_free: frozenset[str] = frozenset()

    @property
    def priced(self) -> tuple[ReadDocument, ...]:
        """The documents that may hold prices: together they show what the bid costs."""
        return tuple(file for name, file in self.documents.items() if name not in self.price_free)

    @property
    def files(self) -> tuple[ReadDocument | ReadWorkbook, ...]:
        """All of them."""
        return (*self.documents.values(), *self.workbooks.values())


@rule("PK05")
def sound_structure(done: Finished) -> Iterator[Finding]:
    """Every file is sound: parts, references, ids, nesting, cached values."""
    for file in done.files:
        for fault in file.faults:
            yield Finding(Span(file.name, place=(("part", fault.part),)), {"fault": fault.text})


@rule("PR03")
def one_price(done: Finished) -> Iterator[Finding]:
    """The total and every category's total stand in the documents and in every workbook, and are the computed ones."""
    quote = done.bid.quote
    wanted = [("total", quote.base), *((item.category.name, item.total) for item in quote.categories)]
    for name, amount in wanted:
        without = [file for file in done.priced if not _prints(file, amount)]
        if len(without) == len(done.priced) > 0:
            yield Finding(_span(done.priced), {"name": _name(name), "amount": f"{amount:,.2f}"})
        elif name == "total":
            for file in (file for file in without if quote.words in file.text):
                yield Finding(Span(file.name), {"name": Term("total"), "amount": f"{amount:,.2f}"})
    for book in done.workbooks.values():
        for name, amount in wanted:
            if not book.has_number(amount):
                yield Finding(Span(book.name), {"name": _name(name), "amount": f"{amount:,.2f}"})
        for sheet in book.sheets_with(quote.words):
            if not book.has_number(quote.base, sheet):
                values = {"name": Term("total"), "amount": f"{quote.base:,.2f}"}
                yield Finding(Span(book.name, place=(("sheet", sheet),)), values)
        for line in quote.lines:
            if not book.has_computed_row(line.line.name, line.amount):
                yield Finding(Span(book.name), {"name": line.line.id, "amount": f"{line.amount:,.2f}"})


@rule("PR02")
def words_in_print(done: Finished) -> Iterator[Finding]:
    """Every amount in words that is printed is one of the bid's totals; the base total in words is there."""
    quote, language = done.bid.quote, done.bid.deal.language
    known: set[Decimal | None] = {quote.base, quote.evaluated}
    for file in done.files:
        for words in _find_words(done, file):
            if parse_amount(words, quote.currency, language) not in known:
                yield _wrong_words(Span(file.name), words, done)
    groups: list[Sequence[ReadDocument | ReadWorkbook]] = [done.priced, *([book] for book in done.workbooks.values())]
    for group in groups:
        if group and not any(quote.words in _find_words(done, file) for file in group):
            yield _wrong_words(_span(group), "—", done)


def _find_words(done: Finished, file: ReadDocument | ReadWorkbook) -> list[str]:
    """The amounts in words of a file; the registered capital is no price."""
    found = find_amounts(file.text, done.bid.quote.currency, done.bid.deal.language)
    return [words for words in found if words not in done.bid.company.registered_capital]


def _wrong_words(span: Span, words: str, done: Finished) -> Finding:
    values = {"words": words, "total": f"{done.bid.quote.base:,.2f}", "expected": done.bid.quote.words}
    return Finding(span, values)


@rule("PR09")
def no_price_leaks(done: Finished) -> Iterator[Finding]:
    """No total, price or amount of the quote stands in a document that may hold none; those of past projects may."""
    bid, quote = done.bid, done.bid.quote
    names = _name_prices(done)
    main = {quote.base, quote.evaluated}
    totals = {item.total for item in quote.categories}
    past = {item.amount for item in bid.deal.track_record} | ({bid.deal.tender.bond} if bid.deal.tender else set())
    foreign = past - main
    prices = make_prices(main, totals - foreign, names.keys() - foreign)
    for file in (file for name, file in done.documents.items() if name in done.price_free):
        for place, text in (*file.texts, *file.drawn, *file.properties, ((), PurePosixPath(file.name).stem)):
            for figure, amount in find_prices(text, prices, quote.currency, bid.deal.language):
                yield Finding(Span(file.name, place=place), {"figure": figure, "name": names[amount]})


def _name_prices(done: Finished) -> dict[Decimal, Term | str]:
    """Every amount of the quote with what it is; of several that are equal, the one that weighs most."""
    quote = done.bid.quote
    lines = [*quote.lines, *quote.extras]
    named: list[tuple[Decimal, Term | str]] = [(item.line.unit_price, item.line.id) for item in lines]
    named += [(item.amount, item.line.id) for item in lines]
    named += [(item.amount, item.payment.name) for item in quote.payments]
    named += [(amount, Term("tax")) for item in quote.taxes for amount in (item.gross, item.net, item.tax)]
    named += [(amount, Term("tax")) for amount in (quote.net, quote.tax)]
    named += [(item.total, item.category.name) for item in quote.categories]
    return dict([*named, (quote.options, Term("total")), (quote.evaluated, Term("total")), (quote.base, Term("total"))])


@rule("ID02")
def names_in_print(done: Finished) -> Iterator[Finding]:
    """Project, its number and the bidder are named in full in every file; the author is the bidder."""
    bid = done.bid
    names = [("project", bid.deal.title), ("bidder", bid.company.name)]
    names += [("tender_no", bid.deal.tender.no)] if bid.deal.tender else []
    for file in done.files:
        for kind, name in names:
            if name not in file.text:
                yield Finding(Span(file.name), {"kind": Term(kind), "name": name})
        if file.author != bid.company.name:
            yield Finding(
                Span(file.name, place=(("part", "docProps/core.xml"),)), {"kind": Term("author"), "name": file.author}
            )


@rule("FM01")
def nothing_left_out(done: Finished) -> Iterator[Finding]:
    """Every problem, product, phase, service level, requirement with its answer and credential is in a document."""
    bid = done.bid
    deal, service = bid.deal, bid.deal.solution.service
    wanted = [("problem", item.title) for item in deal.opportunity.problems]
    wanted += [("sku", item.name) for item in bid.proposed]
    wanted += [("phase", item.name) for item in deal.solution.plan.phases]
    wanted += [("level", item.name) for item in service.levels]
    wanted += [("requirement", text) for item in deal.requirements for text in (item.text, item.response)]
    wanted += [("credential", item.title) for item in bid.selection.chosen]
    text = "".join("".join(file.text.split()) for file in done.documents.values())
    for kind, name in wanted:
        if "".join(name.split()) not in text:
            yield Finding(Span(", ".join(done.documents)), {"kind": Term(kind), "name": name[:60]})


@rule("FM03")
def nothing_left_open(done: Finished) -> Iterator[Finding]:
    """No tag, blank or placeholder is left."""
    for file in done.files:
        for place, text in file.texts:
            if found := _PLACEHOLDER.search(text):
                yield Finding(
                    Span(file.name, place=place), {"text": text[max(0, found.start() - 15) : found.end() + 25]}
                )


@rule("FM11")
def contents_match(done: Finished) -> Iterator[Finding]:
    """The contents list every heading, in order and in the same words."""
    for file in done.documents.values():
        headings = [text for level, text in file.headings if level <= 3]
        for heading, entry in zip_longest(headings, file.contents, fillvalue="—"):
            # An entry is the heading, or its number, a space and the heading.
            if heading not in (entry, entry.partition(" ")[2]):
                yield Finding(Span(file.name), {"heading": heading, "entry": entry})
                break


@rule("PK06")
def draft_is_marked(done: Finished) -> Iterator[Finding]:
    """A draft says so in every header; a final bid says so nowhere."""
    for file in done.files:
        for place, text in file.headers:
            is_marked = re.search("DRAFT|草稿", text.replace(done.bid.deal.title, "")) is not None
            if is_marked is not done.is_draft:
                yield Finding(Span(file.name, place=place), {"text": text[:40]})


RULES = (
    sound_structure,
    one_price,
    words_in_print,
    no_price_leaks,
    names_in_print,
    nothing_left_out,
    nothing_left_open,
    contents_match,
    draft_is_marked,
)


def _name(name: str) -> Term | str:
    return Term(name) if name == "total" else name


def _prints(file: ReadDocument, amount: Decimal) -> bool:
    return re.search(rf"(?<![\d,.]){re.escape(f'{amount:,.2f}')}(?!\d)", file.text) is not None


def _span(files: Sequence[ReadDocument | ReadWorkbook]) -> Span:
    """The place of what none of several files has."""
    return Span(", ".join(file.name for file in files))
