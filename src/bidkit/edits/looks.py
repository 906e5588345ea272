"""how the parts of a .docx look, as flat lists of properties: styles, lists and direct formatting taken together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from lxml import etree

from bidkit.appearance.cascade import TABLE_LOOKS
from bidkit.readback.names import W

Props = dict[str, str]
_OFF = frozenset(("0", "false", "off"))
_NOTHING = frozenset(("off", "0", "none", "nil", "auto", "left", "start", "baseline", "clear", "dxa", "lrTb", ""))
"""What stands for a property that is not set."""
_USUALLY_ON = frozenset(
    (
        "widowControl",
        "snapToGrid",
        "overflowPunct",
        "wordWrap",
        "autoSpaceDE",
        "autoSpaceDN",
        "kinsoku",
        "adjustRightInd",
    )
)
_USUAL = {
    "locked": "1", "showGridLines": "1", "showRowColHeaders": "1", "showZeros": "1", "gridLinesSet": "1", "copies": "1",
    "fitToWidth": "1", "fitToHeight": "1", "pageOrder": "downThenOver", "orientation": "portrait", "scale": "100",
    "orient": "portrait", "summaryBelow": "1", "summaryRight": "1",
}  # fmt: skip
_TOGGLES = frozenset(
    ("b", "i", "caps", "smallCaps", "strike", "dstrike", "vanish", "emboss", "imprint", "outline", "shadow")
)
_UNSEEN = frozenset(
    ("lang", "noProof", "cnfStyle", "rPrChange", "pPrChange", "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange",
     "tblPrExChange", "tblGridChange", "numberingChange", "szCs", "bCs", "iCs", "ins", "del", "moveFrom", "moveTo",
     "cellIns", "cellDel", "webHidden", "divId", "proofErr")
)  # fmt: skip
"""Properties that no page shows, or that programs write as they like."""
_APART = frozenset(
    ("pStyle", "rStyle", "tblStyle", "sectPr", "rPr", "numPr", "headerReference", "footerReference", "tblLook")
)
"""Those that are read by themselves."""
_HOLDERS = ("Borders", "Bdr", "Mar", "Pr", "tabs", "left", "right", "top", "bottom", "diagonal", "Fill")
_NEVER_USUAL = frozenset(("outlineLvl", "pgNumType.start"))
_UNSEEN_ATTRIBUTES = frozenset(("hint", "cs", "cstheme", "paraId", "textId", "editId", "anchorId"))


def flatten(element: etree._Element | None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """The properties in an element, each by its path: `spacing.after`, `pBdr.top.sz`."""
    for child in element if element is not None else ():
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname
        if name in _UNSEEN or (name in _APART and not prefix):
            continue
        key = f"{prefix}{name}" + (f".{_attribute(child, 'pos')}" if name == "tab" else "")
        attributes = [(etree.QName(each).localname, str(value)) for each, value in child.attrib.items()]
        said = [item for item in attributes if item[0] not in _UNSEEN_ATTRIBUTES and not item[0].startswith("rsid")]
        if not said and not len(child) and not attributes and not name.endswith(_HOLDERS):
            yield key, "on"
        for own, value in said:
            yield (key, _settle(value)) if own == "val" else (f"{key}.{own}", plain(value))
        yield from flatten(child, f"{key}.")


def plain(value: str) -> str:
    """An attribute as all programs write it."""
    return {"true": "1", "false": "0"}.get(value, value)


def _settle(value: str) -> str:
    return "off" if value in _OFF else "on" if value in ("1", "true", "on") else value


def _attribute(element: etree._Element | None, name: str = "val") -> str:
    return "" if element is None else str(element.get(f"{W}{name}", ""))


def strip(props: Mapping[str, str]) -> Props:
    """Properties without those that say what holds anyway."""
    return {key: value for key, value in props.items() if not _is_usual(key, value)}


def _is_usual(key: str, value: str) -> bool:
    if key in _NEVER_USUAL:
        return False
    last = key.rpartition(".")[2]
    return value == "on" if key in _USUALLY_ON else value == _USUAL[last] if last in _USUAL else value in _NOTHING


class Looks:
    """The styles and lists of a document, and what they make of its paragraphs, runs and tables."""

    def __init__(self, trees: Mapping[str, etree._Element]) -> None:
        styles = trees.get("word/styles.xml")
        found = [] if styles is None else [*styles.iter(f"{W}style")]
        self.styles = {(_attribute(style, "type"), _attribute(style, "styleId")): style for style in found}
        usual = [style for style in found if _settle(_attribute(style, "default")) == "on"]
        self.usual = {_attribute(style, "type"): _attribute(style, "styleId") for style in usual}
        defaults = None if styles is None else styles.find(f"{W}docDefaults")
        self.defaults = {
            kind: {} if defaults is None else dict(flatten(defaults.find(f"{W}{kind}Default/{W}{kind}")))
            for kind in ("pPr", "rPr")
        }
        self._merged: dict[tuple[str, str, str], Props] = {}
        self._read_lists(trees.get("word/numbering.xml"))

    def _read_lists(self, numbering: etree._Element | None) -> None:
        abstracts, self.lists, self.restarted = {}, {}, set[str]()
        for item in numbering.iter(f"{W}abstractNum") if numbering is not None else ():
            levels = {_attribute(level, "ilvl"): level for level in item.iter(f"{W}lvl")}
            abstracts[_attribute(item, "abstractNumId")] = levels
        for item in numbering.iter(f"{W}num") if numbering is not None else ():
            number = _attribute(item, "numId")
            levels = abstracts.get(_attribute(item.find(f"{W}abstractNumId")), {})
            own = {_attribute(level, "ilvl"): level for level in item.iterfind(f"{W}lvlOverride/{W}lvl")}
            self.lists[number] = levels | own
            if item.find(f"{W}lvlOverride/{W}startOverride") is not None:
                self.restarted.add(number)

    def _chain(self, kind: str, name: str) -> list[etree._Element]:
        """A style and what it is based on, the farthest first."""
        style = self.styles.get((kind, name or self.usual.get(kind, "")))
        if style is None:
            style = self.styles.get((kind, self.usual.get(kind, "")))
        found: list[etree._Element] = []
        while style is not None and style not in found:
            found.append(style)
            style = self.styles.get((kind, _attribute(style.find(f"{W}basedOn"))))
        return found[::-1]

    def _style(self, kind: str, name: str, holder: str) -> Props:
        """What a style says of runs (`rPr`), paragraphs (`pPr`) or tables."""
        key = kind, name, holder
        if key not in self._merged:
            merged: Props = {}
            for style in self._chain(kind, name):
                merged |= dict(flatten(style.find(f"{W}{holder}")))
            self._merged[key] = merged
        return self._merged[key]

    def paragraph(self, paragraph: etree._Element) -> Props:
        """A paragraph's own properties and those of its style and its list."""
        direct = paragraph.find(f"{W}pPr")
        name = _attribute(paragraph.find(f"{W}pPr/{W}pStyle"))
        listed = self._list(paragraph, name)
        props = self.defaults["pPr"] | self._style("paragraph", name, "pPr") | listed | dict(flatten(direct))
        return strip(props)

    def _list(self, paragraph: etree._Element, style: str) -> Props:
        holders = [paragraph, *self._chain("paragraph", style)[::-1]]
        found = [item for holder in holders if (item := holder.find(f"{W}pPr/{W}numPr")) is not None]
        number = next((said for item in found if (said := _attribute(item.find(f"{W}numId")))), "0")
        index = next((said for item in found if (said := _attribute(item.find(f"{W}ilvl")))), "0")
        level = self.lists.get(number, {}).get(index)
        if level is None:
            return {}
        props = {f"list.{key}": value for key, value in flatten(level) if not key.startswith(("pPr", "rPr", "tplc"))}
        props |= {f"list.{key}": value for key, value in flatten(level.find(f"{W}rPr"))}
        again = {"list.again": "on"} if number in self.restarted else {}
        return dict(flatten(level.find(f"{W}pPr"))) | props | again

    def run(self, run: etree._Element, paragraph: etree._Element) -> Props:
        """A run's own properties and those of its styles; of toggles two that say it cancel each other out."""
        direct = dict(flatten(run.find(f"{W}rPr")))
        above = self._style("paragraph", _attribute(paragraph.find(f"{W}pPr/{W}pStyle")), "rPr")
        named = _attribute(run.find(f"{W}rPr/{W}rStyle"))
        beside = self._style("character", named, "rPr") if named else {}
        props = self.defaults["rPr"] | above | beside | direct
        for key in _TOGGLES & above.keys() & beside.keys() - direct.keys():
            props[key] = "on" if (above[key] == "on") != (beside[key] == "on") else "off"
        return strip(props)

    def table(self, table: etree._Element) -> Props:
        """A table's own properties and all that its style may do."""
        name = _attribute(table.find(f"{W}tblPr/{W}tblStyle"))
        props: Props = {}
        for style in self._chain("table", name):
            props |= {f"style.{key}": value for holder in ("tblPr", "trPr", "tcPr", "pPr", "rPr")
                      for key, value in flatten(style.find(f"{W}{holder}"), f"{holder}.")}  # fmt: skip
            for part in style.iterfind(f"{W}tblStylePr"):
                props |= dict(flatten(part, f"style.{_attribute(part, 'type')}."))
        look = {f"look.{key}": value for key, value in _read_look(table.find(f"{W}tblPr/{W}tblLook")).items()}
        return strip(props | look | dict(flatten(table.find(f"{W}tblPr"))))


