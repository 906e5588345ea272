"""Forms as buyers hand them out, in the manner of public model texts; all names invented."""

from __future__ import annotations

from office_files import W, docx, p, r

SONG = '<w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体" w:hint="eastAsia"/>'
SIZE = '<w:sz w:val="24"/><w:szCs w:val="24"/>'
FONT = SONG + SIZE
LINE = f'{SONG}{SIZE}<w:u w:val="single"/>'
BOLD = f'{SONG}<w:b/><w:sz w:val="32"/>'
GREY = f'{SONG}<w:color w:val="808080"/>{SIZE}'
MIDDLE = '<w:jc w:val="center"/>'
RIGHT = '<w:jc w:val="right"/>'
MARK = f"<w:rPr>{FONT}</w:rPr>"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
ROOT = (
    f'xmlns:w="{W}" xmlns:mc="{MC}" xmlns:w14="{W14}" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def s(text: str) -> str:
    return r(text, FONT)


def u(text: str) -> str:
    """An underlined run."""
    return r(text, LINE)


def line(*runs: str, properties: str = "") -> str:
    """A paragraph of a form; a string that is not XML becomes a run."""
    return p(*(run if run.startswith("<") else s(run) for run in runs), properties=f"{properties}{MARK}")


def title(text: str) -> str:
    return p(r(text, BOLD), properties=MIDDLE)


def cell(*content: str, width: int = 2200, extra: str = "") -> str:
    blocks = "".join(item if item.startswith("<w:") else line(item) if item else line() for item in content)
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{extra}</w:tcPr>{blocks}</w:tc>'


def row(*cells: str, width: int = 2200) -> str:
    return f"<w:tr>{''.join(c if c.startswith('<w:tc>') else cell(c, width=width) for c in cells)}</w:tr>"


def table(*rows: str, widths: tuple[int, ...]) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{BORDERS}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def box(*blocks: str) -> str:
    """A text box as Word writes it, for new programs and once more for old ones."""
    inside = f"<w:txbxContent>{''.join(blocks)}</w:txbxContent>"
    shape = (
        '<w:drawing xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        '<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="2880000" cy="720000"/>'
        '<wp:docPr id="31" name="box"/><a:graphic>'
        '<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>'
        '<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2880000" cy="720000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:ln w="6350"><a:solidFill><a:srgbClr val="000000"/>'
        f"</a:solidFill></a:ln></wps:spPr><wps:txbx>{inside}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData>"
        "</a:graphic></wp:inline></w:drawing>"
    )
    old = (
        '<w:pict xmlns:v="urn:schemas-microsoft-com:vml"><v:rect id="box31" style="width:227pt;height:57pt">'
        f"<v:textbox>{inside}</v:textbox></v:rect></w:pict>"
    )
    return (
        f'<w:r><mc:AlternateContent><mc:Choice xmlns:wps="http://schemas.microsoft.com/office/word/2010/'
        f'wordprocessingShape" Requires="wps">{shape}</mc:Choice><mc:Fallback>{old}</mc:Fallback>'
        "</mc:AlternateContent></w:r>"
    )


def control(prompt: str, name: str, extra: str = "") -> str:
    """A content control in a line that still shows its prompt."""
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="{name}"/><w:id w:val="{sum(map(ord, name))}"/><w:showingPlcHdr/>{extra}'
        f"</w:sdtPr><w:sdtContent>{r(prompt, GREY)}</w:sdtContent></w:sdt>"
    )


def make(*body: str) -> bytes:
    return docx(*body, root=ROOT)


