import pytest
from office_files import (
    DAY,
    contents,
    docx,
    field,
    filled,
    is_safe,
    numbering_xml,
    p,
    q,
    refusals,
    rendered,
    section_end,
    sound,
    styled,
    styles_xml,
    tbl,
    tc,
    text_of,
    texts,
    tr,
    tree,
)

from bidkit.ooxml.fields import Numbering, format_number
from bidkit.readback import read_docx

DECIMAL = (("decimal", "%1", ""), ("decimal", "%1.%2", ""), ("decimal", "%1.%2.%3", ""))


def heading(level: int, text: str, properties: str = "") -> str:
    return p(text, style=f"Heading{level}", properties=properties)


def labels(*body: str, **options: str) -> list[str]:
    return [item.label for item in rendered(docx(*body, **options)).headings]


# numbers


@pytest.mark.parametrize(
    ("kind", "number", "text"),
    [
        ("decimal", 12, "12"),
        ("chineseCounting", 1, "一"),
        ("chineseCounting", 10, "十"),
        ("chineseCounting", 11, "十一"),
        ("chineseCounting", 20, "二十"),
        ("chineseCounting", 21, "二十一"),
        ("chineseCounting", 99, "九十九"),
        ("chineseCountingThousand", 12, "十二"),
        ("upperRoman", 4, "IV"),
        ("lowerRoman", 1994, "mcmxciv"),
        ("upperLetter", 1, "A"),
        ("upperLetter", 27, "AA"),
        ("upperLetter", 53, "AAA"),
        ("lowerLetter", 26, "z"),
        ("decimalEnclosedCircle", 3, "③"),
        ("decimalEnclosedCircleChinese", 20, "⑳"),
        ("decimalEnclosedCircle", 21, "21"),
        ("decimalEnclosedParen", 2, "⑵"),
        ("ideographTraditional", 10, "癸"),
        ("decimalZero", 7, "07"),
        ("decimalFullWidth", 12, "１２"),
        ("none", 3, ""),
    ],
)
def test_a_number_is_written_as_word_writes_it(kind: str, number: int, text: str) -> None:
    assert format_number(kind, number) == text


def test_headings_are_numbered_by_the_templates_list() -> None:
    body = [
        heading(1, "a"),
        heading(2, "b"),
        heading(2, "c"),
        heading(3, "d"),
        heading(1, "e"),
        heading(2, "f"),
        heading(4, "g"),
    ]
    assert labels(*body) == ["第一章 a", "1.1 b", "1.2 c", "1.2.1 d", "第二章 e", "2.1 f", "g"]


def test_a_legal_level_shows_chinese_chapters_as_figures() -> None:
    chinese = (("chineseCounting", "第%1章", ""), ("decimal", "%1.%2", ""), ("decimal", "%1.%2.%3", "<w:isLgl/>"))
    body = [heading(1, "a"), heading(2, "b"), heading(3, "c")]
    assert labels(*body, numbering=numbering_xml(chinese)) == ["第一章 a", "一.1 b", "1.1.1 c"]


def test_deeper_levels_start_again_under_each_heading() -> None:
    body = [heading(1, "a"), heading(2, "b"), heading(3, "c"), heading(3, "d"), heading(2, "e"), heading(3, "f")]
    assert labels(*body, numbering=numbering_xml(DECIMAL)) == ["1 a", "1.1 b", "1.1.1 c", "1.1.2 d", "1.2 e", "1.2.1 f"]


def test_a_heading_without_number_is_not_counted() -> None:
    plain = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr>'
    assert labels(heading(1, "a"), heading(1, "b", plain), heading(1, "c")) == ["第一章 a", "b", "第二章 c"]


def test_headings_without_a_list_have_no_number() -> None:
    assert labels(heading(1, "a"), heading(2, "b"), styles=styles_xml(headings_numbered=False)) == ["a", "b"]


def test_an_empty_heading_is_counted_as_word_counts_it_but_not_listed() -> None:
    body = [heading(1, "a"), heading(1, ""), heading(1, "  "), heading(1, "{% if 0 %}x{% endif %}"), heading(1, "b")]
    assert labels(*body) == ["第一章 a", "第五章 b"]


def test_headings_are_counted_as_they_are_printed() -> None:
    body = [
        p("{%p for x in xs %}"), heading(1, "{{ x }}"), p("{%p if x == 'b' %}"), heading(2, "in {{ x }}"),
        p("{%p endif %}"), p("{%p endfor %}"), p("{%p if 0 %}"), heading(1, "never"), p("{%p endif %}"),
        heading(1, "end"),
    ]  # fmt: skip
    found = rendered(docx(*body), {"xs": ["a", "b", "c"]}).headings
    assert [item.label for item in found] == ["第一章 a", "第二章 b", "2.1 in b", "第三章 c", "第四章 end"]
    assert len({item.bookmark for item in found}) == 5


