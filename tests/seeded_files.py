"""Faults in the finished files of the package of `seeded_package`: what somebody has changed by hand since."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml import etree
from mutants import DC, MANIFEST, Office, S, W, rewrite_manifest
from seeded import BODY, Found
from seeded_package import FORM, OFFER, PRICES, QUOTE, TECHNICAL

Files = dict[str, bytes]


@dataclass(frozen=True)
class Change:
    """One thing changed in a file; `wanted` are the codes that are then found, each at its place.

    A place is what the finding says, in one line; behind ¶ stands a text instead of the number of its paragraph. One
    that begins with `submit/` names another file, with its place behind a colon.
    """

    file: str
    change: Callable[[bytes], bytes | None]
    wanted: tuple[tuple[str, str], ...]


def text(old: str, new: str, part: str = BODY, *, of: int = 1) -> Callable[[bytes], bytes]:
    """A text of a part of an Office file exchanged where it stands first, of so many places."""

    def change(content: bytes) -> bytes:
        office = Office(content)
        found = [item for item in office.tree(part).iter(f"{W}t", f"{DC}creator") if old in (item.text or "")]
        assert len(found) == of, (old, len(found))
        found[0].text = found[0].text.replace(old, new)
        return office.save()

    return change


def element(tag: str, near: str, **values: str) -> Callable[[bytes], bytes]:
    """A property of the paragraph with a text: `rPr/…` of all its runs, or `pPr/…`."""

    def change(content: bytes) -> bytes:
        office = Office(content)
        (paragraph,) = [item for item in office.tree(BODY).iter(f"{W}p") if near in _say(item)]
        above, name = tag.split("/")
        for holder in [paragraph] if above == "pPr" else paragraph.findall(f"{W}r"):
            own = holder.find(f"{W}{above}")
            if own is None:
                own = etree.Element(f"{W}{above}")
                holder.insert(0, own)
            for old in own.findall(f"{W}{name}"):
                own.remove(old)
            etree.SubElement(own, f"{W}{name}", {f"{W}{key}": value for key, value in values.items()})
        return office.save()

    return change


def replace(old: str, new: str, part: str) -> Callable[[bytes], bytes]:
    """A piece of the XML of a part exchanged; it stands there once."""

    def change(content: bytes) -> bytes:
        office = Office(content)
        before = office.members[part].decode()
        assert before.count(old) == 1, (old, before.count(old))
        office.members[part] = before.replace(old, new).encode()
        return office.save()

    return change


def cell(sheet: int, name: str, value: str, kind: str = "n") -> Callable[[bytes], bytes]:
    """Another value saved in a cell of a workbook; its formula stays."""

    def change(content: bytes) -> bytes:
        office = Office(content)
        (found,) = [c for c in office.tree(f"xl/worksheets/sheet{sheet}.xml").iter(f"{S}c") if c.get("r") == name]
        found.set("t", kind)
        found.find(f"{S}v").text = value
        return office.save()

    return change


def words(begin: str, new: str) -> Callable[[bytes], bytes]:
    """The first text of a workbook that begins so, exchanged."""

    def change(content: bytes) -> bytes:
        office = Office(content)
        parts = sorted(name for name in office.members if re.fullmatch(r"xl/(sharedStrings|worksheets/\w+)\.xml", name))
        found = next(
            t for name in parts for t in office.tree(name).iter(f"{S}t", f"{S}v") if (t.text or "").startswith(begin)
        )
        found.text = new
        return office.save()

    return change


def margin(side: str, twips: str) -> Callable[[bytes], bytes]:
    """Another margin in the first section."""

    def change(content: bytes) -> bytes:
        office = Office(content)
        next(office.tree(BODY).iter(f"{W}pgMar")).set(f"{W}{side}", twips)
        return office.save()

    return change


def header(old: str, new: str) -> Callable[[bytes], bytes]:
    """A text of the first header that has it."""

    def change(content: bytes) -> bytes:
        office = Office(content)
        parts = sorted(name for name in office.members if re.fullmatch(r"word/header\w+\.xml", name))
        texts = [item for part in parts for item in office.tree(part).iter(f"{W}t") if old in (item.text or "")]
        texts[0].text = texts[0].text.replace(old, new)
        return office.save()

    return change


def lose_picture(content: bytes) -> bytes:
    """A file without the first of its pictures."""
    office = Office(content)
    del office.members[min(name for name in office.members if name.startswith("word/media/"))]
    return office.save()


def set_version(content: bytes) -> bytes:
    """A manifest of another version."""
    return json.dumps({**json.loads(content), "bidkit": "0.1.0"}).encode()


def _say(paragraph: etree._Element) -> str:
    return "".join(item.text or "" for item in paragraph.iter(f"{W}t"))


def apply(files: Files, changes: Mapping[str, Change]) -> Files:
    """The files of a package with all changes in them, and a manifest that tells of none."""
    made = dict(files)
    for item in changes.values():
        content = item.change(made.pop(item.file, b""))
        if content is not None:
            made[item.file] = content
    return rewrite_manifest(made)


def expect(item: Change, files: Files) -> Counter[Found]:
    """What is found of a change in the changed files."""
    places = [(code, *_split(item.file, said)) for code, said in item.wanted]
    return resolve(Counter(places), files)


def _split(file: str, said: str) -> tuple[str, str]:
    """The file and the place that a `Change` names."""
    other, _, place = said.rpartition(":") if said.startswith("submit/") else (file, "", said)
    return other, place


def resolve(wanted: Counter[Found], files: Files) -> Counter[Found]:
    """Findings with the numbers of paragraphs in the places of their texts."""
    told: Counter[Found] = Counter()
    for (code, file, said), count in wanted.items():
        before, mark, text_of = str(said).partition("¶")
        if mark:
            paragraphs = Office(files[file]).tree(BODY).iter(f"{W}p")
            said = f"{before}{next(n for n, item in enumerate(paragraphs, 1) if text_of in _say(item))}"
        told[code, file, said or 0] += count
    return told


COPY = "submit/credentials/{}-DRAFT.jpg"
CERTIFICATE, LETTER = COPY.format("02-ISO_IEC_27001_2022_Certificate"), COPY.format("04-SOC_2_Bridge_Letter")
DOCUMENTS = f"{TECHNICAL}, {OFFER}, {FORM}:"
NEED = "Understanding of the need"
AT = f"{BODY} ¶"
LOOKS = {
    "a paragraph is set in another font": Change(
        TECHNICAL,
        element("rPr/rFonts", "The needs depend on each other", ascii="Courier New", hAnsi="Courier New"),
        (("PK20", f"{BODY} {NEED} ¶The needs depend on each other"),),
    ),
    "lines of a paragraph are closer": Change(
        TECHNICAL,
        element("pPr/spacing", "The contract has a base period", line="240", lineRule="auto"),
        (("PK21", f"{BODY} The offer at a glance ¶The contract has a base period"),),
    ),
    "a margin is narrower": Change(TECHNICAL, margin("left", "1200"), (("PK22", f"{BODY} 1"),)),
    "a header says more than that this is a draft": Change(
        TECHNICAL,
        header("DRAFT", "DRAFT of July"),
        (("PK23", "word/headerSheet.xml"), ("PK54", "word/headerSheet.xml 1")),
    ),
    "a paragraph is italic": Change(
        TECHNICAL,
        element("rPr/i", "RFP 26-114 asks for one contractor"),
        (("PK24", f"{BODY} {NEED} ¶RFP 26-114 asks for one contractor"),),
    ),
    "a header of a draft does not say so": Change(
        OFFER, header("DRAFT", ""), (*[("PK06", "word/header2.xml")] * 2, ("PK54", "word/header2.xml 1"))
    ),
    "the author is the one who wrote it": Change(
        OFFER,
        text("Halden & Pike Advisory LLC", "Denise Varga", "docProps/core.xml"),
        (("ID02", "docProps/core.xml"), ("PK54", "docProps/core.xml")),
    ),
    "a clause is left out": Change(
        OFFER,
        text("Contractor staff shall pass background screening before access, and the contractor", "The contractor"),
        (("FM01", DOCUMENTS), ("PK54", f"{AT}The contractor shall notify the Authority")),
    ),
    "something is to be written yet": Change(
        OFFER,
        text("We read four needs in Sections C and J", "We read TBD needs in Sections C and J"),
        (("FM03", f"{AT}We read TBD needs"), ("PK54", f"{AT}We read TBD needs")),
    ),
    "the contents name a heading as it was": Change(
        OFFER, text(NEED, "Understanding the need", of=2), (("FM11", ""), ("PK54", f"{AT}Understanding the need"))
    ),
    "a picture is lost": Change(OFFER, lose_picture, (("PK05", BODY), ("PK55", ""))),
    "a word of the buyer's form is changed": Change(
        FORM,
        text("a joint venture", "a joint-venture"),
        (("FM02", f"{AT}a joint-venture"), ("PK54", f"{AT}a joint-venture")),
    ),
    "a label of the buyer's price form is changed": Change(
        PRICES, replace("Price summary", "Price table", "xl/sharedStrings.xml"), (("PK30", "xl/sharedStrings.xml"),)
    ),
    "a copy is another file, and too large": Change(
        CERTIFICATE, lambda content: content + bytes(2_000_000), (("PK36", ""), ("PK56", ""))
    ),
    "the package was made by an old bidkit": Change(MANIFEST, set_version, (("PK57 warning", ""),)),
}
MONEY = {
    "the words are another amount": Change(
        OFFER,
        text("Seventy-Nine and 20/100", "Seventy-Eight and 20/100"),
        (
            ("PR02", ""),
            ("PR14 warning", f"{PRICES}:Summary A2"),
            ("PR26 warning", "Total Price 28 2 2"),
            ("PK54", f"{AT}Seventy-Eight and 20/100"),
        ),
    ),
    "the total of a year is another": Change(
        OFFER,
        text("3,824,008.20", "3,824,008.30"),
        (
            ("PR03", f"{OFFER}, {FORM}:"),
            ("PR26 warning", "Price by Category 29 3 4"),
            ("PK54", f"{AT}3,824,008.30"),
        ),
    ),
    "a total has no amount": Change(
        OFFER,
        text("11,721,979.20", "as quoted", of=3),
        (("PR27 warning", "Total Price 28 1 1"), ("PK54", f"{AT}as quoted")),
    ),
    "the notes name an amount of their own": Change(
        OFFER,
        text("Prices are firm for 120 days", "Prices, USD 12,345.67 more, are firm for 120 days"),
        (("PR26 warning", "Price Notes"), ("PK54", f"{AT}Prices, USD 12,345.67 more")),
    ),
    "a saved amount is not what its formula gives": Change(
        QUOTE,
        cell(3, "L6", "309261"),
        (
            ("PR25", "Price Breakdown L6"),
            ("PR03", ""),
            ("PK54", "Price Breakdown L6"),
            ("PR14 warning", "Price Summary A10"),
        ),
    ),
    "words say no amount": Change(
        QUOTE,
        words("US Dollars Eleven", "as above"),
        (("PR21 warning", "Price Summary A8"), ("PK54", "Price Summary B8")),
    ),
}
LOST = {
    "a copy is missing": Change(LETTER, lambda content: None, (("PK50", ""),)),
    "a file was added": Change("submit/notes.txt", lambda content: b"x", (("PK51", ""), ("DL59 warning", ""))),
}


GROUPS = {"texts and looks": LOOKS, "prices and files": MONEY | LOST}
