"""Faults in what follows the bid of the example `water`: the award, the contract and its payments."""

from __future__ import annotations

from pathlib import Path

from seeded import Batch, Defect
from seeded_water import USUAL
from workspace import edit, write

FILE, DEAL = "deals/water/follow.yaml", "deals/water/deal.yaml"
FOLLOW = """\
schema: bidkit/follow@1
award:
  noticed_on: 2026-09-25
  bond: {form: guarantee, amount: 637482.00, due: 2026-10-12, issued_on: 2026-10-10}
contract:
  signed_on: 2026-10-12
  total: 6374820.00
  milestones:
    - {name: 预付款, trigger: 合同签订生效后 10 个工作日内, percent: 30%}
    - {name: 到货部署款, trigger: 设备全部到货并通过部署验收后 10 个工作日内, percent: 40%}
    - {name: 验收款, trigger: 终验合格后 10 个工作日内, percent: 25%}
    - {name: 质保款, trigger: 质保期满 36 个月且无未决质量问题后 10 个工作日内, percent: 5%}
  delivery_days: 180
  warranty_months: 36
  levels:
    - {name: 一级（重大）, response: 30 min, on_site: 2 h, fix: 8 h}
    - {name: 二级（较大）, response: 30 min, on_site: 4 h, fix: 24 h}
    - {name: 三级（一般）, response: 1 h, on_site: 下一工作日, fix: 3 个工作日}
    - {name: 四级（咨询与改进）, response: 4 h, on_site: 由驻场工程师就地处理, fix: 5 个工作日}
  buyer: public
  declared_sme: true
receivables:
  - milestone: 预付款
    trigger: signing
    evidence: [evidence/review.md]
    workdays: 10
    invoices:
      - {number: "26310001", issued_on: 2026-10-15, amount: 1912446.00, tax_rate: 13%}
    receipts:
      - {received_on: 2026-10-26, amount: 1912446.00}
  - milestone: 到货部署款
    trigger: delivery
    happened_on: 2026-11-20
    evidence: [evidence/review.md]
    workdays: 10
  - {milestone: 验收款, trigger: acceptance, evidence: [evidence/review.md], workdays: 10}
  - {milestone: 质保款, trigger: warranty, evidence: [evidence/review.md], workdays: 10}
"""
LATE = {
    "the contract is signed on the thirty-first day": Defect(
        FILE, "signed_on: 2026-10-12", "signed_on: 2026-10-26", ("DT10",)
    ),
    "the performance bond is a cent too high": Defect(FILE, "amount: 637482.00", "amount: 637482.01", ("DT11",)),
    "the contract has a shorter warranty": Defect(FILE, "warranty_months: 36", "warranty_months: 24", ("ID10",)),
    "a tender is negotiated": Defect(
        FILE,
        "\\Z",
        "negotiation: {target: 6300000, floor: 6200000, roles: [], concessions: []}\n",
        ("PR42",),
    ),
    "an invoice has another rate than the lines": Defect(FILE, "tax_rate: 13%", "tax_rate: 17%", ("PR45",)),
    "more has come than is owed": Defect(FILE, "26, amount: 1912446.00", "26, amount: 1912446.01", ("PR44",)),
    "nobody can prove the delivery": Defect(
        FILE,
        r"(happened_on: .*\n    evidence: )\[evidence/review.md\]",
        r"\1[]",
        (),
        (("DT12", FILE, "happened_on: "),),
    ),
    "a public body pays within ninety days": Defect(
        FILE, "  buyer: public\n", "  buyer: public\n  payment_days: 90\n", ("DT13 warning",)
    ),
    "the payments are less than the contract": Defect(
        FILE, "25%", "24%", ("ID10",), (("PR43", FILE, "- {name: 预付款"),)
    ),
}
OVERDUE = {
    "the delivery was in August": Defect(
        FILE, "happened_on: 2026-11-20", "happened_on: 2026-08-20", (), (("DT14", FILE, "milestone: 到货部署款"),)
    ),
}


def win(root: Path) -> None:
    """The tender is won; it is the end of the year."""
    edit(root / "bidkit.yaml", "as_of: 2026-09-01", "as_of: 2026-11-25")
    write(root / FILE, FOLLOW)


BATCHES = {
    "water: after the award": Batch("water", LATE, win, USUAL, is_late=True),
    "water: a payment is three months late": Batch("water", OVERDUE, win, USUAL, is_late=True),
}
