"""Parts of a volume: named as data, put in a deal's order, on their own paper, and refused where they are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from office_files import DAY, PAGE, codes, docx, p, sound, texts
from pack_files import make_pack, technical_docx
from test_volumes import errors, place, read
from workspace import NOW, edit, make_workspace, root_of, run_check, sign_all

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Diagnostic
from bidkit.inspection import inspect_template
from bidkit.ooxml.rendered import Template
from bidkit.ooxml.sections import read_sections
from bidkit.ooxml.template import compile_template
from bidkit.reports import Result

TURNED = (
    '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" '
    'w:left="1440" w:header="720" w:footer="720" w:gutter="0"/>'
)
PARTS = p("{%p include parts %}")


def turned(*blocks: str) -> bytes:
    """A file on paper that lies."""
    content = docx(*blocks)
    changed = content  # the page is written into the document part as it stands
    from bidkit.ooxml import opc

    package, problems = opc.read_package(changed, "x.docx")
    assert package is not None, problems
    document = package["word/document.xml"].decode()
    assert PAGE in document
    return opc.write_package(package.replace({"word/document.xml": document.replace(PAGE, TURNED).encode()}))


def compiled(
    files: dict[str, bytes], parts: list[str], main: bytes | None = None
) -> tuple[Template | None, list[Diagnostic]]:
    return compile_template(main or docx(p("front"), PARTS), "main.docx", {}, load=files.get, parts=parts)


def filled(files: dict[str, bytes], parts: list[str], context: dict[str, Any] | None = None) -> bytes:
    template, problems = compiled(files, parts)
    assert template is not None and not problems, problems
    rendered = template.render(context or {})
    assert not rendered.problems, rendered.problems
    return sound(rendered.save(DAY))


def papers(content: bytes) -> list[tuple[str, list[str]]]:
    """The sections: upright or turned, and the texts in each."""
    import io

    import docx as python_docx
    from docx.enum.section import WD_ORIENT

    document = python_docx.Document(io.BytesIO(content))
    kinds = ["turned" if section.orientation == WD_ORIENT.LANDSCAPE else "upright" for section in document.sections]
    inside: list[list[str]] = [[]]
    for paragraph in document.paragraphs:
        if paragraph.text:
            inside[-1].append(paragraph.text)
        if paragraph._p.pPr is not None and paragraph._p.pPr.sectPr is not None:
            inside.append([])
    return list(zip(kinds, inside, strict=True))


A, B, C = docx(p("a")), turned(p("b")), turned(p("{%p if x %}"), p("c"), p("{%p endif %}"))
FILES = {"a.docx": A, "b.docx": B, "c.docx": C, "z.docx": docx(p("z"))}


def test_parts_stand_in_the_order_in_which_they_are_named() -> None:
    assert texts(filled(FILES, ["z.docx", "a.docx"])) == ["front", "z", "a"]
    assert texts(filled(FILES, ["a.docx", "z.docx"])) == ["front", "a", "z"]
    assert texts(filled(FILES, [])) == ["front"]


@pytest.mark.parametrize(
    ("parts", "has_c", "expected"),
    [
        ("ab", True, [("upright", ["front", "a"]), ("turned", ["b"])]),
        ("abz", True, [("upright", ["front", "a"]), ("turned", ["b"]), ("upright", ["z"])]),
        ("bcz", True, [("upright", ["front"]), ("turned", ["b"]), ("turned", ["c"]), ("upright", ["z"])]),
        ("bcz", False, [("upright", ["front"]), ("turned", ["b"]), ("upright", ["z"])]),
        ("acz", False, [("upright", ["front", "a"]), ("upright", ["z"])]),
        ("abc", False, [("upright", ["front", "a"]), ("turned", ["b"])]),
        ("ac", False, [("upright", ["front", "a"])]),
        ("bab", True, [("upright", ["front"]), ("turned", ["b"]), ("upright", ["a"]), ("turned", ["b"])]),
    ],
)
def test_a_part_keeps_its_paper_and_leaves_no_empty_page(
    parts: str, has_c: bool, expected: list[tuple[str, list[str]]]
) -> None:
    made = filled(FILES, [f"{name}.docx" for name in parts], {"x": has_c})
    assert papers(made) == expected


def test_page_numbers_go_on_behind_a_part_on_another_paper() -> None:
    numbered = PAGE + '<w:pgNumType w:start="1"/>'
    from bidkit.ooxml import opc

    package, _ = opc.read_package(docx(p("front"), PARTS), "main.docx")
    assert package is not None
    document = package["word/document.xml"].decode().replace(PAGE, numbered)
    main = opc.write_package(package.replace({"word/document.xml": document.encode()}))
    template, problems = compiled(FILES, ["b.docx", "z.docx"], main)
    assert template is not None, problems
    made, _ = opc.read_package(template.render({}).save(DAY), "made.docx")
    assert made is not None
    assert [section.start for section in read_sections(made["word/document.xml"].decode())] == [1, None, None]


def test_parts_without_a_place_are_refused() -> None:
    template, problems = compiled(FILES, ["a.docx"], docx(p("front")))
    assert template is None
    assert [(item.code, item.values["parts"]) for item in problems] == [("DL35", "a.docx")]


def test_a_place_for_parts_where_there_are_none_is_refused() -> None:
    template, problems = compile_template(docx(PARTS), "main.docx", {})
    assert template is None
    assert codes(problems) == ["TP11"]


def test_a_part_may_include_files_and_its_mistakes_name_it() -> None:
    inner = {"a.docx": docx(p('{%p include "z.docx" %}'), p("{{ nobody }}")), "z.docx": FILES["z.docx"]}
    template, problems = compiled(inner, ["a.docx"])
    assert template is not None, problems
    (problem,) = template.render({}).problems
    assert (problem.code, problem.span and problem.span.file) == ("TP04", "a.docx")


# in a pack

MANIFEST = """\
schema: bidkit/pack@1
locale: zh-CN
volumes:
  - id: whole
    title: 投标文件
    template: whole.docx
    parts: [one.docx, two.docx]
