"""Packs with volumes: which are built, what their files are called, and that each is judged by itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dump import dump_docx
from office_files import docx, p, q
from pack_files import (
    MANIFEST,
    PRICE_CHAPTER,
    cut,
    make_pack,
    make_two_volumes,
    price_docx,
    saved,
    shipped_template,
    technical_docx,
    without,
)
from workspace import NOW, edit, root_of, run_check, sign_all, write

import bidkit
from bidkit.appendix import load_appendix
from bidkit.build import Options, build_deal
from bidkit.context import make_context
from bidkit.diagnostic import Diagnostic
from bidkit.inspection import inspect_template
from bidkit.office import lay_out
from bidkit.office.pages import read_outline
from bidkit.pack import load_pack, read_pack
from bidkit.readback import ReadDocument, read_docx
from bidkit.reports import Result
from bidkit.source import Workspace
from bidkit.verify import verify_files
from bidkit.volumes import check_volumes, compile_volumes, render_volumes

TECHNICAL = "CXSW-2026-001-资格及商务技术文件"
ROOT = Path(__file__).parents[1]
CHOICE = "  rules: mof87\n"


def build(deal: Path, *, is_draft: bool = False) -> Result:
    if not is_draft:
        sign_all(deal)
    return build_deal(deal, Options(now=NOW, is_draft=is_draft))


def errors(result: Result) -> list[Diagnostic]:
    return [item for item in result.diagnostics if item.code != "EN01"]


def submitted(result: Result) -> list[str]:
    assert result.folder is not None, result.diagnostics
    return sorted(path.name for path in (result.folder / "submit").glob("*.*"))


def read(result: Result, name: str) -> ReadDocument:
    assert result.folder is not None, result.diagnostics
    return read_docx((result.folder / "submit" / f"{name}.docx").read_bytes(), name)


def choose(deal: Path, volumes: str) -> tuple[int, int]:
    """Write `tender.volumes`; line and column of the list."""
    line, _ = edit(deal, CHOICE, f"{CHOICE}  volumes: {volumes}\n")
    return line + 1, len("  volumes: ") + 1


def place(item: Diagnostic) -> tuple[str, int, int]:
    assert item.span is not None
    return item.span.file, item.span.line, item.span.col


# what is built


def test_every_volume_is_a_file_of_its_own(tmp_path: Path) -> None:
    result = build(make_two_volumes(tmp_path))
    assert errors(result) == []
    assert submitted(result) == [f"{TECHNICAL}.docx", "price.docx", "quote.xlsx"]
    technical, price = read(result, TECHNICAL), read(result, "price")
    assert "资格及商务技术文件，第 1 册，共 2 册" in technical.text
    assert "报价文件，第 2 册，共 2 册" in price.text
    assert [text for level, text in technical.headings if level == 1][-2:] == ["需求响应与偏离表", "资信文件"]
    assert [text for level, text in price.headings if level == 1] == ["投标函", "报价汇总"]
    # Contents and numbers begin anew in each.
    assert (technical.contents[0], price.contents[:2]) == ("第1章 方案概述", ("投标函", "第1章 报价汇总"))


def test_every_volume_of_a_draft_says_so_in_its_name_and_headers(tmp_path: Path) -> None:
    result = build(make_two_volumes(tmp_path), is_draft=True)
    assert submitted(result) == [f"{TECHNICAL}-DRAFT.docx", "price-DRAFT.docx", "quote-DRAFT.xlsx"]
    for name in (f"{TECHNICAL}-DRAFT", "price-DRAFT"):
        assert all("DRAFT" in text for _, text in read(result, name).headers)


def test_a_tender_chooses_its_volumes_and_their_order(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path)
    choose(deal, "[price, technical]")
    result = build(deal)
    assert "报价文件，第 1 册，共 2 册" in read(result, "price").text
    assert "资格及商务技术文件，第 2 册，共 2 册" in read(result, TECHNICAL).text


def test_what_only_another_volume_would_print_is_missing(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path)
    choose(deal, "[price]")
    found = errors(build(deal))
    assert {item.code for item in found} == {"FM01"}
    assert {place(item)[0] for item in found} == {"submit/price.docx"}


def test_the_short_form_is_the_first_volume(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("volumes:", "proposal: technical.docx\nvolumes:").replace(
        "template: technical", "template: price"
    )
    result = build(make_two_volumes(tmp_path, manifest.replace("    prices: false\n", "")))
    assert submitted(result) == [f"{TECHNICAL}.docx", "price.docx", "quote.xlsx", "technical.docx"]
    assert "投标文件，第 1 册，共 3 册" in read(result, "technical").text


@pytest.mark.office
def test_bidkit_build_gives_every_volume_its_own_true_page_numbers(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path)
    sign_all(deal)
    source = str(Path(bidkit.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "bidkit", "build", str(deal), "--lang", "en"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "0 errors, 0 warnings" in done.stdout
    submit = tmp_path / "dist/cs-2026-001/submit"
    assert sorted(path.name for path in submit.glob("*.*")) == [f"{TECHNICAL}.docx", "price.docx", "quote.xlsx"]
    contents = {name: (submit / name).read_bytes() for name in (f"{TECHNICAL}.docx", "price.docx")}
    layouts, _ = lay_out(contents)
    for name, content in contents.items():
        shown = [int(page) for page in re.findall(r"\[toc \d\] .*\t<PAGEREF [^>]*>(\d+)", dump_docx(content))]
        pages = [page for level, _, page in read_outline(layouts[name]) if level <= 3]
        assert shown == pages
        assert pages[0] == 3


# what each is judged by


def test_a_volume_without_the_tender_number_is_named(tmp_path: Path) -> None:
    bare = saved(without(cut(shipped_template(), lambda chapter: chapter == PRICE_CHAPTER), "tender.no"))
    found = errors(build(make_two_volumes(tmp_path, templates={"price": bare})))
    assert {(item.code, place(item)[0]) for item in found} == {("ID02", "submit/price.docx")}


def test_a_mistake_in_one_template_names_it(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path, templates={"price": price_docx("{{ deal.titel }}")})
    (found,) = errors(run_check(deal))
    assert (found.code, place(found)[0]) == ("TP04", "templates/mine/price.docx")


def test_a_total_that_no_volume_prints_is_missing_in_all_that_may(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("template: price.docx", "template: technical.docx")
    found = errors(build(make_two_volumes(tmp_path, manifest.replace("    prices: false\n", ""))))
    assert {item.code for item in found} == {"PR02", "PR03", "FM01"}  # the letter of bid tells the total
    assert {place(item)[0] for item in found} == {f"submit/{TECHNICAL}.docx, submit/technical.docx"}


# the choice


def test_an_unknown_volume_is_shown_where_it_is_named(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path)
    line, col = choose(deal, "[technical, prise]")
    (found,) = errors(run_check(deal))
    assert (found.code, place(found)) == ("DL15", ("deals/water/deal.yaml", line, col + len("[technical, ")))
    assert found.message("en") == "volume `prise` does not exist"
    assert "`price`" in found.fix("en")


def test_a_volume_that_is_named_twice_is_shown_the_second_time(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path)
    line, col = choose(deal, "[price, technical, price]")
    (found,) = errors(run_check(deal))
    assert (found.code, place(found)) == ("DL16", ("deals/water/deal.yaml", line, col + len("[price, technical, ")))


def test_choosing_volumes_voids_what_was_signed_for_the_tender(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path)
    sign_all(deal)
    choose(deal, "[technical, price]")
    gate = run_check(deal).gate
    assert gate is not None
    assert "GT04" in {problem.code for item in gate.blocking("build", "submit") for problem in item.open}


# volumes without prices


@pytest.mark.parametrize(
    "tag", ["{{ quote.total | money }}", "{{ quote.validity_days }}", "{% if quote.has_options %}"]
)
def test_a_template_that_asks_for_a_price_it_may_not_have_is_shown_by_check(tmp_path: Path, tag: str) -> None:
    deal = make_two_volumes(tmp_path, templates={"technical": technical_docx(tag + "{% endif %}" * ("if" in tag))})
    (found,) = errors(run_check(deal))
    assert (found.code, place(found)[0]) == ("TP04", "templates/mine/technical.docx")
    assert found.span is not None
    assert tag in dict(found.span.place)["tag"]
    assert found.values["name"] == "quote"
    assert "prices: false" in found.fix("en")


def test_a_template_may_ask_whether_there_are_prices(tmp_path: Path) -> None:
    asks = "{% if quote is defined %}{{ quote.total | money }}{% else %}无报价{% endif %}"
    result = build(make_two_volumes(tmp_path, templates={"technical": technical_docx(asks), "price": price_docx(asks)}))
    assert "无报价" in read(result, TECHNICAL).text
    assert "无报价" not in read(result, "price").text


def test_a_price_in_a_text_of_the_deal_stops_the_build_where_it_may_not_stand(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path)
    edit(deal, "系统与既有生产网单向隔离", "总投资336,000.00元。系统与既有生产网单向隔离")
    result = build(deal)
    assert result.folder is None
    (found,) = errors(result)
    assert (found.code, place(found)[0], found.values["figure"]) == ("PR09", f"submit/{TECHNICAL}.docx", "336,000.00")
    draft = build(deal, is_draft=True)
    assert "PR09" in [item.code for item in draft.diagnostics]
    edit(root_of(deal) / "templates/mine/pack.yaml", "prices: false", "prices: true")
    assert errors(build(deal)) == []


def amounts_in(value: Any) -> Iterator[Decimal]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for inner in value:
            yield from amounts_in(inner)
    elif isinstance(value, Decimal):
        yield value


@pytest.mark.parametrize("name", ["water", "school", "port"])
def test_examples_have_no_price_outside_their_quote(name: str) -> None:
    path = ROOT / f"examples/{name}/deals/{name}/deal.yaml"
    bid = run_check(path).bid
    assert bid is not None
    workspace = Workspace(ROOT / "examples" / name)
    appendix, _ = load_appendix(workspace, bid, f"deals/{name}/deal.yaml")
    context = make_context(bid, appendix, "deal.yaml", is_draft=False, with_pages=False, prices=False)
    prices = {bid.quote.base, *(line.amount for line in bid.quote.lines), *(c.total for c in bid.quote.categories)}
    assert not prices & set(amounts_in(context))
    whole, _ = load_pack(workspace, f"{bid.deal.language}-proposal")
    assert whole is not None
    shipped = shipped_template(whole.name.partition("/")[2])
    cut(shipped, lambda chapter: chapter not in (PRICE_CHAPTER, "Quote Summary"))
    for text in shipped.element.body.iter(q("w:t")):
        text.text = text.text.replace("quote.", "terms.")
    content = saved(shipped)
    volume = replace(whole.volumes[0], content=content, has_prices=False)
    volumes, problems = compile_volumes(replace(whole, volumes=(volume,)), bid)
    assert problems == check_volumes(volumes, bid, appendix, f"deals/{name}/deal.yaml", is_draft=False) == []
    filled, problems = render_volumes(volumes, bid, appendix, f"deals/{name}/deal.yaml", is_draft=False)
    assert filled is not None, problems
    found = verify_files(bid, filled.files, is_draft=False, price_free=filled.files)
    # Some evidence is in the chapters that were cut, and so is the letter of bid.
    assert {item.code for item in found} <= {"FM31", "FM01"} and len([x for x in found if x.code == "FM01"]) <= 1
    priced, _ = compile_volumes(whole, bid)
    shown, _ = render_volumes(priced, bid, appendix, f"deals/{name}/deal.yaml", is_draft=False)
    assert shown is not None
    found = verify_files(bid, shown.files, is_draft=False, price_free=shown.files)
    leaks = [item for item in found if item.code == "PR09"]
    assert {f"{bid.quote.base:,.2f}"} < {item.values["figure"] for item in leaks}


# names of files


def manifest_problems(tmp_path: Path, old: str, new: str) -> list[Diagnostic]:
    assert MANIFEST.count(old) == 1
    return errors(run_check(make_two_volumes(tmp_path, MANIFEST.replace(old, new))))


OUTPUT = '"{tender.no}-{volume.title}"'


@pytest.mark.parametrize("name", ["price", "PRICE", "price.docx"])
def test_two_files_of_one_name_are_refused(tmp_path: Path, name: str) -> None:
    (found,) = manifest_problems(tmp_path, OUTPUT, name)
    assert (found.code, place(found)) == ("DL30", ("templates/mine/pack.yaml", 11, 15))
    assert found.message("en").startswith("volumes technical and price would both be named ")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a/b", "unsafe_name"),
        ("../x", "unsafe_name"),
        (".hidden", "unsafe_name"),
        ("what?", "unsafe_name"),
        ("CON", "unsafe_name"),
        ("nul.x", "unsafe_name"),
        ("end.", "unsafe_name"),
        ("a\u202eb", "unsafe_name"),
        ("{tender.package}", "unsafe_name"),
        ("长" * 70, "long_name"),
    ],
)
def test_a_name_that_not_every_system_keeps_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    (found,) = manifest_problems(tmp_path, OUTPUT, f'"{name}"')
    assert (found.code, place(found)) == ("DL29", ("templates/mine/pack.yaml", 7, 13))
    assert found.values["reason"].key == reason


def test_a_value_of_the_deal_cannot_make_a_folder(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path)
    edit(deal, "no: CXSW-2026-001", "no: CXSW/2026/001")
    (found,) = errors(run_check(deal))
    assert (found.code, found.values["value"]) == ("DL29", "CXSW/2026/001-资格及商务技术文件")


@pytest.mark.parametrize(
    ("name", "wrong"), [("{tender.nr}", "{tender.nr}"), ("{", "{"), ("a}", "}"), ("{deal}", "{deal}"), ("{}", "{}")]
)
def test_braces_hold_a_known_name(tmp_path: Path, name: str, wrong: str) -> None:
    (found,) = manifest_problems(tmp_path, OUTPUT, f'"{name}"')
    assert (found.code, place(found)) == ("DL10", ("templates/mine/pack.yaml", 7, 13))
    assert found.values["value"] == wrong
    assert "{tender.no}" in found.fix("en")


# the manifest


def read_manifest(tmp_path: Path, text: str) -> list[Diagnostic]:
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "pack.yaml").write_text(f"schema: bidkit/pack@1\nlocale: zh-CN\n{text}", encoding="utf-8")
    (folder / "a.docx").write_bytes(technical_docx())
    pack, problems = read_pack(Workspace(tmp_path), "p")
    assert pack is None
    return problems


def test_a_pack_without_volumes_is_refused(tmp_path: Path) -> None:
    (found,) = read_manifest(tmp_path, "required_styles: [heading 1]\n")
    assert (found.code, found.values) == ("DL06", {"key": "volumes"})


@pytest.mark.parametrize(
    ("text", "line", "first"),
    [
        (
            "volumes:\n  - {id: a, title: A, template: a.docx}\n  - {id: a, title: B, template: a.docx, output: b}\n",
            5,
            4,
        ),
        ("proposal: a.docx\nvolumes:\n  - {id: proposal, title: B, template: a.docx, output: b}\n", 5, 3),
    ],
)
def test_ids_of_volumes_are_unique(tmp_path: Path, text: str, line: int, first: int) -> None:
    (found,) = read_manifest(tmp_path, text)
    assert (found.code, place(found), found.values["first"]) == ("DL16", ("p/pack.yaml", line, 10), first)


def test_a_template_that_is_not_there_is_shown_where_it_is_named(tmp_path: Path) -> None:
    (found,) = read_manifest(tmp_path, "volumes:\n  - {id: a, title: A, template: b.docx}\n")
    assert (found.code, place(found)) == ("DL12", ("p/pack.yaml", 4, 33))


# the pack as a template


def test_names_of_a_pack_are_those_of_all_its_volumes(tmp_path: Path) -> None:
    folder = make_pack(tmp_path, technical=docx(p("{{ deal.id }}{% if x %}{{ x }}{% endif %}")))
    write(folder / "price.docx", docx(p("{{ x | money }}{{ deal.title }}{{ deal.id }}"), header=p("{{ x }}")))
    write(folder / "pack.yaml", re.sub("required_styles.*", "", MANIFEST))
    found = inspect_template(folder)
    assert {(item.code, item.values["name"]) for item in found.diagnostics if item.code != "TP18"} == {("TP04", "x")}
    deal, x = found.names
    assert [(name.name, name.kinds) for name in deal.fields] == [("id", ("value",)), ("title", ("value",))]
    assert (x.kinds, x.may_be_empty, x.parts) == (("number",), True, ("word/document.xml", "word/header1.xml"))


@pytest.mark.parametrize(
    ("tag", "code", "reason"),
    [
        ("{{ company.phone | money }}", "TP07", "f"),
        ("{{ deal.title + 1 }}", "TP07", "TypeError"),
        ("{{ customer }}", "TP10", "name"),
        ("{{ goals }}", "TP10", "list"),
    ],
)
def test_check_tells_what_filling_a_template_would_tell(tmp_path: Path, tag: str, code: str, reason: str) -> None:
    template = docx(p("一", style="Heading1"), p(tag))
    deal = make_two_volumes(tmp_path, templates={"price": template})
    found = [item for item in run_check(deal).diagnostics if item.code.startswith("TP") and item.code != "TP06"]
    assert [item.code for item in found] == [code]
    assert reason in found[0].message("en")
    assert found[0].span is not None
    assert dict(found[0].span.place)["heading"] == "一"


def test_a_pack_of_another_language_is_refused(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path, MANIFEST.replace("locale: zh-CN", "locale: en-US"))
    (found,) = errors(run_check(deal))
    assert (found.code, place(found)[0]) == ("DL38", "deals/water/deal.yaml")


def test_a_pack_for_tenders_is_refused_for_a_commercial_deal(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path, MANIFEST.replace("locale: zh-CN\n", "locale: zh-CN\nregime: commercial\n"))
    (found,) = [item for item in run_check(deal).diagnostics if item.code == "DL40"]
    assert found.span is not None
    assert (found.span.file, found.values["other"]) == ("deals/water/deal.yaml", "commercial")
    edit(root_of(deal) / "templates/mine/pack.yaml", "regime: commercial", "regime: tender")
    assert "DL40" not in {item.code for item in run_check(deal).diagnostics}


def test_prices_before_tax_are_refused_by_a_pack_that_would_call_them_prices_with_tax(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path)
    edit(deal, "  currency: CNY", "  currency: CNY\n  prices: net")
    assert "DL58" in {item.code for item in run_check(deal).diagnostics}
    pack = root_of(deal) / "templates/mine/pack.yaml"
    edit(pack, "locale: zh-CN\n", "locale: zh-CN\nnet_prices: true\n")
    assert "DL58" not in {item.code for item in run_check(deal).diagnostics}


# which of the bid's volumes one is


def test_titles_labels_and_names_tell_the_number_of_a_volume_in_this_bid(tmp_path: Path) -> None:
    title = MANIFEST.replace("title: 报价文件", 'title: "第{volume.no}册 报价"\n    label: 册 {volume.roman}')
    deal = make_two_volumes(tmp_path, title.replace("price.docx\n", 'price.docx\n    output: "{volume.roman}-报价"\n'))
    choose(deal, "[price, technical]")
    result = build(deal)
    assert submitted(result) == [f"{TECHNICAL}.docx", "I-报价.docx", "quote.xlsx"]
    assert "第1册 报价，第 1 册，共 2 册" in read(result, "I-报价").text


@pytest.mark.parametrize("key", ["title", "label"])
def test_a_title_or_label_names_nothing_but_the_number(tmp_path: Path, key: str) -> None:
    old, new = "    title: 报价文件\n", f'    {key}: "{{volume.roman}} {{deal.id}}"\n'
    new = new if key == "title" else old + new
    deal = make_two_volumes(tmp_path, MANIFEST.replace(old, new))
    (found,) = errors(run_check(deal))
    assert (found.code, found.values["value"]) == ("DL10", "{deal.id}")
