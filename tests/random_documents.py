"""Random Word templates for the property tests: sound files with tags of every kind, in which nothing is a mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from office_files import NAMESPACES, R, core_xml, package, picture, png, r, section_end, tc, zipped
from office_files import field as word_field
from random_values import BLOCKS, FLAGS, INLINE, LISTS, LOOKS, LOOPS, SPREAD, STRAY, STYLES, WORDS, make_context

from bidkit.ooxml import opc

PAGE_BREAK = '<w:r><w:br w:type="page"/></w:r>'
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
ROOT = (
    f'{NAMESPACES} xmlns:mc="{MC}" xmlns:wps="{WPS}" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" mc:Ignorable="w14"'
)


@dataclass(frozen=True)
class Sample:
    """A random template with what fills it."""

    parts: Mapping[str, bytes] = field(repr=False)
    seed: int
    body: str

    @property
    def content(self) -> bytes:
        """The .docx."""
        return zipped(self.parts)

    @property
    def context(self) -> dict[str, Any]:
        """Its names and values."""
        return make_context(self.seed)


@st.composite
def templates(draw: st.DrawFn, stray: bool = False) -> Sample:
    """A random template; with `stray` tags stand also where they are a mistake."""
    return make_template(lambda count: draw(st.integers(0, count - 1)), stray)


def make_template(choose: Callable[[int], int], stray: bool = False) -> Sample:
    """A template; `choose` gives a number below the one that it is given."""
    author = _Author(choose, stray)
    header, footer = (author.part() if author.maybe(3) else "" for _ in range(2))
    author.can_refer = True
    body = author.body()
    title = author.pick("{{ text }}", "{% if yes %}a{% endif %} &amp; b", "plain") if author.maybe(3) else ""
    parts = package(
        *body, header=header, footer=footer, root=ROOT, core=core_xml(title) if title else "", media={"rIdPic": png()}
    )
    return Sample(_complete(parts, author.notes), choose(60), "".join(body))


def _complete(parts: dict[str, bytes], notes: Mapping[str, list[str]]) -> dict[str, bytes]:
    """The package with its notes parts, and with a link and a picture for every part."""
    types: dict[str, str] = {}
    lines = [
        f'<Relationship Id="rIdLink" Type="{R}/hyperlink" Target="https://a.b/{{{{ n }}}}" TargetMode="External"/>'
    ]
    for kind, texts in notes.items():
        if texts:
            part = f"word/{kind}s.xml"
            types[part] = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml"
            parts[part] = f"<w:{kind}s {ROOT}>{_separators(kind)}{''.join(texts)}</w:{kind}s>".encode()
            lines.append(f'<Relationship Id="rId{kind}" Type="{R}/{kind}s" Target="{kind}s.xml"/>')
    picture_line = f'<Relationship Id="rIdPic" Type="{R}/image" Target="media/rIdPic.png"/>'
    for part in [name for name in parts if (name.startswith("word/") and b"<w:p>" in parts[name]) or name in types]:
        own = lines if part == "word/document.xml" else [lines[0], picture_line]
        rels = opc.rels_name(part)
        old = parts.get(rels, f'<Relationships xmlns="{opc.NS_RELS}"></Relationships>'.encode())
        parts[rels] = old.replace(b"</Relationships>", "".join(own).encode() + b"</Relationships>")
    parts[opc.CONTENT_TYPES] = opc.add_content_types(parts[opc.CONTENT_TYPES], {}, types)
    return parts


def _separators(kind: str) -> str:
    names = () if kind == "comment" else ((-1, "separator"), (0, "continuationSeparator"))
    return "".join(
        f'<w:{kind} w:type="{name}" w:id="{number}"><w:p><w:r><w:{name}/></w:r></w:p></w:{kind}>'
        for number, name in names
    )


class _Author:
    """Writes the pieces of one template: every method gives XML."""

    is_aside = False

    def __init__(self, choose: Callable[[int], int], stray: bool) -> None:
        self.choose = choose
        self.stray = stray
        self.number = 0
        self.notes: dict[str, list[str]] = {"footnote": [], "endnote": [], "comment": []}
        self.can_refer = self.in_loop = self.in_box = self.in_note = False
        self.loops: list[str] = []

    def pick(self, *choices: Any) -> Any:
        return choices[self.choose(len(choices))]

    def maybe(self, one_in: int) -> bool:
        return self.choose(one_in) == one_in - 1

    def several(self, make: Callable[[], str], most: int, least: int = 0) -> str:
        return "".join(make() for _ in range(least + self.choose(most - least + 1)))

    def next(self) -> int:
        self.number += 1
        return self.number

    # parts

    def body(self) -> list[str]:
        """The blocks of the document: what every tag may use comes first."""
        macros = (
            '{% macro word(a="w") %}{{ a }} & {{ n }}{% endmacro %}{% set captured %}c & {{ n }}{% endset %}',
            '<w:p><w:bookmarkStart w:id="0" w:name="top"/><w:r><w:t>top</w:t></w:r><w:bookmarkEnd w:id="0"/></w:p>',
        )
        block = p(r("{%p macro block() %}")) + p(r("in block {{ n }}")) + p(r("{%p endmacro %}"))
        contents = p(word_field(' TOC \\o "1-3" \\h ', "目录")) if self.maybe(3) else ""
        return [p(r(macros[0])), block, macros[1], contents, *(self.block(2) for _ in range(1 + self.choose(5)))]

    def part(self) -> str:
        """The blocks of a header or footer, where macros of the document are not known."""
        self.is_aside = True
        made = self.several(lambda: self.block(1), 2) + self.paragraph(1)
        self.is_aside = False
        return made

    # blocks

    def block(self, depth: int) -> str:
        makers = [self.paragraph] * 4 + [self.value_block, self.conditional, self.loop, self.spread, self.joined]
        if depth > 0:
            makers += [self.table] * 3 + [self.control, self.setting]
        if self.can_refer and depth == 2:
            makers += [self.section]
        if self.stray:
            makers += [self.stray_block]
        return str(self.pick(*makers)(depth))

    def blocks(self, depth: int) -> str:
        return self.several(lambda: self.block(depth - 1), 2) if depth > 0 else self.paragraph(0)

    def paragraph(self, depth: int) -> str:
        inside = self.several(lambda: self.inline(2), 4)
        style, numbered = self.pick(*STYLES), self.pick(*LISTS)
        if self.maybe(8):
            inside = r("表 ") + word_field("SEQ 表 \\* ARABIC", "1") + inside
        return p(inside, style, "" if style.startswith(("Head", "List")) else numbered)

    def value_block(self, depth: int) -> str:
        names = [name for name in BLOCKS if not (self.is_aside and name.endswith("()"))]
        return p(r("{{p " + self.pick(*names) + " }}", self.pick(*LOOKS)), self.pick(*STYLES))

    def conditional(self, depth: int) -> str:
        other = p(r("{%p else %}")) + self.blocks(depth) if self.maybe(2) else ""
        flag = self.pick(*FLAGS)
        return p(r("{%p if " + flag + " %}")) + self.blocks(depth) + other + p(r("{%p endif %}"))

    def loop(self, depth: int) -> str:
        name = f"x{len(self.loops)}"
        opened = p(r("{%p for " + name + " in " + self.pick(*LOOPS) + " %}"))
        self.loops.append(name)
        inside = self.blocks(depth)
        self.loops.pop()
        return opened + inside + p(r("{%p endfor %}"))

    def spread(self, depth: int) -> str:
        """A plain pair whose tags stand in the text of two paragraphs."""
        first, last = self.pick(*SPREAD)
        begin = p(r("a ") + r(first, self.pick(*LOOKS)) + self.inline(1), self.pick(*STYLES))
        return begin + self.blocks(depth) + p(self.inline(1) + r(last) + r(" b"))

    def joined(self, depth: int) -> str:
        """Paragraphs that a dash makes one."""
        return p(r("before")) + p(r("{%- if " + self.pick(*FLAGS) + " -%}")) + p(r("inside")) + p(r("{%- endif %}"))

    def setting(self, depth: int) -> str:
        return p(r("{%p set later = n + 1 %}")) + p(r("{{ later }}"))

    def control(self, depth: int) -> str:
        return self.controlled(self.blocks(depth) + self.paragraph(0))

    def controlled(self, inside: str) -> str:
        number = self.next()
        return f'<w:sdt><w:sdtPr><w:id w:val="{number}"/></w:sdtPr><w:sdtContent>{inside}</w:sdtContent></w:sdt>'

    def section(self, depth: int) -> str:
        return f"<w:p><w:pPr>{section_end()}</w:pPr>{self.inline(1)}</w:p>"

    def stray_block(self, depth: int) -> str:
        tag = self.pick(*STRAY)
        return p(r(self.pick(*WORDS)) * self.choose(2) + r(tag) + self.several(lambda: self.inline(1), 1))

    # tables

    def table(self, depth: int) -> str:
        columns = 1 + self.choose(3)
        rows = self.several(lambda: self.row(columns, depth), 3, least=1)
        grid = '<w:gridCol w:w="2000"/>' * columns
        borders = '<w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
        return (
            f"<w:tbl>{borders}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{self.several(lambda: self.paragraph(0), 1)}"
        )

    def row(self, columns: int, depth: int) -> str:
        makers = (
            [self.plain_row] * 3
            + [self.row_loop] * 2
            + [self.row_condition, self.cell_loop, self.wide_row, self.row_values]
        )
        return str(self.pick(*makers)(columns, depth))

    def plain_row(self, columns: int, depth: int) -> str:
        properties = self.pick("", "", "<w:trPr><w:cantSplit/></w:trPr>")
        return f"<w:tr>{properties}{''.join(self.cell(depth) for _ in range(columns))}</w:tr>"

    def cell(self, depth: int) -> str:
        statement = self.pick(
            *[""] * 6, "{% cellbg color %}", "{% colspan 1 %}", "{% vm %}" if self.in_loop else "", "{% vm text %}"
        )
        merge = self.pick(*[""] * 6, '<w:vMerge w:val="restart"/>') if not statement else ""
        properties = self.pick("", f'<w:tcPr><w:tcW w:w="2000" w:type="dxa"/>{merge}</w:tcPr>')
        inside = self.several(lambda: self.block(depth - 1), 2)
        return f"<w:tc>{properties}{inside}{p(r(statement) + self.inline(1))}</w:tc>"

    def row_loop(self, columns: int, depth: int) -> str:
        name = f"x{len(self.loops)}"
        before, self.in_loop = self.in_loop, True
        self.loops.append(name)
        inside = (
            self.several(lambda: self.row(columns, depth - 1), 2, least=1) if depth > 0 else self.plain_row(columns, 0)
        )
        self.loops.pop()
        self.in_loop = before
        empty = "".join(tc("") for _ in range(columns - 1))
        loop = "{%tr for " + name + " in " + self.pick(*LOOPS) + " %}"
        return f"<w:tr>{tc(loop)}{empty}</w:tr>{inside}<w:tr>{empty}{tc('{%tr endfor %}')}</w:tr>"

    def row_condition(self, columns: int, depth: int) -> str:
        opened, closed = "{%tr if " + self.pick(*FLAGS) + " %}", "{%tr endif %}"
        return f"<w:tr>{tc(opened)}</w:tr>{self.plain_row(columns, depth - 1)}<w:tr>{tc(closed)}</w:tr>"

    def cell_loop(self, columns: int, depth: int) -> str:
        inside = self.pick(
            tc("{{ " + _item("c") + " }}"),
            tc("{% hm %}{{ loop.length }}"),
            tc("{% cellbg color %}{{ loop.index }}"),
            tc("{% colspan 2 %}c"),
        )
        loop = "{%tc for c in " + self.pick(*LOOPS) + " %}"
        return f"<w:tr>{tc(loop)}{inside}{tc('{%tc endfor %}')}</w:tr>"

    def wide_row(self, columns: int, depth: int) -> str:
        span = f'<w:tcPr><w:tcW w:w="0" w:type="auto"/><w:gridSpan w:val="{columns}"/></w:tcPr>'
        return f"<w:tr><w:tc>{span}{self.paragraph(0)}</w:tc></w:tr>"

    def row_values(self, columns: int, depth: int) -> str:
        rows = self.pick("'<w:tr><w:tc><w:p/></w:tc></w:tr>'", "'<w:tr><w:tc><w:p/></w:tc></w:tr>' * 3")
        return f"<w:tr>{tc('{{tr (' + rows + ') | safe }}')}</w:tr>"

    # inline

    def inline(self, depth: int) -> str:
        makers = [self.words] * 3 + [self.value] * 3 + [self.run_value, self.choice, self.run_choice, self.break_]
        if depth > 0:
            makers += [
                self.repeat,
                self.link,
                self.bookmark,
                self.field,
                self.drawing,
                self.change,
            ]
            makers += [self.math, self.literal, self.caption_field]
            if not self.in_note:  # LibreOffice 7.4 opens no file with a box or content control in a note
                makers += [self.inline_control, *([] if self.in_box else [self.box])]
            if self.can_refer and not self.in_box:
                makers += [self.note, self.comment]
        if self.stray:
            makers += [self.stray_inline]
        return str(self.pick(*makers)(depth))

    def look(self) -> str:
        return str(self.pick(*LOOKS))

    def words(self, depth: int) -> str:
        return r(self.pick(*WORDS), self.look())

    def name(self) -> str:
        names = [name for name in INLINE if not (self.is_aside and name in ("word()", "captured"))]
        return str(self.pick(*names))

    def value(self, depth: int) -> str:
        own = _item(self.pick(*self.loops)) if self.loops and self.maybe(2) else ""
        tag = "{{ " + (own or self.name()) + " }}"
        return self.pick(r(tag, self.look()), r("a " + tag + " b", self.look()), r("a ") + r(tag, self.look()))

    def run_value(self, depth: int) -> str:
        return r(self.pick("", "a ") + "{{r " + self.name() + " }}" + self.pick("", " b"), self.look())

    def choice(self, depth: int) -> str:
        other = r("{% else %}") + self.words(0) if self.maybe(2) else ""
        inside = self.inline(depth - 1) if depth > 0 else self.words(0)
        return r("{% if " + self.pick(*FLAGS) + " %}", self.look()) + inside + other + r("{% endif %}", self.look())

    def run_choice(self, depth: int) -> str:
        inside = self.inline(depth - 1) if depth > 0 else self.words(0)
        return r("x{%r if " + self.pick(*FLAGS) + " %}", self.look()) + inside + r("{%r endif %}y", self.look())

    def repeat(self, depth: int) -> str:
        return r("{% for z in " + self.pick(*LOOPS) + " %}") + self.inline(depth - 1) + r(", {% endfor %}", self.look())

    def break_(self, depth: int) -> str:
        return str(self.pick("<w:r><w:tab/></w:r>", "<w:r><w:br/></w:r>", PAGE_BREAK, "<w:r><w:cr/></w:r>"))

    def link(self, depth: int) -> str:
        place = self.pick('r:id="rIdLink"', 'w:anchor="top"' if self.can_refer else 'r:id="rIdLink"')
        inside = r("l", self.look()) + self.pick(r("{{ text }}"), r("{{ n }}", "<w:b/>"), r("{% if yes %}y{% endif %}"))
        return f"<w:hyperlink {place}>{inside}</w:hyperlink>"

    def bookmark(self, depth: int) -> str:
        number = self.next()
        name = self.pick(f"b{number}", f"_Toc{number}", f"_GoBack{number}")
        start = f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'
        return f'{start}{self.inline(depth - 1)}<w:bookmarkEnd w:id="{number}"/>'

    def field(self, depth: int) -> str:
        codes = [
            "DATE",
            ' DOCPROPERTY  "{{ n }}" ',
            "PAGE",
            *(["REF top \\h", "PAGEREF top"] if self.can_refer else []),
        ]
        simple = f'<w:fldSimple w:instr="PAGE">{r("1")}</w:fldSimple>'
        return str(self.pick(word_field(self.pick(*codes), "1"), simple))

    def caption_field(self, depth: int) -> str:
        return word_field("SEQ 图 \\* ARABIC", "1")

    def drawing(self, depth: int) -> str:
        return picture("rIdPic", self.next(), self.pick("", "{{ text }}", "plain &amp; simple"))

    def inline_control(self, depth: int) -> str:
        return self.controlled(self.inline(depth - 1))

    def change(self, depth: int) -> str:
        kept = f'<w:ins w:id="{self.next()}" w:author="A">{r("new {{ n }}")}</w:ins>'
        gone = f'<w:del w:id="{self.next()}" w:author="A"><w:r><w:delText>old {{{{ gone }}}}</w:delText></w:r></w:del>'
        return str(self.pick(kept, gone))

    def math(self, depth: int) -> str:
        return "<m:oMath><m:r><m:t>x={{ n }}</m:t></m:r></m:oMath>"

    def literal(self, depth: int) -> str:
        return r(
            self.pick(
                "{_{ x }_}", "{% raw %}{{ x }}{% endraw %}", "{# no }} #}", "{_% if %_}", "{%r if yes %}{%r endif %}"
            )
        )

    def box(self, depth: int) -> str:
        self.in_box = True
        inside = f"<w:txbxContent>{self.several(lambda: self.block(0), 2)}{self.paragraph(0)}</w:txbxContent>"
        self.in_box = False
        number = self.next()
        new = (
            f'<w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="{number}" name="Box {number}"/>'
            f'<a:graphic><a:graphicData uri="{WPS}"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm>'
            '<a:off x="0" y="0"/>'
            '<a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr>'
            f"<wps:txbx>{inside}</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
        )
        old = f'<w:pict><v:rect style="width:70pt;height:70pt"><v:textbox>{inside}</v:textbox></v:rect></w:pict>'
        choice = f'<mc:Choice Requires="wps">{new}</mc:Choice><mc:Fallback>{old}</mc:Fallback>'
        both = f"<mc:AlternateContent>{choice}</mc:AlternateContent>"
        return f"<w:r>{both}</w:r>"

    def note(self, depth: int) -> str:
        kind = self.pick("footnote", "endnote")
        return f'<w:r><w:{kind}Reference w:id="{self.write_note(kind)}"/></w:r>'

    def comment(self, depth: int) -> str:
        inside = self.inline(depth - 1)
        number = self.write_note("comment", ' w:author="A"')
        edges = [f'<w:commentRange{edge} w:id="{number}"/>' for edge in ("Start", "End")]
        return f'{edges[0]}{inside}{edges[1]}<w:r><w:commentReference w:id="{number}"/></w:r>'

    def write_note(self, kind: str, attributes: str = "") -> int:
        before, self.can_refer, self.in_note = self.can_refer, False, True
        inside = self.several(lambda: self.block(0), 1) + self.paragraph(0)
        self.can_refer, self.in_note = before, False
        number = len(self.notes[kind]) + 1
        self.notes[kind].append(f'<w:{kind} w:id="{number}"{attributes}>{inside}</w:{kind}>')
        return number

    def stray_inline(self, depth: int) -> str:
        return r(self.pick(*WORDS) + self.pick(*STRAY), self.look())


def _item(name: str) -> str:
    """What a tag prints of one turn of any of the loops."""
    return f"{name}.name if {name} is mapping else {name}"


def p(inside: str, style: str = "", properties: str = "") -> str:
    """A paragraph of runs."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p>{f'<w:pPr>{named}{properties}</w:pPr>' if named or properties else ''}{inside}</w:p>"
