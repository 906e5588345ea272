"""amounts in words: the golden vectors, what counts as legal, and round trips."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidkit.scalars import Currency
from bidkit.words import CURRENCY_WORDS, WHOLE_CURRENCIES, find_amounts, parse_amount, read_amounts, spell_amount

# The vectors of reference/bids.md, section 5.3 and Appendix A.1, without the prefix.
CHINESE = {
    "0": "零元整",
    "0.05": "伍分",
    "0.42": "肆角贰分",
    "0.50": "伍角整",
    "1": "壹元整",
    "10.00": "壹拾元整",
    "20": "贰拾元整",
    "101.50": "壹佰零壹元伍角整",
    "325.04": "叁佰贰拾伍元零肆分",
    "1010.00": "壹仟零壹拾元整",
    "1409.50": "壹仟肆佰零玖元伍角整",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "6007.14": "陆仟零柒元壹角肆分",
    "10012.02": "壹万零壹拾贰元零贰分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "100000": "壹拾万元整",
    "107000.53": "壹拾万柒仟元零伍角叁分",
    "1000500": "壹佰万零伍佰元整",
    "1936008": "壹佰玖拾叁万陆仟零捌元整",
    "2151120.00": "贰佰壹拾伍万壹仟壹佰贰拾元整",
    "6374820.00": "陆佰叁拾柒万肆仟捌佰贰拾元整",
    "10001000.10": "壹仟万壹仟元零壹角整",
    "30105000": "叁仟零壹拾万伍仟元整",
    "100010001": "壹亿零壹万零壹元整",
    "100005000": "壹亿零伍仟元整",
    "20000000000": "贰佰亿元整",
    "1000000000000": "壹万亿元整",
    "1000100000000": "壹万亿零壹亿元整",
    "1000000000001": "壹万亿零壹元整",
}

LEGAL_VARIANTS = {
    "壹仟陆佰捌拾元叁角贰分": "1680.32",
    "壹拾万零柒仟元伍角叁分": "107000.53",
    "壹拾万柒仟元伍角叁分": "107000.53",
    "壹拾万零柒仟元零伍角叁分": "107000.53",
    "叁仟零壹拾万零伍仟元整": "30105000",
    "拾伍万元正": "150000",
    "拾元整": "10",
    "拾贰元零伍分": "12.05",
    "壹佰圆整": "100",
    "壹佰圆正": "100",
    "零圆正": "0",
    "伍角": "0.50",
    "伍角正": "0.50",
    "壹佰零壹元伍角": "101.50",
    "壹仟万零壹仟圆壹角": "10001000.10",
    " 人民币壹佰元整\n": "100",
}

ILLEGAL = [
    "",
    "人民币",
    "元",
    "整",
    "元整",
    "零",
    "壹",
    "壹佰",
    "壹佰整",
    "壹佰元",
    "壹佰元正整",
    "壹佰元整整",
    "壹佰整元",
    "壹佰元元整",
    "壹佰元整壹佰元整",
    "壹万贰亿元整",
    "壹万贰万元整",
    "壹亿贰亿元整",
    "壹万零壹亿元整",
    "壹亿万元整",
    "壹亿壹万亿元整",
    "万元整",
    "亿元整",
    "壹拾佰元整",
    "拾佰元整",
    "叁佰贰仟元整",
    "叁佰贰佰元整",
    "叁佰贰佰壹拾元整",
    "贰拾叁拾元整",
    "壹佰贰拾叁肆元整",
    "壹贰元整",
    "零壹元整",
    "零拾元整",
    "壹佰零元整",
    "壹佰零零壹元整",
    "壹佰零壹拾元整",
    "壹佰零贰拾元整",
    "壹佰壹元整",
    "壹佰拾元整",
    "壹佰拾伍元整",
    "佰元整",
    "仟元整",
    "贰佰亿零元整",
    "壹亿伍仟元整",
    "壹万伍佰元整",
    "贰仟万零壹仟零元整",
    "伍万贰仟零叁万元整",
    "壹万零贰仟元整零",
    "壹万壹仟零万元整",
    "壹拾壹万零柒仟元整",
    "零伍分",
    "零元伍分",
    "零元伍角整",
    "零元零角零分",
    "壹佰元伍分",
    "壹佰元零零伍分",
    "壹佰元伍分整",
    "壹佰元零伍分整",
    "壹佰零壹元零伍角整",
    "壹佰元零整",
    "壹佰元零角整",
    "壹佰元伍角零分",
    "壹佰元伍角零叁分",
    "壹佰元伍角伍角",
    "壹佰元叁分伍角",
    "壹佰元壹拾角整",
    "一百元整",
    "壹佰圆整元",
    "负壹佰元整",
    "壹佰廿元整",
    "两佰元整",
    "壹佰〇壹元整",
    "100元整",
    "壹佰元整。",
    "大写：壹佰元整",
    "人民币：壹佰元整",
    "人民币 壹佰元整",
    "人民币人民币壹佰元整",
    "人民币壹佰元整人民币",
    "壹佰 元整",
    "壹佰元整（含税）",
    "¥壹佰元整",
    "美元壹佰元整",
    "仟" * 20_000 + "万亿元整",
]

ENGLISH = {
    "0": "US Dollars Zero and 00/100",
    "0.05": "US Dollars Zero and 05/100",
    "1": "US Dollars One and 00/100",
    "13.50": "US Dollars Thirteen and 50/100",
    "20": "US Dollars Twenty and 00/100",
    "21": "US Dollars Twenty-One and 00/100",
    "99.99": "US Dollars Ninety-Nine and 99/100",
    "100": "US Dollars One Hundred and 00/100",
    "101.01": "US Dollars One Hundred One and 01/100",
    "1000": "US Dollars One Thousand and 00/100",
    "1000000.10": "US Dollars One Million and 10/100",
    "1000042": "US Dollars One Million Forty-Two and 00/100",
    "19804786.80": ("US Dollars Nineteen Million Eight Hundred Four Thousand Seven Hundred Eighty-Six and 80/100"),
    "2000000000": "US Dollars Two Billion and 00/100",
    "3000000000000": "US Dollars Three Trillion and 00/100",
    "4000000000000015": "US Dollars Four Quadrillion Fifteen and 00/100",
}

LEGAL_ENGLISH = {
    "us dollars one hundred one and 01/100": "101.01",
    "US DOLLARS ONE HUNDRED AND ONE AND 01/100": "101.01",
    "US Dollars Ninety Nine and 99/100": "99.99",
    "US Dollars Nineteen Million, Eight Hundred and Four Thousand, Seven Hundred and Eighty Six and 80/100": (
        "19804786.80"
    ),
    "US Dollars One Thousand, and Five, and 00/100": "1005",
    "US Dollars  Nineteen\nand 00/100 ": "19",
}

ILLEGAL_ENGLISH = [
    "",
    "US Dollars",
    "US Dollars and 80/100",
    "Nineteen and 80/100",
    "US DollarsNineteen and 80/100",
    "Euros Nineteen and 80/100",
    "US Dollars Nineteen",
    "US Dollars Nineteen and 80",
    "US Dollars Nineteen and 8/100",
    "US Dollars Nineteen and 080/100",
    "US Dollars Nineteen and 80/1,00",
    "US Dollars Nineteen and 80/1000",
    "US Dollars Nineteen and ８０/100",
    "US Dollars Nineteen 80/100",
    "US Dollars Nineteen and and 80/100",
    "US Dollars One Hundred and and 80/100",
    "US Dollars and Nineteen and 80/100",
    "US Dollars Eighty and Six and 80/100",
    "US Dollars Eighty, Six and 80/100",
    "US Dollars One Hundred and Thousand and 80/100",
    "US Dollars One Hundred and and One and 80/100",
    "US Dollars Nineteen and 80/100 only",
    "about US Dollars Nineteen and 80/100",
    "US Dollars Six Eighty and 80/100",
    "US Dollars Twenty Eleven and 80/100",
    "US Dollars Eighty-Nineteen and 80/100",
    "US Dollars Twenty-Million and 80/100",
    "US Dollars One-Hundred and 80/100",
    "US Dollars Nineteen Hundred and 80/100",
    "US Dollars Hundred and 80/100",
    "US Dollars Million and 80/100",
    "US Dollars One Hundred Hundred and 80/100",
    "US Dollars One Hundred Two Hundred and 80/100",
    "US Dollars One Thousand Two Million and 80/100",
    "US Dollars One Thousand Two Thousand and 80/100",
    "US Dollars One Million Thousand and 80/100",
    "US Dollars Zero Million One and 80/100",
    "US Dollars Zero One and 80/100",
    "US Dollars Minus One and 80/100",
    "US Dollars Ten Quadrillion and 00/100",
    "US Dollars 19 and 80/100",
]

AMOUNTS = st.decimals(min_value=0, max_value=Decimal("9999999999999999.99"), places=2) | st.builds(
    # Zeros in runs are where the rules live.
    lambda digits: Decimal("".join(digits)).scaleb(-2),
    st.lists(st.sampled_from("00001230"), min_size=1, max_size=18),
)
CURRENCIES = st.sampled_from(sorted(CURRENCY_WORDS["zh"]))


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """An amount that there can be in this currency."""
    return Decimal(int(amount)) if currency in WHOLE_CURRENCIES else amount


@pytest.mark.parametrize(("figure", "words"), CHINESE.items())
def test_golden_vector_is_spelled_in_chinese(figure: str, words: str) -> None:
    assert spell_amount(Decimal(figure), "CNY", "zh") == f"人民币{words}"


@pytest.mark.parametrize(("figure", "words"), CHINESE.items())
def test_golden_vector_is_read_from_chinese_with_and_without_prefix(figure: str, words: str) -> None:
    for text in (words, f"人民币{words}"):
        read = parse_amount(text, "CNY", "zh")
        assert read == Decimal(figure)
        assert read is not None and read.as_tuple().exponent == -2


@pytest.mark.parametrize(("figure", "words"), [("0.004", "零元整"), ("0.005", "壹分"), ("9.995", "壹拾元整")])
def test_amount_is_rounded_half_up_to_the_cent_before_spelling(figure: str, words: str) -> None:
    assert spell_amount(Decimal(figure), "CNY", "zh") == f"人民币{words}"


@pytest.mark.parametrize(("words", "figure"), LEGAL_VARIANTS.items())
def test_legal_chinese_variant_is_read(words: str, figure: str) -> None:
    assert parse_amount(words, "CNY", "zh") == Decimal(figure)


@pytest.mark.parametrize("words", ILLEGAL, ids=lambda words: words[:20])
def test_illegal_chinese_is_not_an_amount(words: str) -> None:
    assert parse_amount(words, "CNY", "zh") is None


@pytest.mark.parametrize(("currency", "prefix"), CURRENCY_WORDS["zh"].items())
def test_chinese_prefix_names_the_currency(currency: str, prefix: str) -> None:
    words = spell_amount(Decimal("12.50"), currency, "zh")
    assert words == f"{prefix}{'壹拾叁元整' if currency in WHOLE_CURRENCIES else '壹拾贰元伍角整'}"
    assert [code for code in CURRENCY_WORDS["zh"] if parse_amount(words, code, "zh") is not None] == [currency]


def test_words_without_prefix_are_chinese_yuan_only() -> None:
    assert parse_amount("壹佰元整", "CNY", "zh") == 100
    assert parse_amount("壹佰元整", "USD", "zh") is None


@pytest.mark.parametrize(("figure", "words"), ENGLISH.items())
def test_english_vector_holds_both_ways(figure: str, words: str) -> None:
    assert spell_amount(Decimal(figure), "USD", "en") == words
    assert parse_amount(words, "USD", "en") == Decimal(figure)


@pytest.mark.parametrize(("words", "figure"), LEGAL_ENGLISH.items())
def test_english_reader_tolerates_case_and_commas_and_missing_hyphens(words: str, figure: str) -> None:
    assert parse_amount(words, "USD", "en") == Decimal(figure)


@pytest.mark.parametrize("words", ILLEGAL_ENGLISH)
def test_illegal_english_is_not_an_amount(words: str) -> None:
    assert parse_amount(words, "USD", "en") is None


@pytest.mark.parametrize(
    ("currency", "name"),
    [
        ("CNY", "Chinese Yuan"),
        ("EUR", "Euros"),
        ("GBP", "Pounds Sterling"),
        ("HKD", "Hong Kong Dollars"),
        ("USD", "US Dollars"),
        ("SGD", "Singapore Dollars"),
        ("TWD", "New Taiwan Dollars"),
        ("CHF", "Swiss Francs"),
    ],
)
def test_english_words_begin_with_the_currency(currency: str, name: str) -> None:
    assert spell_amount(Decimal(7), currency, "en") == f"{name} Seven and 00/100"


@pytest.mark.parametrize(
    "figure", ["-0.01", "-1E-9", "1E16", "9999999999999999.995", "1E40", "NaN", "sNaN", "Infinity"]
)
def test_amount_out_of_range_is_refused(figure: str) -> None:
    with pytest.raises(ValueError, match="no words"):
        spell_amount(Decimal(figure), "CNY", "zh")


@pytest.mark.parametrize(("currency", "language"), [("XAU", "zh"), ("XAU", "en"), ("CNY", "fr")])
def test_unknown_currency_or_language_is_refused(currency: str, language: str) -> None:
    with pytest.raises(ValueError, match="no words"):
        spell_amount(Decimal(1), currency, language)
    with pytest.raises(ValueError, match="no words"):
        parse_amount("壹元整", currency, language)


@given(AMOUNTS, CURRENCIES, st.sampled_from(["zh", "en"]))
def test_what_is_spelled_is_read_back(amount: Decimal, currency: str, language: str) -> None:
    amount = round_amount(amount, currency)
    assert parse_amount(spell_amount(amount, currency, language), currency, language) == amount


@given(AMOUNTS, st.data())
def test_a_changed_character_is_never_read_as_the_same_amount_unless_legal(
    amount: Decimal, data: st.DataObject
) -> None:
    words = spell_amount(amount, "CNY", "zh").removeprefix("人民币")
    place = data.draw(st.integers(0, len(words) - 1))
    changed = words[:place] + data.draw(st.sampled_from("零壹贰玖拾佰仟万亿角分整") | st.just("")) + words[place + 1 :]
    read = parse_amount(changed, "CNY", "zh")
    if read == amount and changed != words:
        # Only a 零 before 仟 or 角, a leading 壹 or the 整 after 角 may go or come.
        assert len(changed) == len(words) - 1
        assert words[place] in "零壹整"


@given(st.text("零壹贰叁拾佰仟万亿元圆角分整正", max_size=12))
def test_any_text_that_is_read_says_its_amount(text: str) -> None:
    read = parse_amount(text, "CNY", "zh")
    if read is not None:
        canonical = spell_amount(read, "CNY", "zh").removeprefix("人民币")
        plain = text.replace("圆", "元").replace("正", "整")
        drop = str.maketrans("", "", "零整")
        core = canonical.translate(drop)
        assert plain.translate(drop) in (core, core.removeprefix("壹"))


@given(
    st.decimals(min_value=0, max_value=10**15, places=2),
    st.sampled_from([("CNY", "zh", "本次共计", "，含税"), ("USD", "en", "A total of ", " in all")]),
)
def test_what_is_spelled_in_a_text_is_found_with_and_without_its_currency(
    amount: Decimal, case: tuple[str, str, str, str]
) -> None:
    currency, language, before, after = case
    words = spell_amount(amount, currency, language)
    bare = words.removeprefix(CURRENCY_WORDS[language][currency]).strip()
    for said in (words, bare):
        # Less than a yuan has no 元 to be found by.
        expected = [] if language == "zh" and 0 < amount < 1 else [amount]
        assert [found for _, found in read_amounts(f"{before}{said}{after}", currency, language)] == expected


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("105.50", "One Hundred and Five and 50/100"),
        ("1005", "One Thousand and Five and 00/100"),
        ("1205.01", "One Thousand Two Hundred and Five and 01/100"),
        ("1000100", "One Million One Hundred and 00/100"),
        ("1000000", "One Million and 00/100"),
        ("2100023", "Two Million One Hundred Thousand and Twenty-Three and 00/100"),
        ("100000", "One Hundred Thousand and 00/100"),
        ("120000", "One Hundred and Twenty Thousand and 00/100"),
    ],
)
def test_british_words_have_an_and(amount: str, words: str) -> None:
    assert spell_amount(Decimal(amount), "GBP", "en-GB") == f"Pounds Sterling {words}"
    assert " and 0" in words or " and 5" in words
    assert spell_amount(Decimal(amount), "GBP", "en-US").count(" and ") == 1


@given(AMOUNTS, CURRENCIES, st.sampled_from(["zh-CN", "en-US", "en-GB"]))
def test_words_of_every_locale_are_read_back(amount: Decimal, currency: str, locale: str) -> None:
    amount = round_amount(amount, currency)
    words = spell_amount(amount, currency, locale)
    assert parse_amount(words, currency, locale) == parse_amount(words, currency, locale[:2]) == amount
    assert find_amounts(f"x {words} y", currency, locale[:2]) == [words]


@pytest.mark.parametrize(
    ("words", "amount"),
    [
        ("人民币貳拾陸億零叁萬圓正", Decimal("2600030000.00")),
        ("貳圓整", Decimal("2.00")),
        ("人民币參仟零叄拾圓整", Decimal("3030.00")),
        ("人民币參元", None),
        ("人民币弎元整", None),
        ("人民币兩佰元整", None),
        ("人民币贰佰卅元整", None),
        ("人民币貳拾陸億叁萬圓正", None),
    ],
)
def test_traditional_characters_that_banks_accept(words: str, amount: Decimal | None) -> None:
    assert parse_amount(words, "CNY", "zh") == amount


@pytest.mark.parametrize(
    ("amount", "chinese", "english"),
    [
        ("0", "日元零元整", "Japanese Yen Zero Only"),
        ("1", "日元壹元整", "Japanese Yen One Only"),
        ("1000000", "日元壹佰万元整", "Japanese Yen One Million Only"),
        ("107001.5", "日元壹拾万柒仟零贰元整", "Japanese Yen One Hundred Seven Thousand Two Only"),
    ],
)
def test_a_currency_without_a_smaller_unit_is_spelled_in_whole_ones(amount: str, chinese: str, english: str) -> None:
    assert spell_amount(Decimal(amount), "JPY", "zh-CN") == chinese
    assert spell_amount(Decimal(amount), "JPY", "en-US") == english


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("日元壹佰元伍角整", "zh"),
        ("日元伍分", "zh"),
        ("日元壹佰元", "zh"),
        ("壹佰元整", "zh"),
        ("Japanese Yen One Hundred and 00/100", "en"),
        ("Japanese Yen One Hundred and 50/100", "en"),
        ("Japanese Yen One Hundred", "en"),
        ("Japanese Yen One Hundred Only Only", "en"),
        ("Japanese Yen Hundred Only", "en"),
        ("Japanese Yen Only", "en"),
        ("Yen One Hundred Only", "en"),
    ],
)
def test_parts_of_a_yen_are_no_amount(words: str, language: str) -> None:
    assert parse_amount(words, "JPY", language) is None


@given(st.integers(0, 10**13), st.sampled_from(sorted(WHOLE_CURRENCIES)), st.sampled_from(["zh-CN", "en-US", "en-GB"]))
def test_whole_amounts_are_found_in_a_text(amount: int, currency: str, locale: str) -> None:
    words = spell_amount(Decimal(amount), currency, locale)
    text = f"共计{words}，含税" if locale == "zh-CN" else f"A total of {words}, taxes included and 50/100 of it later"
    assert find_amounts(text, currency, locale) == [words]
    assert [found for _, found in read_amounts(text, currency, locale)] == [amount]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_currency_has_its_words_in_both_languages_and_no_two_have_the_same(language: str) -> None:
    names = CURRENCY_WORDS[language]
    assert list(names) == list(CURRENCY_WORDS["zh"])
    assert len(set(names.values())) == len(names)
    assert set(names) == set(get_args(Currency)) > WHOLE_CURRENCIES


@pytest.mark.parametrize(
    ("words", "currency", "amount"),
    [
        ("One US Dollar", "USD", "1"),
        ("One US Dollar and One Cent", "USD", "1.01"),
        ("Two Pounds and One Penny", "GBP", "2.01"),
        ("two pounds sterling and fifty pence", "GBP", "2.50"),
        ("One Hundred and Five Euros Only", "EUR", "105"),
        ("Three Hundred Thirty-Six Thousand Chinese Yuan and Fifty Fen", "CNY", "336000.50"),
        ("One Thousand, Two Hundred and One Swiss Francs and Twenty Centimes", "CHF", "1201.20"),
        ("One Million Japanese Yen", "JPY", "1000000"),
        ("One Japanese Yen Only", "JPY", "1"),
        ("Zero Hong Kong Dollars and Five Cents", "HKD", "0.05"),
    ],
)
def test_english_amounts_with_their_units_are_read(words: str, currency: str, amount: str) -> None:
    assert parse_amount(words, currency, "en-GB") == Decimal(amount)


@pytest.mark.parametrize(
    ("words", "currency"),
    [
        ("One US Dollars", "USD"),
        ("Two US Dollar", "USD"),
        ("Two US Dollars and One Cents", "USD"),
        ("Two US Dollars and Two Cent", "USD"),
        ("Two US Dollars and One Hundred Cents", "USD"),
        ("Two US Dollars and Zero Cents", "USD"),
        ("Two US Dollars Fifty Cents", "USD"),
        ("Two US Dollars and Fifty", "USD"),
        ("Two Dollars", "USD"),
        ("Two Hong Kong Dollars", "USD"),
        ("Two Pounds and One Cent", "GBP"),
        ("Two Japanese Yen and Fifty Cents", "JPY"),
        ("Twenty Eleven US Dollars", "USD"),
        ("US Dollars", "USD"),
        ("About Two US Dollars", "USD"),
    ],
)
def test_units_that_do_not_agree_or_belong_to_another_currency_are_no_amount(words: str, currency: str) -> None:
    assert parse_amount(words, currency, "en") is None


@pytest.mark.parametrize(
    ("text", "currency", "amounts"),
    [
        ("Our price is three hundred and thirty-six thousand dollars in all.", "USD", ["336000"]),
        ("three hundred thirty-six thousand\nUS dollars and fifty cents, then one dollar", "USD", ["336000.50", "1"]),
        ("It costs two thousand pounds sterling.", "GBP", ["2000"]),
        ("some thousand dollars, two dozen users, one hundred sites", "USD", []),
        ("one hundred dollarization", "USD", []),
        ("US Dollars One Hundred and 00/100", "USD", ["100"]),
    ],
)
def test_amounts_with_their_units_are_found_in_a_text(text: str, currency: str, amounts: list[str]) -> None:
    assert [amount for _, amount in read_amounts(text, currency, "en")] == [Decimal(amount) for amount in amounts]


@given(st.integers(2, 10**15), st.integers(2, 99), CURRENCIES, st.sampled_from(["en-US", "en-GB"]))
def test_any_amount_is_read_with_its_units(whole: int, part: int, currency: str, locale: str) -> None:
    name = CURRENCY_WORDS["en"][currency]
    number = spell_amount(Decimal(whole), "EUR", locale).removeprefix("Euros ").removesuffix(" and 00/100")
    assert parse_amount(f"{number} {name}", currency, locale) == whole
    assert [amount for _, amount in read_amounts(f"for {number} {name}.", currency, locale)] == [whole]
    small = spell_amount(Decimal(part), "EUR", locale).removeprefix("Euros ").removesuffix(" and 00/100")
    unit = {"CNY": "Fen", "GBP": "Pence", "MOP": "Avos", "CHF": "Centimes", "MYR": "Sen", "THB": "Satang"}
    read = parse_amount(f"{number} {name} and {small} {unit.get(currency, 'Cents')}", currency, locale)
    assert read == (None if currency in WHOLE_CURRENCIES else whole + Decimal(part) / 100)


@pytest.mark.parametrize(
    ("words", "amount"),
    [("US Dollars One Million Only", "1000000"), ("US Dollars Twenty-One Only", "21"), ("US Dollars Only", None)],
)
def test_an_amount_without_cents_may_end_in_only(words: str, amount: str | None) -> None:
    assert parse_amount(words, "USD", "en") == (None if amount is None else Decimal(amount))
    assert find_amounts(f"The price is {words}.", "USD", "en") == ([words] if amount else [])
