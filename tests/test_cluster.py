"""`bidkit batch --cluster`: a real scheduler and real workers; whoever dies, hangs or differs, no deal is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from test_batch import make_deals, read_all
from test_matrix import make_fleet
from typer.testing import CliRunner
from workspace import NOW, edit, write

from bidkit.batch import Asked, Batch, run_batch
from bidkit.build import Options
from bidkit.cli import app
from bidkit.cluster import Place, is_as_here, run_cluster
from bidkit.cluster.bundle import Tree, list_common, list_own, read_contents
from bidkit.cluster.there import Lacking, Made, Sent, Unfit, build_there, find_frame, tell_tools
from bidkit.finding import find_deals
from bidkit.reports.outcome import Outcome
from bidkit.unchanged import hash_file

ROOT = Path(__file__).parents[1]
QUIET = {"BIDKIT_SOFFICE": "/nonexistent", "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    """No LibreOffice, and a cache of one's own."""
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")


@dataclass
class Machines:
    """Processes of a cluster on this machine."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""

    def start(self, *words: str, **settings: str) -> tuple[subprocess.Popen[bytes], Path]:
        """A process of Dask, and its log."""
        log = self.folder / f"{len(self.running)}.log"
        command = [sys.executable, "-m", "dask", *words, "--host", "127.0.0.1", "--no-dashboard"]
        own = {"BIDKIT_CACHE": str(self.folder / "cache"), **QUIET, **settings}
        with log.open("wb") as file:
            process = subprocess.Popen(command, stdout=file, stderr=file, env=os.environ | own, start_new_session=True)
        self.running.append(process)
        return process, log

    def open(self) -> None:
        _, log = self.start("scheduler", "--port", "0")
        self.address = wait_for(log, r"Scheduler at:\s+(tcp://\S+)")

    def join(self, *words: str, **settings: str) -> tuple[subprocess.Popen[bytes], str]:
        """A worker and its address."""
        own = ["--nworkers", "1", "--nthreads", "1", "--local-directory", str(self.folder / f"at{len(self.running)}")]
        own += list(words) or ["--no-nanny", "--memory-limit", "0"]
        process, log = self.start("worker", self.address, *own, **settings)
        address = wait_for(log, r"Start worker at:\s+(tcp://\S+)")
        wait_for(log, r"Registered to:\s+(tcp)")
        return process, address

    def end(self, process: subprocess.Popen[bytes]) -> None:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_for(log: Path, pattern: str) -> str:
    for _ in range(600):
        if found := re.search(pattern, log.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """A scheduler and two workers that stay."""
    made = Machines(tmp_path_factory.mktemp("machines"))
    try:
        made.open()
        made.join()
        made.join()
        yield made
    finally:
        for process in made.running:
            made.end(process)


def make(
    root: Path, place: Place | None, done: Callable[[Outcome], None] = lambda outcome: None, **more: object
) -> Batch:
    asked = replace(Asked(Options(now=NOW), "en", root, ("json",)), **more)  # type: ignore[arg-type]
    elsewhere = partial(run_cluster, place) if place else None
    return run_batch(find_deals(["."], root)[0], asked, jobs=1, elsewhere=elsewhere, done=done)


def plain(batch: Batch) -> list[Outcome]:
    return [replace(item, seconds=0.0, because="") for item in batch.outcomes]


def codes(batch: Batch) -> list[str]:
    return [problem.code for problem in batch.problems]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of deals that can be built."""
    return make_deals(tmp_path_factory.mktemp("all") / "team", *"abcd")


