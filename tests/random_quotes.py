"""Random quotes, whose figures are compared in everything that is made of them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from quotes import make_bid, make_line

from bidkit.bid import Bid

LOCALES = {"zh": "zh-CN", "en": "en-US"}
QUOTES = int(os.environ.get("BIDKIT_QUOTES", "12"))
"""How many random quotes are made; `BIDKIT_QUOTES=1000` for a long run."""
RANDOM = settings(
    max_examples=QUOTES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

NESTED = [
    {"id": "A", "name": "硬件", "categories": [{"id": "A1", "name": "网络"}, {"id": "A2", "name": "存储"}]},
    {"id": "B", "name": "服务"},
    {"id": "C", "name": "空"},
]

AMOUNTS = st.decimals("0.01", "99999.99", places=2).map(str)
QUANTITIES = st.one_of(st.integers(1, 500).map(str), st.decimals("0.001", "999.999", places=3).map(str))
RATES = st.sampled_from(["13%", "13%", "9%", "6%", "3%", "0%", "exempt"])
KINDS = st.sampled_from(["base", "base", "base", "option_period", "optional"])
ROWS = st.lists(st.tuples(QUANTITIES, AMOUNTS, RATES, KINDS, st.sampled_from(["A", "A1", "A2", "B"])), max_size=14)
PERCENTS = st.sampled_from([("100%",), ("33.3%", "33.3%", "33.4%"), ("0.1%", "99.9%"), ("12.5%", "37.5%", "50%")])


@st.composite
def payments(draw: st.DrawFn) -> list[dict[str, str]]:
    """Shares of the whole, or an amount before one share of what is left of it."""
    shares = [{"name": str(n), "trigger": "t", "percent": part} for n, part in enumerate(draw(PERCENTS))]
    fixed = {"name": "定金", "trigger": "t", "amount": draw(AMOUNTS)}
    return draw(st.sampled_from([shares, [fixed, *shares]]))


@st.composite
def random_quotes(draw: st.DrawFn, languages: Sequence[str]) -> Bid:
    """The bid of a commercial quote with nested categories, groupings, option periods, discounts and payments."""
    rows = [("1", draw(AMOUNTS), "13%", "base", "B"), *draw(ROWS)]
    sites = draw(st.lists(st.sampled_from(["", "北区", "南区"]), min_size=len(rows), max_size=len(rows)))
    lines = []
    for at, ((quantity, price, rate, kind, category), site) in enumerate(zip(rows, sites, strict=True)):
        tags = {"tags": f"site={site}"} if site else {}
        lines.append(make_line((f"{at:02}", category, f"货物 {at}", quantity, price, rate, kind), **tags))
    quote = {
        "categories": NESTED,
        "prices": draw(st.sampled_from(["gross", "net"])),
        "tax_sum": draw(st.sampled_from(["by_rate", "by_line"])),
        "milestones": draw(payments()),
        "groupings": draw(st.sampled_from([{}, {"site": "地点"}])) or {"site": "地点"},
        "discount": draw(st.sampled_from(["0%", "0%", "3.5%"])),
    }
    language = draw(st.sampled_from(languages))
    return make_bid(lines, locale=LOCALES[language], regime="commercial", quote=quote)
