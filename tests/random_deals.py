"""Random deals through the shipped packs: every finished file is valid, opens elsewhere, and says the same totals.

    python tests/random_deals.py 2000         ten at a time; what fails is printed with its seed
    python tests/random_deals.py 500 --first 500    others, to go on
    python tests/random_deals.py --seed 4711 --keep out     one deal again, and its files

What is expected is reckoned here, from the random numbers alone. The Open XML SDK says whether a file is valid (its
port to Python where it is not installed), and so does `ooxml-check` where it lies in `shared/tools` above the checkout.
python-docx, openpyxl and LibreOffice open each; the latter computes every formula again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import docx
import openpyxl
from docx.oxml.ns import qn
from workspace import NOW, SETTINGS, make_deal, make_workspace, root_of, write

from bidkit.build import Options, make_package
from bidkit.diagnostic import Severity
from bidkit.office import lay_out, recalculate_all
from bidkit.office.pages import read_page_texts
from bidkit.pack import shipped_packs
from bidkit.readback import read_xlsx

PACKS = (
    ("zh-proposal", "zh-CN", "commercial"),
    ("zh-proposal", "zh-CN", "tender"),
    ("zh-tender", "zh-CN", "tender"),
    ("en-proposal", "en-US", "commercial"),
    ("en-rfp", "en-US", "tender"),
)
SIGNERS = """\
  agent: 沈砚秋
  signers:
    legal_representative: {sex: 男, age: 52, position: 董事长, id_number: "339901********2216"}
    agent: {sex: 男, age: 38, position: 销售总监, id_number: "339901********1835"}
  affiliates: []
"""
CARD = """\
id: card-{number}
kind: id-card
title: 居民身份证
holder: {holder}
number: "339901********{number}"
issuer: 云汀市公安局
issued: 2020-04-18
valid_until: 2040-04-17
files: [files/licence.png]
"""
CARDS = (("顾明澈", "2216"), ("沈砚秋", "1835"))
NO_PAGES = "PK16"
"""There is no LibreOffice here that would tell page numbers."""
RANGES = (
    *((0x21, 0x7E), (0x21, 0x7E), (0xA1, 0x24F), (0x370, 0x3FF), (0x400, 0x4FF), (0x5D0, 0x5EA), (0x621, 0x64A)),
    *((0x900, 0x97F), (0xE01, 0xE3A), (0x2010, 0x2027), (0x2190, 0x23FF), (0x3041, 0x30FF), (0x4E00, 0x9FFF)),
    *((0x4E00, 0x9FFF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFF01, 0xFF5E), (0x1F300, 0x1F64F), (0x20000, 0x2A6D0)),
)
TAGS = str.maketrans(dict.fromkeys("{}%#"))
"""A text that looks like a tag is rightly told as one that was not filled."""
LOTS = ("第1包", "第2包")
TOGETHER = 10
"""How many deals LibreOffice is given at once."""
SLACK = Decimal("0.001")


@dataclass(frozen=True)
class Sample:
    """A random deal.

    Args:
        pack: whose templates fill it.
        total: what the bid comes to, gross.
        lots: what each lot of it comes to, if it is for lots.
    """

    pack: str
    locale: str
    regime: str
    changes: Mapping[str, Any]
    total: Decimal
    lots: tuple[Decimal, ...] = ()


class Author:
    """Writes random texts and numbers; the same chance gives the same ones."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def letters(self, most: int) -> str:
        """Letters and signs of all scripts."""
        found = ""
        while len(found) < most:
            sign = chr(self.chance.randint(*self.chance.choice(RANGES)))
            found += sign if unicodedata.category(sign)[0] in "LNPS" else " "
        return " ".join(found.translate(TAGS).split()) or "文"

    def line(self) -> str:
        return self.letters(self.chance.choice((1, 4, 12, 40, 200)))

    def markdown(self) -> str:
        """A text of blocks of every kind."""
        makers = (self.line, self.table, self.listing, self.quoted, self.marked)
        blocks = [self.chance.choice(makers)() for _ in range(self.chance.randint(1, 6))]
        return "\n\n".join((self.line(), *blocks)) + "\n"

    def table(self) -> str:
        width = self.chance.randint(1, 6)
        rows = [
            [self.letters(8).replace("|", "") or "a" for _ in range(width)] for _ in range(self.chance.randint(1, 8))
        ]
        rows.insert(1, ["---"] * width)
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def listing(self) -> str:
        marks = self.chance.choice(("-", "1.", "*"))
        return "\n".join(
            f"{'   ' * self.chance.randint(0, min(number, 3))}{marks} {self.letters(12)}"
            for number in range(self.chance.randint(1, 9))
        )

    def quoted(self) -> str:
        return f"> {self.line()}\n\n```\n{self.line()}\n```"

    def marked(self) -> str:
        one = self.letters(9).translate(str.maketrans(dict.fromkeys("*_`[]()<>\\")))
        return f"{'#' * self.chance.randint(1, 4)} {one}\n\n**{one}** *{one}* `{one}` [{one}](https://a.example/b)"


