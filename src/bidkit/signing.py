"""the signing list (签章清单): every place of the finished files that waits for a seal, a signature or a date.

Found in the finished files alone, so that forms of whatever template are in it; nothing is ever sealed or signed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType

from bidkit.forms import FilledWord
from bidkit.ooxml.opc import open_finished
from bidkit.ooxml.sheet.foreign import UNSOUND, open_workbook
from bidkit.pdf.reading import ReadPdf, read_pdf
from bidkit.readback import ReadDocument, read_docx
from bidkit.source.tables.grid import Grid
from bidkit.source.tables.word import read_document

_BLANK_DATE = r"^[\W_]*年[\W_]*月[\W_]*日[\W_]*$"
_KINDS = {
    "seal": re.compile(r"盖.{0,3}章|公章|签章|\bseal\b|\bstamp\b", re.I),
    "signature": re.compile(r"签字|签名|签章|\bsign(ature|ed)?\b", re.I),
    "date": re.compile(rf"日 ?期|\bdate\b|{_BLANK_DATE}", re.I),
}
_PLACE = re.compile(
    r"[（(][^（()）]{0,12}(盖.{0,3}章|公章|签字|签名|签章)[^（()）]{0,12}[）)]"
    r"|^(签字|签名|盖章|日 ?期)\s*[:：]"
    rf"|^日 ?期$|{_BLANK_DATE}"
    r"|^(signature|signed|date signed|date of signature|seal|date)\b[^.]{0,25}$",
    re.I,
)
_MAYBE = re.compile(r"章|签|日\s?期|年[\W_]*月|sign|seal|date", re.I)
"""What stands in all that is a place to sign."""
_BARE = re.compile("日 ?期")
_LONGEST = 80


@dataclass(frozen=True)
class SigningPlace:
    """A place to seal, sign or date.

    Args:
        page: as printed; of the heading where no PDF tells it more exactly; empty where nobody knows.
        kinds: `seal`, `signature`, `date`.
    """

    file: str
    heading: str
    page: str
    kinds: tuple[str, ...]
    text: str


def list_signing(
    files: Mapping[str, bytes],
    forms: Mapping[str, Sequence[FilledWord]] = MappingProxyType({}),
    documents: Mapping[str, ReadDocument] = MappingProxyType({}),
) -> tuple[SigningPlace, ...]:
    """The places of finished .docx and .xlsx files; their pages by the PDFs beside them, else by the contents.

    Args:
        forms: the buyer's by the file that they are or stand in; what their mappings leave open is told even where
            no word says so.
        documents: those of the files that have been read back already.
    """
    found: list[SigningPlace] = []
    for name, content in files.items():
        if name.endswith(".docx"):
            beside = files.get(str(PurePosixPath(name).with_suffix(".pdf")))
            found += _list_word(name, content, read_pdf(beside, name) if beside else None, documents.get(name))
            found += [place for form in forms.get(name, ()) for place in _list_left(name, form, found)]
        elif name.endswith(".xlsx"):
            found += _list_sheets(name, content)
    return tuple(found)


def find_kinds(text: str, beside: str = "") -> tuple[str, ...]:
    """What a text waits for; nothing if it is no place to sign, or a date that is there.

    Args:
        beside: what stands in the next cell.
    """
    plain = " ".join(text.split())
    if len(plain) > _LONGEST or not _PLACE.search(plain):
        return ()
    kinds = [kind for kind, words in _KINDS.items() if words.search(plain)]
    if plain.isascii() and beside:
        return ()
    kinds = ["date"] if plain.lower().startswith("date") else kinds
    is_dated = re.search(r"\d", plain) or beside
    return tuple(kind for kind in kinds if kind != "date" or not is_dated)


def _list_sheets(name: str, content: bytes) -> Iterator[SigningPlace]:
    try:
        book = open_workbook(content)
    except UNSOUND:  # which the verification has said
        return
    for sheet in book.sheets:
        for row, line in sorted(sheet.rows.items()):
            for column in sorted(line.cells):
                value = book.value(sheet, (row, column))
                beside = (book.value(sheet, (row, column + 1)) or "") if column + 1 in line.cells else None
                if isinstance(value, str) and (kinds := find_kinds(value, _show(beside, value))):
                    yield SigningPlace(name, sheet.name, "", kinds, " ".join(value.split()))


def _show(beside: object, value: str) -> str:
    """What stands beside the name of a date; a bare one with no cell beside it is the title of a column."""
    if _BARE.fullmatch(" ".join(value.split())):
        return "—" if beside is None else str(beside)
    return ""


def _list_word(name: str, content: bytes, pdf: ReadPdf | None, document: ReadDocument | None) -> Iterator[SigningPlace]:
    parts, trees, _ = open_finished(content)
    if parts is None:
        return
    finder = _Finder(pdf) if pdf else None
    for passage in read_document(parts, name, trees, having=_MAYBE):
        for text, beside in _list_texts(passage.content):
            if kinds := find_kinds(text, beside):
                page = finder.find(passage.heading, text) if finder else ""
                document = document or (None if page else read_docx(content, name))
                own = page or (_page_of(passage.heading, document) if document else "")
                yield SigningPlace(name, passage.heading, own, kinds, " ".join(text.split()))


def _list_left(name: str, form: FilledWord, found: Sequence[SigningPlace]) -> Iterator[SigningPlace]:
    """The blanks of a form that are left to be signed, sealed or dated, but for those that its words have told."""
    known = {re.sub(r"[\s:：]", "", place.text) for place in found if place.file == name}
    for blank, reason in form.left:
        text = " ".join((blank.around or blank.label or reason).split())
        kinds = tuple(kind for kind, words in _KINDS.items() if words.search(f"{reason} {blank.hint}"))
        kinds = kinds or (("signature",) if "签" in reason else ())
        if kinds and re.sub(r"[\s:：]", "", text) not in known:
            yield SigningPlace(name, blank.heading, "", kinds, text[:_LONGEST])


def _list_texts(content: Grid | str) -> Iterator[tuple[str, str]]:
    """The lines of a paragraph, or of the cells of a table, each with what stands in the next cell."""
    if isinstance(content, str):
        yield from ((line, "") for line in content.split("\n"))
        return
    for row in content.rows:
        for column, cell in row.filled:
            found = next((other.text for other in row.cells[column + cell.width :]), None)
            for line in cell.text.split("\n"):
                yield line, "—" if found is None and _BARE.fullmatch(" ".join(line.split())) else found or ""


class _Finder:
    """The pages of a PDF, searched from the top down."""

    def __init__(self, pdf: ReadPdf) -> None:
        self.pages = ["".join(page.text.split()) for page in pdf.pages]
        self.numbers = [page.number for page in pdf.pages]
        self.outline = [("".join(title.split()), page - 1) for _, title, page in pdf.outline]
        self.at = 0
        self.used: dict[tuple[int, str], int] = {}

    def find(self, heading: str, text: str) -> str:
        """The printed page of a text under a heading, one more than the last time where it stands several times."""
        own, wanted = "".join(heading.split()), "".join(text.split())
        starts = [page for title, page in self.outline if own and title.endswith(own) and page >= self.at]
        self.at = max(self.at, starts[0] if starts else 0)
        for index in range(self.at, len(self.pages)):
            if self.pages[index].count(wanted) > self.used.get((index, wanted), 0):
                self.used[index, wanted] = self.used.get((index, wanted), 0) + 1
                self.at = index
                return self.numbers[index]
        return ""


def _page_of(heading: str, document: ReadDocument) -> str:
    pages = zip(document.contents, document.contents_pages, strict=False)
    return next((page for entry, page in pages if heading and entry.endswith(heading)), "")
