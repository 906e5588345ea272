"""What follows a bid: its file, what is computed of it, what the gate says, and that no package depends on it."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from follow_files import FOLLOW, PLAN
from quotes import make_bid
from test_gate import make_light
from test_lot_money import make_lots
from typer.testing import CliRunner
from workspace import NOW, edit, make_workspace, root_of, run_check, sign_all, write

from bidkit.build import Options, build_deal, check_deal
from bidkit.cli import app
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.follow import Follow
from bidkit.gate import ItemResult, State
from bidkit.receivables import Followed, Receivable, make_followed
from bidkit.reports import Result
from bidkit.rules import check_followed

TODAY = date(2026, 12, 20)
LATE = date(2027, 1, 31)


def follow_with(**sections: Any) -> str:
    """The text of `FOLLOW` with sections changed; None removes one, a mapping is merged."""
    data = yaml.load(FOLLOW, yaml.BaseLoader)
    for name, value in sections.items():
        data[name] = {**data[name], **value} if isinstance(value, dict) and name in data else value
    return yaml.safe_dump({name: value for name, value in data.items() if value is not None}, allow_unicode=True)


def make_followed_deal(path: Path, text: str | bytes = FOLLOW, regime: str = "tender") -> Path:
    deal = make_light(path, regime)
    write(deal.with_name("follow.yaml"), text)
    return deal


def check(deal: Path, day: date = TODAY) -> Result:
    return check_deal(deal, Options(now=NOW, as_of=day))


def items_of(result: Result) -> dict[str, ItemResult]:
    assert result.gate is not None, result.diagnostics
    return {item.item.id: item for stage in result.gate.stages for item in stage.items}


def codes_of(result: Result) -> list[str]:
    return [item.code for item in result.diagnostics if item.severity is not Severity.INFO]


class TestFile:
    @pytest.mark.parametrize(
        ("old", "new", "code", "told"),
        [
            ("contract:", "contrakt:", "DL04", "contract"),
            ("received_on:", "recieved_on:", "DL04", "received_on"),
            ("  total: 336000.00", "  total: 336000.00\n  total: 336000.00", "DL03", "total"),
            ("  total: 336000.00", "  total: NaN", "DL08", "NaN"),
            ("  total: 336000.00", "  total: 1e400", "DL08", "1e400"),
            ("  total: 336000.00", "  total: -1", "DL11", "≥ 0"),
            ("  total: 336000.00", "  total: 0.001", "DL11", "0.01"),
            ("  total: 336000.00", "  total:", "DL05", "total"),
            ("  total: 336000.00\n", "", "DL06", "total"),
            ("buyer: public", "buyer: publik", "DL10", "public"),
            ("signed_on: 2026-10-12", "signed_on: 2026-02-30", "DL09", "2026-02-30"),
            ("declared_sme: true", "declared_sme: maybe", "DL10", "maybe"),
            ("workdays: 10", "workdays: 1.5", "DL11", "0, 1, 2"),
            ("lpr: 3%", "lpr: 300%", "DL11", "100"),
            ("- milestone: 验收款", "- milestone: 预付款", "DL16", "预付款"),
            ("- milestone: 验收款", "- milestone: 验受款", "DL15", "验收款"),
            ("{name: 验收款,", "{name: 预付款,", "DL16", "预付款"),
            ("noticed_on: 2026-09-25", "noticed_on: 2026-09-25\n  lots: [第9包]", "DL15", "第9包"),
            ("    workdays: 10", "    workdays: 10\n    invoices: none", "DL03", "invoices"),
            ("minutes.md]\n    workdays", "no.md]\n    workdays", "DL12", "no.md"),
            ("[evidence/minutes.md]\n    workdays", "[../../../x]\n    workdays", "DL13", "x"),
            ("follow@1", "follow@2", "DL10", "follow@1"),
        ],
    )  # fmt: skip
    def test_mistakes_are_told_at_their_line(self, tmp_path: Path, old: str, new: str, code: str, told: str) -> None:
        assert FOLLOW.count(old) == 1
        deal = make_followed_deal(tmp_path, FOLLOW.replace(old, new))
        result = check(deal)
        found = [item for item in result.diagnostics if item.code == code]
        assert found, [(item.code, item.message("en")) for item in result.diagnostics]
        assert found[0].span is not None
        assert found[0].span.file == "deals/water/follow.yaml"
        assert found[0].span.line > 0
        assert told in found[0].message("en") + found[0].fix("en")
        assert result.exit_code == 1
        assert result.followed is None
        assert items_of(result)["5.3"].state is State.OPEN

    @pytest.mark.parametrize(
        ("text", "code"),
        [("", "DL07"), ("# later\n", "DL07"), ("[]\n", "DL07"), (b"\xff", "DL23"), ("a: [\n", "DL01"), ("{}", "DL06")],
    )
    def test_what_is_no_such_file_is_told(self, tmp_path: Path, text: str | bytes, code: str) -> None:
        found = [item for item in check(make_followed_deal(tmp_path, text)).diagnostics if item.code == code]
        assert [item.span.file for item in found if item.span] == ["deals/water/follow.yaml"]

    def test_receivables_need_a_contract(self, tmp_path: Path) -> None:
        result = check(make_followed_deal(tmp_path, follow_with(contract=None)))
        (found,) = [item for item in result.diagnostics if item.code == "DL06"]
        assert "contract" in found.message("en")

    def test_a_list_of_which_something_is_only_told_is_read(self, tmp_path: Path) -> None:
        data = yaml.load(FOLLOW, yaml.BaseLoader)
        data["receivables"][0]["receipts"] = {"file": "receipts.csv"}
        deal = make_followed_deal(tmp_path, yaml.safe_dump(data, allow_unicode=True))
        write(deal.with_name("receipts.csv"), "received_on,amount\n2026-10-26,100800.00\n注：不含税,\n")
        result = check(deal)
        assert (codes_of(result), result.followed is None) == (["DL48"], False)

    def test_a_file_with_nothing_in_it_changes_nothing(self, tmp_path: Path) -> None:
        deal = make_light(tmp_path)
        before = {name: item.state for name, item in items_of(run_check(deal)).items()}
        write(deal.with_name("follow.yaml"), "schema: bidkit/follow@1\n")
        result = run_check(deal)
        assert {name: item.state for name, item in items_of(result).items()} == before
        assert result.diagnostics == ()

    def test_two_thousand_payments_are_read_and_judged(self, tmp_path: Path) -> None:
        names = [f"第{number}期" for number in range(2000)]
        share = [{"name": name, "trigger": "t", "percent": "0.05%"} for name in names]
        claims = [{"milestone": name, "trigger": "other", "days": "5"} for name in names]
        text = follow_with(contract={"milestones": share}, receivables=claims)
        result = check(make_followed_deal(tmp_path, text))
        assert result.followed is not None
        assert sum(item.amount for item in result.followed.receivables) == Decimal("336000.00")
        assert codes_of(result).count("ID10") == 2002  # two of the bid are none of the contract


# What is computed.


def compute(day: date = LATE, receivables: list[dict[str, Any]] | None = None, **contract: Any) -> Followed:
    """The only payment of a contract of 100,000.00 with a public body, accepted on 2026-11-20."""
    claim = {"milestone": "全款", "trigger": "acceptance", "happened_on": "2026-11-20", "evidence": ["a"]}
    agreed = {
        "signed_on": "2026-10-12",
        "total": "100000.00",
        "milestones": [{"name": "全款", "trigger": "终验", "percent": "100%"}],
        "warranty_months": "36",
        "buyer": "public",
        "declared_sme": "true",
        **contract,
    }
    claims = [{**claim, **more} for more in receivables or [{}]]
    data = {"schema": "bidkit/follow@1", "contract": agreed, "receivables": claims}
    return make_followed(replace(make_bid(), today=day), Follow.model_validate(data))


def one(day: date = LATE, claim: dict[str, Any] | None = None, **contract: Any) -> Receivable:
    (item,) = compute(day, [claim or {}], **contract).receivables
    return item


class TestDueDay:
    @pytest.mark.parametrize(
        ("claim", "contract", "due"),
        [
            ({}, {}, "2026-12-20"),
            ({}, {"buyer": "large"}, "2027-01-19"),
            ({"days": "45"}, {}, "2027-01-04"),
            ({"days": "90"}, {}, "2027-01-19"),  # a public body: 60 at most
            ({"days": "65"}, {"buyer": "large"}, "2027-01-24"),
            ({}, {"payment_days": "10"}, "2026-11-30"),
            ({"days": "0"}, {"payment_days": "10"}, "2026-11-20"),
            ({"workdays": "10"}, {}, "2026-12-04"),
            ({"workdays": "60"}, {}, "2027-01-19"),
            ({"inspect_by": "2026-11-10"}, {}, "2026-12-10"),  # the buyer was late with the inspection
            ({"inspect_by": "2026-11-25"}, {}, "2026-12-20"),
            ({"inspect_by": "2026-11-10", "trigger": "delivery"}, {}, "2026-12-20"),
            ({"trigger": "other"}, {}, None),
            ({"trigger": "other", "days": "70"}, {}, "2027-01-29"),
            ({}, {"buyer": "other"}, None),
            ({}, {"declared_sme": "false"}, None),
            ({}, {"signed_on": "2025-05-31"}, None),  # before the regulation
            ({}, {"signed_on": "2025-06-01"}, "2026-12-20"),
            ({"happened_on": "2027-02-01"}, {}, None),
        ],
    )
    def test_it_is_agreed_or_that_of_the_law(
        self, claim: dict[str, Any], contract: dict[str, Any], due: str | None
    ) -> None:
        assert one(claim=claim, **contract).due == (date.fromisoformat(due) if due else None)

    def test_without_an_acceptance_there_is_none_until_the_inspection_should_have_ended(self) -> None:
        claim = {"milestone": "全款", "trigger": "acceptance", "inspect_by": "2026-12-01"}
        data = compute().follow.model_dump(mode="json", by_alias=True, exclude_defaults=True)

        def due(day: date, **more: str) -> date | None:
            follow = Follow.model_validate({**data, "receivables": [{**claim, **more}]})
            return make_followed(replace(make_bid(), today=day), follow).receivables[0].due

        assert due(date(2026, 12, 1)) is None
        assert due(date(2026, 12, 2)) == date(2026, 12, 31)
        assert due(date(2027, 3, 1), happened_on="2027-02-01") == date(2026, 12, 31)

    def test_signing_starts_a_term_by_itself(self) -> None:
        data = compute().follow.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        claim = {"milestone": "全款", "trigger": "signing", "days": "5"}
        follow = Follow.model_validate({**data, "receivables": [claim]})
        assert make_followed(make_bid_on(LATE), follow).receivables[0].due == date(2026, 10, 17)

    def test_a_holiday_moves_it_and_the_interest_with_it(self) -> None:
        data = compute().follow.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        follow = Follow.model_validate({**data, "holidays": ["2026-12-20", "2026-12-21"]})
        item = make_followed(make_bid_on(date(2026, 12, 23)), follow).receivables[0]
        assert (item.due, item.days, item.interest) == (date(2026, 12, 22), 1, Decimal("50.00"))


def make_bid_on(day: date) -> Any:
    return replace(make_bid(), today=day)


class TestInterest:
    @pytest.mark.parametrize(
        ("day", "days", "interest"),
        [("2026-12-20", 0, "0.00"), ("2026-12-21", 1, "50.00"), ("2027-01-31", 42, "2100.00")],
    )
    def test_it_begins_on_the_day_after_the_due_day(self, day: str, days: int, interest: str) -> None:
        item = one(date.fromisoformat(day))
        assert (item.days, item.interest, item.basis) == (days, Decimal(interest), "law")
        assert item.is_overdue == (days > 0)

    @pytest.mark.parametrize(
        ("receipts", "rest", "days", "interest"),
        [
            ([("2026-12-20", "100000")], "0", 0, "0"),
            ([("2026-12-30", "100000")], "0", 0, "500"),
            ([("2026-12-01", "40000"), ("2026-12-30", "20000")], "40000", 42, "940"),  # 20000 × 10 + 40000 × 42 days
            ([("2026-12-30", "20000"), ("2026-12-01", "40000")], "40000", 42, "940"),  # in any order
            ([("2026-12-30", "150000")], "0", 0, "500"),  # on no more than what is owed
            ([("2027-02-01", "100000")], "100000", 42, "2100"),  # what is still to come has not come
        ],
    )
    def test_what_came_in_bears_none_from_then_on(
        self, receipts: list[tuple[str, str]], rest: str, days: int, interest: str
    ) -> None:
        item = one(claim={"receipts": [{"received_on": day, "amount": amount} for day, amount in receipts]})
        assert (item.open, item.days, item.interest) == (Decimal(rest), days, Decimal(interest))

    @pytest.mark.parametrize(
        ("contract", "interest", "basis"),
        [
            ({"interest": "0.1%"}, "4200.00", "agreed"),
            ({"interest": "3.65%", "interest_per": "year"}, "420.00", "agreed"),
            ({"interest": "3%", "interest_per": "year"}, "345.21", "agreed"),  # 345.2054…
            ({"buyer": "other", "payment_days": "30"}, "0.00", "none"),
            ({"buyer": "other", "payment_days": "30", "interest": "0.05%"}, "2100.00", "agreed"),
            ({"total": "999999999999.99"}, "20999999999.9998", "law"),
            ({"total": "0.23", "interest": "0.05%"}, "0.00483", "agreed"),
            ({"total": "0.24", "interest": "0.05%"}, "0.00504", "agreed"),
        ],
    )
    def test_rate_is_agreed_or_that_of_the_law_and_rounded_once(
        self, contract: dict[str, Any], interest: str, basis: str
    ) -> None:
        item = one(**contract)
        assert item.basis == basis
        assert item.interest == Decimal(interest).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        assert item.interest.as_tuple().exponent == -2

    def test_yen_have_no_cents(self) -> None:
        item = one(currency="JPY", total="100001", interest="0.03%")
        assert item.interest == Decimal(1260)  # 1260.0126

    def test_amounts_are_split_as_the_quote_splits_them(self) -> None:
        shares = [{"name": name, "trigger": "t", "percent": "33.3%"} for name in "甲乙"]
        shares.append({"name": "丙", "trigger": "t", "percent": "33.4%"})
        done = compute(
            receivables=[{"milestone": name} for name in "甲乙丙"], total="100.01", milestones=shares
        ).receivables
        assert [str(item.amount) for item in done] == ["33.30", "33.30", "33.41"]


def test_a_contract_of_some_lots_is_compared_with_what_was_bid_for_them() -> None:
    bid = make_lots([[("2", "100.00", "13%", "base")], [("3", "50.00", "6%", "base")]])
    data = compute().follow.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    milestones = [{"name": str(n), "trigger": "t", "percent": percent} for n, percent in enumerate(("30%", "70%"))]

    def differences(total: str, **award: Any) -> list[str]:
        contract = {**data["contract"], "total": total, "milestones": milestones, "delivery_days": "180"}
        follow = {"schema": "bidkit/follow@1", "contract": contract, "award": {"noticed_on": "2026-10-01", **award}}
        done = make_followed(replace(bid, today=LATE), Follow.model_validate(follow))
        return [item.message("en") for item in check_followed(done) if item.code == "ID10"]

    assert differences("350.00") == []
    assert differences("150.00", lots=["包2"]) == []
    (told,) = differences("350.00", lots=["包2"])
    assert "150.00" in told
    assert "350.00" in told


# The gate, the checks, and the package.


def test_a_clean_file_closes_what_is_computed_and_leaves_what_people_sign(tmp_path: Path) -> None:
    result = check(make_followed_deal(tmp_path))
    items = items_of(result)
    assert codes_of(result) == []
    done = {name for name, item in items.items() if name > "5" and item.state is State.DONE}
    assert done == {"5.1t", "5.3", "5.4", "5.5", "5.5r", "6.1", "6.2", "6.3", "6.5r"}
    waiting = {name: problem.code for name, item in items.items() if name > "5" for problem in item.open}
    assert waiting.pop("6.7r") == "GT01"
    assert set(waiting.values()) == {"GT03"}


def test_without_the_file_the_items_are_open_and_say_what_is_missing(tmp_path: Path) -> None:
    items = items_of(run_check(make_light(tmp_path)))
    (problem,) = items["5.4"].open
    assert problem.code == "GT13"
    assert "deals/water/follow.yaml" in problem.message("en")
    assert "award, contract.signed_on" in problem.message("en")
    assert [item.code for item in items["5.5"].open] == ["GT01"]
    assert not [name for name, item in items.items() if item.item.moment == "later" and name != "6.1" and not item.open]


def test_a_contract_that_is_not_signed_leaves_that_item_open_only(tmp_path: Path) -> None:
    contract = yaml.load(FOLLOW, yaml.BaseLoader)["contract"]
    del contract["signed_on"]
    data = {**yaml.load(FOLLOW, yaml.BaseLoader), "contract": contract, "receivables": None}
    text = yaml.safe_dump({name: value for name, value in data.items() if value}, allow_unicode=True)
    items = items_of(check(make_followed_deal(tmp_path, text), date(2026, 10, 12)))
    assert items["5.3"].state is State.DONE
    assert [item.code for item in items["5.4"].open] == ["GT13"]


def test_a_negotiation_is_a_matter_of_commercial_deals(tmp_path: Path) -> None:
    items = items_of(check(make_followed_deal(tmp_path / "a", PLAN, "commercial")))
    assert items["5.1"].state is State.DONE
    assert [problem.code for problem in items["5.2"].open] == ["GT13"]
    assert "PR42" in codes_of(check(make_followed_deal(tmp_path / "b", PLAN + "award: {noticed_on: 2026-09-25}\n")))


def test_what_was_signed_for_the_bid_stays_signed_and_the_contract_is_signed_anew(tmp_path: Path) -> None:
    deal = make_light(tmp_path)
    sign_all(deal, ("build", "submit", "submitted", "later"))
    before = items_of(run_check(deal))
    assert before["5.7"].state is State.DONE
    write(deal.with_name("follow.yaml"), FOLLOW)
    after = items_of(run_check(deal))
    changed = {name for name in before if before[name].subject != after[name].subject}
    assert changed == {"5.7", "6.4", "6.5", "6.6", "6.7"}
    assert [item.code for item in after["5.7"].open] == ["GT04"]
    assert after["4.11"].state is after["4.8t"].state is after["5.6"].state is State.DONE
    edit(deal.with_name("follow.yaml"), "happened_on: 2026-11-20", "happened_on: 2026-11-21")
    later = items_of(run_check(deal))
    assert {name for name in after if after[name].subject != later[name].subject} == {"6.5", "6.7"}


def test_a_negotiation_without_a_plan(tmp_path: Path) -> None:
    plan = PLAN.replace("amount: 4000.00", "amount: 8000.00").replace("floor: 322000.00", "floor: 330000.00")
    text = plan + "contract: {total: 320000.00, milestones: [], warranty_months: 36}\n"
    found = codes_of(check(make_followed_deal(tmp_path, text, "commercial")))
    assert found.count("PR41") == 1
    assert found.count("PR40") == 2, "the second step is no smaller, and the steps lead below the floor"


def read_all(folder: Path) -> str:
    """The text of every file of a package, those inside of Office files too."""
    texts = []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                texts += [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
        texts.append(content.decode("utf-8", "replace"))
    return "\n".join(texts)


def test_no_package_depends_on_the_file_or_tells_what_is_in_it(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path, "commercial")
    sign_all(deal)
    first = build_deal(deal, Options(now=NOW, out=tmp_path / "first"))
    secret = PLAN.replace("322000.00", "317171.17").replace("王立", "穆野秘")
    broken = secret + "contract: {total: 301234.56, milestones: [], warranty_months: 1}\n"
    write(deal.with_name("follow.yaml"), broken)
    assert {"PR41", "PR43", "ID10"} <= set(codes_of(run_check(deal)))
    second = build_deal(deal, Options(now=NOW, out=tmp_path / "second"))
    assert first.folder is not None
    assert second.folder is not None, second.diagnostics
    assert not {"PR41", "PR43", "ID10"} & set(codes_of(second))
    for path in sorted((first.folder / "submit").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (second.folder / path.relative_to(first.folder)).read_bytes()
    manifest = json.loads((second.folder / "internal/manifest.json").read_bytes())
    assert "deals/water/deal.yaml" in manifest["inputs"]
    assert not [name for name in manifest["inputs"] if "follow" in name]
    told = read_all(second.folder)
    assert "deal.yaml" in told
    for word in ("317171", "317,171", "穆野秘", "301,234.56"):
        assert word not in told
    assert json.loads((first.folder / "internal/manifest.json").read_bytes())["content"] == manifest["content"]


def test_a_file_that_cannot_be_read_stops_no_build_and_no_other_signature(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path, "commercial")
    sign_all(deal)
    write(deal.with_name("follow.yaml"), "schema: bidkit/follow@1\ncontract: 5\n")
    assert build_deal(deal, Options(now=NOW, out=tmp_path / "out")).folder is not None
    deal.with_name("attestations.yaml").unlink()
    write(deal.with_name("note.md"), "见纪要。")
    arguments = ["--by", "林知行", "--evidence", str(deal.with_name("note.md")), "--lang", "en"]
    refused = CliRunner().invoke(app, ["attest", str(deal), "5.7", *arguments])
    assert refused.exit_code == 1
    assert "follow.yaml" in refused.output
    assert CliRunner().invoke(app, ["attest", str(deal), "4.10", *arguments]).exit_code == 0


def test_a_deadline_that_has_passed_is_nothing_wrong_once_the_bid_is_awarded(tmp_path: Path) -> None:
    deal = make_light(tmp_path)
    assert "DT04" in codes_of(check(deal))
    write(deal.with_name("follow.yaml"), FOLLOW)
    assert "DT04" not in codes_of(check(deal))
    for day in ("2026-09-17", "2026-12-21"):  # before the deadline; still to come
        write(deal.with_name("follow.yaml"), f"schema: bidkit/follow@1\naward: {{noticed_on: {day}}}\n")
        assert "DT04" in codes_of(check(deal))


OVERDUE = FOLLOW.replace("2026-10-26, amount: 100800.00}", "2026-10-28, amount: 90800.00}")


def run(*arguments: object) -> str:
    return CliRunner().invoke(app, [*map(str, arguments)]).stdout


def test_gate_tells_what_is_overdue_in_both_languages(tmp_path: Path) -> None:
    deal = make_followed_deal(tmp_path, OVERDUE)
    english = run("gate", deal, "--as-of", LATE, "--lang", "en")
    assert "[ ] 6.3" in english
    assert "deals/water/follow.yaml:20:16: DT14 error" in english
    # 90,800.00 two days late, and 10,000.00 from 2026-10-26 on
    assert "due on 2026-10-26, received 90,800.00, open 10,000.00, overdue by 97 days, interest 575.80" in english
    assert "验收款: 235,200.00, due on 2026-12-20, received 0.00, open 235,200.00, overdue by 42 days" in english
    assert "interest 4,939.20 (0.05 % a day" in english
    chinese = run("gate", deal, "--as-of", LATE, "--lang", "zh")
    assert "应收账款（CNY）" in chinese
    assert "逾期 42 天，利息 4,939.20（每日万分之五" in chinese
    assert "验收款逾期 42 天（应于 2026-12-20 前付清）" in chinese


def test_json_has_the_payments_and_no_key_where_there_are_none(tmp_path: Path) -> None:
    deal = make_followed_deal(tmp_path, OVERDUE)
    record = json.loads(run("gate", deal, "--as-of", LATE, "--format", "json", "--lang", "en"))
    assert record["format_version"] == "1.0"
    first, second = record["receivables"]
    assert first["milestone"] == "预付款"
    assert (second["amount"], second["open"], second["due"]) == ("235200.00", "235200.00", "2026-12-20")
    assert (second["overdue_days"], second["interest"], second["is_escalated"]) == (42, "4939.20", False)
    deal.with_name("follow.yaml").unlink()
    assert "receivables" not in json.loads(run("gate", deal, "--as-of", LATE, "--format", "json"))


def test_what_somebody_has_taken_up_is_a_warning_and_closes_the_item(tmp_path: Path) -> None:
    escalation = "    escalation: {to: 王立, escalated_on: 2027-01-15, action: 发催款函}\n"
    deal = make_followed_deal(tmp_path, FOLLOW + escalation)
    result = check(deal, LATE)
    assert [(item.code, item.severity) for item in result.diagnostics] == [("DT14", Severity.WARNING)]
    assert items_of(result)["6.3"].state is State.DONE
    assert "taken to 王立" in run("gate", deal, "--as-of", LATE, "--lang", "en")


def test_books_without_an_open_payment_close_their_item(tmp_path: Path) -> None:
    last = "    receipts: [{received_on: 2026-12-18, amount: 235199.99}, {received_on: 2026-12-19, amount: 0.01}]\n"
    deal = make_followed_deal(tmp_path, FOLLOW + last)
    assert items_of(check(deal, date(2026, 12, 18)))["6.7r"].state is State.OPEN
    assert items_of(check(deal, date(2026, 12, 19)))["6.7r"].state is State.DONE


def test_junit_passes_no_rule_that_had_nothing_to_judge(tmp_path: Path) -> None:
    deal = make_light(tmp_path)
    assert "(follow.yaml) was not judged" in run("check", deal, "--format", "junit", "--lang", "en")
    write(deal.with_name("follow.yaml"), FOLLOW)
    assert "(follow.yaml) was not judged" not in run(
        "check", deal, "--format", "junit", "--lang", "en", "--as-of", TODAY
    )


def test_reasons_stand_in_the_file_and_nowhere_else(tmp_path: Path) -> None:
    deal = make_followed_deal(tmp_path, FOLLOW.replace("total: 336000.00", "total: 336000.01"))
    deal.write_text(
        deal.read_text(encoding="utf-8")
        + "suppress:\n  - {code: ID10, where: 'deals/water/follow.yaml:8', reason: 只差一分}\n",
        encoding="utf-8",
    )
    codes = codes_of(check(deal))
    assert "DL71" in codes
    assert "ID10" in codes


def test_a_workspace_makes_a_warning_an_error_here_too(tmp_path: Path) -> None:
    deal = make_followed_deal(tmp_path, FOLLOW.replace("  lpr: 3%", "  lpr: 3%\n  payment_days: 61"))
    edit(root_of(deal) / "bidkit.yaml", "as_of:", "severity: {DT13: error}\nas_of:")
    result = check(deal)
    assert [(item.code, item.severity) for item in result.diagnostics] == [("DT13", Severity.ERROR)]
    assert items_of(result)["6.2"].state is State.OPEN


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"when": "follow.contract.total == 336000", "attest": []}, None),
        ({"when": "receivables | map(attribute='open') | sum == 235200", "attest": []}, None),
        ({"when": "follow.contrakt is none", "attest": []}, "GT01"),
        ({"attest": ["contract", "receivables"]}, "GT03"),
        ({"attest": ["deal"], "needs": ["negotiation"]}, "GT13"),
        ({"attest": ["deal"], "needs": ["contract.number"]}, "GT03"),
    ],
)
def test_a_process_of_the_team_reads_the_file(tmp_path: Path, item: dict[str, Any], code: str | None) -> None:
    title = {"zh": "甲", "en": "a"}
    add = {"id": "5.9", "stage": "5", "title": title, "moment": "later", **item}
    add = {key: value for key, value in add.items() if value}
    process = {"schema": "bidkit/process@1", "id": "ours", "extends": "six-step", "add": [add]}
    deal = make_followed_deal(tmp_path)
    write(root_of(deal) / "ours.yaml", yaml.safe_dump(process, allow_unicode=True))
    edit(root_of(deal) / "bidkit.yaml", "as_of:", "process: ours.yaml\nas_of:")
    assert [problem.code for problem in items_of(check(deal))["5.9"].open] == ([code] if code else [])


def test_a_need_that_there_is_not_is_told_with_what_was_meant(tmp_path: Path) -> None:
    add = {"id": "5.9", "stage": "5", "title": {"zh": "甲", "en": "a"}, "attest": ["deal"], "moment": "later"}
    process = {"schema": "bidkit/process@1", "id": "o", "extends": "six-step", "add": [{**add, "needs": ["contrakt"]}]}
    deal = make_light(tmp_path)
    write(root_of(deal) / "ours.yaml", yaml.safe_dump(process, allow_unicode=True))
    edit(root_of(deal) / "bidkit.yaml", "as_of:", "process: ours.yaml\nas_of:")
    (found,) = run_check(deal).diagnostics
    assert found.code == "DL15"
    assert "`contract`" in found.fix("en")


@pytest.mark.parametrize(
    ("tender", "is_open"),
    [
        ({"bond": None}, True),
        ({"bond": "0"}, False),
        ({"bond": "6000.00"}, False),
        ({"ceiling": None}, False),  # the budget is known
    ],
)
def test_a_tender_is_on_record_with_ceiling_and_bond_and_an_old_deal_is_not_held_up(
    tmp_path: Path, tender: dict[str, Any], is_open: bool
) -> None:
    changes = {f"tender__{key}": value for key, value in tender.items()}
    item = items_of(run_check(make_light(tmp_path, **changes)))["3.3n"]
    assert (item.state is State.OPEN) is is_open
    assert not item.is_blocking


def test_neither_ceiling_nor_budget_is_open(tmp_path: Path) -> None:
    deal = make_light(tmp_path, tender__ceiling=None, opportunity__budget=None)
    assert items_of(run_check(deal))["3.3n"].state is State.OPEN


@pytest.mark.parametrize("page", ["follow.md", "follow.en.md"])
def test_examples_of_the_page_are_clean(tmp_path: Path, page: str) -> None:
    text = (Path(__file__).parents[1] / "docs" / page).read_text(encoding="utf-8")
    tender, commercial = (part.split("~~~", 1)[0] for part in text.split("~~~yaml\n")[1:])
    result = check(make_followed_deal(tmp_path / "a", tender))
    assert codes_of(result) == []
    assert result.followed is not None
    assert [item.is_overdue for item in result.followed.receivables] == [False, False]
    items = items_of(check(make_followed_deal(tmp_path / "b", commercial, "commercial")))
    assert items["5.1"].state is State.DONE


@pytest.mark.parametrize("page", ["process.md", "process.en.md"])
def test_example_of_the_process_is_a_file_that_can_be_read(tmp_path: Path, page: str) -> None:
    text = (Path(__file__).parents[1] / "docs" / page).read_text(encoding="utf-8")
    example = text.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert check(make_followed_deal(tmp_path, example)).followed is not None


def test_every_finding_of_the_file_is_said_in_both_languages(tmp_path: Path) -> None:
    """Those of a whole workspace, whose names and amounts are not those of the fixtures."""
    worst = FOLLOW.replace("total: 336000.00", "total: 300000.00").replace("2026-10-12\n", "2026-12-31\n")
    found: list[Diagnostic] = list(check(make_followed_deal(tmp_path, worst), LATE).diagnostics)
    assert {item.code for item in found} >= {"ID10", "DT10", "DT11", "PR44", "PR45"}
    for item in found:
        assert item.message("zh") != item.message("en")


def test_the_hour_of_the_command_is_the_one_of_the_deal(tmp_path: Path) -> None:
    deal = make_followed_deal(tmp_path)
    edit(root_of(deal) / "bidkit.yaml", "as_of: 2026-09-01\n", "")
    evening = datetime(2026, 12, 20, 16, 30, tzinfo=UTC)  # the 21st in China
    assert codes_of(check_deal(deal, Options(now=evening))) == ["DT14"]
    assert codes_of(check_deal(deal, Options(now=evening.replace(hour=15)))) == []


def test_the_shipped_workspace_needs_no_such_file(tmp_path: Path) -> None:
    assert run_check(make_workspace(tmp_path)).followed is None
