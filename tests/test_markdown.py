import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office_files import (
    DAY,
    codes,
    compiled,
    docx,
    filled,
    p,
    parts_of,
    png,
    q,
    refusals,
    rendered,
    rows,
    styled,
    styles_xml,
    tbl,
    tc,
    texts,
    tr,
    tree,
)

from bidkit.ooxml.markdown import Markdown, list_images
from bidkit.ooxml.values import Image, read_image
from bidkit.readback import read_docx

TEMPLATE = docx(p("{{p x }}"), p("end"))
LOGO = read_image(png(), "logo")
assert LOGO is not None
STRONG = (
    '<w:style w:type="character" w:styleId="Strong"><w:name w:val="Strong"/></w:style>'
    '<w:style w:type="character" w:styleId="Emphasis"><w:name w:val="Emphasis"/></w:style>'
)


def write(text: str, template: bytes = TEMPLATE, images: dict[str, Image] | None = None, **options: Any) -> bytes:
    return filled(template, {"x": Markdown(text, images or {}, **options)})


def lines(text: str, **options: Any) -> list[tuple[str, str]]:
    """Style and text of each paragraph that a text makes."""
    found = styled(write(text, **options))
    assert found[-1] == ("", "end")
    return found[:-1]


def looks(text: str, template: bytes = TEMPLATE) -> list[tuple[str, set[str]]]:
    """Each run's text and the names of its properties."""
    out = []
    for run in tree(write(text, template)).iter(q("w:r")):
        shown = "".join(item.text or "" for item in run.findall(q("w:t")))
        properties = run.find(q("w:rPr"))
        out.append((shown, set() if properties is None else {child.tag.rpartition("}")[2] for child in properties}))
    return out[:-1]


# headings and paragraphs


def test_paragraphs_are_body_text() -> None:
    assert lines("a\n\nb & <c>") == [("BodyText", "a"), ("BodyText", "b & <c>")]


@pytest.mark.parametrize(
    ("text", "top", "styles"),
    [
        ("# a\n\n## b", 1, ["Heading1", "Heading2"]),
        ("# a\n\n## b\n\n# c", 2, ["Heading2", "Heading3", "Heading2"]),
        ("## a\n\n### b", 3, ["Heading3", "Heading4"]),
        ("### a\n\n# b", 1, ["Heading3", "Heading1"]),
        ("a\n=\n\nb\n-", 2, ["Heading2", "Heading3"]),
    ],
)
def test_the_highest_heading_gets_the_level_that_is_asked_for(text: str, top: int, styles: list[str]) -> None:
    assert [style for style, _ in lines(text, top=top)] == styles
    assert [style for style, _ in styled(filled(TEMPLATE, {"x": Markdown(text).level(top)}))][:-1] == styles


def test_headings_of_the_text_are_numbered_and_listed() -> None:
    result = rendered(TEMPLATE, {"x": Markdown("# 甲\n\n## 乙 **丙** `d`\n\n# 丁")})
    assert [item.label for item in result.headings] == ["第一章 甲", "1.1 乙 丙 d", "第二章 丁"]


def test_a_heading_deeper_than_the_styles_is_still_a_heading() -> None:
    read = read_docx(write("# a\n\n## b", top=4), "out.docx")
    assert [text for _, text in read.headings] == ["a", "b"]


def test_quotations_and_code_have_their_styles() -> None:
    assert lines("> a\n\nb") == [("QuoteBlock", "a"), ("BodyText", "b")]
    assert lines("```py\nx = 1\n  y\n```") == [("BodyText", "x = 1\n  y")]
    assert lines("    a\n    b") == [("BodyText", "a\nb")]


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("甲\n乙", "甲乙"),
        ("甲，\n乙", "甲，乙"),
        ("甲：\n“乙”", "甲：“乙”"),
        ("one\ntwo", "one two"),
        ("甲\ntwo", "甲 two"),
        ("one\n乙", "one 乙"),
        ("**甲**\n乙", "甲乙"),
        ("甲\n**乙**", "甲乙"),
        ("*甲*\n*乙*", "甲乙"),
        ("**one**\n**two**", "one two"),
        ("[甲](http://a.example)\n乙", "甲乙"),
        ("甲  \n乙", "甲\n乙"),
        ("one\\\ntwo", "one\ntwo"),
    ],
)
def test_a_line_break_joins_chinese_text_and_parts_latin_words(text: str, printed: str) -> None:
    assert lines(text) == [("BodyText", printed)]


