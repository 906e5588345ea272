"""How inputs of every kind are spoilt: bytes, lines of text, cells of lists, parts and tags of Office files.

The same chance gives the same bytes on every machine.
"""

# ruff: noqa: E501 - tables of odd values are read best on their lines
from __future__ import annotations

import io
import random
import re
import warnings
import zipfile

SCALARS = (
    *(
        "",
        "~",
        "null",
        "true",
        "no",
        "0",
        "-1",
        "1e999",
        "-1e-999",
        "nan",
        ".inf",
        "0x10",
        "010",
        "1_000",
        "1:30",
        "9" * 400,
    ),
    *(
        "1.10",
        "12,5",
        "１２",
        "¥5",
        "30%",
        "101%",
        "-0.01",
        "2026-13-40",
        "2026-02-30",
        "0000-00-00",
        "9999-12-31",
        "明天",
    ),
    *(
        "2026-09-18T09:30",
        "2026-09-18T25:61+99:99",
        "deadline - 6 months",
        "deadline - 99999999999 years",
        "within 9e9 days",
    ),
    *(
        "[]",
        "{}",
        "[[[[]]]]",
        "{a: {b: {c: 1}}}",
        "&x [*x]",
        "*gone",
        "!!python/object:os.system x",
        "!!binary aGk=",
        "? x",
        "- a",
    ),
    *(
        "'unclosed",
        '"\\x00"',
        '"\\ud800"',
        '"\\u202e\\u200f"',
        "|\n  a\n   b",
        ">-\n x",
        "%TAG ! x",
        "--- a\n--- b",
        "@",
        "`",
        "\t",
    ),
    *(
        "../../etc/passwd",
        "/dev/zero",
        "C:\\x",
        "CON",
        "a\0b",
        "x" * 5000,
        "{{ 7*7 }}",
        "{% for x in y %}",
        "=1+1",
        "<b>&amp;</b>",
    ),
    *(
        "{file: lines.csv}",
        "{file: ../x.csv}",
        "{file: /etc/passwd}",
        "{file: .}",
        "{file: nowhere.xlsx, sheet: 7}",
        "😀" * 50,
        "𠮷",
        "e\u0301",
    ),
)


