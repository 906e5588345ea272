"""a template pack: its manifest and its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from bidkit.diagnostic import Diagnostic, Term
from bidkit.scalars import Model, Text, validate
from bidkit.source import Workspace, load_yaml, nearest

MANIFEST_NAME = "pack.yaml"
DEFAULT_PACKS = {"zh": "zh-proposal", "en": "en-proposal"}


class PackText(Model):
    """A pack's `pack.yaml`: its language, its one document, the styles that document must have."""

    schema_: Literal["bidkit/pack@1"] = Field(alias="schema")
    locale: Literal["zh-CN", "en-US", "en-GB"]
    proposal: Text
    required_styles: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Pack:
    """A pack that is ready to be compiled.

    Args:
        name: as messages show it, `templates/zh-proposal`.
        hash: SHA-256 over all its files.
        includes: its Word files by their name in the pack's folder, for `{%p include %}`.
    """

    name: str
    text: PackText
    proposal: bytes
    hash: str
    includes: Mapping[str, bytes]


def shipped_packs() -> Path:
    """The folder of the packs that come with bidkit: inside the wheel, or at the top of a checkout."""
    inside = Path(__file__).parent / "templates"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "templates"


def load_pack(workspace: Workspace, name: str) -> tuple[Pack | None, list[Diagnostic]]:
    """A pack of the workspace's `templates/`, else a shipped one. Diagnostics: DL01–DL23."""
    own = Path(name).name == name and (workspace.root / "templates" / name / MANIFEST_NAME).is_file()
    base = workspace.root / "templates" if own else shipped_packs()
    known = sorted(path.parent.name for path in base.glob(f"*/{MANIFEST_NAME}"))
    if name not in known:
        values = {"kind": Term("pack"), "id": name, "near": nearest(name, known), "allowed": ", ".join(known)}
        return None, [Diagnostic("DL15", None, values)]
    return read_pack(Workspace(base), name)


def read_pack(files: Workspace, name: str) -> tuple[Pack | None, list[Diagnostic]]:
    """The pack in a folder of this name. Diagnostics: DL01–DL23."""
    data, problems = load_yaml(files, f"{name}/{MANIFEST_NAME}")
    text, found = validate(PackText, data) if data is not None else (None, [])
    problems += found
    if text is None:
        return None, problems
    content, found = files.read(text.proposal, f"{name}/{MANIFEST_NAME}", text.span("proposal"))
    if content is None:
        return None, problems + found
    includes: dict[str, bytes] = {}
    for path in sorted((files.root / name).rglob("*.docx")):
        relative = path.relative_to(files.root / name).as_posix()
        part, found = (None, []) if path.name.startswith("~$") else files.read(f"{name}/{relative}")
        problems += found
        if part is not None:
            includes[relative] = part
    digest = hashlib.sha256(repr(sorted(files.hashes().items())).encode()).hexdigest()
    return Pack(f"templates/{name}", text, content, digest, includes), problems
