"""The templates that the benchmark renders, made anew and always alike: a bid, a long table, many tags, much media.

Only the standard library is used, so that the files do not depend on any of the engines.
"""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ROOT = f'xmlns:w="{W}" xmlns:r="{R}" xmlns:wp="{WP}" xmlns:a="{A}" xmlns:pic="{PIC}"'
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
EPOCH = (1980, 1, 1, 0, 0, 0)
DOCUMENT = "word/document.xml"

SECTIONS = 60
TABLES = 30
COLUMNS = ("no", "item", "model", "quantity", "price", "total")
BODY = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/><w:sz w:val="24"/>'
STRONG = BODY.replace("<w:sz", '<w:b/><w:color w:val="1F3864"/><w:sz')
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="8EAADB"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
TEXT = (
    "the supplier delivers installs and tests every pump valve and control cabinet on site within the period that "
    "the contract names and hands over drawings certificates manuals and spare parts lists in two languages so that "
    "operation can begin at once with trained staff under the supervision of the engineer of record"
)
WORDS = TEXT.split()
CHINESE = (
    "投标人承诺按照招标文件的要求完成供货",
    "质保期自验收合格之日起计算",
    "所有设备均为全新原装产品",
    "售后服务响应时间不超过",
)


@dataclass(frozen=True)
class Sample:
    """A template and what fills it."""

    template: bytes
    context: Mapping[str, Any]


def make_bid() -> Sample:
    """A bid of 60 sections and 30 tables: about 0.8 MB of XML, 1.8 MB once it is filled."""
    rng = random.Random(20260901)
    body = [_heading("{{ deal.title }}", 1), _paragraph(rng, "{{ customer.name }}")]
    for number in range(1, SECTIONS + 1):
        body += _section(rng, number)
    header = _simple("{{ company.name }} · {{ deal.id }}")
    footer = _simple("{{ company.address }}, {{ company.phone }}")
    pictures = {f"rIdPic{number}": png(number * 40) for number in (1, 2, 3)}
    return Sample(make_docx("".join(body), pictures, header, footer), _bid_context(rng))


def _bid_context(rng: random.Random) -> dict[str, Any]:
    def lines(table: int) -> list[dict[str, Any]]:
        return [
            {
                "no": f"{table}.{n}",
                "item": _words(rng, 4),
                "model": f"XL-{rng.randrange(1000)}",
                "quantity": n,
                "price": f"{rng.randrange(10**6):,}.00",
                "total": f"{rng.randrange(10**7):,}.00",
                "is_optional": n % 5 == 0,
            }
            for n in range(1, 12)
        ]

    return {
        "deal": {"title": "Water works, lot 17", "id": "XLSW-2026-IT-017", "days": 90, "place": "Shanghai"},
        "customer": {"name": "Xinglan Water Works", "contact": "Ms Li"},
        "company": {"name": "Example Pumps Ltd", "address": "1 Harbour Road", "phone": "+86 21 5555 0100"},
        "sections": [
            {"title": f"Section {n}", "lead": _words(rng, 12), "is_open": n % 3 != 0, "lines": lines(n)}
            for n in range(SECTIONS + 1)
        ],
        "points": [_words(rng, 9) for _ in range(3)],
    }


