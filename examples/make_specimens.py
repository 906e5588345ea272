"""Make the pictures of example workspaces: marked specimens of credentials, line art of products.

`python examples/make_specimens.py [--force] examples/water examples/school`: the same records give the same bytes.
"""

import argparse
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from random import Random

import yaml
from PIL import Image, ImageDraw, ImageFont

from bidkit.kinds import UNDATED_KINDS, find_kind

NOTO = "/usr/share/fonts/opentype/noto/Noto{}CJK-{}.ttc"
LIBERATION = "/usr/share/fonts/truetype/liberation/Liberation{}-{}.ttf"
INK, GREY, SOFT, PALE, WHITE, ACCENT = "#37424D", "#6B7680", "#C3CCD5", "#E4E9EE", "#FFFFFF", "#1F4E79"
PAPER, GROUND, RED, PDF_DATE, A4, A4_DPI = "#FCFBF7", "#F4F6F8", (200, 24, 24), b"D:20260101000000Z", (1000, 1414), 121


@cache
def load_font(chinese: bool, serif: bool, bold: bool, size: int) -> ImageFont.FreeTypeFont:
    """One face at one size; ends the program when its file is not installed."""
    name = (NOTO if chinese else LIBERATION).format("Serif" if serif else "Sans", "Bold" if bold else "Regular")
    if not Path(name).is_file():
        sys.exit(f"make_specimens: {name} is missing; install fonts-{'noto-cjk' if chinese else 'liberation'}")
    return ImageFont.truetype(name, size, index=2 if chinese else 0)  # the third face of Noto's files is zh-Hans


class Canvas:
    """A picture drawn enlarged, to be scaled down at the end so that every edge is smooth."""

    def __init__(self, width: int, height: int, ground: str, zoom: int, serif: bool) -> None:
        self.width, self.height, self.zoom, self.serif = width, height, zoom, serif
        self.image = Image.new("RGB", (width * zoom, height * zoom), ground)
        self.draw = ImageDraw.Draw(self.image)

    def at(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * self.zoom, y * self.zoom) for x, y in points]

    def box(self, x0: float, y0: float, x1: float, y1: float, r=0.0, fill=WHITE, line=INK, width=3.0) -> None:
        self.draw.rounded_rectangle(self.at((x0, y0), (x1, y1)), r * self.zoom, fill, line, round(width * self.zoom))

    def dot(self, x: float, y: float, r: float, fill=WHITE, line=INK, width=3.0) -> None:
        self.draw.ellipse(self.at((x - r, y - r), (x + r, y + r)), fill, line, round(width * self.zoom))

    def path(self, *points: tuple[float, float], line: str = INK, width: float = 3) -> None:
        self.draw.line(self.at(*points), line, round(width * self.zoom), joint="curve")

    def font(self, text: str, size: float, bold: bool = False) -> ImageFont.FreeTypeFont:
        return load_font(any(ord(c) > 0x20FF for c in text), self.serif, bold, round(size * self.zoom))

    def text(self, x: float, y: float, text: str, size: int, anchor="lm", bold=False, fill=INK, room=800.0) -> None:
        """One line around height `y`, made smaller where it is wider than `room`."""
        while size > 8 and self.font(text, size, bold).getlength(text) > room * self.zoom:
            size -= 1
        self.draw.text((x * self.zoom, y * self.zoom), text, fill, self.font(text, size, bold), anchor)

    def prose(self, x: float, y: float, room: float, text: str, size: int = 23) -> float:
        """Text in lines: Latin words stay whole, no line begins with a closing mark; where the next text begins."""
        font, lines = self.font(text, size), [""]
        for piece in re.findall(r"[!-~]+ ?|.", text):
            full = font.getlength(lines[-1] + piece.rstrip()) > room * self.zoom and piece not in "，。、；：）》”"
            lines[-1:] = [lines[-1], piece] if full else [lines[-1] + piece]
        for number, line in enumerate(lines):
            self.text(x, y + 1.6 * size * number, line, size)
        return y + 1.6 * size * len(lines) + 14

    def fields(self, rows: Iterable[tuple[str, str]], x: float, y: float, room: float, label: float = 150) -> float:
        """Labelled values, one below the other, without the empty ones; the height below the last."""
        for name, value in ((name, value) for name, value in rows if value):
            self.text(x, y, name, 22, bold=True, fill=GREY, room=label - 16)
            y = self.prose(x + label, y, room - label, value)
        return y

    def border(self, tone: str) -> None:
        """A frame of braided waves between lines, with a ring at each corner."""
        near, right, bottom = 62, self.width - 62, self.height - 62
        for gap, width in ((20, 4), (14, 1.2), (-14, 1.2), (-20, 2.5)):
            self.box(near - gap, near - gap, right + gap, bottom + gap, 0, None, tone, width)
        for end, ats, upright in ((right, (near, bottom), False), (bottom, (near, right), True)):
            steps, turn = range(near, end + 1, 2), 2 * math.pi * round((end - near) / 44) / (end - near)
            for at, bend in ((at, bend) for at in ats for bend in (9, -9)):
                wave = [(s, at + bend * math.sin((s - near) * turn)) for s in steps]
                self.path(*(point[::-1] if upright else point for point in wave), line=tone, width=1.6)
        for x, y in ((x, y) for x in (near, right) for y in (near, bottom)):
            self.box(x - 24, y - 24, x + 24, y + 24, 0, PAPER, tone, 2.5)
            self.dot(x, y, 14, None, tone, 7)


