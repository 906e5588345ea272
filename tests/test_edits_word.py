"""A .docx held against its build: whatever somebody has changed is told, and what a program writes anew is not."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from office_files import parts_of, zipped
from workspace import NOW, make_workspace

from bidkit.edits import Found
from bidkit.edits.documents import compare_documents
from bidkit.edits.origins import Sources
from bidkit.edits.pieces import read_pieces
from bidkit.judging import judge_deal
from bidkit.options import Options

NAMES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}
XMLNS = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in NAMES.items())
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/></Types>'
)
OUTSIDE = ' TargetMode="External"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LEADS = {
    "rId1": "styles.xml", "rId2": "header1.xml", "rId3": "footnotes.xml", "rId4": "media/one.png",
    "rId5": "charts/chart1.xml", "rId6": "https://example.com/one", "rId7": "numbering.xml", "rId8": "media/two.png",
    "rId9": "settings.xml", "rId10": "comments.xml", "rId11": "https://example.com/two",
}  # fmt: skip
STYLES = """<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="24"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>
<w:pPr><w:spacing w:line="360"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>
<w:pPr><w:outlineLvl w:val="0"/></w:pPr>
<w:rPr><w:b/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Gone"><w:name w:val="Gone"/><w:rPr><w:strike/></w:rPr></w:style>"""
CHART = """<c:chart><c:plotArea><c:barChart><c:ser><c:val><c:numRef><c:f>S!A1</c:f><c:numCache><c:pt><c:v>12</c:v>
</c:pt></c:numCache></c:numRef></c:val></c:ser></c:barChart></c:plotArea></c:chart>"""
NUMBERING = """<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
<w:lvlText w:val="%1."/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"""
PARTS = {
    "styles": STYLES, "header1": '<w:p><w:r><w:t>本项目的页眉</w:t></w:r></w:p>',
    "footnotes": '<w:footnote w:id="2"><w:p><w:r><w:t>注的文字</w:t></w:r></w:p></w:footnote>',
    "numbering": NUMBERING, "settings": "", "comments": "",
}  # fmt: skip
ROOTS = {"header1": "hdr"}
DRAWING = """<w:r><w:drawing><wp:inline><wp:extent cx="360000" cy="360000"/><wp:docPr id="1" name="x"/>
<a:graphic><a:graphicData><a:blip r:embed="rId4"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"""
FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> {0} </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>{1}</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def text(said: str, look: str = "") -> str:
    return f'<w:r>{f"<w:rPr>{look}</w:rPr>" if look else ""}<w:t xml:space="preserve">{said}</w:t></w:r>'


def paragraph(*runs: str, look: str = "") -> str:
    return f"<w:p>{f'<w:pPr>{look}</w:pPr>' if look else ''}{''.join(runs)}</w:p>"


def row(*cells: str) -> str:
    return (
        "<w:tr>"
        + "".join(f"<w:tc>{cell if cell[:1] == '<' else paragraph(text(cell))}</w:tc>" for cell in cells)
        + "</w:tr>"
    )


SECTION = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1417" w:left="1417"/></w:sectPr>'
)
HEADING = paragraph(text("总体方案"), look='<w:pStyle w:val="H1"/>')
ONE = paragraph(text("二十四个站点各装一台边缘采集网关。"))
TWO = paragraph(text("平台按站点、设备、测点三级编码入库。"))
ROWS = row("阶段", "天数") + row("安装", "四十天") + row("", "")
TABLE = f"<w:tbl><w:tblPr><w:tblW w:w='0'/></w:tblPr><w:tblGrid/>{ROWS}</w:tbl>"
LINK = f'<w:hyperlink r:id="rId6">{text("见网址")}</w:hyperlink>'
BODY = HEADING + ONE + TWO + TABLE + paragraph(text("图：")) + SECTION