def letter() -> bytes:
    """投标函: a numbered list, blanks split over runs, underlined spaces, prompts in brackets behind them."""
    return make(
        title("一、投标函"),
        line("致：", u("                        "), "（招标人名称）"),
        line(
            "1．我方已仔细研究了",
            u("      "),
            u("      "),
            u("（项目名称）"),
            "招标文件（招标编号：__",
            "______",
            "___）的全部内容，",
            "愿意以人民币（大写）",
            u("                    "),
            "（¥",
            u("            "),
            "）的投标总报价，按合同约定完成全部工作。",
        ),
        line("2．我方承诺在投标有效期", u("     "), "日历天内不修改、撤销投标文件。"),
        line("3．质量保证期：", u("     "), "个月。"),
        line("4．我方在此声明，所递交的投标文件及有关资料内容完整、真实和准确。"),
        line("投标人：", u("                      "), "（盖单位章）"),
        line("法定代表人或其委托代理人：", u("              "), "（签字）"),
        line(
            "地址：",
            r("\t", FONT).replace('<w:t xml:space="preserve">\t</w:t>', "<w:tab/>"),
            properties='<w:tabs><w:tab w:val="left" w:leader="underscore" w:pos="7000"/></w:tabs>',
        ),
        line("电话：                            "),
        line("邮政编码：____________"),
        line(u("        "), "年", u("    "), "月", u("    "), "日", properties=RIGHT),
    )


def identity() -> bytes:
    """法定代表人身份证明: labels and lines, several blanks in one paragraph, a text box for the card."""
    return make(
        title("法定代表人身份证明"),
        line("投标人名称：", u("                              ")),
        line("单位性质：", u("                              ")),
        line("地    址：", u("                              ")),
        line("成立时间：", u("      "), "年", u("   "), "月", u("   "), "日"),
        line("姓名：", u("        "), "性别：", u("      "), "年龄：", u("      "), "职务：", u("          ")),
        line("系", u("                        "), "（投标人名称）的法定代表人。"),
        line("特此证明。"),
        p(box(line("身份证复印件粘贴处"), line("身份证号码：", u("                    ")))),
        line("投标人：", u("                    "), "（盖单位章）", properties=RIGHT),
        line("    年    月    日", properties=RIGHT),
    )


def authorization() -> bytes:
    """授权委托书: prompts in brackets in running text, two persons, a term."""
    return make(
        title("授权委托书"),
        line(
            "本人",
            u("        "),
            "（姓名）系",
            u("                    "),
            "（投标人名称）的法定代表人，现委托",
            u("        "),
            "（姓名）为我方代理人。代理人根据授权，以我方名义签署、澄清、递交、撤回、修改",
            u("                    "),
            "（项目名称）投标文件、签订合同和处理有关事宜，其法律后果由我方承担。",
        ),
        line("委托期限：", u("                "), "。"),
        line("代理人无转委托权。"),
        line("投标人：", u("                    "), "（盖单位章）"),
        line("法定代表人：", u("                "), "（签字）"),
        line("委托代理人：", u("                "), "（签字）"),
        line("身份证号码：", u("                      ")),
        line("", u("      "), "年", u("   "), "月", u("   "), "日", properties=RIGHT),
    )


def summary() -> bytes:
    """开标一览表: a table of labels and empty cells, a table in one of its cells, boxes to tick."""
    inner = table(row("大写", "", width=1500), row("小写（元）", "", width=1500), widths=(1500, 3000))
    return make(
        title("开标一览表"),
        line("项目名称：____________________    招标编号：______________"),
        table(
            row(cell("投标人名称", width=2600), cell("", width=6000)),
            row(cell("投标总价", width=2600), cell(inner, line(), width=6000)),
            row(cell("投标有效期（日历天）", width=2600), cell("", width=6000)),
            row(cell("是否接受招标文件全部条款", width=2600), cell("□是    □否", width=6000)),
            row(cell("备注", width=2600), cell("", width=6000)),
            widths=(2600, 6000),
        ),
        line("投标人（盖章）："),
        line("日期：    年    月    日"),
    )


def deviations() -> bytes:
    """技术偏离表: rows to list answers in, numbered by the buyer, and a choice above them."""
    head = row("序号", "招标文件条款", "招标要求", "投标响应", "偏离情况", "说明", width=1400)
    blank = [row(str(number), "", "", "", "", "", width=1400) for number in (1, 2, 3)]
    return make(
        title("技术偏离表"),
        line("项目名称：", u("                    ")),
        line("□ 无偏离（所有条款均无偏离）"),
        line("□ 有偏离（偏离如下表所列）"),
        table(head, *blank, widths=(1400,) * 6),
        line("注：未列出的条款视为完全响应，见投标文件第（  ）页。"),
        line("投标人：（盖章）"),
    )