def make_sample(seed: int) -> Sample:
    """The deal of a seed."""
    chance = random.Random(seed)
    author = Author(chance)
    pack, locale, regime = PACKS[seed % len(PACKS)]
    changes: dict[str, Any] = {
        "locale": locale,
        "title": f"项目 {author.letters(20)}",
        "solution__overview": author.markdown(),
        "solution__plan__introduction": author.line(),
        "solution__service__introduction": author.line(),
        "customer__name": f"客户 {author.letters(10)}",
        "team": [{"name": author.letters(3), "role": author.letters(5), "duty": author.line()} for _ in range(3)],
        "requirements": [make_requirement(author, number) for number in range(chance.randint(1, 12))],
        "credentials": [
            "business-licence",
            *chance.choice(([], ["iso9001"])),
            *(f"card-{number}" for _, number in CARDS),
        ],
    }
    has_lots = pack == "zh-tender" and chance.random() < 0.5
    if has_lots:
        changes |= {"tender__lots": [{"id": name, "title": author.letters(6)} for name in LOTS]}
        changes |= {"tender__bond": None, "tender__ceiling": None}
    prices, totals = make_prices(author, has_lots=has_lots, currency="USD" if locale == "en-US" else "CNY")
    changes |= prices
    if regime == "tender":
        changes["tender__mandatory_count"] = "0"
        if locale == "en-US":
            changes["tender__rules"] = "mdb"
    return Sample(pack, locale, regime, changes, sum(totals, Decimal(0)), tuple(totals) if has_lots else ())


def make_requirement(author: Author, number: int) -> dict[str, Any]:
    deviation = author.chance.choice(("none", "none", "positive", "negative"))
    own = {"id": f"R{number}", "clause": f"3.{number}", "deviation": deviation}
    return own | {"text": author.line(), "response": author.line()}


def make_prices(author: Author, *, has_lots: bool, currency: str) -> tuple[dict[str, Any], list[Decimal]]:
    """A quote of random lines, and what each of its categories comes to."""
    chance = author.chance
    categories = [{"id": key, "name": author.letters(6)} for key in "ABC"[: 2 if has_lots else chance.randint(1, 3)]]
    if has_lots:
        categories = [each | {"lot": lot} for each, lot in zip(categories, LOTS, strict=True)]
    lines, totals = [], [Decimal(0) for _ in categories]
    for number in range(chance.choice((2, 3, 9, 40))):
        quantity = Decimal(chance.randint(1, 99_999)) / chance.choice((1, 1, 100))
        price = Decimal(chance.randint(1, 9_999_999)) / 100
        kind = "optional" if number > 1 and chance.random() < 0.1 and not has_lots else "base"
        at = number % len(categories)
        totals[at] += (quantity * price).quantize(Decimal("0.01"), ROUND_HALF_UP) if kind == "base" else 0
        line = {"id": f"L{number:02}", "category": categories[at]["id"], "name": author.letters(9)}
        line |= {"spec": author.line(), "unit": "项", "quantity": str(quantity), "unit_price": str(price), "kind": kind}
        lines.append(line | {"tax_rate": chance.choice(("13%", "6%", "0%"))})
    changes = {"categories": categories, "lines": lines, "currency": currency, "total": None, "total_words": None}
    return {f"quote__{key}": value for key, value in changes.items()}, totals


