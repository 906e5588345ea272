"""JSON Schemas for editors: whole, in both languages, and of one mind with the models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from pydantic import TypeAdapter, ValidationError
from typer.testing import CliRunner

from bidkit.choices import load_terms
from bidkit.cli import app
from bidkit.diagnostic import LANGUAGES
from bidkit.leftovers import find_leftover
from bidkit.pack import shipped_packs
from bidkit.scalars import validate
from bidkit.schema import KINDS, FileKind, find_kind, list_keys, make_schema, render_schema, title_kind, walk_records
from bidkit.schema.editor import EXTENSIONS, FOLDER, SETTINGS, make_modelines, make_schema_files, put_settings
from bidkit.schema.scalars import list_scalars
from bidkit.source import Workspace, load_yaml, parse_mapping

ROOT = Path(__file__).parents[1]
BY_NAME = {kind.name: kind for kind in KINDS}
EXAMPLES = ("water", "school", "port")


class EditorLoader(yaml.CSafeLoader):
    """YAML as an editor reads it: 1.2, in which `no` and dates are text and `1.10` is a number."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


for tag, pattern, first in (
    ("null", r"(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+.0123456789"),
):
    EditorLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))
EditorLoader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
EditorLoader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))


def read(text: str) -> Any:
    return yaml.load(text, Loader=EditorLoader)


@lru_cache(maxsize=32)
def validator(kind: str) -> Draft7Validator:
    return Draft7Validator(make_schema(BY_NAME[kind], "zh"))


def complaints(kind: str, data: Any) -> list[str]:
    return [f"{[*error.absolute_path]} {error.message[:100]}" for error in validator(kind).iter_errors(data)]


# --- whole -----------------------------------------------------------------------------------------------------------

NO_FILES = {
    "Facts": "asked for by `bidkit new`, or given as its options",
    "ExportedQuote": "written and read by programs, as JSON",
    "Line": "a row of a price list",
    "Listed": "a row of a list of requirements",
    "Requirement": "a row of a list of requirements",
}
"""What is validated and is no YAML file that a person writes."""


def test_every_kind_of_file_that_is_read_has_a_schema() -> None:
    sources = (path.read_text(encoding="utf-8") for path in sorted((ROOT / "src/bidkit").rglob("*.py")))
    called = re.compile(r"\bvalidate\(([A-Z]\w+),|\b_load\((?:[^,()]+, ){4}([A-Z]\w+),")
    models = {name for text in sources for names in called.findall(text) for name in names if name}
    known = {model.__name__ for kind in KINDS for model in kind.models}
    assert models - set(NO_FILES) == known
    assert set(NO_FILES) <= models


def test_nothing_that_judges_or_builds_reads_a_schema() -> None:
    paths = [path for path in (ROOT / "src/bidkit").rglob("*.py") if path.parent.name != "schema"]
    readers = [path for path in paths if "bidkit.schema" in path.read_text(encoding="utf-8")]
    assert {path.relative_to(ROOT / "src/bidkit").as_posix() for path in readers} == {
        "canonical.py",
        "editor_cli.py",
        "start_cli.py",
        "starting/__init__.py",
    }


def test_a_file_is_known_by_its_mark_or_its_place() -> None:
    for kind in KINDS:
        if kind.mark:
            assert find_kind("any/name.yaml", kind.mark) is kind
            assert find_kind(kind.globs[0].replace("*", "x"), None) is None
        else:
            assert find_kind(kind.globs[0].replace("*", "x"), None) is kind
    assert find_kind("deal.yaml", "bidkit/quote@1") is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_key_has_a_title_and_a_meaning(lang: str) -> None:
    terms = load_terms(lang)
    assert set(terms) == {"labels", "files", "words", *BY_NAME}
    assert list(terms["files"]) == [kind.name for kind in KINDS]
    for kind in KINDS:
        paths: dict[str, list[str]] = {}
        for model in kind.models:
            for path, record in walk_records(model):
                keys = paths.setdefault(path, [])
                keys += [key.name for key in list_keys(record) if key.name not in keys]
        assert {path: sorted(keys) for path, keys in terms[kind.name].items()} == {
            path: sorted(keys) for path, keys in paths.items()
        }
        for path, keys in terms[kind.name].items():
            for key, term in keys.items():
                assert set(term) <= {"title", "value", "meaning", "when", "example"}, (path, key)
                assert term["title"].strip() and term["value"].strip() and term["meaning"].strip(), (path, key)
                assert len(term["title"]) <= (12 if lang == "zh" else 40), term["title"]
                assert bool(re.search("[一-鿿]", term["title"])) is (lang == "zh"), term["title"]
                word = max((word for word in terms["words"] if term["value"].startswith(word)), key=len, default="")
                assert word, (path, key, term["value"])


