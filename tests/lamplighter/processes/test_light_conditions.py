"""Uneven and declining rooms as conditions at the centre: raised once, with the reason, and cleared when over."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from compliance.light.days import RoomDay
from compliance.light.evenness import Pattern, Surveyed
from compliance.light.use import Use
from lamplighter.processes.light_conditions import LightConditions
from lamplighter.runtime.clock import FakeClock
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import SqlSettings, open_sql, snapshot
from lamplighter.storage.sql.tables import METADATA, TRANSITIONS
from tests.console.seed import without_sync

pytestmark = pytest.mark.unit

LABEL = {"zh": "校", "en": "School"}
DAY = date(2026, 11, 19)
SURVEYED_ON = date(2026, 9, 20)
NOW_MS = int(datetime(2026, 11, 20, 1, tzinfo=UTC).timestamp() * 1000)
WEAK = Pattern("lux2", 0.6, 0.05)
SOUND = Pattern("lux2", 0.99, 0.05)


def school(**more: Any) -> Site:
    devices = [{"id": name, "gateway": gateway, "space": "a101", "kind": "light_sensor"} for name, gateway in more.pop("devices")]
    spaces = [{"id": "a101", "building": "a", "label": LABEL}]
    known = {"district": "d1", "school": "s1", "label": LABEL, "spaces": spaces, "devices": devices}
    return Site.model_validate(known | more)


SITE = school(devices=[("lux1", "gw2"), ("lux2", "gw1")])


def room(uniformity: float, on: date = SURVEYED_ON, **given: Any) -> RoomDay:
    facts = {"electric": None, "pattern": None, "uneven": False, "decline": None, "use": Use(8, 0, 4, 100)}
    return RoomDay("a101", **(facts | {"surveyed": Surveyed(on, uniformity, 0.7, counts=True)} | given))


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[Engine]:
    engine = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'state.sqlite'}"))
    event.listen(engine, "connect", without_sync)
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def told(sql: Engine, *days: tuple[Site, RoomDay]) -> list[tuple[str, str, bool]]:
    """Each day's room, a day after the other, and then every transition: gateway, id, whether it holds."""
    clock = FakeClock(NOW_MS)
    conditions = LightConditions(sql, clock)
    for number, (site, seen) in enumerate(days):
        conditions.tell(site, DAY + timedelta(days=number), [seen])
        clock.advance(86_400)
    with snapshot(sql) as connection:
        columns = TRANSITIONS.c
        rows = connection.execute(select(columns.gateway, columns.id, columns.active).order_by(columns.number))
        return [(row.gateway, row.id, row.active) for row in rows]


RAISED = ("gw1", "uneven:a101:", True)
CLEARED = ("gw1", "uneven:a101:", False)


def test_it_is_raised_once_however_often_it_is_seen(sql: Engine) -> None:
    assert told(sql, *[(SITE, room(0.66))] * 3) == [RAISED]
    with snapshot(sql) as connection:
        row = connection.execute(select(TRANSITIONS)).one()
    assert (row.kind, row.source, row.space, row.received_at_ms) == ("uneven", "a101", "a101", NOW_MS)
    assert datetime.fromtimestamp(row.since_ms / 1000, UTC) == datetime(2026, 9, 19, 16, tzinfo=UTC)  # midnight in Shanghai
    assert '"uniformity":0.66' in row.evidence


def test_it_clears_when_sensors_see_the_pattern_of_the_survey_again(sql: Engine) -> None:
    weak, unsure, sound = (
        room(0.8, pattern=WEAK, uneven=True),
        room(0.8, pattern=Pattern("lux2", 0.86, 0.08)),
        room(0.8, pattern=SOUND),
    )
    assert told(sql, (SITE, weak), (SITE, unsure), (SITE, room(0.8)), (SITE, sound), (SITE, sound)) == [RAISED, CLEARED]


def test_a_newer_survey_that_finds_the_room_even_ends_it(sql: Engine) -> None:
    assert told(sql, (SITE, room(0.66)), (SITE, room(0.8, on=DAY))) == [RAISED, CLEARED]


def test_a_room_that_was_never_uneven_is_never_told_of(sql: Engine) -> None:
    assert told(sql, (SITE, room(0.8, pattern=SOUND)), (SITE, room(0.8))) == []


def test_it_stays_the_condition_it_was_when_the_rooms_devices_move_to_another_gateway(sql: Engine) -> None:
    moved = school(devices=[("lux1", "gw0"), ("lux2", "gw0")])
    assert told(sql, (SITE, room(0.66)), (moved, room(0.66)), (moved, room(0.8, on=DAY))) == [RAISED, CLEARED]


def test_a_room_without_devices_is_left_to_its_verdict(sql: Engine) -> None:
    assert told(sql, (school(devices=[]), room(0.66))) == []