ZH = {
    "mark": "样本 SPECIMEN 无效",
    "footer": "bidkit 示例文件，所有组织均为虚构",
    "fields": "持有人|编号|颁发机构|颁发日期|有效期至|范围",
    "business-licence": "名称|登记编号|登记机关|发照日期|营业期限|经营范围",
    "contract": "乙方（供方）|合同编号|甲方（需方）|签订日期|有效期至|合同内容",
    "words": "兹 证 明|明 细 表|人像面|签发面|长期",
    "rows": "项目|申报信息核对|登记信息核对|期间核对|附件核对|其他事项=结果|已核对",
    "test-report": "检验项目=检测结果",
    "audit-report": "项目|货币资金|应收账款|存货|固定资产|资产总计|负债合计|所有者权益合计=金额|* *** ***.**",
    "notes": "本件依据委托方提供的资料和约定的程序出具，结果仅对本次委托范围有效。未经出具机构书面同意，不得部分复制。",
    "letter": "致有关单位：|　　{holder}就“{title}”事项说明如下：|　　{scope}|　　"
    "以上内容如有不实，由出具单位负责。|　　本件为示例文字，不产生任何法律效力。",
    "sme-declaration-letter": "　　{holder}郑重声明，根据《政府采购促进中小企业发展管理办法》（财库〔2020〕46 "
    "号）的规定，"
    "所提供的货物和制造商情况如下：|{scope}|　　以上企业，不属于大企业的分支机构，不存在控股股东为大企业的情形，"
    "也不存在与"
    "大企业的负责人为同一人的情形。|　　本企业对上述声明内容的真实性负责。如有虚假，将依法承担相应责任。|"
    "　　本件为示例文字，"
    "不产生任何法律效力。",
    "authorization-letter": "致招标代理机构和采购人：|　　{scope}|　　本授权自签署之日起生效，至{until}止；"
    "被授权人无转委托权。|"
    "　　本件为示例文字，不产生任何法律效力。",
    "authorization-signs": "法定代表人（签字）|被授权人（签字）|日期",
    "clauses": "一、合同标的|乙方按照本合同约定向甲方提供：{scope}。|二、合同价款|价款及税率见附件《价格清单》，包含"
    "运输、安装、调试和培训费用。|三、交付与验收|甲方在收到验收申请后十个工作日内组织验收。|四、质量保证|"
    "质量保证期自验收"
    "合格之日起算，期内乙方免费维修或更换。|五、争议解决|争议由双方协商解决；协商不成的，提交仲裁机构仲裁。",
    "closing": "合同签署页（样本，无签字、无印章）|甲方|乙方|代表|日期",
}
EN = {
    "mark": "SPECIMEN – NOT VALID",
    "footer": "bidkit example file; all organisations are fictional",
    "fields": "Holder|Number|Issued by|Issue date|Valid until|Scope",
    "contract": "Supplier|Contract no.|Customer|Date|Valid until|Subject",
    "words": "This is to certify that|Schedule|front|back|no expiry date",
    "rows": "Item|Subject matter|Period covered|Controls|Tests|Exceptions|Limits|Exclusions=Result|see text",
    "notes": "The results hold for the items named here only. Not to be copied in part without the issuer's consent.",
    "soc2-notes": "Opinion: in all material respects the controls were suitably designed and operated effectively "
    "throughout "
    "the period named above. The use of this report is restricted to the parties that it names.",
    "insurance-notes": "This certificate informs of the policies in force on its date. It does not change or extend "
    "their "
    "coverage; the policies themselves govern.",
    "affidavit-signs": "State and county|Sworn to before me on|Notary public|Commission expires",
    "letter": "To whom it may concern:|{holder} states the following regarding “{title}”:|{scope}|The issuer answers "
    "for the truth of this statement.|This is sample text without legal effect.",
    "clauses": "1. Subject|The Supplier provides to the Customer: {scope}.|2. Price|Prices and taxes: see the Annex.|"
    "3. Warranty|Defects are mended free of charge.|4. Disputes|Disputes are settled by negotiation or arbitration.",
    "closing": "Signature page (specimen: no signature, no seal)|For the Customer|For the Supplier|Name|Date",
}


# What a test report covers: lines of the data sheet of its product, whose values are then its results.
REPORTS = {
    "report-board": "显示尺寸与比例|物理分辨率|屏幕亮度、静态对比度|触控|整体结构|书写面",
    "report-cabinet": "柜体|隔热层|锁具|报警|层板|接地与通风",
    "report-chemistry-desk": "规格|台面|耐化学腐蚀|水槽|水嘴",
    "report-fume-hood": "外形尺寸|平均面风速|面风速偏差|运行噪声|内衬|视窗",
    "report-microscope": "总放大倍数|物镜|目镜|镜筒|调焦|载物台|照明",
    "report-physics-desk": "规格|台面|甲醛释放量|电源|保护",
    "report-power": "直流稳压|交流输出|保护|恢复时间|泄漏电流",
    "report-sensor": "采集器|传感器种类|温度|pH",
    "test-EG240": "协议|断网缓存|工作温度",
    "test-F6200": "硬盘|可用容量|性能|单控故障",
    "test-NF4600": "网络层吞吐|应用层吞吐|并发连接|新建连接|入侵检出率|高可用",
    "test-P125": "点间距|刷新率|亮度|亮度均匀性|功耗",
    "test-RDB8": "高可用|安全",
    "test-WF2200": "HTTP 吞吐|HTTP 并发|HTTPS 新建|防护|旁路",
}


