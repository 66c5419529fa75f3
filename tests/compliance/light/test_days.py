"""From stored readings to `room_light_day`: the path a running system takes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from compliance.light.days import LightDays
from compliance.packs import load_packs
from lamplighter.contract.measurements import READING, ROOM_LIGHT_DAY, RowTuple
from lamplighter.runtime.clock import FakeClock
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore

pytestmark = pytest.mark.unit

FRIDAY = date(2026, 11, 20)
MIDNIGHT_MS = round(datetime(2026, 11, 19, 16, tzinfo=UTC).timestamp() * 1000)
"""Of that Friday in Beijing."""
MINUTE = 60_000
DAY_MS = 1440 * MINUTE
LAMPS_LX = {"lux1": 200.0, "lux2": 160.0}
FACTORS = {"lux1": 1.6, "lux2": 2.0}


@pytest.fixture
def store() -> Iterator[DuckDbStore]:
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    yield store
    store.close()


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


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(MIDNIGHT_MS + DAY_MS + 2 * MINUTE)


def light(site: Site, store: DuckDbStore, clock: FakeClock) -> LightDays:
    return LightDays(site, load_packs(), store, clock)


def last_row(store: DuckDbStore) -> dict[str, Any]:
    return store.select(ROOM_LIGHT_DAY, where={"space": "a101"}, start_ms=MIDNIGHT_MS, end_ms=MIDNIGHT_MS + 1)[-1]


def test_the_lamps_light_is_found_beside_three_times_as_much_daylight(store: DuckDbStore, clock: FakeClock) -> None:
    for back in range(2):
        store.write(READING, readings(back))
    light(school(), store, clock).refresh([FRIDAY])
    row = last_row(store)
    assert row["electric_lx"] == pytest.approx(320, rel=0.02)
    assert row["uncertainty_lx"] >= 320 * 0.06 * 0.98
    assert (row["steps"], row["uneven"], row["left_on_h"]) == (4, 0, 0.0)
    assert row["energy_kwh"] == pytest.approx(8 * 0.48, rel=0.02)
    assert row["lit_h"] == pytest.approx(8, abs=0.02)
    assert row["known_share"] == 100.0


def test_dimmed_lamps_are_no_evidence_but_still_use_energy(store: DuckDbStore, clock: FakeClock) -> None:
    for back in range(2):
        store.write(READING, readings(back, dimmed=60.0))
    light(school(), store, clock).refresh([FRIDAY])
    row = last_row(store)
    assert (row["electric_lx"], row["steps"]) == (None, 0)
    assert row["energy_kwh"] == pytest.approx(0.6 * 8 * 0.48, rel=0.02)


def test_a_calibration_older_than_a_year_is_none(store: DuckDbStore, clock: FakeClock) -> None:
    for back in range(2):
        store.write(READING, readings(back))
    old = [{"device": name, "factor": 1.0, "at": "2025-11-01"} for name in FACTORS]
    light(school(calibrations=old), store, clock).refresh([FRIDAY])
    assert last_row(store)["electric_lx"] is None


def survey() -> dict[str, Any]:
    points = [{"x_m": 1 + 2 * (n % 3), "y_m": 1 + 2 * (n // 3), "lx": 400 - 10 * n, "lamps_off_lx": 0} for n in range(9)]
    stated = {"plane_height_m": 0.75, "warm_up_min": 20, "curtains_drawn": True, "meter_class": "1", "meter_serial": "M1"}
    named = {"id": "q1", "space": "a101", "at": "2026-05-01T12:00:00Z", "meter_calibrated_until": "2027-01-01", "tester": "t"}
    return named | stated | {"points": points}


@pytest.mark.parametrize(("share", "uneven"), [(1.0, 0), (0.4, 1)])
def test_a_part_of_the_room_that_lost_its_lamps_is_likely_uneven(
    store: DuckDbStore, clock: FakeClock, share: float, uneven: int
) -> None:
    for back in range(2):
        store.write(READING, readings(back, {"lux2": share}))
    light(school(surveys=[survey()]), store, clock).refresh([FRIDAY])
    assert last_row(store)["uneven"] == uneven


def declined(back: int) -> RowTuple:
    lx = 420 * 0.7 ** ((150 - back) / 365)
    return ("s1", "a101", MIDNIGHT_MS - back * DAY_MS, lx + (back % 2), 20.0, 6, 1.0, 0, *[None] * 4, 8.0, 0.0, 3.8, 100.0)


def test_decline_comes_from_the_days_since_the_lamps_were_new(store: DuckDbStore, clock: FakeClock) -> None:
    store.write(ROOM_LIGHT_DAY, [declined(back) for back in range(1, 151)])
    for back in range(2):
        store.write(READING, readings(back))
    light(school(), store, clock).refresh([FRIDAY])
    row = last_row(store)
    assert row["decline_pct_a_year"] == pytest.approx(30, abs=2)
    assert row["below_from"] <= row["below_on"] <= row["below_to"]
    new = [{"space": "a101", "kind": "lamps_cleaned", "on": (FRIDAY - timedelta(days=60)).isoformat()}]
    light(school(works=new), store, clock).refresh([FRIDAY])
    assert last_row(store)["decline_pct_a_year"] is None


def test_a_day_that_is_not_over_waits(store: DuckDbStore, clock: FakeClock) -> None:
    store.write(READING, readings(0))
    assert light(school(), store, clock).refresh([FRIDAY + timedelta(days=1)]) == []
    assert store.count(ROOM_LIGHT_DAY, where={}, start_ms=0, end_ms=MIDNIGHT_MS + 3 * DAY_MS) == 0


def test_running_again_writes_the_same(store: DuckDbStore, clock: FakeClock) -> None:
    for back in range(2):
        store.write(READING, readings(back))
    days = light(school(), store, clock)
    one = days.refresh([FRIDAY])
    assert days.refresh([FRIDAY]) == one
    assert store.count(ROOM_LIGHT_DAY, where={}, start_ms=0, end_ms=MIDNIGHT_MS + 3 * DAY_MS) == 1
