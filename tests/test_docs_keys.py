"""The pages of keys in both languages: their tables are the models, and their examples are a bid that checks clean."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from workspace import make_pdf, make_picture, run_check, write
from written_files import split_cells

from bidkit.catalog import Product, ServiceBlock
from bidkit.catalog.papers import Credential
from bidkit.catalog.prices import PriceBook
from bidkit.choices import load_terms
from bidkit.config import Settings
from bidkit.deal import Deal, DealId
from bidkit.deal.attachments import Angle, Dpi, NamePattern
from bidkit.deal.layout import FirstLine, FontSize, Length, LineSpacing
from bidkit.deal.tender import DEMANDS, DEVIATIONS, BondForm, DemandKind, Deviation
from bidkit.diagnostic import Diagnostic, load_messages
from bidkit.follow import Follow
from bidkit.gate import AttestationFile
from bidkit.kinds import FOREIGN_KINDS, NAMES, UNDATED_KINDS, PaperKind
from bidkit.pack import DEFAULT_PACKS, PackText, shipped_packs
from bidkit.process import load_shipped
from bidkit.reports import Result
from bidkit.scalars import (
    Color,
    Day,
    Days,
    DayTexts,
    Expiry,
    Factor,
    Flag,
    Model,
    Moment,
    Money,
    Note,
    PeriodText,
    PeriodTexts,
    Price,
    Prose,
    Quantity,
    Rate,
    Tags,
    TaxRate,
    Text,
    Texts,
    Whole,
    WindowText,
)
from bidkit.schema import KINDS
from bidkit.source.tables import TITLES, normalize_title

ROOT = Path(__file__).parents[1]
LANGS = ("zh", "en")
PAGES = {"zh": ("workspace.md", "deal.md", "follow.md"), "en": ("workspace.en.md", "deal.en.md", "follow.en.md")}
HEADS = {"zh": ["键", "必填", "值", "含义"], "en": ["key", "required", "value", "meaning"]}
REQUIRED = {"zh": {True: "是", False: "否"}, "en": {True: "yes", False: "no"}}
DEFAULT = {"zh": "默认 `{}`", "en": "default `{}`"}
MODELS: dict[str, type[Model]] = {
    "bidkit.yaml": Settings,
    "catalog/products/*.md": Product,
    "catalog/services/*.md": ServiceBlock,
    "catalog/credentials/*.yaml": Credential,
    "catalog/prices/*.yaml": PriceBook,
    "templates/*/pack.yaml": PackText,
    "deal.yaml": Deal,
    "attestations.yaml": AttestationFile,
    "follow.yaml": Follow,
}
SCALARS: tuple[tuple[Any, str, str], ...] = (
    (Text, "文字", "text"),
    (Note, "文字", "text"),
    (Texts, "文字列表", "list of texts"),
    (tuple[Text, ...], "文字列表", "list of texts"),
    (tuple[BondForm, ...], "文字列表", "list of texts"),
    (DealId, "标识", "id"),
    (Prose, "正文", "prose"),
    (Whole, "整数", "whole number"),
    (Quantity, "数", "number"),
    (Money, "金额", "amount"),
    (Rate, "比率", "rate"),
    (Price, "单价", "unit price"),
    (Factor, "正数", "positive number"),
    (TaxRate, "税率", "tax rate"),
    (Tags, "标签", "tags"),
    (Day, "日期", "date"),
    (Moment, "时刻", "time"),
    (Expiry, "有效期", "expiry"),
    (NamePattern, "文字", "text"),
    (Dpi, "整数", "whole number"),
    (Angle, "整数", "whole number"),
    (DayTexts, "日子列表", "list of days"),
    (WindowText, "期间", "window"),
    (Days, "日期列表", "list of dates"),
    (PeriodText, "所属期", "period"),
    (PeriodTexts, "所属期列表", "list of periods"),
    (Flag, "是否", "yes or no"),
    (Color, "颜色", "colour"),
    (Length, "长度", "length"),
    (FontSize, "字号", "font size"),
    (LineSpacing, "行距", "line spacing"),
    (FirstLine, "缩进", "indent"),
)
SHAPES = {
    "mapping": ("键值", "mapping"),
    "list": ("列表", "list"),
    "one": ("之一", "one of"),
    "only": ("固定", "always"),
}
BINARIES = {
    "logo.png": make_picture(),
    "catalog/products/pictures/GW-200.png": make_picture(),
    "catalog/credentials/files/iso9001.pdf": make_pdf(),
}
DEAL = "deals/water/deal.yaml"


@dataclass(frozen=True)
class Row:
    """A key as a table has it: the cells after the key."""

    required: str
    value: str
    meaning: str


@dataclass
class Page:
    """What the pages of a language hold: the keys by file and path, other tables by their first title, the examples."""

    keys: dict[tuple[str, str], dict[str, Row]] = field(default_factory=dict)
    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    headings: list[str] = field(default_factory=list)
    unnamed: list[str] = field(default_factory=list)
    text: str = ""


def read_page(lang: str) -> Page:
    page = Page()
    for name in PAGES[lang]:
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        page.text += text
        read_lines(page, text.splitlines(), lang)
    return page


def read_lines(page: Page, lines: list[str], lang: str) -> None:
    root = path = ""
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if heading := re.match(r"(#+) (?:`(.+?)`)?", line):
            path = heading.group(2) or ""
            root = path if heading.group(1) == "##" else root
            page.headings.append(f"{heading.group(1)} {path}")
        elif fence := re.match(r"```(\w*) ?(\S*)", line):
            end = lines.index("```", number)
            if fence.group(2):
                page.examples[fence.group(2)] = "\n".join(lines[number:end]) + "\n"
            elif fence.group(1):
                page.unnamed.append(line)
            number = end + 1
        elif line.startswith("|"):
            rows = []
            while number < len(lines) and lines[number].startswith("|"):
                rows.append(split_cells(lines[number]))
                number += 1
            add_table(page, split_cells(line), rows[1:], (root, path), lang)


def add_table(page: Page, head: list[str], rows: list[list[str]], place: tuple[str, str], lang: str) -> None:
    if head != HEADS[lang]:
        page.tables["|".join(head)] = rows
        return
    assert place not in page.keys, f"two tables of keys in {place}"
    page.keys[place] = {key.strip("`"): Row(required, value, meaning) for key, required, value, meaning in rows}
    assert len(page.keys[place]) == len(rows), f"a key stands twice in {place}"


PAGE = {lang: read_page(lang) for lang in LANGS}


def unwrap(kind: Any) -> Any:
    """A type without `| None`; `Expiry` is one of its own."""
    if kind != Expiry and get_origin(kind) in (Union, UnionType):
        (kind,) = [part for part in get_args(kind) if part is not type(None)]
    return kind


def is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model) and kind is not Prose


def nested(kind: Any) -> tuple[type[Model], str] | None:
    """The model of a mapping or of a list's items, and what its path ends in."""
    if is_model(kind):
        return kind, ""
    if get_origin(kind) is tuple and is_model(get_args(kind)[0]):
        return get_args(kind)[0], "[]"
    return None


