"""everything in a finished file that could tell whose it is: texts, properties, names of parts, pictures and theirs."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.ooxml import opc
from bidkit.readback.names import Place, W, make_path

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_TEXTS = (f"{W}t", f"{W}delText", f"{W}instrText", f"{_A}t", f"{_M}t")
_PARAGRAPHS = (f"{W}p", f"{_A}p")
_IN_PARAGRAPH = "ancestor::w:p or ancestor::a:p"
_OTHER_TEXTS = make_path(
    "//text()[not((parent::w:t | parent::w:delText | parent::w:instrText | parent::a:t | parent::m:t)"
    f"[{_IN_PARAGRAPH}])]",
    is_smart=False,
)
"""Text outside of paragraphs, and in them where it is not shown as text."""
_ATTRIBUTES = make_path("//@*", is_smart=False)
_MAKERS = make_path("//@w:author | //@w:initials")
_CORE, _APP = "docProps/core.xml", "docProps/app.xml"
_AUTHORS = {_CORE: ("creator", "lastModifiedBy"), _APP: ("Company", "Manager")}
_PICTURES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True)
class Traces:
    """What a file says of itself.

    Args:
        texts: every text with its place: paragraphs whole, attributes, properties, targets, names.
        authors: properties that name someone, whoever that is.
        opaque: parts that cannot be read, and pictures that hold more than their pixels.
        pictures: each with a hash of its pixels.
    """

    texts: tuple[tuple[Place, str], ...]
    authors: tuple[tuple[Place, str], ...] = ()
    opaque: tuple[tuple[Place, str], ...] = ()
    pictures: tuple[tuple[Place, str], ...] = ()


def read_traces(content: bytes, name: str, *, with_pixels: bool = True) -> Traces:
    """What a finished .docx says; of one that cannot be read (which PK05 says), nothing but its name.

    Args:
        with_pixels: pictures are decoded, which takes far longer than all else; without it they have no hash.
    """
    texts: list[tuple[Place, str]] = [((), name.rpartition("/")[2])]
    package, trees, wrong = opc.open_finished(content)
    if package is None:
        return Traces(tuple(texts))
    authors: list[tuple[Place, str]] = []
    opaque: list[tuple[Place, str]] = []
    pictures: list[tuple[Place, str]] = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        comments = [archive.comment, *(item.comment for item in archive.infolist())]
    texts += [((), comment.decode("utf-8", "replace")) for comment in comments if comment]
    for part in package:
        place: Place = (("part", part),)
        texts.append((place, part))
        lower = part.lower()
        if part in trees:
            texts += _read_texts(part, trees[part])
            authors += [(place, who) for who in _read_authors(part, trees[part])]
        elif part in wrong:
            continue
        elif lower.endswith(_PICTURES):
            pixels, extras = read_picture(package[part], with_pixels=with_pixels)
            pictures.append((place, pixels))
            texts += [(place, text) for text in extras]
            opaque += [(place, text[:40]) for text in extras]
        else:
            opaque.append((place, part.rpartition("/")[2]))
    return Traces(tuple(texts), tuple(authors), tuple(opaque), tuple(pictures))


def _read_texts(part: str, tree: etree._Element) -> Iterator[tuple[Place, str]]:
    """Paragraphs whole, so that a name which is split over runs is found; all other text; what attributes say."""
    paragraphs = list(tree.iter(*_PARAGRAPHS))
    outer = {holder for paragraph in paragraphs if (holder := _holder(paragraph)) is not None}  # as of text boxes
    for number, paragraph in enumerate(paragraphs, 1):
        texts = paragraph.iter(*_TEXTS)
        own = (item for item in texts if _holder(item) is paragraph) if paragraph in outer else texts
        if whole := "".join([item.text or "" for item in own]):
            yield (("part", part), ("paragraph", str(number))), whole
    values = dict.fromkeys((*_ATTRIBUTES(tree), *(text for text in _OTHER_TEXTS(tree) if text.strip())))
    yield from (((("part", part),), value) for value in values if len(value) > 1)


def _holder(text: etree._Element) -> etree._Element | None:
    return next(text.iterancestors(*_PARAGRAPHS), None)


def _read_authors(part: str, tree: etree._Element) -> Iterator[str]:
    """Who is named as a maker: in the properties, in comments and changes."""
    for element in tree.iter(etree.Element) if part in _AUTHORS else ():
        name = etree.QName(element).localname
        if name in _AUTHORS[part] and (element.text or "").strip():
            yield f"{name}: {(element.text or '').strip()}"
    yield from (f"{etree.QName(value.attrname).localname}: {value}" for value in _MAKERS(tree) if value)
    if part == "docProps/custom.xml" and len(tree):
        yield "custom.xml"


def read_picture(content: bytes, *, with_pixels: bool = True) -> tuple[str, tuple[str, ...]]:
    """A hash of a picture's pixels, and what it holds besides: notes, camera data, the layers of a program.

    What is no sound PNG or JPEG has no hash, and that itself is what it holds.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            pixels = picture.convert("RGBA") if with_pixels else None
            extras = [f"{key}: {value!r}" for key, value in picture.info.items() if _tells(key)]
            extras += [f"EXIF {key}: {value!r}" for key, value in picture.getexif().items()]
            extras += [str(marker) for marker, _ in getattr(picture, "applist", ()) if marker not in _JPEG_SHOWING]
            extras += [kind for kind in _png_chunks(content) if kind not in _PNG_SHOWING]
            digest = hashlib.sha256(repr(pixels.size).encode() + pixels.tobytes()).hexdigest() if pixels else ""
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return "", (str(error) or "?",)
    return digest, (*extras, *(["…"] if _has_tail(content) else []))


