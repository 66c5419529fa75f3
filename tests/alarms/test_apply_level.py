"""Levels at the centre: the newest (boot, seq) holds, whatever the order, and every transition is kept once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from alarms.levels import apply_level
from lamplighter.contract.records import Condition
from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql.engine import SqlSettings, open_sql, transaction
from lamplighter.storage.sql.tables import CONDITIONS, METADATA, TRANSITIONS

pytestmark = pytest.mark.unit
GATEWAY = Gateway("d", "s", "g")


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[Engine]:
    engine = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'x.sqlite'}"))
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def said(*, active: bool, at_ms: int, repeat: bool = False) -> Condition:
    return Condition(
        id="intrusion:cam1:yard",
        kind="intrusion",
        name="yard",
        source="cam1",
        active=active,
        at_ms=at_ms,
        since_ms=at_ms,
        repeat=repeat,
    )


def tell(sql: Engine, *messages: tuple[int, int, Condition]) -> list[str]:
    with transaction(sql) as connection:
        return [
            apply_level(connection, GATEWAY, condition, boot=boot, seq=seq, received_at_ms=1) for boot, seq, condition in messages
        ]


def holds(sql: Engine) -> tuple[bool, int]:
    with sql.connect() as connection:
        row = connection.execute(select(CONDITIONS.c.active, CONDITIONS.c.raised_count)).one()
        return bool(row.active), row.raised_count


def kept(sql: Engine) -> list[tuple[int, int, bool]]:
    with sql.connect() as connection:
        rows = connection.execute(select(TRANSITIONS.c.boot, TRANSITIONS.c.seq, TRANSITIONS.c.active)).all()
    return sorted((boot, seq, bool(active)) for boot, seq, active in rows)


def test_a_raise_and_a_clear_are_two_transitions(sql: Engine) -> None:
    assert tell(sql, (1, 1, said(active=True, at_ms=10)), (1, 2, said(active=False, at_ms=20))) == ["transition", "transition"]
    assert holds(sql) == (False, 1)
    assert kept(sql) == [(1, 1, True), (1, 2, False)]


def test_a_raise_that_arrives_after_its_clear_is_kept_but_does_not_hold(sql: Engine) -> None:
    assert tell(sql, (1, 2, said(active=False, at_ms=20)), (1, 1, said(active=True, at_ms=10))) == ["transition", "late"]
    assert holds(sql)[0] is False
    assert kept(sql) == [(1, 1, True), (1, 2, False)]


def test_a_repeat_changes_nothing_and_is_not_kept(sql: Engine) -> None:
    tell(sql, (1, 1, said(active=True, at_ms=10)), (1, 2, said(active=True, at_ms=310, repeat=True)))
    assert kept(sql) == [(1, 1, True)]
    assert holds(sql) == (True, 1)


def test_a_repeat_that_arrives_before_its_raise_makes_the_level_hold_at_once(sql: Engine) -> None:
    tell(sql, (1, 2, said(active=True, at_ms=310, repeat=True)))
    assert holds(sql)[0] is True


def test_a_later_start_of_the_gateway_wins_over_any_number_of_the_earlier(sql: Engine) -> None:
    tell(sql, (2, 1, said(active=False, at_ms=50)), (1, 99, said(active=True, at_ms=10)))
    assert holds(sql)[0] is False


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(st.data())
def test_any_order_and_repetition_ends_in_the_same_level_with_every_transition_once(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    messages = [(1, seq, said(active=seq % 2 == 1, at_ms=seq)) for seq in range(1, 7)]
    order = data.draw(st.permutations(messages))
    doubled = [message for message in order for _ in range(data.draw(st.integers(1, 2)))]
    engine = open_sql(SqlSettings(url=f"sqlite:///{tmp_path_factory.mktemp('sql') / 'x.sqlite'}"))
    METADATA.create_all(engine)
    for message in doubled:
        tell(engine, message)
    assert holds(engine)[0] is False
    assert kept(engine) == [(1, seq, seq % 2 == 1) for seq in range(1, 7)]
    engine.dispose()
