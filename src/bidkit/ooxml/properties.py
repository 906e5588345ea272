"""a file's properties: title, author and whatever else they say, with tags; its dates."""

from __future__ import annotations

from datetime import date
from html import unescape

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import opc
from bidkit.ooxml.part import CompiledPart, PlacedTag
from bidkit.ooxml.tags import find_tags
from bidkit.ooxml.values import mark

CORE = "docProps/core.xml"
TEXT_PARTS = (CORE, "docProps/app.xml", "docProps/custom.xml")
_DCTERMS = "http://purl.org/dc/terms/"
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def compile_text(tree: etree._Element, part: str, file: str) -> tuple[CompiledPart, list[Diagnostic]]:
    """A properties part: the tags of its elements' texts."""
    text = etree.tostring(tree, encoding="unicode")
    tags: list[PlacedTag] = []
    source: list[str] = []
    chunks: list[str] = []
    position = 0
    found, unclosed = find_tags(text)
    where = (("part", part),)
    problems = [Diagnostic("TP02", Span(file, place=where), {"tag": unclosed})] if unclosed is not None else []
    for escaped in found:
        tag = escaped._replace(body=unescape(escaped.body))
        before = text[position : tag.start]
        position = tag.end
        if not tag.opening:
            chunks.append(before + escaped.body)
            source.append(mark("s", len(chunks) - 1))
            continue
        source.append(mark("s", len(chunks)))
        chunks.append(before)
        placed = PlacedTag(tag, Span(file, place=(*where, ("tag", tag.text))), "text" if tag.opening == "{{" else "")
        source.append(placed.source(len(tags)))
        tags.append(placed)
    source.append(mark("s", len(chunks)))
    chunks.append(text[position:])
    return CompiledPart(part, "".join(source), tags, chunks), problems


def set_dates(content: bytes, created: date) -> bytes:
    """core.xml with its dates set, so that nothing tells when the template was made or which clock bidkit saw."""
    root = opc.parse_xml(content)
    for name in ("created", "modified"):
        for old in root.findall(f"{{{_DCTERMS}}}{name}"):
            root.remove(old)
        element = etree.SubElement(root, f"{{{_DCTERMS}}}{name}", {_XSI_TYPE: "dcterms:W3CDTF"}, {"dcterms": _DCTERMS})
        element.text = f"{created:%Y-%m-%d}T00:00:00Z"
    return opc.serialize(root)
