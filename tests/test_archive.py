import io
import random
import struct
import time
import tracemalloc
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidkit.ooxml.archive import MAX_ENTRIES, MAX_RATIO, MAX_TOTAL_BYTES, read_members, write_members

RANDOM = random.Random(1)
TEXT = b"<a>%s</a>" % b" ".join(b"%d" % RANDOM.randrange(1000) for _ in range(800))
FULL = 0xFFFFFFFF


def deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def member(name: str | bytes, content: bytes = TEXT, **told: Any) -> dict[str, Any]:
    """A member; what is told stands in both headers, or only in one with the prefix `local_` or `central_`."""
    packed = told.pop("packed", deflate(content))
    raw = name.encode() if isinstance(name, str) else name
    sound = {"name": raw, "flags": 0, "method": 8, "crc": zlib.crc32(content), "packed_size": len(packed)}
    return {**sound, "size": len(content), "extra": b"", "packed": packed, **told}


def told(one: dict[str, Any], where: str, *fields: str) -> list[Any]:
    return [one.get(f"{where}_{field}", one[field]) for field in fields]


def zipped(*members: dict[str, Any], count: int | None = None, wide_end: bool = False) -> bytes:
    """A zip written by hand, so that it can be wrong in every way."""
    body, directory = b"", b""
    for one in members:
        name, flags, method, crc, packed, size, extra = told(
            one, "local", "name", "flags", "method", "crc", "packed_size", "size", "extra"
        )
        header = one.get("header", len(body))
        if "header" not in one:
            body += struct.pack(
                "<4s5H3L2H", b"PK\3\4", 20, flags, method, 0, 0, crc, packed, size, len(name), len(extra)
            )
            body += name + extra + one["packed"] + one.get("after", b"")
        name, flags, method, crc, packed, size, extra = told(
            one, "central", "name", "flags", "method", "crc", "packed_size", "size", "extra"
        )
        lengths = len(name), len(extra)
        numbers = (20, one.get("version", 20), flags, method, 0, 0, crc, packed, size, *lengths, 0, 0, 0, 0, header)
        directory += struct.pack("<4s6H3L5H2L", b"PK\1\2", *numbers) + name + extra
    count = len(members) if count is None else count
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(directory), len(body), 0)
    if wide_end:
        place = len(body) + len(directory)
        wide = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), len(body))
        locator = struct.pack("<4sLQL", b"PK\6\7", 0, place, 1)
        end = wide + locator + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, FULL, FULL, 0)
    return body + directory + end


def contents(content: bytes) -> dict[str, bytes]:
    return {name: found.inflate() for name, found in read_members(content).items()}


def unseekable(parts: dict[str, bytes]) -> bytes:
    """As programs write that stream: sizes and CRC stand behind the data."""

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.written = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.written += bytes(data)
            return len(data)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.written


PARTS = {"a.xml": TEXT, "media/b.png": RANDOM.randbytes(3000), "empty": b"", "甲.xml": b"<b/>"}


def test_what_other_programs_write_is_read() -> None:
    plain, wide = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as archive, zipfile.ZipFile(wide, "w") as wider:
        archive.comment = b"a comment"
        for name, content in PARTS.items():
            archive.writestr(name, content)
            with wider.open(name, "w", force_zip64=True) as target:
                target.write(content)
    streamed = unseekable(PARTS)
    assert b"PK\x07\x08" in streamed
    for content in (plain.getvalue(), wide.getvalue(), streamed):
        assert contents(content) == PARTS


def test_wide_records_that_nothing_needs_are_read() -> None:
    sizes = struct.pack("<2H2Q", 1, 16, len(TEXT), len(deflate(TEXT)))
    assert contents(zipped(member("a", extra=sizes, size=FULL, packed_size=FULL), wide_end=True)) == {"a": TEXT}


def test_folders_are_no_members() -> None:
    folder = member("word/", b"", packed=b"", method=0)
    assert list(read_members(zipped(folder, member("word/a.xml")))) == ["word/a.xml"]
    with pytest.raises(ValueError, match="folder"):
        read_members(zipped(member("word/")))


