"""Sub-documents: what they bring into a template, what stays behind, and that they leave no fault."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx as python_docx
import openpyxl
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from lxml import etree
from office_files import (
    NAMESPACES,
    W,
    docx,
    numbering_xml,
    p,
    parts_of,
    picture,
    png,
    q,
    sound,
    styled,
    styles_xml,
    text_of,
    texts,
    tree,
)

from bidkit.ooxml import DocxTemplate, Mm, TemplateError
from bidkit.ooxml.opc import NS_RELS

HEAD = f'<x {NAMESPACES} xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml">'


def saved(template: DocxTemplate) -> bytes:
    buffer = io.BytesIO()
    template.save(buffer)
    return sound(buffer.getvalue())


def file(fill: Callable[[Document], object]) -> bytes:
    """The file of a document made with python-docx and its default template."""
    document = python_docx.Document()
    fill(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def add_xml(document: Any, xml: str) -> None:
    """Add blocks in front of the section's properties."""
    for element in etree.fromstring(f"{HEAD}{xml}</x>"):
        document.element.body[-1].addprevious(parse_xml(etree.tostring(element)))


def with_sub(content: bytes, host: bytes | None = None, **context: object) -> bytes:
    """A template with a file's document in it."""
    template = DocxTemplate(host or docx(p("before"), p("{{p sub }}"), p("behind")))
    template.render({"sub": template.new_subdoc(content), **context})
    return saved(template)


def style_names(content: bytes) -> dict[str | None, str | None]:
    """The names of the styles by id."""
    return {
        style.get(q("w:styleId")): style.find(q("w:name")).get(q("w:val"))  # type: ignore[union-attr]
        for style in tree(content, "word/styles.xml").iter(q("w:style"))
    }


def used_styles(content: bytes) -> list[str | None]:
    """The names of the paragraphs' styles; None for one without a style."""
    names = style_names(content)
    return [names[style] if style else None for style, _ in styled(content)]


def targets(content: bytes, part: str = "word/_rels/document.xml.rels") -> dict[str | None, str | None]:
    return {line.get("Id"): line.get("Target") for line in tree(content, part).iter(f"{{{NS_RELS}}}Relationship")}


# made with python-docx


def test_made_document_is_printed_in_the_templates_styles() -> None:
    template = DocxTemplate(docx(p("before"), p("{{p sub }}"), p("behind")))
    sub = template.new_subdoc()
    sub.add_heading("Scope", 1)
    sub.add_paragraph("text & <more>", style="Body Text")
    table = sub.add_table(1, 2)
    table.cell(0, 0).text = "cell"
    sub.add_picture(io.BytesIO(png()), width=Mm(10))
    template.render({"sub": sub})
    content = saved(template)
    assert texts(content) == ["before", "Scope", "text & <more>", "cell", "", "", "behind"]
    assert used_styles(content)[1:3] == ["heading 1", "Body Text"]
    assert png() in parts_of(content).values()


def test_table_of_a_made_document_is_as_wide_as_the_templates_page() -> None:
    host = docx(
        p("{{p sub }}"),
        last_section='<w:pgSz w:w="6000" w:h="8000"/><w:pgMar w:top="500" w:right="500" w:bottom="500" w:left="500" '
        'w:header="0" w:footer="0" w:gutter="0"/>',
    )
    template = DocxTemplate(host)
    sub = template.new_subdoc()
    sub.add_table(1, 2)
    template.render({"sub": sub})
    grid = [int(column.get(q("w:w"), "0")) for column in tree(saved(template)).iter(q("w:gridCol"))]
    assert sum(grid) == 5000


def test_what_is_added_after_making_is_printed_too_also_in_a_second_render() -> None:
    template = DocxTemplate(docx(p("{{p sub }}")))
    sub = template.new_subdoc()
    sub.add_paragraph("first")
    template.render({"sub": sub})
    assert texts(saved(template)) == ["first"]
    sub.add_paragraph("second")
    template.render({"sub": sub})
    assert texts(saved(template)) == ["first", "second"]


