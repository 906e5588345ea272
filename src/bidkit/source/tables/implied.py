"""what a title says of the cells below it beside its field: their unit, their currency, that they are per cent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bidkit.source.tables.grid import Cell, Row
from bidkit.source.tables.numbers import MONEY, SIGNS, parse_decimal

_NOTED = re.compile(
    r"(?P<base>[^()%]+?)_?(\((?P<note>[^()]{1,20})\)|(?P<sign>%)|/(?P<yuan>元)|_(in_)?(?P<code>[a-z]{3}))"
)
_COUNTED = {
    *"台套个只件块片根条支张份部辆架组对双把座间栋批项次人天日月年箱包袋瓶桶盒卷盘点节",
    *("小时", "人月", "人天", "人日", "节点", "用户", "端口", "许可", "pc", "pcs", "ea", "each"),
    *("set", "unit", "piece", "item", "lot", "license", "licence", "user", "hour", "day", "month", "year"),
    *("sets", "units", "pieces", "items", "lots", "licenses", "licences", "users", "hours", "days", "months", "years"),
}
"""Units of which things are counted; those that are measured might be the thousandth of what another column says."""
_SAID = {
    *("元", "人民币元", "含税", "含税价", "含增值税"),
    *("incl_vat", "incl._vat", "vat_incl.", "vat_included", "incl._tax", "incl_tax"),
}
_ASIDE = {"必填", "选填", "可选", "如有", "如适用", "全称", "optional", "required", "if_any", "if_applicable"}
_PLAIN = frozenset(("name", "spec", "brand", "model", "manufacturer", "origin", "remark"))


@dataclass(frozen=True)
class Note:
    """The field of a title, and what it says beside."""

    field: str
    unit: str = ""
    currency: str = ""
    is_percent: bool = False


def read_note(title: str, find: Callable[[str], str | None]) -> Note | None:
    """What `quantity(set)`, `unit_price(usd)`, `vat_%` say; None of a title whose brackets say anything else.

    Args:
        title: normalized.
        find: the field of a title without brackets.
    """
    found = _NOTED.fullmatch(title)
    field = find(found["base"]) if found else None
    if found is None or field is None:
        return None
    said = next(text for text in (found["note"], found["sign"], found["yuan"], found["code"]) if text)
    if field == "quantity" and said in _COUNTED:
        return Note(field, unit=said)
    if field == "tax_rate" and said == "%":
        return Note(field, is_percent=True)
    if field in MONEY:
        return _read_money(field, said)
    return Note(field) if field in _PLAIN and said in _ASIDE else None


def _read_money(field: str, said: str) -> Note | None:
    """`元`, `usd`, `元,含税`, `元/台`: whole units of one currency, for one piece."""
    words, _, unit = said.partition("/")
    currencies = set()
    for word in re.split(r"[,;、]_?", words):
        if word not in _SAID and word not in SIGNS:
            return None
        currencies |= {"CNY" if word == "元" else SIGNS[word]} if word in SIGNS else set()
    is_piece = not unit or (unit in _COUNTED and field != "amount")
    told = "" if "元" in words and currencies == {"CNY"} else "".join(currencies)  # yuan alone is the quote's own
    return Note(field, currency=told) if is_piece and len(currencies) < 2 else None


def is_unit_row(row: Row) -> bool:
    """Whether a row below the titles only says in what they count: `(元)`, `（台）`, `%`."""
    words = [re.sub(r"[()（）\s]", "", text).lower() for text in row.texts]
    known = _COUNTED | SIGNS.keys() | _SAID | {"%", "％", "万元", "千元", "百万元"}
    return all(word in known for word in words) and any(re.match("[(（]", text) for text in row.texts)


def are_percent(cells: Iterable[Cell]) -> bool:
    """Whether rates without a sign can only be per cent: one is 2 or more (1.13 may be a factor), none a share of 1."""
    numbers = [number for cell in cells if (number := parse_decimal(cell.text)) is not None]
    return any(number >= 2 for number in numbers) and not any(0 < number < 1 for number in numbers)
