"""What a deviation makes of a case, on either engine."""

from __future__ import annotations

from dataclasses import dataclass

from engines import Case

BODY = "word/document.xml"
FOOTNOTES = "word/footnotes.xml"
HEADER = "word/header1.xml"


@dataclass(frozen=True)
class Outcome:
    """What comes out of one engine.

    Args:
        texts: the paragraphs of a part.
        has, lacks: lines of its canonical form, without their indentation.
        fails: the name of the exception.
        codes: of the diagnostics; they are bidkit's way to fail, but for values that cannot be made.
        names: texts that the error must name.
        xml: a piece of the part's XML, and how often it stands there.
    """

    texts: tuple[str, ...] | None = None
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    fails: str = ""
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    xml: tuple[str, int] | None = None
    part: str = BODY


@dataclass(frozen=True)
class Shown:
    """A case that shows a deviation."""

    number: str
    case: Case
    docxtpl: Outcome
    bidkit: Outcome


def says(*texts: str, part: str = BODY) -> Outcome:
    return Outcome(texts=texts, part=part)


def has(*lines: str, part: str = BODY) -> Outcome:
    return Outcome(has=lines, part=part)


def lacks(*lines: str, part: str = BODY) -> Outcome:
    return Outcome(lacks=lines, part=part)


def holds(xml: str, count: int = 1) -> Outcome:
    return Outcome(xml=(xml, count))


def fails(name: str) -> Outcome:
    return Outcome(fails=name)


def refused(*codes: str, names: tuple[str, ...] = ()) -> Outcome:
    return Outcome(codes=codes, names=names)
