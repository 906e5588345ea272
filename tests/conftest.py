"""what all tests share: options, and what is skipped where LibreOffice is missing."""

from __future__ import annotations

import os
import shutil

import pytest

from bidkit.office import find_office


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the readable dumps anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need LibreOffice and poppler are skipped without them; in CI (BIDKIT_NO_SKIPS) they fail instead."""
    missing = [
        name for name, found in (("LibreOffice", find_office()), ("pdftotext", shutil.which("pdftotext"))) if not found
    ]
    if not missing or os.environ.get("BIDKIT_NO_SKIPS"):
        return
    skip = pytest.mark.skip(reason=f"{' and '.join(missing)} not installed")
    for item in items:
        if item.get_closest_marker("office"):
            item.add_marker(skip)