def make_files(sample: Sample, folder: Path) -> Path:
    """The workspace of a random deal; its deal.yaml."""
    deal = make_workspace(folder)
    root = root_of(deal)
    shutil.rmtree(root / "templates")
    if sample.lots:
        pack = shutil.copytree(shipped_packs() / sample.pack, root / "templates" / sample.pack)
        before, mark, price = (pack / "pack.yaml").read_text(encoding="utf-8").partition("  - id: price\n")
        price = price.replace(
            '    output: "{volume.title}"\n', '    per: lot\n    output: "{lot.id}-{volume.title}"\n', 1
        )
        write(pack / "pack.yaml", before + mark + price)
    settings = SETTINGS.replace("company:\n", f"pack: {sample.pack}\ncompany:\n")
    write(root / "bidkit.yaml", settings.replace("  address", f"{SIGNERS}  address"))
    for holder, number in CARDS:
        write(root / f"catalog/credentials/card-{number}.yaml", CARD.format(holder=holder, number=number))
    write(deal, make_deal(sample.regime, **sample.changes))
    return deal


@dataclass
class Made:
    """The package of a random deal, on disk.

    Args:
        paths: its .docx and .xlsx.
        faults: what is wrong with it so far.
    """

    seed: int
    sample: Sample
    paths: list[Path]
    faults: list[str]


def make_package_of(seed: int, folder: Path) -> Made:
    """The files of a random deal; by what bidkit itself reads back, they say what they should."""
    sample = make_sample(seed)
    result, files = make_package(make_files(sample, folder), Options(now=NOW, is_draft=True))
    problems = [item for item in result.diagnostics if item.severity is Severity.ERROR]
    if files is None or result.bid is None:
        return Made(
            seed, sample, [], [f"no package: {item.code} {item.message('en')} {item.span}" for item in problems]
        )
    finished = [item for item in problems if item.span and item.span.file.startswith("submit/")]
    faults = [f"{item.code} {item.message('en')} {item.span}" for item in finished if item.code != NO_PAGES]
    quote = result.bid.quote
    if (quote.base, tuple(part.quote.base for part in quote.lots)) != (sample.total, sample.lots):
        faults.append(f"the total is not {sample.total}, those of lots not {sample.lots}")
    offices = {name: content for name, content in files.items() if name.endswith((".docx", ".xlsx"))}
    return Made(seed, sample, [write(folder / "out" / name, content) for name, content in offices.items()], faults)


def judge(made: Made) -> list[str]:
    """What is wrong with the files of a deal."""
    by_sdk = [fault for path in made.paths for fault in (validate(path) if find_sdk() else audit(path))]
    return [*made.faults, *by_sdk, *check_structure(made.paths), *open_elsewhere(made.paths, made.sample)]


def try_seed(seed: int, folder: Path) -> list[str]:
    """What is wrong with the package of a random deal, but for LibreOffice."""
    return judge(make_package_of(seed, folder))


def try_seeds(seeds: Sequence[int], folder: Path) -> dict[int, list[str]]:
    """What is wrong with those of several, LibreOffice included: it is started once for all of a kind."""
    with mock.patch.dict(os.environ, {"BIDKIT_SOFFICE": "/nonexistent"}):  # no page numbers: much faster
        made = [make_package_of(seed, folder / f"{seed}") for seed in seeds]
    found = {each.seed: judge(each) for each in made}
    for each, faults in zip(made, open_in_office(made), strict=True):
        found[each.seed] += faults
    return found


def open_in_office(made: Sequence[Made]) -> Iterator[list[str]]:
    """Of each deal what LibreOffice has against its files: it shows the totals, and computes what the cells hold."""
    contents = {f"{each.seed}-{path.name}": path.read_bytes() for each in made for path in each.paths}
    books = {name: content for name, content in contents.items() if name.endswith(".xlsx")}
    pdfs, problems = lay_out({name: content for name, content in contents.items() if name not in books}, 900)
    again, wrong = recalculate_all(books)
    if problems or wrong:
        raise RuntimeError([item.message("en") for item in (*problems, *wrong)])
    for each in made:
        names = [f"{each.seed}-{path.name}" for path in each.paths]
        shown = "".join("".join(read_page_texts(pdfs[name])) for name in names if name not in books)
        faults = list(find_unsaid(re.sub(r"\s", "", shown), each.sample, "LibreOffice shows no"))
        faults += [fault for name in names if name in books for fault in compare(books[name], again[name])]
        yield faults


