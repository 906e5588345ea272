"""Typer commands that read lists of others: prices and requirements from .xlsx, .csv and the tables of a .docx."""

import csv
from pathlib import Path
from typing import Annotated

import typer

from bidkit.command import (
    Format,
    FormatOption,
    LangOption,
    fail,
    find_language,
    read_columns,
    refuse,
    require,
    warn,
    working,
    write_made,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help=".xlsx、.csv、.docx / .xlsx, .csv or .docx")]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="写到文件，默认输出 / to a file, default stdout")
]
Force = Annotated[bool, typer.Option("--force", help="覆盖已有的文件 / overwrite a file that is there")]
Sheet = Annotated[str | None, typer.Option("--sheet", help="工作表，默认第一张 / the sheet, default the first")]
Column = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="FIELD=TITLE", help="如 text=采购需求 / such as text=Demand; may be repeated"),
]

importing = typer.Typer(
    name="import",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""读入别人的清单：报价、逐条要求。Read lists of others: prices, requirements.

    \b
    bidkit import requirements 招标文件.docx -o deals/water/requirements.csv
    bidkit import prices 报价.xlsx -o deals/water/lines.csv

    有一处读不懂就不写。Nothing is written while anything is not understood.""",
)


@importing.callback()
def _root() -> None:
    """Commands that read lists of others."""


@importing.command()
def requirements(
    file: File,
    output: Output = None,
    force: Force = False,
    sheet: Sheet = None,
    column: Column = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """招标文件里的要求读成项目的逐条响应清单，响应留空。The buyer's requirements as the list of a deal, to be answered.

    Word 文件读取有“条款”“要求”两栏的全部表格；★▲※ 等标记自动认出。All tables of a .docx with both columns are read.

    \b
    bidkit import requirements 招标文件.docx -o deals/water/requirements.csv
    bidkit import requirements rfp.xlsx --column text=Demand

    退出码 Exit codes: 0 已写出 written, 1 有读不懂的 not understood, 2 无法运行 could not run.
    """
    from bidkit.addenda.importing import has_answers, import_requirements
    from bidkit.diagnostic import load_messages

    language = find_language(lang)
    require(file, language)
    _require_sheets(file, sheet, language)
    _require_csv(file, output, language)
    with working("import requirements"):
        found, problems = import_requirements(file.read_bytes(), file.name, sheet, read_columns(column), language)
    if found is None:
        refuse(problems, language, file.parent)
    warn(problems, language, file.parent)
    if output is not None and force and output.is_file() and has_answers(output.read_bytes(), output.name):
        fail("EN64", {"file": output}, language, code=1)
    facts = {"file": file.name, "count": found.count, "passed_over": found.passed_over, "markers": found.markers}
    write_made(found.content, output, facts, "import requirements", language, format, force=force or _is_blank(output))
    labels = load_messages(language)["labels"]
    names = ", ".join(_name_column(name, language) for name in found.passed_over)
    told = [labels["imported_passed"].format(names=names)] if names else []
    if not found.markers:
        told.append(labels["imported_unmarked"])
    else:
        counts = ", ".join(f"{marker} {count}" for marker, count in found.markers.items())
        example = ", ".join(f"{marker}: mandatory" for marker in list(found.markers)[:1])
        told.append(labels["imported_markers"].format(counts=counts, example=example))
    _sum_up(file, found.count, output, "requirements.csv", told, language)


@importing.command()
def prices(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="价格表 .xlsx、.csv、.docx，或导出的 .json / a price list, or .json")
    ],
    output: Output = None,
    force: Force = False,
    sheet: Sheet = None,
    column: Column = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore", metavar="TITLE", help="不读的列，可写几次 / a column to be passed over; may be repeated"
        ),
    ] = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """价格表或导出的报价读成项目的报价行。A price list or an exported quote as the lines of a deal.

    \b
    bidkit import prices 报价.xlsx -o deals/water/lines.csv
    bidkit import prices quote.json -o lines.csv

    退出码 Exit codes: 0 已写出 written, 1 有读不懂的 not understood, 2 无法运行 could not run.
    """
    from bidkit.exchange import import_lines

    language = find_language(lang)
    require(file, language)
    _require_sheets(file, sheet, language)
    _require_csv(file, output, language)
    with working("import prices"):
        content, problems = import_lines(file.read_bytes(), file.name, sheet, read_columns(column), ignore or ())
    if content is None:
        refuse(problems, language, file.parent)
    warn(problems, language, file.parent)
    count = len([*csv.reader(content.decode("utf-8-sig").splitlines(keepends=True))]) - 1
    facts = {"file": file.name, "count": count}
    write_made(content, output, facts, "import prices", language, format, force=force or _is_blank(output))
    _sum_up(file, count, output, "lines.csv", [], language)


def _require_sheets(file: Path, sheet: str | None, language: str) -> None:
    """Stop where a sheet is asked for of a file that has none, rather than read something else."""
    if sheet is not None and file.suffix.lower() not in (".xlsx", ".xlsm"):
        from bidkit.diagnostic import load_messages

        raise typer.BadParameter(load_messages(language)["labels"]["import_no_sheets"], param_hint="--sheet")


def _require_csv(file: Path, output: Path | None, language: str) -> None:
    """Stop where a csv would go into a file of another kind, or over the very list that it is read from."""
    if output is None:
        return
    if output.suffix.lower() not in (".csv", "") or output.resolve() == file.resolve():
        from bidkit.diagnostic import load_messages

        said = load_messages(language)["labels"]["import_other"].format(file=file.name)
        raise typer.BadParameter(said, param_hint="-o")


def _name_column(name: str, language: str) -> str:
    """A column by its title, or where it is known by what its field is called."""
    from bidkit.source.tables.titles import TITLES

    return TITLES[name].split()[0] if language == "zh" and name in TITLES else name


def _is_blank(output: Path | None) -> bool:
    """Whether a csv that is there has titles alone, as `bidkit new` makes it: nothing in it would be lost."""
    from bidkit.source.tables.titles import find_field

    if output is None or output.suffix.lower() != ".csv" or not output.is_file():
        return False
    lines = output.read_bytes().decode("utf-8-sig", "replace").split("\n")
    titles, *rows = [line.strip() for line in lines if line.strip(" ,\r")] or [""]
    return not rows and all(find_field(title, {}) is not None for title in titles.split(",") if title.strip())


def _sum_up(file: Path, count: int, output: Path | None, usual: str, told: list[str], language: str) -> None:
    """How much was read, and where it is, beside what was made."""
    from bidkit.diagnostic import load_messages

    labels = load_messages(language)["labels"]
    where = labels["imported_to" if output else "imported_shown"].format(output=output, name=usual)
    typer.echo("\n".join([labels["imported"].format(file=file.name, count=count), *told, where]), err=True)
