"""What random templates are made of: tags, right and wrong, and the values that fill them."""

from __future__ import annotations

import random
from typing import Any

from office_files import png, r

from bidkit.ooxml.markdown import Markdown
from bidkit.ooxml.picture import InlineImage
from bidkit.ooxml.rich import Listing, RichText, RichTextParagraph, Xml
from bidkit.ooxml.values import Cell, Table

LOOKS = ("", "<w:b/>", "<w:i/><w:iCs/>", '<w:color w:val="FF0000"/>', '<w:sz w:val="28"/>', '<w:u w:val="single"/>')
STYLES = ("", "", "Normal", "BodyText", "TableText", "Heading1", "Heading2", "Heading3", "ListBullet", "ListNumber")
LISTS = ("", "", "", *(f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{n}"/></w:numPr>' for n in (2, 4)))
WORDS = ("", "a", "投标文件", "R&D <x>", " b ", "}} 100% #", "𠮷😀", "“引号” 'q'")
FLAGS = ("yes", "no", "items", "empty", "n > 1", "not no", "text == 'R&D'", "items | length > 1", "nested.a is defined")
LOOPS = ("items", "empty", "one", "range(n)", "nested.list", "items | reverse", "items[1:]", "'ab'")
INLINE = (
    "text", "lines", "odd", "n", "price", "rich", "listing", "image", "xml_run", "md.text", "nested.a.b",
    "none or '-'", "text | upper", "'%s' % n", "text ~ n", "items | length", "xml_text", "word()", "captured",
)  # fmt: skip
SPREAD = (
    ("{% if yes %}", "{% endif %}"),
    ("{% with z = n %}", "{% endwith %}"),
    ("{% for y in empty %}", "{% endfor %}"),
    ("{% for y in items %}", "{% endfor %}"),
)
BLOCKS = ("rp", "md", "table", "xml_blocks", "text", "rich", "image", "block()", "bell")
STRAY = (
    "{% if yes %}", "{% endif %}", "{% else %}", "{% for s in items %}", "{% endfor %}", "{%p if yes %}",
    "{%p endif %}", "{%p for s in items %}", "{%p endfor %}", "{%tr for s in items %}", "{%tr endfor %}",
    "{%tc for s in items %}", "{%tc endfor %}", "{%r for s in items %}", "{%r endfor %}", "{{p md }}",
    "{{tr text }}", "{{tc text }}", "{{ md }}", "{{ missing }}", "{{ none }}", "{{ items }}", "{{ 1 / 0 }}",
    "{{ nested.list.x.y }}", "{{ text | nofilter }}", "{{ }}", "{{ a b }}", "{% macro m() %}", "{% endmacro %}",
    "{% set s %}", "{% endset %}", "{% vm %}", "{% hm %}", "{% colspan 3 %}", "{% colspan 'x' %}",
    "{% cellbg 'red' %}", "{%- if yes -%}", "{%- endif -%}", "{{- text -}}", "{{", "{%", "}}", "{#", "{% raw %}",
    "{% endraw %}", "{{ '\\x01' }}", "{{ bell }}", "{{ '</w:p>' | safe }}", "{{p '<w:tc/>' | safe }}",
    "{{ '<w:p/>' | safe }}", "{% do items.append(1) %}", "{% break %}", "{% call word() %}", "{% endcall %}",
    "{{r table }}", "{{ text.__class__ }}", "{% include 'x' %}", "{#p gone #}", "{#tr gone #}", "{%p set q = 1 %}",
    "{{ block() }}", "{%tr if no %}", "{%tr endif %}", "{{ loop.index }}", "{{ text | replace('a') }}",
    "{{ rich | upper }}",
)  # fmt: skip


def make_context(seed: int) -> dict[str, Any]:
    """Names and values for the tags; a seed gives the same ones again."""
    order = random.Random(seed)
    odd = "".join(
        order.choice("\t\n\ufdd0\ufdd1\ufdd2😀𠮷é&<>\"'{}%\u2028\xa0\ufeff") for _ in range(order.randrange(9))
    )
    rich = RichText("粗 & ", bold=True, size=24)
    rich.add("line\nline\t" + odd, color="FF0000", italic=True)
    paragraphs = RichTextParagraph()
    for style in ("Body Text", "Heading2", None)[: order.randrange(4)]:
        paragraphs.add(rich, parastyle=style)
    items = [{"name": f"甲{number} & co", "n": number, "subs": ["x", "y"][: order.randrange(3)]} for number in range(3)]
    return {
        "text": order.choice(["R&D", "", "长文本" * 40, "</w:t>", "{{ n }}", "]]>"]),
        "odd": odd,
        "lines": "one\ntwo\tthree\r\nfour",
        "bell": "first\asecond\fthird",
        "n": order.randrange(4),
        "price": 2.5,
        "yes": True,
        "no": order.random() < 0.3,
        "none": None,
        "items": items[: order.randrange(4)],
        "one": items[:1],
        "empty": [],
        "nested": {"a": {"b": "c"}, "list": ["p", "q"]},
        "rich": rich,
        "rp": paragraphs,
        "listing": Listing("line\n\tline & <b>"),
        "image": InlineImage(None, png(), 360_000, alt='a "b" <c>', anchor=order.choice([None, "https://a.b/?c&d"])),
        "md": Markdown("# 一\n\ntext **b** [l](https://a.b/c?d&e)\n\n1. x\n2. y\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"),
        "table": Table((Cell("a"), Cell("b")), ((Cell("1 & 2"), Cell("x\ny", "EEEEEE")),) * order.randrange(3), (1, 2)),
        "xml_run": Xml("<w:r><w:rPr><w:b/></w:rPr><w:t>x &amp; y</w:t></w:r>"),
        "xml_text": Xml("x &amp; y"),
        "xml_blocks": Xml(f'<w:p><w:bookmarkStart w:id="1" w:name="own"/>{r("x")}<w:bookmarkEnd w:id="1"/></w:p>'),
        "color": order.choice(["FF0000", "#00ff00", ""]),
    }  # fmt: skip
