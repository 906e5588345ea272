"""A workbook held against its build: values, formulas, formats, what is set around them, and what only follows."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from office_files import parts_of, zipped
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from workspace import NOW, make_workspace

from bidkit.build import make_package
from bidkit.diagnostic import load_messages
from bidkit.edits import Edit, Found, Reconciled
from bidkit.edits.books import read_book
from bidkit.edits.cells import compare_books
from bidkit.edits.origins import Sources
from bidkit.judging import judge_deal
from bidkit.options import Options
from bidkit.reports.edits import render_text

ROOT = Path(__file__).parents[1]
OPTIONS = Options(now=NOW, is_draft=True)
LINES, SUMS = "xl/worksheets/sheet3.xml", "xl/worksheets/sheet2.xml"


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("cells"))


@pytest.fixture(scope="module")
def quote(deal: Path) -> bytes:
    _, files = make_package(deal, OPTIONS)
    assert files is not None
    return files["submit/quote-DRAFT.xlsx"]


@pytest.fixture(scope="module")
def sources(deal: Path) -> Sources:
    judged, problems = judge_deal(deal, OPTIONS)
    assert judged is not None, problems
    return Sources(judged.bid, (judged.bid.deal,), {})


def compare(before: bytes, after: bytes, sources: Sources) -> Found:
    one, two = (read_book(content, "quote.xlsx") for content in (before, after))
    assert one[0] is not None and two[0] is not None, (one[1], two[1])
    return compare_books(one[0], two[0], "quote.xlsx", sources)


def change(content: bytes, part: str, *changes: tuple[str, str]) -> bytes:
    """The workbook with other XML in a part; each pattern must be there."""
    parts = parts_of(content)
    text = parts[part].decode()
    for pattern, new in changes:
        text, count = re.subn(pattern, lambda found, new=new: found.expand(new), text, count=1, flags=re.S)  # type: ignore[misc]
        assert count, pattern
    return zipped({**parts, part: text.encode()})


def cell(name: str, value: str) -> tuple[str, str]:
    """Another value in a cell; its formula is kept."""
    return rf'(<c r="{name}"[^>]*>(?:<f>[^<]*</f>)?)<v>[^<]*</v>', rf"\g<1><v>{value}</v>"


def places(edits: tuple[Edit, ...], what: str = "", follows: bool | None = None) -> list[str]:
    chosen = [edit for edit in edits if edit.what == what and follows in (None, edit.follows)]
    return ["!".join(value for _, value in edit.at.place) for edit in chosen]


def test_a_workbook_as_it_was_built_has_no_edits(quote: bytes, sources: Sources) -> None:
    assert compare(quote, quote, sources) == Found()


def test_after_a_price_the_rest_follows(quote: bytes, sources: Sources) -> None:
    found = compare(quote, change(quote, LINES, cell("J5", "12000")), sources)
    first, *others = found.edits
    assert (first.kind, first.old, first.new, first.is_price) == ("changed", "12500", "12000", True)
    assert first.at.place == (("sheet", "分项报价表"), ("cell", "J5"))
    assert first.origins[0].spans[0].file == "deals/water/deal.yaml"
    assert all(edit.follows for edit in others)
    assert {"分项报价表!L5", "分项报价表!L10", "开标一览表!B7", "分类汇总!D4"} <= {*places(found.edits, follows=True)}
    assert found.forms == ()


def test_words_that_say_the_new_total_follow_and_others_do_not(quote: bytes, sources: Sources) -> None:
    for said, follows in (("人民币叁拾贰万肆仟元整", True), ("人民币叁拾贰万伍仟元整", False)):
        after = change(
            change(quote, LINES, cell("J5", "12000")), "xl/worksheets/sheet1.xml", ("人民币叁拾叁万陆仟元整", said)
        )
        found = compare(quote, after, sources)
        assert [edit.follows for edit in found.edits if edit.new == said] == [follows]


@pytest.mark.parametrize(
    "content", ["<v>300000</v>", "<f>ROUND(I5*12500,2)</f><v>300000</v>", "<f>I5*J5</f><v>300000</v>"]
)
def test_a_formula_that_was_written_over_is_told_though_it_shows_the_same(
    content: str, quote: bytes, sources: Sources
) -> None:
    after = change(quote, LINES, (r'(<c r="L5"[^>]*>).*?</c>', rf"\g<1>{content}</c>"))
    (edit,) = compare(quote, after, sources).edits
    assert (edit.what, edit.old) == ("formula", "=ROUND(I5*J5,'备注'!$C$3) (300000)")
    assert str(edit.new).startswith("300000") or str(edit.new).startswith("=")
    (back,) = compare(after, quote, sources).edits
    assert back.what == "formula"


def test_a_figure_that_was_written_over_a_formula_is_told(quote: bytes, sources: Sources) -> None:
    """The formula is still there and gives another figure, so a program that computes anew would show that."""
    found = compare(quote, change(quote, LINES, cell("L10", "330000")), sources)
    assert [(edit.what, edit.old, edit.new) for edit in found.edits] == [("stale", "336000", "330000 (=336000)")]


def test_a_file_without_computed_values_is_computed(quote: bytes, sources: Sources) -> None:
    bare = parts_of(quote)
    for part in [name for name in bare if name.startswith("xl/worksheets/sheet")]:
        bare[part] = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", bare[part])
    assert compare(quote, zipped(bare), sources) == Found()
    found = compare(quote, change(zipped(bare), LINES, cell("J5", "12000")), sources)
    assert places(found.edits, follows=False) == ["分项报价表!J5"]
    assert "开标一览表!B7" in places(found.edits, follows=True)


def test_a_formula_that_cannot_be_computed_and_shows_something_else_is_told(quote: bytes, sources: Sources) -> None:
    before = change(quote, LINES, (r'(<c r="L5"[^>]*>).*?</c>', r"\1<f>RAND()</f><v>5</v></c>"))
    found = compare(before, change(before, LINES, cell("L5", "6")), sources)
    assert "分项报价表!L5" in places(found.edits, "stale")


@pytest.mark.parametrize(
    ("code", "is_told"), [("0", True), ("0%", True), ("#,##0.000", False), ("[Red]#,##0.00", False)]
)
def test_a_number_format_is_told_by_what_it_shows(code: str, is_told: bool, quote: bytes, sources: Sources) -> None:
    before = rewrite(quote, lambda book: None)
    after = rewrite(quote, lambda book: set_format(book["分项报价表"], "L5", code))
    found = compare(
        change(before, LINES, cell("J5", "12500.01")), change(after, LINES, cell("J5", "12500.01")), sources
    )
    assert [edit.what for edit in found.edits] == (["shown"] if is_told else [])
    assert is_told or [form.changes[0][0] for form in found.forms] == ["numFmt"]


def set_format(sheet: Worksheet, name: str, code: str) -> None:
    sheet[name].number_format = code


def rewrite(content: bytes, edit: Callable[[openpyxl.Workbook], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def hide(book: openpyxl.Workbook) -> None:
    book["分项报价表"].row_dimensions[5].hidden = True


def hide_column(book: openpyxl.Workbook) -> None:
    book["分项报价表"].column_dimensions["I"].hidden = True


def hide_sheet(book: openpyxl.Workbook) -> None:
    book["税额"].sheet_state = "hidden"


def rename(book: openpyxl.Workbook) -> None:
    book["税额"].title = "税"


def reorder(book: openpyxl.Workbook) -> None:
    book.move_sheet("税额", 1)


def validate(book: openpyxl.Workbook) -> None:
    rule = DataValidation("list", formula1='"13%,6%"')
    rule.add("K5")
    book["分项报价表"].add_data_validation(rule)


def annotate(book: openpyxl.Workbook) -> None:
    book["分项报价表"]["J5"].comment = Comment("再让两个点", "王经理")


def link(book: openpyxl.Workbook) -> None:
    book["分项报价表"]["C5"].hyperlink = "https://example.com/"


def name(book: openpyxl.Workbook) -> None:
    book.defined_names["合计"] = DefinedName("合计", attr_text="分项报价表!$L$10")


def print_less(book: openpyxl.Workbook) -> None:
    book["分项报价表"].print_area = "A1:D5"


def head(book: openpyxl.Workbook) -> None:
    book["分项报价表"].oddHeader.center.text = "机密"


def picture(book: openpyxl.Workbook) -> None:
    book["备注"].add_image(Image(io.BytesIO((ROOT / "examples/water/logo.png").read_bytes())), "F2")


@pytest.mark.parametrize(
    ("edit", "what", "place"),
    [
        (hide, "hidden", "分项报价表!5:5"),
        (hide_column, "hidden", "分项报价表!I:I"),
        (hide_sheet, "sheet", "税额"),
        (rename, "sheet", "税"),
        (reorder, "order", ""),
        (lambda book: book.create_sheet("另附"), "sheet", "另附"),
        (lambda book: book.remove(book["备注"]), "sheet", "备注"),
        (lambda book: book["分项报价表"].merge_cells("C5:D5"), "merged", "分项报价表!C5:D5"),
        (lambda book: book["分项报价表"].unmerge_cells("A1:M1"), "merged", "分项报价表!A1:M1"),
        (head, "header", "分项报价表"),
        (annotate, "note", "分项报价表!J5"),
        (validate, "validation", "分项报价表!K5"),
        (link, "link", "分项报价表!C5"),
        (name, "name", ""),
        (print_less, "name", ""),
        (picture, "picture", "备注"),
        (lambda book: setattr(book["分项报价表"].protection, "sheet", False), "protection", "分项报价表"),
    ],
)  # fmt: skip
def test_what_is_set_around_cells_is_told(
    edit: Callable[[openpyxl.Workbook], object], what: str, place: str, quote: bytes, sources: Sources
) -> None:
    before = rewrite(quote, lambda book: None)
    found = compare(before, rewrite(quote, edit), sources)
    assert place in places(found.edits, what)
    for lang in ("zh", "en"):
        told = render_text(Reconciled("x.xlsx", "quote.xlsx", found.edits, found.forms, (), ROOT), lang, ROOT)
        assert str(load_messages(lang)["labels"]["edits"]["what"][what]) in told
    assert [edit.what for edit in found.edits if edit.what not in (what, "formula", "stale", "name")] == []


def test_a_renamed_sheet_changes_no_formula(quote: bytes, sources: Sources) -> None:
    after = parts_of(quote)
    for part in [part for part in after if part.startswith("xl/") and part.endswith(".xml")]:
        after[part] = after[part].replace("分项报价表!".encode(), "报价明细!".encode())
    after["xl/workbook.xml"] = after["xl/workbook.xml"].replace(
        'name="分项报价表"'.encode(), 'name="报价明细"'.encode()
    )
    assert places(compare(quote, zipped(after), sources).edits, "sheet") == ["报价明细"]
    assert len(compare(quote, zipped(after), sources).edits) == 1


def test_a_chart_that_shows_other_cells_is_told(quote: bytes, sources: Sources) -> None:
    after = change(quote, "xl/charts/chart1.xml", (r"\$D\$4", r"$C$4"))
    assert places(compare(quote, after, sources).edits, "chart") == ["分类汇总"]
    turned = change(quote, "xl/charts/chart1.xml", ('<c:barDir val="bar"/>', '<c:barDir val="col"/>'))
    assert [change[0] for form in compare(quote, turned, sources).forms for change in form.changes] == [
        "drawn1.colours"
    ]
    assert places(compare(quote, without_chart(quote), sources).edits, "chart") == ["分类汇总"]


def without_chart(content: bytes) -> bytes:
    return change(content, SUMS, ("<drawing [^>]*>", "")) if b"<drawing" in parts_of(content)[SUMS] else content


def move_down(content: bytes) -> bytes:
    """The sheet of lines as Excel has it after a row was put in above row 5: whatever names rows below is moved."""

    def move(text: str) -> str:
        def below(found: re.Match[str]) -> str:
            return f"{found[1]}{int(found[2]) + 1}" if int(found[2]) >= 5 else found[0]

        return re.sub(r"((?:\$?\b[A-Z]{1,2}\$?))(\d+)\b", below, text)

    parts = parts_of(content)
    for part in [part for part in parts if part.startswith("xl/worksheets/sheet")]:
        named = r"(?:<f>|<formula>|ref=\"|\br=\")[^<\"]*" if part == LINES else r"分项报价表![$A-Z0-9:]+"
        parts[part] = re.sub(named, lambda found: move(found[0]), parts[part].decode()).encode()
    rows = re.sub(
        r'<row r="(\d+)"', lambda found: f'<row r="{int(found[1]) + (int(found[1]) >= 5)}"', parts[LINES].decode()
    )
    new = '<row r="5"><c r="C5" t="inlineStr"><is><t>另加一行</t></is></c><c r="L5"><v>100</v></c></row>'
    parts[LINES] = rows.replace('<row r="6"', new + '<row r="6"').encode()
    names = re.sub(r"分项报价表![$A-Z0-9:]+", lambda found: move(found[0]), parts["xl/workbook.xml"].decode())
    return zipped({**parts, "xl/workbook.xml": names.encode()})


def test_a_row_that_was_put_in_is_one_edit_and_what_names_rows_moves(quote: bytes, sources: Sources) -> None:
    found = compare(quote, move_down(quote), sources)
    first, *others = found.edits
    assert (first.kind, first.new) == ("added", "另加一行 | 100")
    assert {edit.at.place[1][1] for edit in others if edit.at.place[0][1] == "分项报价表"} == {"L7"}
    assert all(edit.follows for edit in others)
    gone, *rest = compare(move_down(quote), quote, sources).edits
    assert (gone.kind, gone.old) == ("removed", "另加一行 | 100")
    assert all(edit.follows for edit in rest)


def test_a_cell_that_looks_otherwise_is_a_form(quote: bytes, sources: Sources) -> None:
    before = rewrite(quote, lambda book: None)

    def paint(book: openpyxl.Workbook) -> None:
        book["分项报价表"]["C5"].font = openpyxl.styles.Font(strike=True, name="宋体")

    found = compare(before, rewrite(quote, paint), sources)
    assert found.edits == ()
    (form,) = found.forms
    assert form.at.place == (("sheet", "分项报价表"), ("cell", "C5"))
    assert ("font.strike", "", "on") in form.changes


def test_a_struck_part_of_a_text_is_a_form(quote: bytes, sources: Sources) -> None:
    rich = r"<is><r><rPr><strike/></rPr><t>采集</t></r><r><t>网关</t></r></is>"
    after = change(quote, LINES, (r'(<c r="C5"[^>]*>)<is>.*?</is>', rf"\1{rich}"))
    found = compare(quote, after, sources)
    assert (found.edits, [change[0] for form in found.forms for change in form.changes]) == ((), ["runs"])


def test_a_quantity_leads_to_its_row(quote: bytes, sources: Sources) -> None:
    found = compare(quote, change(quote, LINES, cell("I8", "3")), sources)
    (edit,) = [edit for edit in found.edits if not edit.follows]
    assert (edit.old, edit.new, edit.origins[0].where) == ("1", "3", "row")
    assert edit.origins[0].spans[0].file == "deals/water/deal.yaml"


def test_a_number_that_became_a_text_is_told(quote: bytes, sources: Sources) -> None:
    """Sums leave it out, though it looks the same."""
    text = r'<c r="I5" s="27" t="inlineStr"><is><t>24</t></is></c>'
    found = compare(quote, change(quote, LINES, (r'<c r="I5"[^>]*>.*?</c>', text)), sources)
    (edit,) = [edit for edit in found.edits if edit.what == "type"]
    assert (edit.old, edit.new) == ("24", "24 (number → text)")


def test_blanks_in_a_cell_are_a_form(quote: bytes, sources: Sources) -> None:
    found = compare(quote, change(quote, LINES, ("采集网关", "采集 网关")), sources)
    assert (found.edits, found.forms[0].changes) == ((), (("blanks", "采集网关", "采集 网关"),))


def test_what_is_written_in_a_blank_cell_is_told_as_unknown(quote: bytes, sources: Sources) -> None:
    after = rewrite(quote, lambda book: book["备注"].cell(20, 5, "口头承诺"))
    found = compare(rewrite(quote, lambda book: None), after, sources)
    assert [(edit.kind, edit.new) for edit in found.edits] == [("added", "口头承诺")]


def test_what_excel_writes_anew_is_no_difference(quote: bytes, sources: Sources) -> None:
    """Shared texts and formulas, spans, ids, where the cursor is, how far it is zoomed, the calculation's chain."""
    parts = parts_of(quote)
    sheet = parts[LINES].decode()
    sheet = re.sub(
        r"<sheetView [^>]*>", '<sheetView tabSelected="1" zoomScale="85" workbookViewId="0">', sheet, count=1
    )
    sheet = (
        sheet.replace("'备注'!", "备注!")
        .replace(' spans="1:14"', ' spans="1:15"')
        .replace("<v>12500.0</v>", "<v>12500</v>")
    )
    chart = parts["xl/charts/chart1.xml"].decode().replace("</c:valAx>", '<c:delete val="0"/></c:valAx>')
    chart = re.sub(r"<c:v>[^<]*</c:v></c:pt>", "<c:v>1</c:v></c:pt>", chart)
    drawing = re.sub(r"(Off>)\d+(<)", r"\g<1>12345\2", parts["xl/drawings/drawing1.xml"].decode())
    written = {
        LINES: sheet,
        "xl/charts/chart1.xml": chart,
        "xl/drawings/drawing1.xml": drawing,
        "docProps/app.xml": "<x/>",
    }
    after = zipped({**parts, **{part: text.encode() for part, text in written.items()}})
    assert compare(quote, after, sources) == Found()


