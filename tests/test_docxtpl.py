"""docxtpl's own interface over the compiler: scripts that use it run as they are."""

from __future__ import annotations

import io
from pathlib import Path

import docx as python_docx
import jinja2
import pytest
from docx.document import Document
from markupsafe import Markup
from office_files import core_xml, docx, field, p, parts_of, picture, png, q, r, rows, sound, texts, tr, tree

from bidkit import ooxml
from bidkit.ooxml import DocxTemplate, InlineImage, Mm, RichText, RichTextParagraph, Subdoc, TemplateError, Xml
from bidkit.ooxml.opc import NS_RELS

CORE = core_xml("{{ title }}").replace(
    "</cp:coreProperties>",
    '<dcterms:modified xsi:type="dcterms:W3CDTF">2024-02-29T10:00:00Z</dcterms:modified></cp:coreProperties>',
)


def saved(template: DocxTemplate) -> bytes:
    buffer = io.BytesIO()
    template.save(buffer)
    return sound(buffer.getvalue())


def filled(content: bytes, **context: object) -> bytes:
    template = DocxTemplate(content)
    template.render(context)
    return saved(template)


def relationships(content: bytes, part: str) -> list[str | None]:
    return [item.get("Target") for item in tree(content, part).iter(f"{{{NS_RELS}}}Relationship")]


def test_every_public_name_can_be_imported() -> None:
    assert [name for name in ooxml.__all__ if getattr(ooxml, name, None) is None] == []
    with pytest.raises(AttributeError, match="has no attribute 'nobody'"):
        ooxml.nobody  # noqa: B018 - reading it is the test


def test_template_is_read_from_path_stream_and_bytes(tmp_path: Path) -> None:
    content = docx(p("Dear {{ name }}"))
    (tmp_path / "letter.docx").write_bytes(content)
    for source in (tmp_path / "letter.docx", str(tmp_path / "letter.docx"), io.BytesIO(content), content):
        template = DocxTemplate(source)
        template.render({"name": "AT&T <b>"})
        assert texts(saved(template)) == ["Dear AT&T <b>"]


def test_missing_template_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        DocxTemplate(tmp_path / "none.docx")


def test_file_is_written_to_a_path_and_to_a_stream(tmp_path: Path) -> None:
    template = DocxTemplate(docx(p("{{ x }}")))
    template.render({"x": "1"})
    template.save(tmp_path / "a.docx")
    template.save(str(tmp_path / "b.docx"))
    assert (tmp_path / "a.docx").read_bytes() == (tmp_path / "b.docx").read_bytes() == saved(template)
    assert template.is_saved and template.is_rendered


def test_unknown_names_are_mistakes_unless_docxtpls_way_is_asked_for() -> None:
    template = DocxTemplate(docx(p("a{{ nobody }}b{{ nothing }}")))
    with pytest.raises(TemplateError, match=r"(?s)nobody.*None|TP08"):
        template.render({"nothing": None})
    template.render({"nothing": None}, compat=True)
    assert texts(saved(template)) == ["abNone"]


def test_error_lists_every_mistake_with_its_place() -> None:
    template = DocxTemplate(docx(p("{{ a|nofilter }}"), header=p("{{ b|nofilter2 }}")))
    with pytest.raises(TemplateError) as caught:
        template.render({})
    text = str(caught.value)
    assert len(caught.value.diagnostics) == 2
    assert "template.docx: part word/document.xml" in text
    assert "tag {{ a|nofilter }}" in text and "nofilter2" in text
    assert caught.value.docx_context == text.splitlines()
    assert isinstance(caught.value, jinja2.TemplateError)
    assert not template.is_rendered


def test_broken_file_is_a_template_error() -> None:
    with pytest.raises(TemplateError, match="TP01"):
        DocxTemplate(b"no zip").render({})


def test_filters_tests_and_globals_of_an_environment_are_taken_over() -> None:
    environment = jinja2.Environment()
    environment.filters["twice"] = lambda value: value * 2
    environment.tests["big"] = lambda value: value > 9
    environment.globals["company"] = "Bidder"
    template = DocxTemplate(docx(p("{{ n|twice }} {% if n is big %}big{% endif %} {{ company }}")))
    template.render({"n": 10}, environment)
    assert texts(saved(template)) == ["20 big Bidder"]


