"""Every key and every text of a deal: misspelt it is told, and whatever it says is printed whole or refused."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import yaml
from docx.oxml.ns import qn
from effort import EFFORT
from workspace import DEAL, NOW, make_workspace

from bidkit.build import Options, make_package
from bidkit.deal import load_deal
from bidkit.source import Workspace

EXAMPLES = {name: f"deals/{name}/deal.yaml" for name in ("water", "school", "port")}
ROOT = Path(__file__).parents[1]
FREE = {"columns", "markers"}
"""Mappings whose keys anybody chooses."""


def list_keys(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """The keys of a YAML file, but for those of free mappings."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from list_keys(item)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            if key.value not in FREE:
                yield from list_keys(value)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_key_that_is_misspelt_is_told_at_its_place(example: str) -> None:
    source = ROOT / "examples" / example
    text = (source / EXAMPLES[example]).read_text(encoding="utf-8")
    keys = [*list_keys(yaml.compose(text))]
    assert len(keys) > 150
    for key in random.Random(EFFORT).sample(keys, min(len(keys), 40 * EFFORT)):
        at = key.start_mark.index
        wrong = text[:at] + f"x{key.value}" + text[key.end_mark.index :]
        workspace = Workspace(source, files={EXAMPLES[example]: wrong.encode()})
        _, problems = load_deal(workspace, EXAMPLES[example])
        place = (EXAMPLES[example], key.start_mark.line + 1)
        told = {(item.span.file, item.span.line) for item in problems if item.span}
        assert place in told, (key.value, place, [item.message("en") for item in problems])


TEXTS: dict[str, tuple[tuple[str | int, ...], str]] = {
    "title": (("title",), "proposal"),
    "customer": (("customer", "name"), "proposal"),
    "overview": (("solution", "overview"), "proposal"),
    "requirement": (("requirements", 1, "text"), "proposal"),
    "response": (("requirements", 1, "response"), "proposal"),
    "line": (("quote", "lines", 0, "name"), "quote"),
    "spec": (("quote", "lines", 0, "spec"), "quote"),
    "unit": (("quote", "lines", 0, "unit"), "quote"),
}
"""Fields, and a file that prints each."""
RANGES = (
    *((0x20, 0x7E), (0xA0, 0x2FF), (0x300, 0x36F), (0x590, 0x6FF), (0x2000, 0x206F), (0x2190, 0x23FF)),
    *((0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xE000, 0xF8FF), (0xFE00, 0xFFFD), (0xD800, 0xDFFF)),
    *((0x0, 0x1F), (0x7F, 0x9F), (0xFFFE, 0xFFFF), (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0xE0000, 0xE007F)),
)


def make_text(chance: random.Random) -> str:
    ranges = chance.sample(RANGES, chance.randint(1, 4))
    return "".join(chr(chance.randint(*chance.choice(ranges))) for _ in range(chance.randint(1, 12)))


def read_all(files: dict[str, bytes], name: str) -> str:
    """Every character of a file that is no space."""
    if name == "proposal":
        body = docx.Document(io.BytesIO(files["submit/proposal-DRAFT.docx"])).element.body
        return squeeze("".join(node.text or "" for node in body.iter(qn("w:t"))))
    book = openpyxl.load_workbook(io.BytesIO(files["submit/quote-DRAFT.xlsx"]))
    return squeeze("\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row))


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def write_deal(path: tuple[str | int, ...], text: str) -> str:
    """The small deal with a text in one field, written as JSON, which can name every character."""
    deal = yaml.load(DEAL, Loader=yaml.BaseLoader)
    holder: Any = deal
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = "PLACE"
    del deal["quote"]["total"], deal["quote"]["total_words"]
    return yaml.safe_dump(deal, allow_unicode=True, sort_keys=False, width=10_000).replace("PLACE", json.dumps(text))


@pytest.mark.parametrize("field", TEXTS)
def test_any_text_is_printed_whole_or_refused_at_its_place(field: str, tmp_path: Path) -> None:
    path, file = TEXTS[field]
    chance = random.Random(f"{EFFORT} {field}")
    deal = make_workspace(tmp_path)
    for _ in range(5 * EFFORT):
        text = make_text(chance)
        written = write_deal(path, text)
        deal.write_text(written, encoding="utf-8")
        line = written[: written.index(json.dumps(text))].count("\n") + 1
        result, files = make_package(deal, Options(now=NOW, is_draft=True))
        if files is not None:
            assert squeeze(text) in read_all(files, file), ascii(text)
            continue
        places = {(item.span.file, item.span.line) for item in result.diagnostics if item.span}
        assert ("deals/water/deal.yaml", line) in places, (ascii(text), result.diagnostics)