def fields_of(model: type[Model]) -> Iterator[tuple[str, Any, Any]]:
    """Each key of a model with its field and its type as it is annotated."""
    hints = get_type_hints(model, include_extras=True)
    for name, info in model.model_fields.items():
        yield info.alias or name, info, unwrap(hints[name])


def walk(root: str, model: type[Model], path: str) -> Iterator[tuple[str, str, type[Model]]]:
    yield root, path or root, model
    for key, _, kind in fields_of(model):
        if (found := nested(kind)) and found[0] is not model:
            yield from walk(root, found[0], f"{path}.{key}{found[1]}".removeprefix("."))


TABLES = [table for root, model in MODELS.items() for table in walk(root, model, "")]


def values_of(kind: Any) -> tuple[str, ...]:
    """The values that a key, or each value of a mapping, may have; none if any may be written."""
    if get_origin(kind) is dict:
        kind = get_args(kind)[1]
    if kind == Deviation:
        return (*get_args(get_args(kind)[0]), *DEVIATIONS)
    if kind == DemandKind:
        return (*get_args(get_args(kind)[0]), *DEMANDS)
    if kind == PaperKind:
        return tuple(NAMES)
    return get_args(kind) if get_origin(kind) is Literal else ()


def word_of(kind: Any, lang: str) -> str:
    """How the pages call a type."""
    values, place = values_of(kind), LANGS.index(lang)
    if get_origin(kind) is dict or is_model(kind):
        return SHAPES["mapping"][place]
    if nested(kind):
        return SHAPES["list"][place]
    if values:
        return SHAPES["only" if len(values) == 1 else "one"][place]
    return next(words[place] for scalar, *words in SCALARS if scalar == kind)


