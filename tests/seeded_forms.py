"""Faults in the buyer's own forms and in scans of papers, seeded into the example `school`.

The buyer has handed out one small Word form and one price form, and asks for each of them again and again: `w20.docx`
is where FM20 is seeded, `p30.xlsx` where PR30 is.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import form_files
import yaml
from office_files import W, parts_of, zipped
from PIL import Image
from seeded import EXAMPLES, Batch, Defect
from test_forms import make_map
from test_zh_tender import SIGNERS
from word_forms import cell, line, make, row, table, title, u
from workspace import edit, make_picture, write

DEAL, FORMS = "deals/school/deal.yaml", "deals/school/forms"
PAPERS = "catalog/credentials"
WORD = tuple(f"w{code}" for code in ("03", "04", 20, 21, 22, 23, 24, 25, 26, 27, 28))
PRICE = tuple(f"p{code}" for code in (30, 31, 32, 33, 34, "k31", "k32", "k34"))
MAP = (
    "sheets: [{sheet: 分项报价表, id: 序号, "
    "columns: {unit_price: 投标单价, tax_rate: 税率, amount: 合价, remark: 备注}}], "
    "cells: {total: 投标总价, words: 开标一览表!B4, validity_days: 开标一览表!B5}"
)
DETAIL, TOTAL = "分项报价表", "开标一览表 B3"
HEADER = f'<w:hdr xmlns:w="{W}"><w:p><w:r><w:t>招标文件第六章</w:t></w:r></w:p></w:hdr>'.encode()


def make_word(*body: str) -> bytes:
    """A form with a blank of each kind that can be forgotten, and what stands below them."""
    return make(
        title("承诺书"),
        line("项目名称：", u("                    ")),
        line("是否接受全部条款：□是    □否"),
        table(row(cell("备注", width=2600), cell("", width=1400)), widths=(2600, 1400)),
        *body,
    )


def make_price(ids: dict[str, Any] | None = None, counts: dict[str, int] | None = None, **more: Any) -> bytes:
    """The buyer's form for the lines of the example, with other ids or quantities in some rows."""
    rows = csv.DictReader((EXAMPLES / "school/deals/school/lines.csv").read_text(encoding="utf-8").splitlines())
    asked = [
        [
            (ids or {}).get(one["id"], one["id"]),
            one["name"],
            one["unit"],
            (counts or {}).get(one["id"], int(one["quantity"])),
        ]
        for one in rows
    ]
    return form_files.form(asked, **more)


def add_forms(root: Path) -> None:
    """The forms with their mappings, confirmed."""
    settings = root / "bidkit.yaml"
    edit(settings, "as_of:", "pack: zh-tender\nas_of:")
    edit(settings, "  address:", f"{SIGNERS['school']}  address:")
    content = zipped({**parts_of(make_word()), "word/header1.xml": HEADER})
    mapping = make_map(content, 是否接受全部条款={"tick": ["是"]})
    text = yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False)
    for name in WORD:
        write(root / FORMS / f"{name}.docx", content)
        write(root / FORMS / f"{name}.yaml", text)
    for name in PRICE:
        write(root / FORMS / f"{name}.xlsx", make_price())
    deal = root / DEAL
    word = [
        f"  - {{id: {name}, file: forms/{name}.docx, map: forms/{name}.yaml, output: {name}.docx}}\n" for name in WORD
    ]
    price = [f"    - {{file: forms/{name}.xlsx, output: {name}.xlsx, {MAP}}}\n" for name in PRICE]
    edit(deal, "  lines: {file: lines.csv}\n", f"  lines: {{file: lines.csv}}\n  forms:\n{''.join(price)}")
    write(deal, f"{deal.read_text(encoding='utf-8')}\nattachments: {{max_kb: 500}}\nforms:\n{''.join(word)}")


def make_scan(*, is_empty: bool) -> bytes:
    """A scan of a page on which nothing can be seen, or one that is larger than the platform takes."""
    stream = io.BytesIO()
    size = (1300, 1700)
    picture = Image.new("L", size, 255) if is_empty else Image.effect_noise(size, 90)
    picture.convert("RGB").save(stream, "JPEG", quality=90)
    return stream.getvalue()


def _hide(book: Any, sheets: Any) -> None:
    sheets["detail"].set_column("H:H", None, None, {"hidden": True})


