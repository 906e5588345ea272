"""What is known to break out of template languages, at every place of a template: refused, each with its part."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from office_files import core_xml, docx, field, p, picture, png, refusals
from sheet_files import FILTERS, xlsx
from test_language import note, with_notes
from test_template import CONTEXT, place_of

from bidkit.ooxml.sheet import compile_workbook

PAYLOADS = [
    # what templates have by themselves
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ namespace.__init__ }}",
    "{{ dict.__base__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ _parts }}",
    "{{ _parts['word/document.xml'].template.environment.add_extension('os.getenv') }}",
    "{{ _block.__globals__ }}",
    "{{ request.application.__globals__.__builtins__ }}",
    "{{ config.items() }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ __import__('os').system('id') }}",
    "{{ __builtins__ }}",
    "{{ environment.loader }}",
    "{% for x in lines %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "{% for x in lines %}{{ loop._iterable }}{% endfor %}",
    "{% macro m() %}x{% endmacro %}{{ m.__globals__ }}",
    "{% macro m() %}x{% endmacro %}{{ m._func }}",
    # the class of a value, and all that hangs on it
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__.__base__.__subclasses__()[1] }}",
    "{{ ()['__class__'] }}",
    "{{ ''['__cla' ~ 'ss__'] }}",
    r"{{ ''['\x5f\x5fclass\x5f\x5f'] }}",
    "{{ (1).__class__.__base__ }}",
    "{{ deal.__class__ }}",
    "{{ deal.__getitem__ }}",
    "{{ (lines | first).__class__ }}",
    "{{ ''.join.__func__ }}",
    "{{ ''.encode.__self__.__class__ }}",
    "{% for c in ''.__class__.__mro__ %}{{ c }}{% endfor %}",
    "{% set x = ''.__class__ %}{{ x }}",
    "{% if ''.__class__ %}x{% endif %}",
    # filters that look attributes up
    "{{ ''|attr('__class__') }}",
    "{{ '{0.__class__}'|attr('format')(1) }}",  # CVE-2025-27516
    "{{ 'a'|map(attribute='__class__')|list }}",
    "{{ lines|map(attribute='__class__')|join }}",
    "{{ lines|map('attr', '__class__')|list }}",
    "{{ lines|sum(attribute='__class__') }}",
    "{{ lines|groupby('__class__') }}",
    "{{ (lines|groupby('no'))[0].__class__ }}",
    "{{ lines|selectattr('__class__')|list }}",
    "{{ lines|sort(attribute='__class__') }}",
    "{{ {'a onclick': 1}|xmlattr }}",  # CVE-2024-22195
    "{{ lines|pprint }}",
    "{{ 'a@'|urlize }}",  # CVE-2020-28493
    # formats that look attributes up
    "{{ '{0.__class__}'.format(1) }}",
    "{{ '{0.__class__.__mro__}'.format_map({'0': 1}) }}",  # CVE-2019-10906
    "{% set f = '{0.__class__}'.format %}{{ f(1) }}",  # CVE-2024-56326
    "{{ ['{0.__class__}'.format]|first }}",
    # values that do something
    "{{ spy.read() }}",
    "{{ spy['read']() }}",
    "{{ [spy]|map(attribute='read')|list }}",
    "{% call spy.read() %}{% endcall %}",
    "{{ spy._private }}",
    "{{ spy.__dict__ }}",
    "{{ lines.append(1) }}",
    "{{ lines.clear() }}",
    "{{ deal.update({'id': 'y'}) }}",
    "{{ deal.pop('id') }}",
    "{{ deal.setdefault('a', 1) }}",
    "{% do lines.append(1) %}",
    # other files
    "{% import 'os' as os %}",
    "{% from 'os' import popen %}",
    "{% extends 'x' %}",
    # more than a computer has
    "{{ range(10000000) | list | length }}",
    "{{ 'x' * 1000000000 }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ 9 ** (9 ** 9) }}",
]


class Spy:
    """A value whose file-like method must never run."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._private = "secret"

    def read(self) -> str:
        self.calls.append("read")
        return "read"

    read.unsafe_callable = True  # type: ignore[attr-defined]

    def __str__(self) -> str:
        return "spy"


PLACES: dict[str, Callable[[str], bytes]] = {
    "body": lambda text: docx(p(text)),
    "header": lambda text: docx(p("a"), header=p(text)),
    "footer": lambda text: docx(p("a"), footer=p(text)),
    "footnote": lambda text: with_notes("footnote", p(text), body=(p("a", note(1)),)),
    "text box": lambda text: docx(p(f"<w:r><w:pict><w:txbxContent>{p(text)}</w:txbxContent></w:pict></w:r>")),
    "property": lambda text: docx(p("a"), core=core_xml(text)),
    "alt text": lambda text: docx(p(picture("rIdA", 1, escape(text, quote=True))), media={"rIdA": png()}),
    "field": lambda text: docx(p(field(f' HYPERLINK "https://a.example/{text}" ', "a"))),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_reaches_out_of_a_template_is_refused(payload: str, place: str) -> None:
    spy = Spy()
    context: dict[str, Any] = {**CONTEXT, "spy": spy, "lines": [{"no": 1}], "deal": {"id": "X"}}
    problems = refusals(PLACES[place](payload), context)
    assert {problem.code[:2] for problem in problems} == {"TP"}
    assert all(place_of(problem)["part"] for problem in problems)
    assert spy.calls == []
    assert context["lines"] == [{"no": 1}]
    assert context["deal"] == {"id": "X"}


IN_SHEETS: dict[str, Callable[[str], bytes]] = {
    "cell": lambda text: xlsx([[text]]),
    "note": lambda text: xlsx([[("=1", text)]]),
    "header": lambda text: xlsx([["a"]], lambda book, sheets: sheets["报价"].set_header(text)),
    "property": lambda text: xlsx([["a"]], lambda book, sheets: book.set_properties({"title": text})),
}


@pytest.mark.parametrize("place", IN_SHEETS)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_reaches_out_of_a_workbook_is_refused(payload: str, place: str) -> None:
    spy = Spy()
    context: dict[str, Any] = {"spy": spy, "lines": [{"no": 1}], "deal": {"id": "X"}}
    template, problems = compile_workbook(IN_SHEETS[place](payload), "t.xlsx", FILTERS)
    problems = problems if template is None else template.render(context).problems
    assert {problem.code[:2] for problem in problems} == {"TP"}
    assert all(problem.span and problem.span.place for problem in problems)
    assert spy.calls == []
    assert (context["lines"], context["deal"]) == ([{"no": 1}], {"id": "X"})