@pytest.mark.parametrize("lang", LANGS)
def test_every_mapping_has_a_table_and_every_table_is_a_mapping(lang: str) -> None:
    assert sorted(PAGE[lang].keys) == sorted((root, path) for root, path, _ in TABLES)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("root", "path", "model"), [pytest.param(*table, id=table[1]) for table in TABLES])
def test_a_table_has_the_keys_of_its_model_in_their_order(root: str, path: str, model: type[Model], lang: str) -> None:
    rows = PAGE[lang].keys[root, path]
    assert list(rows) == [key for key, _, _ in fields_of(model)]
    for key, info, kind in fields_of(model):
        row, name = rows[key], f"{path}: {key}"
        assert re.match(rf"{REQUIRED[lang][info.is_required()]}(?![\w])|$", row.required), name
        assert re.match(rf"{word_of(kind, lang)}(?![\w])", row.value), f"{name} is {word_of(kind, lang)}"
        if values := values_of(kind):
            assert set(named_values(row.value, key, lang)) == set(values), name
        default = "false" if info.default is False else info.default
        if isinstance(default, str) and default:
            assert DEFAULT[lang].format(default) in row.value, name


def named_values(cell: str, key: str, lang: str) -> list[str]:
    """The values that a cell names, or the table that it points at."""
    title = {"zh": f"`{key}` 的值", "en": f"value of `{key}`"}[lang]
    own = [rows for head, rows in PAGE[lang].tables.items() if head.startswith(title)] if "`" not in cell else []
    return re.findall("`(.+?)`", "".join(row[0] for row in own[0]) if own else cell)


@pytest.mark.parametrize("lang", LANGS)
def test_what_no_shipped_pack_prints_is_in_none_of_them(lang: str) -> None:
    said = {"zh": "自带的模板不印", "en": "the packs that come with bidkit do not print it"}[lang]
    names = [key for rows in PAGE[lang].keys.values() for key, row in rows.items() if said in row.meaning]
    printed = "".join(path.read_text(encoding="utf-8") for path in shipped_packs().glob("*/*.docx.txt"))
    assert len(names) == 2
    assert not re.findall(rf"\w\.(?:{'|'.join(names)})\b", printed)


@pytest.mark.parametrize("lang", LANGS)
def test_the_words_for_types_are_explained(lang: str) -> None:
    title = {"zh": "值|写法", "en": "value|how it is written"}[lang]
    words = {words[LANGS.index(lang)] for _, *words in SCALARS}
    words |= {names[LANGS.index(lang)] for names in SHAPES.values()}
    assert {row[0] for row in PAGE[lang].tables[title]} == words


@pytest.mark.parametrize("lang", LANGS)
def test_column_titles_are_those_that_are_known(lang: str) -> None:
    title = {"zh": "键|列标题", "en": "key|column titles"}[lang]
    rows = {key.strip("`"): re.findall("`(.+?)`", titles) for key, titles in PAGE[lang].tables[title]}
    assert {key: [normalize_title(name) for name in titles] for key, titles in rows.items()} == {
        key: titles.split() for key, titles in TITLES.items()
    }


@pytest.mark.parametrize("lang", LANGS)
def test_the_table_of_kinds_says_what_a_kind_brings_with_it(lang: str) -> None:
    (rows,) = [rows for head, rows in PAGE[lang].tables.items() if "`kind`" in head]
    labels = load_messages(lang)["labels"]
    for cell, meaning, shown, is_foreign in rows:
        kind = cell.strip("`")
        assert lang == "en" or meaning == NAMES[kind]
        assert shown == labels["undated" if kind in UNDATED_KINDS else "long_term"], kind
        assert is_foreign == REQUIRED[lang][kind in FOREIGN_KINDS], kind


