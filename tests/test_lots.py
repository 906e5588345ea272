"""One deal that bids for several lots of a tender: what is written, what it costs, what each volume holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lot_files import CHANGES, FIRST, LOT_MANIFEST, PER_LOT, SECOND, change, make_lots
from pack_files import (
    MANIFEST,
    PRICE_CHAPTER,
    cut,
    price_docx,
    saved,
    shipped_template,
    technical_docx,
    without,
)
from workspace import DEAL, NOW, edit, make_workspace, root_of, run_check, sign_all, write

from bidkit.appendix import Appendix
from bidkit.bid import Bid
from bidkit.build import Options, build_deal
from bidkit.context import make_context
from bidkit.deal import load_deal
from bidkit.diagnostic import LANGUAGES, Diagnostic
from bidkit.inspection import inspect_template
from bidkit.pack import load_pack
from bidkit.readback import ReadDocument, read_docx, read_xlsx
from bidkit.reports import Result, html
from bidkit.source import Workspace
from bidkit.verify import verify_files

NAME = "deals/water/deal.yaml"
LOT_DEAL = change(DEAL, *CHANGES)
FILES = [f"{FIRST}-报价文件", f"{SECOND}-报价文件"]
TECHNICAL = "CXSW-2026-001-资格及商务技术文件"


def build(deal: Path) -> Result:
    sign_all(deal)
    return build_deal(deal, Options(now=NOW))


def errors(result: Result) -> list[Diagnostic]:
    found = [item for item in result.diagnostics if item.code != "EN01"]
    for item in found:
        for lang in LANGUAGES:
            assert item.message(lang) and item.fix(lang)
            assert "Term(" not in item.message(lang) + item.fix(lang)
    return found


def submitted(result: Result) -> list[str]:
    assert result.folder is not None, errors(result)
    return sorted(path.name for path in (result.folder / "submit").glob("*.*"))


def read(result: Result, name: str) -> ReadDocument:
    assert result.folder is not None, errors(result)
    return read_docx((result.folder / "submit" / f"{name}.docx").read_bytes(), name)


def bid_of(deal: Path) -> Bid:
    bid = run_check(deal).bid
    assert bid is not None
    return bid


# what is written


def load(root: Path, text: str) -> list[tuple[str, str]]:
    """The codes of a deal's mistakes, each with the text that it underlines."""
    write(root / NAME, text)
    _, problems = load_deal(Workspace(root), NAME)
    lines = text.splitlines()
    found = []
    for item in problems:
        assert item.span is not None
        for lang in LANGUAGES:
            assert item.message(lang) and item.fix(lang)
        start = item.span.col - 1
        found.append((item.code, lines[item.span.line - 1][start : start + item.span.width]))
    return found


def test_a_deal_with_lots_is_read_without_findings(tmp_path: Path) -> None:
    assert load(tmp_path, LOT_DEAL) == []