def test_one_template_is_filled_many_times() -> None:
    template = DocxTemplate(docx(p("{{ x }}")))
    for value in ("1", "2", "1"):
        template.render({"x": value}, autoescape=True)
        assert texts(saved(template)) == [value]


def test_same_input_gives_the_same_bytes() -> None:
    content = docx(p("{{ x }} {{ image }}"), p("{{p sub }}"), core=CORE)

    def build() -> bytes:
        template = DocxTemplate(content)
        sub = template.new_subdoc()
        sub.add_paragraph("x")
        template.render({"x": "1", "image": InlineImage(template, png()), "sub": sub, "title": "t"})
        return saved(template)

    assert build() == build()


def test_day_of_the_properties_is_the_templates_own_or_the_one_given() -> None:
    template = DocxTemplate(docx(p("x"), core=CORE))
    template.render({"title": "R&D"})
    assert b"2024-02-29" in parts_of(saved(template))["docProps/core.xml"]
    assert b"<dc:title>R&amp;D</dc:title>" in parts_of(saved(template))["docProps/core.xml"]


def test_values_print_in_document_and_header() -> None:
    template = DocxTemplate(
        docx(p("{{ rich }}"), p("{{ image }}"), p("{{p lines }}"), p("{{p raw }}"), header=p("{{ rich }}{{ image }}"))
    )
    rich = RichText("see ")
    rich.add("here", url_id=template.build_url_id("https://example.org/a?b=1&c=2"), color="0000ff")
    template.render(
        {
            "rich": rich,
            "image": InlineImage(template, png(), width=Mm(20), anchor="https://example.org"),
            "lines": RichTextParagraph("line", parastyle="Body Text"),
            "raw": Xml("<w:p><w:r><w:t>raw</w:t></w:r></w:p>"),
        }
    )
    content = saved(template)
    assert texts(content) == ["see here", "", "line", "raw"]
    assert texts(content, "word/header1.xml") == ["see here"]
    for part in ("document", "header1"):
        targets = relationships(content, f"word/_rels/{part}.xml.rels")
        assert {"https://example.org/a?b=1&c=2", "https://example.org"} < set(targets)
        ids = {item.get("Id") for item in tree(content, f"word/_rels/{part}.xml.rels")}
        used = {link.get(q("r:id")) for link in tree(content, f"word/{part}.xml").iter(q("w:hyperlink"))}
        assert used and used <= ids


def test_template_cannot_change_rich_text() -> None:
    template = DocxTemplate(docx(p("{{ rich.add('more') }}{{ rich }}")))
    rich = RichText("once")
    with pytest.raises(TemplateError, match="add"):
        template.render({"rich": rich}, compat=True)
    assert "more" not in rich.xml


def test_environment_that_changes_between_renders_is_read_again() -> None:
    template, environment = DocxTemplate(docx(p("{{ x|f }}"))), jinja2.Environment()
    for result in ("1", "2"):
        environment.filters["f"] = lambda value, result=result: result
        template.render({"x": 0}, environment)
        assert texts(saved(template)) == [result]


def test_safe_text_is_xml_of_the_level_that_it_has() -> None:
    content = filled(
        docx(p(r("{{ broken|safe }}")), p("{{ escaped|e }}")), broken="a</w:t><w:br/><w:t>b", escaped="a & b"
    )
    assert texts(content) == ["a\nb", "a & b"]


def test_markup_that_would_break_the_document_is_an_error_at_its_tag() -> None:
    with pytest.raises(TemplateError, match=r"tag \{\{ x \}\}: TP10 .*<w:tc> in <w:tbl>"):
        filled(docx(p("{{ x }}")), x=Markup("<w:tbl><w:tc/></w:tbl>"))


