"""Reports for CI and editors, each read back as its reader does: by the rules of GitHub, GitLab, JUnit and SARIF."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from lxml import etree
from markdown_it import MarkdownIt
from typer.testing import CliRunner
from typer.testing import Result as Done
from workspace import NOW, edit, make_workspace, run_check, sign_all, write

from bidkit.build import Options, build_deal
from bidkit.cli import app
from bidkit.command import ReportFormat
from bidkit.diagnostic import Diagnostic, Severity, Span, Suppressed
from bidkit.reports import Result
from bidkit.reports.formats import render
from bidkit.reports.shown import find_base, list_shown
from bidkit.rules import FOLLOW_RULES, describe_codes

HOSTILE = "水 厂, a%0Ab'c\"d;e=f::g\x07\x1b]\u202e&<x>"
"""What no command, XML or URI may stumble over; a file name may hold all of it."""


@dataclass(frozen=True)
class Command:
    """A workflow command as GitHub's runner reads it."""

    name: str
    properties: dict[str, str]
    message: str


def read_commands(text: str) -> list[Command]:
    """The commands of a log: `::name key=value,…::message` at the start of a line."""
    found = []
    for line in text.split("\n"):
        if line.startswith("::"):
            head, message = line[2:].split("::", 1)
            name, _, settings = head.partition(" ")
            pairs = (pair.split("=", 1) for pair in settings.split(",") if pair)
            found.append(Command(name, {key: unescape(value, ":,") for key, value in pairs}, unescape(message)))
    return found


def unescape(text: str, special: str = "") -> str:
    for character in "\r\n" + special + "%":
        text = text.replace(f"%{ord(character):02X}", character)
    return text


