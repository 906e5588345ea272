"""`bidkit template check` and `names`: what the author of a Word template sees."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from office_files import docx, p, package, parts_of, styles_xml, tbl, tr, with_part, zipped

import bidkit
from bidkit.inspection import inspect_template
from bidkit.pack import shipped_packs

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


@pytest.mark.parametrize("name", ["zh-proposal", "en-proposal"])
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
