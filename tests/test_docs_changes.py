"""The pages about `bidkit diff` and addenda: what they show is what the commands print."""

from __future__ import annotations

import csv
import io
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner
from workspace import edit, write

from bidkit.cli import app

ROOT = Path(__file__).parents[1]
EXAMPLES = {"": "water", ".en": "port"}
TITLES = {"": ("条款号", "页码", "标记", "招标要求"), ".en": ("clause", "page", "marker", "requirement")}
DIFFS = {
    "": [
        ("deal.yaml", "deadline: 2026-09-18T09:30+08:00", "deadline: 2026-09-25T09:30+08:00"),
        ("deal.yaml", "  - tax-2026-06\n", "  - tax-2026-02\n"),
        ("deal.yaml", "start: 自终验合格之日起\n", "start: 自初验合格之日起\n"),
        ("deal.yaml", "合同签订生效后 10 个工作日内, percent: 30%", "合同签订生效后 10 个工作日内, percent: 20%"),
        ("deal.yaml", "部署验收后 10 个工作日内, percent: 40%", "部署验收后 10 个工作日内, percent: 50%"),
        ("lines.csv", "台,2,86500.00,13%,173000.00", "台,2,84000.00,13%,168000.00"),
        ("requirements.csv", "端到端接入延迟不大于 5 s", "端到端接入延迟不大于 3 s"),
    ],
    ".en": [
        ("deal.yaml", "deadline: 2026-08-28T14:00-04:00", "deadline: 2026-09-04T14:00-04:00"),
        ("deal.yaml", "  - soc2-bridge-letter\n  - insurance", "  - insurance"),
        ("deal.yaml", "percent: 32%", "percent: 30%"),
        ("deal.yaml", "percent: 2%", "percent: 4%"),
        ("lines.csv", "160,228.00", "160,224.00"),
        ("requirements.csv", "not less than 6,000 events", "not less than 8,000 events"),
    ],
}
CHANGED = {
    "": ({"5.1.2": ("5 s", "3 s"), "3.3.1": ("3 项", "5 项")}, {"5.2.1": "★"}, "5.2.7", ("5.5.", "5.6."),
         [("5.1.10", "30", "▲", "平台支持 IPv6 双栈访问，并提供第三方检测报告。"),
          ("5.2.20", "33", "", "提供不少于 3 套移动终端。")]),
    ".en": ({"L.2.3": ("120 days", "150 days"), "C.4.1": ("6,000 events", "8,000 events")}, {"C.5.2": "M"}, "L.5.3",
            ("M.3.", "M.4."),
            [("C.4.5", "12", "M", "The contractor shall keep all logs within the United States."),
             ("L.8.2", "30", "", "The offeror shall state the languages in which its watch can be reached.")]),
}  # fmt: skip


def read_blocks(page: str) -> Iterator[tuple[list[str], str]]:
    """Every command of a page and what it prints."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for block in re.findall(r"```console\n\$ bidkit (.*?)```", text, re.S):
        command, _, output = block.partition("\n")
        yield shlex.split(command), output.rstrip("\n")


def prepare(folder: Path, lang: str) -> Path:
    """The example twice: as it was, and as it is now; and the buyer's new list."""
    name = EXAMPLES[lang]
    for copy in ("before", "now"):
        shutil.copytree(ROOT / "examples" / name, folder / copy, ignore=shutil.ignore_patterns("dist"))
    make_new_list(folder / "before" / "deals" / name, folder / "now" / ("new.csv" if lang else "新清单.csv"), lang)
    return folder / "now"


def change(folder: Path, lang: str) -> None:
    """What the page about `diff` says was changed."""
    for file, old, new in DIFFS[lang]:
        path = folder / "deals" / EXAMPLES[lang] / file
        if path.read_text(encoding="utf-8").count(old) == 1:
            edit(path, old, new)
        else:
            write(path, path.read_text(encoding="utf-8").replace(old, new, 1))


def make_new_list(deal: Path, target: Path, lang: str) -> None:
    """What the page about addenda says that the buyer has published."""
    texts, markers, gone, (chapter, number), more = CHANGED[lang]
    rows = list(csv.DictReader(io.StringIO((deal / "requirements.csv").read_text(encoding="utf-8"), newline="")))
    made = []
    for row in rows:
        clause = row["clause"]
        if clause == gone:
            continue
        text = row["text"].replace(*texts[clause]) if clause in texts else row["text"]
        if clause in texts:
            assert text != row["text"]
        shown = clause.replace(chapter, number, 1) if chapter and clause.startswith(chapter) else clause
        made.append((shown, row["page"], markers.get(clause, row["marker"]), text))
        made += [item for item in more if row is last_of(rows, item[0])]
    stream = io.StringIO()
    csv.writer(stream).writerows([TITLES[lang], *made])
    write(target, stream.getvalue())


def last_of(rows: list[dict[str, str]], clause: str) -> dict[str, str]:
    """The last row of the chapter of a clause."""
    chapter = clause.rpartition(".")[0]
    return [row for row in rows if row["clause"].rpartition(".")[0] == chapter][-1]


@pytest.mark.parametrize("page", [f"{name}{lang}.md" for name in ("diff", "addenda") for lang in EXAMPLES])
def test_what_a_page_shows_is_what_is_printed(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lang = ".en" if ".en" in page else ""
    folder = prepare(tmp_path, lang)
    if page.startswith("diff"):
        change(folder, lang)
    monkeypatch.chdir(folder)
    blocks = list(read_blocks(page))
    assert blocks
    for command, output in blocks:
        result = CliRunner().invoke(app, [*command, "--lang", lang.removeprefix(".") or "zh"])
        assert result.stdout.rstrip("\n") == output, command
