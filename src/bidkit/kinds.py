"""the kinds of credential papers, and what is so of all papers of a kind."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

Nature = Literal["goods", "repair", "leasing", "transport", "construction", "services"]
"""What is sold, as the law on value-added tax tells its rates apart."""
_Key = Literal[
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
NAMES = {
    "business-licence": "营业执照",
    "licence": "许可证",
    "id-card": "身份证",
    "iso9001": "质量管理体系认证",
    "iso14001": "环境管理体系认证",
    "iso20000": "信息技术服务管理体系认证",
    "iso27001": "信息安全管理体系认证",
    "iso45001": "职业健康安全管理体系认证",
    "cmmi": "软件能力成熟度",
    "itss": "信息技术服务标准",
    "ccrc": "信息安全服务资质",
    "soc2": "SOC 2",
    "qualification": "资质证书",
    "personal-certificate": "人员证书",
    "cv": "简历",
    "software-copyright": "软件著作权",
    "test-report": "检测报告",
    "energy-certificate": "节能环保认证",
    "ccc": "3C认证",
    "audit-report": "审计报告",
    "bank-letter": "银行资信证明",
    "credit-report": "信用查询",
    "tax-proof": "完税证明",
    "social-security-proof": "社保证明",
    "contract": "合同业绩",
    "insurance": "保险",
    "bond": "投标保证金",
    "affidavit": "声明承诺",
    "authorization": "授权委托书",
    "manufacturer-authorization": "制造商授权",
    "brochure": "彩页",
    "manual": "说明书",
    "company-introduction": "公司介绍",
    "other": "其他",
}
"""Each kind as a Chinese record may write it."""


def find_kind(text: str) -> str | None:
    """The kind of a key, a Chinese name or both, however it is spaced; `ISO/IEC 27001` is `iso27001`."""
    plain = "".join(text.casefold().split()).replace("/iec", "")
    names = {key: "".join(name.casefold().split()) for key, name in NAMES.items()}
    return next((key for key, name in names.items() if plain in (key, name, key + name)), None)


def _parse_kind(value: object) -> object:
    """A mistake is answered in the script in which it was written."""
    if isinstance(value, str) and find_kind(value) is None:
        names = NAMES if value.isascii() else NAMES.values()
        raise PydanticCustomError("DL10", "no kind", {"allowed": ", ".join(names)})
    return find_kind(value) if isinstance(value, str) else value


PaperKind = Annotated[_Key, BeforeValidator(_parse_kind)]
CREDENTIAL_KINDS: tuple[str, ...] = get_args(_Key)

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

PERSONAL_KINDS = ("id-card", "personal-certificate", "cv")
"""Papers of a person: of several people asked for, one person counts once however many papers there are."""

LASTING_KINDS = (
    *("business-licence", "licence", "qualification", "cmmi", "itss", "ccrc", "soc2", "insurance"),
    *("iso9001", "iso14001", "iso20000", "iso27001", "iso45001"),
)
"""Papers that a contractor must have until the work is done, not only while it bids."""

PRODUCT_KINDS = ("test-report", "energy-certificate", "ccc", "manufacturer-authorization", "brochure", "manual")
"""Papers of a product, whose model they name."""
