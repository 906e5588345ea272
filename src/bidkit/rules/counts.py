"""how many there are: what texts count and give of bid and company, against what data and clauses have: ID03."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

from bidkit.amounts import UP_TO_TWELVE
from bidkit.bid import Bid
from bidkit.days import read_numeral
from bidkit.diagnostic import Severity, Span, Term
from bidkit.rules.registry import Finding, rule
from bidkit.written import Sought, find_said, narrow

_EN = {word: number for word, number in UP_TO_TWELVE.items() if number > 1}
_N = rf"(?P<n>\d[\d,]*|[一二两三四五六七八九十]{{1,3}}|\b(?i:{'|'.join(_EN)}))"
_BEFORE = re.compile(rf"{_N}\s?$")
_PEOPLE = r"\s?[人名](?![天日月次])"
_SIGNS = (
    ("phases", "个阶段", re.compile(rf"(?:[分按设共为])\s?{_N}\s?$"), None),
    ("phases", "个实施阶段", re.compile(rf"(?:[分按设共为])\s?{_N}\s?$"), None),
    ("milestones", "个里程碑", _BEFORE, None),
    ("milestones", " milestones", re.compile(rf"(?:with|has|have|and) {_N}$"), None),
    *(
        ("team", sign, None, re.compile(rf"(?:[^。；;\n]{{0,24}}?共|(?:成员|人员)?)\s?{_N}{_PEOPLE}"))
        for sign in ("项目部", "项目组", "团队", "小组")
    ),
    ("spares", "类备件", _BEFORE, None),
    ("spares", "类备品备件", _BEFORE, None),
    ("lines", "项逐项报价", re.compile(r"类\s?(?P<n>\d+)\s?$"), None),
    ("lines", "个分项", _BEFORE, re.compile("(?!目)")),
    ("lines", " lines", re.compile(r"\ball (?P<n>\d+)$"), None),
    ("trained", "人次", re.compile(r"[共计]\s?(?P<n>\d+)\s?$"), None),
    *(
        ("staff", sign, None, re.compile(r"(?:总数|总人数)?(?:约|共|为|有)?\s?(?P<n>\d+)\s?[人名]"))
        for sign in ("员工", "职工", "在册人员", "从业人员")
    ),
    ("courses", "门课程", _BEFORE, None),
    ("courses", "门培训课程", _BEFORE, None),
    *(
        ("references", sign, _BEFORE, None)
        for sign in ("项同类业绩", "项类似业绩", "个同类业绩", "个类似业绩", " contracts signed")
    ),
    ("references", "类合同", None, re.compile(rf"\s?{_N}\s?份")),
    ("requirements", " requirements", re.compile(rf"(?:answers?|all) {_N}$"), None),
    ("requirements", "条要求", re.compile(rf"(?:全部|共|所有)\s?{_N}\s?$"), None),
    ("levels", " severity levels", re.compile(rf"\b(?:the|all|our) {_N}$"), None),
    *(("levels", sign, _BEFORE, None) for sign in ("个服务等级", "个故障等级", "级故障时限")),
    *(("goods", sign, _BEFORE, None) for sign in ("种货物", "种产品", "款产品", "项硬件与成品软件")),
    ("papers", " papers are attached", re.compile(rf"(?:[Aa]ll|[Tt]he) {_N}$"), None),
    ("staff", " employees", re.compile(r"(?:[Oo]ur|has|have|with) (?:about )?(?P<n>\d[\d,]*)$"), None),
    *(("founded", sign, None, re.compile(r"\s?(?P<n>(?:19|20)\d\d)\s?年")) for sign in ("成立于", "创立于", "创建于")),
    *(
        ("founded", sign, None, re.compile(r" (?:in|on) (?:[A-Z][a-z]+ \d{1,2}, )?(?P<n>(?:19|20)\d\d)\b"))
        for sign in ("founded", "established")
    ),
)
"""Of what kind a count is, the words that tell so, and how the number stands before or behind them."""
_STANDARD = re.compile(
    r"(?P<kind>GB(?:/[TZ])?|JGJ|CJJ?|YD/T|DL/T|SL|HJ)\s?(?P<no>\d{3,6}(?:\.\d+)?)\s?[-—–－]\s?(?P<year>(?:19|20)\d\d)"
)
_NUMBER = re.compile(r"\s?(?:共\s?)?(?P<n>\d+)\s?(?P<unit>[一-鿿㎡])(?![/每])")
_SPARE = re.compile("备件|备机|备品|样机|现状|现有|既有")
_ABOVE = 200
"""Characters above a row in which a table says that it lists other things than what is quoted."""
_LEAST_NAME = 3
_ENDS = ("。", "；", ";", "\n", ". ")
_RATE = Sought(None, "税率", r"税率[^。；;\n]*")
_PERCENT = re.compile(r"(?<![\d.])(?P<n>\d{1,2}(?:\.\d+)?)\s?[%％]")
_NO_RATE = re.compile("折|下浮|违约|付款|支付|比例|优惠|上浮|毛利|占")
_YEARS = (
    r"[^。；;\n]{0,18}?(?:从业(?:经[验历])?\s?(?P<n>\d+)\s?年|(?P<m>\d+)\s?年[^，,。；;\d]{0,6}经验|\((?P<k>\d+) years)"
)
_SETS = frozenset(("goods", "courses", "references", "papers", "levels"))
_TRAINING = re.compile("培训|课程|参训|学员")
_OURS = re.compile(r"我公司|本公司|我[方司]|\b[Ww]e\b|\b[Oo]ur\b")
_OF_PARTS = re.compile(
    r"其中|另有|另外|每|既有|现有系统|原有|子公司|分公司|制造商|原厂|客户|采购人|集团现"
    r"|\b(?:customer|client|the Authority)"
)


@rule("ID03", Severity.WARNING)
def counts_are_those_of_the_data(bid: Bid) -> Iterator[Finding]:
    """A text that counts phases, milestones, people, spares or lines, gives the staff or the founding of the company,
    a rate of tax or the years of a member says what the data has."""
    known, whole = _list_known(bid), bid.texts.whole
    for kind, start, end, said in _find_counts(whole):
        if said not in (known[kind] or {said}) and _is_meant(bid, kind, start, end, known[kind]):
            _, at, column = bid.texts.find_line(start)
            shown = ", ".join(map(str, sorted(known[kind])))
            yield _tell(bid, narrow(at, column, column + end - start), kind, whole[start:end], shown)
    yield from _find_rates(bid)
    yield from _find_years(bid)
    yield from _find_standards(bid)
    yield from _find_quantities(bid)


def _tell(bid: Bid, at: Span | None, kind: str, stated: str, known: str) -> Finding:
    """A finding; what answers a mandatory clause is what the bid is judged by: one that differs there is an error."""
    values = {"what": Term(f"fact_{kind}"), "stated": stated, "known": known}
    return Finding(at, values, Severity.ERROR if at in bid.binding else None)


def _find_counts(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Each count of a text: its kind, from where to where it stands, and the number."""
    for kind, sign, ahead, behind in _SIGNS:
        at = text.find(sign)
        while at >= 0:
            end = at + len(sign)
            before = ahead.search(text[max(0, at - 16) : at]) if ahead else None
            after = behind.match(text, end) if behind else None
            if (before or not ahead) and (after or not behind):
                number = next(filter(None, (before or after).groups()), "")  # type: ignore[union-attr]
                start = max(0, at - 16) + before.start() if before else at
                yield kind, start, after.end() if after else end, _read(number)
            at = text.find(sign, end)


