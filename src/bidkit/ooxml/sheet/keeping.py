"""compiled workbooks kept on disk: a template as bytes, and back; see `ooxml/keeping.py` for what a key stands for."""

from __future__ import annotations

import marshal
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any

from bidkit.diagnostic import Span
from bidkit.ooxml import opc
from bidkit.ooxml.names import Uses
from bidkit.ooxml.part import CompiledPart, PlacedTag
from bidkit.ooxml.running import Part
from bidkit.ooxml.sandbox import load_template
from bidkit.ooxml.sheet import follow
from bidkit.ooxml.sheet.bands import Band, Stretch
from bidkit.ooxml.sheet.book import WorkbookTemplate
from bidkit.ooxml.sheet.formula import Formula, Reference
from bidkit.ooxml.sheet.heights import RowFit, Wrapped
from bidkit.ooxml.sheet.plan import FormulaCell, SheetPlan, Side
from bidkit.ooxml.sheet.shell import DefinedName, Shell
from bidkit.ooxml.sheet.typed import CellSite, CellStyle, SheetEnvironment
from bidkit.ooxml.tags import Tag

_KINDS = (
    follow.Area, follow.Value, follow.Rows, follow.Extent, follow.Frozen, follow.Spot, follow.Bounds, follow.Region,
    follow.Breaks, follow.Anchor, follow.Group, follow.ChartRange, Band, Stretch, DefinedName, Shell, Formula,
    Reference, RowFit, Wrapped, FormulaCell, SheetPlan, Side, CellSite, CellStyle, Tag, PlacedTag, Span,
    opc.Relationship,
)  # fmt: skip
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}


def to_bytes(template: WorkbookTemplate, original: opc.Package) -> bytes:
    """A compiled workbook without what its file holds anyway."""
    members = template.package.members
    changed = {name: template.package[name] for name in members if members[name] is not original.members.get(name)}
    dropped = tuple(name for name in original if name not in members)
    parts = [
        (
            part.compiled.name,
            part.compiled.source,
            pack(part.compiled.tags),
            part.compiled.chunks,
            part.code,
            tuple(part.uses),
            part.lines,
        )
        for part in template.parts.values()
    ]
    return marshal.dumps((changed, dropped, pack(list(template.plans)), pack(template.shell), parts))


def restore(payload: bytes, name: str, original: opc.Package, environment: SheetEnvironment) -> WorkbookTemplate:
    """The template that `to_bytes` was given, under the name that its file has now."""
    changed, dropped, plans, shell, compiled = _read(payload, name)
    parts = {
        part.name: Part(part, code, load_template(environment, code), uses, lines)
        for part, code, uses, lines in compiled
    }
    environment.parts = parts
    environment.sites = {plan.part: plan.sites for plan in plans}
    return WorkbookTemplate(name, original.replace(changed, dropped), plans, shell, parts, environment)


@lru_cache(maxsize=16)
def _read(payload: bytes, name: str) -> Any:
    """What does not belong to one environment, kept while bidkit runs: nothing changes it."""
    changed, dropped, plans, shell, parts = marshal.loads(payload)
    compiled = [
        (CompiledPart(part, source, unpack(tags, name), chunks), code, Uses(*uses), lines)
        for part, source, tags, chunks, code, uses, lines in parts
    ]
    return changed, dropped, unpack(plans, name), unpack(shell, name), compiled


def pack(value: Any) -> Any:
    """A value of the kinds above as plain tuples, lists and dicts; the file's own name is left out."""
    if isinstance(value, Span):
        return (_NUMBERS[Span], value.place)
    if isinstance(value, Tag):
        return (_NUMBERS[Tag], *value)
    if is_dataclass(value):
        return (_NUMBERS[type(value)], *(pack(getattr(value, item.name)) for item in fields(value)))
    if isinstance(value, tuple):
        return (-1, *map(pack, value))
    if isinstance(value, list):
        return [pack(item) for item in value]
    if isinstance(value, dict):
        return {key: pack(item) for key, item in value.items()}
    return value


def unpack(value: Any, file: str) -> Any:
    """What `pack` was given."""
    if isinstance(value, list):
        return [unpack(item, file) for item in value]
    if isinstance(value, dict):
        return {key: unpack(item, file) for key, item in value.items()}
    if not isinstance(value, tuple):
        return value
    number, *items = value
    if number == _NUMBERS[Span]:
        return Span(file, place=items[0])
    made = [unpack(item, file) for item in items]
    return tuple(made) if number < 0 else _KINDS[number](*made)