def make(body: str = BODY, media: bytes = b"one", chart: str = CHART, **parts: str) -> bytes:
    """A document with this body; other parts are given by name."""
    written = {f"word/{name}.xml": f"<w:{ROOTS.get(name, name)} {XMLNS}>{content}</w:{ROOTS.get(name, name)}>".encode()
               for name, content in (PARTS | parts).items()}  # fmt: skip
    kinds = {
        name: "hyperlink" if "://" in name else re.sub(r"\d", "", name.split("/")[-1].split(".")[0])
        for name in LEADS.values()
    }
    kinds |= {"media/one.png": "image", "media/two.png": "image"}
    lines = "".join(
        f'<Relationship Id="{number}" Type="{OFFICE}/{kinds[name]}" Target="{name}"{OUTSIDE if "://" in name else ""}/>'
        for number, name in LEADS.items()
    )
    rels = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'
    )
    return zipped({
        "[Content_Types].xml": TYPES.encode(),
        "word/document.xml": f"<w:document {XMLNS}><w:body>{body}</w:body></w:document>".encode(),
        "word/_rels/document.xml.rels": rels.encode(),
        "word/_rels/header1.xml.rels": rels.encode(),
        "word/media/one.png": media, "word/media/two.png": b"two",
        "word/charts/chart1.xml": f"<c:chartSpace {XMLNS}>{chart}</c:chartSpace>".encode(),
        **written,
    })  # fmt: skip


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    judged, problems = judge_deal(make_workspace(tmp_path_factory.mktemp("edits")), Options(now=NOW, is_draft=True))
    assert judged is not None, problems
    return Sources(judged.bid, (judged.bid.deal,), {})


def compare(before: bytes, after: bytes, sources: Sources) -> Found:
    one, two = (read_pieces(content, "x.docx")[0] for content in (before, after))
    assert one is not None and two is not None
    return compare_documents(one, two, sources)


def changed(old: str, new: str) -> str:
    assert old in BODY
    return BODY.replace(old, new, 1)


def box(said: str) -> str:
    return (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wp:anchor><a:graphic><a:graphicData><wps:wsp>"
        f"<wps:txbx><w:txbxContent>{paragraph(text(said))}</w:txbxContent></wps:txbx></wps:wsp></a:graphicData></a:graphic>"
        f"</wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{paragraph(text(said))}"
        "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def control(said: str, kind: str = "<w:dropDownList/>") -> str:
    return f"<w:sdt><w:sdtPr>{kind}</w:sdtPr><w:sdtContent>{text(said)}</w:sdtContent></w:sdt>"


def equation(under: str) -> str:
    made = "".join(
        f"<m:{name}><m:r><m:t>{said}</m:t></m:r></m:{name}>" for name, said in (("num", "a"), ("den", under))
    )
    return f"<m:oMath><m:f>{made}</m:f></m:oMath>"


CHART_RUN = (
    '<w:r><w:drawing><wp:inline><a:graphic><a:graphicData><c:chart r:id="rId5"/></a:graphicData></a:graphic>'
    "</wp:inline></w:drawing></w:r>"
)
NOTE = '<w:r><w:footnoteReference w:id="2"/></w:r>'
WORDS = "二十四个站点各装一台边缘采集网关。"
WITH = {
    "picture": DRAWING, "chart": CHART_RUN, "equation": equation("b"), "link": LINK, "note": NOTE,
    "box": box("框里的字"), "control": control("甲方案"), "field": FIELD.format("REF one", "一"),
    "sign": '<w:r><w:sym w:font="W" w:char="F0FC"/></w:r>',
}  # fmt: skip
WHOLE = BODY.replace(text("图："), text("图：") + "".join(WITH.values()))
STRUCK = [
    (text(WORDS, "<w:strike/>"), "struck"),
    (text(WORDS, "<w:dstrike/>"), "struck"),
    (text(WORDS, "<w:vanish/>"), "hidden"),
    (text("二十四个") + text("站点各装一台边缘采集网关。", '<w:rStyle w:val="Gone"/>'), "struck"),
]  # fmt: skip


@pytest.mark.parametrize(("run", "mark"), STRUCK)
def test_struck_and_hidden_text_is_told(run: str, mark: str, sources: Sources) -> None:
    (edit,) = compare(make(), make(changed(text(WORDS), run)), sources).edits
    assert (edit.kind, edit.old) == ("changed", WORDS)
    assert f"⟦{mark} " in str(edit.new)
    (back,) = compare(make(changed(text(WORDS), run)), make(), sources).edits
    assert f"⟦{mark} " in str(back.old)


def test_a_paragraph_that_was_moved_as_a_tracked_change_is_told_as_moved(sources: Sources) -> None:
    mark = '<w:pPr><w:rPr><w:moveFrom w:id="1" w:author="王"/></w:rPr></w:pPr>'
    away = f'<w:p>{mark}<w:moveFrom w:id="2" w:author="王">{text(WORDS)}</w:moveFrom></w:p>'
    here = f'<w:p><w:moveTo w:id="3" w:author="王">{text(WORDS)}</w:moveTo></w:p>'
    found = compare(make(), make(BODY.replace(ONE, away).replace(TABLE, TABLE + here)), sources)
    assert [(edit.kind, edit.new) for edit in found.edits] == [("moved", WORDS)]
    assert {(mark.kind, mark.author) for mark in found.marks} == {("moved_away", "王"), ("moved_here", "王")}
    assert {mark.text.lstrip("¶") for mark in found.marks} == {WORDS}


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        (f'<w:p><w:del w:id="1" w:author="王"><w:r><w:delText>{WORDS}</w:delText></w:r></w:del></w:p>', "deleted"),
        (f'{ONE}<w:p><w:ins w:id="1" w:author="王">{text("所加的话")}</w:ins></w:p>', "inserted"),
        (paragraph(f'<w:ins w:id="1" w:author="王">{DRAWING}</w:ins>', text(WORDS)), "inserted"),
        (paragraph(text(WORDS, '<w:b/><w:rPrChange w:id="1" w:author="王"><w:rPr/></w:rPrChange>')), "formatted"),
        (paragraph(text(WORDS), look='<w:rPr><w:del w:id="1" w:author="王"/></w:rPr>'), "deleted"),
    ],
)
def test_tracked_changes_are_listed(after: str, kind: str, sources: Sources) -> None:
    found = compare(make(), make(changed(ONE, after)), sources)
    assert {(mark.kind, mark.author) for mark in found.marks} == {(kind, "王")}