def _read(number: str) -> int:
    plain = number.replace(",", "")
    return int(plain) if plain.isdigit() else _EN.get(plain.lower()) or read_numeral(plain)


def _list_known(bid: Bid) -> Mapping[str, set[int]]:
    """What may be said of each kind; nothing where the data has none."""
    deal, company = bid.deal, bid.company
    plan, service = deal.solution.plan, deal.solution.service
    team, people = len({member.name for member in deal.team}), [course.people for course in service.training]
    lines = [line for line in deal.quote.lines if not line.part_of]
    papers = {paper.id for paper in bid.selection.chosen}
    return {
        "phases": {len(plan.phases)},
        "milestones": {len(plan.milestones)},
        # The manager may be counted apart.
        "team": {team, team - 1} if team > 1 else set(),
        "spares": {len(service.spares)} if service.spares else set(),
        "lines": {len(lines), len(bid.quote.lines), sum(line.kind == "base" for line in lines)},
        "courses": {len(people)} if people else set(),
        "references": {len(deal.track_record)} if deal.track_record else set(),
        "requirements": {len(deal.requirements)},
        "levels": {len(service.levels)},
        "goods": {len(bid.proposed), len({line.sku for line in lines if line.sku})} - {0},
        "papers": {len(papers), *(len(papers & {*item.evidence}) for item in deal.requirements)},
        "trained": {sum(people), *people} if people else set(),
        "staff": {company.staff} if company.staff else set(),
        "founded": {company.founded.year} if company.founded else set(),
    }


