"""A running system judges by its site files and by what was typed into the ledger since."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from compliance.ledger.book import changes_of
from compliance.ledger.keeping import add_survey
from compliance.light.days import RoomDay
from compliance.packs import load_packs
from compliance.service import Verdicts, keep_verdicts
from lamplighter.contract.measurements import READING, ROOM_LIGHT_DAY, VERDICT_DAY
from lamplighter.runtime.clock import FakeClock
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, transaction
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from tests.compliance.light.school import DAY_MS, FRIDAY, MIDNIGHT_MS, readings
from tests.compliance.light.school import school as calibrated_school

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Engine]:
    engine = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'state.sqlite'}"))
    migrate(engine)
    yield engine
    engine.dispose()


def school() -> Site:
    label = {"zh": "一班", "en": "Class 1"}
    spaces = [{"id": "a101", "building": "a", "label": label}]
    return Site.model_validate({"district": "d1", "school": "s1", "label": label, "spaces": spaces})


def desk_verdicts(ledger: Engine) -> set[Any]:
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    clock, stop = FakeClock(round(NOON.timestamp() * 1000)), asyncio.Event()
    stop.set()
    asyncio.run(keep_verdicts([school()], store=store, clock=clock, stop=stop, ledger=ledger))
    rows = store.select(VERDICT_DAY, where={"rule": "LGT-021"}, start_ms=0, end_ms=2**45)
    store.close()
    return {row["verdict"] for row in rows if row["verdict"] != "not_applicable"}


def test_a_survey_typed_into_the_ledger_counts_from_the_next_look_on(ledger: Engine, room: Any) -> None:
    assert desk_verdicts(ledger) == {"insufficient_data"}
    typed = room.survey(at=datetime(2026, 11, 10, 11, tzinfo=UTC)).model_dump(mode="json")
    with transaction(ledger) as connection:
        add_survey(connection, school(), typed, who="t1", at=NOON)
    assert desk_verdicts(ledger) == {"pass"}


def test_the_ledger_says_which_day_and_why(ledger: Engine, room: Any) -> None:
    typed = room.survey(at=datetime(2026, 11, 10, 11, tzinfo=UTC)).model_dump(mode="json")
    with transaction(ledger) as connection:
        add_survey(connection, school(), typed, who="t1", at=NOON)
        changes = changes_of(connection, "s1")
    assert {row["valid_from"] for row in changes} == {str(date(2026, 11, 10))}
    assert {row["why"].partition(" ")[0] for row in changes} == {"site", "survey"}


def test_a_day_in_progress_has_no_light_of_its_own_yet() -> None:
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    store.write(READING, readings(0))
    clock = FakeClock(MIDNIGHT_MS + DAY_MS + 30_000)
    verdicts = Verdicts([calibrated_school()], load_packs(), store=store, clock=clock)

    def rows() -> int:
        verdicts.refresh([FRIDAY])
        return store.count(ROOM_LIGHT_DAY, where={}, start_ms=0, end_ms=MIDNIGHT_MS + 3 * DAY_MS)

    assert rows() == 0
    clock.advance(60)
    assert rows() == 1
    store.close()


def test_what_lamps_showed_is_told_of_the_newest_day_that_is_over_alone() -> None:
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    store.write(READING, [row for back in range(2) for row in readings(back)])
    heard: list[tuple[str, date, list[str]]] = []

    def tell(site: Site, day: date, rooms: Sequence[RoomDay]) -> None:
        heard.append((site.school, day, [room.room for room in rooms]))

    clock = FakeClock(MIDNIGHT_MS + DAY_MS + 90_000)
    verdicts = Verdicts([calibrated_school()], load_packs(), store=store, clock=clock, tell_light=tell)
    verdicts.refresh([FRIDAY - timedelta(days=1), FRIDAY])
    store.close()
    assert heard == [("s1", FRIDAY, ["a101"])]
