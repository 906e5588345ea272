"""The pipeline as a whole: what it refuses when the layout is not that of the document."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from workspace import NOW, make_workspace, sign_all

from bidkit.build import Options, build_deal


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
