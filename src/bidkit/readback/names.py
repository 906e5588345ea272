"""what names and paths finished files have: namespaces, places, an XPath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from bidkit.ooxml import opc

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
R = f"{{{opc.OFFICE_RELS}}}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DC = "{http://purl.org/dc/elements/1.1/}"
Place = tuple[tuple[str, str], ...]


def make_path(path: str, *, is_smart: bool = True) -> Callable[[etree._Element], Any]:
    """An XPath over the whole of a tree, with the prefixes w, a, m and r.

    Args:
        is_smart: texts and attributes know where they stand.
    """
    names = {"w": W[1:-1], "a": A[1:-1], "m": M[1:-1], "r": R[1:-1]}
    return etree.XPath(path, namespaces=names, smart_strings=is_smart)
