"""part -> compiled Jinja -> bytes; compile once, render many.

compile_template   package -> parts with tags, each a Jinja template over marks and static pieces
Template.render    context -> Rendered: every part put together, headings and numbers known
Rendered.save      -> bytes, with the page of each heading once it is known
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from html import unescape
from pathlib import Path
from types import CodeType, FrameType
from typing import Any
from xml.sax.saxutils import quoteattr

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree

from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import opc
from bidkit.ooxml.fields import Heading, ListLevel, Numbering, W, make_contents, read_heading_levels
from bidkit.ooxml.names import find_missing_names
from bidkit.ooxml.tags import find_tags, first_word
from bidkit.ooxml.values import CLOSE, OPEN, Rendering, Site, Styles, print_inline, print_plain
from bidkit.ooxml.word import CompiledPart, PlacedTag, compile_word, read_styles, recolor, repaper

_WORD_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_CORE = "docProps/core.xml"
_TEXT_PARTS = (_CORE, "docProps/app.xml")
_DELETED = re.compile("<w:delText.*?</w:delText>", re.DOTALL)
_LEFT = re.compile(r"\{\{.{0,40}|\{%.{0,40}")
_MARK = re.compile(f"{OPEN}([a-zA-Z])([^{CLOSE}]*){CLOSE}")
_TEXT = re.compile("<w:t(?: [^>]*)?>([^<]*)</w:t>|<w:(?:br|tab)/>")
_NAMED = re.compile("'([^']+)'(?: is undefined|$)")
_TEXT_FILTERS = ("upper", "lower", "title", "capitalize", "trim", "replace", "join", "string", "center", "indent")
_STATEMENTS = ("if", "elif", "else", "endif", "for", "endfor", "set", "with", "endwith")
_CODE_NAME = "<bidkit template>"
_PACKAGE = str(Path(__file__).parents[1])
_RENDERING = " rendering"  # not a name that a template can write
_DCTERMS = "http://purl.org/dc/terms/"
_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_PROPERTIES = {"png": "image/png", "jpeg": "image/jpeg"}


class _FilterError(Exception):
    """A filter or operator cannot take the value that a template gives it."""


def _require_texts(*values: Any) -> None:
    """Refuse what would be printed as Python: None, or a value that needs a paragraph of its own."""
    for value in values:
        if isinstance(value, Missing):
            str(value)  # notes itself
        elif value is None or hasattr(value, "blocks"):
            raise _FilterError("None" if value is None else "{{p … }}")
        elif isinstance(value, (list, tuple)):
            _require_texts(*value)


class _Generator(CodeGenerator):
    """Jinja's own, but that `~` looks at what it joins."""

    def visit_Concat(self, node: nodes.Concat, frame: Any) -> None:
        self.write("environment.concat_texts((")
        for child in node.nodes:
            self.visit(child, frame)
            self.write(", ")
        self.write("))")


class _Environment(ImmutableSandboxedEnvironment):
    """Plain data only: a mapping's keys come before its methods, and nothing with an underscore is reached."""

    parts: Mapping[str, _Part]
    code_generator_class = _Generator
    intercepted_binops = frozenset(["%"])

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        _require_texts(left) if isinstance(left, str) else None
        _require_texts(right)
        return _guard(self.binop_table[operator])(left, right)

    def concat_texts(self, values: Sequence[Any]) -> str:
        """What `~` gives: texts and numbers only."""
        _require_texts(*values)
        return "".join(str(value) for value in values)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class Missing(jinja2.ChainableUndefined):
    """An undefined name: prints nothing, lets the render go on, and is reported with its tag."""

    def _note(self) -> str:
        rendering, span = _find_tag(sys._getframe(1))
        if rendering is not None:
            rendering.problems.append(Diagnostic("TP04", span, {"name": str(self._undefined_name)}))
        return ""

    def __str__(self) -> str:
        return self._note()

    def __iter__(self) -> Iterator[Any]:
        self._note()
        return iter(())

    def __bool__(self) -> bool:
        self._note()
        return False

    def __len__(self) -> int:
        self._note()
        return 0

    def __eq__(self, other: object) -> bool:
        self._note()
        return False

    def __ne__(self, other: object) -> bool:
        self._note()
        return True

    __hash__ = None  # type: ignore[assignment]