@pytest.fixture
def root(team: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(team, tmp_path / "team")


def keep_deals(root: Path, names: str) -> None:
    for deal in (root / "deals").iterdir():
        if deal.name not in names:
            shutil.rmtree(deal)


def test_packages_and_findings_are_those_of_this_machine(machines: Machines, root: Path) -> None:
    keep_deals(root, "abcd")
    edit(root / "deals/c/deal.yaml", "total: '336000.00'", "total: '336000.01'")
    write(root / "deals/d/deal.yaml", "id: d\n\tno: yaml")
    local = make(root, None, is_fresh=True)
    packages = read_all(root / "dist")
    assert [item.state for item in local.outcomes] == ["built", "built", "refused", "refused"]
    for is_shipped in (False, True):
        shutil.rmtree(root / "dist")
        there = make(root, Place(machines.address, is_shipped=is_shipped), is_fresh=True)
        assert there.problems == []
        assert plain(there) == plain(local)
        assert read_all(root / "dist") == packages
    place = Place(machines.address, is_shipped=True)
    checked = [plain(make(root, where, is_check=True)) for where in (None, place)]
    assert checked[0] == checked[1]
    held = [path for path in machines.folder.rglob("bidkit-*/deals/*") if not path.name.startswith(".")]
    assert len(held) >= 4, "a worker that was sent a workspace keeps what its deals have in common"
    assert {path.name for folder in held for path in folder.iterdir()} == {"deal.yaml"}
    assert not [*machines.folder.rglob("bidkit-*/dist")], "nobody but this side writes packages"
    edit(root / "deals/b/deal.yaml", "分三批安装", "分四批安装")
    again = make(root, Place(machines.address))
    reasons = [(item.state, item.because) for item in again.outcomes[:2]]
    assert reasons == [("unchanged", ""), ("built", "deals/b/deal.yaml")]


def test_deals_of_one_master_are_built_there_as_here(machines: Machines, root: Path, tmp_path: Path) -> None:
    """Those of another master tell them their names, and are no reason to build anything here."""
    fleet = make_fleet(tmp_path / "one")
    for name in ("fleet", "other"):
        shutil.copytree(fleet, root / "deals" / name)
    edit(root / "deals/other/batch.yaml", "id: fleet-{row}", "id: other-{row}")
    options = Options(now=NOW, is_draft=True)
    local = make(root, None, is_fresh=True, options=options)
    packages = read_all(root / "dist")
    assert sorted(item.id for item in local.outcomes if item.state == "draft") == [
        *"abcd", "fleet-acme", "fleet-blue", "other-acme", "other-blue",
    ]  # fmt: skip
    for is_shipped in (False, True):
        shutil.rmtree(root / "dist")
        there = make(root, Place(machines.address, is_shipped=is_shipped), is_fresh=True, options=options)
        assert (there.problems, plain(there)) == ([], plain(local))
        assert read_all(root / "dist") == packages
    address = "deals/fleet/batch.yaml#fleet-blue"
    marks = {name: hash_file(root / name) for name in ("bidkit.yaml", "deals/fleet/batch.yaml")}
    sent = Sent(root, address, replace(options, before={"fleet-blue": None}), tell_tools(), marks)
    made = build_there(sent)
    assert isinstance(made, Made)
    assert is_as_here(made, sent)
    assert isinstance(build_there(replace(sent, marks={**marks, "deals/fleet/batch.yaml": "another"})), Lacking)
    edit(root / "deals/fleet/customers.csv", "2026-09-16,10", "2026-09-16,11")
    assert not is_as_here(made, sent)
    edit(root / "deals/fleet/customers.csv", "2026-09-16,11", "2026-09-16,10")
    tree, files = Tree(tmp_path / "tree"), list_common(root, [root / "dist"])
    files |= list_own(root, root / "deals/fleet", [])
    tree.bring(files, read_contents(root, files, ()))
    assert find_frame(tree.root / address) == made.frame, "else it is not believed, and built here"


def test_a_package_edited_by_hand_is_not_overwritten(machines: Machines, root: Path) -> None:
    keep_deals(root, "a")
    make(root, Place(machines.address))
    write(root / "dist/a/submit/quote.xlsx", b"mine")
    (outcome,) = make(root, Place(machines.address, is_shipped=True)).outcomes
    assert (outcome.state, outcome.because) == ("refused", "package")
    assert "PK07" in outcome.told[0]
    assert (root / "dist/a/submit/quote.xlsx").read_bytes() == b"mine"


def test_what_a_worker_has_is_not_sent_again(root: Path, tmp_path: Path) -> None:
    (root / "catalog/link.md").symlink_to(root / "catalog/products/GW-200.md")
    (root / "catalog/out.md").symlink_to(tmp_path)
    write(root / "deals/b/logo.png", (root / "logo.png").read_bytes() if (root / "logo.png").exists() else b"x")
    common, own = list_common(root, [root / "dist"]), list_own(root, root / "deals/b", [])
    assert "deals/a/deal.yaml" in common
    assert not [name for name in common if name.startswith("deals/") and not name.endswith("/deal.yaml")]
    assert set(own) == {f"deals/b/{name}" for name in read_all(root / "deals/b")}
    tree = Tree(tmp_path / "tree")
    tree.bring(common, read_contents(root, common, ()))
    assert (tree.root / "catalog/link.md").read_bytes() == (root / "catalog/products/GW-200.md").read_bytes()
    assert not (tree.root / "catalog/out.md").resolve().is_relative_to(tree.root)
    tree.bring({**common, **own}, read_contents(root, own, {*tree.files.values()}))
    assert {name: (tree.root / name).read_bytes() for name in own} == {name: (root / name).read_bytes() for name in own}
    before = (tree.root / "bidkit.yaml").stat()
    edit(root / "catalog/products/GW-200.md", "保存 45 天", "保存 46 天")
    (root / "catalog/products/GW-200.md").rename(root / "catalog/products/GW-201.md")
    shutil.copy(root / "deals/a/deal.yaml", root / "catalog/copy.yaml")
    now = list_common(root, [root / "dist"])
    sent = read_contents(root, now, {*tree.files.values()})
    assert len(sent) == 1
    tree.bring(now, sent)
    assert tree.files == now
    assert (tree.root / "bidkit.yaml").stat().st_mtime_ns == before.st_mtime_ns
    assert (tree.root / "catalog/copy.yaml").read_bytes() == (root / "deals/a/deal.yaml").read_bytes()
    assert not (tree.root / "catalog/products/GW-200.md").exists()
    assert not (tree.root / "deals/b/logo.png").exists()


def test_what_lies_in_the_folder_of_another_deal_is_read_here(machines: Machines, root: Path) -> None:
    keep_deals(root, "ab")
    (root / "deals/a/texts").mkdir()
    write(root / "deals/a/texts/more.md", "我们有二十年经验。\n")
    text = (root / "deals/b/deal.yaml").read_text(encoding="utf-8")
    changed = re.sub(r"(?m)^title: .*$", "title: {file: ../a/texts/more.md}", text)
    assert changed != text
    write(root / "deals/b/deal.yaml", changed)
    there = make(root, Place(machines.address, is_shipped=True), options=Options(now=NOW, is_draft=True))
    local = make(root, None, options=Options(now=NOW, is_draft=True), is_fresh=True)
    assert plain(there) == plain(local)
    assert not any("DL12" in text for outcome in there.outcomes for text in outcome.told)


def test_what_was_made_of_other_files_is_not_believed(root: Path) -> None:
    """A folder at the same path need not be the same folder."""
    names = ("bidkit.yaml", "deals/a/deal.yaml")
    options = Options(now=NOW, before={"a": None})
    sent = Sent(root, names[1], options, tell_tools(), {name: hash_file(root / name) for name in names})
    made = build_there(sent)
    assert isinstance(made, Made)
    assert made.package
    assert is_as_here(made, sent)
    assert not is_as_here(made, replace(sent, options=replace(options, before={"b": None})))
    product = root / "catalog/products/GW-200.md"
    for path, content in (
        (product, product.read_bytes() + b"\n"),
        (product.with_name("GW-300.md"), product.read_bytes()),
        (root / "deals/a/waivers.yaml", b"schema: bidkit/waivers@1\nwaivers: []\n"),
        (root / "deals/b/deal.yaml", (root / "deals/b/deal.yaml").read_bytes().replace(b"title: ", b"title: 2 ", 1)),
        (root / "templates/own/pack.yaml", b"own"),
    ):
        before = path.read_bytes() if path.exists() else None
        write(path, content)
        assert not is_as_here(made, sent), path
        path.unlink() if before is None else path.write_bytes(before)
        assert is_as_here(made, sent), path
    assert isinstance(build_there(replace(sent, tools={})), Unfit)
    assert isinstance(build_there(replace(sent, marks={"bidkit.yaml": "another"})), Lacking)


# Workers that do not do what they should.


def assert_all_built(batch: Batch, told: list[str], root: Path, names: str) -> None:
    assert sorted(told) == [*names], "each is told once"
    assert [(item.id, item.state) for item in batch.outcomes] == [(name, "built") for name in names]
    assert (batch.left, batch.exit_code) == ([], 0)
    assert sorted(path.name for path in (root / "dist").iterdir()) == [*names]
    for name in names:
        manifest = json.loads((root / "dist" / name / "internal/manifest.json").read_bytes())
        assert all((root / "dist" / name / file).is_file() for file in manifest["outputs"])


def test_workers_that_die_or_hang_lose_no_deal(machines: Machines, root: Path) -> None:
    """All four have a deal when one is killed and one is stopped."""
    victims = [machines.join()[0] for _ in range(2)]
    told: list[str] = []

    def stop(outcome: Outcome) -> None:
        told.append(outcome.id)
        if len(told) == 1:
            for process, number in zip(victims, (signal.SIGKILL, signal.SIGSTOP), strict=True):
                os.kill(process.pid, number)

    try:
        batch = make(root, Place(machines.address, seconds=25), stop)
        assert_all_built(batch, told, root, "abcd")
        assert batch.problems == []
        stopped = Path(f"/proc/{victims[1].pid}/stat")
        assert not stopped.exists() or stopped.read_text().rpartition(")")[2].split()[0] == "T", "it still hangs"
    finally:
        for process in victims:
            machines.end(process)


def test_a_worker_without_room_loses_no_deal(machines: Machines, root: Path) -> None:
    """Its nanny kills it as soon as it builds, again and again; the others, or this side, build what it had."""
    keep_deals(root, "abc")
    # It has 80 MB when it has told what it builds with, and 157 MB once it has compiled templates.
    settings = {"BIDKIT_CACHE": "off", "DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE": "False"}
    process, _ = machines.join("--nanny", "--memory-limit", "130MiB", **settings)
    log = machines.folder / f"{machines.running.index(process)}.log"
    told: list[str] = []
    try:
        batch = make(root, Place(machines.address), lambda outcome: told.append(outcome.id))
    finally:
        machines.end(process)
    assert_all_built(batch, told, root, "abc")
    assert set(codes(batch)) <= {"EN45"}
    assert "memory budget" in log.read_text(encoding="utf-8", errors="replace")


def test_what_fails_on_a_worker_is_built_here_and_told(machines: Machines, root: Path) -> None:
    """Their disks are gone."""
    keep_deals(root, "a")
    disks = [machines.folder / "at1", machines.folder / "at2"]
    for disk in disks:
        disk.rename(disk.with_suffix(".gone"))
    try:
        batch = make(root, Place(machines.address, is_shipped=True))
    finally:
        for disk in disks:
            disk.with_suffix(".gone").rename(disk)
    assert [item.state for item in batch.outcomes] == ["built"]
    (problem,) = batch.problems
    assert (problem.code, problem.values["count"], batch.exit_code) == ("EN45", 1, 0)
    assert "FileNotFoundError" in str(problem.values["reason"])


def test_a_deal_that_takes_too_long_everywhere_is_told(machines: Machines, root: Path) -> None:
    keep_deals(root, "a")
    batch = make(root, Place(machines.address, seconds=0.05))
    assert [item.state for item in batch.outcomes] == ["failed"]
    assert "EN44" in batch.outcomes[0].told[0]
    assert (batch.exit_code, (root / "dist").exists()) == (2, False)


def make_other(folder: Path) -> Path:
    """bidkit with one byte more."""
    shutil.copytree(ROOT / "src", folder / "src")
    shutil.copytree(ROOT / "templates", folder / "templates")
    edit(folder / "src/bidkit/batch.py", "_AHEAD = 2", "_AHEAD = 20")
    return folder / "src"


def test_a_worker_with_another_bidkit_is_refused(machines: Machines, root: Path, tmp_path: Path) -> None:
    keep_deals(root, "abc")
    other = str(make_other(tmp_path / "other"))
    joined: list[tuple[subprocess.Popen[bytes], str]] = []

    def join(outcome: Outcome) -> None:
        """One that comes when the batch is in its middle."""
        if not joined:
            joined.append(machines.join(PYTHONPATH=other))
            time.sleep(0.5)  # until it is looked for again

    try:
        late = make(root, Place(machines.address), join)
        address = joined[0][1]
        early = make(root, Place(machines.address), is_fresh=True)
    finally:
        for process, _ in joined:
            machines.end(process)
    assert [item.state for item in late.outcomes] == ["built"] * 3
    assert (early.outcomes, len(early.left), early.exit_code) == ([], 3, 2)
    (problem,) = early.problems
    values = problem.values
    assert (problem.code, values["worker"], values["what"]) == ("EN43", address, "bidkit")
    assert values["ours"] != values["theirs"]
    assert {str(values[side]).split(" ")[0] for side in ("ours", "theirs")} == {"0.1.0"}
    for told in late.problems:  # it may have come when all had been given out
        assert (told.code, told.severity.value, told.values) == ("EN43", "warning", values)


def test_without_a_scheduler_or_dask_nothing_is_begun(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        batch = make(root, Place(address, wait_seconds=0.5))
        assert (codes(batch), batch.outcomes, len(batch.left), batch.exit_code) == (["EN41"], [], 4, 2)
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = CliRunner().invoke(app, ["batch", str(root), "--lang", "en", "--cluster", "tcp://127.0.0.1:9"])
    assert done.exit_code == 2
    assert "EN40" in done.stderr
    assert 'pip install "bidkit-tender[cluster]"' in done.stderr


def test_without_workers_nothing_is_begun(root: Path, tmp_path: Path) -> None:
    machines = Machines(tmp_path)
    try:
        machines.open()
        batch = make(root, Place(machines.address, wait_seconds=1))
    finally:
        for process in machines.running:
            machines.end(process)
    assert (codes(batch), batch.outcomes, len(batch.left), batch.exit_code) == (["EN42"], [], 4, 2)


# The command; these come last, as the scheduler ends with them.


def start(root: Path, machines: Machines) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bidkit", "batch", str(root), "--lang", "en", "--format", "json"]
    command += ["--cluster", machines.address]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def read_record(process: subprocess.Popen[str], root: Path) -> tuple[dict[str, Any], str]:
    out, errors = process.communicate(timeout=60)
    record = json.loads(out)
    built = {item["id"] for item in record["deals"]}
    assert 1 <= len(built) < 4
    assert len(record["left"]) == 4 - len(built)
    assert {path.name for path in (root / "dist").iterdir()} == built
    return record, errors


def test_interrupt_keeps_what_is_done(machines: Machines, root: Path) -> None:
    with start(root, machines) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("[1/4]")
        process.send_signal(signal.SIGINT)
        record, errors = read_record(process, root)
    assert process.returncode == 130
    assert record["is_interrupted"]
    assert [line for line in errors.splitlines() if not line.startswith("[")] == [], "Dask's own log is silent"


def test_scheduler_that_is_lost_ends_the_batch_and_keeps_what_is_done(machines: Machines, root: Path) -> None:
    with start(root, machines) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("[1/4]")
        machines.end(machines.running[0])
        _, errors = read_record(process, root)
    assert process.returncode == 2
    told = [line for line in errors.splitlines() if not line.startswith("[")]
    assert "EN41" in told[0]
    assert len(told) == 2, "a line and what to do; Dask's own log is silent"