BUYERS = {
    "a blank of a form is forgotten": Defect(
        f"{FORMS}/w03.yaml", "  value: deal.title\n", "", (), (("FM03", f"{FORMS}/w03.docx", "承诺书 2"),)
    ),
    "no box of a form is ticked": Defect(
        f"{FORMS}/w04.yaml", "  tick:\n  - 是\n", "", (), (("FM04", f"{FORMS}/w04.docx", "承诺书 3"),)
    ),
    "a form is no Word file": Defect(f"{FORMS}/w20.docx", "", b"%PDF-1.4", (), (("FM20", DEAL, "id: w20"),)),
    "a mapping knows a blank that is not there": Defect(
        f"{FORMS}/w21.yaml", "id: 备注", "id: 说明", ("FM21",), (("FM03", f"{FORMS}/w21.docx", "承诺书 1 1 2"),)
    ),
    "a mapping is one of another form": Defect(f"{FORMS}/w22.yaml", "sha256: .", "sha256: x", ("FM22",)),
    "nobody has confirmed a mapping": Defect(
        f"{FORMS}/w23.yaml", "confirmed_by: 林知行", "confirmed_by: ''", ("FM23",)
    ),
    "a mapping names what there is not": Defect(
        f"{FORMS}/w24.yaml",
        "value: deal.title",
        "value: deal.titel",
        (),
        (("FM24", f"{FORMS}/w24.yaml", "id: 项目名称"),),
    ),
    "a remark does not fit its cell": Defect(
        f"{FORMS}/w25.yaml",
        "text: 无",
        f"text: {'货物均为全新。' * 12}",
        (),
        (("FM25 warning", f"{FORMS}/w25.docx", "承诺书 1 1 2"),),
    ),
    "two forms have one name": Defect(DEAL, "output: w26.docx", "output: w25.docx", ("FM26",)),
    "a form stands in no volume": Defect(DEAL, "output: w27.docx", "part: price-letter", ("FM27",)),
    "a header of a form does not come along": Defect(
        DEAL, "output: w28.docx", "title: 承诺书, volume: technical, part: company", ("FM28 warning",)
    ),
    "a column is not in the price form": Defect(
        DEAL,
        "(forms/p30.xlsx.*)unit_price: 投标单价",
        r"\1unit_price: 报价单价",
        ("PR30",),
        (("PR33", f"{FORMS}/p30.xlsx", TOTAL),),
    ),
    "a row of the price form is no line": Defect(
        f"{FORMS}/p31.xlsx",
        "",
        make_price({"03": "33"}),
        (),
        (("PR31", f"{FORMS}/p31.xlsx", f"{DETAIL} A6"), ("PR33", f"{FORMS}/p31.xlsx", TOTAL)),
    ),
    "a cell of the price form is taken": Defect(
        f"{FORMS}/p32.xlsx",
        "",
        make_price(change=lambda book, sheets: sheets["summary"].write("B4", "人民币零元整")),
        (),
        (("PR32", f"{FORMS}/p32.xlsx", "开标一览表 B4"),),
    ),
    "a quantity of the price form is another": Defect(
        f"{FORMS}/p33.xlsx",
        "",
        make_price(counts={"02": 43}),
        (),
        (
            ("PR33", f"{FORMS}/p33.xlsx", f"{DETAIL} D5"),
            *(("PR33", f"{FORMS}/p33.xlsx", at) for at in (f"{DETAIL} G5", f"{DETAIL} G18", TOTAL)),
        ),
    ),
    "a formula of the price form cannot be computed": Defect(
        f"{FORMS}/p34.xlsx",
        "",
        make_price(change=lambda book, sheets: sheets["hidden"].write_formula("B1", "=没有*2", None, 7)),
        (),
        (("PR34", f"{FORMS}/p34.xlsx", "_校验 B1"),),
    ),
    "a price form is no workbook": Defect(
        f"{FORMS}/pk31.xlsx", "", b"\xd0\xcf\x11\xe0", (), (("PK31", DEAL, "forms/pk31"),)
    ),
    "a column of the price form is hidden": Defect(
        f"{FORMS}/pk32.xlsx",
        "",
        make_price(change=_hide),
        (),
        (("PK32 warning", f"{FORMS}/pk32.xlsx", f"{DETAIL} H4"),),
    ),
    "a price form has the name of the quote": Defect(DEAL, "output: pk34.xlsx", "output: quote.xlsx", ("PK34",)),
    "a scan has too few pixels": Defect(
        f"{PAPERS}/files/report-board-1.jpg",
        "",
        make_picture("JPEG", 400, 560),
        (),
        (("QU08 warning", f"{PAPERS}/report-board.yaml", "board-1"),),
    ),
    "a scan is empty": Defect(
        f"{PAPERS}/files/energy-board.jpg",
        "",
        make_scan(is_empty=True),
        (),
        (("QU14 warning", f"{PAPERS}/energy-board.yaml", "board.jpg"),),
    ),
    "a copy is too large for the platform": Defect(
        f"{PAPERS}/files/ccc-board.jpg",
        "",
        make_scan(is_empty=False),
        (),
        (("PK35", f"{PAPERS}/ccc-board.yaml", "board.jpg"),),
    ),
}
BATCHES = {"school: forms and scans": Batch("school", BUYERS, add_forms)}
