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


@pytest.mark.parametrize("code", CODES)
def test_article_stands_in_brackets_and_in_both_languages(code: str) -> None:
    zh, en = (load_messages(lang)["codes"][code]["why"] for lang in LANGUAGES)
    found = [bool(find_article(why, lang)) for why, lang in ((zh, "zh"), (en, "en"))]
    assert found == [bool(re.search(r"第 ?[\d一-十]+[^，。]*条", zh))] * 2
