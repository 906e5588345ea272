"""`bidkit template check` and `names`: what the author of a Word template sees."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from here import run_here
from office_files import A, docx, p, package, parts_of, styles_xml, tbl, tr, with_part, zipped
from pack_files import make_pack, price_docx, technical_docx
from test_context import names_in
from workspace import make_workspace, run_check

import bidkit
from bidkit.appendix import Appendix
from bidkit.build import Options, check_deal
from bidkit.context import make_context
from bidkit.inspection import inspect_template
from bidkit.ooxml.theme import list_template_fonts
from bidkit.pack import shipped_packs
from bidkit.sample import load_sample

SOURCE = Path(bidkit.__file__).parents[1]

BROKEN = docx(
    p("一、概述", style="Heading1"),
    p("{{ customer.name }"),
    p("前面 {%p if x %}"),
    p("y"),
    p("{%p endif %}"),
    p("{{ customer.title | upperr }}"),
    p("{{ a | }}"),
    p("{% import 'x' as y %}"),
    p("{%tr for x in y %}"),
    p("二、报价", style="Heading1"),
    tbl(tr("品名", "单价"), tr("{%tr for line in lines %}", ""), tr("{{ line.name }}", "{{ line.price | money }}")),
    header=p("{% frob %}"),
)


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`bidkit template …` in a folder; it must never show a traceback."""
    if not environment:
        return run_here(folder, ("template", *words), {"PATH": os.environ["PATH"]})
    done = subprocess.run(
        [sys.executable, "-m", "bidkit", "template", *words],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE)} | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def write(folder: Path, content: bytes, name: str = "t.docx") -> str:
    (folder / name).write_bytes(content)
    return name


def codes(folder: Path, content: bytes, *options: str) -> list[str]:
    done = run(folder, "check", write(folder, content), "--format", "json", *options)
    found = [item["code"] for item in json.loads(done.stdout)["diagnostics"]]
    assert done.returncode == (1 if found else 0)
    return found


# check


def test_every_mistake_is_listed_at_once_with_its_place_and_what_to_do(tmp_path: Path) -> None:
    done = run(tmp_path, "check", write(tmp_path, BROKEN), "--lang", "en")
    assert done.returncode == 1
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert [re.search(r"TP\d\d", line)[0] for line in lines[:-1:2]] == [  # type: ignore[index]
        "TP02", "TP09", "TP05", "TP03", "TP03", "TP16", "TP11", "TP11", "TP11",
    ]  # fmt: skip
    assert all(line.startswith("  fix: ") for line in lines[1:-1:2])
    assert lines[-1] == "9 errors, 0 warnings, 0 notes"
    places = "part word/document.xml, heading “二、报价”, table 1, row 2, cell 1, tag {%tr for line in lines %}"
    assert f"t.docx: {places}: TP03" in done.stdout
    assert "t.docx: part word/header1.xml, tag {% frob %}: TP11" in done.stdout


def test_messages_are_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    name = write(tmp_path, docx(p("{{ x")))
    assert "标签没有闭合：{{ x" in run(tmp_path, "check", name, "--lang", "zh").stdout
    assert "标签没有闭合：{{ x" in run(tmp_path, "check", name).stdout
    assert "a tag is not closed: {{ x" in run(tmp_path, "check", name, LANG="en_US.UTF-8").stdout


def test_mistakes_are_plain_data_for_programs(tmp_path: Path) -> None:
    done = run(tmp_path, "check", write(tmp_path, docx(p("a"), p("{{ x"))), "--format", "json", "--lang", "en")
    assert json.loads(done.stdout) == {
        "format_version": "1.0",
        "command": "template check",
        "file": "t.docx",
        "diagnostics": [
            {
                "code": "TP02",
                "severity": "error",
                "file": "t.docx",
                "line": None,
                "column": None,
                "place": {"part": "word/document.xml"},
                "near": None,
                "message": "a tag is not closed: {{ x",
                "fix": "add }} or %}",
            }
        ],
        "errors": 1,
    }


def test_a_sound_template_is_exit_code_0(tmp_path: Path) -> None:
    done = run(tmp_path, "check", write(tmp_path, docx(p("{{ x | money }}{{ y | day | upper }}"))))
    assert (done.returncode, done.stdout) == (0, "0 个错误，0 个警告，0 个提示\n")


