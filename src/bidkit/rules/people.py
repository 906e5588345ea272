"""persons of a bid: who signs it and by which papers, who works in it and what proves it: ID08."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bidkit.bid import Bid
from bidkit.catalog.papers import Credential
from bidkit.deal.team import Member
from bidkit.diagnostic import Severity, Span, Term
from bidkit.nearness import find_near, list_pieces
from bidkit.rules.registry import Finding, rule
from bidkit.wording import fold
from bidkit.written import Lines, list_lines, narrow

_HAN = "[\u4e00-\u9fff]"
_SURNAME = (
    "[王李张刘陈杨赵黄吴徐孙朱郭林罗郑梁谢宋唐韩冯邓曹彭肖蔡潘袁叶杜苏魏吕丁沈姚卢姜崔谭陆汪廖贾邹熊孟秦薛侯顾贺郝龚邵赖武"
    "夏邱尹黎傅阎戴覃莫孔汤陶洪翟樊兰殷施庄章鲁葛柴蒋]"
)
"""Those that begin hardly any other word behind a role: 高, 方, 周, 曾, 于 do."""
_PERSON = re.compile(f"{_SURNAME}{_HAN}{{1,2}}")
_TITLES = "经理|工程师|负责人|架构师|讲师|总监|主管|专员|顾问|由|安排|委派|指定|指派"
_OF_SIGNERS = "法定代表人|代理人|代表|联系人|委托|授权|和|与|及|经"
"""Before the name of who signs, and not where the name of a document stands: 授权书."""
_ACTS = (
    "担任|负责|主持|牵头|带队|常驻|驻场|组织|承担|参加|参与|从业|任|为|持|具备|授权|委托|签[署字章]|办理|代表"
    "|先生|女士|声明|承诺|书面|报告|提交|审[核批]|答复|协调|确认|核[对准]|审定"
)
_END = rf"(?=$|(?!{_HAN})|{_ACTS})"
_ADDRESSED = re.compile(
    "[工总局处]|经理|某某?|老师|先生|女士|同志|书记|校长|局长|主任|处长|科长|部长|院长|教授|博士|所长"
)
_GRANTED = re.compile(
    rf"授权(?:委托)?\s*(?P<said>{_SURNAME}{_HAN}{{1,2}}?)(?:先生|女士|同志)?(?:为|作为|担任|代表|办理|全权|[（(，,])"
)
_HEADED = re.compile(rf"法定代表人\s*[:：]?\s*(?P<said>{_SURNAME}{_HAN}{{1,2}}?)(?=授权|委托|签署|[，,、]|$)")
_SLOTS = {"agent": _GRANTED, "legal_representative": _HEADED}
_ROLES = {
    "agent": re.compile("代理人|授权代表|被授权|受托人|agent|authori[sz]ed", re.I),
    "legal_representative": re.compile("法定代表人(?!授权|委托)|legal representative", re.I),
}
_SCHOOLED = re.compile("毕业|学位|学历|职称|任职资格|技术资格|degree|diploma", re.I)
_LEVEL = re.compile("高级|中级|初级")
_LEVELLED = re.compile(rf"(?:持有?|具[有备])?({_HAN}{{2,16}}?[（(](?:高级|中级|初级)[）)])")
_NO_NAME = re.compile(r"证书?$|certifi(?:cate|cation)$|[\s（(）)]", re.I)


@rule("ID08")
def signers_are_those_of_the_company(bid: Bid) -> Iterator[Finding]:
    """A power of attorney and the identity cards are those of the legal representative and the agent."""
    signers = _list_signers(bid)
    for paper in bid.selection.chosen:
        if paper.kind == "authorization":
            yield from _judge_power(paper, signers)
        roles = [role for role in signers if _ROLES[role].search(paper.title)] if paper.kind == "id-card" else []
        if roles and not any(_names(paper.holder, signers[role]) for role in roles):
            yield _tell(paper.span("holder"), paper.holder, "person_other", Term(roles[0]), signers[roles[0]])


def _list_signers(bid: Bid) -> dict[str, str]:
    signers = {"legal_representative": bid.company.legal_representative, "agent": bid.company.agent}
    return {role: name for role, name in signers.items() if name}


def _judge_power(paper: Credential, signers: dict[str, str]) -> Iterator[Finding]:
    """Whom it says to be one of both is that one; where it names who grants it, it names whom it is granted to."""
    missing = [role for role, name in signers.items() if not _names(paper.scope, name)]
    for role in missing:
        if found := _SLOTS[role].search(paper.scope):
            yield _tell(paper.span("scope"), found["said"], "person_other", Term(role), signers[role])
        elif missing == ["agent"]:
            yield _tell(paper.span("scope"), paper.title, "person_missing", Term(role), signers[role], Severity.WARNING)


def _names(text: str, name: str) -> bool:
    return bool(name) and fold(name) in fold(text)


def _tell(
    at: Span | None, found: str, fault: str, kind: Term, name: str, severity: Severity | None = Severity.ERROR
) -> Finding:
    return Finding(at, {"found": found, "fault": Term(fault), "kind": kind, "name": name}, severity)


@rule("ID08", Severity.WARNING)
def names_in_texts_are_right(bid: Bid) -> Iterator[Finding]:
    """Nobody is called almost like a member of the team or who signs, also in papers that are not theirs; who has a
    role is whom the team names for it."""
    yield from _judge_texts(bid)
    papers = [paper for paper in bid.selection.chosen if paper.kind not in ("authorization", "id-card")]
    lines = Lines(line for paper in papers for line in list_lines(paper, without=("id", "holder", "files")))
    for role, name in _list_signers(bid).items() if lines else ():
        pattern = _compile_near(name, _OF_SIGNERS) if _may_be_near(lines.whole, name) else None
        is_likely = pattern or not re.fullmatch(f"{_HAN}{{2,3}}", name)
        for text, at in map(lines.__getitem__, lines.find_lines(_list_words(name)) if is_likely else ()):
            for start, end in _find_said(text, name, pattern):
                yield _tell(at, text[start:end], "person_other", Term(role), name, Severity.WARNING)


@rule("ID08", Severity.WARNING)
def the_team_is_who_works(bid: Bid) -> Iterator[Finding]:
    """Papers of persons and owners of phases are those of the team, and its certificates are those of the papers."""
    if bid.deal.team:
        yield from _judge_papers(bid)
        yield from _judge_owners(bid)


def _judge_papers(bid: Bid) -> Iterator[Finding]:
    """Papers of persons are those of the team, but for those of which several are asked for: the company's people."""
    team, signers = bid.deal.team, (bid.company.legal_representative, bid.company.agent)
    counted = [paper for need, papers in bid.selection.required if need.count > 1 for paper in papers]
    for paper in bid.selection.chosen:
        if paper.kind not in ("personal-certificate", "cv"):
            continue
        members = [member for member in team if _names(paper.holder, member.name)]
        if not members and paper not in counted and not any(_names(paper.holder, name) for name in signers):
            severity = Severity.ERROR if _proves_a_member(bid, paper) else Severity.WARNING
            name = "、".join(member.name for member in team)
            yield _tell(paper.span("holder"), paper.holder, "person_other", Term("team_people"), name, severity)
        for member in members if paper.kind == "personal-certificate" else ():
            yield from _judge_certificates(bid, paper, member)