# inline


def test_bold_italic_and_code_are_formatted() -> None:
    assert looks("a **b** *c* ***d*** `e`") == [
        ("a ", set()),
        ("b", {"b", "bCs"}),
        (" ", set()),
        ("c", {"i", "iCs"}),
        (" ", set()),
        ("d", {"b", "bCs", "i", "iCs"}),
        (" ", set()),
        ("e", {"rFonts"}),
    ]


def test_bold_and_italic_use_the_templates_styles() -> None:
    template = docx(p("{{p x }}"), p("end"), styles=styles_xml(extra=STRONG))
    assert looks("**b** *c* ***d***", template) == [
        ("b", {"rStyle"}), (" ", set()), ("c", {"rStyle"}), (" ", set()), ("d", {"rStyle", "i", "iCs"}),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("<b>a</b> &amp; &copy;", "<b>a</b> & ©"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("<!-- note -->", "<!-- note -->"),
        ("<w:p/>", "<w:p/>"),
        ("{{ x }} {% if %}", "{{ x }} {% if %}"),
        ("a \\* b \\_ c", "a * b _ c"),
        ("2 * 3 < 4 & 5", "2 * 3 < 4 & 5"),
        ("😀 \ufdd0s0\ufdd1", "😀 \ufdd0s0\ufdd1"),
        ("snake_case_name", "snake_case_name"),
    ],
)
def test_what_is_no_markdown_is_text(text: str, printed: str) -> None:
    assert lines(text) == [("BodyText", printed)]


def test_a_block_of_raw_html_is_text() -> None:
    assert [text for _, text in lines("<div>\n<p>a</p>\n</div>")] == ["<div> <p>a</p> </div>"]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(categories=("L", "N", "Zs", "So", "Sm")), min_size=1).map(str.strip).filter(bool))
def test_plain_words_come_back(value: str) -> None:
    assert texts(PLAIN.render({"x": Markdown(f"a{value}z")}).save(DAY))[0] == f"a{value}z"


PLAIN = compiled(TEMPLATE)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab *_`#>-1.|[](!)\\\n\t:<&~甲", max_size=60))
def test_no_text_breaks_the_file(value: str) -> None:
    result = PLAIN.render({"x": Markdown(value)})
    assert result.problems or read_docx(result.save(DAY), "out.docx").faults == ()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab*_`#>-1.[](!)\\\n\t:<&甲", max_size=60))
def test_no_text_breaks_a_table_cell(value: str) -> None:
    result = CELL.render({"x": Markdown(value)})
    assert result.problems or read_docx(result.save(DAY), "out.docx").faults == ()


CELL = compiled(docx(tbl(tr(tc(p("{{p x }}")), "b"))))


def links(content: bytes) -> list[str]:
    return [
        line for line in parts_of(content)["word/_rels/document.xml.rels"].decode().split("<") if "External" in line
    ]


def test_a_link_is_kept_with_its_text() -> None:
    file = write("see [a **b**](https://a.example/?x=1&y=2 'title') and <mailto:a@b.example>")
    assert texts(file)[0] == "see a b and mailto:a@b.example"
    assert len(links(file)) == 2
    assert any("https://a.example/?x=1&amp;y=2" in line for line in links(file))


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "vbscript:x",
        "other.md",
        "#",
        "\\\\srv\\x",
        "//srv/x",
        "java&#115;cript:x",
    ],
)
def test_other_links_are_dropped_but_their_text_stays(target: str) -> None:
    file = write(f"a [text]({target}) b")
    assert links(file) == []
    assert "text" in texts(file)[0]


@pytest.mark.parametrize("character", ["\x01", "\x0b", "\x1f", "\ufffe"])
def test_a_control_character_is_refused_with_its_place(character: str) -> None:
    for text in (
        f"a{character}b",
        f"# a{character}b",
        f"- a{character}b",
        f"|a{character}b|\n|-|\n",
        f"```\na{character}b\n```",
    ):
        problems = refusals(TEMPLATE, {"x": Markdown(text)})
        assert codes(problems) == ["TP10"]
        assert problems[0].span is not None
        assert dict(problems[0].span.place)["tag"] == "{{p x }}"


# lists


