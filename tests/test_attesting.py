"""`bidkit attest`: a person signs an item of the checklist; the file keeps what was there, and says what it covers."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner
from workspace import edit, make_workspace, run_check, sign_all, write

from bidkit.cli import app
from bidkit.gate import State

ITEM = "4.8p"


def attest(deal: Path, item: str = ITEM, by: str = "简宁（报价复核）", evidence: Path | None = None) -> tuple[int, str]:
    file = evidence or write(deal.with_name("复核 记录.md"), "报价逐行复核，无误。")
    done = CliRunner().invoke(app, ["attest", str(deal), item, "--by", by, "--evidence", str(file), "--lang", "en"])
    return done.exit_code, done.output


def make_open_deal(folder: Path) -> Path:
    """A deal of a workspace that is judged by the clock, as the command is."""
    deal = make_workspace(folder)
    edit(folder / "bidkit.yaml", "as_of: 2026-09-01\n", "")
    return deal


def state_of(deal: Path, item: str = ITEM) -> tuple[State, str]:
    gate = run_check(deal, datetime.now().astimezone()).gate  # noqa: TID251
    assert gate is not None
    (found,) = [result for stage in gate.stages for result in stage.items if result.item.id == item]
    return found.state, found.by


def test_an_item_is_attested_and_what_stood_there_stays(tmp_path: Path) -> None:
    deal = make_open_deal(tmp_path)
    sign_all(deal)
    file = deal.with_name("attestations.yaml")
    records = [
        item for item in yaml.safe_load(file.read_text(encoding="utf-8"))["attestations"] if item["item"] != ITEM
    ]
    text = "# signed in the meeting\n" + yaml.safe_dump(
        {"schema": "bidkit/attestations@1", "attestations": records}, allow_unicode=True, sort_keys=False
    )
    write(file, text.replace("\n- ", "\n  - ").replace("\n  ", "\n    ").replace("\n    - ", "\n  - "))
    before = file.read_text(encoding="utf-8")
    assert state_of(deal)[0] is State.OPEN
    code, output = attest(deal)
    assert (code, "4.8p attested by 简宁（报价复核）" in output) == (0, True), output
    assert file.read_text(encoding="utf-8").startswith(before)
    assert state_of(deal) == (State.DONE, "简宁（报价复核）")
    record = yaml.safe_load(file.read_text(encoding="utf-8"))["attestations"][-1]
    assert record["evidence"] == "复核 记录.md"
    assert record["evidence_sha256"] == hashlib.sha256("报价逐行复核，无误。".encode()).hexdigest()


def test_a_list_that_is_not_indented_is_added_to_as_it_stands(tmp_path: Path) -> None:
    deal = make_open_deal(tmp_path)
    assert attest(deal)[0] == 0
    file = deal.with_name("attestations.yaml")
    records = yaml.safe_load(file.read_text(encoding="utf-8"))
    before = write(file, yaml.safe_dump(records, allow_unicode=True, sort_keys=False)).read_text(encoding="utf-8")
    assert "\n- " in before
    assert attest(deal, by="林知行")[0] == 0
    assert file.read_text(encoding="utf-8").startswith(before)
    assert state_of(deal) == (State.DONE, "林知行")


@pytest.mark.parametrize("by", ["叶知秋", "叶 知秋(销售)", "叶知秋，总监"])
def test_one_person_does_not_review_two_parts(tmp_path: Path, by: str) -> None:
    deal = make_open_deal(tmp_path)
    sign_all(deal)
    before = deal.with_name("attestations.yaml").read_bytes()
    code, output = attest(deal, by=by)
    assert (code, "GT14" in output, "4.8t" in output) == (1, True, True), output
    assert deal.with_name("attestations.yaml").read_bytes() == before
    edit(deal.with_name("attestations.yaml"), "周牧野（报价复核）", by)
    assert state_of(deal)[0] is State.OPEN


def test_the_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    deal = make_open_deal(tmp_path)
    deal.with_name("attestations.yaml").unlink(missing_ok=True)
    assert attest(deal)[0] == 0
    assert state_of(deal)[0] is State.DONE


def test_it_is_void_once_what_it_covers_changes_and_can_be_given_anew(tmp_path: Path) -> None:
    deal = make_open_deal(tmp_path)
    assert attest(deal)[0] == 0
    edit(deal, "unit_price: 12500.00", "unit_price: 12499.00")
    assert state_of(deal)[0] is State.OPEN
    assert attest(deal, by="林知行")[0] == 0
    assert state_of(deal) == (State.DONE, "林知行")


@pytest.mark.parametrize(
    ("item", "told"),
    [("4.8q", "DL15"), ("4.8", "DL15"), ("4.6", "GT07"), ("1.1", "GT07"), ("", "DL15")],
)
def test_what_nobody_attests_is_told(tmp_path: Path, item: str, told: str) -> None:
    deal = make_open_deal(tmp_path)
    code, output = attest(deal, item)
    assert (code, told in output) == (1, True), output
    assert not deal.with_name("attestations.yaml").exists()
    assert not set("{}|") & set(output), "words, not the expression of the item"


def test_evidence_must_be_a_file_of_the_workspace(tmp_path: Path) -> None:
    deal = make_open_deal(tmp_path / "workspace")
    outside = write(tmp_path / "mail.md", "ok")
    assert attest(deal, evidence=outside)[0] == 1
    assert attest(deal, evidence=tmp_path / "gone.md")[0] == 2
    assert attest(deal, by=" ")[0] == 2
    assert not deal.with_name("attestations.yaml").exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("schema: bidkit/attestations@1\nattestations: []\n", "GT08"),
        ("attestations: {}\n", "DL"),
        ("[]\n", "DL"),
    ],
)
def test_a_file_that_is_no_plain_list_is_left_alone(tmp_path: Path, text: str, told: str) -> None:
    deal = make_open_deal(tmp_path)
    file = write(deal.with_name("attestations.yaml"), text)
    code, output = attest(deal)
    assert (code, told in output) == (1, True), output
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["evidence/empty.md", "deal.yaml"])
def test_evidence_says_something_and_is_not_the_deal(tmp_path: Path, name: str) -> None:
    deal = make_open_deal(tmp_path)
    write(deal.parent / "evidence/empty.md", " \n")
    code, output = attest(deal, evidence=deal.parent / name)
    assert (code, "DL14" in output) == (1, True), output
    assert not deal.with_name("attestations.yaml").exists()


def test_a_deal_with_mistakes_is_not_attested(tmp_path: Path) -> None:
    deal = make_open_deal(tmp_path)
    edit(deal, "unit_price: 12500.00", "unit_price: dear")
    code, output = attest(deal)
    assert (code, "DL08" in output) == (1, True), output