def _proves_a_member(bid: Bid, paper: Credential) -> bool:
    """Whether an answer that names a member of the team, or a role, has the paper as its evidence."""
    named = [name for member in bid.deal.team for name in (member.name, member.role)]
    answers = [item for item in bid.deal.requirements if paper.id in item.evidence]
    return any(_names(item.response, name) for item in answers for name in named)


def _judge_certificates(bid: Bid, paper: Credential, member: Member) -> Iterator[Finding]:
    """A member has the certificate that is attached, and it has the level that the team and the answers say."""
    said = f"{paper.title}\n{paper.scope}\n{paper.level}"
    levels, kind = {*_LEVEL.findall(said)}, Term("certificate_of", (("name", member.name),))
    same = [text for text in (*member.certificates, member.title) if _is_same(text, paper.title, said)]
    lower = [text for text in same if levels and _LEVEL.search(text) and levels.isdisjoint(_LEVEL.findall(text))]
    if lower or (member.certificates and not same and not _SCHOOLED.search(paper.title)):
        found = "、".join(lower or member.certificates)
        yield _tell(member.span("certificates"), found, "paper_differs", kind, _show(paper), Severity.WARNING)
    for item in bid.deal.requirements if levels else ():
        for found in _LEVELLED.findall(item.response) if paper.id in item.evidence else ():
            if levels.isdisjoint(_LEVEL.findall(found)):
                yield _tell(item.span("response"), found, "paper_differs", kind, _show(paper), Severity.WARNING)


def _show(paper: Credential) -> str:
    return f"{paper.title}（{paper.scope}）" if paper.scope else paper.title


def _is_same(stated: str, title: str, said: str) -> bool:
    """Whether a certificate as the team states it is that of a paper, with or without what stands in brackets."""
    parts = [_NO_NAME.sub("", part) for part in re.split(r"[（(）)]", stated) if not _LEVEL.fullmatch(part)]
    plain = _NO_NAME.sub("", title.strip())
    return any(part and (fold(part) in fold(said) or fold(plain) in fold(part)) for part in parts)


