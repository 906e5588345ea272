"""what is left of a template or a draft in a text: tags, blanks, placeholders."""

from __future__ import annotations

import re
from functools import lru_cache

_NAMED = (
    r"(?:公司|企业|单位|项目|采购人|投标人|供应商|客户|甲方|乙方|联系)[一-鿿]{0,3}(?:名称|姓名|编号|电话|地址|日期|人)"
)
_LEFTOVER = re.compile(
    "|".join(
        (
            r"\{\{|\}\}|\{%|%\}|\{#|Lorem ipsum",
            r"【待|[（(]请?填写|[\[<]insert\b|\bto be (?:determined|filled in|advised|announced)\b",
            r"\bto be confirmed(?=\s*(?:[.;,)\]]|$))|\bdummy text\b|\bclick (?:or tap )?here to enter text\b",
            r"[\[<](?:your |the )?(?:client|customer|company|buyer|bidder|project|contact)(?:'s)?(?: name)?[\]>]",
            r"(?<![A-Za-z])(?:TODO|TBD|TBC|TBA|FIXME|XXX+)(?![A-Za-z])|\?{3,}|？{3,}",
            # Text that was read in another encoding than it was written in.
            r"â€[\x80-\x9d“”™œ¢–]|Â[°±©®£§·]|Ã[©¨¤¶¼¡³±]|ï»¿|\ufffd|锟斤拷|烫烫烫|屯屯屯",
            # Underlines; three between letters are a name in a program: by___key.
            r"_{4,}|(?<![A-Za-z0-9_])_{3}|_{3}(?![A-Za-z0-9_])",
            # XX公司, 20XX年, 2026-XX, 名称：XX; not DN-XX, AXX-20 or 4XX.
            r"(?<![A-Za-z0-9./-])(?:20)?XX\s?(?=[一-鿿])|\bXX\s(?=days|weeks|months|years|hours|%)",
            r"(?:^|[一-鿿：:（“《])XX(?=\s*(?:[，。；、）”》]|$))|(?<![\w-])20\d\d[-/.]XX",
            r"(?<![\d×])×{2,}(?![\d×])|某某(?!类)|[\dX×]\s?年\s?[X×]{1,2}\s?月",
            # A call without arguments is no bracket to be filled in.
            r"〔\s*〕|【\s*】|（\s*[）)]|\(\s*）|(?<![A-Za-z0-9_])\(\s+\)|\[\s{2,}\]",
            # 等待定时, 待填写的表单, and the list of states 待填写、待审核 say something.
            r"(?<![“\"「『‘])待定(?![期时位制点向标义额价型性量岗案损论系稿])(?!\s*[、/]\s*[待已])",
            r"(?<![待已]..[、/])待(?:补充|填写)(?![的项表单任务数货料库字报问工清])(?!\s*[、/]\s*[待已])",
            r"(?<![“\"「『‘])(?<!状态)(?<![态示标]为)待(?:确认|核实|提供|商定)(?=\s*(?:[，。；）)】\]]|$))",
            r"[请需](?:补充|填入|修改本段)(?=\s*(?:[，。；）)】\]]|$))|【待|(?:删除|删掉|去掉)[本此该](?:段|节|页|注释|说明|提示)",
            r"(?<![可能])(?<![可能以]在)(?:在此处?|此处)(?:插入|粘贴)|投标时删除",
            # 第X章, 附件X, 共 X 页, ¥XX, XX%, 2026年  月  日, 交货期：   天; 单位：  元 is a label.
            r"第\s?[X×]{1,3}\s?[章节页条款包]|附件\s?[X×]{1,2}(?![A-Za-z0-9])|共\s?[X×]{1,2}\s?[页份册]",
            r"[¥￥$]\s?X+(?![A-Za-z0-9])|(?<![A-Za-z0-9-])XX\s?%|[:：]\s?XX-",
            r"\d{4}\s?年[\s_]+月[\s_]*日?|(?<!单位)[:：]\s{2,}(?:天|日历[天日]|工作日|年|个月|万?元|小时)(?=\s*(?:[，。；、）)]|$))",
            # A name in brackets at the start of a line is a label: 【项目名称】智慧水务平台.
            rf"【(?:此处|请)?(?:填写|输入|插入|填入)|\S【{_NAMED}】|【{_NAMED}】\s*$|[\[<]{_NAMED}[\]>]",
            r"(?<![A-Za-z0-9_/\])}.-])\[(?:date|name|title|amount|number|address|●|•)\](?![(\[])|[\[<](?:公司|项目|客户)[\]>]",
            r"错误[!！]\s?未|Error! (?:Reference|Bookmark|No text)|#(?:REF!|NAME\?|VALUE!|DIV/0!|N/A)",
            r"(?:^|[:：(\[–—])\s*to be provided\s*(?:later|[.;)\]]|$)|\bwill be provided later\b",
            r"(?<![A-Za-z])(?:dd/mm|mm/dd)/yyyy(?![A-Za-z])(?<!format dd/mm/yyyy)(?<!format mm/dd/yyyy)",
        )
    ),
    re.I,
)
_BY_HAND = re.compile(
    r"(?:签字|签名|签署|签章|盖章|公章|signature|signed(?: by)?|seal|stamp)[^_：:]{0,12}[:：]?\s*_{3,}\s*$"
    r"|(?:^|_{3,})\s*(?:签[署字章]|盖章|signing )?(?:日\s*期|date)[^_：:]{0,12}[:：]?\s*_{3,}\s*"
    r"(?:年\s*_+\s*月\s*_+\s*日)?\s*$|(?:签字|盖章|日\s*期)[^_：:]{0,6}[:：]\s*(?:20\d\d\s?)?年\s*月\s*日\s*$|^\s*by\s*[:：]\s*_{3,}\s*$",
    re.I,
)
"""Lines that are to be signed, sealed or dated on paper; a 交货日期 is not one of them."""
_TICK = re.compile(r"(?<![A-Za-z])[（(\[]\s*[√✓✔xX]\s*[)）\]]|[☑☒]")
_BRACKET = re.compile(r"[（(\[]\s*[)）\]]")
_WIDE = str.maketrans("ＸｘＴＢＤＣＡ＿", "XxTBDCA_")
_BEFORE, _BEHIND = 15, 25


@lru_cache(maxsize=8192)
def find_leftover(text: str) -> str:
    """The first leftover of a text with what stands around it; empty if there is none.

    Lines to be signed by hand are none, nor are empty brackets beside one that is ticked.
    """
    for line in text.translate(_WIDE).splitlines():
        if _BY_HAND.search(line):
            line = _BY_HAND.sub("", line)
        if _TICK.search(line):
            line = _BRACKET.sub("", line)
        if found := _LEFTOVER.search(line):
            return line[max(0, found.start() - _BEFORE) : found.end() + _BEHIND]
    return ""