def test_a_list_may_start_at_another_number() -> None:
    numbers = numbering_xml(DECIMAL).replace('<w:start w:val="1"/>', '<w:start w:val="3"/>', 1)
    assert labels(heading(1, "a"), heading(2, "b"), heading(1, "c"), numbering=numbers) == ["3 a", "3.1 b", "4 c"]


def test_numbers_of_one_document_do_not_reach_into_another() -> None:
    first, second = Numbering({}), Numbering({})
    first.next_in("图")
    assert second.next_in("图") == 1
    assert (second.next_in("图"), second.next_in("表")) == (2, 1)


# contents


BODY = [contents(), heading(1, "一 & <二>"), heading(2, "{{ x }}"), p("text"), heading(3, "c"), heading(4, "d")]


def entries(content: bytes) -> list[tuple[str, str]]:
    return [(style, text) for style, text in styled(content) if style.startswith("TOC")]


def test_the_contents_list_every_heading_that_they_show() -> None:
    assert entries(filled(docx(*BODY), {"x": "R&D"})) == [
        ("TOC1", "第一章 一 & <二>"),
        ("TOC2", "1.1 R&D"),
        ("TOC3", "1.1.1 c"),
    ]


@pytest.mark.parametrize(
    ("instruction", "shown"), [(' TOC \\o "1-2" \\h ', 2), ('TOC \\o "1-1"', 1), (" toc \\h \\u ", 3)]
)
def test_the_contents_go_as_deep_as_their_field_says(instruction: str, shown: int) -> None:
    assert len(entries(filled(docx(contents(instruction), *BODY[1:]), {"x": 1}))) == shown


def test_an_instruction_that_is_split_over_runs_is_read_whole() -> None:
    split = contents(' TOC \\o "1-2" \\h ').replace('"1-2"', '"1-</w:instrText></w:r><w:r><w:instrText>2"', 1)
    assert len(entries(filled(docx(split, *BODY[1:]), {"x": 1}))) == 2


def test_each_entry_leads_to_its_heading() -> None:
    root = tree(filled(docx(*BODY), {"x": 1}))
    anchors = [link.get(q("w:anchor")) for link in root.iter(q("w:hyperlink"))]
    marks = {mark.get(q("w:name")): text_of(mark.getparent()) for mark in root.iter(q("w:bookmarkStart"))}  # type: ignore[arg-type]
    assert [marks[anchor] for anchor in anchors] == ["一 & <二>", "1", "c"]


def test_pages_are_printed_once_they_are_known() -> None:
    result = rendered(docx(*BODY), {"x": "b"})
    assert all("\t" not in text for _, text in entries(sound(result.save(DAY))))
    pages = dict(zip((item.bookmark for item in result.headings), (3, 4, 15, 16), strict=True))
    file = sound(result.save(DAY, pages))
    assert [text.split("\t") for _, text in entries(file)] == [
        ["第一章 一 & <二>", "3"],
        ["1.1 b", "4"],
        ["1.1.1 c", "15"],
    ]
    codes = [item.text for item in tree(file).iter(q("w:instrText"))]
    assert sum("PAGEREF" in (code or "") for code in codes) == 3


def test_the_layout_copy_has_page_fields_but_no_contents_field() -> None:
    copy = sound(rendered(docx(*BODY), {"x": 1}).save(DAY, is_layout_copy=True))
    instructions = [(item.text or "").split()[0] for item in tree(copy).iter(q("w:instrText"))]
    assert instructions == ["PAGEREF"] * 3


