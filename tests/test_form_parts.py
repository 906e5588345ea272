"""The buyer's Word forms as parts of volumes: in their place, under a heading, as they are by themselves."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from lot_files import FIRST, SECOND
from office_files import parts_of, sound, with_part, zipped
from test_forms import CHOICES, SIGNERS, make_map
from test_zh_tender import build, chapters, copy_example, read
from word_forms import FORMS, line, make, title, u
from word_forms import pledge as pledge_form
from workspace import ISO9001_RECORD, NOW, edit, make_workspace, root_of, write

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.forms import FilledWord
from bidkit.forms.embedding import find_region
from bidkit.forms.flow import read_text
from bidkit.judging import judge_deal
from bidkit.ooxml.opc import parse_xml, serialize
from bidkit.ooxml.tree import q
from bidkit.pack import shipped_packs
from bidkit.pdf.reading import read_pdf
from bidkit.reports import Result
from bidkit.rules.buyer_forms import FinishedPart
from bidkit.rules.files import check_word_part

DOCUMENT = "word/document.xml"
PLACES = {
    "投标函": ("price", "price-letter"),
    "开标一览表": ("price", "price-summary"),
    "授权委托书": ("qualification", ""),
    "技术偏离表": ("technical", "technical-deviations"),
}


PARTS = "index-qualification, authority, 授权委托书, id-cards, declaration, credentials"


def make_deal(to: Path, first: str = "index-qualification, declaration, credentials", **changes: Any) -> Path:
    """A small deal whose bid is made with the pack for tenders; `first` are the parts of its first volume."""
    parts = {"qualification": first.split(", ")}
    deal = make_workspace(to, tender__parts=parts, **changes)
    settings = root_of(deal) / "bidkit.yaml"
    text = settings.read_text(encoding="utf-8").replace("as_of:", "pack: zh-tender\nas_of:", 1)
    write(settings, text.replace("  address:", f"{SIGNERS}  affiliates: []\n  address:"))
    return deal


def add_forms(deal: Path, *entries: tuple[dict[str, Any], bytes, dict[str, Any]], parts: str = "") -> Path:
    """The deal with forms: each its entry, its file and its mapping; `parts` are those of the first volume."""
    shown = []
    for entry, content, mapping in entries:
        own = {"file": f"forms/{entry['id']}.docx", "map": f"forms/{entry['id']}.yaml", **entry}
        write(deal.parent / own["file"], content)
        write(deal.parent / own["map"], yaml.safe_dump(mapping, allow_unicode=True, sort_keys=False))
        shown.append(own)
    text = deal.read_text(encoding="utf-8")
    listed = f"\ntender:\n  parts: {{qualification: [{parts}]}}\n"
    text = text.replace("\ntender:\n", listed) if parts else text
    write(deal, text + yaml.safe_dump({"forms": shown}, allow_unicode=True, sort_keys=False))
    return deal


def place(name: str, **more: Any) -> tuple[dict[str, Any], bytes, dict[str, Any]]:
    """A form of `word_forms` in the place of a part of the pack."""
    content = FORMS[name]()
    volume, part = PLACES[name]
    entry = {"id": name, "title": name, "volume": volume, "part": part, **more}
    return entry, content, make_map(content, **CHOICES.get(name, {}))


_OWN = ("DL15", "FM02", "FM03", "FM24", "FM27", "FM28", "PK05")


def own_problems(problems: list[Diagnostic]) -> list[str]:
    return [item.message("en") for item in problems if item.code in _OWN]


def test_forms_stand_in_their_volumes_in_the_place_of_parts(tmp_path: Path) -> None:
    deal = add_forms(copy_example("water", tmp_path), *map(place, PLACES), parts=PARTS)
    result = build(deal)
    assert own_problems(list(result.diagnostics)) == []
    price = read(result, "报价文件")
    assert [text.split("\u3000")[-1].split(" ")[-1] for text in chapters(price)][:2] == ["投标函", "开标一览表"]
    assert "陆佰叁拾柒万肆仟捌佰贰拾元整" in price.text
    assert "价格部分" not in "".join(chapters(price)), "the pack's own letter is left out"
    assert "现委托" in read(result, "资格证明文件").text
    assert result.folder is not None
    assert not list((result.folder / "submit").glob("投标函*")), "it is no file of its own as well"
    for file in (result.folder / "submit").glob("*.docx"):
        sound(file.read_bytes())


def test_rows_of_a_form_are_where_the_index_says(tmp_path: Path) -> None:
    """The pack's own index names the pages of requirements, which now stand in the buyer's table."""
    result = build(add_forms(copy_example("water", tmp_path), place("技术偏离表"), place("授权委托书"), parts=PARTS))
    assert [item.message("en") for item in result.diagnostics if item.code == "TP12"] == []
    assert result.folder is not None
    (file,) = (result.folder / "submit").glob("商务技术文件*.docx")
    root = parse_xml(parts_of(file.read_bytes())[DOCUMENT])
    marked = [item.get(q("name"), "") for row in root.iter(q("tr")) for item in row.iter(q("bookmarkStart"))]
    assert sum(name.startswith("requirement_") for name in marked) > 40


@pytest.mark.office
def test_page_in_a_blank_is_the_printed_one(tmp_path: Path) -> None:
    entry, content, mapping = place("技术偏离表")
    (page,) = [item for item in mapping["blanks"] if item["kind"] == "page"]
    page.pop("text", None)
    page["value"] = "'form_技术偏离表' | page_no"
    result = build(add_forms(make_deal(tmp_path), (entry, content, mapping)))
    assert own_problems(list(result.diagnostics)) == []
    assert result.folder is not None
    (file,) = (result.folder / "submit").glob("商务技术文件*.docx")
    shown = [read_text(item) for item in parse_xml(parts_of(file.read_bytes())[DOCUMENT]).iter(q("p"))]
    listed = next(re.sub(r".*\D", "", text) for text in shown if "技术偏离表" in text)
    (note,) = [text.replace("\ufffc", "") for text in shown if "未列出的条款" in text]
    assert int(listed) > 3
    assert f"第（{listed}）页" in note


def test_page_is_named_only_in_a_volume(tmp_path: Path) -> None:
    entry, content, mapping = place("技术偏离表", part="")
    (page,) = [item for item in mapping["blanks"] if item["kind"] == "page"]
    page.pop("text", None)
    page["value"] = "'form_技术偏离表' | page_no"
    result = build(add_forms(make_deal(tmp_path), (entry, content, mapping)))
    assert "only where the form stands in a volume" in own_problems(list(result.diagnostics))[0]


STYLES = """<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="仿宋"/><w:sz w:val="28"/>
</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="200" w:line="360" w:lineRule="auto"/></w:pPr>
</w:pPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/><w:pPr><w:jc w:val="center"/>
<w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:sz w:val="44"/></w:rPr></w:style>
<w:style w:type="table" w:default="1" w:styleId="t"><w:name w:val="Normal Table"/></w:style>
<w:style w:type="table" w:styleId="g"><w:name w:val="Table Grid"/><w:basedOn w:val="t"/><w:pPr><w:spacing w:after="0"
w:line="240" w:lineRule="auto"/></w:pPr><w:rPr><w:sz w:val="18"/></w:rPr></w:style></w:styles>"""
WIDE = '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="900" w:right="900" ' \
    'w:bottom="900" w:left="900" w:header="600" w:footer="600" w:gutter="0"/></w:sectPr>'  # fmt: skip


def styled() -> bytes:
    """A form on landscape paper whose look comes from its own defaults, styles and table style alone."""
    body = (
        '<w:p><w:pPr><w:pStyle w:val="1"/></w:pPr><w:r><w:t>服务承诺书</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>我方承诺：________</w:t></w:r></w:p>"
        '<w:tbl><w:tblPr><w:tblStyle w:val="g"/></w:tblPr><w:tblGrid><w:gridCol w:w="3000"/><w:gridCol w:w="3000"/>'
        '</w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w="3000" w:type="dxa"/></w:tcPr><w:p><w:r><w:t>投标人名称</w:t></w:r>'
        '</w:p></w:tc><w:tc><w:tcPr><w:tcW w:w="3000" w:type="dxa"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl><w:p/>'
    )
    parts = parts_of(make(body))
    document = parts[DOCUMENT].decode()
    start = document.index("<w:sectPr")
    parts[DOCUMENT] = (document[:start] + WIDE + document[document.index("</w:body>") :]).encode()
    return zipped({**parts, "word/styles.xml": STYLES.encode()})


@pytest.fixture
def pledge(tmp_path: Path) -> tuple[FilledWord, bytes]:
    """A form with styles of its own, by itself and in its volume."""
    return make_pledge(tmp_path, styled())


def make_pledge(path: Path, content: bytes) -> tuple[FilledWord, bytes]:
    """A form by itself and in its volume."""
    entry = {"id": "pledge", "title": "服务承诺", "volume": "technical", "part": "company"}
    deal = add_forms(make_deal(path), (entry, content, make_map(content)))
    result = build(deal)
    assert own_problems(list(result.diagnostics)) == []
    judged, _ = judge_deal(deal, Options(now=NOW, is_draft=True))
    assert judged is not None
    assert result.folder is not None
    (file,) = (result.folder / "submit").glob("商务技术文件*.docx")
    (form,) = [item for item in judged.word_forms if item.id == "pledge"]
    return form, file.read_bytes()


def prove(form: FilledWord, volume: bytes) -> list[str]:
    done = FinishedPart("v.docx", form.title, form.bookmark, form.content, volume, is_dressed=False)
    return [item.message("en") for item in check_word_part(done, "tender")]


def test_form_keeps_look_and_paper_that_come_from_its_own_styles(pledge: tuple[FilledWord, bytes]) -> None:
    form, volume = pledge
    assert prove(form, volume) == []
    root = parse_xml(parts_of(volume)[DOCUMENT])
    papers = [(item.get(q("w")), item.getparent().find(q("pgMar")).get(q("left"))) for item in root.iter(q("pgSz"))]  # type: ignore[union-attr]
    assert ("16838", "900") in papers


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("我方承诺：", "我方声明："), ("投标人名称</w:t>", "投标人</w:t>"), ("服务承诺书", "服务承诺"),
    ],
)  # fmt: skip
def test_one_changed_character_in_a_volume_is_found(pledge: tuple[FilledWord, bytes], old: str, new: str) -> None:
    form, volume = pledge
    found = prove(form, zipped(with_part(parts_of(volume), DOCUMENT, old, new)))
    assert len(found) == 1
    assert "not the buyer's" in found[0]


def test_look_row_or_bookmark_that_is_lost_in_a_volume_is_found(pledge: tuple[FilledWord, bytes]) -> None:
    form, volume = pledge
    parts = parts_of(volume)
    fonts = parts["word/styles.xml"].decode().replace("仿宋", "黑体")
    assert prove(form, zipped({**parts, "word/styles.xml": fonts.encode()}))
    assert prove(form, zipped(with_part(parts, DOCUMENT, f'w:name="{form.bookmark}"', 'w:name="other"')))
    root = parse_xml(parts[DOCUMENT])
    (row,) = [item for item in root.iter(q("tr")) if "".join(item.itertext()).startswith("投标人名称青禾测试")]
    row.getparent().remove(row)  # type: ignore[union-attr]
    assert prove(form, zipped({**parts, DOCUMENT: serialize(root)}))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: make(line("我方 {{ 承诺 }}：____")), "read as a tag"),
        (lambda: make(line("甲：____"), f"<w:p><w:pPr>{WIDE}</w:pPr></w:p>", line("乙")), "several sections"),
    ],
)
def test_what_cannot_stand_in_a_volume_is_told(tmp_path: Path, content: Any, reason: str) -> None:
    entry = {"id": "x", "title": "承诺", "volume": "technical", "part": "company"}
    form = (entry, content(), make_map(content()))
    result = build(add_forms(make_deal(tmp_path), form))
    assert any(reason in text for text in own_problems(list(result.diagnostics)))


def test_header_that_does_not_come_along_is_told(tmp_path: Path) -> None:
    header = '<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:hdr>'
    for text, expected in (("招标文件第六章", ["FM28"]), ("第 3 页", [])):
        content = zipped({**parts_of(styled()), "word/header1.xml": header.format(text).encode()})
        entry = {"id": "x", "title": "承诺", "volume": "technical", "part": "company"}
        deal = make_deal(tmp_path / text)
        result = build(add_forms(deal, (entry, content, make_map(content))))
        assert [item.code for item in result.diagnostics if item.code == "FM28"] == expected


def test_part_that_the_volume_does_not_have(tmp_path: Path) -> None:
    result = build(add_forms(make_deal(tmp_path), place("技术偏离表", part="technical-deviation")))
    assert any("technical-deviations" in item.fix("en") for item in result.diagnostics if item.code == "DL15")


def test_part_is_left_out_where_the_condition_of_its_form_does_not_hold(tmp_path: Path) -> None:
    form = place("开标一览表", when="company.agent == ''")
    result = build(add_forms(make_deal(tmp_path), form))
    assert "开标一览表" not in "".join(chapters(read(result, "报价文件")))


def test_numbered_lists_come_along_with_their_numbers(tmp_path: Path) -> None:
    content = pledge_form()
    entry = {"id": "pledge", "title": "承诺书", "volume": "technical", "part": "company"}
    mapping = make_map(content, **CHOICES["承诺书"])
    result = build(add_forms(make_deal(tmp_path), (entry, content, mapping)))
    assert own_problems(list(result.diagnostics)) == []
    assert result.folder is not None
    (file,) = (result.folder / "submit").glob("商务技术文件*.docx")
    root = parse_xml(parts_of(file.read_bytes())[DOCUMENT])
    region = [item for element in find_region(root, "form_pledge") for item in element.iter(q("p"))]
    numbers = [item.find(f"{q('pPr')}/{q('numPr')}/{q('numId')}") for item in region]
    lists = [item.get(q("val")) for item in numbers if item is not None]
    assert [lists.count(number) for number in dict.fromkeys(lists)] == [3, 2], "two lists, each with its own numbers"


@pytest.mark.parametrize("part", ["company", ""])
def test_price_in_a_form_of_a_volume_without_prices_is_found(tmp_path: Path, part: str) -> None:
    content = make(title("承诺书"), line("总价：", u("            ")))
    mapping = make_map(content)
    mapping["blanks"][0] |= {"value": "", "text": "336,000.00 元"}
    entry = {"id": "x", "title": "承诺", "volume": "technical", "part": part}
    result = build(add_forms(make_deal(tmp_path), (entry, content, mapping)))
    assert "PR09" in [item.code for item in result.diagnostics]


def test_other_total_in_words_in_a_form_is_found(tmp_path: Path) -> None:
    entry, content, mapping = place("投标函", part="")
    (words,) = [item for item in mapping["blanks"] if "大写" in item.get("label", "")]
    words.pop("value")
    words["text"] = "叁拾叁万陆仟零壹元整"
    result = build(add_forms(make_deal(tmp_path), (entry, content, mapping)))
    assert "PR02" in [item.code for item in result.diagnostics]


def test_placeholder_is_no_value(tmp_path: Path) -> None:
    entry, content, mapping = place("投标函")
    mapping["blanks"][0] |= {"value": "", "text": "【待补充】"}
    result = build(add_forms(make_deal(tmp_path), (entry, content, mapping)))
    assert "placeholder" in own_problems(list(result.diagnostics))[0]


def make_lots(to: Path, *, per_lot: bool) -> Path:
    """The small deal as a bid for two lots, with one price volume for both or one for each."""
    lots = [{"id": FIRST, "title": "网关设备", "ceiling": "310000.00"}, {"id": SECOND, "title": "安装服务"}]
    categories = [{"id": "A", "name": "硬件", "lot": FIRST}, {"id": "B", "name": "服务", "lot": SECOND}]
    deal = make_deal(to, tender__ceiling=None, tender__lots=lots, quote__categories=categories)
    pack = root_of(deal) / "templates/zh-tender"
    shutil.copytree(shipped_packs() / "zh-tender", pack)
    if per_lot:
        edit(pack / "pack.yaml", "    title: 报价文件\n", "    title: 报价文件\n    per: lot\n")
        text = (pack / "pack.yaml").read_text(encoding="utf-8")
        head, tail = text.split("per: lot\n")
        write(pack / "pack.yaml", head + "per: lot\n" + tail.replace('"{volume.title}"', '"{lot.id}{volume.title}"', 1))
    return deal


@pytest.mark.parametrize(
    ("lot", "per_lot", "expected"),
    [
        ("", False, {"报价文件": True}),
        (FIRST, False, {"报价文件": True}),
        ("", True, {f"{FIRST}报价文件": True, f"{SECOND}报价文件": True}),
        (FIRST, True, {f"{FIRST}报价文件": True, f"{SECOND}报价文件": False}),
    ],
)
def test_form_for_a_lot_stands_where_its_lot_is(
    tmp_path: Path, lot: str, per_lot: bool, expected: dict[str, bool]
) -> None:
    """A volume for another lot keeps the pack's own part."""
    content = make(title("报价承诺书"), line("我方承诺：", u("            ")))
    entry = {"id": "x", "title": "承诺", "volume": "price", "part": "price-letter", **({"lot": lot} if lot else {})}
    deal = add_forms(make_lots(tmp_path, per_lot=per_lot), (entry, content, make_map(content)))
    result = build(deal)
    assert own_problems(list(result.diagnostics)) == []
    shown = {name: read(result, name).text for name in expected}
    assert {name: "报价承诺书" in text for name, text in shown.items()} == expected
    assert {name: "投标函" not in text for name, text in shown.items()} == expected


