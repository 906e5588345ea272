"""A workspace that bids for two lots of one tender, with a price volume for each: what tests of lots start from."""

from __future__ import annotations

from pathlib import Path

from pack_files import MANIFEST, make_two_volumes, price_docx
from workspace import COMPANY, edit

FIRST, SECOND = "第1包", "第2包"
LOTS = f"""\
  lots:
    - {{id: {FIRST}, title: 网关设备, ceiling: 310000.00, bond: 6000.00}}
    - {{id: {SECOND}, title: 安装服务, ceiling: 40000.00, bond: 800.00}}
"""
CHANGES = (
    ("  bond: 0.00\n  ceiling: 380000.00\n", LOTS),
    ("{id: A, name: 硬件设备}", f"{{id: A, name: 硬件设备, lot: {FIRST}}}"),
    ("{id: B, name: 实施服务}", f"{{id: B, name: 实施服务, lot: {SECOND}}}"),
    ("    clause: 3.1\n", f"    lot: {FIRST}\n    clause: 3.1\n"),
    (
        "\nrequirements:\n",
        f"\nbond: {{form: transfer, amount: 6800.00, payer: {COMPANY}, paid_on: 2026-08-31}}\nrequirements:\n",
    ),
)
PRICE = "    template: price.docx\n"
PER_LOT = f'{PRICE}    per: lot\n    output: "{{lot.id}}-{{volume.title}}"\n'


def change(text: str, *changes: tuple[str, str]) -> str:
    """The text with each one occurrence of something replaced."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


LOT_MANIFEST = change(MANIFEST, (PRICE, PER_LOT))


def make_lots(path: Path, manifest: str = LOT_MANIFEST, templates: dict[str, bytes] | None = None) -> Path:
    """The small workspace of `workspace.py` as a bid for two lots; the path of its deal.yaml."""
    deal = make_two_volumes(
        path, manifest, {"price": price_docx("{% if lot %}{{ lot.name }}{% endif %}")} | (templates or {})
    )
    for old, new in CHANGES:
        edit(deal, old, new)
    return deal