TEXT = {"type": str}
COUNT = {"type": int, "minimum": 1}
CODE = {"type": str, "pattern": r"[A-Z]{2}\d\d"}
GITLAB = {
    "type": list,
    "items": {
        "type": dict,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": TEXT,
            "check_name": CODE,
            "fingerprint": {"type": str, "pattern": "[0-9a-f]{64}"},
            "severity": {"type": str, "enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": dict,
                "required": ["path", "lines"],
                "properties": {
                    "path": TEXT,
                    "lines": {"type": dict, "required": ["begin"], "properties": {"begin": COUNT}},
                },
            },
        },
    },
}
MESSAGE = {"type": dict, "required": ["text"], "properties": {"text": TEXT}}
LEVEL = {"type": str, "enum": ["none", "note", "warning", "error"]}
REGION = dict.fromkeys(("startLine", "startColumn", "endLine", "endColumn"), COUNT)
URI = {"type": str, "pattern": r"(file:///)?([A-Za-z0-9._~/-]|%[0-9A-F]{2})+"}
ARTIFACT = {"type": dict, "required": ["uri"], "properties": {"uri": URI, "uriBaseId": TEXT}}
PHYSICAL = {
    "type": dict,
    "required": ["artifactLocation"],
    "properties": {"artifactLocation": ARTIFACT, "region": {"type": dict, "properties": REGION}},
}
RULE = {
    "type": dict,
    "required": ["id"],
    "properties": {
        "id": CODE,
        "shortDescription": MESSAGE,
        "fullDescription": MESSAGE,
        "help": MESSAGE,
        "defaultConfiguration": {"type": dict, "properties": {"level": LEVEL}},
        "properties": {"type": dict},
    },
}
SUPPRESSION = {
    "type": dict,
    "required": ["kind"],
    "properties": {"kind": {"type": str, "enum": ["inSource", "external"]}, "justification": TEXT},
}
FOUND = {
    "type": dict,
    "required": ["message"],
    "properties": {
        "ruleId": CODE,
        "ruleIndex": {"type": int, "minimum": 0},
        "level": LEVEL,
        "message": MESSAGE,
        "locations": {
            "type": list,
            "items": {"type": dict, "required": ["physicalLocation"], "properties": {"physicalLocation": PHYSICAL}},
        },
        "partialFingerprints": {"type": dict},
        "suppressions": {"type": list, "items": SUPPRESSION},
        "properties": {"type": dict},
    },
}
DRIVER = {
    "type": dict,
    "required": ["name"],
    "properties": {"name": TEXT, "version": TEXT, "rules": {"type": list, "items": RULE}},
}
INVOCATION = {
    "type": dict,
    "required": ["executionSuccessful"],
    "properties": {"executionSuccessful": {"type": bool}},
}
RUN = {
    "type": dict,
    "required": ["tool"],
    "properties": {
        "tool": {"type": dict, "required": ["driver"], "properties": {"driver": DRIVER}},
        "columnKind": {"type": str, "enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "invocations": {"type": list, "items": INVOCATION},
        "results": {"type": list, "items": FOUND},
        "properties": {"type": dict},
    },
}
SARIF = {
    "type": dict,
    "required": ["version", "runs"],
    "properties": {
        "$schema": TEXT,
        "version": {"type": str, "enum": ["2.1.0"]},
        "runs": {"type": list, "items": RUN},
    },
}
"""The parts of the schemas of GitLab and OASIS that bidkit uses; keys that they do not list are refused."""

XSD = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:element name="failure"><xs:complexType mixed="true">
    <xs:attribute name="type"/><xs:attribute name="message"/></xs:complexType></xs:element>
  <xs:element name="error"><xs:complexType mixed="true">
    <xs:attribute name="type"/><xs:attribute name="message"/></xs:complexType></xs:element>
  <xs:element name="skipped"><xs:complexType mixed="true">
    <xs:attribute name="type"/><xs:attribute name="message"/></xs:complexType></xs:element>
  <xs:element name="system-out" type="xs:string"/>
  <xs:simpleType name="time"><xs:restriction base="xs:string">
    <xs:pattern value="(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\\.[0-9]{0,3})?"/></xs:restriction></xs:simpleType>
  <xs:element name="testcase"><xs:complexType>
    <xs:sequence>
      <xs:choice minOccurs="0">
        <xs:element ref="skipped"/><xs:element ref="error"/><xs:element ref="failure"/>
      </xs:choice>
      <xs:element ref="system-out" minOccurs="0"/>
    </xs:sequence>
    <xs:attribute name="name" use="required"/><xs:attribute name="classname" use="required"/>
    <xs:attribute name="time" type="time"/></xs:complexType></xs:element>
  <xs:element name="testsuite"><xs:complexType>
    <xs:sequence><xs:element ref="testcase" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="name" use="required"/><xs:attribute name="time" type="time"/>
    <xs:attribute name="timestamp" type="xs:dateTime"/>
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="skipped" type="xs:nonNegativeInteger" use="required"/></xs:complexType></xs:element>
  <xs:element name="testsuites"><xs:complexType>
    <xs:sequence><xs:element ref="testsuite" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
  </xs:complexType></xs:element>
</xs:schema>
"""
"""Jenkins' junit-10.xsd as far as bidkit uses it, stricter: a case has one outcome."""


def validate(value: Any, schema: dict[str, Any], at: str = "$") -> None:
    """Hold a JSON value against a schema."""
    assert type(value) is schema["type"], at
    assert value in schema.get("enum", [value]), at
    assert not isinstance(value, int) or value >= schema.get("minimum", value), at
    assert not isinstance(value, str) or re.fullmatch(schema.get("pattern", "(?s).*"), value), (at, value)
    if isinstance(value, list):
        for place, item in enumerate(value):
            validate(item, schema["items"], f"{at}[{place}]")
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema.get("required", ())) <= set(value) <= set(schema["properties"]), (at, sorted(value))
        for key, item in value.items():
            validate(item, schema["properties"][key], f"{at}.{key}")


def read_gitlab(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)
    validate(found, GITLAB)
    prints = [item["fingerprint"] for item in found]
    assert len(set(prints)) == len(prints)
    return found


def read_sarif(text: str) -> dict[str, Any]:
    log = json.loads(text)
    validate(log, SARIF)
    run: dict[str, Any] = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[item["ruleIndex"]]["id"] == item["ruleId"] for item in run["results"])
    prints = [json.dumps(item["partialFingerprints"]) for item in run["results"]]
    assert len(set(prints)) == len(prints)
    return run


