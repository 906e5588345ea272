"""the quote as an .xlsx workbook, written with XlsxWriter.

    sheet      rows                                           its formulas read
    opening    a form: one label and one value a row          detail, summary
    summary    categories, tax by rate, payments              detail, itself
    detail     every counted line, by category, and totals    itself
    extras     optional and alternative lines, in no total    itself

Of a tender with lots each has a sheet of its lines; opening and summary go lot by lot to the total of all.

A sheet is first built as a `Grid` of plain values, then written in one place. Every derived figure is a live formula
that carries its value of the computed quote, so that a reader without a calculator shows the same as Excel does.
Only titles, words and notes are merged, never a row of data.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, time
from functools import partial
from typing import Any

from bidkit.bid import Bid
from bidkit.workbook.grid import (
    Formula,
    Grid,
    Value,
    count_pages,
    escape_header,
    fit_height,
    fit_widths,
    name_sheets,
    set_page,
    show_rate,
    write_grid,
)
from bidkit.workbook.labels import choose_labels
from bidkit.workbook.lines import build_detail, build_extras, is_tax_free, name_totals
from bidkit.workbook.summary import Parts, build_summary

_FORM = {"label": "label", "value": "text"}

# Excel's number of a paper; width and height inside its margins, laid crosswise, in points.
_A4 = (9, 757.0, 510.0)
_LETTER = (1, 707.0, 527.0)

# The font of a language, the width of its digits in pixels and the height of a line in points.
_FONTS: dict[str, tuple[dict[str, Any], int, int]] = {
    "zh": ({"font_name": "宋体", "font_charset": 134}, 8, 16),
    "en": ({"font_name": "Calibri"}, 7, 15),
}


def render_workbook(bid: Bid, *, draft: bool = False) -> bytes:
    """The quote as the bytes of an .xlsx file; a draft says so in the header and the title of each sheet."""
    import xlsxwriter

    deal, label = bid.deal, choose_labels(bid.deal)
    font, digit, line_height = _FONTS[deal.language]
    paper, *room = _LETTER if deal.locale == "en-US" else _A4
    grids, totals = _build_grids(bid, label)
    target = io.BytesIO()
    options = {
        "in_memory": True,
        "default_format_properties": font | {"font_size": 11, "font_scheme": "none"},
        # Eight digits and a margin: from this XlsxWriter knows how wide a digit is.
        "default_column_width": 8 * digit + 8,
    }
    book = xlsxwriter.Workbook(target, options)
    company, created = bid.company.name, datetime.combine(deal.dated, time())
    book.set_properties({"title": deal.title, "author": company, "company": company, "created": created})
    mark = label["draft"] if draft else ""
    bold = f"&B{mark}&B " if mark else ""
    header = f"&L{bold}{escape_header(deal.title)}&R&A"
    footer = f"&L{escape_header(company)}&R{label['page']}"
    head_fill = _tint(bid.company.color)
    for grid in grids:
        widths = fit_widths(grid)
        heights = [fit_height(row, widths, line_height) for row in grid.rows]
        sheet = write_grid(book, grid, widths, heights, mark=mark, head_fill=head_fill)
        set_page(sheet, grid, header, footer)
        sheet.set_paper(paper)
        pixels = sum(width * digit + 5 for width in widths)
        sheet.fit_to_pages(1, count_pages((pixels * 0.75, sum(heights)), room))
    for key, place in totals.items():
        book.define_name(label[f"{key}_cell"], f"={place}")
    book.close()
    return target.getvalue()


def _build_grids(bid: Bid, label: dict[str, str]) -> tuple[list[Grid], dict[str, str]]:
    """The sheets in order, and the places of the totals."""
    bids = bid.by_lot or (bid,)
    fixed = [label[key] for key in ("opening", "summary", "extras")]
    names = name_sheets([part.lot.name if part.lot else label["detail"] for part in bids], fixed)
    taxed = not is_tax_free(bid.quote)
    details = [build_detail(part, label, name, taxed=taxed) for part, name in zip(bids, names, strict=True)]
    parts = [(part, places) for part, (_, places) in zip(bids, details, strict=True)]
    summary, totals = build_summary(bid, label, parts)
    grids = [_build_opening(bid, label, parts, totals), summary, *(grid for grid, _ in details)]
    if bid.quote.extras and bid.deal.regime == "commercial":
        grids.append(build_extras(bid, label))
    return grids, totals


def _tint(color: str) -> str:
    """A colour (RRGGBB) mixed with 85 % white, as #RRGGBB; each part is rounded half up."""
    parts = (int(color[at : at + 2], 16) for at in (0, 2, 4))
    return "#" + "".join(f"{(15 * part + 85 * 255 + 50) // 100:02X}" for part in parts)


def _build_opening(bid: Bid, label: dict[str, str], parts: Parts, totals: dict[str, str]) -> Grid:
    deal, quote = bid.deal, bid.quote
    rates = label["and"].join(show_rate(tax.rate) for tax in quote.taxes)
    tax = label["tax_free_text"] if is_tax_free(quote) else label["tax_basis_text"].format(rates=rates)
    due = deal.solution.plan.delivery
    package = deal.tender.name_package(deal.language) if deal.tender else ""
    facts: list[tuple[str, str, Value]] = [
        ("form", label["project"], deal.title),
        ("form", label["tender_no"], deal.tender.no if deal.tender else ""),
        ("form", label["lot" if quote.lots else "package"], package),
        ("form", label["customer"], deal.customer.name),
        ("form", label["bidder"], bid.company.name),
    ]
    for part, places in parts:
        if part.lot:
            facts += _list_prices(part, label, places.totals, partial(_join, label, part.lot.name))
    whole = label["all_lots"] if quote.lots else "{total}"
    facts += _list_prices(bid, label, totals, lambda total: whole.format(total=total))
    facts += [
        ("form", label["tax_basis"], tax),
        ("form", label["delivery"], label["delivery_text"].format(days=due.day, name=due.name) if due else ""),
        ("form", label["validity"], label["validity_text"].format(days=deal.quote.validity_days, end=bid.validity_end)),
    ]
    facts = [fact for fact in facts if fact[2]]
    signs = [key for key in ("seal", "signature", "date") if label[key]]
    facts += [("sign", label[key], label.get(f"{key}_text", "")) for key in signs]
    grid = Grid(label["opening"], ((36, 36), (80, 80)), frozen=(2, 0))
    grid.add_text("title", grid.name)
    grid.add_text("note", label["item"].format(label=label["currency"], value=label[deal.quote.currency]))
    for kind, name, value in facts:
        style = "money" if isinstance(value, Formula) else "text"
        grid.add(kind, _FORM | {"value": style}, {"label": name, "value": value})
    return grid


def _join(label: dict[str, str], lot: str, total: str) -> str:
    """The name of a lot's total: `第 1 包 网关设备：投标总价`."""
    return label["item"].format(label=lot, value=total)


def _list_prices(
    bid: Bid, label: dict[str, str], places: dict[str, str], name: Callable[[str], str]
) -> Iterator[tuple[str, str, Value]]:
    """The totals of a bid, in figures and in words; `name` says what they are the total of."""
    for key, amount in name_totals(bid.quote):
        words = {"options": "", "evaluated": bid.quote.evaluated_words}.get(key, bid.quote.words)
        total = name(label[key])
        figures = label["in_figures"].format(total=total, currency=label[bid.quote.currency])
        yield "price", figures, Formula(places[key], amount)
        yield "price", label["in_words"].format(total=total), words
