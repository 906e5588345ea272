"""What differs between two deals or two packages: nothing that differs goes unsaid, equal ones differ in nothing."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from office_files import zipped
from test_finished import unzip
from typer.testing import CliRunner, Result
from workspace import NOW, edit, make_workspace, write

from bidkit.cli import app
from bidkit.config import find_workspace
from bidkit.days import DayExpression, Window, parse_day, parse_window
from bidkit.deal import Deal, load_deal
from bidkit.diagnostic import load_messages
from bidkit.difference import Change, Difference
from bidkit.difference.deals import compare_deals, find_group
from bidkit.difference.walking import Place, compare_models, find_moved
from bidkit.reports.difference import render_text
from bidkit.scalars import Model, Prose
from bidkit.wording import list_numbers

ROOT = Path(__file__).parents[1]
EXAMPLES = ("water", "school", "port")
PLAN = {"A": {"name": "a", "old": "1"}}


def run(*arguments: object, lang: str = "en") -> Result:
    return CliRunner().invoke(app, ["diff", *map(str, arguments), "--lang", lang])


def copy_example(name: str, folder: Path) -> Path:
    shutil.copytree(ROOT / "examples" / name, folder / name, ignore=shutil.ignore_patterns("dist"))
    return folder / name / "deals" / name / "deal.yaml"


def load(name: str) -> Deal:
    path = ROOT / "examples" / name / "deals" / name / "deal.yaml"
    workspace = find_workspace(path)
    assert workspace is not None
    deal, _ = load_deal(workspace, path.relative_to(workspace.root).as_posix())
    assert deal is not None
    return deal


DEALS = {name: load(name) for name in EXAMPLES}


def compare(old: Deal, new: Deal) -> list[Change]:
    return list(compare_models(old, new, Place("")))


def list_leaves(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every leaf of a model: keys, places in lists, names in mappings."""
    if isinstance(value, Prose):
        yield (*way, "text")
        yield (*way, "file")
    elif isinstance(value, Model):
        for key in type(value).model_fields:
            yield from list_leaves(getattr(value, key), (*way, key))
    elif isinstance(value, tuple) and value:
        for place, item in enumerate(value):
            yield from list_leaves(item, (*way, place))
    elif isinstance(value, dict) and value:
        for key, item in value.items():
            yield from list_leaves(item, (*way, key))
    else:
        yield way


def find(value: Any, way: tuple[Any, ...]) -> Any:
    for step in way:
        value = getattr(value, step) if isinstance(value, Model) else value[step]
    return value


def put(value: Any, way: tuple[Any, ...], leaf: Any) -> Any:
    """The model with another leaf; everything else is the same."""
    if not way:
        return leaf
    step, rest = way[0], way[1:]
    if isinstance(value, Model):
        return value.model_copy(update={step: put(getattr(value, step), rest, leaf)})
    if isinstance(value, tuple):
        return (*value[:step], put(value[step], rest, leaf), *value[step + 1 :])
    return {**value, step: put(value[step], rest, leaf)}


def alter(leaf: Any) -> Any:
    """Another value of the same type."""
    if isinstance(leaf, bool):
        return not leaf
    if isinstance(leaf, (Decimal, int)):
        return leaf + 1
    if isinstance(leaf, datetime | date):
        return leaf + timedelta(days=1)
    if isinstance(leaf, DayExpression):
        return parse_day("2026-01-02")
    if isinstance(leaf, Window):
        return parse_window("2026-01-02 .. 2026-01-03")
    if leaf in (None, (), {}):
        return {None: "new", (): ("new",)}.get(leaf) if not isinstance(leaf, dict) else {"new": "new"}
    return f"{leaf} x"


