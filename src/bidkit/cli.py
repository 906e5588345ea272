"""Typer commands: read options, call, print, exit code."""

import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bidkit import __version__
from bidkit.attesting_cli import attest, waive
from bidkit.batch_cli import batch
from bidkit.codes_cli import explain, rules
from bidkit.command import (
    AsOf,
    Deal,
    Lang,
    LangOption,
    MoreReports,
    ReportFile,
    ReportFormat,
    ReportOption,
    begin_in_utf8,
    echo,
    fail,
    find_language,
    find_near,
    is_of_path,
    make_options,
    read_reports,
    refuse,
    require,
    tell_os_error,
    working,
)
from bidkit.credentials_cli import credentials
from bidkit.difference_cli import diff
from bidkit.editor_cli import fmt, schema
from bidkit.forms_cli import forms
from bidkit.import_cli import importing
from bidkit.plan_cli import plan
from bidkit.preview_cli import preview
from bidkit.price_cli import price
from bidkit.reconcile_cli import reconcile
from bidkit.requirements_cli import requirements
from bidkit.start_cli import init, new
from bidkit.surroundings_cli import config, doctor
from bidkit.template_cli import template

if TYPE_CHECKING:
    from bidkit.reports import Result


app = typer.Typer(
    name="bidkit",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""标书即代码：一个 deal.yaml 生成整套投标文件。Bids as code: one deal.yaml becomes the whole bid package.

    \b
    bidkit init 标书                        建立工作区 / make a workspace
    bidkit new water                        新建项目 / start a deal
    bidkit check deals/water/deal.yaml      检查，不写文件 / judge, write nothing
    bidkit gate deals/water/deal.yaml       销售阶段检查表 / the checklist of the stages
    bidkit build deals/water/deal.yaml      生成 dist/<id>/ / build the package
    bidkit plan deals/water/deal.yaml       会生成什么、还缺什么 / what would be built
    bidkit preview deals/water/deal.yaml    边写边看 / pages and findings at every save
    bidkit verify dist/water                核验成品 / verify a finished package
    bidkit check deal.yaml --format sarif   供 CI 和编辑器 / for CI and editors
    bidkit batch . --since origin/main      改动涉及的全部项目 / every deal that a change touches
    bidkit explain PR04                     解释一个编号 / explain a code
    bidkit rules                            列出全部编号 / list every code
    bidkit template check proposal.docx     检查一个模板 / judge a template
    bidkit template names proposal.docx     模板使用的名称 / the names that it reads
    bidkit template eject zh-proposal       复制自带的模板包 / copy a shipped pack
    bidkit price simulate dist/water        模拟评委修正价格 / what a committee would correct
    bidkit price export deal.yaml           报价导出为 JSON、CSV / the quote as JSON or CSV
    bidkit import prices 报价.xlsx          读入价格表、要求清单 / read price lists and requirements
    bidkit forms scan 投标函.docx           采购人格式中的空白 / the blanks of a buyer's form
    bidkit credentials expiring             快到期的资信文件 / papers that expire soon
    bidkit requirements merge deal.yaml b.xlsx  与更正后的清单合并 / merge a new list
    bidkit diff old/deal.yaml deal.yaml     两版的差别 / what differs between two versions
    bidkit reconcile 改过的.docx            改了哪里、写在哪里 / edits made in Word, and their sources
    bidkit schema --editor                  编辑器的补全和说明 / completion and help in editors
    bidkit fmt deals                        键排成统一的次序 / keys in one order
    bidkit doctor                           这台机器缺什么 / what this machine lacks
    bidkit config show                      生效的设置 / the settings that hold

    退出码 Exit codes: 0 完好 no error, 1 有错误或关口未开 errors or gate closed, 2 无法运行 could not run.""",
)

app.command()(init)
app.command()(new)
app.add_typer(template)
app.add_typer(importing)
app.add_typer(price)
app.add_typer(credentials)
app.add_typer(requirements)
app.command()(diff)
app.command()(schema)
app.command()(fmt)
app.command()(batch)
app.add_typer(forms)
app.command()(plan)
app.command()(preview)
app.command()(reconcile)
app.command()(doctor)
app.add_typer(config)

Strict = Annotated[bool, typer.Option("--strict", help="警告也算错误 / warnings count as errors")]


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"bidkit {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="版本 / print the version", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Options before the command."""


@app.command()
def check(
    deal: Deal,
    lang: LangOption = None,
    format: ReportOption = ReportFormat.TEXT,
    output: ReportFile = None,
    report: MoreReports = None,
    as_of: AsOf = None,
    strict: Strict = False,
) -> None:
    """检查一个项目，不写任何文件。Judge a deal; nothing is written.

    \b
    bidkit check deals/water/deal.yaml
    bidkit check deals/water/deal.yaml --report sarif=found.sarif --strict

    退出码 Exit codes: 0 没有错误 no error, 1 有错误 errors, 2 无法运行 could not run.
    """
    language, more = find_language(lang, deal), read_reports(report)
    require(deal, language)
    options = replace(make_options(as_of, language), is_strict=strict)
    if output is None and not more:
        from bidkit.repeating import tell_check

        with working("check"):
            said, exit_code = tell_check(deal, options, format.value, language, Path.cwd())
        echo(said, language)
        raise typer.Exit(exit_code)
    from bidkit.checking import check_deal

    with working("check"):
        result = check_deal(deal, options)
    _show(result, "check", language, format, output, more)
    raise typer.Exit(result.exit_code)


@app.command()
def gate(
    deal: Deal,
    lang: LangOption = None,
    format: ReportOption = ReportFormat.TEXT,
    output: ReportFile = None,
    report: MoreReports = None,
    as_of: AsOf = None,
    stage: Annotated[
        str | None,
        typer.Option(
            "--stage", metavar="N", help="到这一阶段，各项都完成才是 0 / 0 if all items up to this stage hold"
        ),
    ] = None,
) -> None:
    """显示六步销售流程的检查表：哪些未完成，如何完成。The checklist of the stages: what is done, how to do the rest.

    \b
    bidkit gate deals/water/deal.yaml
    bidkit gate deals/water/deal.yaml --stage 3 --format json

    退出码 0：没有错误，可以生成最终文件。Exit code 0: no error, and a final package may be built.
    """
    from bidkit.checking import check_deal

    language, more = find_language(lang, deal), read_reports(report)
    require(deal, language)
    with working("gate"):
        result = check_deal(deal, make_options(as_of, language))
    known = [item.stage.id for item in result.gate.stages] if result.gate else []
    if stage is not None and known and stage not in known:
        raise typer.BadParameter(f"--stage: {', '.join(known)}")
    _show(result, "gate", language, format, output, more)
    if stage is not None and result.gate:
        raise typer.Exit(max(result.exit_code, 1 if result.gate.open_up_to(stage) else 0))
    raise typer.Exit(max(result.exit_code, 0 if result.is_ready else 1))


@app.command()
def build(
    deal: Deal,
    draft: Annotated[
        bool,
        typer.Option(
            "--draft", help="关口未开也生成，每页标明草稿 / build before the gate is open, DRAFT on every page"
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="输出目录，默认工作区的 dist / folder for packages, default the workspace's dist",
        ),
    ] = None,
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help="旧文件被手工改过时，保留旧的一份再写 / keep a hand-edited old package aside and write the new one",
        ),
    ] = False,
    pdf: Annotated[
        bool,
        typer.Option(
            "--pdf",
            help="每册和报价表另存 PDF，需要 LibreOffice / a PDF beside each volume and the quote; needs LibreOffice",
        ),
    ] = False,
    lang: LangOption = None,
    format: ReportOption = ReportFormat.TEXT,
    output: ReportFile = None,
    report: MoreReports = None,
    as_of: AsOf = None,
    strict: Strict = False,
) -> None:
    """生成整套投标文件；不合格就不生成，并逐条说明原因。

    Build the whole package; refuse, and say why, while anything is wrong.

    \b
    bidkit build deals/water/deal.yaml
    bidkit build deals/water/deal.yaml --draft --pdf --out drafts

    退出码 Exit codes: 0 已生成 built, 1 不合格，没有生成 refused, 2 无法运行 could not run.
    """
    from bidkit.build import build_deal

    language, more = find_language(lang, deal), read_reports(report)
    require(deal, language)
    options = replace(
        make_options(as_of, language), is_draft=draft, out=out, force=force, is_strict=strict, with_pdf=pdf
    )
    with working("build"):
        result = build_deal(deal, options)
    _show(result, "build", language, format, output, more)
    raise typer.Exit(result.exit_code if result.folder else max(1, result.exit_code))


