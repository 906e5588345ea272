"""Typer commands for requirements: a new list of the buyer's merged with the answers of a deal."""

from pathlib import Path
from typing import Annotated

import typer

from bidkit.command import (
    Deal,
    Format,
    FormatOption,
    LangOption,
    echo,
    find_language,
    read_columns,
    refuse,
    require,
    warn,
    working,
)

NewList = Annotated[Path, typer.Argument(metavar="NEW_LIST", help="更正后的清单 .xlsx、.csv、.docx / the new list")]
Addendum = Annotated[str, typer.Option("--addendum", metavar="NO", help="补遗的编号 / number of the addendum")]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="合并后的清单，默认在原清单旁边 / default: beside the old list"
    ),
]
Force = Annotated[bool, typer.Option("--force", help="覆盖已有的文件 / overwrite a file that is there")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="工作表，默认第一张 / the sheet, default the first")]
Column = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="FIELD=TITLE", help="如 text=采购需求 / such as text=Demand; may be repeated"),
]
Partial = Annotated[
    bool | None,
    typer.Option("--partial/--whole", help="清单只有变动的条款／是全部 / the list has changes only, or all clauses"),
]

requirements = typer.Typer(
    name="requirements",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""逐条要求：招标文件有更正时，与新清单合并。Requirements: merge a new list after an addendum.

    \b
    bidkit requirements merge deals/water/deal.yaml 更正后清单.xlsx --addendum 3

    docs/addenda.md 有例子。Examples are in docs/addenda.en.md.""",
)


@requirements.callback()
def _root() -> None:
    """Commands for requirements."""


@requirements.command()
def merge(
    deal: Deal,
    new_list: NewList,
    addendum: Addendum = "",
    output: Output = None,
    force: Force = False,
    sheet: Sheet = None,
    column: Column = None,
    partial: Partial = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """与更正后的清单合并：没变的保留响应，变了的标为过期，新增的待响应。Merge a new list with the answers.

    写出新清单（csv 或 xlsx，同原清单），绝不擅自覆盖；说明变了什么。A new list is written, and what changed is told.

    \b
    bidkit requirements merge deals/water/deal.yaml 更正后清单.xlsx --addendum 3
    bidkit requirements merge deal.yaml 更正公告.docx --partial --column text=要求

    退出码 Exit codes: 0 已写出 written, 1 有读不懂的，没有写 not understood, nothing written, 2 无法运行 could not run.
    """
    from bidkit.addenda.merging import merge_list
    from bidkit.package import write_file
    from bidkit.reports import addenda as reports

    language = find_language(lang, deal)
    for path in (deal, new_list):
        require(path, language)
    columns = read_columns(column)
    with working("requirements merge"):
        made, root, problems = merge_list(deal, new_list, addendum.strip(), sheet, columns, partial)
    if made is None:
        refuse(problems, language, root, 2 if any(item.code in ("DL19", "EN24") for item in problems) else 1)
    warn(problems, language, root)
    target = output or made.target
    if target.suffix.lower() != made.target.suffix.lower():  # a csv called .xlsx, or written over deal.yaml
        raise typer.BadParameter(f"{target.name}: {made.target.suffix}", param_hint="--output")
    if problems := write_file(target, made.content, force=force):
        refuse(problems, language, code=1 if problems[0].code == "EN17" else 2)
    is_json = format is Format.JSON
    shown = target if output or not target.is_relative_to(Path.cwd()) else target.relative_to(Path.cwd())
    echo(
        reports.render_json(made, shown, language) if is_json else reports.render_text(made, shown, language), language
    )
