"""what the texts of a bid say of warranty, validity, plan, team, service and training, against its data: ID03."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from bidkit.bid import Bid
from bidkit.days import read_numeral
from bidkit.deal.solution import Service
from bidkit.demands import find_demands
from bidkit.diagnostic import Severity, Span, Term
from bidkit.rules.registry import Finding, rule
from bidkit.units import convert
from bidkit.written import Sought, find_said

_DIGIT = "[一二两三四五六七八九壹贰叁肆伍陆柒捌玖]"
_ORDINARY = str.maketrans("壹贰叁肆伍陆柒捌玖", "一二三四五六七八九")
_NUMBER = rf"(?P<n>\d+(?:\.\d+)?|{_DIGIT}?十{_DIGIT}?|{_DIGIT})"
_IS = r"(?:期限|期)?(?:均|共|为|是|满|届满|不少于|承诺|[:：\s]){0,3}"
_WITHIN = r"(?:不超过|不大于|不高于|≤|<=|在|控制在){0,2}\s*"
_TIME = rf"{_NUMBER}\s*(?P<unit>分钟|个?小时|min(?![a-z])|h(?![a-z]))"
_INSIDE = rf"{_TIME}\s*(?:之?内|以内)?\s*"
_SPAN = rf"{_NUMBER}[ -](?P<unit>minutes?|hours?|mins?\b|hrs?\b|h\b)"
_OTHERS = "(?<!系统)(?<!接口)(?<!页面)(?<!查询)(?<!调度)(?<!平台)(?<!指令)"
_DAYS = r"\s*个?(?P<unit>日历[日天]|[日天])"
_KNOWN = (
    Sought("warranty", "质保|质量保证|保修|免费维护",
     rf"(?:质保|质量保证|保修|免费维护){_IS}{_NUMBER}\s*(?P<unit>个?月|年)"),
    Sought("warranty", "warranty",
     rf"warranty (?:period |term )?(?:of |is |: ?)?{_NUMBER}[ -](?P<unit>months?|years?)"),
    Sought("warranty", "warranty", rf"{_NUMBER}[ -](?P<unit>month|year)s? (?:full |on-site )?warranty"),
    Sought("warranty", "guarantee|warrant",
     rf"(?:guarantee|warrant)\b[^.;]{{0,60}} for {_NUMBER} (?P<unit>months?|years?)"),
    Sought("validity", "有效期", rf"(?:投标|报价)有效期{_IS}{_NUMBER}{_DAYS}(?!的)"),
    Sought("validity", "有效期", rf"(?:投标|报价)有效期{_IS}{_NUMBER}\s*(?P<unit>个月)(?!的)"),
    Sought("validity", "有效", rf"(?:投标|报价)[^。；;，,有效]{{0,16}}?{_NUMBER}{_DAYS}(?:之?内)?有效"),
    Sought("validity", "valid",
     rf"(?:offer|bid|proposal|quotation) (?:is |remains )?valid for {_NUMBER} (?P<unit>days)"),
    Sought("validity", "firm",
     rf"(?:offer|bid|proposal|prices?)(?: (?:is|are|remains?)){{0,2}} firm for {_NUMBER} (?P<unit>days)"),
    Sought("plan", "总工期|建设周期|实施周期",
     rf"(?:总工期|建设周期|实施周期){_IS}{_NUMBER}\s*个?(?P<unit>日历[日天]|[日天]|月)"),
    Sought("delivery", "工期|交货期|交付期|供货期", rf"(?<!总)(?:工期|交货期|交付期|供货期){_IS}{_NUMBER}{_DAYS}"),
    Sought("team", "项目组|项目团队|实施团队",
     rf"(?:项目组|项目团队|实施团队)(?:共|由|配备|配置|投入|[:：\s]){{0,2}}{_NUMBER}\s*(?P<unit>[人名])"
     r"(?!\s*(?:进驻|驻场|值守|轮|在|到|另))"),
    Sought("team", "team of", rf"(?:project )?team of {_NUMBER} (?P<unit>people|persons|members)"),
    Sought("response", "响应", rf"{_OTHERS}响应(?:时间|时限|时长)?{_IS}{_WITHIN}{_TIME}"),
    Sought("response", "响应", rf"{_INSIDE}(?:电话|远程|作出|做出|给予|予以|进行)?响应"),
    Sought("response", "respon", rf"respon(?:se|ds?)(?: time)?(?: is| of|:)?(?: within| in)? {_SPAN}"),
    Sought("acknowledged", "acknowledge", rf"acknowledged? (?:within|in) {_SPAN}"),
    Sought("on_site", "到场|现场|上门",
     rf"(?:到场|到达现场|抵达现场|赶到现场|上门)(?:时间|时限)?{_IS}{_WITHIN}{_TIME}"),
    Sought("on_site", "到场|现场|上门", rf"{_INSIDE}(?:派人|安排人员|工程师)?(?:到场|到达现场|抵达现场|赶到现场|上门)"),
    Sought("on_site", "site", rf"on[- ]site (?:within|in) {_SPAN}"),
    Sought("fix", "修复|恢复", rf"(?:修复|恢复)(?:时间|时限)?{_IS}{_WITHIN}{_TIME}"),
    Sought("fix", "修复", rf"{_INSIDE}(?:完成)?修复"),
    Sought("training_days", "培训", rf"培训(?:时间|时长|天数)?{_IS}{_NUMBER}\s*(?P<unit>天)"),
    Sought("training_people", "培训",
     rf"培训(?:人数|人员)?{_IS}{_NUMBER}\s*(?P<unit>[人名])(?![次天日月/]|\s*[一为每/]*[组班批])"),
    Sought("service", "年",
     rf"{_NUMBER}\s*(?P<unit>年)(?:\s*7\s*[×x*]\s*24\s*(?:h|小时)?)?\s*的?(?:运行维护|运维|维保|服务)"),
    Sought("man_months", "驻", rf"(?:驻场|常驻)[^。；;]{{0,24}}?{_NUMBER}\s*(?P<unit>人月)"),
    Sought("man_months", "驻场", rf"{_NUMBER}\s*(?P<unit>人月)(?:的)?驻场"),
)  # fmt: skip
_TIMES = {"response": "response", "acknowledged": "response", "on_site": "on_site", "fix": "fix"}
"""Facts that each level of service has, by the field that holds them."""
_ONLY_BY_LEVEL = frozenset(("acknowledged", "fix"))
"""Facts that are told of much else than faults of a level."""
_NAMES = {"acknowledged": "response", "delivery": "plan"}
_SERVICE = re.compile(
    r"故障|报修|报障|服务|维修|售后|运维|热线|客服|现场|上门|到场"
    r"|service|incident|fault|support|help ?desk|on[- ]site|outage",
    re.I,
)
_QUOTED = re.compile(r"(?:要求|优于|高于|高出|短于|招标文件|每|asks?|requires?|required)[^。；;，,]{0,12}$", re.I)
"""Before a number that is the tender's, or one of each of several."""
_TOLD_APART = frozenset((*_TIMES, "training_days", "training_people"))
"""Facts whose words are those of other things, too: how fast a system responds, how long each school is trained."""
_PART = re.compile(
    r"(?:原厂|厂家|厂商|制造商|供应商|软件|硬件|布线|装修|土建|安装|施工|部[件位]|[易损耗备配零换部元]件|首批|第.批|样机|其中[^，,。；;]*"
    r"|(?<!整)机|[器屏柜泵阀池芯灯膜表仪盘卡架线缆]|UPS|LED)(?:的|单独|标准|自带)?$"
)
"""Before a term that is told of a part of what is delivered, or by its maker."""
_EVENTS = ("初验|初步验收", "(?<!初步)验收|终验", "到货|交货|交付|发货|签收", "签订|签约|生效", "投入使用|开通|上线")
_BEGINS = Sought(
    None,
    "质保|质量保证|保修",
    r"(?:质保|质量保证|保修)[^。；;]{0,24}?自(?P<event>[^。；;，,自]{2,16}?)(?:之日|日|后)?起",
)
_LENGTH = re.compile(
    r"(?P<n>\d+(?:\.\d+)?)\s*-?(?P<unit>个?小时|分钟|minutes?|hours?|mins?(?![a-z])|hrs?(?![a-z])|h(?![a-z]))", re.I
)
_SENTENCE = re.compile(r"[。；;\n]|\.\s")
_SPANS = {"月": "in_months", "天": "in_days"}
_FAULT = r"\s?(?:级|故障|事件|问题|faults?|cases?|events?|incidents?|issues?|severity|priority)"
Levels = Mapping[str, re.Pattern[str]]
"""How the texts name each level of service."""