def test_risks_and_mistakes_are_found_in_one_go(tmp_path: Path) -> None:
    parts = {**package(p("{{ x")), "word/vbaProject.bin": b"code"}
    assert codes(tmp_path, zipped(parts)) == ["TP14", "TP02"]


def test_a_tag_that_nothing_reads_is_named_beside_the_mistakes_of_other_parts(tmp_path: Path) -> None:
    parts = with_part(package(p("{{ x")), "word/styles.xml", '"Normal"', '"{{ x }}"')
    assert codes(tmp_path, zipped(parts)) == ["TP02", "TP05"]


def test_a_mistake_of_syntax_hides_no_refused_statement_nor_the_reverse(tmp_path: Path) -> None:
    assert codes(tmp_path, docx(p("{% import 'x' as y %}"), p("{{ a | }}"), p("{{ b | nofilter }}"))) == [
        "TP11",
        "TP11",
        "TP16",
    ]


def test_a_misspelt_filter_proposes_the_right_one(tmp_path: Path) -> None:
    name = write(tmp_path, docx(p("{{ a | upperr }}"), p("{{ b | xyz }}{% if c is defind %}{% endif %}")))
    shown = run(tmp_path, "check", name, "--lang", "en").stdout
    assert (
        "tag {{ a | upperr }}: TP16 error: there is no filter or test called upperr\n  fix: did you mean upper?"
        in shown
    )
    assert "called xyz\n  fix: compare with docs/templates.en.md" in shown
    assert "called defind\n  fix: did you mean defined?" in shown


@pytest.mark.parametrize("name", ["zh-proposal", "zh-tender", "en-proposal", "en-rfp"])
def test_shipped_packs_are_sound(tmp_path: Path, name: str) -> None:
    assert run(tmp_path, "check", str(shipped_packs() / name)).returncode == 0


def test_a_pack_must_have_the_styles_that_it_promises(tmp_path: Path) -> None:
    pack = shutil.copytree(shipped_packs() / "zh-proposal", tmp_path / "mine")
    (pack / "proposal.docx").write_bytes(docx(p("a"), styles=styles_xml(without=("Caption",))))
    done = run(tmp_path, "check", "mine")
    assert done.returncode == 1
    assert "mine/proposal.docx: TP06 错误: 模板缺少样式 Caption" in done.stdout


