"""A small drawn city: rows of every measurement, two schools of 12 rooms over 8 days."""

import math
import random
from collections.abc import Iterator
from typing import Final

from lamplighter.contract.measurements import (
    CAMERA,
    CONDITION,
    DISTRICT_SCORE_DAY,
    GATEWAY,
    READING,
    ROOM_10MIN,
    ROOM_LIGHT_DAY,
    SCHOOL_SCORE_DAY,
    VERDICT_DAY,
    Measurement,
    RowTuple,
)

DISTRICT: Final = "haidian"
SCHOOLS: Final = ("dengta-no1", "dengta-no2")
ROOMS: Final = tuple(f"{building}-{floor}0{room}" for building in "ab" for floor in (1, 2) for room in (1, 2, 3))
RULE: Final = "LGT-021"
_MINUTE: Final = 60_000
_DAY: Final = 1440 * _MINUTE
_SHANGHAI_MS: Final = 8 * 60 * _MINUTE
_VERDICTS: Final = (*["pass"] * 5, "fail", "indicative_low", *["insufficient_data"] * 5)

Rows = Iterator[tuple[Measurement, RowTuple]]


def city_rows(now_ms: int, *, days: int = 8) -> Rows:
    """Rows of every measurement up to `now_ms`."""
    chance = random.Random(7)  # noqa: S311 a drawn city, no secret
    midnight = (now_ms + _SHANGHAI_MS) // _DAY * _DAY - _SHANGHAI_MS
    for number, school in enumerate(SCHOOLS):
        for day in range(days):
            yield from _day_of_verdicts(school, midnight - day * _DAY, skew=number + (day > 4))
        yield from _rooms(school, now_ms, days, chance)
        yield from _light(school, midnight, days)
        yield from _readings(school, now_ms, chance)
        yield from _cameras(school, now_ms, chance)
        yield from _gateways(school, now_ms, chance)
        yield from _conditions(school, now_ms)
    for day in range(days):
        yield DISTRICT_SCORE_DAY, (DISTRICT, RULE, midnight - day * _DAY, 81.8, 45.8, 9, 2, 2, 11)


def _day_of_verdicts(school: str, at_ms: int, *, skew: int) -> Rows:
    for number, room in enumerate(ROOMS):
        verdict = _VERDICTS[(number + skew) % len(_VERDICTS)]
        value = {"pass": 412.5 + number, "fail": 265.25, "indicative_low": 188.0}.get(verdict)
        margin = None if value is None else value - 300
        method = {"pass": "survey", "fail": "survey", "indicative_low": "monitor"}.get(verdict, "none")
        reasons = (f"{room}：结论依据见台账", f"{room}: see the ledger for the evidence")
        found = (verdict, value, 300.0, margin, None, 0, 9, "lx", method, "1", "mandatory", "major", *reasons)
        yield VERDICT_DAY, (DISTRICT, school, room, RULE, at_ms, *found)
    yield SCHOOL_SCORE_DAY, (DISTRICT, school, RULE, at_ms, 83.3, 50.0, 5, 1, 1, 5)


def _rooms(school: str, now_ms: int, days: int, chance: random.Random) -> Rows:
    for number, room in enumerate(ROOMS):
        for at_ms in range(now_ms - days * _DAY, now_ms, 10 * _MINUTE):
            hour = (at_ms + _SHANGHAI_MS) % _DAY / _DAY * 24
            sun = max(0.0, math.sin((hour - 6) / 12 * math.pi)) * (250 + 60 * (number % 5))
            lit = 100.0 if 8 <= hour < 17 else 0.0
            lux = sun + lit * (3.2 if number != 6 else 1.4) + chance.uniform(0, 12)
            yield ROOM_10MIN, (school, room, at_ms, round(lux, 1), round(lux * 0.7, 1), 40, lit, 100.0, lit, 4.86 * lit)


def _light(school: str, midnight: int, days: int) -> Rows:
    for number, room in enumerate(ROOMS):
        for day in range(1, days):
            known = (380.0 - 9 * number, 24.5, 6, 0.98) if number % 4 else (None, None, 0, None)
            ageing = (6.4, "2028-03-01", "2027-10-12", "2028-09-30") if number % 3 == 1 else (None, None, None, None)
            yield (
                ROOM_LIGHT_DAY,
                (school, room, midnight - day * _DAY, *known, 0, *ageing, 8.1, 0.4, 3.9, 100.0, None if number % 4 else "dimmed"),
            )


def _readings(school: str, now_ms: int, chance: random.Random) -> Rows:
    for at_ms in range(now_ms - 120 * _MINUTE, now_ms, _MINUTE):
        for room in ROOMS:
            bad = chance.random() < 0.02
            value = None if bad else round(320 + 40 * math.sin(at_ms / 1e6) + chance.uniform(-8, 8), 1)
            yield READING, (school, "gw-1", f"light-{room}-1", "illuminance_lx", at_ms, value, 2 if bad else 0)
            yield READING, (school, "gw-1", f"lamp-{room}", "dimming_level_pct", at_ms, 80.0, 0)
            yield READING, (school, "gw-1", f"lamp-{room}", "active_power_w", at_ms, round(36 + chance.uniform(-1, 1), 2), 0)


def _cameras(school: str, now_ms: int, chance: random.Random) -> Rows:
    for number, camera in enumerate(("gate", "yard", "corridor-a")):
        for step, at_ms in enumerate(range(now_ms - _DAY, now_ms, _MINUTE)):
            away = number == 1 and 500 < step < 560
            silent = number == 2 and 900 < step < 1000
            if not silent:
                fps = 0.0 if away else round(8 + chance.uniform(-0.5, 0.5), 2)
                inference_ms = round(31 + chance.uniform(-3, 6), 1)
                armed_s = step * 60.0
                row = (school, "gw-1", camera, at_ms, int(not away), fps, step * (3 + number), inference_ms, armed_s, armed_s, 0)
                yield CAMERA, row


def _gateways(school: str, now_ms: int, chance: random.Random) -> Rows:
    for step, at_ms in enumerate(range(now_ms - _DAY, now_ms, _MINUTE)):
        waiting = max(0, 400 - abs(step - 700) * 10)
        yield GATEWAY, (school, "gw-1", at_ms, round(38 + chance.uniform(-6, 6), 1), 41.5, 51_200.0 - step, waiting)


def _conditions(school: str, now_ms: int) -> Rows:
    told = (
        ("intrusion", "gate", "high", 200, 197),
        ("intrusion", "yard", "high", 62, 60),
        ("camera_offline", "yard", "medium", 940, 880),
        ("lamp_failure", "lamp-a-203", "low", 300, None),
        ("sensor_silent", "light-b-101-1", "medium", 30, 12),
    )
    for kind, source, priority, raised_min, cleared_min in told:
        yield CONDITION, (school, kind, source, now_ms - raised_min * _MINUTE, 1, priority)
        if cleared_min is not None:
            yield CONDITION, (school, kind, source, now_ms - cleared_min * _MINUTE, 0, priority)