@app.command()
def verify(
    packages: Annotated[
        list[Path],
        typer.Argument(metavar="PACKAGE…", help="bidkit build 生成的文件夹 / folders that bidkit build made"),
    ],
    lang: LangOption = None,
    format: ReportOption = ReportFormat.TEXT,
    output: ReportFile = None,
    report: MoreReports = None,
    strict: Strict = False,
) -> None:
    """只凭标书文件夹，再次核验：清单、文件的每一处、全部规则。Verify finished packages, from themselves alone.

    \b
    bidkit verify dist/water
    bidkit verify dist/lot-1 dist/lot-2 --format json

    退出码 0：完好。Exit code 0: sound.

    见 docs/verify.md / see docs/verify.en.md
    """
    from bidkit.package import MANIFEST, recover_package
    from bidkit.verification import verify_packages

    language, more = find_language(lang, packages[0]), read_reports(report)
    for folder in packages:
        recover_package(folder)
        if not folder.exists():
            fail("EN05", {"file": folder, "near": find_near(folder)}, language)
        if not (folder / MANIFEST).is_file():
            fail("EN15", {"folder": folder}, language)
    with working("verify"):
        result = verify_packages(packages, __version__, is_strict=strict)
    _show(result, "verify", language, format, output, more)
    raise typer.Exit(result.exit_code)


