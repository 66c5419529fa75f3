"""Actions open, close and open again as the evidence says, day by day through a term."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from compliance.actions.book import load, take_verdicts, tell_done, waive, waivers
from compliance.actions.engine import advance, report_done, worklist
from compliance.actions.model import Action, Terms, Waiver
from compliance.history.book import entries
from compliance.verdicts import Input, Verdict, VerdictName
from lamplighter.contract.errors import SettingsError
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, transaction

pytestmark = pytest.mark.unit

TERMS = Terms()
MONDAY = date(2026, 9, 7)
AT = datetime(2026, 9, 8, tzinfo=UTC)


def verdict(day: date, says: VerdictName, *, by: str = "survey", evidence: str = "s1", **changed: Any) -> Verdict:
    """A verdict of room a101; by a survey or document of `changed["on"]`, or by windows of the day."""
    on = changed.pop("on", day)
    inputs = (Input("readings" if by == "monitor" else "survey", evidence, str(on)),) if by != "none" else ()
    facts: dict[str, Any] = {
        "district": "haidian",
        "school": "yucai",
        "subject": "a101",
        "rule": "LGT-021",
        "version": "1",
        "standing": "recommended",
        "severity": "major",
        "threshold": 300.0,
        "unit": "lx",
        "value": 280.0 if says == "fail" else 320.0,
    }
    return Verdict(day=day, verdict=says, method=by, inputs=inputs, **(facts | changed))  # type: ignore[arg-type]


def after(*days: Sequence[Verdict], start: Mapping[str, Action] | None = None) -> dict[str, Action]:
    """The actions after these days in a row; Saturdays and Sundays are no school days."""
    actions = dict(start or {})
    for verdicts in days:
        day = verdicts[0].day
        actions = advance(actions, verdicts, day=day, school_day=day.weekday() < 5, terms=TERMS)
    return actions


def days(count: int, first: date = MONDAY) -> list[date]:
    """So many days in a row."""
    return [first + timedelta(days=number) for number in range(count)]


def one(actions: Mapping[str, Action]) -> Action:
    """The only action."""
    (action,) = actions.values()
    return action


def test_a_fail_opens_one_action_however_many_days_it_fails() -> None:
    actions = after(*([verdict(day, "fail", on=MONDAY)] for day in days(5)))
    assert (one(actions).state, one(actions).opened, len(one(actions).events)) == ("open", MONDAY, 1)


@pytest.mark.parametrize(("severity", "allowed"), sorted(TERMS.due_days.items()))
def test_what_is_due_when_depends_on_the_severity(severity: Any, allowed: int) -> None:
    action = one(after([verdict(MONDAY, "fail", severity=severity)]))
    assert action.due == MONDAY + timedelta(days=allowed)


@pytest.mark.parametrize("method", ["survey", "certificate", "document", "test"])
def test_an_action_from_a_record_closes_on_new_evidence_of_the_same_method(method: str) -> None:
    later = MONDAY + timedelta(days=9)
    opened = [verdict(MONDAY, "fail", by=method)]
    assert one(after(opened, [verdict(later, "pass", by=method, evidence="s2", on=later)])).state == "closed"


def test_another_method_never_closes_it() -> None:
    later = MONDAY + timedelta(days=9)
    action = one(after([verdict(MONDAY, "fail")], [verdict(later, "pass", by="document", evidence="d1", on=later)]))
    assert action.state == "open"


def test_a_pass_from_evidence_as_old_as_the_fault_closes_nothing() -> None:
    older = MONDAY - timedelta(days=30)
    action = one(after([verdict(MONDAY, "fail")], [verdict(MONDAY + timedelta(days=1), "pass", evidence="s0", on=older)]))
    assert action.state == "open"


def test_missing_data_closes_nothing() -> None:
    action = one(after([verdict(MONDAY, "fail")], *([verdict(day, "insufficient_data", by="none")] for day in days(60)[1:])))
    assert action.state == "open"


def monitored(says: VerdictName, day: date) -> list[Verdict]:
    return [verdict(day, says, by="none" if says == "insufficient_data" else "monitor", evidence="co2")]


def test_one_from_a_monitor_closes_after_three_clear_school_days() -> None:
    week = days(4)
    action = one(after(monitored("fail", week[0]), *(monitored("pass", day) for day in week[1:])))
    assert (action.state, action.events[-1].on) == ("closed", week[3])


def test_a_weekend_counts_neither_for_nor_against() -> None:
    friday = MONDAY + timedelta(days=4)
    span = days(6, friday)
    actions = after(monitored("fail", friday), *(monitored("pass", day) for day in span[1:]))
    assert (one(actions).state, one(actions).events[-1].on) == ("closed", friday + timedelta(days=5))


def test_a_day_without_evidence_breaks_no_row_and_adds_nothing() -> None:
    week = days(5)
    says: list[VerdictName] = ["fail", "pass", "insufficient_data", "pass", "pass"]
    actions = after(*(monitored(word, day) for word, day in zip(says, week, strict=True)))
    assert (one(actions).state, one(actions).clear) == ("closed", 3)


def test_a_fail_between_begins_the_row_anew() -> None:
    week = days(5)
    says: list[VerdictName] = ["fail", "pass", "pass", "fail", "pass"]
    actions = after(*(monitored(word, day) for word, day in zip(says, week, strict=True)))
    assert (one(actions).state, one(actions).clear) == ("open", 1)


def test_the_same_day_twice_counts_once() -> None:
    week = days(2)
    actions = after(monitored("fail", week[0]), *([monitored("pass", week[1])] * 5))
    assert (one(actions).state, one(actions).clear) == ("open", 1)


def test_a_closed_action_opens_again_when_it_fails_again() -> None:
    week = days(8)
    says: list[VerdictName] = ["fail", "pass", "pass", "pass", "pass", "insufficient_data", "insufficient_data", "fail"]
    action = one(after(*(monitored(word, day) for word, day in zip(says, week, strict=True))))
    assert (action.state, action.reopened, action.due) == ("open", 1, week[7] + timedelta(days=14))


def test_done_by_word_alone_opens_again_when_no_evidence_comes() -> None:
    told = {a.id: report_done(a, on=MONDAY, who="name:x") for a in after([verdict(MONDAY, "fail")]).values()}
    old = (verdict(day, "fail", on=MONDAY) for day in days(17)[1:])
    action = one(after(*([each] for each in old), start=told))
    assert [event.what for event in action.events] == ["opened", "reported_done", "reopened"]


def test_done_by_word_opens_again_at_once_when_a_new_survey_still_fails() -> None:
    told = {a.id: report_done(a, on=MONDAY, who="name:x") for a in after([verdict(MONDAY, "fail")]).values()}
    later = MONDAY + timedelta(days=2)
    assert one(after([verdict(later, "fail", evidence="s2", on=later)], start=told)).state == "open"


def test_likely_low_asks_for_a_survey_and_any_survey_answers_it() -> None:
    later = MONDAY + timedelta(days=1)
    actions = after([verdict(MONDAY, "indicative_low", by="monitor")], [verdict(later, "fail", evidence="s9", on=later)])
    assert {action.kind: action.state for action in actions.values()} == {"survey": "closed", "mend": "open"}


def test_the_work_list_begins_with_what_is_due_first() -> None:
    rows = [verdict(MONDAY, "fail", subject=name, severity=how) for name, how in (("a1", "minor"), ("a2", "critical"))]
    assert [action.subject for action in worklist(after(rows).values())] == ["a2", "a1"]


def test_a_waiver_suspends_an_action_until_it_ends() -> None:
    action = one(after([verdict(MONDAY, "fail")]))
    given = Waiver(school="yucai", subject="a101", rule="LGT-021", since=MONDAY, until=date(2026, 12, 31), who="x", why="rebuilt")
    states = [action.overdue(day, (given,)) for day in (date(2026, 9, 20), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1))]
    assert states == [False, False, False, True]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with all tables."""
    opened = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'state.sqlite'}"))
    migrate(opened)
    yield opened
    opened.dispose()


