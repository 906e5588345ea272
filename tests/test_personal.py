"""Numbers of persons: masked, and found wherever a package shows them in full."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from test_copies import CARD, NUMBER, make_card_deal, with_text
from workspace import NOW, run_check, sign_all, write

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Diagnostic
from bidkit.personal import find_resident_fault, find_shown, mask_number, mask_residents
from bidkit.readback import read_docx

RESIDENT = "11010519491231002X"
"""The example of GB 11643."""


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("110101199001011234", "110101********1234"),
        ("A123456(7)", "A12*****7)"),
        ("12345678", "12****78"),
        ("12", "**"),
        ("339926********0317", "339926********0317"),
        ("", ""),
    ],
)
def test_a_number_keeps_its_ends_only(number: str, shown: str) -> None:
    assert mask_number(number) == shown


def test_only_numbers_of_identity_cards_are_masked_in_a_text() -> None:
    assert mask_residents(f"证号 {RESIDENT}，QMS-2025-03417") == "证号 110105********002X，QMS-2025-03417"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("身份证号991101199001011231，", True),
        ("9911 0119 9001 0112 31", True),
        ("991101199001011231 2020-04-20", True),
        ("991101********1231", False),
        ("19911011990010112315", False),
        (f"项目经理 {RESIDENT.lower()}", True),
        ("110105194912310021", False),  # its check digit is wrong, and nobody here has it
        ("91339901MA7QH0Y29Q 132000001995010112", False),
    ],
)
def test_a_number_in_full_is_found(text: str, found: bool) -> None:
    assert bool(find_shown(text, [NUMBER, "7", "339926********0317"])) is found


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (RESIDENT, ""),
        (RESIDENT.lower(), ""),
        ("110105 19491231 002X", ""),
        ("110105194912310021", "check"),
        ("110105194913310026", "birth"),
        ("110105189912310027", "birth"),
        ("110105202609020023", "birth"),
        ("11010519491231002", "length"),
        ("1101051949123100212", "length"),
        ("110105********002X", ""),
        ("110105491231002", ""),
        ("EA1234567", ""),
        ("见复印件", ""),
        ("", ""),
    ],
)
def test_a_number_written_in_full_is_one_that_can_be(number: str, fault: str) -> None:
    assert find_resident_fault(number, NOW.date()) == fault


def find_pk37(folder: Path, record: dict[str, Any], **changes: Any) -> list[Diagnostic]:
    deal = make_card_deal(folder, **changes.pop("attachments", {"mask": "true"}))
    write(folder / "catalog/credentials/card.yaml", yaml.safe_dump(CARD | record, allow_unicode=True))
    for path, (old, new) in changes.items():
        target = folder / path.replace("__", "/")
        write(target, target.read_text(encoding="utf-8").replace(old, new))
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert (result.folder is None) == any(item.code == "PK37" for item in result.diagnostics), result.diagnostics
    return [item for item in result.diagnostics if item.code == "PK37"]


def test_a_masked_deal_is_built_where_nothing_shows(tmp_path: Path) -> None:
    assert find_pk37(tmp_path, {"masks": []}) == []


def test_a_number_in_a_text_stops_the_build_at_its_place(tmp_path: Path) -> None:
    (problem,) = find_pk37(
        tmp_path,
        {"masks": []},
        **{"deals__water__deal.yaml": ("二十四个站点各装一台", f"身份证 {NUMBER}，二十四个站点各装一台")},
    )
    assert problem.span is not None
    assert problem.span.file == "submit/proposal.docx" and problem.span.place
    assert NUMBER not in problem.message("zh") and "991101********1231" in problem.message("zh")


def test_a_number_in_the_text_of_an_attached_pdf_stops_the_build(tmp_path: Path) -> None:
    record = {"files": ["files/card.pdf"], "masks": []}
    write(tmp_path / "catalog/credentials/files/card.pdf", with_text("first", NUMBER))
    (problem,) = find_pk37(tmp_path, record)
    assert problem.span is not None
    assert problem.span.file.startswith("submit/credentials/03-") and dict(problem.span.place) == {"page": "2"}


def test_a_mask_over_it_opens_the_way(tmp_path: Path) -> None:
    record = {
        "files": ["files/card.pdf"],
        "masks": [{"page": "2", "left": "0%", "top": "40%", "width": "100%", "height": "20%"}],
    }
    write(tmp_path / "catalog/credentials/files/card.pdf", with_text("first", NUMBER))
    assert find_pk37(tmp_path, record) == []


@pytest.mark.parametrize("asked", ["true", "false"])
def test_forms_hide_the_numbers_of_signers_too(tmp_path: Path, asked: str) -> None:
    signers = f"  signers: {{legal_representative: {{sex: 男, age: 50, position: 董事长, id_number: '{RESIDENT}'}}}}\n"
    deal = make_card_deal(tmp_path, mask=asked)
    write(tmp_path / "catalog/credentials/card.yaml", yaml.safe_dump(CARD | {"masks": []}, allow_unicode=True))
    settings = tmp_path / "bidkit.yaml"
    write(settings, settings.read_text(encoding="utf-8").replace("company:\n", "company:\n" + signers))
    from bidkit.appendix import Appendix
    from bidkit.context import make_context

    bid = run_check(deal).bid
    assert bid is not None
    context = make_context(bid, Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)
    shown = context["signers"]["legal_representative"]["id_number"]
    assert shown == ("110105********002X" if asked == "true" else RESIDENT)


@pytest.mark.parametrize(
    "area",
    [
        {"left": "10%", "top": "10%", "width": "0%", "height": "10%"},
        {"left": "10%", "top": "10%", "width": "10%", "height": "0%"},
        {"left": "50%", "top": "10%", "width": "60%", "height": "10%"},
        {"left": "100%", "top": "10%", "width": "10%", "height": "10%"},
    ],
)
def test_a_mask_that_hides_nothing_is_refused(tmp_path: Path, area: dict[str, str]) -> None:
    deal = make_card_deal(tmp_path, mask="true")
    write(tmp_path / "catalog/credentials/card.yaml", yaml.safe_dump(CARD | {"masks": [area]}, allow_unicode=True))
    (problem,) = run_check(deal).diagnostics
    assert problem.code == "DL11" and problem.span is not None
    assert problem.span.file == "catalog/credentials/card.yaml" and problem.span.line > 1


def test_numbers_are_shown_in_full_where_the_deal_hides_nothing(tmp_path: Path) -> None:
    deal = make_card_deal(tmp_path)
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, result.diagnostics
    assert NUMBER in read_docx((result.folder / "submit/proposal.docx").read_bytes(), "proposal.docx").text