"""


def make_parts(path: Path, manifest: str = MANIFEST) -> Path:
    """The small workspace with a pack whose volume is the shipped proposal with two parts behind it."""
    from pack_files import saved, shipped_template

    document = shipped_template()
    document.add_paragraph("{%p include parts %}")
    deal = make_workspace(path)
    edit(root_of(deal) / "bidkit.yaml", "as_of: 2026-09-01", "as_of: 2026-09-01\npack: mine")
    parts = {name: docx(p(f"part {name}")) for name in ("one", "two")}
    folder = make_pack(root_of(deal), manifest, whole=saved(document), **parts)
    for name in ("technical", "price"):
        (folder / f"{name}.docx").unlink()
    return deal


def build(deal: Path) -> Result:
    sign_all(deal)
    return build_deal(deal, Options(now=NOW))


def parts_of(deal: Path) -> list[str]:
    result = build(deal)
    assert errors(result) == []
    return [line for line in read(result, "whole").text.splitlines() if line.startswith("part ")]


def test_the_pack_gives_the_order_and_the_deal_may_give_another(tmp_path: Path) -> None:
    deal = make_parts(tmp_path)
    assert parts_of(deal) == ["part one", "part two"]
    edit(deal, "  rules: mof87\n", "  rules: mof87\n  parts: {whole: [two, one]}\n")
    assert parts_of(deal) == ["part two", "part one"]
    edit(deal, "[two, one]", "[two]")
    assert parts_of(deal) == ["part two"]


@pytest.mark.parametrize(
    ("old", "new", "code", "at"),
    [
        ("two.docx]", "one.docx]", "DL16", (7, 23)),
        ("two.docx]", "tow.docx]", "DL12", (7, 23)),
    ],
)
def test_a_part_that_is_named_twice_or_is_not_there_is_shown(
    tmp_path: Path, old: str, new: str, code: str, at: tuple[int, int]
) -> None:
    deal = make_parts(tmp_path, MANIFEST.replace(old, new))
    (found,) = errors(run_check(deal))
    assert (found.code, place(found)) == (code, ("templates/mine/pack.yaml", *at))


def test_a_part_that_no_volume_names_is_told_of(tmp_path: Path) -> None:
    deal = make_parts(tmp_path, MANIFEST.replace(", two.docx", ""))
    found = inspect_template(root_of(deal) / "templates/mine").diagnostics
    assert [(item.code, item.values["file"]) for item in found if item.code == "TP19"] == [("TP19", "two.docx")]


@pytest.mark.parametrize(
    ("written", "code", "col", "near"),
    [
        ("{whole: [one, twoo]}", "DL15", 24, "two"),
        ("{whole: [one, one]}", "DL16", 24, ""),
        ("{whol: [one]}", "DL15", 17, "whole"),
        ("{whole: [whole]}", "DL15", 19, ""),
    ],
)
def test_what_a_deal_misspells_is_shown_where_it_is_written(
    tmp_path: Path, written: str, code: str, col: int, near: str
) -> None:
    deal = make_parts(tmp_path)
    line, _ = edit(deal, "  rules: mof87\n", f"  rules: mof87\n  parts: {written}\n")
    (found,) = errors(run_check(deal))
    assert (found.code, place(found)) == (code, ("deals/water/deal.yaml", line + 1, col))
    assert (found.values.get("near") or "") == near


def test_a_change_of_the_parts_order_is_not_taken_from_the_cache(tmp_path: Path) -> None:
    deal = make_parts(tmp_path)
    assert parts_of(deal) == ["part one", "part two"]
    edit(root_of(deal) / "templates/mine/pack.yaml", "[one.docx, two.docx]", "[two.docx, one.docx]")
    assert parts_of(deal) == ["part two", "part one"]


# original and copies


def test_a_bid_on_paper_is_made_as_original_and_as_copy(tmp_path: Path) -> None:
    from pack_files import MANIFEST as TWO
    from pack_files import make_two_volumes, price_docx

    mark = "标记：{% if volume.mark %}{{ volume.mark }}{% else %}无{% endif %}，第 {{ volume.no }} 册"
    deal = make_two_volumes(tmp_path, TWO, {"technical": technical_docx(mark), "price": price_docx(mark)})
    assert "标记：无，第 2 册" in read(build(deal), "price").text
    edit(deal, "  rules: mof87\n", "  rules: mof87\n  copies: 4\n")
    result = build(deal)
    assert errors(result) == []
    names = sorted(path.name for path in (result.folder or Path()).glob("submit/*.docx"))
    assert names == [
        f"{name}-{kind}.docx" for name in ("CXSW-2026-001-资格及商务技术文件", "price") for kind in ("副本", "正本")
    ]
    original, copy = read(result, "price-正本"), read(result, "price-副本")
    assert "标记：正本，第 2 册" in original.text
    assert copy.text.replace("副本", "正本") == original.text
    edit(deal, "  copies: 4\n", "  copies: 0\n")
    assert len(list((build(deal).folder or Path()).glob("submit/*.docx"))) == 2


def test_a_copy_without_prices_is_searched_for_them_as_the_original_is(tmp_path: Path) -> None:
    from pack_files import make_two_volumes

    deal = make_two_volumes(tmp_path)
    edit(deal, "  rules: mof87\n", "  rules: mof87\n  copies: 2\n")
    edit(deal, "系统与既有生产网单向隔离", "总投资336,000.00元。系统与既有生产网单向隔离")
    found = [item for item in errors(build(deal)) if item.code == "PR09"]
    assert {place(item)[0].rpartition("-")[2] for item in found} == {"正本.docx", "副本.docx"}
