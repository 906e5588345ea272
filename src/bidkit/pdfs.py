"""the PDFs of a bid: what is laid out for them, and each finished; one for every volume and workbook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bidkit.appendix import Appendix
from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic, Severity, Span, Term
from bidkit.layout import Filled
from bidkit.office.fonts import SAME_WIDTHS, list_fonts
from bidkit.ooxml import opc
from bidkit.ooxml.theme import list_template_fonts
from bidkit.pdf.finishing import About, finish_pdf
from bidkit.pdf.fonts import family, list_layout_fonts, make_probe, read_probe
from bidkit.pdf.stand_ins import StandIn, StandIns, make_stand_ins
from bidkit.volumes import CompiledVolume

_PROBE = "fonts.docx"
_SHEET_FONT = re.compile(rb'<name val="([^"]+)"')

Fonts = Sequence[tuple[str, str]]
"""Names of fonts, each with the text that it is for: `ascii` or `eastAsia`."""


@dataclass(frozen=True)
class Plan:
    """What is laid out for the PDFs.

    Args:
        stand_ins: pictures whose places pages of credentials will take.
        beside: the workbook, and a probe of the fonts that are asked for.
    """

    stand_ins: StandIns
    beside: Mapping[str, bytes]
    fonts: Fonts


NO_PDFS = Plan({}, {}, ())


def plan_pdfs(
    volumes: Sequence[CompiledVolume], appendix: Appendix, beside: Mapping[str, bytes], bid: Bid, *, is_draft: bool
) -> tuple[Plan, list[Diagnostic]]:
    """What to lay out beside the volumes, and in them instead of the pictures of PDF pages. Diagnostics: PK11, DL30.

    Args:
        beside: the quote and the buyer's forms, by their names in the package.
    """
    stand_ins: dict[bytes, StandIn] = {}
    names = {PurePosixPath(name).stem.casefold(): PurePosixPath(name).name for name in beside}
    problems = [
        Diagnostic("DL30", v.volume.at, {"volume": v.volume.id, "other": names[key], "value": f"{v.name}.pdf"})
        for v in volumes
        if (key := PurePosixPath(v.file_name(is_draft=is_draft)).stem.casefold()) in names
    ]
    for paper in appendix.attachments:
        if PurePosixPath(paper.copy_name).suffix == ".pdf":
            made, found = make_stand_ins(paper.name, paper.content, [page.data for page in paper.pages])
            stand_ins |= made
            problems += found
    fonts = tuple(_list_fonts(volumes, beside, is_chinese=bid.deal.language == "zh"))
    return Plan(stand_ins, {**beside, _PROBE: make_probe(fonts)}, fonts), problems


def _list_fonts(
    volumes: Sequence[CompiledVolume], beside: Mapping[str, bytes], *, is_chinese: bool
) -> Iterator[tuple[str, str]]:
    """The fonts that templates, forms and workbooks ask for, each once."""
    wanted: dict[str, str] = {}
    documents = [(item.volume.content, item.volume.template) for item in volumes]
    documents += [(form.guest, form.source) for item in volumes for form in item.forms]
    documents += [(content, name) for name, content in beside.items() if name.endswith(".docx")]
    for content, name in documents:
        wanted |= dict.fromkeys(list_template_fonts(content, name, with_east_asian=False), "ascii")
        for font in list_template_fonts(content, name, with_east_asian=is_chinese):
            wanted.setdefault(font, "eastAsia")
    for content in (content for name, content in beside.items() if name.endswith(".xlsx")):
        package, _ = opc.read_package(content, "")
        for found in _SHEET_FONT.findall(package.get("xl/styles.xml", b"") if package else b""):
            wanted.setdefault(found.decode(), "eastAsia" if is_chinese else "ascii")
    yield from wanted.items()


def make_pdfs(
    plan: Plan, filled: Filled, volumes: Sequence[CompiledVolume], bid: Bid, *, is_draft: bool
) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """The PDF of everything that was laid out, by its name in the package. Diagnostics: EN12, EN13, EN14.

    Those by which a layout is missing came with it.
    """
    deal = bid.deal
    pdfs: dict[str, bytes] = {}
    problems: list[Diagnostic] = []
    for item in volumes:
        name = item.file_name(is_draft=is_draft)
        if name in filled.layouts:
            layout = filled.layouts[name]
            author = "" if item.is_blind else bid.company.name
            about = About(f"{deal.title} {item.volume.title}", author, deal.dated, deal.locale)
            words = [heading.label for heading in layout.headings]
            pdfs[_pdf_name(name)], missing = finish_pdf(layout.pdf, about, words, layout.numbers, layout.stand_ins)
            problems += [Diagnostic("EN12", Span(page.file), {"page": page.number, "file": name}) for page in missing]
    for name in plan.beside:
        if name != _PROBE and name in filled.beside:
            about = About(deal.title, bid.company.name, deal.dated, deal.locale)
            pdfs[_pdf_name(name)], _ = finish_pdf(filled.beside[name], about)
    return pdfs, problems + _report_fonts(plan.fonts, filled)


def _pdf_name(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(".pdf"))


def _report_fonts(fonts: Fonts, filled: Filled) -> list[Diagnostic]:
    """Which fonts LibreOffice replaced, and in which it set what they lack. Diagnostics: EN13, EN14, of no weight."""
    if _PROBE not in filled.beside:
        return []
    installed, _ = list_fonts()
    taken = read_probe(filled.beside[_PROBE], fonts)
    layouts = {name: layout.pdf for name, layout in filled.layouts.items()} | dict(filled.beside)
    used = {name: dict.fromkeys(map(family, list_layout_fonts(pdf))) for name, pdf in layouts.items() if name != _PROBE}
    shown = {name for names in used.values() for name in names}
    problems = []
    for (font, _), other in taken.items():
        is_there = font.casefold() in (installed or ()) or _squeeze(font) == other.casefold()
        if other in shown and not is_there:
            is_same = _squeeze(SAME_WIDTHS.get(font.casefold(), "")) == other.casefold()
            values = {"font": font, "other": other, "widths": Term("same_widths" if is_same else "other_widths")}
            problems.append(Diagnostic("EN13", None, values, Severity.INFO))
    for file, names in used.items():
        if strange := [name for name in names if name not in taken.values()]:
            values = {"file": _pdf_name(file), "fonts": ", ".join(strange)}
            problems.append(Diagnostic("EN14", Span(file), values, Severity.INFO))
    return problems


def _squeeze(name: str) -> str:
    return name.replace(" ", "").replace("-", "").casefold()