def read_junit(text: str) -> dict[str, tuple[str, str]]:
    """Each case by its code or item: its outcome and what is told of it."""
    root = etree.fromstring(text.encode())
    etree.XMLSchema(etree.XML(XSD)).assertValid(root)
    (suite,) = root
    outcomes = [next((child.tag for child in case if child.tag != "system-out"), "passed") for case in suite]
    for tag, count in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert suite.get(count) == str(outcomes.count(tag))
    assert suite.get("tests") == str(len(suite))
    names = [case.get("name").split()[0] for case in suite]
    assert len(set(names)) == len(names)
    texts = ["".join([child.get("message", "") + (child.text or "") for child in case]) for case in suite]
    return dict(zip(names, zip(outcomes, texts, strict=True), strict=True))


def show(result: Result, form: str, command: str = "check", here: Path = Path("/"), lang: str = "en") -> str:
    return render(result, command, form, lang, here)


def run(*words: object) -> Done:
    return CliRunner().invoke(app, [*map(str, words), "--lang", "en"])


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose workspace is a folder in it, with a deal in a folder of a hostile name."""
    root = tmp_path / "repo"
    (root / ".git").mkdir(parents=True)
    make_workspace(root / "标书")
    (root / "标书/deals/water").rename(root / "标书/deals" / HOSTILE)
    return root


@pytest.fixture
def broken(repository: Path) -> Path:
    """Its deal, in which a hostile key is unknown; it stands in line 7."""
    deal = repository / "标书/deals" / HOSTILE / "deal.yaml"
    edit(deal, "dated: 2026-09-15\n", 'dated: 2026-09-15\n"::error::\\n##[x]%25,\\u001b水": 1\n')
    return deal


PATH = f"标书/deals/{HOSTILE}/deal.yaml"


def test_github_reads_path_place_and_message_whatever_they_hold(broken: Path) -> None:
    (found,) = read_commands(show(run_check(broken), "github"))
    assert found.name == "error"
    visible = PATH.replace("\x07", "\\x07").replace("\x1b", "\\x1b").replace("\u202e", "\\x202e")
    numbers = {"line": "7", "endLine": "7", "col": "1"}
    assert found.properties == {"file": visible, "title": "bidkit DL04", **numbers, "endColumn": "30"}
    assert "::error::\\x0a##[x]%25,\\x1b水" in found.message
    assert found.message.split("\n")[1].startswith("fix: ")


def test_github_prints_one_line_for_each_finding_and_nothing_of_the_user_beside_them(broken: Path) -> None:
    lines = show(run_check(broken), "github").split("\n")
    assert len(lines) == 2
    assert lines[1] == "1 error, 0 warnings, 0 notes"


def test_github_says_how_many_it_will_not_show() -> None:
    found = tuple(Diagnostic("DL02", Span("a.yaml", line, 1)) for line in range(1, 13))
    text = show(Result((Diagnostic("DL37", None, {"total": 1}, Severity.INFO), *found)), "github")
    assert [item.name for item in read_commands(text)] == ["error"] * 12 + ["notice"]
    assert "2 more of error, which GitHub does not show" in text


def read_tables(text: str) -> list[list[str]]:
    """The rows of the tables of a Markdown text, as a reader of CommonMark with tables shows their cells."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(text)
    kinds = {kind.type for token in tokens for kind in token.children or ()}
    html = [kind.content for token in tokens for kind in token.children or () if kind.type == "html_inline"]
    assert (kinds <= {"text", "text_special", "html_inline", "softbreak"}, set(html) <= {"<br>"}) == (True, True)
    rows: list[list[str]] = []
    for before, token in pairwise(tokens):
        if token.type == "tr_open":
            rows.append([])
        if token.type == "inline" and before.type in ("td_open", "th_open"):
            rows[-1].append("".join("\n" if kind.content == "<br>" else kind.content for kind in token.children or ()))
    return rows


MARKUP = "[x](http://e.example) ![y](z) <img src=x> **b** `c` | d $e$ ~~f~~ #1 &amp; www.e.example <!-- \\| _g_"


