"""Blind volumes: the bidder is left out, and whatever would tell whose they are is found in the finished bytes."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest
from format_files import BODY, CORE, LEFT_OUT, blind_docx, change, dressed, mark, plain_volume, properties, search
from lxml import etree
from office_files import parts_of, png, q, sound, with_part, zipped
from pack_files import PRICE_CHAPTER, cut, make_two_volumes, saved, shipped_template
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from workspace import COMPANY, NOW, edit, root_of, run_check, sign_all, write

from bidkit.bid import Bid
from bidkit.build import Options, build_deal
from bidkit.deal.layout import find_rules
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.ooxml.unsigned import strip_picture
from bidkit.readback import read_docx
from bidkit.reports import Result
from bidkit.rules.blind import BlindFile, list_secrets
from bidkit.rules.files import check_blind
from bidkit.traces import read_pdf_traces, read_picture, read_traces

CHOICE = "  rules: mof87\n"
TECHNICAL = "submit/CXSW-2026-001-资格及商务技术文件.docx"
RULES = """\
    - volumes: [technical]
      blind: true
      text: {east_asian: 宋体, latin: Times New Roman, size: 四号, line_spacing: 28磅, first_line_indent: 2字符}
      contents: false
      bold: false
"""


def make_blind(path: Path, *lines: str, rules: str = RULES) -> Path:
    """A bid in two volumes, of which the technical one is blind; the papers are in the other."""
    technical = blind_docx() if not lines else saved(cut(shipped_template(), lambda c: c not in LEFT_OUT), *lines)
    price = saved(cut(shipped_template(), lambda chapter: chapter in (PRICE_CHAPTER, "资信文件")))
    deal = make_two_volumes(path, templates={"technical": technical, "price": price})
    edit(deal, CHOICE, f"{CHOICE}  format_rules:\n{rules}")
    return deal


def build(deal: Path, *, is_draft: bool = False) -> Result:
    if not is_draft:
        sign_all(deal)
    return build_deal(deal, Options(now=NOW, is_draft=is_draft))


def errors(result: Result) -> list[Diagnostic]:
    return [item for item in result.diagnostics if item.severity is Severity.ERROR]


def blind_volume() -> tuple[Bid, bytes]:
    """The volume of `format_files` as a blind one."""
    from format_files import make_rules

    rules = find_rules([make_rules({"blind": "true", "contents": "false"})], "technical")
    assert rules is not None
    return plain_volume()[0], dressed(rules)


def loud(found: list[Diagnostic]) -> list[Diagnostic]:
    """The errors but for a person's name, whom the volume of `format_files` still has: it was not filled blind."""
    return [item for item in found if item.severity is Severity.ERROR and item.values.get("text") != "沈砚秋"]


# building


def test_a_blind_volume_is_built_without_the_bidder(tmp_path: Path) -> None:
    result = build(make_blind(tmp_path))
    assert errors(result) == []
    assert result.folder is not None
    content = (result.folder / TECHNICAL).read_bytes()
    file = read_docx(sound(content), "t.docx")
    everything = "".join(part.decode("utf-8", "replace") for part in parts_of(content).values())
    for secret in (COMPANY, "青禾", "沈砚秋", "顾明澈", "88260170", "qinghe", "91339901MA7QH0Y29Q"):
        assert secret not in everything
    assert "| 项目经理 |" in "|".join(f" {text} " for _, text in file.texts)
    assert file.author == ""
    assert COMPANY in read_docx((result.folder / "submit/price.docx").read_bytes(), "p.docx").text


def test_a_draft_of_a_blind_volume_is_marked(tmp_path: Path) -> None:
    result = build(make_blind(tmp_path), is_draft=True)
    assert result.folder is not None
    name = TECHNICAL.replace(".docx", "-DRAFT.docx")
    file = read_docx((result.folder / name).read_bytes(), "t.docx")
    assert {text for _, text in file.headers} == {"草稿 DRAFT"}
    assert {item.code for item in errors(result)} <= {"GT03"}


