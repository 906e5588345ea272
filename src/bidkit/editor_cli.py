"""Typer commands for whoever edits YAML files: their JSON Schemas, an editor set up with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidkit.command import LangOption, echo, fail, find_language, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bidkit.source import Workspace


def schema(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="文件种类，如 deal；不写则列出 / such as deal; without it, a list"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="PATH", help="写到文件，--all 写到文件夹 / to a file; --all to a folder"
        ),
    ] = None,
    all_kinds: Annotated[
        bool, typer.Option("--all", help="全部种类，默认写到 .bidkit/schemas / every kind, by default there")
    ] = False,
    editor: Annotated[bool, typer.Option("--editor", help="另写 VS Code 的设置 / settings of VS Code besides")] = False,
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的文件 / overwrite a file that is there")] = False,
    lang: LangOption = None,
) -> None:
    """编辑器用的 JSON Schema：补全、说明、即时报错。JSON Schemas for editors: completion, help, mistakes at once.

    \b
    bidkit schema                     列出文件种类 / the kinds of files
    bidkit schema deal -o deal.json   一种 / one of them
    bidkit schema --editor            写好 VS Code 的设置 / set up VS Code for this workspace

    标题和说明用 --lang 的语言。Titles and descriptions are in the language of --lang. docs/editor.md, docs/editor.en.md
    """
    from bidkit.schema import KINDS, render_schema, title_kind
    from bidkit.schema.editor import make_schema_files, put_settings

    language = find_language(lang)
    if all_kinds or editor:
        if kind or (output and editor):
            raise typer.BadParameter("KIND, --all, --editor, -o")
        if output:
            files = {Path(name).name: content for name, content in make_schema_files(language).items()}
            _write(output, files, language, force=force)
            return
        workspace = _find_workspace(language)
        made = make_schema_files(language)
        if editor:
            settings, problems = put_settings(_read_settings(workspace, language))
            if problems:
                refuse(problems, language, workspace.root)
            made |= settings
        _write(workspace.root, made, language, force=True)
        return
    if kind is None:
        rows = (f"{item.name:12}  {', '.join(item.globs):26}  {title_kind(item, language)}" for item in KINDS)
        echo("\n".join(rows), language)
        return
    found = next((item for item in KINDS if item.name == kind), None)
    if found is None:
        raise typer.BadParameter(f"{kind}: {', '.join(item.name for item in KINDS)}")
    text = render_schema(found, language)
    if output is None:
        echo(text.encode(), language)
    else:
        _write(output.parent, {output.name: text.encode()}, language, force=force)


def _find_workspace(language: str) -> Workspace:
    from bidkit.config import CONFIG_NAME, find_workspace

    here = Path.cwd()
    found = find_workspace(here / CONFIG_NAME)
    if found is None:
        fail("DL19", {"file": here}, language)
    return found


def _read_settings(workspace: Workspace, language: str) -> dict[str, bytes]:
    from bidkit.schema.editor import EXTENSIONS, SETTINGS

    there = {}
    for name in (SETTINGS, EXTENSIONS):
        content, problems = workspace.read(name)
        if content is not None:
            there[name] = content
        elif any(problem.code != "DL12" for problem in problems):
            refuse(problems, language, workspace.root, code=2)
    return there


def _write(folder: Path, files: Mapping[str, bytes], language: str, *, force: bool) -> None:
    """Write files below a folder, and name each; what is the same already stays untouched."""
    from bidkit.diagnostic import Diagnostic
    from bidkit.package import write_file

    for name, content in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            is_same = path.is_file() and path.read_bytes() == content
        except OSError as error:
            refuse(
                [Diagnostic("EN04", None, {"folder": path, "reason": error.strerror or str(error)})], language, code=2
            )
        if is_same:
            continue
        if problems := write_file(path, content, force=force):
            refuse(problems, language, code=2)
        echo(_show(path), language)


def _show(path: Path) -> str:
    here, whole = Path.cwd().resolve(), path.resolve()
    return (whole.relative_to(here) if whole.is_relative_to(here) else path).as_posix()
