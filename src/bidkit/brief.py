"""the internal brief as a .docx: a pack's template filled with what the sellers know; never handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bidkit.bid import Bid
from bidkit.cache import open_store
from bidkit.context import PAPERS
from bidkit.context.brief import make_brief_context
from bidkit.context.formats import make_filters
from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.rendered import Template
from bidkit.ooxml.template import compile_template
from bidkit.pack import Pack, make_theme

BRIEF = "internal/brief.docx"
"""Its place in the package."""


def compile_brief(pack: Pack, bid: Bid) -> tuple[Template | None, list[Diagnostic]]:
    """The template in the company's colour; None if it is wrong. Diagnostics: TP01–TP16."""
    company, locale = bid.company, bid.deal.locale
    theme = make_theme(pack, company.color, is_written="color" in company.model_fields_set)
    look = (), theme, PAPERS.get(locale)
    load, store = pack.includes.get, open_store("templates")
    return compile_template(pack.brief, pack.brief_name, make_filters(locale), *look, load=load, store=store)


def check_brief(template: Template, bid: Bid, progress: Mapping[str, Any], *, is_draft: bool) -> list[Diagnostic]:
    """What filling the template would tell. Diagnostics: TP04, TP07, TP08, TP10, TP12, TP13."""
    context = make_brief_context(bid, progress, is_draft=is_draft)
    return template.check_names(context) or template.render(context).problems


def render_brief(
    template: Template, bid: Bid, progress: Mapping[str, Any], *, is_draft: bool
) -> tuple[bytes, list[Diagnostic]]:
    """The finished file; empty if the template asks for what is not there. Diagnostics: as `check_brief`."""
    context = make_brief_context(bid, progress, is_draft=is_draft)
    if missing := template.check_names(context):
        return b"", missing
    rendered = template.render(context)
    return rendered.save(bid.deal.dated), rendered.problems
