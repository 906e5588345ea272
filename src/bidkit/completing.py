"""what a shell offers behind a command: deals, codes, items of the checklist, papers, kinds, packs.

Shells evaluate what they are offered: a name with a sign that one might read otherwise is not offered at all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

_CODE = re.compile(r"^  ([A-Z]{2}\d\d):", re.M)
_NAME = re.compile(rf"(?!-)[\w./#:@+=,%{re.escape(os.sep)}-]+")
_TITLE = re.compile(r"[\w ,./+-，。、：；（）“”《》]*")


def list_codes() -> list[str]:
    """Every code, by a look at the messages: to read them would take as long as all the rest."""
    text = resources.files("bidkit").joinpath("messages", "en.yaml").read_text(encoding="utf-8")
    return sorted(_CODE.findall(text))


def list_deals(here: Path) -> list[str]:
    """The deals of the workspace around a folder, as seen from there; of a `batch.yaml` those that it makes."""
    from bidkit.config import find_workspace
    from bidkit.finding import find_deals

    workspace = find_workspace(here / "deal.yaml")
    found, _ = find_deals([str(workspace.root)], here) if workspace else ([], [])
    return _choose(os.path.relpath(path, here.resolve()) for path in found)


def list_items(deal: Path, language: str, *, is_waived: bool) -> list[tuple[str, str]]:
    """The items of a deal's checklist that a person attests, or may waive, each with its title."""
    from bidkit.config import find_workspace, load_settings
    from bidkit.process import load_process

    workspace = find_workspace(deal)
    settings, _ = load_settings(workspace) if workspace else (None, [])
    process, _ = load_process(workspace, settings.process) if workspace and settings else (None, [])
    items = [item for item in process.items if (item.waivable if is_waived else item.attest)] if process else []
    titles = {item.id: str(getattr(item.title, language)) for item in items}
    return [(name, titles[name] if _TITLE.fullmatch(titles[name]) else "") for name in _choose(titles)]


def list_papers(here: Path) -> list[str]:
    """The ids of the credentials in the workspace around a folder: a record has that of its file's name."""
    from bidkit.config import find_workspace

    workspace = find_workspace(here / "deal.yaml")
    folder = workspace.root / "catalog/credentials" if workspace else here
    return _choose(sorted(path.stem for path in folder.glob("*.yaml"))) if workspace else []


def list_kinds() -> list[str]:
    """The kinds of credentials."""
    from bidkit.kinds import NAMES

    return [*NAMES]


def list_shipped() -> list[str]:
    """The packs that come with bidkit."""
    from bidkit.pack import list_packs, shipped_packs

    return list_packs(shipped_packs())


def _choose(names: Iterable[str]) -> list[str]:
    return [name for name in names if _NAME.fullmatch(name)]
