"""finished PDFs against the Bid and the Word files: PK12–PK15, FM10, PK05, PK06, PR02, PR03, PR09, ID02 in print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from bidkit.bid import Bid
from bidkit.diagnostic import Severity, Span, Term
from bidkit.figures import find_prices, make_prices
from bidkit.pdf.reading import ReadPdf, nest_levels
from bidkit.readback import ReadDocument
from bidkit.readback.names import Place
from bidkit.rules.registry import Finding, rule

MEGABYTE = 1_000_000
_SHOWN_PAGES = 3
_BROKEN_FIELD = re.compile(
    r"Error[!:]\s*(?:Reference\s|Bookmark\s|No\s(?:text|sequence|index|table)|Main\s|Unknown\s)"
    r"|错误\s*[!！:：]\s*(?:未|引用|文档|不能|没有)"
)
_BROKEN_CELL = re.compile(r"#(?:REF!|NAME\?|VALUE!|DIV/0!|N/A|NUM!|NULL!)|###")
_DRAFT = re.compile("DRAFT|草稿", re.I)
_LEADER = str.maketrans("", "", ".…·")
_BLANKS = re.compile(r"[\s\u00ad-]")


@dataclass(frozen=True)
class Printed:
    """A bid, what was read back from its PDFs, and the Word file that each of them shows, if it shows one.

    Args:
        price_free: the PDFs in which no price may stand.
        blind: those that must not name the bidder.
        forms: those of the buyer's own forms, which say what the buyer has them say.
    """

    bid: Bid
    pdfs: Mapping[str, ReadPdf]
    documents: Mapping[str, ReadDocument]
    is_draft: bool
    price_free: frozenset[str] = frozenset()
    blind: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()

    @property
    def own(self) -> Mapping[str, ReadPdf]:
        """The PDFs that are made from templates."""
        return {name: pdf for name, pdf in self.pdfs.items() if name not in self.forms}

    @property
    def volumes(self) -> Iterator[tuple[ReadPdf, ReadDocument]]:
        """The PDFs of volumes, each with its Word file."""
        return ((self.pdfs[name], document) for name, document in self.documents.items())


@rule("PK05")
def sound_pdf(done: Printed) -> Iterator[Finding]:
    """Every PDF is sound and has pages."""
    for pdf in done.pdfs.values():
        for fault in pdf.faults or (() if pdf.pages else ("no page",)):
            yield Finding(Span(pdf.name), {"fault": fault})


@rule("PK12")
def fonts_embedded(done: Printed) -> Iterator[Finding]:
    """Every font is embedded."""
    for pdf in done.pdfs.values():
        for font, is_embedded in pdf.fonts:
            if not is_embedded:
                yield Finding(Span(pdf.name), {"font": font})


@rule("PK13")
def bookmarks_match(done: Printed) -> Iterator[Finding]:
    """The bookmarks are the headings of the Word file, and each leads to a page on which it stands, number and all."""
    for pdf, document in done.volumes:
        depths = nest_levels(level for level, _ in document.headings)
        for heading, depth, entry in zip_longest(document.headings, depths, pdf.outline):
            wanted = f"{heading[1]} ({depth})" if heading else "—"
            found = f"{entry[1]} ({entry[0]})" if entry else "—"
            is_same = heading and entry and depth == entry[0] and _squeeze(entry[1]).endswith(_squeeze(heading[1]))
            if not is_same:
                yield Finding(Span(pdf.name), {"wanted": wanted, "found": found})
                break
            if entry and _squeeze(entry[1]) not in _squeeze(pdf.pages[entry[2] - 1].text):
                place = (("page", pdf.pages[entry[2] - 1].number),)
                yield Finding(Span(pdf.name, place=place), {"wanted": entry[1], "found": "—"})


@rule("PK13")
def contents_match(done: Printed) -> Iterator[Finding]:
    """The contents print the lines of the Word file, each with the number of the page that its bookmark leads to."""
    for pdf, document in done.volumes:
        listed = [*zip(document.contents, document.contents_pages, strict=True)]
        depth = _count_levels(document)
        levels = [level for level, _ in document.headings] if len(document.headings) == len(pdf.outline) else []
        shown_at = zip(levels or [entry[0] for entry in pdf.outline], pdf.outline, strict=True)
        marks = [entry for level, entry in shown_at if level <= depth and listed]
        text, at = _squeeze(pdf.text).translate(_LEADER), 0
        for (entry, number), mark in zip_longest(listed, marks, fillvalue=("—", "—", 0)):  # type: ignore[misc]
            line = _squeeze(f"{entry}{number}").translate(_LEADER)
            at = text.find(line, at)
            shown = pdf.pages[mark[2] - 1].number if mark[2] else "—"
            if at < 0 or shown != number or _squeeze(mark[1]) != _squeeze(entry):
                found = "—" if at < 0 else f"{mark[1]} … {shown}"
                yield Finding(Span(pdf.name), {"wanted": f"{entry} … {number}", "found": found})
                break
            at += len(line)


@rule("FM10")
def references_match(done: Printed) -> Iterator[Finding]:
    """An index, and whatever else names the page of a heading, names the one on which the PDF has it."""
    for pdf, document in done.volumes:
        if len(pdf.outline) != len(document.headings):
            continue  # PK13 has said so
        for item in document.references:
            _, title, page = pdf.outline[item.heading]
            number = pdf.pages[page - 1].number if page else "—"
            if item.shown != number:
                place = (("part", "word/document.xml"), ("paragraph", str(item.paragraph)))
                yield Finding(Span(document.name, place=place), {"title": title, "shown": item.shown, "page": number})


@rule("PK14")
def size_kept(done: Printed) -> Iterator[Finding]:
    """No PDF is larger than the tender's platform takes."""
    limit = done.bid.deal.tender.pdf_size_mb if done.bid.deal.tender else None
    for pdf in done.pdfs.values():
        if limit is not None and pdf.size > limit * MEGABYTE:
            pages = sorted(pdf.pages, key=lambda page: -page.size)[:_SHOWN_PAGES]
            largest = ", ".join(f"{page.number} ({page.size / MEGABYTE:.1f} MB)" for page in pages)
            values = {"size": f"{pdf.size / MEGABYTE:.1f}", "limit": f"{limit:g}", "largest": largest}
            yield Finding(Span(pdf.name), values)