def test_markdown_holds_texts_as_they_are_and_none_is_markup(broken: Path) -> None:
    titles, (severity, code, place, said) = read_tables(show(run_check(broken), "markdown"))
    assert titles == ["Severity", "Code", "Place", "What is wrong and what to do"]
    visible = PATH.replace("\x07", "\\x07").replace("\x1b", "\\x1b").replace("\u202e", "\\x202e")
    assert (severity, code, place) == ("error", "DL04", f"{visible}:7:1")
    assert "\nfix: " in said
    item = Diagnostic("DL05", Span(MARKUP.replace("//", "/"), 1, 1), {"key": MARKUP})
    text = show(Result((item,)), "markdown")
    assert (read_tables(text)[1][2], MARKUP in read_tables(text)[1][3]) == (
        f"{MARKUP.replace('//', '/')}:1:1",
        True,
    )
    assert not re.search(r"(?<!\\):" + "//|www[.]", text), "GitHub makes links of bare addresses"


def test_markdown_is_never_longer_than_github_shows_and_says_what_is_left_out() -> None:
    found = tuple(Diagnostic("DL02", Span(f"{'水' * 300}.yaml", line, 1)) for line in range(1, 1_501))
    text = show(Result((Diagnostic("DL37", None, {"total": 1}, Severity.INFO), *found)), "markdown")
    rows = read_tables(text)[1:]
    assert 900_000 < len(text.encode()) <= 1_000_000 < 1024 * 1024
    assert {row[0] for row in rows} == {"error"}
    assert text.endswith(f"… and {1_501 - len(rows)} more, which there was no room for")


def test_gitlab_gives_path_line_and_severity(broken: Path) -> None:
    (found,) = read_gitlab(show(run_check(broken), "gitlab"))
    assert found["location"] == {"path": PATH, "lines": {"begin": 7}}
    assert (found["check_name"], found["severity"]) == ("DL04", "critical")
    assert found["description"].startswith("DL04: unknown key")


