"""What true page numbers cost: LibreOffice's own time, and what bidkit adds to it.

python benchmarks/layout.py [--only NAME] [--quick]
"""

from __future__ import annotations

import argparse
import io
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from pypdfium2 import PdfDocument
from word import Row, against, alternate, over_floor, show

from bidkit.appendix import Appendix
from bidkit.bid import Bid
from bidkit.office import find_office, lay_out
from bidkit.pack import load_pack
from bidkit.sample import load_sample
from bidkit.scalars import Prose
from bidkit.source import Workspace
from bidkit.volumes import CompiledVolume, compile_volumes, render_volumes

WORDS = "平台 数据 调度 管网 水厂 监测 分析 报警 模型 接口 安全 运维 培训 验收 阶段 方案 系统 设备 服务 部署".split()  # noqa: SIM905


def make_overview(pages: int) -> Prose:
    """A Markdown text that fills about so many pages: headings, paragraphs, a table in each section."""
    rng = random.Random(1)

    def words(count: int) -> str:
        return "".join(rng.choice(WORDS) for _ in range(count))

    rows = "\n".join(f"| {words(2)} | {words(6)} |" for _ in range(6))
    sections = (
        f"## {words(4)}\n\n{words(150)}。\n\n{words(150)}。\n\n表：{words(3)}\n\n| 项目 | 说明 |\n|---|---|\n{rows}\n"
        for _ in range(pages)
    )
    return Prose.model_construct(text="\n".join(sections))


def make_volume(pages: int) -> tuple[Bid, tuple[CompiledVolume, ...]]:
    """The sample bid with a long overview, and the shipped pack ready to be filled."""
    sample = load_sample()
    solution = sample.deal.solution.model_copy(update={"overview": make_overview(pages)})
    bid = replace(sample, deal=sample.deal.model_copy(update={"solution": solution}))
    with tempfile.TemporaryDirectory() as folder:
        pack, problems = load_pack(Workspace(Path(folder)), "zh-proposal")
    assert pack is not None, problems
    volumes, problems = compile_volumes(pack, bid)
    assert volumes, problems
    return bid, volumes[:1]  # the sample bid is handed in on paper, as original and copy


def finish(bid: Bid, volumes: Sequence[CompiledVolume]) -> bytes:
    """The finished document, with page numbers."""
    made, problems = render_volumes(volumes, bid, Appendix((), {}), "deal.yaml", is_draft=False)
    assert made, problems
    (content,) = made.files.values()
    return content


def make_document(pages: int) -> bytes:
    """A plain document: on each page a heading, text and a table."""
    import docx

    document, buffer = docx.Document(), io.BytesIO()
    for number in range(pages):
        document.add_heading(f"{number + 1} {WORDS[number]}", 1)
        document.add_paragraph("".join(WORDS) * 8)
        table = document.add_table(12, 3, "Table Grid")
        for cell in table._cells:
            cell.text = WORDS[number]
        if number < pages - 1:
            document.add_page_break()
    document.save(buffer)
    return buffer.getvalue()


def count_pages(pdf: bytes) -> int:
    """The pages of a PDF."""
    with PdfDocument(pdf) as document:
        return len(document)


def timed(work: Callable[[], object]) -> Callable[[], float]:
    """The work, giving its seconds."""

    def run() -> float:
        start = perf_counter()
        work()
        return perf_counter() - start

    return run


def measure_volume(times: int) -> Iterator[Row]:
    """A volume of 150 pages: everything from the context to the finished file, beside one layout of that file."""
    bid, volumes = make_volume(130)
    content = finish(bid, volumes)
    pdfs, problems = lay_out({"a.docx": content})
    pages = count_pages(pdfs["a.docx"])
    assert 140 <= pages <= 170, (pages, problems)
    ours, theirs = alternate(timed(lambda: finish(bid, volumes)), timed(lambda: lay_out({"a.docx": content})), times)
    yield over_floor(f"a volume of {pages} pages", "one layout", ours, theirs, 1.2, 1.1)


def measure_batch(times: int) -> Iterator[Row]:
    """Twenty volumes of ten pages in one batch, beside a call of LibreOffice for each, as a script makes it."""
    office = find_office()
    assert office is not None
    content = make_document(10)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {folder / f"{number}.docx": content for number in range(20)}
        for path, data in files.items():
            path.write_bytes(data)

        def one_by_one() -> None:
            for path in files:
                subprocess.run(
                    [office, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--convert-to",
                     "pdf", "--outdir", name, str(path)], check=True, capture_output=True,
                )  # fmt: skip

        def together() -> None:
            made, problems = lay_out({path.name: data for path, data in files.items()})
            assert len(made) == len(files), problems

        ours, theirs = alternate(timed(together), timed(one_by_one), times)
        pages = count_pages((folder / "0.pdf").read_bytes())
    assert pages == 10, pages
    yield against(f"20 volumes of {pages} pages", "20 calls of soffice", ours, theirs, 3, None)


WORKS = {"volume": measure_volume, "batch": measure_batch}


def main() -> None:
    """Run the benchmark; the exit code is 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=WORKS, help="one work")
    parser.add_argument("--quick", action="store_true", help="one repetition; not for judging")
    options = parser.parse_args()
    rows = [
        row for name in ([options.only] if options.only else WORKS) for row in WORKS[name](1 if options.quick else 5)
    ]
    print(show(rows))
    sys.exit(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    main()
