"""The rules over finished files: a real package, broken in one way each, gives exactly that code."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from office_files import docx, filled, p
from pack_files import MANIFEST, make_two_volumes, technical_docx
from quotes import compute_quote, make_workbook
from workspace import NOW, edit, make_workspace, run_check, sign_all

from bidkit.bid import Bid
from bidkit.build import Options, build_deal
from bidkit.diagnostic import LANGUAGES, Diagnostic, Severity
from bidkit.ooxml import opc
from bidkit.ooxml.barchart import BarChart
from bidkit.ooxml.values import PART_TYPES
from bidkit.reports import Result
from bidkit.rules.files import FINISHED_RULES
from bidkit.verify import verify_files

BODY, CORE = "word/document.xml", "docProps/core.xml"
OPENING, SUMMARY, DETAIL = (f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3))
WORDS = "人民币叁拾叁万陆仟元整"
HELD_BY_DOCUMENTS = {"FM01"}
"""What is not asked of a workbook alone."""


@dataclass(frozen=True)
class Package:
    """A bid and its finished files; `docx` and `xlsx` are their names."""

    bid: Bid
    files: Mapping[str, bytes]
    is_draft: bool

    @property
    def docx(self) -> str:
        return next(name for name in self.files if name.endswith(".docx"))

    @property
    def xlsx(self) -> str:
        return next(name for name in self.files if name.endswith(".xlsx"))

    def find(self, name: str, change: Callable[[dict[str, bytes]], object]) -> list[Diagnostic]:
        """What the rules say of one file after its parts were changed."""
        parts = unzip(self.files[name])
        change(parts)
        found = verify_files(self.bid, {name: pack(parts)}, is_draft=self.is_draft)
        return found if name == self.docx else [item for item in found if item.code not in HELD_BY_DOCUMENTS]

    def broken(self, name: str, part: str, pattern: str, new: str) -> list[Diagnostic]:
        """What the rules say after every match in one part was replaced."""

        def change(parts: dict[str, bytes]) -> None:
            text, count = re.subn(pattern, new, parts[part].decode(), flags=re.S)
            assert count, f"{pattern!r} does not match in {part}"
            parts[part] = text.encode()

        return self.find(name, change)


def unzip(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def codes(found: list[Diagnostic]) -> set[str]:
    for item in found:
        for lang in LANGUAGES:
            assert item.message(lang)
            assert item.fix(lang)
    return {item.code for item in found}


def package_of(result: Result) -> Package:
    assert result.folder is not None, result.diagnostics
    assert result.bid is not None
    paths = (result.folder / "submit").glob("*.*")
    return Package(result.bid, {path.name: path.read_bytes() for path in paths}, result.is_draft)


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = make_workspace(tmp_path_factory.mktemp("finished"))
    sign_all(path)
    return path


@pytest.fixture(scope="module")
def final(deal: Path) -> Package:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        return package_of(build_deal(deal, Options(now=NOW)))


@pytest.fixture(scope="module")
def draft(deal: Path) -> Package:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        return package_of(build_deal(deal, Options(now=NOW, is_draft=True)))


def test_clean_files_give_nothing(final: Package, draft: Package) -> None:
    for package in (final, draft):
        assert verify_files(package.bid, package.files, is_draft=package.is_draft) == []


def test_files_written_anew_without_a_change_give_nothing(final: Package, draft: Package) -> None:
    for package in (final, draft):
        for name in package.files:
            assert package.find(name, lambda parts: None) == []


BREAKS_OF_DOCUMENTS = {
    "total is one cent off everywhere": (BODY, r"336,000\.00", "336,000.01", "PR03"),
    "total is gone": (BODY, r"336,000\.00", "—", "PR03"),
    "total has lost its cents": (BODY, r"336,000\.00", "336,000", "PR03"),
    "a category's total is gone, though the tail of another amount": (BODY, r">36,000\.00<", ">—<", "PR03"),
    "a category's total is wrong": (BODY, r">300,000\.00<", ">301,000.00<", "PR03"),
    "words are off by one jiao": (BODY, WORDS, "人民币叁拾叁万陆仟元壹角", "PR02"),
    "words are no legal spelling": (BODY, WORDS, "人民币叁拾叁万零陆仟元整", "PR02"),
    "words are gone": (BODY, WORDS, "", "PR02"),
    "another amount in words stands beside the right one": (BODY, WORDS, f"{WORDS}（人民币叁拾万元整）", "PR02"),
    "tender number has a letter too few": (BODY, "CXSW-2026-001", "CXS-2026-001", "ID02 ID08"),
    "author is a person": (CORE, "<dc:creator>[^<]*<", "<dc:creator>林知行<", "ID02"),
    "author is nobody": (CORE, "<dc:creator>.*?</dc:creator>", "", "ID02"),
    "problem is left out": (BODY, "数据靠人工抄报", "数据", "FM01"),
    "answer to a problem is left out": (BODY, "网关直采", "网关", "FM01"),
    "an authorization that nobody needs": (BODY, "总体安排", "授权委托书", "FM09"),
    "answer to a requirement is left out": (BODY, "每季度巡检一次并留记录。", "", "FM01"),
    "tag is left": (BODY, "方案概述</w:t>", "方案概述{{ x }}</w:t>", "FM03"),
    "statement is left": (BODY, "质保期内免费维修", "{% if x %}质保期内免费维修", "FM03"),
    "blank is left": (BODY, "质保期内免费维修", "____年质保期内免费维修", "FM03"),
    "blank is left at the end": (BODY, "质保期内免费维修", "质保期内免费维修，联系电话：____", "FM03"),
    "short blank is left": (BODY, "质保期内免费维修", "质保期 ___ 年内免费维修", "FM03"),
    "bracket with nothing but blanks": (BODY, "质保期内免费维修", "质保期（  ）年内免费维修", "FM03"),
    "a company without a name": (BODY, "质保期内免费维修", "质保期内由XX公司免费维修", "FM03"),
    "what is still open": (BODY, "质保期内免费维修", "质保期内免费维修，人员待定", "FM03"),
    "TODO is left": (BODY, "质保期内免费维修", "质保期内免费维修 TODO ", "FM03"),
    "TODO is left right after a character": (BODY, "质保期内免费维修", "质保期内免费维修TODO", "FM03"),
    "TBD is left between characters": (BODY, "质保期内免费维修", "质保期TBD内免费维修", "FM03"),
    "XXX stands for a name": (BODY, "质保期内免费维修", "由XXX公司在质保期内免费维修", "FM03"),
    "bracket is left to be filled in": (BODY, "质保期内免费维修", "质保期内免费维修【待补充】", "FM03"),
    "form field is left": (BODY, "质保期内免费维修", "质保期内免费维修（填写期限）", "FM03"),
    "empty bracket is left": (BODY, "质保期内免费维修", "质保期内免费维修〔　〕", "FM03"),
    "placeholder is left in a header": ("word/header2.xml", "投标文件", "投标文件 {{ x }}", "FM03"),
    "heading is longer than its entry": (BODY, r"(<w:pStyle w:val=\"Heading2\"/>.*?)总体安排", r"\1新总体安排", "FM11"),
    "heading is the end of its entry": (BODY, r"(<w:pStyle w:val=\"Heading2\"/>.*?)总体安排", r"\1安排", "FM11"),
    "heading begins like its entry": (BODY, r"(<w:pStyle w:val=\"Heading2\"/>.*?)总体安排", r"\1总体", "FM11"),
    "style does not exist": (BODY, '<w:pStyle w:val="BodyText"/>', '<w:pStyle w:val="Nobody"/>', "PK05"),
    "list does not exist": ("word/styles.xml", r'<w:numId w:val="\d+"/>', '<w:numId w:val="987"/>', "PK05"),
    "picture leads nowhere": ("word/_rels/document.xml.rels", 'Target="media/', 'Target="media/x', "PK05"),
    "drawing ids repeat": (BODY, r'<wp:docPr id="\d+"', '<wp:docPr id="1"', "PK05"),
    "field is not closed": (BODY, '<w:fldChar w:fldCharType="end"/>', "", "PK05"),
    "bookmark is not closed": (BODY, r"<w:bookmarkEnd [^>]*/>", "", "PK05"),
}


@pytest.mark.parametrize(
    ("part", "pattern", "new", "code"),
    BREAKS_OF_DOCUMENTS.values(),
    ids=BREAKS_OF_DOCUMENTS.keys(),
)
def test_broken_document_gives_exactly_its_code(final: Package, part: str, pattern: str, new: str, code: str) -> None:
    assert codes(final.broken(final.docx, part, pattern, new)) == {*code.split()}


BREAKS_OF_WORKBOOKS = {
    "total is changed everywhere": (None, r"<v>336000\.00</v>", "<v>336000.01</v>", "PR03"),
    "total is changed in the opening form": (OPENING, r"<v>336000\.00</v>", "<v>335000</v>", "PR03"),
    "total is changed in the summary": (SUMMARY, r"<v>336000\.00</v>", "<v>335000</v>", "PR03"),
    "total is changed in the detail": (DETAIL, r"<v>336000\.00</v>", "<v>335000</v>", "PR03"),
    "category's total is changed everywhere": (None, r"<v>300000\.00</v>", "<v>300001.00</v>", "PR03"),
    "line's amount is changed": (DETAIL, r'(r="G5".*?)<v>300000\.00</v>', r"\1<v>300001.00</v>", "PR03"),
    "line is named otherwise": (None, "采集网关", "采集设备", "PR03"),
    "words are off by one jiao": (None, WORDS, "人民币叁拾叁万陆仟元壹角", "PR02"),
    "project is named in short": (None, "澄溪水厂数据采集项目", "澄溪水厂采集项目", "ID02"),
    "bidder is named in short": (None, "青禾测试技术有限公司", "青禾测试", "ID02 ID08"),
    "author is a person": (CORE, "<dc:creator>[^<]*<", "<dc:creator>林知行<", "ID02"),
    "placeholder is left": (OPENING, "自终验|40 日内", "{{ days }} 日内", "FM03"),
    "formula has no value": (DETAIL, r'(r="G10".*?</f>)<v>336000\.00</v>', r"\1", "PK05"),
    "formula shows an error": (SUMMARY, r'(r="D4"[^>]*)>(<f>.*?</f>)<v>[^<]*</v>', r'\1 t="e">\2<v>#REF!</v>', "PK05"),
    "sheet is hidden": ("xl/workbook.xml", r'(<sheet name="分项报价表")', r'\1 state="hidden"', "PK05"),
}


@pytest.mark.parametrize(
    ("part", "pattern", "new", "code"), BREAKS_OF_WORKBOOKS.values(), ids=BREAKS_OF_WORKBOOKS.keys()
)
def test_broken_workbook_gives_its_code(final: Package, part: str | None, pattern: str, new: str, code: str) -> None:
    def change(parts: dict[str, bytes]) -> None:
        names = [part] if part else [name for name in parts if name.startswith("xl/worksheets/")]
        changed = {name: re.sub(pattern, new, parts[name].decode(), flags=re.S).encode() for name in names}
        assert any(parts[name] != content for name, content in changed.items())
        parts.update(changed)

    found = codes(final.find(final.xlsx, change))
    # A total without a value is missing too; one that is changed is not what its formula gives.
    assert found == {*code.split()} | (
        {"PR25"} if code == "PR03" and "<v>" in new else found & {"PR03"} if code == "PK05" else set()
    )


@pytest.mark.parametrize("name", ["docx", "xlsx"])
def test_file_that_cannot_be_read_is_not_sound(final: Package, name: str) -> None:
    file = getattr(final, name)
    for content in (b"", b"PK\x03\x04 and no more", final.files[file][:1000]):
        files = {**final.files, file: content}
        assert "PK05" in codes(verify_files(final.bid, files, is_draft=False))


def test_part_that_is_no_xml_is_not_sound(final: Package) -> None:
    assert "PK05" in codes(final.broken(final.docx, BODY, "</w:body>", ""))


def test_cell_without_a_paragraph_is_not_sound(final: Package) -> None:
    pattern = r"(<w:tc>(?:<w:tcPr>.*?</w:tcPr>)?)<w:p[ >].*?</w:p>(</w:tc>)"
    assert "PK05" in codes(final.broken(final.docx, BODY, pattern, r"\1\2"))


@pytest.mark.parametrize("name", ["澄溪水厂数据采集项目", "青禾测试技术有限公司"])
def test_name_that_is_cut_short_everywhere_is_found(final: Package, name: str) -> None:
    def change(parts: dict[str, bytes]) -> None:
        for part in parts:
            if part.startswith("word/") and part.endswith(".xml"):
                parts[part] = parts[part].replace(name.encode(), name[:-2].encode())

    assert codes(final.find(final.docx, change)) == {"ID02", "ID08"}


@pytest.mark.parametrize(
    ("texts", "is_told"),
    [
        (["授权委托书", "致：澄溪水务有限公司", "现委托林知行为代理人，以我方名义投标。"], True),
        (["格式 2 授 权 委 托 书", "本授权书声明如下。"], True),
        (["授权委托书", "营业执照", "审计报告", "社保证明", "完税证明", "业绩合同", "委托林知行为代理人。"], False),
        (["资格审查：授权委托书见第 3 页", "现委托林知行为代理人。"], False),
    ],
)
def test_an_authorization_under_a_title_that_is_no_heading_is_told(
    final: Package, texts: list[str], is_told: bool
) -> None:
    written = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)
    found = final.broken(final.docx, BODY, "<w:sectPr(?!.*<w:sectPr)", f"{written}<w:sectPr")
    assert [item.code for item in found] == ["FM09"] * is_told


@pytest.mark.parametrize(
    ("title", "is_told"),
    [
        ("投标函", False),
        ("一、磋商响应函（商务技术部分）", False),
        ("格式 3 投标函及投标函附录", False),
        ("首次报价函", False),
        ("致采购人的话", True),
        ("投标函的递交要求说明", True),
    ],
)
def test_a_chinese_tender_without_a_letter_of_bid_is_warned_of(final: Package, title: str, is_told: bool) -> None:
    found = final.broken(final.docx, BODY, ">投标函<", f">{title}<")
    (item, *others) = [item for item in found if item.code != "FM11"] or [None]
    assert (item is not None) is is_told and not others
    if item:
        assert (item.code, item.severity) == ("FM01", Severity.WARNING)
        assert "投标函" in item.message("zh") and "letter of bid" in item.message("en")


def test_a_letter_of_bid_under_a_title_that_is_no_heading_is_one(final: Package) -> None:
    written = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in ("投标书", "致：澄溪水务有限公司"))
    parts = unzip(final.files[final.docx])
    assert parts[BODY].decode().count(">投标函<") == 2  # the heading, and its line in the contents
    found = final.broken(final.docx, BODY, ">投标函<", ">致采购人的话<")
    assert codes(found) == {"FM01"}
    parts[BODY] = re.sub("<w:sectPr(?!.*<w:sectPr)", f"{written}<w:sectPr", parts[BODY].decode(), flags=re.S).encode()
    parts[BODY] = parts[BODY].replace(">投标函<".encode(), ">致采购人的话<".encode())
    assert verify_files(final.bid, {**final.files, final.docx: pack(parts)}, is_draft=False) == []


def test_a_tender_by_other_rules_needs_no_letter_of_bid(final: Package) -> None:
    tender = final.bid.deal.tender
    assert tender is not None
    deal = final.bid.deal.model_copy(update={"tender": tender.model_copy(update={"rules": "mdb"})})
    other = replace(final, bid=replace(final.bid, deal=deal))
    assert other.broken(final.docx, BODY, ">投标函<", ">致采购人的话<") == []


def test_legal_words_that_are_not_the_usual_ones_are_told(final: Package) -> None:
    (item,) = final.broken(final.docx, BODY, f"(?<![：为]){WORDS}", f"{WORDS}（人民币叁拾叁万陆仟元正）")
    assert (item.code, item.severity) == ("PR02", Severity.INFO)
    assert "人民币叁拾叁万陆仟元正" in item.message("zh") and WORDS in item.fix("zh")


def test_blank_in_the_words_of_the_buyer_is_repeated_as_it_is(final: Package) -> None:
    asked, blank = "断网时本地缓存不少于 30 天。", "断网时本地缓存不少于____天，时间待定。"
    assert codes(final.broken(final.docx, BODY, asked, blank)) >= {"FM03"}
    first, *others = final.bid.deal.requirements
    assert first.text == asked
    requirements = (first.model_copy(update={"text": blank}), *others)
    bid = replace(final.bid, deal=final.bid.deal.model_copy(update={"requirements": requirements}))
    assert "FM03" not in codes(replace(final, bid=bid).broken(final.docx, BODY, asked, blank))


def test_finding_names_part_and_paragraph(final: Package) -> None:
    (item,) = final.broken(final.docx, BODY, "质保期内免费维修", "【待补充】质保期内免费维修")
    assert item.span is not None
    assert item.span.file == final.docx
    assert dict(item.span.place)["part"] == BODY
    assert int(dict(item.span.place)["paragraph"]) > 1
    assert "【待补充】" in item.message("zh")


def test_finding_names_sheet_and_cell(final: Package) -> None:
    found = final.broken(final.xlsx, OPENING, "自终验|40 日内", "{{ days }} 日内")
    assert [item.span.place for item in found if item.span] == [(("sheet", "开标一览表"), ("cell", "B10"))]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_heading_that_the_contents_do_not_list_is_found(final: Package, level: int) -> None:
    pattern = rf'<w:p>(?:(?!</w:p>).)*<w:pStyle w:val="TOC{level}"/>.*?</w:p>'
    entry = re.search(pattern, unzip(final.files[final.docx])[BODY].decode(), re.S)
    assert entry is not None
    assert codes(final.broken(final.docx, BODY, re.escape(entry.group()), "")) >= {"FM11"}


def test_contents_that_list_one_more_than_there_are_headings_are_found(final: Package) -> None:
    last = r'(<w:p>(?:(?!</w:p>).)*<w:pStyle w:val="TOC2"/>(?:(?!</w:p>).)*</w:p>)(?!.*"TOC\d")'
    more = '<w:p><w:pPr><w:pStyle w:val="TOC2"/></w:pPr><w:r><w:t>7.6 附录</w:t></w:r></w:p>'
    assert codes(final.broken(final.docx, BODY, last, rf"\1{more}")) == {"FM11"}


def test_document_without_contents_is_found(final: Package) -> None:
    styles = final.broken(final.docx, "word/styles.xml", r'w:val="[Tt][Oo][Cc] (\d)"', r'w:val="list of \1"')
    assert codes(styles) == {"FM11"}


def test_draft_without_a_mark_in_a_header_is_found(draft: Package) -> None:
    assert codes(draft.broken(draft.docx, "word/header2.xml", "草稿 DRAFT", "")) == {"PK06"}
    assert codes(draft.broken(draft.xlsx, OPENING, "草稿 DRAFT", "")) == {"PK06"}


def test_draft_with_empty_headers_is_found(draft: Package) -> None:
    def change(parts: dict[str, bytes]) -> None:
        for name in ("word/header2.xml", "word/header3.xml"):
            parts[name] = re.sub("<w:t[ >].*?</w:t>", "", parts[name].decode()).encode()

    assert codes(draft.find(draft.docx, change)) == {"PK06"}


def test_draft_without_headers_is_found(draft: Package) -> None:
    assert codes(draft.broken(draft.docx, BODY, "<w:headerReference [^>]*/>", "")) == {"PK06"}


def test_draft_workbook_without_headers_is_found(draft: Package) -> None:
    assert codes(draft.broken(draft.xlsx, OPENING, "<oddHeader>.*?</oddHeader>", "")) == {"PK06"}


def test_final_file_with_a_draft_mark_is_found(final: Package) -> None:
    assert codes(final.broken(final.docx, "word/header2.xml", "投标文件", "草稿 DRAFT　投标文件")) == {"PK06"}
    assert codes(final.broken(final.xlsx, DETAIL, "&amp;L", "&amp;LDRAFT ")) == {"PK06"}


def test_files_of_a_draft_are_no_final_files_and_the_other_way_round(final: Package, draft: Package) -> None:
    assert codes(verify_files(final.bid, final.files, is_draft=True)) == {"PK06"}
    assert codes(verify_files(draft.bid, draft.files, is_draft=False)) == {"PK06"}


def test_title_that_speaks_of_a_draft_is_no_draft_mark(final: Package) -> None:
    bid = change_bid(final.bid, title="地方标准草稿编制 DRAFT BOARD 项目")
    assert judge_workbook(bid, make_workbook(bid)) == []
    assert codes(judge_workbook(bid, make_workbook(bid), is_draft=True)) == {"PK06"}


def judge_workbook(bid: Bid, content: bytes, *, is_draft: bool = False) -> list[Diagnostic]:
    """What the rules say of a workbook alone."""
    found = verify_files(bid, {"quote.xlsx": content}, is_draft=is_draft)
    return [item for item in found if item.code not in HELD_BY_DOCUMENTS]


def change_bid(bid: Bid, locale: str = "zh-CN", currency: str = "CNY", **changes: object) -> Bid:
    """The bid in another language and currency, computed anew."""
    quote = bid.deal.quote.model_copy(update={"currency": currency})
    deal = bid.deal.model_copy(update={"locale": locale, "quote": quote, **changes})
    return replace(bid, deal=deal, quote=compute_quote(quote, deal.language))


@pytest.mark.parametrize("currency", ["CNY", "USD", "EUR", "GBP", "HKD"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-US", "en-GB"])
def test_clean_workbook_gives_nothing_in_every_language_and_currency(
    final: Package, locale: str, currency: str
) -> None:
    bid = change_bid(final.bid, locale, currency)
    assert judge_workbook(bid, make_workbook(bid)) == []


@pytest.mark.parametrize("currency", ["CNY", "USD", "EUR", "GBP", "HKD"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_wrong_words_are_found_in_every_language_and_currency(final: Package, locale: str, currency: str) -> None:
    bid = change_bid(final.bid, locale, currency)
    parts = unzip(make_workbook(bid))
    # Only the words on the opening form are wrong, and the right ones stay elsewhere.
    wrong = bid.quote.words.replace("00/100", "10/100").replace("仟元整", "仟元壹角")
    text = parts[OPENING].decode()
    assert text.count(bid.quote.words) == 1
    parts[OPENING] = text.replace(bid.quote.words, wrong).encode()
    assert codes(judge_workbook(bid, pack(parts))) == {"PR02"}


def test_option_periods_have_two_amounts_in_words(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    year = "id: B02, category: B, name: 第二年运维, unit: 年, quantity: 1, unit_price: 100.00, tax_rate: 6%"
    edit(deal, "  total: 336000.00", f"    - {{{year}, kind: option_period}}\n  total: 336000.00")
    bid = run_check(deal).bid
    assert bid is not None
    content = make_workbook(bid)
    assert judge_workbook(bid, content) == []
    parts = unzip(content)
    assert bid.quote.evaluated_words in parts[OPENING].decode()
    parts[OPENING] = parts[OPENING].replace("陆仟壹佰元整".encode(), "陆仟贰佰元整".encode())
    assert codes(judge_workbook(bid, pack(parts))) == {"PR02"}


def test_registered_capital_in_words_is_no_price(final: Package) -> None:
    company = final.bid.company.model_copy(update={"registered_capital": "人民币伍仟万元"})
    files = dict(final.files)
    parts = unzip(files[final.docx])
    parts[BODY] = parts[BODY].replace("质保期内免费维修".encode(), "注册资本人民币伍仟万元，质保期内免费维修".encode())
    files[final.docx] = pack(parts)
    assert verify_files(replace(final.bid, company=company), files, is_draft=False) == []
    assert codes(verify_files(final.bid, files, is_draft=False)) == {"PR02"}


LINE = "网关把站点数据送入平台"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("报价 336,000.00 元", "总价"),
        ("33.6 万元", "总价"),
        (WORDS, "总价"),
        ("叁拾叁万陆仟元整", "总价"),
        ("300,000.00", "硬件设备"),
        ("36,000.00", "实施服务"),
        ("12,500.00", "A01"),
        ("100,800.00", "预付款"),
    ],
)
def test_price_in_a_volume_that_may_hold_none_is_found(price_free: Package, said: str, name: str) -> None:
    (item,) = judge_price_free(price_free, BODY, f"{LINE}（{said}）")
    assert (item.code, item.span.file if item.span else "") == ("PR09", price_free.docx)
    assert f"（{name}）" in item.message("zh")
    assert codes([item]) == {"PR09"}


def test_price_in_the_title_of_a_volume_that_may_hold_none_is_found(price_free: Package) -> None:
    title = "澄溪水厂数据采集项目"
    (item,) = judge_price_free(price_free, CORE, f"{title} 336000.00", title)
    assert (item.code, item.span.place if item.span else ()) == ("PR09", (("part", CORE),))


def with_chart(content: bytes, items: tuple[tuple[str, str], ...], alt: str = "") -> bytes:
    """A file with a chart of names and amounts, taken from a document that the engine makes."""
    chart = BarChart(tuple((name, Decimal(amount)) for name, amount in items), "处理量", "1F4E79", alt)
    drawn = unzip(filled(docx(p("{{p c }}")), {"c": chart}))
    parts = unzip(content)
    parts |= {name: data for name, data in drawn.items() if name.startswith(("word/charts/", "word/embeddings/"))}
    (target,) = (name for name in drawn if re.fullmatch("word/charts/[^/]+", name))
    rels = opc.rels_name(BODY)
    kind = f"{opc.OFFICE_RELS}/chart"
    parts[rels] = opc.add_relationships(parts[rels], {"rIdNew": (kind, target.removeprefix("word/"), False)})
    chart_type = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
    parts[opc.CONTENT_TYPES] = opc.add_content_types(parts[opc.CONTENT_TYPES], PART_TYPES, {target: chart_type})
    found = re.search("<w:r><w:drawing>.*?</w:drawing></w:r>", drawn[BODY].decode())
    assert found is not None
    drawing = re.sub('r:id="[^"]*"', 'r:id="rIdNew"', re.sub('docPr id="[0-9]+"', 'docPr id="9001"', found.group()))
    parts[BODY] = parts[BODY].replace(b"</w:p>", drawing.encode() + b"</w:p>", 1)
    return pack(parts)


def judge_chart(package: Package, *items: tuple[str, str], alt: str = "") -> list[Diagnostic]:
    files = {package.docx: with_chart(package.files[package.docx], items, alt)}
    return verify_files(package.bid, files, is_draft=False, price_free=[package.docx])


@pytest.mark.parametrize(("amount", "name"), [("336000", "总价"), ("36000.00", "实施服务"), ("12500", "A01")])
def test_price_in_a_chart_of_a_volume_that_may_hold_none_is_found(price_free: Package, amount: str, name: str) -> None:
    found = judge_chart(price_free, ("甲", amount), ("乙", "17.00"))
    assert codes(found) == {"PR09"}
    assert {item.span.place[0][1].split("/")[1] for item in found if item.span} == {"charts", "embeddings"}
    assert all(f"（{name}）" in item.message("zh") for item in found)


def test_price_in_the_alternative_text_of_a_picture_is_found(price_free: Package) -> None:
    assert codes(judge_chart(price_free, ("甲", "17.00"), alt="总价 336,000.00 元")) == {"PR09"}


def test_a_chart_of_other_figures_is_no_leak(price_free: Package) -> None:
    assert judge_chart(price_free, ("甲", "300"), ("乙", "24"), ("丙", "45000"), ("丁", "2026")) == []


def test_amounts_of_past_projects_are_no_leak(price_free: Package) -> None:
    assert judge_price_free(price_free, BODY, f"{LINE}（合同额 280,000.00 元）") == []
    lines = [line.model_copy(update={"unit_price": Decimal("280000.00")}) for line in price_free.bid.deal.quote.lines]
    quote = price_free.bid.deal.quote.model_copy(update={"lines": tuple(lines)})
    bid = replace(price_free.bid, quote=compute_quote(quote, "zh"))
    past = judge_price_free(replace(price_free, bid=bid), BODY, f"{LINE}（合同额 280,000.00 元）")
    assert [item for item in past if item.code == "PR09"] == []


def test_amounts_of_the_tender_are_not_the_total_rounded(price_free: Package) -> None:
    bid, said = price_free.bid, f"{LINE}（约 33.6 万元）"
    quote = replace(bid.quote, base=Decimal("336480.00"), evaluated=Decimal("336480.00"))
    asked = bid.deal.requirements[0].model_copy(update={"text": "投标报价不得高于 33.60 万元"})
    known = bid.deal.model_copy(update={"requirements": (asked,)})
    ours, theirs = (replace(price_free, bid=replace(bid, quote=quote, deal=deal)) for deal in (bid.deal, known))
    assert [item.code for item in judge_price_free(ours, BODY, said) if item.code == "PR09"] == ["PR09"]
    assert [item.code for item in judge_price_free(theirs, BODY, said) if item.code == "PR09"] == []


@pytest.fixture(scope="module")
def price_free(deal: Path, tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The proposal without the chapter of its prices; its letter of bid names no price."""
    root = tmp_path_factory.mktemp("price-free")
    manifest = MANIFEST.split("  - id: price")[0] + "required_styles: []\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        path = make_two_volumes(root, manifest, {"technical": technical_docx("投标函", "致：采购人")})
        sign_all(path)
        return package_of(build_deal(path, Options(now=NOW)))


