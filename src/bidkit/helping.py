"""the help of commands in one language: every text is written in Chinese and English, a reader is shown one of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_HAN = "\u3000-〿一-鿿＀-￯"
_BESIDE = re.compile(rf"(?P<lead>bidkit .*?  +)?(?P<zh>.*?[{_HAN}].*?)(?: / |(?<=[{_HAN}])/ )(?P<en>[^{_HAN}]*)")
_BEHIND = re.compile(rf"(?P<lead>)(?P<zh>.*[{_HAN}].*?[。；！？]) ?(?P<en>[A-Z][^{_HAN}]*)")
_EXITS = re.compile("退出码 Exit codes?: (?P<codes>.*)")
_SHORT = 11
_STOPS = re.compile("(?<=[，：；。、])(?=[^ ])")
"""Where Chinese may be broken: Typer breaks at blanks alone, and cuts off what has none."""


_WORDS = {
    "标书": "bids",
    "报价": "prices",
    "投标函": "letter",
    "改过的": "edited",
    "改过": "edited",
    "招标文件": "rfp",
    "更正后清单": "new-list",
    "更正公告": "addendum",
    "要求": "Demand",
    "林知行": "Mara",
    "不安排踏勘": "no visit",
}
"""What stands for the Chinese names of files and people in the examples of an English help."""
_NAMES = re.compile("|".join(_WORDS))
_TITLES = {
    "ARGUMENTS_PANEL_TITLE": {"zh": "参数", "en": "Arguments"},
    "OPTIONS_PANEL_TITLE": {"zh": "选项", "en": "Options"},
    "COMMANDS_PANEL_TITLE": {"zh": "命令", "en": "Commands"},
    "REQUIRED_LONG_STRING": {"zh": "[必填]", "en": "[required]"},
    "DEFAULT_STRING": {"zh": "[默认：{}]", "en": "[default: {}]"},
}
"""What Typer writes around the help of commands, by its names for it."""
_FIXED = {
    "Show this message and exit.": "显示本页",
    "Install completion for the current shell.": "为当前终端安装命令补全",
    "Show completion for the current shell, to copy it or customize the installation.": "印出补全脚本",
}
"""The help of options that are Typer's own."""


def translate(command: Any, language: str) -> None:
    """The help of a command, of its options and of all commands below it, in one language from now on."""
    from typer import rich_utils

    for name, texts in _TITLES.items():
        setattr(rich_utils, name, texts[language])
    _translate(command, language)


def _translate(command: Any, language: str) -> None:
    command.help = choose(command.help or "", language)
    command.short_help = choose(command.short_help or "", language) or None
    for item in command.params:
        if getattr(item, "help", None):
            item.help = _FIXED.get(item.help, item.help) if language == "zh" else item.help
            item.help = choose(item.help, language)
    if language == "zh":
        command.get_help_option = _name_help(command.get_help_option)
    for below in getattr(command, "commands", {}).values():
        _translate(below, language)


def _name_help(make: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The option that shows the help, which Typer makes of its own at the last moment, in Chinese."""

    def make_in_chinese(context: Any) -> Any:
        option = make(context)
        if option is not None:
            option.help = _FIXED.get(option.help, option.help)
        return option

    return make_in_chinese


def choose(text: str, language: str) -> str:
    """The half of a text that is in one language; what is in neither half stays: examples, and what has no other."""
    parts = [_choose_part(part, language) for part in text.split("\n\n")]
    return "\n\n".join(part for part in parts if part) or text


def _choose_part(part: str, language: str) -> str:
    if "\b" in part:
        return "\n".join(_choose_line(line.strip("\n"), language) for line in part.split("\n"))
    line = _choose_line(" ".join(part.split()), language)
    return _STOPS.sub(" ", line) if len(line) > _SHORT else line


def _choose_line(line: str, language: str) -> str:
    found = _BESIDE.fullmatch(line) or _BEHIND.fullmatch(line)
    if found:
        return f"{_name(found['lead'] or '', language)}{found[language].strip()}"
    if exits := _EXITS.fullmatch(line):
        if language == "en":
            return re.sub(rf"[{_HAN}“”…]+ ?", "", line)
        return "退出码：" + re.sub(rf"(?<=[{_HAN}]) [A-Za-z][A-Za-z ,-]*?(?=, \d|;|\.?$)", "", exits["codes"])
    is_han = re.search(f"[{_HAN}]", line) is not None
    is_whole = line.lstrip().startswith("bidkit ") or not line.strip("\b \n")
    if is_whole:
        return _name(line, language)
    if not is_han and language == "zh":
        return ""
    return "" if is_han and language == "en" else line


def _name(example: str, language: str) -> str:
    """An example with names that its reader can read, and as wide as it was where something stands behind it."""
    if language == "zh" or not _NAMES.search(example):
        return example
    said = _NAMES.sub(lambda found: _WORDS[found[0]], example)
    wide = len(example) + len(re.findall(f"[{_HAN}]", example))
    return said.rstrip().ljust(wide) if example.endswith("  ") else said
