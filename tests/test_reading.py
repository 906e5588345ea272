"""The names that a template reads, and what their use tells of them."""

from __future__ import annotations

import pytest
from office_files import docx, p, tbl, tr
from test_language import note, with_notes

from bidkit.ooxml.reading import ReadName
from bidkit.ooxml.template import list_template_names

FILTERS = {"money": "number", "day": "date"}


def names(content: bytes) -> tuple[ReadName, ...]:
    found, problems = list_template_names(content, "t.docx", FILTERS)
    assert found is not None and not problems
    return found


def shape(name: ReadName) -> str:
    """A name in one line: `lines:list[name:value price:number]`; ? may be missing, ~ may be empty."""
    marks = "?" * name.may_be_missing + "~" * name.may_be_empty
    fields = f"({' '.join(map(shape, name.fields))})" if name.fields else ""
    item = f"[{shape(name.item)}]" if name.item else ""
    return f"{name.name}{marks}:{'+'.join(name.kinds)}{fields}{item}"


def shapes(*tags: str) -> str:
    return " ".join(shape(name) for name in names(docx(*(p(tag) for tag in tags))))


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("{{ x }}", "x:value"),
        ("{{ x.y.z }}", "x:group(y:group(z:value))"),
        ("{{ x['y'].z }}", "x:group(y:group(z:value))"),
        ("{{ x | money }}", "x:number"),
        ("{{ x.on | day }}", "x:group(on:date)"),
        ("{{ x.strftime('%Y') }}", "x:date"),
        ("{{ x | upper }}", "x:text"),
        ("{{ x.strip() }}", "x:text"),
        ("{{ x * 2 }}", "x:number"),
        ("{{ x - y }}", "x:number y:number"),
        ("{{ -x }}", "x:number"),
        ("{% if x > 3 %}a{% endif %}", "x:number"),
        ("{% if x == 'a' %}a{% endif %}", "x:text"),
        ("{% if x in ('a', 'b') %}a{% endif %}", "x:text"),
        ("{% if 'a' in x %}a{% endif %}", "x:value"),
        ("{% if x is odd %}a{% endif %}", "x:number"),
        ("{{ '%s' % x }}", "x:value"),
        ("{{ x() }}", "x:function"),
        ("{{ x.next() }}", "x:group(next:function)"),
        ("{{ x[0].y }}", "x:list[:group(y:value)]"),
        ("{{p x }}", "x:block"),
        ("{{r x }}", "x:value"),
        ("{{ range(n) | join }}", "n:number"),
    ],
)
def test_its_use_tells_what_a_name_is(tag: str, shown: str) -> None:
    assert shapes(tag) == shown


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("{% if x %}a{% endif %}", "x~:flag"),
        ("{% if x %}{{ x }}{% endif %}", "x~:value"),
        ("{% if not x and (y or z.a) %}a{% endif %}", "x~:flag y~:flag z:group(a~:flag)"),
        ("{{ x if y else z }}", "y~:flag x:value z:value"),
        ("{{ x or 'a' }}", "x~:value"),
        ("{% if x is none %}a{% endif %}", "x~:flag"),
        ("{% if x is defined %}{{ x }}{% endif %}", "x?:value"),
        ("{{ x.y | default('') }}", "x:group(y?:value)"),
        ("{{ x | default('') }}{{ x }}", "x:value"),
        ("{{ x.get('y') }}", "x:group(y?:value)"),
    ],
)
def test_a_name_that_is_asked_for_may_be_empty_or_missing(tag: str, shown: str) -> None:
    assert shapes(tag) == shown