@rule("ID03", Severity.WARNING)
def facts_are_the_deals(bid: Bid) -> Iterator[Finding]:
    """A text that names the warranty, the validity, the time to deliver, the team, how soon somebody responds, comes
    or has it mended, or the training says what the deal says, of each level of service what holds at that level."""
    known, levels, owed = _list_facts(bid), _name_levels(bid.deal.solution.service), _list_owed(bid)
    for found, at, kind in find_said(bid.texts, _KNOWN):
        value, base = convert(_read_number(found["n"]), found["unit"])
        named = _list_named(levels, found) if kind in _TIMES else []
        wanted = _find_known(known, named, kind)
        is_quicker = kind in _TIMES and not named and value < min(wanted, default=value) and (at, value) not in owed
        if wanted and not is_quicker and not _agrees(kind, value, base, wanted) and not _is_other(kind, found, named):
            shown = {max(wanted)} if kind in ("plan", "delivery") else wanted
            yield _tell(
                bid, at, _NAMES.get(kind, kind), found[0], _show(shown, "天" if kind in ("plan", "validity") else base)
            )
    yield from _find_beginnings(bid)
    yield from _find_rows(bid, known, levels)
    yield from _find_milestones(bid)


def _list_owed(bid: Bid) -> set[tuple[Span | None, Decimal]]:
    """The times that clauses allow at most, each where its answer stands: one that no level of service keeps is not
    just quicker than the levels, it is owed."""
    return {
        (item.span("response"), demand.high)
        for item in bid.deal.requirements
        for demand in find_demands(item.text)
        if demand.high is not None
    }


