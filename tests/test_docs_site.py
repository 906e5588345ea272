"""The docs as a whole: front pages, links, generated references, the list of changes; Sphinx is not needed."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from bidkit.diagnostic import load_messages
from bidkit.rules import describe_codes

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.append(str(DOCS / "site"))

import chinese_terms  # noqa: E402
import make_site  # noqa: E402
import reference  # noqa: E402

LANGS = ("zh", "en")
PAGES = sorted(DOCS.glob("*.md"))
ONE_LANGUAGE = {"architecture", "docxtpl", "performance"}
FRAGMENTS = sorted((ROOT / "changelog.d").glob("*.md"))
HAN = re.compile(r"[㐀-鿿，。；：、（）]")


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = make_site.FENCE.sub("", path.read_text(encoding="utf-8"))
    titles = [re.sub(r"\[(.*?)\]\(.*?\)", r"\1", title) for title in re.findall(r"^#+ (.+)$", text, re.M)]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles} | {""}


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES], ids=lambda path: path.name)
def test_links_lead_to_pages_and_headings_that_are_there(page: Path) -> None:
    text = make_site.FENCE.sub("", page.read_text(encoding="utf-8"))
    links = re.findall(r"(?<!`)\]\(([\w./-]*)(?:#([^)]*))?\)", re.sub(r"`[^`\n]*`", "``", text))
    for name, anchor in links:
        target = page.parent / name if name else page
        assert target.exists(), name
        assert target.suffix != ".md" or anchor in anchors(target), f"{name}#{anchor}"


def test_every_page_is_in_both_languages() -> None:
    names = {path.name for path in PAGES}
    assert len(names) > 50
    alone = {name.removesuffix(".md") for name in names if not name.endswith(".en.md")}
    alone = {name for name in alone if f"{name}.en.md" not in names}
    assert alone == ONE_LANGUAGE
    assert {f"{name.removesuffix('.en.md')}.md" for name in names if name.endswith(".en.md")} <= names


def test_readme_begins_with_how_to_try_it_and_leads_to_the_docs_in_both_languages() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first = text.split("```")[1].splitlines()
    assert [line.split("#")[0].strip() for line in first] == ["sh", "make demo", "make test"]
    for page in ("tutorial", "index"):
        assert f"](docs/{page}.md)" in text
        assert f"](docs/{page}.en.md)" in text
    assert len(text.splitlines()) < 130


@pytest.mark.parametrize("lang", LANGS)
def test_front_page_leads_to_every_page_once(lang: str) -> None:
    front = (DOCS / ("index.md" if lang == "zh" else "index.en.md")).read_text(encoding="utf-8")
    listed = [name for _, names in make_site.list_sections(front) for name in names]
    paths = make_site.list_pages(lang)
    assert sorted(f"{paths[name.removesuffix('.en')].name}" for name in listed) == sorted(
        path.name for name, path in paths.items() if name != "index"
    )


def test_both_front_pages_have_the_same_pages_in_the_same_sections() -> None:
    fronts = [(DOCS / name).read_text(encoding="utf-8") for name in ("index.md", "index.en.md")]
    zh, en = (
        [[name.removesuffix(".en") for name in names] for _, names in make_site.list_sections(text)] for text in fronts
    )
    assert zh == en


@pytest.mark.parametrize("lang", LANGS)
def test_pages_of_the_site_lead_to_pages_of_its_language(lang: str) -> None:
    paths = make_site.list_pages(lang)
    titles = dict.fromkeys([*paths, "codes"], "T")
    text = "[a](deal.en.md#x) [b](packs.md) `[c](pdf.en.md)` [English](deal.en.md) [d](../pyproject.toml) ![e](x.md)"
    turned = make_site.turn_text(text, lang, titles)
    assert "(deal.en.md" not in turned
    assert "![e](x.md)" in turned
    assert '<a href="../en/deal.html">English</a>' in turned
    expected = '<a href="../en/deal.html#x">a</a>' if lang == "zh" else "[a](deal.md#x)"
    assert turned.startswith(expected)


def test_pages_are_called_by_their_titles_and_lines_of_chinese_are_joined() -> None:
    titles = {"packs": "模板包"}
    assert make_site.turn_text("见 [packs.md](packs.md)。\n甲乙，\n  丙丁\n- 戊\n\nab\ncd", "zh", titles) == (
        "见 [模板包](packs.md)。甲乙，丙丁\n- 戊\n\nab\ncd"
    )


def test_a_block_that_is_a_file_shows_its_name(tmp_path: Path) -> None:
    page = tmp_path / "a.md"
    page.write_text("```yaml a/b.yaml\na: 1\n```\n\n```sh\nls\n```\n", encoding="utf-8")
    shown = "```{code-block} yaml\n:caption: a/b.yaml\n\na: 1\n```\n\n```sh\nls\n```\n"
    assert make_site.read_page(page, "en", {}) == shown
    page.write_text("```sheet a.xlsx\n| a | b |\n| 1 | |\n```\n", encoding="utf-8")
    assert make_site.read_page(page, "en", {}) == "`a.xlsx`\n\n| a | b |\n| --- | --- |\n| 1 | |\n"


def test_what_a_browser_would_fetch_is_found(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text('<a href="https://a.example">a</a><img src="b.png"><script src="c.js"></script>', encoding="utf-8")
    assert list(make_site.list_fetched(tmp_path)) == []
    page.write_text('<script async src="https://cdn.example/c.js">', encoding="utf-8")
    (tmp_path / "b.css").write_text("@import url(//fonts.example/f.css)", encoding="utf-8")
    assert len(list(make_site.list_fetched(tmp_path))) == 2


def test_navigation_is_made_of_the_front_page() -> None:
    made = make_site.make_front("# x\n\n## A\n\n- [b](b.md)\n- [c](c.md): d\n\n<!-- generated -->\n", {"k": "# Keys\n"})
    assert "- [Keys](k.md)" in made
    assert made.endswith("```{toctree}\n:hidden:\n:caption: A\n\nb <b>\nc <c>\nKeys <k>\n```\n")


# References


@pytest.mark.parametrize("lang", LANGS)
def test_reference_of_commands_has_every_command_and_every_option(lang: str) -> None:
    page = reference.make_commands(lang)
    commands = {path: item for path, item in reference.list_commands().items() if " " in path}
    assert {"bidkit check", "bidkit build", "bidkit template check"} <= set(commands)
    sections = dict(re.findall(r"^##+ `(.+?)`\n(.*?)(?=^##+ `|\Z)", page, re.M | re.S))
    assert sections.keys() == commands.keys()
    for path, command in commands.items():
        for param in command.params:
            for name in param.opts if reference.is_option(param) else [param.metavar or param.name]:
                assert f"`{name}" in sections[path], f"{path} {name}"


def test_help_is_said_in_both_languages() -> None:
    for path, command in reference.list_commands().items():
        if " " not in path:
            continue
        for text in (command.help, *(param.help for param in command.params)):
            zh, en = (reference.in_language(text or "", lang) for lang in LANGS)
            words = re.sub(r"```.*?```", "", en, flags=re.S)
            if not re.search("[一-鿿]", text or ""):
                assert len((text or "").partition(" / ")[0].split()) == 1, f"{path}: {text!r} has no Chinese"
                continue  # words of the program only
            assert HAN.search(zh), f"{path}: {text!r} has no Chinese"
            assert words.strip(), f"{path}: {text!r} has no English"
            assert not HAN.search(words), f"{path}: {text!r} mixes Chinese into its English"
            assert not re.search(r"[a-z]+ [a-z]+ [a-z]+ [a-z]+", re.sub(r"```.*?```", "", zh, flags=re.S)), (
                f"{path}: {text!r}"
            )


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("谁：姓名（职务）/ who: name (role)", "谁：姓名（职务）", "who: name (role)"),
        ("如 PR04 / such as PR04", "如 PR04", "such as PR04"),
        ("检查。Judge a deal.", "检查。", "Judge a deal."),
        ("生成。\n\nBuild it.", "生成。", "Build it."),
        ("退出码 0：完好。Exit code 0: sound.", "退出码 0：完好。", "Exit code 0: sound."),
        (
            "退出码 Exit codes: 0 已建立 made, 1 有 not, none, 2 无 no.",
            "退出码：0 已建立，1 有，2 无。",
            "Exit codes: 0 made, 1 not, none, 2 no.",
        ),
        ("名称，在 deals/ 下 / the folder, in deals/", "名称，在 deals/ 下", "the folder, in deals/"),
        ("mof87、ndrc", "mof87、ndrc", "mof87, ndrc"),
        ("甲。A.\n\n\b\nbidkit check a\n", "甲。\n\n```\nbidkit check a\n```", "A.\n\n```\nbidkit check a\n```"),
    ],
)
def test_help_is_cut_where_the_language_changes(text: str, zh: str, en: str) -> None:
    assert (reference.in_language(text, "zh"), reference.in_language(text, "en")) == (zh, en)


@pytest.mark.parametrize("lang", LANGS)
def test_reference_of_codes_has_every_code_with_why_and_fix(lang: str) -> None:
    page = reference.make_codes(lang)
    assert re.findall(r"^### (\w+)$", page, re.M) == list(describe_codes()) == sorted(load_messages(lang)["codes"])
    assert re.findall(r"^## (\w\w) ", page, re.M) == sorted({code[:2] for code in describe_codes()})
    words = reference.WORDS[lang]
    for word in (words["why"], words["fix"]):
        assert page.count(f"\n- {word}{words['colon']}") == len(describe_codes())
    assert f"- {words['article']}{words['colon']}" in page


@pytest.mark.parametrize("lang", LANGS)
def test_reference_of_keys_has_every_key_of_every_file(lang: str) -> None:
    page = reference.make_keys(lang)
    for key in ("customer.contacts[].name", "quote.lines[].unit_price", "company.bank.account", "volumes[].per"):
        assert f"| `{key}" in page, key
    assert page.count("\n## ") == len(reference.KINDS)
    assert page.count("\n| `") == sum(len(reference.list_paths(kind)) for kind in reference.KINDS) > 400


def test_words_of_the_references_are_in_both_languages() -> None:
    def shape(words: object) -> object:
        return {key: shape(value) for key, value in words.items()} if isinstance(words, dict) else None

    assert shape(reference.WORDS["zh"]) == shape(reference.WORDS["en"])


# Search in Chinese


def test_chinese_is_found_by_pairs_of_characters_and_words_as_they_are() -> None:
    found = chinese_terms.list_terms("填写偏离表，见 deal.yaml 的 PR04")
    assert {"偏离", "离表", "偏", "deal", "yaml", "PR04"} <= set(found)
    assert "表见" not in found


# What has changed


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.stem)
def test_a_fragment_is_an_item_or_a_list_of_the_changelog(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.fullmatch(r"[a-z0-9-]+\.md", path.name)
    assert text.endswith("\n")
    assert text.strip() == text.rstrip("\n") != ""
    assert not re.search(r"^#|\n\n\n|\t", text)
    lines = text.splitlines()
    if lines[0].startswith("- "):
        assert all(re.match(r"- \S|  \S|$", line) for line in lines), "a list, its items indented"
    else:
        assert not any(line.startswith(("- ", "* ")) for line in lines), "either a paragraph or a list"


def test_there_is_nothing_in_the_folder_of_fragments_but_them_and_their_template() -> None:
    others = {path.name for path in (ROOT / "changelog.d").iterdir()} - {path.name for path in FRAGMENTS}
    assert others == {"template.jinja"}
