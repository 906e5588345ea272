"""The example `port` as a package in which faults of finished files are seeded: what its buyer asks for besides."""

from __future__ import annotations

import io
from pathlib import Path

import xlsxwriter
import yaml
from seeded import BODY, Batch, Defect
from test_forms import CHOICES, make_map
from word_forms import bidder_information
from workspace import edit, write

from bidkit.pack import shipped_packs

DEAL, OVERVIEW = "deals/port/deal.yaml", "deals/port/overview.md"
TECHNICAL, OFFER = "submit/technical-DRAFT.docx", "submit/offer-DRAFT.docx"
QUOTE, FORM, PRICES = "submit/quote-DRAFT.xlsx", "submit/Bidder Information-DRAFT.docx", "submit/prices-DRAFT.xlsx"
PACK = """\
schema: bidkit/pack@1
locale: en-US
workbook: quote.xlsx
volumes:
  - {id: technical, title: Technical Volume, template: technical.docx, prices: false}
  - {id: offer, title: Offer, template: offer.docx}
required_styles: [heading 1]
"""
PEOPLE = "Renata Oyelaran, Thomas Brandvold, Priya Lindqvist, Marcus Adeyemi-Holt, Denise Varga, Margaret Halden"
RULES = f"""\
  file_size_mb: 2
  file_types: [docx, jpg]
  format_rules:
    - volumes: [technical]
      blind: true
      cover: true
      paper: Letter
      margins: {{top: 1in, bottom: 1in, left: 1in, right: 1in}}
      text: {{latin: Times New Roman, size: 12pt, line_spacing: "1.5"}}
      italic: false
      pages: {{max: 40}}
      allowed_words: [{PEOPLE}]
"""
NUMBER = "P8441722041"
SIGNERS = f"""\
  signers:
    legal_representative: {{sex: female, age: 46, position: Managing Member, id_number: "{NUMBER}"}}
"""
OLD = "schema: bidkit/deal@1\nid: old\ntitle: Harbor watch\ncustomer: {name: Kestrel Narrows Port District}\n"

PRICE_FORM = "{file: forms/prices.xlsx, output: prices.xlsx, cells: {total: Summary!B2, words: Summary!B3}}"


def make_port(root: Path) -> None:
    """Two volumes, the first of them blind and in a prescribed look; two forms of the buyer; hidden numbers."""
    packs = shipped_packs()
    write(root / "templates/mine/pack.yaml", PACK)
    for name, file in (("technical", "en-rfp/technical"), ("offer", "en-proposal/proposal")):
        write(root / f"templates/mine/{name}.docx", (packs / f"{file}.docx").read_bytes())
    write(root / "templates/mine/quote.xlsx", (packs / "en-proposal/quote.xlsx").read_bytes())
    edit(root / "bidkit.yaml", "as_of: 2026-08-14", "as_of: 2026-08-14\npack: mine")
    edit(root / "bidkit.yaml", "  address:", f"{SIGNERS}  address:")
    deal = root / DEAL
    edit(deal, "  rules: far\n", f"  rules: mdb\n{RULES}")
    edit(deal, "  lines: {file: lines.csv}\n", f"  lines: {{file: lines.csv}}\n  forms:\n    - {PRICE_FORM}\n")
    content = bidder_information()
    mapping = make_map(content, **CHOICES["Bidder Information"])
    write(deal.parent / "forms/info.docx", content)
    write(deal.parent / "forms/info.yaml", yaml.safe_dump(mapping, allow_unicode=True))
    write(deal.parent / "forms/prices.xlsx", make_price_form())
    form = "{id: info, file: forms/info.docx, map: forms/info.yaml, output: Bidder Information.docx}"
    write(deal, f"{deal.read_text(encoding='utf-8')}attachments: {{mask: true}}\nforms:\n  - {form}\n")
    write(root / "deals/old/deal.yaml", OLD)


def make_price_form() -> bytes:
    """A sheet that asks for the total in figures and words."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Summary")
    sheet.write_column("A1", ["Price summary", "Total price, base period (USD)", "Total price in words"])
    sheet.write_blank("B2", None, book.add_format({"num_format": "#,##0.00"}))
    sheet.set_column("A:B", 60)
    book.close()
    return stream.getvalue()


WAYS = f"{BODY} ¶"
TEXTS = {
    "a price stands in the technical volume": Defect(
        OVERVIEW,
        "Security monitoring, so far, is not[.]",
        r"\g<0> We close that gap for 3,988,734.00 in Year 1.",
        (),
        (("PR09", TECHNICAL, f"{WAYS}We close that gap"),),
    ),
    "the customer of an old bid is named": Defect(
        OVERVIEW, "before they need it[.]", r"\g<0> Kestrel Narrows Port District has.", ("FM14", "FM14")
    ),
    "the blind volume tells an address": Defect(
        OVERVIEW, "operations vendor and a compliance vendor[.]", r"\g<0> Ask proposals@haldenpike.example.", ("PK28",)
    ),
    "the number of the tender has a digit too many": Defect(
        OVERVIEW, "The portal receipt is filed with the offer record[.]", r"\g<0> It names RFP 26-1114.", ("ID08",)
    ),
    "a number that is to be hidden stands in a text": Defect(
        OVERVIEW,
        "evidence that is complete before the auditors arrive[.]",
        rf"\g<0> Signed by {NUMBER}.",
        (),
        (("PK37", TECHNICAL, f"{WAYS}Signed by"), ("PK37", OFFER, f"{WAYS}Signed by")),
    ),
}
"""What stands in texts, and is found where they are printed."""
USUAL = (
    ("QU02 warning", "catalog/credentials/insurance-certificate.yaml", "valid_until:"),
    ("PK16", OFFER, ""),
    ("PK26", TECHNICAL, ""),
    *(("PK38", name, "") for name in (QUOTE, PRICES)),
    *(("PK29 warning", TECHNICAL, f"word/media/{name}.png") for name in ("79936bfb1c6e8e85", "adafb28f750ada76")),
)
"""Without LibreOffice nobody counts pages, and no program looks at pictures; the platform takes no workbooks."""
BUILT = Batch("port", TEXTS, make_port, USUAL)