@rule("PK15")
def nothing_broken(done: Printed) -> Iterator[Finding]:
    """No field shows an error, and no figure is too wide for its cell; in a buyer's form nobody may make it wider."""
    for pdf in done.pdfs.values():
        broken = _BROKEN_FIELD if pdf.name in done.documents else _BROKEN_CELL
        for page in pdf.pages:
            if found := broken.search(page.text):
                around = " ".join(page.text[max(0, found.start() - 20) : found.end() + 20].split())
                severity = Severity.WARNING if pdf.name in done.forms else None
                yield Finding(Span(pdf.name, place=(("page", page.number),)), {"text": around}, severity)


@rule("PK06")
def draft_on_every_page(done: Printed) -> Iterator[Finding]:
    """Every page of a draft says that it is one."""
    for pdf in done.own.values() if done.is_draft else ():
        for page in pdf.pages:
            if not _DRAFT.search(page.text.replace(done.bid.deal.title, "")):
                yield Finding(Span(pdf.name, place=(("page", page.number),)), {"text": "—"})


@rule("ID02")
def names_in_pdf(done: Printed) -> Iterator[Finding]:
    """Project, its number and the bidder are named in full in every PDF; its title is theirs, its author the bidder.

    A blind one names none of them.
    """
    bid = done.bid
    names = [("project", bid.deal.title), ("bidder", bid.company.name)]
    names += [("tender_no", bid.deal.tender.no)] if bid.deal.tender else []
    for pdf in (pdf for name, pdf in done.own.items() if name not in done.blind):
        text, properties = _squeeze(pdf.text), pdf.properties
        for kind, name in names:
            if _squeeze(name) not in text:
                yield Finding(Span(pdf.name), {"kind": Term(kind), "name": name})
        if properties.get("Author") != bid.company.name:
            yield Finding(Span(pdf.name), {"kind": Term("author"), "name": properties.get("Author", "—")})
        if bid.deal.title not in properties.get("Title", ""):
            yield Finding(Span(pdf.name), {"kind": Term("project"), "name": bid.deal.title})


