"""the finished files against the Bid: PR03, PR02 in print, PR09, ID02, FM03, FM09, PK05."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from pathlib import PurePosixPath

from bidkit.bid import Bid
from bidkit.chapters import find_wrong_chapters
from bidkit.diagnostic import Severity, Span, Term
from bidkit.figures import find_prices, make_prices
from bidkit.leftovers import find_leftover
from bidkit.readback import ReadDocument, ReadWorkbook
from bidkit.rules.registry import Finding, rule
from bidkit.told import find_references
from bidkit.wording import fold
from bidkit.words import find_amounts, parse_amount, spell_amount

_CHINESE = frozenset({"mof87", "ndrc"})
_AUTHORITY = {
    "authorization": re.compile(r"(?:法定代表人|单位负责人|法人)?(?:授权委托书|授权书)"),
    "identity": re.compile(r"(?:法定代表人|单位负责人|法定代表人[（(]单位负责人[)）])(?:身份|资格)证明书?"),
    "letter": re.compile(
        r".{0,8}(?:投标|响应|报价|磋商|谈判|询价|应答|竞标|比选)(?:响应|报价)?[函书](?:及.{0,8}附录)?(?:[（(].{1,12}[）)])?"
    ),
}
_AUTHORITY_WORDS = {
    "authorization": re.compile(r"(?:委托|授权).{0,80}代理人|以我方名义|本授权书"),
    "identity": re.compile(r"系.{0,80}(?:法定代表人|单位负责人)"),
    "letter": re.compile("致[：:]"),
}
"""What such a paper says below its title; a list of papers does not."""
_NUMBERING = re.compile(r"^[\s\d.．、（）()一二三四五六七八九十第章节附件格式：:-]*")

_COUNT = r"(?:[第（(]?[\d一二三四五六七八九十.]+[章节、.）)]*)?"


@dataclass(frozen=True)
class Finished:
    """A bid and what was read back from its finished files, by their names in the package.

    Args:
        price_free: the documents in which no price may stand.
        lots: the documents that are made for one lot, with its id.
        blind: those that must not name the bidder.
        without_contents: those that must have none.
        forms: those that are the buyer's own forms: what they say beside their blanks is not the bidder's.
        form_texts: by document, the paragraphs of the forms that stand in it, without blanks.
    """

    bid: Bid
    documents: Mapping[str, ReadDocument]
    workbooks: Mapping[str, ReadWorkbook]
    is_draft: bool
    price_free: frozenset[str] = frozenset()
    lots: Mapping[str, str] = field(default_factory=dict)
    blind: frozenset[str] = frozenset()
    without_contents: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    form_texts: Mapping[str, Collection[str]] = field(default_factory=dict)

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
    """The totals of the bid, of each lot and category stand in the documents and in every workbook, as computed."""
    scopes = _find_scopes(done)
    for bid, documents, is_promised in scopes:
        for name, amount in _name_totals(bid):
            without = [file for file in documents if not _prints(file, amount)]
            if is_promised and len(without) == len(documents) > 0:
                yield Finding(_span(documents), {"name": name, "amount": f"{amount:,.2f}"})
            elif isinstance(name, Term):
                for file in (f for f in without if f.name not in done.forms and bid.quote.words in f.text):
                    yield Finding(Span(file.name), {"name": name, "amount": f"{amount:,.2f}"})
    for book in done.workbooks.values():
        for bid, _, _ in scopes:
            for name, amount in _name_totals(bid):
                if not book.has_number(amount):
                    yield Finding(Span(book.name), {"name": name, "amount": f"{amount:,.2f}"})
            for sheet in book.sheets_with(bid.quote.words):
                if not book.has_number(bid.quote.base, sheet):
                    values = {"name": _name_total(bid), "amount": f"{bid.quote.base:,.2f}"}
                    yield Finding(Span(book.name, place=(("sheet", sheet),)), values)
        for line in done.bid.quote.lines:
            if not book.has_computed_row(line.line.name, line.amount):
                yield Finding(Span(book.name), {"name": line.line.id, "amount": f"{line.amount:,.2f}"})


def _find_scopes(done: Finished) -> list[tuple[Bid, list[ReadDocument], bool]]:
    """Each lot with the documents that show its price, then the whole; and whether they must show it.

    The price of a lot stands in its own documents, if some may hold prices, else in those of the whole bid. The whole
    total is promised unless every lot has documents of its own: then each lot is judged by its price alone.
    """
    whole = [file for file in done.priced if file.name not in done.lots]
    own = [(bid, [file for file in done.priced if done.lots.get(file.name) == _id(bid)]) for bid in done.bid.by_lot]
    is_promised = not own or not all(documents for _, documents in own)
    return [*((bid, documents or whole, True) for bid, documents in own), (done.bid, whole, is_promised)]


def _name_totals(bid: Bid) -> list[tuple[Term | str, Decimal]]:
    """The total of a bid and those of its categories; categories in lots are named there."""
    categories = [] if bid.quote.lots and not bid.lot else bid.quote.categories
    return [(_name_total(bid), bid.quote.base), *((item.category.name, item.total) for item in categories)]


def _name_total(bid: Bid) -> Term:
    return Term("lot_total", (("lot", bid.lot.id),)) if bid.lot else Term("total")


def _id(bid: Bid) -> str:
    return bid.lot.id if bid.lot else ""


@rule("PR02")
def words_in_print(done: Finished) -> Iterator[Finding]:
    """Every amount in words that is printed is a total of what the file covers; each total in words is there."""
    scopes = _find_scopes(done)
    for file in done.files:
        covered = [bid for bid, _, _ in scopes if done.lots.get(file.name) in (None, _id(bid))]
        known = {amount for bid in covered for amount in (bid.quote.base, bid.quote.evaluated)} | _list_bonds(done.bid)
        for words in _find_words(done, file):
            amount = parse_amount(words, done.bid.quote.currency, done.bid.deal.language)
            if amount not in known:
                yield _wrong_words(Span(file.name), words, covered[-1])
            elif amount is not None and words not in (expected := _spell(done.bid, amount)):
                values = {"words": words, "fault": Term("words_variant"), "expected": expected[0]}
                yield Finding(Span(file.name), values, Severity.INFO)
    for bid, documents, is_promised in scopes:
        groups: list[Sequence[ReadDocument | ReadWorkbook]] = [[book] for book in done.workbooks.values()]
        groups += [documents] if is_promised and documents else []
        for group in groups:
            if not any(bid.quote.words in _find_words(done, file) for file in group):
                yield _wrong_words(_span(group), "—", bid)


def _list_bonds(bid: Bid) -> set[Decimal]:
    """The bid bonds of a tender, which letters state in words."""
    tender = bid.deal.tender
    bonds = [tender.whole_bond, *(lot.bond for lot in tender.lots)] if tender else []
    return {bond for bond in bonds if bond}


def _find_words(done: Finished, file: ReadDocument | ReadWorkbook) -> list[str]:
    """The amounts in words of a file; the registered capital is no price."""
    found = find_amounts(file.text, done.bid.quote.currency, done.bid.deal.language)
    return [words for words in found if words not in done.bid.company.registered_capital]


def _wrong_words(span: Span, words: str, bid: Bid) -> Finding:
    fault = Term("words_differ", (("total", f"{bid.quote.base:,.2f}"),))
    return Finding(span, {"words": words, "fault": fault, "expected": bid.quote.words})


def _spell(bid: Bid, amount: Decimal) -> list[str]:
    """An amount in words as bidkit writes it: in English with or without the "and" of the British."""
    languages = ("zh",) if bid.deal.language == "zh" else ("en", "en-GB")
    return [spell_amount(amount, bid.quote.currency, language) for language in languages]


@rule("PR09")
def no_price_leaks(done: Finished) -> Iterator[Finding]:
    """No price of the bid stands in a document that may hold none, no price of another lot in that of a lot."""
    lots = done.bid.by_lot
    for name, file in done.documents.items():
        own = next((bid for bid in lots if done.lots.get(name) == _id(bid)), None)
        if name in done.price_free:
            yield from _find_leaks(file, (*lots, done.bid), (), Term("no_price"))
        elif own:
            others = [bid for bid in (*lots, done.bid) if bid.lot != own.lot]
            yield from _find_leaks(file, others, _name_prices(own), Term("own_prices", (("lot", _id(own)),)))


def _find_leaks(
    file: ReadDocument, bids: Sequence[Bid], allowed: Collection[Decimal], limit: Term
) -> Iterator[Finding]:
    """The prices of some bids in a document; what the tender itself says and amounts of past projects are none.

    Args:
        bids: of lots, and the whole one last.
        allowed: the amounts that may stand there, whosever they are.
        limit: which prices may stand there, for the message.
    """
    whole = bids[-1]
    names = {amount: name for bid in bids for amount, name in _name_prices(bid).items()}
    names |= {amount: _name_total(bid) for bid in bids for amount in (bid.quote.evaluated, bid.quote.base)}
    main = {amount for bid in bids for amount in (bid.quote.base, bid.quote.evaluated)} - {*allowed}
    totals = {item.total for bid in bids for item in bid.quote.categories}
    past = {item.amount for item in whole.deal.track_record}
    if whole.deal.tender:
        past |= {whole.deal.tender.whole_bond}
        past |= {amount for lot in whole.deal.tender.lots for amount in (lot.bond, lot.ceiling)}
    foreign = (past - main) | {*allowed}
    prices = make_prices(main, totals - foreign, names.keys() - foreign, whole.told_amounts | {*allowed})
    for place, text in (*file.texts, *file.drawn, *file.properties, ((), PurePosixPath(file.name).stem)):
        for figure, amount in find_prices(text, prices, whole.quote.currency, whole.deal.language):
            yield Finding(Span(file.name, place=place), {"figure": figure, "name": names[amount], "limit": limit})


def _name_prices(bid: Bid) -> dict[Decimal, Term | str]:
    """Every amount of the quote with what it is; of several that are equal, the one that weighs most."""
    quote, total = bid.quote, _name_total(bid)
    lines = [*quote.lines, *quote.extras]
    named: list[tuple[Decimal, Term | str]] = [(item.unit_price, item.line.id) for item in lines]
    named += [(item.amount, item.line.id) for item in lines]
    named += [(item.amount, item.payment.name) for item in quote.payments]
    named += [(amount, Term("tax")) for item in quote.taxes for amount in (item.gross, item.net, item.tax)]
    named += [(amount, Term("tax")) for amount in (quote.net, quote.tax)]
    named += [(item.total, item.category.name) for item in quote.categories]
    return dict([*named, (quote.options, total), (quote.evaluated, total), (quote.base, total)])


@rule("ID02")
def names_in_print(done: Finished) -> Iterator[Finding]:
    """Project, its number, the bidder and a lot are named in full in every file; the author is the bidder.

    A blind one names none of them.
    """
    bid = done.bid
    titles = {part.lot.id: part.lot.title for part in bid.quote.lots}
    names = [("project", bid.deal.title), ("bidder", bid.company.name)]
    names += [("tender_no", bid.deal.tender.no)] if bid.deal.tender else []
    for file in (file for file in done.files if file.name not in done.blind | done.forms):
        lot = [("lot_title", titles[done.lots[file.name]])] if file.name in done.lots else []
        for kind, name in names + lot:
            if name not in file.text:
                yield Finding(Span(file.name), {"kind": Term(kind), "name": name})
        if file.author != bid.company.name:
            yield Finding(
                Span(file.name, place=(("part", "docProps/core.xml"),)), {"kind": Term("author"), "name": file.author}
            )


@rule("FM01")
def nothing_left_out(done: Finished) -> Iterator[Finding]:
    """All that the bid proposes and answers is in a document; what is for a lot, in one that the lot's bid has."""
    found: dict[tuple[str, str, str], Finding] = {}
    for bid in done.bid.by_lot or (done.bid,):
        documents = [file for name, file in done.documents.items() if done.lots.get(name) in (None, _id(bid))]
        text = "".join("".join(file.text.split()) for file in documents)
        span = _span(documents)
        for kind, name in _list_contents(bid):
            if "".join(name.split()) not in text:
                found[kind, name, span.file] = Finding(span, {"kind": Term(kind), "name": name[:60]})
    yield from found.values()
    tender, is_zh = done.bid.deal.tender, done.bid.deal.language == "zh"
    if tender and is_zh and tender.rules in _CHINESE and done.documents and not _find_titled(done, "letter"):
        values = {"kind": Term("letter"), "name": "投标函"}
        yield Finding(_span([*done.documents.values()]), values, Severity.WARNING)


