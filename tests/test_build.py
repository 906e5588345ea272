"""The pipeline as a whole: what it refuses when the layout is not that of the document."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from workspace import NOW, make_workspace, sign_all

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Severity


@pytest.mark.skipif(os.name != "posix", reason="the fake soffice is a shell script")
def test_pdf_of_another_document_gives_no_page_numbers_and_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = make_workspace(tmp_path / "w")
    sign_all(deal)
    stream = io.BytesIO()
    Image.new("RGB", (100, 100), "white").save(stream, "PDF")
    (tmp_path / "other.pdf").write_bytes(stream.getvalue())
    program = tmp_path / "soffice"
    program.write_text(
        f'#!/bin/sh\nwhile [ "$1" != "--outdir" ]; do shift; done\ncp {tmp_path}/other.pdf "$2/1.pdf"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("BIDKIT_SOFFICE", str(program))
    result = build_deal(deal, Options(now=NOW))
    assert [item.code for item in result.diagnostics] == ["EN07"]
    assert result.exit_code == 2
    assert result.folder is None
    assert not (tmp_path / "w/dist").exists()


@pytest.mark.office
@pytest.mark.skipif(os.name != "posix", reason="the fake fc-list is a shell script")
@pytest.mark.parametrize(
    ("installed", "told"),
    [("宋体\n黑体\n楷体\nTimes New Roman", []), ("宋体\nLiberation Serif", ["黑体, 楷体"])],
)
def test_fonts_that_are_replaced_are_told_where_pages_were_counted_in_others(
    installed: str, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal = make_workspace(tmp_path / "w")
    sign_all(deal)
    for name, said in (("fc-list", installed), ("fc-match", "Some Sans")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\n", encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, result.diagnostics
    found = [item for item in result.diagnostics if item.code == "EN13"]
    assert sorted(str(item.values["font"]) for item in found) == told
    assert all(item.values["other"] == "Some Sans" and item.severity is Severity.INFO for item in found)
