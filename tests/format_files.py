"""A finished volume in a strict look: what tests of format rules start from, and ways to spoil it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lxml import etree
from office_files import parts_of, q, zipped
from pack_files import PRICE_CHAPTER, cut, make_two_volumes, saved, shipped_template
from workspace import edit, root_of, run_check, write

from bidkit.appearance import read_appearance
from bidkit.appendix import load_appendix
from bidkit.bid import Bid
from bidkit.deal.layout import FormatRules
from bidkit.diagnostic import Diagnostic
from bidkit.dressing import make_dressing
from bidkit.ooxml import opc
from bidkit.pack import load_pack
from bidkit.rules.blind import BlindFile
from bidkit.rules.files import check_blind, check_layout
from bidkit.rules.layout import Formatted
from bidkit.source import Workspace
from bidkit.traces import read_traces
from bidkit.volumes import compile_volumes, render_volumes

LEFT_OUT = (PRICE_CHAPTER, "公司概况", "资信文件")
"""Chapters that a blind volume does not have."""
BODY, STYLES, CORE = "word/document.xml", "word/styles.xml", "docProps/core.xml"
STRICT: dict[str, Any] = {
    "paper": "A4",
    "margins": {"top": "2.5cm", "bottom": "2.5cm", "left": "2.5cm", "right": "2.5cm"},
    "text": {
        "east_asian": "宋体",
        "latin": "Times New Roman",
        "size": "小四",
        "line_spacing": "1.5",
        "first_line_indent": "2字符",
    },
    "headings": [{"east_asian": "黑体", "latin": "Arial", "size": "三号", "line_spacing": "1.5"}],
    "tables": {"size": "五号", "line_spacing": "1"},
    "header": "false",
    "page_number": "center",
    "cover": "false",
    "contents": "false",
    "colors": "false",
    "bold": "false",
    "italic": "false",
    "underline": "false",
}
PROSE = """\
# 数据流程

二十四个站点各装一台**边缘采集网关**，数据每十秒经*专线*上报 `platform`。

- 断网时本地保存四十五天
- 恢复后自动补传

| 项目 | 指标 |
| --- | --- |
| 延迟 | 10 s |

