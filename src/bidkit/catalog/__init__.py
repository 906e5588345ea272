"""products, services, credential records and price books of a workspace: those that a deal names.

A record's id is its file's name: `catalog/products/GW-200.md` is the product with the sku `GW-200`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, TypeVar

from bidkit.catalog.papers import Credential, check_paper
from bidkit.catalog.prices import PriceBook, check_book
from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.kinds import Nature
from bidkit.scalars import Day, Model, Note, Prose, Text, validate
from bidkit.source import (
    Node,
    Workspace,
    decode,
    has_references,
    load_yaml,
    nearest,
    parse_front_matter,
    parse_mapping,
)

_PAPERS = "catalog/credentials"


class Spec(Model):
    """One row of a product's table of specifications."""

    name: Text
    value: Text


class Product(Model):
    """A product of the catalog: the front matter of its file and, as `introduction`, the text below it."""

    sku: Text
    name: Text
    category: Text
    brand: Note = ""
    model: Note = ""
    manufacturer: Note = ""
    origin: Note = ""
    nature: Nature | None = None
    unit: Text
    specs: tuple[Spec, ...]
    picture: Note = ""
    caption: Note = ""
    owner: Text
    reviewed: Day
    introduction: Prose


class ServiceBlock(Model):
    """A service text of the catalog: service levels, training, maintenance."""

    id: Text
    title: Text
    owner: Text
    reviewed: Day
    text: Prose


@dataclass(frozen=True)
class Catalog:
    """What one deal takes from its workspace, in the order in which the deal names it."""

    products: tuple[Product, ...]
    services: tuple[ServiceBlock, ...]
    credentials: tuple[Credential, ...]
    books: tuple[PriceBook, ...] = ()


R = TypeVar("R", Product, ServiceBlock, Credential, PriceBook)


def load_catalog(
    workspace: Workspace,
    products: Iterable[tuple[str, Span | None]],
    services: Iterable[tuple[str, Span | None]],
    credentials: Iterable[tuple[str, Span | None]],
    books: Iterable[tuple[str, Span | None]] = (),
) -> tuple[Catalog, list[Diagnostic]]:
    """The named records, each with the place where the deal names it. Diagnostics: DL01–DL28, DL44, DL45."""
    problems: list[Diagnostic] = []
    catalog = Catalog(
        _load(workspace, "catalog/products", ".md", "sku", Product, products, problems),
        _load(workspace, "catalog/services", ".md", "service", ServiceBlock, services, problems),
        _load(workspace, _PAPERS, ".yaml", "credential", Credential, credentials, problems),
        _load(workspace, "catalog/prices", ".yaml", "price_book", PriceBook, books, problems),
    )
    problems += [problem for book in catalog.books for problem in check_book(book)]
    problems += [problem for paper in catalog.credentials for problem in check_paper(paper)]
    return catalog, problems


def load_library(workspace: Workspace) -> tuple[tuple[Credential, ...], list[Diagnostic]]:
    """Every credential record of a workspace, by file name. Diagnostics: DL01–DL28, DL64."""
    problems: list[Diagnostic] = []
    names = [(PurePosixPath(name).stem, None) for name in workspace.names(_PAPERS, ".yaml")]
    papers = _load(workspace, _PAPERS, ".yaml", "credential", Credential, names, problems)
    return papers, problems + [problem for paper in papers for problem in check_paper(paper)]


def _load(
    workspace: Workspace,
    folder: str,
    suffix: str,
    noun: str,
    kind: type[R],
    wanted: Iterable[tuple[str, Span | None]],
    problems: list[Diagnostic],
) -> tuple[R, ...]:
    names = {PurePosixPath(name).stem: name for name in workspace.names(folder, suffix)}
    records: dict[str, R | None] = {}
    for key, at in wanted:
        if key not in names:
            values = {
                "kind": Term(noun),
                "id": key,
                "near": nearest(key, list(names)),
                "allowed": f"{folder}/*{suffix}",
            }
            problems.append(Diagnostic("DL15", at, values))
        elif key not in records:
            records[key] = _read(workspace, names[key], key, kind, problems)
    return tuple(record for record in records.values() if record is not None)


def _read(workspace: Workspace, name: str, key: str, kind: type[R], problems: list[Diagnostic]) -> R | None:
    record: R | None = _load_record(workspace, name, kind, problems)
    if record is None:
        return None
    own = record.sku if isinstance(record, Product) else record.id
    if own != key:
        at = record.span("sku" if isinstance(record, Product) else "id")
        problems.append(Diagnostic("DL26", at, {"id": own, "file": name}))
    return record


def _load_record(workspace: Workspace, name: str, kind: type[Model], problems: list[Diagnostic]) -> Any:
    """A record of its kind, also one that says another id than its file's name."""
    content, found = workspace.read(name)
    text, more = decode(content, name) if content is not None else (None, [])
    problems.extend([*found, *more])
    if text is None:
        return None
    record, told = _parse_alone(text, name, kind) or _parse(workspace, name, kind)
    problems.extend(told)
    return record


@lru_cache(maxsize=4096)
def _parse_alone(text: str, name: str, kind: type[Model]) -> tuple[Any, Sequence[Diagnostic]] | None:
    """A record all of which stands in its own file, kept while bidkit runs; None if it refers to other files."""
    is_yaml = name.endswith(".yaml")
    data, problems = parse_mapping(text, name) if is_yaml else _read_front_matter(text, name, kind)
    if is_yaml and has_references(data):
        return None
    record, found = validate(kind, data) if data is not None else (None, [])
    return record, (*problems, *found)


def _parse(workspace: Workspace, name: str, kind: type[Model]) -> tuple[Any, Sequence[Diagnostic]]:
    """A record with what the files say that it refers to."""
    data, problems = load_yaml(workspace, name)
    record, found = validate(kind, data) if data is not None else (None, [])
    return record, (*problems, *found)


def _read_front_matter(text: str, name: str, kind: type[Model]) -> tuple[Node | None, list[Diagnostic]]:
    """Front matter, with the text below it under a key of its own."""
    data, body, problems = parse_front_matter(text, name)
    key = "introduction" if kind is Product else "text"
    if data is not None and key in data:
        problems.append(Diagnostic("DL03", data.keys_at[key], {"key": key, "first": body.span.line}))
    elif data is not None:
        data.put(key, body, body.span, body.span)
    return data, problems
