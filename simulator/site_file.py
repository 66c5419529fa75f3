"""The simulated school as a site file: spaces, devices, cameras, grid surveys and calibrations."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import tomli_w

from lamplighter.contract.errors import SettingsError
from simulator.school import (
    CALIBRATED,
    DISTRICT,
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
        "time_zone": TIME_ZONE,
        "spaces": [*(_space(room) for room in ROOMS), _yard()],
        "devices": _devices(gateway),
        "cameras": [
            _camera(name, number, gateway, alone=len(set(cameras) - set(_CAMERA_LABELS)) == 1)
            for number, name in enumerate(cameras, start=1)
        ],
        "calibrations": _calibrations(on - SURVEYED_BEFORE),
        "surveys": [_survey(room, on - SURVEYED_BEFORE) for room in ROOMS if room.id in SURVEYED],
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


def _yard() -> dict[str, Any]:
    return {"id": YARD, "building": "grounds", "kind": "yard", "label": {"zh": YARD_ZH, "en": YARD_EN}}


def _devices(gateway: str) -> list[dict[str, Any]]:
    sensors = [
        _device(s.id, gateway, s.room, kind="light_sensor", zh=f"照度传感器{s.id[-1]}", en=f"light sensor {s.id[-1]}")
        for s in SENSORS
    ]
    lamps = [_device(lamp.id, gateway, lamp.room, kind="luminaire", zh="灯组", en="lamp group") for lamp in LAMPS]
    return sensors + lamps


def _device(name: str, gateway: str, room: Room, *, kind: str, zh: str, en: str) -> dict[str, Any]:
    number = room.id.upper()
    return {
        "id": name,
        "gateway": gateway,
        "space": room.id,
        "kind": kind,
        "label": {"zh": f"{number} {zh}", "en": f"{number} {en}"},
    }


def _camera(name: str, number: int, gateway: str, *, alone: bool) -> dict[str, Any]:
    mark = "" if alone else f" {number}"
    zh, en = _CAMERA_LABELS.get(name, (f"操场摄像机{mark}", f"Yard camera{mark}"))
    return {"id": name, "gateway": gateway, "space": YARD, "label": {"zh": zh, "en": en}}


def _calibrations(at: date) -> list[dict[str, Any]]:
    return [{"device": s.id, "factor": s.place.desk_factor, "at": at} for s in SENSORS if s.room.id in CALIBRATED]


def _survey(room: Room, at: date) -> dict[str, Any]:
    return {
        "id": f"{room.id}-{at:%Y%m%d}",
        "space": room.id,
        "at": datetime.combine(at, time(19, 30), _LOCAL),
        "plane_height_m": 0.75,
        "warm_up_min": 20,
        "curtains_drawn": True,
        "meter_serial": "SIM-0001",
        "meter_calibrated_until": at + METER_VALID_FOR,
        "tester": "simulated",
        "points": [_point(room, row, column) for row in range(3) for column in range(3)],
    }


def _point(room: Room, row: int, column: int) -> dict[str, float]:
    residual_lx = RESIDUAL_LX[row]
    return {
        "x_m": round(ROOM_LENGTH_M * (column + 0.5) / 3, 2),
        "y_m": round(ROOM_WIDTH_M * (row + 0.5) / 3, 2),
        "lx": round(room.lamp_lx * GRID[row][column] + residual_lx, 1),
        "lamps_off_lx": residual_lx,
    }
