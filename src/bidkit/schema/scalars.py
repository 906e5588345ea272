"""what a YAML editor must take for each typed scalar, as number, truth value or text: the same as bidkit does.

bidkit keeps scalars as text; an editor sees `1.10` as a number and `13%` as text. So each schema allows the types that
an editor may see: `minimum` and `maximum` bind only numbers, `pattern` only texts. What an editor no longer sees cannot
be said, as with how many decimals a number without quotes was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, get_args

from bidkit import scalars
from bidkit.deal import DealId
from bidkit.deal.attachments import NAME_PARTS, Angle, Dpi, NamePattern
from bidkit.deal.layout import SIZE_NAMES, FirstLine, FontSize, Length, LineSpacing
from bidkit.deal.tender import DEMANDS, DEVIATIONS, DemandKind, Deviation
from bidkit.file_names import DEVICE
from bidkit.kinds import NAMES, PaperKind

Schema = dict[str, Any]

PLAIN: Schema = {"type": ["string", "number"]}
"""Any scalar but `true` and `false`: who may write these in a text is offered them by an editor in every text."""
_FEW_DIGITS = r"(?=(?:\D*\d){1,15}\D*$)"
_SIGN = r"(?:\+|-(?=[0,.]*\s*%?\s*$))?"
_WHOLES = r"(?:\d+|\d{1,3}(?:,\d{3})+)"
_MOST = 999_999_999_999_999
_DAY = (
    r"(?!0000)(?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)"
    r"|02-(?:0[1-9]|1\d|2[0-8]))|(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)"
)
_MOMENT = (
    rf"(?=19|2){_DAY}.(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?[0-5]\d(?:[.,]\d+)?)?)?"
    r"(?:Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d(?::?[0-5]\d(?:\.\d+)?)?)?)"
)
_WHOLE = r"0*(?:\d{1,5}|\d{1,2},\d{3}|100000|100,000)(?:\.0+)?"
_ZEROS = r"(?:\.0+)?"
_SHARE = r"0*(?:100(?:\.0+)?|\d{1,2}(?:\.\d+)?)\s*%|0*(?:1(?:\.0+)?|0(?:\.\d+)?)"
_MEASURE = r"\d{1,4}(?:\.\d{1,4})?"
_LENGTHS = ("cm", "mm", "in", "pt", "厘米", "公分", "毫米", "英寸", "inch", '"', "磅", "点")
_POINTS = ("pt", "磅", "点")
_IEC = r"(?:\s*/\s*[Ii]\s*[Ee]\s*[Cc])?\s*"


def _any_case(*words: str) -> str:
    """A pattern for words however they are spelled; JSON Schema has no flag for it."""
    spelled = ("".join(f"[{c.upper()}{c.lower()}]" if c.upper() != c.lower() else c for c in word) for word in words)
    return f"(?:{'|'.join(spelled)})"


def _alone(pattern: str) -> str:
    return rf"^\s*(?:{pattern})\s*$"


def _number(pattern: str, most: float = _MOST, kind: str = "number", least: float = 0) -> Schema:
    return {"type": ["string", kind], "minimum": least, "maximum": most, "pattern": _alone(_FEW_DIGITS + pattern)}


def _amount(places: str = "") -> Schema:
    """A number ≥ 0 with at most so many decimals, also with its thousands separated."""
    return _number(rf"{_SIGN}{_WHOLES}(?:\.\d{{1,{places}}})?" if places else rf"{_SIGN}{_WHOLES}(?:\.\d+)?")


def _list(items: Schema, **more: Any) -> Schema:
    """A list, or one text (a cell of a csv) whose parts are separated by `;`."""
    return {"type": ["array", *items["type"]], "items": items, **more}


def _spaced(word: str) -> str:
    return r"\s*".join(_any_case(c) for c in word if not c.isspace())


def _papers() -> Schema:
    """A kind of paper by its key, its Chinese name or both, as `find_kind` reads it."""
    patterns = []
    for key, name in NAMES.items():
        start, rest = (_spaced("iso") + _IEC, key.removeprefix("iso")) if key.startswith("iso") else ("", key)
        patterns += [rf"{start}{_spaced(rest)}(?:\s*{_spaced(name)})?", _spaced(name)]
    return {
        "anyOf": [
            {"enum": [*NAMES, *NAMES.values()], "markdownEnumDescriptions": [*NAMES.values(), *NAMES]},
            {"type": "string", "pattern": _alone("|".join(patterns))},
        ]
    }


def _spelt(kind: Any, spellings: Mapping[str, str]) -> Schema:
    """One of a few values, or another spelling of it."""
    keys = get_args(get_args(kind)[0])
    pattern = "|".join((*keys, _any_case(*spellings)))
    return {"anyOf": [{"enum": [*keys, *spellings]}, {"type": "string", "pattern": _alone(pattern)}]}


def _rates(also: str = "") -> Schema:
    return {**_number("", 1), "pattern": _alone(rf"{also}{_FEW_DIGITS}{_SIGN}(?:{_SHARE})")}


def _tax_rates() -> Schema:
    """As rates, but for a bare 1, which may be meant as 1 %."""
    rates = _rates(rf"{_any_case('exempt')}|免税|")
    return {**rates, "exclusiveMaximum": 1, "pattern": rf"^(?!\s*\+?0*1(?:\.0+)?\s*$){rates['pattern'][1:]}"}


_FREE = {**PLAIN, "pattern": r"\S"}
_PERIOD = {"type": ["string", "integer"], "minimum": 1000, "maximum": 9999}
_DATE = {"type": ["string"], "pattern": _alone(_DAY)}
_TAG = r"[^;；]*[=＝:：][^;；]*|\s*"
_SIZE = r"0{0,3}(?:[5-9]|[1-6]\d|7[01])(?:\.[05]0*)?|0{0,2}72(?:\.0+)?"
_LINES = r"0{0,3}(?:[1-4](?:\.\d{1,4})?|5(?:\.0{1,4})?)\s*(?:[xX]|倍|倍行距)?"
_LINE_POINTS = rf"0{{0,3}}(?:(?:[6-9]|[1-9]\d)(?:\.\d{{1,4}})?|100(?:\.0{{1,4}})?)\s*{_any_case(*_POINTS)}"
_CHARS = rf"0{{0,3}}(?:\d(?:\.\d{{1,4}})?|10(?:\.0{{1,4}})?)\s*{_any_case('字符', '字', 'ch', 'characters')}"
_NAME = "|".join(part.replace("{", r"\{").replace("}", r"\}") for part in NAME_PARTS)


Scalar = tuple[Any, Schema, tuple[Any, ...]]
_TEXT = {**PLAIN, "pattern": r"\S"}


@lru_cache(maxsize=1)
def list_scalars() -> tuple[Scalar, ...]:
    """Each typed scalar, its schema, and examples of it."""
    return (*_list_shared(), *_list_own())


def _list_shared() -> tuple[Scalar, ...]:
    """Those of all models."""
    return (
        (scalars.Text, _TEXT, ()),
        (scalars.Note, PLAIN, ()),
        (scalars.Texts, _list(_TEXT), ()),
        (
            scalars.Tags,
            {
                **_TEXT,
                "type": ["object", *PLAIN["type"]],
                "additionalProperties": _TEXT,
                "pattern": rf"^(?:{_TAG})(?:[;；](?:{_TAG}))*$",
            },
            (),
        ),
        (scalars.Money, _amount("2"), (86500.5, "1,250.00")),
        (scalars.Price, _amount("6"), (1250, 0.0325)),
        (scalars.Quantity, _amount(), (12, 18.5)),
        (scalars.Factor, {**_number(rf"(?=.*[1-9])\+?{_WHOLES}(?:\.\d+)?"), "exclusiveMinimum": 0}, ("7.1234",)),
        (scalars.Whole, _number(rf"\+?{_WHOLE}|-0+(?:\.0+)?", 100_000, "integer"), (30,)),
        (scalars.Rate, _rates(), ("13%", 0.13)),
        (scalars.TaxRate, _tax_rates(), ("13%", "exempt")),
        (scalars.Day, _DATE, ("2026-09-18",)),
        (scalars.Days, _list(_DATE, pattern=rf"^(?:\s*(?:{_DAY})?\s*(?:[;；]|$))*$"), (["2026-10-01", "2026-10-02"],)),
        (scalars.Moment, {"type": "string", "pattern": _alone(_MOMENT)}, ("2026-09-18T09:30+08:00",)),
        (scalars.Expiry, {"type": "string", "pattern": _alone(rf"{_DAY}|long-term|长期")}, ("2028-06-30", "long-term")),
        (
            scalars.Flag,
            {"type": ["boolean", "string"], "pattern": _alone(_any_case("true", "yes", "是", "false", "no", "否"))},
            (True, False),
        ),
        (
            scalars.Color,
            {"type": ["string", "number"], "minimum": 0, "pattern": r"^\s*#?[0-9A-Fa-f]{6}\s*$"},
            ("1F4E79",),
        ),
        (scalars.DayTexts, _list(_FREE), (["deadline", "validity_end"],)),
        (scalars.WindowText, _FREE, ("within 3 years before deadline",)),
        (scalars.PeriodText, {**_PERIOD, "pattern": r"^\s*(?:[1-9]\d{3}.*)?$"}, (2025, "2026-08")),
        (
            scalars.PeriodTexts,
            _list({**_PERIOD, "pattern": r"^\s*[1-9]\d{3}"}, pattern=""),
            (["2023", "2024"], "2023 .. 2025"),
        ),
    )


def _list_own() -> tuple[Scalar, ...]:
    """Those of single parts of a deal."""
    length = rf"{_MEASURE}\s*{_any_case(*_LENGTHS)}"
    sizes = rf"(?:{'|'.join(SIZE_NAMES)})(?:号字)?|(?:{_SIZE})\s*{_any_case(*_POINTS)}?"
    own_id = rf"^\s*(?!.*\.(?:\.|\s*$))(?!{DEVICE.pattern.lower()}\s*$)[a-z0-9][a-z0-9._-]{{0,63}}\s*$"
    return (
        (DealId, {**PLAIN, "minimum": 0, "pattern": own_id}, ()),
        (NamePattern, {**_TEXT, "pattern": rf"^(?=\s*\S)(?:[^\{{\}}]|{_NAME})*$"}, ()),
        (Dpi, _number(rf"\+?0*(?:7[2-9]|[89]\d|[1-5]\d\d|600){_ZEROS}", 600, "integer", 72), (150,)),
        (Angle, _number(rf"\+?0*(?:[1-8]?\d|90){_ZEROS}|-0+{_ZEROS}", 90, "integer"), (30,)),
        (Length, {"type": "string", "pattern": _alone(length)}, ("2.5cm", "25mm")),
        (FontSize, {**_number("", 72, least=5), "multipleOf": 0.5, "pattern": _alone(sizes)}, ("小四", "12pt")),
        (LineSpacing, {**_number("", 5, least=1), "pattern": _alone(rf"{_LINES}|{_LINE_POINTS}")}, (1.5, "28pt")),
        (
            FirstLine,
            {**_number("", 0), "pattern": _alone(rf"{_CHARS}|{length}|0+(?:\.0+)?(?:\s+\S+|(?!\.?\d)\S+)?")},
            ("2ch", "2字符"),
        ),
        (PaperKind, _papers(), ()),
        (Deviation, _spelt(Deviation, DEVIATIONS), ()),
        (DemandKind, _spelt(DemandKind, DEMANDS), ()),
    )


def find_scalar(annotation: Any) -> tuple[Schema, tuple[Any, ...]] | None:
    """The schema of a typed scalar and examples of it; None of anything else."""
    return next(((schema, examples) for kind, schema, examples in list_scalars() if kind == annotation), None)
