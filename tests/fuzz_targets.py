"""What `tests/fuzzing.py` spoils: files of every kind that bidkit reads, sound ones to begin with."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

import openpyxl
import yaml
from form_files import MAP, form
from fuzz_mutations import spoil_bytes, spoil_list, spoil_markdown, spoil_parts, spoil_text
from fuzz_readers import (
    DEAL_FILE,
    OPTIONS,
    PACK,
    Desk,
    Found,
    fill_document,
    fill_workbook,
    import_demands,
    import_prices,
    inspect,
    read_batch,
    read_bid,
    read_book,
    read_edits,
    read_kept,
    read_pack,
    read_papers,
    read_price_form,
    read_process,
    read_records,
    read_word_form,
    scan,
    verify,
)
from office_files import docx, p, r, tbl, tc, tr
from PIL import Image
from sheet_files import xlsx
from test_forms import SIGNERS, make_map
from test_matrix import MATRIX
from test_prices import BOOK
from word_forms import letter
from workspace import DEAL, ISO9001, LICENCE, make_deal, make_pdf, make_picture, make_workspace, write

from bidkit.basis import FACTS
from bidkit.build import make_package
from bidkit.exchange import export_json
from bidkit.package import MANIFEST

Mutate = Callable[[bytes, Random], bytes]


@dataclass(frozen=True)
class Target:
    """A file, and how it is spoilt.

    Args:
        file: below the workspace; one that no deal reads lies at its top.
        deal: the text of the deal that reads it.
        content: the sound file; that of the small workspace if None.
        share: how many of the inputs are of this kind, as against the others.
    """

    file: str
    mutate: tuple[Mutate, ...]
    read: Callable[[Desk, bytes], Found]
    content: Callable[[], bytes] | None = None
    deal: Callable[[], str] = lambda: DEAL
    share: int = 12
    deal_name: str = "deal.yaml"
    beside: Callable[[], Mapping[str, bytes]] = lambda: {}

    @property
    def kind(self) -> str:
        return self.file.rpartition("/")[2]

    @property
    def is_of_deal(self) -> bool:
        """Whether a deal can be checked and built with it."""
        return self.file == "bidkit.yaml" or self.file.startswith(("deals/", "catalog/", "templates/"))

    def make_desk(self, folder: Path) -> Desk:
        """Its workspace, in which everything is sound."""
        deal = make_workspace(folder)
        deal.write_text(self.deal(), encoding="utf-8")
        for name, content in self.beside().items():
            write(folder / name, content)
        if "letter" in self.file:
            settings = (folder / "bidkit.yaml").read_text(encoding="utf-8")
            write(folder / "bidkit.yaml", settings.replace("  address:", f"{SIGNERS}  address:"))
        if self.content:
            write(folder / self.file, self.content())
        return Desk(folder, deal.with_name(self.deal_name))


LINES = [
    ["id", "category", "name", "sku", "unit", "quantity", "unit_price", "tax_rate"],
    ["A01", "A", "采集网关", "GW-200", "台", "24", "12500.00", "13%"],
    ["B01", "B", "安装调试", "", "项", "1", "36000.00", "6%"],
]


def make_csv(rows: list[list[str]] = LINES) -> bytes:
    """The lines of the small deal as a list."""
    return "".join(",".join(row) + "\n" for row in rows).encode()


def make_book(rows: list[list[str]] = LINES) -> bytes:
    """The same as a workbook."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_jpeg() -> bytes:
    stream = io.BytesIO()
    Image.open(io.BytesIO(make_picture("PNG", 300, 400))).save(stream, "JPEG", exif=Image.Exif().tobytes())
    return stream.getvalue()


def with_list(name: str) -> Callable[[], str]:
    return lambda: make_deal(quote__lines={"file": name})


def with_forms() -> str:
    return make_deal(quote__forms=[MAP])


def with_letter() -> str:
    own = {"id": "f", "file": "forms/letter.docx", "map": "forms/letter.yaml", "output": "letter.docx"}
    return make_deal(forms=[own])


def with_rows() -> Mapping[str, bytes]:
    return {f"{HERE}/customers.csv": ROWS.encode()}


def with_batch() -> Mapping[str, bytes]:
    return {f"{HERE}/batch.yaml": BATCH.encode()}


def with_overview() -> str:
    return make_deal(solution__overview={"file": "overview.md"})


@lru_cache
def map_letter() -> bytes:
    """The mapping of the letter, confirmed."""
    return yaml.safe_dump(make_map(letter()), allow_unicode=True, sort_keys=False).encode()


def make_document(rows: list[list[str]]) -> bytes:
    """A tender whose table is the list."""
    return docx(
        p(r("第三章 采购需求")), tbl(*(tr(*(tc(p(r(text))) for text in row)) for row in rows), columns=len(rows[0]))
    )


