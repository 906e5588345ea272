"""Price books: read by name, judged by date, asked by sku."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from workspace import edit, make_workspace, run_check, write

from bidkit.catalog import load_catalog
from bidkit.catalog.prices import BookPrice, PriceBook, find_price
from bidkit.diagnostic import LANGUAGES, Diagnostic, Span
from bidkit.source import Workspace

HERE = Span("deals/x/lines.csv", 4, 9)
BOOK = """\
id: 2026
title: 2026 年价格
valid_from: 2026-01-01
valid_until: 2026-12-31
owner: 商务部 简宁
items:
  - {sku: GW-200, name: 网关, unit: 台, list_price: 4380, cost: 3100.5, floor: 3900, cap: 4600}
  - {sku: GW-300, unit: 台, list_price: 5000, valid_until: 2026-06-30}
  - {sku: GW-300, unit: 台, list_price: 5200, valid_from: 2026-07-01}
"""


def load(root: Path, *texts: str) -> tuple[tuple[PriceBook, ...], list[Diagnostic]]:
    """The books, named by their ids in this order."""
    names = [text.split("\n")[0].removeprefix("id: ") for text in texts]
    for name, text in zip(names, texts, strict=True):
        write(root / f"catalog/prices/{name}.yaml", text)
    catalog, problems = load_catalog(Workspace(root), [], [], [], [(name, HERE) for name in names])
    return catalog.books, problems


def ask(root: Path, sku: str, day: date, *texts: str) -> BookPrice | Diagnostic:
    books, problems = load(root, *texts)
    assert problems == []
    price, problems = find_price(books, sku, day, HERE)
    assert (price is None) == (len(problems) == 1)
    return price or problems[0]


def refuse(root: Path, old: str, new: str) -> Diagnostic:
    assert old in BOOK
    _, problems = load(root, BOOK.replace(old, new))
    assert len(problems) == 1, problems
    return problems[0]


def test_price_comes_with_its_limits_and_its_book(tmp_path: Path) -> None:
    price = ask(tmp_path, "GW-200", date(2026, 9, 1), BOOK)
    assert isinstance(price, BookPrice)
    item = price.item
    assert (item.list_price, item.cost, item.floor, item.cap) == (4380, Decimal("3100.5"), 3900, 4600)
    assert (price.book.id, price.book.currency, price.book.prices) == ("2026", "CNY", "gross")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 1, 1), 5000),
        (date(2026, 6, 30), 5000),
        (date(2026, 7, 1), 5200),
        (date(2026, 12, 31), 5200),
    ],
)
def test_first_and_last_day_belong_to_a_term_and_own_dates_win(tmp_path: Path, day: date, expected: int) -> None:
    price = ask(tmp_path, "GW-300", day, BOOK)
    assert isinstance(price, BookPrice)
    assert price.item.list_price == expected


def test_price_that_has_expired_is_refused_with_its_dates_and_place(tmp_path: Path) -> None:
    problem = ask(tmp_path, "GW-200", date(2027, 1, 1), BOOK)
    assert isinstance(problem, Diagnostic)
    assert (problem.code, problem.span) == ("DL42", HERE)
    assert problem.message("zh") == (
        "产品 GW-200 在《2026 年价格》中的价格已于 2026-12-31 到期，今天按 2027-01-01 计（catalog/prices/2026.yaml:4）"
    )


def test_price_that_does_not_hold_yet_is_refused_with_its_first_day(tmp_path: Path) -> None:
    problem = ask(tmp_path, "GW-300", date(2025, 12, 31), BOOK)
    assert isinstance(problem, Diagnostic)
    assert (problem.code, problem.values["first"]) == ("DL43", date(2026, 1, 1))


def test_gap_between_two_terms_says_which_price_expired_last(tmp_path: Path) -> None:
    text = BOOK.replace("valid_from: 2026-07-01", "valid_from: 2026-08-01")
    problem = ask(tmp_path, "GW-300", date(2026, 7, 15), text)
    assert isinstance(problem, Diagnostic)
    assert (problem.code, problem.values["last"]) == ("DL42", date(2026, 6, 30))
    assert problem.values["place"] == "catalog/prices/2026.yaml:8"


@pytest.mark.parametrize(
    ("sku", "near"), [("GW-20O", "GW-200"), ("gw-200", "GW-200"), ("X1", None), ("GW-200 ", "GW-200")]
)
def test_product_that_no_book_has_is_refused_with_the_near_name(tmp_path: Path, sku: str, near: str | None) -> None:
    problem = ask(tmp_path, sku, date(2026, 9, 1), BOOK)
    assert isinstance(problem, Diagnostic)
    assert (problem.code, problem.values["near"]) == ("DL41", near)
    for lang in LANGUAGES:
        assert sku in problem.message(lang)


def test_without_a_book_every_product_is_unknown() -> None:
    price, problems = find_price((), "GW-200", date(2026, 9, 1))
    assert price is None
    assert [problem.code for problem in problems] == ["DL41"]


class TestOrder:
    SPECIAL = BOOK.replace("id: 2026\n", "id: school\n").replace("4380", "4000")

    @pytest.mark.parametrize(("names", "expected"), [(("school", "2026"), 4000), (("2026", "school"), 4380)])
    def test_the_book_that_is_named_first_is_preferred(
        self, tmp_path: Path, names: tuple[str, str], expected: int
    ) -> None:
        texts = {"2026": BOOK, "school": self.SPECIAL}
        price = ask(tmp_path, "GW-200", date(2026, 9, 1), *(texts[name] for name in names))
        assert isinstance(price, BookPrice)
        assert price.item.list_price == expected

    def test_a_later_book_answers_where_the_first_has_expired(self, tmp_path: Path) -> None:
        special = self.SPECIAL.replace("valid_until: 2026-12-31", "valid_until: 2026-08-31")
        price = ask(tmp_path, "GW-200", date(2026, 9, 1), special, BOOK)
        assert isinstance(price, BookPrice)
        assert price.book.id == "2026"


class TestBook:
    def test_two_prices_on_one_day_are_refused_at_the_second(self, tmp_path: Path) -> None:
        problem = refuse(tmp_path, "valid_from: 2026-07-01", "valid_from: 2026-06-30")
        assert problem.code == "DL44"
        assert problem.span is not None
        assert (problem.span.line, problem.values["other"]) == (9, "catalog/prices/2026.yaml:8")
        assert (problem.values["first"], problem.values["last"]) == (date(2026, 6, 30), date(2026, 6, 30))

    def test_the_same_line_twice_is_refused_even_at_one_price(self, tmp_path: Path) -> None:
        line = "  - {sku: GW-200, unit: 台, list_price: 4380}\n"
        assert refuse(tmp_path, "items:\n", f"items:\n{line}").code == "DL44"

    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            ("valid_until: 2026-12-31", "valid_until: 2025-12-31", 4),
            ("valid_until: 2026-06-30", "valid_until: 2025-06-30", 8),
            ("valid_from: 2026-07-01", "valid_from: 2027-07-01", 9),
        ],
    )
    def test_term_that_ends_before_it_begins_is_refused(self, tmp_path: Path, old: str, new: str, line: int) -> None:
        problem = refuse(tmp_path, old, new)
        assert problem.span is not None
        assert (problem.code, problem.span.line) == ("DL45", line)

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("list_price: 4380", "list_price: 面议", "DL08"),
            ("list_price: 4380", "list_price: -1", "DL11"),
            ("list_price: 4380", "unit_price: 4380", "DL04"),
            ("list_price: 4380, ", "", "DL06"),
            ("owner: 商务部 简宁\n", "", "DL06"),
            ("valid_until: 2026-12-31\n", "", "DL06"),
            ("valid_until: 2026-12-31", "valid_until: 长期", "DL09"),
            ("id: 2026", "id: 2025", "DL26"),
            ("title:", "currency: RMB\ntitle:", "DL10"),
        ],
    )
    def test_mistakes_of_a_book(self, tmp_path: Path, old: str, new: str, code: str) -> None:
        write(tmp_path / "catalog/prices/2026.yaml", BOOK.replace(old, new, 1))
        _, problems = load_catalog(Workspace(tmp_path), [], [], [], [("2026", HERE)])
        assert {problem.code for problem in problems} >= {code}

    def test_book_that_is_not_there_is_refused_where_the_deal_names_it(self, tmp_path: Path) -> None:
        load(tmp_path, BOOK)
        _, problems = load_catalog(Workspace(tmp_path), [], [], [], [("2025", HERE)])
        assert [(problem.code, problem.span, problem.values["near"]) for problem in problems] == [
            ("DL15", HERE, "2026")
        ]

    def test_items_may_stand_in_a_sheet_whose_titles_are_the_trades(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.append(["物料编码", "名称", "单位", "目录价", "成本价", "底价", "最高价", "生效日期", "失效日期"])
        book.active.append(["GW-200", "网关", "台", 4380, 3100.5, 3900, "4,600.00", date(2026, 2, 1), None])
        stream = io.BytesIO()
        book.save(stream)
        write(tmp_path / "catalog/prices/2026.xlsx", stream.getvalue())
        price = ask(tmp_path, "GW-200", date(2026, 9, 1), BOOK[: BOOK.index("items:")] + "items: {file: 2026.xlsx}\n")
        assert isinstance(price, BookPrice)
        assert (price.item.list_price, price.item.cap, price.valid_from) == (4380, 4600, date(2026, 2, 1))
        place = price.span("valid_from")
        assert place is not None
        assert place.label == "catalog/prices/2026.xlsx Sheet!H2"


def test_sheet_with_a_title_headings_and_signs_of_currencies(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ("2026 年价格目录",),
        ("物料编码", "名称", "单位", "目录价", "成本价"),
        ("一、网关",),
        ("GW-200", "网关", "台", "￥4,380.00", 3100),
        ("二、进口件",),
        ("IM-1", "模块", "只", "$500", "$300"),
        ("注：均含税",),
    ):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    write(tmp_path / "catalog/prices/2026.xlsx", stream.getvalue())
    text = BOOK[: BOOK.index("items:")] + "items: {file: 2026.xlsx}\n"
    prices = [ask(tmp_path, sku, date(2026, 9, 1), text) for sku in ("GW-200", "IM-1")]
    found = [(one.currency, one.item.list_price, one.item.category) for one in prices if isinstance(one, BookPrice)]
    assert found == [("CNY", 4380, "网关"), ("USD", 500, "进口件")]


def test_broken_formula_in_a_book_is_refused_at_its_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(("sku", "单位", "目录价"))
    book.active.append(("GW-200", "台", "#REF!"))
    stream = io.BytesIO()
    book.save(stream)
    write(tmp_path / "catalog/prices/2026.xlsx", stream.getvalue())
    _, problems = load(tmp_path, BOOK[: BOOK.index("items:")] + "items: {file: 2026.xlsx}\n")
    labels = {(problem.code, problem.span.label) for problem in problems if problem.span}
    assert ("DL28", "catalog/prices/2026.xlsx Sheet!C2") in labels


def test_a_deal_reads_the_books_that_it_names_and_no_other(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    write(tmp_path / "catalog/prices/2026.yaml", BOOK)
    write(tmp_path / "catalog/prices/broken.yaml", "- x")
    edit(deal, "quote:\n", "quote:\n  price_books: [2026]\n")
    # The line states a price of its own, which is above the cap of the book.
    assert [problem.code for problem in run_check(deal).diagnostics] == ["PR17"]
    edit(deal, "price_books: [2026]", "price_books: [2026, broken]")
    assert [problem.code for problem in run_check(deal).diagnostics] == ["DL07"]


@pytest.mark.parametrize(("price", "codes"), [("1250.00", ["PR10"]), ("12500.00", []), ("11000.00", [])])
def test_a_price_a_power_of_ten_from_the_price_book_is_a_suspicion(
    tmp_path: Path, price: str, codes: list[str]
) -> None:
    deal = make_workspace(tmp_path)
    write(tmp_path / "catalog/prices/2026.yaml", re.sub("4380.*}", "12500}", BOOK))
    edit(deal, "quote:\n", "quote:\n  price_books: [2026]\n")
    edit(deal, "  total: 336000.00\n  total_words: 人民币叁拾叁万陆仟元整\n", "")
    edit(deal, "unit_price: 12500.00", f"unit_price: {price}")
    found = [item for item in run_check(deal).diagnostics if item.code == "PR10"]
    assert [item.code for item in found] == codes
    line = deal.read_text(encoding="utf-8").split("unit_price: ")[0].count("\n") + 1
    assert [(item.span.line, item.values["other"]) for item in found if item.span] == [(line, "12,500.00")] * len(codes)


def test_a_slipped_point_is_found_in_the_cell_of_a_list_and_told_with_all_decimals(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    text = deal.read_text(encoding="utf-8")
    start, end = text.index("  lines:\n", text.index("\nquote:")), text.index("  milestones:", text.index("\nquote:"))
    fields = "  rounding: {unit_price: 4}\n  lines: {file: lines.csv}\n"
    deal.write_text(text[:start] + fields + text[end:], encoding="utf-8")
    write(deal.parent / "lines.csv", "id,category,name,sku,unit,quantity,unit_price,amount,tax_rate\n"
          "A01,A,线,GW-200,米,1000,0.005,50.00,13%\n")  # fmt: skip
    (found,) = [item for item in run_check(deal).diagnostics if item.code == "PR10"]
    assert found.span is not None
    assert (found.span.file, found.span.line) == ("deals/water/lines.csv", 2)
    assert (found.values["price"], found.values["other"]) == ("0.005", "0.05")
