"""what a response denies or puts off of what is asked for (不支持, 需另购, on the roadmap), or a remark admits."""

from __future__ import annotations

import re
from functools import lru_cache

_DENIES = re.compile(
    r"^\s*(?:不适用|n/?a\b|not applicable)|不能?(?:满足|符合|具备)(?!的)"
    r"|(?<!是否)不(?:支持|提供)(?!的|匿名|明文|弱口令|未授权|非授权|非法)"
    r"|(?:无法|不能|未能|不予)(?:满足|提供|支持|实现|响应)|(?:未|没有|尚未)(?:取得|获得|通过|具备|持有)"
    r"|(?<![没未])有负?偏离|(?<!不)存在负?偏离|部分(?:满足|符合|支持)"
    r"|(?<![无不毋])[需须]要?(?:另行?|自行?)?(?:采购|购买|配置)(?=[。；，]|$)"
    r"|\b(?:do|does|did|can|could|will)(?: not|n't) (?:meet|support|hold|have|provide|comply|include|offer|satisfy)\b"
    r"(?! any)"
    r"|\bcannot (?:meet|support|provide|comply|include|offer|satisfy)\b|\bunable to (?:meet|support|provide|comply)\b"
    r"|\bnon-?compliant\b|\bnot (?:compliant|supported|available|certified)\b",
    re.I,
)
_PUTS_OFF = re.compile(
    r"另购(?!的)|另行(?:购买|采购|收费|计费|报价)(?!的)|另(?:外)?收费(?!的)|(?:费用)?另计(?!的)|选配"
    r"|(?:后续|下一|未来|将来|新)[一-鿿]{0,2}版本?(?:中)?(?:再|将|予以)?(?:支持|实现|提供)|(?:无|没有)(?:此|该|这[一项]?)(?:项)?功能"
    r"|(?:基本|大部分|原则上|尽量)满足|以(?:最终|实际)?(?:签订的?)?合同为准|面议|另议"
    r"|\bnot included\b(?! in the (?:page|limit|count))|\bat (?:an )?(?:extra|additional) (?:cost|charge|fee|price)\b"
    r"|\bon (?:the|our) (?:product )?roadmap\b|\b(?:in|with) a (?:future|later|coming) release\b"
    r"|\b(?:take|takes|taking) exceptions?\b|\bout of scope\b|\bexcluded from (?:our|the|this) (?:offer|price|scope)\b",
    re.I,
)
"""What is promised for another time, for more money or not quite."""
_REFUSES = re.compile(r"[无不未毋勿非没][^，,。；;]{0,5}$|\b(?:no|not|never|nothing|without|n't)\b[^.;,]{0,16}$", re.I)
_LIMITS = "less|fewer|lower|shorter|more|greater|higher|longer|later"
_FORBIDS = re.compile(
    r"(?:不得|不应|不可)(?!少|低|小|短|大|超|高|多|长|晚|迟)|不允许|禁止|严禁|防止|避免|杜绝"
    r"|不(?:支持|具备|符合|满足|能)|未经|未授权|没有"
    rf"|\b(?:must|shall|may|should|can|is|are|be) not\b(?! (?:be )?(?:{_LIMITS}|exceed))|\bno\b(?! (?:{_LIMITS}))"
    r"|\b(?:never|without|prevent|prohibit(?:ed)?|forbid(?:den)?|avoid|reject|refuse|unauthori[sz]ed|conflicts?)\b",
    re.I,
)
"""A requirement that something is not to be; a limit (不得少于, no less than) is none."""
_KEPT_OUT = re.compile(
    r"(?:未|没有|尚未)(?:取得|获得|通过|具备|持有)[^，,。；;]{1,14}的[^，,。；;]{1,8}"
    r"(?:无法|不能|不得|不可|不予|禁止|拒绝|被|一律)[^，,。；;]*"
)
"""`未获得授权的节点不能加入集群` tells whom a product keeps out."""
_NEGATIVE = re.compile(r"(?<![无非])(?<!没有)(?<!不存在)负偏离|\bnegative deviation\b", re.I)


@lru_cache(maxsize=1024)
def find_denial(requirement: str, response: str) -> str:
    """The words in which a response denies what is asked for; where the requirement itself forbids something,
    to deny that is to comply."""
    said = _KEPT_OUT.sub("", response)
    for found in _PUTS_OFF.finditer(said):
        if found[0] not in requirement and not _REFUSES.search(said[: found.start()]):
            return found[0].strip()
    denied = None if _FORBIDS.search(requirement) else _DENIES.search(said)
    return denied[0].strip() if denied else ""


def find_admission(remark: str) -> str:
    """The words in which a remark itself calls an answer a negative deviation."""
    found = _NEGATIVE.search(remark)
    return found[0] if found else ""
