"""Typer commands for the credential library: what there is, what expires, what a deal chooses and why."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidkit.command import (
    AsOf,
    Deal,
    Format,
    FormatOption,
    LangOption,
    echo,
    fail,
    find_language,
    make_options,
    require,
    working,
)

if TYPE_CHECKING:
    from bidkit.config import Settings
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


def _complete_kind(incomplete: str) -> list[str]:
    from bidkit.completing import list_kinds

    return list_kinds()


def _complete_paper(ctx: typer.Context, incomplete: str) -> list[str]:
    from bidkit.completing import list_papers

    return list_papers(Path(ctx.params.get("workspace") or Path.cwd()))


@credentials.command(name="list")
def list_papers(
    kind: Annotated[
        str | None, typer.Option("--kind", help="只列一种 / one kind only", autocompletion=_complete_kind)
    ] = None,
    workspace: Root = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """列出全部资信文件。All papers of the library.

    \b
    bidkit credentials list
    bidkit credentials list --kind iso27001 --format json
    """
    from bidkit.catalog import load_library
    from bidkit.kinds import NAMES, find_kind
    from bidkit.reports import papers as reports

    language = find_language(lang)
    if kind is not None and (kind := find_kind(kind)) is None:
        raise typer.BadParameter(", ".join(NAMES), param_hint="--kind")
    library, problems = load_library(_find(workspace, language))
    chosen = [paper for paper in library if kind in (None, paper.kind)]
    _show(reports.list_papers(chosen), problems, "list", language, format)
    raise typer.Exit(1 if problems else 0)


@credentials.command()
def show(
    paper: Annotated[
        str, typer.Argument(metavar="ID", help="记录的 id / the id of a record", autocompletion=_complete_paper)
    ],
    workspace: Root = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """一份资信文件的全部内容和使用它的项目。All of one paper, and the deals that use it.

    \b
    bidkit credentials show iso27001
    """
    from bidkit.catalog import load_library
    from bidkit.config import load_settings
    from bidkit.credentials.library import list_needs, read_deals
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
    with working("credentials show"):
        deals, more = read_deals(root)
    settings, wrong = load_settings(root)
    today = _find_today(None, settings, language)
    needs = list_needs(library, deals, today, settings.company.name if settings else "")
    problems = [*problems, *more, *wrong]
    _show(reports.describe_paper(found, needs.get(found.id, ())), problems, "show", language, format)
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

    \b
    bidkit credentials expiring --within 6m
    bidkit credentials expiring --within 90d --as-of 2026-12-01 --format json

    退出码 1：有到期的，便于定时任务。Exit code 1: there are some, for a scheduled job.
    """
    from bidkit.catalog import load_library
    from bidkit.config import load_settings
    from bidkit.credentials.library import find_expiring, list_needs, read_deals
    from bidkit.days import Period
    from bidkit.reports import papers as reports

    language = find_language(lang)
    text = re.fullmatch(r"(\d{1,4})([dmy])", within.strip())
    if text is None:
        fail("EN18", {"value": within}, language)
    root = _find(workspace, language)
    settings, problems = load_settings(root)
    today = _find_today(as_of, settings, language)
    library, broken = load_library(root)
    with working("credentials expiring"):
        deals, unread = read_deals(root)
    period = Period(int(text[1]), {"d": "day", "m": "month", "y": "year"}[text[2]])
    needs = list_needs(library, deals, today, settings.company.name if settings else "")
    found = find_expiring(library, needs, today, period.after(today))
    problems = [*problems, *broken, *unread]
    _show(reports.list_endings(found), problems, "expiring", language, format)
    raise typer.Exit(1 if found or problems else 0)


@credentials.command()
def choose(deal: Deal, lang: LangOption = None, format: FormatOption = Format.TEXT, as_of: AsOf = None) -> None:
    """一个项目的每条要求：库中哪些符合，哪些不符合、为什么。For each requirement: which papers meet it, or why not.

    \b
    bidkit credentials choose deals/water/deal.yaml

    退出码 1：有要求没有材料符合。Exit code 1: a requirement that no paper meets.
    """
    from bidkit.catalog import load_library
    from bidkit.config import find_workspace, load_settings
    from bidkit.credentials import find_days
    from bidkit.credentials.choosing import choose_for
    from bidkit.deal import load_deal
    from bidkit.reports import papers as reports

    language = find_language(lang, deal)
    require(deal, language)
    root = find_workspace(deal)
    if root is None:
        fail("DL19", {"file": deal}, language)
    loaded, problems = load_deal(root, deal.resolve().relative_to(root.root).as_posix())
    settings, wrong = load_settings(root)
    library, more = load_library(root)
    problems = [*problems, *wrong, *more]
    choices = []
    if loaded and settings:
        days = find_days(loaded, _find_today(as_of, settings, language))
        needs = loaded.tender.required_credentials if loaded.tender else ()
        choices = [choose_for(need, library, days, settings.company.name) for need in needs]
    _show(reports.list_choices(choices, language), problems, "choose", language, format, root.root)
    raise typer.Exit(0 if not problems and all(choice.is_met for choice in choices) else 1)


def _find_today(as_of: str | None, settings: "Settings | None", language: str) -> date:
    """The day by which dates are judged: as asked for, else as the workspace pins it, else today."""
    options = make_options(as_of, language)
    return options.as_of or (settings and settings.as_of) or options.now.date()


def _show(
    rows: "Rows",
    problems: Sequence["Diagnostic"],
    command: str,
    language: str,
    format: Format,
    root: Path | None = None,
) -> None:
    from bidkit.reports.papers import render

    is_json = format is Format.JSON
    echo(render(rows, problems, f"credentials {command}", language, is_json=is_json, root=root), language)


def _find(workspace: Path | None, language: str) -> "Workspace":
    from bidkit.config import find_workspace

    start = (workspace or Path.cwd()).resolve()
    found = find_workspace(start / "x")
    if found is None:
        fail("DL19", {"file": start}, language)
    return found
