"""a new workspace and a new deal: their files, made of those beside this one, dated by the day on which they are made.

The sample deal of a new workspace builds at once: its company, its customer and who signs its checklist are fictional
and say so; when its customer or its need changes, its signatures are void as any other's. Lists begin with a byte order
mark: without it a spreadsheet of Windows takes them for another encoding, and saves them in it.
"""

from __future__ import annotations

import re
import tempfile
from codecs import BOM_UTF8
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path, PurePosixPath

from bidkit.attesting import attest_item
from bidkit.config import find_workspace, load_settings
from bidkit.gate import ATTESTATIONS_NAME
from bidkit.options import Options
from bidkit.package import write_folder
from bidkit.schema import find_kind
from bidkit.schema.editor import make_modelines, make_schema_files
from bidkit.source import Node, parse_mapping
from bidkit.starting.facts import Facts, fill_deal

DEAL = "deals/first/deal.yaml"
"""The sample deal of a new workspace."""
_DAY = re.compile(rb"@today([+-]\d+)?@")
_MARK = re.compile(rb"^schema: (\S+)", re.M)
EMPTY_LISTS = {
    "requirements.csv": BOM_UTF8 + b"id,clause,page,marker,text,response,deviation,evidence\n",
    "lines.csv": BOM_UTF8 + b"id,category,name,spec,sku,unit,quantity,unit_price,tax_rate\n",
}
"""The lists of a new deal: their titles alone."""


def make_workspace(language: str, now: datetime) -> dict[str, bytes]:
    """The files of a new workspace by their names, the checklist of the sample deal signed as of this moment.

    Args:
        language: `zh` or `en`.
    """
    files = {name: _date(content, now.date()) for name, content in _read(f"{language}/sample").items()}
    files |= {name: BOM_UTF8 + content for name, content in files.items() if name.endswith(".csv")}
    files |= make_schema_files(language)
    signers = _read(language)["signers.csv"].decode().split("\n")[1:]
    with tempfile.TemporaryDirectory(prefix="bidkit-init-") as folder:
        root = Path(folder) / "workspace"
        problems = write_folder(root, files)
        for item, by, evidence in (line.split(",") for line in signers if line):
            deal = root / DEAL
            problems += attest_item(deal, item, by, deal.parent / evidence, Options(now=now))[1]
        if problems:
            raise RuntimeError(problems)  # the sample is ours: whatever is wrong with it is a bug
        signed = (root / DEAL).with_name(ATTESTATIONS_NAME).read_bytes()
    files[str(PurePosixPath(DEAL).with_name(ATTESTATIONS_NAME))] = signed
    return {name: _name_schema_in(name, content) for name, content in files.items()}


def _name_schema_in(name: str, content: bytes) -> bytes:
    """A file with the lines on top by which editors find its schema, if it is YAML that has one."""
    mark = _MARK.search(content)
    kind = find_kind(name, mark[1].decode() if mark else None) if name.endswith(".yaml") else None
    return make_modelines(kind, name).encode() + content if kind else content


def make_deal(facts: Facts, language: str, modelines: str = "") -> dict[str, bytes]:
    """The files of a new deal by their names in its folder: what is known filled in, the rest left for `check`.

    Args:
        language: that of the comments.
        modelines: the lines by which editors find its schema.
    """
    given = {name: content.decode() for name, content in _read(f"{language}/new").items()}
    text = fill_deal(given["deal.yaml"], given["tender.yaml"], facts)
    return {"deal.yaml": (modelines + text).encode(), "overview.md": b"", **EMPTY_LISTS}


def read_customs(folder: Path) -> dict[str, str]:
    """Locale and currency of the deals around the folder of a new one, where all of them have the same."""
    workspace = find_workspace(folder / "deal.yaml")
    said: dict[str, set[str]] = {"locale": set(), "currency": set()}
    for path in sorted((workspace.root / "deals").glob("*/deal.yaml")) if workspace else ():
        data, _ = parse_mapping(path.read_text(encoding="utf-8", errors="replace"), path.name)
        quote = data.get("quote") if data else None
        said["locale"].add(str(data.get("locale") or "") if data else "")
        said["currency"].add(str(quote.get("currency") or "") if isinstance(quote, Node) else "")
    return {key: next(iter(values)) for key, values in said.items() if len(values) == 1 and "" not in values}


def propose_pack(facts: Facts, folder: Path) -> str:
    """The pack that a new deal asks for where its workspace names none: that of Chinese tenders for one of them."""
    workspace = find_workspace(folder / "deal.yaml")
    settings = load_settings(workspace)[0] if workspace else None
    is_chinese = facts.regime == "tender" and facts.locale == "zh-CN" and facts.rules in (None, "mof87", "ndrc")
    return "zh-tender" if is_chinese and settings is not None and not settings.pack else ""


def _date(content: bytes, today: date) -> bytes:
    """A file with its days counted from today."""
    return _DAY.sub(lambda found: str(today + timedelta(days=int(found[1] or 0))).encode(), content)


@cache
def _read(folder: str) -> Mapping[str, bytes]:
    """The files below a folder beside this one, by their names in it."""
    root = Path(str(resources.files("bidkit.starting"))) / folder
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
