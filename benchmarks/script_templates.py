"""The templates of the script: bidkit's own, with what docxtpl says otherwise exchanged."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

PACK = Path(__file__).parents[1] / "templates/zh-proposal"
_PICTURES = r"product\.picture|plan\.gantt|team_chart|quote\.chart|sheet\.image"
_STAGE = re.compile(r"\{% if process\.stage %\}.*?\{% endif %\}")
_FIELDS = '<w:updateFields w:val="true"/><w:compat>'


def make_templates(folder: Path) -> None:
    """Write the proposal's and the brief's template."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("proposal.docx", "brief.docx"):
        with zipfile.ZipFile(PACK / name) as source, zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as made:
            for part in source.namelist():
                content = source.read(part)
                if part == "word/document.xml":
                    content = adapt(content.decode()).encode()
                elif part == "word/settings.xml":
                    content = content.replace(b"<w:compat>", _FIELDS.encode())  # Word fills in numbers and pages
                made.writestr(part, content)


def adapt(xml: str) -> str:
    """A document for docxtpl.

    Texts are sub-documents, which know their level; pictures stand in runs. The brief's tables of the checklist are cut
    out, for the script judges nothing.
    """
    xml = re.sub(r"\{\{p ([a-z.]+) \| level\(\d\) \}\}", r"{{p \1 }}", xml)
    xml = re.sub(rf"\{{\{{p ({_PICTURES}) \}}\}}", r"{{ \1 }}", xml)
    if "流程进度" in xml:
        start, end = (_start_of_heading(xml, title) for title in ("流程进度", "需求树"))
        xml = _STAGE.sub("—", xml[:start] + xml[end:])
    return xml


def _start_of_heading(xml: str, title: str) -> int:
    return xml.rindex("<w:p>", 0, xml.index(f">{title}<"))