LEAVES = {name: list(list_leaves(deal)) for name, deal in DEALS.items()}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_leaf_that_changes_is_told_and_printed(name: str) -> None:
    deal = DEALS[name]
    nothing = Difference("deals", "a", "b", (), (), ("CNY", "CNY"), "zh")
    for way in LEAVES[name]:
        changed = put(deal, way, alter(find(deal, way)))
        found = compare(deal, changed)
        assert found, way
        assert any(str(step) in change.path for change in found for step in way if isinstance(step, str)), way
        shown = render_text(replace(nothing, changes=tuple(found)), "en", ROOT).splitlines()
        told = "\n".join(shown[3:-2])
        assert any(sign in told for sign in (" → ", "[-", "{+", "  + ", "  - ", ": -", ": +", " -", " +")), (way, shown)


@given(st.sampled_from(EXAMPLES), st.randoms(use_true_random=False), st.integers(1, 5))
def test_as_many_changes_as_leaves_are_told_and_printed(name: str, chance: random.Random, count: int) -> None:
    old = new = DEALS[name]
    ways = chance.sample(LEAVES[name], count)
    for way in ways:
        new = put(new, way, alter(find(new, way)))
    found = compare(old, new)
    assert len(found) >= 1
    assert compare(new, new) == []
    for change in found:
        assert change.old != change.new or change.kind == "moved" or change.path.endswith("file")


@given(st.sampled_from(EXAMPLES), st.randoms(use_true_random=False))
def test_records_that_come_go_or_change_places_are_told(name: str, chance: random.Random) -> None:
    deal = DEALS[name]
    key = chance.choice(("requirements", "team", "track_record"))
    records = list(getattr(deal, key))
    place = chance.randrange(len(records))
    gone = deal.model_copy(update={key: tuple(records[:place] + records[place + 1 :])})
    assert [(change.kind, change.old) for change in compare(deal, gone)] == [("removed", records[place])]
    assert [(change.kind, change.new) for change in compare(gone, deal)] == [("added", records[place])]
    other = chance.randrange(len(records))
    moved = records[:place] + records[place + 1 :]
    moved.insert(other, records[place])
    kinds = {change.kind for change in compare(deal, deal.model_copy(update={key: tuple(moved)}))}
    assert kinds == (set() if other == place else {"moved"})


@given(st.permutations(range(8)))
def test_the_fewest_records_are_called_moved(order: list[int]) -> None:
    moved = find_moved([(one, two) for two, one in enumerate(order)])
    kept = [one for two, one in enumerate(order) if (one, two) not in moved]
    assert kept == sorted(kept)
    for extra, _ in moved:
        again = [one for one in order if one in kept or one == extra]
        assert again != sorted(again)


def test_a_time_in_another_zone_is_another_one() -> None:
    deal = DEALS["water"]
    assert deal.tender is not None
    other = deal.tender.deadline.astimezone(NOW.tzinfo)
    assert other == deal.tender.deadline
    [change] = compare(deal, deal.model_copy(update={"tender": deal.tender.model_copy(update={"deadline": other})}))
    assert change.path == "tender.deadline"


def test_a_number_written_otherwise_is_the_same() -> None:
    deal = DEALS["water"]
    line = deal.quote.lines[0]
    same = line.model_copy(update={"quantity": Decimal(f"{line.quantity}.000")})
    quote = deal.quote.model_copy(update={"lines": (same, *deal.quote.lines[1:])})
    assert compare(deal, deal.model_copy(update={"quote": quote})) == []


def test_a_record_with_another_id_is_recognised() -> None:
    deal = DEALS["school"]
    item = deal.requirements[3]
    other = item.model_copy(update={"id": "Z99"})
    new = deal.model_copy(update={"requirements": (*deal.requirements[:3], other, *deal.requirements[4:])})
    assert [(change.path, change.old, change.new) for change in compare(deal, new)] == [
        (f"requirements[{item.id}].id", item.id, "Z99")
    ]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_copy_elsewhere_is_equal(name: str, tmp_path: Path) -> None:
    other = copy_example(name, tmp_path)
    other = other.parent.rename(other.parents[1] / "elsewhere") / "deal.yaml"
    result = run(ROOT / f"examples/{name}/deals/{name}/deal.yaml", other)
    assert (result.exit_code, "nothing differs" in result.stdout) == (0, True), result.stdout


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """Two deals of two workspaces that are the same."""
    return make_workspace(tmp_path / "a"), make_workspace(tmp_path / "b")