@rule("PR03")
def prices_in_pdf(done: Printed) -> Iterator[Finding]:
    """Every total that a Word file shows stands in its PDF, and all of them in that of a workbook."""
    for bid in (*done.bid.by_lot, done.bid):
        amount = f"{bid.quote.base:,.2f}"
        for name, pdf in done.own.items():
            is_due = name not in done.documents or _prints(done.documents[name].text, amount)
            if name not in done.price_free and is_due and not _prints(pdf.text, amount):
                yield Finding(Span(name), {"name": Term("total"), "amount": amount})


@rule("PR02")
def words_in_pdf(done: Printed) -> Iterator[Finding]:
    """Every total in words that a Word file shows stands in its PDF, and all of them in that of a workbook."""
    for bid in (*done.bid.by_lot, done.bid):
        words = bid.quote.words
        for name, pdf in done.own.items():
            is_due = name not in done.documents or words in done.documents[name].text
            if name not in done.price_free and is_due and _squeeze(words) not in _squeeze(pdf.text):
                fault = Term("words_differ", (("total", f"{bid.quote.base:,.2f}"),))
                yield Finding(Span(name), {"words": "—", "fault": fault, "expected": words})


@rule("PR09")
def no_total_leaks(done: Printed) -> Iterator[Finding]:
    """No total of the bid stands in a PDF that may hold none, its properties, bookmarks and merged pages included.

    The other prices are looked for in the Word file, whose text is the same: the paper of a past project, merged as a
    page that can be read, may well have the unit price of today.
    """
    bid = done.bid
    quotes = [bid.quote, *(part.quote for part in bid.by_lot)]
    main = {amount for quote in quotes for amount in (quote.base, quote.evaluated)}
    past = {item.amount for item in bid.deal.track_record} - main
    prices = make_prices(main, {item.total for item in bid.quote.categories} - past, (), bid.told_amounts)
    for name in done.price_free:
        pdf = done.pdfs[name]
        said = (*pdf.properties.values(), *(title for _, title, _ in pdf.outline))
        texts: list[tuple[str, Place]] = [(text, ()) for text in said]
        for text, place in (*texts, *((page.text, (("page", page.number),)) for page in pdf.pages)):
            for figure, _ in find_prices(text, prices, bid.quote.currency, bid.deal.language):
                values = {"figure": figure, "name": Term("total"), "limit": Term("no_price")}
                yield Finding(Span(name, place=place), values)


RULES = (
    sound_pdf,
    fonts_embedded,
    bookmarks_match,
    contents_match,
    references_match,
    size_kept,
    nothing_broken,
    draft_on_every_page,
    names_in_pdf,
    prices_in_pdf,
    words_in_pdf,
    no_total_leaks,
)


def _squeeze(text: str) -> str:
    """A text without blanks, which a PDF has where it likes, and hyphens, which it loses at the ends of lines."""
    return _BLANKS.sub("", text)


def _prints(text: str, amount: str) -> bool:
    return re.search(rf"(?<![\d,.]){re.escape(amount)}(?!\d)", text) is not None


def _count_levels(document: ReadDocument) -> int:
    """How many levels of headings the contents list, by how many entries there are."""
    return next(
        (
            depth
            for depth in range(1, 10)
            if sum(level <= depth for level, _ in document.headings) == len(document.contents)
        ),
        9,
    )
