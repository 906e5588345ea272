"""Mutants of finished packages: one thing changed in a file, and the manifest rewritten so that it says nothing."""

from __future__ import annotations

import hashlib
import io
import json
import random
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pikepdf
from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CP = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
DC = "{http://purl.org/dc/elements/1.1/}"
MANIFEST = "internal/manifest.json"
SEED = 20261127
DIGITS = "零壹贰叁肆伍陆柒捌玖"
ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twenty", "thirty", "forty")

Files = dict[str, bytes]


@dataclass(frozen=True)
class Mutant:
    """A package with one change: which, and what it is."""

    number: int
    package: str
    kind: str
    what: str
    files: Files

    def write(self, folder: Path) -> Path:
        """It on disk."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return folder


class Office:
    """An Office file that is being changed: its members, and the trees of those that were looked at."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            self.members = {name: file.read(name) for name in file.namelist()}
        self.trees: dict[str, etree._Element] = {}

    def tree(self, part: str) -> etree._Element:
        return self.trees.setdefault(part, etree.fromstring(self.members[part]))

    def save(self) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as file:
            for name, content in self.members.items():
                tree = self.trees.get(name)
                data = content if tree is None else etree.tostring(tree, xml_declaration=True, encoding="UTF-8")
                file.writestr(name, data)
        return stream.getvalue()


class Mutation:
    """What one mutant changes: its files, chance, and the packages that paragraphs may come from."""

    def __init__(self, files: Files, others: Sequence[Files], chance: random.Random) -> None:
        self.files, self.others, self.chance = files, others, chance
        self.word = next(name for name in files if re.match(r"submit/proposal.*\.docx$", name))
        self.book = next(name for name in files if re.match(r"submit/quote.*\.xlsx$", name))
        self.facts = json.loads(files["internal/facts.json"])["basis"]["bid"]

    def pick(self, things: Sequence) -> object:
        return self.chance.choice(things) if things else None

    def papers(self) -> list[str]:
        return sorted(name for name in self.files if name.startswith("submit/credentials/"))


KINDS: dict[str, Callable[[Mutation], str | None]] = {}


def kind(change: Callable[[Mutation], str | None]) -> Callable[[Mutation], str | None]:
    KINDS[change.__name__] = change
    return change


def in_word(change: Callable[[Mutation, Office], str | None]) -> Callable[[Mutation], str | None]:
    return _in_file(change, "word")


def in_book(change: Callable[[Mutation, Office], str | None]) -> Callable[[Mutation], str | None]:
    return _in_file(change, "book")


def _in_file(change: Callable[[Mutation, Office], str | None], which: str) -> Callable[[Mutation], str | None]:
    def changed(mutation: Mutation) -> str | None:
        name = getattr(mutation, which)
        office = Office(mutation.files[name])
        what = change(mutation, office)
        if what is not None:
            mutation.files[name] = office.save()
        return what

    changed.__name__ = change.__name__
    return kind(changed)


def _texts(office: Office, part: str = "word/document.xml") -> list[etree._Element]:
    """The texts of a part that show: no doubles for old programs, no entries of the contents."""
    found = []
    for text in office.tree(part).iter(f"{W}t"):
        above = [etree.QName(item).localname for item in text.iterancestors()]
        if "Fallback" not in above and not _style(next(text.iterancestors(f"{W}p"))).startswith("TOC"):
            found.append(text)
    return found


def _style(paragraph: etree._Element) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(f"{W}val", "")


def _is_in(element: etree._Element, tag: str) -> bool:
    return next(element.iterancestors(f"{W}{tag}"), None) is not None