def test_people_of_one_role_are_told_apart_by_letters(tmp_path: Path) -> None:
    deal = make_blind(tmp_path)
    member = "  - {name: 沈砚秋, role: 项目经理, duty: 全面负责}\n"
    more = "".join(f"  - {{name: {name}, role: 工程师, duty: 实施}}\n" for name in ("韩疏影", "简宁舟"))
    edit(deal, member, member + more)
    result = build(deal)
    assert result.folder is not None, errors(result)
    text = read_docx((result.folder / TECHNICAL).read_bytes(), "t.docx").text
    assert "工程师A" in text and "工程师B" in text and "项目经理A" not in text


def test_a_template_that_prints_what_the_bidder_alone_has_is_refused_at_its_tag(tmp_path: Path) -> None:
    result = run_check(make_blind(tmp_path, "电话：{{ company.phone }}"))
    (found,) = errors(result)
    assert found.span is not None
    assert (found.code, dict(found.span.place)["tag"]) == ("TP08", "{{ company.phone }}")


def test_a_template_may_ask_whether_it_is_blind(tmp_path: Path) -> None:
    rules = RULES.replace("      blind: true\n", "      blind: true\n      cover: true\n")
    line = "{% if volume.blind %}暗标{% else %}电话：{{ company.phone }}{% endif %}"
    result = build(make_blind(tmp_path, line, rules=rules))
    assert result.folder is not None, errors(result)
    assert "暗标" in read_docx((result.folder / TECHNICAL).read_bytes(), "t.docx").text


def test_a_text_that_names_the_bidder_is_shown_where_it_is_written(tmp_path: Path) -> None:
    deal = make_blind(tmp_path)
    text = deal.read_text(encoding="utf-8")
    start, end = text.index("  overview: |"), text.index("  products: [GW-200]\n  plan")
    edit(deal, text[start:end], "  overview: {file: overview.md}\n")
    write(deal.with_name("overview.md"), "# 总体\n\n" + "方案说明。" * 30 + "\n\n本方案由青禾测试技术公司自主研发。\n")
    result = build(deal)
    assert result.folder is None
    (found,) = errors(result)
    assert found.span is not None
    assert (found.code, found.span.file, found.span.line, found.span.col) == ("PK28", "deals/water/overview.md", 5, 5)
    assert "青禾测试技术" in found.message("zh") and "word/document.xml" in found.message("en")


def test_a_name_in_a_field_of_the_deal_is_shown_at_its_line(tmp_path: Path) -> None:
    deal = make_blind(tmp_path)
    line, _ = edit(deal, "response: 每季度巡检一次并留记录。", "response: 顾 明澈每季度巡检一次并留记录。")
    found = [item for item in errors(build(deal)) if item.code == "PK28"]
    assert [(item.span.file, item.span.line) for item in found if item.span] == [("deals/water/deal.yaml", line)]


def test_the_name_of_a_file_may_not_tell(tmp_path: Path) -> None:
    deal = make_blind(tmp_path)
    edit(root_of(deal) / "templates/mine/pack.yaml", '"{tender.no}-{volume.title}"', '"{company.name}-{volume.title}"')
    (found,) = errors(build(deal))
    assert (found.code, found.values["text"]) == ("PK28", COMPANY)


def test_a_common_word_may_be_allowed_but_not_the_bidder(tmp_path: Path) -> None:
    deal = make_blind(tmp_path)
    edit(deal, "name: 沈砚秋", "name: 高峰")
    edit(deal, "断网时本地保存四十五天", "用水高峰期本地保存四十五天")
    found = [item for item in errors(build(deal)) if item.code == "PK28"]
    assert {item.values["text"] for item in found} == {"高峰"}
    edit(deal, "      bold: false\n", f"      bold: false\n      allowed_words: [高峰期, {COMPANY}]\n")
    assert errors(build(deal)) == []
    edit(deal, "恢复后自动补传", f"恢复后由{COMPANY}自动补传")
    assert {item.code for item in errors(build(deal))} == {"PK28"}


def test_a_company_is_also_known_by_its_other_names(tmp_path: Path) -> None:
    deal = make_blind(tmp_path)
    edit(root_of(deal) / "bidkit.yaml", f"  name: {COMPANY}\n", f"  name: {COMPANY}\n  aliases: [禾风数智]\n")
    edit(deal, "恢复后自动补传", "恢复后经禾风数智云自动补传")
    found = errors(build(deal))
    assert {(item.code, item.values["text"]) for item in found} == {("PK28", "禾风数智")}


