"""`{%p include "file.docx" %}`: another template's document in the place of the tag, before anything is compiled."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import opc
from bidkit.ooxml.tags import Tag, find_tags
from bidkit.ooxml.tree import q

MAIN = "word/document.xml"
FILE = "{urn:bidkit}file"
"""The attribute that says from which file an element was brought; it never leaves the compiler."""
MAX_DEPTH = 8
Load = Callable[[str], bytes | None]
_HINT = re.compile(rb"include")
_LITERAL = re.compile(r"""include\s+(['"])([^'"]+)\1""")


@dataclass
class Included:
    """A template with what it includes.

    Args:
        sources: the SHA-256 of each file that was brought, by name.
    """

    package: opc.Package
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def include_files(package: opc.Package, name: str, load: Load | None) -> Included:
    """Bring what the `include` tags of a document name. Diagnostics: TP01, TP11, TP15.

    Styles, lists, pictures, links and notes come along; sections, headers and comments stay behind.

    Args:
        load: a file's content by the name in the tag; None if there is no such file.
    """
    result = Included(package)
    if MAIN not in package or not _HINT.search(package[MAIN]):
        return result
    root = opc.parse_xml(package[MAIN])
    if not list(_find_tags(root)):
        return result
    import docx

    from bidkit.ooxml.subdoc import attach

    host = docx.Document(io.BytesIO(opc.write_package(package)))

    def expand(body: etree._Element, chain: tuple[str, ...]) -> None:
        for paragraph, tag in list(_find_tags(body)):
            content = _load(result, tag, chain, load)
            if content is None:
                continue
            wanted = _name_of(tag)
            sound, problems = opc.read_package(content, wanted)
            result.problems += [replace(problem, span=_span(chain, tag)) for problem in problems]
            if sound is None:
                continue
            try:
                guest = attach(host, content).element.body
            except (ValueError, KeyError, etree.XMLSyntaxError) as error:
                values = {"file": wanted, "reason": str(error)}
                result.problems.append(Diagnostic("TP01", _span(chain, tag), values))
                continue
            expand(guest, (*chain, wanted))
            _replace(paragraph, guest, wanted)

    expand(host.element.body, (name,))
    saved = io.BytesIO()
    host.save(saved)
    made, problems = opc.read_package(saved.getvalue(), name)
    assert made is not None, problems
    result.package = made
    return result


def _find_tags(root: etree._Element) -> list[tuple[etree._Element, Tag]]:
    """The include tags with their paragraphs; one that is not as it must be is left to the compiler to refuse."""
    found = []
    for paragraph in root.iter(q("p")):
        text = "".join(item.text or "" for item in paragraph.iter(q("t")))
        if "include" in text:
            tags = find_tags(text)[0]
            found += [(paragraph, tag) for tag in tags if _name_of(tag) and text.strip() == text[tag.start : tag.end]]
    return found


def _name_of(tag: Tag) -> str:
    found = _LITERAL.fullmatch(tag.body) if tag.level == "p" else None
    return found.group(2) if found else ""


def _span(chain: tuple[str, ...], tag: Tag) -> Span:
    return Span(chain[-1], place=(("part", MAIN), ("tag", tag.text)))


def _load(result: Included, tag: Tag, chain: tuple[str, ...], load: Load | None) -> bytes | None:
    """The content that a tag asks for; None with a diagnostic."""
    wanted, span = _name_of(tag), _span(chain, tag)
    if wanted in chain or len(chain) > MAX_DEPTH:
        values = {"reason": " → ".join((*chain, wanted)), "tag": tag.text}
        result.problems.append(Diagnostic("TP11", span, values))
        return None
    content = load(wanted) if load is not None else None
    if content is None:
        result.problems.append(Diagnostic("TP15", span, {"file": wanted}))
        return None
    result.sources[wanted] = sha256(content).hexdigest()
    return content


def _replace(paragraph: etree._Element, body: etree._Element, name: str) -> None:
    parent = paragraph.getparent()
    assert parent is not None
    for element in list(body):
        if element.tag == q("sectPr"):
            continue
        for section in list(element.iter(q("sectPr"))):
            holder = section.getparent()
            assert holder is not None
            holder.remove(section)
        if element.get(FILE) is None:
            element.set(FILE, name)
        paragraph.addprevious(element)
    parent.remove(paragraph)


def locate(problems: Sequence[Diagnostic], found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Mistakes of both kinds: those of included files at the places where the compiler refused the tags left over."""
    at = {item.values.get("tag"): item.span for item in found if item.code == "TP11" and item.span}
    mine = [replace(item, span=at.pop(dict(item.span.place).get("tag"), item.span)) for item in problems if item.span]
    left = {item.span for item in mine}
    return mine + [item for item in found if item.span not in left]


def find_file(element: etree._Element, default: str) -> str:
    """The file from which an element was brought."""
    for each in (element, *element.iterancestors()):
        if (name := each.get(FILE)) is not None:
            return str(name)
    return default


def has_marks(root: etree._Element) -> bool:
    """Whether anything was brought from another file."""
    return bool(root.xpath("boolean(//@b:file)", namespaces={"b": "urn:bidkit"}))  # a path is searched in Python


def clean(root: etree._Element) -> None:
    """Take the marks of origin away."""
    for element in root.iter(etree.Element):
        if FILE in element.attrib:
            del element.attrib[FILE]
    etree.cleanup_namespaces(root, keep_ns_prefixes=[prefix for prefix in root.nsmap if prefix])
