"""What the house promises of itself: public names, light imports, the map, sizes, layers, no clock."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import bidkit

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src/bidkit"
MODULES = sorted(SOURCE.rglob("*.py"))
NAMES = [path.relative_to(SOURCE).as_posix() for path in MODULES]
HEAVY = ("pydantic", "lxml", "jinja2", "yaml", "typer", "rich", "openpyxl", "xlsxwriter", "PIL", "pypdfium2")


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.strip()


@cache
def read_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def first_line(path: Path) -> str:
    return (ast.get_docstring(read_tree(path)) or "").partition("\n")[0]


@cache
def attribute_calls(path: Path) -> list[str]:
    """What a module calls, as `name` or `holder.name`."""
    return [ast.unparse(node.func) for node in ast.walk(read_tree(path)) if isinstance(node, ast.Call)]


def test_all_names_what_can_be_imported() -> None:
    assert sorted(bidkit.__all__) == bidkit.__all__ or len(set(bidkit.__all__)) == len(bidkit.__all__)
    for name in bidkit.__all__:
        assert getattr(bidkit, name) is not None
    assert set(bidkit._HOMES) | {"__version__"} == set(bidkit.__all__)


@pytest.mark.parametrize(
    "first",
    [
        "from bidkit import build_deal",
        "from bidkit import Options, build_deal, check_deal",
        "from bidkit import check_deal, build_deal",
        "import bidkit.build\nfrom bidkit import build_deal",
        "from bidkit.build import Options\nfrom bidkit import build_deal",
        "import bidkit\nbidkit.Options\nbuild_deal = bidkit.build_deal",
        "import bidkit\nbidkit.Result\nbidkit.check_deal\nbuild_deal = bidkit.build_deal",
    ],
)
def test_public_functions_are_functions_in_whatever_order_they_are_imported(first: str) -> None:
    assert (
        run_python(f"{first}\nimport bidkit\nprint(callable(build_deal), callable(bidkit.check_deal))") == "True True"
    )


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nobody'"):
        bidkit.nobody  # noqa: B018 - reading it is the test


def test_importing_bidkit_imports_nothing_heavy() -> None:
    code = f"import bidkit, sys\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    assert run_python(code) == "[]"


def test_importing_the_template_compiler_imports_nothing_heavy() -> None:
    heavy = (*HEAVY, "docx", "docxcompose", "bidkit.ooxml.template")
    assert run_python(f"import bidkit.ooxml, sys\nprint([name for name in {heavy!r} if name in sys.modules])") == "[]"


def test_importing_the_command_line_imports_no_parser_and_no_format() -> None:
    heavy = [name for name in HEAVY if name not in ("typer", "rich")]
    assert run_python(f"import bidkit.cli, sys\nprint([name for name in {heavy!r} if name in sys.modules])") == "[]"


def test_module_says_in_one_line_what_it_is() -> None:
    lines = {path: first_line(path) for path in MODULES}
    assert [path for path, line in lines.items() if not (line.endswith((".", ":")) and 10 <= len(line) <= 120)] == []


def test_map_in_the_architecture_page_is_that_of_the_source() -> None:
    page = ROOT / "docs/architecture.md"
    if not page.exists():
        pytest.skip("docs/architecture.md is not written yet")
    blocks = re.findall(r"```\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    (block,) = [block for block in blocks if block.startswith("__init__.py ")]
    shown = dict(line.split(maxsplit=1) for line in block.splitlines())
    assert shown == {name: first_line(path) for name, path in zip(NAMES, MODULES, strict=True)}


def test_file_has_at_most_600_lines() -> None:
    assert [path for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 600] == []


def test_function_has_at_most_60_lines() -> None:
    for path in (path for path in MODULES if not path.name.endswith("cli.py")):  # a command's lines are its options
        for node in ast.walk(read_tree(path)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 60, (path, node.name)


def test_imports_point_down() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program, "--no-cache"], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_nothing_is_printed() -> None:
    assert [path for path in MODULES if "print" in attribute_calls(path)] == []


def test_only_the_command_line_asks_the_clock() -> None:
    clocks = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.localtime"}
    for path in (path for path in MODULES if path.name != "command.py"):
        assert not clocks & {".".join(call.split(".")[-2:]) for call in attribute_calls(path)}, path


def test_command_line_asks_the_clock_once() -> None:
    assert attribute_calls(SOURCE / "command.py").count("datetime.now") == 1


EDGE = ("command.py", "office", "package.py", "cache.py", "batch.py", "finding.py")


def test_environment_and_processes_stay_at_the_edge() -> None:
    beyond = re.compile(r"os\.environ|os\.getenv|import subprocess|import socket|import urllib|import requests")
    inside = [path for path in MODULES if path.relative_to(SOURCE).parts[0] not in EDGE]
    assert [path for path in inside if beyond.search(path.read_text(encoding="utf-8"))] == []


def test_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert bidkit.__version__ == version("bidkit-tender")
