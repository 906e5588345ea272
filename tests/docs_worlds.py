"""Where the commands of a page of the docs are run: an example, with what the page says has happened to it."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import word_forms
from docx import Document
from office_files import parts_of, with_part, zipped
from openpyxl import Workbook
from test_matrix import MATRIX, make_fleet
from typer.testing import CliRunner
from workspace import NOW, edit, make_picture, sign_all, write

from bidkit import __version__
from bidkit.build import Options, build_deal
from bidkit.cli import app

ROOT = Path(__file__).parents[1]
EXAMPLES = {"zh": "water", "en": "port"}
EDITED = {"zh": ("二十个点位各装", "三十个点位各装"), "en": ("Twenty points get", "Thirty points get")}
_BUILT: dict[str, Path] = {}
TITLES = {"zh": ("条款号", "页码", "标记", "招标要求"), "en": ("clause", "page", "marker", "requirement")}
DIFFS = {
    "zh": [
        ("deal.yaml", "deadline: 2026-09-18T09:30+08:00", "deadline: 2026-09-25T09:30+08:00"),
        ("deal.yaml", "  - tax-2026-06\n", "  - tax-2026-02\n"),
        ("deal.yaml", "start: 自终验合格之日起\n", "start: 自初验合格之日起\n"),
        ("deal.yaml", "合同签订生效后 10 个工作日内, percent: 30%", "合同签订生效后 10 个工作日内, percent: 20%"),
        ("deal.yaml", "部署验收后 10 个工作日内, percent: 40%", "部署验收后 10 个工作日内, percent: 50%"),
        ("lines.csv", "台,2,86500.00,13%,173000.00", "台,2,84000.00,13%,168000.00"),
        ("requirements.csv", "端到端接入延迟不大于 5 s", "端到端接入延迟不大于 3 s"),
    ],
    "en": [
        ("deal.yaml", "deadline: 2026-08-28T14:00-04:00", "deadline: 2026-09-04T14:00-04:00"),
        ("deal.yaml", "  - soc2-bridge-letter\n  - insurance", "  - insurance"),
        ("deal.yaml", "percent: 32%", "percent: 30%"),
        ("deal.yaml", "percent: 2%", "percent: 4%"),
        ("lines.csv", "160,228.00", "160,224.00"),
        ("requirements.csv", "not less than 6,000 events", "not less than 8,000 events"),
    ],
}
CHANGED = {
    "zh": ({"5.1.2": ("5 s", "3 s"), "3.3.1": ("3 项", "5 项")}, {"5.2.1": "★"}, "5.2.7", ("5.5.", "5.6."),
           [("5.1.10", "30", "▲", "平台支持 IPv6 双栈访问，并提供第三方检测报告。"),
            ("5.2.20", "33", "", "提供不少于 3 套移动终端。")]),
    "en": ({"L.2.3": ("120 days", "150 days"), "C.4.1": ("6,000 events", "8,000 events")}, {"C.5.2": "M"}, "L.5.3",
           ("M.3.", "M.4."),
           [("C.4.5", "12", "M", "The contractor shall keep all logs within the United States."),
            ("L.8.2", "30", "", "The offeror shall state the languages in which its watch can be reached.")]),
}  # fmt: skip


def copy_example(folder: Path, name: str) -> Path:
    """An example as it is, without what was built of it."""
    return Path(shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns("dist")))


def make_nothing(folder: Path, lang: str) -> Path:
    """An empty folder, as the tutorial begins."""
    return folder


def make_plain(folder: Path, lang: str) -> Path:
    """The example of a language."""
    return copy_example(folder / "now", EXAMPLES[lang])


def make_changed(folder: Path, lang: str) -> Path:
    """The example twice: as it was, and as the page about `diff` says that it was changed."""
    copy_example(folder / "before", EXAMPLES[lang])
    root = make_plain(folder, lang)
    for file, old, new in DIFFS[lang]:
        path = root / "deals" / EXAMPLES[lang] / file
        if path.read_text(encoding="utf-8").count(old) == 1:
            edit(path, old, new)
        else:
            write(path, path.read_text(encoding="utf-8").replace(old, new, 1))
    return root


def build_draft(root: Path, name: str) -> Path:
    """A draft of an example, built once and copied from then on."""
    if (found := _BUILT.get(name)) is not None:
        return Path(shutil.copytree(found, root / "dist" / found.name))
    result = build_deal(root / f"deals/{name}/deal.yaml", Options(now=NOW, is_draft=True))
    assert result.folder is not None, [item.message("en") for item in result.diagnostics]
    kept = Path(shutil.copytree(result.folder, root.parent / "built" / result.folder.name))
    _BUILT[name] = kept
    return result.folder


def make_amended(folder: Path, lang: str) -> Path:
    """The example, and the new list that the page about addenda says that the buyer has published."""
    root = make_plain(folder, lang)
    texts, markers, gone, (chapter, number), more = CHANGED[lang]
    source = (root / "deals" / EXAMPLES[lang] / "requirements.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(source, newline="")))
    last = {row["clause"].rpartition(".")[0]: row for row in rows}
    made = []
    for row in rows:
        clause = row["clause"]
        if clause == gone:
            continue
        text = row["text"].replace(*texts[clause]) if clause in texts else row["text"]
        assert clause not in texts or text != row["text"]
        shown = clause.replace(chapter, number, 1) if clause.startswith(chapter) else clause
        made.append((shown, row["page"], markers.get(clause, row["marker"]), text))
        made += [item for item in more if row is last[item[0].rpartition(".")[0]]]
    stream = io.StringIO()
    csv.writer(stream).writerows([TITLES[lang], *made])
    write(root / ("新清单.csv" if lang == "zh" else "new.csv"), stream.getvalue())
    return root


def make_altered(folder: Path, lang: str) -> Path:
    """A draft of the English example in which somebody has changed how long its prices are firm."""
    root = make_plain(folder, "en")
    package = build_draft(root, "port")
    manifest = package / "internal/manifest.json"
    write(manifest, json.dumps({**json.loads(manifest.read_bytes()), "bidkit": __version__}))
    path = package / "submit/proposal-DRAFT.docx"
    document = Document(str(path))
    (paragraph,) = [item for item in document.paragraphs if item.text.startswith("Prices are firm for 120 days")]
    (run,) = [item for item in paragraph.runs if "120" in item.text]
    run.text = run.text.replace("120", "90")
    document.save(str(path))
    return root


def make_templates(folder: Path, lang: str) -> Path:
    """The example, and the templates of its shipped pack under the names of the guides."""
    root = make_plain(folder, lang)
    pack = ROOT / "templates" / f"{lang}-proposal"
    word, book = {"zh": ("模板.docx", "报价.xlsx"), "en": ("template.docx", "quote.xlsx")}[lang]
    shutil.copy(pack / "proposal.docx", root / word)
    shutil.copy(pack / "quote.xlsx", root / book)
    return root


def make_forms(folder: Path, lang: str) -> Path:
    """The example, and a letter that the buyer wants filled."""
    root = make_plain(folder, lang)
    write(root / "forms" / ("投标函.docx" if lang == "zh" else "letter.docx"), word_forms.letter())
    return root


def make_many(folder: Path, lang: str) -> Path:
    """A workspace with a master, its two deals, and a commit that was built before."""
    root = folder / "now"
    text = (ROOT / "docs" / ("batch.md" if lang == "zh" else "batch.en.md")).read_text(encoding="utf-8")
    batch, rows = (
        re.search(rf"```\w+ deals/fleet/{name}\n(.*?)```", text, re.S) for name in ("batch.yaml", "customers.csv")
    )
    assert batch
    assert rows
    folder = make_fleet(root, MATRIX, rows[1])
    write(folder / "batch.yaml", batch[1])
    for name in ("yunting", "qingxi"):
        sign_all(folder / f"batch.yaml#fleet-{name}")
    write(root / "minutes.md", "minutes\n")
    write(root / "list.txt", "# all\ndeals/fleet/batch.yaml\n")
    write(root / ".gitignore", "dist/\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example"]
    for words in (
        ["init", "-q"],
        ["add", "."],
        ["commit", "-qm", "a"],
        ["update-ref", "refs/remotes/origin/main", "HEAD"],
    ):
        subprocess.run([*git, *words], cwd=root, check=True)
    return root


def make_priced(folder: Path, lang: str) -> Path:
    """A draft of the Chinese example, which the page about prices reads, and a price list in Excel."""
    root = make_plain(folder, "zh")
    build_draft(root, "water")
    book = Workbook()
    for row in csv.reader(io.StringIO((root / "deals/water/lines.csv").read_text(encoding="utf-8"), newline="")):
        book.active.append(row)
    book.save(root / ("价格表.xlsx" if lang == "zh" else "prices.xlsx"))
    return root


def change_words(root: Path) -> None:
    """Somebody changes the words of the bid summary, as the page about prices says."""
    path = root / "dist/xlsw-2026-it-017-DRAFT/submit/quote-DRAFT.xlsx"
    path.write_bytes(
        zipped(with_part(parts_of(path.read_bytes()), "xl/worksheets/sheet1.xml", "贰拾元整", "贰拾元壹角整"))
    )


def make_returned(folder: Path, lang: str) -> Path:
    """The workspace that `bidkit init` makes, built, and its proposal and quote as a manager sends them back."""
    for words in (["init", str(folder / "now"), "--lang", lang], ["build", str(folder / "now/deals/first/deal.yaml")]):
        assert CliRunner().invoke(app, words).exit_code == 0
    document = Document(str(folder / "now/dist/sample-001/submit/proposal.docx"))
    cells = (cell for table in document.tables for row in table.rows for cell in row.cells)
    texts = [*document.paragraphs, *(paragraph for cell in cells for paragraph in cell.paragraphs)]
    for old, new in (EDITED[lang], ("38,800.00", "38,000.00")):
        run = next(run for paragraph in texts for run in paragraph.runs if old in run.text)
        run.text = run.text.replace(old, new)
    document.save(str(folder / "now" / ("proposal-经理改过.docx" if lang == "zh" else "proposal-edited.docx")))
    quote = parts_of((folder / "now/dist/sample-001/submit/quote.xlsx").read_bytes())
    price = re.compile(rb'(<c r="J5"[^>]*>)<v>[^<]*</v>')
    lines = next(part for part, content in quote.items() if price.search(content))
    quote[lines] = price.sub(rb"\g<1><v>950</v>", quote[lines])
    name = "quote-经理改过.xlsx" if lang == "zh" else "quote-edited.xlsx"
    write(folder / "now" / name, zipped(quote))
    return folder / "now"


def put_scan(root: Path) -> None:
    """The licence of the reader's own company, in the place of the specimen."""
    for path in [*root.rglob("catalog/credentials/files/*.png")]:
        write(path, make_picture("PNG", 1000, 1300))


BETWEEN: dict[tuple[str, int], Callable[[Path], None]] = {("prices", 1): change_words, ("tutorial", 6): put_scan}
"""What happens before a command of a page, counted from 0."""
WORLDS: dict[str, Callable[[Path, str], Path]] = {
    "addenda": make_amended,
    "batch": make_many,
    "diff": make_changed,
    "forms": make_forms,
    "README": make_nothing,
    "prices": make_priced,
    "reconcile": make_returned,
    "templates": make_templates,
    "tutorial": make_nothing,
    "verify": make_altered,
    "workbooks": make_templates,
}


def make_world(folder: Path, page: str, lang: str) -> Path:
    """The folder in which the commands of a page are run."""
    return WORLDS.get(page, make_plain)(folder, lang)
