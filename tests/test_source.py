"""Files, positions, YAML, csv, front matter, references: what becomes of text before any model sees it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bidkit.diagnostic import Diagnostic, Span
from bidkit.source import Items, Node, Workspace, decode, load_yaml, parse_csv, parse_front_matter, parse_yaml
from bidkit.source.workspace import MAX_FILE_BYTES, MAX_TEXT_BYTES
from bidkit.source.yaml_text import MAX_ALIASES, MAX_DEPTH

posix = pytest.mark.skipif(os.name != "posix", reason="pipes and symbolic links")


def places(problems: list[Diagnostic]) -> list[tuple[str, int, int]]:
    return [(problem.code, at(problem).line, at(problem).col) for problem in problems]


def at(problem: Diagnostic) -> Span:
    assert problem.span is not None, problem
    return problem.span


def corner(span: Span) -> tuple[int, int, int]:
    return span.line, span.col, span.width


def read_yaml(text: str) -> Any:
    data, problems = parse_yaml(text, "deal.yaml")
    assert problems == []
    return data


def read_csv(text: str) -> Items:
    items, problems = parse_csv(text, "lines.csv")
    assert problems == []
    assert items is not None
    return items


def load(root: Path, text: str | bytes) -> tuple[Node | None, list[Diagnostic]]:
    """A deal.yaml with this content in `root/deals/water`, read."""
    put(root, "deals/water/deal.yaml", text)
    return load_yaml(Workspace(root), "deals/water/deal.yaml")


def put(root: Path, name: str, content: str | bytes) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


class TestScalars:
    @pytest.mark.parametrize(
        "written",
        [
            *(
                "1.10",
                "1.0",
                "010",
                "0o17",
                "0x1F",
                "0b11",
                "1_000",
                "12,500.00",
                "1e3",
                "1.5E+3",
                "+5",
                "-0",
                ".5",
                "5.",
            ),
            *("no", "No", "yes", "on", "off", "true", "FALSE", "y", "n", "Null", "NULL"),
            *(".inf", "-.inf", ".nan", "NaN", "Infinity"),
            *("2026-09-18", "2026-13-45", "2026-9-1", "2026-09-18T09:30+08:00", "2026-09-18 09:30", "20260918"),
            *("12:30:45", "190:20:30", "1:1", "13%", "1.2.3", "<", "=", "0", "00", "男", "１２", "人民币壹元整"),
        ],
    )
    def test_every_scalar_stays_the_text_that_is_written(self, written: str) -> None:
        assert read_yaml(f"key: {written}\n") == {"key": written}
        assert read_yaml(f"[{written.replace(',', '')}]\n") == [written.replace(",", "")]

    @pytest.mark.parametrize("written", ["~", "null", "", " ", "no", "1.10"])
    def test_quoted_text_stays_as_it_is(self, written: str) -> None:
        assert read_yaml(f"a: '{written}'\nb: \"{written}\"\n") == {"a": written, "b": written}

    def test_keys_stay_text(self) -> None:
        assert list(read_yaml("1: a\nyes: b\n2026-09-18: c\n~: d\n")) == ["1", "yes", "2026-09-18", "~"]

    def test_tags_never_make_anything_but_text(self) -> None:
        data = read_yaml("a: !!int 5\nb: !!python/object/apply:os.system [id]\nc: !!binary aGk=\nd: !own x\n")
        assert data == {"a": "5", "b": ["id"], "c": "aGk=", "d": "x"}

    def test_block_text_keeps_its_lines(self) -> None:
        assert read_yaml("a: |\n  one\n\n    two\nb: >-\n  three\n  four\n") == {
            "a": "one\n\n  two\n",
            "b": "three four",
        }

    def test_merge_key_is_a_key_like_any_other(self) -> None:
        assert read_yaml("a: &x {b: 1}\nc:\n  <<: *x\n") == {"a": {"b": "1"}, "c": {"<<": {"b": "1"}}}


class TestPositions:
    def test_line_and_column_count_from_one(self) -> None:
        data = read_yaml("id: x\nquote:\n  total: 12.50\n")
        assert corner(data.span) == (1, 1, 1)
        assert corner(data.keys_at["id"]) == (1, 1, 2)
        assert corner(data.values_at["id"]) == (1, 5, 1)
        assert corner(data["quote"].keys_at["total"]) == (3, 3, 5)
        assert corner(data["quote"].values_at["total"]) == (3, 10, 5)

    @pytest.mark.parametrize(
        ("text", "col", "width"),
        [
            ("{名称: 水务集团, n: 1}", 15, 1),
            ("{😀𠮷: 水, n: 22}", 12, 2),
            ("{é: e\u0301, n: 1}", 12, 1),
        ],
    )
    def test_columns_count_code_points(self, text: str, col: int, width: int) -> None:
        assert text[col - 1 :].startswith(read_yaml(text)["n"])
        assert corner(read_yaml(text).values_at["n"]) == (1, col, width)

    def test_width_of_chinese_text_is_its_code_points(self) -> None:
        assert corner(read_yaml("名称: 水务集团\n").values_at["名称"]) == (1, 5, 4)

    def test_width_of_quoted_text_includes_the_quotes(self) -> None:
        assert corner(read_yaml('a: "b c"\n').values_at["a"]) == (1, 4, 5)

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_line_ends_do_not_move_positions(self, newline: str) -> None:
        data = read_yaml(newline.join(["# c", "a: 1", "", "list:", "- x", "- 名: y", ""]))
        assert corner(data.values_at["a"]) == (2, 4, 1)
        assert corner(data["list"].items_at[0]) == (5, 3, 1)
        assert corner(data["list"][1].values_at["名"]) == (6, 6, 1)

    def test_byte_order_mark_does_not_move_positions(self, tmp_path: Path) -> None:
        data, problems = load(tmp_path, b"\xef\xbb\xbfid: x\n")
        assert problems == []
        assert data is not None
        assert corner(data.values_at["id"]) == (1, 5, 1)

    def test_front_matter_counts_from_the_top_of_the_file(self) -> None:
        data, _, _ = parse_front_matter("---\nsku: GW\nname: 网关\n---\ntext\n", "p.md")
        assert data is not None
        assert corner(data.values_at["name"]) == (3, 7, 2)

    def test_items_know_their_places(self) -> None:
        items = read_yaml("- a\n- [b, c]\n-   d\n")
        assert [corner(span) for span in items.items_at] == [(1, 3, 1), (2, 3, 6), (3, 5, 1)]


class TestYamlMistakes:
    @pytest.mark.parametrize(
        ("text", "line", "col"),
        [
            ("a: [1\n", 1, 4),
            ("a: @x\n", 1, 4),
            ("a: 1\n b: 2\n", 2, 2),
            ('a: "x\\q"\n', 1, 6),
            ("a: *nowhere\n", 1, 4),
            ("a: 1\n---\nb: 2\n", 2, 1),
            ("a: 1\nb: }\n", 2, 4),
        ],
    )
    def test_not_yaml_is_one_finding_at_its_place(self, text: str, line: int, col: int) -> None:
        data, problems = parse_yaml(text, "deal.yaml")
        assert data is None
        assert places(problems) == [("DL01", line, col)]

    @pytest.mark.parametrize(
        ("text", "reason", "line", "col"),
        [
            ("id: x\ntitle：某项目\nlocale: zh-CN\n", "full_colon", 2, 6),
            ("title：某项目\nid: x\n", "full_colon", 1, 6),
            ("title：某项目\n", "full_colon", 1, 6),
            ("id: x\nquote：\n  a: 1\n", "full_colon", 2, 6),
            ("quote:\n  a：1\n  b：2\n", "full_colon", 2, 4),
            ("lines:\n  - name：x\n    qty: 1\n", "full_colon", 2, 9),
            ("id: x\ntitle:abc\nb: 1\n", "tight_colon", 2, 6),
            ("quote:\n  title:abc\n", "tight_colon", 2, 8),
            ("a: 1\nb = 2\nc: 3\n", "equals", 2, 3),
            ("lines:\n  - a\n  -b\n", "tight_dash", 3, 3),
            ("lines:\n  -name: a\n   qty: 1\n", "tight_dash", 2, 3),
            ("lines:\n  -a\n  - b\n", "tight_dash", 2, 3),
            ('id: x\ntitle: "abc\nb: 1\n', "open_quote", 2, 8),
            ('id: x\ntitle: "abc\nb: 1\nc: "1"\n', "open_quote", 2, 8),
            ("a: 'it's'\n", "after_quote", 1, 7),
            ("a: {b\nc: 1\n", "open_bracket", 1, 4),
            ("- {a: 1, b: x: y}\n", "second_colon", 1, 14),
            ("- {role: user，level: x, b: 1}\n", "full_comma", 1, 14),
            ("- ｛name: x, role: y｝\n", "wide_bracket", 1, 3),
            ("- {name：仓储部, role: y}\n", "full_colon", 1, 8),
            ("a:\n  -{id: A, name: x}\n", "tight_dash", 2, 3),
            ("a: [1] x\n", "after_bracket", 1, 6),
            ("a: “x: y”\n", "chinese_quotes", 1, 4),
            ("a: x: y\n", "second_colon", 1, 5),
            ("a: - b\n", "item_beside_key", 1, 4),
            *((f"a: {sign}必须\n", "sign", 1, 4) for sign in "@`%*!|>,}"),
            ("a: {{x}}\n", "sign", 1, 5),
            ('a: "C:\\dir"\n', "escape", 1, 7),
            ("a: 1\n---\nb: 2\n", "second_document", 2, 1),
            ("a: 1\nsome text\nb: 2\n", "no_key", 2, 1),
            ("quote:\n    a: 1\n  b: 2\n", "indent", 3, 3),
            ("quote:\n  a: 1\n   b: 2\n", "indent", 3, 4),
            ("a:\n  - b\n  c: 1\n", "mixed", 3, 3),
            ("a: 1\n\u3000b: 1\n", "wide_blank", 2, 1),
            ("a: x\x01\n", "control", 1, 5),
        ],
    )
    def test_it_says_what_is_probably_meant(self, text: str, reason: str, line: int, col: int) -> None:
        problems = parse_yaml(text, "deal.yaml")[1]
        assert places(problems) == [("DL01", line, col)]
        assert problems[0].values["problem"].key == f"yaml_{reason}"
        told = problems[0].message("zh") + problems[0].fix("en")
        assert not re.search(r"\{(key|sign|text|here|above|line)\}", told)

    @pytest.mark.parametrize(
        "text",
        [
            "a: “x”\n",
            "a: 说明：如下\n",
            "a:\n  说明：如下\n",
            "a: one\n  -two\n",
            "a:\n  -5\n",
            "- http://x\n",
            "a: x\n  b:c\n",
            "a: |\n  b：c\n  -d\n",
        ],
    )
    def test_words_that_only_look_like_keys_stay_words(self, text: str) -> None:
        read_yaml(text)

    def test_a_comma_in_braces_is_told_where_it_leaves_the_rest_of_a_text(self) -> None:
        (problem,) = parse_yaml("- {title: by hand, nobody there at night, b: 1}\n", "deal.yaml")[1]
        assert (problem.code, "comma" in problem.fix("en")) == ("DL05", True)
        (problem,) = parse_yaml("- {title: x, months: }\n", "deal.yaml")[1]
        assert (problem.code, "comma" in problem.fix("en")) == ("DL05", False)

    def test_a_tab_behind_a_dash_is_a_tab(self) -> None:
        assert places(parse_yaml("a:\n  -\tb\n  - c: 1\n", "deal.yaml")[1]) == [("DL02", 2, 4)]

    @pytest.mark.parametrize(
        ("text", "line", "col"),
        [
            ("a: x\x01\n", 1, 5),
            ("a: 1\nb: x\x00y\n", 2, 5),
            ("名称: 好\x07\n", 1, 6),
            ("a: 1\r\n名: 水水\x1b\r\n", 2, 6),
        ],
    )
    def test_forbidden_character_is_found_at_its_code_point(self, text: str, line: int, col: int) -> None:
        data, problems = parse_yaml(text, "deal.yaml")
        assert data is None
        assert places(problems) == [("DL01", line, col)]

    @pytest.mark.parametrize(
        ("text", "line", "col"), [("a:\n\tb: 1\n", 2, 1), ("\ta: 1\n", 1, 1), ("a:\n  b: 1\n\tc: 2\n", 3, 1)]
    )
    def test_tab_in_the_indentation(self, text: str, line: int, col: int) -> None:
        data, problems = parse_yaml(text, "deal.yaml")
        assert data is None
        assert places(problems) == [("DL02", line, col)]

    def test_tab_between_words_is_not_taken_for_indentation(self) -> None:
        _, problems = parse_yaml("name: a\tb: c\n", "deal.yaml")
        assert [problem.code for problem in problems] == ["DL01"]

    def test_tab_after_the_colon_is_allowed(self) -> None:
        assert read_yaml("a:\t1\n") == {"a": "1"}

    def test_duplicate_key_names_the_first_line(self) -> None:
        data, problems = parse_yaml("id: x\nquote:\n  total: 1\n  total: 2\nid: y\n", "deal.yaml")
        assert places(problems) == [("DL03", 4, 3), ("DL03", 5, 1)]
        assert [problem.values["first"] for problem in problems] == [3, 1]
        assert data == {"id": "x", "quote": {"total": "1"}}

    def test_duplicate_key_in_braces_and_in_other_quotes(self) -> None:
        assert places(parse_yaml("{a: 1, 'a': 2}", "deal.yaml")[1]) == [("DL03", 1, 8)]

    @pytest.mark.parametrize("empty", ["", " ~", " null", "   # later"])
    def test_key_without_a_value(self, empty: str) -> None:
        data, problems = parse_yaml(f"a: 1\nb:{empty}\nc: 2\n", "deal.yaml")
        assert places(problems) == [("DL05", 2, 1)]
        assert data == {"a": "1", "b": None, "c": "2"}

    def test_item_without_a_value(self) -> None:
        _, problems = parse_yaml("- a\n-\n- ~\n", "deal.yaml")
        assert [(code, line) for code, line, _ in places(problems)] == [("DL05", 2), ("DL05", 3)]

    def test_key_that_is_a_list(self) -> None:
        _, problems = parse_yaml("? [a]\n: b\n", "deal.yaml")
        assert places(problems) == [("DL07", 1, 3)]

    @pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "- a\n", "just text\n", "~\n"])
    def test_file_that_holds_no_mapping(self, tmp_path: Path, text: str) -> None:
        data, problems = load(tmp_path, text)
        assert data is None
        assert [(problem.code, at(problem).line) for problem in problems][:1] == [("DL07", 1)]

    def test_all_mistakes_of_a_file_are_reported(self) -> None:
        _, problems = parse_yaml("a: 1\na: 2\nb: {c: 1, c: 2}\n? [x]\n: 1\n", "deal.yaml")
        assert [problem.code for problem in problems] == ["DL03", "DL03", "DL07"]


class TestFreakFiles:
    def test_alias_bomb_is_refused_quickly(self) -> None:
        lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
        data, problems = parse_yaml("\n".join(lines), "deal.yaml")
        assert [problem.code for problem in problems] == ["DL18"]
        assert _count(data) < 500_000

    def test_too_many_aliases(self) -> None:
        text = "a: &a x\nb: [" + ", ".join(["*a"] * (MAX_ALIASES + 1)) + "]\n"
        assert places(parse_yaml(text, "deal.yaml")[1]) == [("DL18", 2, 1)]

    def test_as_many_aliases_as_allowed(self) -> None:
        data = read_yaml("a: &a x\nb: [" + ", ".join(["*a"] * MAX_ALIASES) + "]\n")
        assert data["b"] == ["x"] * MAX_ALIASES

    @pytest.mark.parametrize("deep", ["[" * 100_000, "- " * 5_000, "{a: " * 5_000])
    def test_too_deep(self, deep: str) -> None:
        assert places(parse_yaml("# c\n" + deep, "deal.yaml")[1]) == [("DL18", 2, 1)]

    def test_as_deep_as_allowed(self) -> None:
        data = read_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH)
        for _ in range(MAX_DEPTH - 1):
            data = data[0]
        assert data == []

    @pytest.mark.parametrize("text", ["a: &a [*a]\n", "a: &a {b: *a}\n", "&r\na: {b: [*r]}\n"])
    def test_cycle(self, text: str) -> None:
        assert [problem.code for problem in parse_yaml(text, "deal.yaml")[1]] == ["DL18"]

    def test_text_file_that_is_too_large(self, tmp_path: Path) -> None:
        data, problems = load(tmp_path, b"a: " + b"x" * MAX_TEXT_BYTES)
        assert data is None
        assert [problem.code for problem in problems] == ["DL18"]

    def test_file_that_is_too_large_is_not_read(self, tmp_path: Path) -> None:
        with put(tmp_path, "big.pdf", b"").open("wb") as file:
            file.truncate(MAX_FILE_BYTES + 1)
        content, problems = Workspace(tmp_path).read("big.pdf")
        assert content is None
        assert [problem.code for problem in problems] == ["DL14"]


def _count(data: Any) -> int:
    seen, waiting = set(), [data]
    while waiting:
        item = waiting.pop()
        if id(item) not in seen:
            seen.add(id(item))
            waiting += item.values() if isinstance(item, dict) else item if isinstance(item, list) else []
    return len(seen)


class TestEncoding:
    @pytest.mark.parametrize(
        ("content", "line", "col"),
        [
            (b"a: \xff\n", 1, 4),
            ("id: x\nname: 水务".encode() + b"\xd6\xd0\n", 2, 9),
            ("名称: 水".encode("gbk"), 1, 1),
            ("a: 1".encode("utf-16"), 1, 1),
            (b"\xef\xbb\xbfabc: \xff", 1, 6),
            (b"\xef\xbb\xbfa: 1\r\nb: \xff", 2, 4),
            (b"a: \xed\xa0\x80", 1, 4),
        ],
    )
    def test_other_encodings_are_refused_at_the_first_bad_byte(self, content: bytes, line: int, col: int) -> None:
        text, problems = decode(content, "deal.yaml")
        assert text is None
        assert places(problems) == [("DL23", line, col)]

    def test_utf8_with_and_without_mark_is_the_same_text(self) -> None:
        assert decode("水".encode(), "x") == decode(b"\xef\xbb\xbf" + "水".encode(), "x") == ("水", [])

    def test_referenced_text_in_another_encoding(self, tmp_path: Path) -> None:
        put(tmp_path, "deals/water/lines.csv", "id,name\n1,網關\n".encode("big5"))
        _, problems = load(tmp_path, "lines: {file: lines.csv}\n")
        assert [(problem.code, at(problem).file, at(problem).line) for problem in problems] == [
            ("DL23", "deals/water/lines.csv", 2)
        ]


class TestCsv:
    def test_cells_are_text_at_their_places(self) -> None:
        items = read_csv("id,name,quantity\nA01, 网关 ,1.10\nA02,屏,010\n")
        assert items == [
            {"id": "A01", "name": "网关", "quantity": "1.10"},
            {"id": "A02", "name": "屏", "quantity": "010"},
        ]
        assert corner(items[1].values_at["quantity"]) == (3, 7, 3)
        assert corner(items.items_at[0]) == (2, 1, 13)

    def test_quoted_cells_hold_commas_and_quotes(self) -> None:
        items = read_csv('id,name,spec,unit\n1,"a, b","say ""hi""",台\n')
        assert items == [{"id": "1", "name": "a, b", "spec": 'say "hi"', "unit": "台"}]
        assert corner(items[0].values_at["name"]) == (2, 3, 6)
        assert corner(items[0].values_at["unit"]) == (2, 23, 1)

    def test_lines_after_a_cell_of_several_lines_are_counted_right(self) -> None:
        items = read_csv('id,text,page\n1,"one\ntwo\n\nthree",7\n2,x,9\n')
        assert items[0]["text"] == "one\ntwo\n\nthree"
        assert corner(items[0].values_at["text"])[:2] == (2, 3)
        assert corner(items[1].values_at["page"]) == (6, 5, 1)

    def test_cell_behind_one_of_several_lines_is_found_on_its_own_line(self) -> None:
        items = read_csv('id,text,page\n1,"one\ntwo",7\n')
        assert corner(items[0].values_at["page"]) == (3, 6, 1)

    @pytest.mark.parametrize(
        ("cell", "text", "col"),
        [('19" 机柜', '19" 机柜', 10), ('2"', '2"', 6), (' "a"', '"a"', 8), ('a""b', 'a""b', 8)],
    )
    def test_quote_inside_a_cell_is_a_character(self, cell: str, text: str, col: int) -> None:
        items = read_csv(f"id,name,unit\n1,{cell},台\n2,x,y\n")
        assert [item["name"] for item in items] == [text, "x"]
        assert corner(items[0].values_at["unit"]) == (2, col, 1)
        assert corner(items[1].values_at["unit"]) == (3, 5, 1)

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_line_ends_do_not_move_positions(self, newline: str) -> None:
        items = read_csv(newline.join(["id,name", "1,a", "", '2,"b"', ""]))
        assert corner(items[1].values_at["name"]) == (4, 3, 3)

    def test_byte_order_mark_is_no_part_of_the_first_title(self, tmp_path: Path) -> None:
        put(tmp_path, "deals/water/lines.csv", b"\xef\xbb\xbfid,name\r\n1,a\r\n")
        data, problems = load(tmp_path, "lines: {file: lines.csv}\n")
        assert (data, problems) == ({"lines": [{"id": "1", "name": "a"}]}, [])

    def test_empty_cells_are_left_out(self) -> None:
        assert read_csv('id,name,unit\n1,,台\n2, ,\n3,"",x\n') == [
            {"id": "1", "unit": "台"},
            {"id": "2"},
            {"id": "3", "unit": "x"},
        ]

    def test_empty_rows_are_left_out(self) -> None:
        assert read_csv("\nid,name\n\n,,\n".replace(",,", ",") + "1,a\n\n") == [{"id": "1", "name": "a"}]

    @pytest.mark.parametrize("row", ["1", "1,a,b", '"1,a"', "1,a,"])
    def test_row_with_another_number_of_cells(self, row: str) -> None:
        items, problems = parse_csv(f"id,name\n0,x\n{row}\n9,z\n", "lines.csv")
        assert places(problems) == [("DL20", 3, 1)]
        assert items == [{"id": "0", "name": "x"}, {"id": "9", "name": "z"}]

    def test_quote_that_is_never_closed(self) -> None:
        items, problems = parse_csv('id,name\n1,a\n2,"b\n3,c\n', "lines.csv")
        assert items is None
        assert places(problems) == [("DL20", 3, 1)]

    def test_text_behind_a_closing_quote(self) -> None:
        assert places(parse_csv('id,name\n1,"a"b\n', "lines.csv")[1]) == [("DL20", 2, 1)]

    @pytest.mark.parametrize("text", ["", "\n\n", " , \n"])
    def test_csv_without_a_header(self, text: str) -> None:
        assert places(parse_csv(text, "lines.csv")[1]) == [("DL20", 1, 1)]

    def test_title_used_twice(self) -> None:
        assert places(parse_csv("id,name,id\n1,a,2\n", "lines.csv")[1]) == [("DL27", 1, 9)]

    def test_two_titles_of_one_field(self) -> None:
        assert places(parse_csv("序号,编号\n1,2\n", "lines.csv")[1]) == [("DL27", 1, 4)]

    def test_cell_below_no_title(self) -> None:
        assert places(parse_csv("id,,unit\n1,,台\n2,lost,台\n", "lines.csv")[1]) == [("DL27", 3, 3)]

    def test_trade_titles_are_known(self) -> None:
        assert read_csv("序号,名称,单价（元）,数量\n1,网关,5,2\n") == [
            {"id": "1", "name": "网关", "unit_price": "5", "quantity": "2"}
        ]

    def test_columns_name_other_titles(self) -> None:
        items, problems = parse_csv("Pos,Was\n1,a\n", "lines.csv", {"id": "Pos", "name": "Was"})
        assert (items, problems) == ([{"id": "1", "name": "a"}], [])

    def test_columns_that_name_a_title_which_is_not_there(self) -> None:
        _, problems = parse_csv("Pos,name\n1,a\n", "lines.csv", {"id": "Position"})
        assert [problem.code for problem in problems] == ["DL27"]

    def test_unknown_title_is_reported_where_it_stands(self) -> None:
        items = read_csv("id,nmae\n1,a\n2,b\n")
        assert [corner(item.keys_at["nmae"]) for item in items] == [(1, 4, 4), (1, 4, 4)]


