"""What bidkit stands on: every version locked, its licences known, and nothing of it asks the network."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from workspace import make_workspace

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
PINNED = {canonicalize_name(name): pin for name, pin in re.findall(r"^([\w.-]+)==([\w.+-]+)", LOCK, re.M)}
PERMISSIVE = re.compile(
    r"\b(MIT|MIT-CMU|BSD\S*|Apache\S*|PSF\S*|Python Software Foundation|ISC|MPL-2\.0|Mozilla Public License 2\.0)\b"
)
NO_NETWORK = """\
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind"):
        print("NETWORK", event, arguments, file=sys.stderr)
        raise SystemExit(99)

sys.addaudithook(refuse)
from bidkit.cli import main
main()
"""


def list_wanted() -> Iterator[Requirement]:
    """All that pyproject.toml asks for at run time and while developing."""
    groups = PROJECT["dependency-groups"]
    for listed in (PROJECT["project"]["dependencies"], groups["oracle"], groups["dev"]):
        yield from (Requirement(text) for text in listed if isinstance(text, str))


def list_installed() -> set[str]:
    """What bidkit needs at run time, with all that this needs."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        if name not in found:
            found.add(name)
            waiting += [each for each in map(Requirement, distribution(name).requires or ()) if is_needed(each)]
    return found


def is_needed(one: Requirement) -> bool:
    return one.marker is None or one.marker.evaluate({"extra": ""})


def read_licence(name: str) -> str:
    about = distribution(name).metadata
    listed = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or () if line.startswith("License ::")]
    return about.get("License-Expression") or "; ".join(listed) or about.get("License") or ""


def test_every_requirement_is_locked_to_a_version_that_it_allows() -> None:
    wanted = [*list_wanted()]
    assert len(wanted) > 20
    for one in wanted:
        assert one.specifier.contains(PINNED[canonicalize_name(one.name)]), one


def test_what_builds_the_docs_is_locked_too_and_agrees_with_the_rest() -> None:
    lock = (ROOT / "requirements-docs.txt").read_text(encoding="utf-8")
    pins = [(canonicalize_name(name), pin) for name, pin in re.findall(r"^([\w.-]+)==([\w.+-]+)", lock, re.M)]
    for one in map(Requirement, PROJECT["dependency-groups"]["docs"]):
        locked = [pin for name, pin in pins if name == canonicalize_name(one.name)]
        assert locked, one
        assert all(one.specifier.contains(pin) for pin in locked), one
    assert [(name, pin) for name, pin in pins if PINNED.get(name, pin) != pin] == []
    blocks = re.split(r"^(?=[\w.-]+==)", lock, flags=re.M)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_every_locked_version_has_its_hashes() -> None:
    blocks = re.split(r"\n(?=[\w.-]+==)", LOCK[LOCK.index("annotated-") :])
    assert len(blocks) == len(re.findall(r"^[\w.-]+==", LOCK, re.M))
    for block in blocks:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block


def test_the_lock_names_no_place_to_fetch_from() -> None:
    assert not re.search(r"://|--index-url|--find-links", LOCK)


def test_licences_are_those_of_the_list_and_permissive() -> None:
    page = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| `([\w.-]+)` \| ([^|]+?) \|$", page, re.M))
    assert set(listed) == list_installed()
    for name, licence in listed.items():
        assert PERMISSIVE.search(licence), (name, licence)
        assert PERMISSIVE.search(read_licence(name)), (name, read_licence(name))


def test_a_build_asks_no_network(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    words = ["build", "--draft", "--as-of", "2026-09-01", str(deal)]
    done = subprocess.run([sys.executable, "-c", NO_NETWORK, *words], capture_output=True, text=True, timeout=120)
    assert (done.returncode, "NETWORK" in done.stderr) == (0, False), done.stdout + done.stderr
    assert [*tmp_path.rglob("submit/*.docx")]


def test_whoever_asks_the_network_is_stopped() -> None:
    build, ask = "from bidkit.cli import main\nmain()", "import socket; socket.create_connection(('localhost', 9))"
    program = NO_NETWORK.replace(build, ask)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 99


def test_a_jinja_whose_sandbox_can_be_left_is_not_allowed() -> None:
    """3.1.6 closes CVE-2025-27516."""
    (one,) = [each for each in list_wanted() if each.name == "jinja2"]
    assert not one.specifier.contains("3.1.5")