def test_document_made_before_an_older_render_is_refused_at_its_tag() -> None:
    template = DocxTemplate(docx(p("{{p sub }}")))
    old = template.new_subdoc()
    template.render({"sub": old})
    new = template.new_subdoc()
    new.add_paragraph("new")
    template.render({"sub": new})
    with pytest.raises(TemplateError, match=r"new_subdoc\(\)"):
        template.render({"sub": old})


def test_files_of_one_render_do_not_stay_for_the_next() -> None:
    template = DocxTemplate(docx(p("{{p sub }}")))
    for color in ("red", "blue"):
        image = png(color=color)
        template.render({"sub": template.new_subdoc(file(lambda d, i=image: d.add_picture(io.BytesIO(i))))})
        assert [data for name, data in parts_of(saved(template)).items() if "media" in name] == [image]


def test_document_is_printed_in_a_loop_a_cell_and_a_header() -> None:
    cell = "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w='1000'/></w:tblGrid><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>"
    host = docx(
        p("{%p for n in [1, 2] %}"), p("{{p sub }}"), p("{%p endfor %}"), cell.format(p("{{p sub }}")),
        header=p("{{p sub }}"),
    )  # fmt: skip

    def fill(document: Document) -> None:
        document.add_picture(io.BytesIO(png()))
        add_xml(
            document,
            '<w:p><w:bookmarkStart w:id="3" w:name="a"/><w:r><w:t>x</w:t></w:r><w:bookmarkEnd w:id="3"/></w:p>',
        )

    content = with_sub(file(fill), host)
    assert texts(content) == ["", "x"] * 3 and texts(content, "word/header1.xml") == ["", "x"]
    drawings = [item.get("id") for item in tree(content).iter(q("wp:docPr"))]
    assert len(set(drawings)) == 3
    marked = [tree(content, f"word/{part}.xml").iter(q("w:bookmarkStart")) for part in ("document", "header1")]
    assert [item.get(q("w:name")) for found in marked for item in found].count("a") == 1
    (blip,) = tree(content, "word/header1.xml").iter(q("a:blip"))
    known = targets(content, "word/_rels/header1.xml.rels")
    assert parts_of(content)[f"word/{known[blip.get(q('r:embed'))]}"] == png()


# from a file


def test_styles_of_a_file_are_found_by_name_or_brought_with_what_they_are_based_on() -> None:
    def fill(document: Document) -> None:
        base = document.styles.add_style("Base", 1)
        own = document.styles.add_style("Own", 1)
        own.base_style = base
        own.next_paragraph_style = document.styles["Intense Quote"]
        document.add_heading("head", 1)
        document.add_paragraph("own", style="Own")

    content = with_sub(file(fill))
    assert used_styles(content) == [None, "heading 1", "Own", None]
    assert {"Base", "Own"} <= set(style_names(content).values())
    names = style_names(content)
    for style in tree(content, "word/styles.xml").iter(q("w:style")):
        for tag in ("basedOn", "next", "link"):
            for reference in style.findall(q(f"w:{tag}")):
                assert reference.get(q("w:val")) in names


def test_style_id_that_means_another_style_in_the_template_is_renamed() -> None:
    theirs = docx(
        p("note", style="a1"),
        styles=styles_xml(extra='<w:style w:type="paragraph" w:styleId="a1"><w:name w:val="Note"/></w:style>'),
    )
    host = docx(
        p("{{p sub }}"), p("mark", style="a1"),
        styles=styles_xml(extra='<w:style w:type="paragraph" w:styleId="a1"><w:name w:val="Mark"/></w:style>'),
    )  # fmt: skip
    assert used_styles(with_sub(theirs, host)) == ["Note", "Mark"]


def lists_of(content: bytes) -> list[str | None]:
    return [item.get(q("w:val")) for item in tree(content).iter(q("w:numId"))]


