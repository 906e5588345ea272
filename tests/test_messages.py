"""The messages in both languages: whole, alike, used, and tested."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from typer.testing import CliRunner

from bidkit.cli import app, explain
from bidkit.command import Lang
from bidkit.diagnostic import LANGUAGES, Diagnostic, Severity, Term, load_messages
from bidkit.process import load_shipped
from bidkit.rules import BID_RULES
from bidkit.rules.files import FINISHED_RULES

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src/bidkit").rglob("*.py"))
FAMILIES = ("DL", "GT", "PR", "DT", "ID", "QU", "FM", "PK", "TP", "EN", "ST")
CODE = re.compile(rf"(?:{'|'.join(FAMILIES)})\d\d")
WORD = re.compile(rf"\b{CODE.pattern}\b")
CODES = sorted(load_messages("en")["codes"])
PARTS = ("message", "why", "fix")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def shape(value: Any) -> Any:
    """The keys of nested mappings, and the placeholders of their texts."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return sorted(placeholders(value)) if isinstance(value, str) else type(value).__name__


@pytest.mark.parametrize("part", ["codes", "terms", "places", "labels"])
def test_both_languages_have_the_same_keys_and_placeholders(part: str) -> None:
    zh, en = (shape(load_messages(lang)[part]) for lang in ("zh", "en"))
    assert zh == en


def test_both_languages_have_the_same_parts() -> None:
    assert [list(load_messages(lang)) for lang in LANGUAGES] == [["codes", "terms", "places", "labels"]] * 2


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_is_written_twice(lang: str) -> None:
    # YAML would silently keep the last one: two branches that took one code would lose a message.
    text = (ROOT / f"src/bidkit/messages/{lang}.yaml").read_text(encoding="utf-8")
    for section in re.split(r"^(?=\w+:)", text, flags=re.M):
        keys = re.findall(r"^  (\w+):", section, re.M)
        assert len(keys) == len(set(keys)), sorted({key for key in keys if keys.count(key) > 1})


def test_code_has_message_reason_and_fix() -> None:
    for code in CODES:
        for lang in LANGUAGES:
            entry = load_messages(lang)["codes"][code]
            assert set(entry) - {"near"} == set(PARTS)
            for text in entry.values():
                assert text.strip() == text != ""


def test_message_is_one_sentence_without_a_full_stop() -> None:
    for code in CODES:
        for lang in LANGUAGES:
            message = load_messages(lang)["codes"][code]["message"]
            assert "\n" not in message
            assert not message.endswith((".", "。"))


def test_texts_are_in_their_language() -> None:
    for code in CODES:
        zh, en = (load_messages(lang)["codes"][code] for lang in ("zh", "en"))
        for part in PARTS:
            assert not re.search("[\u3400-\u9fff]", en[part].replace("草稿", "")), part
        assert any(re.search("[\u3400-\u9fff]", zh[part]) for part in PARTS)


def test_reason_has_no_placeholder() -> None:
    for code in CODES:
        for lang in LANGUAGES:
            assert placeholders(load_messages(lang)["codes"][code]["why"]) == set()


def codes_in(path: Path) -> set[str]:
    """The codes that a module uses as values, not those that its docstrings name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text for text in texts if CODE.fullmatch(text)}


def test_codes_in_use_are_those_that_have_a_message() -> None:
    used = set().union(*map(codes_in, SOURCES))
    assert sorted(used) == CODES


def test_codes_that_docstrings_name_have_a_message() -> None:
    named = {code for path in SOURCES for code in WORD.findall(path.read_text(encoding="utf-8"))}
    assert named <= set(CODES)


def test_codes_that_the_process_names_have_a_message() -> None:
    named = {code for stage in load_shipped().stages for item in stage.items for code in item.rules}
    assert named <= set(CODES)


def test_each_rule_has_a_code_of_its_own_but_for_a_few() -> None:
    codes = [rule.code for rule in (*BID_RULES, *FINISHED_RULES)]
    several = ["FM07", "ID03", "ID08", "ID09", "PR02", "PR04", "PR06", "PR07", "PR17", "QU03"]
    assert sorted(code for code in set(codes) if codes.count(code) > 1) == several


@lru_cache(maxsize=1)
def list_tested() -> set[str]:
    """The codes that other tests name."""
    here = Path(__file__)
    files = [path for path in (ROOT / "tests").rglob("*") if path.suffix in (".py", ".yaml") and path != here]
    return {code for path in files for code in re.findall(r"\b[A-Z]{2}\d\d\b", path.read_text(encoding="utf-8"))}


def test_code_is_triggered_by_a_test() -> None:
    for code in CODES:
        assert code in list_tested()


# Every place that makes a diagnostic gives what its texts ask for.


def calls(path: Path) -> Iterator[tuple[str, int, set[str]]]:
    """Code, line and the keys of the values, of each call whose values stand there or in a name just above."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Module))]
    for function in functions:
        known: dict[str, ast.expr] = {}
        for node in sorted(own_nodes(function), key=lambda item: getattr(item, "lineno", 0)):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                known[node.targets[0].id] = node.value
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Diagnostic":
                code = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
                values: ast.expr | None = node.args[2] if len(node.args) > 2 else None
                if isinstance(values, ast.Name):
                    values = known.get(values.id, values)
                keys = keys_of(values)
                if isinstance(code, str) and keys is not None:
                    yield code, node.lineno, keys


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions in it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            yield child
            yield from own_nodes(child)


