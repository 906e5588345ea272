"""anchors: the names by which a template marks where a product, a paper or a requirement stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bidkit.bid import Bid

_MAX_LENGTH = 40


def make_anchors(kind: str, ids: Iterable[str]) -> dict[str, str]:
    """A bookmark's name for each id; ids that Word would take for one get a number, in their order."""
    anchors: dict[str, str] = {}
    taken: set[str] = set()
    for key in dict.fromkeys(ids):
        name = f"{kind}_{''.join(character if _is_kept(character) else '_' for character in key)}"
        number, anchor = 1, name[:_MAX_LENGTH]
        while anchor.casefold() in taken:  # Word does not tell capitals from small letters
            number += 1
            anchor = f"{name[: _MAX_LENGTH - 1 - len(str(number))]}_{number}"
        taken.add(anchor.casefold())
        anchors[key] = anchor
    return anchors


def _is_kept(character: str) -> bool:
    """Letters and decimal digits of any script; Word counts those beyond the first plane twice."""
    return (character.isalpha() or character.isdecimal()) and character <= "\uffff"


class Anchors:
    """The anchors of a bid, and where what proves an answer stands."""

    def __init__(self, bid: Bid) -> None:
        self.products = make_anchors("product", (product.sku for product in bid.proposed))
        self.credentials = make_anchors("credential", (paper.id for paper in bid.selection.chosen))
        self.requirements = make_anchors("requirement", (item.id for item in bid.deal.requirements))
        names = {paper.id: paper.title for paper in bid.catalog.credentials}
        self._names: Mapping[str, str] = names | {product.sku: product.name for product in bid.catalog.products}

    def find(self, key: str) -> dict[str, Any]:
        """`name` and `anchor` of a product or paper of the bid; no anchor for what stands nowhere by itself."""
        anchor = self.products.get(key) or self.credentials.get(key) or ""
        return {"name": self._names.get(key, key), "anchor": anchor}
