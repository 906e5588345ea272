"""pages of places: where a bookmark stands, as a field in its own document, as text in any other one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bidkit.ooxml.fields import make_field
from bidkit.ooxml.values import Rendering, Site, mark, run

_NAME = re.compile(r"[^\W\d]\w{0,39}")


@dataclass(frozen=True)
class PageWords:
    """How one speaks of a page: `{page}` stands for its number, `{document}` for the title of another document."""

    here: str
    there: str
    separator: str = ", "


@dataclass(frozen=True)
class Place:
    """A bookmark whose page is printed, in words and in the look of a run (`w:rPr`).

    Args:
        chapter: the words of the heading whose page it is; the name of its bookmark is found once headings are known,
            and stays empty, so that nothing is printed, where no heading or more than one reads so.
    """

    name: str
    words: PageWords
    look: str = ""
    chapter: str = ""

    def in_this_document(self, page: str) -> str:
        """Runs with the page as a field; `page` is its result."""
        before, _, behind = self.words.here.partition("{page}")
        field = make_field(f"PAGEREF {self.name} \\h", page, self.look)
        return f"{run(before, self.look)}{field}{run(behind, self.look)}"

    def in_another(self, document: str, page: str) -> str:
        """A run of text."""
        return run(self.words.there.replace("{page}", page).replace("{document}", document), self.look)


@dataclass(frozen=True)
class Pages:
    """A value that prints the page of each bookmark; a name that stands twice is printed once."""

    names: tuple[str, ...]
    words: PageWords

    def runs(self, rendering: Rendering, site: Site) -> str:
        """The pages, each left open until every document has its place."""
        return run(self.words.separator, site.run).join(
            f"{mark('P', f'{rendering.numbering.keep(Place(name, self.words))}|t{rendering.tag}')}{site.run}{mark('Q')}"
            for name in dict.fromkeys(self.names)
        )


@dataclass(frozen=True)
class Chapter:
    """A value that prints the page of the one heading that reads so; nothing where there is none, or more than one."""

    title: str
    words: PageWords

    def runs(self, rendering: Rendering, site: Site) -> str:
        """The page, left open until every document has its headings."""
        if not self.title.strip():
            return ""
        place = Place("", self.words, chapter=self.title)
        return f"{mark('P', f'{rendering.numbering.keep(place)}|t{rendering.tag}')}{site.run}{mark('Q')}"


@dataclass(frozen=True)
class Mark:
    """A value that makes the place of its tag a bookmark, for Word's own dialog takes no name with a tag in it.

    Raises:
        ValueError: Word would not take the name.
    """

    name: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(self.name)

    def runs(self, rendering: Rendering, site: Site) -> str:
        """The bookmark, which encloses nothing; where the document has one of this name already, nothing."""
        return mark("y", f"here|{self.name}") + mark("Y", "here")
