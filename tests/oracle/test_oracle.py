"""bidkit's Word templates against docxtpl 0.20.2: the same document, or a numbered deviation."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path
from typing import Any

import cases_cells
import cases_jinja
import cases_parts
import cases_tables
import cases_text
import cases_values
import jinja2
import pytest
from canonical import canonical
from cases_deviating_values import built, subdoc
from cases_deviations import SHOWN
from deviations import DEVIATIONS
from engines import Case, Engine, bidkit_engine, docxtpl_engine, open_case, render
from office_files import core_xml, docx, p, parts_of, r, texts
from outcomes import BODY, Outcome, Shown
from samples import split

CASES = [
    *cases_text.CASES,
    *cases_jinja.CASES,
    *cases_tables.CASES,
    *cases_cells.CASES,
    *cases_values.CASES,
    *cases_parts.CASES,
]
ORACLE = docxtpl_engine()


def compare(case: Case) -> None:
    theirs, ours = canonical(render(ORACLE, case)), canonical(render(bidkit_engine(), case))
    before = canonical(case.template)
    for part in (*before.lines, "other files"):
        assert ours.texts.get(part) == theirs.texts.get(part), part
        assert ours.lines[part] == theirs.lines[part], part
    assert (theirs.lines, theirs.texts) != (before.lines, before.texts), "the case fills nothing"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_document_is_that_of_docxtpl(case: Case) -> None:
    compare(case)


@pytest.mark.parametrize("index", range(2), ids=["replace_embedded", "replace_zipname"])
def test_embedded_files_are_replaced_as_docxtpl_does(index: int, tmp_path: Path) -> None:
    compare(cases_parts.replacements(tmp_path)[index])


# what is refused by both


@pytest.mark.parametrize(("case", "code"), cases_jinja.REFUSED, ids=lambda value: getattr(value, "name", value))
def test_what_docxtpl_refuses_is_refused_with_its_place(case: Case, code: str) -> None:
    with pytest.raises(jinja2.TemplateError):
        render(ORACLE, case)
    problems = refusal(bidkit_engine(), case).diagnostics
    assert [problem.code for problem in problems][:1] == [code]
    assert problems[0].span is not None
    assert dict(problems[0].span.place)["part"] == BODY


def refusal(engine: Engine, case: Case) -> Any:
    """The error with which bidkit refuses a case."""
    from bidkit.ooxml import TemplateError

    with pytest.raises(TemplateError) as caught:
        render(engine, case)
    return caught.value


# deviations


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: f"{shown.number} {shown.case.name}")
def test_docxtpl_still_does_what_the_deviation_says(shown: Shown) -> None:
    if shown.docxtpl.fails:
        with pytest.raises(Exception) as caught:
            render(ORACLE, shown.case)
        assert type(caught.value).__name__ == shown.docxtpl.fails
    else:
        assert matches(render(ORACLE, shown.case), shown.docxtpl) == []


@pytest.mark.parametrize("shown", SHOWN, ids=lambda shown: f"{shown.number} {shown.case.name}")
def test_bidkit_does_what_the_deviation_says(shown: Shown) -> None:
    if shown.bidkit.fails:
        with pytest.raises(Exception) as caught:
            render(bidkit_engine(), shown.case)
        assert type(caught.value).__name__ == shown.bidkit.fails
    elif shown.bidkit.codes:
        error = refusal(bidkit_engine(), shown.case)
        assert {problem.code for problem in error.diagnostics} >= set(shown.bidkit.codes)
        assert [name for name in shown.bidkit.names if name not in str(error)] == []
    else:
        assert matches(render(bidkit_engine(), shown.case), shown.bidkit) == []


def matches(content: bytes, outcome: Outcome) -> list[str]:
    """What a file has that the outcome forbids, or has not and the outcome asks for."""
    found = canonical(content)
    lines = [line.strip() for line in found.lines[outcome.part]]
    wrong = [f"no {line!r} in {lines}" for line in outcome.has if line not in lines]
    wrong += [f"{line!r} in {lines}" for line in outcome.lacks if line in lines]
    if outcome.texts is not None and found.texts[outcome.part] != list(outcome.texts):
        wrong.append(f"{found.texts[outcome.part]}")
    xml = parts_of(content)[outcome.part].decode()
    if outcome.xml is not None and xml.count(outcome.xml[0]) != outcome.xml[1]:
        wrong.append(f"{outcome.xml} in {xml}")
    return wrong


def test_each_deviation_is_shown_and_in_the_table() -> None:
    assert {shown.number for shown in SHOWN} | {"D29", "D42"} == set(DEVIATIONS)
    assert [shown.case.name for shown in SHOWN if shown.docxtpl == shown.bidkit] == []


@pytest.mark.parametrize(("engine", "changed"), [("docxtpl", True), ("bidkit", False)])
def test_d29_the_callers_environment_is_not_changed(engine: str, changed: bool) -> None:
    own = jinja2.Environment()
    case = Case("", docx(p("{{ x | shout }}")), {"x": "a<b"}, env=lambda: own)
    own.filters["shout"] = lambda value: f"{value}!"
    content = render(ORACLE if engine == "docxtpl" else bidkit_engine(), case)
    assert texts(content) == ["a<b!"]
    assert bool(own.autoescape) is changed


@pytest.mark.parametrize(("engine", "equal"), [("docxtpl", False), ("bidkit", True)])
def test_d42_equal_input_gives_equal_bytes_at_any_time(engine: str, equal: bool) -> None:
    case = Case(
        "", docx(p("{{ a }}"), p("{{p x }}")), lambda *found: {"a": 1, **subdoc(built(("Normal", "b")))(*found)}
    )

    def rendered() -> bytes:
        return render(ORACLE if engine == "docxtpl" else bidkit_engine(), case)

    first = rendered()
    time.sleep(2.1)  # a zip tells times in steps of two seconds
    assert (rendered() == first) is equal


ROOT = Path(__file__).parents[2]


def test_the_page_for_those_who_come_from_docxtpl_lists_the_deviations() -> None:
    text = (ROOT / "docs/docxtpl.md").read_text(encoding="utf-8")
    listed = re.findall(r"^- \*\*(D\d\d) (.*?)\*\*", text.replace("\n  ", " ").replace("`", ""), re.M)
    assert dict(listed) == {number: deviation.title for number, deviation in DEVIATIONS.items()}
    assert len(listed) == len(DEVIATIONS)
    assert set(re.findall(r"D\d\d", text)) == set(DEVIATIONS)


# the template object


TEMPLATE = docx(p("{{ title }}"), p(split("{{ body }}")), header=p("{{ title }}"), core=core_xml("{{ title }}"))
CONTEXTS = [{"title": "one", "body": "A & B"}, {"title": "two", "body": "C\nD"}, {"title": "three", "body": ""}]


def test_one_object_renders_many_contexts() -> None:
    def all_of(engine: Engine) -> list[Any]:
        template = engine.DocxTemplate(io.BytesIO(TEMPLATE))
        made = []
        for context in CONTEXTS:
            template.render(context, **({"autoescape": True} if engine is ORACLE else {}))
            saved = io.BytesIO()
            template.save(saved)
            made.append((canonical(saved.getvalue()).texts, canonical(saved.getvalue()).lines[BODY]))
        return made

    assert all_of(bidkit_engine()) == all_of(ORACLE)


def test_a_template_is_read_from_a_path_and_saved_to_one(tmp_path: Path) -> None:
    def saved(engine: Engine, opened: Any) -> Any:
        (tmp_path / "t.docx").write_bytes(TEMPLATE)
        template = engine.DocxTemplate(opened)
        template.render(CONTEXTS[0], **({"autoescape": True} if engine is ORACLE else {}))
        template.save(str(tmp_path / f"{engine.name}.docx"))
        return canonical((tmp_path / f"{engine.name}.docx").read_bytes()).lines[BODY]

    path = tmp_path / "t.docx"
    expected = saved(ORACLE, str(path))
    assert saved(bidkit_engine(), path) == saved(bidkit_engine(), str(path)) == expected


def test_a_template_is_saved_unrendered_with_its_replacements() -> None:
    case = next(case for case in cases_parts.CASES if case.name == "replace_media")

    def saved(engine: Engine) -> dict[str, list[str]]:
        template, _ = open_case(engine, case)
        out = io.BytesIO()
        template.save(out)
        return {part: lines for part, lines in canonical(out.getvalue()).lines.items() if part in (BODY, "other files")}

    assert saved(bidkit_engine()) == saved(ORACLE)


NAMED = docx(
    p("{{ title }} {{ customer.name }} {% set own = 1 %}{{ own }} {{ extra | default('') }}"),
    p("{%p for x in projects %}"), p("{{ x.name }} {{ loop.index }} {% if x.late and late_text %}a{% endif %}"),
    p("{%p endfor %}"), p(r("{{ spl"), r("it }}")), header=p("{{ date }}"), footer=p("{{ number }}"),
)  # fmt: skip


@pytest.mark.parametrize(
    "context",
    [None, {"title": 1}, {"title": 1, "customer": {}, "extra": 0, "projects": [], "late_text": "", "split": 1}],
    ids=["no context", "part of it", "the body's names"],
)
def test_the_undeclared_names_are_those_of_docxtpl(context: dict[str, Any] | None) -> None:
    def names(engine: Engine) -> set[str]:
        template = engine.DocxTemplate(io.BytesIO(NAMED))
        return set(template.get_undeclared_template_variables(context=context))

    assert names(bidkit_engine()) == names(ORACLE) != set()


def test_the_undeclared_names_are_those_of_the_template_also_after_a_render() -> None:
    def names(engine: Engine) -> set[str]:
        template = engine.DocxTemplate(io.BytesIO(TEMPLATE))
        template.render(CONTEXTS[0])
        return set(template.get_undeclared_template_variables())

    assert names(bidkit_engine()) == names(ORACLE) == {"title", "body"}


def test_every_picture_that_docxtpl_lists_is_listed() -> None:
    def pictures(engine: Engine) -> set[str]:
        template = engine.DocxTemplate(io.BytesIO(cases_parts.LOGO))
        template.replace_pic("logo", io.BytesIO(cases_parts.GREEN_PNG))
        template.render({"a": 1})
        template.save(io.BytesIO())  # docxtpl reads them when it replaces
        return set(template.get_pic_map())

    assert pictures(bidkit_engine()) >= pictures(ORACLE) == {"logo", "other"}


def test_rendering_leaves_the_template_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "t.docx"
    path.write_bytes(TEMPLATE)
    template = bidkit_engine().DocxTemplate(path)
    template.render(CONTEXTS[0])
    template.save(tmp_path / "out.docx")
    assert path.read_bytes() == TEMPLATE
    assert parts_of((tmp_path / "out.docx").read_bytes()).keys() >= parts_of(TEMPLATE).keys()
