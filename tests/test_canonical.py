"""`bidkit fmt`: keys in the order of the models, and not a character of anything else changed."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bidkit.build import Options, check_deal
from bidkit.canonical import arrange_file, arrange_text
from bidkit.cli import app
from bidkit.deal import Deal
from bidkit.schema.files import is_record, item_of, list_keys
from bidkit.source import parse_yaml

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 9, 1, 4, tzinfo=UTC)


CASES = {
    "keys": ("title: b\nid: a\n", "id: a\ntitle: b\n"),
    "text as it is written": (
        "title: 'it''s'\nid: \"\\x41\"\nquote:\n    total: 1,280,000.10   # why\n    currency:   CNY\n",
        "id: \"\\x41\"\ntitle: 'it''s'\nquote:\n    currency:   CNY\n    total: 1,280,000.10   # why\n",
    ),
    "comments above a key go with it": (
        "# of the title\n# still\ntitle: b # end\n\n# of the id\n\n# it too\nid: a\n",
        "# of the id\n\n# it too\nid: a # end\n".replace(" # end", "") + "\n# of the title\n# still\ntitle: b # end\n",
    ),
    "a head stays on top": (
        "# 澄溪\n\n# of the title\ntitle: b\nid: a\n",
        "# 澄溪\n\nid: a\n# of the title\ntitle: b\n",
    ),
    "a modeline stays on top": (
        "# yaml-language-server: $schema=x\n# $schema: x\n# mine\ntitle: b\nid: a\n",
        "# yaml-language-server: $schema=x\n# $schema: x\nid: a\n# mine\ntitle: b\n",
    ),
    "what is deeper goes with it, what stands behind the last key stays": (
        "customer:\n  name: a\n  # uscc: x\ntitle: b\n# the end\n",
        "title: b\ncustomer:\n  name: a\n  # uscc: x\n# the end\n",
    ),
    "the end of a mapping stays there": (
        "customer:\n  uscc: u\n  name: n\n  # address: x\n\nteam: []\n",
        "customer:\n  name: n\n  uscc: u\n  # address: x\n\nteam: []\n",
    ),
    "blank lines go with the key below": (
        "title: b\n\nid: a\n\n\nlocale: zh-CN\n",
        "id: a\n\ntitle: b\n\n\nlocale: zh-CN\n",
    ),
    "block scalars": (
        "solution:\n  products: [a]\n  overview: |\n    # no comment\n\n    x\n\n\nopportunity: {}\n",
        "opportunity: {}\n\n\nsolution:\n  overview: |\n    # no comment\n\n    x\n  products: [a]\n",
    ),
    "a text to which blank lines belong": (
        "solution:\n  overview: |+\n    x\n\nopportunity: {}\ntitle: b\n",
        "solution:\n  overview: |+\n    x\n\nopportunity: {}\ntitle: b\n",
    ),
    "a comment that is too deep": (
        "tender:\n    # deep\n  no: a\n  deadline: |\n    x\n",
        "tender:\n    # deep\n  no: a\n  deadline: |\n    x\n",
    ),
    "texts over lines": (
        'title: "a\n# no comment\n\n  b"\nid: x\n',
        'id: x\ntitle: "a\n# no comment\n\n  b"\n',
    ),
    "items of lists": (
        "team:\n  # first\n  - duty: d   # x\n    name: n\n  # second\n\n  - name: m\n    duty: e\n",
        "team:\n  # first\n  - name: n\n    duty: d   # x\n  # second\n\n  - name: m\n    duty: e\n",
    ),
    "comments of a first key stand above its dash": (
        "team:\n  - duty: d\n    # of the name\n    name: n\n",
        "team:\n  # of the name\n  - name: n\n    duty: d\n",
    ),
    "lists that are not indented": (
        "team:\n- duty: d\n  name: n\n-   duty: e\n    name: m\nid: a\n",
        "id: a\nteam:\n- name: n\n  duty: d\n-   name: m\n    duty: e\n",
    ),
    "a dash alone": ("team:\n  -\n    duty: d\n    name: n\n", "team:\n  -\n    name: n\n    duty: d\n"),
    "braces": (
        "team: [{duty: 'a, b', name: n}, {name: m,duty:  e}]\nid: a\n",
        "id: a\nteam: [{name: n, duty: 'a, b'}, {name: m,duty:  e}]\n",
    ),
    "braces over lines": (
        "team:\n  - {duty: d,\n     name: n}  # of both\n",
        "team:\n  - {name: n,\n     duty: d}  # of both\n",
    ),
    "braces with comments stay": ("team:\n  - {duty: d, # of d\n     name: n}\n",) * 2,
    "files": (
        "requirements: {sheet: s, columns: {text: t, id: i}, file: f.xlsx}\nid: a\n",
        "id: a\nrequirements: {file: f.xlsx, sheet: s, columns: {text: t, id: i}}\n",
    ),
    "free keys stay": ("tender:\n  markers: {'▲': key, '★': mandatory}\n  parts: {z: [b, a], y: []}\n",) * 2,
    "unknown keys go last": ("zz: 1\nid: a\nyy: 2\n", "id: a\nzz: 1\nyy: 2\n"),
    "aliases stay": ("title: &t b\nid: *t\n",) * 2,
    "an anchor alone": ("title: &t b\nid: a\n", "id: a\ntitle: &t b\n"),
    "no line end": ("title: b\nid: a", "id: a\ntitle: b"),
    "line ends of Windows": ("title: b\r\n# c\r\nid: a", "# c\r\nid: a\r\ntitle: b"),
    "a document": ("---\n# t\ntitle: b\nid: a\n...\n", "---\nid: a\n# t\ntitle: b\n...\n"),
    "keys without a value": (
        "team:\n  - duty:\n    name: # n\n  - {duty: , name: }\ntitle:\nid:\n",
        "id:\ntitle:\nteam:\n  - name: # n\n    duty:\n  - {name: , duty: }\n",
    ),
    "keys in quotes": ("\"title\": b\n'id': a\n", "'id': a\n\"title\": b\n"),
    "categories in categories": (
        "quote:\n  categories:\n    - name: b\n      categories:\n        - {name: d, id: c}\n      id: a\n",
        "quote:\n  categories:\n    - id: a\n      name: b\n      categories:\n        - {id: c, name: d}\n",
    ),
    "suppressed findings": (
        "quote:\n  # bidkit: ignore[PR11] why\n  discount: 1%\n  currency: CNY  # bidkit: ignore[PR12] why\n",
        "quote:\n  currency: CNY  # bidkit: ignore[PR12] why\n  # bidkit: ignore[PR11] why\n  discount: 1%\n",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_keys_are_put_in_order(name: str) -> None:
    before, after = CASES[name]
    assert arrange_text(before, Deal) == after
    assert arrange_text(after, Deal) == after
    assert parse_yaml(before, "")[0] == parse_yaml(after, "")[0]


# --- any file --------------------------------------------------------------------------------------------------------

SCALARS = (
    "1.10",
    "'it''s # no'",
    '"a: b # no"',
    "2026-11-27",
    "010",
    "no",
    "甲，乙",
    "~x",
    "",
    '"q\n\n  # no comment"',
)


class Writer:
    """Random YAML of a model: keys in any order, comments and blank lines anywhere, every style of text."""

    def __init__(self, rnd: random.Random) -> None:
        self.rnd = rnd
        self.comments = 0

    def note(self, indent: int) -> list[str]:
        lines = []
        for _ in range(self.rnd.choice((0, 0, 0, 1, 2))):
            self.comments += 1
            deeper = self.rnd.choice((0, 0, 0, 2))
            lines += [*[""] * self.rnd.choice((0, 0, 1)), f"{' ' * (indent + deeper)}# note {self.comments}."]
        return lines + [""] * self.rnd.choice((0, 0, 0, 1))

    def end(self) -> str:
        if self.rnd.random() < 0.8:
            return ""
        self.comments += 1
        return f"  # note {self.comments}."

    def record(self, model: Any, indent: int, depth: int) -> list[str]:
        keys = list(list_keys(model))
        chosen = self.rnd.sample(keys, self.rnd.randint(1, min(4, len(keys))))
        lines = []
        for key in chosen:
            lines += self.note(indent)
            lines += self.value(f"{' ' * indent}{key.name}:", key.type, indent, depth)
        return lines + self.note(indent)

    def value(self, head: str, kind: Any, indent: int, depth: int) -> list[str]:
        step, inner = item_of(kind)
        if depth and is_record(kind):
            return [head + self.end(), *self.record(kind, indent + 2, depth - 1)]
        if depth and step == "[]" and is_record(inner):
            return [head + self.end(), *self.items(inner, indent + self.rnd.choice((0, 2)), depth - 1)]
        if is_record(kind) or is_record(inner):
            return [f"{head} {self.flow(inner if step else kind, bool(step))}{self.end()}"]
        if self.rnd.random() < 0.2:
            pad = " " * (indent + 2)
            style = self.rnd.choice(("|", "|-", ">", ">-", "|" if self.rnd.random() < 0.9 else "|+"))
            return [
                f"{head} {style}",
                f"{pad}one",
                f"{pad}  # no comment",
                "",
                f"{pad}two",
                *[""] * self.rnd.choice((0, 1)),
            ]
        return [f"{head} {self.rnd.choice(SCALARS)}{self.end()}"]

    def items(self, model: Any, indent: int, depth: int) -> list[str]:
        lines = []
        for _ in range(self.rnd.randint(1, 2)):
            lines += self.note(indent)
            if self.rnd.random() < 0.3:
                lines.append(f"{' ' * indent}- {self.flow(model, False)}{self.end()}")
                continue
            block = self.record(model, indent + 2, depth)
            while not block[0].strip() or block[0].lstrip().startswith("#"):
                block.pop(0)
            lines += [f"{' ' * indent}- {block[0].lstrip()}", *block[1:]]
        return lines

    def flow(self, model: Any, is_list: bool) -> str:
        keys = self.rnd.sample(list_keys(model), min(3, len(list_keys(model))))
        made = "{" + ", ".join(f"{key.name}: {self.rnd.choice(SCALARS[:9])}" for key in keys) + "}"
        return f"[{made}]" if is_list else made


def orders(kind: Any) -> dict[str, int]:
    return {key.name: number for number, key in enumerate(list_keys(kind))}


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=False), st.booleans())
def test_any_file_says_the_same_and_loses_no_comment(rnd: random.Random, is_cut: bool) -> None:
    writer = Writer(rnd)
    text = "\n".join(writer.record(Deal, 0, 3))
    can_cut = not {"|", ">"} & {*text}  # a text that ends the file without a line break has none where it is moved to
    text = text.rstrip("\n") if is_cut and can_cut else f"{text}\n"
    before, problems = parse_yaml(text, "")
    assert {problem.code for problem in problems} <= {"DL05"}
    made = arrange_text(text, Deal)
    after, _ = parse_yaml(made, "")
    assert after == before
    assert Counter(made.replace(" ", "")) == Counter(text.replace(" ", ""))
    numbers = [f"# note {number}." for number in range(1, writer.comments + 1)]
    assert [made.count(note) for note in numbers] == [text.count(note) for note in numbers]
    assert arrange_text(made, Deal) == made
    if "|+" not in text:  # what ends in such a text keeps its place
        assert_ordered(after, Deal)


def assert_ordered(data: Any, kind: Any) -> None:
    _, inner = item_of(kind)
    if isinstance(data, list):
        for item in data:
            assert_ordered(item, inner)
    elif isinstance(data, dict) and is_record(kind):
        place = orders(kind)
        assert [*data] == sorted(data, key=place.__getitem__)
        for key in list_keys(kind):
            if key.name in data:
                assert_ordered(data[key.name], key.type)


# --- files -----------------------------------------------------------------------------------------------------------

PAPER = "title: t\nid: a\n"
PAPER_NAME = "catalog/credentials/a.yaml"


def test_bytes_around_the_yaml_stay() -> None:
    assert arrange_file(b"\xef\xbb\xbf" + PAPER.encode(), PAPER_NAME) == (b"\xef\xbb\xbfid: a\ntitle: t\n", [])
    text = "---\r\nname: n # 名\r\nsku: s\r\n---\r\n# Text\r\n\r\nname: x\r\n"
    made, problems = arrange_file(text.encode(), "catalog/products/s.md")
    assert not problems
    assert made == text.replace("name: n # 名\r\nsku: s", "sku: s\r\nname: n # 名").encode()


def test_what_is_wrong_stays_as_it_is() -> None:
    wrong = {
        b"title: [\nid: a\n": "DL01",
        b"title: t\nid: a\nid: b\n": "DL03",
        b"title: \xb8\nid: a\n": "DL23",
        # Without its line end the text is another one, so it cannot be moved up.
        b"title: t\nid: |\n  a": "DL97",
    }
    for content, code in wrong.items():
        made, problems = arrange_file(content, PAPER_NAME)
        assert made == content
        assert [problem.code for problem in problems] == [code]
    for name in ("deals/a/deal.yaml", "elsewhere/any.yaml"):
        content = b"schema: bidkit/deal@1\ntitle: [\n"
        assert arrange_file(content, name)[0] == content
        assert [problem.code for problem in arrange_file(content, name)[1]] == ["DL01"]
    _, (problem,) = arrange_file(b"---\nsku: s\nname: n\nsku: t\n---\n", "catalog/products/s.md")
    assert problem.span is not None and problem.span.line == 4


def test_other_files_are_none_of_ours() -> None:
    for name, text in (
        ("docker-compose.yaml", "version: '3'\nservices: {}\n"),
        ("other.yaml", "schema: bidkit/quote@1\nid: a\n"),
        ("README.md", "# Title\n"),
        ("templates/a/pack.yaml", "locale: zh-CN\nschema: bidkit/pack@1\n"),  # its bytes are hashed
        ("list.yaml", "- a\n"),
    ):
        assert arrange_file(text.encode(), name) == (None, []), name


def test_every_kind_is_put_in_order() -> None:
    process = "extends: six-step\ndrop: [{reason: r, id: '1.4'}]\nid: a\nschema: bidkit/process@1\n"
    made, _ = arrange_file(process.encode(), "anything.yaml")
    assert made == b"schema: bidkit/process@1\nid: a\nextends: six-step\ndrop: [{id: '1.4', reason: r}]\n"
    batch = "schema: bidkit/batch@1\nmatrix: {b: [{set: {z: 1, a: 2}, id: x}], a: []}\nmaster: deal.yaml\n"
    made, _ = arrange_file(batch.encode(), "deals/a/batch.yaml")
    assert made == b"schema: bidkit/batch@1\nmaster: deal.yaml\nmatrix: {b: [{id: x, set: {z: 1, a: 2}}], a: []}\n"


@pytest.fixture
def school(tmp_path: Path) -> Path:
    """A copy of the example, whose keys are not all in order."""
    root = tmp_path / "school"
    shutil.copytree(ROOT / "examples/school", root, ignore=shutil.ignore_patterns("dist"))
    return root


def run(*words: str | Path) -> Any:
    return CliRunner().invoke(app, ["fmt", *map(str, words), "--lang", "en"])


def test_what_is_attested_stays_attested(school: Path) -> None:
    deal = school / "deals/school/deal.yaml"
    before = deal.read_bytes()
    deal.chmod(0o600)
    done = run(school)
    assert deal.stat().st_mode & 0o777 == 0o600
    assert done.exit_code == 0, done.output
    assert "bidkit.yaml" in done.stdout and "credentials/" in done.stdout
    assert deal.read_bytes() != before
    assert (run(school).stdout, run("--check", school).exit_code) == ("", 0)
    signed = yaml.load((deal.parent / "attestations.yaml").read_bytes(), Loader=yaml.CBaseLoader)["attestations"]
    result = check_deal(deal, Options(now=NOW))
    assert result.gate is not None
    items = {item.item.id: item for stage in result.gate.stages for item in stage.items}
    assert {item: record.subject for item, record in items.items() if record.by} == {
        record["item"]: record["subject_sha256"] for record in signed
    }
    assert {record["item"]: items[record["item"]].open for record in signed} == {
        record["item"]: () for record in signed
    }


def test_the_command_only_tells_where_it_is_asked_to(school: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(school)
    before = {path: path.read_bytes() for path in school.rglob("*") if path.is_file()}
    told, shown = run("--check"), run("--diff", "deals", "bidkit.yaml")
    assert (told.exit_code, shown.exit_code) == (1, 1)
    assert "deals/school/deal.yaml" in told.stdout.splitlines()
    assert f"not in order: {len(told.stdout.splitlines())}, in order: " in told.stderr
    assert "+++ bidkit.yaml" in shown.stdout.splitlines() and "+as_of: 2026-09-20" in shown.stdout
    assert {path: path.read_bytes() for path in school.rglob("*") if path.is_file()} == before


def test_the_command_says_what_it_cannot_do(school: Path) -> None:
    evidence = school / "deals/school/follow.yaml"
    evidence.write_text("holidays: []\nschema: bidkit/follow@1\n")
    signed = school / "deals/school/attestations.yaml"
    signed.write_text(signed.read_text(encoding="utf-8") + "  - {item: '9', evidence: follow.yaml}\n", encoding="utf-8")
    broken = school / PAPER_NAME
    broken.write_text("title: [\nid: a\n")
    empty = school / "empty"
    empty.mkdir()
    other = school / "solution.md"
    other.write_text("text\n")
    for path, code, status in (
        (evidence, "DL96", 1),
        (other, "DL96", 1),
        (broken, "DL01", 1),
        (school / "none.yaml", "EN05", 2),
        (school / "templates", "EN05", 2),
        (empty, "EN56", 2),
    ):
        before = path.read_bytes() if path.is_file() else b""
        done = run(path)
        assert done.exit_code == status, (path, done.output)
        assert code in done.output
        assert not path.is_file() or path.read_bytes() == before
    assert evidence.read_text().startswith("holidays")
    assert (run(school / "deals/school/deal.yaml").exit_code, run(school / "deals").exit_code) == (0, 0)
    lost = school.parent / "lost.yaml"
    lost.write_text("schema: bidkit/waivers@1\nwaivers: []\n")
    assert run(lost).exit_code == 2
