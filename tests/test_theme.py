"""A pack's theme: its colours and fonts take the place of those in the templates."""

from __future__ import annotations

import re
from pathlib import Path

from office_files import parts_of, sound
from pack_files import MANIFEST, make_two_volumes
from workspace import NOW, edit, root_of, run_check, sign_all

from bidkit.build import Options, build_deal

THEME = """\
theme:
  accent1: 884400
  accent3: '#00aa88'
  major: {east_asian: 方正小标宋, latin: Georgia}
  minor: {east_asian: 仿宋}
"""


def build(deal: Path) -> dict[str, str]:
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, result.diagnostics
    parts = parts_of(sound((result.folder / "submit/price.docx").read_bytes()))
    return {name: part.decode() for name, part in parts.items() if name.endswith(".xml")}


def style(parts: dict[str, str], name: str) -> str:
    found = re.search(rf'<w:style [^>]*w:styleId="{name}".*?</w:style>', parts["word/styles.xml"])
    assert found
    return found.group()


def test_colours_and_fonts_of_a_pack_are_those_of_its_documents(tmp_path: Path) -> None:
    parts = build(make_two_volumes(tmp_path, MANIFEST + THEME))
    theme = parts["word/theme/theme1.xml"]
    assert '<a:accent1><a:srgbClr val="884400"/></a:accent1>' in theme
    assert '<a:accent3><a:srgbClr val="00AA88"/></a:accent3>' in theme
    assert '<a:accent2><a:srgbClr val="3D6B8F"/></a:accent2>' in theme
    assert '<a:majorFont><a:latin typeface="Georgia"/><a:ea typeface="方正小标宋"/>' in theme
    assert '<a:minorFont><a:latin typeface="Times New Roman"/><a:ea typeface="仿宋"/>' in theme
    # The shipped styles write the fonts of their theme out.
    assert 'w:eastAsia="方正小标宋"' in style(parts, "Heading1")
    assert 'w:ascii="Georgia"' in style(parts, "Heading1")
    assert 'w:eastAsia="仿宋"' in style(parts, "Normal")
    assert 'w:ascii="Times New Roman"' in style(parts, "Normal")
    assert "884400" in style(parts, "CoverTitle")


def test_the_colour_of_the_company_weighs_more_where_it_is_written(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path, MANIFEST + THEME)
    edit(root_of(deal) / "bidkit.yaml", "  introduction:", "  color: 2E6B4F\n  introduction:")
    theme = build(deal)["word/theme/theme1.xml"]
    assert '<a:accent1><a:srgbClr val="2E6B4F"/></a:accent1>' in theme
    assert '<a:accent3><a:srgbClr val="00AA88"/></a:accent3>' in theme


def test_a_colour_that_is_none_is_shown(tmp_path: Path) -> None:
    found = run_check(make_two_volumes(tmp_path, MANIFEST + "theme: {accent1: blue}\n")).diagnostics
    assert [(item.code, item.values["value"]) for item in found] == [("DL10", "blue")]


def test_another_theme_is_compiled_anew(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path, MANIFEST + THEME)
    assert "884400" in build(deal)["word/theme/theme1.xml"]
    edit(root_of(deal) / "templates/mine/pack.yaml", "884400", "005500")
    assert "005500" in build(deal)["word/theme/theme1.xml"]