def _say(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def _change_digit(mutation: Mutation, texts: Sequence[etree._Element]) -> str | None:
    text = mutation.pick([text for text in texts if re.search(r"\d", text.text or "")])
    if text is None:
        return None
    before = text.text
    spot = mutation.pick([found.start() for found in re.finditer(r"\d", before)])
    digit = str((int(before[spot]) + mutation.chance.randint(1, 9)) % 10)
    text.text = before[:spot] + digit + before[spot + 1 :]
    return f"{before[:40]} -> {text.text[:40]}"


@in_word
def digit_in_cell(mutation: Mutation, office: Office) -> str | None:
    return _change_digit(mutation, [text for text in _texts(office) if _is_in(text, "tc")])


@in_word
def digit_of_price(mutation: Mutation, office: Office) -> str | None:
    texts = [text for text in _texts(office) if re.search(r"\d{1,3}(,\d{3})+\.\d\d", text.text or "")]
    return _change_digit(mutation, texts)


@in_word
def digit_in_sentence(mutation: Mutation, office: Office) -> str | None:
    return _change_digit(mutation, [text for text in _texts(office) if not _is_in(text, "tc")])


@in_word
def digit_in_header(mutation: Mutation, office: Office) -> str | None:
    parts = [part for part in office.members if re.match(r"word/(header|footer)\d*\.xml", part)]
    texts = [text for part in sorted(parts) for text in _texts(office, part) if (text.text or "").strip()]
    text = mutation.pick(texts)
    if text is None:
        return None
    before, text.text = text.text, text.text[:-1] + ("7" if text.text[-1] != "7" else "8")
    return f"{before} -> {text.text}"


@in_word
def digit_in_text_box(mutation: Mutation, office: Office) -> str | None:
    texts = [text for text in office.tree("word/document.xml").iter(f"{W}t", f"{A}t") if _is_in(text, "txbxContent")]
    drawn = list(office.tree("word/document.xml").iter(f"{A}t"))
    return _change_digit(mutation, texts or drawn)


@in_word
def document_property(mutation: Mutation, office: Office) -> str | None:
    tree = office.tree("docProps/core.xml")
    item = mutation.pick([e for e in tree.iter(f"{DC}title", f"{DC}creator", f"{DC}subject") if e.text])
    before, item.text = item.text, item.text[:-1]
    return f"{before} -> {item.text}"


@in_word
def words_changed(mutation: Mutation, office: Office) -> str | None:
    texts = [text for text in _texts(office) if re.search(f"[{DIGITS}][佰仟拾万]", text.text or "")]
    text = mutation.pick(texts)
    if text is not None:
        before = text.text
        spot = mutation.pick([n for n, char in enumerate(before) if char in DIGITS[1:]])
        text.text = before[:spot] + ("壹" if before[spot] != "壹" else "贰") + before[spot + 1 :]
        return f"{before} -> {text.text}"
    texts = [text for text in _texts(office) if re.search("thousand|million", text.text or "", re.I)]
    text = mutation.pick([text for text in texts if re.search(rf"\b({'|'.join(ENGLISH)})\b", text.text, re.I)])
    if text is None:
        return None
    before = text.text
    text.text = re.sub(rf"\b({'|'.join(ENGLISH)})\b", "eleven", before, count=1, flags=re.I)
    return f"{before[:60]} -> {text.text[:60]}"


def _rows(mutation: Mutation, office: Office) -> list[etree._Element] | None:
    tables = [table.findall(f"{W}tr") for table in office.tree("word/document.xml").iter(f"{W}tbl")]
    return mutation.pick([rows for rows in tables if len(rows) > 3])


@in_word
def row_lost(mutation: Mutation, office: Office) -> str | None:
    row = mutation.pick(_rows(mutation, office)[1:])
    row.getparent().remove(row)
    return _say(row)[:60]


@in_word
def row_doubled(mutation: Mutation, office: Office) -> str | None:
    row = mutation.pick(_rows(mutation, office)[1:])
    copy = etree.fromstring(etree.tostring(row))
    for mark in list(copy.iter(f"{W}bookmarkStart", f"{W}bookmarkEnd")):
        mark.getparent().remove(mark)
    row.addnext(copy)
    return _say(row)[:60]


@in_word
def rows_swapped(mutation: Mutation, office: Office) -> str | None:
    rows = _rows(mutation, office)[1:]
    pairs = [(one, two) for one, two in pairwise(rows) if _say(one) != _say(two)]
    if not pairs:
        return None
    one, two = mutation.pick(pairs)
    two.addnext(one)
    return f"{_say(one)[:30]} / {_say(two)[:30]}"


def _paragraphs(office: Office) -> list[etree._Element]:
    body = office.tree("word/document.xml").find(f"{W}body")
    return [p for p in body.findall(f"{W}p") if _say(p).strip() and not _style(p).startswith("TOC")]


def _headings(office: Office) -> list[etree._Element]:
    names = {
        style.get(f"{W}styleId")
        for style in office.tree("word/styles.xml").iter(f"{W}style")
        if re.fullmatch("heading [1-9]", (style.find(f"{W}name").get(f"{W}val") or "").lower())
    }
    return [p for p in _paragraphs(office) if _style(p) in names]


@in_word
def paragraph_lost(mutation: Mutation, office: Office) -> str | None:
    headings = _headings(office)
    safe = [p for p in _paragraphs(office) if p not in headings and p.find(f".//{W}sectPr") is None]
    item = mutation.pick([p for p in safe if p.find(f".//{W}bookmarkStart") is None])
    item.getparent().remove(item)
    return _say(item)[:60]


@in_word
def heading_lost(mutation: Mutation, office: Office) -> str | None:
    item = mutation.pick(_headings(office))
    item.getparent().remove(item)
    return _say(item)


@in_word
def heading_is_text(mutation: Mutation, office: Office) -> str | None:
    item = mutation.pick(_headings(office))
    item.find(f"{W}pPr").remove(item.find(f"{W}pPr/{W}pStyle"))
    return _say(item)


def _insert(mutation: Mutation, office: Office, text: str) -> str:
    place = mutation.pick([p for p in _paragraphs(office) if p.find(f".//{W}sectPr") is None])
    paragraph = etree.Element(f"{W}p")
    etree.SubElement(etree.SubElement(paragraph, f"{W}r"), f"{W}t").text = text
    place.addnext(paragraph)
    return text[:60]


@in_word
def foreign_paragraph(mutation: Mutation, office: Office) -> str | None:
    other = mutation.pick(mutation.others)
    name = next(name for name in other if re.match(r"submit/proposal.*\.docx$", name))
    customer = json.loads(other["internal/facts.json"])["basis"]["bid"]["deal"]["customer"]["name"]
    said = [_say(p) for p in _paragraphs(Office(other[name])) if customer in _say(p)]
    return _insert(mutation, office, mutation.pick(said) or customer)


@in_word
def price_in_figures(mutation: Mutation, office: Office) -> str | None:
    amount = mutation.facts["quote"]["base"]
    return _insert(mutation, office, f"{float(amount):,.2f}")


@in_word
def another_price(mutation: Mutation, office: Office) -> str | None:
    amount = float(mutation.facts["quote"]["base"]) - 1000
    return _insert(mutation, office, f"Total price / 投标总价: {amount:,.2f}")


@in_word
def price_in_words(mutation: Mutation, office: Office) -> str | None:
    return _insert(mutation, office, mutation.facts["quote"]["words"])


def _overwrite(mutation: Mutation, office: Office, text: str) -> str | None:
    item = mutation.pick([item for item in _texts(office) if len(item.text or "") > 3])
    before, item.text = item.text, text
    return f"{before[:40]} -> {text}"


@in_word
def blank_left(mutation: Mutation, office: Office) -> str | None:
    return _overwrite(mutation, office, mutation.pick(["________", "（　　）", "", "XX"]))


@in_word
def placeholder_left(mutation: Mutation, office: Office) -> str | None:
    return _overwrite(mutation, office, mutation.pick(["【待补充】", "TODO", "XXX 公司", "（填写单位名称）"]))


@in_word
def tag_left(mutation: Mutation, office: Office) -> str | None:
    return _overwrite(mutation, office, mutation.pick(["{{ customer.name }}", "{%p endif %}", "{# note #}"]))


@in_word
def image_removed(mutation: Mutation, office: Office) -> str | None:
    drawings = [
        item for item in office.tree("word/document.xml").iter(f"{W}drawing") if item.find(f".//{A}blip") is not None
    ]
    item = mutation.pick(drawings)
    item.getparent().remove(item)
    return "a drawing"


@in_word
def image_exchanged(mutation: Mutation, office: Office) -> str | None:
    media = sorted(name for name in office.members if re.match(r"word/media/.*\.(jpe?g|png)$", name))
    pairs = [
        (a, b) for a in media for b in media if a < b and a[-3:] == b[-3:] and office.members[a] != office.members[b]
    ]
    if not pairs:
        return None
    one, two = mutation.pick(pairs)
    office.members[one] = office.members[two]
    return f"{two} as {one}"


@in_word
def date_changed(mutation: Mutation, office: Office) -> str | None:
    pattern = (
        r"\d{4}\s?[-年]|\b(January|February|March|April|May|June|July|August|September|October|November|December)\b"
    )
    text = mutation.pick([text for text in _texts(office) if re.search(pattern, text.text or "")])
    if text is None:
        return None
    before = text.text
    found = re.search(pattern, before)
    new = str(int(found.group()[:4]) + 1) + found.group()[4:] if found.group()[0].isdigit() else "Smarch"
    text.text = before[: found.start()] + new + before[found.end() :]
    return f"{before[:40]} -> {text.text[:40]}"


@in_word
def name_changed(mutation: Mutation, office: Office) -> str | None:
    bid = mutation.facts
    names = [bid["deal"]["customer"]["name"], bid["company"]["name"], bid["deal"]["title"], bid["deal"]["tender"]["no"]]
    texts = [(text, name) for text in _texts(office) for name in names if name in (text.text or "")]
    found = mutation.pick(texts)
    if found is None:
        return None
    text, name = found
    spot = mutation.chance.randrange(1, len(name) - 1)
    text.text = text.text.replace(name, name[:spot] + name[spot + 1 :], 1)
    return f"{name} without {name[spot]}"


@in_word
def days_changed(mutation: Mutation, office: Office) -> str | None:
    texts = [text for text in _texts(office) if re.search(r"\d+\s*(日历天|日历日|天|days)", text.text or "")]
    text = mutation.pick(texts)
    if text is None:
        return _change_digit(mutation, [text for text in _texts(office) if (text.text or "").strip().isdigit()])
    before = text.text
    text.text = re.sub(r"(\d+)(\s*(日历天|日历日|天|days))", lambda m: f"{int(m[1]) - 1}{m[2]}", before, count=1)
    return f"{before[:40]} -> {text.text[:40]}"


@in_word
def text_hidden(mutation: Mutation, office: Office) -> str | None:
    text = mutation.pick([text for text in _texts(office) if len(text.text or "") > 3])
    run = next(text.iterancestors(f"{W}r"))
    properties = run.find(f"{W}rPr")
    if properties is None:
        properties = etree.Element(f"{W}rPr")
        run.insert(0, properties)
    etree.SubElement(properties, f"{W}vanish")
    return (text.text or "")[:40]


@in_word
def entry_of_contents(mutation: Mutation, office: Office) -> str | None:
    entries = [p for p in office.tree("word/document.xml").iter(f"{W}p") if _style(p).startswith("TOC") and _say(p)]
    entry = mutation.pick(entries)
    entry.getparent().remove(entry)
    return _say(entry)


def _sheets(office: Office) -> list[str]:
    return sorted(part for part in office.members if re.match(r"xl/worksheets/sheet\d+\.xml", part))


def _cells(office: Office, has_formula: bool) -> list[etree._Element]:
    cells = [cell for part in _sheets(office) for cell in office.tree(part).iter(f"{S}c")]
    return [c for c in cells if (c.find(f"{S}f") is not None) is has_formula and c.find(f"{S}v") is not None]


def _numbers(office: Office, has_formula: bool) -> list[etree._Element]:
    return [c for c in _cells(office, has_formula) if c.get("t", "n") == "n" and c.findtext(f"{S}v")]


@in_book
def formula_is_value(mutation: Mutation, office: Office) -> str | None:
    cell = mutation.pick(_numbers(office, True))
    cell.remove(cell.find(f"{S}f"))
    return f"{cell.get('r')} {cell.findtext(f'{S}v')}"


@in_book
def formula_changed(mutation: Mutation, office: Office) -> str | None:
    cell = mutation.pick([c for c in _numbers(office, True) if re.search("[A-Z]+[0-9]+", c.findtext(f"{S}f") or "")])
    formula = cell.find(f"{S}f")
    before, formula.text = formula.text, f"{formula.text}+0"
    return f"{cell.get('r')} {before} -> {formula.text}"


@in_book
def range_shortened(mutation: Mutation, office: Office) -> str | None:
    sums = [c for c in _numbers(office, True) if re.search(r"[A-Z]+\d+:[A-Z]+\d+", c.findtext(f"{S}f") or "")]
    cell = mutation.pick(sums)
    if cell is None:
        return None
    formula = cell.find(f"{S}f")
    before = formula.text
    formula.text = re.sub(r":([A-Z]+)(\d+)", lambda m: f":{m[1]}{max(1, int(m[2]) - 1)}", before, count=1)
    return f"{cell.get('r')} {before} -> {formula.text}" if formula.text != before else None


@in_book
def saved_value_changed(mutation: Mutation, office: Office) -> str | None:
    cell = mutation.pick(_numbers(office, True))
    value = cell.find(f"{S}v")
    before, value.text = value.text, str(float(value.text) + 100)
    return f"{cell.get('r')} {before} -> {value.text}"


@in_book
def number_changed(mutation: Mutation, office: Office) -> str | None:
    cell = mutation.pick(_numbers(office, False))
    value = cell.find(f"{S}v")
    before, value.text = value.text, str(float(value.text) + 1)
    return f"{cell.get('r')} {before} -> {value.text}"


@in_book
def text_of_cell(mutation: Mutation, office: Office) -> str | None:
    trees = [office.tree(part) for part in [*_sheets(office), "xl/sharedStrings.xml"] if part in office.members]
    text = mutation.pick([item for tree in trees for item in tree.iter(f"{S}t") if len(item.text or "") > 2])
    before, text.text = text.text, text.text[:-1]
    return f"{before[:40]} -> {text.text[:40]}"


@in_book
def sheet_hidden(mutation: Mutation, office: Office) -> str | None:
    sheets = list(office.tree("xl/workbook.xml").iter(f"{S}sheet"))
    sheet = mutation.pick(sheets[1:])
    sheet.set("state", "hidden")
    return sheet.get("name")


@in_book
def column_hidden(mutation: Mutation, office: Office) -> str | None:
    columns = [column for part in _sheets(office) for column in office.tree(part).iter(f"{S}col")]
    column = mutation.pick(columns)
    column.set("hidden", "1")
    return column.get("min")


@in_book
def row_hidden(mutation: Mutation, office: Office) -> str | None:
    row = mutation.pick([row for part in _sheets(office) for row in office.tree(part).iter(f"{S}row") if len(row)])
    row.set("hidden", "1")
    return row.get("r")


@in_book
def row_of_sheet_lost(mutation: Mutation, office: Office) -> str | None:
    rows = [row for part in _sheets(office) for row in office.tree(part).iter(f"{S}row")]
    row = mutation.pick([row for row in rows if row.find(f"{S}c/{S}v") is not None])
    row.getparent().remove(row)
    return row.get("r")


@kind
def paper_removed(mutation: Mutation) -> str | None:
    name = mutation.pick(mutation.papers())
    del mutation.files[name]
    return name


@kind
def paper_exchanged(mutation: Mutation) -> str | None:
    papers = mutation.papers()
    one = mutation.pick(papers)
    two = mutation.pick([name for name in papers if name != one and name[-4:] == one[-4:]])
    if two is None:
        return None
    mutation.files[one] = mutation.files[two]
    return f"{two} as {one}"


@kind
def page_of_paper_lost(mutation: Mutation) -> str | None:
    for name in [name for name in mutation.papers() if name.endswith(".pdf")]:
        with pikepdf.open(io.BytesIO(mutation.files[name])) as pdf:
            if len(pdf.pages) > 1:
                del pdf.pages[-1]
                stream = io.BytesIO()
                pdf.save(stream)
                mutation.files[name] = stream.getvalue()
                return name
    return None


@kind
def file_removed(mutation: Mutation) -> str | None:
    name = mutation.pick([mutation.word, mutation.book])
    del mutation.files[name]
    return name


@kind
def file_added(mutation: Mutation) -> str | None:
    other = mutation.pick(mutation.others)
    name = next(name for name in other if re.match(r"submit/quote.*\.xlsx$", name))
    mutation.files["submit/price-list.xlsx"] = other[name]
    return name


def make_mutants(packages: Mapping[str, Path], count: int, of: int = 200) -> Iterator[Mutant]:
    """Some of so many mutants, always the same ones; all kinds come up again and again."""
    read = {
        name: {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for name, folder in packages.items()
    }
    names, kinds = list(read), list(KINDS)
    for number in sorted(random.Random(SEED).sample(range(of), count)):
        chance = random.Random(SEED + number)
        own = kinds[number % len(kinds)]
        for package in chance.sample(names, len(names)):
            files = dict(sorted(read[package].items()))
            others = [read[name] for name in names if name != package]
            mutation = Mutation(files, others, chance)
            what = KINDS[own](mutation)
            if what is not None and files != read[package]:
                yield Mutant(number, package, own, what, rewrite_manifest(files))
                break
        else:
            raise AssertionError(own)


def rewrite_manifest(files: Files) -> Files:
    """The manifest says what the files are."""
    record = json.loads(files[MANIFEST])
    known = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != MANIFEST}
    record["outputs"] = known
    return {**files, MANIFEST: json.dumps(record, ensure_ascii=False, indent=2).encode()}