def test_comments_are_listed_and_those_of_the_build_are_not(sources: Sources) -> None:
    comment = f'<w:comment w:id="1" w:author="王">{paragraph(text("请核对"))}</w:comment>'
    found = compare(make(), make(comments=comment), sources)
    assert [(mark.kind, mark.text) for mark in found.marks] == [("comment", "请核对")]
    assert compare(make(comments=comment), make(comments=comment), sources) == Found()


@pytest.mark.parametrize("what", WITH)
def test_what_is_no_word_is_told_when_it_is_removed_or_added(what: str, sources: Sources) -> None:
    without = WHOLE.replace(WITH[what], "")
    for one, two in ((WHOLE, without), (without, WHOLE)):
        found = compare(make(one), make(two), sources)
        assert found.edits
    assert compare(make(WHOLE), make(WHOLE), sources) == Found()


@pytest.mark.parametrize(
    ("old", "new", "mark"),
    [
        ('r:embed="rId4"', 'r:embed="rId8"', "picture"),
        (equation("b"), equation("c"), "equation"),
        (equation("b"), "<m:oMath><m:r><m:t>ab</m:t></m:r></m:oMath>", "equation"),
        ('r:id="rId6"', 'r:id="rId11"', "https://example.com/two"),
        (WITH["link"], text("见网址"), "link"),
        (WITH["box"], box("框里的别的字"), "别的字"),
        (WITH["control"], control("乙方案"), "乙方案"),
        (WITH["control"], control("甲方案", "<w14:checkbox/>"), "control"),
        (WITH["field"], FIELD.format("REF two", "一"), "field"),
        (WITH["field"], text("一"), "field"),
        (WITH["sign"], '<w:r><w:sym w:font="W" w:char="F0FB"/></w:r>', "sign"),
    ],
)
def test_what_is_no_word_is_told_when_it_is_changed(old: str, new: str, mark: str, sources: Sources) -> None:
    assert old in WHOLE
    edits = compare(make(WHOLE), make(WHOLE.replace(old, new)), sources).edits
    assert edits and any(mark in f"{edit.old}{edit.new}" for edit in edits)


