"""Typer commands that write who has attested or waived an item of the checklist."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bidkit.command import (
    Deal,
    Format,
    FormatOption,
    LangOption,
    complete_item,
    find_language,
    make_options,
    refuse,
    require,
    root_of,
    tell,
    warn,
    working,
)


def attest(
    deal: Deal,
    item: Annotated[
        str,
        typer.Argument(metavar="ITEM", help="检查表的项号 / the number of the item: 4.9", autocompletion=complete_item),
    ],
    by: Annotated[str, typer.Option("--by", help="谁签署：姓名（职务）/ who attests: name (role)")],
    evidence: Annotated[
        Path, typer.Option("--evidence", help="依据的文件，须在工作区内 / the file of evidence, in the workspace")
    ],
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """签署检查表的一项：谁、何时、依据什么；写入 attestations.yaml。Attest an item of the checklist.

    项目、材料有变动，签署即失效。An attestation is void once what it covers changes.

    \b
    bidkit attest deals/water/deal.yaml 4.9 --by 林知行 --evidence review.pdf

    退出码 Exit codes: 0 已写入 written, 1 不能签署 it cannot be attested, 2 无法运行 could not run.
    """
    from bidkit.attesting import attest_item
    from bidkit.diagnostic import load_messages

    language = find_language(lang, deal)
    require(deal, language)
    require(evidence, language)
    if not by.strip():
        raise typer.BadParameter("--by")
    with working("attest"):
        record, problems = attest_item(deal, item, by.strip(), evidence, make_options(None, language))
    if record is None:
        refuse(problems, language, root_of(deal))
    words = str(load_messages(language)["labels"]["attested"])
    at = record.at.astimezone().strftime("%Y-%m-%d %H:%M")
    said = words.format(item=record.item, by=record.by, at=at, evidence=record.evidence)
    tell(said, {"attestation": record.model_dump(mode="json")}, "attest", language, format)
    warn(problems, language, root_of(deal))


def waive(
    deal: Deal,
    item: Annotated[
        str,
        typer.Argument(metavar="ITEM", help="检查表的项号 / the number of the item: 2.2", autocompletion=complete_item),
    ],
    by: Annotated[str, typer.Option("--by", help="谁决定：姓名（职务）/ who decides: name (role)")],
    reason: Annotated[str, typer.Option("--reason", help="为什么 / why")],
    until: Annotated[
        str | None, typer.Option("--until", metavar="YYYY-MM-DD", help="到哪天为止 / until which day")
    ] = None,
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """放行检查表的一项：谁、为什么；写入 waivers.yaml，每份报告都会写明。Waive an item; every report tells.

    规则管的项和法律要求的项不能放行。Items of rules, and of the law, cannot be waived.

    \b
    bidkit waive deals/water/deal.yaml 2.2 --by "林知行" --reason "不安排踏勘"

    退出码 Exit codes: 0 已写入 written, 1 不能放行 it cannot be waived, 2 无法运行 could not run.
    """
    from bidkit.attesting import waive_item
    from bidkit.diagnostic import load_messages

    language = find_language(lang, deal)
    require(deal, language)
    if not by.strip() or not reason.strip():
        raise typer.BadParameter("--by" if not by.strip() else "--reason")
    try:
        day = date.fromisoformat(until) if until else None
    except ValueError:
        raise typer.BadParameter("--until") from None
    with working("waive"):
        record, problems = waive_item(deal, item, by.strip(), reason.strip(), day, make_options(None, language))
    if record is None:
        refuse(problems, language, root_of(deal))
    words = str(load_messages(language)["labels"]["waiver_written"])
    said = words.format(item=record.item, by=record.by, reason=record.reason)
    tell(said, {"waiver": record.model_dump(mode="json")}, "waive", language, format)
    warn(problems, language, root_of(deal))
