"""The simulated school as a site file: spaces, devices, cameras, grid surveys and calibrations."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import tomli_w

from lamplighter.contract.errors import SettingsError
from simulator.facilities import FACILITIES, KITCHEN, KITCHEN_EN, KITCHEN_ZH, LINK, LINK_EN, LINK_SPACE, LINK_ZH
from simulator.school import (
    CALIBRATED,
    DISTRICT,
    DISTRICT_EN,
    DISTRICT_ZH,
    GATEWAY,
    LAMPS,
    ROOM_AREA_M2,
    ROOM_LENGTH_M,
    ROOM_WIDTH_M,
    ROOMS,
    SCHOOL,
    SCHOOL_EN,
    SCHOOL_ZH,
    SENSORS,
    SURVEYED,
    TIME_ZONE,
    YARD,
    YARD_EN,
    YARD_ZH,
    Room,
)

CAMERA: Final = "cam1"
GATE_CAMERA: Final = "gate1"
_CAMERA_LABELS: Final = {GATE_CAMERA: ("校门摄像机", "Gate camera")}
"""Of those that do not look at the yard's middle."""
SURVEYED_BEFORE: Final = timedelta(days=60)
METER_VALID_FOR: Final = timedelta(days=200)
GRID: Final = ((0.93, 1.00, 0.95), (1.03, 1.10, 1.05), (0.94, 1.03, 0.97))
"""Desk illuminance of a 3 x 3 grid over the room's average, from the corridor side to the windows."""
RESIDUAL_LX: Final = (0.8, 1.1, 1.9)
"""What comes through drawn curtains in the evening with the lamps off, from the corridor side to the windows."""
METER_CLASS: Final = "1"
AVERAGE_U_PCT: Final = 4.0
"""Expanded uncertainty of a survey's average, as a meter's certificate would have it."""
SENSOR_U_PCT: Final = 8.0
"""Expanded uncertainty of a calibrated sensor's desk illuminance."""
SENSOR_ZERO_LX: Final = 0.5
"""What a ceiling sensor reads in the dark: the exit sign."""

UNEVEN: Final = "b202"
"""Bright enough on average, dark at the corridor: its tubes there were taken out."""
UNEVEN_GRID: Final = ((0.62, 0.66, 0.64), (1.06, 1.12, 1.08), (1.26, 1.32, 1.24))
STALE_METER: Final = "b201"
"""Measured with a meter whose own calibration had run out: no evidence."""
RENOVATED: Final = "a301"
"""New luminaires: measured before and after."""
RENOVATED_BEFORE: Final = timedelta(days=95)
OLD_SURVEY_BEFORE: Final = timedelta(days=150)
OLD_SHARE: Final = 0.6
"""Light of the old luminaires over that of the new ones."""
MAINTENANCE_FACTOR: Final = 0.8
RENOVATION_YUAN: Final = 8_600.0
RENOVATED_W: Final = (648.0, 324.0)
"""Power of the renovated room's lamps before and since."""
WARRANTED: Final = {RENOVATED: timedelta(days=5 * 365), "b102": timedelta(days=500)}
"""Rooms whose lamps are under a warranty, and from the renovation how long: the lamp that fails is one of them."""
KITCHEN_PLACES: Final = ("cooking", "cold-dishes", "washing")
"""Where the kitchen requires a camera; it has none."""
_LOCAL: Final = timezone(timedelta(hours=8))


def write_site(
    path: Path,
    *,
    on: date,
    district: str = DISTRICT,
    school: str = SCHOOL,
    gateway: str = GATEWAY,
    cameras: Sequence[str] = (CAMERA,),
) -> None:
    """Write the site file as it would stand on day `on`: surveys and calibrations are two months old then.

    Raises SettingsError when it cannot be written.
    """
    document = {
        "district": district,
        "school": school,
        "label": {"zh": SCHOOL_ZH, "en": SCHOOL_EN},
        **({"district_label": {"zh": DISTRICT_ZH, "en": DISTRICT_EN}} if district == DISTRICT else {}),
        "time_zone": TIME_ZONE,
        "spaces": [*(_space(room) for room in ROOMS), _kitchen(), _yard()],
        "devices": _devices(gateway),
        "cameras": [
            _camera(name, number, gateway, alone=len(set(cameras) - set(_CAMERA_LABELS)) == 1)
            for number, name in enumerate(cameras, start=1)
        ],
        "calibrations": _calibrations(on - SURVEYED_BEFORE),
        "surveys": _surveys(on),
        "works": [_renovation(on)],
        "luminaires": _luminaires(on),
        "kitchens": [{"space": KITCHEN, "operator": "school", "licence_number": "SIM-JY-0001", "meals_a_day": 480}],
        "programmes": [_programme(on)],
    }
    text = "# The simulated school: every value in here is made up.\n" + tomli_w.dumps(document)
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}; give another path") from error


def _space(room: Room) -> dict[str, Any]:
    return {
        "id": room.id,
        "building": room.building,
        "floor": room.floor,
        "kind": room.kind,
        "label": {"zh": room.zh, "en": room.en},
        "area_m2": ROOM_AREA_M2,
    }


def _kitchen() -> dict[str, Any]:
    label = {"zh": KITCHEN_ZH, "en": KITCHEN_EN}
    return {"id": KITCHEN, "building": "canteen", "kind": "kitchen", "label": label, "area_m2": 120.0} | {
        "camera_places": KITCHEN_PLACES
    }


