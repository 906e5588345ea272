"""Typer commands for prices: what a committee would correct, and the quote for other programs."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

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
    refuse,
    require,
    working,
    write_result,
)

if TYPE_CHECKING:
    from bidkit.correction import Regime


class ExportFormat(StrEnum):
    """The form of an exported quote."""

    JSON = "json"
    CSV = "csv"


Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="写到文件，默认输出 / to a file, default stdout")
]
Force = Annotated[bool, typer.Option("--force", help="覆盖已有的文件 / overwrite a file that is there")]

price = typer.Typer(
    name="price",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""报价：模拟评委修正，导出。Prices: what a committee would correct; export.

    \b
    bidkit price simulate dist/water --rules mof87
    bidkit price export deals/water/deal.yaml --format csv -o lines.csv

    docs/prices.md 有例子。Examples are in docs/prices.en.md.""",
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

    \b
    bidkit price simulate dist/water
    bidkit price simulate dist/water --rules ndrc --format json

    退出码 0：读全了，没有要修正的。Exit code 0: all was read and nothing would be corrected.
    """
    from bidkit.package import recover_package
    from bidkit.reports import simulation as reports
    from bidkit.simulation import REGIMES, read_facts, simulate_package

    language = find_language(lang, package)
    recover_package(package)
    facts = read_facts(package)
    if facts is None:
        fail("EN15", {"folder": package}, language)
    chosen = rules or facts.rules
    if chosen not in REGIMES:
        fail("EN16", {"rules": chosen or "—"}, language)
    with working("price simulate"):
        found = simulate_package(package, facts, cast("Regime", chosen))
    is_json = format is Format.JSON
    echo(
        reports.render_json(found, language) if is_json else reports.render_text(found, language, Path.cwd()), language
    )
    raise typer.Exit(0 if found.is_clean else 1)


@price.command()
def export(
    deal: Deal,
    format: Annotated[
        ExportFormat, typer.Option("--format", help="json 整个报价，csv 报价行 / json: all of it; csv: the lines")
    ] = ExportFormat.JSON,
    output: Output = None,
    force: Force = False,
    lang: LangOption = None,
    as_of: AsOf = None,
) -> None:
    """导出算好的报价，不含成本。The computed quote for other programs; without costs.

    csv 可用作项目的 lines。The csv can be the lines of a deal.

    \b
    bidkit price export deals/water/deal.yaml -o quote.json
    bidkit price export deals/water/deal.yaml --format csv -o lines.csv
    """
    from bidkit.checking import check_deal
    from bidkit.diagnostic import Severity
    from bidkit.exchange import export_csv, export_json

    language = find_language(lang, deal)
    require(deal, language)
    with working("price export"):
        result = check_deal(deal, make_options(as_of, language))
    wrong = [item for item in result.diagnostics if item.severity is Severity.ERROR and item.code[:2] in ("DL", "PR")]
    if result.bid is None or wrong:
        refuse(wrong or result.diagnostics, language, result.root)
    content = export_csv(result.bid) if format is ExportFormat.CSV else export_json(result.bid).encode()
    write_result(content, output, language, force=force)