def change(pair: tuple[Path, Path], **changes: Any) -> None:
    """Change the second deal."""
    root = next(folder for folder in pair[1].parents if (folder / "bidkit.yaml").is_file())
    shutil.rmtree(root)
    make_workspace(root, **changes)


def text(pair: tuple[Path, Path], lang: str = "zh") -> str:
    result = run(*pair, lang=lang)
    assert result.exit_code == 1, result.output
    return result.stdout


def test_price_is_told_in_all_that_hangs_on_it(pair: tuple[Path, Path]) -> None:
    change(pair, quote__total=None, quote__total_words=None, quote__discount="10%")
    shown = text(pair)
    assert "总价" in shown and "-10." in shown and "折扣 (quote.discount)" in shown and "单价" in shown


def test_payments_and_validity(pair: tuple[Path, Path]) -> None:
    change(pair, quote__validity_days="120")
    shown = text(pair)
    assert "有效期（天） (quote.validity_days)" in shown and "有效期届满日 (validity_end)" in shown
    assert shown.index("日期与期限") < shown.index("quote.validity_days")


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("bidkit.yaml", "phone: 0920-88260170", "phone: 0920-1", "workspace.company.phone"),
        ("catalog/products/GW-200.md", "45 天", "60 天", "[-45-]{+60+}"),
        ("catalog/services/maintenance.md", "每季度", "每半年", "日常运维"),
        (
            "catalog/credentials/business-licence.yaml",
            "valid_until: 长期",
            "valid_until: 2027-01-01",
            "有效期至 无 → 2027-01-01",
        ),
    ],
)
def test_what_a_deal_draws_on_is_told(pair: tuple[Path, Path], file: str, old: str, new: str, told: str) -> None:
    path = next(folder for folder in pair[1].parents if (folder / "bidkit.yaml").is_file()) / file
    content = path.read_text(encoding="utf-8")
    assert old in content
    write(path, content.replace(old, new))
    assert told in text(pair)


def test_what_followed_the_bid_is_told(pair: tuple[Path, Path]) -> None:
    for deal, day in zip(pair, ("2026-10-08", "2026-10-09"), strict=True):
        write(deal.with_name("follow.yaml"), f"schema: bidkit/follow@1\naward: {{noticed_on: {day}}}\n")
    shown = text(pair)
    assert "2026-10-08" in shown and "2026-10-09" in shown and "follow.award.noticed_on" in shown


def test_a_form_of_the_buyer_and_its_mapping_are_told(tmp_path: Path) -> None:
    forms = [{"id": "letter", "file": "letter.docx", "map": "letter.yaml"}]
    deals = [make_workspace(tmp_path / side, forms=forms) for side in ("a", "b")]
    for deal, old in zip(deals, ("old", "new"), strict=True):
        write(deal.parent / "letter.docx", f"{old} form".encode())
        write(deal.parent / "letter.yaml", "the same")
    result = run(*deals)
    assert "letter.docx" in result.stdout
    assert "letter.yaml" not in result.stdout


def test_the_scan_of_a_paper_is_told(pair: tuple[Path, Path]) -> None:
    root = next(folder for folder in pair[1].parents if (folder / "bidkit.yaml").is_file())
    path = root / "catalog/credentials/files/licence.png"
    path.write_bytes(path.read_bytes() + b"x")
    assert "catalog/credentials/files/licence.png" in text(pair)


def test_a_suppression_in_a_comment_is_told(pair: tuple[Path, Path]) -> None:
    content = pair[1].read_text(encoding="utf-8")
    write(pair[1], content + "# bidkit: ignore[QU09] 已电话核实\n")
    assert "已电话核实" in text(pair)


