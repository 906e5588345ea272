"""compiled templates kept on disk: what a key stands for, a template as bytes, and back.

Code is only run that came out of this very source with this very Python, Jinja and bidkit; the store checks that an
entry is whole, and that no one but the user could have written it.
"""

from __future__ import annotations

import importlib.util
import marshal
from collections.abc import Mapping
from dataclasses import astuple
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import jinja2

from bidkit.diagnostic import Span
from bidkit.ooxml import opc
from bidkit.ooxml.fields import ListLevel
from bidkit.ooxml.include import Load
from bidkit.ooxml.names import Uses
from bidkit.ooxml.notes import Shell
from bidkit.ooxml.part import CompiledPart, PlacedTag
from bidkit.ooxml.rendered import Template
from bidkit.ooxml.running import Part
from bidkit.ooxml.sandbox import Environment, load_template
from bidkit.ooxml.tags import Tag
from bidkit.ooxml.values import Site, Styles

_HERE = [
    (path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in sorted(Path(__file__).parent.rglob("*.py"))
]
_JINJA = [(path.name, path.stat().st_mtime_ns) for path in sorted(Path(jinja2.__file__).parent.glob("*.py"))]


def make_key(content: bytes, environment: Environment, settings: tuple[Any, ...]) -> str:
    """The name under which a compiled template is kept: all that its code depends on."""
    facts = (
        importlib.util.MAGIC_NUMBER,
        _JINJA,
        _HERE,
        settings,
        environment.is_compat,
        _list_functions(environment.filters),
        _list_functions(environment.tests),
        sorted(environment.globals),
    )
    return sha256(content).hexdigest() + sha256(repr(facts).encode()).hexdigest()


def _list_functions(functions: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names, and what each wants to be given by the code that calls it."""
    return sorted((name, str(getattr(function, "jinja_pass_arg", ""))) for name, function in functions.items())


def to_bytes(template: Template, original: opc.Package, sources: Mapping[str, str]) -> bytes:
    """A compiled template without what its file holds anyway.

    Args:
        sources: the SHA-256 of the files that it includes, by name.
    """
    members = template.package.members
    changed = {name: template.package[name] for name in members if members[name] is not original.members.get(name)}
    dropped = tuple(name for name in original if name not in members)
    styles = template.styles
    parts = [
        (
            part.compiled.name,
            part.compiled.source,
            [_flatten(tag, template.name) for tag in part.compiled.tags],
            part.compiled.chunks,
            part.compiled.contents,
            [_flatten_span(span, template.name) for span in part.compiled.references],
            {kind: astuple(shell) for kind, shell in part.compiled.shells.items()},
            astuple(part.compiled.area),
            part.code,
            tuple(part.uses),
            part.lines,
        )
        for part in template.parts.values()
    ]
    looks = (dict(styles.ids), dict(styles.list_numbers), dict(styles.number_ids), dict(styles.numbers))
    levels = {level: astuple(rule) for level, rule in template.levels.items()}
    return marshal.dumps((dict(sources), changed, dropped, (*looks, dict(styles.starts)), levels, parts))


def _flatten(placed: PlacedTag, name: str) -> tuple[Any, ...]:
    site = None if placed.site is None else astuple(placed.site)
    where = _flatten_span(placed.span, name)
    return (tuple(placed.tag), where, placed.kind, site, placed.part, placed.columns, placed.chunk)


def _flatten_span(span: Span, name: str) -> tuple[Any, ...]:
    return ("" if span.file == name else span.file, span.place)


def read(payload: bytes, load: Load | None) -> Any:
    """What `to_bytes` gave, for `restore`; None if a file that the template includes is another now."""
    kept = _load(payload)
    for name, digest in kept[0].items():
        content = load(name) if load is not None else None
        if content is None or sha256(content).hexdigest() != digest:
            return None
    return kept


@lru_cache(maxsize=16)
def _load(payload: bytes) -> Any:
    """What is kept while bidkit runs: nothing changes it."""
    return marshal.loads(payload)


def restore(kept: Any, name: str, original: opc.Package, environment: Environment) -> Template:
    """The template that `to_bytes` was given."""
    _, changed, dropped, looks, levels, parts = kept
    made: dict[str, Part] = {}
    for part_name, source, tags, chunks, contents, references, shells, area, code, uses, lines in parts:
        compiled = CompiledPart(
            part_name,
            source,
            [_place(tag, name) for tag in tags],
            chunks,
            contents,
            [Span(file or name, place=place) for file, place in references],
            {kind: Shell(*shell) for kind, shell in shells.items()},
            Site(*area),
        )
        made[part_name] = Part(compiled, code, load_template(environment, code), Uses(*uses), lines)
    environment.parts = made
    package = original.replace(changed, dropped)
    rules = {level: ListLevel(*rule) for level, rule in levels.items()}
    return Template(name, package, Styles(*looks), rules, made, environment)


def _place(flat: tuple[Any, ...], name: str) -> PlacedTag:
    tag, (file, place), kind, site, part, columns, chunk = flat
    span = Span(file or name, place=place)
    return PlacedTag(Tag(*tag), span, kind, None if site is None else Site(*site), part, columns, chunk)
