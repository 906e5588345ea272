"""links from outside: a URL written as a relationship id, which is made good in whatever part prints it."""

from __future__ import annotations

import re

from bidkit.ooxml.values import Rendering

_PREFIX = "rIdUrl_"
_UNSAFE = re.compile(r'[\x00-\x20"<>\\^`{|}\x7f]')


def make_url_id(url: str) -> str:
    """An id for `url_id` of rich text and `r:id` of raw XML that holds the URL, so that no part must know it before."""
    return _PREFIX + clean_url(url).encode().hex()


def read_url_id(rid: str) -> str | None:
    """The URL of an id that `make_url_id` has made; None for any other id."""
    return bytes.fromhex(rid.removeprefix(_PREFIX)).decode() if rid.startswith(_PREFIX) else None


def clean_url(url: str) -> str:
    """A URL whose characters may all stand in one: Word refuses a file with a link that is none."""
    return _UNSAFE.sub(lambda found: f"%{ord(found.group()):02X}", url)


def find_relationship(rid: str, rendering: Rendering) -> str:
    """The id in a part of a link by `make_url_id`, or of what the part has. Raises ValueError if it has no such id."""
    url = read_url_id(rid)
    if url is not None:
        return rendering.relate("hyperlink", url, True)
    if rid not in rendering.taken and rid not in rendering.relationships:
        raise ValueError(f'r:id="{rid}"')
    return rid