def spoil_bytes(content: bytes, chance: random.Random) -> bytes:
    """Some bytes flipped, lost, doubled, moved; or the end is lost."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        if not data:
            break
        at, size = chance.randrange(len(data)), chance.choice((1, 1, 4, 32, 700))
        kind = chance.randrange(7)
        if kind == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at : at + size]
        elif kind == 2:
            data[at:at] = data[at : at + size] * chance.choice((1, 3, 50))
        elif kind == 3:
            data[at:at] = chance.randbytes(size)
        elif kind == 4:
            del data[at:]
        elif kind == 5:
            data[at : at + 1] = chance.choice(
                (b"\0", b"\xff", b"\r", b"\t", b"\x1b[31m", "\ufeff".encode(), "\u2028".encode())
            )
        else:
            other = chance.randrange(len(data))
            data[at : at + size] = data[other : other + size]
    return bytes(data)


def spoil_text(content: bytes, chance: random.Random) -> bytes:
    """Values exchanged, lines lost, doubled, moved and indented otherwise, keys misspelt, brackets and quotes added."""
    lines = content.decode("utf-8", "replace").split("\n")
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at = chance.randrange(len(lines))
        kind = chance.randrange(9)
        if kind <= 2:
            parts = [*re.finditer(r"(?<=: )[^,{}\[\]\n]+|(?<=- )[^:{}\[\]\n]+", lines[at])]
            if parts:
                one = chance.choice(parts)
                lines[at] = lines[at][: one.start()] + chance.choice(SCALARS) + lines[at][one.end() :]
        elif kind == 3:
            del lines[at : at + chance.choice((1, 1, 3, 20))]
            lines = lines or [""]
        elif kind == 4:
            other = chance.randrange(len(lines))
            lines[at:at] = lines[other : other + chance.choice((1, 2, 10))]
        elif kind == 5:
            lines[at] = " " * chance.randrange(6) + lines[at].lstrip(" ")
        elif kind == 6:
            where = chance.randrange(len(lines[at]) + 1)
            lines[at] = (
                lines[at][:where]
                + chance.choice((*"{}[]:,#&*!|>'\"%@`-?\t\\", "\x00", "\x85", ": ", " #"))
                + lines[at][where:]
            )
        elif kind == 7:
            lines[at] = lines[at].replace(":", "x:", 1)
        else:
            lines.insert(
                at,
                f"{' ' * chance.randrange(5)}{chance.choice(('extra', 'id', 'quote', '价格', '<<', '? a'))}: {chance.choice(SCALARS)}",
            )
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def spoil_list(content: bytes, chance: random.Random) -> bytes:
    """Cells of a csv exchanged for odd values."""
    rows = [line.split(",") for line in content.decode("utf-8").split("\n")]
    for _ in range(chance.choice((1, 2, 6))):
        row = chance.choice(rows)
        odd = chance.choice(SCALARS).replace("\n", " ")
        row[chance.randrange(len(row))] = chance.choice((odd, f'"{odd}"', f'"{odd}', odd * 3))
    return "\n".join(map(",".join, rows)).encode("utf-8", "surrogatepass")


def spoil_parts(content: bytes, chance: random.Random) -> bytes:
    """One part of a .docx or .xlsx spoilt: its bytes, or its XML; a part lost, doubled or renamed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(item.filename, archive.read(item)) for item in archive.infolist()]
    at = chance.randrange(len(parts))
    name, data = parts[at]
    kind = chance.randrange(8)
    if kind == 0:
        del parts[at]
    elif kind == 1:
        parts.append((chance.choice((name, name.upper(), f"../{name}", f"/{name}", "word/", "a" * 300)), data))
    elif kind == 2:
        parts[at] = (name, spoil_bytes(data, chance))
    else:
        weighty = [
            number
            for number, (each, _) in enumerate(parts)
            if re.search(r"document|sheet1|styles|header|workbook", each)
        ]
        at = chance.choice(weighty or [at])
        parts[at] = (parts[at][0], spoil_xml(parts[at][1], chance))
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two parts of one name
        for each, one in parts:
            # Whatever the time, the same bytes.
            archive.writestr(zipfile.ZipInfo(each), one, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def spoil_xml(data: bytes, chance: random.Random) -> bytes:
    """Elements lost, doubled, nested; texts and attributes exchanged, tags among them."""
    text = data.decode("utf-8", "replace")
    for _ in range(chance.choice((1, 1, 3))):
        kind = chance.randrange(6)
        pattern = (
            r"<(\w+:\w+)\b[^<>]*/>",
            r"<(\w+:[pr]|row|c)\b[^<>]*>.*?</\1>",
            r">[^<>]+<",
            r'"[^"<>]*"',
            r"<[^<>]+>",
            r"\{[{%].*?[%}]\}",
        )[kind]
        found = [*re.finditer(pattern, text, re.S)][:4000]
        if not found:
            continue
        one = chance.choice(found)
        new = {
            0: lambda one=one: one[0] * chance.choice((0, 2)),
            1: lambda one=one: one[0] * chance.choice((0, 2, 40)),
            2: lambda: f">{chance.choice(TAGS)}<",
            3: lambda: f'"{chance.choice(("", "-1", "99999999999", "x", "#REF!", "1e9", "../x", "rId999"))}"',
            4: lambda: chance.choice(("", "<w:p>", "</w:p>", "<!-- x -->", "<![CDATA[x]]>", "<?x?>", "<a>")),
            5: lambda: chance.choice(TAGS),
        }[kind]()
        text = text[: one.start()] + new + text[one.end() :]
    return text.encode()


TAGS = (
    *(
        "{{ deal }}",
        "{{ x }}",
        "{{ deal.id.__class__ }}",
        "{{ 1/0 }}",
        "{{ 9**9**9 }}",
        "{% for a in deal %}",
        "{% endfor %}",
        "{%p if x %}",
    ),
    *(
        "{%tr for l in quote.lines %}",
        "{%tr endfor %}",
        "{{",
        "}}",
        "{%",
        "{# a",
        "{{ 'a' * 10**9 }}",
        "{{ range(10**9)|list }}",
        "",
        " ",
    ),
    *(
        "{% include 'x.docx' %}",
        "{% set a = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{{ [1,2]|map('x')|list }}",
        "{{p a }}",
        "{{r a }}",
        "&#0;",
    ),
    *(
        "{% cellbg x %}",
        "{% colspan 99999 %}",
        "{% hm %}",
        "{% vm %}",
        "{{ quote.total|money('x') }}",
        "{{ lines|tojson }}",
        "{{ ''.join }}",
    ),
)


MARKDOWN = (
    *("# ", "####### ", "> > > ", "- [ ] ", "1. ", "999999999. ", "    ", "\t", "```", "~~~ a", "---", "***", "<!-- ", "&#0;", "&#x110000;"),
    *("| a | b |\n| --- |\n| c |", "| " * 300, "![x](x.png)", "![](../../etc/passwd)", "![](http://a.example/b.png)", "[x][y]", "[y]: javascript:x"),
    *("表：x", "Table: x", "{#a}", "{#}", "[1](#a)", "**" * 200, "`" * 301, "<script>", "\\", "https://a.example", "[" * 500, "> " * 300),
)  # fmt: skip


def spoil_markdown(content: bytes, chance: random.Random) -> bytes:
    """Marks of every kind put where a line begins, or anywhere."""
    lines = content.decode("utf-8", "replace").split("\n")
    for _ in range(chance.choice((1, 2, 5))):
        at = chance.randrange(len(lines))
        where = chance.choice((0, chance.randrange(len(lines[at]) + 1)))
        lines[at] = lines[at][:where] + chance.choice(MARKDOWN) + lines[at][where:]
    return "\n".join(lines).encode()
