"""Templates inside templates: in their place, in the same scope, with what they refer to, and located when wrong."""

import io
from pathlib import Path
from typing import Any

import docx as python_docx
import pytest
from docx.shared import Cm
from office_files import DAY, codes, docx, p, place_of, png, sound, styled, tbl, texts, tr

from bidkit.cache import Store
from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.rendered import Template
from bidkit.ooxml.template import compile_template


def compiled(files: dict[str, bytes], **options: Any) -> tuple[Template | None, list[Diagnostic]]:
    return compile_template(files["main.docx"], "main.docx", {}, load=files.get, **options)


def filled(files: dict[str, bytes], context: dict[str, Any]) -> bytes:
    template, problems = compiled(files)
    assert template is not None and not problems, problems
    rendered = template.render(context)
    assert not rendered.problems, rendered.problems
    return sound(rendered.save(DAY))


def include(name: str) -> str:
    return p(f'{{%p include "{name}" %}}')


def written(*texts_: str, **options: Any) -> bytes:
    """A .docx made by python-docx, with its own styles."""
    document = python_docx.Document()
    for text in texts_:
        document.add_paragraph(text, **options)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_a_file_stands_in_the_place_of_its_tag_and_knows_the_same_names() -> None:
    rows = tr("{%tr for y in [1, 2] %}", ""), tr("{{ y }}", "{{ x }}"), tr("{%tr endfor %}", "")
    files = {
        "main.docx": docx(p("a"), p("{%p for x in items %}"), include("clauses/sla.docx"), p("{%p endfor %}"), p("z")),
        "clauses/sla.docx": docx(p("{{ x }}: {{ total }}"), tbl(*rows)),
    }  # fmt: skip
    assert texts(filled(files, {"items": ["m", "n"], "total": 5})) == [
        "a", "m: 5", "1", "m", "2", "m", "n: 5", "1", "n", "2", "n", "z",
    ]  # fmt: skip


def test_a_file_may_be_included_in_a_cell_and_include_others() -> None:
    files = {
        "main.docx": docx(tbl(tr("a", "b").replace(p("b"), include("one.docx")))),
        "one.docx": docx(p("one"), include("two.docx")),
        "two.docx": docx(p("{{ x }}")),
    }
    assert texts(filled(files, {"x": "two"})) == ["a", "one", "two"]


def test_styles_are_those_of_the_template_or_come_along() -> None:
    files = {
        "main.docx": docx(p("a", style="Heading1"), include("x.docx")),
        "x.docx": written("{{ x }}", style="Intense Quote"),
    }
    assert styled(filled(files, {"x": "b"})) == [("Heading1", "a"), ("IntenseQuote", "b")]


def test_pictures_come_along() -> None:
    document = python_docx.Document()
    document.add_picture(io.BytesIO(png()), Cm(2))
    buffer = io.BytesIO()
    document.save(buffer)
    made = filled({"main.docx": docx(include("x.docx")), "x.docx": buffer.getvalue()}, {})
    assert len(python_docx.Document(io.BytesIO(made)).inline_shapes) == 1


def test_a_mistake_in_an_included_file_names_that_file() -> None:
    files = {"main.docx": docx(p("一", style="Heading1"), include("x.docx")), "x.docx": docx(p("{{ a b }}"))}
    template, problems = compiled(files)
    assert template is None
    assert [(item.code, item.span and item.span.file) for item in problems] == [("TP11", "x.docx")]
    template, _ = compiled({**files, "x.docx": docx(p("{{ missing }}"))})
    assert template is not None
    (problem,) = template.render({}).problems
    assert (problem.code, problem.span and problem.span.file, place_of(problem)["tag"]) == (
        "TP04",
        "x.docx",
        "{{ missing }}",
    )


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"main.docx": docx(include("x.docx"))}, "TP15"),
        ({"main.docx": docx(include("main.docx"))}, "TP11"),
        ({"main.docx": docx(include("x.docx")), "x.docx": docx(include("x.docx"))}, "TP11"),
        ({"main.docx": docx(include("x.docx")), "x.docx": b"no zip"}, "TP01"),
        ({"main.docx": docx(p("{%p include name %}"))}, "TP11"),
        ({"main.docx": docx(p("{% include 'x.docx' %}")), "x.docx": docx(p("a"))}, "TP11"),
        ({"main.docx": docx(p("text {%p include 'x.docx' %}")), "x.docx": docx(p("a"))}, "TP09 TP11"),
        ({"main.docx": docx(p("a"), header=include("x.docx")), "x.docx": docx(p("a"))}, "TP11"),
    ],
)
def test_what_cannot_be_included_is_refused_at_its_tag(files: dict[str, bytes], code: str) -> None:
    template, problems = compiled(files)
    assert template is None
    assert " ".join(codes(problems)) == code
    assert code == "TP01" or "include" in place_of(problems[-1])["tag"]


def test_all_mistakes_are_told_at_once_with_their_headings() -> None:
    main = docx(p("一", style="Heading1"), include("x.docx"), p("二", style="Heading1"), p("{{ a b }}"))
    problems = compiled({"main.docx": main})[1]
    assert [(item.code, place_of(item)["heading"]) for item in problems] == [("TP15", "一"), ("TP11", "二")]


def test_a_kept_template_is_compiled_anew_when_a_file_that_it_includes_changes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    files = {"main.docx": docx(include("x.docx")), "x.docx": docx(p("old"))}

    def render() -> list[str]:
        template, problems = compiled(files, store=store)
        assert template is not None and not problems
        return texts(template.render({}).save(DAY))

    assert render() == render() == ["old"]
    assert len(list(tmp_path.iterdir())) == 1
    files["x.docx"] = docx(p("new"))
    assert render() == ["new"]
    del files["x.docx"]
    assert codes(compiled(files, store=store)[1]) == ["TP15"]