def test_the_contents_stay_a_field_that_word_can_update() -> None:
    file = filled(docx(*BODY), {"x": 1})
    assert [(item.text or "").strip() for item in tree(file).iter(q("w:instrText"))] == ['TOC \\o "1-3" \\h \\z \\u']
    kinds = [item.get(q("w:fldCharType")) for item in tree(file).iter(q("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"]


def test_old_entries_give_way_to_new_ones() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-3" </w:instrText></w:r>'
    middle = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    old = [
        p(begin, middle, "old 1", field("PAGEREF _Toc1 \\h", "7"), style="TOC1"),
        p("old 2", style="TOC2"),
        p('<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
    ]
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{''.join(old)}</w:sdtContent></w:sdt>"
    file = filled(docx(p("before"), control, heading(1, "new"), p("after")))
    assert texts(file) == ["before", "第一章 new", "new", "after"]


def test_the_section_that_ends_with_the_contents_is_kept() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-3" </w:instrText></w:r>'
    first = p(begin, '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', "old", style="TOC1")
    last = p('<w:r><w:fldChar w:fldCharType="end"/></w:r>', properties=section_end())
    template = docx(first, last, heading(1, "a"))
    if not refusals(template):
        assert len(list(tree(filled(template)).iter(q("w:sectPr")))) == 2


def test_the_text_after_the_contents_field_is_kept() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> TOC \\o "1-3" </w:instrText></w:r>'
    first = p(begin, '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', "old", style="TOC1")
    template = docx(first, p('<w:r><w:fldChar w:fldCharType="end"/></w:r>', "kept {{ x }}"), heading(1, "a"))
    if not refusals(template, {"x": 1}):
        assert "kept 1" in "".join(texts(filled(template, {"x": 1})))


@pytest.mark.parametrize("instruction", [' TOC \\h \\z \\c "图" ', " TOC \\f F \\h "])
def test_a_list_of_figures_is_not_filled_with_headings(instruction: str) -> None:
    template = docx(
        contents(instruction), heading(1, "章"), p("图 ", field(" SEQ 图 \\* ARABIC ", "1"), " 总图", style="Caption")
    )
    if not refusals(template):
        assert texts(filled(template)).count("章") == 1
        assert "章" not in texts(filled(template))[0]


def test_contents_of_a_document_without_headings_leave_a_sound_file() -> None:
    cell = docx(tbl(tr(tc(contents()), "b")), p("a"))
    assert texts(filled(docx(contents(), p("a"))))[-1] == "a"
    assert texts(filled(cell))[-1] == "a"


@pytest.mark.parametrize("value", ["a\nb", "a\tb", "a  b", " a b "])
def test_an_entry_has_the_words_of_its_heading(value: str) -> None:
    read = read_docx(filled(docx(contents(), heading(1, "{{ x }}"), p("z")), {"x": value}), "out.docx")
    assert read.headings == ((1, "a b"),)
    assert read.contents == ("第一章 a b",)
    assert [item.text for item in rendered(docx(heading(1, "{{ x }}")), {"x": value}).headings] == ["a b"]


def test_contents_in_a_template_without_their_styles_are_refused_or_sound() -> None:
    body = [p(field(' TOC \\o "1-3" ', "目录")), heading(1, "a")]
    assert is_safe(docx(*body, styles=styles_xml(without=("TOC1", "TOC2", "TOC3"))))


# captions


def caption(instruction: str = " SEQ 图 \\* ARABIC ") -> str:
    return p("图 ", field(instruction, "1"), " {{ x }}", style="Caption")


def test_captions_are_counted_by_their_sequence() -> None:
    body = [p("{%p for x in 'abc' %}"), caption(), caption(" SEQ 表 \\* ARABIC "), p("{%p endfor %}")]
    assert texts(filled(docx(*body))) == ["图 1 a", "图 1 a", "图 2 b", "图 2 b", "图 3 c", "图 3 c"]


def test_a_caption_that_is_not_printed_is_not_counted() -> None:
    body = [p("{%p if 0 %}"), caption(), p("{%p endif %}"), caption()]
    assert texts(filled(docx(*body), {"x": "a"})) == ["图 1 a"]


def test_captions_stay_fields() -> None:
    file = filled(docx(caption(), caption()), {"x": "a"})
    assert [(item.text or "").strip() for item in tree(file).iter(q("w:instrText"))] == ["SEQ 图 \\* ARABIC"] * 2


@pytest.mark.parametrize(
    ("instruction", "numbers"),
    [
        (" SEQ 图 \\* ARABIC \\s 1 ", ["1", "2", "1", "2"]),
        (" SEQ 图 \\r 5 ", ["5", "5", "5", "5"]),
        (" SEQ 图 \\* ROMAN ", ["I", "II", "III", "IV"]),
    ],
)
def test_a_sequence_field_shows_what_word_would_show_or_is_refused(instruction: str, numbers: list[str]) -> None:
    body = [
        heading(1, "a"),
        caption(instruction),
        caption(instruction),
        heading(1, "b"),
        caption(instruction),
        caption(instruction),
    ]
    template = docx(*body)
    if not refusals(template, {"x": ""}):
        assert [text[2:].strip() for text in texts(filled(template, {"x": ""})) if text.startswith("图")] == numbers


def test_a_chapter_number_in_a_caption_is_not_left_stale() -> None:
    two = p("图 ", field(" STYLEREF 1 \\s ", "9"), "-", field(" SEQ 图 \\* ARABIC \\s 1 ", "9"), " a", style="Caption")
    template = docx(heading(1, "a"), two, heading(1, "b"), two, two, numbering=numbering_xml(DECIMAL))
    if not refusals(template):
        assert [text for text in texts(filled(template)) if text.startswith("图")] == [
            "图 1-1 a",
            "图 2-1 a",
            "图 2-2 a",
        ]


def test_other_fields_are_left_as_they_are() -> None:
    body = p("第 ", field(" PAGE ", "3"), " 页 共 ", field(" NUMPAGES ", "9"), " 页")
    assert texts(filled(docx(p("a"), footer=body)), "word/footer1.xml") == ["第 3 页 共 9 页"]


def test_a_tag_inside_a_fields_result_is_rendered() -> None:
    assert texts(filled(docx(p(field(' HYPERLINK "http://a.example" ', "{{ x }}"))), {"x": "a"})) == ["a"]


def test_a_heading_in_a_cell_is_numbered_in_document_order() -> None:
    body = [heading(1, "a"), tbl(tr(tc(heading(2, "b")), tc(heading(2, "c")))), heading(2, "d")]
    assert labels(*body) == ["第一章 a", "1.1 b", "1.2 c", "1.3 d"]