class TestFrontMatter:
    def test_text_below_starts_at_its_own_line(self) -> None:
        data, body, problems = parse_front_matter("---\nsku: GW\n---\n\n# 网关\n---\nmore\n", "p.md")
        assert (data, problems) == ({"sku": "GW"}, [])
        assert body == {"text": "\n# 网关\n---\nmore\n", "file": "p.md", "line": "4"}

    @pytest.mark.parametrize("newline", ["\r\n", "\r"])
    def test_line_ends_of_other_systems(self, newline: str) -> None:
        data, body, problems = parse_front_matter(newline.join(["---", "sku: GW", "---", "text"]), "p.md")
        assert (data, body["text"], body["line"], problems) == ({"sku": "GW"}, "text", "4", [])

    @pytest.mark.parametrize(
        "text",
        ["", "text\n", "---\nsku: GW\n", "sku: GW\n---\n", "\n---\na: 1\n---\n", "---\n---\n", "---\n# c\n---\nx\n"],
    )
    def test_no_front_matter(self, text: str) -> None:
        data, _, problems = parse_front_matter(text, "p.md")
        assert data is None
        assert places(problems) == [("DL22", 1, 1)]

    def test_mistake_inside_counts_from_the_top_of_the_file(self) -> None:
        assert places(parse_front_matter("---\na: 1\na: 2\n---\n", "p.md")[2]) == [("DL03", 3, 1)]
        assert places(parse_front_matter("---\na: 1\n\tb: 2\n---\n", "p.md")[2]) == [("DL02", 3, 1)]
        assert places(parse_front_matter("---\na: 1\nb: @\n---\n", "p.md")[2]) == [("DL01", 3, 4)]


