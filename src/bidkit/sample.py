"""a made-up bid with one of everything: what a template's names are checked against when there is no deal."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from importlib import resources
from typing import TypeVar

from bidkit.bid import Bid, make_bid
from bidkit.catalog import Catalog, Product, ServiceBlock
from bidkit.catalog.papers import Credential
from bidkit.config import Settings
from bidkit.deal import Deal
from bidkit.scalars import Model, validate
from bidkit.source import Node, parse_yaml

M = TypeVar("M", bound=Model)


@lru_cache(maxsize=1)
def load_sample() -> Bid:
    """The bid of `sample.yaml`."""
    text = resources.files("bidkit").joinpath("sample.yaml").read_text(encoding="utf-8")
    data, problems = parse_yaml(text, "sample.yaml")
    if data is None or problems:
        raise AssertionError(f"the shipped sample is broken: {problems}")
    records = (_read(data, "product", Product),), (_read(data, "service", ServiceBlock),)
    catalog = Catalog(*records, (_read(data, "credential", Credential),))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    settings, deal = _read(data, "settings", Settings), _read(data, "deal", Deal)
    bid, problems = make_bid(deal, settings, catalog, now, date(2026, 1, 1))
    if bid is None:
        raise AssertionError(f"the shipped sample is broken: {problems}")
    return bid


def _read(data: Node, key: str, kind: type[M]) -> M:
    record, problems = validate(kind, data[key])
    if record is None:
        raise AssertionError(f"the shipped sample is broken: {problems}")
    return record
