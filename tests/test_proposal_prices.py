"""The price tables of the finished Word proposal, row by row, against the engine and the finished workbook."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from quotes import cents, make_bid, make_line, make_proposal, make_workbook, read
from random_quotes import LOCALES, QUOTES, RANDOM, random_quotes

from bidkit.bid import Bid
from bidkit.diagnostic import LANGUAGES
from bidkit.ooxml.opc import read_package
from bidkit.quote import Quote
from bidkit.source.tables.grid import Grid
from bidkit.source.tables.word import read_document
from bidkit.stated import read_prices
from bidkit.words import parse_amount

Table = list[list[str]]
HEADS = {
    "zh": ("报价总额", "类别", "分组", "含税金额", "付款节点"),
    "en": ("Total price", "Category", "Group", "Gross", "Payment"),
}
"""What a cell in the first row of each price table begins with, in the order of the tables."""
SHEETS = {"zh": ("分类汇总", "税额", "付款计划"), "en": ("Category Summary", "Tax", "Payment Schedule")}
NAMES = {"zh": ("免税", "其他"), "en": ("exempt", "Other")}


def check_prices(bid: Bid, proposal: bytes, workbook: bytes) -> None:
    """The engine, the .docx and the .xlsx say the same, in the same order and nothing else."""
    language, quote = bid.deal.language, bid.quote
    tables = read_tables(proposal)
    summary, categories, groups, taxes, payments = (find_tables(tables, head) for head in HEADS[language])
    book = read(workbook, values=True)
    sheets = [list(book[name].iter_rows(values_only=True)) for name in SHEETS[language]]
    check_summary(quote, summary, language)
    check_categories(quote, categories, sheets[0])
    check_groups(quote, groups, NAMES[language][1])
    check_taxes(quote, taxes, sheets[1], language)
    check_payments(quote, payments, sheets[2])
    check_what_is_read(quote, proposal, language)


def check_summary(quote: Quote, found: Sequence[Table], language: str) -> None:
    """Totals in figures and words, then net amount and tax, where the pack prints them."""
    (table,) = found
    said = [row[-1] for row in table[:-1]]  # the last one is the validity
    wanted = [quote.base, quote.base]
    wanted += [quote.options, quote.evaluated, quote.evaluated] if quote.options else []
    wanted += [quote.net, quote.tax] if quote.tax or language == "zh" else []
    words = [1, 4] if quote.options else [1]
    assert [
        parse_amount(text, quote.currency, language) if place in words else read_amount(text)
        for place, text in enumerate(said)
    ] == wanted


def check_categories(quote: Quote, found: Sequence[Table], sheet: Sequence[Sequence[Any]]) -> None:
    (table,) = found
    wanted = [
        (item.number, item.category.name, sum(line.number.startswith(f"{item.number}.") for line in quote.lines))
        for item in quote.categories
    ]
    totals = [item.total for item in quote.categories]
    rows, sums = table[1 : len(wanted) + 1], table[len(wanted) + 1 :]
    assert [(row[0], row[1], int(row[2])) for row in rows] == wanted
    assert [read_amount(row[3]) for row in rows] == totals
    assert [read_amount(row[3]) for row in sums] == list_sums(quote)
    lines = [row for row in sheet if row[0] in [item.number for item in quote.categories]]
    assert [tuple(row[:3]) for row in lines] == wanted
    assert [cents(row[3]) for row in lines] == totals


def check_groups(quote: Quote, found: Sequence[Table], other: str) -> None:
    for table, grouping in zip(found, quote.groupings, strict=True):
        count = len(grouping.groups)
        wanted = [(group.value or other, len(group.lines), group.total) for group in grouping.groups]
        assert [(row[1], int(row[2]), read_amount(row[3])) for row in table[1 : count + 1]] == wanted
        assert [read_amount(row[3]) for row in table[count + 1 :]] == list_sums(quote)


def check_taxes(quote: Quote, found: Sequence[Table], sheet: Sequence[Sequence[Any]], language: str) -> None:
    """Base lines and option periods are rows of their own in the workbook, and one row in the proposal."""
    total = (quote.evaluated, quote.net, quote.tax)
    exempt = NAMES[language][0]
    kinds = [
        (exempt if tax.is_exempt else f"{tax.rate * 100:.0f}%", tax.gross, tax.net, tax.tax) for tax in quote.taxes
    ]
    merged = [
        (name, *(sum((kind[at] for kind in kinds if kind[0] == name), Decimal(0)) for at in (1, 2, 3)))
        for name in dict.fromkeys(kind[0] for kind in kinds)
    ]
    if quote.tax or language == "zh":  # the English proposal has no table of no tax
        (table,) = found
        assert [(row[0], *map(read_amount, row[1:])) for row in table[1:-1]] == merged
        assert tuple(map(read_amount, table[-1][1:])) == total
    else:
        assert found == []
    rows = [row for row in sheet if isinstance(row[4], int | float)][: len(kinds) + 1]  # under them the lines, if any
    names = [row[1] if isinstance(row[1], str) else f"{row[1]:.0%}" for row in rows[:-1]]
    assert [(name, *map(cents, row[2:5])) for name, row in zip(names, rows[:-1], strict=True)] == kinds
    assert tuple(map(cents, rows[-1][2:5])) == total


def check_payments(quote: Quote, found: Sequence[Table], sheet: Sequence[Sequence[Any]]) -> None:
    (table,) = found
    wanted = [(item.payment.name, item.payment.trigger, item.amount) for item in quote.payments]
    assert [(row[1], row[2], read_amount(row[4])) for row in table[1:-1]] == wanted
    assert read_amount(table[-1][4]) == sum(item.amount for item in quote.payments)
    rows = [row for row in sheet if isinstance(row[0], int)]
    assert [(row[1], row[2], cents(row[4])) for row in rows] == wanted


def check_what_is_read(quote: Quote, proposal: bytes, language: str) -> None:
    """What a committee's totals are taken from."""
    paid = sum((item.amount for item in quote.payments), Decimal(0))  # which is not the whole in some quotes
    totals = read_prices({"proposal.docx": proposal}, quote.currency, language).totals
    assert quote.base in [total.words for total in totals]
    for total in totals:
        assert total.figures in (quote.base, quote.options, quote.evaluated, paid)
        assert total.words in (None, total.figures)


