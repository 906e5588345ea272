"""what every command shares: the language and the form of its result, and how it stops."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer


class Lang(StrEnum):
    """The language of messages."""

    ZH = "zh"
    EN = "en"


class Format(StrEnum):
    """The form of the result on stdout."""

    TEXT = "text"
    JSON = "json"


LangOption = Annotated[
    Lang | None, typer.Option("--lang", help="消息语言，默认随 LANG / language of messages, default by LANG")
]
FormatOption = Annotated[Format, typer.Option("--format", help="结果格式 / form of the result")]


def fail(code: str, values: dict[str, object], language: str) -> NoReturn:
    """Say why bidkit cannot run, and stop with exit code 2."""
    from bidkit.diagnostic import Diagnostic
    from bidkit.reports import text

    problem = Diagnostic(code, None, values)
    typer.echo(text.render_diagnostics([problem], language, None, Path.cwd()), err=True)
    raise typer.Exit(2)


def find_language(chosen: Lang | None) -> str:
    """`--lang`, else the locale of the environment; Chinese unless it says otherwise."""
    if chosen:
        return chosen.value
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if named.split(".")[0] in ("", "C", "POSIX") or named.startswith("zh") else "en"