class TestReferences:
    def test_csv_takes_the_place_of_the_reference(self, tmp_path: Path) -> None:
        put(tmp_path, "deals/water/lists/lines.csv", "id,name\n1,a\n")
        data, problems = load(tmp_path, "quote:\n  lines: {file: lists/lines.csv}\n")
        assert problems == []
        assert data is not None
        assert data["quote"]["lines"] == [{"id": "1", "name": "a"}]
        assert data["quote"]["lines"].span.file == "deals/water/lists/lines.csv"

    @pytest.mark.parametrize("suffix", [".md", ".txt", ".MD"])
    def test_text_takes_the_place_of_the_reference(self, tmp_path: Path, suffix: str) -> None:
        put(tmp_path, f"deals/water/overview{suffix}", "# 概述\r\n")
        data, problems = load(tmp_path, f"overview: {{file: overview{suffix}}}\n")
        assert problems == []
        name = f"deals/water/overview{suffix}"
        assert data == {"overview": {"text": "# 概述\r\n", "file": name, "line": "1"}}

    def test_references_inside_lists_are_read(self, tmp_path: Path) -> None:
        put(tmp_path, "deals/water/a.md", "A")
        data, problems = load(tmp_path, "x:\n- {file: a.md}\n- y: {file: a.md}\n")
        assert problems == []
        assert data is not None
        assert [data["x"][0]["text"], data["x"][1]["y"]["text"]] == ["A", "A"]

    def test_what_a_file_says_is_never_a_reference(self, tmp_path: Path) -> None:
        put(tmp_path, "deals/water/a.csv", "file\nsecret.md\n")
        put(tmp_path, "deals/water/secret.md", "secret")
        data, problems = load(tmp_path, "x: {file: a.csv}\n")
        assert (data, problems) == ({"x": [{"file": "secret.md"}]}, [])

    def test_missing_file_is_reported_at_its_name_with_the_nearest_one(self, tmp_path: Path) -> None:
        put(tmp_path, "deals/water/overview.md", "x")
        _, problems = load(tmp_path, "a: 1\nb: {file: overveiw.md}\n")
        assert places(problems) == [("DL12", 2, 11)]
        assert problems[0].values["near"] == "overview.md"

    @pytest.mark.parametrize(
        ("name", "content"),
        [("a.csv", ""), ("a.md", " \n"), ("a.xlsx", ""), ("a.xlsx", "no zip"), ("a.pdf", "%PDF"), ("a", "x")],
    )
    def test_file_that_cannot_be_used(self, tmp_path: Path, name: str, content: str) -> None:
        put(tmp_path, f"deals/water/{name}", content)
        _, problems = load(tmp_path, f"x: {{file: {name}}}\n")
        assert places(problems) == [("DL14", 1, 11)]

    def test_two_bad_references_are_two_findings(self, tmp_path: Path) -> None:
        _, problems = load(tmp_path, "a: {file: no.md}\nb: [{file: nor.csv}]\n")
        assert places(problems) == [("DL12", 1, 11), ("DL12", 2, 12)]

    @pytest.mark.parametrize(
        "reference",
        [
            "{file: a.csv, columns: id}",
            "{file: a.csv, columns: [id]}",
            "{file: a.xlsx, sheet: {x: y}}",
            "{file: a.xlsx, sheet: [x]}",
        ],
    )
    def test_reference_with_a_wrong_shape_is_a_finding(self, tmp_path: Path, reference: str) -> None:
        import openpyxl

        put(tmp_path, "deals/water/a.csv", "id\n1\n")
        openpyxl.Workbook().save(tmp_path / "deals/water/a.xlsx")
        _, problems = load(tmp_path, f"x: {reference}\n")
        assert problems
        assert at(problems[0]).line == 1

    def test_every_file_that_was_read_is_remembered(self, tmp_path: Path) -> None:
        put(tmp_path, "deals/water/a.md", "A")
        put(tmp_path, "deals/water/unread.md", "B")
        put(tmp_path, "deals/water/deal.yaml", "x: {file: a.md}\n")
        workspace = Workspace(tmp_path)
        load_yaml(workspace, "deals/water/deal.yaml")
        assert list(workspace.hashes()) == ["deals/water/a.md", "deals/water/deal.yaml"]


