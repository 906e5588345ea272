"""what all tests share: options, and what is skipped where LibreOffice is missing."""

from __future__ import annotations

import contextlib
import gc
import os
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest
import typer.testing
from quotes import ROOT

from bidkit.office import find_office

typer.testing._get_command = lru_cache(typer.testing._get_command)  # once, not at each call


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the readable dumps anew")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is taken from the user's cache, nor left there; what the tests start sees the same folder.

    All processes of a run share it, so that no document is laid out twice.
    """
    before = os.environ.get("BIDKIT_CACHE")
    base = tmp_path_factory.getbasetemp()
    cache = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    cache.mkdir(mode=0o700, exist_ok=True)
    os.environ["BIDKIT_CACHE"] = str(cache)
    yield
    if before is None:
        del os.environ["BIDKIT_CACHE"]
    else:
        os.environ["BIDKIT_CACHE"] = before


@pytest.fixture
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache that remembers no deal; what is compiled and copied is shared with all tests, as it depends on none."""
    shared, own = Path(os.environ["BIDKIT_CACHE"]), tmp_path_factory.mktemp("cache")
    _link_made(shared, own)
    monkeypatch.setenv("BIDKIT_CACHE", str(own))
    yield own
    _link_made(own, shared)


def _link_made(source: Path, target: Path) -> None:
    for name in ("templates", "papers", "pages"):
        (target / name).mkdir(mode=0o700, exist_ok=True)
        there = {file.name for file in (target / name).iterdir()}
        for file in source.glob(f"{name}/*"):
            if file.suffix != ".new" and file.name not in there:
                with contextlib.suppress(FileExistsError, FileNotFoundError):  # another process was faster
                    (target / name / file.name).hardlink_to(file)


@pytest.fixture(autouse=True)
def _no_office(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """LibreOffice is called by none but the tests that need it."""
    if "office" not in request.keywords:
        monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The packages of the examples as drafts without page numbers, built once; whoever changes one copies it first."""
    from bidkit.build import Options, build_deal

    made = {}
    for name in ("water", "school", "port"):
        root = tmp_path_factory.mktemp(name) / name
        shutil.copytree(ROOT / "examples" / name, root, ignore=shutil.ignore_patterns("dist"))
        (deal,) = root.glob("deals/*/deal.yaml")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
            result = build_deal(deal, Options(now=datetime(2026, 9, 1, tzinfo=UTC), is_draft=True))
        assert result.folder is not None, [item.message("en") for item in result.diagnostics]
        made[name] = result.folder
    return made


def pytest_collection_finish() -> None:
    """Ten thousand tests, and what they are about, live as long as the run: the collector need not walk them again and
    again, nor look for cycles every 700 objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


SLOW = ("test_examples.py", "test_cluster.py", "test_docs_commands.py", "test_zh_tender.py", "test_ci_templates.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of slow tests come first, so that no process is left with them at the end. Tests that need LibreOffice and
    poppler are skipped without them; in CI (BIDKIT_NO_SKIPS) they fail instead."""
    slow = Counter(item.path.name for item in items if item.get_closest_marker("office"))
    items.sort(key=lambda item: (item.path.name not in SLOW, -slow[item.path.name]))
    missing = [
        name for name, found in (("LibreOffice", find_office()), ("pdftotext", shutil.which("pdftotext"))) if not found
    ]
    if not missing or os.environ.get("BIDKIT_NO_SKIPS"):
        return
    skip = pytest.mark.skip(reason=f"{' and '.join(missing)} not installed")
    for item in items:
        if item.get_closest_marker("office"):
            item.add_marker(skip)
