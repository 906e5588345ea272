"""Typer commands for prices: what a committee would correct, and the quote for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from bidkit.command import Format, FormatOption, LangOption, fail, find_language

if TYPE_CHECKING:
    from bidkit.correction import Regime

price = typer.Typer(
    name="price",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""报价：模拟评委修正。Prices: what a committee would correct.

    \b
    bidkit price simulate dist/water --rules mof87

    docs/prices.md、docs/prices.en.md 有例子 / with examples.""",
)


@price.callback()
def _root() -> None:
    """Commands for prices."""


@price.command()
def simulate(
    package: Annotated[
        Path, typer.Argument(metavar="PACKAGE", help="bidkit build 生成的文件夹 / the folder that bidkit build made")
    ],
    rules: Annotated[
        str | None,
        typer.Option("--rules", help="mof87、ndrc 或 mdb，默认随标书 / mof87, ndrc or mdb; default: the bid's own"),
    ] = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """读回完成的文件，模拟评委按规则修正价格的每一步。Read the finished files back; each correction of a committee.

    退出码 0：读全了，没有要修正的。Exit code 0: all was read and nothing would be corrected.
    """
    from bidkit.reports import simulation as reports
    from bidkit.simulation import REGIMES, read_facts, simulate_package

    language = find_language(lang)
    facts = read_facts(package)
    if facts is None:
        fail("EN15", {"folder": package}, language)
    chosen = rules or facts["rules"]
    if chosen not in REGIMES:
        fail("EN16", {"rules": chosen or "—"}, language)
    found = simulate_package(package, facts, cast("Regime", chosen))
    is_json = format is Format.JSON
    typer.echo(reports.render_json(found, language) if is_json else reports.render_text(found, language, Path.cwd()))
    raise typer.Exit(0 if found.is_clean else 1)
