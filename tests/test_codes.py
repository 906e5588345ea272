"""`bidkit rules`: every code, with its severity, regime, title and article."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from bidkit.cli import app
from bidkit.diagnostic import LANGUAGES, load_messages
from bidkit.reports.codes import find_article
from bidkit.rules import BID_RULES

CODES = sorted(load_messages("en")["codes"])


def run(*words: str) -> str:
    done = CliRunner().invoke(app, ["rules", *words])
    assert done.exit_code == 0
    return done.stdout


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_a_line(lang: str) -> None:
    lines = run("--lang", lang).splitlines()
    assert [line[:4] for line in lines] == CODES
    assert not re.search(r"\{\w+\}", "".join(lines))


def test_line_tells_severity_regime_title_and_article() -> None:
    lines = {line[:4]: line for line in run("--lang", "en").splitlines()}
    said = "bid validity of … days is below the required …"
    assert lines["DT01"] == f"DT01  error    tender      {said}  [Order 87 art. 23; FAR offers alike]"
    assert lines["PR11"].startswith("PR11  warning  all         the tax rate of line …")


def test_json_holds_what_the_registry_and_the_messages_hold() -> None:
    record = json.loads(run("--lang", "zh", "--format", "json"))
    assert (record["format_version"], record["command"]) == ("1.0", "rules")
    codes = {item["code"]: item for item in record["codes"]}
    assert sorted(codes) == CODES
    for rule in BID_RULES:
        assert "deal" in codes[rule.code]["subjects"]
        assert rule.regimes <= set(codes[rule.code]["regimes"])
    assert codes["PR02"]["subjects"] == ["deal", "files"]
    assert codes["DL01"]["subjects"] == []
    assert codes["PR04"]["article"] == "87 号令第 63 条第四项、招标投标法实施条例第 51 条第五项"
    assert codes["DL01"]["article"] is None


def test_article_stands_in_brackets_and_in_both_languages() -> None:
    for code in CODES:
        zh, en = (load_messages(lang)["codes"][code]["why"] for lang in LANGUAGES)
        found = [bool(find_article(why, lang)) for why, lang in ((zh, "zh"), (en, "en"))]
        assert found == [bool(re.search(r"第 ?[\d一-十]+[^，。]*条", zh))] * 2


ARTICLES = {
    **dict.fromkeys(
        ("PR01", "PR02", "PR03", "PR10", "PR14", "PR16", "PR21"), ("87 ?号令?第 ?59 ?条", "Order 87 art. 59")
    ),
    "PR04": ("87 号令第 63 条第四项、招标投标法实施条例第 51 条第五项", "Order 87 art. 63; .* art. 51"),
    "PR05": ("87 号令第 60 条；财库〔2026〕2 号", "Order 87 art. 60; Caiku .2026. No. 2"),
    "PR09": ("87号令第六十三条", "Order 87 art. 63"),
    "PR11": ("增值税法第十、十一条", "VAT Law art. 10, 11"),
    "PR18": ("招标投标法第 33 条", "Bidding Law art. 33"),
    "DT01": ("87 号令第 23 条", "Order 87 art. 23"),
    "DT03": ("政府采购法实施条例第 33 条；招标投标法实施条例第 26 条", "procurement art. 33, tendering art. 26"),
    "DT04": ("87 号令第 33 条", "Order 87 art. 33"),
    "DT05": ("87 号令第 27 条", "Order 87 art. 27"),
    "DT10": ("招标投标法第 46 条；政府采购法第 46 条", "Tendering Law art. 46; Procurement Law art. 46"),
    "DT11": ("招标投标法实施条例第 58 条；政府采购法实施条例第 48 条", "tendering art. 58, procurement art. 48"),
    "DT13": ("保障中小企业款项支付条例第 9 条、第 17 条", "payments to SMEs, art. 9, 17"),
    "DT14": ("保障中小企业款项支付条例第 17 条", "payments to SMEs, art. 17"),
    "ID10": ("招标投标法第 46 条；招标投标法实施条例第 57 条", "Tendering Law art. 46; .* art. 57"),
    "PR42": ("招标投标法第 43 条；政府采购法第 77 条", "Tendering Law art. 43; Procurement Law art. 77"),
    **dict.fromkeys(("FM30", "FM31", "FM32"), ("87 号令第 63 条", "Order 87 art. 63")),
    "FM05": ("87 号令第 63 条第五项", "Order 87 art. 63"),
    "FM18": ("财库〔2020〕46号第四条、第十一条", "Caiku .2020. No. 46, articles 4 and 11"),
    "PK02": ("招标投标法实施条例第 40 条第一项；87 号令第 37 条", "art. 40; Order 87 art. 37"),
    "QU15": ("财库〔2020〕46 号第九条", "Caiku .2020. No. 46 art. 9"),
    "FM29": ("87号令第二十七条", "Order 87, art. 27"),
    **dict.fromkeys(("ID03", "ID12"), ("87 号令第 51 条", "Order 87 art. 51")),
    **dict.fromkeys(("QU01", "QU03"), ("87 号令第 63 条第三项", "Order 87 art. 63")),
    "QU04": ("87 号令第 85、86 条", "Order 87 art. 85, 86"),
    **dict.fromkeys(("QU06", "QU12"), ("招标投标法实施条例第 34 条", "Bidding Law art. 34")),
}
"""What law a code is based on, of those that the catalogue of checks bases on one, and of those made of them since."""
ORDERS = {
    **dict.fromkeys(("DT06", "FM02", "FM09"), ("北京(市公开招标)?示范文本", "Beijing model tender")),
    **dict.fromkeys(("QU07", "QU11"), ("工信部联企业〔2011〕300 号", "order 2011-300")),
}
"""What is based on a model text, or on an order that is named as a whole."""
OTHER_REASONS = {
    "of single tenders, whose clauses bind nobody else": "PR06 PR07 PR08 PR12 PR13 PR17 FM01 FM06 FM07 ID01 ID04 ID05 "
    "ID08 ID09 QU02 QU05",
    "of model texts, which say so in other words": "DT02 FM03 FM04 FM16",
    "of the trade, which loses points or a bid by it": "FM10 FM11 FM14 FM15 FM19 ID02 ID06 ID07 ID11 PR15 QU08 QU09 "
    "QU10 QU14 QU16",
    "of reading prices back: what is not read is not right": "PR20 PR22 PR23 PR24 PR25 PR26 PR27 PR38 PR39",
    "of filling the buyer's own forms": "FM20 FM21 FM22 FM23 FM24 FM25 FM26 FM27 FM28 PR30 PR31 PR32 PR33 PR34 "
    "PK30 PK31 PK32 PK34",
    "of the look and the limits that a tender prescribes": "PK14 PK16 PK20 PK21 PK22 PK23 PK24 PK25 PK26 PK27 PK28 "
    "PK29 PK35 PK36 PK38",
    "of files that must be whole, alike and those that were built": "PK05 PK06 PK07 PK08 PK11 PK12 PK13 PK15 PK50 PK51 "
    "PK52 PK53 PK54 PK55 PK56 PK57",
    "of a team's own plan and books, which have to add up": "PR40 PR41 PR43 PR44 PR45 DT12",
    "of what a deal itself wants to be hidden": "PK37 QU13",
}
"""What the codes are based on that name no law, by the reason."""
RULED = [code for code in CODES if code[:2] in ("PR", "DT", "FM", "ID", "QU", "PK")]


def test_every_rule_has_its_article_or_a_reason() -> None:
    for code in RULED:
        others = [each for reason in OTHER_REASONS.values() for each in reason.split()]
        assert (code in ARTICLES) + (code in ORDERS) + others.count(code) == 1
        reasons = [load_messages(lang)["codes"][code]["why"] for lang in LANGUAGES]
        for why, lang, wanted in zip(reasons, LANGUAGES, ARTICLES.get(code, ("", "")), strict=True):
            assert bool(find_article(why, lang)) is (code in ARTICLES)
            assert re.search(wanted, find_article(why, lang))
        for why, wanted in zip(reasons, ORDERS.get(code, ("", "")), strict=True):
            assert why.strip()
            assert re.search(wanted, why)
