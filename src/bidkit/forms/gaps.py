"""the gaps in the text of a paragraph: lines, brackets, dates, boxes, pages, and what a colon leaves open.

A shape stands for the text, one character for one: `_` for whatever is drawn as a line (underscores, underlined blanks,
tabs with a leader), ` ` for every other blank, the character itself for all else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bidkit.forms.flow import BOX, TICKED
from bidkit.ooxml.measure import is_wide

SIGNS = re.compile(r"签字|签名|签章|盖章|盖单位章|公章|印章|\bseal\b|\bsign(ed|ature)?\b|\bstamp\b", re.I)
_BOXES = re.compile(r"[□☐◻☑☒■]|(?:(?<=[\s:：（(])|(?<![\s\S]))[○◯〇](?= ?[\u4e00-\u9fffA-Za-z])")
_DATE = re.compile(
    r"(?:(?<=(?<!\d)20)(?P<short>[_ ]{1,8})|(?<![\d_ ])(?P<y>[_ ]*)|(?<=\d{4}) ?)年(?P<m>[_ ]*)月(?P<d>[_ ]*)日|"
    r"(?<!_)(?P<Y>_{2,}) ?[-/.] ?(?P<M>_+) ?[-/.] ?(?P<D>_+)"
)
_PAGE = re.compile(r"第(?P<a>[（(]?)(?P<gap>[_ ]*)(?(a)[）)]?)页")
_LINE = re.compile(r"_+(?: _+)*")
_DOTS = re.compile(
    r"\.{5,}|·{5,}|…{3,}|(?<![A-Za-z0-9])[X×ｘＸ]{2,}(?![A-Za-z0-9])|(?<![A-Za-z0-9])[X×ｘＸ](?=[年月日号包份元])|"
    r"[*＊]{2,}|(?<![A-Za-z])_(?=$|[^A-Za-z_])|(?<=[A-Za-z])_(?=$|[^A-Za-z0-9_])"
)
_PROMPT = re.compile(
    r"[<＜][^<>＜＞]{1,60}[>＞]|【(?=[^【】]*[^\s_【】])[^【】]{1,60}】|\[(?=[^\[\]]*[A-Za-z\u4e00-\u9fff])[^\[\]]{3,300}\]|"
    r"[（(] *(?:请?填写|请填|填入|此处填)[^（）()]*[）)]"
)
_BRACKETS = re.compile(r"[（(【〔\[［](?P<gap>[_ ]*)[)）】〕\]］]|[“‘「『\"](?P<quoted>[_ ]{2,})[”’」』\"]")
_HINT = re.compile(r"[_ ]*[（(](?P<hint>[^（）()_¥￥]{1,40})[）)]")
_SPACED = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?: +[\u4e00-\u9fff]){1,3}(?= *[:：（(])")
_GLUE = "\u2060"
_SIGN_BEHIND = re.compile(r"[（(]([^（）()]*)[）)]$")
_COLON = re.compile(r"[:：](?:(?P<wide> {2,})|(?P<end> ?)(?=$|\n| ?[（(][^（）()]{1,30}[）)] *(?:$|\n)))")
_AMOUNT = re.compile(r"(?:[¥￥$€£]|(?:人民币|金额|大写|小写)(?:[（(][^（()）]{1,8}[）)])?)(?P<gap> {2,}(?=$|\n))")
_WIDE = re.compile(r"(?<=[^ \n_]) {2,}(?=[^ \n_□☑])(?![^ :：_]{1,12}[:：])")
_PERSON = re.compile("先生|女士|小姐|同志")
_NO_LABEL = re.compile(
    r"如下|以下|下列|下述|(?:附件|附|注|说明|格式|其中|备注|承诺|声明)$|\bfollow|\bbelow\b|\bnotes?$|\bnamely$", re.I
)
_BREAK = re.compile(r"[。；;，,、\n]|[_ ]{2,}|[!?]")
_NUMBERING = re.compile(
    r"^(?:[（(]?[0-9一二三四五六七八九十]{1,3}(?:\.\d+)*[)）、．.]|[0-9]{1,2}(?:\.[0-9]{1,2})*[ ．.]|[①-⑳]|[a-z]\))\s*"
)
_LONGEST_LABEL = 24


@dataclass(frozen=True)
class Gap:
    """A blank in a text.

    Args:
        kind: `text`, `date`, `choice`, `page`.
        spots: its stretches of characters; of a date those of year, month and day that are open, of a choice the boxes.
        names: of each spot `year`, `short` (a year of two digits), `month`, `day`, or what is ticked there.
        label: what stands before it, `hint` in brackets behind it, `after` in plain text behind it.
    """

    kind: str
    spots: tuple[tuple[int, int], ...]
    names: tuple[str, ...] = ()
    label: str = ""
    hint: str = ""
    after: str = ""


def find_gaps(text: str, shape: str, *, is_beside: bool = False) -> list[Gap]:
    """The gaps of a text in their order; each character belongs to one.

    Args:
        is_beside: the text is that of a header or footer, where pages are fields.
    """
    taken = [False] * (len(text) + 1)
    text, shape = (_glue(text, shape), _glue(shape, shape))
    found: list[Gap] = [*_find_choices(text, shape, taken), *_find_dates(shape, taken)]
    if not is_beside:
        found += _find_pages(shape, taken)
    for start, end in _find_texts(text, shape, taken):
        found.append(Gap("text", ((start, end),)))
    found.sort(key=lambda gap: gap.spots[0])
    ends = [0, *(gap.spots[-1][1] for gap in found)]
    return [_name(gap, before, text, shape) for gap, before in zip(found, ends, strict=False)]


def _glue(text: str, shape: str) -> str:
    """A text in which `地    址：` is one word."""
    for found in _SPACED.finditer(shape):
        word = re.sub(" ", _GLUE, shape[found.start() : found.end()])
        text = text[: found.start()] + word + text[found.end() :]
    return text


def _claim(taken: list[bool], start: int, end: int) -> bool:
    """Whether a stretch is free; it is then taken."""
    if any(taken[start : max(end, start + 1)]):
        return False
    taken[start:end] = [True] * (end - start)
    return True


def _find_choices(text: str, shape: str, taken: list[bool]) -> Iterator[Gap]:
    """The boxes of a paragraph, each with the text behind it up to the next one."""
    places = [found.start() for found in _BOXES.finditer(shape)]
    if not any(text[place] not in "☑☒■" for place in places):
        return
    names = []
    for place, following in zip(places, [*places[1:], len(text)], strict=True):
        _claim(taken, place, place + 1)
        names.append(re.split(r"[。；;，,\n]|[_ ]{2,}", text[place + 1 : following].strip())[0].strip())
    yield Gap("choice", tuple((place, place + 1) for place in places), tuple(names))


def _find_dates(shape: str, taken: list[bool]) -> Iterator[Gap]:
    for found in _DATE.finditer(shape):
        parts = (
            ("short", "short"),
            ("year", "y"),
            ("month", "m"),
            ("day", "d"),
            ("year", "Y"),
            ("month", "M"),
            ("day", "D"),
        )
        spans = [(name, *_trim(shape, found.span(key))) for name, key in parts if found[key] is not None]
        is_word = all(start == end for _, start, end in spans) and re.match(r" ?[:：）)]", shape[found.end() :])
        is_inside = found.start() and all(start == end for _, start, end in spans) and _is_letter(shape, found.start())
        if is_word or is_inside or not _claim(taken, *found.span()):
            continue
        yield Gap("date", tuple((start, end) for _, start, end in spans), tuple(name for name, *_ in spans))


def _is_letter(shape: str, place: int) -> bool:
    return "\u4e00" <= shape[place - 1] <= "\u9fff"


def _trim(shape: str, span: tuple[int, int]) -> tuple[int, int]:
    """Of an indent only the last characters are the place of a number."""
    start, end = span
    return (max(start, end - 6), end) if "_" not in shape[start:end] else span


def _find_pages(shape: str, taken: list[bool]) -> Iterator[Gap]:
    for found in _PAGE.finditer(shape):
        if _claim(taken, *found.span()):
            yield Gap("page", (found.span("gap"),))


def _find_texts(text: str, shape: str, taken: list[bool]) -> Iterator[tuple[int, int]]:
    for pattern in (_PROMPT, _LINE, _DOTS):
        for found in pattern.finditer(shape):
            if pattern is _LINE and len(found[0]) < 2 and text[found.start()] not in "\t\u3000":
                continue
            if _claim(taken, *found.span()):
                yield found.span()
    for found in _BRACKETS.finditer(shape):
        key = "gap" if found["gap"] is not None else "quoted"
        if _claim(taken, *found.span(key)):
            yield found.span(key)
    for found in _AMOUNT.finditer(shape):
        if _claim(taken, *found.span("gap")):
            yield found.span("gap")
    for found in _COLON.finditer(shape):
        key = "wide" if found["wide"] else "end"
        if (key == "wide" or _is_label(shape[: found.start()])) and _claim(taken, *found.span(key)):
            yield found.span(key)
    for found in _WIDE.finditer(shape):
        is_long = len(found[0]) >= 4 or width_of(text[slice(*found.span())]) >= 6
        is_hinted = len(found[0]) >= 3 and _HINT.match(shape, found.end()) is not None
        if (is_long or is_hinted or _PERSON.match(shape, found.end())) and _claim(taken, *found.span()):
            yield found.span()


def _is_label(before: str) -> bool:
    """Whether a text before a colon names what is to be filled in, and does not announce what follows."""
    own = _BREAK.split(before)[-1].strip()
    return 0 < len(own) <= _LONGEST_LABEL and not _NO_LABEL.search(own)


def _name(gap: Gap, before: int, text: str, shape: str) -> Gap:
    """A gap with what stands around it."""
    start, end = gap.spots[0][0], gap.spots[-1][1]
    lead = re.sub(r"^[_\s]*[（(][^（）()]*[）)]", "", text[min(before, start) : start])
    label = clean(_after_bracket(_BREAK.split(lead.rstrip(' \u3000:：（(【[〔“‘「『"'))[-1]))
    found = _HINT.match(shape, end)
    hint = found["hint"].strip() if found else ""
    if (own := _SIGN_BEHIND.search(label)) and SIGNS.search(own[1]):
        label, hint = clean(label[: own.start()]), hint or own[1]
    label = re.sub(r"\d{4}年?$|20$", "", label) if gap.kind == "date" else label
    if _PROMPT.fullmatch(shape[start:end]):
        label = label or text[start:end].strip("【】[]（）()<>＜＞ ")
    after = "" if gap.kind in ("date", "choice") else text[end:].lstrip("）)】〕] \u3000")
    return Gap(gap.kind, gap.spots, gap.names, label, hint, re.split(r"[\s，。；,;_]", after)[0][:8])


def _after_bracket(text: str) -> str:
    """What stands in a bracket that is still open, else the whole."""
    opened = max(text.rfind("（"), text.rfind("("))
    return text[opened + 1 :] if opened > max(text.rfind("）"), text.rfind(")")) else text


def clean(label: str) -> str:
    """A label without its numbering, its colon and the blanks in it."""
    label = label.replace(_GLUE, "")
    plain = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", label.strip().rstrip(":：").strip())
    return _NUMBERING.sub("", re.sub(r"\s+", " ", plain)).strip(" :：、，,")


def width_of(text: str) -> int:
    """How many half-width characters a text takes."""
    return sum(1 + is_wide(char) for char in text)


def is_box(char: str) -> bool:
    """Whether a character is a box that is not ticked."""
    return char in (BOX, "☐", "◻")


def shape_char(char: str, *, is_line: bool) -> str:
    """What stands for a character in a shape."""
    if char in "_＿﹍\u2002" or (is_line and (char.isspace() and char != "\n")):
        return "_"
    if char in ("☐", "◻"):
        return BOX
    if char == "☒":
        return TICKED
    return " " if char.isspace() and char != "\n" else char
