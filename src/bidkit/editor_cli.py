"""Typer commands for whoever edits YAML files: their JSON Schemas, an editor set up with them, their keys in order."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bidkit.command import Format, FormatOption, LangOption, echo, fail, find_language, refuse, tell

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bidkit.formatting import Arranged
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


def _find_workspace(language: str) -> "Workspace":
    from bidkit.config import CONFIG_NAME, find_workspace

    here = Path.cwd()
    found = find_workspace(here / CONFIG_NAME)
    if found is None:
        fail("DL19", {"file": here}, language)
    return found


def _read_settings(workspace: "Workspace", language: str) -> dict[str, bytes]:
    from bidkit.schema.editor import EXTENSIONS, SETTINGS

    there = {}
    for name in (SETTINGS, EXTENSIONS):
        content, problems = workspace.read(name)
        if content is not None:
            there[name] = content
        elif any(problem.code != "DL12" for problem in problems):
            refuse(problems, language, workspace.root, code=2)
    return there


def _write(folder: Path, files: "Mapping[str, bytes]", language: str, *, force: bool) -> None:
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


def fmt(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH…", help="文件或文件夹，默认当前文件夹 / files or folders, default this folder"),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="只检查，不写 / only tell, write nothing")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="只显示会怎样改，不写 / only show what would change")] = False,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """把 YAML 文件的键排成统一的次序，其余一字不改。Keys of YAML files in one order, and nothing else changed.

    注释、空行、引号、数字的写法都原样保留；签署不会失效。Comments, blank lines, quotes and figures stay as they are
    written, and what is attested stays attested.

    \b
    bidkit fmt deals/water/deal.yaml
    bidkit fmt . --check

    退出码 Exit codes: 0 已排好 in order; 1 会改或文件有误 would change, or a file is wrong.
    """
    from bidkit.diagnostic import Severity, load_messages
    from bidkit.formatting import arrange_paths
    from bidkit.package import write_file

    language = find_language(lang)
    files, problems = arrange_paths(paths or [Path()])
    missing = [problem for problem in problems if problem.code in ("EN05", "EN56", "DL19")]
    if missing:
        refuse(missing, language, code=2)
    is_shown = check or diff
    changed = [file for file in files if file.is_changed]
    for file in changed:
        if not is_shown and (wrong := write_file(file.path, file.after, force=True)):
            refuse(wrong, language, code=2)
        if format is Format.TEXT:
            echo(_show_diff(file) if diff else _show(file.path), language)
    if format is Format.JSON:
        tell("", _describe(files, language, is_shown=is_shown), "fmt", language, format)
    for file in files:
        if file.problems:
            _tell(file, language)
    label = load_messages(language)["labels"]["to_arrange" if is_shown else "arranged"]
    same = sum(not file.is_changed and not file.problems for file in files)
    said = label.format(changed=len(changed), same=same)
    typer.echo(said, err=True)
    is_wrong = any(problem.severity is Severity.ERROR for file in files for problem in file.problems)
    if problems:
        refuse(problems, language)
    raise typer.Exit(1 if is_wrong or (is_shown and changed) else 0)


def _describe(files: "Sequence[Arranged]", language: str, *, is_shown: bool) -> dict[str, Any]:
    from bidkit.reports.json import describe

    return {
        "is_written": not is_shown,
        "files": [
            {
                "file": _show(file.path),
                "is_changed": file.is_changed,
                "diff": _show_diff(file) if file.is_changed else None,
                "diagnostics": [describe(problem, language) for problem in file.problems],
            }
            for file in files
        ],
    }


def _tell(file: "Arranged", language: str) -> None:
    from bidkit.reports import text

    typer.echo(text.render_diagnostics(file.problems, language, file.root, Path.cwd()), err=True)


def _show(path: Path) -> str:
    here, whole = Path.cwd().resolve(), path.resolve()
    return (whole.relative_to(here) if whole.is_relative_to(here) else path).as_posix()


def _show_diff(file: "Arranged") -> str:
    import difflib

    name = _show(file.path)
    before, after = (content.decode("utf-8", "replace").splitlines() for content in (file.before, file.after))
    return "\n".join(difflib.unified_diff(before, after, name, name, lineterm=""))