> 引自用户手册，见[说明](https://docs.example/a)。

1. 安装
2. 联调

![现场](site.png)
"""


def make_rules(values: Mapping[str, Any]) -> FormatRules:
    return FormatRules.model_validate(values)


def blind_docx() -> bytes:
    return saved(cut(shipped_template(), lambda chapter: chapter not in LEFT_OUT))


@lru_cache
def plain_volume() -> tuple[Bid, bytes]:
    """A bid and its technical volume as the shipped template makes it, with one of everything that a text can have."""
    from office_files import png

    with TemporaryDirectory() as folder:
        deal = make_two_volumes(Path(folder), templates={"technical": blind_docx()})
        write(deal.with_name("overview.md"), PROSE)
        write(deal.with_name("site.png"), png())
        text = deal.read_text(encoding="utf-8")
        start, end = text.index("  overview: |"), text.index("  products: [GW-200]\n  plan")
        edit(deal, text[start:end], "  overview: {file: overview.md}\n")
        result = run_check(deal)
        assert result.bid is not None, result.diagnostics
        workspace = Workspace(root_of(deal))
        pack, _ = load_pack(workspace, "mine")
        appendix, _ = load_appendix(workspace, result.bid, "deals/water/deal.yaml")
        assert pack is not None
        volumes, _ = compile_volumes(pack, result.bid)
        files, problems = render_volumes(volumes[:1], result.bid, appendix, "deals/water/deal.yaml", is_draft=False)
        assert files is not None, problems
        return result.bid, next(iter(files.files.values()))


@lru_cache
def dressed(rules: FormatRules, content: bytes | None = None) -> bytes:
    """A volume (the plain one) as the rules want it."""
    package, _ = opc.read_package(plain_volume()[1] if content is None else content, "t.docx")
    assert package is not None
    return opc.write_package(make_dressing(rules, "")(package))


def judge(content: bytes, rules: FormatRules) -> list[Diagnostic]:
    """What the rules say of how a file looks."""
    look = read_appearance(content, "t.docx")
    assert look is not None
    return check_layout(Formatted(rules, look), "tender")


def search(content: bytes, bid: Bid, **options: Any) -> list[Diagnostic]:
    """What tells whose a file is."""
    return check_blind(BlindFile(bid, "t.docx", read_traces(content, "t.docx"), **options))


def change(content: bytes, part: str, alter: Callable[[etree._Element], object]) -> bytes:
    """The file with one part altered as a tree."""
    parts = parts_of(content)
    tree = etree.fromstring(parts[part])
    alter(tree)
    return zipped({**parts, part: opc.serialize(tree)})


def shown_runs(tree: etree._Element) -> list[etree._Element]:
    return [run for run in tree.iter(q("w:r")) if "".join(t.text or "" for t in run.findall(q("w:t"))).strip()]


def properties(element: etree._Element, name: str) -> etree._Element:
    found = element.find(q(name))
    if found is None:
        found = etree.Element(q(name))
        element.insert(0, found)
    return found


def mark(element: etree._Element, name: str, **values: str) -> None:
    """Set an element inside of properties, whatever was there."""
    for old in element.findall(q(name)):
        element.remove(old)
    made = etree.SubElement(element, q(name))
    for key, value in values.items():
        made.set(q(f"w:{key}"), value)


@dataclass(frozen=True)
class Spoil:
    """One way to spoil a file: the code that must say so, the part, and what is done to it with some chance."""

    code: str
    part: str
    alter: Callable[[etree._Element, random.Random], object]


def _run(name: str, **values: str) -> Callable[[etree._Element, random.Random], object]:
    return lambda tree, chance: mark(properties(chance.choice(shown_runs(tree)), "w:rPr"), name, **values)


def _text_paragraphs(tree: etree._Element) -> Iterator[etree._Element]:
    for paragraph in tree.iter(q("w:p")):
        runs = [run for run in shown_runs(paragraph) if next(run.iterancestors(q("w:p"))) is paragraph]
        if runs and paragraph.find(f".//{q('w:drawing')}") is None:
            yield paragraph


def _paragraph(name: str, **values: str) -> Callable[[etree._Element, random.Random], object]:
    def alter(tree: etree._Element, chance: random.Random) -> None:
        mark(properties(chance.choice(list(_text_paragraphs(tree))), "w:pPr"), name, **values)

    return alter


def _body_text(tree: etree._Element, chance: random.Random) -> None:
    styled = [p for p in _text_paragraphs(tree) if (_s := p.find(f".//{q('w:pStyle')}")) is not None]
    plain = [p for p in styled if p.find(f".//{q('w:pStyle')}").get(q("w:val")) == "BodyText"]  # type: ignore[union-attr]
    mark(properties(chance.choice(plain), "w:pPr"), "w:ind", firstLineChars="0", firstLine="0")


def _section(name: str, key: str, value: str) -> Callable[[etree._Element, random.Random], object]:
    def alter(tree: etree._Element, chance: random.Random) -> None:
        section = chance.choice(list(tree.iter(q("w:sectPr"))))
        found = section.find(q(name))
        found = etree.SubElement(section, q(name)) if found is None else found
        found.set(q(key), value)

    return alter


def _style(name: str, **values: str) -> Callable[[etree._Element, random.Random], object]:
    """Change a style that is surely used: that of body text, captions, headings or table text."""

    def alter(tree: etree._Element, chance: random.Random) -> None:
        wanted = chance.choice(["BodyText", "Caption", "Heading2", "TableText"])
        style = next(item for item in tree.iter(q("w:style")) if item.get(q("w:styleId")) == wanted)
        found = style.find(q("w:rPr"))
        mark(etree.SubElement(style, q("w:rPr")) if found is None else found, name, **values)

    return alter


def _cell_shade(tree: etree._Element, chance: random.Random) -> None:
    cell = chance.choice(list(tree.iter(q("w:tc"))))
    mark(properties(cell, "w:tcPr"), "w:shd", val="clear", fill="FFFF00")


def _border(tree: etree._Element, chance: random.Random) -> None:
    chance.choice(list(tree.iter(q("w:tblBorders"))))[0].set(q("w:color"), "C00000")


def _bold_head(tree: etree._Element, chance: random.Random) -> None:
    """Bold by the table style's first row."""
    style = next(item for item in tree.iter(q("w:style")) if item.get(q("w:styleId")) == "BidTable")
    head = next(item for item in style.iter(q("w:tblStylePr")) if item.get(q("w:type")) == "firstRow")
    mark(properties(head, "w:rPr"), "w:b")


def _number(name: str, **values: str) -> Callable[[etree._Element, random.Random], object]:
    """Change the numbers of the chapters."""

    def alter(tree: etree._Element, chance: random.Random) -> None:
        level = next(lvl for lvl in tree.iter(q("w:lvl")) if lvl.find(q("w:pStyle")) is not None)
        found = level.find(q("w:rPr"))
        mark(etree.SubElement(level, q("w:rPr")) if found is None else found, name, **values)

    return alter


def _footer_text(tree: etree._Element, chance: random.Random) -> None:
    run = etree.SubElement(etree.SubElement(tree, q("w:p")), q("w:r"))
    etree.SubElement(run, q("w:t")).text = "乙"


SPOILS = {
    "size of a run": Spoil("PK20", BODY, _run("w:sz", val="26")),
    "fonts of a run": Spoil("PK20", BODY, _run("w:rFonts", ascii="楷体", hAnsi="楷体", eastAsia="楷体")),
    "theme font of a run": Spoil("PK20", BODY, _run("w:rFonts", asciiTheme="no", eastAsiaTheme="no", hAnsiTheme="no")),
    "complex size of a run": Spoil(
        "PK20",
        BODY,
        lambda tree, chance: (
            run := properties(chance.choice(shown_runs(tree)), "w:rPr"),
            mark(run, "w:cs"),
            mark(run, "w:szCs", val="30"),
        ),
    ),
    "size in a style": Spoil("PK20", STYLES, _style("w:sz", val="40")),
    "size of the numbers": Spoil("PK20", "word/numbering.xml", _number("w:sz", val="40")),
    "spacing of a paragraph": Spoil("PK21", BODY, _paragraph("w:spacing", line="300", lineRule="auto")),
    "exact spacing of a paragraph": Spoil("PK21", BODY, _paragraph("w:spacing", line="360", lineRule="exact")),
    "indent of a paragraph": Spoil("PK21", BODY, _body_text),
    "grid of lines": Spoil(
        "PK21",
        BODY,
        lambda tree, chance: mark(chance.choice(list(tree.iter(q("w:sectPr")))), "w:docGrid", type="lines"),
    ),
    "a margin": Spoil("PK22", BODY, _section("w:pgMar", "w:left", "1200")),
    "a gutter": Spoil("PK22", BODY, _section("w:pgMar", "w:gutter", "300")),
    "a paper": Spoil("PK22", BODY, _section("w:pgSz", "w:w", "12240")),
    "text in the footer": Spoil("PK23", "word/footerSheet.xml", _footer_text),
    "colour of a run": Spoil("PK24", BODY, _run("w:color", val="1F4E79")),
    "grey of a run": Spoil("PK24", BODY, _run("w:color", val="262626")),
    "theme colour of a run": Spoil("PK24", BODY, _run("w:color", val="000000", themeColor="background1")),
    "highlight": Spoil("PK24", BODY, _run("w:highlight", val="yellow")),
    "shade of a run": Spoil("PK24", BODY, _run("w:shd", val="clear", fill="EEEEEE")),
    "shade of a cell": Spoil("PK24", BODY, _cell_shade),
    "line of a table": Spoil("PK24", STYLES, _border),
    "colour in a style": Spoil("PK24", STYLES, _style("w:color", val="808080")),
    "colour of the numbers": Spoil("PK24", "word/numbering.xml", _number("w:color", val="808080")),
    "pattern of a cell": Spoil(
        "PK24",
        BODY,
        lambda tree, chance: mark(
            properties(chance.choice(list(tree.iter(q("w:tc")))), "w:tcPr"), "w:shd", val="pct25", fill="auto"
        ),
    ),
    "engraved run": Spoil("PK24", BODY, _run("w:imprint")),
    "size in another unit": Spoil("PK20", BODY, _run("w:sz", val="12pt")),
    "bold run": Spoil("PK24", BODY, _run("w:b")),
    "italic run": Spoil("PK24", BODY, _run("w:i")),
    "underlined run": Spoil("PK24", BODY, _run("w:u", val="single")),
    "bold in a style": Spoil("PK24", STYLES, _style("w:b")),
    "bold by the table's first row": Spoil("PK24", STYLES, _bold_head),
}