def judge_price_free(package: Package, part: str, new: str, old: str = LINE) -> list[Diagnostic]:
    """What is said of it after a text in one part was exchanged."""
    parts = unzip(package.files[package.docx])
    assert parts[part].count(old.encode()) == 1
    parts[part] = parts[part].replace(old.encode(), new.encode())
    files = {package.docx: pack(parts)}
    return verify_files(package.bid, files, is_draft=False, price_free=[package.docx])


def test_evidence_that_is_no_chapter_is_told(tmp_path: Path) -> None:
    answer = {"clause": "3.1", "text": "本地缓存不少于 30 天。", "response": "缓存 45 天。", "deviation": "none"}
    named = ["GW-200", "方案概述", "iso9001", "本条响应", "第九章 不存在的章节", "一、方案概述", "投标文件第九章", "章"]
    asked = [answer | {"id": f"R{at}", "evidence": [name]} for at, name in enumerate(named)]
    asked += [answer | {"id": "R9", "marker": "▲", "evidence": ["报价汇编"]}]
    deal = make_workspace(tmp_path, requirements=asked)
    found = [item for item in build_deal(deal, Options(now=NOW, is_draft=True)).diagnostics if item.code == "FM31"]
    told = [(item.severity, item.values["evidence"]) for item in found]
    wrong = ("第九章 不存在的章节", "投标文件第九章", "章")
    assert told == [*((Severity.WARNING, name) for name in wrong), (Severity.ERROR, "报价汇编")]
    assert all(item.span and item.span.line for item in found)


