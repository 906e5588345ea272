"""how a finished volume looks against the tender's format rules: PK20 to PK27."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from bidkit.appearance import Appearance, ReadParagraph
from bidkit.appearance.colors import is_black
from bidkit.deal.layout import TWIPS_PER_POINT, FormatRules, HeadingFace, Indent, TableFace, TextFace
from bidkit.diagnostic import Severity, Span, Term
from bidkit.paging import PageCount
from bidkit.readback.names import Place
from bidkit.rules.registry import Finding, rule

_PAPERS = {"A4": (11_906, 16_838), "A3": (16_838, 23_811), "Letter": (12_240, 15_840)}
_SIDES = ("top", "bottom", "left", "right")
_TOLERANCE = 20
"""Twips; programs round lengths each in their own way."""
_SAME_FONTS = {
    "simsun": "宋体",
    "simhei": "黑体",
    "fangsong": "仿宋",
    "kaiti": "楷体",
    "fangsong_gb2312": "仿宋_gb2312",
    "kaiti_gb2312": "楷体_gb2312",
    "microsoft yahei": "微软雅黑",
}


@dataclass(frozen=True)
class Formatted:
    """A finished volume, its rules and how it looks.

    Args:
        draft_mark: what a draft says in every header, also where none is allowed; empty if it is none.
        pages: how many it has; None if that is not known.
        missing_fonts: fonts that it names and the machine that counted its pages has not.
    """

    rules: FormatRules
    look: Appearance
    draft_mark: str = ""
    pages: PageCount | None = None
    missing_fonts: tuple[str, ...] = ()

    def span(self, place: Place = ()) -> Span:
        """A place in it."""
        return Span(self.look.name, place=place)

    def face(self, paragraph: ReadParagraph) -> HeadingFace | None:
        """What is prescribed for a paragraph; nothing for a cover."""
        rules = self.rules
        text = rules.text or TextFace()
        if paragraph.kind == "heading":
            return rules.headings[min(paragraph.level, len(rules.headings)) - 1] if rules.headings else None
        if paragraph.kind == "table":
            own = rules.tables or TableFace()
            fonts = {"east_asian": own.east_asian or text.east_asian, "latin": own.latin or text.latin}
            return own.model_copy(update=fonts)
        if paragraph.kind == "margin":
            return HeadingFace(east_asian=text.east_asian, latin=text.latin)
        return text if paragraph.kind in ("text", "contents") else None


Fault = tuple[Place, Term | str, str, str]
"""Where, what, what is found, what is prescribed."""


def _group(done: Formatted, faults: Iterable[Fault]) -> Iterator[Finding]:
    """One finding for each way to be wrong, at its first place."""
    times: dict[tuple[Term | str, str, str], int] = {}
    places: dict[tuple[Term | str, str, str], Place] = {}
    for place, *rest in faults:
        key = (rest[0], str(rest[1]), str(rest[2]))
        times[key] = times.get(key, 0) + 1
        places.setdefault(key, place)
    for key, count in times.items():
        what, found, wanted = key
        values = {"what": what, "found": found, "wanted": wanted, "times": count}
        yield Finding(done.span(places[key]), values)


@rule("PK20")
def prescribed_fonts(done: Formatted) -> Iterator[Finding]:
    """Text is set in the prescribed fonts and sizes."""
    yield from _group(done, _find_fonts(done))


def _find_fonts(done: Formatted) -> Iterator[Fault]:
    for paragraph in done.look.paragraphs:
        face = done.face(paragraph)
        if face is None:
            continue
        smallest = face.min_size if isinstance(face, TableFace) else None
        for run in paragraph.runs:
            for script, font in sorted(run.fonts):
                wanted = getattr(face, script)
                if wanted and _normal(font) != _normal(wanted):
                    yield paragraph.place, Term(paragraph.kind), font, wanted
            size = Decimal(run.half_points) / 2
            if face.size and size != face.size:
                yield paragraph.place, Term(paragraph.kind), f"{size:f} pt", f"{face.size:f} pt"
            elif smallest and size < smallest:
                yield paragraph.place, Term(paragraph.kind), f"{size:f} pt", f"≥ {smallest:f} pt"


def _normal(font: str) -> str:
    name = font.strip().casefold()
    return _SAME_FONTS.get(name, name)


@rule("PK21")
def prescribed_spacing(done: Formatted) -> Iterator[Finding]:
    """Lines are as far apart, and first lines begin, as is prescribed."""
    yield from _group(done, _find_spacing(done))


def _find_spacing(done: Formatted) -> Iterator[Fault]:
    for paragraph in done.look.paragraphs:
        face = done.face(paragraph)
        if face is None:
            continue
        wanted = face.line_spacing
        if wanted and not paragraph.has_picture:
            rule_name = "exact" if wanted.is_exact else "auto"
            if (paragraph.line, paragraph.line_rule) != (wanted.line, rule_name):
                yield paragraph.place, Term("line_spacing"), _show_line(paragraph), str(wanted)
        indent = face.first_line_indent if isinstance(face, TextFace) and paragraph.is_plain else None
        if indent and not _is_indented(paragraph, indent):
            yield paragraph.place, Term("first_line"), _show_indent(paragraph), _show_wanted(indent)
    if (done.rules.text or TextFace()).line_spacing:
        for section in done.look.sections:
            if section.has_grid:
                yield section.place, Term("line_spacing"), "w:docGrid", "—"


def _show_line(paragraph: ReadParagraph) -> str:
    if paragraph.line_rule == "auto":
        return f"{Decimal(paragraph.line) / 240:.4g}"
    least = "≥ " if paragraph.line_rule == "atLeast" else ""
    return f"{least}{Decimal(paragraph.line) / TWIPS_PER_POINT:.4g} pt"


def _is_indented(paragraph: ReadParagraph, indent: Indent) -> bool:
    chars, twips = paragraph.first_line
    if not indent.is_chars:
        return chars == 0 and abs(twips - int(indent.value)) <= _TOLERANCE
    if chars:
        return chars == round(indent.value * 100)
    size = max(run.half_points for run in paragraph.runs) if paragraph.runs else 0
    return abs(twips - indent.value * size * 10) <= _TOLERANCE


def _show_indent(paragraph: ReadParagraph) -> str:
    chars, twips = paragraph.first_line
    return f"{Decimal(chars) / 100:.4g} ch" if chars else f"{_mm(twips)} mm"


def _show_wanted(indent: Indent) -> str:
    return f"{indent.value:.4g} ch" if indent.is_chars else f"{_mm(int(indent.value))} mm"


def _mm(twips: int) -> str:
    return f"{Decimal(twips) * Decimal('25.4') / 1440:.1f}"


@rule("PK22")
def prescribed_sheets(done: Formatted) -> Iterator[Finding]:
    """Every section has the prescribed paper and margins."""
    yield from _group(done, _find_sheets(done))


def _find_sheets(done: Formatted) -> Iterator[Fault]:
    rules = done.rules
    for section in done.look.sections:
        if rules.paper:
            found = sorted((section.width, section.height))
            if any(abs(a - b) > _TOLERANCE for a, b in zip(found, _PAPERS[rules.paper], strict=True)):
                shown = f"{_mm(section.width)} × {_mm(section.height)} mm"
                yield section.place, Term("paper"), shown, rules.paper
        for side in _SIDES if rules.margins else ():
            wanted = getattr(rules.margins, side)
            twips = section.margins[side] + (section.margins["gutter"] if side == "left" else 0)
            if wanted is not None and abs(twips - wanted) > _TOLERANCE:
                yield section.place, Term(f"margin_{side}"), f"{_mm(twips)} mm", f"{_mm(wanted)} mm"


@rule("PK23")
def nothing_around(done: Formatted) -> Iterator[Finding]:
    """No header, footer, cover or contents that is not allowed; the page number where it is asked for."""
    rules = done.rules
    place = rules.page_number
    for margin in done.look.margins:
        is_mark = done.draft_mark and margin.text == done.draft_mark and not margin.has_picture
        text = margin.text or ("PAGE" if margin.has_number else "")
        if margin.kind == "header":
            is_wrong = rules.header is False and not (is_mark and not margin.has_number)
        elif place in ("left", "center", "right"):
            is_wrong = bool(margin.text) or margin.has_picture or margin.alignment != place
        else:
            is_wrong = rules.footer is False
        if is_wrong or (place == "none" and margin.has_number):
            yield Finding(done.span(margin.place), {"what": Term(margin.kind), "text": text[:40]})
    if place in ("left", "center", "right") and not any(
        item.has_number and item.kind == "footer" for item in done.look.margins
    ):
        yield Finding(done.span(), {"what": Term("page_number"), "text": "—"})
    for kind in ("cover", "contents"):
        first = next((item for item in done.look.paragraphs if item.kind == kind), None)
        if getattr(rules, kind) is False and first is not None:
            yield Finding(done.span(first.place), {"what": Term(kind), "text": first.text[:40]})


@rule("PK24")
def nothing_marked(done: Formatted) -> Iterator[Finding]:
    """No colour, bold, italic, underline or picture that is not allowed."""
    yield from _group(done, _find_marks(done))


def _find_marks(done: Formatted) -> Iterator[Fault]:
    rules = done.rules
    for paragraph in done.look.paragraphs:
        for run in paragraph.runs:
            if rules.colors is False and not is_black(run.color):
                yield paragraph.place, Term("color"), run.color, "—"
            for mark in ("bold", "italic", "underline"):
                if getattr(rules, mark) is False and getattr(run, mark):
                    yield paragraph.place, Term(mark), run.text.strip()[:20], "—"
    for place, color in done.look.colors if rules.colors is False else ():
        yield place, Term("color"), color, "—"
    for place, part in done.look.pictures if rules.pictures is False else ():
        yield place, Term("picture"), part, "—"


@rule("PK25")
def few_pages(done: Formatted) -> Iterator[Finding]:
    """A volume has no more pages than the tender allows."""
    limit, pages = done.rules.pages, done.pages
    if limit and pages and pages.counted > limit.max:
        at = limit.span("max")
        values = {"file": done.look.name, "counted": pages.counted, "total": pages.total, "limit": limit.max}
        yield Finding(at or done.span(), values)


@rule("PK26")
def pages_are_known(done: Formatted) -> Iterator[Finding]:
    """Where pages are limited they have been counted, and every chapter that does not count is there."""
    limit = done.rules.pages
    if not limit:
        return
    if done.pages is None:
        yield Finding(done.span(), {"what": "—", "limit": limit.max})
        return
    for title in done.pages.missing:
        at = limit.span("skip_chapters", limit.skip_chapters.index(title))
        yield Finding(at or done.span(), {"what": title, "limit": limit.max})


@rule("PK27", Severity.WARNING)
def pages_are_those_of_word(done: Formatted) -> Iterator[Finding]:
    """Pages were counted with the fonts that the volume names."""
    if done.rules.pages and done.pages and done.missing_fonts:
        fonts = ", ".join(done.missing_fonts)
        yield Finding(done.span(), {"fonts": fonts, "counted": done.pages.counted, "limit": done.rules.pages.max})


RULES = (
    prescribed_fonts,
    prescribed_spacing,
    prescribed_sheets,
    nothing_around,
    nothing_marked,
    few_pages,
    pages_are_known,
    pages_are_those_of_word,
)