CATEGORY = f"{{id: B, name: 实施服务, lot: {SECOND}}}"
THIRD = f"    - {{id: {SECOND}, title: 安装服务, ceiling: 40000.00, bond: 800.00}}\n"
MISTAKES = {
    "a category without a lot": ((CATEGORY, "{id: B, name: 实施服务}"), [("DL31", "{id: B"), ("DL32", SECOND)]),
    "a category of an unknown lot": (
        (CATEGORY, "{id: B, name: 实施服务, lot: 第二包}"),
        [("DL15", "第二包"), ("DL32", SECOND)],
    ),
    "a requirement of an unknown lot": (
        (f"    lot: {FIRST}\n", "    lot: 第 1 包\n"),
        [("DL15", "第 1 包")],
    ),
    "a lot twice": ((THIRD, THIRD + THIRD), [("DL16", SECOND)]),
    "a lot without a category": (
        (THIRD, THIRD + "    - {id: 第3包, title: 培训}\n"),
        [("DL32", "第3包")],
    ),
    "a lot whose lines count in no total": (
        ("unit_price: 36000.00, tax_rate: 6%", "unit_price: 36000.00, tax_rate: 6%, kind: optional"),
        [("DL32", SECOND)],
    ),
    "a lot whose lines are all option periods": (
        ("unit_price: 36000.00, tax_rate: 6%", "unit_price: 36000.00, tax_rate: 6%, kind: option_period"),
        [("DL32", SECOND)],
    ),
    "a package beside the lots": (("  rules: mof87\n", "  rules: mof87\n  package: 第1包\n"), [("DL33", "第1包")]),
    "a ceiling beside the lots": (("  rules: mof87\n", "  rules: mof87\n  ceiling: 1.00\n"), [("DL33", "1.00")]),
    "a bond beside the lots'": (("  rules: mof87\n", "  rules: mof87\n  bond: 6800.00\n"), [("DL33", "6800.00")]),
    "a misspelt key of a lot": (("ceiling: 40000.00", "cieling: 36000.00"), [("DL04", "cieling")]),
    "a lot without a title": ((f"{{id: {SECOND}, title: 安装服务,", f"{{id: {SECOND},"), [("DL06", f"{{id: {SECOND}")]),
    "a negative ceiling": (("ceiling: 40000.00", "ceiling: -1"), [("DL11", "-1")]),
}


