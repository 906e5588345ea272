"""Products, services and papers of a workspace: only what the deal names is read, and each mistake at its place."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from workspace import (
    ISO9001_RECORD,
    LICENCE_RECORD,
    PRODUCT,
    SERVICE,
    edit,
    make_picture,
    make_workspace,
    run_check,
    sign_all,
    write,
)

from bidkit.catalog import Catalog, load_catalog
from bidkit.diagnostic import Diagnostic, Span
from bidkit.kinds import CREDENTIAL_KINDS
from bidkit.source import Workspace

HERE = Span("deal.yaml", 7, 3)
RECORDS = {
    "catalog/products/GW-200.md": PRODUCT,
    "catalog/services/maintenance.md": SERVICE,
    "catalog/credentials/iso9001.yaml": ISO9001_RECORD,
    "catalog/credentials/business-licence.yaml": LICENCE_RECORD,
}


def load(
    root: Path,
    products: Sequence[str] = (),
    services: Sequence[str] = (),
    credentials: Sequence[str] = (),
    **changes: str,
) -> tuple[Catalog, list[Diagnostic]]:
    """The named records of a catalog in which whole files have been replaced."""
    for name, text in RECORDS.items():
        write(root / name, changes.get(Path(name).stem.replace("-", "_"), text))
    named = [[(key, HERE) for key in keys] for keys in (products, services, credentials)]
    return load_catalog(Workspace(root), *named)


def places(problems: list[Diagnostic]) -> list[tuple[str, str, int]]:
    return [(p.code, p.span.file if p.span else "", p.span.line if p.span else 0) for p in problems]


class TestRecords:
    def test_named_records_are_read_in_the_order_of_the_deal(self, tmp_path: Path) -> None:
        catalog, problems = load(tmp_path, ["GW-200"], ["maintenance"], ["iso9001", "business-licence"])
        assert problems == []
        assert [product.sku for product in catalog.products] == ["GW-200"]
        assert [block.id for block in catalog.services] == ["maintenance"]
        assert [paper.id for paper in catalog.credentials] == ["iso9001", "business-licence"]

    def test_facts_and_text_of_a_product(self, tmp_path: Path) -> None:
        catalog, _ = load(tmp_path, ["GW-200"])
        product = catalog.products[0]
        assert (product.model, product.specs[0].value, product.reviewed) == ("EG200", "8 路 RS-485", date(2026, 7, 31))
        assert product.introduction.text == "网关把站点数据送入平台，断网时在本地保存 45 天。\n"
        assert (product.introduction.file, product.introduction.line) == ("catalog/products/GW-200.md", 13)

    def test_paper_without_an_end_is_long_term(self, tmp_path: Path) -> None:
        catalog, _ = load(tmp_path, credentials=["business-licence", "iso9001"])
        assert [paper.valid_until for paper in catalog.credentials] == [None, date(2028, 5, 19)]

    def test_record_named_twice_is_read_once(self, tmp_path: Path) -> None:
        catalog, problems = load(tmp_path, ["GW-200", "GW-200"])
        assert problems == []
        assert len(catalog.products) == 1

    def test_broken_record_that_no_one_names_is_not_read(self, tmp_path: Path) -> None:
        write(tmp_path / "catalog/products/broken.md", "no front matter")
        workspace = Workspace(tmp_path)
        write(tmp_path / "catalog/products/GW-200.md", PRODUCT)
        _, problems = load_catalog(workspace, [("GW-200", None)], [], [])
        assert problems == []
        assert list(workspace.files) == ["catalog/products/GW-200.md"]

    @pytest.mark.parametrize("kind", CREDENTIAL_KINDS)
    def test_every_kind_of_paper_is_accepted(self, tmp_path: Path, kind: str) -> None:
        _, problems = load(
            tmp_path, credentials=["iso9001"], iso9001=ISO9001_RECORD.replace("kind: iso9001", f"kind: {kind}")
        )
        assert problems == []


class TestMissingRecords:
    @pytest.mark.parametrize(
        ("named", "near"),
        [
            ({"products": ["GW-20"]}, "GW-200"),
            ({"services": ["maintenence"]}, "maintenance"),
            ({"credentials": ["bussiness-licence"]}, "business-licence"),
            ({"products": ["ZZZZ9"]}, None),
            ({"products": ["maintenance"]}, None),
        ],
    )
    def test_record_that_is_not_there(self, tmp_path: Path, named: dict[str, list[str]], near: str | None) -> None:
        _, problems = load(tmp_path, **named)  # type: ignore[arg-type]
        assert [(problem.code, problem.span, problem.values["near"]) for problem in problems] == [("DL15", HERE, near)]

    @pytest.mark.parametrize("name", ["../services/maintenance", "../../secret", "/etc/passwd", "gw-200", "*", ""])
    def test_name_is_never_a_path_or_a_pattern(self, tmp_path: Path, name: str) -> None:
        write(tmp_path / "secret.md", PRODUCT)
        catalog, problems = load(tmp_path, [name])
        assert catalog.products == ()
        assert [problem.code for problem in problems] == ["DL15"]

    def test_every_place_that_names_a_record_which_is_not_there_is_told(self, tmp_path: Path) -> None:
        places = [Span("lines.csv", line, 1) for line in (3, 7, 9)]
        _, problems = load_catalog(Workspace(tmp_path), [("soc-248", place) for place in places], [], [])
        assert [(problem.code, problem.span) for problem in problems] == [("DL15", place) for place in places]

    def test_unknown_sku_of_a_line_an_answer_and_the_solution_is_found_where_it_stands(self, tmp_path: Path) -> None:
        for folder, old, new in (
            ("line", "sku: GW-200", "sku: GW-201"),
            ("answer", "数据每十秒上报一次。, products: [GW-200]", "数据每十秒上报一次。, products: [GW-200, GW-201]"),
            ("solution", "\n  products: [GW-200]\n", "\n  products: [GW-200, GW-201]\n"),
        ):
            deal = make_workspace(tmp_path / folder)
            edit(deal, old, new)
            problems = run_check(deal).diagnostics
            assert [(problem.code, problem.values["near"]) for problem in problems] == [("DL15", "GW-200")]
            text, span = deal.read_text(encoding="utf-8").splitlines(), problems[0].span
            assert span is not None
            assert text[span.line - 1][span.col - 1 : span.col - 1 + span.width] == "GW-201"


class TestMistakes:
    @pytest.mark.parametrize(
        ("old", "new", "code", "line"),
        [
            ("unit: 台", "unit: ''", "DL05", 7),
            ("unit: 台", "units: 台", "DL04", 7),
            ("reviewed: 2026-07-31", "reviewed: 2026-7-31", "DL09", 11),
            ("  - {name: 接口, value: 8 路 RS-485}", "  - {name: 接口, valu: 8}", "DL04", 9),
            ("specs:\n", "specs: none\nx:\n", "DL07", 8),
            ("name: 边缘采集网关\n", "name: 边缘采集网关\nname: 网关\n", "DL03", 4),
            ("---\nsku", "sku", "DL22", 1),
        ],
    )
    def test_mistake_in_a_product_is_found_in_its_file(
        self, tmp_path: Path, old: str, new: str, code: str, line: int
    ) -> None:
        assert PRODUCT.count(old) == 1
        _, problems = load(tmp_path, ["GW-200"], GW_200=PRODUCT.replace(old, new))
        assert (code, "catalog/products/GW-200.md", line) in places(problems)

    @pytest.mark.parametrize(
        ("old", "new", "code", "line"),
        [
            ("kind: iso9001", "kind: iso9002", "DL10", 2),
            ("valid_until: 2028-05-19", "valid_until: 2028-02-30", "DL09", 8),
            ("valid_until: 2028-05-19", "valid_until:", "DL05", 8),
            ("number: QMS-2025-03417", "number: ''", "DL05", 5),
            ("issuer: 衡屿认证有限公司\n", "", "DL06", 1),
            ("holder: ", "holder: @", "DL01", 4),
        ],
    )
    def test_mistake_in_a_paper_is_found_in_its_file(
        self, tmp_path: Path, old: str, new: str, code: str, line: int
    ) -> None:
        assert ISO9001_RECORD.count(old) == 1
        _, problems = load(tmp_path, credentials=["iso9001"], iso9001=ISO9001_RECORD.replace(old, new))
        assert places(problems) == [(code, "catalog/credentials/iso9001.yaml", line)]

    @pytest.mark.parametrize("key", ["sku", "name", "category", "unit", "specs", "owner", "reviewed"])
    def test_fact_of_a_product_that_is_missing(self, tmp_path: Path, key: str) -> None:
        lines = [line for line in PRODUCT.splitlines(keepends=True) if not line.startswith(f"{key}:")]
        if key == "specs":
            lines = [line for line in lines if not line.startswith("  - ")]
        _, problems = load(tmp_path, ["GW-200"], GW_200="".join(lines))
        assert [(problem.code, problem.values["key"]) for problem in problems] == [("DL06", key)]

    def test_product_without_an_introduction(self, tmp_path: Path) -> None:
        _, problems = load(tmp_path, ["GW-200"], GW_200=PRODUCT[: PRODUCT.rindex("---\n") + 4] + "\n  \n")
        assert [code for code, _, _ in places(problems)] == ["DL05"]

    def test_service_without_a_text(self, tmp_path: Path) -> None:
        _, problems = load(tmp_path, services=["maintenance"], maintenance=SERVICE[: SERVICE.rindex("---\n") + 4])
        assert [code for code, _, _ in places(problems)] == ["DL05"]

    def test_text_below_the_facts_is_the_introduction_and_nothing_else(self, tmp_path: Path) -> None:
        _, problems = load(tmp_path, ["GW-200"], GW_200=PRODUCT.replace("unit: 台", "unit: 台\nintroduction: 别的"))
        assert problems, "one of the two introductions would be lost without a word"

    def test_id_that_is_not_the_name_of_its_file_is_found_at_the_id(self, tmp_path: Path) -> None:
        _, problems = load(
            tmp_path, credentials=["iso9001"], iso9001=ISO9001_RECORD.replace("id: iso9001", "id: iso9002")
        )
        assert [problem.code for problem in problems] == ["DL26"]
        assert problems[0].span == Span("catalog/credentials/iso9001.yaml", 1, 5, 7)

    def test_all_mistakes_of_all_records_are_reported(self, tmp_path: Path) -> None:
        _, problems = load(
            tmp_path,
            ["GW-200", "GW-9"],
            ["maintenance"],
            ["iso9001"],
            GW_200=PRODUCT.replace("unit:", "units:"),
            maintenance=SERVICE.replace("2026-07-31", "2026-07-32"),
            iso9001=ISO9001_RECORD.replace("issued:", "isued:"),
        )
        assert sorted(problem.code for problem in problems) == ["DL04", "DL04", "DL06", "DL06", "DL09", "DL15"]


class TestFreakFiles:
    @pytest.mark.skipif(os.name != "posix", reason="pipes")
    def test_pipe_folder_and_link_outside_are_findings(self, tmp_path: Path) -> None:
        base = tmp_path / "root/catalog/products"
        base.mkdir(parents=True)
        os.mkfifo(base / "pipe.md")
        (base / "folder.md").mkdir()
        write(tmp_path / "outside.md", PRODUCT)
        (base / "link.md").symlink_to(tmp_path / "outside.md")
        names = [("pipe", HERE), ("folder", HERE), ("link", HERE)]
        _, problems = load_catalog(Workspace(tmp_path / "root"), names, [], [])
        assert [problem.code for problem in problems] == ["DL14", "DL14", "DL13"]

    @pytest.mark.parametrize("folder", [True, False])
    def test_workspace_without_a_catalog(self, tmp_path: Path, folder: bool) -> None:
        if folder:
            write(tmp_path / "catalog", "a file in the place of the folder")
        _, problems = load_catalog(Workspace(tmp_path), [("GW-200", HERE)], [], [("iso9001", HERE)])
        assert [problem.code for problem in problems] == ["DL15", "DL15"]


class TestPictures:
    def show(self, root: Path, written: str, content: bytes | None) -> Path:
        deal = make_workspace(root)
        edit(root / "catalog/products/GW-200.md", "owner:", f"picture: {written}\nowner:")
        if content is not None:
            write(root / "catalog/products/pictures/GW-200.png", content)
        return deal

    @pytest.mark.parametrize(
        ("written", "content", "code"),
        [
            ("pictures/GW-200.png", None, "DL12"),
            ("pictures/GW-200.png", b"", "DL14"),
            ("pictures/GW-200.png", make_picture(width=300, height=300)[:-30], "DL14"),
            ("../../../secret.png", make_picture(), "DL13"),
            ("/etc/hostname", None, "DL13"),
        ],
    )
    def test_picture_that_cannot_be_shown_is_found_at_its_name(
        self, tmp_path: Path, written: str, content: bytes | None, code: str
    ) -> None:
        problems = run_check(self.show(tmp_path, written, content)).diagnostics
        assert places(list(problems)) == [(code, "catalog/products/GW-200.md", 10)]

    def test_replaced_picture_voids_the_reviews(self, tmp_path: Path) -> None:
        deal = self.show(tmp_path, "pictures/GW-200.png", make_picture())
        sign_all(deal)
        write(tmp_path / "catalog/products/pictures/GW-200.png", make_picture(width=61))
        gate = run_check(deal).gate
        assert gate is not None
        assert "GT04" in [problem.code for item in gate.blocking("submit") for problem in item.open]
