"""Compiled workbooks on disk: the same result as without them, whatever happens to the folder."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from sheet_files import DAY, FILTERS, xlsx
from test_sheet import QUOTE, TWO
from test_sheet_follow import LOTS, THREE, lots
from test_sheet_random import Model

from bidkit.cache import Store
from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.sheet import compile_workbook

BROKEN = xlsx([["{{ missing }}", "{{ 1 / 0 }}"], [("=A1", "{{ none }}")]])


def render(content: bytes, context: dict[str, Any], store: Store | None) -> tuple[bytes, list[Diagnostic]]:
    template, problems = compile_workbook(content, "t.xlsx", FILTERS, store=store)
    assert template is not None, problems
    result = template.render(context)
    return result.save(DAY), [*result.problems, *template.check_names(context)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    tmp_path.chmod(0o700)
    return Store(tmp_path)


@pytest.mark.parametrize(
    ("content", "context"), [(xlsx(QUOTE), TWO), (xlsx(LOTS, lots), THREE), (BROKEN, {"none": None})]
)
def test_a_kept_workbook_gives_the_same_bytes_and_says_the_same(
    content: bytes, context: dict[str, Any], store: Store
) -> None:
    fresh = render(content, context, None)
    assert render(content, context, store) == fresh
    assert len(list(store.folder.iterdir())) == 1
    assert render(content, context, store) == fresh


def test_random_workbooks_are_kept_whole(store: Store) -> None:
    for seed in range(10):
        model = Model(Random(seed))
        content = xlsx({"S": model.rows})
        assert len({render(content, model.context, place)[0] for place in (None, store, store)}) == 1


def test_a_kept_workbook_is_compiled_by_nobody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    content = xlsx(QUOTE)
    fresh = render(content, TWO, store)
    monkeypatch.setattr("bidkit.ooxml.sheet.compile._Compiler", None)
    assert render(content, TWO, store) == fresh


def test_a_kept_workbook_names_its_file_as_it_is_called_now(store: Store) -> None:
    compile_workbook(BROKEN, "one.xlsx", FILTERS, store=store)
    template, _ = compile_workbook(BROKEN, "two.xlsx", FILTERS, store=store)
    assert template is not None
    assert {problem.span.file for problem in template.render({}).problems if problem.span} == {"two.xlsx"}


def test_a_damaged_entry_is_not_used(store: Store) -> None:
    content = xlsx(QUOTE)
    fresh = render(content, TWO, store)
    (entry,) = store.folder.iterdir()
    entry.write_bytes(entry.read_bytes()[:-5] + b"xxxxx")
    assert render(xlsx(QUOTE), TWO, store) == fresh


def test_a_workbook_with_mistakes_is_not_kept(store: Store) -> None:
    template, _ = compile_workbook(xlsx([["{{ 1 + }}"]]), "t.xlsx", FILTERS, store=store)
    assert template is None
    assert not list(store.folder.iterdir())
