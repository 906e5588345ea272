"""Typer commands about the surroundings: what the machine has for bidkit, and which settings hold."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidkit.command import (
    Format,
    FormatOption,
    LangOption,
    complete_deal,
    echo,
    fail,
    find_language,
    read_environment,
    refuse,
    require,
    working,
)

if TYPE_CHECKING:
    from bidkit.reports.surroundings import Check

config = typer.Typer(
    name="config",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""设置。Settings.

    \b
    bidkit config show
    bidkit config show --deal deals/water/deal.yaml --format json""",
)


@config.callback()
def _root() -> None:
    """Commands for settings."""


def doctor(lang: LangOption = None, format: FormatOption = Format.TEXT) -> None:
    """检查这台机器：LibreOffice、字体、缓存、权限；缺什么、怎么办。What this machine has and lacks.

    \b
    bidkit doctor
    bidkit doctor --format json

    退出码 Exit codes: 0 可以用 usable, 1 有不能用的 something cannot be used.
    """
    from bidkit import __version__
    from bidkit.doctor import examine
    from bidkit.reports import surroundings as reports

    language = find_language(lang)
    is_json = format is Format.JSON
    checks: list[Check] = []
    made = examine(Path.cwd(), _find_encoding(), __version__)
    while check := _wait_for(made):
        checks.append(check)
        if not is_json:
            echo(reports.render_check(check, language), language)
    echo(reports.render_checks_json(checks, language) if is_json else reports.render_counts(checks, language), language)
    raise typer.Exit(1 if any(check.state == "error" for check in checks) else 0)


def _wait_for(made: Iterator["Check"]) -> "Check | None":
    with working("doctor"):
        return next(made, None)


def _find_encoding() -> str:
    """What the terminal is set to: what bidkit writes is UTF-8 whatever it is."""
    import locale

    return "utf-8" if sys.flags.utf8_mode else locale.getpreferredencoding(False)


@config.command()
def show(
    deal: Annotated[
        Path | None,
        typer.Option(
            "--deal",
            metavar="DEAL",
            help="也列出这个项目自己的 / those of a deal, too",
            autocompletion=complete_deal,
        ),
    ] = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """列出生效的设置，各自写在哪里。The settings that hold, each with its place.

    \b
    bidkit config show
    bidkit config show --deal deals/water/deal.yaml

    退出码 Exit codes: 0 已列出 listed, 1 有读不懂的 not understood, 2 不在工作区里 in no workspace.
    """
    from bidkit.config import find_workspace, load_settings
    from bidkit.deal import load_deal
    from bidkit.reports import surroundings as reports
    from bidkit.settings import list_settings

    language = find_language(lang, deal)
    if deal:
        require(deal, language)
    here = deal or Path.cwd() / "deal.yaml"
    workspace = find_workspace(here)
    if workspace is None:
        fail("DL19", {"file": here}, language)
    settings, problems = load_settings(workspace)
    name = here.resolve().relative_to(workspace.root.resolve()).as_posix()
    found, more = load_deal(workspace, name) if deal else (None, [])
    if settings is None or (deal and found is None):
        refuse([*problems, *more], language, workspace.root)
    listed = list_settings(settings, found, read_environment())
    echo(reports.render_settings(listed, language, is_json=format is Format.JSON), language)
