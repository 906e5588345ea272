"""The docs as a site: the pages of each language, the references made from the code, both built by Sphinx, offline.

    python docs/site/make_site.py [build/docs]

`index.md` is the front page and the navigation: each of its headings with links below becomes a section at the side.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import reference

SITE = Path(__file__).parent
DOCS = SITE.parent
ROOT = DOCS.parent
LOCALES = {"zh": "zh_CN", "en": "en"}
OTHER = {"zh": "en", "en": "zh"}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([\w./-]+)(#[^)\s]*)?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1$", re.M | re.S)
SWITCH = re.compile(r"^\[(?:English|中文)\]\([\w.-]+\)\n\n?", re.M)
FETCHED = re.compile(
    r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["']?(?:https?:)?//[^>]*"""
    r"""|<link\b[^>]*href=["']?(?:https?:)?//[^>]*|(?:url\(|@import )["']?(?:https?:)?//[^)]*"""
)
WRAPPED = re.compile(r"(?<=[　-〿㐀-鿿＀-￯“”])\n *(?=[　-〿㐀-鿿＀-￯“”])")
GENERATED = "<!-- generated -->"


def list_pages(lang: str) -> dict[str, Path]:
    """The pages of a language by name; those that exist in one language only are in both."""
    own = {path.name.removesuffix(".md").removesuffix(".en"): path for path in sorted(DOCS.glob("*.md"))}
    twins = {name: DOCS / f"{name}.en.md" for name in own if (DOCS / f"{name}.en.md").is_file()}
    plain = {name: DOCS / f"{name}.md" for name in own if (DOCS / f"{name}.md").is_file()}
    return own | (plain if lang == "zh" else plain | twins) | {"CONTRIBUTING": ROOT / "CONTRIBUTING.md"}


def read_page(path: Path, lang: str, titles: dict[str, str]) -> str:
    """A page as the site of a language has it.

    Links between pages lead to pages of the same language, blocks that are files show the file's name, and lines of a
    Chinese paragraph are joined without a blank between them.
    """
    text = SWITCH.sub("", path.read_text(encoding="utf-8"), count=1)
    made, at = [], 0
    for fence in FENCE.finditer(text):
        made += [turn_text(text[at : fence.start()], lang, titles), turn_fence(fence)]
        at = fence.end()
    return "".join([*made, turn_text(text[at:], lang, titles)])


def turn_fence(fence: re.Match[str]) -> str:
    """A block; with the name of its file above it, if it has one."""
    first, _, rest = fence[0].partition("\n")
    kind, _, file = first.strip("`~").partition(" ")
    if kind == "sheet" and file:  # what is typed into Excel, as a table
        rows = [row.strip() for row in rest.splitlines()[:-1]]
        return "\n".join([f"`{file}`", "", rows[0], "|" + " --- |" * (rows[0].count("|") - 1), *rows[1:]])
    return f"```{{code-block}} {kind}\n:caption: {file}\n\n{rest}" if file and first.startswith("```") else fence[0]


def turn_text(text: str, lang: str, titles: dict[str, str]) -> str:
    """A text between blocks: links, each to where it leads in the site; lines of Chinese joined."""

    def turn(link: re.Match[str]) -> str:
        sign, label, target, anchor = link[1], link[2], link[3], link[4] or ""
        name = Path(target).name.removesuffix(".md").removesuffix(".en")
        if sign or not target.endswith(".md"):
            return link[0]
        there = "en" if target.endswith(".en.md") else "zh"
        if label in ("English", "中文") or (lang == "zh" and there == "en"):
            return f'<a href="../{"zh" if label == "中文" else there}/{name}.html{anchor}">{label}</a>'
        if name in titles:
            return f"[{titles[name] if label.endswith('.md') else label}]({name}.md{anchor})"
        return f"{label} (`{(DOCS / target).resolve().relative_to(ROOT)}`)"

    return WRAPPED.sub("", LINK.sub(turn, text)) if lang == "zh" else LINK.sub(turn, text)


def find_title(text: str) -> str:
    """The title of a page."""
    return str(re.findall(r"^# (.+)$", text, re.M)[0])


def list_sections(index: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The sections of the front page that link to pages: heading, and the name and label of each page in order."""
    for heading, body in re.findall(r"^##+ (.+)\n((?:(?!##).*\n?)*)", index, re.M):
        if pages := {Path(link[3]).stem: link[2] for link in LINK.finditer(body) if link[3].endswith(".md")}:
            yield heading, pages


def make_front(index: str, made: dict[str, str]) -> str:
    """The front page with the links of what is generated, and the navigation."""
    links = "\n".join(f"- [{find_title(text)}]({name}.md)" for name, text in made.items())
    index = index.replace(GENERATED, links)
    trees = [
        "\n".join(["```{toctree}", ":hidden:", f":caption: {heading}", "", *entries, "```"])
        for heading, pages in list_sections(index)
        if (entries := [f"{label} <{name}>" for name, label in pages.items()])
    ]
    return "\n\n".join([index.rstrip(), *trees]) + "\n"


def write_sources(folder: Path, lang: str) -> None:
    """What Sphinx reads for one language."""
    made = reference.make_pages(lang)
    paths = list_pages(lang)
    titles = {name: find_title(path.read_text(encoding="utf-8")) for name, path in paths.items()}
    titles |= {name: find_title(text) for name, text in made.items()}
    for name, path in paths.items():
        text = read_page(path, lang, titles)
        (folder / f"{name}.md").write_text(make_front(text, made) if name == "index" else text, encoding="utf-8")
    for name, text in made.items():
        (folder / f"{name}.md").write_text(turn_text(text, lang, titles), encoding="utf-8")
    shutil.copytree(DOCS / "images", folder / "images")


def build(target: Path) -> int:
    """Build both languages beside one another; Sphinx's warnings are errors."""
    work = target.with_name(f"{target.name}-source")  # beside the site, which has nothing in it but itself
    for folder in (target, work):
        shutil.rmtree(folder, ignore_errors=True)
    target.mkdir(parents=True)
    running = []
    for lang, locale in LOCALES.items():
        source = work / lang
        source.mkdir(parents=True)
        write_sources(source, lang)
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "sphinx",
            "-b",
            "html",
            "-q",
            "-W",
            "--keep-going",
            "-c",
            SITE,
        ]
        command += ["-D", f"language={locale}", "-d", work / "doctrees" / lang, source, target / lang]
        running.append(subprocess.Popen(command))
    (target / "index.html").write_text((SITE / "choose.html").read_text(encoding="utf-8"), encoding="utf-8")
    failed = max(process.wait() for process in running)
    for place in list_fetched(target):
        sys.stderr.write(f"{place}\n")
        failed = 1
    return failed


def list_fetched(target: Path) -> Iterator[str]:
    """Whatever a browser would fetch from the network: the site must work without one."""
    for path in [*target.rglob("*.html"), *target.rglob("*.css")]:
        for found in FETCHED.finditer(path.read_text(encoding="utf-8")):
            yield f"{path}: {found[0]}"


if __name__ == "__main__":
    sys.exit(build(Path(sys.argv[1] if len(sys.argv) > 1 else "build/docs")))
