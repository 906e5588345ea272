"""an Office file -> a Template: its parts compiled, its mistakes found."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from bidkit.cache import Store
from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import include, keeping, notes, opc
from bidkit.ooxml.fields import read_heading_levels
from bidkit.ooxml.include import Load
from bidkit.ooxml.names import list_uses
from bidkit.ooxml.part import CompiledPart
from bidkit.ooxml.properties import TEXT_PARTS, compile_text
from bidkit.ooxml.reading import ReadName, list_names
from bidkit.ooxml.rendered import Template
from bidkit.ooxml.running import Part, make_part
from bidkit.ooxml.sandbox import Environment, make_environment
from bidkit.ooxml.syntax import compile_source, parse_readable
from bidkit.ooxml.theme import Theme, read_styles, repaper, retheme
from bidkit.ooxml.tree import W, q
from bidkit.ooxml.values import Styles
from bidkit.ooxml.word import compile_word

MAIN = "word/document.xml"
_WORD_PARTS = re.compile(r"word/(document|header\d*|footer\d*)\.xml")
_STYLES, _NUMBERING, _SETTINGS = "word/styles.xml", "word/numbering.xml", "word/settings.xml"
_COMMENT_EXTRAS = re.compile(r"word/comments(Extended|Ids|Extensible)\.xml")
_DELETED = re.compile("<w:del(Text|InstrText).*?</w:del(Text|InstrText)>", re.DOTALL)
_LEFT = re.compile(r"\{\{.{0,40}|\{%.{0,40}")
_RESERVED = re.compile("[\ufdd0-\ufdef]")
_HYPERLINK = f"{opc.OFFICE_RELS}/hyperlink"


def compile_template(
    content: bytes,
    name: str,
    filters: Mapping[str, Callable[..., Any]],
    required_styles: Sequence[str] = (),
    theme: Theme | None = None,
    paper: tuple[int, int] | None = None,
    *,
    tests: Mapping[str, Callable[..., Any]] | None = None,
    globals_: Mapping[str, Any] | None = None,
    compat: bool = False,
    allow_macros: bool = False,
    load: Load | None = None,
    parts: Sequence[str] | None = None,
    store: Store | None = None,
) -> tuple[Template | None, list[Diagnostic]]:
    """A .docx template, ready to be rendered any number of times. Diagnostics: DL35, TP01–TP03, TP05, TP06, TP09,
    TP11, TP14–TP16.

    Args:
        name: the file, as messages name it.
        required_styles: names of paragraph or table styles that the template must have.
        theme: takes the place of the template's own colours and fonts.
        paper: width and height in twips, upright, if it is not to be the template's own.
        compat: undefined names are blank, None and lists print as in Python: what docxtpl does.
        allow_macros: code in the template is carried into what is made from it.
        load: the content of a file that an `include` tag names; None if there is no such file.
        parts: the names of the files that `{%p include parts %}` stands for, in this order.
        store: where templates without a mistake are kept compiled.
    """
    environment = make_environment(filters, tests or {}, globals_ or {}, compat)
    settings = (tuple(required_styles), theme, paper, allow_macros, parts)
    key = keeping.make_key(content, environment, settings) if store else ""
    payload = store.get(key) if store else None
    kept = keeping.read(payload, load) if payload else None
    package, problems = opc.read_package(content, name, is_known=kept is not None)
    if package is None:
        return None, problems
    if kept is not None:
        return keeping.restore(kept, name, package, environment), []
    try:
        included = include.include_files(package, name, load, parts)
        changed = retheme(included.package, theme) if theme else included.package
        changed = repaper(changed, *paper) if paper else changed
        template, problems = _compile(changed, name, required_styles, environment, allow_macros)
        problems = include.locate(included.problems, problems)
    except (etree.XMLSyntaxError, KeyError, ValueError) as error:
        return None, [Diagnostic("TP01", Span(name), {"file": name, "reason": str(error)})]
    if problems:
        return None, problems
    if template is not None and store:
        store.put(key, keeping.to_bytes(template, package, included.sources))
    return template, []


def list_template_names(
    content: bytes,
    name: str,
    filter_kinds: Mapping[str, str],
    load: Load | None = None,
    parts: Sequence[str] | None = None,
) -> tuple[tuple[ReadName, ...] | None, list[Diagnostic]]:
    """The names that a .docx template reads, as far as its tags can be read. Diagnostics: TP01.

    Args:
        filter_kinds: the caller's own filters, each with what it is made for, of `reading.KINDS`.
        load: as for `compile_template`, and `parts`.
    """
    environment = make_environment(dict.fromkeys(filter_kinds, str), {}, {}, is_compat=False)
    package, problems = opc.read_package(content, name)
    if package is None:
        return None, problems
    try:
        package = include.include_files(package, name, load, parts).package
        trees = _read_trees(package)
        numbering = opc.parse_xml(package[_NUMBERING]) if _NUMBERING in package else None
        styles = read_styles(opc.parse_xml(package[_STYLES]), numbering)
        compiled, _ = _compile_parts(package, trees, name, styles)
    except (etree.XMLSyntaxError, KeyError, ValueError) as error:
        return None, [Diagnostic("TP01", Span(name), {"file": name, "reason": str(error)})]
    sources = [(parse_readable(environment, part), part.part_at) for part in compiled]
    return list_names(sources, environment.globals, filter_kinds), []


def _compile(
    package: opc.Package, name: str, required_styles: Sequence[str], environment: Environment, allow_macros: bool
) -> tuple[Template | None, list[Diagnostic]]:
    package = _unlink(package)
    problems = [
        Diagnostic("TP14", Span(name, place=(("part", part),)), {"what": what})
        for part, what in opc.find_risks(package)
        if not (allow_macros and what.startswith("macro"))
    ]
    trees = _read_trees(package)
    styles_tree = opc.parse_xml(package[_STYLES])
    lists_tree = opc.parse_xml(package[_NUMBERING]) if _NUMBERING in package else None
    styles = read_styles(styles_tree, lists_tree)
    problems += [
        Diagnostic("TP06", Span(name), {"style": style})
        for style in required_styles
        if not styles.find("paragraph", style) and not styles.find("table", style)
    ]
    compiled, found = _compile_parts(package, trees, name, styles)
    problems += found
    parts, found = _compile_sources(environment, compiled, _name_parts(problems))
    problems += found
    problems += _check_rest(package, trees, compiled, name, _name_parts(problems))
    if problems:
        return None, problems
    levels = read_heading_levels(styles_tree, lists_tree)
    return Template(name, _tidy(package, trees), styles, levels, parts, environment), []


def _unlink(package: opc.Package) -> opc.Package:
    """Without the path of the template that Word would look for, often on another person's computer."""
    rels = opc.rels_name(_SETTINGS)
    if _SETTINGS not in package or rels not in package:
        return package
    relations = opc.read_relationships(package, _SETTINGS)
    gone = {rid for rid, relation in relations.items() if relation.type.endswith("/attachedTemplate")}
    if not gone:
        return package
    settings = opc.parse_xml(package[_SETTINGS])
    for element in list(settings.iter(q("attachedTemplate"))):
        settings.remove(element)
    changed = {_SETTINGS: opc.serialize(settings), rels: opc.remove_relationships(package[rels], gone)}
    return package.replace(changed)


