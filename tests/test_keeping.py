"""Compiled templates on disk: the same result as without them, whatever happens to the folder."""

from __future__ import annotations

import multiprocessing
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office_files import DAY, contents, core_xml, docx, p, picture, png, r, tbl, tc, tr

from bidkit.cache import Store
from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.template import compile_template
from bidkit.ooxml.theme import Theme

CONTEXT: dict[str, Any] = {"items": [{"name": "甲 & co"}, {"name": "乙"}], "text": "R&D", "none": None}
TEMPLATE = docx(
    contents(),
    p("一 {{ text }}", style="Heading1"),
    p("{%p for x in items %}"),
    p("{{ x.name }}{%r if loop.first %}", r("first", "<w:b/>"), r("{%r endif %}"), style="ListNumber"),
    p("b", style="ListNumber"),
    p("{%p endfor %}"),
    tbl(
        tr("{%tr for x in items %}"),
        f"<w:tr>{tc('{% vm %}a')}{tc('{{ x.name | upper }}')}</w:tr>",
        tr("{%tr endfor %}"),
    ),
    p(picture("rId9", 1, "{{ text }}")),
    header=p("{{ text }}"),
    core=core_xml("{{ text }}"),
    media={"rId9": png()},
)
PROBLEMS = docx(p("一", style="Heading1"), p("{{ missing }}"), p("{{ none }}"), p("{{ 1 / 0 }}"), p("{{ '\\x01' }}"))


def render(content: bytes, store: Store | None, **options: Any) -> tuple[bytes, list[Diagnostic]]:
    template, problems = compile_template(content, "t.docx", {}, store=store, **options)
    assert template is not None, problems
    result = template.render(CONTEXT)
    names = template.check_names(CONTEXT)
    return result.save(DAY), [*result.problems, *names]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    tmp_path.chmod(0o700)
    return Store(tmp_path)


def entry(store: Store) -> Path:
    (found,) = store.folder.iterdir()
    return found


@pytest.mark.parametrize("content", [TEMPLATE, PROBLEMS])
def test_a_kept_template_gives_the_same_bytes_and_says_the_same(content: bytes, store: Store) -> None:
    fresh = render(content, None)
    assert render(content, store) == fresh
    before = entry(store).stat()
    assert render(content, store) == fresh
    after = entry(store).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)  # not written anew


def test_a_kept_template_is_compiled_by_nobody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = render(TEMPLATE, store)
    monkeypatch.setattr("bidkit.ooxml.template._compile", None)
    assert render(TEMPLATE, store) == fresh


def test_a_template_with_mistakes_is_not_kept(store: Store) -> None:
    for _ in range(2):
        template, problems = compile_template(docx(p("{{ 1 + }}")), "t.docx", {}, store=store)
        assert template is None
        assert [problem.code for problem in problems] == ["TP11"]
    assert list(store.folder.iterdir()) == []


def test_a_kept_template_is_named_as_it_is_called_now(store: Store) -> None:
    for name in ("a.docx", "b.docx"):
        template, _ = compile_template(PROBLEMS, name, {}, store=store)
        assert template is not None
        problems = template.render(CONTEXT).problems
        assert {problem.span.file for problem in problems if problem.span} == {name}
    entry(store)


# damage


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(seed=st.integers(0, 2**32))
def test_flipped_bytes_are_a_rebuild_and_the_same_result(seed: int, tmp_path_factory: Any) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    fresh = render(TEMPLATE, store)
    order, file = random.Random(seed), entry(store)
    whole = file.read_bytes()
    damaged = bytearray(whole)
    for _ in range(order.choice([1, 1, 1, 2, 30])):
        damaged[order.randrange(len(damaged))] ^= order.randrange(1, 256)
    file.write_bytes(damaged if order.random() < 0.8 else damaged[: order.randrange(len(damaged))])
    assert render(TEMPLATE, store) == fresh
    assert entry(store).read_bytes() == whole


