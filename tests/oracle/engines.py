"""The two engines behind one face, so that one case runs on both: docxtpl as the oracle, bidkit as the one on trial."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import docx.shared
import docxtpl
import jinja2

Context = Mapping[str, Any] | Callable[["Engine", Any], Mapping[str, Any]]
"""What fills a template: plain data, or a function of the engine and its template object."""


@dataclass(frozen=True)
class Engine:
    """One engine: its template class, its value classes, and lengths."""

    name: str
    DocxTemplate: Any
    RichText: Any
    RichTextParagraph: Any
    Listing: Any
    InlineImage: Any
    Mm: Any
    Cm: Any
    Inches: Any


@dataclass(frozen=True)
class Case:
    """A template and what fills it.

    Args:
        context: the values, or a function that makes them for one engine and template.
        env: makes the jinja2 environment that the user brings.
        prepare: what a script does with the template object before the render.
        compat: whether bidkit must print undefined names as nothing, and None, lists and mappings as Python does.
        escape: docxtpl's `autoescape`; off only where a case is about that.
    """

    name: str
    template: bytes
    context: Context = field(default_factory=dict)
    env: Callable[[], jinja2.Environment] | None = None
    prepare: Callable[[Engine, Any], None] | None = None
    compat: bool = False
    escape: bool = True


def docxtpl_engine() -> Engine:
    """The oracle."""
    return Engine(
        "docxtpl",
        docxtpl.DocxTemplate,
        docxtpl.RichText,
        docxtpl.RichTextParagraph,
        docxtpl.Listing,
        docxtpl.InlineImage,
        docx.shared.Mm,
        docx.shared.Cm,
        docx.shared.Inches,
    )


def bidkit_engine() -> Engine:
    """The engine on trial, by its public names."""
    from bidkit import ooxml  # here, so that a name that is missing fails its test, not the collection

    return Engine(
        "bidkit",
        ooxml.DocxTemplate,
        ooxml.RichText,
        ooxml.RichTextParagraph,
        ooxml.Listing,
        ooxml.InlineImage,
        ooxml.Mm,
        ooxml.Cm,
        ooxml.Inches,
    )


def open_case(engine: Engine, case: Case) -> tuple[Any, Mapping[str, Any]]:
    """The template object of a case, prepared, and the context made for it."""
    template = engine.DocxTemplate(io.BytesIO(case.template))
    if case.prepare:
        case.prepare(engine, template)
    context = case.context(engine, template) if callable(case.context) else case.context
    return template, context


def render(engine: Engine, case: Case) -> bytes:
    """A case as one engine renders it."""
    template, context = open_case(engine, case)
    environment = case.env() if case.env else None
    if engine.name == "docxtpl":
        template.render(context, environment, autoescape=case.escape)
    else:
        template.render(context, jinja_env=environment, compat=case.compat)
    saved = io.BytesIO()
    template.save(saved)
    return saved.getvalue()
