"""Typer command that tells what a build would make, of what, and what is missing; nothing is written."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from bidkit.command import (
    AsOf,
    Deal,
    Format,
    FormatOption,
    LangOption,
    echo,
    find_language,
    make_options,
    require,
    working,
)


def plan(
    deal: Deal,
    draft: Annotated[bool, typer.Option("--draft", help="按草稿 / as a draft")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="标书放在这里，默认 dist / default: dist")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="警告也不放行，同 build --strict / as build --strict")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="现有标书包被手工改过也不算阻碍，同 build --force / as build --force")
    ] = False,
    pdf: Annotated[bool, typer.Option("--pdf", help="连同 PDF，须有 LibreOffice / with PDFs, by LibreOffice")] = False,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
    as_of: AsOf = None,
) -> None:
    """会生成什么、来自哪里、与现有的有何不同、还缺什么；什么也不写。What would be built, of what, what is missing.

    \b
    bidkit plan deals/water/deal.yaml
    bidkit plan deals/water/deal.yaml --format json

    退出码 Exit codes: 0 会生成 it would be built, 1 不会 it would not, 2 无法运行 could not run.
    """
    from bidkit.planning import make_plan
    from bidkit.reports import plan as reports

    language = find_language(lang, deal)
    require(deal, language)
    with working("plan"):
        asked = replace(make_options(as_of, language), is_draft=draft, out=out, is_strict=strict)
        made = make_plan(deal, replace(asked, force=force, with_pdf=pdf))
    is_json = format is Format.JSON
    echo(reports.render_json(made, language) if is_json else reports.render_text(made, language, Path.cwd()), language)
    raise typer.Exit(1 if made.verdict == "refused" else 0)