def _part_of(context: Context) -> _Part:
    """The part whose template is running; kept on the environment, which no template can name."""
    assert isinstance(context.environment, _Environment)
    return context.environment.parts[context.name or ""]


def _find_tag(frame: FrameType | None) -> tuple[Rendering | None, Span | None]:
    """The render in progress and the tag whose code is running, from the template's own frame."""
    while frame is not None:
        if frame.f_code.co_filename == _CODE_NAME and "context" in frame.f_locals:
            context: Context = frame.f_locals["context"]
            return context.parent[_RENDERING], _part_of(context).span_at(frame.f_lineno)
        frame = frame.f_back
    return None, None


@jinja2.pass_context
def _finalize(context: Context, value: Any) -> Any:
    rendering: Rendering = context.parent[_RENDERING]
    if isinstance(value, _Ready):
        return value.xml
    if isinstance(value, Missing):
        return str(value)
    try:
        if value is not None:
            return print_plain(value) if context.name in _TEXT_PARTS else print_inline(value, rendering)
        problem = Diagnostic("TP08", _find_tag(sys._getframe(1))[1])
    except (ValueError, TypeError) as error:
        problem = Diagnostic("TP10", _find_tag(sys._getframe(1))[1], {"reason": str(error)})
    rendering.problems.append(problem)
    return ""


@dataclass(frozen=True)
class _Ready:
    """XML that `_block` has made; printed as it is."""

    xml: str


@jinja2.pass_context
def _block(context: Context, number: int, value: Any) -> _Ready:
    """What `{{p value }}` prints: the value's own paragraphs, or plain text in the tag's paragraph."""
    rendering: Rendering = context.parent[_RENDERING]
    placed = _part_of(context).compiled.tags[number]
    site = placed.site or Site("", 0, 0)
    if isinstance(value, Missing):
        str(value)
    elif value is None:
        rendering.problems.append(Diagnostic("TP08", placed.span))
    else:
        try:
            if hasattr(value, "blocks"):
                return _Ready(value.blocks(rendering, site))
            text = print_inline(value, rendering)
            return _Ready(f'<w:p>{site.properties}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>')
        except (ValueError, TypeError) as error:
            rendering.problems.append(Diagnostic("TP10", placed.span, {"reason": str(error)}))
    return _Ready("")


@dataclass
class _Part:
    compiled: CompiledPart
    template: jinja2.Template | None = None

    def span_at(self, python_line: int) -> Span | None:
        assert self.template is not None
        return self.span_of(self.template.get_corresponding_lineno(python_line))

    def span_of(self, line: int) -> Span | None:
        """The tag whose body stands on a line of the source; the first body is on line 2."""
        tags = self.compiled.tags
        return tags[min(max(line - 2, 0), len(tags) - 1)].span if tags else None


@dataclass(frozen=True)
class Template:
    """A compiled Office template."""

    name: str
    package: opc.Package
    styles: Styles
    levels: Mapping[int, ListLevel]
    parts: Mapping[str, _Part]
    environment: jinja2.Environment

    def check_names(self, context: Mapping[str, Any]) -> list[Diagnostic]:
        """Every name, also after a dot and in branches not taken, that the context does not have. Diagnostics: TP04."""
        found = []
        for part in self.parts.values():
            tree = self.environment.parse(part.compiled.source)
            for line, name in find_missing_names(tree, context):
                found.append(Diagnostic("TP04", part.span_of(line), {"name": name}))
        return found

    def render(self, context: Mapping[str, Any]) -> Rendered:
        """The template filled. Diagnostics in the result: TP04, TP07, TP08, TP10."""
        rendered = Rendered(self)
        numbering = Numbering(dict(self.levels))
        next_list = _next_list_id(self.package.get("word/numbering.xml"))
        for name, part in self.parts.items():
            rendering = Rendering(
                self.styles, numbering, 1, next_list, frozenset(opc.read_relationships(self.package, name))
            )
            text = _run(part, context, rendering)
            rendered.pieces[name] = _assemble(text, part, rendering)
            rendered.renderings[name] = rendering
            next_list = rendering.next_list
        rendered.headings = numbering.headings
        return rendered