@pytest.mark.parametrize("change", range(0, 40, 3))
def test_a_template_changed_by_one_byte_is_another(change: int, store: Store) -> None:
    render(TEMPLATE, store)
    changed = bytearray(TEMPLATE)
    changed[len(changed) * change // 40] ^= 1
    kept, problems = compile_template(bytes(changed), "t.docx", {}, store=store)
    fresh, fresh_problems = compile_template(bytes(changed), "t.docx", {})
    assert problems == fresh_problems
    if kept is not None and fresh is not None:
        assert kept.render(CONTEXT).save(DAY) == fresh.render(CONTEXT).save(DAY)


# what an entry depends on


@pytest.mark.parametrize("option", [
    {"compat": True},
    {"theme": Theme((("accent1", "336699"),))},
    {"paper": (12240, 15840)},
    {"required_styles": ["Body Text"]},
    {"allow_macros": True},
    {"tests": {"odd_one": lambda value: True}},
    {"globals_": {"today": "x"}},
])  # fmt: skip
def test_other_settings_are_another_entry(option: dict[str, Any], store: Store) -> None:
    content = docx(p("{{ text }}"))
    render(content, store)
    render(content, store, **option)
    assert len(list(store.folder.iterdir())) == 2


def test_other_filters_are_another_entry(store: Store) -> None:
    content = docx(p("{{ text | shout }}"))
    for count, filters in enumerate(({"shout": str.upper}, {"shout": str.upper, "more": str.lower}), 1):
        template, _ = compile_template(content, "t.docx", filters, store=store)
        assert template is not None
        assert len(list(store.folder.iterdir())) == count
    template, problems = compile_template(content, "t.docx", {}, store=store)
    assert template is None
    assert [problem.code for problem in problems] == ["TP16"]


def test_a_filter_of_one_name_is_the_one_that_is_given_now(store: Store) -> None:
    content = docx(p("{{ text | shout }}"))
    found = []
    for shout in (str.upper, str.lower):
        template, _ = compile_template(content, "t.docx", {"shout": shout}, store=store)
        assert template is not None
        found.append(template.render(CONTEXT).save(DAY))
    assert found == [render(docx(p("{{ text | upper }}")), None)[0], render(docx(p("{{ text | lower }}")), None)[0]]


@pytest.mark.parametrize("fact", ["importlib.util.MAGIC_NUMBER", "_JINJA", "_HERE"])
def test_an_entry_of_another_python_jinja_or_bidkit_is_not_used(
    fact: str, store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fresh = render(TEMPLATE, store)
    other = tmp_path_factory.mktemp("other")
    (other / "word.py").write_text("changed")
    value = {"importlib.util.MAGIC_NUMBER": b"none", "_JINJA": [("compiler.py", 1)], "_HERE": other}[fact]
    monkeypatch.setattr(f"bidkit.ooxml.keeping.{fact}", value)
    assert render(TEMPLATE, store) == fresh
    assert len(list(store.folder.iterdir())) == 2


# several at once


def compile_many(folder: Path, files: list[bytes], seed: int) -> None:
    store, order = Store(folder), random.Random(seed)
    fresh = [render(content, None) for content in files]
    for _ in range(40):
        number = order.randrange(4)
        if order.random() < 0.2:
            for file in folder.iterdir():
                file.unlink(missing_ok=True)
        assert render(files[number], store) == fresh[number]


def test_processes_that_compile_the_same_templates_at_once_agree(store: Store) -> None:
    spawn = multiprocessing.get_context("spawn")
    files = [docx(p(f"{number} {{{{ text }}}}")) for number in range(4)]
    writers = [spawn.Process(target=compile_many, args=(store.folder, files, seed)) for seed in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert not list(store.folder.glob("*.new"))


def test_a_key_is_the_same_in_every_process(store: Store) -> None:
    render(TEMPLATE, store)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(count_entries, (store.folder, TEMPLATE)) == 1


def count_entries(folder: Path, content: bytes) -> int:
    render(content, Store(folder))
    return len(list(folder.iterdir()))
