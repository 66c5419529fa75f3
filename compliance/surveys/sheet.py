"""A survey to be taken: the sheet to print, and the table to type its readings into."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from compliance.files.rows import SurveyRow
from compliance.reports.files import FONTS
from compliance.surveys.plan import Grid, Place
from lamplighter.site.model import Site, Space, Surface

TEMPLATE: Final = Path(__file__).parent / "sheet.typ"

WORDS: Final = {
    "title": ("照度网格实测记录表", "Grid survey of illuminance"),
    "surface": ("测量面", "Surface"),
    "method": ("布点方法", "Grid method"),
    "plane_height_m": ("测量面高度，m", "Height of the plane, m"),
    "time": ("测量时间", "Date and time"),
    "warm_up_min": ("开灯时间，min（不少于 15）", "Lamps on for, min (15 or more)"),
    "curtains_drawn": ("窗帘已拉上？", "Curtains drawn?"),
    "board_lamps_on": ("黑板灯已开？", "Board lamps on?"),
    "meter_class": ("照度计等级", "Meter class"),
    "meter_serial": ("照度计编号", "Meter serial"),
    "meter_calibrated_until": ("校准有效期至", "Calibrated until"),
    "uncertainty_pct": ("平均值扩展不确定度，%（k = 2）", "Expanded uncertainty of the average, % (k = 2)"),
    "tester": ("测量人", "Tester"),
    "number": ("点", "Point"),
    "lx": ("开灯 lx", "Lamps on, lx"),
    "lamps_off_lx": ("关灯 lx", "Lamps off, lx"),
    "hint": (
        "少填一项即为证据不足。先测全部开灯读数，再关灯逐点测残余光（天黑后填 0）。",
        "Anything left out makes it no evidence. Read all points with lamps on, then each again with them off (after dark: 0).",
    ),
}
STATED: Final = (
    "time",
    "plane_height_m",
    "warm_up_min",
    "curtains_drawn",
    "board_lamps_on",
    "meter_class",
    "meter_serial",
    "meter_calibrated_until",
    "uncertainty_pct",
    "tester",
)
"""What the tester writes by hand, in the order of the sheet."""

SURFACES: Final[dict[Surface, tuple[str, str]]] = {
    "desk": ("课桌面", "desks"),
    "board": ("黑板面", "board"),
    "plane": ("0.75 m 水平面", "plane 0.75 m above the floor"),
    "floor": ("地面", "floor"),
}
METHODS: Final = {"centre": ("中心布点法", "centre points"), "four_corner": ("四角布点法", "four corners")}


class Planned(NamedTuple):
    """A survey to be taken."""

    id: str
    site: Site
    space: Space
    surface: Surface
    grid: Grid
    places: Sequence[Place]


def write_sheet(path: Path, planned: Planned) -> None:
    """One A4 page in Chinese and English: what to state, the plan of the points, and lines for their readings."""
    import typst

    content: dict[str, Any] = {
        "id": planned.id,
        "school": planned.site.label.model_dump(),
        "space": planned.space.label.model_dump(),
        "surface": SURFACES[planned.surface],
        "method": METHODS[planned.grid.method],
        "stated": [key for key in STATED if planned.surface == "board" or key != "board_lamps_on"],
        "length_m": planned.grid.length_m,
        "width_m": planned.grid.width_m,
        "places": [place._asdict() for place in planned.places],
    }
    given = {"sheet": json.dumps(content, ensure_ascii=False), "words": json.dumps(WORDS, ensure_ascii=False)}
    typst.compile(str(TEMPLATE), output=str(path), font_paths=[str(FONTS)], ignore_system_fonts=True, sys_inputs=given)


def write_table(path: Path, planned: Planned) -> None:
    """`surveys.csv` with everything known filled in and the readings left empty."""
    columns = list(SurveyRow.model_fields)
    known = {"school": planned.site.school, "survey": planned.id, "space": planned.space.id, "surface": planned.surface}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        for place in planned.places:
            writer.writerow(known | {"method": planned.grid.method, "x_m": place.x_m, "y_m": place.y_m})