def _section(rng: random.Random, number: int) -> Iterator[str]:
    own = f"sections[{number}]"
    yield _heading(f"{{{{ {own}.title }}}}", 1 if number % 6 == 1 else 2)
    yield _paragraph(rng, f"{{{{ {own}.lead }}}}")
    yield _control(f"{{%p if {own}.is_open %}}")
    yield _paragraph(rng, "{{ deal.days }}")
    yield _control("{%p else %}")
    yield _paragraph(rng, "{{ deal.place }}")
    yield _control("{%p endif %}")
    yield _paragraph(rng, rng.choice(("{{ customer.name }}", "{{ company.name }}", "{{ deal.id }}")))
    yield _control("{%p for point in points %}")
    yield _paragraph(rng, "{{ loop.index }}. {{ point }}")
    yield _control("{%p endfor %}")
    if number % 20 == 0:
        yield _picture(f"rIdPic{number // 20}", number)
    if number % (SECTIONS // TABLES) == 0:
        yield _price_table(own)
        yield _paragraph(rng, "{{ company.phone }}")


def _price_table(own: str) -> str:
    head = _row([_cell(name.title(), "D9E2F3", STRONG) for name in COLUMNS], "<w:trPr><w:tblHeader/></w:trPr>")
    body = _row([_cell(f"{{{{ line.{name} }}}}") for name in COLUMNS])
    mark = "{% if line.is_optional %}optional{% else %}firm{% endif %}: {{ line.item | title }}, {{ line.model }}"
    note = _row([_cell(mark if n == 1 else "", "F2F2F2") for n in range(len(COLUMNS))])
    rows = [_row([_cell(tag), *[_cell("")] * 5]) for tag in (f"{{%tr for line in {own}.lines %}}", "{%tr endfor %}")]
    return _table([head, rows[0], body, note, rows[1]])


def make_rows(count: int) -> Sample:
    """A table whose one row is repeated: 6 cells each."""
    names = [f"row.{name}" for name in COLUMNS]
    body = [
        _plain_row("No", "Item", "Model", "Quantity", "Price", "Total"),
        _plain_row("{%tr for row in rows %}", *[""] * 5),
        _plain_row(*(f"{{{{ {name} }}}}" for name in names)),
        _plain_row("{%tr endfor %}", *[""] * 5),
    ]
    rng = random.Random(7)
    rows = [
        {"no": n, "item": _words(rng, 3), "model": f"M{n}", "quantity": n % 7, "price": f"{n}.50", "total": f"{7 * n}"}
        for n in range(1, count + 1)
    ]
    return Sample(make_docx(_simple("Price list") + _table(body)), {"rows": rows})


def row_source() -> str:
    """What a plain Jinja template needs for the repeated row of `make_rows`, as its floor.

    Keys are subscripts: for `row.no` Jinja tries an attribute first, which takes three times as long.
    """
    return "{% for row in rows %}" + _plain_row(*(f"{{{{ row['{name}'] }}}}" for name in COLUMNS)) + "{% endfor %}"


def make_cells(rows: int) -> Sample:
    """A table of 6 cells a row, each with a tag of its own, split over three runs as Word does."""
    context = {f"v_{row}_{column}": f"value {row}.{column}" for row in range(rows) for column in range(6)}
    body = [_row([_split_cell(f"v_{row}_{column}") for column in range(6)]) for row in range(rows)]
    return Sample(make_docx(_simple("Figures") + _table(body)), context)


def make_media(megabytes: int = 36) -> Sample:
    """One tag and many large pictures that cannot be packed any further."""
    rng = random.Random(36)
    pictures = {f"rIdPic{number}": rng.randbytes(3_000_000) for number in range(1, megabytes // 3 + 1)}
    body = "".join(_picture(rid, number) for number, rid in enumerate(pictures, 1))
    return Sample(make_docx(_simple("{{ title }}") + body, pictures), {"title": "Pictures of the site"})


# pieces of WordprocessingML


def _words(rng: random.Random, count: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(count))


def _run(text: str, look: str = BODY) -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _paragraph(rng: random.Random, tag: str) -> str:
    """A body paragraph of several runs, its tag split over two of them."""
    half = len(tag) // 2
    runs = [
        _run(f"{_words(rng, 14)} "), _run(rng.choice(CHINESE), STRONG), _run(f" {_words(rng, 8)} "),
        _run(tag[:half]), _run(tag[half:]), _run(f" {_words(rng, 10)}."),
    ]  # fmt: skip
    return (
        '<w:p w:rsidR="00A77B3E" w:rsidRDefault="00A77B3E"><w:pPr><w:pStyle w:val="BodyText"/>'
        '<w:spacing w:line="360" w:lineRule="auto"/><w:ind w:firstLine="480"/></w:pPr>' + "".join(runs) + "</w:p>"
    )


def _heading(text: str, level: int) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="Heading{level}"/><w:keepNext/></w:pPr>{_run(text, STRONG)}</w:p>'


def _simple(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _control(tag: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="BodyText"/></w:pPr>{_run(tag)}</w:p>'


def _cell(text: str, fill: str = "", look: str = BODY) -> str:
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="1500" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr>'
        f'<w:pStyle w:val="TableText"/><w:jc w:val="center"/></w:pPr>{_run(text, look) if text else ""}</w:p></w:tc>'
    )


def _split_cell(name: str) -> str:
    runs = _run("{{ ", STRONG) + _run(name, STRONG) + _run(" }}", STRONG)
    return _cell("").replace("</w:pPr></w:p>", f"</w:pPr>{runs}</w:p>")


def _row(cells: list[str], properties: str = "<w:trPr><w:cantSplit/></w:trPr>") -> str:
    return f'<w:tr w:rsidR="00A77B3E">{properties}{"".join(cells)}</w:tr>'


def _plain_row(*texts: str) -> str:
    cells = (f'<w:tc><w:tcPr><w:tcW w:w="1500" w:type="dxa"/></w:tcPr>{_simple(text)}</w:tc>' for text in texts)
    return f"<w:tr>{''.join(cells)}</w:tr>"


def _table(rows: list[str]) -> str:
    grid = '<w:gridCol w:w="1500"/>' * len(COLUMNS)
    head = f'<w:tblPr><w:tblW w:w="9000" w:type="dxa"/><w:tblBorders>{BORDERS}</w:tblBorders></w:tblPr>'
    return f"<w:tbl>{head}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _picture(rid: str, number: int) -> str:
    return (
        '<w:p><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="1905000" cy="952500"/>'
        f'<wp:docPr id="{number}" name="Picture {number}"/><a:graphic><a:graphicData uri="{PIC}"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="Picture {number}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{rid}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
        '<a:off x="0" y="0"/><a:ext cx="1905000" cy="952500"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def png(width: int, height: int = 20) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + bytes(width) for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


# the package


def make_docx(body: str, pictures: Mapping[str, bytes] | None = None, header: str = "", footer: str = "") -> bytes:
    """A .docx with styles; the pictures' keys are relationship ids of the document."""
    pictures = pictures or {}
    rels = [("rIdStyles", "styles", "styles.xml"), *((rid, "image", f"media/{rid}.png") for rid in pictures)]
    parts = {"word/styles.xml": _styles()}
    references = ""
    for kind, tag, content in (("header", "hdr", header), ("footer", "ftr", footer)):
        if content:
            parts[f"word/{kind}1.xml"] = f"{XML}<w:{tag} {ROOT}>{content}</w:{tag}>"
            rels.append((f"rId{kind}", kind, f"{kind}1.xml"))
            references += f'<w:{kind}Reference w:type="default" r:id="rId{kind}"/>'
    page = '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440"/>'
    section = f"<w:sectPr>{references}{page}</w:sectPr>"
    parts[DOCUMENT] = f"{XML}<w:document {ROOT}><w:body>{body}{section}</w:body></w:document>"
    parts["word/_rels/document.xml.rels"] = _relationships(rels)
    parts["_rels/.rels"] = _relationships([("rId1", "officeDocument", DOCUMENT)])
    files = {"[Content_Types].xml": _types(parts).encode()} | {name: text.encode() for name, text in parts.items()}
    return _zip(files | {f"word/media/{rid}.png": data for rid, data in pictures.items()})


def _styles() -> str:
    names = {"Normal": "Normal", "BodyText": "Body Text", "TableText": "Table Text"}
    names |= {f"Heading{level}": f"heading {level}" for level in (1, 2, 3)}
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{style}"><w:name w:val="{name}"/></w:style>'
        for style, name in names.items()
    )
    return f"{XML}<w:styles {ROOT}>{styles}</w:styles>"


def _relationships(lines: list[tuple[str, str, str]]) -> str:
    xml = "".join(f'<Relationship Id="{rid}" Type="{R}/{kind}" Target="{target}"/>' for rid, kind, target in lines)
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{xml}</Relationships>'


def _types(parts: Mapping[str, str]) -> str:
    kinds = {DOCUMENT: "document.main", "word/styles.xml": "styles", "word/header1.xml": "header"}
    kinds["word/footer1.xml"] = "footer"
    office = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    lines = "".join(
        f'<Override PartName="/{name}" ContentType="{office}.{kind}+xml"/>'
        for name, kind in kinds.items()
        if name in parts
    )
    return (
        f'{XML}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="png" ContentType="image/png"/>{lines}</Types>'
    )


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return buffer.getvalue()


def document_size(content: bytes) -> int:
    """The bytes of a file's document part, unpacked."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.getinfo(DOCUMENT).file_size
