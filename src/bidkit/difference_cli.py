"""Typer command that compares: two deals or two packages, in the terms of the business."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bidkit.command import (
    AsOf,
    Format,
    FormatOption,
    LangOption,
    ReportFile,
    echo,
    fail,
    find_language,
    make_options,
    refuse,
    working,
)

if TYPE_CHECKING:
    from bidkit.difference import Difference

_DEAL = "deal.yaml"


def diff(
    before: Annotated[Path, typer.Argument(metavar="A", help="deal.yaml，或标书包的文件夹 / a deal.yaml or a package")],
    after: Annotated[Path, typer.Argument(metavar="B", help="同类的另一个 / another one of the same kind")],
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
    output: ReportFile = None,
    as_of: AsOf = None,
) -> None:
    """两个项目或两个标书包的差别，按业务说：价格、范围、响应、资信、日期。What differs, in business terms.

    \b
    bidkit diff old/deal.yaml deals/water/deal.yaml
    bidkit diff dist/water.kept-1 dist/water --format json

    退出码 Exit codes: 0 没有差别 equal, 1 有差别 different, 2 无法比较 could not compare.
    """
    from bidkit.diagnostic import has_errors
    from bidkit.reports import difference as reports
    from bidkit.reports import formats

    language = find_language(lang, after)
    kinds = _find_kind(before, language), _find_kind(after, language)
    if kinds[0] != kinds[1]:
        fail("EN23", {"before": before, "after": after}, language)
    found = (
        _compare_packages(before, after, language)
        if kinds[0] == "package"
        else _compare_deals(before, after, as_of, language)
    )
    is_json = format is Format.JSON
    content = reports.render_json(found, language) if is_json else reports.render_text(found, language, Path.cwd())
    if output is None:
        echo(content, language)
    elif problems := formats.write_report(output, content):
        refuse(problems, language, code=2)
    if not found.is_equal:
        raise typer.Exit(1)
    raise typer.Exit(2 if has_errors(found.problems) else 0)  # equal as far as it was read is not equal


def _find_kind(path: Path, language: str) -> Literal["deal", "package"]:
    from bidkit.matrix import find_file
    from bidkit.package import MANIFEST, recover_package

    recover_package(path)
    if find_file(path).is_file() or (path / _DEAL).is_file():
        return "deal"
    if not path.is_dir():
        fail("EN05", {"file": path}, language)
    if not (path / MANIFEST).is_file():
        fail("EN15", {"folder": path}, language)
    return "package"


def _compare_deals(before: Path, after: Path, as_of: str | None, language: str) -> "Difference":
    from bidkit.difference.deals import compare_deals
    from bidkit.reports import text

    options = make_options(as_of, language)
    files = [path / _DEAL if path.is_dir() else path for path in (before, after)]
    with working("diff"):
        found, problems = compare_deals(files[0], files[1], options.now, options.as_of)
    if found is None:
        for root, wrong in problems:
            if wrong:
                typer.echo(text.render_diagnostics(wrong, language, root, Path.cwd()), err=True)
        raise typer.Exit(2)
    return found


def _compare_packages(before: Path, after: Path, language: str) -> "Difference":
    from bidkit.difference.packages import compare_packages

    with working("diff"):
        found, problems = compare_packages(before, after)
    if found is None:
        fail("EN15", dict(problems[0].values), language)
    return found
