"""A quote computed from what is written, for tests that expect it to have a price for every line."""

from __future__ import annotations

from collections.abc import Sequence

from bidkit.deal.prices import QuoteText
from bidkit.deal.tender import Lot
from bidkit.quote import Quote, price_quote


def compute_quote(text: QuoteText, language: str, lots: Sequence[Lot] = ()) -> Quote:
    """The quote."""
    quote, problems = price_quote(text, language, lots)
    assert problems == []
    assert quote is not None
    return quote
