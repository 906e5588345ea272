"""A small whole workspace on disk, and its checklist signed: what tests of whole deals start from."""

from __future__ import annotations

import hashlib
import io
import os
import re
import time
import zipfile
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from PIL import Image

from bidkit.build import Options, check_deal
from bidkit.matrix import find_own
from bidkit.pack import shipped_packs
from bidkit.reports import Result

NOW = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
COMPANY = "青禾测试技术有限公司"
LICENCE = "catalog/credentials/files/licence.png"
ISO9001 = "catalog/credentials/files/iso9001.pdf"

_PAGE_TAG = re.compile(r"\{% if proof\.anchor %\}.*?\{% endif %\}")
_RUN = "<w:r>(?:(?!</w:r>).)*"
_PAGE_FIELD = re.compile(rf'{_RUN}"begin"/></w:r>{_RUN}PAGEREF.*?fldCharType="end"/></w:r>')

SETTINGS = f"""\
schema: bidkit/workspace@1
as_of: 2026-09-01
company:
  name: {COMPANY}
  uscc: 91339901MA7QH0Y29Q
  legal_representative: 顾明澈
  address: 云汀市高新区禾风路 88 号
  phone: 0920-88260170
  email: bid@qinghe.example
  introduction: 公司从事供水行业的数据采集与调度软件，自有研发与服务团队。
"""

PRODUCT = """\
---
sku: GW-200
name: 边缘采集网关
category: 硬件设备
brand: 拓澜
model: EG200
unit: 台
specs:
  - {name: 接口, value: 8 路 RS-485}
owner: 产品中心 简宁
reviewed: 2026-07-31
---
网关把站点数据送入平台，断网时在本地保存 45 天。
"""

SERVICE = """\
---
id: maintenance
title: 日常运维
owner: 服务中心 韩疏影
reviewed: 2026-07-31
---
每季度巡检一次，巡检记录由双方签字。
"""

LICENCE_RECORD = f"""\
id: business-licence
kind: business-licence
title: 营业执照
holder: {COMPANY}
number: 91339901MA7QH0Y29Q
issuer: 云汀市市场监督管理局
issued: 2012-04-18
valid_until: 长期
files: [files/licence.png]
"""

ISO9001_RECORD = f"""\
id: iso9001
kind: iso9001
title: 质量管理体系认证证书
holder: {COMPANY}
number: QMS-2025-03417
issuer: 衡屿认证有限公司
issued: 2025-05-20
valid_until: 2028-05-19
files: [files/iso9001.pdf]
"""

DEAL = """\
schema: bidkit/deal@1
id: cs-2026-001
title: 澄溪水厂数据采集项目
locale: zh-CN
regime: tender
dated: 2026-09-15

customer:
  name: 澄溪水务有限公司
  contacts:
    - {name: 调度中心主任, role: user, level: management, relation: trusted, last_contact: 2026-08-12}
    - {name: 信息中心主任, role: technical, level: management, relation: meeting, last_contact: 2026-08-13}
    - {name: 采购部部长, role: purchasing, level: management, relation: meeting, last_contact: 2026-08-05}
    - {name: 分管副总经理, role: decision, level: decision, relation: meeting, last_contact: 2026-08-06}

opportunity:
  budget: 400000.00
  decision_date: 2026-09-30
  purchase_stage: evaluation
  goals:
    - {id: G1, text: 站点数据一分钟内到达调度台。, measure: 连续三十天的接入记录。}
  problems:
    - {id: P1, goal: G1, title: 数据靠人工抄报, text: 二十四个站点每日抄报两次。}
  solutions:
    - {id: S1, problem: P1, title: 网关直采, text: 每个站点安装一台网关，数据每十秒上报一次。, products: [GW-200]}
  criteria:
    - {id: C1, text: 接入延迟, value: "≤60", unit: s}

competitors: []

tender:
  no: CXSW-2026-001
  deadline: 2026-09-18T09:30+08:00
  validity_days: 90
  bond: 0.00
  ceiling: 380000.00
  rules: mof87
  markers: {"▲": mandatory}
  mandatory_count: 1
  has_prior_design_service: false
  required_credentials:
    - {id: Q1, kind: business-licence, title: 有效的营业执照}
    - {id: Q2, kind: iso9001, title: 质量管理体系认证证书}

requirements:
  - id: R1
    clause: 3.1
    marker: "▲"
    text: 断网时本地缓存不少于 30 天。
    response: 网关 EG200 本地保存 45 天。
    deviation: positive
    evidence: [GW-200]
  - {id: R2, clause: 3.2, text: 提供季度巡检。, response: 每季度巡检一次并留记录。, deviation: none}

solution:
  overview: |
    二十四个站点各装一台边缘采集网关，数据每十秒经专线上报平台，断网时本地保存四十五天，恢复后自动补传。
    平台按站点、设备、测点三级编码入库，调度台实时显示并在越限三十秒内推送告警；历史曲线与报表由业务部门自行查询，不再人工抄报。
    系统与既有生产网单向隔离，账号分级，操作全程留痕。
  products: [GW-200]
  plan:
    introduction: 合同签订后四十天内完成全部站点的安装与验收。
    phases:
      - {name: 到货与安装, start_day: 1, end_day: 25, work: 分三批安装网关。, deliverables: [安装记录]}
      - {name: 联调与验收, start_day: 26, end_day: 40, work: 逐站核对数据并验收。, deliverables: [验收报告]}
    milestones:
      - {name: 终验, day: 40, deliverable: 验收报告}
  service:
    introduction: 质保期内免费维修，季度巡检。
    blocks: [maintenance]
    levels:
      - {name: 一级, scope: 平台不可用, response: 30 min, on_site: 2 h, fix: 8 h}
    warranty: {months: 36, start: 自终验合格之日起, text: 质保期内免费更换故障部件。}

quote:
  currency: CNY
  tax_sum: by_rate
  validity_days: 90
  categories:
    - {id: A, name: 硬件设备}
    - {id: B, name: 实施服务}
  lines:
    - {id: A01, category: A, name: 采集网关, sku: GW-200, unit: 台, quantity: 24, unit_price: 12500.00, tax_rate: 13%}
    - {id: B01, category: B, name: 安装调试, unit: 项, quantity: 1, unit_price: 36000.00, tax_rate: 6%}
  total: 336000.00
  total_words: 人民币叁拾叁万陆仟元整
  milestones:
    - {name: 预付款, trigger: 合同签订后十个工作日内, percent: 30%}
    - {name: 验收款, trigger: 终验合格后十个工作日内, percent: 70%}

credentials: [business-licence, iso9001]

team:
  - {name: 沈砚秋, role: 项目经理, duty: 全面负责}
track_record:
  - {client: 远汀水务有限公司, project: 泵站采集项目, amount: 280000.00, signed_on: 2025-03-10, summary: 十八个站点。}
"""