def _is_meant(bid: Bid, kind: str, start: int, end: int, known: set[int]) -> bool:
    """Whether a count is of all of this bid, or of this company, and not of a part of it or of others."""
    text = bid.texts.whole
    begin = max(text.rfind(sign, 0, start) + len(sign) for sign in _ENDS)
    stop = min((at for sign in _ENDS if (at := text.find(sign, end)) >= 0), default=len(text))
    sentence, before = text[begin:stop], text[begin:start]
    if _OF_PARTS.search(before[-30:]) or any(
        re.search(rf"(?<!\d){number}(?!\d|\s?[年月日])", sentence) for number in known
    ):
        return False
    if kind in _SETS and re.search("其余|余下|剩余|另|其中", sentence):
        return False
    if kind == "trained":
        return _TRAINING.search(sentence) is not None
    if kind in ("staff", "founded"):
        names = (bid.company.name, *bid.company.aliases)
        return bool(_OURS.search(text[begin:end])) or any(name in before for name in names)
    return True


def _find_rates(bid: Bid) -> Iterator[Finding]:
    """Rates of value-added tax that no line has."""
    rates = {line.rate * 100 for line in bid.deal.quote.lines}
    for found, at, _ in find_said(bid.texts, (_RATE,)) if rates else ():
        if _NO_RATE.search(found.string):
            continue
        wrong = [item["n"] for item in _PERCENT.finditer(found[0]) if Decimal(item["n"]) not in rates]
        if wrong:
            known = "、".join(f"{rate.normalize():f}%" for rate in sorted(rates))
            yield _tell(bid, at, "tax_rate", f"{wrong[0]}%", known)


def _find_years(bid: Bid) -> Iterator[Finding]:
    """Years of experience that a text gives to a member who has others."""
    years: dict[str, set[int]] = {}
    for member in bid.deal.team:
        years.setdefault(member.name, set()).update({member.years} if member.years else ())
    for name, known in years.items():
        if not known or bid.texts.whole.count(name) < 2:
            continue
        sought = Sought(None, name.lower(), re.escape(name) + _YEARS)
        for found, at, _ in find_said(bid.texts, (sought,)):
            between = found[0][len(name) :]
            is_own = not re.search("计|共|平均", between) and not any(other in between for other in years)
            if is_own and int(next(filter(None, found.groups()))) not in known:
                yield _tell(bid, at, "years", found[0], ", ".join(map(str, sorted(known))))


def _find_standards(bid: Bid) -> Iterator[Finding]:
    """Standards of another year than the clauses name; where these name none, than most texts do."""
    asked = {(found["kind"], found["no"]): found["year"] for item in bid.deal.requirements
             for found in _STANDARD.finditer(f"{item.text}\n{item.clause}")}  # fmt: skip
    told = [*_STANDARD.finditer(bid.texts.whole)]
    years: dict[tuple[str, str], Counter[str]] = {}
    for found in told:
        years.setdefault((found["kind"], found["no"]), Counter())[found["year"]] += 1
    for found in told:
        key = found["kind"], found["no"]
        (most, count), *others = years[key].most_common()
        usual = most if others and count > others[0][1] else found["year"]
        if found["year"] != (known := asked.get(key, usual)):
            _, at, column = bid.texts.find_line(found.start())
            place = narrow(at, column, column + len(found[0]))
            yield _tell(bid, place, "standard", found[0], f"{key[0]} {key[1]}-{known}")


def _find_quantities(bid: Bid) -> Iterator[Finding]:
    """More of a thing than is quoted, right behind its name; in the row of a table that begins with it, another sum."""
    quoted: dict[tuple[str, str], list[Decimal]] = {}
    for line in bid.deal.quote.lines:
        name = re.split("[（(]", line.name)[0].strip()
        if line.kind == "base" and len(name) >= _LEAST_NAME and len(line.unit) <= 1:
            quoted.setdefault((name, line.unit), []).append(line.quantity)
    for (name, unit), quantities in quoted.items():
        known = {*quantities, sum(quantities, Decimal(0))}
        for start, said, is_row in _find_told(bid.texts.whole, name, unit):
            if said > max(known) or (is_row and said not in known):
                _, at, column = bid.texts.find_line(start)
                shown = ", ".join(f"{item.normalize():f}" for item in sorted(known))
                yield _tell(bid, narrow(at, column, column + len(name)), "quantity", f"{name} {said} {unit}", shown)


def _find_told(text: str, name: str, unit: str) -> Iterator[tuple[int, Decimal, bool]]:
    """How many of a thing a text says that there are: where, the number, and whether it is the last of a row."""
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        stop = text.find("\n", end)
        before, behind = text[text.rfind("\n", 0, start) + 1 : start], text[end : stop if stop >= 0 else len(text)]
        if before.strip() == "|":
            cells = [cell.strip() for cell in behind.split("|")[1:-1]]
            is_whole = not _SPARE.search(text, max(0, start - _ABOVE), start)
            if unit in cells and cells[-1].isdecimal() and is_whole:
                yield start, Decimal(cells[-1]), True
        elif (found := _NUMBER.match(behind)) and found["unit"] == unit:
            yield start, Decimal(found["n"]), False
        start = text.find(name, end)


RULES = (counts_are_those_of_the_data,)
