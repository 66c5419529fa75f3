"""A city judged in groups stores the very rows that its schools store one by one, with fewer queries."""

import random
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bench.city_day import DAY, MIDNIGHT_MS, RULES, readings_of, site_of
from compliance import service
from compliance.daily import DailyVerdicts
from compliance.light.days import LightDays
from compliance.packs import load_packs
from compliance.scores import Scores
from compliance.service import Verdicts
from compliance.together import Together
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.measurements import MEASUREMENTS, READING, ROOM_10MIN, VERDICT_DAY, Cell, Measurement, RowTuple
from lamplighter.runtime.clock import FakeClock
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.protocol import Refused, Window
from tests.edge.watching import wait_until

pytestmark = pytest.mark.unit

CITY = [site_of(number, 2) for number in range(5)]
PACK = tuple(rule for rule in load_packs() if rule.id in RULES and rule.in_force(DAY))
DAY_MS = 24 * 3_600_000
SPAN = {"start_ms": MIDNIGHT_MS, "end_ms": MIDNIGHT_MS + DAY_MS}
ROLLUPS = [measurement for measurement in MEASUREMENTS.values() if measurement.bucket == "rollup"]


class Watched(DuckDbStore):
    """Counts how often it is asked for windows, and refuses the first write of a measurement named `fails`."""

    def __init__(self) -> None:
        super().__init__(DuckDbSettings(path=Path(":memory:")))
        self.asked = 0
        self.fails = ""

    def windows(self, measurement: Measurement, field: str, **span: Any) -> list[Window]:
        """As the store's, counted."""
        found = super().windows(measurement, field, **span)
        self.asked += 1
        return found

    def write(self, measurement: Measurement, rows: Sequence[RowTuple]) -> list[Refused]:
        """As the store's, but for the one that fails."""
        if measurement.name == self.fails:
            self.fails = ""
            raise Unavailable("away")
        return super().write(measurement, rows)


@pytest.fixture
def store() -> Iterator[Watched]:
    store = Watched()
    chance = random.Random(3)  # noqa: S311 a drawn school, no secret
    for site in CITY:
        store.write(READING, list(readings_of(site, chance)))
    yield store
    store.close()


def clock() -> FakeClock:
    return FakeClock(MIDNIGHT_MS + DAY_MS + 600_000)


def rollups(store: DuckDbStore) -> dict[str, list[dict[str, Cell]]]:
    return {kind.name: store.select(kind, where={}, **SPAN) for kind in ROLLUPS}


def one_by_one(store: DuckDbStore, sites: Sequence[Site]) -> dict[str, list[dict[str, Cell]]]:
    scores = Scores(store)
    for site in sites:
        LightDays(site, PACK, store).look([DAY])
        DailyVerdicts(site, PACK, scores, clock()).refresh([DAY])
    scores.write_levels()
    return rollups(store)


def test_groups_store_what_schools_store_one_by_one(store: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "GROUP", 2)
    Verdicts(CITY, PACK, store=store, clock=clock()).refresh([DAY])
    found = rollups(store)
    assert {name for name, rows in found.items() if rows} == set(found)
    assert len(found[VERDICT_DAY.name]) == 10 * len(PACK)
    alone = Watched()
    alone.write(READING, [tuple(row.values()) for row in store.select(READING, where={}, **SPAN)])
    assert one_by_one(alone, CITY) == found
    alone.close()


def test_a_group_asks_once_for_all_its_schools(store: Watched) -> None:
    asked = []
    for sites in (CITY[:1], CITY):
        before = store.asked
        verdicts = Verdicts(sites, PACK, store=store, clock=clock())
        verdicts.judge(verdicts.on([DAY]))
        asked.append(store.asked - before)
    assert asked[0] == asked[1]


@pytest.mark.parametrize(("fails", "again"), [(VERDICT_DAY.name, []), (ROOM_10MIN.name, []), ("room_light_day", [DAY])])
def test_what_could_not_be_stored_is_stored_by_the_next_round(store: Watched, fails: str, again: list[date]) -> None:
    verdicts = Verdicts(CITY, PACK, store=store, clock=clock())
    store.fails = fails
    with pytest.raises(Unavailable):
        verdicts.refresh([DAY])
    verdicts.refresh(again)  # nothing was judged yet where what the lamps gave could not be stored
    found = rollups(store)
    assert one_by_one(store, CITY) == found
    assert len(found[fails]) > 0


