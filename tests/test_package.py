"""The output folder: whole or not at all, edits made by hand are kept, and the same input gives the same bytes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from here import run_here
from workspace import NOW, edit, make_workspace, root_of, sign_all

from bidkit.build import Options, build_deal, check_deal
from bidkit.diagnostic import Diagnostic
from bidkit.package import (
    MANIFEST,
    find_edits,
    find_missing,
    make_manifest,
    recover_package,
    write_file,
    write_folder,
    write_package,
)

WRITER = """
import sys
from pathlib import Path
from bidkit.package import make_manifest, write_package

files = {f"submit/{n}.txt": b"new" for n in range(4000)}
write_package(Path(sys.argv[1]), files | {"internal/manifest.json": make_manifest({}, {}, files)}, force=False)
"""

RACER = """
import sys
from pathlib import Path
from bidkit.package import make_manifest, write_package

folder, name = Path(sys.argv[1]), sys.argv[2]
files = {f"submit/{name}-{n}.txt": name.encode() for n in range(25)}
files["internal/manifest.json"] = make_manifest({}, {}, files)
print("ready", flush=True)
sys.stdin.read(1)
for _ in range(4):
    print(*[problem.code for problem in write_package(folder, files, force=False)] or ["written"])
"""

# One child for every step of writing a package: it kills itself before that step. Python tells its audit hooks of each
# step, before it takes it; the exchange of two names is told as the look for `renameat2` in the C library.
KILLED_AT_EACH_STEP = """
import ctypes, os, pickle, shutil, signal, sys
from pathlib import Path
from bidkit.package import write_package

root, can_exchange, files = Path(sys.argv[1]), sys.argv[2] == "exchange", pickle.load(sys.stdin.buffer)
if not can_exchange:
    ctypes.CDLL = lambda *_, **__: None  # a C library that has no renameat2, as on macOS

def write_and_die(folder, step):
    left = step

    def count(event, _):
        nonlocal left
        if event == "open" or event.startswith(("os.", "shutil.", "ctypes.dlsym")):
            left -= 1
            if left < 0:
                left = sys.maxsize  # to kill is a step too
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    os._exit(1 if write_package(folder, files, force=True) else 0)

status = -1
while status:
    step = len(list(root.iterdir())) - 1
    shutil.copytree(root / "pattern", root / f"{step}")
    child = os.fork()
    if not child:
        write_and_die(root / f"{step}" / "deal", step)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), status