def test_a_product_of_the_bidder_does_not_say_so(tmp_path: Path) -> None:
    deal = make_blind(tmp_path)
    edit(root_of(deal) / "catalog/products/GW-200.md", "brand: 拓澜\n", f"brand: 拓澜\nmanufacturer: {COMPANY}\n")
    assert errors(build(deal)) == []


def test_the_company_colour_is_in_no_part(tmp_path: Path) -> None:
    deal = make_blind(tmp_path, rules=RULES.replace("      contents", "      colors: true\n      contents"))
    edit(root_of(deal) / "bidkit.yaml", "  introduction:", "  color: 2E6B4F\n  introduction:")
    result = build(deal)
    assert result.folder is not None, errors(result)
    parts = parts_of((result.folder / TECHNICAL).read_bytes())
    assert not [name for name, part in parts.items() if b"2E6B4F" in part]


# what is found


def test_nothing_is_found_in_what_was_dressed() -> None:
    bid, content = blind_volume()
    assert loud(search(content, bid)) == []
    assert {item.values["text"] for item in search(content, bid) if item.code == "PK28"} == {"沈砚秋"}


def test_what_would_tell_is_listed() -> None:
    texts = {secret.text for secret in list_secrets(plain_volume()[0])}
    assert {COMPANY, "青禾测试技术", "91339901MA7QH0Y29Q", "顾明澈", "云汀市高新区禾风路 88 号"} <= texts
    assert {"0920-88260170", "bid@qinghe.example", "qinghe.example", "沈砚秋", "QMS-2025-03417"} <= texts
    assert {"远汀水务有限公司", "泵站采集项目"} <= texts


SPELLINGS = {
    COMPANY: [COMPANY, "青禾测试技术 有限公司", "青禾测试\u200b技术有限公司"],
    "青禾测试技术": ["青禾测试技术", "青 禾 测 试 技 术", "青禾（测试）技术"],
    "91339901MA7QH0Y29Q": ["91339901ma7qh0y29q", "９１３３９９０１MA7QH0Y29Q", "91339901-MA7QH0Y29Q"],
    "0920-88260170": ["0920-88260170", "092088260170", "(0920) 8826 0170", "0920—88260170"],
    "bid@qinghe.example": ["BID@QINGHE.EXAMPLE"],
    "qinghe.example": ["www.qinghe.example/about"],
    "顾明澈": ["顾明澈", "顾　明澈"],
    "云汀市高新区禾风路 88 号": ["云汀市高新区禾风路88号"],
}


@pytest.mark.parametrize(("secret", "written"), [(key, each) for key, all_ in SPELLINGS.items() for each in all_])
def test_a_secret_is_found_in_any_spelling(secret: str, written: str) -> None:
    bid, content = blind_volume()

    def alter(tree: etree._Element) -> None:
        run = etree.SubElement(next(tree.iter(q("w:p"))), q("w:r"))
        etree.SubElement(run, q("w:t")).text = f"联系{written}。"

    assert secret in {item.values["text"] for item in loud(search(change(content, BODY, alter), bid))}


def _split_over_runs(tree: etree._Element) -> None:
    paragraph = next(tree.iter(q("w:p")))
    for character in COMPANY:
        etree.SubElement(etree.SubElement(paragraph, q("w:r")), q("w:t")).text = character


def _in_attribute(tree: etree._Element) -> None:
    next(tree.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr")).set(
        "descr", COMPANY
    )


def _in_bookmark(tree: etree._Element) -> None:
    next(tree.iter(q("w:bookmarkStart"))).set(q("w:name"), f"_{COMPANY}")


def _in_field(tree: etree._Element) -> None:
    run = etree.SubElement(next(tree.iter(q("w:p"))), q("w:r"))
    etree.SubElement(run, q("w:instrText")).text = f' AUTHOR "{COMPANY}" '


def _in_hidden(tree: etree._Element) -> None:
    run = next(tree.iter(q("w:r")))
    mark(properties(run, "w:rPr"), "w:vanish")
    etree.SubElement(run, q("w:t")).text = COMPANY


def _in_change(tree: etree._Element) -> None:
    made = etree.SubElement(next(tree.iter(q("w:p"))), q("w:del"))
    made.set(q("w:id"), "99")
    etree.SubElement(etree.SubElement(made, q("w:r")), q("w:delText")).text = COMPANY


