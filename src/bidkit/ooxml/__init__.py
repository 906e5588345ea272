"""the Office template compiler; knows nothing about bids."""

from __future__ import annotations

from typing import Any

_HOMES = {
    **dict.fromkeys(("DocxTemplate", "TemplateError"), "docxtpl"),
    **dict.fromkeys(("Listing", "R", "RP", "RichText", "RichTextParagraph", "Xml"), "rich"),
    **dict.fromkeys(("Cm", "Emu", "InlineImage", "Inches", "Mm", "Pt"), "picture"),
    **dict.fromkeys(("Rendered", "Template"), "rendered"),
    **dict.fromkeys(("RenderedWorkbook", "WorkbookTemplate", "compile_workbook"), "sheet"),
    "Subdoc": "subdoc",
    "compile_template": "template",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """The public names, imported when they are first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
