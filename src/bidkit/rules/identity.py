"""the same name for the same thing: holders of papers, products in quote and catalog: ID."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bidkit.bid import Bid
from bidkit.catalog import Product
from bidkit.catalog.papers import Credential
from bidkit.credentials.conditions import tell_apart
from bidkit.deal.prices import Line
from bidkit.diagnostic import Severity, Span, Term
from bidkit.kinds import FOREIGN_KINDS, PERSONAL_KINDS, PRODUCT_KINDS
from bidkit.nearness import find_near, find_shaped
from bidkit.personal import find_resident_fault, mask_number
from bidkit.registration import is_code, read_code
from bidkit.rules.registry import Finding, rule
from bidkit.scalars import Prose
from bidkit.specimens import SAMPLES
from bidkit.wording import fold

_ACCOUNT = re.compile(r"(?:NRA|OSA|FT[EFNU])?\d{8,30}", re.I)
"""Of a bank in China; the letters are those of an account of somebody abroad, or in a free trade zone."""
_MAKER = re.compile("制造商(?:为|是|[:：])\\s*([^，,；;。、（(\\s]{4,40}?(?:公司|厂))")
_NUMBER = "(?=[0-9-]*[A-Za-z])(?=[A-Za-z-]*[0-9])[0-9A-Za-z-]{3,}"
_OF_MAKERS = ("test-report", "energy-certificate", "ccc", "manufacturer-authorization")
_WRITTEN_FOR_IT = ("authorization", "affidavit", "bond", "manufacturer-authorization", "bank-letter")


@rule("ID11")
def nothing_of_the_sample_is_left(bid: Bid) -> Iterator[Finding]:
    """Who has put a company in the place of the sample one has put all of it there, and its papers."""
    if bid.company.name in SAMPLES["name"]:
        return
    for field, samples in SAMPLES.items():
        said = getattr(bid.company, field)
        text = said.text if isinstance(said, Prose) else str(said or "")
        if found := next((sample for sample in samples if text.startswith(sample)), ""):
            yield Finding(bid.company.span(field), {"stated": found})
    for paper in bid.selection.chosen:
        if paper.holder in SAMPLES["name"]:
            yield Finding(paper.span("holder"), {"stated": paper.holder})


@rule("ID01", regimes=frozenset({"tender"}))
def credential_holder(bid: Bid) -> Iterator[Finding]:
    """A paper is the bidder's own, unless its kind is made out to others."""
    for paper in bid.selection.chosen:
        if paper.kind not in FOREIGN_KINDS and paper.holder != bid.company.name:
            yield Finding(
                paper.span("holder"), {"title": paper.title, "holder": paper.holder, "company": bid.company.name}
            )


@rule("ID08")
def papers_name_this_tender(bid: Bid) -> Iterator[Finding]:
    """A paper that is written for the bid names the number of its tender, and none like it."""
    number = bid.deal.tender.no if bid.deal.tender else ""
    for paper in bid.selection.chosen if number else ():
        for key in ("title", "scope") if paper.kind in _WRITTEN_FOR_IT else ():
            text = getattr(paper, key)
            for start, end in dict.fromkeys((*find_near(text, number), *find_shaped(text, number))):
                fault = Term("number_other")
                values = {"found": text[start:end], "kind": Term("tender_no"), "name": number, "fault": fault}
                yield Finding(paper.span(key), values)


@rule("ID04")
def products_are_the_same(bid: Bid) -> Iterator[Finding]:
    """Brand, model, manufacturer and origin that a line states are those of the catalog, as is its unit where
    that is one of 台 and 套: by others a thing may well be priced."""
    products = {product.sku: product for product in bid.catalog.products}
    for line in bid.deal.quote.lines:
        product = products.get(line.sku)
        for field in ("brand", "model", "manufacturer", "origin"):
            stated, known = getattr(line, field), getattr(product, field, "")
            if stated and known and stated != known:
                values = {"line": line.id, "field": Term(field), "stated": stated, "known": known}
                yield Finding(line.span(field), values)
        if product and {line.unit, product.unit} == {"台", "套"}:
            values = {"line": line.id, "field": Term("line_unit"), "stated": line.unit, "known": product.unit}
            yield Finding(line.span("unit"), values, Severity.WARNING)


@rule("ID05", regimes=frozenset({"tender"}))
def one_person_one_count(bid: Bid) -> Iterator[Finding]:
    """Nobody stands in the team twice, and where several people are asked for nobody counts twice."""
    first: dict[str, str] = {}
    for member in bid.deal.team:
        name = "".join(member.name.split())
        if name in first:
            yield Finding(member.span("name"), {"name": member.name, "where": f"{first[name]}、{member.role}"})
        first.setdefault(name, member.role)
    for need, papers in bid.selection.required:
        good = [paper for paper in bid.selection.find_good(need, papers) if paper.kind in PERSONAL_KINDS]
        seen = {tell_apart(paper): paper for paper in reversed(good)}
        if len(seen) < need.count <= len(good):
            for paper in (paper for paper in good if seen[tell_apart(paper)] is not paper):
                yield Finding(paper.span("holder"), {"name": paper.holder, "where": need.title})