@pytest.mark.parametrize("lang", LANGS)
def test_codes_and_checklist_items_that_the_pages_name_are_there(lang: str) -> None:
    codes = set(re.findall(r"\b[A-Z]{2}\d\d\b", PAGE[lang].text))
    assert codes <= set(load_messages(lang)["codes"])
    assert len(codes) >= 15
    items = set(re.findall(r"[（(]([1-6]\.\d+[a-z]?)[)）]", PAGE[lang].text))
    assert items <= {item.id for stage in load_shipped().stages for item in stage.items}
    assert len(items) >= 10


def test_both_languages_have_the_same_sections_codes_and_files() -> None:
    zh, en = PAGE["zh"], PAGE["en"]
    assert zh.headings == en.headings
    assert list(zh.examples) == list(en.examples)
    assert zh.unnamed == en.unnamed == []
    for pattern in (r"\b[A-Z]{2}\d\d\b", r"[（(]([1-6]\.\d+[a-z]?)[)）]"):
        assert sorted(re.findall(pattern, zh.text)) == sorted(re.findall(pattern, en.text))


def make_example(path: Path, lang: str) -> Path:
    """The workspace that the examples of the pages make, with a copy of a shipped pack as its own; its deal.yaml."""
    shutil.copytree(shipped_packs() / DEFAULT_PACKS[lang], path / "templates/mine")
    for name, content in (BINARIES | PAGE[lang].examples).items():
        write(path / name, content)
    return path / DEAL


def open_items(result: Result) -> dict[str, list[Diagnostic]]:
    """What is open of each item of the checklist."""
    assert result.gate is not None
    return {item.item.id: list(item.open) for stage in result.gate.stages for item in stage.items if item.open}


@pytest.mark.parametrize("lang", LANGS)
def test_the_examples_are_a_bid_that_waits_for_signatures_only(lang: str, tmp_path: Path) -> None:
    result = run_check(make_example(tmp_path, lang))
    assert result.diagnostics == ()
    items = open_items(result)
    assert items.pop("3.7", []) == [], "the attestation of the example is not true"
    assert items
    codes = {problem.code for problems in items.values() for problem in problems}
    assert codes == {"GT01", "GT03", "GT09", "GT13"}  # what is done to the package waits for one
    later = {item.id for item in load_shipped().items if item.moment == "later"}
    assert {name for name, (problem, *_) in items.items() if problem.code in ("GT01", "GT13")} <= later


@pytest.mark.parametrize(("lang", "name"), [(lang, name) for lang in LANGS for name in PAGE[lang].examples])
def test_every_example_is_read(lang: str, name: str, tmp_path: Path) -> None:
    deal = make_example(tmp_path, lang)
    write(tmp_path / name, PAGE[lang].examples[name].encode() + b"\xff")
    result = run_check(deal)
    if name == "deals/water/evidence/receipt.md":
        assert [problem.code for problem in open_items(result)["3.7"]] == ["GT05"]
    else:
        found = {(problem.code, problem.span.file) for problem in result.diagnostics if problem.span}
        assert ("DL23", name) in found


@pytest.mark.parametrize("lang", LANGS)
def test_what_editors_show_is_what_the_tables_say(lang: str) -> None:
    kinds = {(kind.globs[0].split("/")[-1] if kind.mark else kind.globs[0]): kind.name for kind in KINDS}
    kinds |= {"templates/*/pack.yaml": "pack"}
    terms = load_terms(lang)
    for (root, path), rows in PAGE[lang].keys.items():
        said = terms[kinds[root]]["" if path == root else path]
        assert list(said) == list(rows), (root, path)
        for key, row in rows.items():
            term = said[key]
            required = row.required.removeprefix(REQUIRED[lang][False]).removeprefix(REQUIRED[lang][True])
            assert (term["value"], term["meaning"]) == (row.value, row.meaning), (root, path, key)
            assert term.get("when", "") == required.lstrip("；; "), (root, path, key)
    title = {"zh": "值|写法", "en": "value|how it is written"}[lang]
    assert [[*pair] for pair in terms["words"].items()] == PAGE[lang].tables[title]