app.command()(attest)
app.command()(waive)
app.command()(explain)
app.command()(rules)


def _show(
    result: "Result",
    command: str,
    language: str,
    format: ReportFormat,
    output: Path | None,
    more: Sequence[tuple[ReportFormat, Path]],
) -> None:
    """The result on stdout or in a file, then stderr has the numbers; and in the files of more reports."""
    from bidkit.reports import formats, text

    def render(form: ReportFormat) -> str:
        return formats.render(result, command, form.value, language, Path.cwd())

    files = [*more, *([(format, output)] if output else [])]
    problems = [problem for form, file in files for problem in formats.write_report(file, render(form))]
    if output is None:
        echo(render(format), language)
    if problems:
        refuse(problems, language, code=2)
    if output:
        counted = text.render_summary(result.diagnostics, language, len(result.suppressed))
        typer.echo(f"{text.clean(str(output))}: {counted}", err=True)


def _choose_help(words: Sequence[str]) -> Callable[..., object]:
    """The command line to run; one that will show its help shows it in the reader's language."""
    if {"-h", "--help"}.isdisjoint(words) and len(words) > 1:
        return app
    from bidkit.helping import translate

    command = typer.main.get_command(app)
    translate(command, _find_reader(words))
    return command


def _run(words: Sequence[str]) -> None:
    """Run a command line and stop with its exit code; one that is wrong is told in the reader's language."""
    try:
        code = _choose_help(words)(standalone_mode=False)
    except typer.Abort:
        typer.echo(err=True)
        raise SystemExit(1) from None
    except OSError as error:
        if not (_only_tells(words) or is_of_path(error)):
            raise
        raise SystemExit(tell_os_error(error, _find_reader(words))) from None
    except Exception as error:
        from bidkit.misuse import tell_misuse

        told = tell_misuse(error, _find_reader(words))
        if told is None:
            raise
        typer.echo(told, nl=bool(told), err=True)
        raise SystemExit(2) from None
    raise SystemExit(code if isinstance(code, int) else 0)


def _only_tells(words: Sequence[str]) -> bool:
    """Whether a command line shows help or the version, and so does nothing that may go wrong but writing to stdout."""
    command: object = typer.main.get_command(app)
    for word in words:
        command = getattr(command, "commands", {}).get(word)
    return not {"-h", "--help", "--version"}.isdisjoint(words) or hasattr(command, "commands")


def _find_reader(words: Sequence[str]) -> str:
    """The language of a command line that could not be read as a whole."""
    chosen = next((after for word, after in pairwise(words) if word == "--lang" and after in [*Lang]), None)
    return chosen or find_language(None)


def main() -> None:
    """Run the command line; interrupted is exit code 130."""
    begin_in_utf8()
    gc.disable()  # a command ends before cycles matter; looking for them takes a tenth of it. A batch collects by deal.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        _run(sys.argv[1:])
    finally:
        gc.freeze()  # Python looks for cycles once more as it ends; what is there goes with the process
