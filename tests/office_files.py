"""Small Word files made in memory for the tests of the template engine and of the reading back."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree
from PIL import Image as Pillow

from bidkit.diagnostic import Diagnostic
from bidkit.ooxml import opc
from bidkit.ooxml.rendered import Rendered, Template
from bidkit.ooxml.template import compile_template
from bidkit.readback import read_docx

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
NAMESPACES = f'xmlns:w="{W}" xmlns:r="{R}" xmlns:wp="{WP}" xmlns:a="{A}" xmlns:pic="{PIC}"'
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
DAY = date(2026, 9, 1)
PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" '
    'w:header="720" w:footer="720" w:gutter="0"/>'
)
WIDTH = 11906 - 2 * 1440

_PARAGRAPH_STYLES = {
    "Normal": "Normal",
    "BodyText": "Body Text",
    "Caption": "caption",
    "Figure": "Figure",
    "TableText": "Table Text",
    "TableHead": "Table Head",
    "QuoteBlock": "Quote Block",
    **{f"Heading{level}": f"heading {level}" for level in range(1, 5)},
    **{f"TOC{level}": f"toc {level}" for level in range(1, 4)},
}
_LIST_STYLES = {"ListBullet": 2, "ListBullet2": 3, "ListNumber": 4, "ListNumber2": 5}
_LEVELS = (("chineseCounting", "第%1章", ""), ("decimal", "%1.%2", "<w:isLgl/>"), ("decimal", "%1.%2.%3", "<w:isLgl/>"))


def t(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text)}</w:t>'


def r(text: str, properties: str = "") -> str:
    """A run; `properties` are the children of its w:rPr."""
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{t(text)}</w:r>"


def p(*runs: str, style: str = "", properties: str = "") -> str:
    """A paragraph of runs; a string that is not XML becomes one run."""
    content = "".join(run if run.startswith("<") else r(run) for run in runs)
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p>{f'<w:pPr>{named}{properties}</w:pPr>' if named or properties else ''}{content}</w:p>"


def tc(*content: str, width: int = 2000) -> str:
    """A cell of blocks; a string that is not XML becomes a paragraph."""
    blocks = "".join(block if block.startswith("<w:") else p(block) for block in content)
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{blocks}</w:tc>'


def tr(*cells: str) -> str:
    return f"<w:tr>{''.join(cell if cell.startswith('<w:tc>') else tc(cell) for cell in cells)}</w:tr>"


def tbl(*rows: str, columns: int = 2) -> str:
    grid = '<w:gridCol w:w="2000"/>' * columns
    head = f'<w:tblPr><w:tblW w:w="{2000 * columns}" w:type="dxa"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    return f"<w:tbl>{head}{''.join(rows)}</w:tbl>"


def field(instruction: str, result: str) -> str:
    """A complex field with a cached result, run by run as Word writes it."""

    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = f'<w:r><w:instrText xml:space="preserve">{escape(instruction)}</w:instrText></w:r>'
    return char("begin") + code + char("separate") + r(result) + char("end")


def contents(instruction: str = ' TOC \\o "1-3" \\h \\z \\u ') -> str:
    """A paragraph that holds a whole table of contents field."""
    return p(field(instruction, "目录"), style="TOC1")


def picture(rid: str, number: int, descr: str = "") -> str:
    """A run with an inline drawing."""
    return (
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="95250" cy="95250"/>'
        f'<wp:docPr id="{number}" name="Logo {number}" descr="{descr}"/><a:graphic>'
        f'<a:graphicData uri="{PIC}"><pic:pic><pic:nvPicPr><pic:cNvPr id="{number}" name="Logo"/><pic:cNvPicPr/>'
        f'</pic:nvPicPr><pic:blipFill><a:blip r:embed="{rid}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="95250" cy="95250"/></a:xfrm><a:prstGeom prst="rect">'
        "<a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    )


def section_end() -> str:
    """What a paragraph's properties hold where a section ends."""
    return f'<w:sectPr><w:type w:val="nextPage"/>{PAGE}</w:sectPr>'


def png(width: int = 20, height: int = 10, color: str = "red", format: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height), color).save(buffer, format)
    return buffer.getvalue()


def styles_xml(without: tuple[str, ...] = (), headings_numbered: bool = True, extra: str = "") -> str:
    out = []
    for style_id, name in _PARAGRAPH_STYLES.items():
        level = int(style_id[-1]) if style_id.startswith("Heading") and headings_numbered else 0
        number = (
            f'<w:pPr><w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="1"/></w:numPr>'
            f'<w:outlineLvl w:val="{level - 1}"/></w:pPr>'
            if 0 < level <= len(_LEVELS)
            else ""
        )
        default = ' w:default="1"' if style_id == "Normal" else ""
        out.append(
            f'<w:style w:type="paragraph"{default} w:styleId="{style_id}"><w:name w:val="{name}"/>{number}</w:style>'
        )
    for style_id, number_id in _LIST_STYLES.items():
        name = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", style_id)
        out.append(
            f'<w:style w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>'
            f'<w:pPr><w:numPr><w:numId w:val="{number_id}"/></w:numPr></w:pPr></w:style>'
        )
    out.append('<w:style w:type="table" w:styleId="BidTable"><w:name w:val="Bid Table"/></w:style>')
    kept = [style for style in out if not any(f'w:styleId="{name}"' in style for name in without)]
    return f"{XML}<w:styles {NAMESPACES}>{''.join(kept)}{extra}</w:styles>"


