"""The schemas as the real yaml-language-server uses them: what is wrong, what may stand here, what a key means."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from language_server import SERVER, Editor

from bidkit.schema import KINDS
from bidkit.schema.editor import SETTINGS, make_modelines, make_schema_files, put_settings

ROOT = Path(__file__).parents[1]
DEAL = "deals/water/deal.yaml"
TEXT = (ROOT / "examples/water" / DEAL).read_text(encoding="utf-8")


def set_up(root: Path, lang: str) -> dict[str, Any]:
    """A workspace as `bidkit schema --editor` leaves it; the settings that an editor sends."""
    files, problems = put_settings({})
    assert not problems
    for name, content in (files | make_schema_files(lang)).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    schemas = json.loads(files[SETTINGS])["yaml.schemas"]
    return {
        "yaml": {
            "schemas": schemas,
            "schemaStore": {"enable": False},
            "validate": True,
            "completion": True,
            "hover": True,
        }
    }


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    if not SERVER.exists() or not shutil.which("node"):
        if os.environ.get("BIDKIT_NO_SKIPS"):
            pytest.fail("yaml-language-server is not installed")
        pytest.skip("yaml-language-server is not installed (npm install yaml-language-server)")
    root = tmp_path_factory.mktemp("workspace")
    editor = Editor(root, set_up(root, "zh"))
    yield editor
    editor.close()


def test_nothing_is_wrong_with_the_examples(editor: Editor) -> None:
    right, wrong = {}, {}
    for example in ("water", "school", "port"):
        base = ROOT / "examples" / example
        for path in sorted(base.rglob("*.yaml")):
            name, text = path.relative_to(base), path.read_text(encoding="utf-8")
            right[editor.root / example / name] = text
            wrong[editor.root / "wrong" / example / name] = f"{text}\nno_such_key: 1\n"
    found = editor.open(right | wrong)
    assert {path: found[path] for path in right if found[path]} == {}
    # Whoever has no schema finds nothing wrong either.
    assert len(wrong) > 70
    assert [path for path in wrong if "no_such_key" not in str(found[path])] == []


def test_what_is_wrong_is_told_on_its_line(editor: Editor) -> None:
    mistakes = {
        "regime: tender": ("regime: tenders", '"commercial", "tender"'),
        "locale: zh-CN": ("locale: zh-CN\nlocal: x", "local"),
        "budget: 6800000.00": ("budget: abc", "预算: 金额"),
        "decision_date: 2026-09-30": ("decision_date: 2026-13-40", "决策时间: 日期"),
        "validity_days: 90": ("validity_days: 九十", "整数"),
    }
    text = TEXT
    for right, (wrong, _) in mistakes.items():
        assert right in text
        text = text.replace(right, wrong, 1)
    path = editor.root / DEAL
    found = editor.open({path: text})[path]
    lines = text.splitlines()
    told = {lines[item["range"]["start"]["line"]].strip(): item["message"] for item in found}
    for wrong, message in mistakes.values():
        assert message in told[wrong.splitlines()[-1]], told
    assert len(found) == len(mistakes)
    missing = editor.open({path: TEXT.replace("regime: tender\n", "", 1)})[path]
    assert [item["message"] for item in missing] == ['Missing property "regime".']


def test_values_keys_and_blocks_are_offered(editor: Editor) -> None:
    path = editor.root / DEAL
    editor.open({path: "schema: bidkit/deal@1\nregime: \nquote:\n  \n  lines:\n    - \n"})
    choices = editor.complete(path, 1, 8)
    assert [item["label"] for item in choices] == ["commercial", "tender"]
    assert ["商务谈判" in str(choices[0]), "招标投标" in str(choices[1])] == [True, True]
    keys = {item["label"]: item for item in editor.complete(path, 3, 2)}
    assert {"currency", "validity_days", "total", "milestones"} <= set(keys)
    assert "lines" not in keys  # it is there
    assert "币种" in str(keys["currency"]["documentation"])
    assert keys["validity_days"]["insertText"].strip() in ("validity_days:", "validity_days: $1")  # nobody's number
    (block,) = [item for item in editor.complete(path, 5, 6) if item["label"] == "报价行"]
    assert "tax_rate: ${5:TODO 税率}" in block["insertText"]
    editor.open({path: ""})
    (whole, *_) = [item for item in editor.complete(path, 0, 0) if item["label"] == "项目"]
    assert whole["insertText"].startswith("schema: bidkit/deal@1\nid: ")


def test_hover_tells_what_a_key_means(editor: Editor) -> None:
    path = editor.root / DEAL
    editor.open({path: TEXT})
    number = next(n for n, line in enumerate(TEXT.splitlines()) if line.strip().startswith("deadline:"))
    shown = editor.hover(path, number, 5)
    assert shown.startswith("#### 投标截止时间")
    assert "DT04" in shown


def test_a_modeline_leads_to_the_schema_without_settings(editor: Editor) -> None:
    kind = next(kind for kind in KINDS if kind.name == "waivers")
    path = editor.root / "odd/place/names.yaml"
    text = make_modelines(kind, "odd/place/names.yaml") + "schema: bidkit/waivers@1\nwaivers: 3\n"
    (found,) = editor.open({path: text})[path]
    assert (found["range"]["start"]["line"], found["range"]["start"]["character"]) == (3, 9)