IDENTITY, POWER = "法定代表人身份证明", "授权委托书"
_MISSING, _WRONG = "has neither", "has “{}”"


@pytest.mark.parametrize(
    ("agent", "forms", "is_file", "expected"),
    [
        ("林知行", (POWER,), False, []),
        ("林知行", (), False, [_MISSING]),
        ("林知行", (POWER, IDENTITY), True, [_WRONG.format(IDENTITY)]),
        ("林知行", (IDENTITY,), False, [_WRONG.format(IDENTITY), _MISSING]),
        ("", (IDENTITY,), True, []),
    ],
)
def test_authority_is_the_one_that_who_signs_needs(
    tmp_path: Path, agent: str, forms: tuple[str, ...], is_file: bool, expected: list[str]
) -> None:
    """北京市公开招标示范文本, form 2."""
    parts = ["index-qualification", "declaration", "credentials", *(() if is_file else forms)]
    deal = make_deal(tmp_path, ", ".join(parts))
    if not agent:
        edit(root_of(deal) / "bidkit.yaml", "  agent: 林知行\n", "")
    entries = [place(name) if name in PLACES else place_identity() for name in forms]
    entries = [({**entry, "volume": "" if is_file else "qualification"}, *rest) for entry, *rest in entries]
    assert list_authority(build(add_forms(deal, *entries))) == expected


