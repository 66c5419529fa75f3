"""A calibrated classroom and its school days, for tests."""

from datetime import UTC, date, datetime
from typing import Any

from lamplighter.contract.measurements import RowTuple
from lamplighter.site.model import Site

FRIDAY = date(2026, 11, 20)
MIDNIGHT_MS = round(datetime(2026, 11, 19, 16, tzinfo=UTC).timestamp() * 1000)
"""Of that Friday in Beijing."""
MINUTE = 60_000
DAY_MS = 1440 * MINUTE
LAMPS_LX = {"lux1": 200.0, "lux2": 160.0}
FACTORS = {"lux1": 1.6, "lux2": 2.0}


def school(**more: Any) -> Site:
    """One calibrated classroom with two sensors and a lamp."""
    label = {"zh": "某", "en": "some"}
    devices = [{"id": name, "gateway": "g1", "space": "a101", "kind": "light_sensor"} for name in FACTORS]
    devices += [{"id": "lamp1", "gateway": "g1", "space": "a101", "kind": "luminaire"}]
    spaces = [{"id": "a101", "building": "a", "kind": "classroom", "label": label}]
    factors = [{"device": name, "factor": x, "at": "2026-05-01", "uncertainty_pct": 6.0} for name, x in FACTORS.items()]
    given = {"district": "d1", "school": "s1", "label": label, "spaces": spaces, "devices": devices, "calibrations": factors}
    return Site.model_validate(given | more)


def lit(minute: int) -> bool:
    """Whether the lamps are on at a minute of the day."""
    return 480 <= minute < 720 or 780 <= minute < 1020


def readings(back: int, shares: dict[str, float] | None = None, dimmed: float = 100.0) -> list[RowTuple]:
    """A school day, one reading a minute of each point; daylight rises to noon and falls again."""
    rows: list[RowTuple] = []
    for minute in range(1440):
        at_ms = MIDNIGHT_MS - back * DAY_MS + minute * MINUTE
        level = dimmed if lit(minute) else 0.0
        daylight = max(0.0, 600.0 - abs(minute - 720) * 2)
        values = {name: lx * (shares or {}).get(name, 1.0) * level / 100 + daylight + 2 for name, lx in LAMPS_LX.items()}
        rows += [("s1", "g1", name, "illuminance_lx", at_ms, value, 0) for name, value in values.items()]
        rows += [("s1", "g1", "lamp1", "dimming_level_pct", at_ms, level, 0)]
        rows += [("s1", "g1", "lamp1", "active_power_w", at_ms, 4.8 * level, 0)]
    return rows


def survey(at: str = "2026-05-01T12:00:00Z") -> dict[str, Any]:
    """A survey that counts: 320 to 400 lx, 360 on average."""
    points = [{"x_m": 1 + 2 * (n % 3), "y_m": 1 + 2 * (n // 3), "lx": 400 - 10 * n, "lamps_off_lx": 0} for n in range(9)]
    stated = {
        "plane_height_m": 0.75,
        "warm_up_min": 20,
        "curtains_drawn": True,
        "uncertainty_pct": 4.0,
        "meter_class": "1",
        "meter_serial": "M1",
    }
    named = {"id": "q1", "space": "a101", "at": at, "meter_calibrated_until": "2027-01-01", "tester": "t"}
    return named | stated | {"points": points}
