"""The commands that the docs show, page by page, with what each is shown to print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from written_files import split_cells

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^( *)(```|~~~)(\w*) ?([^\n]*)\n(.*?)^ *\2$", re.M | re.S)
PROGRAMS = ("bidkit", "make", "git", "cd", "pip", "python", "source", "dask")
LEFT_OUT = "…"


@dataclass(frozen=True)
class Change:
    """A file as a page says that it is written (a block with a file's name), typed into Excel, or changed (`diff`)."""

    page: str
    line: int
    kind: str
    file: str
    body: str


@dataclass(frozen=True)
class Shown:
    """A command as it stands on a page; `output` is None where the page does not show it."""

    page: str
    line: int
    text: str
    output: str | None = None

    @property
    def program(self) -> str:
        return self.text.split()[0]


def read_steps(path: Path) -> Iterator[Shown | Change]:
    """What a page tells its reader to do, in order.

    Commands are lines of `sh` blocks, what follows `$` in `console` blocks, scripts in `yaml` blocks.
    """
    text = path.read_text(encoding="utf-8")
    for fence in FENCE.finditer(text):
        line = text[: fence.start()].count("\n") + 2
        indent, kind, body = len(fence[1]), fence[3], fence[5]
        lines = [item[indent:] for item in body.splitlines()]
        if fence[4]:
            yield Change(path.name, line, kind, fence[4], body)
            continue
        if kind == "console":
            yield from read_console(path.name, line, lines)
            continue
        for number, item in enumerate(lines, line):
            if kind == "sh" and item.strip() and not item.startswith("#"):
                yield Shown(path.name, number, re.sub(r" +# .*", "", item).strip())
            elif kind == "yaml" and (script := re.match(r" *(?:- )?(?:run|script): (bidkit .*)", item)):
                yield Shown(path.name, number, script[1])


def read_console(page: str, line: int, lines: list[str]) -> Iterator[Shown]:
    """The commands of a `console` block, each with the lines below it; none below it shows nothing."""
    starts = [at for at, item in enumerate(lines) if item.startswith("$ ")]
    assert starts[:1] == [0], f"{page}:{line}: a console block begins with `$ `"
    for at, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        output = "\n".join(lines[at + 1 : end]).strip("\n")
        yield Shown(page, line + at, lines[at][2:].strip(), output or None)


def list_stray(path: Path) -> Iterator[str]:
    """Commands in blocks that are not marked as commands, so that nobody would run them."""
    for fence in FENCE.finditer(path.read_text(encoding="utf-8")):
        if fence[3] not in ("sh", "console"):
            for item in fence[5].splitlines():
                if re.match(rf"\s*(?:\$ )?(?:{'|'.join(PROGRAMS[:2])}) +[a-z-]", item):
                    yield item


def is_shown(printed: str, shown: str) -> bool:
    """Whether a page shows what was printed: `…` alone in a line stands for any lines, at an end for its rest."""
    pattern = ""
    for item in shown.splitlines():
        if item.strip() == LEFT_OUT:
            pattern += r"(?:.*\n)*?"
        elif item.endswith(LEFT_OUT):
            pattern += re.escape(item.removesuffix(LEFT_OUT)) + r".*\n"
        else:
            pattern += re.escape(item.rstrip()) + r" *\n"
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


def apply(change: Change, folder: Path) -> None:
    """Do in a folder what a page says that its reader does."""
    path = folder / change.file
    path.parent.mkdir(parents=True, exist_ok=True)
    if change.kind == "diff":
        path.write_text(patch(path.read_text(encoding="utf-8"), change), encoding="utf-8")
    elif change.kind == "sheet":
        book = Workbook()
        for line in change.body.splitlines():
            book.active.append([as_typed(cell) for cell in split_cells(line)])
        book.save(path)
    else:
        path.write_text(change.body, encoding="utf-8")


def patch(text: str, change: Change) -> str:
    """A text with lines exchanged: those with `-` stand there once, those with `+` take their place."""
    text = f"\n{text}"
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", change.body, re.M):
        before, after = (re.sub("^[-+] ?", "", lines, flags=re.M) for lines in (f"\n{old}", f"\n{new}"))
        assert text.count(before) == 1, f"{change.page}:{change.line}: {before!r} stands {text.count(before)} times"
        text = text.replace(before, after)
    return text[1:]


def as_typed(cell: str) -> str | int | float | None:
    """What Excel makes of what is typed into a cell."""
    if re.fullmatch(r"-?\d+(\.\d+)?", cell):
        return float(cell) if "." in cell else int(cell)
    return cell or None
