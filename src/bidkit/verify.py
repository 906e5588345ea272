"""finished files against the Bid: read back, then judged by the rules for finished files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from bidkit.appearance import Appearance, read_appearance
from bidkit.appendix import Attachment
from bidkit.bid import Bid
from bidkit.deal.layout import FormatRules
from bidkit.diagnostic import Diagnostic, Span, Term, load_messages
from bidkit.forms.kept import KeptWord
from bidkit.office import lay_out
from bidkit.office.fonts import find_missing_fonts
from bidkit.ooxml.opc import read_package
from bidkit.paging import count_pages
from bidkit.pdf.reading import ReadPdf, read_pdf
from bidkit.price_form import FilledForm
from bidkit.readback import ReadDocument, ReadWorkbook, read_docx, read_xlsx
from bidkit.recalculation import check_formulas
from bidkit.rules.blind import BlindFile
from bidkit.rules.buyer_forms import FinishedPart, FinishedWord
from bidkit.rules.files import (
    check_blind,
    check_finished,
    check_form,
    check_hidden,
    check_layout,
    check_names,
    check_printed,
    check_residue,
    check_word_form,
    check_word_part,
)
from bidkit.rules.finished import Finished
from bidkit.rules.hidden import HandedIn
from bidkit.rules.layout import Formatted
from bidkit.rules.names import Named
from bidkit.rules.price_forms import FinishedForm
from bidkit.rules.printed import MEGABYTE, Printed
from bidkit.rules.residue import Residue
from bidkit.traces import Traces, read_pdf_traces, read_traces

_SHOWN_FILES = 5


@dataclass(frozen=True)
class ReadFiles:
    """A package's files as read back, by their names; of the buyer's forms only their PDFs."""

    documents: Mapping[str, ReadDocument]
    workbooks: Mapping[str, ReadWorkbook]
    pdfs: Mapping[str, ReadPdf]


def read_files(files: Mapping[str, bytes], forms: Collection[str] = ()) -> ReadFiles:
    """What the .docx, .xlsx and .pdf of a package say; each is read once."""
    own = {name: content for name, content in files.items() if name not in forms}
    return ReadFiles(
        {name: read_docx(content, name) for name, content in own.items() if name.endswith(".docx")},
        {name: read_xlsx(content, name) for name, content in own.items() if name.endswith(".xlsx")},
        {name: read_pdf(content, name) for name, content in files.items() if name.endswith(".pdf")},
    )


def verify_files(
    bid: Bid,
    files: Mapping[str, bytes],
    *,
    is_draft: bool,
    price_free: Collection[str] = (),
    lots: Mapping[str, str] | None = None,
    formats: Mapping[str, FormatRules] | None = None,
    logo: str = "",
    forms: Mapping[str, FilledForm] | None = None,
    word_forms: Mapping[str, Sequence[KeptWord]] | None = None,
    read: ReadFiles | None = None,
) -> list[Diagnostic]:
    """What is wrong with a package's .docx, .xlsx and .pdf. Diagnostics: DL14, PK05, PK06, PK12–PK15, PK20–PK30, PR02,
    PR03, PR09, PR25, ID02, ID08, FM01–FM03, FM11, EN01–EN03, EN10.

    Args:
        price_free: the .docx among them in which no price may stand, nor in their PDFs.
        lots: those that are made for one lot, with its id.
        formats: by file, how the tender wants it to look.
        logo: the hash of the pixels of the bidder's, which no blind volume may show.
        forms: those that are the buyer's, of which nothing but their filled cells is judged.
        word_forms: the buyer's of Word, by the file that they are or stand in: only their blanks may have changed.
        read: the files as read back, where that is done already.
    """
    formats, forms, word_forms = formats or {}, forms or {}, word_forms or {}
    read = read or read_files(files, forms)
    documents, workbooks, pdfs = read.documents, read.workbooks, read.pdfs
    blind = frozenset(name for name, rules in formats.items() if rules.is_blind)
    bare = frozenset(name for name, rules in formats.items() if rules.contents is False)
    own_files = frozenset(name for name, held in word_forms.items() if not held[0].bookmark)
    free = frozenset(price_free)
    texts = {name: frozenset[str]().union(*(form.texts for form in held)) for name, held in word_forms.items()}
    done = Finished(bid, documents, workbooks, is_draft, free, lots or {}, blind, bare, own_files, texts)
    found = [*check_finished(done), *_check_looks(bid, files, formats, is_draft)]
    for name, book in workbooks.items():
        found += [] if book.faults else check_formulas(files[name], name)
    for name in blind:
        found += _check_blind(bid, files, name, formats[name], logo)
    said = {name: (*file.texts, *file.drawn, *file.properties) for name, file in documents.items()}
    said |= {name: book.texts for name, book in workbooks.items()}
    for name, texts_of in said.items():
        found += check_names(Named(bid, name, texts_of)) if name not in blind else []
    for name, form in forms.items():
        found += check_form(FinishedForm(name, form.original, files[name], form.wanted), bid.deal.regime)
    for name, held in word_forms.items():
        found += _check_word_forms(bid, name, files[name], held, is_dressed=name in formats)
    volumes = {name: document for name, document in documents.items() if name not in own_files}
    shown = {pdf: document for name, document in volumes.items() if (pdf := _pdf_of(name)) in pdfs}
    special = (frozenset(map(_pdf_of, names)) & pdfs.keys() for names in (free, blind, forms.keys() | own_files))
    return found + check_printed(Printed(bid, pdfs, shown, is_draft, *special))


def _check_word_forms(
    bid: Bid, name: str, content: bytes, forms: Sequence[KeptWord], *, is_dressed: bool
) -> Iterator[Diagnostic]:
    """The buyer's forms in a file."""
    for form in forms:
        if form.bookmark:
            part = FinishedPart(name, form.title, form.bookmark, form.content, content, is_dressed)
            yield from check_word_part(part, bid.deal.regime)
        else:
            original: Mapping[str, bytes] = read_package(form.content, form.source)[0] or {}
            yield from check_word_form(FinishedWord(name, original, content, form.changes), bid.deal.regime)