STRATEGY = {
    "strengths": [{"text": "网关自产，断网缓存 45 天", "needs": ["G1", "C1"]}],
    "weaknesses": [{"text": "本地没有服务点", "needs": ["P1"], "mitigation": "质保期内派一名驻场工程师"}],
    "actions": [
        {
            "contact": "调度中心主任",
            "needs": ["P1"],
            "text": "附同类水厂的接入记录",
            "owner": "沈砚秋",
            "due": "2026-09-10",
        },
        {
            "contact": "信息中心主任",
            "text": "写明单向隔离的做法",
            "owner": "沈砚秋",
            "due": "2026-08-20",
            "done": "true",
        },
        {"contact": "采购部部长", "text": "复核偏离表"},
        {"contact": "分管副总经理", "needs": ["G1"], "text": "首页写明一分钟到达的验收办法"},
    ],
}
"""A strategy for `DEAL` with which nothing is wrong."""


def make_workspace(path: Path, regime: str = "tender", **changes: Any) -> Path:
    """A complete Chinese workspace in which `check` finds nothing wrong; its checklist is not signed.

    Args:
        path: the folder of `bidkit.yaml`; made if it does not exist.
        changes: what deal.yaml says otherwise, by key; `quote__total="1.00"` reaches inside; None removes the key.

    Returns: the path of deal.yaml. Without changes and in regime tender it holds the text `DEAL`.
    """
    files: dict[str, str | bytes] = {
        "bidkit.yaml": SETTINGS,
        "catalog/products/GW-200.md": PRODUCT,
        "catalog/services/maintenance.md": SERVICE,
        "catalog/credentials/business-licence.yaml": LICENCE_RECORD,
        "catalog/credentials/iso9001.yaml": ISO9001_RECORD,
        LICENCE: make_picture("PNG", 1000, 1300),
        ISO9001: make_pdf(),
        "deals/water/deal.yaml": make_deal(regime, **changes),
        "deals/water/evidence/minutes.md": "会议纪要：各方确认。\n",
        "templates/zh-proposal/pack.yaml": (shipped_packs() / "zh-proposal/pack.yaml").read_bytes(),
        "templates/zh-proposal/proposal.docx": plain_template(),
        "templates/zh-proposal/quote.xlsx": (shipped_packs() / "zh-proposal/quote.xlsx").read_bytes(),
    }
    for name, content in files.items():
        write(path / name, content)
    return path / "deals/water/deal.yaml"