class TestPaths:
    @pytest.mark.parametrize(
        "name",
        [
            *("../../../secret.md", "../../../../../../etc/passwd", "a/../../../../secret.md", ".."),
            *("/etc/passwd", "//etc/passwd", "~/secret.md", "~root/x.md"),
            *("..\\..\\secret.md", "a\\b.md", "C:/secret.md", "C:secret.md", "c:\\secret.md", "\\\\host\\share\\x.md"),
            *("a.md\0", "\0"),
        ],
    )
    def test_path_that_leaves_the_workspace_is_refused(self, tmp_path: Path, name: str) -> None:
        put(tmp_path, "secret.md", "secret")
        put(tmp_path, "root/deals/water/a.md", "A")
        beside = "deals/water/deal.yaml" if name != ".." else "deal.yaml"
        place = Span("deal.yaml", 1, 1)
        workspace = Workspace(tmp_path / "root")
        content, problems = workspace.read(name, beside, place)
        assert (content, problems) == (None, [Diagnostic("DL13", place, {"file": name})])
        assert workspace.files == {}

    def test_nul_written_as_an_escape_is_refused(self, tmp_path: Path) -> None:
        put(tmp_path, "deals/water/a.md", "A")
        assert places(load(tmp_path, 'x: {file: "a.md\\0"}\n')[1]) == [("DL13", 1, 11)]

    @posix
    @pytest.mark.parametrize("link", ["deals/water/a.md", "deals/water", "deals"])
    def test_symbolic_link_that_leaves_the_workspace_is_refused(self, tmp_path: Path, link: str) -> None:
        outside = tmp_path / "outside"
        for name in ("a.md", "water/a.md", "deals/water/a.md"):
            put(outside, name, "secret")
        target = {"deals/water/a.md": "a.md", "deals/water": "water", "deals": "deals"}[link]
        path = tmp_path / "root" / link
        path.parent.mkdir(parents=True)
        path.symlink_to(outside / target)
        content, problems = Workspace(tmp_path / "root").read("deals/water/a.md")
        assert content is None
        assert [problem.code for problem in problems] == ["DL13"]

    @posix
    def test_symbolic_link_inside_the_workspace_is_followed(self, tmp_path: Path) -> None:
        put(tmp_path, "shared/a.md", "A")
        (tmp_path / "b.md").symlink_to(tmp_path / "shared/a.md")
        assert Workspace(tmp_path).read("b.md") == (b"A", [])

    @posix
    def test_symbolic_link_that_points_at_itself_is_not_found(self, tmp_path: Path) -> None:
        (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
        content, problems = Workspace(tmp_path).read("loop.md")
        assert content is None
        assert [problem.code for problem in problems] == ["DL12"]

    def test_workspace_reached_through_a_link_is_a_workspace(self, tmp_path: Path) -> None:
        put(tmp_path, "real/a.md", "A")
        (tmp_path / "link").symlink_to(tmp_path / "real")
        assert Workspace(tmp_path / "link").read("a.md") == (b"A", [])

    @pytest.mark.parametrize("name", ["../water/a.md", "./a.md", "../../deals/water/a.md", "b/../a.md"])
    def test_detour_inside_the_workspace_is_allowed(self, tmp_path: Path, name: str) -> None:
        put(tmp_path, "deals/water/a.md", "A")
        put(tmp_path, "deals/water/b/c.md", "C")
        assert Workspace(tmp_path).read(name, "deals/water/deal.yaml") == (b"A", [])

    def test_name_that_starts_with_two_dots_is_a_name(self, tmp_path: Path) -> None:
        put(tmp_path, "..notes.md", "A")
        assert Workspace(tmp_path).read("..notes.md") == (b"A", [])

    @pytest.mark.parametrize("name", ["a" * 300, "a" * 300 + "/x.md", "b/" * 3000 + "x.md"])
    def test_name_that_is_too_long_is_not_found(self, tmp_path: Path, name: str) -> None:
        content, problems = Workspace(tmp_path).read(name)
        assert content is None
        assert [problem.code for problem in problems] == ["DL12"]

    @pytest.mark.parametrize("name", ["", ".", "folder", "folder/"])
    def test_folder_is_not_a_file(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "folder").mkdir()
        content, problems = Workspace(tmp_path).read(name)
        assert content is None
        assert [problem.code for problem in problems] == ["DL14"]

    @posix
    @pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
    def test_pipe_and_device_are_refused_at_once(self, tmp_path: Path, make: Callable[[Path], None]) -> None:
        make(tmp_path / "pipe.md")
        content, problems = Workspace(tmp_path).read("pipe.md")
        assert content is None
        assert [problem.code for problem in problems] in (["DL14"], ["DL13"])

    def test_missing_file_proposes_the_nearest_name(self, tmp_path: Path) -> None:
        put(tmp_path, "a/licence.png", "x")
        _, problems = Workspace(tmp_path).read("a/license.png")
        assert [(problem.code, problem.values["near"]) for problem in problems] == [("DL12", "licence.png")]

    def test_the_file_of_another_number_is_not_proposed(self, tmp_path: Path) -> None:
        put(tmp_path, "a/LW-S20.png", "x")
        _, (problem,) = Workspace(tmp_path).read("a/LW-S10.png")
        assert (problem.code, problem.values["near"]) == ("DL12", "")

    def test_names_are_sorted_and_relative_to_the_workspace(self, tmp_path: Path) -> None:
        for name in ("c/b.yaml", "c/a.yaml", "c/x.md", "c/d/e.yaml"):
            put(tmp_path, name, "x")
        assert Workspace(tmp_path).names("c", ".yaml") == ["c/a.yaml", "c/b.yaml"]
        assert Workspace(tmp_path).names("nowhere", ".yaml") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a,b\n1\n", "csv_cells"),
        ('a,b\n"x" y,1\n', "csv_quotes"),
        ('a,b\n"x,1\n', "csv_quotes"),
        (f'a,b\n"{"x" * 140_000},1\n', "csv_long"),
        ("\n", "csv_no_titles"),
    ],
)
def test_a_csv_is_refused_in_words_of_both_languages(text: str, reason: str) -> None:
    (problem,) = parse_csv(text, "lines.csv")[1]
    assert (problem.code, problem.values["problem"].key) == ("DL20", reason)
