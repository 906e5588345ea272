"""the kinds of YAML files that bidkit reads: what each is called, where it lies, and its model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bidkit.catalog import Product, ServiceBlock
from bidkit.catalog.papers import Credential
from bidkit.catalog.prices import PriceBook
from bidkit.config import CONFIG_NAME, Settings
from bidkit.deal import Deal
from bidkit.follow import FOLLOW_NAME, Follow
from bidkit.forms.mapping import FormMap
from bidkit.gate import ATTESTATIONS_NAME, AttestationFile
from bidkit.matrix import BATCH_NAME
from bidkit.matrix.axes import BatchText
from bidkit.pack import MANIFEST_NAME, PackText
from bidkit.process import Extension, Whole
from bidkit.scalars import Expiry, Model, Prose
from bidkit.waivers import WAIVERS_NAME, WaiverFile

ANY = "*"
"""In a path of keys: every key of a mapping whose keys are free."""


@dataclass(frozen=True)
class FileKind:
    """A kind of file.

    Args:
        models: of the whole file; of two the first is that of files with `extends`.
        globs: where such files lie in a workspace; none for a kind whose files may be called anything.
        body: the key that the text below the front matter of a Markdown file is put under; empty for YAML.
    """

    name: str
    models: tuple[type[Model], ...]
    globs: tuple[str, ...] = ()
    body: str = ""

    @property
    def mark(self) -> str:
        """What the `schema` of its files says; empty if they have none."""
        field = self.models[0].model_fields.get("schema_")
        return str(get_args(field.annotation)[0]) if field else ""


KINDS = (
    FileKind("workspace", (Settings,), (CONFIG_NAME,)),
    FileKind("deal", (Deal,), ("deals/**/deal.yaml",)),
    FileKind("batch", (BatchText,), (f"deals/**/{BATCH_NAME}",)),
    FileKind("attestations", (AttestationFile,), (f"deals/**/{ATTESTATIONS_NAME}",)),
    FileKind("waivers", (WaiverFile,), (f"deals/**/{WAIVERS_NAME}",)),
    FileKind("follow", (Follow,), (f"deals/**/{FOLLOW_NAME}",)),
    FileKind("form", (FormMap,), ("deals/**/forms/*.yaml",)),
    FileKind("product", (Product,), ("catalog/products/*.md",), "introduction"),
    FileKind("service", (ServiceBlock,), ("catalog/services/*.md",), "text"),
    FileKind("credential", (Credential,), ("catalog/credentials/*.yaml",)),
    FileKind("prices", (PriceBook,), ("catalog/prices/*.yaml",)),
    FileKind("pack", (PackText,), (f"templates/*/{MANIFEST_NAME}",)),
    FileKind("process", (Extension, Whole), ("processes/*.yaml",)),
)


def find_kind(name: str, mark: object = None) -> FileKind | None:
    """The kind of a file: by what its `schema` says, else by where it lies in its workspace; None for any other file.

    Args:
        name: relative to the workspace.
        mark: what the file has as its `schema`; None if it has none.
    """
    if mark is not None:
        return next((kind for kind in KINDS if kind.mark == mark), None)
    path = PurePosixPath(name)
    return next((kind for kind in KINDS if not kind.mark and any(path.match(glob) for glob in kind.globs)), None)


@dataclass(frozen=True)
class Key:
    """A key of a model: its name in the file, and its type as it is annotated, without `| None`."""

    name: str
    type: Any
    is_required: bool


@lru_cache(maxsize=256)
def list_keys(model: type[Model]) -> tuple[Key, ...]:
    """The keys of a model in their order."""
    hints = get_type_hints(model, include_extras=True)
    fields = model.model_fields.items()
    return tuple(Key(info.alias or name, _unwrap(hints[name]), info.is_required()) for name, info in fields)


def _unwrap(annotation: Any) -> Any:
    if annotation == Expiry or get_origin(annotation) not in (Union, UnionType):
        return annotation
    (kind,) = [part for part in get_args(annotation) if part is not type(None)]
    return kind


def is_record(annotation: Any) -> bool:
    """Whether a mapping with the keys of a model is written."""
    return isinstance(annotation, type) and issubclass(annotation, Model) and annotation is not Prose


def item_of(annotation: Any) -> tuple[str, Any]:
    """What a type is of: `[]` and the type of a list's items, `.*` and that of a mapping's values, else empty."""
    shape = get_origin(annotation)
    if shape is tuple:
        return "[]", get_args(annotation)[0]
    if shape is dict:
        return f".{ANY}", get_args(annotation)[1]
    return "", annotation


def values_of(annotation: Any) -> tuple[str, ...]:
    """The values of a type that allows only some."""
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def walk_records(model: type[Model], path: str = "") -> Iterator[tuple[str, type[Model]]]:
    """Every mapping of keys that a file may hold: where, as `quote.lines[]`, and its model; itself first."""
    yield path, model
    for key in list_keys(model):
        steps, kind = f"{path}.{key.name}".removeprefix("."), key.type
        while (step := item_of(kind))[0]:
            steps, kind = steps + step[0], step[1]
        if is_record(kind) and kind is not model:
            yield from walk_records(kind, steps)