def compare(before: bytes, after: bytes) -> Iterator[str]:
    """The cells whose value LibreOffice computes otherwise."""
    kept, computed = read_xlsx(before, "before.xlsx").cells, read_xlsx(after, "after.xlsx").cells
    for place, value in kept.items():
        if (
            isinstance(value, (int, float, Decimal))
            and abs(Decimal(str(value)) - Decimal(str(computed.get(place) or 0))) > SLACK
        ):
            yield f"{place} is {value}, LibreOffice computes {computed.get(place)}"


def find_sdk() -> str | None:
    """The Open XML SDK's validator, from npm."""
    found = sorted((Path(__file__).parents[1] / "node_modules/@xarsh").glob("ooxml-validator-*/ooxml-validator"))
    return str(found[0]) if found else None


def validate(path: Path) -> Iterator[str]:
    """What the Open XML SDK has against a file."""
    # A process judges one file and is gone: code is not worth being profiled.
    settings = {**os.environ, "DOTNET_TieredPGO": "0"}
    done = subprocess.run([str(find_sdk()), str(path)], capture_output=True, text=True, timeout=300, env=settings)
    if not (outcome := json.loads(done.stdout))["ok"]:
        yield f"{path.name}: {json.dumps(outcome)[:600]}"


def audit(path: Path) -> Iterator[str]:
    """What its port to Python has against a file."""
    from openxml_audit import OpenXmlValidator

    outcome = OpenXmlValidator().validate(path)
    yield from (f"{path.name}: {error}" for error in [*outcome.errors][:5] if not outcome.is_valid)


def find_checker() -> Path | None:
    """`ooxml-check`, which no checkout holds."""
    places = (above / "shared/tools/ooxml-check" for above in Path(__file__).resolve().parents)
    return next((place for place in places if place.is_file()), None)


def check_structure(paths: list[Path]) -> list[str]:
    checker = find_checker()
    if checker is None:
        return []
    done = subprocess.run([sys.executable, str(checker), *map(str, paths)], capture_output=True, text=True, timeout=300)
    return done.stdout.splitlines()[:5] if done.returncode else []


def open_elsewhere(paths: list[Path], sample: Sample) -> Iterator[str]:
    """Whether other programs read the files, and find the totals in them."""
    texts, figures = "", set()
    for path in paths:
        if path.suffix == ".docx":
            body = docx.Document(str(path)).element.body
            texts += "".join(text for node in body.iter(qn("w:t")) for text in (node.text or "", " "))
            continue
        for sheet in openpyxl.load_workbook(path, data_only=True):
            cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
            numbers = [cell for cell in cells if isinstance(cell, (int, float)) and not isinstance(cell, bool)]
            figures |= {Decimal(repr(number)).quantize(Decimal("0.01")) for number in numbers}
    yield from find_unsaid(texts, sample, "no volume says")
    for total in {sample.total, *sample.lots} - figures:
        yield f"the workbook does not say {total:,.2f}"


def find_unsaid(text: str, sample: Sample, words: str) -> Iterator[str]:
    """The totals that a text does not have."""
    for total in sample.lots or (sample.total,):
        if f"{total:,.2f}" not in text:
            yield f"{words} {total:,.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    os.environ["BIDKIT_CACHE"] = tempfile.mkdtemp(prefix="deals-")
    seeds = range(given.first, given.first + given.count) if given.seed is None else [given.seed]
    wrong, files = 0, 0
    for at in range(0, len(seeds), TOGETHER):
        with tempfile.TemporaryDirectory(prefix="deals-") as name:
            folder = given.keep or Path(name)
            found = try_seeds(seeds[at : at + TOGETHER], folder)
            files += len([path for path in folder.rglob("out/**/*") if path.suffix in (".docx", ".xlsx")])
        wrong += sum(map(bool, found.values()))
        for seed, faults in found.items():
            print("".join(f"FAULT {seed}: {fault}\n" for fault in faults), end="")
        print(f"{at + len(found)} deals, {files} files, {wrong} deals with faults", flush=True)
    shutil.rmtree(os.environ["BIDKIT_CACHE"])
    print(f"Open XML SDK: {find_sdk() or 'not there'}; ooxml-check: {find_checker() or 'not there'}")
    raise SystemExit(bool(wrong))


if __name__ == "__main__":
    main()
