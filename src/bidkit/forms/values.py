"""what an expression of a mapping comes to: computed in the sandbox of templates, over the names that they have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import jinja2

from bidkit.context.formats import BARE, format_day, make_filters
from bidkit.diagnostic import Term
from bidkit.forms.filling import PAGE, mark_pages
from bidkit.leftovers import find_leftover
from bidkit.ooxml.faults import ExpressionError
from bidkit.ooxml.names import find_missing_names, list_uses
from bidkit.ooxml.pages import Pages
from bidkit.ooxml.sandbox import make_environment

FAILURES = (
    jinja2.TemplateError, ExpressionError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError,
    NameError,
)  # fmt: skip
"""What an expression of a user may raise."""
_UNSEEN = re.compile(r"[\s\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+")
_UNFIT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff{PAGE}]")
"""What no file can hold, what turns the order of letters around, and what stands for a page."""
_LONGEST, _MOST_ROWS = 20_000, 5_000


class Unfit(ValueError):
    """Why something cannot be entered."""

    def __init__(self, term: Term) -> None:
        super().__init__(term.key)
        self.term = term


def unfit(key: str, **values: str) -> Unfit:
    """The reason of a key."""
    return Unfit(Term(key, tuple(values.items())))


class Evaluator:
    """Expressions over the names of one context.

    Args:
        names: as of `context.make_context`.
        has_pages: the form stands in a volume, so that pages can be named.
    """

    def __init__(self, names: Mapping[str, Any], locale: str, *, has_pages: bool = False) -> None:
        self.names, self.locale, self.has_pages = names, locale, has_pages
        self.environment = make_environment(make_filters(locale), {}, {}, False)

    def compute(self, expression: str, **more: Any) -> Any:
        """The value of an expression; `more` are further names. Raises Unfit: a name that there is not, no value."""
        names = {**self.names, **more}
        try:
            uses = list_uses(self.environment.parse(f"{{{{ {expression} }}}}"))
            missing = [name for _, name, _ in find_missing_names(uses, names, self.environment.globals)]
            if missing:
                raise unfit("form_expression", expression=expression, error=", ".join(missing))
            value = self.environment.compile_expression(expression, undefined_to_none=False)(**names)
        except Unfit:
            raise
        except FAILURES as error:
            if "NoneType" in str(error):  # of what the deal leaves out
                raise unfit("form_no_value", expression=expression) from error
            raise unfit("form_expression", expression=expression, error=str(error)[:120]) from error
        if value is None or isinstance(value, jinja2.Undefined):
            raise unfit("form_no_value", expression=expression)
        return value

    def compute_text(self, expression: str, **more: Any) -> str:
        """The value as it is entered: texts, numbers and days. Raises Unfit."""
        return self.print(self.compute(expression, **more))

    def print(self, value: Any) -> str:
        """A value as a text. Raises Unfit for an empty one, and for what is no text."""
        if isinstance(value, Pages):
            if not self.has_pages:
                raise unfit("form_pages")
            return mark_pages(value.names, is_bare=value.words == BARE)
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal, date)):
            raise unfit("form_no_value", expression=type(value).__name__)
        if isinstance(value, date):
            return format_day(value, self.locale)
        text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value).strip()
        if not _UNSEEN.sub("", text):
            raise unfit("form_empty")
        if _UNFIT.search(text) or len(text) > _LONGEST:
            raise unfit("form_text", value=text[:40])
        if left := find_leftover(text):
            raise unfit("form_left_over", value=left)
        return text

    def decide(self, expression: str) -> bool:
        """Whether a condition holds. Raises Unfit where it says neither."""
        value = self.compute(expression)
        if not isinstance(value, bool):
            raise unfit("form_when")
        return value

    def list(self, expression: str) -> list[Any]:
        """The list that an expression comes to. Raises Unfit."""
        value = self.compute(expression)
        if not isinstance(value, (list, tuple)):
            raise unfit("form_no_list", value=str(value)[:40])
        if len(value) > _MOST_ROWS:
            raise unfit("form_many_rows", count=str(len(value)), limit=str(_MOST_ROWS))
        return [*value]
