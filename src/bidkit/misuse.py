"""what is wrong with a command line, in the reader's language: Typer says it in English alone.

Its errors are told apart by what they bear, not by their classes, which have moved from one release to the next.
"""

from __future__ import annotations

import re
from typing import Any

from bidkit.diagnostic import load_messages
from bidkit.helping import choose
from bidkit.source import nearest

_COMMAND = re.compile(r"No such command '(?P<name>.*?)'\.(?: Did you mean '(?P<near>.*?)'.*)?")
_EXTRA = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((?P<names>.*)\)")
_VALUE = re.compile(r"Option '?-[\w-]+'? requires an argument\.?")
_AFTER_STOP = re.compile("(?<=[，：；。、]) ")
_CHOICE = re.compile(r"(?:Value error, )?'(?P<value>.*)' is not one of (?P<allowed>.*?)\.?")


def tell_misuse(error: Any, language: str) -> str | None:
    """What is wrong, how the command is written, and where more is said of it; nothing where a command without words
    has shown its help, None where an error is not of the command line."""
    if not hasattr(error, "exit_code") or not hasattr(error, "format_message"):
        return None
    if type(error).__name__ == "NoArgsIsHelpError":
        return ""
    messages: dict[str, Any] = load_messages(language)
    words: dict[str, str] = messages["labels"]["misuse"]
    said = [f"{messages['terms']['error']}: {_say(error, words, language)}"]
    context = getattr(error, "ctx", None)
    if context is not None:
        usage = " ".join(context.get_usage().split()).removeprefix("Usage: ")
        said += [words["usage"].format(usage=usage), words["help"].format(command=context.command_path)]
    return "\n".join(said)


def _say(error: Any, words: dict[str, str], language: str) -> str:
    message, name = str(getattr(error, "message", "") or ""), getattr(error, "option_name", None)
    if name and _VALUE.fullmatch(message):
        return words["no_value"].format(name=name)
    if name:
        near = nearest(name, [*(getattr(error, "possibilities", None) or ())])
        return words["no_option"].format(name=name) + (words["near"].format(near=near) if near else "")
    if found := _COMMAND.fullmatch(message):
        near = found["near"]
        return words["no_command"].format(name=found["name"]) + (words["near"].format(near=near) if near else "")
    if found := _EXTRA.fullmatch(message):
        return words["extra"].format(names=found["names"])
    param = getattr(error, "param", None)
    if hasattr(error, "param_type") and param is not None:
        return words["missing"].format(name=_name(param), help=_AFTER_STOP.sub("", choose(param.help or "", language)))
    named = _name(param) if param is not None else str(getattr(error, "param_hint", None) or "")
    if found := _CHOICE.fullmatch(message):
        return words["choice"].format(name=named, value=found["value"], allowed=found["allowed"].replace("'", ""))
    return words["value"].format(reason=f"{named}: {message}" if named else message)


def _name(param: Any) -> str:
    """A parameter as it is typed: the long form of an option, an argument as the help calls it."""
    if param.param_type_name == "option":
        return str(max(param.opts, key=len))
    return str(param.metavar or param.name.upper())
