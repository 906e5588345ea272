"""what a blank probably asks for: labels in Chinese and English -> names of the template language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bidkit.forms.blanks import Blank, OpenTable
from bidkit.forms.gaps import SIGNS

_LABELS: tuple[tuple[str, str], ...] = (
    (r"(法定代表人|负责人).{0,10}(委托|授权).{0,6}代理人|法定代表人或(其)?(授权|委托)代表", "signers.agent.name"),
    (
        r"(委托|授权|被授权)(的)?(代理人|代表|人)(姓名)?$|代理人(姓名)?$|" r"authori[sz]ed (representative|signatory)",
        "signers.agent.name",
    ),
    (r"(法定代表人|单位负责人|法人代表)(姓名)?$|legal representative", "signers.legal_representative.name"),
    (
        r"^(单位|投标人|供应商|响应人|公司|企业)(的)?(名称|全称)?$|"
        r"(投标人|供应商|投标单位|投标方|企业|公司|单位)(名称|全称)|"
        r"(name of (the )?)?\b(bidder|tenderer|offeror|supplier)('s)?"
        r"( legal)?( name)?$|company name|legal name",
        "company.name",
    ),
    (
        r"(采购人|招标人|业主|发包人|采购单位)(名称|全称)?(或.*)?$|^致$|^to$|"
        r"name of (the )?(purchaser|employer|procuring entity|buyer|client)|"
        r"^(purchaser|employer|procuring entity)$",
        "customer.name",
    ),
    (r"采购代理机构|招标代理|代理机构", "tender.agency"),
    (
        r"(项目|招标项目|采购项目|工程)(的)?名称|^项目$|"
        r"project( name| title)?$|name of (the )?(project|contract)|contract title",
        "deal.title",
    ),
    (
        r"(招标|采购|项目|招标文件|标书|投标)(文件)?编号|项目号|"
        r"(tender|bid|itb|rfp|ifb|rfb)( reference)? ?(no|number|ref)",
        "tender.no",
    ),
    (r"包(号|名称|件)|标段|^(第)?包$|lot( no| number)?$", "tender.package"),
    (r"统一社会信用代码|信用代码|营业执照(注册)?号|registration (no|number)|uscc", "company.uscc"),
    (r"(注册|单位|公司|企业|详细|通讯|通信|联系|经营)?(地址|住所)$|\baddress\b", "company.address"),
    (r"邮政编码|邮编|post(al)? ?code|zip", "company.postcode"),
    (r"(联系)?(电话|电话号码|联系方式)$|telephone|^phone|^tel\b", "company.phone"),
    (r"电子(邮箱|邮件|信箱)|邮箱|e-?mail", "company.email"),
    (r"网址|网站|website", "company.website"),
    (r"注册资(本|金)", "company.registered_capital"),
    (
        r"(成立|设立)(日期|时间)|" r"year of (registration|constitution)|date of (incorporation|establishment)",
        "company.founded | day",
    ),
    (r"开户(银行|行)(名称)?|bank name|name of bank", "company.bank.name"),
    (r"(银行)?(账号|帐号|账户)|bank account|account (no|number)", "company.bank.account"),
    (r"(员工|职工|从业人员)(总)?(人数|数)|number of (employees|staff)", "company.staff"),
    (r"大写|in words", "quote.words"),
    (r"小写|[¥￥]|in figures", "quote.total | money"),
    (r"(投标|响应|磋商)?(总)?(报价|总价|价格)(（.*）)?$|投标价|total (bid )?price|bid price", "quote.total | money"),
    (r"(交货|交付|工期|供货|实施|服务|完成)(期|期限|时间)|工期|delivery (period|time)|completion", "plan.days"),
    (r"质保期|质量保证期|保修期|warranty", "service.warranty.months"),
    (r"投标有效期|有效期|validity", "terms.validity_days"),
    (r"保证金|bid (security|bond)", "tender.bond | money"),
    (r"币种|currency", "terms.currency"),
    (r"项目(经理|负责人)|project manager", "team[0].name"),
)
_SME = (
    (r"^(采购)?单位名称|采购人", "customer.name"),
    (r"标的名称", "{}.items | join('、')"),
    (r"行业", "{}.industry"),
    (r"企业名称$|制造商|承建|承接", "{}.name"),
    (r"从业人员", "{}.staff"),
    (r"营业收入", "{}.revenue"),
    (r"资产总额", "{}.assets"),
    (r"微型企业|中型企业", "{}.size"),
)
_ENTERPRISE = "tender.sme.enterprises[{}]"
_PERSON = (
    (r"性别|\bsex\b", "sex"),
    (r"年龄|\bage\b", "age"),
    (r"职务|position|title", "position"),
    (r"身份证(件)?(号码|号)?|id (card )?(no|number)", "id_number"),
    (r"姓名|^name$", "name"),
)
_NO_TIME = re.compile(r"成立|出生|生效|起|自|born|birth|since", re.I)
_TABLES = (
    (r"偏离|偏差|deviation", "requirements"),
    (r"人员|团队|姓名|personnel|staff|team", "team"),
    (r"业绩|类似项目|experience|contracts? performed|track record", "track_record"),
    (r"单价|报价|分项|unit price|price", "quote.lines"),
)
_COLUMNS = {
    "requirements": (
        (r"序号|^no", "row.no"),
        (r"条款|条目|章节|clause", "row.clause"),
        (r"页码|page", "row.page"),
        (r"偏离|偏差|deviation", "row.deviation"),
        (r"(投标|响应|应答)|response|offer", "row.response"),
        (r"要求|规格|内容|requirement|specification", "row.text"),
        (r"说明|备注|remark|comment", "row.remark"),
    ),
    "team": (
        (r"序号|^no", "row.no"),
        (r"姓名|name", "row.name"),
        (r"职称|professional", "row.title"),
        (r"岗位|职务|角色|本项目|role|position", "row.role"),
        (r"年限|经验|years", "row.years"),
        (r"证书|资格|certificate", "row.certificates | join('、')"),
        (r"职责|分工|duty|备注", "row.duty"),
    ),
    "track_record": (
        (r"序号|^no", "row.no"),
        (r"项目(名称)?|contract|project", "row.project"),
        (r"业主|采购人|客户|甲方|单位|client|employer", "row.client"),
        (r"金额|合同价|amount|value", "row.amount | money"),
        (r"时间|日期|date|year", "row.signed_on | day"),
        (r"内容|概况|备注|summary|description", "row.summary"),
    ),
    "quote.lines": (
        (r"序号|^no", "row.no"),
        (r"品牌|brand", "row.brand"),
        (r"型号|规格|model|specification", "row.model"),
        (r"制造商|厂家|manufacturer", "row.manufacturer"),
        (r"产地|origin", "row.origin"),
        (r"单价|unit price", "row.unit_price | money"),
        (r"合价|总价|小计|金额|amount|total", "row.amount | money"),
        (r"数量|quantity|qty", "row.quantity | quantity"),
        (r"单位|unit", "row.unit"),
        (r"税率|tax", "row.tax_rate | percent"),
        (r"名称|内容|item|description|name", "row.name"),
        (r"备注|remark", "row.remark"),
    ),
}


@dataclass(frozen=True)
class Guess:
    """What may belong into a blank: an expression, or why it stays open."""

    value: str = ""
    left: str = ""


def guess_blank(blank: Blank, around: str = "") -> Guess:
    """What a blank asks for, as far as its label tells; nothing if it does not.

    Args:
        around: the heading, by which a person is told from another.
    """
    if blank.kind == "choice":
        return Guess()
    if blank.kind == "date":
        return Guess() if _NO_TIME.search(blank.label) else Guess("deal.dated")
    is_bidder = re.search(r"(投标人|供应商|公司|单位|企业)(名称|全称)?$|bidder|tenderer", blank.label, re.I) is not None
    sign = SIGNS.search(blank.hint) or SIGNS.search(blank.label)
    if sign and not is_bidder:
        return Guess(left=(blank.hint or blank.label)[:20])
    if sign:
        return Guess("company.name")
    texts = [text for text in (blank.hint, blank.label, blank.label + blank.after) if text]
    for text in texts:
        if "中小企业" in around and (found := _find(text, _SME)):
            number = re.match(r"\s*(\d{1,2})[.．、]", blank.around)
            return Guess(found.format(_ENTERPRISE.format(int(number[1]) - 1 if number and number[1] != "0" else 0)))
        if re.search(r"万元", text):
            return Guess()
        if found := _find(text, _LABELS):
            is_twice = found == "quote.words" and "人民币" in blank.label
            return Guess(f"{found} | replace('人民币', '')" if is_twice else found)
        if key := _find(text, _PERSON):
            return Guess(f"signers.{_find_person(blank.label, around)}.{key}")
    return Guess("deal.dated | day" if re.search(r"日期$|\bdate\b", blank.label, re.I) else "")


def _find_person(label: str, around: str) -> str:
    """Who a text speaks of: as the words right before a blank say, else as the form's title does."""
    if re.search(r"本人|法定代表人", label):
        return "legal_representative"
    return "agent" if re.search(r"授权|委托|代理人|authori", f"{label} {around}", re.I) else "legal_representative"


def guess_table(table: OpenTable) -> tuple[str, dict[str, str]]:
    """What a table lists, and what each of its columns shows; nothing where nothing is recognised."""
    titles = " ".join(table.titles)
    rows = _find(f"{table.heading} {titles}", _TABLES)
    if not rows:
        return "", {}
    cells = {title: found for title in table.titles if (found := _find(title, _COLUMNS[rows]))}
    if rows == "requirements":
        is_technical, is_other = (
            re.search(r"技术|technical", table.heading),
            re.search(r"商务|commercial", table.heading),
        )
        rows = "technical_requirements" if is_technical else "commercial_requirements" if is_other else rows
    return rows, cells


def _find(text: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((name for pattern, name in known if re.search(pattern, text, re.I)), "")