@pytest.mark.parametrize("alter", [_split_over_runs, _in_attribute, _in_bookmark, _in_field, _in_hidden, _in_change])
def test_a_name_is_found_wherever_it_stands_in_a_part(alter: object) -> None:
    bid, content = blind_volume()
    found = loud(search(change(content, BODY, alter), bid))  # type: ignore[arg-type]
    assert {item.code for item in found} == {"PK28"}
    assert COMPANY in {item.values["text"] for item in found}
    assert all(dict(item.span.place)["part"] == BODY for item in found if item.span)


@pytest.mark.parametrize(
    "text",
    [
        "<dc:creator>{}</dc:creator>",
        "<cp:lastModifiedBy>{}</cp:lastModifiedBy>",
        "<dc:description>{}</dc:description>",
        "<cp:keywords>{}</cp:keywords>",
    ],
)
def test_a_name_in_the_properties_is_found(text: str) -> None:
    bid, content = blind_volume()
    parts = with_part(parts_of(content), CORE, "</cp:coreProperties>", text.format(COMPANY) + "</cp:coreProperties>")
    assert {item.code for item in loud(search(zipped(parts), bid))} == {"PK28"}


def test_any_author_tells_whoever_it_is() -> None:
    bid, content = blind_volume()
    for new in ("<dc:creator>Li Lei</dc:creator>", "<cp:lastModifiedBy>Li Lei</cp:lastModifiedBy>"):
        parts = with_part(parts_of(content), CORE, "</cp:coreProperties>", new + "</cp:coreProperties>")
        (found,) = loud(search(zipped(parts), bid))
        assert (found.code, found.values["kind"].key) == ("PK28", "author")
    commented = change(content, BODY, lambda tree: next(tree.iter(q("w:r"))).addprevious(_insertion()))
    assert {item.code for item in loud(search(commented, bid))} == {"PK28"}


def _insertion() -> etree._Element:
    made = etree.Element(q("w:ins"))
    made.set(q("w:author"), "Li Lei")
    return made


@pytest.mark.parametrize("part", ["word/青禾测试技术有限公司.xml", "customXml/item1.xml", "docProps/custom.xml"])
def test_a_name_in_another_part_or_in_its_name_is_found(part: str) -> None:
    bid, content = blind_volume()
    parts = {**parts_of(content), part: f"<a><b>{COMPANY}</b></a>".encode()}
    assert "PK28" in {item.code for item in loud(search(zipped(parts), bid))}


def test_a_link_that_leads_to_the_bidder_is_found() -> None:
    bid, content = blind_volume()
    rels = "word/_rels/document.xml.rels"
    line = '<Relationship Id="rIdX" Type="t/hyperlink" Target="https://www.qinghe.example/" TargetMode="External"/>'
    parts = with_part(parts_of(content), rels, "</Relationships>", line + "</Relationships>")
    assert {item.values["text"] for item in loud(search(zipped(parts), bid))} == {"qinghe.example"}


# pictures


def _noted_png() -> bytes:
    notes, stream = PngInfo(), io.BytesIO()
    notes.add_text("Author", COMPANY, zip=True)
    notes.add_itxt("XML:com.adobe.xmp", f"<x>{COMPANY}</x>")
    Image.new("RGB", (8, 8), "red").save(stream, "PNG", pnginfo=notes)
    return stream.getvalue() + COMPANY.encode()


def _noted_jpeg() -> bytes:
    exif, stream = Image.Exif(), io.BytesIO()
    exif[0x013B] = "Qinghe"
    Image.new("RGB", (64, 64), "red").save(stream, "JPEG", exif=exif, comment=COMPANY.encode(), progressive=True)
    return stream.getvalue() + COMPANY.encode()