def _run(part: _Part, context: Mapping[str, Any], rendering: Rendering) -> str:
    assert part.template is not None
    try:
        return part.template.render({**context, _RENDERING: rendering})
    except Exception as error:
        frame, span, file = error.__traceback__, None, ""
        while frame is not None:
            file = frame.tb_frame.f_code.co_filename
            # Jinja has rewritten these frames: their lines are those of the template.
            span = part.span_of(frame.tb_lineno) if file == _CODE_NAME else span
            frame = frame.tb_next
        if span is None or (file.startswith(_PACKAGE) and not isinstance(error, (_FilterError, jinja2.UndefinedError))):
            raise  # ours; what an expression of the template raises comes from Jinja or Python
        if isinstance(error, jinja2.UndefinedError):
            named = _NAMED.search(error.message or "")
            rendering.problems.append(Diagnostic("TP04", span, {"name": named.group(1) if named else error.message}))
        else:
            kind = "" if isinstance(error, _FilterError) else f"{type(error).__name__}: "
            rendering.problems.append(Diagnostic("TP07", span, {"error": f"{kind}{error}"}))
        return ""


@dataclass(frozen=True)
class _Contents:
    """The place of a table of contents among the pieces of a part."""

    instruction: str


def _assemble(text: str, part: _Part, rendering: Rendering) -> list[str | _Contents]:
    """Resolve the marks of a rendered part in document order; contents are left open until pages are known."""
    out: list[str | _Contents] = []
    opened: list[tuple[int, str]] = []
    bookmarks: dict[str, int] = {}
    numbering = rendering.numbering
    for op, argument in _resolve(text, part.compiled.chunks):
        if not op:
            # Word joins two tables that have nothing between them.
            out.append(argument.replace("</w:tbl><w:tbl>", "</w:tbl><w:p/><w:tbl>"))
        elif op in "hgb":
            opened.append((len(out), argument))
            out.append("")
        elif op == "y":
            number, name = argument.split("|", 1)
            if name not in rendering.bookmarks:  # in a loop only the first is kept: a name stands for one place
                rendering.bookmarks.append(name)
                bookmarks[number] = 20_000 + len(rendering.bookmarks)
                out.append(f'<w:bookmarkStart w:id="{bookmarks[number]}" w:name={quoteattr(name)}/>')
        elif op == "Y":
            if argument in bookmarks:
                out.append(f'<w:bookmarkEnd w:id="{bookmarks.pop(argument)}"/>')
        elif op == "d":
            out.append(str(rendering.drawing_id()))
        elif op == "B":
            start, _ = opened.pop()
            if not any("<w:tr" in piece for piece in out[start:] if isinstance(piece, str)):
                del out[start:]
        elif op == "e":
            _close_heading(out, *opened.pop(), numbering)
        elif op == "G":
            if not _ends_with_paragraph(out[opened.pop()[0] :]):
                out.append("<w:p/>")
        elif op == "t":
            out.append(_Contents(part.compiled.contents[int(argument)]))
        elif op == "q":
            out.append(str(numbering.next_in(argument)))
        else:
            raise AssertionError(f"no mark {op!r}")
    return out