@pytest.mark.parametrize(
    ("parts", "mark"),
    [
        ({"media": b"other"}, "picture"),
        ({"chart": CHART.replace("12", "21")}, "chart"),
        ({"chart": CHART.replace("barChart", "lineChart")}, "chart"),
        ({"header1": "<w:p><w:r><w:t>别的页眉</w:t></w:r></w:p>"}, "别的页眉"),
        ({"header1": PARTS["header1"].replace("</w:p>", DRAWING + "</w:p>")}, "picture"),
        ({"footnotes": PARTS["footnotes"].replace("注的", "注中的")}, "注中的"),
    ],
)
def test_what_is_in_another_part_is_told(parts: Mapping[str, str], mark: str, sources: Sources) -> None:
    edits = compare(make(WHOLE), make(WHOLE, **parts), sources).edits  # type: ignore[arg-type]
    assert edits and any(mark in f"{edit.old}{edit.new}" for edit in edits)


def test_a_header_that_is_not_shown_any_more_is_gone(sources: Sources) -> None:
    found = compare(make(), make(re.sub("<w:headerReference[^>]*>", "", BODY)), sources)
    assert [(edit.kind, edit.old) for edit in found.edits] == [("removed", "本项目的页眉")]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (row("安装", "四十天"), ""),
        (row("", ""), ""),
        (row("安装", "四十天"), row("安装", "四十天") * 2),
        (row("安装", "四十天"), row("安装四十天").replace("<w:tc>", '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>')),
        (row("安装", "四十天"), row("安装", "四十天", "")),
        (row("", ""), row("")),
    ],
)
def test_rows_and_merged_cells_are_told(old: str, new: str, sources: Sources) -> None:
    assert compare(make(), make(changed(old, new)), sources).edits


@pytest.mark.parametrize(
    ("old", "new", "about", "name"),
    [
        (text(WORDS), text(WORDS, "<w:b/>"), "text", "b"),
        (
            text(WORDS),
            text("二十四个", '<w:color w:val="FFFFFF"/>') + text("站点各装一台边缘采集网关。"),
            "text",
            "color",
        ),
        (ONE, paragraph(text(WORDS), look='<w:jc w:val="center"/>'), "text", "jc"),
        (HEADING, paragraph(text("总体方案", "<w:b/>")), "text", "outlineLvl"),
        (ONE, paragraph(text(WORDS), look="<w:pageBreakBefore/>"), "text", "pageBreakBefore"),
        (text(WORDS), text(WORDS) + '<w:r><w:br w:type="page"/></w:r>', "text", "break.page"),
        (ONE, paragraph(text(WORDS), look='<w:numPr><w:numId w:val="1"/></w:numPr>'), "text", "list.lvlText"),
        (ONE, "<w:p/>" + ONE, "gap", "blank"),
        ('w:w="11906"', 'w:w="16838"', "section", "pgSz.w"),
        ('w:top="1417"', 'w:top="720"', "section", "pgMar.top"),
        ("<w:pgSz", '<w:pgNumType w:start="0"/><w:pgSz', "section", "pgNumType.start"),
        ("<w:tc>", '<w:tc><w:tcPr><w:shd w:fill="FF0000"/></w:tcPr>', "row", "cell1.shd.fill"),
        ("<w:tr>", "<w:tr><w:trPr><w:tblHeader/></w:trPr>", "row", "tblHeader"),
    ],
)
def test_what_only_looks_otherwise_is_told_as_that(old: str, new: str, about: str, name: str, sources: Sources) -> None:
    found = compare(make(), make(changed(old, new)), sources)
    assert (found.edits, found.marks) == ((), ())
    assert name in {change[0] for form in found.forms if form.about == about for change in form.changes}


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        ({"styles": STYLES.replace('w:line="360"', 'w:line="480"')}, "spacing.line"),
        ({"styles": STYLES.replace('<w:sz w:val="24"/>', '<w:sz w:val="21"/>')}, "sz"),
        ({"settings": "<w:documentProtection w:edit='readOnly'/>"}, "documentProtection"),
    ],
)
def test_styles_and_settings_are_told_as_looks(parts: Mapping[str, str], name: str, sources: Sources) -> None:
    found = compare(make(), make(**parts), sources)  # type: ignore[arg-type]
    assert found.edits == ()
    assert name in {change[0] for form in found.forms for change in form.changes}


