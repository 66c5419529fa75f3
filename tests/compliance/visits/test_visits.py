"""A visit's rooms can be drawn again by anybody; its entries come once, stay, and are chained."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from compliance.history.book import content_of, entries
from compliance.visits.book import Said, add, entries_of, open_visit, visits_of
from compliance.visits.model import EntryKind, draw
from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, transaction

pytestmark = pytest.mark.unit

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
METER = {"meter_serial": "M7", "meter_calibrated_until": "2027-03-01"}


def school(name: str = "yucai") -> Site:
    label = {"zh": name, "en": name}
    rooms = [{"id": f"r{number}", "building": "a", "label": label} for number in range(12)]
    spaces = [*rooms, {"id": "yard", "building": "a", "kind": "yard", "label": label}]
    return Site.model_validate({"district": "d", "school": name, "label": label, "spaces": spaces})


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    engine = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'state.sqlite'}"))
    migrate(engine)
    with transaction(engine) as opened:
        yield opened
    engine.dispose()


def said(kind: EntryKind, key: str = "k1", *, who: str = "督查员", at: datetime = NOW, **content: Any) -> Said:
    return Said(key, kind, at, who, content)


def begin(connection: Connection, **content: Any) -> str:
    asked: dict[str, Any] = {"seed": "7", "count": 3} | content
    return open_visit(connection, school(), said("opened", "v1", **asked), received=NOW)


def read(connection: Connection, key: str = "k1", **content: Any) -> bool:
    asked: dict[str, Any] = {"space": "r1", "lx": 312.5, **METER, **content}
    told = said("reading", key, **asked)
    return add(connection, school(), "v1", told, received=NOW)


def test_the_rooms_are_those_whose_hash_comes_first() -> None:
    rooms = [f"r{number}" for number in range(12)]
    by_hand = sorted(rooms, key=lambda room: hashlib.sha256(f"seed/{room}".encode()).hexdigest())
    assert draw("seed", reversed(rooms), 4) == tuple(by_hand[:4])


@given(st.sets(st.text("ab1", min_size=1, max_size=4), min_size=1), st.integers(1, 30), st.text(max_size=8))
def test_a_smaller_draw_of_the_same_seed_begins_a_larger_one(rooms: set[str], count: int, seed: str) -> None:
    drawn = draw(seed, rooms, count)
    assert len(drawn) == min(count, len(rooms)) == len(set(drawn))
    assert drawn == draw(seed, rooms, count + 1)[: len(drawn)]


def test_seed_and_population_are_recorded_and_chained(connection: Connection) -> None:
    begin(connection)
    (opened,) = visits_of(connection, "yucai")
    assert opened.content["seed"] == "7"
    assert opened.content["rooms"] == list(draw("7", opened.content["population"], 3))
    assert "yard" not in opened.content["population"]
    (entry,) = entries(connection, "yucai", kinds=("visit",))
    assert json.loads(content_of(connection, entry.document))["content"]["seed"] == "7"


def test_an_entry_sent_again_is_one_entry_whatever_it_says_now(connection: Connection) -> None:
    begin(connection)
    assert read(connection)
    assert not read(connection, lx=900.0)
    (_, entry) = entries_of(connection, "yucai", "v1")
    assert entry.content["lx"] == 312.5
    assert len(list(entries(connection, "yucai", kinds=("visit",)))) == 2


def test_a_name_is_in_the_chain_as_a_commitment_only(connection: Connection) -> None:
    begin(connection)
    read(connection)
    chained = b"".join(content_of(connection, one.document) for one in entries(connection, "yucai"))
    assert "督查员".encode() not in chained
    assert entries_of(connection, "yucai", "v1")[1].who == "督查员"


def sign(connection: Connection, role: str) -> None:
    add(connection, school(), "v1", said("signed", f"sign-{role}", role=role), received=NOW)


def test_after_the_inspectors_signature_nothing_more_is_found_but_the_school_may_object(connection: Connection) -> None:
    begin(connection)
    sign(connection, "inspector")
    with pytest.raises(SettingsError, match="the inspector has signed already"):
        read(connection)
    assert add(connection, school(), "v1", said("objection", "o1", text="窗帘未拉"), received=NOW)
    sign(connection, "school")
    with pytest.raises(SettingsError, match="the school has signed already"):
        add(connection, school(), "v1", said("objection", "o2", text="迟了"), received=NOW)


def test_nobody_signs_twice(connection: Connection) -> None:
    begin(connection)
    sign(connection, "inspector")
    with pytest.raises(SettingsError, match="signed already"):
        add(connection, school(), "v1", said("signed", "again", role="inspector"), received=NOW)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"space": "x9"}, "space = 'x9'"),
        ({"lx": -1}, "lx"),
        ({"lx": "bright"}, "lx"),
        ({"meter_serial": ""}, "meter_serial"),
        ({"meter_calibrated_until": "soon"}, "meter_calibrated_until"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_impossible_reading_is_refused_with_its_field(connection: Connection, changed: dict[str, Any], told: str) -> None:
    begin(connection)
    with pytest.raises(SettingsError, match=told):
        read(connection, **changed)
    assert len(entries_of(connection, "yucai", "v1")) == 1


def test_what_is_typed_tomorrow_or_by_nobody_or_nowhere_is_refused(connection: Connection) -> None:
    begin(connection)
    late = said("remark", "r1", who="", at=NOW + timedelta(days=1), text="x")
    with pytest.raises(SettingsError, match="still to come") as told:
        add(connection, school(), "v1", late, received=NOW)
    assert "who: is empty" in str(told.value)
    with pytest.raises(SettingsError, match="none of that name"):
        add(connection, school(), "v9", said("remark", "r1", text="x"), received=NOW)


def test_a_visit_is_seen_by_its_own_school_alone(connection: Connection) -> None:
    begin(connection)
    assert entries_of(connection, "other", "v1") == []
    with pytest.raises(SettingsError, match="none of that name"):
        add(connection, school("other"), "v1", said("remark", "r1", text="x"), received=NOW)


def test_a_key_of_another_visit_is_refused(connection: Connection) -> None:
    begin(connection)
    read(connection)
    open_visit(connection, school(), said("opened", "v2", seed="8", count=1), received=NOW)
    with pytest.raises(SettingsError, match="belongs to another visit"):
        add(connection, school(), "v2", said("remark", "k1", text="x"), received=NOW)


def test_more_rooms_than_there_are_are_all_of_them(connection: Connection) -> None:
    begin(connection, count=50)
    assert len(visits_of(connection, "yucai")[0].content["rooms"]) == 12
    assert entries_of(connection, "yucai", "v1")[0].at_ms == round(NOW.timestamp() * 1000)
    assert next(iter(entries(connection, "yucai"))).day == str(date(2026, 11, 20))
