"""Costs and margins: computed for the seller, told in internal/, and in nothing that is handed in."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from quotes import compute_quote, make_bid, make_line
from test_offers import line, write_quote
from workspace import NOW, edit, make_workspace, run_check, sign_all

from bidkit.appendix import Appendix
from bidkit.build import Options, build_deal
from bidkit.context import make_context
from bidkit.quote.margin import find_margins

HARD = make_line(("A01", "hw", "服务器", "2", "113.00", "13%", "base"), cost="73.21")
SOFT = make_line(("B01", "dev", "接口开发", "3", "106.00", "6%", "base"), cost="20.005")


def test_margin_by_category_leaves_tax_out_of_both_sides() -> None:
    hard, soft, total = find_margins(make_bid([HARD, SOFT]).quote)
    assert (hard.number, hard.name, str(hard.net), str(hard.cost)) == ("1", "硬件设备", "200.00", "146.42")
    assert (str(soft.net), str(soft.cost)) == ("300.00", "60.02")
    assert (total.name, total.net, total.amount) == ("", 500, Decimal("293.56"))
    assert total.share is not None
    assert f"{total.share:.4f}" == "0.5871"


def test_lines_without_cost_are_counted_and_in_no_sum() -> None:
    plain = {key: value for key, value in SOFT.items() if key != "cost"}
    hard, soft, total = find_margins(make_bid([HARD, plain]).quote)
    assert [item.unknown for item in (hard, soft, total)] == [0, 1, 1]
    assert (soft.share, total.net) == (None, 200)


def test_there_is_no_margin_without_costs() -> None:
    assert find_margins(make_bid().quote) == ()


@pytest.mark.parametrize(("costs", "expected"), [(("10", "4"), Decimal(18)), (("10", None), None)])
def test_cost_of_a_bundle_is_that_of_its_parts_if_each_has_one(
    costs: tuple[str | None, ...], expected: Decimal | None
) -> None:
    parts = [
        line("20.00", id="P1", part_of="S1", cost=costs[0]),
        line("9.00", id="P2", part_of="S1", quantity="2", cost=costs[1]),
    ]
    quote = compute_quote(write_quote(line(None, id="S1"), *parts), "zh")
    assert quote.lines[0].offer.cost == expected


def test_sale_below_cost_is_a_warning_that_does_not_tell_the_cost(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    at = edit(deal, "unit_price: 12500.00, tax_rate: 13%", "unit_price: 12500.00, cost: 11061.95, tax_rate: 13%")
    (problem,) = run_check(deal).diagnostics  # 12,500.00 with tax is 11,061.946… without
    assert (problem.code, problem.severity.value) == ("PR18", "warning")
    assert problem.span is not None
    assert problem.span.line == at[0]
    assert not any("11061" in text or "11,061" in text for text in (problem.message("zh"), problem.message("en")))
    edit(deal, "cost: 11061.95", "cost: 11061.94")
    assert run_check(deal).diagnostics == ()


def walk(value: Any) -> Iterator[Any]:
    """Every key and every value in a context."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from walk(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from walk(inner)
    else:
        yield value


def test_no_template_can_print_a_cost_a_floor_or_a_cap() -> None:
    secret = HARD | {"cost": "73.21", "floor": "61.17", "cap": "997.13"}
    bid = make_bid([secret])
    found = list(walk(make_context(bid, Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)))
    assert "服务器" in found
    assert not {"cost", "floor", "cap", "margin"} & {item for item in found if isinstance(item, str)}
    assert not {Decimal(text) for text in ("73.21", "61.17", "997.13", "146.42")} & {
        item for item in found if isinstance(item, Decimal)
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_margin_stands_in_the_report_and_in_nothing_handed_in(lang: str, tmp_path: Path) -> None:
    locale = "zh-CN" if lang == "zh" else "en-GB"
    changes = {} if lang == "zh" else {"quote__total_words": None, "locale": locale}
    deal = make_workspace(tmp_path, "commercial", **changes)
    edit(deal, "unit_price: '12500.00'\n", "unit_price: '12500.00'\n    cost: '7654.21'\n    floor: '8123.45'\n")
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, [problem.message("en") for problem in result.diagnostics]
    report = (result.folder / "internal/report.html").read_text(encoding="utf-8")
    assert {"zh": "毛利（内部）", "en": "Margin (internal)"}[lang] in report
    assert "183,701.04" in report  # 24 × 7,654.21
    secrets = (b"7654.21", b"7,654.21", b"8123.45", b"8,123.45", b"183701.04", b"183,701.04")
    for path in (result.folder / "submit").rglob("*"):
        if path.is_file():
            for content in read_parts(path.read_bytes()):
                assert not any(secret in content for secret in secrets), path.name


def read_parts(content: bytes) -> list[bytes]:
    """The content of a file and, of an Office file, of each of its parts."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return [content]
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return [file.read(name) for name in file.namelist()]
