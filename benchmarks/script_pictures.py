"""The pictures of the script: the plan, the team and the prices, drawn with Pillow."""

from __future__ import annotations

import io
import re
from functools import cache
from pathlib import Path
from typing import Any

from docx.shared import Mm
from PIL import Image, ImageDraw, ImageFont

WIDTH = Mm(150)
_SIZE = 1200
_ROW = 44
_FOLDERS = (Path("/usr/share/fonts"), Path("/System/Library/Fonts"), Path("C:/Windows/Fonts"))
_FONTS = re.compile(r"NotoSansCJK-Regular|NotoSansSC-Regular|wqy-|PingFang|msyh|simhei")


@cache
def font_file() -> str:
    """A font with Chinese characters."""
    return next((str(path) for folder in _FOLDERS for path in sorted(folder.rglob("*")) if _FONTS.match(path.name)), "")


@cache
def font(size: int) -> Any:
    """It in a size."""
    return ImageFont.truetype(font_file(), size) if font_file() else ImageFont.load_default(size)


def fit(path: Path, width: float, height: float) -> dict[str, Any]:
    """The one measure that keeps a picture within a room in mm."""
    with Image.open(path) as picture:
        is_wide = picture.width / picture.height > width / height
    return {"width": Mm(width)} if is_wide else {"height": Mm(height)}


def draw_gantt(plan: dict[str, Any], color: str) -> io.BytesIO:
    """A bar for each phase, a lozenge for each milestone."""
    rows = [(item["name"], item["start_day"], item["end_day"]) for item in plan["phases"]]
    rows += [(item["name"], item["day"], item["day"]) for item in plan["milestones"]]
    last = max(end for _, _, end in rows)
    image = Image.new("RGB", (_SIZE, _ROW * (len(rows) + 1)), "white")
    canvas = ImageDraw.Draw(image)
    scale = (_SIZE - 340) / last
    for month in range(0, last + 1, 30):
        x = 300 + month * scale
        canvas.line((x, _ROW, x, image.height), fill="#d9d9d9")
        canvas.text((x - 10, 10), str(month), fill="black", font=font(20))
    for number, (name, start, end) in enumerate(rows, 1):
        y = number * _ROW
        canvas.text((8, y + 8), name, fill="black", font=font(22))
        left, right = 300 + (start - 1) * scale, 300 + end * scale
        if start == end:
            middle = y + _ROW / 2
            canvas.polygon(
                [(right - 12, middle), (right, middle - 12), (right + 12, middle), (right, middle + 12)], "#c00000"
            )
        else:
            canvas.rectangle((left, y + 10, right, y + _ROW - 10), fill=f"#{color}")
    return save(image)


def draw_team(team: list[dict[str, Any]], color: str) -> io.BytesIO:
    """A box for each member under the one to report to."""
    roles = {member["role"]: member for member in team}

    def depth(member: dict[str, Any]) -> int:
        above = member.get("reports_to")
        return 0 if member is team[0] else depth(roles[above]) + 1 if above else 1

    tiers = [[member for member in team if depth(member) == tier] for tier in range(max(map(depth, team)) + 1)]
    image = Image.new("RGB", (_SIZE, 170 * len(tiers)), "white")
    canvas = ImageDraw.Draw(image)
    centers: dict[str, float] = {}
    for tier, members in enumerate(tiers):
        for place, member in enumerate(members):
            x, y = _SIZE * (2 * place + 1) / (2 * len(members)), tier * 170 + 30
            centers[member["role"]] = x
            if tier:
                above = centers[member.get("reports_to") or team[0]["role"]]
                canvas.line([(above, y - 70), (above, y - 35), (x, y - 35), (x, y)], fill="#7f7f7f", width=2)
            canvas.rectangle((x - 110, y, x + 110, y + 100), outline=f"#{color}", width=3)
            canvas.text((x, y + 30), member["role"], fill="black", font=font(24), anchor="mm")
            canvas.text((x, y + 70), member["name"], fill="black", font=font(24), anchor="mm")
    return save(image)


def draw_bars(items: list[tuple[str, Any]], color: str) -> io.BytesIO:
    """A bar for each amount."""
    image = Image.new("RGB", (_SIZE, 60 * len(items) + 20), "white")
    canvas = ImageDraw.Draw(image)
    most = max(float(amount) for _, amount in items)
    for number, (name, amount) in enumerate(items):
        y = number * 60 + 10
        canvas.text((8, y + 12), name, fill="black", font=font(24))
        right = 260 + float(amount) / most * (_SIZE - 480)
        canvas.rectangle((260, y + 8, right, y + 48), fill=f"#{color}")
        canvas.text((right + 8, y + 14), f"{amount:,.2f}", fill="black", font=font(22))
    return save(image)


def save(image: Image.Image) -> io.BytesIO:
    """The picture as a PNG."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    stream.seek(0)
    return stream