def list_sums(quote: Quote) -> list[Decimal]:
    """The sums under a table of parts of the quote."""
    tax = [quote.net, quote.tax] if quote.prices == "net" else []
    return [*tax, *([quote.base, quote.options] if quote.options else []), quote.evaluated]


def read_tables(content: bytes) -> list[Table]:
    """The texts of all tables of a .docx."""
    parts, problems = read_package(content, "proposal.docx")
    assert parts is not None, problems
    passages = [passage.content for passage in read_document(parts, "proposal.docx")]
    grids = [passage for passage in passages if isinstance(passage, Grid)]
    return [[[cell.said.text for cell in row.cells] for row in grid.rows] for grid in grids]


def find_tables(tables: Sequence[Table], head: str) -> list[Table]:
    return [table for table in tables if any(cell.startswith(head) for cell in table[0])]


def read_amount(text: str) -> Decimal:
    """A figure with two decimals and groups of three digits, as it is printed."""
    amount = Decimal(text.replace(",", ""))
    assert f"{amount:,.2f}" == text
    return amount


@pytest.mark.parametrize("language", LANGUAGES)
def test_random_quotes_have_the_same_figures_in_proposal_workbook_and_engine(language: str) -> None:
    made = 0

    @RANDOM
    @given(random_quotes([language]))
    def compare(bid: Bid) -> None:
        nonlocal made
        check_prices(bid, make_proposal(bid), make_workbook(bid))
        made += 1

    compare()
    assert made >= QUOTES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prices", ["gross", "net"])
def test_a_proposal_with_the_prices_of_another_quote_is_found(language: str, prices: str) -> None:
    def make(price: str) -> Bid:
        lines = [make_line(("1", "hw", "x", "3", price, "13%", "base"))]
        return make_bid(lines, locale=LOCALES[language], regime="commercial", quote={"prices": prices})

    bid, other = make("10.01"), make("10.02")
    check_prices(bid, make_proposal(bid), make_workbook(bid))
    with pytest.raises(AssertionError):
        check_prices(bid, make_proposal(other), make_workbook(bid))
    with pytest.raises(AssertionError):
        check_prices(bid, make_proposal(bid), make_workbook(other))
