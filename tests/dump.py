"""Office files as readable text, for golden files and for the dumps beside the shipped templates.

Left out, here and nowhere else: bookmark and drawing ids, relationship ids, table geometry, run formatting but bold.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import openpyxl
from lxml import etree

from bidkit.ooxml import opc

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
MM = 36_000


def dump_docx(content: bytes) -> str:
    """Every part with text: paragraphs with their style, tables row by row, fields and pictures in brackets."""
    parts, problems = opc.read_package(content, "dump")
    assert parts is not None, problems
    names = {
        style.get(f"{W}styleId"): style.find(f"{W}name").get(f"{W}val")
        for style in opc.parse_xml(parts["word/styles.xml"]).iter(f"{W}style")
    }
    out = []
    for name in sorted(parts):
        if name.startswith("word/") and name.endswith(".xml"):
            root = opc.parse_xml(parts[name])
            lines = list(_blocks(root.find(f"{W}body") if root.find(f"{W}body") is not None else root, names))
            if any(line.strip() for line in lines):
                out += [f"=== {name}", *lines]
        if name.startswith("word/charts/") and name.endswith(".xml"):
            out += ["=== chart", *_chart(opc.parse_xml(parts[name]))]
    core = opc.parse_xml(parts["docProps/core.xml"])
    out += ["=== docProps/core.xml", *(f"{etree.QName(item).localname}: {item.text or ''}" for item in core)]
    return "\n".join(out) + "\n"


def _blocks(parent: etree._Element, names: dict[str, str]) -> Iterator[str]:
    for element in parent:
        if element.tag == f"{W}p":
            yield _paragraph(element, names)
        elif element.tag == f"{W}tbl":
            for row in element.iter(f"{W}tr"):
                cells = [" / ".join(_text(p) for p in cell.iter(f"{W}p")) for cell in row.findall(f"{W}tc")]
                yield f"| {' | '.join(cells)} |"
        elif element.tag in (f"{W}sdt", f"{W}sdtContent"):
            yield from _blocks(element, names)
        elif element.tag == f"{W}sectPr":
            yield _section(element)


def _chart(root: etree._Element) -> Iterator[str]:
    """The title of a chart; each of its names with its number."""
    yield "".join(root.find(f"{C}chart/{C}title").itertext())
    names, values = (
        [point.findtext(f"{C}v") for point in root.iterfind(f".//{C}{tag}//{C}pt")] for tag in ("cat", "val")
    )
    yield from (f"{name} | {value}" for name, value in zip(names, values, strict=True))


def _paragraph(paragraph: etree._Element, names: dict[str, str]) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    name = names.get(style.get(f"{W}val"), "?") if style is not None else "Normal"
    section = paragraph.find(f"{W}pPr/{W}sectPr")
    end = f"\n{_section(section)}" if section is not None else ""
    return f"[{name}] {_text(paragraph)}".rstrip() + end


def _section(section: etree._Element) -> str:
    size = section.find(f"{W}pgSz")
    return f"--- section {size.get(f'{W}w')} x {size.get(f'{W}h')}" if size is not None else "--- section"


def _text(paragraph: etree._Element) -> str:
    out = []
    for element in paragraph.iter():
        if element.tag == f"{W}txbxContent":
            out.append(" ‖ ")
        elif element.tag == f"{W}t":
            bold = element.getparent().find(f"{W}rPr/{W}b") is not None
            out.append(f"**{element.text}**" if bold and element.text else element.text or "")
        elif element.tag == f"{W}instrText":
            out.append(f"<{(element.text or '').strip()}>")
        elif element.tag == f"{W}tab" and element.getparent().tag == f"{W}r":
            out.append("\t")
        elif element.tag == f"{W}br":
            out.append("⏎" if element.get(f"{W}type") is None else f"⏎{element.get(f'{W}type')}")
        elif element.tag == f"{WP}extent":
            size = [round(int(element.get(key)) / MM) for key in ("cx", "cy")]
            out.append(f"[picture {size[0]} x {size[1]} mm]")
    return "".join(out)


def dump_xlsx(content: bytes) -> str:
    """Every sheet, cell by cell: value, and the formula where there is one."""
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    formulas = openpyxl.load_workbook(io.BytesIO(content))
    out = []
    for sheet in values.worksheets:
        out.append(f"=== {sheet.title}")
        for row in sheet.iter_rows():
            for cell in row:
                source = formulas[sheet.title][cell.coordinate]
                if cell.value is not None:
                    formula = f"    {source.value}" if source.data_type == "f" else ""
                    out.append(f"{cell.coordinate}: {cell.value}{formula}")
    return "\n".join(out) + "\n"