def _read_look(look: etree._Element | None) -> Props:
    """Which parts of its style a table shows; written as bits, as names or both."""
    bits = _attribute(look)
    value = (
        int(bits, 16) if bits and all(sign in "0123456789abcdefABCDEF" for sign in bits[:8]) and len(bits) < 9 else 0
    )
    return {
        name: _settle(_attribute(look, name)) or ("on" if value & bit else "off") for name, bit in TABLE_LOOKS.items()
    }


def read_row(row: etree._Element, looks: Looks, cells: Sequence[etree._Element]) -> Props:
    """A row and its cells; the first one of a table bears what is said of the table."""
    props = dict(flatten(row.find(f"{W}trPr")))
    for number, cell in enumerate(cells, 1):
        props |= {f"cell{number}.{key}": value for key, value in flatten(cell.find(f"{W}tcPr"))}
    table = next(row.iterancestors(f"{W}tbl"), None)
    if table is not None and next(table.iter(f"{W}tr")) is row:
        props |= {f"table.{key}": value for key, value in looks.table(table).items()}
    return strip(props)


def compare_props(old: Mapping[str, str], new: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The properties that differ, each with what it was and is; empty for one that is not set."""
    names = dict.fromkeys((*old, *new))
    return [(name, old.get(name, ""), new.get(name, "")) for name in names if old.get(name) != new.get(name)]


def describe_props(props: Mapping[str, str]) -> str:
    """All of them as one text."""
    return " ".join(f"{key}={value}" for key, value in sorted(props.items()))


def spread(runs: Iterable[tuple[str, Props]]) -> list[tuple[str, Props]]:
    """The characters that are seen, each with the look of its run."""
    return [(sign, props) for text, props in runs for sign in text if not sign.isspace()]