def _read_trees(package: Mapping[str, bytes]) -> dict[str, etree._Element]:
    """The parts that are compiled, the document first."""
    note_parts = notes.PARTS.values()
    wanted = [part for part in package if part in TEXT_PARTS or part in note_parts or _WORD_PARTS.fullmatch(part)]
    trees = {}
    for part in sorted(wanted, key=lambda part: part != MAIN):
        text = package[part]
        if _RESERVED.search(text.decode("utf-8", "replace")):
            raise ValueError(f"{part}: U+FDD0 … U+FDEF")
        trees[part] = opc.parse_xml(text)
    foreign = [part for part, tree in trees.items() if part not in TEXT_PARTS and tree.nsmap.get("w") != W]
    if foreign or MAIN not in trees:
        raise ValueError(f"{', '.join(foreign) or MAIN}: not as Word writes it")
    return trees


def _compile_parts(
    package: Mapping[str, bytes], trees: Mapping[str, etree._Element], file: str, styles: Styles
) -> tuple[list[CompiledPart], list[Diagnostic]]:
    compiled: list[CompiledPart] = []
    problems: list[Diagnostic] = []
    bodies = {part: trees[part] for part in notes.PARTS.values() if part in trees}
    for part, tree in trees.items():
        if part in bodies:
            continue
        if part in TEXT_PARTS:
            made, found = compile_text(tree, part, file)
        else:
            beside = bodies if part == MAIN else {}
            links = {each: _find_links(package, each) for each in (part, *beside)}
            made, found = compile_word(tree, part, file, styles, beside, links)
        compiled.append(made)
        problems += found
    return compiled, problems