def test_paper_that_authorizes_nobody_is_told(tmp_path: Path) -> None:
    credentials = ["business-licence", "iso9001", "power"]
    deal = make_deal(tmp_path, "index-qualification, authority, declaration, credentials", credentials=credentials)
    edit(root_of(deal) / "bidkit.yaml", "  agent: 林知行\n", "")
    record = ISO9001_RECORD.replace("id: iso9001", "id: power").replace("kind: iso9001", "kind: authorization")
    write(root_of(deal) / "catalog/credentials/power.yaml", re.sub("title: .*", f"title: {POWER}", record))
    found = list_authority(build(deal))
    assert _WRONG.format(POWER) in found
    assert _MISSING in found


def list_authority(result: Result) -> list[str]:
    """What FM09 says is wrong."""
    said = [item.message("en") for item in result.diagnostics if item.code == "FM09"]
    return [text.split(" signs ")[1].split(";")[0] for text in said]


def place_identity() -> tuple[dict[str, Any], bytes, dict[str, Any]]:
    content = FORMS[IDENTITY]()
    return {"id": IDENTITY, "title": IDENTITY}, content, make_map(content, **CHOICES.get(IDENTITY, {}))


def test_form_of_a_blind_volume_is_a_part_of_it(tmp_path: Path) -> None:
    """By itself it would have the bidder's name in its properties, and nobody would look for it."""
    content = make(title("承诺书"), line("质保期：", u("      ")))
    entry = {"id": "x", "title": "承诺", "volume": "technical"}
    rules = [{"volumes": ["technical"], "blind": "true"}]
    for part, told in (("", ["as a file of its own it is not kept blind"]), ("company", [])):
        deal = make_deal(tmp_path / (part or "file"), tender__format_rules=rules)
        result = build(add_forms(deal, (entry | ({"part": part} if part else {}), content, make_map(content))))
        found = [item.message("en") for item in result.diagnostics if item.code == "FM27"]
        assert len(found) == len(told)
        assert all(one in text for one, text in zip(told, found, strict=True))


