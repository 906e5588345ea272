"""every setting that holds for a workspace or for one of its deals, with the place where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bidkit.config import Settings
from bidkit.deal import Deal
from bidkit.diagnostic import Span
from bidkit.pack import DEFAULT_PACKS
from bidkit.reports.surroundings import Setting
from bidkit.scalars import Model, Prose

VARIABLES = ("BIDKIT_CACHE", "BIDKIT_SOFFICE", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR")
"""Those of the environment that bidkit reads."""
_OF_DEAL = ("id", "locale", "regime", "dated")


def list_settings(settings: Settings, deal: Deal | None, environment: Mapping[str, str]) -> Iterator[Setting]:
    """The settings in the order of bidkit.yaml, those that a deal has of its own, and those of the environment."""
    yield from _list_values("", settings)
    if not settings.pack:
        packs = [DEFAULT_PACKS[deal.language]] if deal else list(DEFAULT_PACKS.values())
        yield Setting("pack", " | ".join(packs), "")
    if deal:
        for key in _OF_DEAL:
            yield _make(f"deal.{key}", getattr(deal, key), deal.span(key))
        yield _make("deal.quote.currency", deal.quote.currency, deal.quote.span("currency"))
        if deal.tender:
            yield _make("deal.tender.rules", deal.tender.rules, deal.tender.span("rules"))
    for name in VARIABLES:
        if name in environment:
            yield Setting(name, environment[name], f"${name}")


def _list_values(prefix: str, record: Model) -> Iterator[Setting]:
    for key in type(record).model_fields:
        value = getattr(record, key)
        if isinstance(value, Model) and not isinstance(value, Prose):
            yield from _list_values(f"{prefix}{key}.", value)
        elif (prefix, key) != ("", "pack") or value:
            yield _make(
                f"{prefix}{key.rstrip('_')}", value, record.span(key) if key in record.model_fields_set else None
            )


def _make(name: str, value: Any, span: Span | None) -> Setting:
    if isinstance(value, Prose):
        shown = value.file or value.text
    elif isinstance(value, dict):
        shown = ", ".join(f"{key}: {item}" for key, item in value.items())
    else:
        shown = ", ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value)
    return Setting(name, shown, f"{span.file}:{span.line}:{span.col}" if span and span.line else "")