def both_letters() -> Mapping[str, bytes]:
    return {"deals/water/forms/letter.docx": letter(), "deals/water/forms/letter.yaml": map_letter()}


@lru_cache
def make_built() -> Mapping[str, bytes]:
    """The package of the small deal, finished."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        result, files = make_package(make_workspace(Path(folder)), OPTIONS)
    assert files is not None, result.diagnostics
    return files


@lru_cache
def make_json() -> bytes:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        return export_json(Desk(Path(folder), make_workspace(Path(folder))).bid).encode()


def built(name: str) -> Callable[[], bytes]:
    return lambda: make_built()[name]


def with_package() -> Mapping[str, bytes]:
    return {f"package/{name}": content for name, content in make_built().items()}


@lru_cache
def small_docx() -> bytes:
    """A template with what templates have: values, filters, loops over paragraphs and rows, conditions, Markdown."""
    return docx(
        p(r("{{ deal.title }}")),
        p(r("{%p if customer.name %}")),
        p(r("{{ quote.total|money }}{% if draft %}草稿{% endif %}")),
        p(r("{%p else %}")),
        p(r("—")),
        p(r("{%p endif %}")),
        p(r("{%p for goal in goals %}")),
        p(r("{{ loop.index }} {{ goal.text }}")),
        p(r("{%p endfor %}")),
        p(r("{{p overview }}")),
        tbl(
            tr(tc(p(r("名称"))), tc(p(r("金额")))),
            tr(tc(p(r("{%tr for line in quote.lines %}"))), tc(p())),
            tr(tc(p(r("{{ line.name }}"))), tc(p(r("{{ line.amount|money }}")))),
            tr(tc(p(r("{%tr endfor %}"))), tc(p())),
        ),
    )


@lru_cache
def small_xlsx() -> bytes:
    """The same as a workbook, with a formula."""
    rows = [
        ["{{ deal.title }}", "{{ customer.name }}"],
        ["{%tr for line in quote.lines %}"],
        ["{{ line.name }}", "{{ line.quantity }}", "{{ line.unit_price }}", ("=ROUND(B3*C3,2)", "{{ line.amount }}")],
        ["{%tr endfor %}"],
        ["合计", None, None, ("=SUM(D3)", "{{ quote.total }}")],
    ]
    return xlsx(rows)


DEMANDS = [
    ["条款号", "技术要求", "分值"],
    ["★3.1", "显示尺寸不小于 86 英寸。", "3"],
    ["3.2", "▲ 亮度不小于 350 cd/m²。", "2"],
]
PRICES = [
    ["序号", "名称", "单位", "数量", "单价", "税率", "合价"],
    ["A01", "网关", "台", "24", "12500.00", "13%", "300000.00"],
    ["B01", "安装", "项", "1", "36000.00", "6%", "36000.00"],
    ["合计", "", "", "", "", "", "336000.00"],
]
OVERVIEW = """\
# 总体