def numbering_xml(levels: tuple[tuple[str, str, str], ...] = _LEVELS) -> str:
    def level(index: int, kind: str, text: str, extra: str = "", style: str = "") -> str:
        linked = f'<w:pStyle w:val="{style}"/>' if style else ""
        return (
            f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{linked}{extra}'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
        )

    abstracts = [
        "".join(level(n, kind, text, extra, f"Heading{n + 1}") for n, (kind, text, extra) in enumerate(levels)),
        *(
            level(0, "bullet" if "Bullet" in style else "decimal", "•" if "Bullet" in style else "%1.", style=style)
            for style in _LIST_STYLES
        ),
    ]
    xml = "".join(f'<w:abstractNum w:abstractNumId="{n}">{text}</w:abstractNum>' for n, text in enumerate(abstracts))
    xml += "".join(f'<w:num w:numId="{n + 1}"><w:abstractNumId w:val="{n}"/></w:num>' for n, _ in enumerate(abstracts))
    return f"{XML}<w:numbering {NAMESPACES}>{xml}</w:numbering>"


def core_xml(title: str = "{{ title }}", creator: str = "Bidder") -> str:
    return (
        f'{XML}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{title}</dc:title><dc:creator>{creator}</dc:creator></cp:coreProperties>"
    )


def package(
    *body: str,
    header: str = "",
    footer: str = "",
    core: str = "",
    styles: str = "",
    numbering: str = "",
    media: Mapping[str, bytes] | None = None,
    last_section: str = PAGE,
    root: str = NAMESPACES,
) -> dict[str, bytes]:
    """The parts of a sound .docx by name.

    Args:
        header, footer: blocks of word/header1.xml and word/footer1.xml; no part if empty.
        core: docProps/core.xml, for instance made by `core_xml`.
        media: pictures by relationship id of the document part.
    """
    rels: list[tuple[str, str, str]] = [("rId1", "styles", "styles.xml"), ("rId2", "numbering", "numbering.xml")]
    parts = {
        "word/styles.xml": styles or styles_xml(),
        "word/numbering.xml": numbering or numbering_xml(),
    }
    references = ""
    for kind, content, tag in (("header", header, "hdr"), ("footer", footer, "ftr")):
        if content:
            parts[f"word/{kind}1.xml"] = f"{XML}<w:{tag} {root}>{content}</w:{tag}>"
            rels.append((f"rId{kind}", kind, f"{kind}1.xml"))
            references += f'<w:{kind}Reference w:type="default" r:id="rId{kind}"/>'
    rels += [(rid, "image", f"media/{rid}.png") for rid in media or {}]
    section = f"<w:sectPr>{references}{last_section}</w:sectPr>"
    parts["word/document.xml"] = f"{XML}<w:document {root}><w:body>{''.join(body)}{section}</w:body></w:document>"
    parts["word/_rels/document.xml.rels"] = _relationships(rels)
    top = [("rId1", "officeDocument", "word/document.xml")]
    overrides = {"word/document.xml": "document.main", "word/styles.xml": "styles", "word/numbering.xml": "numbering"}
    overrides |= {f"word/{kind}1.xml": kind for kind in ("header", "footer") if f"word/{kind}1.xml" in parts}
    types = "".join(
        f'<Override PartName="/{part}" '
        f'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"/>'
        for part, kind in overrides.items()
    )
    if core:
        parts["docProps/core.xml"] = core
        types += (
            '<Override PartName="/docProps/core.xml" '
            'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        )
    parts["_rels/.rels"] = _relationships(top, "core" if core else "")
    picture_type = '<Default Extension="png" ContentType="image/png"/>' if media else ""
    parts[opc.CONTENT_TYPES] = (
        f'{XML}<Types xmlns="{opc.NS_TYPES}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{picture_type}{types}</Types>'
    )
    files = {name: text.encode() for name, text in parts.items()}
    return files | {f"word/media/{rid}.png": data for rid, data in (media or {}).items()}


def _relationships(lines: list[tuple[str, str, str]], core: str = "") -> str:
    xml = "".join(f'<Relationship Id="{rid}" Type="{R}/{kind}" Target="{to}"/>' for rid, kind, to in lines)
    if core:
        kind = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
        xml += f'<Relationship Id="rIdCore" Type="{kind}" Target="docProps/core.xml"/>'
    return f'{XML}<Relationships xmlns="{opc.NS_RELS}">{xml}</Relationships>'


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip of parts, as another program writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # whatever the time, the same bytes
    return buffer.getvalue()


def blank_pictures(content: bytes) -> bytes:
    """A .docx whose pictures are a point each, which LibreOffice lays out in half the time, on the same pages."""
    package, _ = opc.read_package(content, "")
    assert package is not None
    changed: dict[str, bytes] = {}
    for name in package:
        if name.startswith("word/media/"):
            buffer = io.BytesIO()
            Pillow.new("L", (1, 1), 255).save(buffer, "PNG" if name.endswith(".png") else "JPEG")
            changed[name] = buffer.getvalue()
    return opc.write_package(package.replace(changed))


def docx(*body: str, **options: Any) -> bytes:
    """A .docx; the options are those of `package`."""
    return zipped(package(*body, **options))


def compiled(content: bytes, filters: Mapping[str, Callable[..., Any]] | None = None) -> Template:
    """A template that must compile."""
    template, problems = compile_template(content, "t.docx", filters or {})
    assert template is not None and not problems, problems
    return template


def refusals(content: bytes, context: Mapping[str, Any] | None = None) -> list[Diagnostic]:
    """What is said against a template, when it is compiled or else when it is rendered."""
    template, problems = compile_template(content, "t.docx", {})
    return problems if template is None else template.render(context or {}).problems


def rendered(content: bytes, context: Mapping[str, Any] | None = None) -> Rendered:
    """A template that must compile and render without a problem."""
    result = compiled(content).render(context or {})
    assert not result.problems, result.problems
    return result


def filled(content: bytes, context: Mapping[str, Any] | None = None) -> bytes:
    """The finished file of a template: rendered without a problem, and sound."""
    return sound(rendered(content, context).save(DAY))


def sound(content: bytes) -> bytes:
    """The same file, in which the reading back must find no fault."""
    assert read_docx(content, "out.docx").faults == ()
    return content


def is_safe(content: bytes, context: Mapping[str, Any] | None = None) -> bool:
    """Whether a template is refused with a diagnostic, or gives a sound file: never a broken one."""
    template, problems = compile_template(content, "t.docx", {})
    if template is None:
        return bool(problems)
    result = template.render(context or {})
    return bool(result.problems) or read_docx(result.save(DAY), "out.docx").faults == ()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def tree(content: bytes, part: str = "word/document.xml") -> etree._Element:
    return etree.fromstring(parts_of(content)[part])


def q(name: str) -> str:
    """`w:p` in Clark notation."""
    prefix, _, tag = name.partition(":")
    return f"{{{ {'w': W, 'r': R, 'wp': WP, 'a': A, 'pic': PIC}[prefix] }}}{tag}"


def text_of(element: etree._Element) -> str:
    """The text of an element as a reader sees it; a break is a new line."""
    out = []
    for item in element.iter(q("w:t"), q("w:br"), q("w:tab")):
        is_in_run = item.getparent().tag == q("w:r")  # type: ignore[union-attr]
        if item.tag == q("w:t"):
            out.append(item.text or "")
        elif is_in_run:
            out.append("\n" if item.tag == q("w:br") else "\t")
    return "".join(out)


def texts(content: bytes, part: str = "word/document.xml") -> list[str]:
    """The text of each paragraph of a part, tables included."""
    return [text_of(paragraph) for paragraph in tree(content, part).iter(q("w:p"))]


def rows(content: bytes) -> list[list[str]]:
    """The texts of the cells, row by row, of all tables of the document."""
    return [[text_of(cell) for cell in row.findall(q("w:tc"))] for row in tree(content).iter(q("w:tr"))]


def styled(content: bytes) -> list[tuple[str, str]]:
    """Style id and text of each paragraph of the document."""
    found = []
    for paragraph in tree(content).iter(q("w:p")):
        style = paragraph.find(f"{q('w:pPr')}/{q('w:pStyle')}")
        found.append(("" if style is None else style.get(q("w:val"), ""), text_of(paragraph)))
    return found


def codes(problems: list[Diagnostic]) -> list[str]:
    return [problem.code for problem in problems]


def place_of(problem: Diagnostic) -> dict[str, str]:
    """The place of a diagnostic inside its Office file by kind."""
    assert problem.span is not None, problem
    return dict(problem.span.place)


def names(problems: list[Diagnostic]) -> list[str]:
    """The names that TP04 says are missing."""
    return [str(problem.values["name"]) for problem in problems if problem.code == "TP04"]


def with_part(parts: Mapping[str, bytes], name: str, old: str, new: str) -> dict[str, bytes]:
    """A package with a text in one part exchanged; the text must be there."""
    text = parts[name].decode()
    assert old in text, (name, old)
    return {**parts, name: text.replace(old, new, 1).encode()}


def without_part(parts: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """A package without a part, its content type and its relationships' part kept as they are."""
    return {part: data for part, data in parts.items() if part != name}
