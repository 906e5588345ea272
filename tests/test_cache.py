import multiprocessing
import os
import random
import resource
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bidkit.cache import Store, open_store

LARGE = random.Random(1).randbytes(200_000)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that BIDKIT_CACHE names."""
    monkeypatch.setenv("BIDKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def store(cache: Path) -> Store:
    found = open_store("templates")
    assert found is not None
    return found


def files(store: Store) -> list[Path]:
    return sorted(store.folder.iterdir())


@pytest.mark.parametrize("payload", [b"", b"x", LARGE], ids=len)
@pytest.mark.parametrize("key", ["", "k", "../../k", "键\ud800", "k" * 10_000])
def test_what_is_put_is_got_under_its_key_only(store: Store, key: str, payload: bytes) -> None:
    assert store.get(key) is None
    store.put(key, payload)
    assert store.get(key) == payload
    assert store.get(f"{key}.") is None
    assert [file.parent for file in files(store)] == [store.folder]


def test_a_second_store_of_the_same_name_has_the_entries_and_another_has_not(store: Store) -> None:
    store.put("k", b"one")
    store.put("k", b"two")
    again, other = open_store("templates"), open_store("other")
    assert again is not None and again.get("k") == b"two"
    assert other is not None and other.get("k") is None
    assert len(files(store)) == 1


def test_key_and_payload_cannot_be_cut_elsewhere(store: Store) -> None:
    store.put("ab", b"cd")
    (entry,) = files(store)
    content = entry.read_bytes()
    store.put("abc", b"x")
    (other,) = set(files(store)) - {entry}
    other.write_bytes(content[:32] + b"d")
    assert store.get("abc") is None


def test_the_entry_of_another_key_is_removed(store: Store) -> None:
    store.put("a", b"x")
    (first,) = files(store)
    store.put("b", b"y")
    (second,) = set(files(store)) - {first}
    second.write_bytes(first.read_bytes())
    assert store.get("b") is None
    assert files(store) == [first]


def damaged(content: bytes, places: range | list[int]) -> Iterator[bytes]:
    for place in places:
        for flip in (0x01, 0xFF):
            yield content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]


@pytest.mark.parametrize("payload", [b"", b"a payload", LARGE], ids=len)
def test_an_entry_with_one_flipped_byte_is_removed(store: Store, payload: bytes) -> None:
    store.put("k", payload)
    (entry,) = files(store)
    content = entry.read_bytes()
    is_small = len(content) < 100
    places = range(len(content)) if is_small else random.Random(2).sample(range(len(content)), 200)
    for wrong in damaged(content, places):
        entry.write_bytes(wrong)
        assert store.get("k") is None
        assert not entry.exists()
    entry.write_bytes(content)
    assert store.get("k") == payload


def test_an_entry_that_is_cut_or_longer_is_removed(store: Store) -> None:
    store.put("k", b"a payload")
    (entry,) = files(store)
    content = entry.read_bytes()
    for wrong in [*(content[:length] for length in range(len(content))), content + b"\0"]:
        entry.write_bytes(wrong)
        assert store.get("k") is None
        assert not entry.exists()


def test_what_stands_in_the_place_of_an_entry_is_neither_followed_nor_waited_for(store: Store, tmp_path: Path) -> None:
    store.put("k", b"x")
    (entry,) = files(store)
    elsewhere = tmp_path / "elsewhere"
    entry.rename(elsewhere)
    entry.symlink_to(elsewhere)
    assert store.get("k") is None
    assert elsewhere.exists() and not entry.is_symlink()
    os.mkfifo(entry)
    assert store.get("k") is None
    assert not entry.exists()
    entry.mkdir()
    descriptors = len(list(Path("/dev/fd").iterdir()))
    assert store.get("k") is None
    assert len(list(Path("/dev/fd").iterdir())) == descriptors
    store.put("k", b"x")
    assert store.get("k") is None
    assert files(store) == [entry]


def test_an_entry_that_others_could_write_is_removed(store: Store) -> None:
    for mode in (0o620, 0o602, 0o666):
        store.put("k", b"x")
        (entry,) = files(store)
        assert stat.S_IMODE(entry.stat().st_mode) == 0o600
        entry.chmod(mode)
        assert store.get("k") is None
        assert not entry.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_what_belongs_to_another_user_is_refused(store: Store, cache: Path) -> None:
    store.put("k", b"x")
    os.chown(files(store)[0], 12345, 12345)
    assert store.get("k") is None
    for folder in (store.folder, cache):
        os.chown(folder, 12345, 12345)
        assert open_store("templates") is None
        os.chown(folder, 0, 0)
    assert open_store("templates") == store


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o720, 0o702])
def test_a_folder_that_others_can_write_is_refused(store: Store, cache: Path, mode: int) -> None:
    for folder in (store.folder, cache):
        folder.chmod(mode)
        assert open_store("templates") is None
        folder.chmod(0o700)
    assert open_store("templates") == store


def test_folders_are_made_for_the_user_only_whatever_the_umask(cache: Path) -> None:
    before = os.umask(0)
    try:
        store = open_store("templates")
        assert store is not None
        store.put("k", b"x")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (cache, store.folder, files(store)[0])] == [
        0o700,
        0o700,
        0o600,
    ]


def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    cache.symlink_to(tmp_path / "real")
    assert open_store("templates") is None
    cache.unlink()
    cache.mkdir(mode=0o700)
    (cache / "templates").symlink_to(tmp_path / "real")
    assert open_store("templates") is None
    assert list((tmp_path / "real").iterdir()) == []


def test_there_is_no_store_where_none_can_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "x", Path("/proc/nowhere"), Path("/dev/null")):
        monkeypatch.setenv("BIDKIT_CACHE", str(place))
        assert open_store("templates") is None


def test_off_is_no_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIDKIT_CACHE", "off")
    assert open_store("templates") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="where other systems keep caches is theirs")
def test_the_store_lies_in_the_users_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BIDKIT_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for xdg, place in ((str(tmp_path / "xdg"), "xdg"), ("", "home/.cache"), ("relative", "home/.cache")):
        monkeypatch.setenv("XDG_CACHE_HOME", xdg)
        store = open_store("templates")
        assert store is not None and store.folder == tmp_path / place / "bidkit" / "templates"


def test_the_oldest_entries_make_room(store: Store) -> None:
    small = Store(store.folder, 10 * (32 + 1000))
    (store.folder / "left-by-a-dead-writer.new").write_bytes(bytes(5000))
    os.utime(store.folder / "left-by-a-dead-writer.new", (1, 1))
    for number in range(30):
        small.put(f"{number}", bytes(1000))
        newest = max(files(small), key=lambda file: file.stat().st_mtime_ns)
        os.utime(newest, (1000 + number, 1000 + number))
        assert sum(file.stat().st_size for file in files(small)) <= small.max_bytes
    kept = [number for number in range(30) if small.get(f"{number}") is not None]
    assert kept == list(range(20, 30))


def test_what_is_larger_than_the_store_drives_nothing_out(store: Store) -> None:
    small = Store(store.folder, 1000)
    small.put("a", bytes(500))
    small.put("b", bytes(969))
    assert small.get("b") is None
    small.put("c", bytes(10**6))
    assert small.get("a") == bytes(500)
    small.put("d", bytes(968))
    assert (small.get("a"), small.get("d")) == (None, bytes(968))


def write_many(folder: Path, seed: int) -> None:
    store, order = Store(folder, 300_000), random.Random(seed)
    for _ in range(300):
        key = order.randrange(20)
        found = store.get(f"{key}")
        assert found is None or found == random.Random(key).randbytes(20_000 + key)
        store.put(f"{key}", random.Random(key).randbytes(20_000 + key))


def test_processes_that_write_at_once_never_see_half_an_entry(store: Store) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=write_many, args=(store.folder, seed)) for seed in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 4
    assert sum(file.stat().st_size for file in files(store)) <= 300_000
    assert not list(store.folder.glob("*.new"))
    assert sum(store.get(f"{key}") is not None for key in range(20)) >= 5


def write_limited(folder: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    store = Store(folder)
    store.put("small", b"x")
    store.put("large", LARGE)
    assert (store.get("small"), store.get("large")) == (b"x", None)


def run_alone(target: Callable[[Path], None], folder: Path) -> int | None:
    process = multiprocessing.get_context("spawn").Process(target=target, args=(folder,))
    process.start()
    process.join()
    return process.exitcode


def test_a_write_that_breaks_off_leaves_nothing(store: Store) -> None:
    assert run_alone(write_limited, store.folder) == 0
    assert len(files(store)) == 1


def fill_and_put(folder: Path) -> None:
    store = Store(folder)
    store.put("before", b"x")
    for number in range(10):
        store.put(f"{number}", LARGE)
    assert store.get("before") == b"x"
    found = [store.get(f"{number}") for number in range(10)]
    assert LARGE in found and None in found and set(found) == {LARGE, None}
    assert not list(folder.glob("*.new"))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount")
def test_a_full_disk_is_no_cache(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k,mode=700", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        assert run_alone(fill_and_put, disk) == 0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def write_where_only_reading_is_allowed(folder: Path) -> None:
    os.chdir(folder)
    store = Store(Path())
    store.put("a", b"x")
    if os.getuid() == 0:  # who can write anywhere
        for path in (Path(), *Path().iterdir()):
            os.chown(path, 12345, 12345)
        os.setuid(12345)
    Path().chmod(0o500)
    store.put("b", b"y")
    assert (store.get("a"), store.get("b")) == (b"x", None)
    next(Path().iterdir()).write_bytes(b"damaged, and it cannot be removed")
    assert store.get("a") is None
    Path().chmod(0o700)


def test_a_folder_that_cannot_be_written_is_no_cache(store: Store) -> None:
    assert run_alone(write_where_only_reading_is_allowed, store.folder) == 0
    assert len(files(store)) == 1


def test_a_folder_that_is_gone_is_no_cache(store: Store) -> None:
    store.folder.rmdir()
    store.put("a", b"x")
    assert store.get("a") is None


def test_importing_the_cache_imports_nothing_heavy() -> None:
    code = (
        "import sys, bidkit; before = set(sys.modules); import bidkit.cache; "
        "heavy = {'lxml', 'yaml', 'pydantic', 'jinja2', 'tempfile', 'bidkit.diagnostic'}; "
        "assert not heavy & (set(sys.modules) - before)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