def numbers(content: bytes) -> list[tuple[str, str, str]]:
    """Style, number id and text of each list paragraph."""
    found = []
    for paragraph in tree(content).iter(q("w:p")):
        style = paragraph.find(f"{q('w:pPr')}/{q('w:pStyle')}")
        name = "" if style is None else style.get(q("w:val"), "")
        number = paragraph.find(f"{q('w:pPr')}/{q('w:numPr')}/{q('w:numId')}")
        if name.startswith("List"):
            found.append((name, "" if number is None else number.get(q("w:val"), ""), "".join(paragraph.itertext())))
    return found


def test_bullets_have_the_style_of_their_depth() -> None:
    assert lines("- a\n- b\n  - c\n    - d\n- e") == [
        ("ListBullet", "a"), ("ListBullet", "b"), ("ListBullet2", "c"), ("ListBullet2", "d"), ("ListBullet", "e"),
    ]  # fmt: skip


def starts(content: bytes) -> dict[str, str]:
    """The first number of each list of a file's own, by its id."""
    root = tree(content, "word/numbering.xml")
    return {
        num.get(q("w:numId"), ""): num.find(f"{q('w:lvlOverride')}/{q('w:startOverride')}").get(q("w:val"), "")  # type: ignore[union-attr]
        for num in root.findall(q("w:num"))
        if num.find(f"{q('w:lvlOverride')}/{q('w:startOverride')}") is not None
    }


def test_every_numbered_list_starts_at_one() -> None:
    file = write("1. a\n2. b\n\ntext\n\n1. c\n\n> 1. d")
    found = numbers(file)
    assert [text for _, _, text in found] == ["a", "b", "c", "d"]
    ids = [number for _, number, _ in found]
    assert ids[0] == ids[1]
    assert len({ids[0], ids[2], ids[3]}) == 3
    assert [starts(file)[number] for number in ids] == ["1"] * 4


def test_nested_numbered_lists_each_start_again() -> None:
    file = write("1. a\n   1. b\n   2. c\n2. d\n   1. e\n")
    found = numbers(file)
    assert [(style, text) for style, _, text in found] == [
        ("ListNumber", "a"), ("ListNumber2", "b"), ("ListNumber2", "c"), ("ListNumber", "d"), ("ListNumber2", "e"),
    ]  # fmt: skip
    ids = [number for _, number, _ in found]
    assert ids[0] == ids[3]
    assert ids[1] == ids[2]
    assert len({ids[0], ids[1], ids[4]}) == 3


def test_a_text_printed_twice_has_lists_of_its_own() -> None:
    template = docx(p("{%p for y in [1, 2] %}"), p("{{p x }}"), p("{%p endfor %}"), p("end"), header=p("{{p x }}"))
    file = write("1. a\n2. b", template)
    ids = [number for _, number, _ in numbers(file)]
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert set(ids) < set(starts(file))


def test_bullets_and_numbers_nest_in_each_other() -> None:
    assert [style for style, _ in lines("- a\n  1. b\n  2. c\n- d")] == [
        "ListBullet",
        "ListNumber2",
        "ListNumber2",
        "ListBullet",
    ]


def test_a_numbered_list_keeps_its_own_first_number() -> None:
    file = write("3. a\n4. b")
    assert {starts(file)[number] for _, number, _ in numbers(file)} == {"3"}


def test_a_second_paragraph_of_an_item_has_no_number() -> None:
    found = lines("1. a\n\n   more\n2. b")
    assert [text for _, text in found] == ["a", "more", "b"]
    assert [style for style, _ in found] == ["ListNumber", "BodyText", "ListNumber"]


# tables and pictures


TABLE = "| 名称 | 数量 | 单价 |\n|:--|--:|:-:|\n| a **b** | 1 | 2 |\n| c \\| d | | <3> |"


def test_a_table_keeps_cells_and_alignment() -> None:
    file = write(TABLE)
    assert rows(file) == [["名称", "数量", "单价"], ["a b", "1", "2"], ["c | d", "", "<3>"]]
    root = tree(file)
    aligned = [
        [
            (cell.find(f".//{q('w:jc')}").get(q("w:val")) if cell.find(f".//{q('w:jc')}") is not None else "left")
            for cell in row.iter(q("w:tc"))
        ]  # type: ignore[union-attr]
        for row in root.iter(q("w:tr"))
    ]
    assert aligned == [["left", "right", "center"]] * 3
    assert [style for style, _ in styled(file)][:4] == ["TableHead", "TableHead", "TableHead", "TableText"]
    assert len(list(root.iter(q("w:tblHeader")))) == 1