def check_submit(
    bid: Bid,
    submit: Mapping[str, bytes],
    attachments: Sequence[Attachment] = (),
    foreign: Mapping[str, Term] = MappingProxyType({}),
) -> Iterator[Diagnostic]:
    """What is wrong with all that is handed in, copies of papers included. Diagnostics: FM14, PK36–PK38.

    Args:
        foreign: the names of other deals and of competitors, which no file may tell, and of the copies no property.
    """
    yield from _check_sizes(bid, submit, attachments)
    yield from _check_types(bid, submit)
    copies = {name for name in submit if name.startswith("submit/credentials/")}
    for name in (name for name in submit if foreign and name not in copies):
        if name.endswith((".pdf", ".docx", ".xlsx")):
            content, is_pdf = submit[name], name.endswith(".pdf")
            told = read_pdf_traces(content, name) if is_pdf else read_traces(content, name, with_pixels=False)
            yield from check_residue(Residue(bid, name, told, foreign))
    # A paper may name others; who has made its file may be none of them. What is signed keeps its properties.
    for name in (name for name in copies if foreign and name.endswith(".pdf") and _tells_maker(submit[name])):
        told = read_pdf_traces(submit[name], name)
        about = Traces(tuple((place, text) for place, text in told.texts[1:] if not place), (), ())
        yield from check_residue(Residue(bid, name, about, foreign))
    yield from _check_numbers(bid, submit)


def _check_sizes(bid: Bid, submit: Mapping[str, bytes], attachments: Sequence[Attachment]) -> Iterator[Diagnostic]:
    """No file that is handed in, nor all of them together, are larger than the platform takes."""
    tender = bid.deal.tender
    each, whole = (tender.file_size_mb, tender.package_size_mb) if tender else (None, None)
    sizes = {name: len(content) for name, content in submit.items()}
    for name, size in sizes.items():
        if each is not None and size > each * MEGABYTE:
            yield _tell_size(name, name, size, each, _weigh_parts(name, submit[name], attachments))
    if whole is not None and (size := sum(sizes.values())) > whole * MEGABYTE:
        yield _tell_size(Term("whole_package"), "submit", size, whole, sizes)