@pytest.mark.parametrize(
    "name",
    ["/a", "../a", "a/../b", "a/..", "./a", "a//b", "a\\b", "\\\\server\\a", "c:a", "c:/a", "a\0b", "a\n", "", "//"],
)
def test_a_name_that_could_lead_out_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="unsafe name"):
        read_members(zipped(member(name)))
    with pytest.raises(ValueError, match="cannot have"):
        write_members([(name, b"")])


def test_a_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="no text"):
        read_members(zipped(member(b"\xff\xfe", flags=0x0800)))


@pytest.mark.parametrize("again", ["a/b.xml", "A/b.XML"])
def test_two_members_of_one_name_are_refused(again: str) -> None:
    with pytest.raises(ValueError, match="two entries of one name"):
        read_members(zipped(member("a/b.xml"), member(again)))
    with pytest.raises(ValueError, match="cannot have"):
        write_members([("a/b.xml", b""), (again, b"")])


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"local_name": b"b"}, "not what the directory says"),
        ({"local_method": 0}, "not what the directory says"),
        ({"local_crc": 1}, "not what the directory says"),
        ({"local_size": 1}, "not what the directory says"),
        ({"local_packed_size": 1}, "not what the directory says"),
        ({"local_flags": 1}, "not what the directory says"),
        ({"local_size": FULL}, "not what the directory says"),
        ({"flags": 1}, "encrypted"),
        ({"flags": 0x40}, "encrypted"),
        ({"flags": 0x2000}, "encrypted"),
        ({"version": 64}, "newer program"),
        ({"flags": 0x20}, "newer program"),
        ({"method": 12}, "packed by method 12"),
        ({"method": 9}, "packed by method 9"),
        ({"crc": 1}, "damaged"),
        ({"size": len(TEXT) - 1}, "damaged"),
        ({"size": len(TEXT) + 1}, "damaged"),
        ({"size": 0}, "damaged"),
        ({"method": 0}, "damaged"),
        ({"method": 0, "size": len(deflate(TEXT))}, "damaged"),
        ({"packed": deflate(TEXT)[:-1]}, "where they should"),
        ({"packed": deflate(TEXT) + b"x"}, "where they should"),
        ({"packed": deflate(TEXT) + bytes(2**15)}, "where they should"),
        ({"packed": b""}, "where they should"),
        ({"packed": b"\xff" * 50}, "damaged"),
        ({"packed_size": 10**6}, "overlap"),
        ({"packed_size": FULL}, "overlap"),
        ({"size": FULL}, "bytes unpacked"),
        ({"header": 10**6}, "not a whole zip"),
        ({"header": FULL}, "not a whole zip"),
        ({"header": 3}, "not a zip file"),
    ],
    ids=str,
)
def test_a_member_that_lies_is_refused(wrong: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_members(zipped(member("sound"), member("a", **wrong)))


def test_what_every_program_can_unpack_is_read() -> None:
    assert set(contents(zipped(member("a", version=63), member("b", version=10)))) == {"a", "b"}


@pytest.mark.parametrize("count", [0, 1, 3, 5000])
def test_a_directory_of_another_length_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="zip"):
        read_members(zipped(member("a"), member("b"), count=count))


def test_bytes_around_the_zip_are_refused() -> None:
    sound = zipped(member("a"))
    for content in (b"#!/bin/sh\n" + sound, sound + b"\0", sound + sound, sound[:-1]):
        with pytest.raises(ValueError):
            read_members(content)


def test_members_that_share_their_bytes_are_refused() -> None:
    """The bomb that gets its ratio from overlap: a's data quote b's header and go on in b's data."""
    inner = deflate(bytes(10**6))
    local = (
        struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, zlib.crc32(bytes(10**6)), len(inner), 10**6, 1, 0) + b"b"
    )
    quote = struct.pack("<BHH", 0, len(local), len(local) ^ 0xFFFF)
    outer = member("a", local + bytes(10**6), packed=quote + local + inner)
    shared = member("b", bytes(10**6), packed=inner, header=31 + len(quote))
    assert contents(zipped(outer))["a"] == local + bytes(10**6)
    with pytest.raises(ValueError, match="overlap"):
        read_members(zipped(outer, shared))
    with pytest.raises(ValueError, match="overlap"):
        read_members(zipped(member("a"), member("a", header=0)))


