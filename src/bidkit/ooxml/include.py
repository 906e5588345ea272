"""`{%p include "file.docx" %}`: another template's document in the place of the tag, before anything is compiled."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import opc
from bidkit.ooxml.tags import Tag, find_tags
from bidkit.ooxml.tree import W, q

MAIN = "word/document.xml"
FILE = "{urn:bidkit}file"
"""The attribute that says from which file an element was brought; it never leaves the compiler."""
TURN = "{urn:bidkit}turn"
"""The attribute of a paragraph that ends a section where the paper of a part begins or ends."""
EXACT = "{urn:bidkit}exact"
"""The attribute of the last section of a part whose margins and grid are kept, too."""
_PAPER = (
    ("pgSz", ("w", "h")),
    ("pgMar", ("top", "right", "bottom", "left")),
    ("docGrid", ("type", "linePitch", "charSpace")),
)
MAX_DEPTH = 8
Load = Callable[[str], bytes | None]
_HINT = re.compile(rb"include")
_LITERAL = re.compile(r"""include\s+(['"])([^'"]+)\1""")
_PARTS = re.compile(r"include\s+parts")
_SECTION = etree.XPath("following::w:sectPr[1]", namespaces={"w": W})
_END = (
    f'<w:p xmlns:w="{W}"><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    '<w:rPr><w:sz w:val="2"/></w:rPr></w:pPr></w:p>'
)
"""A paragraph that takes no room, for the end of a section."""


@dataclass
class Included:
    """A template with what it includes.

    Args:
        sources: the SHA-256 of each file that was brought, by name.
    """

    package: opc.Package
    sources: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


def include_files(package: opc.Package, name: str, load: Load | None, parts: Sequence[str] | None = None) -> Included:
    """Bring what the `include` tags of a document name. Diagnostics: DL35, TP01, TP11, TP15.

    Styles, lists, pictures, links and notes come along; sections, headers and comments stay behind, but that a part
    keeps its paper.

    Args:
        load: a file's content by the name in the tag; None if there is no such file.
        parts: the names of the files that stand where the tag is `{%p include parts %}`.
    """
    result = Included(package)
    if MAIN not in package:
        return result
    root = opc.parse_xml(package[MAIN]) if _HINT.search(package[MAIN]) else etree.Element("none")
    if parts and not list(_find_tags(root, _PARTS)):
        result.problems.append(Diagnostic("DL35", Span(name), {"parts": ", ".join(parts)}))
    if not [*_find_tags(root), *(_find_tags(root, _PARTS) if parts is not None else ())]:
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
            turned = _find_turn(paragraph, guest) if paragraph.get(TURN) else None
            _replace(paragraph, guest, wanted, turned)

    if parts is not None:
        _name_parts(host.element.body, parts)
    expand(host.element.body, (name,))
    saved = io.BytesIO()
    host.save(saved)
    made, problems = opc.read_package(saved.getvalue(), name)
    assert made is not None, problems
    result.package = made
    return result


def _find_tags(root: etree._Element, wanted: re.Pattern[str] = _LITERAL) -> list[tuple[etree._Element, Tag]]:
    """The include tags with their paragraphs; one that is not as it must be is left to the compiler to refuse."""
    found = []
    for paragraph in root.iter(q("p")):
        text = "".join(item.text or "" for item in paragraph.iter(q("t")))
        if "include" in text:
            tags = [tag for tag in find_tags(text)[0] if tag.level == "p" and wanted.fullmatch(tag.body)]
            found += [(paragraph, tag) for tag in tags if text.strip() == text[tag.start : tag.end]]
    return found


def _name_parts(root: etree._Element, parts: Sequence[str]) -> None:
    """Write an include tag for each part in the place of the tag that stands for all of them."""
    for paragraph, _ in _find_tags(root, _PARTS):
        for name in parts:
            made = etree.fromstring(f'<w:p xmlns:w="{W}"><w:r><w:t/></w:r></w:p>')
            made[0][0].text = f'{{%p include "{name}" %}}'
            made.set(TURN, "part")
            paragraph.addprevious(made)
        parent = paragraph.getparent()
        assert parent is not None
        parent.remove(paragraph)


def _find_turn(paragraph: etree._Element, body: etree._Element) -> tuple[etree._Element, etree._Element] | None:
    """The end of the section in which a part begins and that of its own, if it lies on another paper than around it."""
    around, own, parent = _find_section(paragraph), body.find(q("sectPr")), paragraph.getparent()
    if around is None or own is None or parent is None or parent.tag != q("body"):
        return None
    is_exact = own.get(EXACT) is not None
    compared = _PAPER if is_exact else _PAPER[:1]
    if own.find(q("pgSz")) is None or all(_is_alike(around, own, *each) for each in compared):
        return None
    ends = []
    for paper in (around, own):
        section = copy.deepcopy(around)
        for name, _ in _PAPER if is_exact else _PAPER[:2]:
            old, new = section.find(q(name)), paper.find(q(name))
            if old is not None and new is not None:
                section.replace(old, copy.deepcopy(new))
            elif name == "docGrid" and old is not None:
                section.remove(old)
            elif name == "docGrid" and new is not None:
                section.append(copy.deepcopy(new))
        end = etree.fromstring(_END)
        end.set(TURN, "end")
        end[0].append(section)
        ends.append(end)
        _continue(around)  # what only the first page has is that of the section that now ends first
    return ends[0], ends[1]


def _is_alike(one: etree._Element, two: etree._Element, name: str, keys: tuple[str, ...]) -> bool:
    """Whether two sections have the same of a kind, as far as both say."""
    first, second = one.find(q(name)), two.find(q(name))
    if first is None or second is None:
        return name != "docGrid" or first is second
    return all(first.get(q(key)) == second.get(q(key)) for key in keys)


def _find_section(paragraph: etree._Element) -> etree._Element | None:
    """The properties of the section in which a paragraph stands."""
    found = _SECTION(paragraph)
    return found[0] if isinstance(found, list) and found and isinstance(found[0], etree._Element) else None


def _continue(section: etree._Element) -> None:
    """Let a section go on with what the one before it has begun: no first page of its own, no new page numbers."""
    for element in section.findall(q("titlePg")):
        section.remove(element)
    for element in section.findall(q("pgNumType")):
        element.attrib.pop(q("start"), "")


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


def _replace(
    paragraph: etree._Element,
    body: etree._Element,
    name: str,
    turned: tuple[etree._Element, etree._Element] | None,
) -> None:
    """Put a document in the place of a paragraph, between ends of sections if its paper is another one."""
    parent = paragraph.getparent()
    assert parent is not None
    if turned:
        paragraph.addprevious(turned[0])
        paragraph.addnext(turned[1])
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


def find_turns(root: etree._Element) -> list[etree._Element]:
    """The ends of sections that stand where a part has a paper of its own."""
    return [paragraph for paragraph in root.iter(q("p")) if paragraph.get(TURN) == "end"]


def clean(root: etree._Element) -> None:
    """Take the marks of origin away."""
    for element in root.iter(etree.Element):
        for name in (FILE, TURN):
            element.attrib.pop(name, "")
    etree.cleanup_namespaces(root, keep_ns_prefixes=[prefix for prefix in root.nsmap if prefix])
