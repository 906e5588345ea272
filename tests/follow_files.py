"""A follow.yaml of the deal in `workspace.DEAL`, clean on 2026-12-20: awarded, signed, paid in part."""

from __future__ import annotations

FOLLOW = """\
schema: bidkit/follow@1
award:
  noticed_on: 2026-09-25
  bond: {form: guarantee, amount: 33600.00, due: 2026-10-12, issued_on: 2026-10-10}
contract:
  number: HT-2026-117
  signed_on: 2026-10-12
  total: 336000.00
  milestones:
    - {name: 预付款, trigger: 合同签订后十个工作日内, percent: 30%}
    - {name: 验收款, trigger: 终验合格后三十日内, percent: 70%}
  delivery_days: 40
  warranty_months: 36
  levels:
    - {name: 一级, response: 30 min, on_site: 2 h, fix: 8 h}
  buyer: public
  declared_sme: true
  lpr: 3%
receivables:
  - milestone: 预付款
    trigger: signing
    evidence: [evidence/minutes.md]
    workdays: 10
    invoices:
      - {number: "26310001", issued_on: 2026-10-15, amount: 100800.00, tax_rate: 13%}
    receipts:
      - {received_on: 2026-10-26, amount: 100800.00}
  - milestone: 验收款
    trigger: acceptance
    happened_on: 2026-11-20
    evidence: [evidence/minutes.md]
"""

PLAN = """\
schema: bidkit/follow@1
negotiation:
  target: 330000.00
  floor: 322000.00
  roles:
    - {name: 沈砚秋, role: lead}
    - {name: 王立, role: decider}
  concessions:
    - {amount: 8000.00, in_return: 预付款提高到 40%}
    - {amount: 4000.00}
    - {amount: 2000.00}
"""
