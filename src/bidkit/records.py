"""frozen records -> plain data for JSON, and back by the types of their fields.

number     Decimal, date, datetime and enumerations as text, so that nothing is lost; bytes in base 64
record     an object with the fields that are not as they are by default; what is left out is the default
places     are left out: what is read back was written in no file of the reader's
"""

from __future__ import annotations

import types
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

T = TypeVar("T")


class Unfit(ValueError):
    """Data that are no record of the wanted type."""


def write_record(value: Any, without: Collection[str] = ()) -> Any:
    """A frozen dataclass or model, and all that is in it, as objects, lists, texts, whole numbers and flags.

    Args:
        without: names of fields that are left out wherever they are; each has a default.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (Decimal, date)):
        return f"{value:f}" if isinstance(value, Decimal) else value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, (tuple, list)):
        return [write_record(item, without) for item in value]
    if isinstance(value, Mapping):
        return {str(key): write_record(item, without) for key, item in value.items()}
    kind: Any = type(value)
    known = _list_fields(kind)
    return {
        name: write_record(getattr(value, name), without)
        for name, (_, default) in known.items()
        if default is MISSING or (name not in without and getattr(value, name) != default)
    }


def read_record(kind: type[T], data: Any) -> T:
    """What was written, as a record of its type. Raises `Unfit` for anything else; nothing is judged but its types."""
    try:
        made: T = _read(kind, data)
    except (TypeError, ValueError, KeyError, AttributeError, InvalidOperation, RecursionError) as error:
        raise Unfit(str(error)) from error
    return made


def _read(kind: Any, data: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _read(inner[0], data)
    if origin in (Union, types.UnionType):
        return _read_either(inner, data)
    if origin is Literal:
        return _expect(data, data in inner)
    if origin is tuple:
        _expect(data, isinstance(data, list))
        if inner[-1] is Ellipsis:
            return tuple(_read(inner[0], item) for item in data)
        return tuple(_read(part, item) for part, item in zip(inner, data, strict=True))
    if origin is not None:
        return {_read(inner[0], key): _read(inner[1], item) for key, item in data.items()}
    if is_dataclass(kind) or issubclass(kind, BaseModel):
        return _read_fields(kind, data)
    if issubclass(kind, Enum):
        return kind(data)
    if kind in (Decimal, date, datetime):
        _expect(data, isinstance(data, str))
        return Decimal(data) if kind is Decimal else kind.fromisoformat(data)
    return b64decode(data, validate=True) if kind is bytes else _expect(data, type(data) is kind)


def _read_either(kinds: tuple[Any, ...], data: Any) -> Any:
    """The first of several types that fits; those that are written as they are come before those read from text."""
    if data is None:
        return _expect(data, type(None) in kinds)
    for kind in sorted((kind for kind in kinds if kind is not type(None)), key=lambda kind: kind is str):
        try:
            return _read(kind, data)
        except (TypeError, ValueError, AttributeError, InvalidOperation):
            continue
    raise Unfit(str(data))


def _read_fields(kind: Any, data: Any) -> Any:
    _expect(data, isinstance(data, dict))
    known = _list_fields(kind)
    _expect(data, data.keys() <= known.keys())
    values = {}
    for name, (hint, default) in known.items():
        _expect(name, name in data or default is not MISSING)
        values[name] = _read(hint, data[name]) if name in data else default
    return kind.model_construct(**values) if issubclass(kind, BaseModel) else kind(**values)


@lru_cache(maxsize=256)
def _list_fields(kind: Any) -> dict[str, tuple[Any, Any]]:
    """The fields of a record, each with its type and its default."""
    hints = get_type_hints(kind, include_extras=True)
    if is_dataclass(kind):
        given = {
            item.name: item.default if item.default_factory is MISSING else item.default_factory()
            for item in fields(kind)
        }
    else:
        given = {
            name: MISSING if item.is_required() else item.get_default(call_default_factory=True)
            for name, item in kind.model_fields.items()
        }
    return {name: (hints[name], default) for name, default in given.items()}


def _expect(data: Any, is_so: bool) -> Any:
    if not is_so:
        raise Unfit(str(data)[:80])
    return data