def test_an_attachment_that_a_text_names_is_there(tmp_path: Path) -> None:
    asked = {"id": "R1", "clause": "3.1", "text": "按附件 9 的格式报送。", "deviation": "none"}
    answer = "清单见附件 5，格式见附件 9，布局见图 77，参见招标文件附件 6，接口见附录 Z；测试见附件 50。"
    text = "# 附件 5 清单\n\n一台。\n\n附录 Z 接口\n\n报图 88，详见附件 5。"
    deal = make_workspace(tmp_path, requirements=[asked | {"response": answer}], solution__overview=text)
    found = [item for item in build_deal(deal, Options(now=NOW, is_draft=True)).diagnostics if item.code == "FM31"]
    assert [item.values["evidence"] for item in found] == ["图 77", "附件 50"]
    assert all(item.span and item.span.line for item in found)


def find_wrong_references(root: Path, text: str, asked: str = "按附件 9 的格式报送。") -> list[str]:
    item = {"id": "R1", "clause": "3.1", "text": asked, "response": "缓存 45 天。", "deviation": "none"}
    deal = make_workspace(root, requirements=[item], solution__service__introduction=text)
    found = [item for item in build_deal(deal, Options(now=NOW, is_draft=True)).diagnostics if item.code == "FM31"]
    assert all(item.span and item.span.line for item in found)
    return [str(item.values["evidence"]) for item in found]


def test_a_chapter_that_a_text_names_is_there(tmp_path: Path) -> None:
    text = "质保见第 3 章。时限见第九章，人员见 1.9 节，实施安排详见 1.1 节“实施计划”，方案详见第一章“实施计划”。"
    wrong = {"第九章", "见 1.9 节", "见 1.1 节“实施计划”", "第一章“实施计划”"}
    assert {*find_wrong_references(tmp_path, text)} == wrong


def test_a_chapter_of_others_or_under_its_own_name_is_none(tmp_path: Path) -> None:
    text = (
        "按招标文件第九章的格式，接口规范见第 12 章。目标详见第一章“方案概述”，见第一章所述、见 1.1 节的表。"
        "流速 1.9 节流阀，按 GB 50174 第 9 章执行；报第五章规定的价；高度 3.2 节约能耗。"
    )
    assert find_wrong_references(tmp_path, text, "按第五章规定报送。") == []


def test_every_rule_over_finished_files_is_broken_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert {rule.code for rule in FINISHED_RULES} == {rule.code for rule in FINISHED_RULES if f'"{rule.code}"' in text}