def _find_links(package: Mapping[str, bytes], part: str) -> dict[str, str]:
    """The hyperlinks of a part whose targets hold tags."""
    from urllib.parse import unquote

    found = {}
    for rid, relation in opc.read_relationships(package, part).items():
        target = unquote(relation.target) if "%7b%7b" in relation.target.lower() else relation.target
        if relation.type == _HYPERLINK and relation.is_external and "{{" in target:
            found[rid] = target
    return found


def _compile_sources(
    environment: Environment, compiled: Sequence[CompiledPart], refused: Collection[str | None]
) -> tuple[dict[str, Part], list[Diagnostic]]:
    parts: dict[str, Part] = {}
    problems: list[Diagnostic] = []
    for item in compiled:
        names = {item.name, *(shell.part for shell in item.shells.values())}
        code, found = compile_source(environment, item, is_refused=not names.isdisjoint(refused))
        problems += found
        if code is not None:
            uses = list_uses(environment.parse(item.source))
            parts[item.name] = make_part(item, code, environment, uses)
    environment.parts = parts
    return parts, problems


def _name_parts(problems: Sequence[Diagnostic]) -> set[str | None]:
    """The parts in which mistakes have been found."""
    return {dict(problem.span.place).get("part") for problem in problems if problem.span}


def _check_rest(
    package: Mapping[str, bytes],
    trees: Mapping[str, etree._Element],
    compiled: Sequence[CompiledPart],
    name: str,
    refused: Collection[str | None],
) -> Iterator[Diagnostic]:
    """A tag where none is read (in a chart, a style's name, split in a field's code) would be printed as it stands.

    Args:
        refused: parts whose mistakes are known; they may be why a tag was not read.
    """
    texts = {item.name: "".join(item.chunks) for item in compiled}
    for part in package:
        if (
            part in refused
            or part in TEXT_PARTS
            or part in notes.PARTS.values()
            or not part.endswith((".xml", ".rels"))
        ):
            continue
        if part in texts:  # which also hold the braces that are to be printed
            text = etree.tostring(trees[part], encoding="unicode") if _LEFT.search(texts[part]) else ""
        else:
            text = package[part].decode("utf-8", "replace")
            text = "" if part.endswith(".rels") and _find_links(package, _owner_of(part)) else text
        if found := _LEFT.search(_DELETED.sub("", text)):
            span = Span(name, place=(("part", part), ("tag", found.group()[:60])))
            yield Diagnostic("TP05", span, {"level": "—"})


def _owner_of(rels: str) -> str:
    """The part whose relationships a .rels part holds."""
    return rels.replace("_rels/", "", 1).removesuffix(".rels")


def _tidy(package: opc.Package, trees: Mapping[str, etree._Element]) -> opc.Package:
    """Without the parts that number comments once more, and without the link targets that are computed."""
    dropped = [part for part in package if _COMMENT_EXTRAS.fullmatch(part)]
    changed: dict[str, bytes] = {}
    for part in trees:
        rels = opc.rels_name(part)
        links = _find_links(package, part) if rels in package else {}
        gone = {rid for rid, item in opc.read_relationships(package, part).items() if item.target in dropped}
        if links or gone:
            changed[rels] = opc.remove_relationships(package[rels], {*links, *gone})
    if dropped:
        changed[opc.CONTENT_TYPES] = opc.remove_content_types(package[opc.CONTENT_TYPES], dropped)
    return package.replace(changed, dropped) if changed or dropped else package
