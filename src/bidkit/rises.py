"""by how much prices rise from year to year: what texts say of it, against the escalation of the quote's lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bidkit.amounts import to_plain
from bidkit.bid import Bid
from bidkit.days import read_numeral
from bidkit.told import Told
from bidkit.written import Sought, find_said

_N = r"(?P<n>\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten)\s?"
_PERCENT = rf"(?:{_N}(?:[%％]|percent\b|per ?cent\b|个?百分点)|百分之(?P<words>[一二三四五六七八九十]{{1,3}}))"
_PRICES = (
    r"\b(?:(?:our|contract|unit|fixed|option|base) prices|prices|(?:labou?r|hourly|daily|day|unit|our|contract|year \d)"
    r" rates|(?:these|the) rates|(?:our|service|annual|maintenance|licen[cs]e) (?:fees?|charges?))\b"
)
_A_YEAR = r"\b(?:a|per|each|every) (?:contract )?year|\bannual|\byearly|per annum|year[- ]on[- ]year"
_CHARGES = "(?:单价|价格|报价|总价|合价|费率|合同价|服务费|人工费|运维费|维护费|维保费|费用)"
_EACH_YEAR = "(?:每一?年|按年|逐年|年均|年度|自第[二2]年起|年)"
_UP = "(?:上浮|递增|上调|上涨|增长|涨幅|涨价|调增|提高|增加|递减|下浮|下调)"
_RISES: tuple[Sought[str], ...] = (
    Sought(
        "",
        "above|higher",
        rf"{_PRICES}[^.;%]{{0,40}}?{_PERCENT} (?:above|higher than) (?:those|the (?:labou?r )?rates|the prices) of\b",
    ),
    Sought("", "年", rf"{_CHARGES}[^。；;]{{0,24}}?(?:年均?涨幅|年递增率?|每年按)[^。；;，,\d]{{0,4}}{_PERCENT}"),
    Sought("", "escalat", rf"\bescalat\w*\b(?!\s(?:point|list|clock|path))[^.;%]{{0,24}}?{_PERCENT}"),
    Sought("", "escalation", rf"{_PERCENT}[^.;,%]{{0,24}}?\bescalation\b"),
    Sought(
        "",
        "rise|increase|grow|go up|adjusted",
        rf"{_PRICES}[^.;,%]{{0,24}}?\b(?:rise|increase|grow|go up|(?:are )?adjusted)[^.;,%]{{0,12}}?{_PERCENT}",
    ),
    Sought(
        "",
        "annual|yearly|per annum",
        rf"\b(?:annual|yearly) (?:price |rate )?(?:increase|rise|uplift|adjustment)s? of {_PERCENT}",
    ),
    Sought("factor", "power", r"\btimes (?P<n>1\.\d+)(?: raised)? to the power"),
    Sought(
        "",
        "价|费",
        rf"{_CHARGES}[^。；;，,]{{0,10}}?{_EACH_YEAR}[^。；;，,\d]{{0,6}}?{_UP}[^。；;，,\d]{{0,4}}{_PERCENT}",
    ),
)
"""What says by how many percent prices rise, or by which factor."""
_OF_OTHERS = re.compile(
    r"现状|现[有行]|目前|既有|原[有来]|市场|同类|行业|物价|指数|招标文件|采购人|要求|允许|不超过|不高于"
    r"|质保期?[满后外]|期满|届满|过保|续[签费保]|维修费"
    r"|\bRFPs?\b|allow|permit|not more than|no more than|up to|exceed|ceiling|\bcap|market|index|inflation|consumer"
    r"|fuel|energy|region|incumbent|present|today|current|renewal|after the (?:base|warranty|contract)|discount",
    re.I,
)
"""What makes a sentence tell of other prices than those of the offer, of a limit, or of what comes after it."""


def find_rises(bid: Bid) -> Iterator[Told]:
    """A rise of prices that no line of the quote has; where no line has one, any."""
    rates = {line.escalation * 100 for line in bid.deal.quote.lines if line.escalation}
    seen = set[object]()
    for found, at, kind in find_said(bid.texts, _RISES):
        before = re.split(r"[。；;]|\.\s", found.string[: found.start()])[-1]
        sentence = before + found[0] + re.split(r"[。；;]|\.\s", found.string[found.end() :])[0]
        said = _read(found, is_factor=kind == "factor")
        is_yearly = kind == "factor" or re.search(rf"{_A_YEAR}|年|labou?r|price|rates?\b", sentence, re.I)
        if said and said not in rates and is_yearly and at not in seen and not _OF_OTHERS.search(before + found[0]):
            seen.add(at)
            yield at, "escalation", found[0], ", ".join(f"{rate.normalize():f}%" for rate in sorted(rates)) or "0%"


def _read(found: re.Match[str], *, is_factor: bool) -> Decimal:
    """How many percent are meant; a factor is a number in the power of years."""
    words = found.groupdict().get("words")
    value = Decimal(read_numeral(words)) if words else Decimal(to_plain(found["n"]))
    return (value - 1) * 100 if is_factor else value