@pytest.mark.parametrize(("edits", "expected"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_lots_is_shown_at_its_place(
    tmp_path: Path, edits: tuple[str, str], expected: list[tuple[str, str]]
) -> None:
    found = load(tmp_path, change(LOT_DEAL, edits))
    assert [(code, text.partition(",")[0]) for code, text in found] == expected


LOTS_OF_NO_LINE = "[{id: A, title: x}, {id: A, title: y}]"


@pytest.mark.parametrize("lots", [LOTS_OF_NO_LINE, "[{id: A, title: x}]", "[{id: '', title: x}]", "[]", "{A: x}", "A"])
def test_lots_beside_lines_that_are_in_none_are_mistakes_and_no_crash(tmp_path: Path, lots: str) -> None:
    deal = make_workspace(tmp_path)
    edit(deal, "  rules: mof87\n", f"  rules: mof87\n  lots: {lots}\n")
    found = {item.code for item in run_check(deal).diagnostics}
    assert bool(found & {"DL05", "DL07", "DL16", "DL31", "DL32"}) is (lots != "[]")


def test_the_nearest_lot_is_proposed(tmp_path: Path) -> None:
    write(tmp_path / NAME, change(LOT_DEAL, (CATEGORY, "{id: B, name: 实施服务, lot: 第2 包}")))
    _, problems = load_deal(Workspace(tmp_path), NAME)
    (item,) = [item for item in problems if item.code == "DL15"]
    assert item.message("en") == "lot `第2 包` does not exist"
    assert item.message("zh") == "采购包 `第2 包` 不存在"
    assert f"`{SECOND}`" in item.fix("en")


@pytest.mark.parametrize("place", range(1, 4))
def test_a_lot_is_unknown_where_the_tender_has_none(tmp_path: Path, place: int) -> None:
    assert [code for code, _ in load(tmp_path, change(DEAL, CHANGES[place]))] == ["DL15"]


def test_one_bond_for_all_lots_may_be_stated_if_none_has_its_own(tmp_path: Path) -> None:
    text = change(LOT_DEAL, (", bond: 6000.00", ""), (", bond: 800.00", ""), ("  rules:", "  bond: 6800.00\n  rules:"))
    assert load(tmp_path, text) == []


# what it costs


def test_a_lot_above_its_ceiling_is_shown_there(tmp_path: Path) -> None:
    deal = make_lots(tmp_path)
    assert errors(run_check(deal)) == []
    edit(deal, "bond: 800.00", "bond: 700.00")
    line, col = edit(deal, "ceiling: 40000.00", "ceiling: 35999.99")
    (item,) = errors(run_check(deal))
    assert item.span is not None
    assert (item.code, item.span.line, item.span.col) == ("PR04", line, col + len("ceiling: "))
    assert item.message("en") == f"total 36,000.00 is above the ceiling of lot {SECOND} 35,999.99"


def test_the_budget_is_one_for_all_lots(tmp_path: Path) -> None:
    deal = make_lots(tmp_path)
    edit(deal, "budget: 400000.00", "budget: 335999.99")
    (item,) = errors(run_check(deal))
    assert (item.code, item.values["name"].key) == ("PR04", "budget")


# what each volume holds


def test_a_volume_per_lot_is_made_for_each(tmp_path: Path) -> None:
    result = build(make_lots(tmp_path))
    assert errors(result) == []
    assert submitted(result) == sorted([*(f"{name}.docx" for name in (TECHNICAL, *FILES)), "quote.xlsx"])
    first, second = (read(result, name) for name in FILES)
    assert "第1包 网关设备" in first.text and "300,000.00" in first.text and "人民币叁拾万元整" in first.text
    assert "第2包 安装服务" in second.text and "36,000.00" in second.text and "人民币叁万陆仟元整" in second.text
    for file, foreign in ((first, ("第2包", "实施服务", "36,000.00")), (second, ("第1包", "硬件设备", "300,000.00"))):
        assert not [text for text in (*foreign, "336,000.00") if text in file.text]
    # Of each lot's bid both are the second of two volumes; contents and numbers begin anew.
    for file in (first, second):
        assert "第 2 册，共 2 册" in file.text
        assert file.contents[1] == "第1章 报价汇总"
    # Payments are shares of the lot alone.
    assert "90,000.00" in first.text and "210,000.00" in first.text
    assert "10,800.00" in second.text and "25,200.00" in second.text


def test_every_file_of_a_draft_of_lots_says_so(tmp_path: Path) -> None:
    result = build_deal(make_lots(tmp_path), Options(now=NOW, is_draft=True))
    assert sorted(f"{name}-DRAFT.docx" for name in FILES) == [n for n in submitted(result) if "报价文件" in n]


def test_requirements_of_a_lot_are_its_own_and_those_of_all(tmp_path: Path) -> None:
    rows = "{% for item in requirements %}<{{ item.id }}{{ item.lot }}>{% endfor %}"
    listed = "{% for item in products %}<{{ item.sku }}>{% endfor %}"
    result = build(make_lots(tmp_path, templates={"price": price_docx("{{ lot.no }} {{ lot.title }}", rows, listed)}))
    first, second = (read(result, name).text for name in FILES)
    assert f"<R1{FIRST}><R2>" in first and "<GW-200>" in first and "1 网关设备" in first
    assert "<R2>" in second and "<R1" not in second and "<GW-200>" not in second and "2 安装服务" in second


def test_bond_and_ceiling_are_those_of_the_lot(tmp_path: Path) -> None:
    line = "{{ tender.bond | money }} {{ lot.bond | money }} {{ lot.ceiling | money }} {{ tender.package }}"
    result = build(make_lots(tmp_path, templates={"price": price_docx(line)}))
    assert "6,000.00 6,000.00 310,000.00 第1包 网关设备" in read(result, FILES[0]).text
    assert "800.00 800.00 40,000.00 第2包 安装服务" in read(result, FILES[1]).text


def test_a_whole_volume_sees_every_lot(tmp_path: Path) -> None:
    row = "<{{ lot.no }} {{ lot.name }} {{ lot.quote.total | money }} {{ lot.quote.words }}>"
    rows = f"{{% for lot in lots %}}{row}{{% endfor %}}"
    bonds = "{{ tender.bond | money }} {{ tender.package }}"
    lot = "{% if lot %}x{% else %}no lot{% endif %}"
    result = build(make_lots(tmp_path, MANIFEST, {"price": price_docx(rows, bonds, lot)}))
    assert errors(result) == []
    text = read(result, "price").text
    assert "<1 第1包 网关设备 300,000.00 人民币叁拾万元整><2 第2包 安装服务 36,000.00 人民币叁万陆仟元整>" in text
    assert "6,800.00 第1包 网关设备、第2包 安装服务" in text
    assert "336,000.00" in text and "no lot" in text


def test_a_deal_without_lots_makes_the_volume_once(tmp_path: Path) -> None:
    output = '"{tender.no}-{lot.id} {lot.title}-{volume.title}"'
    manifest = change(LOT_MANIFEST, ('"{lot.id}-{volume.title}"', output))
    deal = make_lots(
        tmp_path, manifest, {"price": price_docx("{% if lot %}lot{% else %}no lot{% endif %}{{ lots | length }}")}
    )
    for old, new in CHANGES:
        edit(deal, new, old)
    result = build(deal)
    assert submitted(result) == sorted([f"{TECHNICAL}.docx", "CXSW-2026-001-报价文件.docx", "quote.xlsx"])
    assert "no lot0" in read(result, "CXSW-2026-001-报价文件").text


def test_a_single_lot_is_made_as_one_of_several(tmp_path: Path) -> None:
    deal = make_lots(tmp_path)
    edit(deal, THIRD, "")
    edit(deal, f"lot: {SECOND}", f"lot: {FIRST}")
    edit(deal, "ceiling: 310000.00", "ceiling: 340000.00")
    result = build(deal)
    assert errors(result) == []
    assert f"{FILES[0]}.docx" in submitted(result)
    assert "336,000.00" in read(result, FILES[0]).text


def amounts_in(value: Any) -> Iterator[Decimal]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for inner in value:
            yield from amounts_in(inner)
    elif isinstance(value, Decimal):
        yield value


def prices_of(bid: Bid) -> set[Decimal]:
    quote = bid.quote
    found = {quote.base, quote.net, quote.tax, *(item.total for item in quote.categories)}
    found |= {item.amount for item in (*quote.lines, *quote.payments)}
    return found | {item.line.unit_price for item in quote.lines}


def test_nothing_of_another_lot_is_in_the_context_of_a_lot(tmp_path: Path) -> None:
    bid = bid_of(make_lots(tmp_path))
    first, second = bid.by_lot
    for own, other in ((first, second), (second, first)):
        context = make_context(own, Appendix((), {}), NAME, is_draft=False, with_pages=False)
        shown = set(amounts_in(context))
        assert own.quote.base in shown
        assert not (prices_of(other) | prices_of(bid)) - prices_of(own) & shown
        assert str(other.lot.title if other.lot else "") not in repr(context)
        bare = make_context(own, Appendix((), {}), NAME, is_draft=False, with_pages=False, prices=False)
        assert not (prices_of(other) | prices_of(own)) & set(amounts_in(bare))
        assert "quote" not in bare and "quote" not in bare["lot"] and "quote" not in bare["lots"][0]


@pytest.mark.parametrize(
    "tag", ["{{ lots[1].quote.total }}", "{{ lots[1].title }}", "{{ lot.price }}", "{{ lot.ceilng }}"]
)
def test_a_template_cannot_ask_for_another_lot(tmp_path: Path, tag: str) -> None:
    deal = make_lots(tmp_path, templates={"price": price_docx("{{ lot.title }}", tag)})
    found = errors(run_check(deal))
    assert found and {item.code for item in found} <= {"TP04", "TP07", "TP08"}


@pytest.mark.parametrize("tag", ["{{ lots[0].quote.total }}", "{% for lot in lots %}{{ lot.quote.total }}{% endfor %}"])
def test_a_volume_without_prices_gets_none_of_any_lot(tmp_path: Path, tag: str) -> None:
    found = errors(run_check(make_lots(tmp_path, templates={"technical": technical_docx(tag)})))
    assert found and {item.code for item in found} <= {"TP04", "TP08"}


# what is read back

LEAKS = {
    "total in figures": ("36,000.00", "36,000.00"),
    "total with its currency": ("另一包 36000 元", "36000"),
    "total with a large unit": ("3.6 万元", "3.6"),
    "total in words": ("人民币叁万陆仟元整", "叁万陆仟元整"),
    "payment": ("10,800.00", "10,800.00"),
    "tax": ("2,037.74", "2,037.74"),
    "total of all lots": ("336,000.00", "336,000.00"),
    "plain total of all lots": ("共 336000", "336000"),
}


@pytest.mark.parametrize(("said", "figure"), LEAKS.values(), ids=LEAKS.keys())
def test_a_price_of_another_lot_stops_the_build(tmp_path: Path, said: str, figure: str) -> None:
    line = f"{{% if lot.no == 1 %}}{said}{{% endif %}}{{{{ lot.title }}}}"
    result = build(make_lots(tmp_path, templates={"price": price_docx(line)}))
    assert result.folder is None
    leaks = [item for item in errors(result) if item.code == "PR09"]
    assert {item.span.file for item in leaks if item.span} == {f"submit/{FILES[0]}.docx"}
    assert figure in {item.values["figure"] for item in leaks}


def test_the_name_of_the_other_lot_is_in_the_message(tmp_path: Path) -> None:
    line = "{% if lot.no == 1 %}36,000.00{% endif %}{{ lot.title }}"
    (item,) = errors(build(make_lots(tmp_path, templates={"price": price_docx(line)})))
    assert f"total of lot {SECOND}" in item.message("en")
    assert f"may hold only those of lot {FIRST}" in item.message("en")
    assert f"（采购包 {SECOND} 总价），此分册只能有采购包 {FIRST} 的价格" in item.message("zh")


@pytest.mark.parametrize("said", ["12,500.00", "300,000.00", "280,000.00", "800.00", "36 个月", "2036000"])
def test_own_and_public_amounts_may_stand_in_the_volume_of_a_lot(tmp_path: Path, said: str) -> None:
    line = f"{{% if lot.no == 1 %}}{said}{{% endif %}}{{{{ lot.title }}}}"
    assert errors(build(make_lots(tmp_path, templates={"price": price_docx(line)}))) == []


def test_an_amount_that_both_lots_have_is_no_leak(tmp_path: Path) -> None:
    deal = make_lots(tmp_path)
    edit(deal, "quantity: 1, unit_price: 36000.00", "quantity: 1, unit_price: 12500.00")
    edit(deal, "  total: 336000.00\n  total_words: 人民币叁拾叁万陆仟元整\n", "")
    price = price_docx("{{ lot.name }}", "{% if lot.no == 1 %}单价 12,500.00 元{% endif %}")
    write(root_of(deal) / "templates/mine/price.docx", price)
    assert errors(build(deal)) == []


@pytest.mark.parametrize(
    ("said", "code"), [("300,000.00", "PR09"), ("人民币叁万陆仟元整", "PR09"), ("336,000.00", "PR09")]
)
def test_a_volume_without_prices_may_hold_that_of_no_lot(tmp_path: Path, said: str, code: str) -> None:
    result = build(make_lots(tmp_path, templates={"technical": technical_docx(said)}))
    assert code in {item.code for item in errors(result)}
    assert result.folder is None


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bid, dict[str, bytes]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        result = build(make_lots(tmp_path_factory.mktemp("lots")))
    assert result.folder is not None and result.bid is not None, errors(result)
    return result.bid, {path.name: path.read_bytes() for path in (result.folder / "submit").glob("*.*")}


def verify(package: tuple[Bid, dict[str, bytes]], files: dict[str, bytes]) -> list[Diagnostic]:
    lots = {f"{name}.docx": lot for name, lot in zip(FILES, (FIRST, SECOND), strict=True)}
    return verify_files(package[0], files, is_draft=False, price_free=[f"{TECHNICAL}.docx"], lots=lots)


def test_the_files_of_lots_are_clean(package: tuple[Bid, dict[str, bytes]]) -> None:
    assert verify(package, package[1]) == []


def test_files_of_two_lots_that_are_exchanged_are_found(package: tuple[Bid, dict[str, bytes]]) -> None:
    first, second = (f"{name}.docx" for name in FILES)
    files = package[1] | {first: package[1][second], second: package[1][first]}
    found = verify(package, files)
    assert {(item.code, item.span.file) for item in found if item.span} == {
        (code, name) for code in ("PR02", "PR03", "PR09", "ID02") for name in (first, second)
    }


def test_a_lot_volume_that_prints_no_price_is_found(tmp_path: Path) -> None:
    manifest = change(LOT_MANIFEST, (PER_LOT, PER_LOT.replace("price.docx", "technical.docx")))
    result = build(make_lots(tmp_path, manifest))
    found = errors(result)
    assert {(item.code, str(item.values.get("name", ""))) for item in found if item.code == "PR03"}
    assert {item.span.file for item in found if item.span and item.code == "PR03"} == {
        f"submit/{n}.docx" for n in FILES
    }


def test_a_whole_volume_that_prints_only_the_whole_total_lacks_the_lots(tmp_path: Path) -> None:
    found = errors(build(make_lots(tmp_path, MANIFEST, {"price": price_docx()})))
    # Each lot's total is that of its one category, which is printed; its words are not.
    assert {(item.code, item.values["expected"]) for item in found} == {
        ("PR02", "人民币叁拾万元整"),
        ("PR02", "人民币叁万陆仟元整"),
    }


def test_a_whole_volume_beside_those_of_the_lots_may_show_prices_and_need_not(tmp_path: Path) -> None:
    manifest = change(LOT_MANIFEST, ("    prices: false\n", ""))
    assert errors(build(make_lots(tmp_path / "a", manifest))) == []
    both = technical_docx("{{ quote.words }} {{ quote.total | money }}")
    assert errors(build(make_lots(tmp_path / "b", manifest, {"technical": both}))) == []
    words = technical_docx("{{ quote.words }}")
    (item,) = errors(build(make_lots(tmp_path / "c", manifest, {"technical": words})))
    assert (item.code, item.span.file if item.span else "") == ("PR03", f"submit/{TECHNICAL}.docx")


def test_a_lot_volume_that_names_its_lot_nowhere_is_found(tmp_path: Path) -> None:
    bare = without(cut(shipped_template(), lambda chapter: chapter == PRICE_CHAPTER), "包　　号")
    bare = saved(without(bare, "决定参加投标"))
    found = errors(build(make_lots(tmp_path, templates={"price": bare})))
    assert {(item.code, item.values["name"]) for item in found} == {("ID02", "网关设备"), ("ID02", "安装服务")}


# names of files and the manifest


def problems_of(tmp_path: Path, *changes: tuple[str, str]) -> list[Diagnostic]:
    return errors(run_check(make_lots(tmp_path, change(LOT_MANIFEST, *changes))))


def test_an_output_that_tells_no_lot_from_another_is_refused(tmp_path: Path) -> None:
    (item,) = problems_of(tmp_path, ('"{lot.id}-{volume.title}"', "报价"))
    assert item.span is not None
    assert (item.code, item.span.file, item.span.line, item.span.col) == ("DL34", "templates/mine/pack.yaml", 13, 13)


def test_the_name_of_the_template_gets_the_lot(tmp_path: Path) -> None:
    manifest = change(LOT_MANIFEST, ('    output: "{lot.id}-{volume.title}"\n', ""))
    assert f"price-{FIRST}.docx" in submitted(build(make_lots(tmp_path, manifest)))


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("per: lot", "per: lots", "lots"),
        ("    per: lot\n", "", "{lot.id}"),
        ("{lot.id}", "{lot.no}{lot.id}", "{lot.no}"),
    ],
)
def test_the_manifest_names_what_is_allowed(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    (item,) = problems_of(tmp_path, (old, new))
    assert (item.code, item.values["value"]) == ("DL10", wrong)


@pytest.mark.parametrize(
    ("id_", "code"), [("a/b", "DL29"), ("..", "DL29"), ("长" * 70, "DL29"), ("con|", "DL29"), ("a\u202eb", "DL29")]
)
def test_a_lot_that_cannot_be_in_a_file_name_is_refused(tmp_path: Path, id_: str, code: str) -> None:
    deal = make_lots(tmp_path)
    text = deal.read_text(encoding="utf-8").replace(FIRST, f'"{id_}"')
    write(deal, text)
    (item,) = errors(run_check(deal))
    assert (item.code, item.values["volume"]) == (code, f"price ({id_})")


def test_lots_that_differ_in_capitals_only_would_be_one_file(tmp_path: Path) -> None:
    deal = make_lots(tmp_path)
    write(deal, deal.read_text(encoding="utf-8").replace(FIRST, "lot a").replace(SECOND, "Lot A"))
    (item,) = errors(run_check(deal))
    assert item.code == "DL30"
    assert item.message("en") == "volumes price (lot a) and price (Lot A) would both be named Lot A-报价文件.docx"


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("{lot.id}-报价", "报价"),
        ("报价-{lot.id}", "报价"),
        ("报价 {lot.id} {lot.title}", "报价"),
        ("{tender.no}_{lot.id}_报价", "CXSW-2026-001_报价"),
        ("报价（{lot.id} {lot.title}）", "报价"),
        ("Price ({lot.id})", "Price"),
        ("Price ({lot.id}) final", "Price final"),
        ("{lot.id}{lot.title}报价", "报价"),
    ],
)
def test_without_lots_the_name_leaves_out_the_lot_and_what_joins_it_on(tmp_path: Path, output: str, name: str) -> None:
    deal = make_lots(tmp_path, change(LOT_MANIFEST, ("{lot.id}-{volume.title}", output)))
    for old, new in CHANGES:
        edit(deal, new, old)
    assert f"{name}.docx" in submitted(build(deal))