def test_document_is_the_template_first_and_then_the_result() -> None:
    template = DocxTemplate(docx(p("{{ x }}")))
    assert isinstance(template.docx, Document)
    template.docx.add_paragraph("and {{ x }}")
    template.render({"x": "1"})
    assert [item.text for item in template.get_docx().paragraphs] == ["1", "and 1"]
    template.docx.add_paragraph("behind")
    assert template.core_properties is not None
    assert texts(saved(template)) == ["1", "and 1", "behind"]
    template.render({"x": "2"})
    assert texts(saved(template)) == ["2", "and 2"]


def test_unknown_attribute_is_an_attribute_error() -> None:
    template = DocxTemplate(docx(p("x")))
    with pytest.raises(AttributeError):
        template.nobody  # noqa: B018
    with pytest.raises(AttributeError):
        template._nobody  # noqa: B018


def test_saving_without_filling_replaces_only(tmp_path: Path) -> None:
    (tmp_path / "new.png").write_bytes(png(color="blue"))
    template = DocxTemplate(docx(p("{{ x }}", picture("rIdA", 1, "logo")), media={"rIdA": png()}))
    template.replace_pic("logo", str(tmp_path / "new.png"))
    content = saved(template)
    assert texts(content) == ["{{ x }}"]
    assert png(color="blue") in parts_of(content).values()


def test_pictures_media_and_members_are_replaced_after_filling() -> None:
    content = docx(
        p("{{ x }}", picture("rIdA", 1, "a")), p(picture("rIdB", 2, "b")), media={"rIdA": png(), "rIdB": png(8, 8)}
    )
    template = DocxTemplate(content)
    template.replace_pic("a", io.BytesIO(png(color="blue")))
    template.replace_media(png(8, 8), png(9, 9))
    template.replace_zipname("word/styles.xml", parts_of(content)["word/styles.xml"] + b"\n")
    template.render({"x": "1"})
    parts = parts_of(saved(template))
    assert {png(color="blue"), png(9, 9)} <= set(parts.values())
    assert not {png(), png(8, 8)} & set(parts.values())
    assert parts["word/styles.xml"].endswith(b"\n")
    template.reset_replacements()
    assert {png(), png(8, 8)} <= set(parts_of(saved(template)).values())


def test_replacement_that_is_not_there_is_an_error_unless_it_may_be_missing() -> None:
    template = DocxTemplate(docx(p("x")))
    template.replace_embedded(b"a", b"b")
    template.replace_pic("nobody", png())
    template.render({})
    with pytest.raises(ValueError, match="nobody"):
        template.save(io.BytesIO())
    template.allow_missing_pics = True
    assert texts(saved(template)) == ["x"]


def test_map_of_pictures_has_their_contents_by_name() -> None:
    template = DocxTemplate(docx(p(picture("rIdA", 1, "logo")), media={"rIdA": png()}))
    assert template.get_pic_map() == {"Logo": ("word/media/rIdA.png", png())}


def test_undeclared_variables_are_those_of_all_parts_without_those_of_the_context() -> None:
    content = docx(
        p("{{ a.b }} {% for i in items %}{{ i }}{% endfor %}"),
        header=p("{{ head }}"),
        footer=p("{{ foot|default('x') }}"),
        core=core_xml("{{ title }}"),
    )
    template = DocxTemplate(content)
    assert template.get_undeclared_template_variables() == {"a", "items", "head", "foot", "title"}
    assert template.get_undeclared_template_variables(context={"a": 1, "foot": 2}) == {"items", "head", "title"}
    template.render({"items": "12", "a": {"b": 1}, "head": 1, "title": 2})
    assert template.get_undeclared_template_variables() == {"a", "items", "head", "foot", "title"}


def test_new_subdoc_is_a_subdoc() -> None:
    assert isinstance(DocxTemplate(docx(p("x"))).new_subdoc(), Subdoc)


def test_result_is_opened_by_python_docx() -> None:
    table = f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w='1000'/></w:tblGrid>{tr('{{ x }}')}</w:tbl>"
    content = filled(docx(p(field(" PAGE ", "1")), table), x="cell")
    assert rows(content) == [["cell"]]
    assert python_docx.Document(io.BytesIO(content)).tables[0].cell(0, 0).text == "cell"
