"""bidkit.yaml: the company and the defaults of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from bidkit.diagnostic import Diagnostic, Span
from bidkit.scalars import Color, Day, Model, Note, Prose, Text, Texts, Whole, validate
from bidkit.source import Workspace, load_yaml

CONFIG_NAME = "bidkit.yaml"


class Bank(Model):
    """The bidder's basic account."""

    name: Text
    account: Text


class Signer(Model):
    """What the forms say of a person who signs; the number of the identity card may be masked."""

    sex: Text
    age: Whole
    position: Text
    id_number: Note = ""


class Signers(Model):
    """Who signs bids: the facts that a tender's forms ask for."""

    legal_representative: Signer
    agent: Signer | None = None


class Company(Model):
    """The bidder; what letterhead, cover, header and footer are filled with.

    `affiliates` are the companies of the same head, or that control or manage it or are controlled or managed by it; an
    empty list says that there are none. `aliases` are short names and brands by which the bidder is known; a blind
    volume must not show them. `logo` is a PNG or JPEG beside `bidkit.yaml`; `color` (RRGGBB) takes the place of the
    templates' accent colour.
    """

    name: Text
    aliases: Texts = ()
    uscc: Text
    legal_representative: Text
    agent: Note = ""
    signers: Signers | None = None
    affiliates: Texts | None = None
    agent_title: Note = ""
    address: Text
    postcode: Note = ""
    phone: Text
    email: Text
    website: Note = ""
    founded: Day | None = None
    registered_capital: Note = ""
    staff: Whole | None = None
    bank: Bank | None = None
    introduction: Prose
    logo: Note = ""
    color: Color = "1F4E79"


class Settings(Model):
    """A workspace's `bidkit.yaml`.

    `as_of` pins the day by which dates are judged; every report then says so. `severity` makes codes graver, or
    warnings milder; errors stay errors. `process` names the file of the team's own process. Less than
    `submit_buffer_hours` before its deadline a tender is warned of.
    """

    schema_: Literal["bidkit/workspace@1"] = Field(alias="schema")
    company: Company
    pack: Note = ""
    as_of: Day | None = None
    severity: dict[str, Literal["error", "warning", "info"]] = Field(default_factory=dict)
    process: Note = ""
    submit_buffer_hours: Whole = 24


def find_workspace(deal_path: Path) -> Workspace | None:
    """The closest folder above a deal file that holds `bidkit.yaml`."""
    for folder in deal_path.resolve().parents:
        if (folder / CONFIG_NAME).is_file():
            return Workspace(folder)
    return None


def load_settings(workspace: Workspace) -> tuple[Settings | None, list[Diagnostic]]:
    """The settings of a workspace. Diagnostics: DL01–DL23."""
    data, problems = load_yaml(workspace, CONFIG_NAME, Span(CONFIG_NAME))
    if data is None:
        return None, problems
    settings, found = validate(Settings, data)
    return settings, problems + found