@pytest.mark.parametrize(
    ("tags", "shown"),
    [
        (["{%p for x in xs %}", "{{ x.a }}{{ loop.index }}", "{%p endfor %}"], "xs:list[:group(a:value)]"),
        (["{% for x in g.xs %}{% for y in x.ys %}{{ y }}{% endfor %}{% endfor %}"],
         "g:group(xs:list[:group(ys:list[:value])])"),
        (["{% for x in xs | sort(attribute='no') if x.on %}{{ x }}{% endfor %}"],
         "xs:list[:group(no:value on~:flag)]"),
        (["{{ xs | sum(attribute='price.net') | money }}"], "xs:list[:group(price:group(net:number))]"),
        (["{{ xs | map(attribute='name') | join(', ') }}"], "xs:list[:group(name:value)]"),
        (["{{ (xs | first).a }}"], "xs:list[:group(a:value)]"),
        (["{% for room, rows in xs | groupby('room') %}{{ room | upper }}{% for x in rows %}{{ x.a }}{% endfor %}"
          "{% endfor %}"], "xs:list[:group(room:text a:value)]"),
        (["{% for key, value in x.items() %}{{ key }}{{ value }}{% endfor %}"], "x:group"),
        (["{% for x in xs %}{{ x }}{% else %}{{ none_left }}{% endfor %}"], "xs:list[:value] none_left:value"),
    ],
)  # fmt: skip
def test_a_loop_tells_what_the_items_of_a_list_are(tags: list[str], shown: str) -> None:
    assert shapes(*tags) == shown


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("{% set y = x.a %}{{ y | money }}", "x:group(a:number)"),
        ("{% set y %}{{ x }}{% endset %}{{ y }}", "x:value"),
        ("{% set y = x ~ z %}{{ y.a }}", "x:value z:value"),
        ("{% with y = x %}{{ y.a }}{% endwith %}{{ y }}", "x:group(a:value) y:value"),
        ("{% macro f(row, n=k) %}{{ row.a }}{{ n }}{% endmacro %}{{ f(x) }}", "k:value x:group(a:value)"),
        ("{% macro f(x) %}{{ x.a }}{{ y }}{{ f(x) }}{% endmacro %}", "y:value"),
        ("{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}{{ x }}{% endcall %}", "x:value"),
        ("{% set n = namespace(i=0) %}{% set n.i = n.i + x %}{{ n.i }}", "x:value"),
        ("{% for x in xs %}{% endfor %}{{ x }}", "xs:list x:value"),
    ],
)
def test_what_a_template_binds_itself_is_followed_and_not_listed(tag: str, shown: str) -> None:
    assert shapes(tag) == shown


def test_cells_tell_what_their_values_are() -> None:
    cell = "{% colspan n %}{% cellbg row.color %}{{ row.a }}"
    table = tbl(tr("{%tr for row in rows %}", ""), tr(cell, "{% vm row.group %}{{ row.b }}"), tr("{%tr endfor %}", ""))
    found = {name.name: name for name in names(docx(table))}
    assert found["n"].kinds == ("number",)
    item = found["rows"].item
    assert item is not None
    assert {field.name: field.kinds for field in item.fields} == {
        "color": ("text",), "a": ("value",), "group": ("value",), "b": ("value",)
    }  # fmt: skip


def test_names_know_the_parts_that_use_them_notes_too() -> None:
    content = with_notes("footnote", p("{{ x }}{{ y }}"), body=(p("{{ x }}", note(1)),))
    assert {name.name: name.parts for name in names(content)} == {
        "x": ("word/document.xml", "word/footnotes.xml"),
        "y": ("word/footnotes.xml",),
    }


@pytest.mark.parametrize(
    ("tags", "shown"),
    [
        (["{{ x | }}", "{{ y.z }}"], "y:group(z:value)"),
        (["{%p for x in xs %}", "{{ x.a }}"], "xs:list[:group(a:value)]"),
        (["{% for x in xs %}{% if x.a %}{{ x.b }}{% endfor %}", "{{ y | }}"], "xs:list[:group(a~:flag b:value)]"),
        (["{% for x in xs | %}{{ x.a }}{% endfor %}", "{% endif %}"], "x:group(a:value)"),
        (["{% if x %}{% else %}{{ y }}{% else %}{{ z }}{% endif %}"], "x~:flag y:value z:value"),
        (["{% for x in xs %}{% elif y %}{{ z }}{% endfor %}"], "z:value"),
        (["{% import 'a' as b %}{{ x }}", "{{ y | nofilter }}", "{{ z | }}"], "x:value y:value"),
    ],
)
def test_of_a_template_with_mistakes_the_rest_is_read(tags: list[str], shown: str) -> None:
    assert shapes(*tags) == shown