@pytest.mark.parametrize(("old", "new", "code"), [("schema:", "shcema:", "DL04"), ("proposal.docx", "no.docx", "DL12")])
def test_a_mistake_of_a_manifest_is_shown_at_its_line(tmp_path: Path, old: str, new: str, code: str) -> None:
    pack = shutil.copytree(shipped_packs() / "zh-proposal", tmp_path / "mine")
    text = (pack / "pack.yaml").read_text(encoding="utf-8")
    assert old in text
    (pack / "pack.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    done = run(tmp_path, "check", "mine")
    assert done.returncode == 1
    assert re.search(rf"^mine/pack\.yaml:\d+:\d+: {code} ", done.stdout, re.M)
    assert run(tmp_path, "names", "mine").returncode == 1


@pytest.mark.parametrize("command", ["check", "names"])
@pytest.mark.parametrize("name", ["nowhere.docx", ".", "pipe"])
def test_what_is_no_template_cannot_be_inspected(tmp_path: Path, command: str, name: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    done = run(tmp_path, command, name)
    assert done.returncode == 2
    assert "EN05" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06" + b"\0" * 18, BROKEN[:-200]])
def test_a_file_that_is_no_document_is_an_error(tmp_path: Path, content: bytes) -> None:
    assert codes(tmp_path, content) == ["TP01"]
    done = run(tmp_path, "names", "t.docx")
    assert (done.returncode, done.stdout) == (1, "")
    assert "TP01" in done.stderr


@pytest.mark.parametrize("name", ["~$offer.docx", "标书 1.docx", "-x.docx"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, docx(p("{{ x }}")), name)
    assert run(tmp_path, "check", "--", name).returncode == 0


def test_a_tag_cannot_steer_the_terminal(tmp_path: Path) -> None:
    name = write(tmp_path, docx(p("{{ x\u202e \x7f | }}")))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", run(tmp_path, "check", name).stdout)


def test_whatever_a_file_holds_is_answered_not_raised(tmp_path: Path) -> None:
    tags = "{{ x }}|{% if x %}|{% endif %}|{%p for a in b %}|{%tr for a in b %}|{%tr endfor %}|{% else %}|{% vm %}|{% break %}|{{ a|f( }}|{%tc for a in b %}|%}"  # noqa: E501
    chance = random.Random(5)
    shapes = (p, lambda tag: tbl(tr(tag, "{{ y }}"), tr(tag, tbl(tr(tag, "")))))
    answers = set()
    for _ in range(150):
        body = [chance.choice(shapes)("".join(chance.choices(tags.split("|"), k=2))) for _ in range(6)]
        content = docx(*body)
        if chance.random() < 0.3:
            pieces = re.split(r"(?=<)", parts_of(content)["word/document.xml"].decode())
            del pieces[chance.randrange(1, len(pieces))]
            content = zipped({**parts_of(content), "word/document.xml": "".join(pieces).encode()})
        write(tmp_path, content)
        answers |= {problem.code for problem in inspect_template(tmp_path / "t.docx").diagnostics} or {""}
    assert answers >= {"TP01", "TP03", "TP05", "TP11"}


@pytest.mark.parametrize(
    "tag",
    [
        "{{ " + "(" * 3000 + "x" + ")" * 3000 + " }}",
        "{{ x" + ".a" * 3000 + " }}",
        "{% for y in x" + ".a" * 3000 + " %}a{% endfor %}",
        "{% if x %}" * 500 + "a" + "{% endif %}" * 500,
    ],
    ids=["parentheses", "dots", "dots of a loop", "blocks"],
)
def test_what_is_nested_too_deep_is_a_mistake_and_the_rest_is_read(tmp_path: Path, tag: str) -> None:
    write(tmp_path, docx(p("{{ before }}"), p(tag), p("{{ after }}")))
    found = inspect_template(tmp_path / "t.docx")
    assert {problem.code for problem in found.diagnostics} == {"TP11"}
    assert {name.name for name in found.names} >= {"before", "after"}


# names

NAMED = docx(
    p("{{ deal.title }} {{ deal.total | money }}"),
    p("{% if tender %}{{ tender.no }}{% endif %}"),
    p("{%p for line in deal.lines %}"),
    p("{{ line.name }}"),
    p("{%p endfor %}"),
    p("{{ remark | default('') }}"),
    header=p("{{ deal.title }}"),
)


def test_names_are_shown_as_a_tree_with_what_is_known_of_them(tmp_path: Path) -> None:
    done = run(tmp_path, "names", write(tmp_path, NAMED), "--lang", "en")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "deal       group                  document, header1",
        "  title    value                  document, header1",
        "  total    number                 document",
        "  lines[]  list                   document",
        "    name   value                  document",
        "tender     group, may be empty    document",
        "  no       value                  document",
        "remark     value, may be missing  document",
    ]


def test_names_are_nested_data_for_programs(tmp_path: Path) -> None:
    done = run(tmp_path, "names", write(tmp_path, NAMED), "--format", "json")
    shown = json.loads(done.stdout)
    assert {key: shown[key] for key in ("format_version", "command", "file", "errors")} == {
        "format_version": "1.0",
        "command": "template names",
        "file": "t.docx",
        "errors": 0,
    }
    deal, tender, remark = shown["names"]
    assert deal["parts"] == ["word/document.xml", "word/header1.xml"]
    title, total, lines = deal["fields"]
    assert (title["name"], total["kinds"], lines["kinds"]) == ("title", ["number"], ["list"])
    assert [field["name"] for field in lines["item"]["fields"]] == ["name"]
    assert (tender["may_be_empty"], remark["may_be_missing"]) == (True, True)


def test_names_of_a_template_with_mistakes_are_those_that_can_be_read(tmp_path: Path) -> None:
    done = run(tmp_path, "names", write(tmp_path, BROKEN), "--format", "json", "--lang", "en")
    assert done.returncode == 0
    assert "the template has 9 mistakes" in done.stderr
    shown = json.loads(done.stdout)
    assert shown["errors"] == 9
    names = {name["name"]: name for name in shown["names"]}
    assert [*names] == ["x", "customer", "y", "lines"]
    assert [field["name"] for field in names["lines"]["item"]["fields"]] == ["name", "price"]


def test_a_template_without_names_says_so(tmp_path: Path) -> None:
    done = run(tmp_path, "names", write(tmp_path, docx(p("a"))), "--lang", "en")
    assert (done.returncode, done.stdout) == (0, "the template uses no names\n")


# included files


def test_included_files_are_checked_and_read_too_and_named_when_wrong(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    write(tmp_path, docx(p("{{ x }}"), p('{%p include "parts/sla.docx" %}')))
    write(tmp_path, docx(p("{{ y }}")), "parts/sla.docx")
    assert run(tmp_path, "check", "t.docx").returncode == 0
    assert [line.split()[0] for line in run(tmp_path, "names", "t.docx").stdout.splitlines()] == ["x", "y"]
    write(tmp_path, docx(p("{{ y | nofilter }}")), "parts/sla.docx")
    done = run(tmp_path, "check", "t.docx")
    assert done.returncode == 1
    assert done.stdout.startswith("parts/sla.docx: ")
    (tmp_path / "parts/sla.docx").unlink()
    assert "TP15" in run(tmp_path, "check", "t.docx").stdout


# packs: what is said of a whole one


def findings(folder: Path, *words: str, **environment: str) -> list[tuple[str, str, str, str]]:
    """Code, severity, file and the value that the message names, of `check`; its exit code fits the severities."""
    done = run(folder, "check", *words, "--format", "json", "--lang", "en", **environment)
    found = json.loads(done.stdout)["diagnostics"]
    assert done.returncode == (1 if any(item["severity"] == "error" for item in found) else 0)
    return [(item["code"], item["severity"], item["file"], item["message"]) for item in found]


NO_FONTS = {"PATH": "/nonexistent"}


def test_each_volume_of_a_pack_is_checked_against_the_names_that_it_may_use(tmp_path: Path) -> None:
    tags = "{{ deal.title }}{{ deal.titel }}{{ quote.total | money }}"
    make_pack(tmp_path, technical=technical_docx(tags), price=price_docx(tags))
    found = [(file, message) for code, _, file, message in findings(tmp_path, "templates/mine") if code == "TP04"]
    assert found == [
        ("technical.docx", "name deal.titel does not exist"),
        ("technical.docx", "name quote does not exist"),
        ("price.docx", "name deal.titel does not exist"),
    ]


def test_each_volume_of_a_pack_must_have_the_required_styles(tmp_path: Path) -> None:
    make_pack(tmp_path, price=docx(p("a"), styles=styles_xml(without=("BodyText",))))
    found = [item for item in findings(tmp_path, "templates/mine") if item[0] == "TP06"]
    assert found == [("TP06", "error", "price.docx", "the template has no style Body Text")]


def test_a_file_that_no_volume_uses_or_includes_is_a_warning(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, price=price_docx('{%p include "parts/sla.docx" %}'), old=docx(p("a")))
    (pack / "parts").mkdir()
    write(pack, docx(p('{%p include "parts/deep.docx" %}')), "parts/sla.docx")
    write(pack, docx(p("b")), "parts/deep.docx")
    write(pack, docx(p("c")), "parts/sla2.docx")
    found = findings(tmp_path, "templates/mine", **NO_FONTS)
    assert [item[:3] for item in found] == [
        ("EN10", "info", None),
        ("TP19", "warning", "old.docx"),
        ("TP19", "warning", "parts/sla2.docx"),
    ]


@pytest.mark.skipif(os.name != "posix", reason="the fake fc-list is a shell script")
def test_a_font_that_is_not_installed_is_a_warning(tmp_path: Path) -> None:
    program = tmp_path / "bin/fc-list"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'SimSun,宋体'\necho 'Liberation Serif'\necho 'KaiTi,楷体'\n", encoding="utf-8")
    program.chmod(0o755)
    found = findings(tmp_path, "zh-proposal", PATH=str(program.parent))
    assert found == [("TP18", "warning", "proposal.docx", "the font 黑体 is not installed here")]
    program.write_text("#!/bin/sh\nexit 3\n", encoding="utf-8")
    assert [item[0] for item in findings(tmp_path, "zh-proposal", PATH=str(program.parent))] == ["EN10"]


def test_a_font_is_found_through_the_theme() -> None:
    styles = styles_xml(
        extra='<w:style w:type="paragraph" w:styleId="X"><w:name w:val="X"/><w:rPr><w:rFonts w:ascii="Ignored" '
        'w:asciiTheme="minorHAnsi" w:hAnsi="Own" w:eastAsiaTheme="majorEastAsia"/></w:rPr></w:style>'
    )
    fonts = "".join(
        f'<a:{kind}Font><a:latin typeface="Latin {kind}"/><a:ea typeface=""/><a:font script="Hans" typeface="{hans}"/>'
        f"</a:{kind}Font>"
        for kind, hans in (("major", "等线 Light"), ("minor", "等线"))
    )
    theme = f'<a:theme xmlns:a="{A}"><a:themeElements><a:fontScheme>{fonts}</a:fontScheme></a:themeElements></a:theme>'
    content = zipped({**package(p("a"), styles=styles), "word/theme/theme1.xml": theme.encode()})
    assert list_template_fonts(content, "t.docx", with_east_asian=True) == ("Latin minor", "Own", "等线 Light")
    assert list_template_fonts(content, "t.docx", with_east_asian=False) == ("Latin minor", "Own")


def test_a_pack_is_found_by_name_the_own_one_first(tmp_path: Path) -> None:
    assert run(tmp_path, "check", "zh-proposal").returncode == 0
    assert run(tmp_path, "check", "zh-nothing").returncode == 2
    (tmp_path / "bidkit.yaml").write_text("", encoding="utf-8")
    (tmp_path / "deals").mkdir()
    make_pack(tmp_path, price=price_docx("{{ nobody }}"))
    (tmp_path / "templates/mine").rename(tmp_path / "templates/zh-proposal")
    assert "TP04" in [item[0] for item in findings(tmp_path / "deals", "zh-proposal")]


def test_the_sample_has_the_names_of_a_real_bid() -> None:
    water = Path(__file__).parents[1] / "examples/water/deals/water/deal.yaml"
    real = check_deal(water, Options(now=datetime(2026, 9, 1, tzinfo=UTC))).bid
    assert real is not None
    shown = [
        set(names_in(make_context(bid, Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)))
        for bid in (load_sample(), real)
    ]
    assert shown[0] >= shown[1]


# eject


def test_an_ejected_pack_is_sound_and_is_the_one_that_is_used(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    shutil.rmtree(tmp_path / "templates")
    before = run_check(deal)
    done = run(deal.parent, "eject", "zh-proposal", "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "templates/zh-proposal"
    assert f"bidkit template check {folder}" in done.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["brief.docx", "pack.yaml", "proposal.docx", "quote.xlsx"]
    assert run(tmp_path, "check", "templates/zh-proposal").returncode == 0
    assert run_check(deal).diagnostics == before.diagnostics
    (folder / "proposal.docx").write_bytes(docx(p("{{ nobody }}")))
    (found,) = run_check(deal).diagnostics
    assert (found.code, found.span.file if found.span else "") == ("TP04", "templates/zh-proposal/proposal.docx")


def test_a_pack_is_never_copied_over_another(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    shutil.rmtree(tmp_path / "templates")
    assert run(tmp_path, "eject", "zh-proposal", "--to", "templates/ours").returncode == 0
    (tmp_path / "templates/ours/proposal.docx").write_bytes(b"edited")
    done = run(tmp_path, "eject", "en-proposal", "--to", "templates/ours", "--lang", "en")
    assert (done.returncode, done.stdout) == (1, "")
    assert "PK08" in done.stderr
    assert (tmp_path / "templates/ours/proposal.docx").read_bytes() == b"edited"
    assert [path.name for path in (tmp_path / "templates").iterdir()] == ["ours"]


@pytest.mark.parametrize(
    ("words", "code"),
    [(["zh-proposl", "--to", "x"], "DL15"), (["zh-proposal"], "DL19"), (["zh-proposal", "--to", "file/x"], "EN04")],
)
def test_what_cannot_be_ejected_is_said(tmp_path: Path, words: list[str], code: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = run(tmp_path, "eject", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert code in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
