"""the numbers of embedded fonts: counted within a PDF, not within the call of LibreOffice that has made it.

LibreOffice gives every Type 1 font a /UniqueID, and goes on counting through all documents of a call and from what its
profile has seen: what else was laid out would decide about the bytes. A font says its number twice, in clear and in the
part that `eexec` decrypts (Adobe Type 1 Font Format, chapter 7).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pikepdf import Pdf

_NUMBER = re.compile(rb"/UniqueID \d{7}\b")
_FIRST = 4_100_000
_KEY, _FACTOR, _ADDEND = 55665, 52845, 22719


def number_fonts(pdf: Pdf) -> None:
    """Number the Type 1 fonts of a layout anew, in the order in which they lie in the file."""
    import pikepdf

    number = _FIRST
    for item in [*pdf.objects]:
        if isinstance(item, pikepdf.Dictionary) and isinstance(font := item.get("/FontFile"), pikepdf.Stream):
            content, clear = font.read_bytes(), int(font.get("/Length1", 0))
            end = clear + int(font.get("/Length2", 0))
            secret = _put(decrypt(content[clear:end]), number)
            font.write(_put(content[:clear], number) + encrypt(secret) + content[end:])
            number += 1


def _put(text: bytes, number: int) -> bytes:
    return _NUMBER.sub(b"/UniqueID %d" % number, text, count=1)


def decrypt(secret: bytes) -> bytes:
    """What `eexec` would read."""
    key, plain = _KEY, bytearray()
    for code in secret:
        plain.append(code ^ key >> 8)
        key = (code + key) * _FACTOR + _ADDEND & 0xFFFF
    return bytes(plain)


def encrypt(plain: bytes) -> bytes:
    """What `decrypt` turns into this."""
    key, secret = _KEY, bytearray()
    for byte in plain:
        code = byte ^ key >> 8
        secret.append(code)
        key = (code + key) * _FACTOR + _ADDEND & 0xFFFF
    return bytes(secret)
