"""The company of bidkit.yaml: letterhead, cover, header and footer, logo and colour."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from workspace import NOW, make_workspace, sign_all

from bidkit.build import Options, build_deal


def parts_of(deal: Path) -> dict[str, str]:
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, result.diagnostics
    with zipfile.ZipFile(result.folder / "submit/proposal.docx") as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))}


@pytest.fixture
def deal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    path = make_workspace(tmp_path)
    settings = tmp_path / "bidkit.yaml"
    text = settings.read_text(encoding="utf-8").replace(
        "company:\n", "company:\n  logo: logo.png\n  color: '#2e6b4f'\n"
    )
    settings.write_text(text, encoding="utf-8")
    stream = io.BytesIO()
    Image.new("RGB", (300, 100), "#2e6b4f").save(stream, "PNG")
    (tmp_path / "logo.png").write_bytes(stream.getvalue())
    sign_all(path)
    return path


def test_colour_takes_the_place_of_the_accent_in_theme_styles_and_charts(deal: Path) -> None:
    parts = parts_of(deal)
    assert '<a:accent1><a:srgbClr val="2E6B4F"/></a:accent1>' in parts["word/theme/theme1.xml"]
    everything = "".join(parts.values())
    for element in re.findall(r'<w:[^>]*w:theme(?:Color|Fill)="accent1"[^>]*>', everything):
        assert "2E6B4F" in element
    assert '<a:srgbClr val="2E6B4F"/>' in parts["word/document.xml"], "the Gantt chart"
    (chart,) = (text for name, text in parts.items() if re.fullmatch(r"word/charts/[^/]+\.xml", name))
    assert '<a:srgbClr val="2E6B4F"/>' in chart
    rest = {name: text for name, text in parts.items() if "theme" not in name}
    assert not [name for name, text in rest.items() if "1F4E79" in text]


def test_logo_stands_on_the_cover_and_in_every_header_that_has_text(deal: Path) -> None:
    parts = parts_of(deal)
    assert parts["word/document.xml"].index("<w:drawing>") < parts["word/document.xml"].index("w:sectPr")
    headers = {
        name: text for name, text in parts.items() if re.fullmatch(r"word/header\d\.xml", name) and "<w:t" in text
    }
    assert headers
    for name, text in headers.items():
        assert text.count("<w:drawing>") == 1
        assert "media/" in parts[name.replace("word/", "word/_rels/") + ".rels"]


def test_company_is_named_in_footer_and_properties(deal: Path) -> None:
    parts = parts_of(deal)
    name = "青禾测试技术有限公司"
    assert any(name in text for part, text in parts.items() if part.startswith("word/footer"))
    assert f"<dc:creator>{name}</dc:creator>" in parts["docProps/core.xml"]
    assert f"<Company>{name}</Company>" in parts["docProps/app.xml"]


def test_dates_in_the_properties_are_those_of_the_bid(deal: Path) -> None:
    core = parts_of(deal)["docProps/core.xml"]
    assert re.findall(r">(\d{4}-\d\d-\d\dT[^<]*)<", core) == ["2026-09-15T00:00:00Z"] * 2


@pytest.mark.parametrize("color", ["red", "12345", "1F4E7G"])
def test_colour_that_is_none_is_refused(deal: Path, color: str) -> None:
    settings = deal.parents[2] / "bidkit.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("#2e6b4f", color), encoding="utf-8")
    result = build_deal(deal, Options(now=NOW))
    assert [item.code for item in result.diagnostics] == ["DL10"]


def test_logo_that_is_missing_is_found_where_it_is_named(deal: Path) -> None:
    (deal.parents[2] / "logo.png").unlink()
    (item,) = build_deal(deal, Options(now=NOW)).diagnostics
    assert item.code == "DL12"
    assert item.span is not None
    assert item.span.file == "bidkit.yaml"
