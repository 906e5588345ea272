"""bids as code: one deal, kept as text, becomes the whole bid package."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"
__all__ = ["Diagnostic", "Options", "Result", "Severity", "Span", "__version__", "build_deal", "check_deal"]

_HOMES = {
    "Diagnostic": "bidkit.diagnostic",
    "Severity": "bidkit.diagnostic",
    "Span": "bidkit.diagnostic",
    "Options": "bidkit.options",
    "Result": "bidkit.reports",
    "build_deal": "bidkit.build",
    "check_deal": "bidkit.checking",
}


def __getattr__(name: str) -> Any:
    """The public names, imported when they are first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'bidkit' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
