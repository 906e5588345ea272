"""responses that say nothing of their own: empty words, copies of the requirement, one answer to two clauses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from bidkit.amounts import find_amounts, to_plain

_SHORT, _LONG, _PREFACE = 12, 20, 16
_ALIKE, _ANOTHER = 0.95, 0.6
"""Characters of a text too short to be a copy of, of one that is said once, of words around a copy; likenesses."""
_NOTHING = re.compile(r"[\W_]*")
_EMPTY = re.compile(
    r"(?:[我本](?:方|司|们|公司|单位)|投标人|供应商|承诺|保证|能够?|可以?|将|均|已|完全|全部|逐条|严格|按照?)*"
    r"(?:满足|响应|符合|遵守|执行|达到|无偏离)"
    r"(?:[并和且的]|满足|响应|符合|无偏离|招标|采购|磋商|谈判|文件|对?本条|该条|上述|此项|各项|所有|全部|要求|条款|规定"
    r"|内容|技术|商务|参数|需求)*"
    r"|(?:(?:we|the|offeror|bidder|contractor|vendor|supplier|will|shall|do|does|can|hereby|fully|and|agrees?|to)\s)*"
    r"(?:comply|complies|compliant|confirms?|confirmed|acknowledged|understood|meets?|noted|yes|ok)"
    r"(?:\s(?:with|this|the|all|of|in|full|fully|requirements?|clause|specifications?|terms|above|rfp))*",
    re.I,
)
_POINTS = re.compile(
    r"(?:详?见|参见|请见|另见|see)\s?(?:the )?(?:附[件表]|附录|后附|技术方案|方案|attach(?:ed|ment)|appendix|annex)"
    r"[\w\s]{0,6}",
    re.I,
)
_DUTY = re.compile(r"\b(?:shall|will|must|be|is|are)\b|应当?|必?须", re.I)


def is_nothing(response: str) -> bool:
    """Whether a response has no letter and no digit: `-`, `/`."""
    return bool(_NOTHING.fullmatch(response))


def is_pointer(response: str) -> bool:
    """Whether a response only points elsewhere: 见附件."""
    return bool(_POINTS.fullmatch(_trim(response)))


def is_empty(requirement: str, response: str) -> bool:
    """Whether a response only says that it complies, where the requirement sets a number."""
    said = re.sub(r"[，,。；;：:、！!.\s]+", " ", response).strip()
    is_hollow = bool(_EMPTY.fullmatch(said) or _EMPTY.fullmatch(said.replace(" ", "")))
    return is_hollow and any(find_amounts(to_plain(requirement)))


def is_copy(requirement: str, response: str) -> bool:
    """Whether a response says the requirement again, but for a preface and words of duty, and no figure of its own."""
    one, two = (re.sub(r"[\W_]", "", _DUTY.sub("", text)) for text in (requirement, response))
    if len(one) < _SHORT or response == "" or set(re.findall(r"\d", two)) - set(re.findall(r"\d", one)):
        return False
    is_within = one in two and len(two) - len(one) <= _PREFACE
    return is_within or SequenceMatcher(None, one, two, autojunk=False).ratio() > _ALIKE


def find_repeated(answers: Iterable[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    """Of requirements with their responses, which is word for word the response to quite another requirement."""
    said = dict[str, tuple[int, str]]()
    for number, (requirement, response) in enumerate(answers):
        other, asked = said.setdefault(_trim(response), (number, requirement))
        is_long = asked != requirement and len(_trim(response)) >= _LONG
        if is_long and SequenceMatcher(None, asked, requirement, autojunk=False).ratio() < _ANOTHER:
            yield number, other


def _trim(text: str) -> str:
    return text.strip().strip("。.；;（）()[]【】")
