"""Typed scalars: what each accepts, what it refuses, and where and how mistakes are reported."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal

import pytest
from pydantic import Field

from bidkit.diagnostic import Diagnostic, Severity, Span, Term, sort_diagnostics
from bidkit.scalars import (
    Color,
    Day,
    Expiry,
    Flag,
    Model,
    Moment,
    Money,
    Prose,
    Quantity,
    Rate,
    Text,
    Texts,
    Whole,
    validate,
)
from bidkit.source import parse_yaml

CHINA = timezone(timedelta(hours=8))


class Part(Model):
    name: Text
    weight: Quantity | None = None


class Box(Model):
    size: Literal["small", "large"] = "small"
    parts: tuple[Part, ...] = ()
    lid: Part | None = None


class Sample(Model):
    text: Text = ""
    texts: Texts = ()
    money: Money | None = None
    quantity: Quantity | None = None
    rate: Rate | None = None
    whole: Whole | None = None
    day: Day | None = None
    moment: Moment | None = None
    flag: Flag | None = None
    color: Color = "000000"
    expiry: Expiry = None
    prose: Prose | None = None
    kind: Literal["technical", "commercial"] | None = None
    level: Literal["decision", "management", "operation"] | None = None
    marks: dict[str, Literal["mandatory", "key"]] = Field(default_factory=dict)
    box: Box | None = None


def read(text: str, kind: type[Model] = Sample) -> tuple[Any, list[Diagnostic]]:
    data, problems = parse_yaml(text, "deal.yaml")
    assert problems == []
    return validate(kind, data)


def accept(field: str, written: str) -> Any:
    model, problems = read(f"{field}: {written}\n")
    assert problems == []
    return getattr(model, field)


def refuse(field: str, written: str) -> Diagnostic:
    """The one finding, which must stand at the value."""
    model, problems = read(f"# first line\n{field}: {written}\n")
    assert model is None
    assert len(problems) == 1
    assert problems[0].span is not None
    assert (problems[0].span.line, problems[0].span.col) == (2, len(field) + 3)
    assert problems[0].severity is Severity.ERROR
    return problems[0]


def places(problems: list[Diagnostic]) -> list[tuple[str, int, int]]:
    assert all(problem.span for problem in problems)
    return [(problem.code, problem.span.line, problem.span.col) for problem in problems if problem.span]


class TestMoney:
    @pytest.mark.parametrize(
        ("written", "amount"),
        [
            ("12500", "12500"),
            ("12500.5", "12500.5"),
            ("12500.50", "12500.50"),
            ("12,500.00", "12500.00"),
            ("1,234,567.89", "1234567.89"),
            ("0", "0"),
            ("010", "10"),
            ("+5", "5"),
            ("'  7 '", "7"),
            ("9999999999999.99", "9999999999999.99"),
        ],
    )
    def test_accepted(self, written: str, amount: str) -> None:
        assert str(accept("money", written)) == amount

    @pytest.mark.parametrize(
        "written",
        [
            *("12,5O0", "l2", "12 500", "1,2500", "12,50.00", "1,23,456", "',500'", "500,", "1_000", "1.2.3"),
            *("5.", ".5", "1e3", "0x1F", "NaN", "Infinity", "-.inf", "no", "¥5", "5元", "5 CNY", "--5", "+-5", "壹"),
            *("1234567890123456", "0.0000000000000001", "''", "'-'", "12'500", "12\u00a0500", "1/3", "(5)"),
        ],
    )
    def test_what_is_not_a_number(self, written: str) -> None:
        assert refuse("money", written).code == "DL08"

    @pytest.mark.parametrize(
        ("written", "limit"), [("-1", "≥ 0"), ("-0.01", "≥ 0"), ("1.005", "0.01"), ("1.000", "0.01")]
    )
    def test_out_of_range(self, written: str, limit: str) -> None:
        problem = refuse("money", written)
        assert (problem.code, problem.values["limit"], problem.values["value"]) == ("DL11", limit, written)

    def test_number_is_never_a_float(self) -> None:
        assert accept("money", "0.1") + accept("money", "0.2") == Decimal("0.3")


class TestQuantity:
    @pytest.mark.parametrize(
        ("written", "amount"), [("18.5", "18.5"), ("0.125", "0.125"), ("1,880", "1880"), ("0", "0")]
    )
    def test_accepted(self, written: str, amount: str) -> None:
        assert str(accept("quantity", written)) == amount

    @pytest.mark.parametrize(("written", "code"), [("-2", "DL11"), ("2 台", "DL08"), ("two", "DL08"), ("1/2", "DL08")])
    def test_refused(self, written: str, code: str) -> None:
        assert refuse("quantity", written).code == code


class TestRate:
    @pytest.mark.parametrize(
        ("written", "share"),
        [
            ("13%", "0.13"),
            ("13 %", "0.13"),
            ("0.13", "0.13"),
            ("0%", "0"),
            ("100%", "1"),
            ("1", "1"),
            ("12.5%", "0.125"),
        ],
    )
    def test_accepted(self, written: str, share: str) -> None:
        assert accept("rate", written) == Decimal(share)

    @pytest.mark.parametrize(
        ("written", "code"),
        [
            *(("13", "DL11"), ("101%", "DL11"), ("1.01", "DL11"), ("-6%", "DL11"), ("-0.06", "DL11")),
            *(("13%%", "DL08"), ("13‰", "DL08"), ("六%", "DL08"), ("'%'", "DL08"), ("13 percent", "DL08")),
        ],
    )
    def test_refused(self, written: str, code: str) -> None:
        assert refuse("rate", written).code == code


class TestWhole:
    @pytest.mark.parametrize(("written", "number"), [("90", 90), ("0", 0), ("1,000", 1000), ("007", 7), ("3.0", 3)])
    def test_accepted(self, written: str, number: int) -> None:
        assert accept("whole", written) == number

    @pytest.mark.parametrize(
        ("written", "code"), [("1.5", "DL11"), ("-1", "DL11"), ("90 天", "DL08"), ("no", "DL08"), ("0b11", "DL08")]
    )
    def test_refused(self, written: str, code: str) -> None:
        assert refuse("whole", written).code == code

    @pytest.mark.parametrize(("written", "advised"), [("90 天", "如 90"), ("36个月", "如 36"), ("三年", "不带单位")])
    def test_it_is_advised_without_its_unit(self, written: str, advised: str) -> None:
        assert advised in refuse("whole", written).fix("zh")


class TestDay:
    @pytest.mark.parametrize("written", ["2026-09-18", "2024-02-29", "0001-01-01", "9999-12-31"])
    def test_accepted(self, written: str) -> None:
        assert accept("day", written) == date.fromisoformat(written)

    @pytest.mark.parametrize(
        "written",
        [
            *("2026-13-40", "2026-13-01", "2026-02-29", "2026-00-10", "2026-01-00", "0000-01-01", "2026-9-18"),
            *("20260918", "2026-W38-5", "2026/09/18", "18.09.2026", "2026年9月18日", "2026-09-18T09:30+08:00"),
            *("26-09-18", "2026-09", "tomorrow", "'２０２６-０９-１８'", "12026-09-18", "''"),
        ],
    )
    def test_refused(self, written: str) -> None:
        assert refuse("day", written).code == "DL09"

    @pytest.mark.parametrize("written", ["2026年9月18日", "2026/9/18", "2026.09.18", "2026-9-18"])
    def test_a_day_as_it_is_printed_is_advised_as_it_is_written(self, written: str) -> None:
        assert refuse("day", written).fix("zh") == "写成 2026-09-18"

    def test_no_day_is_advised_that_does_not_exist(self) -> None:
        assert "2026-02-29" not in refuse("day", "2026年2月29日").fix("en")


class TestMoment:
    @pytest.mark.parametrize(
        ("written", "moment"),
        [
            ("2026-09-18T09:30+08:00", datetime(2026, 9, 18, 9, 30, tzinfo=CHINA)),
            ("2026-09-18 09:30+08:00", datetime(2026, 9, 18, 9, 30, tzinfo=CHINA)),
            ("2026-09-18T09:30:15+08:00", datetime(2026, 9, 18, 9, 30, 15, tzinfo=CHINA)),
            ("2026-09-18T01:30Z", datetime(2026, 9, 18, 1, 30, tzinfo=UTC)),
        ],
    )
    def test_accepted_with_its_offset(self, written: str, moment: datetime) -> None:
        assert accept("moment", written) == moment
        assert accept("moment", written).utcoffset() == moment.utcoffset()

    @pytest.mark.parametrize("written", ["2026-09-18T09:30", "2026-09-18 09:30:00", "2026-09-18"])
    def test_time_without_an_offset(self, written: str) -> None:
        assert refuse("moment", written).code == "DL21"

    @pytest.mark.parametrize(
        "written", ["2026-13-18T09:30+08:00", "2026-09-18T25:30+08:00", "2026-09-18T09:30+25:00", "18 Sep 2026", "9:30"]
    )
    def test_what_is_not_a_time(self, written: str) -> None:
        assert refuse("moment", written).code == "DL09"


class TestFlag:
    @pytest.mark.parametrize(
        ("written", "value"),
        [("true", True), ("True", True), ("yes", True), ("是", True), ("false", False), ("NO", False), ("否", False)],
    )
    def test_accepted(self, written: str, value: bool) -> None:
        assert accept("flag", written) is value

    @pytest.mark.parametrize("written", ["1", "0", "on", "off", "y", "n", "x", "maybe", "''"])
    def test_refused(self, written: str) -> None:
        problem = refuse("flag", written)
        assert (problem.code, problem.values["allowed"]) == ("DL10", "true, false")

    def test_misspelt_flag_proposes_the_nearest(self) -> None:
        assert refuse("flag", "flase").values["near"] == "false"


class TestOtherScalars:
    @pytest.mark.parametrize(
        ("written", "color"), [("1f4e79", "1F4E79"), ("'#1F4E79'", "1F4E79"), ("000000", "000000")]
    )
    def test_color_is_accepted(self, written: str, color: str) -> None:
        assert accept("color", written) == color

    @pytest.mark.parametrize("written", ["1F4E7", "1F4E79FF", "red", "0x1F4E79", "GGGGGG", "'##1F4E79'", "''"])
    def test_color_is_refused(self, written: str) -> None:
        assert refuse("color", written).code == "DL10"

    @pytest.mark.parametrize(
        ("written", "day"), [("2026-09-18", date(2026, 9, 18)), ("long-term", None), ("长期", None), ("' 长期 '", None)]
    )
    def test_expiry_is_accepted(self, written: str, day: date | None) -> None:
        assert accept("expiry", written) == day

    @pytest.mark.parametrize("written", ["永久", "never", "2026-02-30", "long term", "''"])
    def test_expiry_is_refused(self, written: str) -> None:
        assert refuse("expiry", written).code == "DL09"

    @pytest.mark.parametrize(
        ("written", "parts"),
        [
            ("[a, b]", ("a", "b")),
            ("a", ("a",)),
            ("a; b", ("a", "b")),
            ("a；b; ", ("a", "b")),
            ("[a; b]", ("a; b",)),
            ("[]", ()),
        ],
    )
    def test_texts_are_a_list_or_one_text_split_at_semicolons(self, written: str, parts: tuple[str, ...]) -> None:
        assert accept("texts", written) == parts

    def test_text_is_kept_without_outer_blanks(self) -> None:
        assert accept("text", "'  010 no '") == "010 no"

    @pytest.mark.parametrize("written", ["[a]", "{a: b}"])
    def test_shape_where_text_is_expected(self, written: str) -> None:
        problem = refuse("text", written)
        assert (problem.code, problem.values["expected"]) == ("DL07", Term("text"))

    @pytest.mark.parametrize("field", ["money", "rate", "whole", "day", "moment", "flag", "color", "expiry"])
    def test_list_where_a_value_is_expected(self, field: str) -> None:
        assert refuse(field, "[1]").code == "DL07"

    @pytest.mark.parametrize(("field", "expected"), [("box", "mapping"), ("marks", "mapping"), ("texts", "list")])
    def test_shape_that_the_model_does_not_have(self, field: str, expected: str) -> None:
        written = "{a: b}" if field == "texts" else "[a]"
        problem = refuse(field, written)
        assert (problem.code, problem.values["expected"]) == ("DL07", Term(expected))

    def test_empty_text_of_a_required_field_is_no_text(self) -> None:
        for written in ("''", "'  '", '"\\u3000"'):
            model, problems = read(f"name: {written}\n", Part)
            assert model is None
            assert places(problems) == [("DL05", 1, 7)]

    def test_prose_is_text(self) -> None:
        assert accept("prose", "|\n  # 概述\n").text == "# 概述\n"

    @pytest.mark.parametrize(
        "written",
        ["{text: x, file: ../../secret.md}", "{text: x, line: '3'}", "{text: x, file: /etc/passwd, line: '1'}"],
    )
    def test_prose_cannot_claim_to_stand_in_another_file(self, written: str) -> None:
        model, problems = read(f"prose: {written}\n")
        assert model is None
        assert all(problem.span and problem.span.file == "deal.yaml" for problem in problems)

    @pytest.mark.parametrize("sign", ["\\x07", "\\x1b", "\\ufffe", "\\uffff"])
    @pytest.mark.parametrize("key", ["text", "prose"])
    def test_what_no_file_can_hold_is_told_where_it_is_written(self, key: str, sign: str) -> None:
        _, (problem,) = read(f'{key}: "a{sign}b"\n')
        assert (problem.code, problem.values["found"]) == ("DL61", f"U+{sign[-4:].replace('x', '00').upper()[-4:]}")
        assert problem.span and problem.span.line == 1


class TestChoices:
    def test_word_that_is_not_allowed_names_those_that_are(self) -> None:
        problem = refuse("kind", "financial")
        assert (problem.code, problem.values["allowed"]) == ("DL10", "technical, commercial")

    def test_misspelt_word_proposes_the_nearest(self) -> None:
        assert refuse("kind", "comercial").values["near"] == "commercial"

    def test_each_is_told_with_what_it_is_called(self) -> None:
        problem = refuse("level", "board")
        assert "decision（决策层）, management（管理层）, operation（操作层）" in problem.fix("zh")
        assert "（" not in problem.fix("en")

    @pytest.mark.parametrize(("called", "near"), [("决策层", "decision"), ("操作层", "operation")])
    def test_one_is_found_by_what_it_is_called(self, called: str, near: str) -> None:
        assert refuse("level", called).values["near"] == near

    def test_letter_case_counts(self) -> None:
        assert refuse("kind", "Technical").code == "DL10"

    def test_wrong_value_in_a_free_mapping(self) -> None:
        _, problems = read('marks: {"▲": mandatory, "★": keys}\n')
        assert places(problems) == [("DL10", 1, 30)]
        assert problems[0].values["near"] == "key"


class TestUnknownKeys:
    def test_at_the_top(self) -> None:
        _, problems = read("text: a\nmonye: 5\n")
        assert places(problems) == [("DL04", 2, 1)]
        assert problems[0].values["near"] == "money"

    def test_nested(self) -> None:
        _, problems = read("box:\n  lid: {name: a, wieght: 5}\n")
        assert places(problems) == [("DL04", 2, 18)]
        assert (problems[0].values["near"], problems[0].values["allowed"]) == ("weight", "name, weight")

    def test_in_an_item_of_a_list(self) -> None:
        _, problems = read("box:\n  parts:\n  - name: a\n  - nmae: b\n    name: c\n")
        assert places(problems) == [("DL04", 4, 5)]
        assert problems[0].values["near"] == "name"

    def test_far_from_every_known_key_there_is_no_proposal(self) -> None:
        _, problems = read("box: {zzzzzz: 1}\n")
        assert problems[0].values["near"] is None
        assert "small" not in problems[0].fix("en")
        assert "size, parts, lid" in problems[0].fix("en")

    def test_fix_asks_whether_the_nearest_was_meant(self) -> None:
        _, problems = read("box: {sise: small}\n")
        assert "did you mean `size`" in problems[0].fix("en")

    def test_private_names_of_the_model_are_not_keys(self) -> None:
        _, problems = read("_node: 1\nspan: 2\n")
        assert [problem.code for problem in problems] == ["DL04", "DL04"]


class TestMissingKeys:
    def test_reported_where_the_record_starts(self) -> None:
        _, problems = read("box:\n  parts:\n  - name: a\n  - weight: 5\n")
        assert places(problems) == [("DL06", 4, 5)]
        assert problems[0].values["key"] == "name"


class TestSeveralMistakes:
    TEXT = """\