def walk_schemas(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from walk_schemas(part)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_schema_is_a_schema(kind: FileKind, lang: str) -> None:
    schema = json.loads(render_schema(kind, lang))
    Draft7Validator.check_schema(schema)
    for part in walk_schemas(schema):
        if part.get("type") == "object" and "properties" in part:
            assert part["additionalProperties"] is False
        # The only example of a key would be filled in by itself.
        assert len(part.get("examples", "two")) > 1
        assert ("pattern" in part) or "patternErrorMessage" not in part
    assert schema["title"] == title_kind(kind, lang)


def test_each_key_tells_its_title_and_meaning_in_the_language_asked_for() -> None:
    zh, en = (make_schema(BY_NAME["deal"], lang)["properties"] for lang in LANGUAGES)
    total = zh["quote"]["properties"]["total"]
    assert (total["title"], en["quote"]["properties"]["total"]["title"]) == ("投标总价", "total price")
    assert total["markdownDescription"].startswith("总价（含税）")
    deadline = zh["tender"]["properties"]["deadline"]
    assert "2026-09-18T09:30+08:00" in deadline["patternErrorMessage"]
    assert "](credentials.md" not in json.dumps(zh, ensure_ascii=False)
    assert zh["tender"]["properties"]["lots"]["items"]["properties"]["id"]["title"] == "包号"


def test_choices_say_what_they_mean() -> None:
    rules = [make_schema(BY_NAME["deal"], lang)["properties"]["tender"]["properties"]["rules"] for lang in LANGUAGES]
    zh, en = (dict(zip(item["enum"], item["markdownEnumDescriptions"], strict=True)) for item in rules)
    assert (zh["mof87"], zh["ndrc"]) == ("政府采购货物服务招标（财政部令第87号）", "招标投标法体系")
    assert en["mof87"] == "China, Ministry of Finance Order 87"
    buyer = make_schema(BY_NAME["follow"], "zh")["properties"]["contract"]["properties"]["buyer"]
    assert buyer["markdownEnumDescriptions"] == ["机关或事业单位", "大型企业", "其他"]
    papers = make_schema(BY_NAME["credential"], "zh")["properties"]["kind"]
    assert "表" not in papers["description"]


# --- of one mind with the models -------------------------------------------------------------------------------------


def list_files() -> list[tuple[Path, str]]:
    roots = [ROOT / "examples" / name for name in EXAMPLES]
    files = [(path, path.relative_to(root).as_posix()) for root in roots for path in sorted(root.rglob("*.yaml"))]
    files += [(path, path.relative_to(root).as_posix()) for root in roots for path in root.glob("catalog/*/*.md")]
    files += [(path, f"templates/{path.parent.name}/pack.yaml") for path in shipped_packs().glob("*/pack.yaml")]
    return [*files, (ROOT / "src/bidkit/processes/six-step.yaml", "processes/six-step.yaml")]


def test_every_example_is_right_for_an_editor_too() -> None:
    seen: dict[str, int] = {}
    for path, name in list_files():
        text = path.read_text(encoding="utf-8")
        data = read(text.split("---\n")[1] if path.suffix == ".md" else text)
        kind = find_kind(name, data.get("schema"))
        assert kind is not None, path
        assert complaints(kind.name, data) == [], path
        seen[kind.name] = seen.get(kind.name, 0) + 1
    assert seen["deal"] == 3
    assert seen["credential"] > 60
    assert set(seen) >= {"workspace", "deal", "attestations", "product", "service", "credential", "pack", "process"}


ASCII = st.characters(codec="ascii")
NUMBERS = st.text("0123456789.,+-% e", max_size=9)
PARTS = st.sampled_from(
    ["2026", "02", "29", "31", "13", "00", "-", "/", "T", " ", "09:30", "24:00", "+08:00", "Z", "1900"]
)
VALUES = (
    NUMBERS
    | st.builds("{}{}".format, NUMBERS, st.sampled_from(["cm", " mm", "pt", "磅", "倍", "ch", "字符", "in", "号"]))
    | st.lists(PARTS, max_size=7).map("".join)
    | st.from_regex(
        r"[12][09]\d\d-[01]\d-[0-3]\d(T[012]\d:\d\d(:\d\d)?(Z|[+-]\d\d:[0-5]\d))?", fullmatch=True, alphabet=ASCII
    )
    | st.sampled_from(
        ["", " ", "true", "NO", "是", "exempt", "Exempt", "免税", "long-term", "长期", "小四", "三号字", "无偏离"]
    )
    | st.sampled_from(["Compliant", "iso 9001", "ISO/IEC 27001", "营业执照", "cmmi软件能力成熟度", "#1f4e79", "12345g"])
    | st.sampled_from(["a..b", "a-b.c", "{no}-{title}", "{who}", "x=1;y：2", "2023 .. 2025", "1e3", "0x1F", "1_000"])
)
UNSAID = ("Length", "DayTexts", "WindowText", "PeriodText", "PeriodTexts")
"""Scalars of which a schema refuses less than bidkit: what is too long, and what only the date language knows."""


def accepts(kind: TypeAdapter[Any], value: Any) -> bool:
    try:
        kind.validate_python(value)
    except ValidationError:
        return False
    return True


def name_scalar(kind: Any) -> str:
    import bidkit.deal.layout as layout
    from bidkit import scalars

    found = [name for module in (scalars, layout) for name, value in vars(module).items() if value == kind]
    return found[0] if found else str(kind)


SCALARS = [
    (name_scalar(kind), TypeAdapter(kind), Draft7Validator(schema), schema) for kind, schema, _ in list_scalars()
]


@given(VALUES)
def test_a_quoted_scalar_is_refused_by_both_or_by_none(text: str) -> None:
    for name, kind, schema, _ in SCALARS:
        if is_unsaid(name, text):
            continue
        assert schema.is_valid(text) == accepts(kind, text), (name, text)


@given(VALUES)
def test_a_scalar_without_quotes_that_is_right_is_right_for_an_editor(text: str) -> None:
    try:
        seen = read(text)
    except yaml.YAMLError:
        return
    if not isinstance(seen, (str, int, float)) or seen == "":
        return
    written = yaml.compose(text, Loader=yaml.CSafeLoader)
    for name, kind, schema, plain in SCALARS:
        if isinstance(seen, bool) and "boolean" not in plain.get("type", ()):
            continue  # `true` in a text: an editor would offer it in every text
        if accepts(kind, str(written.value)) and not (name == "FirstLine" and is_unsaid(name, text)):
            assert schema.is_valid(seen), (name, text, seen)


def is_unsaid(name: str, text: str) -> bool:
    return name in UNSAID or (name == "FirstLine" and text.lstrip().startswith("0"))  # no indent, in any unit


@pytest.mark.parametrize("entry", list_scalars(), ids=[f"{number}" for number, _ in enumerate(list_scalars())])
def test_the_examples_of_a_scalar_are_right(entry: tuple[Any, Any, tuple[Any, ...]]) -> None:
    kind, schema, examples = entry
    for example in examples:
        assert Draft7Validator(schema).is_valid(example)
        assert accepts(TypeAdapter(kind), example if isinstance(example, (str, list)) else str(example).lower())


WRONG = (
    ("regime: tender", "regime: Tender"),
    ("locale: zh-CN", "locale: zh"),
    ("title: ", "titel: "),
    ("budget: 6800000.00", "budget: abc"),
    ("budget: 6800000.00", "budget: -1"),
    ("budget: 6800000.00", 'budget: "6,80,0000"'),
    ("budget: 6800000.00", 'budget: "1.234"'),
    ("dated: 2026-", "dated: 2026-13-40 #"),
    ("decision_date: 2026-09-30", "decision_date: 2026-02-29"),
    ("deadline: ", "deadline: 2026-09-18 #"),
    ("validity_days: ", "validity_days: 1.5 #"),
    ("validity_days: ", "validity_days: 九十 #"),
    ("has_prior_design_service: false", "has_prior_design_service: maybe"),
    ("purchase_stage: evaluation", "purchase_stage: [evaluation]"),
    ("regime: tender\n", ""),
    ("schema: bidkit/deal@1", "schema: bidkit/deal@2"),
    ("file: lines.csv", "fil: lines.csv"),
    ("id: G1", "id: {a: 1}"),
    ("kind: business-licence", "kind: licence-of-business"),
)


@pytest.mark.parametrize(("right", "wrong"), WRONG, ids=[wrong.strip() or f"no {right}" for right, wrong in WRONG])
def test_what_is_wrong_both_refuse(right: str, wrong: str) -> None:
    name, root = "deals/water/deal.yaml", ROOT / "examples/water"
    text = (root / name).read_text(encoding="utf-8")
    assert right in text
    text = text.replace(right, wrong, 1)
    assert not validator("deal").is_valid(read(text))
    data, problems = parse_mapping(text, name)
    assert data is not None and not problems
    data = expand(data, root, name)
    _, problems = validate(BY_NAME["deal"].models[0], data)
    assert problems


def expand(data: Any, root: Path, name: str) -> Any:
    from bidkit.deal.lines import resolve_categories
    from bidkit.source import expand_files

    expand_files(data, Workspace(root), name, [])
    resolve_categories(data)
    return data


def test_the_example_without_a_mistake_is_right() -> None:
    data, problems = load_yaml(Workspace(ROOT / "examples/water"), "deals/water/deal.yaml")
    assert data is not None and not problems
    assert validate(BY_NAME["deal"].models[0], data)[1] == []


PROCESSES = {
    "whole": "schema: bidkit/process@1\nid: a\nstages: []\n",
    "extending": "schema: bidkit/process@1\nid: a\nextends: six-step\ndrop: [{id: '1.4', reason: x}]\n",
    "neither": "schema: bidkit/process@1\nid: a\n",
    "both": "schema: bidkit/process@1\nid: a\nextends: six-step\nstages: []\n",
    "whole with changes": "schema: bidkit/process@1\nid: a\nstages: []\ndrop: []\n",
}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_is_whole_or_extends_another(name: str) -> None:
    text = PROCESSES[name]
    data, _ = parse_mapping(text, "p.yaml")
    assert data is not None
    extending, whole = BY_NAME["process"].models
    _, problems = validate(extending if "extends" in data else whole, data)
    assert (complaints("process", read(text)) == []) is (not problems) is (name in ("whole", "extending"))


def test_categories_in_categories_are_judged_too() -> None:
    part = {"quote": {"validity_days": 90, "lines": {"file": "l.csv", "sheet": 1}}}
    inner = {"id": "a", "name": "b", "discount": "110%"}
    part["quote"]["categories"] = [{"id": "x", "name": "y", "categories": [{**inner, "discount": "10%"}]}]
    assert not [text for text in complaints("deal", part) if "quote" in text]
    part["quote"]["categories"] = [{"id": "x", "name": "y", "categories": [inner]}]
    assert len([text for text in complaints("deal", part) if "'quote', 'categories', 0, 'categories', 0" in text]) == 1


# --- blocks to fill in -----------------------------------------------------------------------------------------------


def list_leaves(body: Any) -> Iterator[Any]:
    if isinstance(body, (dict, list)):
        for part in body.values() if isinstance(body, dict) else body:
            yield from list_leaves(part)
    else:
        yield body


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_not_filled_in_of_a_block_is_found(lang: str) -> None:
    labels = set()
    for kind in KINDS:
        for part in walk_schemas(make_schema(kind, lang)):
            for snippet in part.get("defaultSnippets", ()):
                labels.add(snippet["label"])
                assert snippet["body"]
                for leaf in list_leaves(snippet["body"]):
                    shown = re.fullmatch(r"\$\{\d+:(.*)\}", leaf)
                    assert shown is None or find_leftover(shown[1])
                    assert shown or re.fullmatch(r"\$\{\d+\|.+\|\}", leaf) or leaf in ("six-step", kind.mark), leaf
    assert labels >= ({"报价行", "资信文件", "付款节点", "要求与响应"} if lang == "zh" else {"lines", "requirements"})


# --- an editor set up ------------------------------------------------------------------------------------------------


def settings_of(there: dict[str, bytes]) -> str:
    files, problems = put_settings(there)
    assert not problems
    return files[SETTINGS].decode()


def test_settings_name_the_schema_of_each_kind() -> None:
    schemas = json.loads(settings_of({}))["yaml.schemas"]
    assert schemas["./.bidkit/schemas/deal.schema.json"] == ["deals/**/deal.yaml"]
    files, _ = put_settings({})
    assert {name.removeprefix("./") for name in schemas} < set(make_schema_files("en"))
    assert json.loads(files[EXTENSIONS]) == {"recommendations": ["redhat.vscode-yaml"]}


@pytest.mark.parametrize(
    "before",
    [
        '{"a": 1.0, // mine\n  "b": "http://x//y", /* {"yaml.schemas": {} */\n}',
        '{\r\n\t"yaml.schemas": {\r\n\t\t"own.json": "*.x.yaml"\r\n\t}\r\n}\r\n',
        '{"yaml.schemas": {}, "c": 1e5}',
        "// only mine\n{ }\n",
        '{"yaml.schemas": {"./.bidkit/schemas/deal.schema.json": "bids/*.yaml"}}',
    ],
)
def test_settings_that_are_there_stay_as_they_are(before: str) -> None:
    after = settings_of({SETTINGS: before.encode()})
    at = 0
    for character in before:  # all of it is there, in its order
        at = after.index(character, at) + 1
    assert settings_unchanged({SETTINGS: after.encode(), EXTENSIONS: b'{"recommendations": ["redhat.vscode-yaml"]}'})
    if "bids/*.yaml" in before:
        assert '"bids/*.yaml"' in after and "deals/**/deal.yaml" not in after
    assert after.count("\r\n") in (0, after.count("\n"))


def settings_unchanged(there: dict[str, bytes]) -> bool:
    files, problems = put_settings(there)
    return not problems and not files


@pytest.mark.parametrize(
    "before",
    [
        "",
        "[]",
        '{"yaml.schemas": []}',
        '{"a": 1',
        '{"a": "x" "b": 1}',
        # What is put into the first of two would not be read, and what looks like the key may be a text.
        '{"yaml.schemas": {"a": "b"}, "yaml.schemas": {"c": "d"}}',
        '{"x": {"yaml.schemas": {}}, "yaml.schemas": {"c": "d"}}',
    ],
)
def test_settings_that_cannot_be_added_to_are_refused(before: str) -> None:
    _, problems = put_settings({SETTINGS: before.encode()})
    assert [problem.code for problem in problems] == ["EN55"]
    assert "deal.schema.json" in problems[0].fix("zh")


def test_other_recommendations_stay() -> None:
    files, _ = put_settings({EXTENSIONS: b'{"recommendations": ["a.b"], "unwantedRecommendations": []}'})
    assert json.loads(files[EXTENSIONS]) == {
        "recommendations": ["redhat.vscode-yaml", "a.b"],
        "unwantedRecommendations": [],
    }


def test_modelines_lead_to_the_schema() -> None:
    lines = make_modelines(BY_NAME["deal"], "deals/water/deal.yaml").splitlines()
    assert lines == [
        "# yaml-language-server: $schema=../../.bidkit/schemas/deal.schema.json",
        "# $schema: ../../.bidkit/schemas/deal.schema.json",
    ]
    assert "$schema=./.bidkit" in make_modelines(BY_NAME["workspace"], "bidkit.yaml")


# --- the command -----------------------------------------------------------------------------------------------------


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["schema", *words])


