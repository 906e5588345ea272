"""Rich text, listings and raw XML: what they print, and what they refuse."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from office_files import NAMESPACES, W, q, text_of

from bidkit.ooxml.fields import Numbering
from bidkit.ooxml.links import make_url_id, read_url_id
from bidkit.ooxml.rich import RP, Listing, R, RichText, RichTextParagraph, Xml, merge_properties
from bidkit.ooxml.values import Rendering, Site, Styles, text_xml

STYLES = Styles({("character", "strong"): "a7", ("paragraph", "body text"): "a5", ("paragraph", "heading 2"): "2"}, {})
TAG = "<w:rPr><w:b/><w:sz w:val='20'/></w:rPr>".replace("'", '"')
SITE = Site('<w:pPr><w:jc w:val="center"/></w:pPr>', 1, 1, TAG)
PLAIN = Site("", 1, 1)


def rendering(*taken: str) -> Rendering:
    return Rendering(STYLES, Numbering({}), count(1), count(1), frozenset(taken))


def parsed(xml: str) -> etree._Element:
    return etree.fromstring(
        f"<x {NAMESPACES} xmlns:w14='http://schemas.microsoft.com/office/word/2010/wordml'>{xml}</x>"
    )


def shown(xml: str) -> list[str]:
    """The text of each paragraph of XML printed inside an open run of a paragraph."""
    root = parsed(f"<w:p><w:r><w:t>{xml}</w:t></w:r></w:p>")
    return [text_of(paragraph) for paragraph in root.iter(q("w:p"))]


def formats(text: RichText, site: Site = PLAIN) -> list[list[str]]:
    """The names in the w:rPr of each run."""
    runs = parsed(text.runs(rendering(), site)).iter(q("w:r"))
    return [[etree.QName(item).localname for item in run.iterfind(f"{q('w:rPr')}/*")] for run in runs]


def properties(text: RichText, site: Site = PLAIN) -> dict[str, dict[str, str]]:
    """The attributes in the w:rPr of the only run by element."""
    (run,) = parsed(text.runs(rendering(), site)).iter(q("w:r"))
    return {
        etree.QName(item).localname: {etree.QName(name).localname: value for name, value in item.attrib.items()}
        for item in run.iterfind(f"{q('w:rPr')}/*")
    }


# control characters


def test_text_without_control_characters_is_given_back_as_it_is() -> None:
    text = "价格 1,200.00 “x” é 😀"
    assert text_xml(text, SITE) is text


def test_line_feed_is_a_break_and_tab_a_tab() -> None:
    assert shown(text_xml("a\nb\r\nc\rd\te", SITE)) == ["a\nb\nc\nd\te"]


def test_bell_begins_a_paragraph_in_the_format_of_the_tag() -> None:
    xml = text_xml("a\ab", SITE)
    root = parsed(f"<w:p><w:r><w:t>{xml}</w:t></w:r></w:p>")
    second = root[1]
    assert shown(xml) == ["a", "b"]
    assert second.find(f"{q('w:pPr')}/{q('w:jc')}") is not None
    assert second.find(f"{q('w:r')}/{q('w:rPr')}/{q('w:b')}") is not None


def test_form_feed_is_a_paragraph_that_breaks_the_page_and_a_new_one() -> None:
    xml = text_xml("a\fb", SITE)
    assert shown(xml) == ["a", "\n", "b"]
    assert [item.get(q("w:type")) for item in parsed(f"<w:p><w:r><w:t>{xml}</w:t></w:r></w:p>").iter(q("w:br"))] == [
        "page"
    ]


@pytest.mark.parametrize("control", ["\a", "\f"])
@pytest.mark.parametrize(
    "site",
    [Site("", 1, 1, can_split=False), Site("<w:pPr><w:sectPr/></w:pPr>", 1, 1)],
    ids=["inside a link", "at a section's end"],
)
def test_new_paragraph_is_refused_where_none_can_begin(control: str, site: Site) -> None:
    with pytest.raises(ValueError, match=f"U\\+{ord(control):04X}"):
        text_xml(f"a{control}b", site)


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x0b", "\x1b", "\ud800", "\ufffe"])
def test_character_that_xml_cannot_hold_is_refused_with_its_number(character: str) -> None:
    with pytest.raises(ValueError, match=f"U\\+{ord(character):04X}"):
        text_xml(f"a{character}", SITE)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")))
def test_every_other_text_is_printed_as_it_is(text: str) -> None:
    assert shown(text_xml(text, SITE)) == [text]


# rich text


def test_text_of_rich_text_is_escaped() -> None:
    assert text_of(parsed(RichText('AT&T <b> "R&D" < 5').runs(rendering(), PLAIN))) == 'AT&T <b> "R&D" < 5'


def test_all_properties_come_in_schema_order() -> None:
    text = RichText(
        "x", color="#ff0000", highlight="00FF00", size=24, superscript=True, bold=True, italic=True, underline="wave",
        strike=True, font="eastAsia:SimSun", rtl=True, lang="zh-CN",
    )  # fmt: skip
    assert formats(text) == [
        ["rFonts", "b", "bCs", "i", "iCs", "strike", "color", "sz", "szCs", "u", "shd", "vertAlign", "rtl", "lang"]
    ]
    found = properties(text)
    assert found["color"] == {"val": "ff0000"}
    assert found["shd"] == {"val": "clear", "color": "auto", "fill": "00FF00"}
    assert found["sz"] == found["szCs"] == {"val": "24"}
    assert found["u"] == {"val": "wave"}
    assert found["vertAlign"] == {"val": "superscript"}
    assert found["rFonts"] == dict.fromkeys(("ascii", "hAnsi", "cs", "eastAsia"), "SimSun")


@pytest.mark.parametrize(
    ("given", "kind"), [(True, "single"), ("double", "double"), ("dotDotDash", "dotDotDash"), ("?", "single")]
)
def test_underline_is_the_kind_that_is_asked_for_or_a_single_line(given: bool | str, kind: str) -> None:
    assert properties(RichText("x", underline=given))["u"] == {"val": kind}


def test_font_without_region_leaves_the_east_asian_font_alone() -> None:
    assert properties(RichText("x", font="Arial"))["rFonts"] == {"ascii": "Arial", "hAnsi": "Arial", "cs": "Arial"}


def test_what_rich_text_does_not_say_is_as_the_tags_run() -> None:
    assert properties(RichText("x", color="ff0000"), SITE) == {"b": {}, "color": {"val": "ff0000"}, "sz": {"val": "20"}}


def test_what_rich_text_says_wins_over_the_tags_run() -> None:
    run = (
        '<w:rPr><w:color w:val="000000" w:themeColor="accent1"/><w:highlight w:val="yellow"/><w:sz w:val="20"/></w:rPr>'
    )
    found = properties(RichText("x", color="ff0000", highlight="00ff00", size=30), Site("", 1, 1, run))
    assert found["color"] == {"val": "ff0000"}
    assert found["sz"] == {"val": "30"}
    assert "highlight" not in found and found["shd"]["fill"] == "00ff00"


def test_fonts_are_merged_by_region_and_a_theme_font_gives_way() -> None:
    run = '<w:rPr><w:rFonts w:asciiTheme="minorHAnsi" w:eastAsia="宋体" w:hint="eastAsia"/></w:rPr>'
    found = properties(RichText("x", font="Arial"), Site("", 1, 1, run))["rFonts"]
    assert found == {"eastAsia": "宋体", "hint": "eastAsia", "ascii": "Arial", "hAnsi": "Arial", "cs": "Arial"}


def test_tracked_formatting_of_the_tag_is_not_taken_over_and_extensions_stand_last() -> None:
    run = (
        '<w:rPr><w:ins w:id="1" w:author="x"/><w14:glow w14:rad="1"><w14:srgbClr w14:val="FF0000"/></w14:glow>'
        '<w:rPrChange w:id="2" w:author="x"><w:rPr><w:i/></w:rPr></w:rPrChange></w:rPr>'
    )
    assert merge_properties(run, [("w:b", "<w:b/>")]) == (
        '<w:rPr><w:b/><w14:glow w14:rad="1"><w14:srgbClr w14:val="FF0000"/></w14:glow></w:rPr>'
    )


def test_named_style_is_found_by_id_or_name_and_takes_nothing_from_the_tag() -> None:
    assert properties(RichText("x", style="Strong"), SITE) == {"rStyle": {"val": "a7"}}
    assert properties(RichText("x", style="a7", bold=True), SITE) == {"rStyle": {"val": "a7"}, "b": {}}


def test_rich_text_inside_rich_text_is_copied_when_it_is_added() -> None:
    inner = RichText("b", bold=True)
    outer = RichText("a")
    outer.add(inner)
    inner.add("c")
    outer.add(outer)
    assert text_of(parsed(outer.runs(rendering(), PLAIN))) == "abab"
    assert formats(outer) == [[], ["b"], [], ["b"]]


def test_nothing_gives_no_run_and_an_empty_text_an_empty_one() -> None:
    assert RichText().runs(rendering(), PLAIN) == RichText("").runs(rendering(), PLAIN) == ""
    text = RichText()
    text.add("")
    assert formats(text) == [[]]


def test_bytes_and_numbers_are_texts() -> None:
    text = RichText("é".encode())
    text.add(12)
    assert text_of(parsed(text.runs(rendering(), PLAIN))) == "é12"


def test_rendering_twice_gives_the_same() -> None:
    text = RichText("x\ay", bold=True)
    assert text.runs(rendering(), SITE) == text.runs(rendering(), SITE)


def test_new_paragraph_in_rich_text_has_the_format_of_its_piece() -> None:
    runs = RichText("a\ab", color="ff0000").runs(rendering(), SITE)
    root = parsed(f"<w:p>{runs}</w:p>")
    assert [text_of(item) for item in root] == ["a", "b"]
    assert [len(list(item.iter(q("w:color")))) for item in root] == [1, 1]


def test_link_gets_a_relationship_of_the_part_that_prints_it() -> None:
    part = rendering("rIdBid1")
    text = RichText("x", url_id=make_url_id("https://example.org/?a=1&b=ü z"))
    (link,) = parsed(text.runs(part, PLAIN))
    rid = link.get(q("r:id"), "")
    assert rid not in part.taken
    assert part.relationships[rid][1:] == ("https://example.org/?a=1&b=ü%20z", True)
    assert text.runs(part, PLAIN) == text.runs(part, PLAIN)
    assert len(part.relationships) == 1


def test_link_id_of_the_template_is_used_as_it_is_and_an_unknown_one_refused() -> None:
    assert 'r:id="rId7"' in RichText("x", url_id="rId7").runs(rendering("rId7"), PLAIN)
    with pytest.raises(ValueError, match="rId7"):
        RichText("x", url_id="rId7").runs(rendering(), PLAIN)


def test_paragraph_cannot_begin_inside_a_link() -> None:
    with pytest.raises(ValueError, match=r"U\+0007"):
        RichText("a\ab", url_id=make_url_id("https://example.org")).runs(rendering(), PLAIN)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_url_is_read_back_from_its_id(url: str) -> None:
    found = read_url_id(make_url_id(url))
    assert found is not None and make_url_id(found) == make_url_id(url)


@pytest.mark.parametrize("wrong", [{"color": "red"}, {"highlight": "#12"}, {"size": 0.2}, {"size": "big"}])
def test_value_that_word_cannot_read_is_refused_when_it_is_added(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"RRGGBB|half-points|could not convert"):
        RichText("x", **wrong)


def test_short_names_are_the_same_classes() -> None:
    assert (RichText, RichTextParagraph) == (R, RP)


def test_rich_paragraphs_have_their_style_or_the_tags_format() -> None:
    text = RP("first", parastyle="Body Text")
    text.add(RichText("second", bold=True))
    first, second = parsed(text.blocks(rendering(), SITE))
    assert [text_of(first), text_of(second)] == ["first", "second"]
    assert [item.get(q("w:val")) for item in first.iter(q("w:pStyle"))] == ["a5"]
    assert next(first.iter(q("w:b")), None) is None
    assert [item.get(q("w:val")) for item in second.iter(q("w:jc"))] == ["center"]
    assert [item.get(q("w:val")) for item in second.iter(q("w:sz"))] == ["20"]


def test_rich_texts_are_printed_as_xml_outside_of_a_template() -> None:
    assert f"{RichText('x', bold=True)}" == '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">x</w:t></w:r>'
    assert str(RP("x")) == RP("x").__html__() == f"<w:p>{RichText('x').xml}</w:p>"


def test_listing_is_a_text_with_control_characters() -> None:
    assert shown(text_xml(Listing("a & b\nc\ad"), SITE)) == ["a & b\nc", "d"]


# raw XML


def printed(text: str, site: Site = SITE) -> str:
    """Raw XML in a paragraph of its own, or as it is."""
    value = Xml(text)
    if value.level in ("tr", "tc"):
        return (value.rows if value.level == "tr" else value.cells)(rendering("rId1"), site)
    return value.blocks(rendering("rId1"), site)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("AT&amp;T", ""),
        ("<w:br/>", ""),
        ("<w:r><w:t>x</w:t></w:r>", "r"),
        ('<w:ins w:id="1" w:author="x"><w:r><w:t>x</w:t></w:r></w:ins>', "r"),
        ("<w:sdt><w:sdtPr/><w:sdtContent><w:p/></w:sdtContent></w:sdt>", "p"),
        ("<w:p/>\n<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>", "p"),
        ("<w:tr><w:tc><w:p/></w:tc></w:tr>", "tr"),
        ("<w:tc><w:p/></w:tc>", "tc"),
        (f'<w:p xmlns:w="{W}"/>', "p"),
    ],
)
def test_level_of_raw_xml_is_found(text: str, level: str) -> None:
    assert Xml(text).level == level


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<w:p>", "tag mismatch"),
        ("a & b", "EntityRef"),
        ("&nbsp;", "nbsp"),
        ("<b>x</b>", "<b> xmlns"),
        ("<w:p xmlns:w='http://example.org/w'/>", "http://example.org/w"),
        (f'<p xmlns="{W}"/>', "<p>"),
        ("<w:p/><w:r/>", r"<w:p> \+ <w:r>"),
        ("text<w:p/>", r"<w:p> \+ text"),
        ("<w:r><w:r/></w:r>", "<w:r> in <w:r>"),
        ("<w:p><w:r><w:p/></w:r></w:p>", "<w:p> in <w:r>"),
        ("<w:tbl><w:tc/></w:tbl>", "<w:tc> in <w:tbl>"),
        ("<w:r><w:t><w:br/></w:t></w:r>", "<w:br> in <w:t>"),
        ("<w:p>lost</w:p>", "lost in <w:p>"),
        ("<w:p><w:pPr><w:sectPr/></w:pPr></w:p>", "<w:sectPr>"),
        ('<w:r><w:footnoteReference w:id="2"/></w:r>', "<w:footnoteReference>"),
        ("<w:altChunk r:id='rId1'/>", "<w:altChunk>"),
        ("<w:p><!-- x --></w:p>", "<!--"),
        ("</x><x>", "Extra content|mismatch"),
        ("a\ufdd0b", r"U\+FDD0"),
        ("&#xFDD0;", r"U\+FDD0"),
        ("&#0;", "CharRef"),
        ("<!DOCTYPE x><w:p/>", "StartTag"),
    ],
)
def test_raw_xml_that_word_would_not_read_is_refused_at_once(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Xml(text)


def test_entities_bombs_and_files_are_not_read() -> None:
    with pytest.raises(ValueError, match=r"StartTag|DOCTYPE"):
        Xml('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:p><w:r><w:t>&a;</w:t></w:r></w:p>')


def test_raw_text_and_what_stands_in_a_run_get_the_tags_format() -> None:
    for text, expected in (("a &amp; b\nc", "a & b\nc"), ("<w:br/>", "\n"), ("a</w:t><w:br/><w:t>b", "a\nb")):
        (run,) = parsed(Xml(text).runs(rendering(), SITE))
        assert run.find(f"{q('w:rPr')}/{q('w:b')}") is not None
        assert text_of(run) == expected


def test_raw_runs_are_a_paragraph_like_the_tags_for_a_block_tag() -> None:
    (paragraph,) = parsed(printed("<w:r><w:t>x</w:t></w:r>"))
    assert paragraph.find(f"{q('w:pPr')}/{q('w:jc')}") is not None


def test_xml_that_ends_its_paragraph_needs_one_that_may_be_split() -> None:
    text = "a</w:t></w:r></w:p><w:p><w:r><w:t>b"
    assert [text_of(item) for item in parsed(printed(text))] == ["a", "b"]
    with pytest.raises(ValueError, match="</w:p>"):
        Xml(text).runs(rendering(), Site("", 1, 1, can_split=False))


@pytest.mark.parametrize(
    ("text", "method", "tag"),
    [
        ("<w:p/>", "runs", "p"),
        ("<w:tr><w:tc/></w:tr>", "runs", "tr"),
        ("<w:tr><w:tc/></w:tr>", "blocks", "tr"),
        ("<w:tc/>", "rows", "tc"),
        ("<w:p/>", "cells", "p"),
    ],
)
def test_raw_xml_at_another_level_names_the_tag_to_use(text: str, method: str, tag: str) -> None:
    with pytest.raises(TypeError, match=rf"\{{\{{{tag} … \}}\}}"):
        getattr(Xml(text), method)(rendering(), SITE)


def test_cell_of_raw_xml_ends_with_a_paragraph() -> None:
    (row,) = parsed(printed("<w:tr><w:tc/><w:tc><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:tc></w:tr>"))
    assert [etree.QName(cell[-1]).localname for cell in row] == ["p", "p"]


def test_relationship_of_raw_xml_must_be_there() -> None:
    text = '<w:hyperlink r:id="{}"><w:r><w:t>x</w:t></w:r></w:hyperlink>'
    assert 'r:id="rId1"' in printed(text.format("rId1"))
    with pytest.raises(ValueError, match="rId2"):
        printed(text.format("rId2"))
    part = rendering()
    Xml(text.format(make_url_id("https://example.org"))).runs(part, SITE)
    assert [line[1] for line in part.relationships.values()] == ["https://example.org"]


def test_ids_of_raw_xml_are_new_each_time() -> None:
    part = rendering()
    value = Xml(
        '<w:p w14:paraId="1A2B3C4D"><w:bookmarkStart w:id="7" w:name="here"/><w:r><w:drawing><wp:inline>'
        '<wp:docPr id="1" name="x"/></wp:inline></w:drawing></w:r><w:bookmarkEnd w:id="7"/></w:p>'
    )
    root = parsed(value.blocks(part, SITE) + value.blocks(part, SITE))
    drawings = [item.get("id") for item in root.iter(q("wp:docPr"))]
    assert len(set(drawings)) == 2
    starts = [item.get(q("w:id")) for item in root.iter(q("w:bookmarkStart"))]
    assert starts == [item.get(q("w:id")) for item in root.iter(q("w:bookmarkEnd"))]
    assert len(starts) == 1
    assert not [name for item in root.iter() for name in item.attrib if "paraId" in name]


def test_bookmark_without_an_end_is_left_out() -> None:
    assert "bookmark" not in printed('<w:p><w:bookmarkStart w:id="1" w:name="a"/><w:bookmarkEnd w:id="2"/></w:p>')


def test_bookmarks_of_a_foreign_table_of_contents_get_names_of_their_own() -> None:
    root = parsed(
        printed(
            '<w:p><w:hyperlink w:anchor="_Toc00000001"><w:r><w:instrText>PAGEREF _Toc00000001 \\h</w:instrText></w:r>'
            '</w:hyperlink></w:p><w:p><w:bookmarkStart w:id="1" w:name="_Toc00000001"/><w:bookmarkEnd w:id="1"/>'
            '<w:bookmarkStart w:id="2" w:name="_GoBack"/><w:bookmarkEnd w:id="2"/></w:p>'
        )
    )
    (name,) = [item.get(q("w:name"), "") for item in root.iter(q("w:bookmarkStart"))]
    assert not name.startswith("_Toc")
    assert [item.get(q("w:anchor")) for item in root.iter(q("w:hyperlink"))] == [name]
    assert [item.text for item in root.iter(q("w:instrText"))] == [f"PAGEREF {name} \\h"]


def test_namespaces_of_raw_xml_are_declared_where_they_are_used() -> None:
    text = printed(
        '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="w14"><w:t>x</w:t>'
        "</mc:Choice></mc:AlternateContent></w:r></w:p>"
    )
    assert 'xmlns:w14="' in text and 'xmlns:mc="' in text
    assert "xmlns:a=" not in text and "xmlns:w=" not in text
    etree.fromstring(f'<x xmlns:w="{W}">{text}</x>')


def test_heading_of_raw_xml_is_marked_for_the_contents() -> None:
    heading = printed('<w:p><w:pPr><w:pStyle w:val="2"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>')
    other = printed('<w:p><w:pPr><w:pStyle w:val="a5"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>')
    assert "\ufdd0h2\ufdd1" in heading and "\ufdd0e\ufdd1" in heading
    assert "\ufdd0" not in other
