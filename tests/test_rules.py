"""Each rule over a bid, by its fixture `rules/<CODE>.yaml`.

A fixture holds several documents, each a set of changes onto `workspace.DEAL`: mappings are merged, all else takes the
place of what was there, and a key without a value goes. Besides the deal's keys a document may have `papers` (changes
to credential records, or new ones, by id), `products` (likewise, by sku), `company`, `submit_buffer_hours`, `follow`
(changes onto `follow_files.FOLLOW`; without it nothing has followed) and `now`. Every line that must be reported ends
in `# <- CODE`, with `warning` behind it where it is none but that; several are separated by commas. All rules run on
each document, and nothing but what is marked may be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from follow_files import FOLLOW
from quotes import compute_quote
from workspace import (
    DEAL,
    ISO9001_RECORD,
    LICENCE_RECORD,
    NOW,
    PRODUCT,
    SETTINGS,
    edit,
    make_workspace,
    run_check,
    write,
)

from bidkit.bid import Bid
from bidkit.catalog import Catalog, Credential, Product
from bidkit.config import Settings
from bidkit.credentials import select_credentials
from bidkit.deal import Deal, check_references
from bidkit.diagnostic import LANGUAGES, Diagnostic, Severity, Span
from bidkit.follow import Follow, _check_names
from bidkit.receivables import make_followed
from bidkit.rules import BID_RULES, FOLLOW_RULES, check_bid, check_followed
from bidkit.scalars import Model, validate
from bidkit.source import Items, Node, parse_front_matter, parse_yaml

RULES = Path(__file__).parent / "rules"
MARK = re.compile(r"# <- (.*)$")
EXPLAINED = "quote: {low_price_explanation: 网关为自产。}"
"""Most documents change prices without a thought of the ceiling."""
Found = tuple[int, str, str]
"""Line, code, severity."""


@dataclass(frozen=True)
class Document:
    """One document of a fixture and the line at which it starts."""

    file: str
    text: str
    first_line: int

    @property
    def marks(self) -> set[Found]:
        """What must be found."""
        found = set()
        for number, line in enumerate(self.text.splitlines(), self.first_line):
            for mark in MARK.findall(line):
                for word in mark.split(","):
                    code, severity, *_ = [*word.split(), "error"]
                    found.add((number, code, severity))
        return found


def read_fixture(path: Path) -> Iterator[Document]:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    bounds = [-1, *(number for number, line in enumerate(lines) if line.rstrip() == "---"), len(lines)]
    for start, end in pairwise(bounds):
        yield Document(path.name, "".join(lines[start + 1 : end]), start + 2)


DOCUMENTS = [document for path in sorted(RULES.glob("*.yaml")) for document in read_fixture(path)]


def merge(base: Node, changes: Node) -> Node:
    """Both as one; each part keeps the place at which it is written."""
    merged = Node(changes.span)
    for key in base:
        merged.put(key, base[key], base.keys_at[key], base.values_at[key])
    for key, value in changes.items():
        if value in ("", None):
            merged.pop(key, None)
            continue
        if isinstance(value, Node) and isinstance(base.get(key), Node):
            value = merge(base[key], value)
        merged.put(key, value, changes.keys_at[key], changes.values_at[key])
    return merged


def parse(text: str, name: str, first_line: int = 1) -> Node:
    data, problems = parse_yaml(text, name, first_line)
    assert [problem for problem in problems if problem.code != "DL05"] == []
    assert isinstance(data, Node)
    return data


def make(kind: type[Model], data: Node) -> Any:
    made, problems = validate(kind, data)
    assert made is not None, problems
    return made


def make_records(kind: type[Model], base: dict[str, Node], changes: Node) -> list[Any]:
    nodes = base | {key: merge(base[key], change) if key in base else change for key, change in changes.items()}
    return [make(kind, node) for node in nodes.values()]


def make_product_node() -> Node:
    data, body, problems = parse_front_matter(PRODUCT, "GW-200.md")
    assert not problems
    assert data is not None
    data.put("introduction", body, body.span, body.span)
    return data


def make_bid(document: Document) -> Bid:
    changes = parse(document.text, document.file, document.first_line) if document.text.strip() else Node(Span("", 1))
    nothing = Node(changes.span)
    papers, products = changes.pop("papers", nothing), changes.pop("products", nothing)
    changes.pop("follow", nothing)
    own_settings = Node(changes.span)
    for key in ("company", "submit_buffer_hours"):
        if (own := changes.pop(key, None)) is not None:
            own_settings.put(key, own, changes.span, changes.span)
    now = datetime.fromisoformat(changes.pop("now", NOW.isoformat()))
    deal: Deal = make(Deal, merge(merge(parse(DEAL, "deal.yaml"), parse(EXPLAINED, "deal.yaml")), changes))
    assert check_references(deal) == []
    base = {"business-licence": parse(LICENCE_RECORD, "licence"), "iso9001": parse(ISO9001_RECORD, "iso")}
    records = {record.id: record for record in make_records(Credential, base, papers)}
    chosen = tuple(records[name] for name in deal.credentials)
    catalog = Catalog(tuple(make_records(Product, {"GW-200": make_product_node()}, products)), (), chosen)
    settings = make(Settings, merge(parse(SETTINGS, "bidkit.yaml"), own_settings))
    zone = deal.tender.deadline.tzinfo if deal.tender else now.tzinfo
    now = now.astimezone(zone)
    quote = compute_quote(deal.quote, deal.language, deal.tender.lots if deal.tender else ())
    about = deal, settings.company, catalog, quote, select_credentials(deal, chosen), now, now.date()
    return Bid(*about, buffer_hours=settings.submit_buffer_hours)


def find(document: Document) -> list[Diagnostic]:
    bid = make_bid(document)
    changes = parse(document.text, document.file, document.first_line) if document.text.strip() else {}
    if "follow" not in changes:
        return check_bid(bid)
    follow: Follow = make(Follow, merge(parse(FOLLOW, "follow.yaml"), changes["follow"]))
    assert list(_check_names(follow, bid.deal)) == []
    followed = make_followed(bid, follow)
    return check_bid(bid, followed) + check_followed(followed)


@pytest.mark.parametrize("document", DOCUMENTS, ids=[f"{d.file}:{d.first_line}" for d in DOCUMENTS])
def test_marked_lines_are_reported_and_all_others_are_silent(document: Document) -> None:
    found = find(document)
    places = [(item.span.line, item.code, item.severity.value) for item in found if item.span is not None]
    assert set(places) == document.marks
    assert len(places) == len(found), "every finding has a place"
    assert {item.span.file for item in found if item.span is not None} <= {document.file}


@pytest.mark.parametrize("document", DOCUMENTS, ids=[f"{d.file}:{d.first_line}" for d in DOCUMENTS])
def test_finding_renders_in_both_languages(document: Document) -> None:
    for item in find(document):
        for lang in LANGUAGES:
            assert item.message(lang).strip()
            assert item.fix(lang).strip()
            assert not re.search(r"[{}]|None|Term\(", item.message(lang) + item.fix(lang))


@pytest.mark.parametrize("path", sorted(RULES.glob("*.yaml")), ids=lambda path: path.stem)
def test_fixture_has_a_clean_document_and_a_marked_line_of_its_code(path: Path) -> None:
    documents = list(read_fixture(path))
    assert any(not document.marks for document in documents)
    assert any(code == path.stem for document in documents for _, code, _ in document.marks)


def test_every_bid_rule_has_a_fixture_and_every_fixture_a_rule() -> None:
    assert sorted(path.stem for path in RULES.glob("*.yaml")) == sorted(
        {rule.code for rule in (*BID_RULES, *FOLLOW_RULES)}
    )


UNDERLINED = {
    "PR01": ["300000.01", "336000.01", "6.10", "35999.99"],
    "PR02": [
        *("人民币叁拾叁万陆仟圆正", "叁拾叁万陆仟元正", "人民币拾伍万元整", "叁拾叁万陆仟元整"),
        *("人民币叁拾叁万陆仟元壹角", "叁拾參萬陸仟圓整", "叁拾三万陆仟元整"),
        "US Dollars Three Hundred Thirty-Six Thousand and 10/100",
    ],
    "PR04": ["335999.99", "335999.99", "335999.99", "300000", "335999.99", "299999.99", "35999.99", "100"],
    "PR06": [
        *(
            "option_period",
            "optional",
            "alternative",
            "采集网关（可选）",
            "8 路 RS-485，可选配 4G 模块",
            "12500元起",
            "超出部分另议",
        ),
        *("备件价格面议。", "运费 ¥800/次起，按实际发生计。", "选配软件款"),
        *("无线网关可选配天线。", "不锈钢机柜（可选）。", "运费不含税 5000 元起。"),
    ],
    "PR07": [
        *("0", "0.00", "A01", "A01", "套", "现场培训", "A04", "2", "B9", "2"),
        *("赠送一年流量", "安装调试（免费赠送）", "调试费 0元", "买一送一。", "培训费 0.00 元。", "安装费零元。"),
    ],
    "PR08": ["A02", "A02", "A03", "A02"],
    "PR12": ["0.0375", "1.55", "A03", "CNY"],
    "PR13": [
        "69.99%",
        "100%",
        "0%",
        "0.71",
        "40%",
        "60%",
        "70%",
        "-",
        "100800.01",
        "235199.99",
        "30%",
        "接受 50%、30%、20% 三期付款。",
        *("初验合格后十个工作日内", "接受付款方式：合同签订后支付 30%，到货后支付 70%。", "接受 70%、30% 两期付款。"),
    ],
    "PR15": ["GW-300", "GW-400"],
    "DT01": ["89"],
    "DT02": ["2026-09-19", "2026-08-20"],
    "DT04": [
        *["2026-09-18T09:30+08:00"] * 3,
        "2026-09-01T08:59+08:00",
        "2026-09-01T02:00+01:00",
        "2026-09-01T02:01+01:00",
    ],
    "DT05": ["false", "否", "2026-09-19"],
    "QU02": ["2026-09-17", "2026-09-18", "2026-12-16", "2026-09-19", "2026-08-31", "2027-01-15", "2027-04-05"],
    "ID01": ["青禾测试技术有限公司（杭州）", "青禾测试技术有限公司杭州分公司", "别家公司", "别家公司"],
    "ID04": ["拓岚", "EG-200", "云汀", "中国大陆", "套"],
    "PR41": ["321999.99", "319999.99", "320000.00"],
    "DT10": ["2026-10-26", "2026-09-24", "2026-09-25", "2026-09-29", "2026-09-20"],
    "DT11": ["33600.01", "2026-10-10", "2026-10-09", "2026-10-09"],
    "DT14": ["验收款", "验收款", "预付款", "验收款"],
    "ID07": [
        *("91339901MA7QH0Y29P", "91339801MA5XL1W82", "9133990IMA7QH0Y29Q", "91350100M000100Y43", "330102198001010014"),
        *("33010219800231001X", "33010219800101001", "330102209001010014", "8801-0200x", '"1234567"'),
    ],
    "FM04": ["[]"],
    "ST01": ["调度中心主任", "采购员", "王主任", "分管副总经理"],
    "ST02": ["价格高于对手", "交期偏长", "价格高于对手"],
    "ST03": ["2026-08-31", "2026-08-31"],
    "FM16": ["2", "1", "0"],
}


@pytest.mark.parametrize("code", sorted(UNDERLINED))
def test_the_value_to_be_changed_is_underlined(code: str) -> None:
    path = RULES / f"{code}.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    spans = [item.span for d in read_fixture(path) for item in find(d) if item.code == code and item.span is not None]
    found = [lines[span.line - 1][span.col - 1 : span.col - 1 + span.width] for span in spans]
    assert found == UNDERLINED[code]


def message_of(text: str) -> str:
    (item,) = find(Document("x.yaml", text, 1))
    return item.message("en")


@pytest.mark.parametrize(("share", "shown"), [("100%", "200"), ("7.5%", "107.5"), ("0.2", "120")])
def test_message_gives_the_whole_sum_of_the_payments(share: str, shown: str) -> None:
    milestones = f"[{{name: a, trigger: b, percent: 100%}}, {{name: c, trigger: d, percent: {share}}}]"
    assert f"add up to {shown} %" in message_of(f"quote: {{milestones: {milestones}}}")


def test_message_gives_the_price_that_is_compared() -> None:
    maker = "{name: 乙, items: 运维, industry: 软件和信息技术服务业, staff: 20, revenue: 60, assets: 1, size: small}"
    text = f"tender: {{sme_deduction: 10%, sme: {{kind: services, enterprises: [{maker}]}}}}"
    assert "336,000.00 less 10 % is compared as 302,400.00" in message_of(text)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("quantity: 1, unit_price: 0", "write what one costs; a line that is not offered is taken out"),
        ("quantity: 0, unit_price: 1", "write how many are offered; a line that is not offered is taken out"),
        ("quantity: 1, unit_price: 1, kind: optional", "say allows_options: true under tender"),
    ],
)
def test_a_line_that_may_not_stand_so_is_told_with_the_way_out(line: str, told: str) -> None:
    base = "{id: A01, category: A, name: 网关, unit: 台, quantity: 1, unit_price: 1, tax_rate: 13%}"
    text = f"quote: {{lines: [{base}, {{id: B9, category: A, name: 柜, unit: 台, tax_rate: 13%, {line}}}], total: }}"
    fixes = [item.fix("en") for item in find(Document("x.yaml", text, 1)) if item.code in ("PR06", "PR07")]
    assert [told in fix for fix in fixes] == [True], fixes


def test_no_payment_at_all_is_zero_percent() -> None:
    assert "add up to 0 %" in message_of("quote: {milestones: [{name: a, trigger: b, percent: 0%}]}")


def test_message_gives_both_amounts_and_the_words_that_are_right() -> None:
    assert "336,000.01" in message_of("quote: {total: 336000.01}")
    assert "336,000.00" in message_of("quote: {total: 336000.01}")
    (item,) = find(Document("x.yaml", "quote: {total_words: 人民币叁拾叁万元整}", 1))
    assert "人民币叁拾叁万陆仟元整" in item.fix("zh")


def test_line_is_compared_with_the_catalog_also_if_the_proposal_leaves_its_product_out(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    other = PRODUCT.replace("sku: GW-200", "sku: GW-300").replace("EG200", "EG300")
    write(tmp_path / "catalog/products/GW-300.md", other)
    edit(deal, "name: 安装调试, unit", "name: 安装调试, sku: GW-300, model: EG900, unit")
    assert "ID04" in [item.code for item in run_check(deal).diagnostics]


def test_rule_of_tenders_is_silent_in_a_commercial_deal_that_records_one() -> None:
    text = "regime: commercial\ndated: 2026-10-01\nquote: {validity_days: 5}\nrequirements: []\n"
    assert find(Document("x.yaml", text, 1)) == []


def test_severity_is_that_of_the_rule_unless_the_finding_has_its_own() -> None:
    (item,) = find(Document("x.yaml", "papers: {iso9001: {valid_until: 2026-10-01}}", 1))
    assert (item.code, item.severity) == ("QU02", Severity.WARNING)


def test_base_deal_is_clean() -> None:
    assert find(Document("x.yaml", "", 1)) == []


def test_list_takes_the_place_of_the_list_that_was_there() -> None:
    merged = merge(parse("a: [1, 2]\nb: {c: 1, d: 2}\ne: 1\n", "base"), parse("a: [3]\nb: {c: 4}\ne:\n", "change"))
    assert merged == {"a": ["3"], "b": {"c": "4", "d": "2"}}
    assert isinstance(merged["a"], Items)
    assert (merged["b"].values_at["c"].file, merged["b"].values_at["d"].file) == ("change", "base")