@pytest.mark.parametrize(
    ("part", "broken"),
    [
        (LINES, b"<x"),
        (LINES, b'<x:worksheet xmlns:x="s"><x:sheetData><x:row r="x"/></x:sheetData></x:worksheet>'),
        ("xl/styles.xml", b"<!DOCTYPE a><a/>"),
        ("xl/drawings/drawing1.xml", b"<x"),
        ("xl/_rels/workbook.xml.rels", b"<x"),
        ("xl/workbook.xml", b"<workbook/>"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_read_is_told(part: str, broken: bytes, quote: bytes) -> None:
    book, (problem,) = read_book(zipped({**parts_of(quote), part: broken}), "quote.xlsx")
    assert (book, problem.code) == (None, "TP01")


def test_formulas_of_the_strangest_kind_are_compared(quote: bytes, sources: Sources) -> None:
    for formula in (
        "SUM(Z99:A1)",
        "'无此表'!A1",
        "[1]x!A1",
        "A1:INDEX(B:B,3)",
        "1:1",
        "(((",
        "L5",
        '"' * 9,
        "A" * 9000,
    ):
        after = change(quote, LINES, (r'(<c r="L5"[^>]*>).*?</c>', rf"\1<f>{formula}</f></c>"))
        assert "分项报价表!L5" in places(compare(quote, after, sources).edits, "formula"), formula
