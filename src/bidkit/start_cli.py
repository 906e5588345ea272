"""Typer commands to begin with: a new workspace whose sample deal builds at once, and a new deal in a workspace."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bidkit.command import (
    Format,
    FormatOption,
    LangOption,
    fail,
    find_language,
    make_options,
    quote,
    refuse,
    tell,
    working,
)

_FACTS = ("customer", "title", "regime", "tender_no", "deadline", "validity_days", "ceiling", "bond", "rules", "budget")
"""What is asked for, in this order."""
_DEFAULTS = {"zh": {"locale": "zh-CN", "currency": "CNY"}, "en": {"locale": "en-US", "currency": "USD"}}
_CHOICES = {"regime": "commercial"}
Asked = Annotated[bool, typer.Option("--yes", "-y", help="不提问，不知道的留空 / ask nothing, leave gaps")]


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="工作区的文件夹，默认当前 / default: here")] = Path(),
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """建立工作区，内有一个能直接生成的小项目。Make a workspace with a small deal that builds at once.

    已有的文件绝不覆盖：有一个重名就什么也不写。Nothing that is there is overwritten.

    \b
    bidkit init 标书
    bidkit init bids --lang en

    退出码 Exit codes: 0 已建立 made, 1 有文件重名 a file is there already, 2 无法写入 could not write.
    """
    from bidkit.config import find_workspace
    from bidkit.diagnostic import load_messages
    from bidkit.package import add_files
    from bidkit.schema.editor import put_settings
    from bidkit.starting import DEAL, make_workspace

    language = find_language(lang)
    settings, _ = put_settings({})
    try:
        outer = find_workspace(folder.absolute().parent / "deal.yaml")
        settings = {name: content for name, content in settings.items() if not (folder / name).exists()}
    except OSError as error:  # a name that no folder can have
        fail("EN04", {"folder": folder, "reason": error.strerror or str(error)}, language)
    if outer is not None:
        fail("EN65", {"folder": folder, "root": outer.root}, language, code=1)
    with working("init"):
        files = make_workspace(language, make_options(None, language).now) | settings
    _finish(add_files(folder, files), language)
    said = load_messages(language)["labels"]["started"]
    facts = {"folder": str(folder), "files": sorted(files), "deal": DEAL}
    tell(said.format(folder=quote(folder), count=len(files), deal=DEAL), facts, "init", language, format)


def new(
    name: Annotated[
        str, typer.Argument(metavar="DEAL", help="项目文件夹的名称，在 deals/ 下 / the folder of the deal, in deals/")
    ],
    customer: Annotated[str, typer.Option(help="采购人（客户）全称 / full name of the customer")] = "",
    title: Annotated[str, typer.Option(help="项目名称 / title of the project")] = "",
    regime: Annotated[str, typer.Option(help="commercial 或 tender / commercial or tender")] = "",
    tender_no: Annotated[str, typer.Option(help="招标编号 / number of the tender")] = "",
    deadline: Annotated[str, typer.Option(help="截止时间，带时区 / 2026-12-18T09:30+08:00")] = "",
    validity_days: Annotated[str, typer.Option(help="有效期（日）/ validity in days")] = "",
    ceiling: Annotated[str, typer.Option(help="最高限价 / ceiling price")] = "",
    bond: Annotated[str, typer.Option(help="投标保证金 / bid bond")] = "",
    rules: Annotated[
        str, typer.Option(help="修正报价的规则 / how prices are corrected: mof87, ndrc (China), mdb (banks), far (US)")
    ] = "",
    budget: Annotated[str, typer.Option(help="预算 / budget")] = "",
    decision_date: Annotated[str, typer.Option(help="预计决定日期 / date of the decision")] = "",
    dated: Annotated[str, typer.Option(help="标书日期，默认今天 / date of the bid, default today")] = "",
    id: Annotated[str, typer.Option(help="编号，默认同文件夹 / default: as the folder")] = "",
    locale: Annotated[str, typer.Option(help="标书的语言 / language of the bid: zh-CN, en-US, en-GB")] = "",
    currency: Annotated[str, typer.Option(help="币种 / currency")] = "",
    yes: Asked = False,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """在工作区里新建项目：逐项询问招标文件的要点，或用选项给出。Start a deal: asked one by one, or by options.

    不知道的留空，bidkit check 会在那一行指出；绝不编造。What is not known stays empty, for `check` to tell.

    \b
    bidkit new water
    bidkit new water --regime tender --deadline 2026-12-18T09:30+08:00 --yes

    退出码 Exit codes: 0 已建立 made, 1 有不对的 something is wrong, 2 无法运行 could not run.
    """
    given = {key: value for key, value in locals().items() if key in _NAMES and value}
    from bidkit.diagnostic import load_messages
    from bidkit.matrix import is_deal_id
    from bidkit.starting import read_customs
    from bidkit.starting.facts import say_exactly

    language = find_language(lang)
    options = make_options(None, language)
    folder = _find_folder(name, language)
    customs = _DEFAULTS[language] | read_customs(folder)
    defaults = {"regime": "commercial", "dated": str(options.now.date()), **customs}
    if is_deal_id(folder.name):  # a folder may have a Chinese name, an id may not
        defaults["id"] = folder.name
    own = given.get("locale", defaults["locale"])
    given = {key: say_exactly(key, value, own) for key, value in given.items()}
    if not yes and sys.stdin.isatty():
        given = _ask(given, own, language, () if "id" in defaults else ("id",))
    elif not yes:
        typer.echo(load_messages(language)["labels"]["ask"]["silent"], err=True)
    if set(given) & _TENDER:
        given.setdefault("regime", "tender")
    _make(folder, defaults | given, language, format)


_NAMES = (*_FACTS, "decision_date", "dated", "id", "locale", "currency")
_TENDER = {"tender_no", "deadline", "ceiling", "bond", "rules"}


def _find_folder(name: str, language: str) -> Path:
    """Where a deal belongs: a bare name below `deals/` of the workspace, a path where it says."""
    from bidkit.config import find_workspace
    from bidkit.diagnostic import Term
    from bidkit.file_names import find_name_fault

    path = Path(name)
    path = path.parent if path.name == "deal.yaml" else path
    is_bare = len(path.parts) == 1 and path.name != ".."
    if fault := find_name_fault(path.resolve().name):
        fail("EN68", {"name": name, "reason": Term(fault)}, language)
    workspace = find_workspace((Path.cwd() if is_bare else path) / "deal.yaml")
    if workspace is None:
        fail("DL19", {"file": path / "deal.yaml"}, language)
    folder = workspace.root / "deals" / path if is_bare else path
    if folder.resolve() == workspace.root:
        fail("EN68", {"name": name, "reason": Term("workspace_root")}, language)
    return folder


def _ask(given: dict[str, str], locale: str, language: str, first: tuple[str, ...]) -> dict[str, str]:
    """The facts one by one; each answer is read as the deal will be, and asked for again while it is wrong.

    Args:
        first: what else has to be asked, before all others.
    """
    from bidkit.diagnostic import load_messages
    from bidkit.reports import text
    from bidkit.starting.facts import read_fact, say_exactly

    labels: dict[str, Any] = load_messages(language)["labels"]["ask"]
    found = dict(given)
    for key in (*first, *_FACTS):
        if key in found or (key in _TENDER and found.get("regime") != "tender"):
            continue
        default = _CHOICES.get(key, "")
        while True:
            said = typer.prompt(labels[key] + ("" if default else labels["later"]), default, show_default=bool(default))
            answer = say_exactly(key, said, locale)
            if answer != said:
                typer.echo(labels["read"].format(text=answer))
            problems = read_fact(key, answer) if answer else []
            if not problems:
                break
            typer.echo(text.render_diagnostics(problems, language, None, Path.cwd()), err=True)
        found |= {key: answer} if answer else {}
    return found


def _make(folder: Path, given: dict[str, str], language: str, format: Format) -> None:
    from bidkit.diagnostic import load_messages
    from bidkit.package import add_files
    from bidkit.starting import make_deal, propose_pack
    from bidkit.starting.facts import read_facts

    facts, problems = read_facts(given)
    if facts is None:
        refuse(problems, language)
    files = make_deal(facts, language, _find_modelines(folder))
    _finish(add_files(folder, files), language)
    path = folder / "deal.yaml"
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    labels = load_messages(language)["labels"]
    said, told = labels["started_deal"].format(deal=quote(shown)), {"deal": str(shown), "files": sorted(files)}
    if pack := propose_pack(facts, folder):
        said, told = f"{said}\n{labels['propose_pack'].format(pack=pack)}", {**told, "pack": pack}
    tell(said, told, "new", language, format)


def _find_modelines(folder: Path) -> str:
    """The lines by which editors find the schema of a new deal, where the workspace has schemas."""
    from bidkit.config import find_workspace
    from bidkit.schema import find_kind, name_schema
    from bidkit.schema.editor import FOLDER, make_modelines

    path = folder.resolve() / "deal.yaml"
    workspace, kind = find_workspace(path), find_kind("deal.yaml", "bidkit/deal@1")
    if workspace is None or kind is None or not (workspace.root / FOLDER / name_schema(kind)).is_file():
        return ""
    return make_modelines(kind, path.relative_to(workspace.root).as_posix())


def _finish(problems: list[Any], language: str) -> None:
    if problems:
        refuse(problems, language, code=1 if problems[0].code == "EN50" else 2)
