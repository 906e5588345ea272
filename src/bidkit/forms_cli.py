"""Typer commands for the buyer's own forms: their blanks as a mapping, and whether a mapping still fits."""

from pathlib import Path
from typing import Annotated

import typer

from bidkit.command import Format, FormatOption, LangOption, find_language, refuse, require, working, write_made

forms = typer.Typer(
    name="forms",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""采购人的 Word 格式：找出空白，核对对应关系。The buyer's Word forms: their blanks and their mappings.

    \b
    bidkit forms scan 投标函.docx -o 投标函.yaml

    docs/forms.md 有例子。Examples are in docs/forms.en.md.""",
)


@forms.callback()
def _root() -> None:
    """Commands for the buyer's forms."""


@forms.command()
def scan(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="采购人的 .docx 或 .doc / the buyer's .docx or .doc")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="写到文件，默认输出 / to a file, default stdout"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的文件 / overwrite a file that is there")] = False,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """找出格式中的空白，写成待确认的对应关系。The blanks of a form as a mapping, which a person then confirms.

    猜不出的留空。What cannot be guessed is left open.

    \b
    bidkit forms scan 投标函.docx -o 投标函.yaml

    退出码 Exit codes: 0 已写出 written, 1 读不懂或不能写 not understood or not written, 2 无法运行 could not run.
    """
    from bidkit.forms.blanks import scan_form
    from bidkit.forms.mapping import write_map
    from bidkit.forms.opening import open_form

    language = find_language(lang)
    require(file, language)
    content = file.read_bytes()
    with working("forms scan"):
        package, problems = open_form(content, file.name)
    if package is None:
        refuse(problems, language)
    found = scan_form(package)
    made = write_map(found, file.name, content).encode()
    facts = {"form": file.name, "blanks": len(found.blanks), "tables": len(found.tables)}
    write_made(made, output, facts, "forms scan", language, format, force=force)