def declaration() -> bytes:
    """中小企业声明函（货物）: prescribed wording with many blanks, and a class that is to be stated."""
    return make(
        title("中小企业声明函（货物）"),
        line(
            "本公司（联合体）郑重声明，根据《政府采购促进中小企业发展管理办法》（财库〔2020〕46号）的规定，本公司（联合体）参加",
            u("            "),
            "（单位名称）的",
            u("                "),
            "（项目名称）采购活动，提供的货物全部由符合政策要求的中小企业制造。",
        ),
        line(
            "1. ",
            u("          "),
            "（标的名称），属于",
            u("        "),
            "行业；制造商为",
            u("            "),
            "（企业名称），从业人员",
            u("     "),
            "人，营业收入为",
            u("      "),
            "万元，资产总额为",
            u("      "),
            "万元，属于",
            u("        "),
            "（中型企业、小型企业、微型企业）；",
        ),
        line(
            "以上企业，不属于大企业的分支机构，不存在控股股东为大企业的情形，也不存在与大企业的负责人为同一人的情形。"
        ),
        line("本企业对上述声明内容的真实性负责。如有虚假，将依法承担相应责任。"),
        line("企业名称（盖章）：", properties=RIGHT),
        line("日 期：", properties=RIGHT),
    )


def bidder_information() -> bytes:
    """Bidder information form: prompts in square brackets, content controls, boxes that are controls, dots."""
    tick = (
        '<w:sdt><w:sdtPr><w:id w:val="{0}"/><w14:checkbox><w14:checked w14:val="0"/>'
        '<w14:checkedState w14:val="2611" w14:font="MS Gothic"/><w14:uncheckedState w14:val="2610" '
        'w14:font="MS Gothic"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>'
    )
    return make(
        p(r("Bidder Information Form", "<w:b/>"), properties=MIDDLE),
        p(r("Date: "), control("Click to enter a date.", "Date of bid", "<w:date/>")),
        p(r("ITB No.: "), r("[insert number of Bidding process]", "<w:i/>")),
        p(r("1. Bidder's Legal Name: "), r("[insert Bidder's legal name]", "<w:i/>")),
        p(r("2. Bidder's address: .............................................")),
        p(r("3. Telephone: "), r("________________")),
        p(r("4. The Bidder is "), tick.format(41), r(" a single entity "), tick.format(42), r(" a joint venture")),
        p(r("Bid price in words: "), r("                              ", '<w:u w:val="single"/>')),
        p(r("Signature: "), r("                    ", '<w:u w:val="single"/>')),
        p(r("Name of the Bidder: ______________________ (seal)")),
    )


def pledge() -> bytes:
    """承诺书: numbered lists of Word's own, the second beginning anew, with blanks in their items."""

    def item(number: int, *runs: str) -> str:
        return line(*runs, properties=f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>')

    return make(
        title("承诺书"),
        line("我公司就", u("                "), "（项目名称）郑重承诺："),
        item(4, "投标人名称：", u("                    ")),
        item(4, "质量保证期：", u("      "), "个月。"),
        item(4, "不转包、不违法分包。"),
        line("违反以上承诺的，接受下列处理："),
        item(5, "取消中标资格，投标保证金", u("          "), "元不予退还；"),
        item(5, "列入不良行为记录名单。"),
        line("投标人：（盖章）"),
        line("联系电话：____________"),
        line("日期：    年    月    日"),
    )


FORMS = {
    "投标函": letter,
    "法定代表人身份证明": identity,
    "授权委托书": authorization,
    "开标一览表": summary,
    "技术偏离表": deviations,
    "中小企业声明函": declaration,
    "Bidder Information": bidder_information,
    "承诺书": pledge,
}
