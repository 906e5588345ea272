"""addenda that texts name, date, list and count, and answers that must acknowledge each, against the tender's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bidkit.amounts import to_plain
from bidkit.bid import Bid
from bidkit.deal.tender import Addendum
from bidkit.told import DATE, Told, read_day, read_no
from bidkit.written import Sought, find_said

_KIND = "补遗|澄清|更正"
_NAMED = rf"(?:{_KIND})(?:文件|公告|通知|函)?"
_ADDENDUM = Sought(
    "",
    "补遗|澄清|更正|amendment|addendum",
    rf"{_NAMED}\s*第?\s*(?P<no>\d+|[一二三四五六七八九])\s*号"
    rf"|(?<![\d第A-Za-z-])(?P<before>\d)\s*号(?:{_KIND})"
    r"|\b(?:Amendment|Addendum) (?:No\.? ?)?(?P<en>\d+)\b",
)
_DATED = re.compile(rf"(?:[（(,，]|of|dated|issued|on|于|\s)*{DATE}")
_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九])"
_NUMBERS = re.compile(r"\d{1,2}|[一二三四五六七八九]")
_LIST = Sought(
    "",
    "补遗|澄清|更正|amendment|addend",
    rf"{_NAMED}\s*第?\s*(?P<no>{_NUMBER}(?:\s*号?\s*(?:、|，|和|及|与|至|到|~|～|-)\s*第?\s*{_NUMBER})+)\s*号"
    rf"|(?:补遗|更正|澄清)(?P<bare>{_NUMBER})(?=[、，,；;。和及与均已]|$)"
    r"|\b(?:Amendments|Addenda) (?:Nos?\.? ?)?(?P<en>\d{1,2}(?:(?:, and |, | and | through | to |–|-)\d{1,2})+)\b",
)
"""Several addenda in one breath."""
_SPAN = re.compile(
    r"^\D*(\d+|[一二三四五六七八九])\s*号?\s*(?:through|to|–|-|至|到|~|～)\s*第?\s*(\d+|[一二三四五六七八九])$"
)
_SOME = (
    r"(?P<n>both|one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}) "
    r"(?:amendments?|addend(?:a|um))\b(?! (?:of|to) (?!the RFP))"
)
_COUNTED = rf"(?P<n>{_NUMBER}|两)\s?(?:份|次|个|项)"
_COUNT = (
    Sought(
        "",
        "amendment|addend",
        rf"\b{_SOME}[^.;]{{0,24}}?\b(?:acknowledged|issued|received|worked in|incorporated|considered)",
    ),
    Sought("", "acknowledge|received|receipt", rf"\b(?:acknowledge|received|receipt of)\b[^.;]{{0,24}}?\b{_SOME}"),
    Sought("", "补遗|澄清|更正", rf"(?:共|全部|收到|发布|发出)[^。；;，,]{{0,8}}?{_COUNTED}{_NAMED}"),
    Sought("", "补遗|澄清|更正", rf"{_NAMED}\s?(?:共|总计|合计)\s?{_COUNTED}"),
    Sought("", "补遗|澄清|更正", rf"(?:{_KIND})(?:文件|公告|通知|函)\s?{_COUNTED}(?![一-鿿])"),
    Sought("", "补遗|澄清|更正", rf"{_COUNTED}{_NAMED}[^。；;，,]{{0,4}}均已"),
)
"""How many addenda there are."""
_NOT_YET = re.compile(r"如果?|若|倘|\bif\b|\bshould\b|\bproposed\b|\bcontract amendment|future", re.I)
_ALL_OF_THEM = re.compile(
    rf"acknowledg\w* (?:of |receipt of )*(?:each|every|all)\b[^.]{{0,16}}(?:amendment|addend)"
    rf"|(?:确认|响应|签收|落实)[^。；，]{{0,8}}(?:全部|所有|每份|各份)[^。；，]{{0,6}}(?:{_KIND})",
    re.I,
)
Known = Mapping[int | None, Addendum]


def find_amended(bid: Bid) -> Iterator[Told]:
    """Addenda that the tender does not have, or that were issued on another day; another number of them; an answer to
    the clause that asks for all of them which names some."""
    addenda = bid.deal.tender.addenda if bid.deal.tender else ()
    known = {read_no(item.no): item for item in addenda}
    if known and None not in known:
        yield from _find_named(bid, known)
        yield from _find_listed(bid, known)
        yield from _find_left_out(bid, known)
    yield from _find_counted(bid)


def _show(known: Known) -> str:
    return ", ".join(item.no for item in known.values())


def _find_named(bid: Bid, known: Known) -> Iterator[Told]:
    for found, at, _ in find_said(bid.texts, (_ADDENDUM,)):
        if _NOT_YET.search(_clause(found)):
            continue
        own = known.get(read_no(found[0]))
        if own is None:
            yield at, "addendum", found[0], _show(known)
            continue
        dated = _DATED.match(found.string, found.end())
        if dated and (day := read_day(dated)) and day != own.issued_on:
            yield at, "addendum", found[0] + dated[0], f"{own.no}: {own.issued_on}"


def _find_listed(bid: Bid, known: Known) -> Iterator[Told]:
    for found, at, _ in find_said(bid.texts, (_LIST,)):
        is_new = not {*_read_numbers(next(filter(None, found.groups()), ""))} <= {*known}
        if is_new and not _NOT_YET.search(_clause(found)):
            yield at, "addendum", found[0], _show(known)


def _read_numbers(text: str) -> list[int | None]:
    """The numbers of a list, or from one to another."""
    span = _SPAN.match(text)
    first, last = (read_no(f"{span[1]}号"), read_no(f"{span[2]}号")) if span else (None, None)
    if first and last:
        return [*range(first, last + 1)]
    return [read_no(f"{each}号") for each in _NUMBERS.findall(text)]


def _clause(found: re.Match[str]) -> str:
    return re.split(r"[。；;\n]|\.\s", found.string[: found.start()])[-1] + found[0]


def _find_counted(bid: Bid) -> Iterator[Told]:
    """Another number than there are; of a kind of them, if the Chinese names tell kinds apart."""
    addenda = bid.deal.tender.addenda if bid.deal.tender else ()
    seen = set[object]()
    for found, at, _ in find_said(bid.texts, _COUNT) if addenda else ():
        said = 2 if found["n"].lower() in ("both", "两") else _read_count(found["n"])
        kind = re.search(_KIND, found[0])
        same = sum(kind[0] in f"{item.no}{item.title}" for item in addenda) if kind else len(addenda)
        if said not in (len(addenda), same) and at not in seen and not _NOT_YET.search(_clause(found)):
            seen.add(at)
            yield at, "addenda", found[0], _show({read_no(item.no): item for item in addenda})


def _read_count(text: str) -> int:
    plain = to_plain(text)
    return int(plain) if plain.isdigit() else read_no(f"{plain}号") or 0


def _find_left_out(bid: Bid, known: Known) -> Iterator[Told]:
    """Answers that name some of the addenda where a clause asks for each of them."""
    for item in bid.deal.requirements:
        if _ALL_OF_THEM.search(item.text):
            named = {read_no(found[0]) for found in _ADDENDUM.pattern.finditer(item.response)}
            for found in _LIST.pattern.finditer(item.response):
                named.update(_read_numbers(next(filter(None, found.groups()), "")))
            if named and not {*known} <= named:
                stated = ", ".join(own.no for number, own in known.items() if number in named) or "—"
                yield item.span("response"), "addenda", stated, _show(known)