def test_lists_of_a_file_are_brought_with_numbers_and_names_of_their_own() -> None:
    own = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'
    named = (
        numbering_xml()
        .replace("<w:abstractNum ", "<w:abstractNum ")
        .replace('w:abstractNumId="2">', 'w:abstractNumId="2"><w:nsid w:val="11111111"/>')
    )
    theirs = docx(own, numbering=named)
    first, second = with_sub(theirs), with_sub(theirs)
    (number,) = lists_of(first)
    known = {item.get(q("w:numId")) for item in tree(first, "word/numbering.xml").iter(q("w:num"))}
    assert number in known and int(number or 0) > 5
    names = [item.get(q("w:val")) for item in tree(first, "word/numbering.xml").iter(q("w:nsid"))]
    assert names != ["11111111"] and len(names) == 1
    assert first == second


def test_list_of_a_file_begins_anew_and_goes_on_over_its_paragraphs() -> None:
    def fill(document: Document) -> None:
        for _ in range(3):
            document.add_paragraph("x", style="List Number").alignment = 1

    theirs = file(fill)
    template = DocxTemplate(docx(p("{{p a }}"), p("{{p b }}")))
    template.render({"a": template.new_subdoc(theirs), "b": template.new_subdoc(theirs)})
    numbers = lists_of(saved(template))
    assert len(numbers) == 6
    assert numbers[:3] == numbers[:1] * 3 and numbers[3:] == numbers[3:4] * 3
    assert numbers[0] != numbers[3]
    properties = [etree.QName(item).localname for item in next(tree(saved(template)).iter(q("w:pPr")))]
    assert properties == ["pStyle", "numPr", "jc"]


def test_levels_of_a_list_that_styles_are_linked_to_stay_one_list() -> None:
    linked = '<w:pPr><w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="Step{n}"><w:name w:val="Step {n}"/>{linked.format(n)}</w:style>'
        for n in (0, 1)
    )
    theirs = docx(p("a", style="Step0"), p("b", style="Step1"), p("c", style="Step0"), styles=styles_xml(extra=styles))
    content = with_sub(theirs, docx(p("{{p sub }}"), styles=styles_xml(extra=styles)))
    levels = [item.get(q("w:val")) for item in tree(content).iter(q("w:ilvl"))]
    assert levels == ["0", "1", "0"]
    assert len(set(lists_of(content))) == 1 and lists_of(content) != ["1"] * 3


def test_list_number_without_a_list_is_left_out() -> None:
    def fill(document: Document) -> None:
        add_xml(document, '<w:p><w:pPr><w:numPr><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>')
        for rid, relation in list(document.part.rels.items()):
            if relation.reltype.endswith("/numbering"):
                del document.part.rels[rid]

    content = with_sub(file(fill))
    assert texts(content) == ["before", "x", "behind"] and lists_of(content) == []


def test_links_of_a_file_lead_where_they_led() -> None:
    def fill(document: Document) -> None:
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
        rid = document.part.relate_to("https://example.org/?a=1&b=2", kind, is_external=True)
        add_xml(document, f'<w:p><w:hyperlink r:id="{rid}"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>')

    content = with_sub(file(fill))
    (link,) = tree(content).iter(q("w:hyperlink"))
    assert targets(content)[link.get(q("r:id"))] == "https://example.org/?a=1&b=2"


def test_two_files_keep_their_pictures_apart_and_share_equal_ones() -> None:
    template = DocxTemplate(docx(p("{{p a }}"), p("{{p b }}"), p("{{p c }}")))
    images = [png(), png(color="blue"), png()]
    files = [file(lambda d, i=image: d.add_picture(io.BytesIO(i))) for image in images]
    template.render(dict(zip("abc", map(template.new_subdoc, files), strict=True)))
    content = saved(template)
    known = targets(content)
    shown = [parts_of(content)[f"word/{known[blip.get(q('r:embed'))]}"] for blip in tree(content).iter(q("a:blip"))]
    assert shown == images
    assert len([name for name in parts_of(content) if "media" in name]) == 2