def _list_contents(bid: Bid) -> list[tuple[str, str]]:
    """Every problem, product, phase, service level, requirement and credential of a bid, with what answers them."""
    deal, service = bid.deal, bid.deal.solution.service
    wanted = [("problem", item.title) for item in deal.opportunity.problems]
    wanted += [("answer", item.title) for item in deal.opportunity.solutions]
    wanted += [("sku", item.name) for item in bid.proposed]
    wanted += [("phase", item.name) for item in deal.solution.plan.phases]
    wanted += [("level", item.name) for item in service.levels]
    wanted += [("requirement", text) for item in deal.requirements for text in (item.text, item.response)]
    wanted += [("credential", item.title) for item in bid.selection.chosen]
    return wanted


@rule("FM03")
def nothing_left_open(done: Finished) -> Iterator[Finding]:
    """No tag, blank or placeholder is left; what a form of the buyer leaves open, its mapping has told."""
    asked = _list_asked(done.bid)
    for file in (file for file in done.files if file.name not in done.forms):
        for place, text in file.texts:
            if not (found := find_leftover(text)):
                continue
            plain = "".join(text.split())
            is_fault = plain.startswith("#") and file.faults  # a formula that fails is one of PK05
            if not is_fault and plain not in asked and plain not in done.form_texts.get(file.name, ()):
                yield Finding(Span(file.name, place=place), {"text": found})


