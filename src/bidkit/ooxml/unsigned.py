"""a finished document without what tells who made it: properties, authors, and what is kept inside of pictures."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from bidkit.ooxml import opc
from bidkit.ooxml.tree import q

_CORE, _APP = "docProps/core.xml", "docProps/app.xml"
_CP = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_EXTENDED = "{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}"
_PERSONAL = {
    _CORE: (
        *(_DC + name for name in ("creator", "subject", "description", "identifier", "publisher", "contributor")),
        *(_CP + name for name in ("lastModifiedBy", "keywords", "category", "contentStatus", "version")),
    ),
    _APP: tuple(_EXTENDED + name for name in ("Company", "Manager", "Template", "HyperlinkBase")),
}
_PNG = b"\x89PNG\r\n\x1a\n"
# Besides the picture itself only what changes how it is shown.
_PNG_KEPT = (b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs")
_JPEG_KEPT = (0xE0, 0xEE)
"""APP0 (JFIF) and APP14 (Adobe), without which the colours would change."""
_STANDALONE = (0x01, *range(0xD0, 0xD8))
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_RSIDS = ("rsidR", "rsidRPr", "rsidRDefault", "rsidP", "rsidTr", "rsidSect", "rsidDel")


def remove_traces(package: opc.Package) -> opc.Package:
    """A package that does not say who made it; its text is left alone."""
    changed: dict[str, bytes] = {}
    dropped: list[str] = []
    for part in package:
        if part in _PERSONAL:
            changed[part] = _blank(package[part], _PERSONAL[part])
        elif part.startswith("docProps/"):  # custom properties, a thumbnail
            dropped.append(part)
        elif part.startswith("word/media/"):
            changed[part] = strip_picture(package[part])
        elif part == "word/settings.xml":
            changed[part] = _without_variables(package[part])
        elif part.startswith("word/") and part.endswith(".xml") and b"rsid" in package[part]:
            changed[part] = _without_rsids(package[part])
    if dropped:
        rels = "_rels/.rels"
        lines = opc.read_relationships(package, "")
        gone = [rid for rid, item in lines.items() if item.target in dropped]
        changed[rels] = opc.remove_relationships(package[rels], gone)
        changed[opc.CONTENT_TYPES] = opc.remove_content_types(package[opc.CONTENT_TYPES], dropped)
    return package.replace(changed, dropped)


def _blank(content: bytes, names: tuple[str, ...]) -> bytes:
    root = opc.parse_xml(content)
    for name in names:
        for element in root.findall(name):
            root.remove(element)
    return opc.serialize(root)


def _without_variables(content: bytes) -> bytes:
    root = opc.parse_xml(content)
    for name in ("docVars", "rsids", "attachedTemplate"):
        for element in root.findall(q(name)):
            root.remove(element)
    return opc.serialize(root)


def _without_rsids(content: bytes) -> bytes:
    """Numbers that tell in which sitting of which computer a text was written."""
    root = opc.parse_xml(content)
    for element in root.iter():
        for name in _RSIDS:
            element.attrib.pop(q(name), "")
    return opc.serialize(root)


def strip_picture(content: bytes) -> bytes:
    """A PNG or JPEG without camera, author, place and comments; its pixels as they are. Anything else is left alone."""
    if content.startswith(_PNG):
        kept = [chunk for kind, chunk in _png_chunks(content) if kind[:1].isupper() or kind in _PNG_KEPT]
        return _PNG + b"".join(kept)
    if content.startswith(b"\xff\xd8"):
        return bytes([0xFF, _SOI]) + b"".join(_jpeg_segments(content))
    return content


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(_PNG)
    while position + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, position)
        kind = content[position + 4 : position + 8]
        yield kind, content[position : position + 12 + size]
        position += 12 + size
        if kind == b"IEND":  # what follows is no picture
            return


def _jpeg_segments(content: bytes) -> Iterator[bytes]:
    """The segments that are kept, up to the end mark of the picture."""
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker = content[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        size = 0 if marker in _STANDALONE else struct.unpack_from(">H", content, position + 2)[0]
        end = position + 2 + size
        if marker == _SOS:  # the scan itself has no length
            found = _NEXT_MARKER.search(content, end)
            end = found.start() if found else len(content)
        is_extra = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not is_extra or marker in _JPEG_KEPT:
            yield content[position:end]
        position = end
        if content[position : position + 2] == bytes([0xFF, _EOI]):
            yield bytes([0xFF, _EOI])
            return
