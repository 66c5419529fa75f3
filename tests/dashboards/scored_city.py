"""A small city judged for real: schools with surveys, certificates and documents, scored day by day by the product."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from compliance.packs import load_packs
from compliance.service import Verdicts
from lamplighter.runtime.clock import Clock
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.protocol import TimeSeries

BEIJING: Final = ZoneInfo("Asia/Shanghai")
ROOMS: Final = 6
SCHOOLS: Final = {
    "haidian": (("dengta-no1", "urban", 1200, 1.0), ("dengta-no2", "rural", 400, 0.8)),
    "yanqing": (("yanqing-no1", "town", 700, 0.9), ("yanqing-no2", "rural", 300, 0.7)),
}
"""District -> id, locality, pupils and how well lit, as a share of the first school's light."""

_NAMED: Final = {"dengta-no2": {"zh": "海淀区", "en": "Haidian District"}}
"""A district's name, said by one of its schools."""

FED: Final = ("ALM-003", *(f"LGT-{number:03d}" for number in (2, 5, 7, 8, 9, 13, 21, 22, 27, 29)))
"""Rules that these schools' surveys, certificates and tests feed: enough of each weight is judged for a score."""


def sites(today: date) -> Iterator[Site]:
    """Every school; the last room of each has no survey, its first lamp no certificate."""
    for district, schools in SCHOOLS.items():
        for name, locality, pupils, light in schools:
            yield Site.model_validate(_school(district, name, (locality, pupils, light), today))


def score(store: TimeSeries, clock: Clock, *, days: int) -> int:
    """Judge the last days of every school and store what the product stores; how many verdicts."""
    today = clock.now().astimezone(BEIJING).date()
    rules = [rule for rule in load_packs() if rule.id in FED]
    wanted = [today - timedelta(days=back) for back in range(days, 0, -1)]
    return Verdicts(list(sites(today)), rules, store=store, clock=clock).refresh(wanted).total()


def _school(district: str, name: str, facts: tuple[str, int, float], today: date) -> dict[str, Any]:
    locality, pupils, light = facts
    rooms = [f"a10{number}" for number in range(1, ROOMS + 1)]
    tested = {"method": "test", "on": today - timedelta(days=60)}
    # What the school itself needs, all met but for one: its alarm is answered too late in the darkest school.
    documents = [{**tested, "id": "t1", "subject": name, "metric": "alarm_response_time", "value": 1.5 if light > 0.75 else 9.5}]
    return {
        "district": district,
        "school": name,
        "label": {"zh": f"{name}学校", "en": f"School {name}"},
        "district_label": _NAMED.get(name),
        "profile": {"stages": ["primary"], "enrolment": pupils, "locality": locality},
        "spaces": [{"id": room, "building": "a", "label": {"zh": f"{room} 教室", "en": f"Room {room}"}} for room in rooms],
        "surveys": [_survey(room, number, light, today) for number, room in enumerate(rooms[:-1])],
        "luminaires": [_lamps(room, number) for number, room in enumerate(rooms)],
        "documents": documents,
    }


def _survey(room: str, number: int, light: float, today: date) -> dict[str, Any]:
    at = datetime.combine(today - timedelta(days=30 - number), time(19), BEIJING).astimezone(UTC)
    lx = light * (420 - 25 * number)
    points = [
        {"x_m": 1 + 2 * (i % 3), "y_m": 1 + 2 * (i // 3), "lx": round(lx * (1.05 if i % 2 else 0.96), 1), "lamps_off_lx": 2}
        for i in range(9)
    ]
    sound = {
        "plane_height_m": 0.75,
        "warm_up_min": 20,
        "curtains_drawn": True,
        "meter_class": "1",
        "meter_serial": "M1",
        "tester": "t1",
    }
    return {
        **sound,
        "id": f"s-{room}",
        "space": room,
        "at": at,
        "uncertainty_pct": 4.0,
        "meter_calibrated_until": today + timedelta(days=200),
        "points": points,
    }


def _lamps(room: str, number: int) -> dict[str, Any]:
    certificate = {"number": f"C-{room}", "on": "2026-01-02", "cri_ra": 92, "r9": 55, "cct_k": 4000, "risk_group": 0}
    return {"id": f"l-{room}", "space": room, "count": 9, **({"certificate": certificate} if number else {})}
