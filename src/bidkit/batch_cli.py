"""Typer command for many deals: which, on how many cores, and how their outcomes are told."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bidkit.command import (
    AsOf,
    LangOption,
    MoreReports,
    ReportFile,
    ReportFormat,
    ReportOption,
    echo,
    find_hook_reference,
    find_language,
    is_watched,
    make_options,
    read_reports,
    refuse,
)

if TYPE_CHECKING:
    from bidkit.diagnostic import Diagnostic
    from bidkit.reports.outcome import Outcome


def batch(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH…",
            help="项目文件、文件夹、通配符，或每行一个路径的 .txt / deals, folders, patterns, a .txt of paths",
        ),
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="生成草稿 / drafts, DRAFT on every page")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="输出目录，默认各工作区 dist / folder for packages")
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="另存 PDF / PDFs too; needs LibreOffice")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="旧文件手工改过，另存后再写 / keep edited packages aside")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="警告也不放行 / warnings stop a build too")] = False,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=0, help="进程数，默认核数 / processes, default as many as cores")
    ] = 0,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster", metavar="ADDRESS", help="在 Dask 集群上生成，如 tcp://scheduler:8786 / build on a Dask cluster"
        ),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option("--timeout", min=1, metavar="SECONDS", help="集群上每个项目的时限 / for one deal on a cluster"),
    ] = 600.0,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="有一个不成就不再开始新的 / begin none after one that fails")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="没有变化的也重新生成 / build what has not changed, too")
    ] = False,
    only_changed: Annotated[
        bool, typer.Option("--only-changed", help="只列出有变化的 / list only what has changed")
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="REF", help="只做与 git 的 REF 不同的项目 / only deals that differ from a git commit"
        ),
    ] = None,
    only_list: Annotated[
        bool, typer.Option("--list", help="只列出有哪些项目、与母版有何不同 / only list the deals, and how they differ")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="只检查，不写文件 / judge like bidkit check, write nothing")
    ] = False,
    touched: Annotated[
        bool,
        typer.Option(
            "--touched",
            help="PATH 是改动的文件：做它们涉及的项目 / PATHs are changed files: the deals that they may change",
        ),
    ] = False,
    explain_cache: Annotated[
        bool, typer.Option("--explain-cache", help="说明每个项目，为什么生成或不生成 / say why each was built or not")
    ] = False,
    lang: LangOption = None,
    format: ReportOption = ReportFormat.TEXT,
    output: ReportFile = None,
    report: MoreReports = None,
    as_of: AsOf = None,
) -> None:
    """一次生成许多项目：用上全部核，一个不成不影响别的，没有变化的不再生成。

    Build many deals on all cores: one that fails stops no other, and what has not changed is not built again.

    \b
    bidkit batch deals --draft
    bidkit batch . --since origin/main --report junit=deals.xml
    bidkit batch . --list

    退出码 Exit codes: 0 全部成功 all good, 1 有不成的 some failed, 2 无法运行 could not run.
    """
    from bidkit.batch import Asked, run_batch
    from bidkit.reports import batch as reports
    from bidkit.reports.formats import write_report

    language, here, files = find_language(lang), Path.cwd(), read_reports(report)
    found, deals, problems = _find(paths or [], here, since, is_touched=touched)
    if problems:
        refuse(problems, language, code=2)
    if only_list:
        _list(deals, language, format, output)
    options = replace(
        make_options(as_of, language), is_draft=draft, out=out, force=force, is_strict=strict, with_pdf=pdf
    )
    forms = tuple(form.value for form in (format, *(form for form, _ in files)))
    asked = Asked(options, language, here, forms, is_check=check, is_fresh=fresh)
    elsewhere = None
    if cluster is not None:
        from bidkit.cluster import Place, run_cluster

        elsewhere = partial(run_cluster, Place(cluster, timeout))
    with _watch(len(deals), language) as told:
        made = run_batch(deals, asked, beside=found, jobs=jobs, fails_fast=fail_fast, elsewhere=elsewhere, done=told)

    def render(form: ReportFormat) -> str:
        return reports.render(made, form.value, language, only_changed=only_changed, with_reasons=explain_cache)

    files += [(format, output)] if output else []
    problems = [problem for form, file in files for problem in write_report(file, render(form))]
    if output is None:
        echo(render(format), language)
    if problems:
        refuse(problems, language, code=2)
    if made.problems:
        refuse(made.problems, language, code=made.exit_code)
    raise typer.Exit(made.exit_code)


def _list(deals: Sequence[Path], language: str, format: ReportFormat, output: Path | None) -> NoReturn:
    """Print which deals there are, and stop; exit code 1 if something is wrong with a batch.yaml."""
    from bidkit.diagnostic import has_errors
    from bidkit.reports import listing
    from bidkit.reports.formats import write_report
    from bidkit.reports.text import render_diagnostics

    if format not in (ReportFormat.TEXT, ReportFormat.JSON):
        raise typer.BadParameter("text, json", param_hint="--format")
    listed, problems = listing.list_deals(deals, Path.cwd())
    for root, wrong in problems:
        typer.echo(render_diagnostics(wrong, language, root, Path.cwd()), err=True)
    content = listing.render(listed, language, is_json=format is ReportFormat.JSON)
    if output is None:
        echo(content, language)
    elif unwritten := write_report(output, content):
        refuse(unwritten, language, code=2)
    raise typer.Exit(1 if any(has_errors(wrong) for _, wrong in problems) else 0)


def _find(
    paths: list[str], here: Path, since: str | None, *, is_touched: bool
) -> tuple[Sequence[Path], Sequence[Path], Sequence["Diagnostic"]]:
    """All deals that there are, and of these the ones that are asked for: all, or those that a change touches."""
    from bidkit.finding import find_deals, find_near, find_touched, find_touched_by

    if not (paths or is_touched):
        raise typer.BadParameter("至少一个 PATH / at least one PATH")
    deals, problems = find_near(paths, here) if is_touched else find_deals(paths, here)
    if problems or (since is None and not is_touched):
        return deals, deals, problems
    if is_touched:
        return deals, *find_touched_by(deals, paths, here, since or find_hook_reference())
    return deals, *find_touched(deals, since or "")


@contextmanager
def _watch(count: int, language: str) -> Iterator[Callable[["Outcome"], None]]:
    """Progress on stderr: a bar with rate and time left on a terminal, else a line for each deal."""
    from bidkit.reports.batch import say_line

    if not is_watched():
        number = 0

        def told(outcome: "Outcome") -> None:
            nonlocal number
            number += 1
            typer.echo(f"[{number}/{count}] {say_line(outcome, language)}", err=True)

        yield told
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=count, rate="")

        def moved(outcome: "Outcome") -> None:
            speed = progress.tasks[task].speed
            progress.update(task, advance=1, rate=f"{speed:.1f}/s" if speed else "")
            if not outcome.is_good:
                progress.console.print(say_line(outcome, language), markup=False, highlight=False)

        yield moved
