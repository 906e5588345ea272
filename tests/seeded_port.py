"""Faults for the example `port`: those that its data alone show."""

from __future__ import annotations

import re
from pathlib import Path

from seeded import Batch, Defect, add_columns

DEAL, LINES, ANSWERS = (f"deals/port/{name}" for name in ("deal.yaml", "lines.csv", "requirements.csv"))

TEXTS = {
    "amendment 2 is not acknowledged": Defect(
        DEAL, r"(?s)(addenda:.*applied: true.*applied: )true", r"\1false", ("DT05",)
    ),
    "an M factor has no response": Defect(
        ANSWERS, r'(?m)^(M-03,[^"]*"[^"]*"),"[^"]*",(?:none|positive),', r"\1,,,", ("FM05",)
    ),
    "a mandatory answer is one to the clause before amendment 1": Defect(
        ANSWERS, "(?m)^(C-05,.*,)$", r"\1Amendment 1", ("FM29",)
    ),
    "the offer is valid for 90 days": Defect(
        DEAL,
        "(?s)(quote:.*validity_days: )120",
        r"\g<1>90",
        ("DT01",),
        (("ID03", ANSWERS, "^L-02,"), ("ID03 warning", DEAL, "Prices are firm")),
    ),
    "one key person has two roles": Defect(DEAL, "name: Priya Lindqvist", "name: Thomas Brandvold", ("ID05",)),
    "the insurance ends before the due date": Defect(
        "catalog/credentials/insurance-certificate.yaml",
        "valid_until: .*",
        "valid_until: 2026-08-27",
        ("QU02",),
        (("ID09 warning", ANSWERS, "^L-14,"),),
    ),
    "a rate grows by another share": Defect(
        LINES,
        r"(?m)^(01,.*),2\.5%,",
        r"\g<1>,2.4%,",
        (),
        (("PR01", DEAL, "  total: "), ("PR02", DEAL, "  total_words: ")),
    ),
}
TOTALS = {
    "the total is rounded after extension": Defect(
        DEAL, "  total: 11,721,979.20\n", "  total: 11,721,861.89\n", ("PR01",)
    ),
}
TARGET = {
    "no prices above their floors come to the target": Defect(
        DEAL,
        "  tax_sum: by_line\n",
        r"\g<0>  target: 11,000,000.00" + "\n",
        ("PR16",),
        (("PR01", DEAL, "  total: "), ("PR02", DEAL, "  total_words: ")),
    ),
}


def add_stale(root: Path) -> None:
    """A column for answers that an addendum has outdated."""
    add_columns(root / ANSWERS, "stale")


def set_floors(root: Path) -> None:
    """Every unit price is its own floor."""
    add_columns(root / LINES, "floor", fill=lambda row: re.findall(r",(\d+\.\d\d),", row)[-1])


USUAL = (("QU02 warning", "catalog/credentials/insurance-certificate.yaml", "valid_until:"),)
BATCHES = {
    "port: texts and papers": Batch("port", TEXTS, add_stale),
    "port: totals": Batch("port", TOTALS, usual=USUAL),
    "port: target": Batch("port", TARGET, set_floors, USUAL),
}
