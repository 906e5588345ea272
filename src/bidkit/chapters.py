"""chapters and sections to which a text sends its reader by their number, against the contents of what is handed in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bidkit.bid import Bid
from bidkit.days import read_numeral
from bidkit.diagnostic import Span
from bidkit.wording import fold
from bidkit.written import Sought, find_said, list_lines

_ENTRY = re.compile(
    r"(?:第\s?(?P<chapter>\d+|[一二三四五六七八九十]+)\s?章|(?P<no>\d+(?:\.\d+)*))\s*[.、]?\s*(?P<title>\S.*)"
)
_TITLE = r"(?:\s?[“\"《「（(](?P<title>[^”\"》」）)]{2,40})[”\"》」）)]|\s?(?P<plain>[一-鿿]{2,16}))?"
_SEE = (
    Sought(None, "章", rf"第\s?(?P<chapter>\d{{1,2}}|[一二三四五六七八九十]{{1,3}})\s?章{_TITLE}"),
    Sought(
        None,
        "节|章",
        rf"(?:[见于在按照如第]|参[阅考])\s?(?P<no>\d{{1,2}}(?:\.\d{{1,2}}){{1,3}})\s?(?:小?节|章节?){_TITLE}",
    ),
    Sought(
        None,
        "section|chapter",
        r"\b(?:see(?: also)?|refer to|(?:described|shown|set out|explained|listed|given) in|in|under) "
        r"(?:section|chapter) (?P<no>\d{1,2}(?:\.\d{1,2}){0,3})(?![\d-])"
        r"(?:,? [“\"(](?P<title>[^”\")]{4,60})[”\")])?",
    ),
)
_OF_OTHERS = re.compile(
    "招标|采购|磋商|谈判|标准|规范|合同|协议|办法|法律|条例|需求|GB|RFP|contract|standard|Act|Code|Plan", re.I
)
_THEIRS = re.compile(r"\s?of (?:the|its|your) (?!offer|proposal|bid|volume)", re.I)


def find_wrong_chapters(bid: Bid, contents: Iterable[str]) -> Iterator[tuple[Span | None, str]]:
    """The chapters and sections that a text names, and which are not there or have another title, but for those of
    others' papers.

    Args:
        contents: the entries of all contents; where none has a number, nothing can be told.
    """
    known: dict[str, set[str]] = {}
    for entry in contents:
        if found := _ENTRY.fullmatch(entry.strip()):
            known.setdefault(_read(found), set()).add(fold(found["title"]))
    titles, depth = set().union(*known.values()), max((key.count(".") for key in known), default=0)
    theirs = {found[0] for text in _list_theirs(bid) for item in _SEE for found in item.pattern.finditer(text)}
    evidence = {item.span("evidence", no) for item in bid.deal.requirements for no, _ in enumerate(item.evidence)}
    for found, at, _ in find_said(bid.texts, _SEE) if known else ():
        if at in evidence:
            continue  # that is judged by itself
        before, behind = found.string[max(0, found.start() - 12) : found.start()], found.string[found.end() :]
        if found[0] in theirs or _OF_OTHERS.search(before) or _THEIRS.match(behind):
            continue
        named = known.get(".".join(_read(found).split(".")[: depth + 1]))
        title, plain = fold(found["title"] or ""), fold(found.groupdict().get("plain") or "")
        said = title or next((each for each in titles if plain.startswith(each)), "")
        is_exact = _read(found) in known
        if named is None or (said and is_exact and not any(said in each or each in said for each in named)):
            yield at, found[0]


def _read(found: re.Match[str]) -> str:
    """The number of a chapter or a section, in digits."""
    if found.groupdict().get("no"):
        return found["no"]
    chapter = found["chapter"]
    return chapter if chapter.isdigit() else str(read_numeral(chapter))


def _list_theirs(bid: Bid) -> Iterator[str]:
    yield from (text for item in bid.deal.requirements for text in (item.text, item.clause))
    for item in (bid.deal.tender, bid.deal.opportunity):
        yield from (text for text, _ in (list_lines(item) if item else ()))
