"""what every command shares: the language and the form of its result, and how it stops.

Files with commands do not put off their annotations: Typer would have each evaluated twice, a tenth of `--help`.
"""

import errno
import os
import re
import shlex
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bidkit import __version__

if TYPE_CHECKING:
    from bidkit.diagnostic import Diagnostic
    from bidkit.options import Options

_LOCALE = re.compile(rb"^locale:\s*[\"']?(zh|en)-", re.MULTILINE)


class Lang(StrEnum):
    """The language of messages."""

    ZH = "zh"
    EN = "en"


class Format(StrEnum):
    """The form of the result on stdout."""

    TEXT = "text"
    JSON = "json"


class ReportFormat(StrEnum):
    """The form of what was found in a deal."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"
    SARIF = "sarif"
    HTML = "html"
    MARKDOWN = "markdown"


def complete_deal(incomplete: str) -> list[str]:
    """The deals of the workspace around the working folder."""
    from bidkit.completing import list_deals

    return list_deals(Path.cwd())


def complete_item(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """The items that `attest` and `waive` take, of the deal that stands before them."""
    from bidkit.completing import list_items

    deal = Path(str(ctx.params.get("deal") or "deal.yaml"))
    return list_items(deal, find_language(None, deal), is_waived=ctx.info_name == "waive")


Deal = Annotated[
    Path,
    typer.Argument(
        metavar="DEAL",
        help="deal.yaml 的路径，或 batch.yaml#编号 / path of a deal.yaml, or batch.yaml#ID",
        autocompletion=complete_deal,
    ),
]
LangOption = Annotated[
    Lang | None,
    typer.Option(
        "--lang", help="消息语言，默认随 LANG，再随项目 / language of messages, default by LANG, then by the deals"
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="结果格式 / form of the result")]
ReportOption = Annotated[ReportFormat, typer.Option("--format", help="结果格式 / form of the result")]
ReportFile = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="结果写到文件，默认输出 / result to a file, default stdout"),
]
MoreReports = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FORM=FILE",
        help="另存报告，可写几次，junit=a.xml / a report to a file too, as often as you like: junit=a.xml",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="YYYY-MM-DD", help="以此日判断日期，默认今天 / judge dates by this day, default today"
    ),
]


def make_options(as_of: str | None, language: str) -> "Options":
    """How to judge and build: by the clock, or by the day of `--as-of`."""
    from bidkit.options import Options

    now = datetime.now().astimezone()  # noqa: TID251 - the one place that asks the clock
    try:
        pinned = None if as_of is None else datetime.strptime(as_of, "%Y-%m-%d").date()
    except ValueError:
        fail("EN09", {"value": as_of}, language)
    return Options(now=now, as_of=pinned, version=__version__)


def read_reports(named: Sequence[str] | None) -> list[tuple[ReportFormat, Path]]:
    """The forms and files of `--report`; stops unless each is known and no file is named twice."""
    found: list[tuple[ReportFormat, Path]] = []
    for text in named or ():
        form, is_there, file = text.partition("=")
        if not is_there or not file or form not in [*ReportFormat]:
            raise typer.BadParameter(f"--report {text}: FORM=FILE; {', '.join(ReportFormat)}")
        if Path(file).resolve() in [path.resolve() for _, path in found]:
            raise typer.BadParameter(f"--report {text}: {file} ×2")
        found.append((ReportFormat(form), Path(file)))
    return found


def find_hook_reference() -> str | None:
    """The commit from which pre-commit goes through a range, if it does; else its hooks go through what is staged."""
    return os.environ.get("PRE_COMMIT_FROM_REF") or None


def read_environment() -> dict[str, str]:
    """The variables of the environment."""
    return dict(os.environ)


def require(deal: Path, language: str) -> None:
    """Stop unless a file is there; of `batch.yaml#ID` the file before the sign."""
    from bidkit.matrix import find_file

    file = find_file(deal)
    if file.is_file():
        return
    inside = deal / "deal.yaml"
    near = None if file.exists() else find_near(deal)  # a folder or a device is there, and is no file
    fail("EN05", {"file": deal, "near": str(inside) if inside.is_file() else near}, language)


def find_near(path: Path) -> str | None:
    """The path that was probably meant by one that is not there: a deal of the workspace, or what lies beside it."""
    from bidkit.completing import list_deals
    from bidkit.source import nearest

    beside = [item.name for item in path.parent.iterdir()] if path.parent.is_dir() else []
    if meant := nearest(path.name, beside):
        found = path.with_name(meant)
        return str(found / "deal.yaml" if (found / "deal.yaml").is_file() else found)
    deals = [] if path.suffix and path.name != "deal.yaml" else list_deals(Path.cwd())
    named = {Path(deal).parent.name: deal for deal in deals}
    meant = nearest(path.parent.name if path.name == "deal.yaml" else path.name, [*named])
    return named[meant] if meant else None


def root_of(deal: Path) -> Path | None:
    """The folder of the workspace that a deal is in."""
    from bidkit.config import find_workspace

    found = find_workspace(deal)
    return found.root if found else None


def echo(content: str | bytes, language: str) -> None:
    """Print a result, a text as a line, bytes as they are. Diagnostics: EN04, with exit code 1, where it finds no room;
    whoever has closed the pipe wants no more of it."""
    try:
        typer.echo(content, nl=isinstance(content, str))
    except OSError as error:
        raise typer.Exit(tell_os_error(error, language)) from None


def is_of_path(error: OSError) -> bool:
    """Whether a path has a name that no file can have, or may not be read, or the working folder is gone."""
    if error.filename is None:
        return error.errno == errno.ENOENT
    return error.errno in (errno.ENAMETOOLONG, errno.EACCES, errno.EPERM)


def tell_os_error(error: OSError, language: str) -> int:
    """Say that a path cannot be one or be read, else that nothing can be printed, and let nothing more be; the exit
    code. Whoever has closed the pipe wants no more of it. Diagnostics: DL14, EN04, EN05."""
    from bidkit.diagnostic import Diagnostic

    if is_of_path(error):
        values = {"file": error.filename or ".", "reason": error.strerror or str(error)}
        is_none = error.errno in (errno.ENAMETOOLONG, errno.ENOENT)
        warn(
            [Diagnostic("EN05" if is_none else "DL14", None, values)], language, here=Path(os.sep)
        )  # the working folder may be gone
        return 2
    _discard_output()
    if not isinstance(error, BrokenPipeError):
        warn([Diagnostic("EN04", None, {"folder": "stdout", "reason": error.strerror or str(error)})], language)
    return 1


def is_watched() -> bool:
    """Whether stderr is a terminal; there is none if it was closed before we began."""
    return sys.stderr is not None and sys.stderr.isatty()


@contextmanager
def working(command: str, after: float = 1.0, every: float = 1.0, every_in_logs: float = 15.0) -> Iterator[None]:
    """On stderr how long a command has been at work, once it takes longer than a moment; gone when it is done.

    On a terminal one line that is written over; in the log of a CI job, and on a terminal that cannot go back, a line
    now and then; else nothing, because who reads a pipe takes stderr for complaints.

    Args:
        after, every, every_in_logs: seconds until the first is shown on a terminal, between one and the next, and
            until each in a log.
    """
    is_terminal = is_watched()
    if not is_terminal and not os.environ.get("CI"):
        yield
        return
    import threading

    goes_back = is_terminal and os.environ.get("TERM") != "dumb"
    done, began = threading.Event(), time.monotonic()

    def show() -> None:
        shown, pause = "", after if goes_back else every_in_logs
        while not done.wait(pause):
            pause = every if goes_back else every_in_logs
            shown = f"bidkit {command}: {time.monotonic() - began:.0f} s"
            typer.echo(f"\r{shown}" if goes_back else shown, nl=not goes_back, err=True)
        if goes_back and shown:
            typer.echo(f"\r{' ' * len(shown)}\r", nl=False, err=True)

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def tell(words: str, facts: Mapping[str, Any], command: str, language: str, format: Format) -> None:
    """Print what a command has done: in words, or as one object for another program."""
    from bidkit.reports.json import render_done

    echo(render_done(command, facts) if format is Format.JSON else words, language)


def write_result(content: bytes, output: Path | None, language: str, *, force: bool) -> None:
    """A result to a file, or to stdout byte for byte; stops where the file is there and may not be replaced (1), or
    cannot be written (2)."""
    from bidkit.package import write_file

    if output is None:
        echo(content, language)
    elif problems := write_file(output, content, force=force):
        refuse(problems, language, code=1 if problems[0].code == "EN17" else 2)


def write_made(
    content: bytes,
    output: Path | None,
    facts: Mapping[str, Any],
    command: str,
    language: str,
    format: Format,
    *,
    force: bool,
) -> None:
    """A file that a command makes, as `write_result`; or one object that says where it is, or has its text."""
    if format is Format.TEXT or output is not None:
        write_result(content, output, language, force=force)
    if format is Format.JSON:
        text = None if output else content.decode("utf-8-sig")
        tell("", {**facts, "written": str(output) if output else None, "content": text}, command, language, format)


def read_columns(named: Sequence[str] | None) -> dict[str, str]:
    """The fields and titles of `--column FIELD=TITLE`; stops where one has no title."""
    from bidkit.source.tables.titles import name_field

    pairs = (pair.strip().partition("=") for pair in named or ())
    columns = {name_field(field): title for field, _, title in pairs}
    if not all(columns.values()):
        raise typer.BadParameter("FIELD=TITLE", param_hint="--column")
    return columns


def _discard_output() -> None:
    """Let nothing be written any more when Python flushes what is left at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fail(name: str, values: dict[str, object], language: str, code: int = 2) -> NoReturn:
    """Say why bidkit cannot run, and stop; `name` is that of the diagnostic."""
    from bidkit.diagnostic import Diagnostic

    refuse([Diagnostic(name, None, values)], language, code=code)


