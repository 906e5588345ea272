"""Typer command that tells what somebody has edited in a built file, and where each text of it is written."""

from pathlib import Path
from typing import Annotated

import typer

from bidkit.command import (
    AsOf,
    Format,
    FormatOption,
    LangOption,
    echo,
    find_language,
    make_options,
    refuse,
    require,
    working,
)


def reconcile(
    edited: Annotated[Path, typer.Argument(metavar="FILE", help="改过的 .docx 或 .xlsx / the edited file")],
    deal: Annotated[
        Path | None, typer.Option("--deal", metavar="DEAL", help="它的项目，默认按标题找 / default: found by its title")
    ] = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
    as_of: AsOf = None,
) -> None:
    """有人在 Word、Excel 里改了成品：改了哪些段落和单元格，各自写在哪个文件的哪一行。Edits made in Word or Excel.

    \b
    bidkit reconcile proposal-改过.docx
    bidkit reconcile quote.xlsx --deal deals/water/deal.yaml --format json

    退出码 Exit codes: 0 没有不同 nothing differs, 1 有不同 something does, 2 无法比较 could not compare.
    """
    from bidkit.reconciling import reconcile_file
    from bidkit.reports import edits as reports

    language = find_language(lang, deal)
    for path in (edited, *([deal] if deal else [])):
        require(path, language)
    with working("reconcile"):
        found, root, problems = reconcile_file(edited, deal, Path.cwd(), make_options(as_of, language))
    if found is None:
        refuse(problems, language, root, code=2)
    is_json = format is Format.JSON
    echo(
        reports.render_json(found, language) if is_json else reports.render_text(found, language, Path.cwd()), language
    )
    raise typer.Exit(0 if found.is_same else 1)
