"""The template guide in both languages: every example does what it says, and both have the same sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from office_files import sound
from written_files import read_lines, read_values, split_cells, write_docx

from bidkit.context.formats import FILTER_KINDS, make_filters
from bidkit.diagnostic import Diagnostic, load_messages
from bidkit.ooxml.rendered import Template
from bidkit.ooxml.template import compile_template, list_template_names
from bidkit.reports import text as text_report

ROOT = Path(__file__).parents[1]
GUIDES = {"zh": ROOT / "docs/templates.md", "en": ROOT / "docs/templates.en.md"}
LOCALES = {"zh": "zh-CN", "en": "en-US"}
EXAMPLE_TABLE = re.compile(r"\| (你写|You write)[^|]*\| (得到|You get)[^|]*\|")
NOTHING = ("（什么也没有）", "(nothing)")
FILE = "proposal.docx"


@dataclass(frozen=True)
class Example:
    """What is written, what fills it, and what comes out: `result`, `message` or `names`."""

    lang: str
    line: int
    kind: str
    expected: str
    data: str
    template: str
    files: dict[str, str] = field(default_factory=dict)


def read_examples(lang: str) -> Iterator[Example]:
    """The examples of a guide, from its fenced blocks and its tables of two columns."""
    data = template = ""
    files: dict[str, str] = {}
    lines = GUIDES[lang].read_text(encoding="utf-8").splitlines()
    number = 0
    while number < len(lines):
        fence = re.match(r"```(\w*) ?(.*)", lines[number])
        if EXAMPLE_TABLE.match(lines[number]):
            number += 2
            while number < len(lines) and lines[number].startswith("|"):
                written, shown, *_ = split_cells(lines[number].replace("\\|", "|"))
                expected = "" if shown in NOTHING else shown.strip("`")
                yield Example(lang, number + 1, "result", expected, data, written.strip("`"))
                number += 1
            continue
        if not fence:
            number += 1
            continue
        end = lines.index("```", number + 1)
        kind, block = fence.group(1), "\n".join(lines[number + 1 : end])
        if kind == "data":
            data = block
        elif kind == "template" and fence.group(2):
            files[fence.group(2)] = block
        elif kind == "template":
            template = block
        elif kind in ("result", "message", "names"):
            yield Example(lang, number + 1, kind, block, data, template, files)
            files = {}
        number = end + 1


EXAMPLES = [example for lang in GUIDES for example in read_examples(lang)]


def compiled(example: Example) -> tuple[Template | None, list[Diagnostic]]:
    files = {name: write_docx(text, example.lang) for name, text in example.files.items()}
    filters = make_filters(LOCALES[example.lang])
    return compile_template(write_docx(example.template, example.lang), FILE, filters, load=files.get)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.lang} line {example.line}")
def test_an_example_does_what_the_guide_says(example: Example) -> None:
    if example.kind == "names":
        found, _ = list_template_names(write_docx(example.template, example.lang), FILE, FILTER_KINDS)
        assert found is not None
        assert text_report.render_names(found, example.lang) == example.expected
        return
    template, problems = compiled(example)
    if template is not None:
        rendered = template.render(read_values(example.data))
        problems = rendered.problems
    if example.kind == "message":
        assert text_report.render_diagnostics(problems, example.lang, None, ROOT) == example.expected
        return
    assert not problems, text_report.render_diagnostics(problems, example.lang, None, ROOT)
    lines = read_lines(sound(rendered.save(date(2026, 9, 1))))
    assert "\n".join(filter(None, lines)) == "\n".join(filter(None, example.expected.splitlines()))


@pytest.mark.parametrize("lang", GUIDES)
def test_every_template_of_the_guide_is_an_example(lang: str) -> None:
    text = GUIDES[lang].read_text(encoding="utf-8")
    main = re.findall(r"^```template$", text, re.M)
    outcomes = re.findall(r"^```(result|message|names)$", text, re.M)
    assert len(main) <= len(outcomes)
    assert len(EXAMPLES) >= 100
    kinds = set(re.findall(r"^```(\S+)", text, re.M))
    assert kinds == {"template", "data", "result", "message", "names", "sh"}


def test_both_languages_have_the_same_sections_and_examples() -> None:
    def shape(lang: str) -> list[str]:
        marks = re.findall(r"^(#{1,3} |```\w+|\| [`:-])", GUIDES[lang].read_text(encoding="utf-8"), re.M)
        return ["table" if mark.startswith("|") else mark for mark in marks]

    assert shape("zh") == shape("en")


def read_wishes(lang: str) -> list[tuple[str, list[str]]]:
    """The rows of the table of wishes, each with the tags to write."""
    text = GUIDES[lang].read_text(encoding="utf-8")
    (table,) = re.findall(r"\| (?:想要|You want) \| .*\n\| --- \| --- \|\n((?:\|.*\n)+)", text)
    rows = [split_cells(line.replace("\\|", "|")) for line in table.splitlines()]
    return [(wish, re.findall("`(.*?)`", written)) for wish, written in rows]


@pytest.mark.parametrize(
    ("wish", "tags"),
    [pytest.param(*row, id=f"{lang} {number}") for lang in GUIDES for number, row in enumerate(read_wishes(lang))],
)
def test_what_is_to_be_written_for_a_wish_is_a_sound_template(wish: str, tags: list[str]) -> None:
    assert tags, wish
    text = "".join(tags)
    if "{%tr" in text:
        text = f"| {tags[0]} | |\n| a | b |\n| {tags[1]} | |"
    elif "{%tc" in text or re.search("vm|cellbg|colspan", text):
        text = f"| {' | a | '.join(tags)} |"
    elif "{%p" in text:
        text = "\na\n".join(tags)
    _, problems = compile_template(write_docx(text, "en"), FILE, make_filters("en-US"))
    assert problems == []


@pytest.mark.parametrize("lang", GUIDES)
def test_codes_that_the_guide_names_are_there(lang: str) -> None:
    named = set(re.findall(r"\b[A-Z]{2}\d\d\b", GUIDES[lang].read_text(encoding="utf-8")))
    assert named <= set(load_messages(lang)["codes"])
    assert len(named) >= 13