def _resolve(text: str, chunks: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pieces of a text in order: ("", text) or (op, argument); a static chunk gives way to its own pieces."""
    pieces = _MARK.split(text)
    for position in range(0, len(pieces), 3):
        if pieces[position]:
            yield "", pieces[position]
        if position + 1 < len(pieces):
            op, argument = pieces[position + 1 : position + 3]
            if op == "s":
                yield from _resolve(chunks[int(argument)], chunks)
            else:
                yield op, argument


def _ends_with_paragraph(pieces: Sequence[str | _Contents]) -> bool:
    text = "".join(piece for piece in pieces if isinstance(piece, str)).rstrip()
    return text.endswith(("</w:p>", "<w:p/>"))


def _close_heading(out: list[str | _Contents], start: int, argument: str, numbering: Numbering) -> None:
    inside = "".join(piece for piece in out[start:] if isinstance(piece, str))
    text = " ".join(unescape("".join(found.group(1) or " " for found in _TEXT.finditer(inside))).split())
    heading = numbering.add_heading(int(argument[0]), text, not argument.endswith("u"))
    if heading is None:
        return
    number = len(numbering.headings) + 10_000
    out[start] = f'<w:bookmarkStart w:id="{number}" w:name="{heading.bookmark}"/>'
    out.append(f'<w:bookmarkEnd w:id="{number}"/>')


@dataclass
class Rendered:
    """A filled template, to be saved once or twice: without page numbers, or with those of a layout."""

    template: Template
    pieces: dict[str, list[str | _Contents]] = field(default_factory=dict)
    renderings: dict[str, Rendering] = field(default_factory=dict)
    headings: list[Heading] = field(default_factory=list)

    @property
    def problems(self) -> list[Diagnostic]:
        """What went wrong, one entry for each tag and name."""
        found = [problem for rendering in self.renderings.values() for problem in rendering.problems]
        unique = {(problem.code, problem.span, str(problem.values)): problem for problem in found}
        return list(unique.values())

    def save(self, created: date, pages: Sequence[int] | None = None, *, is_layout_copy: bool = False) -> bytes:
        """The file.

        Args:
            created: the day that its properties name as that of creation and change.
            pages: those of `headings`, in order.
            is_layout_copy: for finding the pages by laying it out.
        """
        package = self.template.package
        changed: dict[str, bytes] = {}
        extensions: dict[str, str] = {}
        lists: list[tuple[int, str, str, int]] = []
        for name, pieces in self.pieces.items():
            text = "".join(self._print(piece, pages, is_layout_copy) for piece in pieces)
            changed[name] = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text.encode()
            rendering = self.renderings[name]
            changed |= rendering.media
            lists += rendering.lists
            extensions |= {
                key: kind for key, kind in _PROPERTIES.items() if any(m.endswith(key) for m in rendering.media)
            }
            if rendering.relationships:
                rels = opc.rels_name(name)
                changed[rels] = opc.add_relationships(package.get(rels), rendering.relationships)
        if _CORE in changed:
            changed[_CORE] = _set_dates(changed[_CORE], created)
        if lists:
            changed["word/numbering.xml"] = _add_lists(package["word/numbering.xml"], lists)
        if extensions:
            changed[opc.CONTENT_TYPES] = opc.add_content_types(package[opc.CONTENT_TYPES], extensions)
        return opc.write_package(package.replace(changed))

    def _print(self, piece: str | _Contents, pages: Sequence[int] | None, is_layout_copy: bool) -> str:
        if isinstance(piece, str):
            return piece
        shown = re.search(r'\\o\s*"1-([1-9])"', piece.instruction)
        depth = int(shown.group(1)) if shown else 3
        styles = [
            self.template.styles.find("paragraph", f"toc {level}", "toc 1") or "" for level in range(1, depth + 1)
        ]
        return make_contents(self.headings, pages, styles, piece.instruction, is_layout_copy=is_layout_copy)


def _set_dates(content: bytes, created: date) -> bytes:
    """core.xml with its dates set, so that nothing tells when the template was made or which clock bidkit saw."""
    root = opc.parse_xml(content)
    for name in ("created", "modified"):
        for old in root.findall(f"{{{_DCTERMS}}}{name}"):
            root.remove(old)
        element = etree.SubElement(root, f"{{{_DCTERMS}}}{name}", {_XSI_TYPE: "dcterms:W3CDTF"}, {"dcterms": _DCTERMS})
        element.text = f"{created:%Y-%m-%d}T00:00:00Z"
    return opc.serialize(root)


def _add_lists(content: bytes, lists: Sequence[tuple[int, str, str, int]]) -> bytes:
    """numbering.xml with a `w:num` for each list, which starts its numbers afresh."""
    xml = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{abstract}"/>'
        f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{first}"/></w:lvlOverride></w:num>'
        for number, abstract, level, first in lists
    ).encode()
    end = content.find(b"<w:numIdMacAtCleanup")
    end = content.rindex(b"</w:numbering>") if end < 0 else end
    return content[:end] + xml + content[end:]


def _next_list_id(content: bytes | None) -> int:
    return max((int(number) for number in re.findall(rb'w:numId="(\d+)"', content or b"")), default=0) + 1


def compile_template(
    content: bytes,
    name: str,
    filters: Mapping[str, Callable[..., Any]],
    required_styles: Sequence[str] = (),
    accent: str | None = None,
    paper: tuple[int, int] | None = None,
) -> tuple[Template | None, list[Diagnostic]]:
    """A .docx template, ready to be rendered any number of times. Diagnostics: TP01–TP03, TP05, TP06, TP09, TP11.

    Args:
        required_styles: names of paragraph or table styles that the template must have.
        accent: RRGGBB, takes the place of the template's theme colour accent1.
        paper: width and height in twips, upright, if it is not to be the template's own.
    """
    package, problems = opc.read_package(content, name)
    if package is None:
        return None, problems
    try:
        package = recolor(package, accent) if accent else package
        package = repaper(package, *paper) if paper else package
        trees = {part: opc.parse_xml(data) for part, data in package.items() if _is_compiled(part)}
        styles_tree = opc.parse_xml(package["word/styles.xml"])
        lists_tree = opc.parse_xml(package["word/numbering.xml"]) if "word/numbering.xml" in package else None
        foreign = [part for part, tree in trees.items() if part not in _TEXT_PARTS and tree.nsmap.get("w") != W]
        if foreign or "word/document.xml" not in trees:
            raise ValueError(f"{', '.join(foreign) or 'word/document.xml'}: not as Word writes it")
    except (etree.XMLSyntaxError, KeyError, ValueError) as error:
        return None, [Diagnostic("TP01", Span(name), {"file": name, "reason": str(error)})]
    styles = read_styles(styles_tree, lists_tree)
    missing = [
        style for style in required_styles if not styles.find("paragraph", style) and not styles.find("table", style)
    ]
    problems += [Diagnostic("TP06", Span(name), {"style": style}) for style in missing]
    compiled: list[CompiledPart] = []
    for part, tree in trees.items():
        is_text = part in _TEXT_PARTS
        made, found = _compile_text(tree, part, name) if is_text else compile_word(tree, part, name, styles)
        compiled.append(made)
        problems += found
    refused = {item.name: list(_check_tags(item)) for item in compiled}
    problems += [problem for found in refused.values() for problem in found]
    environment = _make_environment(filters)
    parts = {item.name: _Part(item) for item in sorted(compiled, key=lambda item: item.name != "word/document.xml")}
    environment.parts = parts
    for part_name, item in parts.items():
        problems += [] if refused[part_name] else _compile_jinja(environment, part_name, item)
    problems = problems or list(_check_rest(package, trees, name))
    levels = read_heading_levels(styles_tree, lists_tree)
    if problems:
        return None, problems
    return Template(name, package, styles, levels, parts, environment), []


def _check_tags(part: CompiledPart) -> Iterator[Diagnostic]:
    """Only what renders right is let through: no trimming dashes, no statements that print into a buffer."""
    for placed in part.tags:
        word = first_word(placed.tag)
        is_block_set = word == "set" and "=" not in placed.tag.body
        if placed.tag.is_trimming or is_block_set or "_block" in placed.tag.body or (word and word not in _STATEMENTS):
            yield Diagnostic("TP11", placed.span, {"reason": placed.tag.text, "tag": placed.tag.text})


def _check_rest(package: Mapping[str, bytes], trees: Mapping[str, etree._Element], name: str) -> Iterator[Diagnostic]:
    """A tag where none is read (a field's code, an attribute, another part) would be printed as it stands."""
    for part in [part for part in package if part not in _TEXT_PARTS and part.endswith((".xml", ".rels"))]:
        raw = package[part]
        text = etree.tostring(trees[part], encoding="unicode") if part in trees else raw.decode("utf-8", "replace")
        if found := _LEFT.search(_DELETED.sub("", text)):
            span = Span(name, place=(("part", part), ("tag", found.group()[:60])))
            yield Diagnostic("TP05", span, {"level": "—"})


def _is_compiled(part: str) -> bool:
    return part in _TEXT_PARTS or _WORD_PARTS.fullmatch(part) is not None


def _make_environment(filters: Mapping[str, Callable[..., Any]]) -> _Environment:
    environment = _Environment(undefined=Missing, finalize=_finalize, autoescape=False, keep_trailing_newline=True)
    environment.globals = {"range": environment.globals["range"], "_block": _block}
    for unsafe in ("attr", "format", "xmlattr", "urlize", "pprint", "safe"):
        environment.filters.pop(unsafe, None)
    environment.filters |= {name: _guard_text(environment.filters[name]) for name in _TEXT_FILTERS}
    environment.filters |= {name: _guard(filter_) for name, filter_ in filters.items()}
    return environment


def _guard_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """One of Jinja's text filters, which would print None as a word."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _require_texts(*args)
        return function(*args, **kwargs)

    return guarded


def _guard(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose refusals are the template's, not ours."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
            raise _FilterError(f"{type(error).__name__}: {error}") from error

    return guarded


def _compile_jinja(environment: jinja2.Environment, name: str, part: _Part) -> list[Diagnostic]:
    try:
        code: CodeType = environment.compile(part.compiled.source, name, _CODE_NAME)
    except jinja2.TemplateSyntaxError as error:
        unclosed = _find_unclosed(part.compiled.tags)
        span = unclosed.span if unclosed else part.span_of(error.lineno)
        reason = f"{unclosed.tag.text}" if unclosed else error.message or ""
        return [Diagnostic("TP03" if unclosed else "TP11", span, {"tag": reason, "reason": reason})]
    part.template = jinja2.Template.from_code(environment, code, environment.globals)
    found = []
    for node in environment.parse(part.compiled.source).find_all((nodes.Filter, nodes.Test)):
        known = environment.filters if isinstance(node, nodes.Filter) else environment.tests
        if node.name not in known:  # Jinja itself notices only when the branch is taken
            found.append(Diagnostic("TP11", part.span_of(node.lineno), {"reason": node.name, "tag": node.name}))
    return found


def _find_unclosed(tags: Sequence[PlacedTag]) -> PlacedTag | None:
    """The opening statement that has no end, or the end that has no opening."""
    opened: list[PlacedTag] = []
    for placed in tags:
        word = first_word(placed.tag)
        if word in ("for", "if", "with"):
            opened.append(placed)
        elif word.startswith("end"):
            if not opened or first_word(opened[-1].tag) != word[3:]:
                return opened[-1] if opened else placed
            opened.pop()
    return opened[-1] if opened else None


def _compile_text(tree: etree._Element, part: str, file: str) -> tuple[CompiledPart, list[Diagnostic]]:
    """A properties part: the tags of its elements' texts."""
    text = etree.tostring(tree, encoding="unicode")
    tags: list[PlacedTag] = []
    source: list[str] = []
    chunks: list[str] = []
    position = 0
    problems: list[Diagnostic] = []
    found, unclosed = find_tags(text)
    if unclosed is not None:
        problems.append(Diagnostic("TP02", Span(file, place=(("part", part),)), {"tag": unclosed}))
    for escaped in found:
        tag = replace(escaped, body=unescape(escaped.body))
        source += [f"{OPEN}s{len(chunks)}{CLOSE}", tag.source]
        chunks.append(text[position : tag.start])
        tags.append(PlacedTag(tag, Span(file, place=(("part", part), ("tag", tag.text)))))
        position = tag.end
    source.append(f"{OPEN}s{len(chunks)}{CLOSE}")
    chunks.append(text[position:])
    return CompiledPart(part, "".join(source), tags, chunks), problems
