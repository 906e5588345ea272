"""Which numbers and words in a running text are a price of the bid, and which only look like one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidkit.figures import find_money, find_prices, make_prices
from bidkit.words import CURRENCY_WORDS

MAIN, CATEGORY, ROUND, UNIT, SMALL, CHEAP = map(
    Decimal, ("6374820.00", "1520350.50", "300000.00", "12500.00", "680.00", "2.50")
)
PRICES = make_prices([MAIN], [CATEGORY, ROUND], [UNIT, SMALL, CHEAP, Decimal(0)])


def found(text: str, language: str = "zh", currency: str = "CNY") -> list[Decimal]:
    return [amount for _, amount in find_prices(text, PRICES, currency, language)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("投标总价6,374,820.00元", MAIN),
        ("合计 6374820.00", MAIN),
        ("合计6,374,820", MAIN),
        ("共6374820，含税", MAIN),
        ("约637.482万", MAIN),
        ("约637.5万元", MAIN),
        ("投标总价为 637 万元", MAIN),
        ("投标总价约 637 万", MAIN),
        ("投标总价 637W", MAIN),
        ("投入不过 637W，物有所值", MAIN),
        ("整体约 637w。", MAIN),
        ("全部内容 637 万", MAIN),
        ("整体约 637.5万左右", MAIN),
        ("three years at 6.37M, all in", MAIN),
        ("at 6.37M for three years", MAIN),
        ("投标总价637万4820元", MAIN),
        ("投标总价 637 万 4820 元", MAIN),
        ("投标总价 6374.82 千元", MAIN),
        ("投标总价 6.37 百万元", MAIN),
        ("投标总价 637.4 万元", MAIN),
        ("共 637 万余元", MAIN),
        ("共 6,370,000 元", MAIN),
        ("投标总价 6 374 820 元", MAIN),
        ("投标总价陆佰叁拾柒万元", MAIN),
        ("共六百三十七万余元", MAIN),
        ("硬件 152 万元", CATEGORY),
        ("６，３７４，８２０．００", MAIN),
        ("￥6,374,820", MAIN),
        ("人民币陆佰叁拾柒万肆仟捌佰贰拾元整", MAIN),
        ("陆佰叁拾柒万肆仟捌佰贰拾圆正", MAIN),
        ("六百三十七万四千八百二十元", MAIN),
        ("陆佰叁拾柒万 肆仟捌佰贰拾元整", MAIN),
        ("硬件1,520,350.50", CATEGORY),
        ("硬件 1520350.5", CATEGORY),
        ("平台 300,000.00", ROUND),
        ("平台 300,000 元", ROUND),
        ("平台30万元", ROUND),
        ("单价 12,500.00", UNIT),
        ("单价12500.00/台", UNIT),
        ("每台 12500 元", UNIT),
        ("每台1.25万元", UNIT),
        ("A01，12,500.00", UNIT),
        ("680.00", SMALL),
        ("¥680", SMALL),
        ("每米 2.5 元", CHEAP),
    ],
)
def test_a_price_is_found_however_it_is_written(text: str, amount: Decimal) -> None:
    assert found(text) == [amount]


@pytest.mark.parametrize(
    "text",
    [
        "每日 300,000 条记录",
        "30 万条记录",
        "端口 12500",
        "12,500 个测点",
        "波长 680.00 nm",
        "光合波段 680.00nm",
        "占比 680.00%",
        "版本 2.50",
        "型号 EG6374820",
        "电话 0920-6374820",
        "16,374,820.00",
        "6,374,820.01",
        "6,374,820.001",
        "63748200",
        "2026-09-15 0.00 零元整",
        "637 万次调用",
        "637 万条记录",
        "并发连接 637 万个，供水 637 万吨，637 万 m³",
        "峰值功耗 637W，电源 637W。",
        "屏体 637W/㎡，637 Wh",
        "投入不过 64W，152W，30 万，",
        "6.37M records for a year, 6.37M/s is",
        "峰值功耗 637 W",
        "控制电价 637W",
        "投标总价不含 637 W/㎡ 的屏体",
        "约 640 万元",
        "投资 636 万元",
        "单价 1.26 万元",
        "共 24 374 820 元",
        "陆佰叁拾万元",
        "人民币陆佰叁拾柒万肆仟捌佰贰拾元壹角",
        "壹仟陆佰叁拾柒万肆仟捌佰贰拾元整",
    ],
)
def test_what_only_looks_like_a_price_is_none(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("name", CURRENCY_WORDS["zh"].values())
@pytest.mark.parametrize("text", ["每台{name}12500", "每台 {name} 12,500", "每台 12500 {name}"])
def test_the_name_of_a_currency_makes_a_number_a_price(name: str, text: str) -> None:
    assert found(text.format(name=name)) == [UNIT]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        (
            "The total is US Dollars Six Million Three Hundred Seventy-Four Thousand Eight Hundred Twenty and 00/100",
            MAIN,
        ),
        ("six million three hundred seventy-four thousand eight hundred twenty and 00/100", MAIN),
        ("six million three hundred and seventy-four thousand eight hundred and twenty dollars", MAIN),
        ("USD 6,374,820 in all", MAIN),
        ("about 6.375 million", MAIN),
        ("about $6.37 million", MAIN),
        ("USD 6.37M in all", MAIN),
        ("Our price is firm at 6.37 million", MAIN),
        ("six million three hundred and seventy thousand dollars", MAIN),
        ("$6,370,000 in all", MAIN),
        ("three hundred thousand dollars", ROUND),
        ("12,500.00 per site", UNIT),
        ("$12,500 for each", UNIT),
        ("12,500 dollars", UNIT),
    ],
)
def test_a_price_is_found_in_english(text: str, amount: Decimal) -> None:
    assert found(text, "en", "USD") == [amount]


@pytest.mark.parametrize(
    "text",
    [
        "One Hundred Six Million Three Hundred Seventy-Four Thousand Eight Hundred Twenty and 00/100",
        "6.37 million calls",
        "12,500 users",
        "300,000 records",
    ],
)
def test_what_only_looks_like_a_price_in_english_is_none(text: str) -> None:
    assert found(text, "en", "USD") == []


@pytest.mark.parametrize("text", ["预算 637 万元", "预算 6,370,000 元", "预算六百三十七万元"])
def test_an_amount_that_is_told_of_others_is_no_price_rounded(text: str) -> None:
    assert list(find_prices(text, make_prices([MAIN], [], [], [Decimal(6_370_000)]), "CNY", "zh")) == []
    assert list(find_prices(f"{text}，总价 637.5 万元", make_prices([MAIN], [], []), "CNY", "zh")) != []


def test_an_amount_of_ten_thousands_and_the_rest_is_one() -> None:
    assert [amount for _, _, amount in find_money("总价 637万4820元，另 3 万 5,000 元")] == [MAIN, 30000, 5000]


def test_a_price_is_shown_as_it_is_written() -> None:
    assert list(find_prices("甲6,374,820.00乙680元", PRICES, "CNY", "zh")) == [("6,374,820.00", MAIN), ("680", SMALL)]


def test_every_number_of_a_list_is_read_by_itself() -> None:
    assert found("12,500.00,680.00、300,000.00") == [UNIT, SMALL, ROUND]


@given(st.decimals(min_value=100, max_value=10**13, places=2), st.sampled_from(["{:,.2f}", "{:.2f}", "¥{:,.2f}"]))
def test_every_amount_from_100_on_is_found_as_it_is_printed(amount: Decimal, form: str) -> None:
    prices = make_prices([], [], [amount])
    assert [price for _, price in find_prices(f"金额{form.format(amount)}。", prices, "CNY", "zh")] == [amount]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LED 调度大屏 P1.25", []),
        ("UPS U40K", []),
        ("另加 1.25 元", ["1.25"]),
        ("USD1.25", ["1.25"]),
        ("另加 12.50", ["12.50"]),
        ("RM12,345.67", ["12,345.67"]),
        ("Rs12345.67", ["12345.67"]),
    ],
)
def test_the_number_of_a_model_is_no_amount_where_one_must_be_sure(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end, _ in find_money(text, is_sure=True)] == found
