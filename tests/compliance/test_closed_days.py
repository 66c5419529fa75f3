"""What a running system stores about days that are over, and that an auditor gets the same from its export."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from compliance import closed_days
from compliance.closed_days import ClosedDays, low_days_of
from compliance.daily import DailyVerdicts
from compliance.evidence import midnight_ms
from compliance.files.export import Running, export_folder, stored_lines
from compliance.files.folder import read_folder
from compliance.files.score import Days, line_of, score_folder
from compliance.packs import load_packs
from compliance.scores import Scores
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.measurements import CAMERA, PLACE_SCORE_DAY, READING, VERDICT_DAY, Cell, RowTuple
from lamplighter.runtime.clock import FakeClock
from lamplighter.site.model import Site
from lamplighter.site.states import always
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore

pytestmark = pytest.mark.unit

FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 16)
BEIJING = ZoneInfo("Asia/Shanghai")
RULES = load_packs()


@pytest.fixture
def store() -> Iterator[DuckDbStore]:
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    yield store
    store.close()


def site_of(room: Any, school: str = "s1") -> Site:
    """A surveyed classroom with a calibrated sensor and a lamp, an unsurveyed one, and a camera."""
    label = {"zh": "某", "en": "some"}
    survey = room.survey(uncertainty_pct=4.0).model_dump()
    data = {
        "district": "d1",
        "school": school,
        "label": label,
        "spaces": [{"id": name, "building": "a", "label": label} for name in ("a101", "a102")],
        "devices": [
            {"id": "lux1", "gateway": "g1", "space": "a101", "kind": "light_sensor"},
            {"id": "lamp1", "gateway": "g1", "space": "a101", "kind": "luminaire"},
        ],
        "cameras": [{"id": "cam1", "gateway": "g1", "space": "a102", "label": label}],
        "calibrations": [{"device": "lux1", "factor": 1.25, "at": date(2026, 9, 10), "uncertainty_pct": 10}],
        "surveys": [survey],
        "documents": [
            {
                "id": "t1",
                "method": "test",
                "subject": school,
                "metric": "alarm_response_time",
                "value": 2.5,
                "on": date(2026, 10, 1),
            }
        ],
        "calendar": {"terms": [{"first": date(2026, 9, 1), "last": date(2027, 1, 20)}]},
    }
    return Site.model_validate(data)


def put_day(store: DuckDbStore, day: date, *, lx: float, school: str = "s1", recording_d: float | None = 31.3) -> None:
    """A morning of lessons with the lamp on, and the age of the camera's oldest recording once an hour."""
    start = midnight_ms(day, BEIJING) + 8 * 3_600_000
    rows: list[RowTuple] = []
    for at in range(start, start + 2 * 3_600_000, 120_000):
        rows.append((school, "g1", "lux1", "illuminance_lx", at, lx, 0))
        rows.append((school, "g1", "lamp1", "dimming_level_pct", at, 100.0, 0))
        rows.append((school, "g1", "lamp1", "active_power_w", at, 480.0, 0))
    if recording_d is not None:
        midnight = midnight_ms(day, BEIJING) + 123
        rows += [(school, "g1", "cam1", "recording_age_d", midnight + hour * 3_600_000, recording_d, 0) for hour in range(24)]
    store.write(READING, rows)
    store.write(
        CAMERA,
        [
            (school, "g1", "cam1", at, 1 - (at // 120_000) % 3 // 2, 9.5, 0, 40.0, None, None, None)
            for at in range(start, start + 3_600_000, 120_000)
        ],
    )


def noon_after(day: date) -> FakeClock:
    return FakeClock(round(datetime.combine(day + timedelta(days=1), time(12), BEIJING).timestamp() * 1000))


def week(store: DuckDbStore, site: Site, *, lows: tuple[int, ...] = (18,)) -> ClosedDays:
    for day in range(16, 21):
        put_day(store, date(2026, 11, day), lx=180.0 if day in lows else 290.0)
    return ClosedDays(site, RULES, Scores(store), noon_after(FRIDAY))


def days(first: int, last: int) -> list[date]:
    return [date(2026, 11, day) for day in range(first, last + 1)]


def stored(store: DuckDbStore, rule: str, subject: str) -> list[Cell]:
    rows = store.select(VERDICT_DAY, where={"rule": rule, "subject": subject}, start_ms=0, end_ms=2**45)
    return [row["verdict"] for row in rows]


def test_only_days_that_are_over_are_judged(store: DuckDbStore, room: Any) -> None:
    closed = week(store, site_of(room))
    assert closed.refresh([FRIDAY, FRIDAY + timedelta(days=1)]).total() > 0
    at = {row["at_ms"] for row in store.select(VERDICT_DAY, where={}, start_ms=0, end_ms=2**45)}
    assert at == {midnight_ms(FRIDAY, BEIJING)}


def test_a_sensor_low_on_one_day_ends_the_survey_for_the_days_after_it(store: DuckDbStore, room: Any) -> None:
    week(store, site_of(room)).refresh(days(16, 20))
    assert stored(store, "LGT-021", "a101") == ["pass", "pass", "indicative_low", "insufficient_data", "insufficient_data"]


def test_what_sensors_contradict_is_evidence_for_no_other_rule_about_the_desks(store: DuckDbStore, room: Any) -> None:
    week(store, site_of(room)).refresh(days(16, 20))
    assert stored(store, "LGT-022", "a101") == ["pass", "pass", *["insufficient_data"] * 3]
    assert stored(store, "LGT-002", "a101") == ["pass", "pass", *["insufficient_data"] * 3]


def test_what_ended_a_survey_is_still_known_after_a_restart(store: DuckDbStore, room: Any) -> None:
    site = site_of(room)
    week(store, site).refresh(days(16, 18))
    ClosedDays(site, RULES, Scores(store), noon_after(FRIDAY)).refresh(days(19, 20))
    assert stored(store, "LGT-021", "a101") == ["pass", "pass", "indicative_low", "insufficient_data", "insufficient_data"]


def test_what_ended_a_survey_is_read_once_and_remembered_from_night_to_night(
    store: DuckDbStore, room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[date] = []

    def noted(site: Site, rules: Any, series: Any, before: date) -> Any:
        read.append(before)
        return low_days_of(site, rules, series, before)

    monkeypatch.setattr(closed_days, "low_days_of", noted)
    closed = week(store, site_of(room))
    for day in days(16, 19):
        closed.refresh([day])
    closed.refresh([date(2026, 11, 18), FRIDAY])  # late data for the day that was low, and a new night
    assert stored(store, "LGT-021", "a101") == ["pass", "pass", "indicative_low", "insufficient_data", "insufficient_data"]
    put_day(store, date(2026, 11, 18), lx=290.0)
    closed.refresh(days(18, 20))
    assert stored(store, "LGT-021", "a101") == ["pass"] * 5
    assert read == [MONDAY]


def test_days_that_another_process_judged_are_read_from_the_store(store: DuckDbStore, room: Any) -> None:
    closed = week(store, site_of(room))
    closed.refresh([MONDAY])
    ClosedDays(site_of(room), RULES, Scores(store), noon_after(FRIDAY)).refresh(days(17, 18))
    closed.refresh(days(19, 20))
    assert stored(store, "LGT-021", "a101") == ["pass", "pass", "indicative_low", "insufficient_data", "insufficient_data"]


def test_running_again_writes_the_same_rows(store: DuckDbStore, room: Any) -> None:
    def rows() -> list[dict[str, Cell]]:
        return [row for kind in (VERDICT_DAY, PLACE_SCORE_DAY) for row in store.select(kind, where={}, start_ms=0, end_ms=2**45)]

    closed = week(store, site_of(room))
    closed.refresh(days(16, 20))
    first = rows()
    closed.refresh(days(16, 20))
    assert rows() == first


def test_the_scores_of_the_levels_are_the_sums_of_those_below(store: DuckDbStore, room: Any) -> None:
    scores = Scores(store)
    for school in ("s1", "s2"):
        put_day(store, FRIDAY, lx=290.0, school=school)
        ClosedDays(site_of(room, school), RULES, scores, noon_after(FRIDAY)).refresh([FRIDAY])
    scores.write_levels()
    found = {
        (row["level"], row["place"], row["standing"]): row
        for row in store.select(PLACE_SCORE_DAY, where={}, start_ms=0, end_ms=2**45)
    }
    for name in ("passed", "failed", "insufficient_data", "critical_failed"):
        schools = [found["school", school, "mandatory"][name] for school in ("s1", "s2")]
        assert found["district", "d1", "mandatory"][name] == sum(int(str(count)) for count in schools)
        assert found["city", "all", "mandatory"][name] == found["district", "d1", "mandatory"][name]
    assert found["city", "all", "mandatory"]["critical_failed"] == 2  # the alarm controller of each school takes 2.5 s


@pytest.mark.parametrize("first", [16, 19, 20])
def test_score_on_an_export_gives_the_stored_verdicts_byte_for_byte(
    store: DuckDbStore, room: Any, tmp_path: Path, first: int
) -> None:
    sites = [site_of(room), site_of(room, "s2")]
    for site in sites:
        for day in days(16, 20):
            put_day(store, day, lx=180.1 if day.day == 18 else 290.3, school=site.school)
        ClosedDays(site, RULES, Scores(store), noon_after(FRIDAY)).refresh(days(16, 20))
    span = (date(2026, 11, first), FRIDAY)
    written = export_folder(tmp_path / "out", Running(sites, RULES, store), span)
    scored = "".join(line_of(verdict) + "\n" for verdict in score_folder(read_folder(tmp_path / "out"), RULES, Days(*span)))
    assert scored == (tmp_path / "out" / "verdicts.jsonl").read_text("utf-8")
    assert len(scored.splitlines()) == written.verdicts > 100
    assert '"VID-010", "version": "1", "verdict": "fail"' in scored
    assert "indicative_low" in "".join(line for site in sites for line in stored_lines(always(site), store, (MONDAY, FRIDAY)))


def test_an_export_starts_as_early_as_some_rule_looks_back(store: DuckDbStore, room: Any, tmp_path: Path) -> None:
    site = site_of(room)
    for back in (0, 29, 40):
        put_day(store, FRIDAY - timedelta(days=back), lx=290.0)
    export_folder(tmp_path / "out", Running([site], RULES, store), (FRIDAY, FRIDAY))
    found = {line[:10] for line in (tmp_path / "out" / "readings.csv").read_text("utf-8").splitlines()[1:]}
    assert found == {"2026-11-20", "2026-11-19", "2026-10-22", "2026-10-21"}  # a local day begins in UTC's day before


def test_an_export_leaves_the_day_in_progress_out(store: DuckDbStore, room: Any, tmp_path: Path) -> None:
    site = site_of(room)
    put_day(store, FRIDAY, lx=290.0)
    at_noon = FakeClock(midnight_ms(FRIDAY, BEIJING) + 12 * 3_600_000)
    DailyVerdicts(site, RULES, Scores(store), at_noon).refresh([FRIDAY])
    assert stored(store, "LGT-021", "a101") == ["pass"]
    assert export_folder(tmp_path / "out", Running([site], RULES, store), (FRIDAY, FRIDAY)).verdicts == 0


def test_an_export_never_mixes_with_what_is_there(store: DuckDbStore, room: Any, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", "utf-8")
    with pytest.raises(SettingsError, match="not empty"):
        export_folder(tmp_path, Running([site_of(room)], RULES, store), (FRIDAY, FRIDAY))


def test_a_row_of_another_gateway_is_no_evidence_of_a_device(store: DuckDbStore, room: Any, tmp_path: Path) -> None:
    put_day(store, FRIDAY, lx=290.0)
    at = round(datetime(2026, 11, 20, 1, tzinfo=UTC).timestamp() * 1000)
    store.write(READING, [("s1", "g9", "cam1", "recording_age_d", at, 1.0, 0)])
    ClosedDays(site_of(room), RULES, Scores(store), noon_after(FRIDAY)).refresh([FRIDAY])
    assert stored(store, "VID-001", "cam1") == ["pass"]
    export_folder(tmp_path / "out", Running([site_of(room)], RULES, store), (FRIDAY, FRIDAY))
    assert "T01:00:00Z,s1,cam1" not in (tmp_path / "out" / "readings.csv").read_text("utf-8")


def test_what_ended_a_survey_long_before_the_first_reading_goes_with_the_export(
    store: DuckDbStore, room: Any, tmp_path: Path
) -> None:
    site, early = site_of(room), date(2026, 10, 9)
    put_day(store, early, lx=180.0)
    put_day(store, FRIDAY, lx=290.0)
    ClosedDays(site, RULES, Scores(store), noon_after(FRIDAY)).refresh([early, FRIDAY])
    export_folder(tmp_path / "out", Running([site], RULES, store), (FRIDAY, FRIDAY))
    assert "2026-10-09" not in (tmp_path / "out" / "readings.csv").read_text("utf-8")
    scored = score_folder(read_folder(tmp_path / "out"), RULES, Days(FRIDAY, FRIDAY))
    (found,) = (verdict for verdict in scored if (verdict.subject, verdict.rule) == ("a101", "LGT-021"))
    assert (found.verdict, found.reasons[0].code) == ("insufficient_data", "survey_contradicted")
