"""what stands around a price list and changes what its prices mean: their unit, their currency, notes that add or take.

Only columns are read as prices. What a title line, a note, a name of a sheet, a print header or a paragraph says of all
prices is applied where it is a currency, and else told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from bidkit.diagnostic import Diagnostic, Severity, Span, Term
from bidkit.source.tables.grid import Cell, Row
from bidkit.words import CURRENCY_WORDS

_NAMES = {
    **{code.lower(): code for code in CURRENCY_WORDS["en"]},
    **{word.lower(): code for code, word in CURRENCY_WORDS["en"].items()},
    **{word: code for code, word in CURRENCY_WORDS["zh"].items()},
    **{
        "rmb": "CNY",
        "renminbi": "CNY",
        "us dollar": "USD",
        "u.s. dollars": "USD",
        "us$": "USD",
        "美金": "USD",
        "euro": "EUR",
        "港元": "HKD",
    },
    **{"hk$": "HKD", "澳元": "AUD", "纽元": "NZD", "加元": "CAD", "瑞郎": "CHF", "日圆": "JPY"},
}
_OF_OTHERS = re.compile("保函|保证金?|注册|资本|汇率|bond|guarantee|capital")
_NEAR = 12
"""What stands so near before a currency that it is not that of the prices."""
_SHORT = {*map(str.lower, CURRENCY_WORDS["en"]), "rmb"}
"""What in a name is a currency; `Euro 6 engines` are none."""
_NAME = "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True))
_NAME = rf"(?<![a-z])({_NAME})(?![a-z])"
_CURRENCY = re.compile(
    rf"(?:币种|货币|单位|currency)(?:单位|种类)?\s*(?:unit)?\s*[:为是(]*\s*{_NAME}"
    rf"|(?:prices?|amounts?|figures|rates?|quoted|expressed|denominated)\b[^.;]{{0,30}}\bin\s+{_NAME}"
    rf"|[以按用]{_NAME}(?:元)?(?:为单位|[计报标]价|结算|计算|计)"
    rf"|(?:价格?|金额)[^。;:]{{0,4}}[为是以:]\s*{_NAME}"
    rf"|[(\[]\s*(?:in\s+)?{_NAME}\s*(?:元)?[)\]]"
    rf"|^\W*{_NAME}\W*$"
)
_TOKEN = re.compile(_NAME)
_THOUSANDS = "(?:百万|千万|万|千|亿)"
_SCALE = re.compile(
    rf"(?:单位|币种|货币|计价|金额|价格?)(?:单位)?(?:均|都|一律)?(?:为|是|以|按|用|:|\()*(?:人民币|rmb|cny)?\(?{_THOUSANDS}[美欧港日]?元(?!以[上下内])"
    rf"|单位:{_THOUSANDS}\W*$|{_THOUSANDS}元为单位|以{_THOUSANDS}元计|[(\[](?:人民币)?{_THOUSANDS}[美欧港日]?元[)\]]"
)
_MONIES = r"(?:(?:us|usd|euros?|eur|rmb|cny|yuan|dollars)\b|us\$)"
_SCALE_EN = re.compile(
    rf"\bin (?:(?:usd|eur|rmb|cny|us\$|\$|€) ?)?'?(?:thousands?|millions?|000s?)\b(?! of (?!{_MONIES}))|['’]000(?!\d)"
    r"|\b(?:usd|eur|rmb|cny|dollars|yuan) ?(?:thousands?|millions?)\b"
    rf"|\b(?:thousands?|millions?) of {_MONIES}|\bk ?(?:usd|eur|rmb|cny)\b|\b(?:usd|eur|rmb|cny) ?k\b|\bk[€$]"
    r"|\bunits?\s*[:=]\s*(?:usd|eur|rmb|cny|yuan) ?(?:1[0,]*000|ten thousand)\b"
)
"""Amounts in thousands or more, said of all of them; in Chinese blanks are left out."""
_SCALE_NAME = re.compile(rf"(?<![\d一二三四五六七八九十百千万几]){_THOUSANDS}元(?!以[上下内])")
_FIGURE = re.compile(
    r"\d\s*(?:%|‰|per ?cent|折|万?元|美元|欧元|(?:usd|eur|rmb|cny)\b)|(?:[¥$€£]|usd|eur|rmb|cny)\s*\d"
    r"|[一二三四五六七八九]折|百分之"
)
_LESS = re.compile(
    r"优惠|折扣|[\d一二三四五六七八九]折|下浮|让利|减免|降价|discount|rebate|\boff\b|\bless\s+[\d$]|\breduction\b"
)
_MORE = re.compile(
    r"另收|另计|另加|另付|另算|另行(?:收|计|报|支付)|加收|加价|上浮|附加费|额外(?:收|支付|费用)"
    r"|surcharge|\bplus\b|\bextra\b|additional(?:ly)? charge|charged separately"
)
_WITHOUT = re.compile(
    r"[不未](?:含|包括|包含|计)(?!任何|附加条件)|未税|税前|税外|exclud|exclusive|\bexcl\b|not includ|before tax|net of"
)
_NOT = re.compile(
    r"(?:[不无未免]|不再|无需|不得|不会)再?(?:另行?|加|额外|上浮|优惠|折扣)[收计加付算取价]*"
    r"|\b(?:no|without|any) (?:further )?(?:extra|additional|discount|surcharge)\w*"
)
"""What says that nothing is added or taken."""
_IF = re.compile(r"若|如果?[^下上]|满|超过|以上.{0,6}[台套件]|\bif\b|\bwhen\b|\bover\b|付款|支付|payment|paid")
"""What makes a discount that of a case."""
_SHORT_LINE = 30
_PRICES = re.compile(
    r"价|费|税|金额|合计|price|rate|amount|\bvat\b|\btax|freight|cost|quot|total|shipping|deliver", re.I
)
_TAX = re.compile(r"税|\bvat\b|\bgst\b|\btax")
_OTHER = re.compile(
    r"含税|税率|增值税|%\s*的?税|注册|资本|付款|支付|预付|尾款|进度款|定金|质保金|保证金|履约|违约|payment|deposit|retention|advance|inclu|\bvat\b|\btax"
)
"""What a figure in a note may be of that changes no price."""
NOTE = re.compile(r"\W*(?:注|备注|说明|附注|填表说明|note|notes|remark|remarks|n\.?b\.?)\s*\d*\s*[:、.]|[*※]", re.I)
"""How a note begins."""


def find_currency(texts: Iterable[Cell]) -> tuple[str, Cell | None, list[Diagnostic]]:
    """The currency that is said of all prices, and where; empty if none is. Diagnostics: DL48 (two of them)."""
    found = [(code, cell) for cell in texts for code in _read_currencies(cell)]
    if not found:
        return "", None, []
    code, first = found[0]
    other = next((cell for own, cell in found if own != code), None)
    problems = [] if other is None else [_tell(other, "two_currencies")]
    return code, first, problems


def _read_currencies(cell: Cell) -> Iterator[str]:
    text, is_name = _fold(cell.text), _is_name(cell)
    for found in (_TOKEN if is_name else _CURRENCY).finditer(text):
        said = next(group for group in found.groups() if group)
        if said == "cad" and (is_name or found[0].startswith("(")):
            continue  # a program for drawings as often as dollars
        if _OF_OTHERS.search(text, max(0, found.start() - _NEAR), found.start()):
            continue
        if not is_name or said in _SHORT or not said.isascii():
            yield _NAMES[said]


def _is_name(cell: Cell) -> bool:
    """Whether a text is the name of a file or a sheet, or is printed on each page of one."""
    return [kind for kind, _ in cell.at.place] in ([], ["sheet"]) and not cell.at.line


def find_scales(texts: Iterable[Cell]) -> Iterator[Diagnostic]:
    """What says that amounts are in thousands or more. Diagnostics: DL48."""
    told: set[Span] = set()
    for cell in texts:
        if says_scale(cell.text) or (_is_name(cell) and _SCALE_NAME.search(_fold(cell.text))):
            if cell.at not in told:
                yield _tell(cell, "scaled_amounts")
            told.add(cell.at)


def pair(rows: Iterable[Row]) -> Iterator[Cell]:
    """Each two texts that stand beside each other, as one may be the name of the other: `单位` and `万元`."""
    for row in rows:
        for (_, one), (_, other) in pairwise(row.filled):
            yield Cell(f"{one.text}:{other.text}", other.at)


def speaks_of_all(cell: Cell) -> bool:
    """Whether a text says of all prices in which unit or currency they are."""
    return says_scale(cell.text) or next(_read_currencies(cell), None) is not None


def says_scale(text: str) -> bool:
    """Whether a text says of amounts that they are in thousands or more."""
    plain = _fold(text)
    return _SCALE.search("".join(plain.split())) is not None or _SCALE_EN.search(plain) is not None


def find_changes(texts: Iterable[Cell], *, are_notes: bool) -> Iterator[Diagnostic]:
    """What makes the prices others than the columns say. Diagnostics: DL48, a warning where it may be right as it is.

    Args:
        are_notes: of a note any figure is told whose meaning is not known.
    """
    for cell in texts:
        text = _fold(cell.text)
        if not (are_notes or len(text) <= _SHORT_LINE or _PRICES.search(text)):
            continue
        text = _NOT.sub("", text)
        has_figure = _FIGURE.search(text) is not None
        less, more, without = (pattern.search(text) for pattern in (_LESS, _MORE, _WITHOUT))
        if has_figure and (less or (more and not _TAX.search(text))) and not _IF.search(text):
            yield _tell(cell, "changes_prices")
        elif (
            without
            or more
            or (has_figure and less)
            or (are_notes and (less or (has_figure and not _OTHER.search(text))))
        ):
            yield _tell(cell, "may_change_prices", Severity.WARNING)


def _tell(cell: Cell, reason: str, severity: Severity = Severity.ERROR) -> Diagnostic:
    text = cell.text if len(cell.text) <= 60 else f"{cell.text[:60]}…"
    return Diagnostic("DL48", cell.at, {"value": text, "reason": Term(reason)}, severity)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
