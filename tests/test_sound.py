"""What random documents have found, each in its smallest form: nothing that a template holds makes a broken file."""

from __future__ import annotations

from office_files import docx, field, filled, p, picture, png, q, r, text_of, texts, tree

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def box(*blocks: str) -> str:
    """A run with a text box as Word writes it: once for new programs and once for old ones."""
    inside = f"<w:txbxContent>{''.join(blocks)}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="wps"><w:drawing>{inside}</w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict>{inside}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def test_what_a_text_box_shows_twice_has_its_bookmarks_and_numbers_once() -> None:
    marked = '<w:bookmarkStart w:id="7" w:name="own"/><w:bookmarkEnd w:id="7"/>'
    inside = (p("{{ x }}", style="Heading1"), p(marked + r("a")), p(picture("rId9", 1)))
    file = filled(docx(p(box(*inside)), media={"rId9": png()}), {"x": "一"})
    assert [text for text in texts(file) if text] == ["一a一a", "一", "a", "一", "a"]
    names = [start.get(q("w:name")) for start in tree(file).iter(q("w:bookmarkStart"))]
    assert names == ["_Toc00000001", "own"]


def test_a_caption_in_a_text_box_without_tags_is_counted_once() -> None:
    caption = r("图 ") + field("SEQ 图 \\* ARABIC", "1")
    file = filled(docx(p(box(p(caption), p("一", style="Heading1"))), p(caption), p("二", style="Heading1")))
    assert [text for text in texts(file) if "图" in text] == ["图 1一图 1一", "图 1", "图 1", "图 2"]
    names = [start.get(q("w:name")) for start in tree(file).iter(q("w:bookmarkStart"))]
    assert names == ["_Toc00000001", "_Toc00000002"]
