"""prices that sentences state: an amount belongs to the last name before it, or to the one behind `的`.

投标总价为人民币叁拾叁万陆仟元整（¥336,000.00），其中税额 38,654.87 元      336,000.00 in words and in figures
愿意以人民币 336000 元的总价承包                                          336,000.00
最高限价 380,000.00 元                                                  none: a limit
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bidkit.figures import find_money
from bidkit.source.tables.numbers import read_number
from bidkit.words import find_amounts, parse_amount, read_amounts

_NO_PRICE = "(?!表|单|文件|书|函|人|有效|明细|要求|方式|说明|部分|得分|分值?|构成|范围|依据|内容|一览)"
_NAME = re.compile(
    r"(?P<other>\d\s*[%％]|单价|限价|预算|保证金|合同(?:总价|价|金额)|中标|成交|不含税|税前|税额|税[款金]|增值税(?=为|[:：])|小计"
    r"|预付|首付|支付|付款|费"
    r"|\b(?:unit price|ceiling|budget|deposit|bond|sub-?total|before tax|excluding)\b"
    r"|\b(?:tax|vat)\b(?=\s*(?:amount|of|is|:|\()))"
    rf"|(?P<strict>(?:投标总价|投标报价|投标价格|报价总价|报价总额|报价金额|总报价|报价合计|评审总价|评标总价|基本期[合小]计){_NO_PRICE}"
    r"|\b(?:total (?:bid |offer )?price|(?:bid|offer) price|base total|evaluated (?:price|total))\b)"
    rf"|(?P<loose>(?:投标价|报价|总价|总计|合计|共计){_NO_PRICE}|\b(?:price|total|sum|bid|offer|quotation)\b)",
    re.I,
)
"""What amounts are called: `strict` is the price wherever it stands, `loose` where the bidder speaks of itself."""
_OWN = re.compile(r"我[方司们]|我公司|本公司|\b(we|our)\b", re.I)
_OUTSIDE = re.compile(
    r"(限价|预算|保证金|合同|中标|成交|注册资[本金]|违约金|赔偿|保额|限额|资产|营业)"
    r"|\b(ceiling|budget|deposit|bond|contract|capital|liability|penalt(y|ies)|insurance|revenue)\b",
    re.I,
)
"""What is no price of a bid, though it stands beside one."""
_NOTE = re.compile(r"[（(](?!不含税|税前|excl|before|net)[^（()）\d元圆]*[)）]", re.I)
"""A remark in brackets, such as `（大写）`; one that says that tax is left out is more."""
_SIGN = re.compile(r"([A-Za-z]{0,3}[$€£¥]|[A-Za-z]{3}(?= ?$))\s?$")
_NEAR = 16
_AFTER_IN_WORDS = re.compile(
    r"大写[)）]?[:：]?([\u4e00-\u9fff]{2,}?[元圆][零〇壹贰叁肆伍陆柒捌玖貳參叄陸一二三四五六七八九角分整正]*)"
)


@dataclass(frozen=True)
class Said:
    """A price as a sentence states it.

    Args:
        label: what leads to it.
        words: the first amount in words, which may be none.
        amount: what the words say; None if they say no amount.
    """

    label: str
    figures: Decimal | None
    words: str | None
    amount: Decimal | None


@dataclass(frozen=True)
class _Amount:
    start: int
    end: int
    value: Decimal | None
    words: str | None = None


def find_stated(text: str, currency: str, language: str, *, is_own: bool) -> Iterator[Said]:
    """The prices of the bid that a paragraph states.

    Args:
        is_own: whether all of the text speaks of the bid, as a letter does.
    """
    for sentence in _split(text, language):
        yield from _read_sentence(sentence, currency, language, is_own or _OWN.search(sentence) is not None)


def _read_sentence(sentence: str, currency: str, language: str, is_own: bool) -> Iterator[Said]:
    names = [name for name in _NAME.finditer(sentence) if is_own or name.lastgroup != "loose"]
    if not any(name.lastgroup != "other" for name in names):
        return
    owned: dict[int, list[_Amount]] = {}
    for amount in _list_amounts(sentence, currency, language):
        name = _find_name(sentence, names, amount, owned)
        if name is not None:
            owned.setdefault(name.start(), []).append(amount)
    start = 0
    for amounts in owned.values():
        words = next((item for item in amounts if item.words is not None), None)
        figures = next((item.value for item in amounts if item.words is None), None)
        label, start = sentence[start : amounts[-1].end], amounts[-1].end
        yield Said(label, figures, words.words if words else None, words.value if words else None)


def find_unnamed(text: str, currency: str, language: str) -> Iterator[tuple[str, Decimal]]:
    """The amounts in a text but for those that it calls something else: as they are written, and what they say."""
    for sentence in _split(text, language):
        names = [(name.start(), False) for name in _NAME.finditer(sentence) if name.lastgroup != "other"]
        names += [(name.start(), True) for name in _OUTSIDE.finditer(sentence)]
        for amount in _list_amounts(sentence, currency, language, is_sure=True):
            is_other = max((name for name in names if name[0] < amount.start), default=(0, False))[1]
            if amount.value is not None and not (is_other or _OUTSIDE.match(sentence, amount.end)):
                yield sentence[amount.start : amount.end] or str(amount.words), amount.value


def find_foreign(text: str, currency: str) -> Iterator[str]:
    """The amounts in a text that say that they are in another currency."""
    own = "¥" if currency in ("CNY", "JPY") else "$" if currency.endswith("D") else ""
    for start, end, _ in find_money(text, is_sure=True):
        sign = _SIGN.search(text[:start])
        written = f"{sign[0] if sign else ''}{text[start:end]}"
        if sign and sign[0] != own and read_number(written)[1] not in ("", currency):
            yield written


def _split(text: str, language: str) -> Iterator[str]:
    """The sentences of a text without remarks, in Chinese without blanks."""
    for sentence in re.split(r"[。；;]", _NOTE.sub("", text)):
        yield re.sub(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])", "", sentence) if language[:2] == "zh" else sentence


def _list_amounts(sentence: str, currency: str, language: str, *, is_sure: bool = False) -> list[_Amount]:
    """Amounts in figures and in words, in the order of the text."""
    found = [_Amount(start, end, value) for start, end, value in find_money(sentence, is_sure=is_sure)]
    words = find_amounts(sentence, currency, language) + _AFTER_IN_WORDS.findall(sentence)
    known = [(item, parse_amount(item, currency, language)) for item in words]
    known += [item for item in read_amounts(sentence, currency, language) if not any(item[0] in one for one in words)]
    for item, value in known:
        start = sentence.find(item)
        start = len(sentence) if start < 0 else start  # spelt with other characters: then it belongs to the last name
        found.append(_Amount(start, start + len(item), value, item))
    return sorted(found, key=lambda amount: amount.start)


def _find_name(
    sentence: str, names: list[re.Match[str]], amount: _Amount, owned: dict[int, list[_Amount]]
) -> re.Match[str] | None:
    """The name that an amount belongs to; None if that is no price."""
    before = [name for name in names if name.end() <= amount.start]
    if before and before[-1].lastgroup != "other":
        name = before[-1]
        last = owned.get(name.start(), [])
        between = sentence[last[-1].end if last else name.end() : amount.start]
        if name.lastgroup == "strict" or (len(between) <= _NEAR and not re.search("[，,]", between)):
            return name
    for name in names:
        if name.start() >= amount.end and name.lastgroup != "other":
            between = re.sub(r"\d,(?=\d)", "", sentence[amount.end : name.start()])
            return name if between.endswith("的") and not re.search("[，,]", between) else None
    return None
