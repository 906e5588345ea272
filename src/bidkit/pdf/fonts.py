"""fonts in PDFs: which there are, whether they are embedded, and by which LibreOffice replaces those it lacks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bidkit.ooxml.opc import CONTENT_TYPES, NS_RELS, NS_TYPES, OFFICE_RELS, write_package
from bidkit.ooxml.values import quote

if TYPE_CHECKING:
    from pikepdf import Object, Page

_KINDS = ("/Type0", "/Type1", "/MMType1", "/TrueType", "/Type3")
_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
# What leads from a page to other pages.
_ELSEWHERE = ("/Parent", "/P", "/A", "/AA", "/Dest", "/Popup", "/IRT", "/StructParents", "/B")
_SET_FONT = re.compile(rb"/([^\s/<>\[\]()]+)\s+[\d.]+\s+Tf")
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_SAMPLES = {"ascii": "Bid", "eastAsia": "投标"}


def list_fonts(*pages: Page) -> list[tuple[str, bool]]:
    """The fonts of pages with their forms, patterns and annotations, each with whether it is embedded."""
    roots = [root for page in pages for root in (page.resources, *page.obj.get("/Annots", []))]
    return list(dict.fromkeys((_name(font), _is_embedded(font)) for font in _walk(roots)))


def list_layout_fonts(layout: bytes) -> list[str]:
    """The names of the fonts of a PDF by LibreOffice."""
    import pikepdf

    with pikepdf.open(io.BytesIO(layout)) as pdf:
        return [name for name, _ in list_fonts(*pdf.pages)]


def family(name: str) -> str:
    """The family of a font's name in a PDF: `CAAAAA+NotoSansCJKjp-Bold` is NotoSansCJKjp."""
    return re.split("[-,]", name.rpartition("+")[2])[0]


def make_probe(fonts: Sequence[tuple[str, str]]) -> bytes:
    """A .docx with a page for each font, to see what LibreOffice takes for it.

    Args:
        fonts: each with the text that it is for, `ascii` or `eastAsia`.
    """
    pages = "".join(
        f"<w:p><w:pPr>{'<w:pageBreakBefore/>' if number else ''}</w:pPr><w:r><w:rPr><w:rFonts "
        f"w:{script}={quote(font)}{f' w:hAnsi={quote(font)}' if script == 'ascii' else ''}/></w:rPr>"
        f"<w:t>{_SAMPLES[script]}</w:t></w:r></w:p>"
        for number, (font, script) in enumerate(fonts)
    )
    types = (
        f'<Types xmlns="{NS_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN_TYPE}"/></Types>'
    )
    relationship = f'<Relationship Id="rId1" Type="{OFFICE_RELS}/officeDocument" Target="word/document.xml"/>'
    parts = {
        CONTENT_TYPES: types,
        "_rels/.rels": f'<Relationships xmlns="{NS_RELS}">{relationship}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{pages}</w:body></w:document>',
    }
    return write_package({name: text.encode() for name, text in parts.items()})


def read_probe(layout: bytes, fonts: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What LibreOffice took for each font of a probe, as the family is called in a PDF."""
    import pikepdf

    taken: dict[tuple[str, str], str] = {}
    with pikepdf.open(io.BytesIO(layout)) as pdf:
        for font, page in zip(fonts, pdf.pages, strict=True):
            page.contents_coalesce()
            used = _SET_FONT.search(page.obj.Contents.read_bytes())
            if used is not None:
                taken[font] = family(_name(page.resources["/Font"]["/" + used.group(1).decode()]))
    return taken


def _walk(todo: list[Object]) -> Iterator[Object]:
    """The fonts that can be reached from some objects; the list is used up."""
    import pikepdf

    seen: set[tuple[int, int]] = set()
    while todo:
        item = todo.pop()
        if item.is_indirect:
            if item.objgen in seen:
                continue
            seen.add(item.objgen)
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            if str(item.get("/Subtype")) in _KINDS and ("/BaseFont" in item or "/CharProcs" in item):
                yield item
            todo += [value for key, value in item.items() if key not in _ELSEWHERE and _is_container(value)]
        elif isinstance(item, pikepdf.Array):
            todo += [value for value in item if _is_container(value)]


def _is_container(value: object) -> bool:
    import pikepdf

    return isinstance(value, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array)


def _name(font: Object) -> str:
    """A font's name; one that is not in UTF-8, as of many Chinese fonts, in its codes."""
    named = font.get("/BaseFont")
    return "Type3" if named is None else named.unparse().decode("latin-1").removeprefix("/")


def _is_embedded(font: Object) -> bool:
    if str(font.get("/Subtype")) == "/Type3":
        return True
    below = font.get("/DescendantFonts") if str(font.get("/Subtype")) == "/Type0" else None
    described = font if below is None else next(iter(below), font)
    return "/FontDescriptor" in described and any(file in described["/FontDescriptor"] for file in _FILES)