def _list_asked(bid: Bid) -> set[str]:
    """What the buyer wrote, as a whole and line by line, without white space: it is repeated as it is."""
    texts = [item.text for item in bid.deal.requirements]
    texts += [text for item in (bid.deal.tender.items if bid.deal.tender else ()) for text in (item.spec, item.remark)]
    return {"".join(part.split()) for text in texts for part in (text, *text.splitlines())}


@rule("FM09", regimes=frozenset({"tender"}))
def right_authority(done: Finished) -> Iterator[Finding]:
    """A bid that an agent signs has an authorization, one that the legal representative signs a proof of identity;
    neither has both. That one is there is judged where the facts of the signers are known."""
    bid, company = done.bid, done.bid.company
    if bid.deal.tender is None or bid.deal.tender.rules not in _CHINESE:
        return
    wanted, wrong = ("authorization", "identity") if company.agent else ("identity", "authorization")
    values = {"name": company.agent or company.legal_representative, "wanted": Term(f"paper_{wanted}")}
    papers = [item for item in bid.selection.chosen if item.kind == "authorization"]
    # Copies of identity cards may have the title of the proof.
    cards = [item.title for item in bid.selection.chosen if item.kind == "id-card"]
    extra = [(paper.span("kind"), paper.title) for paper in papers if wrong == "authorization"]
    for span, title in [*extra, *((span, title) for span, title in _find_titled(done, wrong) if title not in cards)]:
        yield Finding(span, {**values, "fault": Term("authority_wrong", (("title", title),))})
    there = [title for _, title in _find_titled(done, wanted)]
    is_there = len(there) > sum(title in cards for title in dict.fromkeys(there)) or (wanted != "identity" and papers)
    if company.signers and not is_there:
        missing = {**values, "fault": Term("authority_missing")}
        yield Finding(_span([*done.documents.values()]), missing, Severity.WARNING)


