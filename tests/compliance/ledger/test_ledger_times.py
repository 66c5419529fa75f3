"""Every state of the ledger stays: as it held on a day, and as it was known at a moment."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from compliance.history.book import content_of, entries, keep_name
from compliance.history.erasure import erase_name
from compliance.history.ledger_names import ERASED, ledger_input
from compliance.history.names import commit
from compliance.ledger.book import Reason, Told, changes_of, record, rows_of, site_of
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site
from lamplighter.site.provision import Guard
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, transaction

pytestmark = pytest.mark.unit

SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))


def told(month: int, day: int = 2) -> datetime:
    """A moment."""
    return datetime(2026, month, day, tzinfo=UTC)


def school(*rooms: str, area_m2: float = 60.0) -> Site:
    spaces = [{"id": name, "building": "a", "label": {"zh": name, "en": name}, "area_m2": area_m2} for name in rooms]
    content = {"district": "haidian", "school": "yucai", "label": {"zh": "育才", "en": "Yucai"}, "spaces": spaces}
    return check_settings(content, Site, where="test")


def as_of(connection: Connection, name: str, told: Told) -> Site | None:
    """The ledger that its rows make; None where nothing was known."""
    rows = rows_of(connection, name, told)
    return site_of(name, rows) if rows else None


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with all tables."""
    opened = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'state.sqlite'}"))
    migrate(opened)
    yield opened
    opened.dispose()


def test_the_ledger_of_a_day_is_what_held_on_it(engine: Engine) -> None:
    with transaction(engine) as connection:
        record(connection, school("a101"), Reason("甲", "opened", SEPTEMBER), at=told(9))
        record(connection, school("a101", "a102"), Reason("甲", "built", NOVEMBER), at=told(11))
        assert as_of(connection, "yucai", Told(OCTOBER)) == school("a101")
        assert as_of(connection, "yucai", Told(NOVEMBER)) == school("a101", "a102")
        assert as_of(connection, "yucai", Told(date(2026, 8, 1))) is None


def test_what_is_told_late_changes_the_past_but_not_what_was_known(engine: Engine) -> None:
    with transaction(engine) as connection:
        record(connection, school("a101", area_m2=60), Reason("甲", "opened", SEPTEMBER), at=told(9))
        record(connection, school("a101", area_m2=66), Reason("甲", "measured again", SEPTEMBER), at=told(11))
        assert as_of(connection, "yucai", Told(OCTOBER)) == school("a101", area_m2=66)
        assert as_of(connection, "yucai", Told(OCTOBER, known_at=told(10))) == school("a101", area_m2=60)


def test_a_row_that_is_taken_out_is_gone_from_that_day_on(engine: Engine) -> None:
    with transaction(engine) as connection:
        record(connection, school("a101", "a102"), Reason("甲", "opened", SEPTEMBER), at=told(9))
        record(connection, school("a101"), Reason("甲", "pulled down", NOVEMBER), at=told(11))
        assert as_of(connection, "yucai", Told(NOVEMBER)) == school("a101")
        assert as_of(connection, "yucai", Told(OCTOBER)) == school("a101", "a102")


def test_the_same_ledger_again_changes_nothing(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert record(connection, school("a101"), Reason("甲", "opened", SEPTEMBER), at=told(9)) == 2
        assert record(connection, school("a101"), Reason("甲", "again", OCTOBER), at=told(10)) == 0


def test_no_other_commitment_to_a_name_of_the_ledger_changes_the_ledger(engine: Engine) -> None:
    guarded = school("a101").model_copy(update={"guards": (Guard(id="g1", person="甲", since=SEPTEMBER),)})
    with transaction(engine) as connection:
        assert record(connection, guarded, Reason("乙", "opened", SEPTEMBER), at=told(9)) == 3
        before = ledger_input(connection, guarded)
        for _ in range(40):  # each has an even chance to come first in the alphabet, or better
            keep_name(connection, commit("甲"))
        assert record(connection, guarded, Reason("甲", "again", OCTOBER), at=told(10)) == 0
        assert ledger_input(connection, guarded) == before


def test_a_change_is_chained_with_both_states_and_no_name(engine: Engine) -> None:
    with transaction(engine) as connection:
        record(connection, school("a101", area_m2=60), Reason("管理员甲", "opened", SEPTEMBER), at=told(9))
        record(connection, school("a101", area_m2=66), Reason("管理员甲", "measured", OCTOBER), at=told(10))
        (_, second) = entries(connection, "yucai", kinds=("ledger",))
        content = content_of(connection, second.document).decode()
    assert '"area_m2":"60.0"' in content
    assert '"area_m2":"66.0"' in content
    assert "管理员甲" not in content


def test_every_change_says_why(engine: Engine) -> None:
    with transaction(engine) as connection:
        record(connection, school("a101"), Reason("甲", "opened", SEPTEMBER), at=told(9))
        assert {row["why"] for row in changes_of(connection, "yucai")} == {"opened"}


def test_an_erased_name_is_gone_from_every_state_of_the_ledger(engine: Engine) -> None:
    survey = {
        "id": "s1",
        "space": "a101",
        "at": "2026-08-20T08:00:00+08:00",
        "plane_height_m": 0.75,
        "warm_up_min": 20,
        "curtains_drawn": True,
        "meter_class": "1",
        "meter_serial": "M7",
        "meter_calibrated_until": "2027-01-31",
        "tester": "测量员丙",
        "points": [],
    }
    content = {**school("a101").model_dump(mode="json"), "surveys": [survey]}
    surveyed = check_settings(content, Site, where="test")
    with transaction(engine) as connection:
        record(connection, surveyed, Reason("甲", "opened", SEPTEMBER), at=told(9))
        assert as_of(connection, "yucai", Told(OCTOBER)) == surveyed
        erase_name(connection, "测量员丙", chain="yucai", day=OCTOBER, at=told(10), why="asked")
        after = as_of(connection, "yucai", Told(OCTOBER))
        assert "测量员丙" not in str(changes_of(connection, "yucai"))
    assert after is not None
    assert after.surveys[0].tester == ERASED