def keys_of(values: ast.expr | None) -> set[str] | None:
    if values is None:
        return set()
    if isinstance(values, ast.Dict) and all(isinstance(key, ast.Constant) for key in values.keys):
        return {str(key.value) for key in values.keys if isinstance(key, ast.Constant)}
    return None


def test_each_diagnostic_is_given_what_its_texts_ask_for() -> None:
    found = [(path.relative_to(ROOT / "src/bidkit").as_posix(), *call) for path in SOURCES for call in calls(path)]
    assert len(found) > 60
    for file, code, line, keys in found:
        entry = load_messages("en")["codes"][code]
        wanted = placeholders(entry["message"]) | placeholders(entry["fix"])
        wanted |= placeholders(entry.get("near", "")) if "near" in keys else set()
        assert wanted <= keys, f"{file}:{line} {code}"


def test_every_term_in_use_is_translated() -> None:
    names = {
        argument.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Term"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }
    assert len(names) >= 10
    assert names <= set(load_messages("en")["terms"])
    assert {severity.value for severity in Severity} <= set(load_messages("en")["terms"])


def test_every_kind_of_place_in_use_is_translated() -> None:
    places = [
        keyword.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Span"
        for keyword in node.keywords
        if keyword.arg == "place"
    ]
    pairs = [pair for place in places for pair in ast.walk(place) if isinstance(pair, ast.Tuple) and pair.elts]
    kinds = {pair.elts[0].value for pair in pairs if isinstance(pair.elts[0], ast.Constant)}
    assert {"part", "sheet", "cell"} <= kinds
    assert kinds <= set(load_messages("en")["places"])


def test_term_is_translated_inside_a_message() -> None:
    item = Diagnostic("DL07", None, {"expected": Term("list"), "value": "x"})
    assert item.message("en") == "a list expected here, found `x`"
    assert "列表" in item.message("zh")


def test_nearest_name_is_proposed_where_there_is_one() -> None:
    values = {"key": "titel", "allowed": "id, title"}
    assert Diagnostic("DL04", None, {**values, "near": "title"}).fix("en").startswith("did you mean `title`?")
    assert Diagnostic("DL04", None, {**values, "near": None}).fix("en") == "known keys: id, title"


# explain


@pytest.mark.parametrize("lang", LANGUAGES)
def test_explain_tells_what_why_and_what_to_do(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    for code in CODES:
        explain(code, Lang(lang))
        check_explained(code, lang, capsys.readouterr().out)


def check_explained(code: str, lang: str, told: str) -> None:
    texts = load_messages(lang)
    entry, labels = texts["codes"][code], texts["labels"]
    lines = [line for line in told.splitlines() if line]
    assert lines[0].startswith(f"{code}  ")
    assert lines[1] == f"{labels['why']}: {entry['why']}"
    assert lines[2].startswith(f"{labels['fix']}: ")
    for shown, text in ((lines[0], entry["message"]), (lines[2], entry["fix"])):
        for literal, _, _, _ in Formatter().parse(text):
            assert literal in shown
        assert "{{{{" not in shown


def test_explain_takes_lower_case() -> None:
    assert CliRunner().invoke(app, ["explain", "pr04", "--lang", "en"]).stdout.startswith("PR04  ")


@pytest.mark.parametrize(("typed", "near"), [("PR4", "PR04"), ("dl-5", "DL05"), ("PRO4", "PR04")])
def test_explain_of_an_unknown_code_names_the_nearest(typed: str, near: str) -> None:
    told = CliRunner().invoke(app, ["explain", typed, "--lang", "en"]).stderr
    assert f"did you mean {near}?" in told


def test_explain_of_an_unknown_code_is_exit_code_2_and_tells_where_all_are() -> None:
    done = CliRunner().invoke(app, ["explain", "PR99", "--lang", "en"])
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "EN08" in done.stderr
    assert "bidkit rules" in done.stderr