def test_the_command_lists_kinds_and_prints_schemas() -> None:
    listed = run("--lang", "zh")
    assert [line.split()[0] for line in listed.stdout.splitlines()] == [*BY_NAME]
    assert "资信文件" in listed.stdout
    for lang in LANGUAGES:
        assert run("deal", "--lang", lang).stdout == render_schema(BY_NAME["deal"], lang)
    refused = run("deals")
    assert refused.exit_code == 2
    assert "attestations" in refused.output


def test_the_command_overwrites_nothing_unasked(tmp_path: Path) -> None:
    path = tmp_path / "new/deal.json"
    assert run("deal", "-o", str(path), "--lang", "zh").exit_code == 0
    path.write_text("mine")
    refused = run("deal", "-o", str(path), "--lang", "zh")
    assert (refused.exit_code, path.read_text()) == (2, "mine")
    assert "EN17" in refused.output
    assert run("deal", "-o", str(path), "--lang", "zh", "--force").exit_code == 0
    assert json.loads(path.read_text())["title"] == "项目"


def test_the_command_sets_up_an_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("--editor").exit_code == 2  # no workspace
    (tmp_path / "bidkit.yaml").write_text("schema: bidkit/workspace@1\n")
    (tmp_path / "deals").mkdir()
    monkeypatch.chdir(tmp_path / "deals")
    done = run("--editor", "--lang", "zh")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == len(KINDS) + 2
    assert (tmp_path / SETTINGS).is_file() and len([*(tmp_path / FOLDER).iterdir()]) == len(KINDS)
    assert run("--editor", "--lang", "zh").stdout == ""  # nothing has changed
    (tmp_path / SETTINGS).write_text("{")
    refused = run("--editor", "--lang", "en")
    assert (refused.exit_code, (tmp_path / SETTINGS).read_text()) == (1, "{")
    assert "EN55" in refused.output
    monkeypatch.chdir(tmp_path)
    assert run("--all", "-o", "out", "--lang", "en").exit_code == 0
    assert len([*(tmp_path / "out").iterdir()]) == len(KINDS)
