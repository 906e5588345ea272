"""a zip's members: each checked once at the door, then copied as it lies.

Only one reading of a file is accepted: directory, local headers and data must agree, nothing may overlap, and every
member must inflate to the size and the CRC that the directory names. Whoever reads our copy therefore sees what we saw.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from isal import isal_zlib

MAX_ENTRIES = 5_000
MAX_TOTAL_BYTES = 2**30
MAX_RATIO = 200

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_FULL = 0xFFFFFFFF
_ENCRYPTED = 0x2041
_PATCHED = 0x0020
_NEWEST = 63  # version 6.3 of the format: others who open the file refuse what asks for more
_STREAMED = 0x0008
_UTF8 = 0x0800
_STORED, _DEFLATED = 0, 8
_DAY = 0x0021  # 1980-01-01, the first that a zip can name
_PIECE = 2**13  # inflates to 8 MB at most, however it was made
_PACKED = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".emz", ".wmz", ".mp3", ".mp4", ".zip", ".docx", ".xlsx", ".pptx")


@dataclass(frozen=True, slots=True)
class Member:
    """One member as it lies in a file that has passed `read_members`."""

    source: bytes = field(repr=False)
    start: int
    packed_size: int
    size: int
    crc: int
    is_deflated: bool

    @property
    def packed(self) -> memoryview:
        """The bytes as they lie."""
        return memoryview(self.source)[self.start : self.start + self.packed_size]

    def inflate(self) -> bytes:
        """The content."""
        return isal_zlib.decompress(self.packed, -15, self.size + 1) if self.is_deflated else bytes(self.packed)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the directory."""

    name: bytes
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    header: int


def read_members(content: bytes, *, is_known: bool = False) -> dict[str, Member]:
    """The members of a zip by name, in stored order. Raises ValueError: damaged, ambiguous, or made to do harm.

    Args:
        is_known: these very bytes have been read before, so that no member is unpacked only to see that it is sound.
    """
    start, end, count = _find_directory(content)
    if count > MAX_ENTRIES:
        raise ValueError(f"{count} entries, at most {MAX_ENTRIES} are allowed")
    entries = list(_read_directory(content, start, end, count))
    total = sum(entry.size for entry in entries)
    if total > min(MAX_TOTAL_BYTES, MAX_RATIO * max(len(content), 2**20)):
        raise ValueError(f"{total} bytes unpacked from {len(content)}")
    places = _find_data(content, entries, start)
    members: dict[str, Member] = {}
    known: set[str] = set()
    for entry in entries:
        name = _read_name(entry)
        if name.lower() in known:
            raise ValueError(f"two entries of one name: {name!r}")
        known.add(name.lower())
        place = places[entry.header]
        member = Member(content, place, entry.packed_size, entry.size, entry.crc, entry.method == _DEFLATED)
        if not is_known:
            _check_data(name, member)
        if not name.endswith("/"):
            members[name] = member
        elif entry.size:
            raise ValueError(f"a folder with content: {name!r}")
    return members


def _unpack(layout: struct.Struct, signature: bytes, content: bytes, position: int) -> tuple[int, ...]:
    """The numbers of a record. Raises ValueError if it does not stand there."""
    if not 0 <= position <= len(content) - layout.size:
        raise ValueError("not a whole zip file")
    found, *numbers = layout.unpack_from(content, position)
    if found != signature:
        raise ValueError("not a zip file, or a damaged one")
    return tuple(numbers)


def _find_directory(content: bytes) -> tuple[int, int, int]:
    """Where the directory starts and ends, and its number of entries."""
    last = content.rfind(b"PK\x05\x06", max(0, len(content) - _END.size - 0xFFFF))
    disk, first_disk, here, count, size, start, comment = _unpack(_END, b"PK\x05\x06", content, last)
    if last + _END.size + comment != len(content):
        raise ValueError("bytes after the end of the zip")
    end = last
    # Apache POI and others write the wide records also where nothing needs them.
    if content.startswith(b"PK\x06\x07", max(0, last - _LOCATOR64.size)):
        _, end, disks = _unpack(_LOCATOR64, b"PK\x06\x07", content, last - _LOCATOR64.size)
        _, _, _, disk, first_disk, here, count, size, start = _unpack(_END64, b"PK\x06\x06", content, end)
        disk = disk or disks > 1
    if disk or first_disk or here != count or start + size != end:
        raise ValueError("the directory of the zip is not whole")
    return start, end, count


def _read_directory(content: bytes, position: int, end: int, count: int) -> Iterator[_Entry]:
    for _ in range(count):
        _, version, flags, method, _, _, crc, packed, size, named, extra, comment, disk, _, _, header = _unpack(
            _CENTRAL, b"PK\x01\x02", content, position
        )
        position += _CENTRAL.size
        name = content[position : position + named]
        widened = _widen((size, packed, header), content[position + named : position + named + extra])
        size, packed, header = widened
        position += named + extra + comment
        if position > end or disk:
            raise ValueError("the directory of the zip is not whole")
        if flags & _ENCRYPTED:
            raise ValueError(f"{name.decode('utf-8', 'replace')!r} is encrypted")
        if version & 0xFF > _NEWEST or flags & _PATCHED:
            raise ValueError(f"{name.decode('utf-8', 'replace')!r} needs a newer program to unpack it")
        if method not in (_STORED, _DEFLATED):
            raise ValueError(f"{name.decode('utf-8', 'replace')!r} is packed by method {method}")
        yield _Entry(name, flags, method, crc, packed, size, header)
    if position != end:
        raise ValueError("the directory of the zip is not whole")