@dataclass(frozen=True)
class Paper:
    """A credential record as it is printed, which of the record's files this is, and what a report found."""

    record: dict[str, str]
    part: int
    parts: int
    results: tuple[tuple[str, str], ...] = ()

    def __getattr__(self, key: str) -> str:
        return self.record.get(key, "")

    @property
    def texts(self) -> dict[str, str]:
        return ZH if re.search(r"[\u4e00-\u9fff]", self.title) else EN

    def words(self, *keys: str) -> list[str]:
        """The parts of the first text that this paper's language has under one of the keys."""
        return next(self.texts[key] for key in keys if key in self.texts).split("|")

    def day(self, value: str) -> str:
        if value in ("long-term", "长期"):
            return "" if self.kind in UNDATED_KINDS else self.words("words")[4]
        day = date.fromisoformat(value)
        return f"{day.year} 年 {day.month} 月 {day.day} 日" if self.texts is ZH else f"{day:%B} {day.day}, {day.year}"

    def fields(self) -> list[tuple[str, str]]:
        """Label and value of: holder, number, issuer, day of issue, validity, scope; the last two may be empty."""
        values = self.holder, self.number, self.issuer, self.day(self.issued), self.day(self.valid_until), self.scope
        labels = self.words(self.kind if self.kind in ("business-licence", "contract") else "fields", "fields")
        return list(zip(labels, values, strict=True))

    def page(self, width: int = A4[0], height: int = A4[1], head: bool = False) -> Canvas:
        """An empty page with the footer that every specimen has, and a running head."""
        page = Canvas(width, height, PAPER, 2, serif=True)
        page.text(width / 2, height - 26, *self.words("footer"), 17, "mm", fill=GREY)
        if self.parts > 1:
            page.text(width - 40, 26, f"{self.part + 1}/{self.parts}", 17, "rm", fill=GREY)
        if head:
            page.text(100, 80, self.issuer, 19, fill=GREY, room=420)
            page.text(900, 80, self.number, 19, "rm", fill=GREY, room=360)
            page.path((100, 102), (900, 102), line=GREY, width=2)
        return page

    def certificate(self) -> list[Canvas]:
        """A framed certificate, wide for a business licence, tall for all others."""
        wide, fields = self.kind == "business-licence", self.fields()
        tone = "#8C6D2C" if wide else Random(self.id).choice((ACCENT, "#2F6B73", "#5B5A8C", "#7A4A3B", "#80683A"))
        page = self.page(1200, 849) if wide else self.page()
        middle, top = page.width / 2, 165 if wide else 230
        page.border(tone)
        page.text(middle, top, self.title, 62, "mm", True, tone, page.width - 260)
        page.path((middle - 190, top + 66), (middle + 190, top + 66), line=tone, width=2)
        if wide:
            page.fields([*fields[:2], *fields[5:], *fields[2:5]], 160, 315, 880, 200)
        else:
            page.text(middle, 345, "  ".join(fields[1]), 22, "mm", fill=GREY, room=720)
            page.text(middle, 465, self.words("words")[0], 28, "mm")
            page.text(middle, 550, self.holder, 42, "mm", True, room=740)
            page.fields(fields[5:], 165, 670, 670)
            page.fields(fields[2:5], 165, 1085, 670)
        return [page]

    def card(self) -> list[Canvas]:
        """An identity card: both sides on one sheet, or one side when the record has several files."""
        sides, fields = (0, 1) if self.parts == 1 else (self.part % 2,), self.fields()
        page = self.page(1000, 80 + 520 * len(sides))
        for y, side in zip((70, 580), sides, strict=False):
            page.box(145, y, 855, y + 448, 24, "#F3F6F8", GREY)
            page.text(500, y + 46, f"{self.title} · {self.words('words')[2 + side]}", 22, "mm", fill=GREY, room=620)
            page.path((185, y + 84), (815, y + 84), line=SOFT, width=1.5)
            page.fields(fields[2:] if side else fields[:2], 205, y + 150, 590 if side else 380, 130)
            if side == 0:
                page.box(600, y + 120, 800, y + 385, 8, PALE, SOFT)
                page.dot(700, y + 210, 50, SOFT, None)
                page.draw.pieslice(page.at((618, y + 284), (782, y + 484)), 180, 360, SOFT)
        return [page]

    def table(self) -> Canvas:
        """A page with a ruled table of what this kind of paper lists."""
        page, y = self.page(head=True), 225
        items, (head, *result) = (column.split("|") for column in "|".join(self.words(self.kind, "rows")).split("="))
        page.text(500, 168, self.words("words")[1], 32, "mm", True)
        rows = self.results or [(item, result[0]) for item in items[1:]]
        for number, (item, value) in enumerate([(items[0], head), *rows]):
            cells, bottom = (number or "#", item), page.prose(430, y + 23, 450, value, 20) - 5
            for left, right, cell in zip((100, 170), (170, 415), cells, strict=True):
                page.text((left + right) / 2, (y + bottom) / 2, str(cell), 20, "mm", not number, room=right - left - 12)
            for left, right in ((100, 170), (170, 415), (415, 900)):
                page.box(left, y, right, bottom, 0, None, GREY, 1.3)
            y = bottom
        return page

    def report(self) -> list[Canvas]:
        """A cover with the particulars, and a table."""
        cover = self.page(head=True)
        cover.text(500, 230, self.title, 46, "mm", True, ACCENT)
        y = cover.fields(self.fields(), 140, 380, 720)
        cover.box(100, 330, 900, y + 10, 0, None, GREY, 1.5)
        cover.prose(100, y + 80, 800, *self.words(f"{self.kind}-notes", "notes"))
        return [cover, self.table()]

    def contract(self) -> list[Canvas]:
        """A cover, the clauses, and a closing page with empty places for signatures."""
        fields, (title, customer, supplier, *blanks) = self.fields(), self.words("closing")
        cover, body, closing = self.page(), self.page(head=True), self.page(head=True)
        project = self.scope.partition("：")[0]  # what stands before the colon is the project
        cover.text(500, 330, f"{project}合同" if project != self.scope else self.title, 52, "mm", True)
        cover.path((300, 390), (700, 390), width=2)
        cover.fields((fields[1], fields[2], fields[0], *fields[3:5]), 190, 720, 640, 200)
        y, scope = 170.0, (self.scope or self.title).rstrip("。.")
        for text in self.words("clauses"):
            y = body.prose(100, y, 800, text.format(scope=scope))
        closing.text(500, 190, title, 30, "mm", True)
        for y, label, party in ((330, customer, self.issuer), (600, supplier, self.holder)):
            closing.fields(((label, party), *((word, "_" * 36) for word in blanks)), 150, y, 700, 220)
        return [cover, body, closing]

    def letter(self) -> list[Canvas]:
        """One page: what is stated, by whom, until when."""
        page, y, fields = self.page(), 370.0, self.fields()
        values = {**self.record, "scope": self.scope or self.title, "until": fields[4][1]}
        page.text(500, 200, self.title, 46, "mm", True)
        page.text(890, 280, "  ".join(fields[1]), 20, "rm", fill=GREY)
        size = 24 if len(values["scope"]) < 400 else 18
        for text in self.words(f"{self.id}-letter", f"{self.kind}-letter", "letter"):
            for line in text.format(**values).split("\n"):
                y = page.prose(110, y, 780, line, size)
        page.text(890, max(y + 60, 900), self.issuer.partition(",")[0], 23, "rm")
        page.text(890, max(y + 112, 952), fields[3][1], 23, "rm")
        if self.kind == "authorization" or "notary" in self.issuer:
            signs = self.words(f"{self.kind}-signs")
            page.fields(((sign, fields[3][1] if "Sworn" in sign else "_" * 28) for sign in signs), 150, 1040, 700, 300)
        return [page]

    def scan(self, page: Canvas) -> Image.Image:
        """The page as a scanner sees it, a little askew, with the mark across it."""
        tilt = Random(f"{self.id}/{self.number}/{self.part}").uniform(-0.35, 0.35)
        image = page.image.reduce(page.zoom).rotate(tilt, Image.Resampling.BICUBIC, fillcolor=PAPER)
        text, chinese, (width, height) = self.texts["mark"], self.texts is ZH, image.size
        size = 78 * math.hypot(width, height) / load_font(chinese, False, True, 100).getlength(text)
        font = load_font(chinese, False, True, int(size))
        mark = Image.new("L", (int(font.getlength(text)) + 20, int(size * 1.6)))
        ImageDraw.Draw(mark).text((mark.width / 2, mark.height / 2), text, 84, font, "mm")
        mark = mark.rotate(min(math.degrees(math.atan2(height, width)), 52), Image.Resampling.BICUBIC, expand=True)
        image.paste(RED, ((width - mark.width) // 2, (height - mark.height) // 2), mark)
        return image

    def encode(self, suffix: str) -> bytes:
        """A PDF has all pages of the paper; the several pictures of one share them out."""
        pages = [self.scan(page) for page in LAYOUTS.get(self.kind, Paper.certificate)(self)]
        if suffix == ".pdf":
            return encode(pages[0], "PDF", 200, save_all=True, append_images=pages[1:], resolution=A4_DPI,
                          title=self.title, creationDate=PDF_DATE, modDate=PDF_DATE)  # fmt: skip
        number = len(pages) - 1 if 0 < self.part == self.parts - 1 else min(self.part, len(pages) - 1, 1)
        return encode(pages[number], "PNG", 80) if suffix == ".png" else encode(pages[number], "JPEG", 90)


LAYOUTS: dict[str, Callable[[Paper], list[Canvas]]] = {
    "contract": Paper.contract,
    "id-card": Paper.card,
    **dict.fromkeys(("affidavit", "authorization", "manufacturer-authorization", "bank-letter", "other"), Paper.letter),
    **dict.fromkeys(("brochure", "manual", "company-introduction", "cv"), Paper.letter),
    **dict.fromkeys(("test-report", "audit-report", "soc2", "credit-report"), Paper.report),
    **dict.fromkeys(("insurance", "tax-proof", "social-security-proof"), Paper.report),
}


def encode(image: Image.Image, form: str, limit: int, **options: object) -> bytes:
    """The picture in a format, coarser step by step until it keeps within `limit` kilobytes."""
    for colours, quality in ((48, 60), (32, 50), (20, 40), (12, 30)):
        buffer = BytesIO()
        picture = image.quantize(colours, 1, 2, dither=Image.Dither.NONE) if form == "PNG" else image
        picture.save(buffer, form, quality=quality, optimize=True, **options)
        if buffer.tell() <= limit * 1000:
            return buffer.getvalue()
    sys.exit(f"make_specimens: a picture does not fit into {limit} KB")


SCRIPTS = {
    "server|服务器": "face 11 22 79 39; grid #6~8 #2 14 24 66 37 d; dot 72 26 1 a; vents 70 30 76 36 #5",
    "storage|nas|存储|磁盘阵列|备份": "face 11 15 79 45; grid #4 #4~5 13 17 77 38.6 d; leds #4 15 41.6 2.4",
    "switch|交换机": "face 9 25 81 37; leds #6 11.6 27 2.2; grid #10~12 #2 26 27 64 35 p; grid #2 #2 66 27 79 35 a",
    "firewall|防火墙|网闸": "face 11 34 79 45; leds #5 14 39 2; grid #6~9 #1 29 36 60 43 p; grid #2 #1 62 36 77 43 a;"
    "poly 45 6 53 9 53 17 50 22 45 26 40 22 37 17 37 9 a; line 45 22 45 15 40 15 50 15 45 15 45 10 w",
    "gateway|网关|": "shade 31 59 48; line 37 19 37 7~11; line 53 19 53 7~11; line 42 14 45 12 48 14;"
    "line 40 11 45 8 50 11; box 33 19 57 47 1; grid #6~9 #1 35 21 55 24 s; grid #6~9 #1 35 42 55 45 s; leds #4 37 29 3;"
    "box 35 32 47 39.6 .4 a; grid #1 #2~3 49 27 55 39.6 p",
    "led|video wall|大屏|拼接屏|显示屏": "shade 15 75 47.8; line 26 42 23 47.6; line 64 42 67 47.6; box 11 8 79 42 0 p;"
    "chart 15 12 75 38; line 28 8 28 42; line 45 8 45 42; line 62 8 62 42; line 11 25 79 25",
    "ups|不间断电源": "shade 26 64 48.2; box 28 9 45 48 .8; box 30.4 12 42.6 19.6 .4 a; leds #3 32.2 22.6 4.3;"
    "vents 30.4 28 42.6 45 #7~9; box 46.6 17 62 48 .8 p; vents 49 20 59.6 45 #10~13",
    "power supply|电源": "shade 20 70 46.6; box 20 13 70 46 1.4; box 23 16 46 27 .4 a; dot 53 21 3.6; dot 53 21 1.2 a;"
    "dot 63 21 3.6; dot 63 21 1.2 a; vents 23 32 40 42 #5; leds #4~6 46 37 4; line 46 42 66 42",
    "rack|机柜": "shade 30 64 48.4; poly 56 7 63 10 63 45 56 48.2 s; box 32 7 56 48.2 .4; grid #1 #9~12 34 9 54 46 d",
    "cabinet|柜": "shade 28 62 48.4; box 28 7 62 48 .8; grid #2 #1 30 9 60 46 p; line 43 25 43 31; line 47 25 47 31;"
    "poly 37 14 41 21 33 21 a; poly 53 14 57 21 49 21 a; vents 33 38 41 42 #3~4; vents 49 38 57 42 #3~4",
    "blackboard|黑板|白板": "box 7 12 83 43 .8 s; grid #2 #1 8 13 82 42 a; box 28.4 13 61.6 42 .2; chart 32 17 58 39;"
    "vents 10 17 20~25 25 #3; vents 65 17 74~79 25 #3; box 7 43.6 83 45 .4 p",
    "document camera|展台": "shade 24 66 47.8; box 24 44 66 48 .8; box 29 41 52 44 0 p; line 58 44 58 16 50 10 42 10;"
    "dot 58 16 1 a; box 33 8 44 13 .6 a; line 35 16 30 38; line 42 16 50 38; leds #3 57 46 2.4",
    "bench|实验桌|实验台": "shade 11 79 47.4; box 13 29.6 77 47 .2; grid #3~5 #1 14 30.6 76 46 p; box 10 27 80 30 .4 a;"
    "line 25 27 25 13 65 13 65 27; line 25 19.6 65 19.6; grid #7~9 #1 28 15 62 19.4 s; line 72 27 72 16 76 16 76 18",
    "desk|桌": "shade 15 75 47; grid #1 #3 17 25 33 47; box 33 25 57 42 0 p; grid #1 #2~3 57 25 73 47 p;"
    "box 14 22 76 25 .4 s; line 49 18 49 22; box 40 9 58 19 .4 a",
    "microscope|显微镜": "shade 30 62 47.8; poly 31 47 33 44 59 44 61 47 a; box 33 35 54.6 37 .4; line 38 34.4 47 34.4;"
    "poly 52 44 56 44 58 33 54.6 22 44.6 19 43.6 22.6 51 26 53.4 34 s; poly 37 15 43 13 48 29 42.6 31; dot 55 39 2.2 p;"
    "poly 36.8 10.8 40.8 9.6 42 13.4 38 14.6 a; poly 43.6 30.6 46.6 29.6 47 33.6 45 34 a",
    "air condition|空调": "box 12 12 78 29 2.2; box 12 12 78 21.6 2.2 p; line 15 26 75 26; leds #3 70 23.8 2.2;"
    "line 21 32 19 40; line 33 32 32 43; line 45 32 45 44; line 57 32 58 43; line 69 32 71 40",
    "exhaust|抽气罩": "box 38 5 52 9 0 s; line 45 9 45 15 30 23 45 31; dot 45 15 1.4 a; dot 30 23 1.4 a;"
    "dot 45 31 1.4 a; poly 43 32 47 32 58 41 32 41 p; line 36 44 38 48; line 45 44 45 48; line 54 44 52 48",
    "fume|通风柜": "shade 22 68 48.4; box 40 5 50 11 0 s; box 22 11 68 48 .6; box 25 15 65 33 .2 p; line 25 22 65 22;"
    "grid #4~6 #1 32 27 58 32.8; box 40 21.4 50 23 .6 a; leds #4 27 13 2.2; grid #2 #1 25 35 65 46.4",
    "sensor|meter|传感器|流量计|液位计|监测仪": "shade 33 57 48.2; box 35 8 55 24 1.6; box 37.6 10.6 52.4 17.6 .4 a;"
    "leds #3 40.6 20.8 4.4; line 45 24 45 31; box 41.2 31 48.8 44 .8; box 42.4 44 47.6 47.6 .4 s;"
    "line 38 35 36 39.5 38 44; line 52 35 54 39.5 52 44; line 35 32 32 39.5 35 47; line 55 32 58 39.5 55 47",
    "kit|急救|套装|防护": "shade 23 67 46.6; line 38 18 38 13 52 13 52 18; box 24 18 66 46 2; box 24 18 66 25 2 p;"
    "dot 45 36 7; box 43.4 31 46.6 41 0 a; box 40 34.4 50 37.6 0 a",
    "siem/soar platform": "grid #1 #4 8 10 24 46 d; line 24 14 30 14 30 42 24 42; line 24 23 30 23; line 24 33 30 33;"
    "line 30 28 62 28; box 36 20 52 36 1 p; dot 44 28 4 a; box 62 12 82 44 1; chart 65 18 79 38",
    "数据库": "shade 16 74 47.8; box 14 9 37 46 2 s; grid #1 #3 16 11 35 44 d; box 53 9 76 46 2 s;"
    "grid #1 #3 55 11 74 44 d; line 39 21 49 21; poly 48 19 51 21 48 23 a; line 51 34 41 34; poly 42 32 39 34 42 36 a",
    "数字化传感器": "shade 14 76 48; box 18 8 58 31 1.4; box 21 11 42 25 .4 p; chart 22 13 41 24; leds #4 46 14 3;"
    "dot 51 21 2 a; grid #4 #1 22 27 54 30 p; line 26 31 26 39 15 46; line 34.6 31 34.6 46; line 43 31 43 46;"
    "line 51 31 51 39 64 46; dot 15 46 1.6 a; dot 34.6 46 1.6 a; dot 43 46 1.6 a; dot 64 46 1.6 a;"
    "box 64 12 76 27 .8; vents 66 15 74 24 #4; line 58 19 64 19",
    "物理实验桌": "shade 11 79 47.4; box 13 29.6 77 47 .2; grid #4 #1 14 30.6 76 46 p; box 10 27 80 30 .4 a;"
    "box 26 22 64 27 .4; grid #4 #1 28 23.2 62 26 p; line 14 47 14 49; line 76 47 76 49",
    "空调（3p）": "shade 34 58 48.4; box 35 6 55 48 1.8; box 37.6 9 52.4 20 .6 p; vents 39.6 11 50.4 18 #5;"
    "box 39.6 23 50.4 27 .4 a; leds #3 42 30 3; vents 38.6 36 51.4 44 #4",
    "操作系统": "box 12 7 78 48 1; box 12 7 78 11 1 a; dot 15 9 .7; poly 17 17 20 19 17 21 a; line 23 19 54 19;"
    "poly 17 25 20 27 17 29 a; line 23 27 44 27; line 23 31 62 31; poly 17 37 20 39 17 41 a; box 23 37.6 27 40.4 0 a",
    "中间件": "box 32 6 58 16 1 a; line 45 16 45 23; line 17 23 73 23; line 17 23 17 29; line 36 23 36 29;"
    "line 54 23 54 29; line 73 23 73 29; box 9 29 25 46 1; box 28 29 44 46 1; box 46 29 62 46 1; box 65 29 81 46 1;"
    "vents 12 36 22 43 #3; vents 31 36 41 43 #3; vents 49 36 59 43 #3; vents 68 36 78 43 #3; line 40 11 50 11 w",
    "gis 平台": "box 10 7 80 48 1; box 10 7 80 11 1 a; line 10 22 30 26 44 18 80 24; line 26 48 33 34 30 26;"
    "line 44 18 50 34 66 40 80 37; line 33 34 50 34; dot 30 26 1.6 a; dot 44 18 1.6 a; dot 50 34 1.6 a; dot 66 40 1.6;"
    "dot 33 34 1.6; box 64 14 77 20 .4 p; leds #4 13.6 44.6 2.4",
    "终端安全": "shade 22 58 48; box 12 9 62 40 1.4; box 15 12 59 37 .4 p; poly 32 40 42 40 44 47 30 47;"
    "vents 19 17 42 32 #4; poly 66 16 78 20 78 31 72 40 66 44 60 40 54 31 54 20 a; line 66 23 66 31 w; dot 66 35.6 .8",
    "日志审计系统": "face 11 22 79 45; grid #4 #2 14 25 46 42 d; vents 50 27 63 40 #6; leds #3 67 33.6 3.4",
    "堡垒机": "face 11 32 79 45; leds #4 14 38.6 2.4; grid #6 #1 28 35 52 42 p; box 58 34.6 68 42.4 .6 p;"
    "dot 63 37.4 1.4 a; box 62.4 38 63.6 41 0 a; vents 71 35 76 42 #4; line 45 26 45 18; dot 45 12 6;"
    "dot 45 10.6 1.6 a; box 44.2 11 45.8 15 0 a",
    "大屏控制系统": "grid #4 #2 21 5 69 24 p; line 45 24 45 29; face 11 34 79 46; grid #8 #1 14 37 54 43 p;"
    "grid #4 #1 57 37 69 43 a; leds #3 71.6 40 2",
    "software|platform|软件|平台|系统": "box 10 7 80 48 1; box 10 7 80 11 1 a; dot 13 9 .7; box 10 11 25 48 0 p;"
    "vents 13 15 22 33 #4~7; chart 28 14 77 29; chart 28 33 50 45; grid #2 #3~4 53 32 77 45.5 d",
    "[a-z ]+segmentation service": "box 8 10 40 46 1 p; grid #2 #3~4 12 15 36 41 d; line 40 28 50 28;"
    "box 42 22 48 34 .6 a; box 50 10 82 46 1; chart 54 17 78 40",
    "operations watch": "dot 28 28 18; dot 28 28 15 p; line 28 16 28 28 36 33; grid #4 #3 52 14 80 42 d",
    "service|test|program|服务|运维|培训": "box 9 20 24 34 1; box 28 20 43 34 1; box 47 20 62 34 1; box 66 20 81 34 1;"
    "dot 16.5 27 3 a; dot 35.5 27 3 a; dot 54.5 27 3 a; dot 73.5 27 3 a; poly 25 26 27 27 25 28 a;"
    "poly 44 26 46 27 44 28 a; poly 63 26 65 27 63 28 a; line 73 34 73 41 16 41 16 36; poly 16 34 15 36 17 36 a",
}
# Figures with words in them: boxes by their corners with what stands in them, and arrows between points, in tens.
DIAGRAMS = {
    "siem-platform": "3 6 25 14 Terminal sites; 3 17 25 25 Administration building; 3 28 25 36 OT sensors; 33 12 53 "
    "30 Log collectors|"
    "two per site; 61 5 87 15 Dedicated SIEM tenant; 61 19 87 29 Orchestration (SOAR); 61 33 87 43 Analysts: one case "
    "queue;"
    "> 25 10 33 17; > 25 21 33 21; > 25 32 33 25; > 53 19 61 10; > 74 15 74 19; > 74 29 74 33",
    "ot-monitoring": "3 12 25 30 Business network; 33 12 53 30 Monitored IT/OT|boundary; 61 4 87 11 OT zones 1 to 6;"
    "61 16 87 26 Mirror ports and|optical taps; 61 31 87 41 Passive sensors,|two per zone; 3 36 25 46 Watch and OT|"
    "Security Engineer;"
    "> 25 21 33 21; > 53 18 61 8; > 74 11 74 16; > 74 26 74 31; > 61 38 25 41",
}
PAINTS = {"w": WHITE, "p": PALE, "s": SOFT, "a": ACCENT, "d": None}


class Sketch(Canvas):
    """Line art by a script: methods and their lengths in tens, plain numbers with #; of `6~8` the sku decides."""

    def __init__(self, product: dict[str, str]) -> None:
        super().__init__(900, 600, GROUND, 3, serif=False)
        if product["sku"] in DIAGRAMS:
            self.diagram(DIAGRAMS[product["sku"]])
            return
        self.rng = Random(product["sku"])
        hits = [(bool(hit[0]), text == product["name"], hit.end(), len(hit[0]), script)
                for keys, script in SCRIPTS.items() for text in (product["name"], product["category"])
                for hit in re.finditer(rf"(?<![a-z])(?:{keys})", text.lower())]  # fmt: skip
        script = max(hits)[-1]  # of the last keyword in the name, else in the category: gateway software is software
        for name, *words in (stroke.split() for stroke in script.split(";")):
            paint = {"fill": PAINTS[words.pop()]} if words[-1] in PAINTS else {}
            scales = [1 if word[0] == "#" else 10 for word in words]
            ends = [[float(e) * k for e in w.strip("#").split("~")] for w, k in zip(words, scales, strict=True)]
            getattr(self, name)(*(self.rng.randint(round(end[0]), round(end[-1])) for end in ends), **paint)
        self.text(450, 545, product["sku"], 24, "mm", True, ACCENT)

    @classmethod
    def encode(cls, product: dict[str, str]) -> bytes:
        return encode(cls(product).image.reduce(3), "PNG", 40)

    def diagram(self, script: str) -> None:
        for mark, *words in (part.split() for part in script.split(";")):
            x0, y0, x1, y1 = (10 * int(word) for word in (words[:4] if mark == ">" else (mark, *words[:3])))
            y0, y1 = y0 + 50, y1 + 50
            if mark == ">":
                turn = math.atan2(y1 - y0, x1 - x0)
                self.path((x0, y0), (x1, y1), line=ACCENT)
                ends = ((x1 - 16 * math.cos(turn + bend), y1 - 16 * math.sin(turn + bend)) for bend in (0.4, -0.4))
                self.draw.polygon(self.at((x1, y1), *ends), ACCENT)
                continue
            self.box(x0, y0, x1, y1, 8)
            lines = " ".join(words[3:]).split("|")
            for number, text in enumerate(lines):
                y = (y0 + y1) / 2 + 28 * (number - (len(lines) - 1) / 2)
                self.text((x0 + x1) / 2, y, text, 22, "mm", room=x1 - x0 - 16)

    def line(self, *flat: int, fill: str = INK) -> None:
        self.path(*zip(flat[::2], flat[1::2], strict=True), line=fill)

    def poly(self, *flat: int, fill: str = WHITE) -> None:
        self.draw.polygon(self.at(*zip(flat[::2], flat[1::2], strict=True)), fill)
        self.line(*flat, *flat[:4])

    def shade(self, x0: int, x1: int, y: int) -> None:
        self.draw.ellipse(self.at((x0 - 30, y - 14), (x1 + 30, y + 14)), PALE)

    def face(self, x0: int, y0: int, x1: int, y1: int) -> None:
        self.shade(x0, x1, y1 + 4)
        self.poly(x0 + 4, y0 + 4, x0 + 50, y0 - 36, x1 - 50, y0 - 36, x1 - 4, y0 + 4, fill=PALE)
        self.box(x0, y0, x1, y1, 6)

    def grid(self, cols: int, rows: int, x0: int, y0: int, x1: int, y1: int, fill=WHITE) -> None:
        width, height = (x1 - x0 + 6) / cols, (y1 - y0 + 6) / rows
        for x, y in ((x0 + width * i, y0 + height * j) for j in range(rows) for i in range(cols)):
            self.box(x, y, x + width - 6, y + height - 6, 2, fill or WHITE, width=2)
            if fill is None:  # a drive bay with its handle and its light
                self.path((x + 10, y + height - 16), (x + width - 32, y + height - 16), line=SOFT)
                self.dot(x + width - 18, y + height - 16, 4, ACCENT if self.rng.random() < 0.8 else SOFT, None)

    def leds(self, count: int, x: int, y: int, step: int) -> None:
        for k in range(count):
            self.dot(x + step * k, y, 7, ACCENT if self.rng.random() < 0.6 else WHITE, width=2)

    def vents(self, x0: int, y0: int, x1: int, y1: int, count: int) -> None:
        for y in (y0 + (y1 - y0) * k / (count - 1) for k in range(count)):
            self.path((x0, y), (x1, y), line=SOFT, width=5)

    def chart(self, x0: int, y0: int, x1: int, y1: int) -> None:
        step, high = (x1 - x0) / 9, y1 - y0
        tops = [y1 - high * self.rng.uniform(0.25, 0.7) for _ in range(9)]
        for k, top in enumerate(tops):
            self.box(x0 + step * (k + 0.2), top, x0 + step * (k + 0.8), y1, 0, SOFT, None)
        self.path(*((x0 + step * (k + 0.5), top - high * 0.2) for k, top in enumerate(tops)), line=ACCENT)
        self.path((x0, y0), (x0, y1), (x1, y1), width=2)


def make_logo(name: str, color: str) -> bytes:
    """A company's mark: the first letter or character of its name in a ring of its colour, 300 x 300."""
    image = Image.new("RGB", (900, 900), WHITE)
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 40, 860, 860), fill=f"#{color}")
    draw.ellipse((95, 95, 805, 805), outline=WHITE, width=24)
    letter = name[0]
    font = load_font(letter > "ÿ", serif=False, bold=True, size=440)
    draw.text((450, 450), letter, WHITE, font, anchor="mm")
    return encode(image.resize((300, 300), Image.Resampling.LANCZOS), "PNG", 20)


