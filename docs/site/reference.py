"""The references that are made from the code whenever the site is built: commands, keys, codes, what has changed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bidkit.diagnostic import load_messages, outline
from bidkit.reports.codes import find_article
from bidkit.rules import describe_codes
from bidkit.schema import KINDS, FileKind, list_keys, title_kind, walk_records
from bidkit.schema.files import Key
from bidkit.schema.terms import find_term

ROOT = Path(__file__).parents[2]
WORDS: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
_HAN = "　-〿一-鿿＀-￯"
_TURN = re.compile(rf"^(?P<zh>.*[{_HAN}](?:\s*\d+)?[。：]?) ?(?P<en>[A-Za-z`\"].*)$", re.S)
_PAGES = {"deal": "deal", "attestations": "deal", "waivers": "process", "follow": "follow", "batch": "batch"}
"""Where the keys of a kind of file are explained, if not with the workspace."""
_PAIR = re.compile(rf"(?P<code>\d+) (?P<zh>.*[{_HAN}]) ?(?P<en>.*)", re.S)


def make_pages(lang: str) -> dict[str, str]:
    """The generated pages of a language, by name, in the order in which the front page lists them."""
    return {
        "commands": make_commands(lang),
        "keys": make_keys(lang),
        "codes": make_codes(lang),
        "changelog": make_changelog(lang),
    }


def in_language(text: str, lang: str) -> str:
    """The half of a bilingual help text; help in one language is left whole."""
    if not re.search("[一-鿿]| / ", text):
        return text.replace("、", ", ") if lang == "en" else text  # words of the program only
    parts = [cut(part.strip(" \n"), lang) for part in re.split(r"\n\n", text)]
    return "\n\n".join(filter(None, parts))


def cut(paragraph: str, lang: str) -> str:
    """A paragraph in one language: `中文 / English`, `中文。English.`, or one whole paragraph for each language."""
    if paragraph.startswith("\b"):
        return f"```\n{paragraph[1:].strip()}\n```"
    if codes := re.match(r"退出码 Exit codes: (.+?)\.?$", paragraph, re.S):
        pairs = [_PAIR.match(item) for item in re.split(r"[,;]\s+(?=\d)", codes[1])]
        said = [f"{pair['code']} {pair[lang].strip()}" for pair in pairs if pair]
        return f"退出码：{'，'.join(said)}。" if lang == "zh" else f"Exit codes: {', '.join(said)}."
    for slash in re.finditer(r"\s?/\s", paragraph):
        halves = {"zh": paragraph[: slash.start()], "en": paragraph[slash.end() :]}
        if not re.search(f"[{_HAN}]", halves["en"]):
            return halves[lang]
    if turn := _TURN.match(paragraph):
        return str(turn[lang])
    return paragraph if bool(re.search(f"[{_HAN}]", paragraph)) == (lang == "zh") else ""


# Commands


def walk_commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command with its path, groups behind the others and before what is in them."""
    yield path, command
    inside = getattr(command, "commands", {}).items()
    for name, inner in sorted(inside, key=lambda item: (hasattr(item[1], "commands"), item[0])):
        if not inner.hidden:
            yield from walk_commands(inner, f"{path} {name}")


def list_commands() -> dict[str, Any]:
    """The whole command line: path -> command."""
    from typer.main import get_command

    from bidkit.cli import app

    return dict(walk_commands(get_command(app), "bidkit"))


def make_commands(lang: str) -> str:
    """The page of commands."""
    words = WORDS[lang]
    lines = [f"# {words['commands']}", "", words["commands_intro"], "", words["exit"], ""]
    for path, command in list_commands().items():
        if " " not in path:
            continue
        lines += [f"{'#' * min(1 + path.count(' '), 3)} `{path}`", "", in_language(command.help or "", lang), ""]
        if inner := getattr(command, "commands", None):
            links = (f"[`{name}`](#{path.replace(' ', '-')}-{name})" for name in inner)
            lines += [words["group"] + " · ".join(links), ""]
            continue
        lines += [f"{words['usage']}{words['colon']}`{draw_usage(path, command)}`"]
        lines += ["", *draw_parameters(command, lang), ""]
    return "\n".join(lines)


def is_option(param: Any) -> bool:
    """Whether a parameter is an option, not an argument."""
    return str(param.opts[0]).startswith("-")


def draw_usage(path: str, command: Any) -> str:
    """The command with its arguments and the options that it cannot do without."""
    words = [path]
    for param in command.params:
        name = param.metavar or param.name.upper()
        if not is_option(param):
            words.append(name if param.required else f"[{name}]")
        elif param.required:
            words.append(f"{param.opts[0]} {name}")
    return " ".join(
        [*words, "[…]"] if any(is_option(param) and not param.required for param in command.params) else words
    )


