"""Packages of two bidders from one template: each names its own bidder, and nothing that is made ties them together."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pikepdf
import pytest
from test_copies import build, make_card_deal
from workspace import COMPANY, NOW, sign_all, write

from bidkit.build import Options, build_deal
from bidkit.office import find_office
from bidkit.traces import read_pdf_traces, read_traces

OTHER = "远汀科技有限公司"
NAMES = (COMPANY, OTHER)
_MAKERS = rb"<(?:\w+:)?(creator|lastModifiedBy|Company|Manager|Template|TotalTime|lastPrinted)\b[^>]*>([^<]*)<"


def make_deal(folder: Path, name: str) -> Path:
    deal = make_card_deal(folder)
    for path in [folder / "bidkit.yaml", *(folder / "catalog/credentials").glob("*.yaml")]:
        write(path, path.read_text(encoding="utf-8").replace(COMPANY, name))
    return deal


def test_each_file_names_its_own_bidder_as_its_maker_and_the_other_nowhere(tmp_path: Path) -> None:
    for number, name in enumerate(NAMES):
        folder = build(make_deal(tmp_path / str(number), name)).folder
        assert folder is not None
        for file in ("proposal.docx", "quote.xlsx"):
            content = (folder / "submit" / file).read_bytes()
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                properties = b"".join(archive.read(part) for part in archive.namelist() if part.startswith("docProps/"))
                assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            makers = {key.decode(): value.decode() for key, value in re.findall(_MAKERS, properties)}
            assert makers == {"creator": name, "lastModifiedBy": name, "Company": name}
            texts = [text for _, text in read_traces(content, file).texts]
            assert any(name in text for text in texts)
            assert not any(NAMES[1 - number] in text for text in texts)


@pytest.mark.office
@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_pdfs_of_two_bidders_share_no_id_and_name_their_own(tmp_path: Path) -> None:
    ids: list[set[bytes]] = []
    for number, name in enumerate(NAMES):
        deal = make_deal(tmp_path / str(number), name)
        sign_all(deal)
        result = build_deal(deal, Options(now=NOW, with_pdf=True))
        assert result.folder is not None, [item.message("en") for item in result.diagnostics]
        found: set[bytes] = set()
        for path in sorted((result.folder / "submit").glob("*.pdf")):
            with pikepdf.open(path) as pdf:
                found |= {bytes(item) for item in pdf.trailer.ID}
                assert str(pdf.docinfo["/Author"]) == name and "/Metadata" not in pdf.Root
            assert not any(NAMES[1 - number] in text for _, text in read_pdf_traces(path.read_bytes(), path.name).texts)
        ids.append(found)
    assert len(ids[0]) == len(ids[1]) > 1 and not ids[0] & ids[1]


def test_copies_name_nobody(tmp_path: Path) -> None:
    folder = build(make_deal(tmp_path, OTHER)).folder
    assert folder is not None
    for path in (folder / "submit/credentials").iterdir():
        if path.suffix == ".pdf":
            with pikepdf.open(path) as pdf:
                assert not pdf.docinfo and "/Metadata" not in pdf.Root
        else:
            assert b"Exif" not in path.read_bytes() and b"tEXt" not in path.read_bytes()
