"""what must be one of its kind: numbers of drawings, changes and controls; text boxes that stand in a file twice."""

from __future__ import annotations

from lxml import etree

from bidkit.ooxml.tree import append_text, prepend_text, q, replace_by_text
from bidkit.ooxml.values import mark

_DRAWINGS = (
    "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr",
    "{http://schemas.openxmlformats.org/drawingml/2006/picture}cNvPr",
)
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_CHANGES = ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "tblPrChange", "trPrChange", "tcPrChange",
            "sectPrChange", "numberingChange", "cellIns", "cellDel")  # fmt: skip


def mark_numbers(root: etree._Element) -> None:
    """Drawings and changes are numbered when they are printed; what Word makes anew by itself goes."""
    for drawing in root.iter(*_DRAWINGS):
        drawing.set("id", mark("d"))
    for change in root.iter(*(q(name) for name in _CHANGES)):
        if change.get(q("id")) is not None:
            change.set(q("id"), mark("d"))
    for control in list(root.iter(q("sdtPr"))):
        for name in ("id", "dataBinding"):  # a bound control would show its old value again
            child = control.find(q(name))
            if child is not None:
                replace_by_text(child, "")
    for element in root.iter(q("p"), q("tr")) if "w14" in root.nsmap else ():
        for name in (f"{_W14}paraId", f"{_W14}textId"):
            if name in element.attrib:
                del element.attrib[name]


def mirror_boxes(root: etree._Element) -> None:
    """A text box stands twice in a file, for new and old programs; its tags are read, its numbers counted once."""
    number = 0
    for both in root.iter(f"{_MC}AlternateContent"):
        choice, fallback = both.find(f"{_MC}Choice"), both.find(f"{_MC}Fallback")
        if choice is None or fallback is None:
            continue
        new, old = (list(side.iter(q("txbxContent"))) for side in (choice, fallback))
        for one, two in zip(new, old, strict=True) if len(new) == len(old) else ():
            if len(one) and _text_of(one) == _text_of(two):
                for child in list(two):
                    two.remove(child)
                two.text = mark("z", number)
                prepend_text(one, mark("x", number))
                append_text(one, mark("X", number))
                number += 1


def _text_of(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(q("t")))
