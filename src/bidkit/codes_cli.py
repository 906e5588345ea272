"""Typer commands for codes: what one means, and all of them."""

import re
from typing import Annotated

import typer

from bidkit.command import Format, FormatOption, LangOption, echo, fail, find_language, tell


def _complete_code(incomplete: str) -> list[str]:
    from bidkit.completing import list_codes

    return [incomplete + code[len(incomplete) :] for code in list_codes() if code.startswith(incomplete.upper())]


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="如 PR04 / such as PR04", autocompletion=_complete_code)],
    lang: LangOption = None,
    format: FormatOption = Format.TEXT,
) -> None:
    """解释一个编号：含义、依据、如何处理。Explain a code: what, why with its article, and what to do.

    \b
    bidkit explain PR04
    bidkit explain pr04 --lang en --format json
    """
    from bidkit.diagnostic import load_messages

    language = find_language(lang)
    texts = load_messages(language)
    entry = texts["codes"].get(code.upper())
    if entry is None:
        fail("EN08", {"code": code, "near": _find_code(code.upper(), [*texts["codes"]])}, language)
    if format is Format.JSON:
        from bidkit.reports import codes

        tell("", codes.describe_code(code.upper(), language), "explain", language, format)
        return
    labels, names = texts["labels"], _Placeholders()
    echo(f"{code.upper()}  {entry['message'].format_map(names)}\n", language)
    echo(f"{labels['why']}: {entry['why']}\n", language)
    echo(f"{labels['fix']}: {entry['fix'].format_map(names)}", language)


def _find_code(code: str, known: list[str]) -> str | None:
    """The code that was meant: one with its digit alone or a letter for it, or one that is much like it."""
    from bidkit.source import nearest

    plain = code[:2] + re.sub(r"[\W_]", "", code[2:].replace("O", "0"))
    padded = re.sub(r"(?<=^[A-Z]{2})(?=\d$)", "0", plain)
    return padded if padded in known else nearest(padded, known)


def rules(lang: LangOption = None, format: FormatOption = Format.TEXT) -> None:
    """列出全部编号：级别、适用范围、含义、法条。List every code: severity, regime, what it says, article.

    \b
    bidkit rules
    bidkit rules --format json
    """
    from bidkit.reports import codes

    language = find_language(lang)
    echo(codes.render(language, is_json=format is Format.JSON), language)


class _Placeholders(dict[str, str]):
    """Shows each placeholder of a message by its name."""

    def __missing__(self, key: str) -> str:
        return f"<{key}>"