_SHOWING = re.compile("dpi|gamma|srgb|chromaticity|transparency|background|aspect|interlace|jfif.*|adobe.*|progress.*")
_JPEG_SHOWING = ("APP0", "APP14")
_PNG_SHOWING = ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "bKGD", "pHYs"]


def _tells(key: object) -> bool:
    """Whether an entry is more than what a program needs to show the picture."""
    return not _SHOWING.fullmatch(str(key))


def _png_chunks(content: bytes) -> Iterator[str]:
    """The kinds of a PNG's chunks; none of another picture."""
    position = 8
    while content.startswith(b"\x89PNG") and position + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, position)
        yield kind.decode("latin-1")
        position += 12 + size
        if kind == b"IEND":
            return


def _has_tail(content: bytes) -> bool:
    """Whether something follows the end of the picture."""
    if content.startswith(b"\x89PNG"):
        end = content.rfind(b"IEND")
        return end < 0 or len(content) > end + 8
    return not content.endswith(b"\xff\xd9")


def read_pdf_traces(content: bytes, name: str) -> Traces:
    """What a finished PDF says: the text of its pages, its properties, its name."""
    from pypdfium2 import PdfDocument, PdfiumError

    from bidkit.office.pages import PDFIUM, read_page_text

    texts: list[tuple[Place, str]] = [((), name.rpartition("/")[2])]
    authors: list[tuple[Place, str]] = []
    try:
        with PDFIUM, PdfDocument(content) as document:
            for number, page in enumerate(document, 1):
                texts.append(((("page", str(number)),), read_page_text(page)))
            properties: Mapping[str, str] = document.get_metadata_dict()
            count = document.count_attachments()
    except PdfiumError as error:
        return Traces(tuple(texts), (), (((), str(error)),))
    texts += [((), value) for value in properties.values() if value]
    texts += [
        ((), found.decode("utf-8", "replace")) for found in re.findall(rb"<x:xmpmeta.*?</x:xmpmeta>", content, re.S)
    ]
    authors += [((), f"Author: {properties['Author']}")] if properties.get("Author") else []
    return Traces(tuple(texts), tuple(authors), (((), f"{count}"),) if count else ())