def test_the_size_of_a_picture_is_a_look(sources: Sources) -> None:
    found = compare(make(WHOLE), make(WHOLE.replace('cx="360000"', 'cx="720000"')), sources)
    assert (found.edits, found.forms[0].changes) == ((), (("drawn1.size", "10.0 × 10.0", "20.0 × 10.0"),))


def test_what_word_writes_anew_is_no_difference(sources: Sources) -> None:
    """Runs split with ids, proofing marks, languages, page breaks as they fell, contents and numbers computed anew."""
    anchor = '<w:bookmarkStart w:id="{0}" w:name="_Toc1"/><w:bookmarkEnd w:id="{0}"/>'
    contents = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>TOC {1}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:hyperlink w:anchor="{0}">{2}</w:hyperlink>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    )
    seq = FIELD.format(r"SEQ 图 \* ARABIC", "{0}")
    before = (
        anchor.format(1)
        + contents.format("_Toc1", r"\o \h", text("总体方案 1"))
        + WHOLE
        + paragraph(text("图"), seq.format(1))
    )
    split = (
        '<w:r w:rsidR="00A1"><w:rPr><w:lang w:val="en-US"/><w:rFonts w:hint="eastAsia"/></w:rPr><w:t>二十四</w:t></w:r>'
        '<w:proofErr w:type="spellStart"/><w:r w:rsidR="00B2"><w:rPr><w:noProof/></w:rPr><w:lastRenderedPageBreak/>'
        "<w:t>个站点各装一台边缘采集网关。</w:t></w:r><w:bookmarkStart w:id='9' w:name='_GoBack'/>"
        "<w:bookmarkEnd w:id='9'/>"
    )
    after = WHOLE.replace(ONE, f'<w:p w:rsidR="00A1" w14:paraId="1A"><w:pPr><w:rPr/></w:pPr>{split}</w:p>')
    after = anchor.format(5) + contents.format("_Toc1", r"\o \h", text("总体方案 7") * 2) + after
    after += paragraph(text("图"), seq.format(2))
    after = after.replace("<w:sectPr>", '<w:sectPr w:rsidR="00C3">').replace('<wp:docPr id="1"', '<wp:docPr id="77"')
    assert compare(make(before), make(after, styles=STYLES.replace("<w:b/>", '<w:b w:val="1"/>')), sources) == Found()


def test_the_mark_of_a_draft_is_told_by_itself(sources: Sources) -> None:
    header = "<w:p><w:r><w:t>{0}本项目的页眉</w:t></w:r></w:p>"
    found = compare(make(header1=header.format("草稿 DRAFT ")), make(header1=header.format("")), sources)
    assert (found.edits, {form.about for form in found.forms}) == ((), {"draft"})


def test_a_blank_between_words_is_an_edit_and_no_mark_of_a_draft(sources: Sources) -> None:
    (edit,) = compare(make(changed(WORDS, "DRAFT not able")), make(changed(WORDS, "DRAFT notable")), sources).edits
    assert (edit.old, edit.new) == ("DRAFT not able", "DRAFT notable")


def test_words_that_look_like_marks_are_words(sources: Sources) -> None:
    said = "\ue000look 99999\ue001" + WORDS
    (edit,) = compare(make(), make(changed(WORDS, said)), sources).edits
    assert str(edit.new).count("\ufffd") == 2


