"""the kinds of credential papers, and what is so of all papers of a kind."""

from __future__ import annotations

from typing import Literal, get_args

PaperKind = Literal[
    "business-licence",
    "licence",
    "id-card",
    "iso9001",
    "iso14001",
    "iso20000",
    "iso27001",
    "iso45001",
    "cmmi",
    "itss",
    "ccrc",
    "soc2",
    "qualification",
    "personal-certificate",
    "cv",
    "software-copyright",
    "test-report",
    "energy-certificate",
    "ccc",
    "audit-report",
    "bank-letter",
    "credit-report",
    "tax-proof",
    "social-security-proof",
    "contract",
    "insurance",
    "bond",
    "affidavit",
    "authorization",
    "manufacturer-authorization",
    "brochure",
    "manual",
    "company-introduction",
    "other",
]
CREDENTIAL_KINDS: tuple[str, ...] = get_args(PaperKind)

UNDATED_KINDS = (
    "software-copyright",
    "test-report",
    "audit-report",
    "bank-letter",
    "credit-report",
    "tax-proof",
    "social-security-proof",
    "contract",
    "soc2",
    "affidavit",
    "cv",
    "brochure",
    "manual",
    "company-introduction",
    "other",
)
"""Papers that state a fact once and carry no term of validity; without an end they are not called long-term."""

FOREIGN_KINDS = (
    "id-card",
    "personal-certificate",
    "cv",
    "test-report",
    "energy-certificate",
    "ccc",
    "contract",
    "authorization",
    "manufacturer-authorization",
    "bank-letter",
    "brochure",
    "manual",
    "other",
)
"""Papers that may name someone else than the bidder as their holder: a person, a manufacturer, a client."""