def test_template_check_knows_the_names_of_lots(tmp_path: Path) -> None:
    line = "{{ lot.name }}{{ lot.ceiling | money }}{% for lot in lots %}{{ lot.quote.categories[0].name }}{% endfor %}"
    deal = make_lots(tmp_path, templates={"price": price_docx(line)})
    folder = root_of(deal) / "templates/mine"
    assert [item for item in inspect_template(folder).diagnostics if item.code.startswith("TP0")] == []
    write(
        folder / "price.docx", price_docx("{{ lot.titel }}", "{% for lot in lots %}{{ lot.quote.totals }}{% endfor %}")
    )
    names = [item.values["name"] for item in inspect_template(folder).diagnostics if item.code == "TP04"]
    assert names == ["lot.titel", "lot.quote.totals"]


def test_choosing_a_volume_per_lot_chooses_it_for_every_lot(tmp_path: Path) -> None:
    deal = make_lots(tmp_path)
    edit(deal, "  rules: mof87\n", "  rules: mof87\n  volumes: [price]\n")
    pack, _ = load_pack(Workspace(root_of(deal)), "mine")
    assert pack is not None
    found = errors(build(deal))
    assert {item.code for item in found} == {"FM01"}
    assert {item.span.file for item in found if item.span} == {f"submit/{name}.docx" for name in FILES}


def test_what_is_said_of_a_lot_in_the_report(tmp_path: Path) -> None:
    page = html.render(run_check(make_lots(tmp_path)), "zh").decode()
    assert "第1包 网关设备" in page and "人民币叁拾万元整" in page and "336,000.00" in page


def test_the_workbook_of_lots_is_read_back(package: tuple[Bid, dict[str, bytes]]) -> None:
    book = read_xlsx(package[1]["quote.xlsx"], "quote.xlsx")
    assert book.faults == ()
    for amount in ("300000.00", "36000.00", "336000.00"):
        assert book.has_number(Decimal(amount))
    assert {"分项报价表 1", "分项报价表 2"} <= {sheet for sheet, _ in book.cells}
