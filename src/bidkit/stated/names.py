"""what a price is called: the total in a row, under a title or in a sentence, and what only looks like it."""

from __future__ import annotations

import re

_PRICE = re.compile(
    r"投标总价|报价总价|报价总额|投标报价|投标价格|报价金额|总报价|报价合计|基本期[合小]计"
    r"|\b(total (bid |offer )?price|(bid|offer) price|base total)\b",
    re.I,
)
_SUM = re.compile(
    r"合计|总计|总价|可选期小计|\b(grand total|total amount|base period|contract price|total)\b"
    r"|^options(, tax included)?$",
    re.I,
)
_OPTIONS = re.compile(r"可选期|选择期|评审总价|评标总价|\b(options?|evaluated)\b", re.I)
_EVALUATED = re.compile(
    r"评审总价|评标总价|含可选期|含选择期|\bevaluated\b|with options|base and options|base period and options", re.I
)
_OTHER = re.compile(
    r"不含税|税前|税额|小计|单价|限价|预算|^\s*total,"
    r"|\b(net of|before tax|excluding|tax|sub-?total|ceiling|unit price)\b",
    re.I,
)
"""What else a row with such a name may be of: a part, a limit, an amount before tax."""
_REMARK = re.compile(r"(?<=价)[（(](?!不含税|税前|未税|excl|before|net)[^（()）]*[)）]", re.I)
"""What a price is not by its name; that tax is left out is said by it."""
_WITH_TAX = re.compile(r"含税(?<!不含税)|,? tax included|(基本|可选)期小计", re.I)
_IN_WORDS = re.compile(r"[（(]?(人民币)?[（(]?大写[)）]?[:：]?|(amount )?in words(, base period)?:?", re.I)
_NET = re.compile(r"不含税(合计|小计|总价)|税前合计|total before tax|net total", re.I)
_TAX = re.compile(r"(其中[:：]|of which )?(税额(合计)?|增值税|tax|vat)", re.I)


def is_price(label: str) -> bool:
    """Whether a title names the price of a bid, and not just any sum."""
    return bool(_PRICE.search(label) or re.match("报价", label)) and not _is_other(label)


def is_total(label: str) -> bool:
    """Whether a row is that of a price of the whole: neither of a part nor before tax."""
    names = (_PRICE, _SUM, _EVALUATED)
    return any(name.search(label) for name in names) and not _is_other(label)


def begins_total(label: str) -> bool:
    """Whether a row of a breakdown begins with what a total is called."""
    return bool(_PRICE.match(label) or _SUM.match(label))


def is_net(label: str) -> bool:
    """Whether a row is that of the total before tax."""
    return _NET.search(label) is not None


def is_tax(label: str) -> bool:
    """Whether a row is that of the tax on a total."""
    return _TAX.fullmatch(label) is not None


def is_words(label: str) -> bool:
    """Whether a row is that of the words for the total before it."""
    return _IN_WORDS.fullmatch(label) is not None


def asks_words(label: str) -> bool:
    """Whether what stands beside a name must be an amount in words."""
    return re.search("大写|in words", label, re.I) is not None


def names_options(label: str) -> bool:
    """Whether a total is of option periods, or has them in it."""
    return _OPTIONS.search(label) is not None


def is_evaluated(label: str) -> bool:
    """Whether a total has the option periods in it."""
    return bool(_EVALUATED.search(label)) or label.split("（")[0] == "总价"


def _is_other(label: str) -> bool:
    return _OTHER.search(_REMARK.sub("", _WITH_TAX.sub("", label))) is not None