def test_a_school_outside_the_group_and_one_that_asks_again_get_their_own(store: Watched) -> None:
    together = Together(store)
    together.begin(["school-0000", "school-0001"])
    ask = {"every_ms": 600_000, **SPAN}
    for school in ("school-0000", "school-0000", "school-0002"):
        where = {"school": school, "point": "illuminance_lx"}
        assert together.windows(READING, "value", where=where, **ask) == store.windows(READING, "value", where=where, **ask) != []
        count = together.count(READING, where={"school": school}, **SPAN)
        assert count == store.count(READING, where={"school": school}, **SPAN) > 0
    assert together.count(READING, where={"school": "school-0009"}, **SPAN) == 0


def test_what_is_read_ahead_for_the_next_group_is_what_it_asks(store: Watched) -> None:
    together, ask = Together(store), {"every_ms": 600_000, **SPAN}
    groups = [[site.school for site in CITY[start : start + 2]] for start in (0, 2, 4)]
    before = store.asked
    for group, coming in zip(groups, [*groups[1:], []], strict=True):
        together.begin(group, coming=coming)
        for school in group:
            where = {"school": school, "point": "illuminance_lx"}
            count = together.count(READING, where={"school": school}, **SPAN)
            found = together.windows(READING, "value", where=where, **ask)
            assert count == store.count(READING, where={"school": school}, **SPAN) > 0
            store.asked -= 1
            assert found == store.windows(READING, "value", where=where, **ask) != []
    assert store.asked - before == len(groups)


def test_a_count_is_never_newer_than_the_windows_read_after_it(store: Watched) -> None:
    """Else a reading that comes between is counted and never seen."""
    together, ask = Together(store), {"every_ms": 600_000, **SPAN}
    first, then, last = (site.school for site in CITY[:3])
    where = {"school": last, "point": "illuminance_lx"}
    together.begin([first])
    together.windows(READING, "value", where=where | {"school": first}, **ask)
    asked = store.asked
    together.begin([then], coming=[last])  # the last one's windows are read now, ahead; no count is
    wait_until(lambda: store.asked > asked)
    known = store.select(READING, where=where, **SPAN)
    store.write(READING, [tuple((known[0] | {"at_ms": MIDNIGHT_MS + 1}).values())])
    together.begin([last])
    assert together.count(READING, where={"school": last}, **SPAN) == store.count(READING, where={"school": last}, **SPAN)
    assert sum(row.n for row in together.windows(READING, "value", where=where, **ask)) == len(known) + 1


def test_a_closer_look_goes_straight_to_the_store(store: Watched) -> None:
    together = Together(store)
    together.begin(["school-0000", "school-0001"])
    where = {"school": "school-0000", "point": "illuminance_lx", "device": "r00-lux"}
    found = together.windows(READING, "value", where=where, every_ms=20_000, **SPAN)
    assert {window.tags[2] for window in found} == {"r00-lux"}
    assert len(found) == 3 * 42


def test_rows_told_by_more_than_their_school_are_asked_for_once_and_each_school_gets_its_own(store: Watched) -> None:
    together, schools = Together(store), ["school-0000", "school-0001"]
    ask: dict[str, Any] = {"point": ["illuminance_lx", "co2_ppm"], "device": ("r00-lux", "r01-air")}
    together.begin(schools)
    for school in (*schools, "school-0002"):
        where = {"school": school, **ask}
        found = together.select(READING, where=where, **SPAN)
        assert {(row["school"], row["point"], row["device"]) for row in found} == {
            (school, "illuminance_lx", "r00-lux"),
            (school, "co2_ppm", "r01-air"),
        }
        assert found == store.select(READING, where=where, **SPAN)
    known = together.select(READING, where={"school": schools[0], **ask | {"device": "r00-lamp"}}, **SPAN)
    assert known == [], "another question has another answer"
