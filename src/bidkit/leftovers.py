"""what is left of a template or a draft in a text: tags, blanks, placeholders."""

from __future__ import annotations

import re

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
            r"(?<![\d×])×{2,}(?![\d×])|某某|[\dX×]年\s?[X×]{1,2}月",
            # A call without arguments is no bracket to be filled in.
            r"〔\s*〕|【\s*】|（\s*[）)]|\(\s*）|(?<![A-Za-z0-9_])\(\s+\)|\[\s{2,}\]",
            # 等待定时, 待填写的表单, and the list of states 待填写、待审核 say something.
            r"待定(?![期时位制点向标义额价型性量岗案损论系稿])(?!\s*[、/]\s*[待已])",
            r"(?<![待已]..[、/])待(?:补充|填写)(?![的项表单任务数货料库字报问工清])(?!\s*[、/]\s*[待已])",
        )
    ),
    re.I,
)
_BY_HAND = re.compile(
    r"(?:签字|签名|签署|签章|盖章|公章|signature|signed(?: by)?|seal|stamp)[^_：:]{0,12}[:：]?\s*_{3,}\s*$"
    r"|(?:^|_{3,})\s*(?:签[署字章]|盖章|signing )?(?:日\s*期|date)[^_：:]{0,12}[:：]?\s*_{3,}\s*"
    r"(?:年\s*_+\s*月\s*_+\s*日)?\s*$|^\s*by\s*[:：]\s*_{3,}\s*$",
    re.I,
)
"""Lines that are to be signed, sealed or dated on paper; a 交货日期 is not one of them."""
_TICK = re.compile(r"(?<![A-Za-z])[（(\[]\s*[√✓✔xX]\s*[)）\]]|[☑☒]")
_BRACKET = re.compile(r"[（(\[]\s*[)）\]]")
_WIDE = str.maketrans("ＸｘＴＢＤＣＡ＿", "XxTBDCA_")
_BEFORE, _BEHIND = 15, 25


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
