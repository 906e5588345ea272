"""a result in the form that was asked for, and where it is written."""

from __future__ import annotations

from pathlib import Path

from bidkit.diagnostic import Diagnostic
from bidkit.package import MANIFEST, write_file
from bidkit.reports import Result

REPLACED = (".html", ".htm", ".json", ".log", ".sarif", ".txt", ".xml")
"""Files of these kinds are reports: one that is there is replaced."""


def render(result: Result, command: str, form: str, lang: str, here: Path) -> str:
    """What `check`, `gate` or `build` found.

    Args:
        form: one of the values of `bidkit.command.ReportFormat`.
        here: the folder that the user is in.
    """
    if form == "text":
        from bidkit.reports import text

        return text.render(result, command, lang, here)
    if form == "json":
        from bidkit.reports import json

        return json.render(result, command, lang)
    if form == "html":
        from bidkit.reports import html

        return html.render(result, lang).decode()
    from bidkit.reports import github, gitlab, junit, markdown, sarif
    from bidkit.reports.shown import list_shown

    shown = list_shown(result, command, lang, here)
    if form == "github":
        return github.render(result, shown, lang)
    if form == "gitlab":
        return gitlab.render(shown, lang)
    if form == "markdown":
        return markdown.render(result, shown, lang)
    return sarif.render(result, shown, lang) if form == "sarif" else junit.render(result, shown, command, lang)


def write_report(path: Path, content: str) -> list[Diagnostic]:
    """Write a report to a file; whatever may be a source, or is part of a package, is never replaced.

    Diagnostics: EN04, EN20 (it is there).
    """
    in_package = any((folder / MANIFEST).is_file() for folder in path.absolute().parents)
    is_report = path.suffix.lower() in REPLACED and not in_package
    if path.exists() and not is_report:
        return [Diagnostic("EN20", None, {"file": path, "allowed": " ".join(REPLACED)})]
    return write_file(path, (content + "\n").encode("utf-8", "backslashreplace"), force=is_report)