@rule("ID06")
def papers_are_of_what_is_offered(bid: Bid) -> Iterator[Finding]:
    """A paper of a product is of a model that the deal offers and of its maker, and a declaration names makers of what
    is offered."""
    goods: list[Product | Line] = [*bid.catalog.products, *bid.deal.quote.lines]
    makers = _list_makers(bid)
    for paper in bid.selection.chosen:
        if paper.kind in PRODUCT_KINDS:
            yield from _judge_model(paper, goods)
        for found in _MAKER.finditer(paper.scope) if paper.kind == "affidavit" and makers else ():
            if fold(found[1]) not in makers:
                yield _of_a_paper(paper, "scope", Term("paper_maker", (("name", found[1]),)))


def _list_makers(bid: Bid) -> set[str]:
    """The makers of all that is offered; none where one of them is not known."""
    by_sku = {product.sku: product.manufacturer for product in bid.catalog.products}
    goods = [line for line in bid.deal.quote.lines if line.sku or line.brand or line.model]
    makers = {fold(line.manufacturer or by_sku.get(line.sku, "")) for line in goods}
    return set() if "" in makers else makers


def _judge_model(paper: Credential, goods: Sequence[Product | Line]) -> Iterator[Finding]:
    offered = {fold(item.model): item for item in goods if item.model}
    models = [model for model in re.split("[、，,;；]", paper.model) if model.strip()]
    if models and offered.keys().isdisjoint(map(fold, models)):
        yield _of_a_paper(paper, "model", Term("paper_model", (("model", paper.model),)))
        return
    said = f"{paper.title}\n{paper.scope}\n{paper.model}"
    named = [item for item in offered.values() if _is_word(item.model, said)]
    for item in goods if not named and not models else ():
        found = re.search(rf"{re.escape(item.brand)}\s*({_NUMBER})", paper.scope) if item.brand and item.model else None
        if found and re.split(r"[\d-]", found[1])[0] == re.split(r"[\d-]", item.model)[0] != "":
            yield _of_a_paper(paper, "scope", Term("paper_model", (("model", found[1]),)))
            return
    known = {item.manufacturer for item in named if item.manufacturer}
    known |= {item.manufacturer for item in goods if item.manufacturer and item.model in {each.model for each in named}}
    own = any(item.brand and fold(item.brand) in fold(paper.holder) for item in named)
    if known and not own and paper.kind in _OF_MAKERS and fold(paper.holder) not in map(fold, known):
        told = (("holder", paper.holder), ("known", "、".join(sorted(known))))
        yield _of_a_paper(paper, "holder", Term("paper_holder", told), Severity.WARNING)


def _is_word(model: str, text: str) -> bool:
    return re.search(rf"(?<![0-9a-z]){re.escape(fold(model))}(?![0-9a-z])", fold(text)) is not None


def _of_a_paper(paper: Credential, key: str, fault: Term, severity: Severity | None = None) -> Finding:
    return Finding(paper.span(key), {"title": paper.title, "fault": fault}, severity)


@rule("ID07")
def numbers_can_be_right(bid: Bid) -> Iterator[Finding]:
    """Social credit codes and numbers of residents have the right check digit, an account has digits; the licence
    says the code of the bidder."""
    for what, number, span, fault in (*_list_codes(bid), *_list_residents(bid), *_list_accounts(bid)):
        yield Finding(span, {"what": Term(what), "number": number, "fault": fault})


Fault = tuple[str, str, Span | None, Term]
"""What it is, the number as it may be told, its place, and what is wrong with it."""


def _list_codes(bid: Bid) -> Iterator[Fault]:
    own = _read_code(bid, bid.company.uscc)
    licences = [paper for paper in bid.selection.chosen if paper.kind == "business-licence"]
    stated = [(bid.company.uscc, bid.company.span("uscc")), (bid.deal.customer.uscc, bid.deal.customer.span("uscc"))]
    stated += [(paper.number, paper.span("number")) for paper in licences]
    for number, span in stated:
        code = _read_code(bid, number)
        if code and not is_code(code):
            yield "uscc", number, span, Term("code_check")
    for paper in licences:
        code = _read_code(bid, paper.number)
        if code and own and is_code(code) and code != own and paper.holder == bid.company.name:
            yield "uscc", paper.number, paper.span("number"), Term("code_differs", (("own", bid.company.uscc),))


def _read_code(bid: Bid, number: str) -> str | None:
    """A social credit code; in a bid abroad only what is as long as one."""
    code = read_code(number)
    return code if code and (bid.deal.language == "zh" or len(code) == 18) else None


def _list_residents(bid: Bid) -> Iterator[Fault]:
    signers = bid.company.signers
    people = [item for item in ((signers.legal_representative, signers.agent) if signers else ()) if item]
    stated = [(person.id_number, person.span("id_number")) for person in people]
    stated += [(paper.number, paper.span("number")) for paper in bid.selection.chosen if paper.kind == "id-card"]
    for number, span in stated:
        if fault := find_resident_fault(number, bid.today):
            yield "resident", mask_number("".join(number.split())), span, Term(f"resident_{fault}")


def _list_accounts(bid: Bid) -> Iterator[Fault]:
    """Accounts abroad have forms of their own."""
    bank = bid.company.bank
    if bank is None or bid.deal.language != "zh" or "*" in bank.account:
        return
    if not _ACCOUNT.fullmatch(re.sub(r"[\s-]", "", bank.account)):
        yield "account", bank.account, bank.span("account"), Term("account_form")


RULES = (
    nothing_of_the_sample_is_left,
    credential_holder,
    papers_name_this_tender,
    products_are_the_same,
    one_person_one_count,
    papers_are_of_what_is_offered,
    numbers_can_be_right,
)