二十四个站点各装一台**边缘**采集网关，*每十秒*上报，见[说明](https://a.example)。

| 站点 | 数 |
| --- | ---: |
| 泵站 | 24 |

表：站点

1. 到货
   - 安装
2. 验收

> 引文

```
代码
```
"""

FOLLOW = """\
schema: bidkit/follow@1
award: {noticed_on: 2026-10-08}
negotiation:
  target: 330000.00
  floor: 320000.00
  roles:
    - {name: 沈砚秋, role: lead}
  concessions:
    - {amount: 2000.00, in_return: 预付款 40%}
"""
SIGNED = """\
schema: bidkit/attestations@1
attestations:
  - item: 4.8p
    by: 周牧野
    at: 2026-08-31T10:00+08:00
    evidence: evidence/minutes.md
    evidence_sha256: ab
    subject_sha256: cd
"""
WAIVED = """\
schema: bidkit/waivers@1
waivers:
  - {item: 4.8t, by: 周牧野, at: 2026-08-31T10:00+08:00, reason: 已另行复核, until: 2026-12-31}
"""
BATCH = """\
schema: bidkit/batch@1
master: deal.yaml
id: fleet-{row}
title: "{customer.name}数据采集项目"
rows:
  file: customers.csv
  columns: {id: 编号, customer.name: 客户, tender.no: 项目编号, dated: 日期, quote.lines.A01.quantity: 数量}
"""
ROWS = "编号,客户,项目编号,日期,数量\nacme,云汀供水有限公司,YT-1,,\nblue,青溪水务有限公司,QX-7,2026-09-16,10\n"
PROCESS = """\
schema: bidkit/process@1
id: own
extends: six-step
drop:
  - {id: 4.8t, reason: 由集团统一复核。}
"""
TEXT = (spoil_text, spoil_text, spoil_text, spoil_bytes)
OFFICE = (spoil_parts, spoil_parts, spoil_parts, spoil_bytes)
PROSE = (spoil_text, spoil_markdown, spoil_markdown, spoil_bytes)
FLEET = "batch.yaml#fleet-acme"
LIST = (spoil_list, spoil_list, spoil_bytes)
HERE = "deals/water"
WORD, BOOK_FILE = "submit/proposal-DRAFT.docx", "submit/quote-DRAFT.xlsx"
TARGETS = (
    Target(DEAL_FILE, TEXT, read_bid, share=72),
    Target("bidkit.yaml", TEXT, read_bid),
    Target("catalog/products/GW-200.md", PROSE, read_bid),
    Target("catalog/services/maintenance.md", PROSE, read_bid),
    Target("catalog/credentials/iso9001.yaml", TEXT, read_bid),
    Target("catalog/prices/2026.yaml", TEXT, read_book, BOOK.encode),
    Target(f"{HERE}/attestations.yaml", TEXT, read_records, SIGNED.encode),
    Target(f"{HERE}/waivers.yaml", TEXT, read_records, WAIVED.encode),
    Target(f"{HERE}/follow.yaml", TEXT, read_records, FOLLOW.encode),
    Target(f"{HERE}/batch.yaml", TEXT, read_batch, MATRIX.encode, deal_name="batch.yaml#acme-1"),
    Target(f"{HERE}/batch.yaml", TEXT, read_batch, BATCH.encode, deal_name=FLEET, beside=with_rows),
    Target(f"{HERE}/customers.csv", LIST, read_batch, ROWS.encode, deal_name=FLEET, beside=with_batch),
    Target("process.yaml", TEXT, read_process, PROCESS.encode, share=8),
    Target(f"{HERE}/overview.md", PROSE, read_bid, OVERVIEW.encode, with_overview, share=20),
    Target(f"{PACK}/pack.yaml", TEXT, read_pack),
    Target(f"{HERE}/lines.csv", LIST, read_bid, make_csv, with_list("lines.csv"), share=24),
    Target(f"{HERE}/lines.xlsx", OFFICE, read_bid, make_book, with_list("lines.xlsx"), share=32),
    Target("small.docx", OFFICE, fill_document, small_docx, share=56),
    Target("small.xlsx", OFFICE, fill_workbook, small_xlsx, share=32),
    Target(f"{PACK}/proposal.docx", OFFICE, inspect("proposal.docx"), share=1),
    Target(f"{PACK}/quote.xlsx", OFFICE, inspect("quote.xlsx"), share=1),
    Target(LICENCE, (spoil_bytes,), read_papers, share=16),
    Target(LICENCE, (spoil_bytes,), read_papers, make_jpeg, share=16),
    Target(ISO9001, (spoil_bytes,), read_papers, lambda: make_pdf(2), share=24),
    Target(f"{HERE}/forms/报价表.xlsx", OFFICE, read_price_form, form, with_forms),
    Target(f"{HERE}/forms/letter.docx", OFFICE, read_word_form, letter, with_letter, beside=both_letters),
    Target(f"{HERE}/forms/letter.yaml", TEXT, read_word_form, map_letter, with_letter, beside=both_letters),
    Target("form.docx", OFFICE, scan, letter),
    Target("demands.csv", LIST, import_demands("demands.csv"), lambda: make_csv(DEMANDS)),
    Target("demands.xlsx", OFFICE, import_demands("demands.xlsx"), lambda: make_book(DEMANDS)),
    Target("demands.docx", OFFICE, import_demands("demands.docx"), lambda: make_document(DEMANDS)),
    Target("prices.csv", LIST, import_prices("prices.csv"), lambda: make_csv(PRICES)),
    Target("prices.xlsx", OFFICE, import_prices("prices.xlsx"), lambda: make_book(PRICES)),
    Target("prices.docx", OFFICE, import_prices("prices.docx"), lambda: make_document(PRICES)),
    Target("prices.json", TEXT, import_prices("prices.json"), make_json, share=8),
    Target("edited.docx", OFFICE, read_edits("edited.docx"), built(WORD), share=1),
    Target("edited.xlsx", OFFICE, read_edits("edited.xlsx"), built(BOOK_FILE), share=1),
    Target(f"package/{WORD}", OFFICE, verify, beside=with_package, share=1),
    Target(f"package/{BOOK_FILE}", OFFICE, verify, beside=with_package, share=1),
    Target(FACTS, TEXT, read_kept, built(FACTS)),
    Target(f"package/{MANIFEST}", TEXT, verify, beside=with_package, share=1),
    Target(f"package/{FACTS}", TEXT, verify, beside=with_package, share=1),
)
SHARES = tuple(target.share for target in TARGETS)
