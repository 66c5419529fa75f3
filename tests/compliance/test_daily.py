"""How the stored verdicts follow the readings."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from compliance.daily import DailyVerdicts
from compliance.evidence import WINDOW_MS, midnight_ms
from compliance.rules import Rule
from compliance.scores import Scores
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.measurements import (
    DISTRICT_SCORE_DAY,
    READING,
    ROOM_10MIN,
    SCHOOL_SCORE_DAY,
    VERDICT_DAY,
    Cell,
    Measurement,
    RowTuple,
)
from lamplighter.runtime.clock import FakeClock
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.protocol import Refused

pytestmark = pytest.mark.unit

FRIDAY = date(2026, 11, 20)
BEIJING = ZoneInfo("Asia/Shanghai")
ROLLUPS = (ROOM_10MIN, VERDICT_DAY, SCHOOL_SCORE_DAY, DISTRICT_SCORE_DAY)


@pytest.fixture
def store() -> Iterator[DuckDbStore]:
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    yield store
    store.close()


def site_of(school: str = "s1", **more: Any) -> Site:
    """A school of one room with a calibrated sensor and a lamp."""
    label = {"zh": "某", "en": "some"}
    data = {
        "district": "d1",
        "school": school,
        "label": label,
        "spaces": [{"id": "a101", "building": "a", "label": label}],
        "devices": [
            {"id": "lux1", "gateway": "g1", "space": "a101", "kind": "light_sensor"},
            {"id": "lamp1", "gateway": "g1", "space": "a101", "kind": "luminaire"},
        ],
        "calibrations": [{"device": "lux1", "factor": 1.25, "at": date(2026, 9, 10)}],
    }
    return Site.model_validate(data | more)


def at_ms(hour: float, day: date = FRIDAY, zone: ZoneInfo = BEIJING) -> int:
    return midnight_ms(day, zone) + round(hour * 3_600_000)


def put(store: DuckDbStore, start_ms: int, end_ms: int, *, lx: float = 200.0, points: Sequence[str] = ("lux", "lamp")) -> None:
    """A dark room with the lamp on, one reading a point each 2 minutes."""
    rows: list[RowTuple] = []
    for at in range(start_ms, end_ms, 120_000):
        if "lux" in points:
            rows.append(("s1", "g1", "lux1", "illuminance_lx", at, lx, 0))
        if "lamp" in points:
            rows.append(("s1", "g1", "lamp1", "dimming_level_pct", at, 100.0, 0))
            rows.append(("s1", "g1", "lamp1", "active_power_w", at, 480.0, 0))
    store.write(READING, rows)


def everything(store: DuckDbStore) -> list[list[dict[str, Cell]]]:
    return [store.select(measurement, where={}, start_ms=0, end_ms=2**45) for measurement in ROLLUPS]


def verdict_of(store: DuckDbStore, day: date = FRIDAY) -> Cell:
    (row,) = store.select(VERDICT_DAY, where={}, start_ms=at_ms(0, day), end_ms=at_ms(0, day) + 1)
    return row["verdict"]


def test_eight_days_are_due_at_the_start_and_only_today_afterwards(store: DuckDbStore, desk_rule: Rule) -> None:
    daily = DailyVerdicts(site_of(), (desk_rule,), Scores(store), FakeClock(at_ms(10)))
    days = daily.due()
    assert days == [FRIDAY - timedelta(days=back) for back in range(7, -1, -1)]
    daily.refresh(days)
    assert daily.due() == [FRIDAY]


def test_a_late_reading_makes_its_day_due_again_and_changes_its_verdict(store: DuckDbStore, desk_rule: Rule) -> None:
    daily = DailyVerdicts(site_of(), (desk_rule,), Scores(store), FakeClock(at_ms(10)))
    daily.refresh(daily.due())
    tuesday = FRIDAY - timedelta(days=3)
    assert verdict_of(store, tuesday) == "insufficient_data"
    put(store, at_ms(9, tuesday), at_ms(11, tuesday))
    assert daily.due() == [tuesday, FRIDAY]
    daily.refresh(daily.due())
    assert verdict_of(store, tuesday) == "indicative_low"
    assert daily.due() == [FRIDAY]


def test_days_that_are_kept_wait_until_their_readings_stop_coming(store: DuckDbStore, desk_rule: Rule) -> None:
    clock, kept = FakeClock(at_ms(10)), list[date]()
    daily = DailyVerdicts(site_of(), (desk_rule,), Scores(store), clock, keep=lambda day, _verdicts, _read: kept.append(day))
    tuesday = FRIDAY - timedelta(days=3)
    for hour in (9.0, 9.5):
        put(store, at_ms(hour, tuesday), at_ms(hour + 0.5, tuesday))
        assert daily.due() == [FRIDAY], "a gateway is telling its past"
        clock.advance(10)
    clock.advance(20)
    assert len(daily.due()) == 8
    assert daily.due() == [FRIDAY], "asked anew it waits anew"
    assert len(daily.due(ending=True)) == 8
    daily.refresh(daily.due(ending=True))
    assert kept == [FRIDAY - timedelta(days=back) for back in range(7, 0, -1)]


def test_running_again_and_starting_again_write_the_same_rows(store: DuckDbStore, desk_rule: Rule) -> None:
    put(store, at_ms(7), at_ms(12))
    clock = FakeClock(at_ms(12.5))
    daily = DailyVerdicts(site_of(), (desk_rule,), Scores(store), clock)
    daily.refresh(daily.due())
    first = everything(store)
    daily.refresh(daily.due())
    assert everything(store) == first
    again = DailyVerdicts(site_of(), (desk_rule,), Scores(store), clock)
    again.refresh(again.due())
    assert everything(store) == first


def test_following_a_day_gives_what_judging_it_at_its_end_gives(store: DuckDbStore, desk_rule: Rule) -> None:
    clock = FakeClock(at_ms(7.9))
    daily = DailyVerdicts(site_of(), (desk_rule,), Scores(store), clock)
    for _ in range(70):
        now = clock.now_ms()
        put(store, now, now + 120_000, lx=150 + (now // 1000) % 90)
        clock.advance(120)
        daily.refresh([FRIDAY])
    followed = everything(store)
    end = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    rows = store.select(READING, where={}, start_ms=0, end_ms=2**45)
    end.write(READING, [tuple(row.values()) for row in rows])
    DailyVerdicts(site_of(), (desk_rule,), Scores(end), clock).refresh([FRIDAY])
    assert everything(end) == followed
    assert verdict_of(store) == "indicative_low"
    end.close()


def test_a_reading_that_comes_late_today_reaches_its_window(store: DuckDbStore, desk_rule: Rule) -> None:
    put(store, at_ms(8), at_ms(9), points=("lux",))
    daily = DailyVerdicts(site_of(), (desk_rule,), Scores(store), FakeClock(at_ms(9.5)))
    daily.refresh([FRIDAY])
    put(store, at_ms(8), at_ms(9), points=("lamp",))
    daily.refresh([FRIDAY])
    rows = store.select(ROOM_10MIN, where={}, start_ms=at_ms(8), end_ms=at_ms(9))
    assert [row["lit_share"] for row in rows] == [100.0] * 6
    assert verdict_of(store) == "indicative_low"


def test_the_window_in_progress_is_shown_but_not_judged(store: DuckDbStore, desk_rule: Rule) -> None:
    put(store, at_ms(8), at_ms(9))
    daily = DailyVerdicts(site_of(), (desk_rule,), Scores(store), FakeClock(at_ms(8) + 5 * WINDOW_MS + 400_000))
    daily.refresh([FRIDAY])
    assert len(store.select(ROOM_10MIN, where={}, start_ms=at_ms(8), end_ms=at_ms(9))) == 6
    assert verdict_of(store) == "insufficient_data"


def test_a_day_is_judged_once_more_when_it_is_over(store: DuckDbStore, desk_rule: Rule) -> None:
    clock = FakeClock(at_ms(23.9))
    daily = DailyVerdicts(site_of(), (desk_rule,), Scores(store), clock)
    daily.refresh(daily.due())
    clock.advance(1200)
    saturday = FRIDAY + timedelta(days=1)
    assert daily.due() == [FRIDAY, saturday]
    daily.refresh(daily.due())
    assert daily.due() == [saturday]


def test_readings_of_another_day_change_nothing(store: DuckDbStore, desk_rule: Rule) -> None:
    put(store, at_ms(8), at_ms(12))
    daily = DailyVerdicts(site_of(), (desk_rule,), Scores(store), FakeClock(at_ms(30)))
    daily.refresh([FRIDAY])
    before = everything(store)
    put(store, at_ms(24), at_ms(30))
    put(store, at_ms(-6), at_ms(0))
    daily.refresh([FRIDAY])
    assert everything(store) == before


def test_a_day_cut_off_by_the_store_stays_due(desk_rule: Rule) -> None:
    class Failing(DuckDbStore):
        broken = True

        def write(self, measurement: Measurement, rows: Sequence[RowTuple]) -> list[Refused]:
            if self.broken and measurement is SCHOOL_SCORE_DAY:
                raise Unavailable("the disk is full")
            return super().write(measurement, rows)

    failing = Failing(DuckDbSettings(path=Path(":memory:")))
    daily = DailyVerdicts(site_of(), (desk_rule,), Scores(failing), FakeClock(at_ms(10)))
    with pytest.raises(Unavailable):
        daily.refresh(daily.due())
    assert len(daily.due()) == 8
    failing.broken = False
    daily.refresh(daily.due())
    assert daily.due() == [FRIDAY]
    assert len(failing.select(SCHOOL_SCORE_DAY, where={}, start_ms=0, end_ms=2**45)) == 8
    failing.close()


def test_a_districts_score_is_the_sum_of_its_schools(store: DuckDbStore, desk_rule: Rule, room: Any) -> None:
    scores = Scores(store)
    surveyed = {"surveys": [room.survey(at=datetime(2026, 10, 1, tzinfo=BEIJING)).model_dump()]}
    for school, more in (("s1", surveyed), ("s2", {}), *((f"s{number}", surveyed) for number in range(3, 7))):
        DailyVerdicts(site_of(school, **more), (desk_rule,), scores, FakeClock(at_ms(10))).refresh([FRIDAY])
    assert store.select(DISTRICT_SCORE_DAY, where={}, start_ms=0, end_ms=2**45) == []
    scores.write_levels()
    (row,) = store.select(DISTRICT_SCORE_DAY, where={"district": "d1"}, start_ms=at_ms(0), end_ms=at_ms(0) + 1)
    assert (row["passed"], row["failed"], row["insufficient_data"]) == (5, 0, 1)
    assert row["share"] == 100.0
    assert row["coverage"] == pytest.approx(500 / 6)


def test_a_midnight_inside_a_window_leaves_the_window_whole(store: DuckDbStore, desk_rule: Rule) -> None:
    zone = ZoneInfo("Asia/Kathmandu")  # 5 h 45 min from UTC: midnight is at a quarter past
    midnight = midnight_ms(FRIDAY, zone)
    window = midnight // WINDOW_MS * WINDOW_MS
    assert window < midnight
    put(store, window, window + WINDOW_MS, points=("lux",))
    daily = DailyVerdicts(site_of(time_zone="Asia/Kathmandu"), (desk_rule,), Scores(store), FakeClock(midnight + 10 * WINDOW_MS))
    for day in (FRIDAY - timedelta(days=1), FRIDAY):
        daily.refresh([day])
        (row,) = store.select(ROOM_10MIN, where={}, start_ms=window, end_ms=window + 1)
        assert row["samples"] == 5
