"""PDFs of papers without what is no part of their pages: who made them, and what a hidden page has left elsewhere."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bidkit.ooxml.unsigned import strip_picture

if TYPE_CHECKING:
    from pikepdf import Object, Page, Pdf

_NAME = re.compile(rb"/([^\s/<>\[\](){}%]+)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_ROOT = ("/Type", "/Pages", "/OCProperties")
_PAGE = (
    *("/Type", "/Parent", "/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox", "/Rotate", "/UserUnit"),
    *("/Resources", "/Contents", "/Group"),
)
"""What a page needs to look as it does, and nothing else."""
_UNSEEN = ("/OpenAction", "/AA", "/AF", "/Collection")
_UNSEEN_NAMES = ("/EmbeddedFiles", "/JavaScript")
"""What a reader runs, or what lies in the file beside its pages (ISO 32000-1 7.7.2, 7.7.4)."""
_ABOUT = ("/Metadata", "/PieceInfo", "/LastModified")


def is_signed(pdf: Pdf) -> bool:
    """Whether somebody has signed it: any change would break that."""
    import pikepdf

    return any(isinstance(item, pikepdf.Dictionary) and "/ByteRange" in item for item in pdf.objects)


def save_bare(pdf: Pdf) -> bytes:
    """A PDF as bytes that do not tell who made it and run nothing, without files in it; the same each time."""
    import pikepdf

    del pdf.docinfo
    if "/ID" in pdf.trailer:
        del pdf.trailer["/ID"]
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
            for key in _ABOUT:
                if key in item:
                    del item[key]
        if isinstance(item, pikepdf.Stream) and item.get("/Filter") == "/DCTDecode":
            stripped = strip_picture(content := item.read_raw_bytes())
            if stripped != content and is_whole(stripped):
                parameters = item.get("/DecodeParms")
                kept = parameters if isinstance(parameters, pikepdf.Dictionary) else None
                item.write(stripped, filter=pikepdf.Name.DCTDecode, decode_parms=kept)
    for holder, keys in ((pdf.Root, _UNSEEN), (pdf.Root.get("/Names", pikepdf.Dictionary()), _UNSEEN_NAMES)):
        for key in keys:
            if key in holder:
                del holder[key]
    stream = io.BytesIO()
    pdf.save(stream, deterministic_id=True)
    return stream.getvalue()


def is_whole(picture: bytes) -> bool:
    """Whether a picture that was stripped still has its end; what is written strangely may lose it."""
    return picture.endswith(b"\xff\xd9") or b"IEND" in picture[-8:]


def exchange_pages(pdf: Pdf, pages: Mapping[int, tuple[bytes, tuple[float, float]]]) -> None:
    """Put other pages in the place of some; nothing of these is left in the file.

    The others look as they did, with what was filled in and stamped on them; what they link to, and what pages share
    but only those that are gone have drawn, goes too.

    Args:
        pages: by number, PDFs of one page, each with its size in points.
    """
    import pikepdf

    if bool(pdf.Root.get("/AcroForm", pikepdf.Dictionary()).get("/NeedAppearances")):
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")
    for number, (made, size) in pages.items():
        with pikepdf.open(io.BytesIO(made)) as other:
            other.pages[0].mediabox = pikepdf.Array([0, 0, *size])
            pdf.pages.insert(number - 1, other.pages[0])
            del pdf.pages[number]
    _keep(pdf.Root, _ROOT)
    seen: set[tuple[int, int]] = set()
    for page in pdf.pages:
        _keep(page.obj, _PAGE)
        _prune(page.obj, _read(page), page.resources, seen)


def _keep(holder: Object, keys: tuple[str, ...]) -> None:
    for key in [*holder.keys()]:
        if key not in keys:
            del holder[key]


def _read(page: Page) -> bytes:
    import pikepdf

    contents = page.obj.get("/Contents", pikepdf.Array())
    parts = contents if isinstance(contents, pikepdf.Array) else [contents]
    return b"\n".join(part.read_bytes() for part in parts)


def _prune(holder: Object, content: bytes, resources: Object, seen: set[tuple[int, int]]) -> None:
    """Leave to a page or form the resources that its content names."""
    import pikepdf

    names, drawn = _find_names(content), list(_list_drawings(resources))
    for name, drawing in drawn:  # a form without resources of its own uses those of what draws it
        names |= _find_names(drawing.read_bytes()) if name in names and "/Resources" not in drawing else set()
    kept = pikepdf.Dictionary()
    for kind, entries in resources.items():
        is_named = isinstance(entries, pikepdf.Dictionary)
        used = {key: value for key, value in entries.items() if key in names} if is_named else {}
        kept[kind] = pikepdf.Dictionary(used) if is_named else entries
    holder["/Resources"] = kept
    for name, drawing in drawn:
        if name in names and "/Resources" in drawing and drawing.objgen not in seen:
            seen.add(drawing.objgen)
            _prune(drawing, drawing.read_bytes(), drawing["/Resources"], seen)


def _find_names(content: bytes) -> set[str]:
    found = (_ESCAPE.sub(lambda code: bytes.fromhex(code.group(1).decode()), name) for name in _NAME.findall(content))
    return {"/" + name.decode("utf-8", "surrogateescape") for name in found}


def _list_drawings(resources: Object) -> Iterator[tuple[str, Object]]:
    """The forms and patterns of resources by name: what has a content of its own."""
    import pikepdf

    for kind in ("/XObject", "/Pattern"):
        for name, item in resources.get(kind, pikepdf.Dictionary()).items():
            if isinstance(item, pikepdf.Stream) and item.get("/Subtype") != "/Image":
                yield name, item
