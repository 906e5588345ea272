"""what stands in a Word text besides words: pictures, charts, equations, fields, links, notes; each as a short text.

Whatever a program may write anew without changing what is seen (names of parts, ids) is not in these texts.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.edits.looks import describe_props, flatten, plain
from bidkit.ooxml import opc
from bidkit.ooxml.opc import Relationship
from bidkit.readback.names import WP, R, W

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
OLE = "{urn:schemas-microsoft-com:office:office}"
V = "{urn:schemas-microsoft-com:vml}"
_LOOKS = (
    "barDir",
    "grouping",
    "legendPos",
    "min",
    "max",
    "orientation",
    "tickLblPos",
    "delete",
    "showVal",
    "showPercent",
)
_USUAL = ("0", "minMax", "nextTo")
"""What holds anyway in a chart, and what some programs write nevertheless."""
_MOST = 2000


@dataclass(frozen=True)
class Part:
    """A part with what its relationships lead to."""

    package: Mapping[str, bytes]
    leads: Mapping[str, Relationship]
    bookmarks: Mapping[str, str]

    def content(self, lead: str) -> bytes:
        """The content of the part that an id leads to; of what lies outside its address."""
        found = self.leads.get(lead)
        if found is None:
            return b""
        return found.target.encode() if found.is_external else self.package.get(found.target, b"")


def describe_drawing(element: etree._Element, part: Part) -> tuple[str, str]:
    """What a drawing is (`picture`, `chart`, `diagram`, `drawing`), and what it shows; nothing of a mere text box."""
    for lead in (value for each in element.iter(f"{C}chart") if (value := each.get(f"{R}id"))):
        return "chart", describe_chart(part.content(lead))
    for lead in _list_leads(element, "dm"):
        return "diagram", _read_texts(part.content(lead), f"{A}t")
    shown = [_digest(part.content(lead)) for name in ("embed", "link", "pict") for lead in _list_leads(element, name)]
    shown += [
        _digest(part.content(each.get(f"{R}id", ""))) for each in element.iter(f"{V}imagedata", f"{OLE}OLEObject")
    ]
    shown += [each.get("string", "") for each in element.iter(f"{V}textpath")]
    if shown:
        return "picture", " ".join(shown)
    shapes = [_read_shape(each) for each in element.iter(f"{WPS}wsp")]
    is_box = len(shapes) < 2 and next(element.iter(f"{W}txbxContent"), None) is not None
    counts = Counter(kind for kind, _ in shapes)
    said = " ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    return "" if is_box else "drawing", said or _read_words(element, f"{A}t")


def _read_shape(shape: etree._Element) -> tuple[str, str]:
    """The kind of a shape; and its place and size in millimetres, how it is filled and drawn."""
    kind = next((each.get("prst", "") for each in shape.iter(f"{A}prstGeom")), "")
    drawn = []
    for each in shape.iterfind(f"{WPS}spPr/{A}xfrm/*"):
        drawn += [f"{_whole(value) / 36000:.0f}" for value in map(str, each.attrib.values())]
    for each in shape.iterfind(f"{WPS}spPr//*"):
        drawn += [each.get("val", "")] if each.tag in (f"{A}srgbClr", f"{A}schemeClr") else []
    return kind, f"{kind} {' '.join(drawn)}"


def _list_leads(element: etree._Element, name: str) -> list[str]:
    return [str(value) for each in element.iter() if (value := each.get(f"{R}{name}"))]


def describe_content(content: bytes) -> str:
    """A file that is put in, by a hash."""
    return _digest(content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


def _read_words(element: etree._Element, *tags: str) -> str:
    return " ".join(filter(None, ((each.text or "").strip() for each in element.iter(*tags))))


def _read_texts(content: bytes, *tags: str) -> str:
    """The texts in a part; what cannot be parsed is told by its hash."""
    try:
        return _read_words(opc.parse_xml(content), *tags)
    except (etree.XMLSyntaxError, ValueError):
        return _digest(content)


def describe_chart(content: bytes, *, is_live: bool = False) -> str:
    """The kinds, titles and values of a chart; of a live one, whose values follow from cells, the cells."""
    try:
        tree = opc.parse_xml(content)
    except (etree.XMLSyntaxError, ValueError):
        return _digest(content)
    kinds = [name for each in tree.iter() if (name := _local(each)).endswith("Chart")]
    said: list[str] = []
    for each in tree.iter(f"{A}t", f"{C}v", f"{C}f"):
        is_cached = any(_local(above).endswith("Cache") for above in each.iterancestors())
        is_reference = each.tag == f"{C}f"
        if (each.text or "").strip() and (is_live or not is_reference) and not (is_live and is_cached):
            said.append(_round((each.text or "").strip('"')))
    return " ".join((*kinds, *said))


def _round(text: str) -> str:
    """A number as all programs write it."""
    try:
        return f"{float(text):.10g}" if any(sign.isdigit() for sign in text) else text.strip()
    except ValueError:
        return text.strip()


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def describe_looks(element: etree._Element, part: Part) -> Iterator[tuple[str, str]]:
    """How a drawing looks: its size, how it is cut, where it stands, its alternative text, the colours of a chart."""
    extent = next(element.iter(f"{WP}extent"), None)
    if extent is not None:
        yield "size", " × ".join(f"{_whole(extent.get(side, '0')) / 36000:.1f}" for side in ("cx", "cy"))
    for each in element.iter(f"{WP}docPr"):
        yield "alt", " ".join(filter(None, (each.get("descr"), each.get("title"))))
    for each in element.iter(f"{A}srcRect"):
        yield "cut", " ".join(f"{key!s}={value!s}" for key, value in sorted(each.attrib.items()) if value != "0")
    for each in element.iter(f"{A}xfrm"):
        turned = (f"{key!s}={value!s}" for key, value in sorted(each.attrib.items()) if value not in ("0", "false"))
        yield "turned", " ".join(turned)
    for each in element.iter(f"{WP}positionH", f"{WP}positionV"):
        yield _local(each), f"{each.get('relativeFrom')} {_read_words(each, f'{WP}posOffset', f'{WP}align')}"
    for each in element.iter(f"{V}shape"):
        said = (item.strip() for item in each.get("style", "").split(";"))
        yield "style", ";".join(sorted(item for item in said if item.startswith(("width", "height", "rotation"))))
    shapes = [_read_shape(each)[1] for each in element.iter(f"{WPS}wsp")]
    yield "shapes", _digest(" / ".join(shapes).encode()) if shapes else ""
    for each in element.iter(f"{A}hlinkClick"):
        yield "link", part.content(each.get(f"{R}id", "")).decode("utf-8", "replace")[:_MOST]
    for each in element.iter(f"{A}blip"):
        yield "effects", describe_props({key: said for key, said in flatten(each) if not key.startswith("extLst")})
    for lead in (value for each in element.iter(f"{C}chart") if (value := each.get(f"{R}id"))):
        yield "colours", describe_chart_look(part.content(lead))


def _whole(text: str) -> int:
    return int(text) if text.lstrip("-").isdecimal() else 0


def describe_chart_look(content: bytes) -> str:
    """How a chart is drawn: bars or columns, its axes, the colours of its series; not what programs add to it."""
    try:
        tree = opc.parse_xml(content)
    except (etree.XMLSyntaxError, ValueError):
        return ""
    found = ((_local(each), plain(each.get("val", ""))) for each in tree.iter(*(f"{C}{name}" for name in _LOOKS)))
    looks = [f"{name}={value}" for name, value in found if value not in _USUAL]
    for series in tree.iter(f"{C}ser"):
        own = series.iterfind(f".//{C}spPr//*")
        looks += [each.get("val", "") for each in own if each.tag in (f"{A}srgbClr", f"{A}schemeClr")]
    return " ".join(sorted(looks))


def describe_equation(equation: etree._Element) -> str:
    """An equation as one text, its fractions, roots and powers by their names."""
    made = []
    for child in equation:
        name = _local(child)
        if child.tag == f"{M}t":
            made.append(child.text or "")
        elif child.tag == f"{M}r":
            made.append("".join(each.text or "" for each in child.iter(f"{M}t", f"{W}t")))
        elif name.endswith("Pr"):
            kept = (f"{_local(each)}:{value!s}" for each in child for value in each.attrib.values() if name != "ctrlPr")
            made.append("".join(f"[{item}]" for item in kept))
        elif name:
            made.append(f"{name}({describe_equation(child)})" if name != "oMath" else describe_equation(child))
    return "".join(made)


def describe_link(link: etree._Element, part: Part) -> str:
    """Where a link leads: an address, or a bookmark of the document."""
    anchor = link.get(f"{W}anchor", "")
    lead = part.leads.get(link.get(f"{R}id", ""))
    said = name_bookmark(anchor, part) if anchor else ""
    return (lead.target if lead is not None else "") + (f"#{said}" if said else "")


def name_bookmark(name: str, part: Part) -> str:
    """A bookmark; one that programs give anew by the text that it marks."""
    marked = part.bookmarks.get(name)
    return f"? {name}" if marked is None else marked if name.startswith("_") else name


def cut(text: str) -> str:
    """A text that is long by its beginning and a hash of it."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _MOST else f"{flat[:_MOST]}… {_digest(flat.encode())}"
