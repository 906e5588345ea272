"""What the shipped templates leave out, and how they spell: read in the .docx of the sample deal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from docx.document import Document
from workspace import edit, write

from bidkit.build import Options, build_deal
from bidkit.starting import DEAL, make_workspace

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def make(root: Path, language: str) -> Path:
    """The sample deal of a new workspace; the path of its deal.yaml."""
    for name, content in make_workspace(language, NOW).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root / DEAL


def build(deal: Path, monkeypatch: pytest.MonkeyPatch) -> Document:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.folder is not None, result.diagnostics
    return docx.Document(str(result.folder / "submit/proposal-DRAFT.docx"))


def heads(document: Document) -> list[list[str]]:
    """The titles of each table, whose rows have as many cells as its grid has columns."""
    for table in document.tables:
        assert {len(row.cells) for row in table.rows} == {len(table.columns)}
    return [[cell.text for cell in table.rows[0].cells] for table in document.tables]


COLUMNS = {
    "zh": (["序号", "姓名", "岗位", "职责"], ["序号", "姓名", "岗位", "职称", "年限", "职责"], "标识"),
    "en": (["No.", "Name", "Role", "Responsibility"], ["No.", "Name", "Role", "Years", "Responsibility"], "Marker"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_column_that_no_row_fills_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    without, with_some, marker = COLUMNS[language]
    deal = make(tmp_path, language)
    found = heads(build(deal, monkeypatch))
    assert without in found and not [titles for titles in found if marker in titles]
    text = deal.read_text(encoding="utf-8")
    at = text.index("name:", text.index("\nteam:"))
    write(deal, f"{text[:at]}title: X, years: 7, {text[at:]}")
    assert with_some in heads(build(deal, monkeypatch))


@pytest.mark.parametrize(("locale", "ours", "theirs"), [("en-GB", "is", "iz"), ("en-US", "iz", "is")])
def test_a_document_is_spelt_as_its_locale_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str, ours: str, theirs: str
) -> None:
    deal = make(tmp_path, "en")
    if locale != "en-US":
        edit(deal, "locale: en-US", f"locale: {locale}")
    document = build(deal, monkeypatch)
    said = "\n".join(part.text for part in document.element.body.iter() if part.tag.endswith("}t") and part.text)
    assert f"Service Organ{ours}ation" in said and f"Author{ours}ed to bind" in said
    assert f"Organ{theirs}ation" not in said and f"Author{theirs}ed" not in said
