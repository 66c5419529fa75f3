"""From stored readings to `room_light_day`: the path a running system takes."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from compliance.light.days import LightDays
from compliance.packs import load_packs
from compliance.rollups import LAMP_POINTS
from lamplighter.contract.measurements import READING, ROOM_LIGHT_DAY, RowTuple
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from tests.compliance.light.school import DAY_MS, FACTORS, FRIDAY, MIDNIGHT_MS, MINUTE, readings, school, survey

pytestmark = pytest.mark.unit


@pytest.fixture
def store() -> Iterator[DuckDbStore]:
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    yield store
    store.close()


def light(site: Site, store: DuckDbStore) -> LightDays:
    return LightDays(site, load_packs(), store)


def last_row(store: DuckDbStore) -> dict[str, Any]:
    return store.select(ROOM_LIGHT_DAY, where={"space": "a101"}, start_ms=MIDNIGHT_MS, end_ms=MIDNIGHT_MS + 1)[-1]


def test_the_lamps_light_is_found_beside_three_times_as_much_daylight(store: DuckDbStore) -> None:
    for back in range(2):
        store.write(READING, readings(back))
    light(school(), store).look([FRIDAY])
    row = last_row(store)
    assert row["electric_lx"] == pytest.approx(320, rel=0.02)
    assert row["uncertainty_lx"] >= 320 * 0.06 * 0.98
    assert (row["steps"], row["uneven"], row["left_on_h"]) == (4, 0, 0.0)
    assert row["energy_kwh"] == pytest.approx(8 * 0.48, rel=0.02)
    assert row["lit_h"] == pytest.approx(8, abs=0.02)
    assert row["known_share"] == 100.0


def test_dimmed_lamps_are_no_evidence_but_still_use_energy(store: DuckDbStore) -> None:
    for back in range(2):
        store.write(READING, readings(back, dimmed=60.0))
    light(school(), store).look([FRIDAY])
    row = last_row(store)
    assert (row["electric_lx"], row["steps"]) == (None, 0)
    assert row["energy_kwh"] == pytest.approx(0.6 * 8 * 0.48, rel=0.02)


def test_a_calibration_older_than_a_year_is_none(store: DuckDbStore) -> None:
    for back in range(2):
        store.write(READING, readings(back))
    old = [{"device": name, "factor": 1.0, "at": "2025-11-01"} for name in FACTORS]
    light(school(calibrations=old), store).look([FRIDAY])
    assert last_row(store)["electric_lx"] is None


@pytest.mark.parametrize(("share", "uneven"), [(1.0, 0), (0.4, 1)])
def test_a_part_of_the_room_that_lost_its_lamps_is_likely_uneven(store: DuckDbStore, share: float, uneven: int) -> None:
    for back in range(2):
        store.write(READING, readings(back, {"lux2": share}))
    light(school(surveys=[survey()]), store).look([FRIDAY])
    assert last_row(store)["uneven"] == uneven


@pytest.mark.parametrize(("kind", "left_on_h"), [("classroom", 1.0), ("office", 0.0)])
def test_a_duty_room_may_be_lit_at_night_and_a_classroom_may_not(store: DuckDbStore, kind: str, left_on_h: float) -> None:
    night = [("s1", "g1", "lamp1", point, MIDNIGHT_MS + n * MINUTE, 100.0, 0) for n in range(60) for point in LAMP_POINTS]
    store.write(READING, night)
    spaces = [{"id": "a101", "building": "a", "kind": kind, "label": {"zh": "某", "en": "some"}}]
    light(school(spaces=spaces), store).look([FRIDAY])
    assert last_row(store)["left_on_h"] == pytest.approx(left_on_h)


def declined(back: int) -> RowTuple:
    lx = 420 * 0.7 ** ((150 - back) / 365)
    return ("s1", "a101", MIDNIGHT_MS - back * DAY_MS, lx + (back % 2), 20.0, 6, 1.0, 0, *[None] * 4, 8.0, 0.0, 3.8, 100.0, None)


def test_decline_comes_from_the_days_since_the_lamps_were_new(store: DuckDbStore) -> None:
    store.write(ROOM_LIGHT_DAY, [declined(back) for back in range(1, 151)])
    for back in range(2):
        store.write(READING, readings(back))
    light(school(), store).look([FRIDAY])
    row = last_row(store)
    assert row["decline_pct_a_year"] == pytest.approx(30, abs=2)
    assert row["below_from"] <= row["below_on"] <= row["below_to"]
    new = [{"space": "a101", "kind": "lamps_cleaned", "on": (FRIDAY - timedelta(days=60)).isoformat()}]
    light(school(works=new), store).look([FRIDAY])
    assert last_row(store)["decline_pct_a_year"] is None


def test_a_room_with_few_moments_in_a_week_is_looked_at_for_four(store: DuckDbStore) -> None:
    store.write(READING, readings(0))
    light(school(), store).look([FRIDAY])
    assert last_row(store)["electric_lx"] is None
    store.write(READING, readings(21))
    light(school(), store).look([FRIDAY])
    assert last_row(store)["electric_lx"] == pytest.approx(320, rel=0.02)
    assert last_row(store)["steps"] == 4


def test_what_older_lamps_gave_is_no_part_of_the_estimate(store: DuckDbStore) -> None:
    for back in (0, 3, 21):
        store.write(READING, readings(back))
    new = [{"space": "a101", "kind": "lamps_replaced", "on": (FRIDAY - timedelta(days=1)).isoformat()}]
    light(school(works=new), store).look([FRIDAY])
    assert last_row(store)["electric_lx"] is None


def test_running_again_writes_the_same(store: DuckDbStore) -> None:
    for back in range(2):
        store.write(READING, readings(back))
    days = light(school(), store)
    one = days.look([FRIDAY])
    assert days.look([FRIDAY]) == one
    assert store.count(ROOM_LIGHT_DAY, where={}, start_ms=0, end_ms=MIDNIGHT_MS + 3 * DAY_MS) == 1


@pytest.mark.parametrize(("spoilt", "counts"), [({}, True), ({"meter_calibrated_until": "2026-04-01"}, False)])
def test_a_survey_counts_for_evenness_where_it_is_what_the_rule_asks_of_one(
    store: DuckDbStore,
    spoilt: dict[str, str],
    counts: bool,  # noqa: FBT001 - a table's column
) -> None:
    store.write(READING, readings(0))
    (room,) = light(school(surveys=[survey() | spoilt]), store).look([FRIDAY])
    assert room.surveyed is not None
    assert (room.surveyed.on, room.surveyed.counts) == (date(2026, 5, 1), counts)