def _widen(numbers: tuple[int, ...], extra: bytes) -> tuple[int, ...]:
    """Sizes and offset, those that do not fit taken from the zip64 extra field, where they stand in this order."""
    if _FULL not in numbers:
        return numbers
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == 1:
            wide = iter(struct.unpack_from(f"<{min(length, len(extra) - position - 4) // 8}Q", extra, position + 4))
            return tuple(next(wide, number) if number == _FULL else number for number in numbers)
        position += 4 + length
    return numbers


def _find_data(content: bytes, entries: Iterable[_Entry], end: int) -> dict[int, int]:
    """Header -> where its data begin. Raises ValueError if two entries, or an entry and the directory, overlap."""
    places: dict[int, int] = {}
    free = 0
    for entry in sorted(entries, key=lambda entry: entry.header):
        place = _check_header(content, entry)
        if entry.header < free or place + entry.packed_size > end:
            raise ValueError("entries of the zip overlap")
        free = place + entry.packed_size
        places[entry.header] = place
    return places


def _check_header(content: bytes, entry: _Entry) -> int:
    """Where an entry's data begin. Raises ValueError if its own header tells another story than the directory."""
    _, flags, method, _, _, crc, packed, size, named, extra = _unpack(_LOCAL, b"PK\x03\x04", content, entry.header)
    position = entry.header + _LOCAL.size
    data = position + named + extra
    size, packed = _widen((size, packed), content[position + named : data])
    # Who writes a stream does not know these yet and leaves them empty.
    unknown = (0, _FULL) if flags & _STREAMED else ()
    expected = (entry.crc, entry.packed_size, entry.size)
    numbers_agree = all(
        found == wanted or found in unknown for found, wanted in zip((crc, packed, size), expected, strict=True)
    )
    name = content[position : position + named]
    if not numbers_agree or name != entry.name or method != entry.method or flags & _ENCRYPTED:
        raise ValueError(f"{entry.name.decode('utf-8', 'replace')!r} is not what the directory says")
    return data


def _read_name(entry: _Entry) -> str:
    """An entry's name. Raises ValueError if it could lead out of the package."""
    try:
        name = entry.name.decode("utf-8" if entry.flags & _UTF8 else "cp437")
    except UnicodeDecodeError as error:
        raise ValueError(f"a name that is no text: {entry.name!r}") from error
    if not is_sound_name(name.removesuffix("/")):
        raise ValueError(f"an unsafe name: {name!r}")
    return name


def is_sound_name(name: str) -> bool:
    """Whether a name is relative, with `/` between its steps, and stays inside."""
    is_plain = not any(char in "\\:" or ord(char) < 32 for char in name)
    return is_plain and not any(step in ("", ".", "..") for step in name.split("/"))


def _check_data(name: str, member: Member) -> None:
    """Inflate without keeping. Raises ValueError if it gives another size or CRC than the directory says."""
    size = crc = 0
    try:
        for piece in _inflate(member):
            size += len(piece)
            if size > member.size:
                break
            crc = isal_zlib.crc32(piece, crc)
    except isal_zlib.IsalError as error:  # type: ignore[misc]
        raise ValueError(f"{name!r} is damaged: {error}") from error
    if size != member.size or crc != member.crc:
        raise ValueError(f"{name!r} is damaged: its size or checksum is wrong")


def _inflate(member: Member) -> Iterator[bytes | memoryview]:
    if not member.is_deflated:
        yield member.packed
        return
    stream = isal_zlib.decompressobj(-15)
    packed = member.packed
    used = 0
    while used < len(packed) and not stream.eof:
        yield stream.decompress(packed[used : used + _PIECE])
        used += _PIECE
    if not stream.eof or stream.unused_data or used < len(packed):
        raise ValueError("deflated data do not end where they should")


def write_members(members: Iterable[tuple[str, Member | bytes]]) -> bytes:
    """A zip: members are copied as they lie, bytes deflated; no times, so that equal members give equal bytes."""
    pieces: list[bytes | memoryview] = []
    directory: list[bytes] = []
    position = 0
    known: set[str] = set()
    for name, member in members:
        if name.lower() in known or not is_sound_name(name):
            raise ValueError(f"a package cannot have a part {name!r} (again)")
        known.add(name.lower())
        packed = member if isinstance(member, Member) else _deflate(name, member)
        encoded = name.encode()
        flags = 0 if name.isascii() else _UTF8
        method = _DEFLATED if packed.is_deflated else _STORED
        shared = (20, flags, method, 0, _DAY, packed.crc, packed.packed_size, packed.size, len(encoded))
        directory += [_CENTRAL.pack(b"PK\x01\x02", 20, *shared, 0, 0, 0, 0, 0, position), encoded]
        header = _LOCAL.pack(b"PK\x03\x04", *shared, 0)
        pieces += [header, encoded, packed.packed]
        position += len(header) + len(encoded) + packed.packed_size
    size = sum(map(len, directory))
    assert len(known) < 0xFFFF and position + size < _FULL, "a package this large needs zip64"
    end = _END.pack(b"PK\x05\x06", 0, 0, len(known), len(known), size, position, 0)
    return b"".join([*pieces, *directory, end])


def _deflate(name: str, content: bytes) -> Member:
    crc = isal_zlib.crc32(content)
    if not name.lower().endswith(_PACKED):
        packed = isal_zlib.compress(content, 2, -15)
        if len(packed) < len(content):
            return Member(packed, 0, len(packed), len(content), crc, True)
    return Member(content, 0, len(content), len(content), crc, False)