def test_sections_headers_and_comments_of_a_file_stay_behind() -> None:
    def fill(document: Document) -> None:
        document.sections[0].header.paragraphs[0].text = "their header"
        document.add_paragraph("first")
        document.add_section()
        run = document.add_paragraph("second").runs[0]
        document.add_comment(run, "remark", "author", "a")

    content = with_sub(file(fill))
    assert [text for text in texts(content) if text] == ["before", "first", "second", "behind"]
    assert len(list(tree(content).iter(q("w:sectPr")))) == 1
    assert "comment" not in etree.tostring(tree(content), encoding="unicode")
    assert not [name for name in parts_of(content) if "header" in name or "comment" in name]


def noted(kind: str, texts_: tuple[str, ...], link: str = "https://example.org") -> bytes:
    """A file with notes; each has a link, and a picture of its own."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml"

    def fill(document: Document) -> None:
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        notes = "".join(
            f'<w:{kind} w:id="{n + 7}">'
            f'<w:p><w:pPr><w:pStyle w:val="Quote"/></w:pPr><w:r><w:{kind}Ref/></w:r><w:hyperlink r:id="rId1"><w:r>'
            f"<w:t>{text}</w:t></w:r></w:hyperlink>{picture('rId2', 1)}</w:p></w:{kind}>"
            for n, text in enumerate(texts_)
        )
        xml = f"<w:{kind}s {NAMESPACES}>{notes}</w:{kind}s>".encode()
        package = document.part.package
        part = Part(PackURI(f"/word/{kind}s.xml"), f"{types}.{kind}s+xml", xml, package)
        image = package.get_or_add_image_part(io.BytesIO(png(color="blue")))
        part.load_rel(f"{office}/hyperlink", link, "rId1", is_external=True)
        part.load_rel(f"{office}/image", image, "rId2")
        document.part.relate_to(part, f"{office}/{kind}s")
        for n, text in enumerate(texts_):
            reference = f'<w:r><w:{kind}Reference w:id="{n + 7}"/></w:r>'
            add_xml(document, f"<w:p><w:r><w:t>about {text}</w:t></w:r>{reference}</w:p>")
        add_xml(document, f'<w:p><w:r><w:t>none</w:t></w:r><w:r><w:{kind}Reference w:id="99"/></w:r></w:p>')

    return file(fill)


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_notes_of_a_file_stand_among_those_of_the_template(kind: str) -> None:
    host = docx(p("{%p for n in [1, 2] %}"), p("{{p sub }}"), p("{%p endfor %}"))
    content = with_sub(noted(kind, ("A", "B")), host)
    references = [item.get(q("w:id")) for item in tree(content).iter(q(f"w:{kind}Reference"))]
    notes = [note for note in tree(content, f"word/{kind}s.xml") if note.get(q("w:type")) is None]
    assert [note.get(q("w:id")) for note in notes] == references
    assert len(set(references)) == 4
    assert [text_of(note) for note in notes] == ["A", "B", "A", "B"]
    assert {item.get(q("w:val")) for note in notes for item in note.iter(q("w:pStyle"))} == {"Quote"}
    assert "Quote" in style_names(content)
    known = targets(content, f"word/_rels/{kind}s.xml.rels")
    assert {known[link.get(q("r:id"))] for note in notes for link in note.iter(q("w:hyperlink"))} == {
        "https://example.org"
    }
    (image,) = {known[blip.get(q("r:embed"))] for note in notes for blip in note.iter(q("a:blip"))}
    assert parts_of(content)[f"word/{image}"] == png(color="blue")


def test_notes_of_a_file_are_refused_in_a_header() -> None:
    template = DocxTemplate(docx(p("x"), header=p("{{p sub }}")))
    with pytest.raises(TemplateError, match="<w:footnote>"):
        template.render({"sub": template.new_subdoc(noted("footnote", ("A",)))})


@pytest.mark.parametrize("reach", ["save(path)", "part.package.save(path)", "subdocx.save(path)"])
def test_template_cannot_reach_into_a_document_and_write_files(reach: str, tmp_path: Path) -> None:
    template = DocxTemplate(docx(p(f"{{{{ sub.{reach} }}}}")))
    with pytest.raises(TemplateError, match="sub"):
        template.render({"sub": template.new_subdoc(), "path": str(tmp_path / "x.docx")}, compat=True)
    assert not list(tmp_path.iterdir())


def test_tags_in_a_file_are_printed_as_they_are() -> None:
    content = with_sub(file(lambda d: d.add_paragraph("{{ name }}")), name="x")
    assert texts(content) == ["before", "{{ name }}", "behind"]


def test_heading_of_a_file_takes_part_in_the_numbering_of_the_template() -> None:
    template = DocxTemplate(docx(p("one", style="Heading1"), p("{{p sub }}"), p("three", style="Heading1")))
    template.render({"sub": template.new_subdoc(file(lambda d: d.add_heading("two", 1)))})
    content = saved(template)
    bookmarks = [item.get(q("w:name")) for item in tree(content).iter(q("w:bookmarkStart"))]
    assert len([name for name in bookmarks if name and name.startswith("_Toc")]) == 3
    assert lists_of(content) == []


def test_file_that_is_none_or_holds_foreign_parts_is_refused_when_it_is_named() -> None:
    template = DocxTemplate(docx(p("{{p sub }}")))
    with pytest.raises(ValueError, match="altChunk"):
        template.new_subdoc(file(lambda d: add_xml(d, "<w:altChunk/>")))
    with pytest.raises(FileNotFoundError):
        template.new_subdoc("nowhere.docx")


def test_document_can_be_changed_after_it_is_read() -> None:
    template = DocxTemplate(docx(p("{{p sub }}")))
    sub = template.new_subdoc(file(lambda d: d.add_paragraph("theirs")))
    sub.add_paragraph("ours", style="Body Text")
    sub.add_picture(io.BytesIO(png()))
    template.render({"sub": sub})
    content = saved(template)
    assert texts(content) == ["theirs", "ours", ""] and png() in parts_of(content).values()


def test_chart_comes_with_its_workbook() -> None:
    chart = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument"
    target = io.BytesIO()
    openpyxl.Workbook().save(target)
    workbook = target.getvalue()

    def fill(document: Document) -> None:
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        package = document.part.package
        kind = f"{types}.drawingml.chart+xml"
        made = Part(PackURI("/word/charts/chart1.xml"), kind, f'<c:chartSpace xmlns:c="{chart}"/>'.encode(), package)
        book = Part(PackURI("/word/embeddings/book1.xlsx"), f"{types}.spreadsheetml.sheet", workbook, package)
        made.load_rel(f"{relations}/package", book, "rId5")
        rid = document.part.relate_to(made, f"{relations}/chart")
        add_xml(
            document,
            '<w:p><w:r><w:drawing><wp:inline><wp:extent cx="9" cy="9"/><wp:docPr id="1" name="Chart"/><a:graphic>'
            f'<a:graphicData uri="{chart}"><c:chart xmlns:c="{chart}" r:id="{rid}"/></a:graphicData></a:graphic>'
            "</wp:inline></w:drawing></w:r></w:p>",
        )

    template = DocxTemplate(docx(p("{{p a }}"), p("{{p b }}")))
    template.render({"a": template.new_subdoc(file(fill)), "b": template.new_subdoc(file(fill))})
    content = saved(template)
    found = [item.get(q("r:id")) for item in tree(content).iter(f"{{{chart}}}chart")]
    names = {targets(content)[rid] for rid in found}
    assert len(names) == 2
    for name in names:
        folder, _, part = str(name).partition("/")
        books = targets(content, f"word/{folder}/_rels/{part}.rels")
        assert parts_of(content)[f"word/{str(books['rId5']).removeprefix('../')}"] == workbook
    assert W in etree.tostring(tree(content), encoding="unicode")