def test_a_term_in_the_database_ends_as_the_pure_engine_says(engine: Engine) -> None:
    """Four rooms: mended by a survey, flickering, never mended, cleared by its windows."""
    pure: dict[str, Action] = {}
    for day in days(120):
        week = (day - MONDAY).days // 7
        survey = ("s2", MONDAY + timedelta(days=40)) if week >= 6 else ("s1", MONDAY)
        rows = [
            verdict(day, "pass" if week >= 6 else "fail", evidence=survey[0], on=survey[1]),
            verdict(day, "fail" if week % 4 == 0 else "pass", by="monitor", subject="a102", evidence="co2"),
            verdict(day, "fail", subject="a103", on=MONDAY),
            verdict(day, "pass" if week else "fail", by="monitor", subject="a104", evidence="pm25"),
        ]
        pure = after(rows, start=pure)
        with transaction(engine) as connection:
            take_verdicts(connection, "yucai", rows, day=day, school_day=day.weekday() < 5, at=AT)
    with transaction(engine) as connection:
        kept = load(connection, "yucai")
    assert kept == pure
    assert {action.subject: (action.state, action.reopened) for action in kept.values()} == {
        "a101": ("closed", 0),
        "a102": ("open", 4),
        "a103": ("open", 0),
        "a104": ("closed", 0),
    }


def test_what_happens_to_an_action_is_chained(engine: Engine) -> None:
    with transaction(engine) as connection:
        take_verdicts(connection, "yucai", [verdict(MONDAY, "fail")], day=MONDAY, school_day=True, at=AT)
        tell_done(connection, "yucai/a101/LGT-021/mend", on=MONDAY, who="电工乙", at=AT)
        assert [entry.kind for entry in entries(connection, "yucai")] == ["actions", "actions"]


def test_an_action_nobody_knows_cannot_be_done(engine: Engine) -> None:
    with transaction(engine) as connection, pytest.raises(SettingsError, match="there is none of that name"):
        tell_done(connection, "yucai/a1/X/mend", on=MONDAY, who="x", at=AT)


def test_a_waiver_is_kept_without_the_name_in_it(engine: Engine) -> None:
    given = Waiver(school="yucai", subject="a101", rule="LGT-021", since=MONDAY, until=MONDAY, who="校长甲", why="rebuilt")
    with transaction(engine) as connection:
        waive(connection, given, at=AT)
        (kept,) = waivers(connection, "yucai")
    assert (kept.why, kept.who[:5]) == ("rebuilt", "name:")