def test_a_comment_without_meaning_is_none(pair: tuple[Path, Path]) -> None:
    write(pair[1], pair[1].read_text(encoding="utf-8") + "# 备忘\n")
    assert run(*pair).exit_code == 0


def test_a_paper_of_the_same_kind_replaces_another(tmp_path: Path) -> None:
    old, new = (copy_example("water", tmp_path / side) for side in "ab")
    write(new, new.read_text(encoding="utf-8").replace("  - tax-2026-06\n", "  - tax-2026-02\n"))
    found, _ = compare_deals(old, new, NOW)
    assert found is not None
    kinds = {change.path: change.kind for change in found.changes if change.group == "credentials"}
    assert kinds == {"credentials[tax-2026-02]": "replaced"}


def test_mandatory_requirements_come_first(tmp_path: Path) -> None:
    old, new = (copy_example("school", tmp_path / side) for side in "ab")
    path = new.with_name("requirements.csv")
    content = path.read_text(encoding="utf-8")
    write(
        path,
        content.replace("≥350 cd", "≥450 cd")
        .replace("拼缝≤1 mm", "拼缝≤2 mm")
        .replace("（86 寸）：属政府", "（98 寸）：属政府"),
    )
    result = run(old, new, lang="zh")
    assert result.exit_code == 1
    shown = result.stdout
    assert shown.index("T06") < shown.index("T02") < shown.index("T05")
    assert "[实质性] T06" in shown and "≥350 cd/m → ≥450 cd/m" in shown and "[-≤1-]{+≤2+}" in shown


def test_json_says_the_same(pair: tuple[Path, Path]) -> None:
    change(pair, quote__validity_days="120", title="另一个标题")
    result = run(*pair, "--format", "json")
    record = json.loads(result.stdout)
    assert (result.exit_code, record["format_version"], record["kind"]) == (1, "1.0", "deals")
    assert not record["is_equal"]
    told = {change["path"]: (change["group"], change["old"], change["new"]) for change in record["changes"]}
    assert told["title"][0] == "other" and told["title"][2] == "另一个标题"
    assert told["quote.validity_days"][0] == "dates"


