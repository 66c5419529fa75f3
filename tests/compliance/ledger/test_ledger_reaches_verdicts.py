"""What the ledger says reaches verdicts, each day by what held on it, on a running system and from its export alike."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from compliance.files.export import Running, export_folder
from compliance.files.folder import read_folder
from compliance.files.score import Days, line_of, score_folder
from compliance.ledger.book import Reason, record
from compliance.ledger.keeping import current, replace, states_of
from compliance.packs import load_packs
from compliance.service import keep_verdicts
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.measurements import READING, VERDICT_DAY
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site
from lamplighter.site.states import on
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, transaction
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
TODAY, CHANGED, BEFORE = date(2026, 11, 21), date(2026, 11, 18), date(2026, 11, 17)
LABEL = {"zh": "某", "en": "some"}
GUARD = {"id": "g1", "person": "甲", "since": "2026-01-01"}


def school(**more: Any) -> Site:
    content: dict[str, Any] = {
        "district": "d1",
        "school": "s1",
        "label": LABEL,
        "profile": {"stages": ["primary"], "enrolment": 90, "people": 95},
        "spaces": [{"id": "a101", "building": "a", "label": LABEL, "area_m2": 60}],
    }
    return check_settings(content | more, Site, where="test")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Engine]:
    engine = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'state.sqlite'}"))
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store() -> Iterator[DuckDbStore]:
    opened = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    yield opened
    opened.close()


def tell(ledger: Engine, site: Site, valid_from: date) -> None:
    with transaction(ledger) as connection:
        record(connection, site, Reason("甲", "test", valid_from), at=NOON)


def judge(ledger: Engine, store: DuckDbStore, site: Site) -> None:
    """One look of the running system at the last days."""
    stop = asyncio.Event()
    stop.set()
    clock = FakeClock(round(NOON.timestamp() * 1000))
    asyncio.run(keep_verdicts([site], store=store, clock=clock, stop=stop, ledger=ledger))


def verdicts(store: DuckDbStore, rule: str, subject: str) -> dict[str, str]:
    """Day of November -> verdict."""
    rows = store.select(VERDICT_DAY, where={"rule": rule, "subject": subject}, start_ms=0, end_ms=2**45)
    zone = school().zone()
    days = [datetime.fromtimestamp(int(str(row["at_ms"])) / 1000, zone).day for row in rows]
    return {str(day): str(row["verdict"]) for day, row in zip(days, rows, strict=True)}


LAMPS = {"id": "l1", "space": "a101", "count": 9, "power_w": 36, "certificate": {"number": "C1", "on": "2026-01-02", "cri_ra": 92}}
DOCUMENT = {"id": "d1", "method": "test", "subject": "s1", "metric": "alarm_response_time", "value": 1.5, "on": "2026-10-01"}
ROUND = {"id": "r1", "route": "gate", "starts": ["08:00", "20:00"]}
CLEANED = [{"space": "a101", "kind": "lamps_cleaned", "on": day} for day in ("2026-03-01", "2026-09-01")]
FED: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "certificate": ({"luminaires": [LAMPS]}, "LGT-007", "a101", "pass"),
    "power": ({"luminaires": [LAMPS]}, "LGT-018", "a101", "pass"),
    "cleanings": ({"works": CLEANED}, "LGT-020", "a101", "pass"),
    "document": ({"documents": [DOCUMENT]}, "ALM-003", "s1", "pass"),
    "guards": ({"guards": [GUARD]}, "MAN-003", "s1", "pass"),
    "full-time": ({"guards": [GUARD | {"full_time": False}]}, "MAN-004B", "s1", "fail"),
    "rounds": ({"patrols": [ROUND]}, "MAN-002", "s1", "fail"),
    "rounds-enough-prove-nothing": (
        {"patrols": [ROUND | {"starts": ["01:00", "05:00", "10:00", "15:00", "20:00"]}]},
        "MAN-002",
        "s1",
        "insufficient_data",
    ),
}


@pytest.mark.parametrize("case", FED)
def test_what_was_imported_reaches_the_rule_that_uses_it(ledger: Engine, store: DuckDbStore, case: str) -> None:
    more, rule, subject, expected = FED[case]
    tell(ledger, school(**more), date(2026, 1, 1))
    judge(ledger, store, school())
    assert verdicts(store, rule, subject)["20"] == expected


def test_without_it_there_is_no_evidence(ledger: Engine, store: DuckDbStore) -> None:
    judge(ledger, store, school())
    assert {verdicts(store, rule, subject)["20"] for _, rule, subject, _ in FED.values()} == {"insufficient_data"}


def test_each_day_is_judged_by_the_ledger_that_holds_on_it(ledger: Engine, store: DuckDbStore) -> None:
    tell(ledger, school(guards=[GUARD]), date(2026, 1, 1))
    more = {"stages": ["primary"], "enrolment": 1000, "people": 1100}
    tell(ledger, school(guards=[GUARD], profile=more), CHANGED)
    judge(ledger, store, school())
    assert {day: verdicts(store, "MAN-003L", "s1")[day] for day in ("17", "18")} == {"17": "not_applicable", "18": "fail"}
    assert {day: verdicts(store, "MAN-003", "s1")[day] for day in ("17", "18")} == {"17": "pass", "18": "not_applicable"}


def test_a_room_that_is_new_is_judged_from_its_day_on(ledger: Engine, store: DuckDbStore) -> None:
    tell(ledger, school(), date(2026, 1, 1))
    rooms = [{"id": name, "building": "a", "label": LABEL} for name in ("a101", "b7")]
    tell(ledger, school(spaces=rooms), CHANGED)
    judge(ledger, store, school())
    assert min(verdicts(store, "LGT-007", "b7")) == "18"


def test_a_change_to_come_holds_from_its_day_without_another_change(ledger: Engine) -> None:
    tell(ledger, school(guards=[GUARD]), TODAY + timedelta(days=5))
    with transaction(ledger) as connection:
        states = states_of(connection, school(), TODAY)
    assert [len(on(states, TODAY + timedelta(days=after)).guards) for after in (0, 4, 5, 400)] == [0, 0, 1, 1]


def test_the_site_file_speaks_of_what_the_ledger_never_knew_and_not_of_what_it_took_out(ledger: Engine) -> None:
    tell(ledger, school(documents=[DOCUMENT]), date(2026, 1, 1))
    tell(ledger, school(), CHANGED)
    noted = school(documents=[DOCUMENT, DOCUMENT | {"id": "d2"}])
    with transaction(ledger) as connection:
        named = [[row.id for row in current(connection, noted, day).documents] for day in (BEFORE, CHANGED)]
    assert named == [["d1", "d2"], ["d2"]]


def test_a_whole_workbook_takes_out_what_only_the_site_file_had(ledger: Engine) -> None:
    filed, whole = school(documents=[DOCUMENT], guards=[GUARD]), school(guards=[GUARD])
    with transaction(ledger) as connection:
        assert replace(connection, filed, whole, Reason("甲", "imported", CHANGED), at=NOON) == 1
        assert [len(current(connection, filed, day).documents) for day in (BEFORE, CHANGED)] == [1, 0]


def test_a_site_file_that_contradicts_the_ledger_is_judged_by_alone(ledger: Engine, store: DuckDbStore) -> None:
    tell(ledger, school(guards=[GUARD]), date(2026, 1, 1))
    rooms = [{"id": "b7", "building": "a", "label": LABEL}]
    gone = school(spaces=rooms)
    tell(ledger, gone, CHANGED)
    filed = school(luminaires=[LAMPS])
    with transaction(ledger) as connection, pytest.raises(SettingsError, match="a101"):
        states_of(connection, filed, TODAY)
    judge(ledger, store, filed)
    assert verdicts(store, "LGT-007", "a101")["20"] == "pass"


def test_score_on_an_export_across_a_change_gives_the_stored_verdicts_byte_for_byte(
    ledger: Engine, store: DuckDbStore, tmp_path: Path
) -> None:
    cameras = [{"id": "cam1", "gateway": "g1", "space": "a101", "label": LABEL}]
    tell(ledger, school(guards=[GUARD], cameras=cameras), date(2026, 1, 1))
    rooms = [{"id": name, "building": "a", "label": LABEL} for name in ("a101", "b7")]
    moved = [cameras[0] | {"gateway": "g2", "space": "b7"}, cameras[0] | {"id": "cam2"}]
    tell(ledger, school(spaces=rooms, cameras=moved, luminaires=[LAMPS]), CHANGED)
    tell(ledger, school(cameras=[cameras[0] | {"id": "cam9"}]), TODAY + timedelta(days=5))
    noon_ms = round(NOON.timestamp() * 1000)
    times = range(noon_ms - 12 * 86_400_000, noon_ms, 3_600_000)
    changed_ms = round(datetime(2026, 11, 17, 16, tzinfo=UTC).timestamp() * 1000)
    rows = [("s1", "g1" if at < changed_ms else "g2", "cam1", "recording_age_d", at, 31.0, 0) for at in times]
    rows += [("s1", "g1", name, "recording_age_d", at, 40.0, 0) for at in times for name in ("cam2", "cam9")]
    assert store.write(READING, rows) == []
    site = school()
    judge(ledger, store, site)
    span, rules = (date(2026, 11, 15), date(2026, 11, 20)), load_packs()
    with transaction(ledger) as connection:
        states = {"s1": states_of(connection, site, span[0] - timedelta(days=40))}
    export_folder(tmp_path / "out", Running([site], rules, store, states), span)
    scored = "".join(line_of(one) + "\n" for one in score_folder(read_folder(tmp_path / "out"), rules, Days(*span)))
    assert scored == (tmp_path / "out" / "verdicts.jsonl").read_text("utf-8")
    assert [path.name for path in sorted((tmp_path / "out" / "sites").iterdir())] == ["s1.toml", "s1@2026-11-18.toml"]
    assert '"2026-11-17", "school": "s1", "subject": "cam2"' not in scored
    assert '"2026-11-18", "school": "s1", "subject": "cam2"' in scored


def test_a_state_without_the_one_before_it_is_refused(tmp_path: Path) -> None:
    from lamplighter.runtime.settings import write_toml

    (tmp_path / "sites").mkdir()
    write_toml(tmp_path / "sites" / "s1@2026-11-18.toml", school())
    write_toml(tmp_path / "sites" / "s1@soon.toml", school())
    with pytest.raises(SettingsError) as told:
        read_folder(tmp_path)
    assert "'soon' in its name is not a day" in str(told.value)
    assert "add s1.toml, which holds before" in str(told.value)
