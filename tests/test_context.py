"""The names that templates may use are those of the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bidkit import Options, check_deal
from bidkit.appendix import Appendix
from bidkit.context import make_context
from bidkit.context.formats import format_day, format_quantity
from bidkit.credentials import Selection
from bidkit.sample import load_sample

ROOT = Path(__file__).parents[1]


def names_in(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from names_in(inner)
    elif isinstance(value, list) and value:
        yield from names_in(value[0])


@pytest.mark.parametrize(("page", "begin"), [("template-names.md", "## 项目"), ("template-names.en.md", "## The deal")])
def test_every_name_of_the_context_is_documented_and_the_other_way_round(page: str, begin: str) -> None:
    # The sample has one of everything; `test_template_cli` holds it to a real bid.
    context = make_context(load_sample(), Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").split(begin)[1]
    documented = set(re.findall(r"`([a-z_]+)`", text)) - {"commercial", "accent1", "color"}
    assert set(names_in(context)) - {"site"} == documented  # a tag, which the deal names as it likes


@pytest.mark.parametrize(
    ("locale", "text"), [("zh", "2026年9月5日"), ("en-US", "September 5, 2026"), ("en-GB", "5 September 2026")]
)
def test_dates_are_written_as_the_locale_writes_them(locale: str, text: str) -> None:
    assert format_day(date(2026, 9, 5), locale) == text


@pytest.mark.parametrize(
    ("value", "text"), [("18.50", "18.5"), ("2", "2"), ("100", "100"), ("0.125", "0.125"), ("1200.0", "1,200")]
)
def test_quantities_have_no_trailing_zeros(value: str, text: str) -> None:
    assert format_quantity(Decimal(value)) == text


@pytest.mark.parametrize(
    ("kind", "until", "text"),
    [
        ("business-licence", None, "长期"),
        ("contract", None, "不适用"),
        ("tax-proof", None, "不适用"),
        ("contract", date(2028, 5, 19), "2028年5月19日"),
    ],
)
def test_only_papers_with_a_term_are_called_long_term(kind: str, until: date | None, text: str) -> None:
    result = check_deal(ROOT / "examples/water/deals/water/deal.yaml", Options(now=datetime(2026, 9, 1, tzinfo=UTC)))
    assert result.bid is not None
    paper = result.bid.catalog.credentials[0].model_copy(update={"kind": kind, "valid_until": until})
    bid = replace(result.bid, selection=Selection((paper,), ()))
    context = make_context(bid, Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)
    assert [record["valid_until"] for record in context["credentials"]] == [text]


def test_texts_know_the_file_and_line_where_they_begin() -> None:
    root = ROOT / "examples/water"
    result = check_deal(root / "deals/water/deal.yaml", Options(now=datetime(2026, 9, 1, tzinfo=UTC)))
    assert result.bid is not None
    context = make_context(result.bid, Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)
    texts = [context["overview"], *(product["introduction"] for product in context["products"])]
    assert all(text.file.endswith(".md") for text in texts)
    for text in texts:
        lines = (root / text.file).read_text(encoding="utf-8").split("\n")
        assert "\n".join(lines[text.line - 1 :]).startswith(text.text.split("\n")[0])
