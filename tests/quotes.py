"""Quotes and bids for tests of money: computed from what is written, and as the workbook of a shipped pack."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bidkit.appendix import Appendix
from bidkit.bid import Bid
from bidkit.catalog import Catalog
from bidkit.config import Company
from bidkit.credentials import Selection
from bidkit.deal import Deal
from bidkit.deal.prices import QuoteText
from bidkit.deal.tender import Lot
from bidkit.pack import DEFAULT_PACKS, load_pack
from bidkit.quote import Quote, price_quote
from bidkit.quote_file import compile_quote_file, render_quote_file
from bidkit.source import Workspace
from bidkit.volumes import compile_volumes, render_volumes

ROOT = Path(__file__).parents[1]

LINES = [
    ("A01", "hw", "数据库服务器", "2", "86500.00", "13%", "base"),
    ("A02", "hw", "LED 大屏", "18.5", "15800.00", "13%", "base"),
    ("B01", "dev", "接口开发", "7", "18500.01", "6%", "base"),
    ("C01", "work", "综合布线", "0.5", "1.15", "9%", "base"),
]
OPTION_LINES = [("D01", "dev", "第四年运维", "1.005", "1000.00", "6%", "option_period")]
EXTRA_LINES = [
    ("E01", "hw", "异地灾备", "3", "240000.00", "13%", "optional"),
    ("E02", "hw", "国产服务器", "1", "80000.00", "13%", "alternative"),
]
TENDER = {
    "no": "XLSW-2026-IT-017",
    "package": "1",
    "deadline": "2026-09-18T09:30+08:00",
    "validity_days": "90",
    "rules": "ndrc",
}


def make_line(row: tuple[str, ...], **more: str) -> dict[str, str]:
    keys = ("id", "category", "name", "quantity", "unit_price", "tax_rate", "kind")
    return {"unit": "台", **dict(zip(keys, row, strict=True)), **more}


def make_bid(
    lines: list[dict[str, str]] | None = None,
    *,
    quote: dict[str, Any] | None = None,
    milestones: list[dict[str, str]] | None = None,
    **deal: Any,
) -> Bid:
    lines = [make_line(row) for row in LINES] if lines is None else lines
    milestone = {"name": "终验", "day": "180", "deliverable": "验收报告"}
    service = {"introduction": "i", "levels": [], "warranty": {"months": "36", "start": "终验", "text": "t"}}
    fields: dict[str, Any] = {
        "schema": "bidkit/deal@1",
        "id": "water",
        "title": "智慧水务平台",
        "locale": "zh-CN",
        "regime": "tender",
        "dated": date(2026, 9, 10),
        "customer": {"name": "水务集团"},
        "opportunity": {},
        "solution": {
            "overview": "o",
            "products": [],
            "plan": {"introduction": "i", "phases": [], "milestones": milestones or [milestone]},
            "service": service,
        },
        "quote": {
            "validity_days": "90",
            "categories": [
                {"id": "hw", "name": "硬件设备"},
                {"id": "empty", "name": "无"},
                {"id": "dev", "name": "定制开发"},
                {"id": "work", "name": "工程"},
            ],
            "lines": lines,
            "milestones": [
                {"name": "预付款", "trigger": "合同签订", "percent": "33.3%"},
                {"name": "到货款", "trigger": "到货", "percent": "33.3%"},
                {"name": "验收款", "trigger": "终验", "percent": "33.4%"},
            ],
            "notes": ["报价含运输与安装。"],
            **(quote or {}),
        },
        **deal,
    }
    if fields["regime"] == "tender":
        fields.setdefault("tender", TENDER)
    made = Deal.model_validate(fields)
    company = Company.model_validate(
        {
            "name": "青禾云帆信息技术有限公司",
            "uscc": "91",
            "legal_representative": "某",
            "address": "a",
            "phone": "1",
            "email": "e@example.com",
            "introduction": "i",
        }
    )
    computed = compute_quote(made.quote, made.language, made.tender.lots if made.tender else ())
    now = datetime(2026, 9, 10, tzinfo=UTC)
    return Bid(made, company, Catalog((), (), ()), computed, Selection((), ()), now, now.date())


def make_option_bid(**deal: Any) -> Bid:
    return make_bid([make_line(row) for row in LINES + OPTION_LINES], **deal)


def compute_quote(text: QuoteText, language: str, lots: Sequence[Lot] = ()) -> Quote:
    """The quote, with a price for every line."""
    quote, problems = price_quote(text, language, lots)
    assert problems == []
    assert quote is not None
    return quote


def make_workbook(bid: Bid, *, is_draft: bool = False) -> bytes:
    """The quote.xlsx of a bid by the default pack of its language."""
    pack, problems = load_pack(Workspace(ROOT), DEFAULT_PACKS[bid.deal.language])
    assert pack is not None, problems
    template, problems = compile_quote_file(pack, bid)
    assert template is not None, problems
    content, problems = render_quote_file(template, bid, Appendix((), {}), "deal.yaml", is_draft=is_draft)
    assert problems == []
    return content


def make_proposal(bid: Bid) -> bytes:
    """The proposal of a bid by the default pack of its language, not laid out."""
    pack, problems = load_pack(Workspace(ROOT), DEFAULT_PACKS[bid.deal.language])
    assert pack is not None, problems
    volumes, problems = compile_volumes(pack, bid)
    assert problems == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        filled, problems = render_volumes(volumes, bid, Appendix((), {}), "deal.yaml", is_draft=True)
    assert filled is not None, problems
    (content,) = filled.files.values()
    return content


def read(content: bytes, *, values: bool = False) -> Any:
    """A workbook with its formulas, or with their cached values."""
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def find_formulas(content: bytes) -> Iterator[tuple[str, str, Any]]:
    """Sheet, cell and cached value of each formula."""
    book, cached = read(content), read(content, values=True)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield sheet.title, cell.coordinate, cached[sheet.title][cell.coordinate].value


def cents(value: Any) -> Decimal:
    """A number of a cell, to the cent."""
    return Decimal(repr(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def labelled(content: bytes, sheet: str, label: str) -> Any:
    """The last value of the row of a sheet in which a label stands."""
    rows = read(content, values=True)[sheet].iter_rows(values_only=True)
    (row,) = [row for row in rows if label in row]
    return [cell for cell in row if cell is not None][-1]