@pytest.mark.parametrize(
    "part", ["word/styles.xml", "word/header1.xml", "word/document.xml", "word/_rels/document.xml.rels"]
)
def test_a_part_that_cannot_be_read_is_told(part: str) -> None:
    for broken in (b"<w:x", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'):
        read, (problem,) = read_pieces(zipped({**parts_of(make()), part: broken}), "x.docx")
        assert (read, problem.code) == (None, "TP01")


def test_files_with_the_strangest_values_are_read(sources: Sources) -> None:
    """No number, no part, no target: whatever stands there, it is compared without a traceback."""
    strange = (
        WHOLE.replace('w:val="H1"', 'w:val=""').replace('r:id="rId5"', 'r:id="none"').replace('cx="360000"', 'cx="x"')
    )
    strange = strange.replace("<w:tblPr>", '<w:tblPr><w:tblLook w:val="zz"/>').replace('w:type="default"', "")
    loop = STYLES.replace('<w:basedOn w:val="Normal"/>', '<w:basedOn w:val="H1"/>')
    assert compare(make(), make(strange, styles=loop), sources).edits


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (WORDS, "二十四个站点 各装一台边缘采集网关。", "blanks"),
        (text(WORDS), text("二十四个站点") + "<w:r><w:br/></w:r>" + text("各装一台边缘采集网关。"), "break.br"),
        (text(WORDS), text(WORDS) + "<w:r><w:tab/></w:r>", "break.tab"),
        (row("安装", "四十天"), row("安装", paragraph(text("四十")) + paragraph(text("天"))), "blanks"),
    ],
)
def test_blanks_and_line_breaks_are_told(old: str, new: str, name: str, sources: Sources) -> None:
    found = compare(make(), make(changed(old, new)), sources)
    assert found.edits == ()
    assert name in {change[0] for form in found.forms for change in form.changes}


def test_a_link_on_a_picture_and_an_embedded_file_are_told(sources: Sources) -> None:
    linked = WHOLE.replace(
        '<wp:docPr id="1" name="x"/>', '<wp:docPr id="1" name="x"><a:hlinkClick r:id="rId6"/></wp:docPr>'
    )
    (form,) = compare(make(WHOLE), make(linked), sources).forms
    assert form.changes == (("drawn1.link", "", "https://example.com/one"),)
    other = WHOLE.replace("</w:drawing>", '</w:drawing><w:object><o:OLEObject r:id="rId8"/></w:object>', 1)
    assert compare(make(WHOLE), make(other), sources).edits


def test_a_comment_of_the_build_that_is_gone_is_told(sources: Sources) -> None:
    comment = f'<w:comment w:id="1" w:author="王">{paragraph(text("请核对"))}</w:comment>'
    (form,) = compare(make(comments=comment), make(), sources).forms
    assert form.changes == (("comments", "1", "0"),)


def test_very_many_equal_paragraphs_are_compared_in_time(sources: Sources) -> None:
    many = paragraph(text("同样的一段。")) * 6000
    (edit,) = compare(make(many + BODY), make(many + changed("二十四个", "三十个")), sources).edits
    assert (edit.kind, edit.old) == ("changed", WORDS)


def test_a_shape_of_a_drawing_that_is_removed_or_moved_is_told(sources: Sources) -> None:
    """A bar of a schedule is a shape, and says something by where it is."""
    shape = (
        '<wps:wsp><wps:spPr><a:xfrm><a:off x="{0}" y="0"/><a:ext cx="720000" cy="72000"/></a:xfrm>'
        '<a:prstGeom prst="rect"/></wps:spPr></wps:wsp>'
    )
    drawn = "<w:r><w:drawing><wp:inline><a:graphic>{0}</a:graphic></wp:inline></w:drawing></w:r>"
    bodies = [
        BODY.replace(text("图："), text("图：") + drawn.format("".join(shape.format(at) for at in places)))
        for places in ((0, 720000), (0,), (0, 1440000))
    ]
    (edit,) = compare(make(bodies[0]), make(bodies[1]), sources).edits
    assert (edit.old, edit.new) == ("图：⟦drawing 2 rect⟧", "图：⟦drawing 1 rect⟧")
    moved = compare(make(bodies[0]), make(bodies[2]), sources)
    assert (moved.edits, [change[0] for change in moved.forms[0].changes]) == ((), ["drawn1.shapes"])


def test_a_look_is_told_beside_changed_words(sources: Sources) -> None:
    found = compare(make(), make(changed(text(WORDS), text(WORDS.replace("二十四", "三十"), "<w:b/>"))), sources)
    assert [edit.kind for edit in found.edits] == ["changed"]
    assert [change for form in found.forms for change in form.changes] == [("b", "", "on")]