@pytest.mark.parametrize("picture", [_noted_png(), _noted_jpeg()], ids=["png", "jpeg"])
def test_what_a_picture_holds_besides_its_pixels_is_found_and_taken_out(picture: bytes) -> None:
    pixels, extras = read_picture(picture)
    assert extras
    bare = strip_picture(picture)
    assert read_picture(bare) == (pixels, ())
    assert COMPANY.encode() not in bare
    bid, content = blind_volume()
    parts = parts_of(content)
    name = next(part for part in parts if part.startswith("word/media/"))
    found = loud(search(zipped({**parts, f"word/media/other.{name.rpartition('.')[2]}": picture}), bid))
    assert "PK29" in {item.code for item in found}


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"optimize": True}, {"quality": 100, "subsampling": 0}])
def test_a_photograph_keeps_its_pixels(options: dict[str, object]) -> None:
    chance, stream = random.Random(7), io.BytesIO()
    noise = bytes(chance.randrange(256) for _ in range(97 * 61 * 3))
    Image.frombytes("RGB", (97, 61), noise).save(stream, "JPEG", **options)  # type: ignore[arg-type]
    bare = strip_picture(stream.getvalue())
    assert read_picture(bare) == (read_picture(stream.getvalue())[0], ())


def test_each_picture_of_a_blind_volume_is_shown_to_a_person() -> None:
    bid, content = blind_volume()
    warnings = [item for item in search(content, bid) if item.severity is Severity.WARNING]
    pictures = [name for name in parts_of(content) if name.startswith("word/media/")]
    assert [dict(item.span.place)["part"] for item in warnings if item.span] == pictures
    assert {item.code for item in warnings} == {"PK29"}


def test_the_logo_is_known_by_its_pixels() -> None:
    bid, content = blind_volume()
    logo = png(40, 20, "green")
    stream = io.BytesIO()
    Image.open(io.BytesIO(logo)).save(stream, "PNG", compress_level=1, dpi=(300, 300))
    assert stream.getvalue() != logo
    parts = {**parts_of(content), "word/media/x.png": stream.getvalue()}
    assert loud(search(zipped(parts), bid)) == []
    (found,) = loud(search(zipped(parts), bid, logo=read_picture(logo)[0]))
    assert (found.code, found.values["kind"].key) == ("PK28", "logo")


@pytest.mark.parametrize(
    "name", ["word/embeddings/a.xlsx", "word/media/a.emf", "word/media/a.svg", "word/fonts/f.odttf"]
)
def test_what_cannot_be_read_is_refused(name: str) -> None:
    bid, content = blind_volume()
    found = loud(search(zipped({**parts_of(content), name: b"\x01\x00"}), bid))
    assert ("PK29", name) in {(item.code, dict(item.span.place)["part"]) for item in found if item.span}


def test_a_picture_in_the_text_loses_its_notes_and_is_built(tmp_path: Path) -> None:
    deal = make_blind(tmp_path)
    write(deal.with_name("site.jpg"), _noted_jpeg())
    edit(deal, "    系统与既有生产网单向隔离", "    ![现场](site.jpg)\n    系统与既有生产网单向隔离")
    result = build(deal)
    assert errors(result) == []
    assert {item.code for item in result.diagnostics if item.severity is Severity.WARNING} == {"PK29"}


# PDF


@pytest.mark.office
def test_a_pdf_of_a_blind_volume_is_searched_too() -> None:
    from bidkit.office import lay_out

    bid, content = blind_volume()

    def alter(tree: etree._Element) -> None:
        run = etree.SubElement(next(tree.iter(q("w:p"))), q("w:r"))
        etree.SubElement(run, q("w:t")).text = COMPANY

    layouts, _ = lay_out({"clean.docx": content, "named.docx": change(content, BODY, alter)})
    clean = check_blind(BlindFile(bid, "t.pdf", read_pdf_traces(layouts["clean.docx"], "t.pdf")))
    assert loud(clean) == []
    named = check_blind(BlindFile(bid, "t.pdf", read_pdf_traces(layouts["named.docx"], "t.pdf")))
    assert COMPANY in {item.values["text"] for item in loud(named)}


def test_reading_a_broken_file_does_not_fail() -> None:
    assert read_traces(b"PK", "t.docx").texts == (((), "t.docx"),)
    assert read_pdf_traces(b"%PDF-", "t.pdf").opaque


def test_reports_of_a_blind_build_are_whole(tmp_path: Path) -> None:
    result = build(make_blind(tmp_path))
    assert result.folder is not None
    manifest = json.loads((result.folder / "internal/manifest.json").read_text(encoding="utf-8"))
    assert TECHNICAL in manifest["outputs"]