@pytest.mark.parametrize("count", [1, 2, 3, 12])
def test_the_last_row_of_a_table_does_not_stand_alone_on_a_page(count: int) -> None:
    file = write("\n".join(["| A | B |", "| --- | --- |", *(f"| {number} | x |" for number in range(count))]))
    rows = [
        {len(list(cell.iter(q("w:keepNext")))) for cell in row.iter(q("w:tc"))} for row in tree(file).iter(q("w:tr"))
    ]
    assert rows == [{0}] * (count - 1) + [{1}, {0}]


@pytest.mark.parametrize("lead", ["表：设备 & 清单", "表: 设备 & 清单"])
def test_a_tables_caption_stands_above_it_and_is_numbered(lead: str) -> None:
    file = write(f"{lead}\n\n{TABLE}\n\n{lead}\n\n{TABLE}")
    captions = [text for style, text in styled(file) if style == "Caption"]
    assert [" ".join(text.split()) for text in captions] == ["表 1 设备 & 清单", "表 2 设备 & 清单"]
    assert styled(file)[0][0] == "Caption"
    captioned = [
        item
        for item in tree(file).iter(q("w:p"))
        if "Caption" in [style.get(q("w:val")) for style in item.iter(q("w:pStyle"))]
    ]
    assert [len(list(item.iter(q("w:keepNext")))) for item in captioned] == [1, 1]


def test_a_captions_escapes_are_read() -> None:
    captions = [text for style, text in styled(write(f"表：A\\_B **c**\n\n{TABLE}")) if style == "Caption"]
    assert [" ".join(text.split()) for text in captions] == ["表 1 A_B c"]


def test_a_caption_without_a_table_is_text() -> None:
    assert lines("表：设备") == [("BodyText", "表：设备")]


def test_english_captions_have_their_own_word() -> None:
    file = write(f"Table: Items\n\n{TABLE}", figure="Figure", table="Table")
    assert [" ".join(text.split()) for style, text in styled(file) if style == "Caption"] == ["Table 1 Items"]


def test_a_picture_has_its_caption_below() -> None:
    file = write("a\n\n![总体 *结构*](a.png)\n\n![](a.png)\n\nb", images={"a.png": LOGO})
    assert [(style, " ".join(text.split())) for style, text in styled(file)] == [
        ("BodyText", "a"), ("Figure", ""), ("Caption", "图 1 总体 结构"), ("Figure", ""), ("BodyText", "b"),
        ("", "end"),
    ]  # fmt: skip
    assert len(list(tree(file).iter(q("wp:inline")))) == 2
    assert len([name for name in parts_of(file) if name.startswith("word/media/")]) == 1


def test_a_picture_in_a_line_stays_in_the_line() -> None:
    file = write("a ![x](a.png) b\n\n| c |\n|-|\n| ![x](a.png) |", images={"a.png": LOGO})
    assert next(text for _, text in styled(file)) == "a  b"
    assert len(list(tree(file).iter(q("wp:inline")))) == 2


def test_the_pictures_of_a_text_are_listed_with_their_lines() -> None:
    text = "a\n\n![x](a.png)\n\n- b ![y](sub/b.jpg)\n\n`![z](c.png)`"
    assert list_images(text) == [("a.png", 2), ("sub/b.jpg", 4)]


def test_a_table_at_the_end_of_a_cell_is_followed_by_a_paragraph() -> None:
    file = write(TABLE, docx(tbl(tr(tc(p("{{p x }}")), "b")), p("end")))
    assert next(tree(file).iter(q("w:tc")))[-1].tag == q("w:p")


def test_tables_with_nothing_between_do_not_grow_together() -> None:
    blocks = [child.tag for child in tree(write(f"{TABLE}\n\n<!-- -->\n\n{TABLE}"))[0]]
    assert (q("w:tbl"), q("w:tbl")) not in list(itertools.pairwise(blocks))
    template = docx(p("{{p x }}"), p("{{p x }}"), p("end"))
    blocks = [child.tag for child in tree(write(TABLE, template))[0]]
    assert (q("w:tbl"), q("w:tbl")) not in list(itertools.pairwise(blocks))


def test_a_markdown_value_needs_a_block_tag() -> None:
    assert codes(refusals(docx(p("{{ x }}")), {"x": Markdown("a")})) == ["TP10"]


def test_an_empty_text_leaves_a_sound_file() -> None:
    assert texts(write("")) == ["end"]
    assert rows(write("", docx(tbl(tr(tc(p("{{p x }}")), "b")), p("end")))) == [["", "b"]]
