"""Lists of figures and tables, and the pages of everything that a bookmark stands at."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from lxml import etree
from office_files import (
    DAY,
    NAMESPACES,
    codes,
    contents,
    docx,
    field,
    filled,
    p,
    q,
    r,
    refusals,
    rendered,
    sound,
    styled,
    styles_xml,
    tbl,
    tc,
    text_of,
    tr,
    tree,
)

from bidkit.office import lay_out
from bidkit.office.pages import read_destinations, read_outline
from bidkit.ooxml.docxtpl import DocxTemplate
from bidkit.ooxml.markdown import Markdown
from bidkit.ooxml.rich import Xml

FIGURES = (
    '<w:style w:type="paragraph" w:styleId="Figures"><w:name w:val="table of figures"/>'
    '<w:pPr><w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9000"/></w:tabs></w:pPr></w:style>'
)
STYLES = styles_xml(extra=FIGURES)
TABLES = contents(' TOC \\h \\z \\c "表" ').replace("TOC1", "Figures")
PICTURES = contents(' TOC \\h \\z \\c "图" ').replace("TOC1", "Figures")


def caption(label: str, text: str, sequence: str = "") -> str:
    return p(f"{label} ", field(f" SEQ {sequence or label} \\* ARABIC ", "9"), f"  {text}", style="Caption")


def listed(content: bytes) -> list[str]:
    return [text for style, text in styled(content) if style == "Figures"]


# lists of captions


def test_a_list_holds_each_caption_of_its_sequence_as_it_is_printed() -> None:
    body = [
        TABLES,
        PICTURES,
        p("{%p for x in ['甲', 'R&D'] %}"),
        caption("表", "{{ x }}"),
        p("{%p endfor %}"),
        caption("图", "总图"),
        p("{%p if no %}"),
        caption("表", "never"),
        p("{%p endif %}"),
        tbl(tr(tc(caption("表", "in a cell")), "b")),
    ]
    file = filled(docx(*body, styles=STYLES), {"no": False})
    assert listed(file) == ["表 1  甲", "表 2  R&D", "表 3  in a cell", "图 1  总图"]


def test_each_entry_leads_to_its_caption() -> None:
    root = tree(filled(docx(TABLES, caption("表", "a"), caption("图", "b"), caption("表", "c"), styles=STYLES)))
    anchors = [link.get(q("w:anchor")) for link in root.iter(q("w:hyperlink"))]
    marks = {mark.get(q("w:name")): text_of(mark.getparent()) for mark in root.iter(q("w:bookmarkStart"))}  # type: ignore[arg-type]
    assert [marks[anchor] for anchor in anchors] == ["表 1  a", "表 2  c"]
    assert len(marks) == 2


def test_a_list_stays_a_field_that_word_can_update() -> None:
    root = tree(filled(docx(TABLES, caption("表", "a"), caption("表", "b"), styles=STYLES)))
    assert [(item.text or "").strip() for item in root.iter(q("w:instrText"))] == [
        'TOC \\h \\z \\c "表"',
        *["SEQ 表 \\* ARABIC"] * 2,
    ]
    assert "dirty" not in str([element.attrib for element in root.iter(q("w:fldChar"))])


@pytest.mark.parametrize("instruction", ["TOC \\c 表", 'TOC \\h\\c"表"', ' toc \\z \\C "表" '])
def test_the_sequence_is_read_however_it_is_written(instruction: str) -> None:
    body = [contents(instruction).replace("TOC1", "Figures"), caption("表", "a")]
    assert listed(filled(docx(*body, styles=STYLES))) == ["表 1  a"]


def test_old_lines_give_way_to_new_ones() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\h \\c "表" </w:instrText></w:r>'
    separate, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("separate", "end"))
    old = [p(begin, separate, "old", style="Figures"), p("old", style="Figures"), p(end)]
    assert listed(filled(docx(*old, caption("表", "new"), styles=STYLES))) == ["表 1  new"]


def test_a_list_needs_its_style() -> None:
    (problem,) = refusals(docx(TABLES, caption("表", "a")))
    assert (problem.code, problem.values["style"]) == ("TP06", "table of figures")


def test_a_list_without_captions_leaves_a_sound_file() -> None:
    assert listed(filled(docx(TABLES, caption("图", "a"), styles=STYLES))) == [""]


def test_captions_of_texts_and_raw_xml_are_listed_with_those_of_the_template() -> None:
    text = Markdown("表：规格\n\n| a |\n|---|\n| b |\n")
    raw = Xml(caption("表", "raw"))
    body = [TABLES, caption("表", "first"), p("{{p text }}"), p("{{p raw }}"), p("{{p raw }}")]
    file = filled(docx(*body, styles=STYLES), {"text": text, "raw": raw})
    assert listed(file) == ["表 1  first", "表 2  规格", "表 3  raw", "表 4  raw"]


def test_captions_of_a_sub_document_are_counted_and_listed() -> None:
    template = DocxTemplate(docx(TABLES, caption("表", "first"), p("{{p x }}"), styles=STYLES))
    inner = docx(caption("表", "inner"), styles=STYLES)
    template.render({"x": template.new_subdoc(inner)})
    template.save(saved := BytesIO())
    assert listed(sound(saved.getvalue())) == ["表 1  first", "表 2  inner"]


def test_a_number_that_word_wrote_as_one_element_is_counted() -> None:
    simple = f'<w:fldSimple w:instr=" SEQ 表 \\* ARABIC ">{r("7", "<w:b/>")}</w:fldSimple>'
    body = [TABLES, p("表 ", simple, " a", style="Caption"), caption("表", "b")]
    file = filled(docx(*body, styles=STYLES))
    assert listed(file) == ["表 1 a", "表 2  b"]
    bold = [run for run in tree(file).iter(q("w:r")) if run.find(f"{q('w:rPr')}/{q('w:b')}") is not None]
    assert [text_of(run) for run in bold] == ["", "", "", "1", ""]


def test_a_caption_in_a_header_is_not_listed() -> None:
    file = filled(docx(TABLES, caption("表", "a"), header=caption("表", "head"), styles=STYLES))
    assert listed(file) == ["表 1  a"]


def test_a_loop_that_begins_in_a_caption_leaves_a_sound_file() -> None:
    twice = p("{% for x in 'ab' %}表 ", field("SEQ 表 \\* ARABIC", "1"), style="Caption")
    assert listed(filled(docx(TABLES, twice, p("z{% endfor %}"), styles=STYLES))) in (["表 1"], ["表 1", "表 2"])


# pages


def test_pages_of_captions_are_printed_once_they_are_known() -> None:
    result = rendered(docx(TABLES, caption("表", "a"), caption("表", "b"), styles=STYLES))
    assert listed(sound(result.save(DAY))) == ["表 1  a", "表 2  b"]
    pages, lost = result.find_pages([], {"bidkit0": 4, "bidkit1": 17})
    assert lost == []
    assert listed(sound(result.save(DAY, pages))) == ["表 1  a\t4", "表 2  b\t17"]


def test_a_caption_that_the_layout_does_not_have_is_named() -> None:
    result = rendered(docx(TABLES, caption("表", "a"), caption("表", "b"), styles=STYLES))
    _, lost = result.find_pages([], {"bidkit0": 4})
    assert codes(lost) == ["EN07"]
    assert lost[0].values["heading"] == "表 2  b"


def long_text(label: str, sentence: str, count: int) -> str:
    """Chapters of which each has several pages with tables on them."""
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 12
    parts = [f"# Chapter {n}\n\n{sentence * count}\n\n{label}: item {n}\n\n{table}" for n in range(1, 16)]
    return "\n\n".join(parts)


@pytest.mark.office
@pytest.mark.parametrize(
    ("label", "sentence", "count"),
    [
        ("表", "投标人应当按照招标文件的要求编制投标文件。", 160),
        ("Table", "The bidder shall answer each requirement in full. ", 190),
    ],
)
def test_a_list_shows_the_page_on_which_each_caption_stands(label: str, sentence: str, count: int) -> None:
    tables = contents(f' TOC \\h \\z \\c "{label}" ').replace("TOC1", "Figures")
    template = docx(contents(), tables, p("{{p x }}"), styles=STYLES)
    result = rendered(template, {"x": Markdown(long_text(label, sentence, count), table=label)})
    copy = result.save(DAY, is_layout_copy=True)
    pdf = lay_out({"a.docx": copy})[0]["a.docx"]
    pages, lost = result.find_pages(read_outline(pdf), read_destinations(pdf))
    assert lost == []
    file = sound(result.save(DAY, pages))
    assert file == result.save(DAY, pages)
    with pypdfium2.PdfDocument(lay_out({"a.docx": file})[0]["a.docx"]) as final:
        printed = [" ".join(page.get_textpage().get_text_range().split()) for page in final]
    assert len(printed) >= 30
    found = [re.fullmatch(r"(.*)\t(\d+)", line) for line in listed(file)]
    assert len(found) == 15
    starts = {int(line.group(2)) for line in found if line}
    assert max(starts) - min(starts) > 25
    for line in found:
        assert line is not None
        words = " ".join(line.group(1).split())
        assert [n for n, page in enumerate(printed, 1) if f"{words} a b" in page] == [int(line.group(2))], words


@pytest.mark.parametrize("look", ["", "\\* Arabic", "\\* ARABIC \\* MERGEFORMAT", "\\* charformat"])
def test_a_number_may_be_looked_after_in_any_way_that_word_writes(look: str) -> None:
    body = [p("表 ", field(f" SEQ 表 {look} ", "9"), " a", style="Caption")] * 2
    assert [text for _, text in styled(filled(docx(*body)))] == ["表 1 a", "表 2 a"]


def whole_docx(*body: str) -> bytes:
    """A file with all the parts that Word writes: python-docx's, with these paragraphs and the styles of lists."""
    document = Document()
    for style_id, name in {"TOC1": "toc 1", "Figures": "table of figures"}.items():
        style = f'<w:style {NAMESPACES} w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/></w:style>'
        document.styles.element.append(etree.fromstring(style))
    for paragraph in body:
        document.element.body[-1].addprevious(etree.fromstring(paragraph.replace("<w:p>", f"<w:p {NAMESPACES}>", 1)))
    document.save(stream := BytesIO())
    return stream.getvalue()


@pytest.mark.parametrize("is_layout_copy", [False, True])
def test_open_xml_audit_finds_nothing(tmp_path: Path, is_layout_copy: bool) -> None:
    from openxml_audit import OpenXmlValidator

    text = Markdown("# 范围 {#s}\n\n表：规格 {#t}\n\n| a |\n|---|\n| b |\n\n见[](#s)、[](#t)、[下文](#s)。")
    see = p("see ", field("PAGEREF s \\h", "9"), field("REF t \\h", "9"))
    result = rendered(whole_docx(contents(), TABLES, see, p("{{p x }}")), {"x": text})
    pages = dict.fromkeys([*result.targets, *(item.bookmark for item in result.headings)], 2)
    path = tmp_path / "out.docx"
    path.write_bytes(sound(result.save(DAY, None if is_layout_copy else pages, is_layout_copy=is_layout_copy)))
    # python-docx's styles have faults of their own
    errors = [error for error in OpenXmlValidator().validate(path).errors if "styles" not in error.description]
    assert errors == []