def test_what_cannot_be_compared_is_exit_code_2(pair: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    package = tmp_path / "package/internal"
    package.mkdir(parents=True)
    write(package / "manifest.json", "{}")
    for other, code in (("nothing", "EN05"), ("empty", "EN15"), ("package", "EN23")):
        result = run(pair[0], tmp_path / other)
        assert (result.exit_code, code in result.stderr) == (2, True), result.output
    result = run(tmp_path / "package", tmp_path / "package")
    assert (result.exit_code, "EN15" in result.stderr) == (2, True)
    write(pair[1], "schema: bidkit/deal@1\n")
    result = run(*pair)
    assert (result.exit_code, "DL06" in result.stderr) == (2, True)


def test_equal_as_far_as_it_was_read_is_not_equal(pair: tuple[Path, Path]) -> None:
    for deal in pair:
        root = next(folder for folder in deal.parents if (folder / "bidkit.yaml").is_file())
        (root / "catalog/credentials/files/licence.png").unlink()
    result = run(*pair)
    assert (result.exit_code, "not all could be read" in result.stdout) == (2, True)


def test_a_report_is_written_and_never_over_a_source(pair: tuple[Path, Path], tmp_path: Path) -> None:
    change(pair, title="另一个标题")
    assert run(*pair, "-o", tmp_path / "diff.txt").exit_code == 1
    assert "另一个标题" in (tmp_path / "diff.txt").read_text(encoding="utf-8")
    assert run(*pair, "-o", pair[0]).exit_code == 2


def test_control_characters_do_not_reach_the_terminal(pair: tuple[Path, Path]) -> None:
    change(pair, title="a\u202eb")
    assert "\u202e" not in text(pair)


def test_every_group_has_a_name() -> None:
    for lang in ("zh", "en"):
        groups = load_messages(lang)["labels"]["diff"]["groups"]
        assert {find_group(path) for path in ("quote.lines[A].name", "quotes", "requirements", "files[a]")} <= set(
            groups
        )
    assert find_group("quotes") == "other"


@pytest.mark.parametrize("name", ["port"])
def test_packages_of_a_changed_deal(name: str, tmp_path: Path) -> None:
    old, new = (copy_example(name, tmp_path / side) for side in "ab")
    content = new.with_name("lines.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    write(new.with_name("lines.csv"), "".join([content[0], *content[2:]]))
    for deal in (old, new):
        built = CliRunner().invoke(app, ["build", "--draft", str(deal), "--out", str(deal.parents[2] / "dist")])
        assert built.exit_code == 0, built.output
    one, two = (next((deal.parents[2] / "dist").glob("*-DRAFT")) for deal in (old, new))
    assert run(one, one).exit_code == 0
    result = run(one, two)
    assert result.exit_code == 1
    record = json.loads(run(one, two, "--format", "json").stdout)
    removed = content[1].split(",")[0]
    total = next(figure for figure in record["figures"] if figure["old"] != figure["new"])
    assert total["difference"].startswith("-")
    paths = {change["path"]: change["kind"] for change in record["changes"]}
    assert any(path.startswith("breakdown") and path.endswith(f"{removed}]") for path in paths), paths
    assert "submit/proposal" in result.stdout and "submit/quote.xlsx: changed" in result.stdout
    # A file that was edited by hand is told, whatever it says.
    paper = next(path for path in (two / "submit/credentials").rglob("*") if path.is_file())
    paper.write_bytes(paper.read_bytes() + b"x")
    assert run(two, two).exit_code == 0
    assert "edited by hand" in run(one, two).stdout


def test_a_change_far_inside_of_a_long_sentence_is_seen() -> None:
    deal = DEALS["water"]
    old, new = (deal.model_copy(update={"title": f"{'甲' * 600}{word}{'乙' * 600}"}) for word in ("三年", "五年"))
    nothing = Difference("deals", "a", "b", (), tuple(compare(old, new)), ("CNY", "CNY"), "zh")
    assert "[-三-]{+五+}年" in render_text(nothing, "zh", ROOT)


def build(deal: Path) -> Path:
    """The draft of a deal, built."""
    built = CliRunner().invoke(app, ["build", "--draft", str(deal), "--lang", "en"])
    assert built.exit_code == 0, built.output
    return next((deal.parents[2] / "dist").glob("*-DRAFT"))


def test_a_word_in_one_text_is_told_in_the_volume_that_prints_it(pair: tuple[Path, Path]) -> None:
    edit(pair[1].parents[2] / "catalog/products/GW-200.md", "45 天", "60 天")
    result = run(*map(build, pair), lang="zh")
    assert result.exit_code == 1
    assert "在本地保存 [-45-]{+60+} 天" in result.stdout
    assert "catalog/products/GW-200.md" in result.stdout


def test_a_picture_is_told_although_no_text_differs(pair: tuple[Path, Path]) -> None:
    packages = build(pair[0]), build(pair[1])
    volume = next(packages[1].glob("submit/*.docx"))
    parts = unzip(volume.read_bytes())
    media = next(name for name in parts if name.startswith("word/media/"))
    volume.write_bytes(zipped({**parts, media: parts[media] + b"x"}))
    result = run(*packages)
    assert (result.exit_code, media in result.stdout, "edited by hand" in result.stdout) == (1, True, True)


def test_a_price_that_cannot_be_read_is_not_called_equal(pair: tuple[Path, Path]) -> None:
    packages = [build(deal) for deal in pair]
    for package in packages:
        for path in [*package.glob("submit/*.docx"), *package.glob("submit/*.xlsx")]:
            path.write_bytes(b"broken")
    result = run(*packages)
    assert (result.exit_code, "PR38" in result.stdout) == (2, True)


def test_the_evidence_of_an_attestation_is_told(tmp_path: Path) -> None:
    old, new = (copy_example("water", tmp_path / side) for side in "ab")
    evidence = next(new.with_name("evidence").iterdir())
    evidence.write_bytes(evidence.read_bytes() + b"x")
    result = run(old, new)
    assert (result.exit_code, f"evidence/{evidence.name}: changed" in result.stdout) == (1, True), result.stdout


def test_an_attestation_that_has_come_is_called_by_its_item(tmp_path: Path) -> None:
    old, new = (copy_example("port", tmp_path / side) for side in "ab")
    path = old.with_name("attestations.yaml")
    records = path.read_text(encoding="utf-8").split("\n  - item: ")
    path.write_text("\n  - item: ".join(records[:-1]) + "\n", encoding="utf-8")
    item = records[-1].split()[0].strip("\"'")
    told = run(old, new).stdout
    assert re.search(rf"^  \+ {re.escape(item)}: signed by .*; signed at \S+ \S+ \(UTC[-+]\d\d:00\)", told, re.M), told


def test_a_record_that_has_come_is_told_in_one_line_without_signs_for_its_breaks() -> None:
    deal = DEALS["port"]
    old = deal.model_copy(update={"requirements": deal.requirements[:-1]})
    item = deal.requirements[-1].model_copy(update={"response": "We comply.\nSee below.\n"})
    new = deal.model_copy(update={"requirements": (*deal.requirements[:-1], item)})
    found = Difference("deals", "a", "b", (), tuple(compare(old, new)), ("USD", "USD"), "en")
    told = render_text(found, "en", ROOT)
    assert "response We comply. See below.;" in told + ";"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "At least 500 cardholders.",
            "At least 10,000 cardholders.",
            [("At least 500 cardholders", "At least 10,000 cardholders")],
        ),
        ("The TH-100 records.", "The KC-800 holds.", []),
        ("GW20 keeps 45 days.", "GW30 keeps 60 days.", [("45 days", "60 days")]),
        ("不少于 30 天", "不少于 45 天", [("不少于 30 天", "不少于 45 天")]),
    ],
)
def test_numbers_that_have_changed_are_told_with_their_units_and_names_are_none(
    old: str, new: str, told: list[tuple[str, str]]
) -> None:
    assert list_numbers(old, new) == told