def _find_titled(done: Finished, kind: str) -> list[tuple[Span | None, str]]:
    """What says what this paper is called, each with its place: headings, the titles of the buyer's forms, and where a
    document has neither, a line of its own with the words of such a paper below it."""
    said = [(name, text) for name, file in done.documents.items() for _, text in file.headings]
    said += [(name, text) for name in done.forms for _, text in done.documents[name].texts[:5]]
    titles = [(name, _plain(text)) for name, text in said if _is_titled(kind, text)]
    titled = {name for name, _ in titles}
    spans: list[tuple[Span | None, str]] = [(Span(name, place=(("heading", text),)), text) for name, text in titles]
    for name, file in done.documents.items():
        if name not in titled:
            for at, (place, text) in enumerate(file.texts):
                below = "".join(after for _, after in file.texts[at + 1 : at + 6]) if _is_titled(kind, text) else ""
                spans += [(Span(name, place=place), _plain(text))] if _AUTHORITY_WORDS[kind].search(below) else []
    return spans


def _is_titled(kind: str, text: str) -> bool:
    return _AUTHORITY[kind].fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    """A title without its number and blanks."""
    return _NUMBERING.sub("", "".join(text.split()))


@rule("FM11")
def contents_match(done: Finished) -> Iterator[Finding]:
    """The contents list every heading, in order and in the same words."""
    for file in (file for name, file in done.documents.items() if name not in done.without_contents | done.forms):
        headings = [text for level, text in file.headings if level <= 3]
        for heading, entry in zip_longest(headings, file.contents, fillvalue="—"):
            # An entry is the heading, or its number, a space and the heading.
            if heading not in (entry, entry.partition(" ")[2]):
                yield Finding(Span(file.name), {"heading": heading, "entry": entry})
                break


