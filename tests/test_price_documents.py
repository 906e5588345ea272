"""The prices of a bid in its Word files: nested categories, parts, groups, rates, prices before tax, in every pack."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from dump import dump_docx
from test_zh_tender import copy_example
from workspace import NOW, make_workspace, root_of, write

from bidkit.build import Options, build_deal
from bidkit.pack import shipped_packs

QUOTE: dict[str, Any] = {
    "validity_days": "90",
    "tax_sum": "by_line",
    "rounding": {"unit_price": "4"},
    "rates": [{"currency": "USD", "rate": "7.1234", "date": "2026-08-31", "source": "外汇交易中心"}],
    "groupings": {"phase": "阶段"},
    "categories": [
        {
            "id": "A",
            "name": "硬件",
            "categories": [{"id": "A1", "name": "采集"}, {"id": "A2", "name": "网络"}, {"id": "A3", "name": "空的"}],
        },
        {"id": "B", "name": "服务"},
    ],
    "lines": [
        {"id": "1", "category": "A", "name": "机柜", "unit": "台", "quantity": "3", "unit_price": "1.005"}
        | {"tax_rate": "13%", "tags": {"phase": "一期"}},
        {"id": "2", "category": "A1", "name": "网关", "unit": "台", "quantity": "24", "unit_price": "12500.0055"}
        | {"tax_rate": "13%"},
        {"id": "3", "category": "A2", "name": "套件", "unit": "套", "quantity": "2", "tax_rate": "13%"},
        {"id": "3a", "part_of": "3", "name": "交换机", "model": "SW24", "unit": "台", "quantity": "1.5"}
        | {"unit_price": "300", "currency": "USD", "tax_rate": "13%"},
        {
            "id": "4",
            "category": "B",
            "name": "运维",
            "unit": "年",
            "quantity": "1",
            "unit_price": "1000",
            "tax_rate": "6%",
        },
    ],
    "milestones": [{"name": "全款", "trigger": "终验", "percent": "100%"}],
}
OPTION: dict[str, Any] = {"id": "5", "category": "B", "name": "第二年运维", "unit": "年", "quantity": "1"} | {
    **{"unit_price": "1050.5", "tax_rate": "6%", "kind": "option_period"}
}
PACKS = ("zh-proposal", "zh-tender", "en-proposal", "en-rfp")
VOLUME = {"zh-proposal": "proposal", "zh-tender": "报价文件", "en-proposal": "proposal", "en-rfp": "Volume V Price"}
# 3.02 + 300,000.13 + 2 × 3,205.53 = 306,414.21 of hardware at 13 %, 1,000.00 of service at 6 %
NET = {"hardware": "306,414.21", "net": "307,414.21", "tax": "39,893.85", "total": "347,308.06"}
GROSS = {"hardware": "306,414.21", "net": "272,106.41", "tax": "35,307.80", "total": "307,414.21"}


@pytest.fixture(scope="module")
def built(folders: Callable[[str, str], Path]) -> Callable[[str, str], str]:
    """The volume with the prices of a draft by a pack, as text."""
    return lambda pack, prices: dump_docx(find_volume(folders(pack, prices), VOLUME[pack]).read_bytes())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The draft of the quote by a pack; each made once."""

    @lru_cache
    def make(pack: str, prices: str, has_options: bool = False) -> Path:
        folder = tmp_path_factory.mktemp(f"{pack}-{prices}")
        if pack == "zh-tender":
            deal = copy_example("school", folder)
        else:
            deal = make_workspace(folder, "tender" if pack == "en-rfp" else "commercial")
            shutil.rmtree(root_of(deal) / "templates")
            settings = root_of(deal) / "bidkit.yaml"
            write(settings, settings.read_text(encoding="utf-8") + f"pack: {pack}\n")
        text = yaml.load(deal.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        text["quote"] = QUOTE | {"prices": prices} | ({"lines": [*QUOTE["lines"], OPTION]} if has_options else {})
        text["locale"] = "zh-CN" if pack.startswith("zh") else "en-US"
        text["solution"]["products"] = []
        write(deal, yaml.safe_dump(text, allow_unicode=True, sort_keys=False))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
            result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert result.folder is not None, [problem.message("en") for problem in result.diagnostics]
        return result.folder

    return make


def find_volume(folder: Path, name: str) -> Path:
    return folder / "submit" / f"{name}-DRAFT.docx"


def rows(text: str, *cells: str) -> list[list[str]]:
    """The rows of tables that hold all of these cells, bold or not."""
    found = [line.strip("| ").replace("**", "").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row for row in found if set(cells) <= set(row)]


@pytest.mark.parametrize("prices", ["gross", "net"])
@pytest.mark.parametrize("pack", PACKS)
def test_categories_are_numbered_set_in_and_add_up(built: Callable[[str, str], str], pack: str, prices: str) -> None:
    text = built(pack, prices)
    money = NET if prices == "net" else GROSS
    names = ("硬件", "采集", "网络", "空的", "服务")
    listed = [row for row in rows(text) if len(row) > 3 and row[1].strip("\u3000\u2003") in names]
    assert [row[0] for row in listed] == ["1", "1.2", "1.3", "1.4", "2"]
    assert [row[-1] for row in listed] == [money["hardware"], "300,000.13", "6,411.06", "0.00", "1,000.00"]
    assert [re.match(r"[\u3000\u2003]*", row[1]).end() for row in listed] == [0, 1, 1, 1, 0]  # type: ignore[union-attr]
    for figure in (money["total"], money["net"], money["tax"]):
        assert figure in text
    assert (("before tax" if pack.startswith("en") else "不含税合计") in text) == (prices == "net")


@pytest.mark.parametrize("pack", ["zh-tender", "en-rfp"])
def test_total_of_a_category_stands_behind_all_that_lies_in_it(built: Callable[[str, str], str], pack: str) -> None:
    text = built(pack, "gross")
    name = "{}小计" if pack == "zh-tender" else "Total, {}"
    places = [text.index(f"| **{name.format(item)}**") for item in ("采集", "网络", "硬件", "服务")]
    assert places == sorted(places)
    assert text.index("机柜") < places[0]
    assert f"{name.format('空的')}" not in text
    assert rows(text, name.format("硬件"))[0][1] == "306,414.21"


@pytest.mark.parametrize("pack", ["zh-tender", "en-rfp"])
def test_unit_price_keeps_its_decimals_and_a_bundle_tells_its_parts(
    built: Callable[[str, str], str], pack: str
) -> None:
    text = built(pack, "gross")
    assert "12,500.0055" in text
    assert "3,205.53" in text
    assert {"zh-tender": "含：交换机 SW24 × 1.5 台", "en-rfp": "Includes 1.5 台 交换机 (SW24)"}[pack] in text


@pytest.mark.parametrize("pack", PACKS)
def test_groups_rates_and_tax_policy_are_printed(built: Callable[[str, str], str], pack: str) -> None:
    text = built(pack, "gross")
    is_zh = pack.startswith("zh")
    assert rows(text, "一期", "3.02")
    assert rows(text, "其他" if is_zh else "Other", "307,411.19")
    assert "1 USD = 7.1234 CNY" in text
    assert "外汇交易中心" in text
    assert ("税额逐行计算后相加" if is_zh else "tax computed line by line") in text


def test_every_shipped_pack_prints_prices_before_tax() -> None:
    for pack in shipped_packs().iterdir():
        assert "net_prices: true" in (pack / "pack.yaml").read_text(encoding="utf-8")
