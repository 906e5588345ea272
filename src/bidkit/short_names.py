"""what an organisation is called when nobody says its whole name: without its form, without 市, by its trade."""

from __future__ import annotations

import re
from functools import lru_cache

_FORM = re.compile(r"(?:集团)?(?:股份|控股)?(?:有限责任|有限)?公司$|[（(][^（()）]*[）)]$")
_PLACE = re.compile(r"[一-鿿]{2,5}?(?:自治州|省|市|县|区|州|旗|镇)")
_TRADES = (
    (re.compile("自来水"), ("自来水", "水司")),
    (re.compile("^供水"), ("供水", "水司")),
    (re.compile("^水务"), ("水务", "水司")),
    (re.compile("^教育体育局"), ("教体局", "教育体育局")),
    (re.compile("^卫生健康"), ("卫健委", "卫健局")),
    (re.compile("^住房和城乡建设局"), ("住建局",)),
    (re.compile("^交通运输局"), ("交通局",)),
    (re.compile("^(?:第.)?人民医院"), ("人民医院",)),
    (re.compile("^排水|^污水"), ("排水", "污水")),
    (re.compile("^燃气|^天然气"), ("燃气",)),
)
_ENGLISH_FORM = re.compile(
    r",?\s*\b(?:Inc|LLC|Ltd|Limited|Corp|Corporation|Company|Co|PLC|GmbH|Authority|District|Department|Council)\b\.?$"
)
_KIND = re.compile(r"\s+(?:Port|Water|School|City|County|Transit|Ferry|Harbor|Harbour|Power|Public|Sound|Municipal)$")
_COMMON = re.compile("区域|中国|国家|全国|第.|智慧|城市|城乡|联合|中央|公共|综合|数字|市|县|区")
"""With which a name begins that is none without its form: 区域供水有限公司."""
_SHORTEST, _SHORTEST_ENGLISH = 4, 10


def find_place(name: str) -> str:
    """The place with which a Chinese name begins, 市 or 县 and all; empty if there is none."""
    found = _PLACE.match(name)
    return found[0] if found and found.end() < len(name) else ""


@lru_cache(maxsize=4096)
def list_short_names(name: str) -> tuple[str, ...]:
    """What else an organisation may be called, the longest first; nothing so short that it may be a common word."""
    made = _list_chinese(name) if re.match("[一-鿿]", name) else _list_english(name)
    return tuple(sorted({*made}, key=lambda each: (-len(each), each)))


def _list_chinese(name: str) -> list[str]:
    stem = _strip(_FORM, name)
    place = find_place(stem)
    body = stem[len(place) :]
    bodies = [body, re.sub("(?:集团|发展|投资|控股|建设|实业)+$", "", body)]
    bodies += [each for pattern, names in _TRADES if pattern.search(body) for each in names]
    cores = [place, re.sub("(?:自治州|[省市县区州旗镇])$", "", place)] if place else [""]
    made = {core + each for core in cores for each in bodies if each} - {name}
    return [each for each in made if len(each) >= _SHORTEST and (place or not _COMMON.match(each))]


def _list_english(name: str) -> list[str]:
    stem = _strip(_ENGLISH_FORM, name)
    made = {stem, _KIND.sub("", stem)} - {name}
    return [each for each in made if " " in each and len(each) >= _SHORTEST_ENGLISH]


def _strip(pattern: re.Pattern[str], name: str) -> str:
    """A name without what a pattern finds at its end, once or more."""
    while (rest := pattern.sub("", name).strip()) not in (name, ""):
        name = rest
    return name