@rule("PK06")
def draft_is_marked(done: Finished) -> Iterator[Finding]:
    """A draft says so in every header; a final bid says so nowhere."""
    for file in (file for file in done.files if file.name not in done.forms):
        for place, text in file.headers:
            is_marked = re.search("DRAFT|草稿", text.replace(done.bid.deal.title, "")) is not None
            if is_marked is not done.is_draft:
                yield Finding(Span(file.name, place=place), {"text": text[:40]})


_ITSELF = re.compile(
    r"(?:详?见)?(?:本条(?:响应)?(?:即为承诺)?|本表|本册|封面|目录|每页|(?:报价|投标|响应|资格证明|商务|技术)(?:文件|部分)|投标函)"
    r"|(?:see )?(?:the )?(?:cover|contents|every page|this (?:response|proposal|volume|table))",
    re.I,
)
"""Evidence that is the bid itself, or a part of it that has no heading; nothing else is said."""
_LEAST = 3
"""Characters of a heading that may stand inside of what is named: 团队 stands in too much."""


@rule("FM31", Severity.WARNING)
def evidence_is_there(done: Finished) -> Iterator[Finding]:
    """Evidence that is no product and no paper is a chapter: it stands as a heading in what is handed in; and so does
    the attachment, table or figure to which a text sends its reader."""
    bid = done.bid
    chapters = {fold(_NUMBERING.sub("", text)) for file in done.documents.values() for _, text in file.headings}
    papers, products = bid.catalog.credentials, bid.catalog.products
    chapters |= {fold(text) for text in (*(paper.title for paper in papers), *(product.name for product in products))}
    known = {product.sku for product in products} | {paper.id for paper in papers}
    markers = bid.deal.tender.markers if bid.deal.tender else {}
    for item in bid.deal.requirements if chapters else ():
        for number, named in enumerate(item.evidence):
            said, at = fold(named), item.span("evidence", number)
            if at is None or named in known or _ITSELF.fullmatch(named.strip()):
                continue  # a package alone does not tell ids from chapters
            if not said or not any(
                (len(said) > 1 and said in chapter) or (len(chapter) >= _LEAST and chapter in said)
                for chapter in chapters
            ):
                is_mandatory = markers.get(item.marker) == "mandatory"
                values = {"where": Term("evidence_of", (("id", item.id),)), "evidence": named}
                yield Finding(at, values, Severity.ERROR if is_mandatory else None)
    yield from _find_unattached(done) if chapters else ()


def _find_unattached(done: Finished) -> Iterator[Finding]:
    """What a text sends its reader to, and no line of the documents and no paper begins with."""
    texts = [text for file in done.documents.values() for _, text in file.texts]
    for paper in done.bid.catalog.credentials:
        texts += [paper.title, *(PurePosixPath(name).stem for name in paper.files)]
    places = "\n".join("".join(text.split()) for text in texts)
    for at, named in find_references(done.bid):
        if not re.search(rf"^{_COUNT}{re.escape(''.join(named.split()))}(?![\d.-])", places, re.M | re.I):
            yield Finding(at, {"where": Term("reference_of"), "evidence": named})
    contents = [entry for file in done.documents.values() for entry in file.contents]
    for at, named in find_wrong_chapters(done.bid, contents):
        yield Finding(at, {"where": Term("reference_of"), "evidence": named})


RULES = (
    sound_structure,
    one_price,
    words_in_print,
    no_price_leaks,
    names_in_print,
    nothing_left_out,
    nothing_left_open,
    right_authority,
    contents_match,
    evidence_is_there,
    draft_is_marked,
)


def _prints(file: ReadDocument, amount: Decimal) -> bool:
    return re.search(rf"(?<![\d,.]){re.escape(f'{amount:,.2f}')}(?!\d)", file.text) is not None


def _span(files: Sequence[ReadDocument | ReadWorkbook]) -> Span:
    """The place of what none of several files has."""
    return Span(", ".join(file.name for file in files))
