"""a buyer's form opened: a .docx as it is, a .doc through LibreOffice; what cannot be filled is refused."""

from __future__ import annotations

from pathlib import PurePosixPath

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.forms.blanks import DOCUMENT
from bidkit.office import convert_doc
from bidkit.ooxml.opc import Package, find_risks, parse_xml, read_package
from bidkit.ooxml.tree import q

_UNSOUND = (etree.XMLSyntaxError, ValueError)


def open_form(content: bytes, name: str, at: Span | None = None) -> tuple[Package | None, list[Diagnostic]]:
    """The parts of a form. Diagnostics: FM20, EN02, EN03, EN04, EN21.

    Args:
        at: where the form is named.
    """

    def refuse(reason: str | Term) -> tuple[None, list[Diagnostic]]:
        return None, [Diagnostic("FM20", at or Span(name), {"file": name, "reason": reason})]

    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".doc" and content.startswith(b"\xd0\xcf\x11\xe0"):
        made, problems = convert_doc(content, name)
        if made is None:
            return None, problems
        content = made
    elif suffix not in (".docx", ".doc"):
        return refuse(Term("form_suffix"))
    package, found = read_package(content, name)
    if package is None:
        reason = found[0].values["reason"]
        return refuse(reason if isinstance(reason, Term) else str(reason))
    try:
        if DOCUMENT not in package:
            return refuse(f"no {DOCUMENT}")
        for part in package:
            if part.startswith("word/") and part.endswith((".xml", ".rels")):
                parse_xml(package[part])
        if any(what.startswith("macro") for _, what in find_risks(package)):
            return refuse(Term("form_macros"))
        if any(part.lower().startswith("_xmlsignatures/") for part in package):
            return refuse(Term("form_signed"))
        if _is_protected(package):
            return refuse(Term("form_protected"))
    except _UNSOUND as error:
        return refuse(str(error))
    return package, []


def _is_protected(package: Package) -> bool:
    """Whether Word would let nobody fill it."""
    if "word/settings.xml" not in package:
        return False
    found = parse_xml(package["word/settings.xml"]).find(q("documentProtection"))
    return found is not None and found.get(q("enforcement"), "0") in ("1", "true", "on")