def quote(path: object) -> str:
    """A path as it is typed in a shell; one that begins like an option is told from it by `./`."""
    text = f"./{path}" if str(path).startswith(("-", "~")) else str(path)
    if os.name == "posix" and re.search(r"[\"$`\\!]", text):
        return shlex.quote(text)
    return f'"{text}"' if re.search(r"[\s()&;<>|*?'#]", text) else text


def refuse(problems: Sequence["Diagnostic"], language: str, root: Path | None = None, code: int = 1) -> NoReturn:
    """Say what is wrong, with places shown from the working folder, and stop with this exit code.

    Args:
        root: the folder that the places are relative to.
    """
    warn(problems, language, root)
    raise typer.Exit(code)


def warn(problems: Sequence["Diagnostic"], language: str, root: Path | None = None, here: Path | None = None) -> None:
    """Say what was found, with places shown from a folder, the working one if none is named, and go on."""
    from bidkit.reports import text

    if problems:
        typer.echo(text.render_diagnostics(problems, language, root, here or Path.cwd()), err=True)


def find_language(chosen: Lang | None, near: Path | None = None) -> str:
    """`--lang`, else the locale of the environment; where that names no language, the one in which the deals around are
    written, and Chinese where there are none or of both.

    Args:
        near: a deal or a package; the working folder without it.
    """
    if chosen:
        return chosen.value
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    if named.split(".")[0] in ("", "C", "POSIX"):
        return _find_usual_language(near or Path())
    return "zh" if named.startswith("zh") else "en"