def _yard() -> dict[str, Any]:
    return {"id": YARD, "building": "grounds", "kind": "yard", "label": {"zh": YARD_ZH, "en": YARD_EN}}


def _devices(gateway: str) -> list[dict[str, Any]]:
    sensors = [
        _device(s.id, gateway, s.room.id, kind="light_sensor", zh=f"照度传感器{s.id[-1]}", en=f"light sensor {s.id[-1]}")
        for s in SENSORS
    ]
    lamps = [
        _device(lamp.id, gateway, lamp.room.id, kind="luminaire", zh="灯组", en="lamp group")
        | ({"group": f"{lamp.room.id}-lamps"} if lamp.room.id in WARRANTED else {})
        for lamp in LAMPS
    ]
    link = _device(LINK, gateway, LINK_SPACE, kind="network_link", zh=LINK_ZH, en=LINK_EN)
    facilities = [_device(f.id, gateway, f.space, kind=f.kind, zh=f.zh, en=f.en) for f in FACILITIES]
    return [*sensors, *lamps, *facilities, link]


def _device(name: str, gateway: str, space: str, *, kind: str, zh: str, en: str) -> dict[str, Any]:
    label = {"zh": zh, "en": en} if space == KITCHEN else {"zh": f"{space.upper()} {zh}", "en": f"{space.upper()} {en}"}
    return {"id": name, "gateway": gateway, "space": space, "kind": kind, "label": label}


def _camera(name: str, number: int, gateway: str, *, alone: bool) -> dict[str, Any]:
    mark = "" if alone else f" {number}"
    zh, en = _CAMERA_LABELS.get(name, (f"操场摄像机{mark}", f"Yard camera{mark}"))
    return {"id": name, "gateway": gateway, "space": YARD, "label": {"zh": zh, "en": en}}


def _calibrations(at: date) -> list[dict[str, Any]]:
    return [
        {
            "device": s.id,
            "factor": round(s.place.desk_factor / s.place.lamp_share, 4),
            "at": at,
            "uncertainty_pct": SENSOR_U_PCT,
            "zero_lx": SENSOR_ZERO_LX,
        }
        for s in SENSORS
        if s.room.id in CALIBRATED
    ]


def _renovation(on: date) -> dict[str, Any]:
    done = on - RENOVATED_BEFORE
    money = {"cost_yuan": RENOVATION_YUAN, "programme": "light-2026"}
    power = {"power_before_w": RENOVATED_W[0], "power_after_w": RENOVATED_W[1]}
    work = {"space": RENOVATED, "kind": "renovated", "on": done, "maintenance_factor": MAINTENANCE_FACTOR}
    return {**work, **money, **power, "warranty_until": done + timedelta(days=2 * 365)}


def _programme(on: date) -> dict[str, Any]:
    done = on - RENOVATED_BEFORE
    return {
        "id": "light-2026",
        "title": "教室照明改造（模拟）",
        "fund_source": "simulated",
        "cost_yuan": RENOVATION_YUAN,
        "begins": done - timedelta(days=30),
        "ends": done,
        "targets": [{"year": done.year, "target": "A301 300 lx"}],
        "milestones": [{"task": "验收 / acceptance", "planned": done, "done": done}],
    }


def _luminaires(on: date) -> list[dict[str, Any]]:
    """Of the rooms whose lamps are under a warranty."""
    done = on - RENOVATED_BEFORE
    return [
        {
            "id": f"{room}-lamps",
            "space": room,
            "count": 9,
            "position": "天花板，3 x 3 / ceiling, 3 x 3",
            "part": "SIM-36W-4000K",
            "power_w": RENOVATED_W[1] / 9,
            "warranty_until": done + kept,
        }
        for room, kept in WARRANTED.items()
    ]


def _surveys(on: date) -> list[dict[str, Any]]:
    """Of each surveyed room one; of the renovated one also that before the works."""
    before = [_survey(room, on - OLD_SURVEY_BEFORE, OLD_SHARE) for room in ROOMS if room.id == RENOVATED]
    return before + [_survey(room, on - SURVEYED_BEFORE) for room in ROOMS if room.id in SURVEYED]


def _survey(room: Room, at: date, share: float = 1.0) -> dict[str, Any]:
    stale = room.id == STALE_METER
    return {
        "id": f"{room.id}-{at:%Y%m%d}",
        "space": room.id,
        "at": datetime.combine(at, time(19, 30), _LOCAL),
        "plane_height_m": 0.75,
        "warm_up_min": 20,
        "curtains_drawn": True,
        "uncertainty_pct": AVERAGE_U_PCT,
        "meter_class": METER_CLASS,
        "meter_serial": "SIM-0002" if stale else "SIM-0001",
        "meter_calibrated_until": at - timedelta(days=30) if stale else at + METER_VALID_FOR,
        "tester": "simulated",
        "points": [_point(room, row, column, share) for row in range(3) for column in range(3)],
    }


def _point(room: Room, row: int, column: int, share: float) -> dict[str, float]:
    residual_lx = RESIDUAL_LX[row]
    grid = UNEVEN_GRID if room.id == UNEVEN else GRID
    return {
        "x_m": round(ROOM_LENGTH_M * (column + 0.5) / 3, 2),
        "y_m": round(ROOM_WIDTH_M * (row + 0.5) / 3, 2),
        "lx": round(share * room.lamp_lx * grid[row][column] + residual_lx, 1),
        "lamps_off_lx": residual_lx,
    }