def _check_types(bid: Bid, submit: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """Every file that is handed in is of a kind that the platform takes."""
    allowed = [kind.lower().lstrip("*.") for kind in (bid.deal.tender.file_types if bid.deal.tender else ())]
    for name in submit if allowed else ():
        kind = PurePosixPath(name).suffix.lower().lstrip(".")
        if kind not in allowed:
            yield Diagnostic("PK38", Span(name), {"kind": kind or "—", "allowed": ", ".join(allowed)})


def _tell_size(what: str | Term, file: str, size: int, limit: int, parts: Mapping[str, int]) -> Diagnostic:
    largest = sorted(parts.items(), key=lambda part: -part[1])[:_SHOWN_FILES]
    shown = ", ".join(f"{name} ({size / MEGABYTE:.1f} MB)" for name, size in largest)
    values = {"what": what, "size": f"{size / MEGABYTE:.1f}", "limit": str(limit), "largest": shown}
    return Diagnostic("PK36", Span(file), values)


def _weigh_parts(name: str, content: bytes, attachments: Sequence[Attachment]) -> dict[str, int]:
    """What makes a file large: the papers whose pages a volume shows, the pages of a PDF; else the file itself."""
    if name.endswith(".pdf"):
        return {f"p. {page.number}": page.size for page in read_pdf(content, name).pages}
    package, _ = read_package(content, name) if name.endswith(".docx") else (None, [])
    papers = {page.data: paper.name for paper in attachments for page in paper.pages} if package else {}
    sizes: Counter[str] = Counter()
    for part in package or ():
        if package and part.startswith("word/media/"):
            sizes[papers.get(package[part], part)] += len(package[part])
    return dict(sizes) or {name: len(content)}


def _tells_maker(pdf: bytes) -> bool:
    return b"/Info" in pdf or b"xmpmeta" in pdf


def _check_numbers(bid: Bid, submit: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """Where a deal hides what is personal, nothing that is handed in shows it."""
    for name, content in submit.items() if bid.deal.attachments.mask else ():
        read = read_pdf_traces if name.endswith(".pdf") else read_traces
        if name.endswith((".pdf", ".docx", ".xlsx")):
            yield from check_hidden(HandedIn(bid, name, read(content, name)))


def _check_looks(
    bid: Bid, files: Mapping[str, bytes], formats: Mapping[str, FormatRules], is_draft: bool
) -> Iterator[Diagnostic]:
    """The look of every file that has rules; limited pages are counted in the file's PDF, or else in a layout of it."""
    limited = [name for name, rules in formats.items() if rules.pages]
    given = {name: files[_pdf_of(name)] for name in limited if _pdf_of(name) in files}
    others = {name: files[name] for name in limited if name not in given}
    made, problems = lay_out(others) if others else ({}, [])
    layouts = given | made
    yield from (item for item in problems if item.code != "EN01")  # the rule says what follows from it
    mark = load_messages(bid.deal.language)["labels"]["draft"] if is_draft else ""
    for name, rules in formats.items():
        look = read_appearance(files[name], name)
        if look is None:  # PK05 has said why
            continue
        done = Formatted(rules, look, mark)
        if rules.pages and name in layouts:
            top = min(section.margins["top"] for section in look.sections)
            limit = rules.pages
            options = {"skip_front": limit.skip_front, "skip_chapters": limit.skip_chapters}
            missing, found = find_missing_fonts(_list_fonts(look))
            yield from found
            pages = count_pages(layouts[name], top_margin=top, **options)  # type: ignore[arg-type]
            done = Formatted(rules, look, mark, pages, missing)
        yield from check_layout(done, bid.deal.regime)


def _pdf_of(name: str) -> str:
    """The name of the PDF of a volume."""
    return str(PurePosixPath(name).with_suffix(".pdf"))


def _list_fonts(look: Appearance) -> list[str]:
    """The fonts in which a document shows its text, in their order."""
    fonts = {font: None for item in look.paragraphs for run in item.runs for _, font in sorted(run.fonts)}
    return list(fonts)


def _check_blind(
    bid: Bid, files: Mapping[str, bytes], name: str, rules: FormatRules, logo: str
) -> Iterator[Diagnostic]:
    """A blind volume, and its PDF if it has one."""
    yield from check_blind(BlindFile(bid, name, read_traces(files[name], name), rules.allowed_words, logo))
    if (pdf := _pdf_of(name)) in files:
        yield from check_blind(BlindFile(bid, pdf, read_pdf_traces(files[pdf], pdf), rules.allowed_words, logo))