def make_deal(regime: str = "tender", **changes: Any) -> str:
    """The text of a deal.yaml, with changes as in `make_workspace`."""
    if regime == "tender" and not changes:
        return DEAL
    deal = yaml.load(DEAL, Loader=yaml.CBaseLoader)
    if regime == "commercial":
        deal["regime"] = "commercial"
        del deal["tender"], deal["requirements"][0]["marker"]
    for path, value in changes.items():
        *parents, key = path.split("__")
        holder = deal
        for parent in parents:
            holder = holder[parent]
        if value is None:
            holder.pop(key, None)
        else:
            holder[key] = value
    return yaml.dump(deal, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1000)


def write(path: Path, content: str | bytes) -> Path:
    """Write a file and the folders above it, byte for byte."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def edit(path: Path, old: str, new: str) -> tuple[int, int]:
    """Replace the one occurrence of a text in a file; line and column (from 1) at which the new text begins."""
    text = path.read_bytes().decode()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    before = text[: text.index(old)]
    write(path, text.replace(old, new))
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def root_of(deal_path: Path) -> Path:
    """The workspace of a deal made by `make_workspace`."""
    return deal_path.parents[2]


def run_check(deal_path: Path, now: datetime = NOW) -> Result:
    """`bidkit.build.check_deal` at a fixed time."""
    return check_deal(deal_path, Options(now=now))


_REVIEWERS = {"4.8t": "叶知秋（技术复核）", "4.8b": "许清和（商务复核）", "4.8p": "周牧野（报价复核）"}


def sign_all(deal_path: Path, moments: tuple[str, ...] = ("build", "submit")) -> int:
    """Write attestations.yaml with the right hashes for every attestation of these moments; how many there are."""
    target = Path(find_own(str(deal_path), "attestations.yaml"))
    evidence = os.path.relpath(deal_path.parent / "evidence/minutes.md", target.parent)
    target.unlink(missing_ok=True)
    root = root_of(deal_path)
    files = [(path.relative_to(root), path.read_bytes()) for path in sorted(root.rglob("*")) if path.is_file()]
    key = hashlib.sha256(repr((deal_path.relative_to(root), moments, files)).encode()).hexdigest()
    if key not in _SIGNED:  # the same workspace is signed in many tests
        _SIGNED[key] = _list_attestations(deal_path, moments, evidence)
    records = _SIGNED[key]
    attestations = {"schema": "bidkit/attestations@1", "attestations": records}
    write(target, yaml.dump(attestations, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False))
    return len(records)


_SIGNED: dict[str, list[dict[str, Any]]] = {}


def _list_attestations(deal_path: Path, moments: tuple[str, ...], evidence: str) -> list[dict[str, Any]]:
    result = run_check(deal_path)
    assert result.gate is not None, result.diagnostics
    return [
        {
            "item": item.item.id,
            "by": _REVIEWERS.get(item.item.id, "林知行"),
            "at": "2026-08-31T10:00+08:00",
            "evidence": evidence,
            "evidence_sha256": hashlib.sha256((deal_path.parent / "evidence/minutes.md").read_bytes()).hexdigest(),
            "subject_sha256": problem.values["subject"],
        }
        for stage in result.gate.stages
        for item in stage.items
        if item.item.moment in moments
        for problem in item.open
        if problem.code == "GT03"
    ]


@lru_cache
def plain_template() -> bytes:
    """The shipped Chinese proposal without page references: a tender needs no layout to be built whole from it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(shipped_packs() / "zh-proposal/proposal.docx") as old, zipfile.ZipFile(stream, "w") as new:
        for item in old.infolist():
            text = _PAGE_FIELD.sub("<w:r><w:t>—</w:t></w:r>", _PAGE_TAG.sub("", old.read(item).decode()))
            assert not re.search(r"\|\s*pages?\b|PAGEREF", text)
            new.writestr(item, text)
    return stream.getvalue()


@lru_cache
def make_picture(kind: str = "PNG", width: int = 60, height: int = 80) -> bytes:
    """A small picture, its lower half dark."""
    stream = io.BytesIO()
    _draw_page((width, height), (200, 220, 240)).save(stream, kind)
    return stream.getvalue()


def _draw_page(size: tuple[int, int], colour: tuple[int, int, int]) -> Image.Image:
    picture = Image.new("RGB", size, colour)
    picture.paste((30, 40, 50), (0, size[1] // 2, *size))
    return picture


@lru_cache
def make_pdf(pages: int = 1) -> bytes:
    """A small PDF of pages whose lower halves are dark, the same bytes each time."""
    stream = io.BytesIO()
    first, *others = [_draw_page((60, 80), (240, 220, 200)) for _ in range(pages)]
    epoch = time.gmtime(0)
    first.save(stream, "PDF", save_all=True, append_images=others, creationDate=epoch, modDate=epoch)
    return stream.getvalue()
