"""lists and tables that a text announces with a number, against as many items or rows as follow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bidkit.amounts import UP_TO_TWELVE
from bidkit.bid import Bid
from bidkit.days import read_numeral
from bidkit.told import Told
from bidkit.written import Line, narrow

_EN = {word: number for word, number in UP_TO_TWELVE.items() if number > 1}
_NUMBER = rf"(?P<n>\d{{1,3}}|[一二两三四五六七八九十]{{1,3}}|\b(?:{'|'.join(_EN)})\b)"
_UNIT = "(?:个|项|类|条|种|点|步|层|级|套|大|方面|部分|阶段|环节|步骤)"
_THINGS = (
    r"(?:needs|steps|chains|parts|reasons|points|measures|principles|phases|stages|areas|exercises|meetings|groups|cent(?:er|re)s"
    r"|purposes|ways|services|products|items|risks|goals|questions|rules|conditions|tasks|assumptions|classes|levels|kinds"
    r"|types|roles|layers|teams|documents|papers|deliverables|benefits|commitments|dependencies|elements|components"
    r"|modules|sections|chapters|options|tests|checks|courses|reports|zones|sources|systems)\b"
)
_HEAD = r"(?:方面的|部分的|可|主要的?|重点|不同的|独立的|关键|核心)"
_ANNOUNCED = (
    re.compile(rf"{_NUMBER}\s?{_UNIT}(?:{_HEAD}[^，,。；;：:\d]{{0,16}}|[^，,。；;：:\d的]{{0,12}})[:：]$"),
    re.compile(rf"(?<!at )(?<!in )(?<!for )(?<!from )(?<!with ){_NUMBER} (?:[a-z-]+ ){{0,2}}{_THINGS}:$", re.I),
    re.compile(
        r"^(?:We \w+ |There are |The following |These |Our |All |It has |The [\w-]+ has )?"
        rf"{_NUMBER} (?:[a-z-]+ ){{0,2}}{_THINGS}[^:]*[:.]$",
        re.I,
    ),
)
"""What announces a list: a number right before its colon, or at the beginning of its sentence."""
_BELOW = (
    re.compile(rf"(?:下表|以下|如下)(?:所列|列出|所示|中|列明|为)?的?\s?{_NUMBER}\s?{_UNIT}"),
    re.compile(rf"\b(?:the following|these) {_NUMBER} (?:[a-z-]+ ){{0,2}}[a-z]+s\b", re.I),
    re.compile(rf"\bthe {_NUMBER} (?:[a-z-]+ ){{0,2}}[a-z]+s (?:listed |shown )?below\b", re.I),
)
"""What announces whatever follows, list or table."""
_STEPS = re.compile(rf"\b(?:in|passes|takes) {_NUMBER} (?:steps|stages)\b", re.I)
_ABOUT_THEM = re.compile(
    r"[^，,。；;：:]*[^\s\d](?:分工|职责|安排|做法|措施|步骤|办法|要求|流程|优势|内容|特点|作用|任务|关系|情况|方式|标准|条件|计划)"
    r"(?:分别)?(?:如下|包括|为|有|是)?[:：]$"
)
_DONE_WITH = re.compile(r"\b(?:are|were|is|was) \w+ed\b[^:]*:$", re.I)
"""What is listed is something about what is counted: 两个中心分工如下, "two centers are tested as follows"."""
_CAPTION = re.compile(r"^(?:表|Table)\s*[:：]\s*(?P<said>.+)$")
_CAPTIONED = (
    re.compile(rf"{_NUMBER}\s?{_UNIT}(?![^的与及和、]{{0,10}}的)"),
    re.compile(rf"{_NUMBER} (?:[a-z-]+ ){{0,2}}{_THINGS}", re.I),
)
_ITEM = re.compile(r"(?:[-*+]|\d{1,2}[.)、])\s+\S")
_TOTAL = re.compile(r"\**(?:合计|总计|小计|共计|total|sum)", re.I)
_FAR = 20
"""So many lines behind a list it may go on."""
_SENTENCE = re.compile(r"(?<=[。！？])|(?<=[.!?])(?<!Rev\.)(?<!No\.)(?<!Inc\.) ")
_REFERS = re.compile(r"(?:Each|They|These|All of them)\b|各有?|均")
_LISTED = re.compile(rf"{_NUMBER} (?P<noun>[a-z]{{5,}}s) are listed\b", re.I)


@dataclass(frozen=True)
class Block:
    """A list or a table of a text: the number of its first line, how many it has, and which other numbers fit, too."""

    first: int
    count: int
    others: frozenset[int]


def find_listed(bid: Bid) -> Iterator[Told]:
    """An announcement with another number than there are items or rows."""
    lines = bid.texts
    captions = dict[str, int]()
    for block in _find_blocks(lines):
        fits = {block.count, *block.others}
        for number, is_caption in _find_announcers(lines, block.first):
            line, at = lines[number]
            caption = _CAPTION.match(line.strip())
            if caption:
                captions[caption["said"].lower()] = block.count
            for found, start in _find_counts(line, is_caption=bool(is_caption)):
                if _read(found["n"]) > 1 and not fits & _list_numbers(found.string):
                    yield narrow(at, start, start + len(found[0])), "listed", found[0], str(block.count)
    for number in lines.find_lines("are listed") if captions else ():
        line, at = lines[number]
        for found in _LISTED.finditer(line):
            named = [count for said, count in captions.items() if re.match(rf"{found['noun']}\b", said, re.I)]
            if named and _read(found["n"]) not in named:
                yield narrow(at, *found.span()), "listed", found[0], ", ".join(map(str, named))


def _find_blocks(lines: tuple[Line, ...]) -> Iterator[Block]:
    number = 0
    while number < len(lines):
        line = lines[number][0]
        if line[:1] == "|":
            end = number
            while end < len(lines) and lines[end][0][:1] == "|":
                end += 1
            yield from _read_table(lines, number, end)
        elif line[:1] in "-*+0123456789" and _ITEM.match(line):
            end, count = number, 0
            while end < len(lines) and _goes_on(lines, end):
                count += bool(_ITEM.match(lines[end][0]))
                end += 1
            if count > 1 and not _is_interrupted(lines, end, count):
                yield Block(number, count, frozenset())
        else:
            end = number + 1
        number = end


def _goes_on(lines: tuple[Line, ...], number: int) -> bool:
    """Whether a line is of a list: an item, something below one, or a blank line before one of these."""
    line = lines[number][0]
    if line.strip():
        return _ITEM.match(line) is not None or line[:1] in " \t"
    return number + 1 < len(lines) and bool(lines[number + 1][0].strip()) and _goes_on(lines, number + 1)


def _is_interrupted(lines: tuple[Line, ...], end: int, count: int) -> bool:
    """Whether a numbered list goes on behind a paragraph."""
    for line, _ in lines[end : end + _FAR]:
        if line.startswith("#") or re.match(r"1[.)、]\s", line):
            return False
        if re.match(rf"{count + 1}[.)、]\s", line):
            return True
    return False


def _read_table(lines: tuple[Line, ...], first: int, end: int) -> Iterator[Block]:
    """A table with its titles: its rows but for totals; what its columns tell apart fits, and how many these are."""
    rows = [[cell.strip() for cell in lines[number][0].strip().strip("|").split("|")] for number in range(first, end)]
    if len(rows) < 3 or not re.fullmatch(r"[-:| ]+", lines[first + 1][0].strip()):
        return
    told = [row for row in rows[2:] if not _TOTAL.match(row[0])]
    width = len(rows[0])
    distinct = {len({row[column] for row in told if column < len(row)}) for column in range(width)}
    yield Block(first, len(told), frozenset({*distinct, width, width - 1}))


def _find_announcers(lines: tuple[Line, ...], first: int) -> Iterator[tuple[int, bool]]:
    """The line before a block, and the one before its caption; whether it is the caption."""
    number, seen = first - 1, 0
    while number >= max(0, first - 5) and seen < 2:
        line = lines[number][0].strip()
        if line:
            seen += 1
            is_caption = _CAPTION.match(line) is not None
            yield number, is_caption
            if not is_caption:
                return
        number -= 1


def _find_counts(line: str, *, is_caption: bool) -> Iterator[tuple[re.Match[str], int]]:
    """The counts that announce something, each found in its sentence, and where it stands in the line."""
    if is_caption:
        caption = _CAPTION.match(line.strip())
        found = (
            next((each for each in (p.search(caption["said"]) for p in _CAPTIONED) if each), None) if caption else None
        )
        if caption and found:
            yield found, line.find(caption["said"]) + found.start()
        return
    sentences = [part for part in _SENTENCE.split(line) if part.strip()]
    last = sentences[-1].strip() if sentences else ""
    told = [last, *([sentences[-2].strip()] if len(sentences) > 1 and _REFERS.match(last) else [])]
    for sentence in told:
        patterns = (*_ANNOUNCED, *_BELOW, _STEPS) if line.rstrip()[-1:] in ":：" else (*_BELOW, _STEPS)
        found = next((each for each in (pattern.search(sentence) for pattern in patterns) if each), None)
        if found and not _is_about(found):
            yield found, line.find(sentence) + found.start()
            return


def _is_about(found: re.Match[str]) -> bool:
    """Whether a list is of something about what is counted."""
    if found.re in _BELOW or re.search(r"\bfollowing\b", found[0], re.I):
        return False
    behind = re.split(_UNIT, found.string[found.end("n") :], maxsplit=1)[-1]
    return bool(_ABOUT_THEM.match(behind) or _DONE_WITH.search(found[0]))


def _list_numbers(text: str) -> set[int]:
    return {_read(found["n"]) for found in re.finditer(_NUMBER, text, re.I)}


def _read(number: str) -> int:
    return int(number) if number.isdigit() else _EN.get(number.lower()) or read_numeral(number)