def _find_usual_language(near: Path) -> str:
    """The language of a deal, else the one of all deals in the workspace around a path; Chinese if they do not tell."""
    if near.is_file() and (own := next(_read_languages([near]), "")):
        return own
    try:
        here = near.resolve()
    except FileNotFoundError:  # the working folder is gone, as the command will tell
        return "zh"
    root = next((folder for folder in (here, *here.parents) if (folder / "bidkit.yaml").is_file()), None)
    last = "zh"
    for last in _read_languages(root.glob("deals/*/deal.yaml") if root else []):
        if last == "zh":
            break
    return last


def _read_languages(deals: Iterable[Path]) -> Iterator[str]:
    """The languages that deals name; one that cannot be read names none, and is told where it is judged."""
    found = (_LOCALE.search(deal.read_bytes()) for deal in deals if os.access(deal, os.R_OK) and deal.is_file())
    return ("en" if locale[1] == b"en" else "zh" for locale in found if locale)


def begin_in_utf8() -> None:
    """Begin again in Python's UTF-8 mode where the environment leaves it to ASCII: a path in Chinese could neither be
    printed nor handed to LibreOffice."""
    if sys.getfilesystemencoding() == "ascii" and os.environ.get("PYTHONUTF8") != "1" and sys.executable:
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
