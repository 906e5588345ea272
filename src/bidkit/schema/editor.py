"""an editor set up for a workspace: the schemas, the settings of VS Code, and the lines that name a file's schema.

What stands in the settings stays as it is, comments too: lines are put in, none is written anew.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from typing import Any

from bidkit.diagnostic import Diagnostic, Span
from bidkit.schema import KINDS, FileKind, name_schema, render_schema

FOLDER = ".bidkit/schemas"
SETTINGS = ".vscode/settings.json"
EXTENSIONS = ".vscode/extensions.json"
_EXTENSION = "redhat.vscode-yaml"
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])')


def make_schema_files(lang: str) -> dict[str, bytes]:
    """The schemas of a workspace, by their names in it."""
    return {f"{FOLDER}/{name_schema(kind)}": render_schema(kind, lang).encode() for kind in KINDS}


def make_modelines(kind: FileKind, name: str) -> str:
    """The two lines at the top of a file by which editors find its schema: that of most editors, and JetBrains's.

    Args:
        name: of the file, relative to the workspace.
    """
    path = posixpath.relpath(f"{FOLDER}/{name_schema(kind)}", posixpath.dirname(name) or ".")
    path = path if path.startswith("..") else f"./{path}"
    return f"# yaml-language-server: $schema={path}\n# $schema: {path}\n"


def put_settings(there: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """The files that set VS Code up for a workspace, by their names in it, without those that need no change.

    Args:
        there: `SETTINGS` and `EXTENSIONS` as they are, if they are there.

    Diagnostics: EN55 (they are no settings that something can be put into).
    """
    schemas = {f"./{FOLDER}/{name_schema(kind)}": _list_globs(kind) for kind in KINDS if _list_globs(kind)}
    wanted: tuple[tuple[str, str, Any], ...] = (
        (SETTINGS, "yaml.schemas", schemas),
        (EXTENSIONS, "recommendations", [_EXTENSION]),
    )
    files: dict[str, bytes] = {}
    problems = []
    for name, key, value in wanted:
        before = there.get(name, b"{\n}\n").decode("utf-8-sig", "replace")
        after = _put_in(before, key, value)
        if after is None:
            shown = json.dumps({key: value}, ensure_ascii=False)
            problems.append(Diagnostic("EN55", Span(name), {"file": name, "settings": shown}))
        elif after != before or name not in there:
            files[name] = after.encode()
    return files, problems


def _list_globs(kind: FileKind) -> list[str]:
    """Those of YAML files; editors do not see the front matter of others."""
    return [glob for glob in kind.globs if glob.endswith(".yaml")]


def _put_in(text: str, key: str, value: Any) -> str | None:
    """The text of settings with what is wanted under a key, beside what is there; None where it cannot be put in."""
    settings = _parse(text)
    own = settings.get(key) if settings is not None else None
    if settings is None or (own is not None and type(own) is not type(value)):
        return None
    if isinstance(value, dict):
        missing: Any = {name: item for name, item in value.items() if name not in (own or {})}
        whole: Any = missing | (own or {})
    else:
        missing = [item for item in value if item not in (own or [])]
        whole = [*missing, *(own or [])]
    if not missing:
        return text
    inside = json.dumps(missing, ensure_ascii=False, indent=2)[1:-1].rstrip().replace("\n", "\n  ")
    if own is None:
        opening, closing = json.dumps(missing)[0], json.dumps(missing)[-1]
        place, added = re.compile(r"\{"), f'\n  "{key}": {opening}{inside}\n  {closing}'
    else:
        place, added = re.compile(rf'"{re.escape(key)}"\s*:\s*[\[{{]'), inside
    found = place.search(_blank_comments(text))
    if found is None:
        return None
    is_last = not (settings if own is None else own)
    rest = text[found.end() :]
    added += "" if is_last else "," if re.match(r"[ \t]*\r?\n", rest) else ",\n  "
    made = text[: found.end()] + added.replace("\n", "\r\n" if "\r\n" in text else "\n") + rest
    return made if _parse(made) == {**settings, key: whole} else None


def _blank_comments(text: str) -> str:
    """JSON with its comments blanked out, each character where it was."""
    return _TOKEN.sub(lambda m: m[0] if m[0].startswith('"') else re.sub(r"[^\n]", " ", m[0]), text)


def _parse(text: str) -> dict[str, Any] | None:
    """Settings as VS Code reads them, with comments and commas behind the last entry; None if they are none."""
    plain = _LAST_COMMA.sub(lambda m: m[1] or " ", _blank_comments(text))
    try:
        made = json.loads(plain)
    except ValueError:
        return None
    return made if isinstance(made, dict) else None