@pytest.mark.parametrize("part", [b"<broken", b"<a/>", b""])
def test_a_volume_that_is_no_longer_sound_is_told(pair: tuple[Path, Path], part: bytes) -> None:
    packages = build(pair[0]), build(pair[1])
    volume = next(packages[1].glob("submit/*.docx"))
    volume.write_bytes(zipped({**unzip(volume.read_bytes()), "word/document.xml": part}))
    result = run(*packages)
    assert (result.exit_code, f"{volume.name.replace('-DRAFT', '')}: changed" in result.stdout) == (1, True)


def test_a_draft_is_compared_with_the_file_of_its_name(pair: tuple[Path, Path]) -> None:
    packages = build(pair[0]), build(pair[1])
    volume = next(packages[1].glob("submit/*-DRAFT.docx"))
    volume.rename(volume.with_name(volume.name.replace("-DRAFT", "")))
    result = run(*packages)
    assert result.exit_code == 1
    assert "removed" not in result.stdout and "name: " in result.stdout
    volume.write_bytes(b"x")  # both at once: neither hides the other
    assert "added" in run(*packages).stdout


def test_amounts_of_two_currencies_have_no_difference(pair: tuple[Path, Path]) -> None:
    change(pair, quote__currency="USD", quote__total_words=None)
    figures = json.loads(run(*pair, "--format", "json").stdout)["figures"]
    assert figures and all(figure["difference"] is None and figure["percent"] is None for figure in figures)
