"""the basis on which the finished files of a package are judged: while it is built, and later from the package alone.

It is kept in the package as `internal/facts.json`, beside a description of the files as they were made. Costs, floors
and what is known of competitors but their names are left out of it, and numbers of persons are masked where the deal
hides them: whether a file shows one is judged in full only while building.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from decimal import Decimal

from bidkit.appendix import Attachment
from bidkit.bid import Bid
from bidkit.deal.layout import FormatRules
from bidkit.diagnostic import Diagnostic, Term
from bidkit.forms.kept import KeptWord
from bidkit.made import MadeFile, describe_document, describe_pdf, describe_workbook
from bidkit.ooxml.sheet.foreign import Value
from bidkit.personal import mask_number, mask_residents
from bidkit.price_form import FilledForm
from bidkit.records import Unfit, read_record, write_record
from bidkit.suppression import Policy
from bidkit.verify import ReadFiles, check_submit, verify_files

FACTS = "internal/facts.json"
FORMAT_VERSION = "1.0"
_UNJUDGED = (
    *("affiliates", "booked", "books", "cap", "competitors", "contacts", "cost", "criteria", "floor", "goals"),
    *("lacks", "masks", "refused", "signers", "strategy", "suppress"),
)
"""Fields, wherever they are, by which no finished file is judged."""


@dataclass(frozen=True)
class Entry:
    """What a filled cell of the buyer's form must show: one of these, or nothing."""

    part: str
    cell: str
    number: Decimal | None = None
    text: str | None = None
    flag: bool | None = None

    @property
    def value(self) -> Value:
        """It, whichever it is."""
        return next((value for value in (self.number, self.text, self.flag) if value is not None), None)


@dataclass(frozen=True)
class GivenForm:
    """A form of the buyer as it came, and what was filled in."""

    source: str
    original: bytes
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Basis:
    """What must be so of the finished files, by their names in the package.

    Args:
        promised: all that is handed in.
        price_free: the documents in which no price may stand.
        lots: those that are made for one lot, with its id.
        formats: how the tender wants some to look.
        forms: those that are the buyer's workbooks.
        word_forms: the buyer's Word forms, by the file that they are or stand in.
        foreign: the names of other deals and of competitors, each with whose it is.
        copies: SHA-256 of the copies of papers.
        logo: the hash of the pixels of the bidder's.
    """

    bid: Bid
    is_draft: bool
    promised: tuple[str, ...]
    price_free: tuple[str, ...]
    lots: Mapping[str, str]
    formats: Mapping[str, FormatRules]
    forms: Mapping[str, GivenForm]
    word_forms: Mapping[str, tuple[KeptWord, ...]]
    foreign: Mapping[str, Term]
    copies: Mapping[str, str]
    logo: str
    policy: Policy


@dataclass(frozen=True)
class Facts:
    """What a package keeps for its verification.

    Args:
        bidkit: the version that made it.
        made: the files as they were made.
        submit: SHA-256 of all that is handed in, which a manifest that is made to fit does not change.
    """

    format_version: str
    bidkit: str
    basis: Basis
    made: Mapping[str, MadeFile]
    submit: Mapping[str, str] = field(default_factory=dict)


def judge_files(
    basis: Basis, submit: Mapping[str, bytes], read: ReadFiles, attachments: Sequence[Attachment] = ()
) -> list[Diagnostic]:
    """What is wrong with what is handed in; codes as of `verify_files` and `check_submit`.

    Args:
        submit: of the promised files those that are there.
        read: as read back, but for the copies of papers.
    """
    files = {name: content for name, content in submit.items() if name not in basis.copies}
    forms = {name: form for name, form in _restore_forms(basis).items() if name in files}
    found = verify_files(
        basis.bid,
        files,
        is_draft=basis.is_draft,
        price_free=basis.price_free,
        lots=basis.lots,
        formats={name: rules for name, rules in basis.formats.items() if name in files},
        forms=forms,
        logo=basis.logo,
        word_forms={name: held for name, held in basis.word_forms.items() if name in files},
        read=read,
    )
    return [*found, *check_submit(basis.bid, submit, attachments, basis.foreign)]


def keep_form(form: FilledForm) -> GivenForm:
    """A filled form as the package keeps it."""
    entries = []
    for part, cells in form.wanted.items():
        for cell, value in cells.items():
            kind = "flag" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
            entries.append(Entry(part, cell, **{kind: value}))  # type: ignore[arg-type]
    return GivenForm(form.source, form.original, tuple(entries))


def _restore_forms(basis: Basis) -> dict[str, FilledForm]:
    made = {}
    for name, form in basis.forms.items():
        wanted: dict[str, dict[str, Value]] = {}
        for entry in form.entries:
            wanted.setdefault(entry.part, {})[entry.cell] = entry.value
        made[name] = FilledForm(name, form.source, form.original, b"", wanted)
    return made


def describe_files(read: ReadFiles, *, is_masked: bool) -> dict[str, MadeFile]:
    """The files as they are; those that cannot be read say nothing.

    Args:
        is_masked: numbers of resident identity cards are not kept in full.
    """
    made = {name: describe_document(file) for name, file in read.documents.items()}
    made |= {name: describe_workbook(file) for name, file in read.workbooks.items()}
    made |= {name: describe_pdf(file) for name, file in read.pdfs.items()}
    if not is_masked:
        return made
    return {
        name: replace(file, texts=tuple((place, mask_residents(text)) for place, text in file.texts))
        for name, file in made.items()
    }


def write_facts(basis: Basis, read: ReadFiles, version: str, submit: Mapping[str, str]) -> bytes:
    """The facts as they are kept; `submit` as in `Facts`."""
    bid = basis.bid
    is_masked = bid.deal.attachments.mask
    numbers = {paper.number for paper in bid.selection.chosen if paper.hides_number} if is_masked else set()
    made = describe_files(read, is_masked=is_masked)
    facts = Facts(FORMAT_VERSION, version, replace(basis, bid=_narrow(bid)), made, submit)
    text = json.dumps(write_record(facts, _UNJUDGED), ensure_ascii=False, separators=(",", ":"))
    for number in sorted(numbers, key=len, reverse=True):
        text = text.replace(number, mask_number(number))
    return (mask_residents(text) if is_masked else text).encode() + b"\n"


def read_facts(content: bytes) -> Facts:
    """Facts that were kept. Raises `Unfit` for what is none, or of another format."""
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unfit(str(error)) from error
    version = data.get("format_version") if isinstance(data, dict) else None
    if version != FORMAT_VERSION:
        raise Unfit(f"format_version {version}")
    return read_record(Facts, data)


def _narrow(bid: Bid) -> Bid:
    """A bid without what is judged only before it is built."""
    chosen = tuple(
        paper.model_copy(update={"number": ""}) if paper.hides_number else paper for paper in bid.selection.chosen
    )
    catalog = replace(bid.catalog, services=(), credentials=())
    now = datetime.combine(bid.today, time(), bid.now.tzinfo)  # the same deal on the same day gives the same bytes
    return replace(bid, catalog=catalog, selection=replace(bid.selection, chosen=chosen, required=()), now=now)
