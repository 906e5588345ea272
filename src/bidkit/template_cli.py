"""Typer commands for templates: their mistakes, the names that they read, and shipped packs copied to be edited."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidkit.command import Format, FormatOption, LangOption, echo, fail, find_language, refuse, tell, working

if TYPE_CHECKING:
    from bidkit.inspection import Inspection

template = typer.Typer(
    name="template",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="""Word 和 Excel 模板：检查错误，列出名称。Word and Excel templates: their mistakes and their names.

    \b
    bidkit template check templates/ours/proposal.docx
    bidkit template eject zh-proposal

    docs/templates.md、docs/workbooks.md 教写模板 / docs/templates.en.md and docs/workbooks.en.md teach how to write
    them.""",
)

TemplateFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help=".docx 或 .xlsx，或模板包的文件夹或名称 / a .docx or .xlsx, or a pack: its folder or name"
    ),
]


def _complete_pack(incomplete: str) -> list[str]:
    from bidkit.completing import list_shipped

    return list_shipped()


@template.command(name="check")
def check_template(
    file: TemplateFile,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
    compat: Annotated[
        bool, typer.Option("--compat", help="按 docxtpl 的宽松规则检查 / judge by docxtpl's lenient rules")
    ] = False,
) -> None:
    """检查一个 Word 或 Excel 模板，一次列出全部错误。Judge a template; every mistake is listed at once, with its place.

    模板包还检查名称、字体和没有用到的文件。Of a pack also its names, its fonts, and files that nothing uses.

    \b
    bidkit template check templates/ours/proposal.docx
    bidkit template check zh-proposal --format json

    退出码 Exit codes: 0 没有错误 no error, 1 有错误 errors, 2 无法运行 could not run.
    """
    from bidkit.diagnostic import has_errors
    from bidkit.reports import json, text

    language = find_language(lang)
    found = _inspect(file, language, is_compat=compat)
    if format is Format.JSON:
        echo(json.render_inspection(found, "template check", language), language)
    else:
        if found.diagnostics:
            echo(text.render_diagnostics(found.diagnostics, language, found.root, Path.cwd()), language)
        echo(text.render_summary(found.diagnostics, language), language)
    raise typer.Exit(1 if has_errors(found.diagnostics) else 0)


@template.command()
def eject(
    pack: Annotated[
        str,
        typer.Argument(metavar="PACK", help="如 zh-proposal / such as zh-proposal", autocompletion=_complete_pack),
    ],
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="DIR",
            help="新模板包的文件夹，默认工作区的 templates/PACK / the new pack's folder, default templates/PACK",
        ),
    ] = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """把一个自带的模板包复制到工作区，供修改；绝不覆盖。Copy a shipped pack to edit it; nothing is overwritten.

    \b
    bidkit template eject zh-proposal
    bidkit template eject zh-proposal --to templates/ours

    退出码 Exit codes: 0 已复制 copied, 1 已有这个文件夹 the folder is there, 2 无法运行 could not run.
    """
    from bidkit.config import find_workspace
    from bidkit.diagnostic import load_messages
    from bidkit.pack import eject_pack

    language = find_language(lang)
    workspace = find_workspace(Path.cwd() / pack)
    if to is None and workspace is None:
        fail("DL19", {"file": Path.cwd() / pack}, language)
    folder = to or (workspace.root / "templates" / pack if workspace else Path(pack))
    problems = eject_pack(pack, folder)
    if problems:
        refuse(problems, language, code=1 if problems[0].code == "PK08" else 2)
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    said = str(load_messages(language)["labels"]["ejected"]).format(folder=shown, name=folder.name)
    tell(said, {"pack": pack, "folder": str(shown)}, "template eject", language, format)


@template.command()
def names(file: TemplateFile, lang: LangOption = None, format: FormatOption = Format.TEXT) -> None:
    """列出一个 Word 或 Excel 模板使用的全部名称。List the names that a template reads, with what they are.

    模板有错误时，仍列出能读出的名称。Of a template with mistakes, the names that can be read.

    \b
    bidkit template names templates/ours/proposal.docx
    bidkit template names zh-proposal --format json
    """
    from bidkit.diagnostic import Severity, load_messages
    from bidkit.reports import json, text

    language = find_language(lang)
    found = _inspect(file, language)
    if not found.is_readable:
        refuse(found.diagnostics, language, found.root)
    if errors := sum(item.severity is Severity.ERROR for item in found.diagnostics):
        warning = str(load_messages(language)["labels"]["names_of_broken"])
        typer.echo(warning.format(errors=errors), err=True)
    is_json = format is Format.JSON
    echo(
        json.render_inspection(found, "template names", language)
        if is_json
        else text.render_names(found.names, language),
        language,
    )


def _inspect(file: Path, language: str, *, is_compat: bool = False) -> "Inspection":
    from bidkit.inspection import find_template, inspect_template

    found = find_template(file, Path.cwd())
    if found is None:
        fail("EN05", {"file": file}, language)
    with working("template"):
        return inspect_template(found, is_compat=is_compat)