def test_members_that_share_a_header_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        read_members(zipped(member("a"), member("a", header=0), member("a", header=0)))


MB = 2**20


def many(count: int, content: bytes, **told: Any) -> list[dict[str, Any]]:
    one = member("a", content, **told)
    return [{**one, "name": b"%d.xml" % number} for number in range(count)]


ZEROS = bytes(64 * MB)
BOMBS = {
    "one member by ratio": lambda: zipped(*many(4, ZEROS)),
    "many members": lambda: zipped(*many(MAX_ENTRIES + 1, b"")),
    "one megabyte a thousand times": lambda: zipped(*many(1000, bytes(MB))),
    "a size that lies": lambda: zipped(*many(20, ZEROS, size=10)),
    "more than all may have": lambda: zipped(member("a", size=MAX_TOTAL_BYTES + 1)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once_and_in_little_memory(name: str) -> None:
    content = BOMBS[name]()
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(ValueError):
        read_members(content)
    seconds = time.perf_counter() - started
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seconds < 1
    assert peak < 48 * MB


def test_a_large_member_is_checked_without_being_held() -> None:
    content = zipped(member("a.bin", bytes((MAX_RATIO - 10) * MB)))
    tracemalloc.start()
    members = read_members(content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert members["a.bin"].size == (MAX_RATIO - 10) * MB
    assert peak < 48 * MB


SOUND = zipped(*(member(name, content) for name, content in PARTS.items() if name.isascii()))
SOUND_PARTS = contents(SOUND)


@settings(max_examples=500, deadline=None)
@given(
    places=st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), max_size=4),
    start=st.sampled_from([0, 0, 0, 0, 1, 30]),
    length=st.sampled_from([len(SOUND)] * 4 + [len(SOUND) - 1, len(SOUND) // 2]),
)
def test_a_damaged_zip_is_refused_or_read_as_it_was(places: list[tuple[int, int]], start: int, length: int) -> None:
    damaged = bytearray(SOUND)
    for place, value in places:
        damaged[place] = value
    try:
        found = contents(bytes(damaged[start:length]))
    except ValueError:
        return
    assert found == SOUND_PARTS


def test_every_flipped_byte_is_refused_or_changes_nothing() -> None:
    refused = 0
    for place in range(len(SOUND)):
        damaged = bytearray(SOUND)
        damaged[place] ^= 0xFF
        try:
            assert contents(bytes(damaged)) == SOUND_PARTS
        except ValueError:
            refused += 1
    assert refused > len(SOUND) * 0.95


def test_members_are_copied_as_they_lie() -> None:
    members = read_members(SOUND)
    copied = read_members(write_members([*members.items(), ("new.xml", TEXT)]))
    assert {name: bytes(copied[name].packed) for name in members} == {
        name: bytes(found.packed) for name, found in members.items()
    }
    assert copied["new.xml"].inflate() == TEXT
    assert bytes(copied["new.xml"].packed) != deflate(TEXT)


@pytest.mark.parametrize(
    ("name", "content", "is_deflated"),
    [("a.xml", TEXT, True), ("a.PNG", TEXT, False), ("a.jpeg", TEXT, False), ("a.xml", b"", False), ("a", b"x", False)],
)
def test_what_is_compressed_already_or_gains_nothing_is_stored(name: str, content: bytes, is_deflated: bool) -> None:
    found = read_members(write_members([(name, content)]))[name]
    assert (found.is_deflated, found.inflate()) == (is_deflated, content)


def test_what_is_written_is_read_by_others() -> None:
    content = write_members([*read_members(unseekable(PARTS)).items(), ("new.xml", TEXT), ("乙.xml", b"")])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {**PARTS, "new.xml": TEXT, "乙.xml": b""}
        assert all(entry.flag_bits in (0, 0x0800) and entry.extra == b"" for entry in archive.infolist())


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,5}(/[a-z一-三]{1,5}){0,2}", fullmatch=True), st.binary(max_size=3000)))
def test_what_is_written_is_read_again(parts: dict[str, bytes]) -> None:
    content = write_members(parts.items())
    assert contents(content) == parts
    assert write_members(read_members(content).items()) == content