def _tell(bid: Bid, at: Span | None, kind: str, stated: str, known: Term | str) -> Finding:
    """A finding; what answers a mandatory clause is what the bid is judged by: one that differs there is an error."""
    values = {"what": Term(f"fact_{kind}"), "stated": stated, "known": known}
    return Finding(at, values, Severity.ERROR if at in bid.binding else None)


def _show(known: set[Decimal], base: str) -> Term | str:
    scale, base = (60, "min") if base == "s" else (1, base)
    shown = ", ".join(f"{(item / scale).normalize():f}" for item in sorted(known))
    return Term(_SPANS[base], (("shown", shown),)) if base in _SPANS else f"{shown} {base}"


def _agrees(kind: str, value: Decimal, base: str, known: set[Decimal]) -> bool:
    """Whether a number is what the deal says; months have 28 to 31 days, a service may be several people's."""
    if kind in ("plan", "validity") and base == "月":
        return any(28 * value <= item <= 31 * value for item in known)
    return value in known or (kind == "service" and any(item % value == 0 for item in known))


def _find_known(known: Mapping[str, set[Decimal]], named: list[str], kind: str) -> set[Decimal]:
    """What may be said; where levels are named, what holds at them; nothing where it cannot be told."""
    by_level = {key: known[f"{_TIMES[kind]} {key}"] for key in named} if kind in _TIMES else {}
    if by_level and all(by_level.values()):
        return set().union(*by_level.values())
    return set() if kind in _ONLY_BY_LEVEL else known[kind]


def _is_other(kind: str, found: re.Match[str], named: list[str]) -> bool:
    """Whether a number is said of something else: of a system, by the tender, of each of several, of a part."""
    before, behind = _SENTENCE.split(found.string[: found.start()])[-1], found.string[found.end() :]
    sentence = before + found[0] + _SENTENCE.split(behind)[0]
    if kind in ("warranty", "plan", "delivery"):
        return _PART.search(before) is not None
    if kind == "service":
        return (
            not re.search("验收|终验", before) or re.search("质保期?[满后外]|期满|届满|过保|延", sentence) is not None
        )
    is_service = named or kind not in _TIMES or _SERVICE.search(sentence)
    return kind in _TOLD_APART and (not is_service or _QUOTED.search(before) is not None)


def _name_levels(service: Service) -> Levels:
    """By the words of its name; a plain word names a level only before what has one."""
    named = {}
    for level in service.levels:
        words = [word.removesuffix("故障") for word in re.split(r"[\s（()）/、,，:：]+", level.name)]
        signs = [word for word in words if re.fullmatch(r"[一二三四五]级|[A-Z]+-?\d", word)]
        plain = [word for word in words if len(word) > 1 and word not in signs]
        forms = [rf"(?<![第A-Za-z0-9]){re.escape(word)}(?![0-9])" for word in signs]
        named[level.name] = "|".join([*forms, *(rf"(?<!\w){re.escape(word)}{_FAULT}" for word in plain)])
    return {name: re.compile(pattern, re.I) for name, pattern in named.items() if pattern}


def _list_named(levels: Levels, found: re.Match[str]) -> list[str]:
    """The levels of which a number is said: the last before it in its sentence, with those that stand beside it; else
    those behind it in its clause."""
    before = _SENTENCE.split(found.string[: found.start()])[-1]
    marks = sorted((mark.span(), name) for name, form in levels.items() for mark in form.finditer(before))
    if not marks:
        behind = re.split("[，,。；;]", found.string[found.end() :])[0]
        return [name for name, form in levels.items() if form.search(behind)]
    named = [marks[-1][1]]
    for (one, name), (other, _) in zip(reversed(marks[:-1]), reversed(marks), strict=False):
        if not re.fullmatch(r"\s*(?:故障|事件)?\s*(?:、|和|与|及|至|/|,|and|or)*\s*", before[one[1] : other[0]]):
            break
        named.append(name)
    return named