def draw_parameters(command: Any, lang: str) -> list[str]:
    """A table of arguments and options."""
    words = WORDS[lang]
    rows = []
    for param in (param for param in command.params if not getattr(param, "hidden", False)):
        names = (
            [*param.opts, *getattr(param, "secondary_opts", [])] if is_option(param) else [param.metavar or param.name]
        )
        takes = f" {param.metavar}" if is_option(param) and param.metavar else ""
        notes = [in_language(param.help or "", lang)]
        notes += [words["required"]] if is_option(param) and param.required else []
        notes += [words["repeated"]] if param.multiple else []
        default = getattr(param.default, "value", param.default)
        if choices := [str(item.value) for item in type(param.default)] if hasattr(param.default, "value") else []:
            notes.append(words["choices"].format(" ".join(f"`{item}`" for item in choices)))
        if default not in (None, False, "", 0, ()):
            notes.append(words["default"].format(default))
        cells = ["<br>".join(f"`{name}{takes}`" for name in names), words["separator"].join(filter(None, notes))]
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return [words["head"], "| --- | --- |", *rows] if rows else []


# Codes


def make_codes(lang: str) -> str:
    """The page of codes, by family: severity, what is said, why, and what to do."""
    words, entries, facts = WORDS[lang], load_messages(lang)["codes"], describe_codes()
    lines = ["---", "tocdepth: 2", "---", "", f"# {words['codes']}", "", words["codes_intro"].format(len(facts)), ""]
    family = ""
    for code, fact in facts.items():
        if code[:2] != family:
            family = code[:2]
            lines += [f"## {family} {words['families'][family]}", ""]
        notes = [words["severity"][fact.severity.value]]
        notes += [words["regimes"][min(fact.regimes)]] if len(fact.regimes) == 1 else []
        entry = entries[code]
        lines += [f"### {code}", "", f"**{escape(outline(entry['message']))}** · {' · '.join(notes)}", ""]
        lines += [
            f"- {words['why']}{words['colon']}{escape(entry['why'])}",
            f"- {words['fix']}{words['colon']}{escape(outline(entry['fix']))}",
        ]
        if article := find_article(entry["why"], lang):
            lines += [f"- {words['article']}{words['colon']}{escape(article)}"]
        lines.append("")
    return "\n".join(lines)


def escape(text: str) -> str:
    """A message as Markdown prints it as it stands, but for its `code`."""
    return "`".join(
        re.sub(r"([\\*_\[\]<>{}|~])", r"\\\1", part) if at % 2 == 0 else part for at, part in enumerate(text.split("`"))
    )


# Keys


def make_keys(lang: str) -> str:
    """The page of keys: every file that bidkit reads, each of its keys by its whole path."""
    words = WORDS[lang]
    lines = ["---", "tocdepth: 2", "---", "", f"# {words['keys']}", "", words["keys_intro"], ""]
    for kind in KINDS:
        home = f"]({_PAGES.get(kind.name, 'workspace')}.md#"
        places = ", ".join(f"`{glob}`" for glob in kind.globs)
        lines += [f"## {title_kind(kind, lang)}", "", places, "", words["keys_head"], "| --- | --- | --- | --- |"]
        for path, key in list_paths(kind):
            term = find_term(lang, kind.name, path, key.name)
            required = words["yes"] if key.is_required else term.get("when", "")
            cells = [f"`{path}.{key.name}`".replace("`.", "`"), required, term["value"], term["meaning"]]
            lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |".replace("](#", home))
        lines.append("")
    return "\n".join(lines)


def list_paths(kind: FileKind) -> dict[tuple[str, Key], None]:
    """The keys of a kind of file in their order, each with the path of the mapping in which it stands."""
    records = [record for model in kind.models for record in walk_records(model)]
    keys = ((path, key) for path, model in records for key in list_keys(model))
    return {(path, key): None for path, key in keys if path or key.name != kind.body}


# What has changed


def make_changelog(lang: str) -> str:
    """The released changes and those that wait for a release."""
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "next", "--config"]
    done = subprocess.run([*command, ROOT / "pyproject.toml"], capture_output=True, text=True, check=True, cwd=ROOT)
    _, _, waiting = done.stdout.partition(")\n")
    _, _, released = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition("<!-- released -->\n")
    return "\n".join([f"# {WORDS[lang]['changelog']}", "", f"## {WORDS[lang]['waiting']}", waiting, released])