def find_results(record: dict[str, str], products: Iterable[dict]) -> tuple[tuple[str, str], ...]:
    """What a test report found, as the data sheet of its product says it; nothing for other papers."""
    if record["id"] not in REPORTS:
        return ()
    sheet = next(p for p in products if f"{p.get('brand')} {p.get('model')}" in record["scope"])
    values = {spec["name"]: spec["value"] for spec in sheet["specs"]}
    return tuple((name, values[name]) for name in REPORTS[record["id"]].split("|"))


def plan(workspace: Path) -> Iterator[tuple[Path, Callable[[], bytes]]]:
    """Every file that the catalog names, with what makes it; BaseLoader keeps dates and numbers as written."""
    company = yaml.safe_load((workspace / "bidkit.yaml").read_text(encoding="utf-8"))["company"]
    heads = {
        path: path.read_text("utf-8").split("\n---")[0] for path in sorted(workspace.glob("catalog/products/*.md"))
    }
    products = {path: yaml.load(head, yaml.BaseLoader) for path, head in heads.items()}
    if "logo" in company:
        yield workspace / company["logo"], lambda: make_logo(company["name"], company["color"])
    for path in sorted(workspace.glob("catalog/credentials/*.yaml")):
        record = yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
        record["kind"] = find_kind(record["kind"])
        count, lists = len(record["files"]), {k: re.split("[、；]", record.get(k, "")) for k in ("number", "scope")}
        for part, name in enumerate(record["files"]):  # as many numbers or scopes as files: each file is its own paper
            own = {key: values[part] for key, values in lists.items() if len(values) == count > 1}
            title = re.sub(r"（\d+ [项份]）", "", record["title"]) if own else record["title"]
            place = (0, 1) if own else (part, count)
            paper = Paper({**record, **own, "title": title}, *place, find_results(record, products.values()))
            yield path.parent / name, partial(paper.encode, Path(name).suffix.lower())
    for path, product in products.items():
        if product.get("picture"):
            yield path.parent / product["picture"], partial(Sketch.encode, product)


def main() -> None:
    """Make what is missing, or with --force everything, in each workspace."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workspaces", nargs="+", type=Path)
    parser.add_argument("--force", action="store_true", help="make the files that exist, too")
    options = parser.parse_args()
    for workspace in options.workspaces:
        files = dict(plan(workspace))
        missing = [path for path in files if options.force or not path.exists()]
        for path in missing:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[path]())
        print(f"{workspace}: {len(missing)} made, {sum(path.stat().st_size for path in files) // 1024} KB in all")


if __name__ == "__main__":
    main()
