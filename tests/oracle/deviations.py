"""Where bidkit means to differ from docxtpl 0.20.2: numbered, each with a reason, each shown by a case.

`docs/docxtpl.md` lists them; a number is never used again. `cases_deviations.py` shows them on both engines, so an
entry that no longer holds, on either side, fails its test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Deviation:
    """One intended difference."""

    title: str
    docxtpl: str
    bidkit: str
    why: str


DEVIATIONS = {
    "D01": Deviation(
        "values are escaped",
        "autoescape is off unless asked for; what follows < or & is lost or makes the file unreadable",
        "every value prints as it is",
        "text that vanishes without a word is the worst mistake a bid can have",
    ),
    "D02": Deviation(
        "undefined names",
        "print nothing; an attribute of one raises, without a place",
        "are errors, all of them reported with their places; compat=True prints nothing, but for an attribute of one",
        "a misspelt name leaves a hole in a contract",
    ),
    "D03": Deviation(
        "None, lists and mappings",
        "print as Python writes them",
        "are errors; compat=True prints them as Python does",
        "no customer should read None or {'a': 1}",
    ),
    "D04": Deviation(
        "text beside a p, tr or tc tag",
        "is dropped in silence",
        "is an error that names the text",
        "the author wrote it to be read",
    ),
    "D05": Deviation(
        "deleted text",
        "tags in a tracked deletion are evaluated",
        "is left as it is",
        "what was deleted must neither fail nor count",
    ),
    "D06": Deviation(
        "vm blanks the whole cell",
        "blanks the text of its own run only; other runs and paragraphs of the merged cells stay",
        "the merged cells are empty",
        "a program that ignores vMerge, or a copy of the cell, shows the text again",
    ),
    "D07": Deviation(
        "cells without w:tcPr",
        "colspan and cellbg do nothing, hm and vm raise",
        "w:tcPr is made",
        "w:tcPr is optional in the format",
    ),
    "D08": Deviation(
        "% and } in a prefixed tag",
        "the tag is not recognised",
        "are allowed",
        "they are ordinary Jinja",
    ),
    "D09": Deviation(
        "spaces and dashes around a prefix",
        "only {%p is known; {% p and {%-p fail",
        "both are read as {%p",
        "Word users cannot see such a difference",
    ),
    "D10": Deviation(
        "text boxes",
        "the drawing and its VML copy are both evaluated: counters advance twice",
        "the text is evaluated once and stands in both",
        "the two are one box",
    ),
    "D11": Deviation(
        "ampersands in a tag",
        '{% if x == "R&D" %} is never true; a literal prints as &amp;',
        "a literal holds what the author typed",
        "the file format's escapes are no part of the expression",
    ),
    "D12": Deviation(
        "typographic quotes inside a literal",
        "become straight",
        "stay, unless they delimit the literal themselves",
        "they are text there",
    ),
    "D13": Deviation(
        "a plain text in {{r }} or {{p }}",
        "lands outside w:t: invisible in Word",
        "is printed in a run, or a paragraph, with the look of the tag's own",
        "what a tag prints must be seen",
    ),
    "D14": Deviation(
        "headers and footers",
        "are parsed strictly: < or & raises, and so does a control character that the body drops",
        "have the rules of the body",
        "one value prints one way, wherever it stands",
    ),
    "D15": Deviation(
        "core properties",
        "with autoescape they are escaped twice: R&amp;D in the title",
        "are escaped once",
        "the title shows in the file manager",
    ),
    "D16": Deviation(
        "footnotes follow their references",
        "every note is rendered once, whether its reference is left out or repeated",
        "a note goes with its reference, and each repetition has a note of its own",
        "notes of a paragraph that is not there confuse, and two references to one note are not sound",
    ),
    "D17": Deviation(
        "{%- -%} beside a table",
        "merging eats the table's first or last tags: the table is lost or the file torn",
        "is refused",
        "text cannot be merged with a table",
    ),
    "D18": Deviation(
        "a pair that opens in one container and closes in another",
        "gives a torn file, or one that is silently mended by losing rows",
        "is refused, both tags are named",
        "there is no document that this could mean",
    ),
    "D19": Deviation(
        "pictures in footnotes",
        "raise AttributeError",
        "work",
        "a note is a part like any other",
    ),
    "D20": Deviation(
        "the sandbox",
        "an expression may reach Python's inside and run any code",
        "names with underscores are out of reach and the context cannot be changed: an error with its place",
        "templates come from other people",
    ),
    "D21": Deviation(
        "rich text keeps the look of its tag",
        "the tag's run properties are lost",
        "what the rich text does not set is taken from the tag's run",
        "the author chose font and size in Word",
    ),
    "D22": Deviation(
        "characters that XML cannot hold",
        "are dropped in silence in the body",
        "are an error that names the character",
        "they come from broken sources and hide broken text",
    ),
    "D23": Deviation(
        "several p or tr tags in one paragraph or row",
        "raise",
        "are read in order",
        "their meaning is clear",
    ),
    "D24": Deviation(
        "text filters on typed values",
        "upper and others are applied to the XML inside: the text is lost",
        "are an error",
        "a filter for text has no meaning there",
    ),
    "D25": Deviation(
        "cells and tables that become empty",
        "a cell without a paragraph and a table without a row are written: Word calls the file unreadable",
        "the cell gets an empty paragraph, the table is left out",
        "a finished file must open",
    ),
    "D26": Deviation(
        "{_{ and }_} in a value",
        "become {{ and }}",
        "stay",
        "they are literals of the template, not of the data",
    ),
    "D27": Deviation(
        "a tag that is broken over two paragraphs",
        "the paragraphs are merged, without a space between the halves",
        "is refused as not closed",
        "the second paragraph would lose its properties, and words run together",
    ),
    "D28": Deviation(
        "a bookmark inside a tag",
        "its start is dropped, its end dangles",
        "is kept",
        "cross-references point to it",
    ),
    "D29": Deviation(
        "the caller's jinja2 environment",
        "is changed by autoescape=True, and used as it is",
        "lends its filters, tests and globals, and is not changed",
        "one call must not change the next",
    ),
    "D30": Deviation(
        "text after a tag that is split over runs, that merges, or that prints a picture",
        "takes the look of the run in which the tag begins; after a picture it has none",
        "keeps the look of its own run",
        "the author set that look; Word splits tags without asking",
    ),
    "D31": Deviation(
        "numbered lists in loops",
        "go on counting through all rounds",
        "start afresh where a loop begins",
        "that is what every author expects",
    ),
    "D32": Deviation(
        "rich text in a plain tag",
        "puts runs inside w:t: invisible in Word",
        "prints as {{r }} does",
        "what a tag prints must be seen",
    ),
    "D33": Deviation(
        "filter, block, extends and import as statements",
        "filter works on the document's XML, escapes included; the others find nothing to load",
        "are refused; `{% set x %}…{% endset %}{{ x | upper }}` does the same for text",
        "a filter for text must not meet XML",
    ),
    "D34": Deviation(
        "highlighted rich text",
        "has a w:shd without w:val, which the schema asks for",
        "has a whole w:shd",
        "a finished file must be valid",
    ),
    "D35": Deviation(
        "colours and sizes of rich text",
        "are written as they are given: red, large",
        "must be RRGGBB and a number: a ValueError where they are given",
        "Word calls the file unreadable, or drops what it does not know",
    ),
    "D36": Deviation(
        "raw XML",
        "is repaired in the body where it can be, at the cost of text and paragraphs; it stands where the tag stood",
        "must be well formed and of one level; a run in the place of a paragraph gets one",
        "a finished file must open, and show all",
    ),
    "D37": Deviation(
        "replaced pictures",
        "are written over the old file in the package, whatever its format is called, in all places that show it",
        "get a file of their own, named after their format; other places keep the old picture",
        "the name says which picture is meant",
    ),
    "D38": Deviation(
        "replaced files that are not there",
        "pictures raise; media, embedded files and members are left as they are in silence",
        "raise, all of them, unless allow_missing_pics is set",
        "a logo that was not replaced shows another customer's name",
    ),
    "D39": Deviation(
        "sections of a sub-document",
        "the last one stays behind, those before it come along with their paper",
        "stay behind, all of them",
        "pages are the template's",
    ),
    "D40": Deviation(
        "a style id of a sub-document that means another style",
        "prints the text in the template's style of that id",
        "is renamed, and the style comes along",
        "ids are as short as a1 in many languages' Word",
    ),
    "D41": Deviation(
        "lists that a sub-document's styles are linked to",
        "begin anew at the first paragraph only; the others stay in the old list",
        "begin anew as one list over all their paragraphs",
        "LibreOffice begins once more at the second paragraph",
    ),
    "D42": Deviation(
        "equal input",
        "gives other bytes at other times",
        "gives equal bytes",
        "a package is compared by its hashes",
    ),
    "D43": Deviation(
        "cross-references",
        "show what the template's author last saw",
        "show the text, number or page of the finished file; a page is blank until the file is laid out",
        "a page of an older file would pass for a true one",
    ),
}