def _judge_owners(bid: Bid) -> Iterator[Finding]:
    """Where phases are owned by members of the team, all that are owned by a person are; in letters a department looks
    like a person."""
    team = [member.name for member in bid.deal.team]
    owned = [phase for phase in bid.deal.solution.plan.phases if phase.owner]
    if not any(phase.owner in team for phase in owned):
        return
    roles = {member.role for member in bid.deal.team}
    for phase in owned:
        if _PERSON.fullmatch(phase.owner) and phase.owner not in (*team, *roles):
            name = "、".join(team)
            yield _tell(phase.span("owner"), phase.owner, "person_other", Term("team_people"), name, Severity.WARNING)


def _judge_texts(bid: Bid) -> Iterator[Finding]:
    team, whole = bid.deal.team, bid.texts.whole
    names = {name: (Term(role), _OF_SIGNERS) for role, name in _list_signers(bid).items()}
    names |= {member.name: (Term("team_member"), "") for member in team}
    near = [(name, *about) for name, about in names.items() if _may_be_near(whole, name)]
    patterns = [(name, kind, _list_words(name), _compile_near(name, titles)) for name, kind, titles in near]
    patterns += [
        (member.name, Term("holder_of", (("role", member.role),)), member.role.lower(), _compile_role(member))
        for member in team
        if member.role in whole and _is_alone(bid, member)
    ]
    told = _list_told(bid) if patterns else ""
    seen: set[tuple[int, int]] = set()
    for name, kind, words, pattern in patterns:
        for number in bid.texts.find_lines(words):
            line, at = bid.texts[number]
            for start, end in _find_said(line, name, pattern):
                said = line[start:end]
                if (number, start) not in seen and said not in told and not _ADDRESSED.fullmatch(said[1:]):
                    seen.add((number, start))
                    yield _tell(narrow(at, start, end), said, "person_other", kind, name, Severity.WARNING)


def _list_words(name: str) -> str:
    """Of these one stands where a name is written with another character."""
    return f"{name[0]}|{name[1:]}" if re.fullmatch(f"{_HAN}{{2,3}}", name) else list_pieces(name)


def _may_be_near(text: str, name: str) -> bool:
    """Whether two characters of a Chinese name stand somewhere but in the name itself; of one in letters the lines
    tell."""
    if not re.fullmatch(f"{_HAN}{{2,3}}", name):
        return True
    rest = text.replace(name, "\n")
    if len(name) == 2:
        return name[1] in rest
    is_swapped = f"{name[0]}{name[2]}{name[1]}" in rest
    return name[1:] in rest or name[:2] in rest or is_swapped or bool(re.search(f"{name[0]}.{name[2]}", rest))


def _is_alone(bid: Bid, member: Member) -> bool:
    """Whether nobody else has the role, or a role that has it in its name."""
    return sum(member.role in other.role for other in bid.deal.team) == 1


def _find_said(line: str, name: str, pattern: re.Pattern[str] | None) -> Iterator[tuple[int, int]]:
    if pattern is None:
        yield from find_near(line, name)
        return
    for found in pattern.finditer(line):
        if not line.startswith(name, found.start("said")):
            yield found.span("said")


def _compile_near(name: str, titles: str = "") -> re.Pattern[str] | None:
    """A Chinese name of which a character is another or two have changed places, where a name may stand; None for
    names in letters.

    Args:
        titles: words before a name, besides those before any.
    """
    if not re.fullmatch(f"{_HAN}{{2,3}}", name):
        return None
    slips = [f"{_SURNAME}{name[1:]}"]
    if len(name) > 2:
        slips += [f"{name[0]}{_HAN}{name[2]}", f"{name[:2]}{_HAN}", f"{name[0]}{name[2]}{name[1]}"]
    is_plain = len(name) > 2 and re.match(_SURNAME, name)
    titles = f"{_TITLES}|{titles}" if titles else _TITLES
    before = rf"(?:^|(?<!{_HAN})|{titles})" if is_plain else f"(?:{titles})"
    return re.compile(rf"{before}(?P<said>{'|'.join(slips)}){_END}")


def _compile_role(member: Member) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(member.role)}(?:为|是|[:：]|\s)?(?P<said>{_SURNAME}{_HAN}{{1,2}}){_END}")


def _list_told(bid: Bid) -> str:
    """Who else may be called so: the team, who signs, the buyer's people, and whom its words and past projects name."""
    told = [member.name for member in bid.deal.team] + [contact.name for contact in bid.deal.customer.contacts]
    told += [bid.company.legal_representative, bid.company.agent, *(paper.holder for paper in bid.selection.chosen)]
    told += [text for item in bid.deal.requirements for text in (item.text, item.clause)]
    told += [line for record in bid.deal.track_record for line, _ in list_lines(record)]
    return "\n".join(told)


RULES = (signers_are_those_of_the_company, names_in_texts_are_right, the_team_is_who_works)