def test_form_without_a_part_of_styles_is_proved_as_well(tmp_path: Path) -> None:
    parts = parts_of(make(title("承诺书"), line("我方承诺：", u("            "))))
    for name in ("word/styles.xml", "word/_rels/document.xml.rels"):
        parts.pop(name, None)
    parts["[Content_Types].xml"] = re.sub(rb"<Override[^>]*styles[^>]*/>", b"", parts["[Content_Types].xml"])
    form, volume = make_pledge(tmp_path, zipped(parts))
    parts = parts_of(volume)
    assert prove(form, volume) == []
    bold = parts[DOCUMENT].decode()
    start = bold.rindex("<w:rPr>", 0, bold.index("我方承诺："))
    bold = bold[:start] + "<w:rPr><w:b/>" + bold[start + len("<w:rPr>") :]
    assert prove(form, zipped({**parts, DOCUMENT: bold.encode()}))


def test_places_to_sign_of_a_form_in_a_volume_are_listed(tmp_path: Path) -> None:
    deal = add_forms(make_deal(tmp_path), place("投标函"))
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.folder is not None
    manifest = (result.folder / "internal/manifest.json").read_text(encoding="utf-8")
    assert "法定代表人或其委托代理人" in manifest


@pytest.mark.office
def test_form_that_is_a_file_has_a_pdf_as_well(tmp_path: Path) -> None:
    entry, content, mapping = place("投标函", part="", output="投标函.docx")
    deal = add_forms(make_deal(tmp_path), (entry, content, mapping), place("开标一览表"))
    result = build(deal, with_pdf=True)
    assert [item for item in result.diagnostics if item.severity is Severity.ERROR] == []
    assert result.folder is not None
    pdf = read_pdf((result.folder / "submit/投标函-DRAFT.pdf").read_bytes(), "a.pdf")
    assert "叁拾叁万陆仟元整" in "".join(pdf.pages[0].text.split())