money: 12,5O0
box:
  size: huge
  parts:
  - {name: a, weight: -1}
  - {weight: 1, colour: red}
day: 2026-13-40
extra: 1
"""

    def test_all_are_reported_in_the_order_of_the_file(self) -> None:
        model, problems = read(self.TEXT)
        assert model is None
        assert places(sort_diagnostics(problems)) == [
            ("DL08", 1, 8),
            ("DL10", 3, 9),
            ("DL11", 5, 23),
            ("DL06", 6, 5),
            ("DL04", 6, 17),
            ("DL09", 7, 6),
            ("DL04", 8, 1),
        ]

    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_every_one_has_a_message_and_a_fix(self, lang: str) -> None:
        for problem in read(self.TEXT)[1]:
            assert problem.message(lang)
            assert problem.fix(lang)
            assert "{" not in problem.message(lang) + problem.fix(lang)

    def test_long_values_are_shortened(self) -> None:
        value = refuse("money", "x" * 500).values["value"]
        assert len(value) <= 60


class TestPlaces:
    def test_model_knows_where_its_fields_stand(self) -> None:
        model, problems = read("text: a\nbox:\n  parts:\n  - name: b\n  - {name: c}\n")
        assert problems == []
        assert model.span("text") == Span("deal.yaml", 1, 7)
        assert model.span("money") == model.span() == Span("deal.yaml", 1, 1)
        assert model.box.parts[1].span("name") == Span("deal.yaml", 5, 12)
        assert model.box.span("parts", 1) == Span("deal.yaml", 5, 5, 9)

    def test_model_made_by_hand_has_no_place(self) -> None:
        assert Part(name="a").span("name") is None

    def test_model_cannot_be_changed(self) -> None:
        with pytest.raises(ValueError, match="frozen"):
            Part(name="a").name = "b"