def test_sarif_gives_the_region_in_code_points_and_a_relative_uri(broken: Path) -> None:
    run = read_sarif(show(run_check(broken), "sarif"))
    (found,) = run["results"]
    place = found["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == PATH
    assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert place["region"] == {"startLine": 7, "startColumn": 1, "endLine": 7, "endColumn": 30}
    assert run["columnKind"] == "unicodeCodePoints"
    assert (found["level"], found["suppressions"]) == ("error", [])


def test_sarif_explains_each_code(broken: Path) -> None:
    (rule,) = read_sarif(show(run_check(broken), "sarif", lang="zh"))["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "未知的键 `…`"
    assert rule["fullDescription"]["text"].startswith("拼错的键等于没写")
    assert rule["help"]["text"] == "可用的键：…"
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_junit_fails_what_is_wrong_and_passes_nothing_that_was_not_judged(broken: Path) -> None:
    cases = read_junit(show(run_check(broken), "junit"))
    assert {name: outcome for name, (outcome, _) in cases.items()} == {"DL04": "failure"}
    assert PATH.replace("\x07", "\\x07")[:20] in cases["DL04"][1]


def test_junit_of_a_check_skips_what_only_a_build_can_judge(tmp_path: Path) -> None:
    result = run_check(make_workspace(tmp_path))
    cases = read_junit(show(result, "junit"))
    subjects = {code: facts.subjects for code, facts in describe_codes().items()}
    for code, (outcome, _) in cases.items():
        if code in subjects:
            assert outcome == ("skipped" if {"files", "follow"} & set(subjects[code]) else "passed"), code
    assert {code for code, facts in describe_codes().items() if facts.subjects and "tender" in facts.regimes} <= set(
        cases
    )
    assert cases["1.6"][0] == "passed"
    assert cases["4.8p"][0] == "skipped", "an open item does not fail a check"


def test_junit_of_a_build_judges_every_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    deal = make_workspace(tmp_path)
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None
    cases = read_junit(show(result, "junit", "build"))
    assert cases.pop("EN01")[0] == "passed"
    late = {rule.code for rule in FOLLOW_RULES}  # nothing has followed yet
    assert {outcome for name, (outcome, _) in cases.items() if name in late} == {"skipped"}
    assert {outcome for name, (outcome, _) in cases.items() if name[0].isalpha() and name not in late} == {"passed"}
    later = {name for name, (outcome, _) in cases.items() if outcome == "skipped"}
    assert later - late == {item.item.id for stage in result.gate.stages for item in stage.items if item.open}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("command", "is_draft", "outcome", "level"),
    [("check", False, "skipped", "note"), ("gate", False, "failure", "error"), ("build", True, "skipped", "note")],
)
def test_open_item_is_an_error_where_it_keeps_a_package_from_being_built(
    tmp_path: Path, command: str, is_draft: bool, outcome: str, level: str
) -> None:
    result = replace(run_check(make_workspace(tmp_path)), is_draft=is_draft)
    assert read_junit(show(result, "junit", command))["4.8p"][0] == outcome
    assert read_junit(show(result, "junit", command))["1.7"][0] == "skipped"
    found = read_sarif(show(result, "sarif", command))["results"]
    assert {item["level"] for item in found} == {level}
    assert len(read_commands(show(result, "github", command))) == len(found) >= 5
    assert len(read_gitlab(show(result, "gitlab", command))) == len(found)


def test_surroundings_that_fail_are_errors_of_junit_and_of_the_run() -> None:
    result = Result((Diagnostic("EN11"),), deal_file="deal.yaml")
    assert read_junit(show(result, "junit"))["EN11"][0] == "error"
    assert read_sarif(show(result, "sarif"))["invocations"] == [{"executionSuccessful": False}]


def test_strict_fails_a_warning_in_junit_and_else_tells_it() -> None:
    result = Result((Diagnostic("TP18", Span("a.docx"), {"font": "黑体"}, Severity.WARNING),))
    outcome, told = read_junit(show(result, "junit"))["TP18"]
    assert (outcome, "黑体" in told) == ("passed", True)
    assert read_junit(show(replace(result, is_strict=True), "junit"))["TP18"][0] == "failure"


def test_several_findings_of_a_code_are_one_case() -> None:
    result = Result(tuple(Diagnostic("DL02", Span("a.yaml", line, 1)) for line in (3, 5)))
    outcome, told = read_junit(show(result, "junit"))["DL02"]
    assert outcome == "failure"
    assert "a.yaml:3:1" in told
    assert "a.yaml:5:1" in told


WRONG = Diagnostic("PR04", Span("deal.yaml", 3, 1), {"total": 1, "name": "x", "limit": 0})
SUPPRESSED = Suppressed(WRONG, "业主已确认 <1>", Span("deal.yaml", 2, 1))


def test_suppressed_finding_is_shown_in_every_format_with_its_reason_and_counts_in_none() -> None:
    result = Result((), suppressed=(SUPPRESSED,))
    assert result.exit_code == 0
    for form in ReportFormat:
        assert re.search("业主已确认 (<|&lt;)1", show(result, form.value)), form
    (found,) = read_sarif(show(result, "sarif"))["results"]
    assert found["suppressions"] == [{"kind": "inSource", "justification": "业主已确认 <1>"}]
    other = replace(result, suppressed=(replace(SUPPRESSED, at=Span("other.yaml", 2, 1)),))
    (found,) = read_sarif(show(other, "sarif"))["results"]
    assert found["suppressions"][0]["kind"] == "external"
    assert read_junit(show(result, "junit"))["PR04"][0] == "skipped"
    assert [item["severity"] for item in read_gitlab(show(result, "gitlab"))] == ["info"]
    assert [item.name for item in read_commands(show(result, "github"))] == ["notice"]
    record = json.loads(show(result, "json"))
    assert (record["errors"], record["suppressed"][0]["suppressed_at"]) == (0, "deal.yaml:2")
    assert show(result, "text").endswith(", 1 suppressed")


# Paths


@pytest.mark.parametrize("here", ["", "标书", f"标书/deals/{HOSTILE}", ".."])
def test_path_is_relative_to_the_repository_wherever_the_command_runs(
    broken: Path, repository: Path, monkeypatch: pytest.MonkeyPatch, here: str
) -> None:
    monkeypatch.chdir(repository / here)
    relative = broken.relative_to(repository / here) if here != ".." else Path("repo") / PATH
    for named in (relative, broken):
        (found,) = read_gitlab(run("check", named, "--format", "gitlab").stdout)
        assert found["location"]["path"] == PATH


def test_path_is_relative_to_here_or_to_the_workspace_where_there_is_no_repository(tmp_path: Path) -> None:
    root = tmp_path / "bids"
    assert find_base(root, tmp_path) == tmp_path
    assert find_base(root, root / "deals") == root
    assert find_base(root, Path("/elsewhere")) == root
    write(root / ".git", "gitdir: elsewhere\n")
    assert find_base(root, tmp_path) == root


def test_finding_without_a_place_is_one_of_the_deal_file(tmp_path: Path) -> None:
    result = replace(run_check(make_workspace(tmp_path)), diagnostics=(Diagnostic("EN11"),))
    found = next(item for item in list_shown(result, "check", "en", tmp_path) if item.code == "EN11")
    assert (found.path, found.line) == ("deals/water/deal.yaml", 0)
    assert read_gitlab(show(result, "gitlab", here=tmp_path))[0]["location"]["lines"] == {"begin": 1}


def test_finding_in_a_finished_file_names_it_in_the_package_with_its_place(tmp_path: Path) -> None:
    span = Span("submit/quote.xlsx", place=(("sheet", "开标一览表"), ("cell", "B7")))
    result = replace(run_check(make_workspace(tmp_path)), diagnostics=(Diagnostic("PK05", span, {"fault": "x"}),))
    assert list_shown(result, "build", "en", tmp_path)[0].path == "submit/quote.xlsx"
    folder = tmp_path / "dist/cs-2026-001"
    write(folder / "submit/quote.xlsx", b"")
    (found, *_) = list_shown(replace(result, folder=folder), "build", "en", tmp_path)
    assert found.path == "dist/cs-2026-001/submit/quote.xlsx"
    assert found.message.startswith("sheet 开标一览表, cell B7: ")


def test_file_outside_of_the_repository_is_absolute(repository: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "outside" / "a b.yaml", "x\n")
    result = Result((Diagnostic("DL02", Span(str(other), 1, 1)),), repository / "标书")
    (found,) = read_sarif(show(result, "sarif"))["results"]
    assert found["locations"][0]["physicalLocation"]["artifactLocation"] == {
        "uri": f"file://{other}".replace(" ", "%20")
    }


# Fingerprints


def prints_of(deal: Path, form: str = "gitlab") -> list[str]:
    return [item["fingerprint"] for item in read_gitlab(show(run_check(deal), form))]


def test_fingerprint_stays_when_lines_move_and_in_both_languages(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(deal, "title: 澄溪水厂", "titel: 澄溪水厂")
    before = prints_of(deal)
    write(deal, "# 说明\n\n" + deal.read_text(encoding="utf-8"))
    assert prints_of(deal) == before
    other = [item["fingerprint"] for item in read_gitlab(show(run_check(deal), "gitlab", lang="zh"))]
    assert other == before
    edit(deal, "titel: 澄溪水厂", "titel: 别的")
    assert prints_of(deal) != before


def test_findings_alike_on_lines_alike_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    write(deal, deal.read_text(encoding="utf-8") + "\tx\n")
    write(tmp_path / "a.yaml", "k: v\nk: v\n")
    found = tuple(Diagnostic("DL02", Span("a.yaml", line, 1)) for line in (1, 2))
    assert len(read_gitlab(show(Result(found, tmp_path), "gitlab"))) == 2


# Every format, of every kind of result, on the command line


def results(tmp_path: Path) -> Iterator[Path]:
    deal = make_workspace(tmp_path / "ready")
    sign_all(deal)
    yield deal
    yield make_workspace(tmp_path / "open")
    yield make_workspace(tmp_path / "unreadable", locale="fr")
    lost = tmp_path / "lost/deal.yaml"
    yield write(lost, "id: x\n")


@pytest.mark.parametrize("form", list(ReportFormat))
def test_every_format_says_of_every_deal_what_the_exit_code_says(tmp_path: Path, form: ReportFormat) -> None:
    readers = {"gitlab": read_gitlab, "sarif": read_sarif, "junit": read_junit, "json": json.loads}
    for deal in results(tmp_path):
        for command in ("check", "gate"):
            plain, done = run(command, deal), run(command, deal, "--format", form.value)
            assert done.exit_code == plain.exit_code
            assert done.exception is None or isinstance(done.exception, SystemExit)
            readers.get(form.value, str)(done.stdout)
            if form is ReportFormat.GITHUB:
                has_errors = any(item.name == "error" for item in read_commands(done.stdout))
                assert has_errors is bool(done.exit_code)
            if form is ReportFormat.JUNIT:
                outcomes = {outcome for outcome, _ in read_junit(done.stdout).values()}
                assert bool(outcomes & {"failure", "error"}) is bool(done.exit_code)


@pytest.mark.parametrize("form", list(ReportFormat))
def test_output_file_holds_what_stdout_would_and_replaces_an_old_report(tmp_path: Path, form: ReportFormat) -> None:
    deal = make_workspace(tmp_path / "w")
    shown = run("check", deal, "--format", form.value)
    target = write(tmp_path / "report.xml", "old")
    done = run("check", deal, "--format", form.value, "-o", target)
    assert (done.exit_code, done.stdout) == (0, "")
    assert target.read_text(encoding="utf-8") == shown.stdout
    assert done.stderr.endswith("report.xml: 0 errors, 0 warnings, 0 notes\n")


def test_output_never_replaces_a_source(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    before = deal.read_bytes()
    done = run("check", deal, "-o", deal)
    assert (done.exit_code, "EN20" in done.stderr) == (2, True)
    assert deal.read_bytes() == before
    assert run("check", deal, "-o", tmp_path / "new.report").exit_code == 0
    assert run("check", deal, "-o", tmp_path / "new.report").exit_code == 2


def test_output_never_replaces_a_file_of_a_package(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path / "w")
    built = run("build", deal, "--draft", "--out", tmp_path / "dist")
    assert built.exit_code == 0
    (folder,) = (tmp_path / "dist").iterdir()
    for name in ("internal/manifest.json", "internal/report.html"):
        before = (folder / name).read_bytes()
        done = run("check", deal, "-o", folder / name)
        assert (done.exit_code, "EN20" in done.stderr) == (2, True)
        assert (folder / name).read_bytes() == before


def test_output_that_cannot_be_written_is_exit_code_2(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    done = run("check", deal, "-o", tmp_path / "nowhere/report.txt")
    assert (done.exit_code, "EN04" in done.stderr) == (2, True)


def test_gate_is_not_open_over_an_error_that_no_item_names(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    sign_all(deal)
    assert run("gate", deal).exit_code == 0
    result = run_check(deal)
    assert result.is_ready
    assert replace(result, diagnostics=(Diagnostic("DT02"),)).exit_code == 1


# Codes


@lru_cache(maxsize=1)
def stated_severities() -> dict[str, set[Severity]]:
    """By code, what each place in bidkit that makes a finding says of its severity."""
    found: dict[str, set[Severity]] = {}
    for path in (Path(__file__).parents[1] / "src/bidkit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                given = [item.value for item in node.keywords if item.arg == "severity"] or node.args[3:4]
                names = re.findall(r"Severity\.(\w+)", ast.unparse(given[0])) if given else ["ERROR"]
                found.setdefault(str(node.args[0].value), set()).update(Severity[name] for name in names)
    return found


@pytest.mark.parametrize("code", [code for code, facts in describe_codes().items() if not facts.subjects])
def test_severity_of_a_code_is_that_of_its_gravest_finding(code: str) -> None:
    stated = stated_severities().get(code) or {Severity.ERROR}
    assert describe_codes()[code].severity is min(stated, key=list(Severity).index)
