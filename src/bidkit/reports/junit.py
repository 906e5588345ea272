"""a deal as a JUnit test suite: a test case for each code and each item of the gate."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, fromstring, indent, tostring

from bidkit.diagnostic import Severity, load_messages, outline
from bidkit.gate import ItemResult, State
from bidkit.reports import Result
from bidkit.reports.shown import Shown, say_suppressed
from bidkit.reports.text import clean, name_severity, say_waived
from bidkit.rules import describe_codes

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(result: Result, shown: list[Shown], command: str, lang: str) -> str:
    """One suite."""
    return join([tostring(make_suite(result, shown, command, lang), encoding="unicode")])


def join(suites: Iterable[str]) -> str:
    """A document of suites, each as XML."""
    root = Element("testsuites")
    root.extend(map(fromstring, suites))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def make_suite(result: Result, shown: list[Shown], command: str, lang: str) -> Element:
    """The suite of a deal. What was not judged is skipped, never passed."""
    name = result.bid.deal.id if result.bid else result.deal_file
    suite = Element("testsuite", name=_legal(name), time="0")
    if result.bid:
        suite.set("timestamp", f"{result.bid.today.isoformat()}T00:00:00")
    for code in _list_codes(result, shown):
        case = _add_case(
            suite, f"{name}.{code[:2]}", f"{code} {outline(load_messages(lang)['codes'][code]['message'])}"
        )
        _judge(case, code, [item for item in shown if item.code == code], result, lang)
    for stage in result.gate.stages if result.gate else ():
        for item in stage.items:
            case = _add_case(suite, f"{name}.gate", f"{item.item.id} {getattr(item.item.title, lang)}")
            _judge_item(case, item, result, command, lang)
    found = Counter(child.tag for case in suite for child in case)
    counts = {"failures": found["failure"], "errors": found["error"], "skipped": found["skipped"]}
    for key, count in {"tests": len(suite), **counts}.items():
        suite.set(key, str(count))
    return suite


def _list_codes(result: Result, shown: list[Shown]) -> list[str]:
    """The rules of the deal's regime, and whatever else was found; items of the gate have cases of their own."""
    regimes = {result.bid.deal.regime} if result.bid else set()
    rules = {code for code, facts in describe_codes().items() if facts.subjects and facts.regimes & regimes}
    return sorted(rules | {item.code for item in shown if not item.code.startswith("GT")})


def _judge(case: Element, code: str, found: list[Shown], result: Result, lang: str) -> None:
    labels = load_messages(lang)["labels"]
    failing = [item for item in found if item.reason is None and _fails(item, result)]
    suppressed = [item for item in found if item.reason is not None]
    subjects = describe_codes()[code].subjects
    if failing:
        kind = "error" if code.startswith("EN") else "failure"
        _add(case, kind, failing[0].message, *(_tell(item, lang) for item in failing), type=code)
    elif suppressed:
        _add(case, "skipped", say_suppressed(suppressed[0].reason or "", lang))
    elif "deal" in subjects and result.gate is None:
        _add(case, "skipped", labels["not_read"])
    elif "follow" in subjects and result.followed is None:
        _add(case, "skipped", labels["not_followed"])
    elif "files" in subjects and not result.is_verified:
        _add(case, "skipped", labels["not_verified"])
    if told := [item for item in found if item not in failing]:
        _add(case, "system-out", "", *(_tell(item, lang) for item in told))


def _fails(item: Shown, result: Result) -> bool:
    return item.severity is Severity.ERROR or (result.is_strict and item.severity is Severity.WARNING)


def _judge_item(case: Element, item: ItemResult, result: Result, command: str, lang: str) -> None:
    """An open item fails where it keeps the package that was asked for from being built, else it is skipped."""
    if item.state is State.DONE:
        return
    if item.waiver:
        _add(case, "skipped", say_waived(item.waiver, lang))
        return
    is_due = item.is_blocking and item.item.moment in result.moments and command != "check" and not result.is_draft
    lines = [text for problem in item.open for text in (f"{problem.code}: {problem.message(lang)}", problem.fix(lang))]
    if is_due:
        _add(case, "failure", item.open[0].message(lang), *lines, type=item.open[0].code)
    else:
        _add(case, "skipped", item.open[0].message(lang))


def _tell(item: Shown, lang: str) -> str:
    texts = load_messages(lang)
    first = f"{item.place}: {item.code} {name_severity(item.severity, lang)}: {item.message}"
    because = [] if item.reason is None else [f"  {say_suppressed(item.reason, lang)}"]
    return "\n".join(map(clean, [first, f"  {texts['terms']['fix']}: {item.fix}", *because]))


def _add_case(suite: Element, group: str, name: str) -> Element:
    return SubElement(suite, "testcase", classname=_legal(group), name=_legal(name), time="0")


def _add(case: Element, tag: str, message: str, *lines: str, **attributes: str) -> None:
    child = SubElement(case, tag, attributes)
    if message:
        child.set("message", _legal(clean(message)))
    child.text = "\n".join(map(_legal, lines)) or None


def _legal(text: str) -> str:
    """Text that XML 1.0 can hold; other characters become visible."""
    return _FORBIDDEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