"""


def make_files(text: str = "old", **more: str) -> dict[str, bytes]:
    files = {"submit/proposal.docx": text.encode(), "submit/credentials/01.pdf": b"paper"}
    files |= {name: content.encode() for name, content in more.items()}
    return files | {MANIFEST: make_manifest({"deal": "x"}, {"deal.yaml": "0" * 64}, files)}


def read_all(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def codes(problems: list[Diagnostic]) -> list[str]:
    return [problem.code for problem in problems]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package that has been written."""
    target = tmp_path / "dist" / "deal"
    assert write_package(target, make_files(), force=False) == []
    return target


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """A disk on which larger files cannot be written."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class TestWriting:
    def test_package_holds_the_files_and_nothing_else(self, folder: Path) -> None:
        assert read_all(folder) == make_files()
        assert [path.name for path in folder.parent.iterdir()] == ["deal"]

    def test_folders_above_are_made(self, tmp_path: Path) -> None:
        assert write_package(tmp_path / "a/b/c/deal", make_files(), force=False) == []
        assert read_all(tmp_path / "a/b/c/deal") == make_files()

    def test_new_package_takes_the_place_of_the_old_one_whole(self, folder: Path) -> None:
        files = {"submit/other.docx": b"new"}
        files[MANIFEST] = make_manifest({}, {}, files)
        assert write_package(folder, files, force=False) == []
        assert read_all(folder) == files
        assert [path.name for path in folder.parent.iterdir()] == ["deal"]

    def test_same_package_may_be_written_again(self, folder: Path) -> None:
        assert write_package(folder, make_files(), force=False) == []
        assert read_all(folder) == make_files()

    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="both names change in one step on Linux only")
    def test_there_is_a_whole_package_at_every_moment(self, folder: Path) -> None:
        misses: list[str] = []
        is_done = threading.Event()

        def watch() -> None:
            while not is_done.is_set():
                try:
                    (folder / MANIFEST).stat()
                    (folder / "submit/credentials/01.pdf").stat()
                except FileNotFoundError as error:
                    misses.append(str(error))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            for number in range(30):
                assert write_package(folder, make_files(str(number)), force=False) == []
        finally:
            is_done.set()
            watcher.join()
        assert misses == []

    def test_package_folder_may_be_a_link_to_another_place(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        assert write_package(tmp_path / "elsewhere/deal", make_files(), force=False) == []
        (tmp_path / "dist").mkdir()
        (tmp_path / "dist/deal").symlink_to(tmp_path / "elsewhere/deal")
        assert write_package(tmp_path / "dist/deal", make_files("new"), force=False) == []
        assert read_all(tmp_path / "dist/deal") == make_files("new")

    def test_neighbours_are_left_alone(self, folder: Path) -> None:
        names = [".deal-DRAFT.stage-1", ".other.stage-1", "deal-DRAFT", "notes.txt", ".deal.stage"]
        for name in names:
            (folder.parent / name).mkdir()
        assert write_package(folder, make_files("new"), force=False) == []
        assert sorted(path.name for path in folder.parent.iterdir()) == sorted([*names, "deal"])


def add_file(folder: Path) -> str:
    (folder / "submit/notes.txt").write_text("mine", encoding="utf-8")
    return "submit/notes.txt"


def change_file(folder: Path) -> str:
    (folder / "submit/proposal.docx").write_bytes(b"mine")
    return "submit/proposal.docx"


def empty_file(folder: Path) -> str:
    (folder / "submit/credentials/01.pdf").write_bytes(b"")
    return "submit/credentials/01.pdf"


def rename_file(folder: Path) -> str:
    (folder / "submit/proposal.docx").rename(folder / "submit/proposal-final.docx")
    return "submit/proposal-final.docx"


def remove_manifest(folder: Path) -> str:
    (folder / MANIFEST).unlink()
    return MANIFEST


def break_manifest(folder: Path) -> str:
    (folder / MANIFEST).write_text("{", encoding="utf-8")
    return MANIFEST


def swap_manifest(folder: Path) -> str:
    (folder / MANIFEST).write_text('{"outputs": ["submit/proposal.docx"]}', encoding="utf-8")
    return MANIFEST


EDITS: list[Callable[[Path], str]] = [
    add_file,
    change_file,
    empty_file,
    rename_file,
    remove_manifest,
    break_manifest,
    swap_manifest,
]


class TestEdits:
    @pytest.mark.parametrize("make_edit", EDITS)
    def test_edit_made_by_hand_is_never_overwritten(self, folder: Path, make_edit: Callable[[Path], str]) -> None:
        name = make_edit(folder)
        before = read_all(folder)
        problems = write_package(folder, make_files("new"), force=False)
        assert codes(problems) == ["PK07"]
        assert problems[0].values["file"] == name
        assert problems[0].span is not None
        assert problems[0].span.file == str(folder / name)
        assert read_all(folder) == before
        assert [path.name for path in folder.parent.iterdir()] == ["deal"]

    def test_what_a_file_manager_leaves_is_no_edit(self, folder: Path) -> None:
        for name in (".DS_Store", "submit/Thumbs.db", "submit/desktop.ini"):
            (folder / name).write_bytes(b"x")
        assert find_edits(folder) == []
        assert write_package(folder, {"submit/new": b"new"}, force=False) == []
        assert not (folder / ".DS_Store").exists()

    def test_every_edited_file_is_named(self, folder: Path) -> None:
        names = sorted([add_file(folder), change_file(folder), empty_file(folder)])
        assert [problem.values["file"] for problem in write_package(folder, make_files(), force=False)] == names
        assert find_edits(folder) == names

    @pytest.mark.parametrize("make_edit", EDITS)
    def test_force_keeps_the_edited_package_aside(self, folder: Path, make_edit: Callable[[Path], str]) -> None:
        make_edit(folder)
        before = read_all(folder)
        assert write_package(folder, make_files("new"), force=True) == []
        assert read_all(folder) == make_files("new")
        assert read_all(folder.with_name("deal.kept-1")) == before

    def test_force_never_overwrites_what_it_kept_before(self, folder: Path) -> None:
        for text in ("one", "two"):
            (folder / "submit/proposal.docx").write_text(text, encoding="utf-8")
            assert write_package(folder, make_files(), force=True) == []
        kept = [folder.with_name(f"deal.kept-{number}") / "submit/proposal.docx" for number in (1, 2)]
        assert [path.read_text(encoding="utf-8") for path in kept] == ["one", "two"]

    def test_force_keeps_nothing_aside_where_nothing_was_edited(self, folder: Path) -> None:
        assert write_package(folder, make_files("new"), force=True) == []
        assert [path.name for path in folder.parent.iterdir()] == ["deal"]

    def test_file_that_was_deleted_comes_back_with_the_next_build(self, folder: Path) -> None:
        (folder / "submit/proposal.docx").unlink()
        assert find_edits(folder) == []
        assert write_package(folder, make_files("new"), force=False) == []
        assert read_all(folder) == make_files("new")

    def test_folder_of_someone_else_is_never_overwritten(self, tmp_path: Path) -> None:
        mine = tmp_path / "dist/deal"
        mine.mkdir(parents=True)
        (mine / "photo.jpg").write_bytes(b"mine")
        assert codes(write_package(mine, make_files(), force=False)) == ["PK07"]
        assert read_all(mine) == {"photo.jpg": b"mine"}

    def test_file_in_the_place_of_the_folder_is_never_overwritten(self, tmp_path: Path) -> None:
        (tmp_path / "deal").write_bytes(b"mine")
        assert codes(write_package(tmp_path / "deal", make_files(), force=False)) == ["PK07"]
        assert (tmp_path / "deal").read_bytes() == b"mine"
        assert write_package(tmp_path / "deal", make_files(), force=True) == []
        assert (tmp_path / "deal.kept-1").read_bytes() == b"mine"
        assert read_all(tmp_path / "deal") == make_files()


class TestFailures:
    @pytest.mark.parametrize("parents", ["file", "file/deeper"])
    def test_place_that_cannot_be_written_is_a_finding(self, tmp_path: Path, parents: str) -> None:
        (tmp_path / "file").write_bytes(b"mine")
        problems = write_package(tmp_path / parents / "deal", make_files(), force=False)
        assert codes(problems) == ["EN04"]
        assert problems[0].message("en")
        assert (tmp_path / "file").read_bytes() == b"mine"

    @pytest.mark.skipif(sys.platform != "linux", reason="/proc is a place where not even root may write")
    def test_folder_without_permission_is_a_finding(self) -> None:
        assert codes(write_package(Path("/proc/bidkit/deal"), make_files(), force=False)) == ["EN04"]

    @pytest.mark.parametrize("is_edited", [False, True])
    def test_disk_that_is_full_leaves_the_old_package_whole(self, folder: Path, is_edited: bool) -> None:
        if is_edited:
            change_file(folder)
        before = read_all(folder)
        with file_size_limit(10_000):
            problems = write_package(folder, make_files("x" * 20_000), force=True)
        assert codes(problems) == ["EN04"]
        assert read_all(folder) == before
        assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == ["deal"]

    def test_disk_that_is_full_leaves_nothing_half_written(self, tmp_path: Path) -> None:
        with file_size_limit(10_000):
            problems = write_package(tmp_path / "deal", make_files("x" * 20_000), force=False)
        assert codes(problems) == ["EN04"]
        assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []

    def test_folders_left_by_killed_builds_are_cleared(self, folder: Path) -> None:
        for number in ("1", str(os.getpid()), "999999"):
            stale = folder.with_name(f".deal.stage-{number}") / "submit"
            stale.mkdir(parents=True)
            (stale / "half.docx").write_bytes(b"half")
        assert write_package(folder, make_files("new"), force=False) == []
        assert read_all(folder) == make_files("new")
        assert [path.name for path in folder.parent.iterdir()] == ["deal"]

    def test_a_single_file_clears_what_killed_writers_of_it_left(self, tmp_path: Path) -> None:
        for process in (1, 4_194_305):  # one that lives, and a number above the highest of Linux
            (tmp_path / f".lines.csv.stage-{process}").write_bytes(b"half")
        assert write_file(tmp_path / "lines.csv", b"whole", force=False) == []
        assert {path.name for path in tmp_path.iterdir()} == {"lines.csv", ".lines.csv.stage-1"}

    def test_killed_build_leaves_the_old_package_whole_and_the_next_one_works(self, folder: Path) -> None:
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)])
        deadline = time.monotonic() + 20
        while not list(folder.parent.glob(".deal.stage-*/submit")) and time.monotonic() < deadline:
            time.sleep(0.005)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        assert read_all(folder) == make_files()
        assert write_package(folder, make_files("new"), force=False) == []
        assert read_all(folder) == make_files("new")
        assert [path.name for path in folder.parent.iterdir()] == ["deal"]


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own that is soon full."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)]
    if os.getuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


class TestFullDisk:
    def test_there_is_the_old_package_or_the_new_one_however_much_room_is_left(self, tmp_path: Path) -> None:
        files = {f"submit/part-{number}/file.docx": bytes([number]) * 9_000 for number in range(12)}
        files[MANIFEST] = make_manifest({}, {}, files)
        came = set()
        with small_disk(tmp_path / "disk", "400k") as disk:
            folder, ballast = disk / "dist/deal", disk / "ballast"
            for pages in range(0, 60, 2):
                assert write_package(folder, make_files(), force=False) == []
                with ballast.open("wb", buffering=0) as file, suppress(OSError):
                    while True:
                        file.write(bytes(4096))
                os.truncate(ballast, ballast.stat().st_size // 4096 * 4096 - pages * 4096)
                problems = write_package(folder, files, force=False)
                assert (codes(problems), read_all(folder)) in ((["EN04"], make_files()), ([], files))
                assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == ["deal"]
                came.add(bool(problems))
                ballast.unlink()
                if problems:
                    assert "No space left" in problems[0].message("en")
        assert came == {True, False}

    def test_place_that_is_only_read_is_a_finding_and_the_package_stays(self, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk", "400k") as disk:
            folder = disk / "dist/deal"
            assert write_package(folder, make_files(), force=False) == []
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            for target in (folder, disk / "dist/other", disk / "new/deal"):
                (problem,) = write_package(target, make_files("new"), force=True)
                assert (problem.code, "Read-only" in problem.message("en")) == ("EN04", True)
            assert read_all(folder) == make_files()
            assert [path.name for path in disk.rglob("*")].count("deal") == 1


KILLS = [(exchange, edited) for exchange in ("exchange", "renames") for edited in (False, True)]


class TestKilled:
    @pytest.mark.skipif(not sys.platform.startswith("linux"), reason="both names change in one step on Linux only")
    @pytest.mark.parametrize(("exchange", "is_edited"), KILLS)
    def test_build_killed_before_any_step_loses_nothing(self, tmp_path: Path, exchange: str, is_edited: bool) -> None:
        """Old or new, whole; without the exchange perhaps back only with the next command; edits are never lost."""
        pattern = tmp_path / "pattern" / "deal"
        assert write_package(pattern, make_files(), force=False) == []
        if is_edited:
            change_file(pattern)
        old, new, newer = read_all(pattern), make_files("new"), make_files("newer")
        command = [sys.executable, "-c", KILLED_AT_EACH_STEP, str(tmp_path), exchange]
        subprocess.run(command, input=pickle.dumps(new), check=True)
        came, away = [], 0
        for number in range(len(list(tmp_path.iterdir())) - 1):
            folder = tmp_path / f"{number}" / "deal"
            if not folder.exists():
                away += 1
                recover_package(folder)
            came.append(read_all(folder))
            assert came[-1] in (old, new), number
            refused = write_package(folder, newer, force=False)
            assert codes(refused) == ["PK07"] * (is_edited and came[-1] == old), number
            left = {path.name: read_all(path) for path in folder.parent.iterdir()}
            kept = {"deal.kept-1": old} if is_edited and came[-1] == new else {}
            assert left == {"deal": old if refused else newer, **kept}, number
        assert came == sorted(came, key=[old, new].index)
        assert 10 < came.count(old) < len(came) - 5
        assert (away > 0) is (exchange == "renames")

    def test_package_is_not_taken_from_a_build_that_runs(self, folder: Path) -> None:
        folder.rename(folder.with_name(".deal.old"))
        with folder.with_name(".deal.lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            recover_package(folder)
            assert not folder.exists()
        recover_package(folder)
        assert read_all(folder) == make_files()
        assert [path.name for path in folder.parent.iterdir()] == ["deal"]

    def test_folder_of_packages_may_be_a_link_and_is_cleared_too(self, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "dist").symlink_to("elsewhere")
        folder = tmp_path / "dist/deal"
        assert write_package(folder, make_files(), force=False) == []
        folder.rename(folder.with_name(".deal.old"))
        (tmp_path / "elsewhere/.deal.stage-1/submit").mkdir(parents=True)
        recover_package(folder)
        assert read_all(folder) == make_files()
        assert write_package(folder, make_files("new"), force=False) == []
        assert read_all(tmp_path / "elsewhere/deal") == make_files("new")
        assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["deal"]
        assert (tmp_path / "dist").is_symlink()


class TestWholeBuilds:
    def test_at_once_on_a_full_disk_and_after_one_that_was_killed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BIDKIT_SOFFICE", str(tmp_path / "none"))
        deal = make_workspace(tmp_path / "w")
        folder = tmp_path / "w/dist/cs-2026-001-DRAFT"
        command = [sys.executable, "-m", "bidkit", "build", "--draft", "--lang", "en", str(deal)]
        builds = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        told = [build.communicate(timeout=120)[0] for build in builds]
        ends = [build.returncode for build in builds]
        assert 0 in ends
        assert all(code == 0 or (code, "EN06" in text) == (2, True) for code, text in zip(ends, told, strict=True))
        assert (find_edits(folder), find_missing(folder)) == ([], [])
        assert [path.name for path in folder.parent.iterdir()] == [folder.name]

        before = read_all(folder)
        monkeypatch.setenv("BIDKIT_CACHE", str(tmp_path / "cache"))  # empty, and it cannot be filled either
        edit(deal, "work: 分三批安装网关。", "work: 分四批安装网关。")
        with file_size_limit(2_000):
            result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert (result.folder, result.exit_code) == (None, 2)
        assert codes([*result.diagnostics]).count("EN04") == 1
        assert read_all(folder) == before
        assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == [folder.name]

        old = folder.with_name(f".{folder.name}.old")
        folder.rename(old)
        verified = run_here(tmp_path, ("verify", str(folder), "--lang", "en"), {})
        assert (verified.returncode, read_all(folder)) == (0, before), verified.stdout
        folder.rename(folder.with_name(".cs-2026-001.old"))
        check_deal(deal, Options(now=NOW))
        assert read_all(folder.with_name("cs-2026-001")) == before


class TestLock:
    def test_build_that_runs_already_is_told_and_nothing_is_touched(self, folder: Path) -> None:
        with folder.with_name(".deal.lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            assert codes(write_package(folder, make_files("new"), force=True)) == ["EN06"]
            assert read_all(folder) == make_files()
        assert write_package(folder, make_files("new"), force=False) == []

    def test_lock_file_that_no_one_holds_is_no_lock(self, folder: Path) -> None:
        folder.with_name(".deal.lock").touch()
        assert write_package(folder, make_files("new"), force=False) == []

    def test_other_deals_are_not_locked(self, folder: Path) -> None:
        with folder.with_name(".deal.lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            assert write_package(folder.with_name("deal-DRAFT"), make_files(), force=False) == []

    def test_builds_at_the_same_time_leave_one_whole_package(self, folder: Path) -> None:
        packages = [make_files(str(number), **{f"submit/{number}.txt": str(number)}) for number in range(8)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda files: write_package(folder, files, force=False), packages * 5))
        assert {tuple(codes(answer)) for answer in answers} <= {(), ("EN06",)}
        assert read_all(folder) in packages
        assert find_edits(folder) == []
        assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == ["deal"]

    def test_folder_that_is_new_is_written_by_one_process_at_a_time(self, tmp_path: Path) -> None:
        folder, half = tmp_path / "ours", tmp_path / ".ours.stage-1/half.docx"
        half.parent.mkdir()
        half.write_bytes(b"half")
        with folder.with_name(".ours.lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            assert codes(write_folder(folder, make_files())) == ["EN06"]
            assert half.exists(), "whoever writes it now still needs it"
        assert write_folder(folder, make_files()) == []
        assert read_all(folder) == make_files()
        assert [path.name for path in tmp_path.iterdir()] == ["ours"]

    def test_processes_at_the_same_time_leave_one_whole_package(self, folder: Path) -> None:
        command = [sys.executable, "-c", RACER, str(folder)]
        racers = [
            subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for name in "abcdef"
        ]
        for racer in racers:
            assert racer.stdout is not None and racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("x")
            racer.stdin.flush()
        told = [line for racer in racers for line in racer.communicate(timeout=60)[0].splitlines()]
        assert [racer.returncode for racer in racers] == [0] * 6
        assert (len(told), set(told) <= {"written", "EN06"}, "written" in told) == (24, True, True)
        found = read_all(folder)
        assert (len(found), len({name[7] for name in found if name != MANIFEST})) == (26, 1)
        assert (find_edits(folder), find_missing(folder)) == ([], [])
        assert [path.name for path in folder.parent.iterdir()] == ["deal"]


class TestManifest:
    def test_every_input_and_output_with_its_hash(self) -> None:
        record = json.loads(make_manifest({"deal": "x"}, {"deal.yaml": "ab"}, {"submit/a": b"A", "submit/b": b"B"}))
        assert record == {
            "format_version": "1.0",
            "deal": "x",
            "inputs": {"deal.yaml": "ab"},
            "outputs": {f"submit/{name.lower()}": hashlib.sha256(name.encode()).hexdigest() for name in "AB"},
        }

    def test_order_of_the_parts_does_not_matter(self) -> None:
        def turn(parts: Mapping[str, object]) -> dict[str, object]:
            return dict(reversed(parts.items()))

        inputs, outputs = {"b": "1", "a": "2"}, {"z": b"1", "y": b"2"}
        assert make_manifest({}, inputs, outputs) == make_manifest({}, turn(inputs), turn(outputs))  # type: ignore[arg-type]

    def test_two_builds_of_one_deal_are_the_same_bytes(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BIDKIT_SOFFICE", str(tmp_path / "none"))
        packages = []
        for number in (1, 2):
            deal = make_workspace(tmp_path / str(number))
            sign_all(deal)
            result = build_deal(deal, Options(now=NOW.replace(year=2026 + number), out=tmp_path / f"out{number}"))
            assert result.folder == tmp_path / f"out{number}" / "cs-2026-001", result.diagnostics
            packages.append(read_all(result.folder))
        assert packages[0] == packages[1]

    def test_manifest_names_every_file_that_was_read_and_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("BIDKIT_SOFFICE", str(tmp_path / "none"))
        deal = make_workspace(tmp_path)
        sign_all(deal)
        folder = build_deal(deal, Options(now=NOW)).folder
        assert folder is not None
        manifest = json.loads((folder / MANIFEST).read_bytes())
        written = {name: hashlib.sha256(content).hexdigest() for name, content in read_all(folder).items()}
        del written[MANIFEST]
        assert manifest["outputs"] == written
        for name, digest in manifest["inputs"].items():
            assert hashlib.sha256((root_of(deal) / name).read_bytes()).hexdigest() == digest
        assert {"bidkit.yaml", "deals/water/deal.yaml", "deals/water/attestations.yaml"} <= set(manifest["inputs"])
        assert {"catalog/products/GW-200.md", "catalog/credentials/files/iso9001.pdf"} <= set(manifest["inputs"])

    def test_draft_is_never_written_over_a_final_package(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BIDKIT_SOFFICE", str(tmp_path / "none"))
        deal = make_workspace(tmp_path)
        sign_all(deal)
        final = build_deal(deal, Options(now=NOW)).folder
        assert final is not None
        before = read_all(final)
        edit(deal, "work: 分三批安装网关。", "work: 分四批安装网关。")
        draft = build_deal(deal, Options(now=NOW, is_draft=True)).folder
        assert draft == final.with_name("cs-2026-001-DRAFT")
        assert read_all(final) == before