def _find_beginnings(bid: Bid) -> Iterator[Finding]:
    """A warranty that begins with another event than the deal's."""
    start = bid.deal.solution.service.warranty.start
    own = next((event for event in _EVENTS if re.search(event, start)), None)
    for found, at, _ in find_said(bid.texts, (_BEGINS,)) if own else ():
        sentence = _SENTENCE.split(found.string[: found.start()])[-1] + found[0]
        is_other = any(re.search(event, found["event"]) for event in _EVENTS)
        if own and is_other and not re.search(own, sentence) and not re.search("原厂|厂家|厂商|制造商", sentence):
            yield _tell(bid, at, "warranty_start", found[0], start)


def _find_rows(bid: Bid, known: Mapping[str, set[Decimal]], levels: Levels) -> Iterator[Finding]:
    """Three times in a row behind a level: how soon somebody responds, comes, has it mended."""
    said = "、\\s*".join([r"(\d+(?:\.\d+)?\s*(?:分钟|个?小时|min|h))(?![a-z])"] * 3)
    rows = [Sought(name, "、", rf"(?:{form.pattern})(?:故障)?\s*{said}") for name, form in levels.items()]
    for found, at, name in find_said(bid.texts, rows):
        for kind, time in zip(("response", "on_site", "fix"), found.groups(), strict=True):
            wanted, said_time = known[f"{kind} {name}"], _LENGTH.match(time)
            if said_time and wanted and convert(Decimal(said_time["n"]), said_time["unit"])[0] not in wanted:
                yield _tell(bid, at, kind, found[0], _show(wanted, "s"))


def _find_milestones(bid: Bid) -> Iterator[Finding]:
    """A day that a text gives to a milestone which has another one."""
    plan = bid.deal.solution.plan
    cores = {item.name: re.sub("^全部|完成$|合格$", "", item.name) for item in plan.milestones}
    said = r"第\s*(?P<n>\d+)\s*[日天](?:之?前)?\s*(?:全部|完成|转入|进入|组织|通过)?"
    forms = [
        Sought(name, core.lower(), rf"{said}{re.escape(core)}(?:完成|合格)?(?:(?![\w（(])|(?=[为并即]))")
        for name, core in cores.items()
    ]
    for found, at, name in find_said(bid.texts, forms):
        days = {item.day for item in plan.milestones if cores[name] in item.name}
        days |= {day for item in plan.phases if cores[name] in item.name for day in (item.start_day, item.end_day)}
        clause = re.split("[，,。；;：:]", found.string[: found.start()])[-1]
        if int(found["n"]) not in days and not re.search("批|校|部分|其中", clause):
            yield _tell(bid, at, "milestone", found[0], _show({Decimal(day) for day in days}, "天"))


def _list_facts(bid: Bid) -> dict[str, set[Decimal]]:
    """What may be said of each kind, in the base of its unit."""
    deal, plan = bid.deal, bid.deal.solution.plan
    ends = [
        max((item.day for item in plan.milestones), default=0),
        max((item.end_day for item in plan.phases), default=0),
    ]
    days = [milestone.day for milestone in plan.milestones] + [phase.end_day for phase in plan.phases]
    team = len({member.name for member in deal.team})
    validity = {deal.quote.validity_days, *([deal.tender.validity_days] if deal.tender else [])}
    warranty = Decimal(deal.solution.service.warranty.months)
    on_duty = {line.quantity for line in deal.quote.lines if line.unit == "人月" and re.search("驻场|运维", line.name)}
    return {
        "warranty": {warranty},
        "validity": set(map(Decimal, validity)),
        "plan": {Decimal(day) for day in ends if day},
        "delivery": set(map(Decimal, days)),
        "team": {Decimal(team)} if team else set(),
        "service": {warranty, *on_duty} if on_duty else set(),
        "man_months": on_duty,
        **_list_service(deal.solution.service),
    }


def _list_service(service: Service) -> dict[str, set[Decimal]]:
    """How soon somebody responds and comes and has it mended, at any level and at each; days and people of courses."""
    told: dict[str, set[Decimal]] = {key: set() for key in _TIMES}
    for level in service.levels:
        for key in ("response", "on_site", "fix"):
            times = {convert(Decimal(item["n"]), item["unit"])[0] for item in _LENGTH.finditer(getattr(level, key))}
            told[f"{key} {level.name}"] = times
            told[key] |= times
    days, people = [item.days for item in service.training], [Decimal(item.people) for item in service.training]
    return {
        **told,
        "training_days": {*days, sum(days, Decimal(0))} if days else set(),
        "training_people": {*people, sum(people, Decimal(0))} if people else set(),
    }


def _read_number(text: str) -> Decimal:
    """A number in digits or in Chinese numerals below a hundred."""
    return Decimal(text) if text[0].isdigit() else Decimal(read_numeral(text.translate(_ORDINARY)))


RULES = (facts_are_the_deals,)
