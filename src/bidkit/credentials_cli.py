"""Typer commands for the credential library: what there is, what expires, what a deal chooses and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidkit.command import AsOf, Deal, Format, FormatOption, LangOption, fail, find_language, make_options, require

if TYPE_CHECKING:
    from bidkit.diagnostic import Diagnostic
    from bidkit.reports.papers import Rows
    from bidkit.source import Workspace

credentials = typer.Typer(
    name="credentials",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""资信文件库：有哪些，何时到期，选哪份、为什么。The papers: what there is, what expires, what fits.

    \b
    bidkit credentials list --kind iso27001
    bidkit credentials expiring --within 90d
    bidkit credentials show iso27001
    bidkit credentials choose deals/water/deal.yaml""",
)

Root = Annotated[
    Path | None,
    typer.Option("--workspace", metavar="DIR", help="工作区，默认从当前目录往上找 / default: the one around here"),
]


@credentials.command(name="list")
def list_papers(
    kind: Annotated[str | None, typer.Option("--kind", help="只列一种 / one kind only")] = None,
    workspace: Root = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """列出全部资信文件。All papers of the library."""
    from bidkit.catalog import load_library
    from bidkit.reports import papers as reports

    language = find_language(lang)
    library, problems = load_library(_find(workspace, language))
    chosen = [paper for paper in library if kind in (None, paper.kind)]
    _show(reports.list_papers(chosen), problems, "list", language, format)
    raise typer.Exit(1 if problems else 0)


@credentials.command()
def show(
    paper: Annotated[str, typer.Argument(metavar="ID", help="记录的 id / the id of a record")],
    workspace: Root = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """一份资信文件的全部内容和使用它的项目。All of one paper, and the deals that use it."""
    from bidkit.catalog import load_library
    from bidkit.credentials.library import find_uses, read_deals
    from bidkit.diagnostic import Diagnostic, Term
    from bidkit.reports import papers as reports
    from bidkit.source import nearest

    language = find_language(lang)
    root = _find(workspace, language)
    library, problems = load_library(root)
    found = next((item for item in library if item.id == paper), None)
    if found is None:
        known = [item.id for item in library]
        values = {"kind": Term("credential"), "id": paper, "near": nearest(paper, known), "allowed": ", ".join(known)}
        _show([], [Diagnostic("DL15", None, values)], "show", language, format)
        raise typer.Exit(1)
    deals, more = read_deals(root)
    rows = reports.describe_paper(found, find_uses(found, deals))
    _show(rows, [*problems, *more], "show", language, format)
    raise typer.Exit(1 if problems else 0)


@credentials.command()
def expiring(
    within: Annotated[str, typer.Option("--within", help="如 90d、6m、1y / such as 90d, 6m, 1y")] = "90d",
    workspace: Root = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
    as_of: AsOf = None,
) -> None:
    """快到期、要监督审核、要复核的，和未结束的项目用到时已过期的。What ends soon, and what open deals need longer.

    退出码 1：有到期的，便于定时任务。Exit code 1: there are some, for a scheduled job.
    """
    from bidkit.catalog import load_library
    from bidkit.credentials.library import find_expiring, read_deals
    from bidkit.days import Period
    from bidkit.reports import papers as reports

    language = find_language(lang)
    text = re.fullmatch(r"(\d{1,4})([dmy])", within.strip())
    if text is None:
        fail("EN18", {"value": within}, language)
    options = make_options(as_of, language)
    today: date = options.as_of or options.now.date()
    root = _find(workspace, language)
    library, problems = load_library(root)
    deals, more = read_deals(root)
    period = Period(int(text[1]), {"d": "day", "m": "month", "y": "year"}[text[2]])
    found = find_expiring(library, deals, today, period.after(today))
    _show(reports.list_endings(found), [*problems, *more], "expiring", language, format)
    raise typer.Exit(1 if found or problems or more else 0)


@credentials.command()
def choose(deal: Deal, lang: LangOption = None, format: FormatOption = Format.TEXT, as_of: AsOf = None) -> None:
    """一个项目的每条要求：库中哪些符合，哪些不符合、为什么。For each requirement: which papers meet it, or why not.

    退出码 1：有要求没有材料符合。Exit code 1: a requirement that no paper meets.
    """
    from bidkit.catalog import load_library
    from bidkit.config import find_workspace
    from bidkit.credentials import choose_for, find_days
    from bidkit.deal import load_deal
    from bidkit.reports import papers as reports

    language = find_language(lang)
    require(deal, language)
    root = find_workspace(deal)
    if root is None:
        fail("DL19", {"file": deal}, language)
    loaded, problems = load_deal(root, deal.resolve().relative_to(root.root).as_posix())
    library, more = load_library(root)
    options = make_options(as_of, language)
    needs = loaded.tender.required_credentials if loaded and loaded.tender else ()
    days = find_days(loaded, options.as_of or options.now.date()) if loaded else None
    choices = [choose_for(need, library, days) for need in needs] if days else []
    _show(reports.list_choices(choices, language), [*problems, *more], "choose", language, format, root.root)
    is_met = all(len(choice.taken) >= max(choice.need.count, 1) for choice in choices)
    raise typer.Exit(0 if is_met and loaded else 1)


def _show(
    rows: Rows, problems: Sequence[Diagnostic], command: str, language: str, format: Format, root: Path | None = None
) -> None:
    from bidkit.reports.papers import render

    is_json = format is Format.JSON
    typer.echo(render(rows, problems, f"credentials {command}", language, is_json=is_json, root=root))


def _find(workspace: Path | None, language: str) -> Workspace:
    from bidkit.config import find_workspace

    start = (workspace or Path.cwd()).resolve()
    found = find_workspace(start / "x")
    if found is None:
        fail("DL19", {"file": start}, language)
    return found
