"""What the console knows, read from real stores."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from console.facts import Overview, Room
from console.view import View
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.measurements import READING, ROOM_10MIN, VERDICT_DAY
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import FakeClock
from tests.console import seed

pytestmark = pytest.mark.unit

DAY_MS = 24 * seed.HOUR_MS
SURVEYED = (None, 0, 9, "lx", "survey", "1", "mandatory", "major", "", "")
"""The rest of a verdict's row, from its uncertainty on."""


def overview(school: seed.Seeded) -> Overview:
    return school.view().overview(school.site.school)


def room(found: Overview, name: str) -> Room:
    return next(row for row in found.rooms if row.id == name)


def write_light(school: seed.Seeded, sensor: str, lx: float, at_ms: int) -> None:
    school.store.write(READING, [(*seed.GATEWAY[1:], sensor, "illuminance_lx", at_ms, lx, 0)])


def test_what_happened_is_shown_newest_first(school: seed.Seeded) -> None:
    raised = [episode.raised_ms for episode in overview(school).episodes]
    assert len(raised) == 8
    assert raised == sorted(raised, reverse=True)


def test_the_most_urgent_stands_first_even_when_a_minor_one_is_newer(school: seed.Seeded, clock: FakeClock) -> None:
    seed.say(school, "lamp_failure", "a103-lamp", active=True, at_ms=clock.now_ms(), space="a103")
    wrong = overview(school).wrong
    assert [episode.priority for episode in wrong] == ["high", "medium", "low", "low"]
    assert [episode.source for episode in wrong[2:]] == ["a103-lamp", "b102-lamp"]


def test_a_stale_room_shows_no_number_of_now_but_its_last(school: seed.Seeded, clock: FakeClock) -> None:
    stale = room(overview(school), "b203")
    assert stale.illuminance_lx is None
    assert stale.fresh == 0
    assert stale.last_at_ms == clock.now_ms() - 720_000
    assert stale.last_lx is not None


def test_a_reading_is_of_now_for_sixty_seconds_and_no_longer(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    write_light(quiet_school, "a101-lux1", 250.0, clock.now_ms())
    view = quiet_school.view()
    clock.advance(60)
    assert room(view.overview("no1"), "a101").illuminance_lx == 250.0
    clock.advance(0.001)
    assert room(view.overview("no1"), "a101").illuminance_lx is None


def test_a_room_is_as_light_as_the_mean_of_its_fresh_sensors(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    for sensor, lx, age_ms in (("a101-lux1", 100.0, 0), ("a101-lux2", 300.0, 30_000), ("a101-lux3", 9_000.0, 61_000)):
        write_light(quiet_school, sensor, lx, clock.now_ms() - age_ms)
    found = room(overview(quiet_school), "a101")
    assert (found.illuminance_lx, found.fresh, found.sensors) == (200.0, 2, 4)


def test_a_reading_of_bad_quality_is_no_number(school: seed.Seeded) -> None:
    found = room(overview(school), "a201")
    assert (found.fresh, found.sensors) == (3, 4)


def test_a_newer_reading_of_the_same_sensor_replaces_the_older_one(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    view = quiet_school.view()
    for lx in (100.0, 400.0):
        write_light(quiet_school, "a101-lux1", lx, clock.now_ms())
        assert room(view.overview("no1"), "a101").illuminance_lx == lx
        clock.advance(1)


def test_another_schools_readings_and_conditions_are_not_ours(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    row = ("no2", "gw-1", "a101-lux1", "illuminance_lx", clock.now_ms(), 500.0, 0)
    quiet_school.store.write(READING, [row])
    seed.say(quiet_school, "intrusion", "cam-gate", active=True, at_ms=clock.now_ms(), gateway=Gateway("haidian", "no2", "gw-1"))
    found = overview(quiet_school)
    assert room(found, "a101").last_at_ms is None
    assert found.wrong == found.episodes == ()


def test_the_plot_reads_raw_windows_where_a_room_has_no_roll_up_yet(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    for minute in range(60):
        write_light(quiet_school, "a101-lux1", 100.0 + minute, clock.now_ms() - minute * 60_000)
    assert 6 <= len(room(overview(quiet_school), "a101").history) <= 7


def test_the_plot_takes_the_roll_up_where_there_is_one(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    write_light(quiet_school, "a101-lux1", 999.0, clock.now_ms() - 3_000_000)
    at_ms = clock.now_ms() - 600_000
    quiet_school.store.write(ROOM_10MIN, [("no1", "a101", at_ms, 321.0, 300.0, 10, 100.0, 100.0, None, 486.0)])
    assert [(row.at_ms, row.lx) for row in room(overview(quiet_school), "a101").history] == [(at_ms, 321.0)]


def test_a_verdict_names_standard_edition_and_clause(school: seed.Seeded) -> None:
    (verdict,) = room(overview(school), "a102").verdicts
    assert verdict.verdict == "fail"
    assert verdict.citation is not None
    assert (verdict.citation.standard, verdict.citation.clause) == ("GB/T 50034-2024", "table 5.3.8")


def test_only_the_newest_days_verdict_of_a_rule_is_shown(school: seed.Seeded, clock: FakeClock) -> None:
    yesterday = (clock.now_ms() - DAY_MS) // DAY_MS * DAY_MS
    row = ("haidian", "no1", "a102", seed.RULE, yesterday, "pass", 310.0, 300.0, 10.0, *SURVEYED)
    school.store.write(VERDICT_DAY, [row])
    assert [verdict.verdict for verdict in room(overview(school), "a102").verdicts] == ["fail"]


def test_a_verdict_of_an_unknown_rule_is_shown_without_inventing_a_clause(school: seed.Seeded, clock: FakeClock) -> None:
    row = ("haidian", "no1", "a101", "ZZZ-999", clock.now_ms(), "pass", 1.0, 1.0, 0.0, *SURVEYED)
    school.store.write(VERDICT_DAY, [row])
    assert room(overview(school), "a101").verdicts[-1].citation is None


def test_a_rooms_card_shows_verdicts_about_light_only(school: seed.Seeded, clock: FakeClock) -> None:
    row = ("haidian", "no1", "a102", "AIR-001", clock.now_ms(), "fail", 1.0, 1.0, 0.0, *SURVEYED)
    school.store.write(VERDICT_DAY, [row])
    assert [verdict.rule for verdict in room(overview(school), "a102").verdicts] == [seed.RULE]


def test_raise_and_clear_are_one_episode_with_its_end(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    now_ms = clock.now_ms()
    seed.say(quiet_school, "intrusion", "cam-gate", active=True, at_ms=now_ms - 9_000)
    seed.say(quiet_school, "intrusion", "cam-gate", active=False, at_ms=now_ms - 2_000)
    found = overview(quiet_school)
    assert found.wrong == ()
    assert [(row.raised_ms, row.cleared_ms) for row in found.episodes] == [(now_ms - 9_000, now_ms - 2_000)]


def test_a_level_said_again_after_a_restart_is_still_one_episode(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    for at_ms in (clock.now_ms() - 9_000, clock.now_ms() - 4_000):
        seed.say(quiet_school, "intrusion", "cam-gate", active=True, at_ms=at_ms)
    assert [row.raised_ms for row in overview(quiet_school).wrong] == [clock.now_ms() - 9_000]


def test_an_old_condition_that_still_holds_is_never_pushed_out_by_newer_ones(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    start_ms = clock.now_ms() - 5_000_000
    seed.say(quiet_school, "lamp_failure", "a101-lamp", active=True, at_ms=start_ms)
    for number in range(160):
        for active in (True, False):
            seed.say(quiet_school, "intrusion", "cam-gate", active=active, at_ms=start_ms + 1_000 * (2 * number + 2 - active))
    found = overview(quiet_school)
    assert [row.source for row in found.wrong] == ["a101-lamp"]
    assert len(found.episodes) == 20


def test_a_kind_of_a_newer_gateway_is_shown_under_its_own_name(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    seed.say(quiet_school, "earthquake", "seismograph", active=True, at_ms=clock.now_ms())
    (episode,) = overview(quiet_school).wrong
    assert (episode.words.zh, episode.words.en, episode.priority) == ("earthquake", "earthquake", "medium")


def test_a_still_that_has_not_come_yet_is_named_but_not_here(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    seed.say(quiet_school, "intrusion", "cam-gate", active=True, at_ms=clock.now_ms(), still_sha256="ab" * 32)
    (episode,) = overview(quiet_school).wrong
    assert (episode.still, episode.still_here) == ("ab" * 32, False)


def test_a_lamp_whose_failure_holds_is_failed_even_when_its_numbers_are_old(school: seed.Seeded, clock: FakeClock) -> None:
    clock.advance(600)
    states = {lamp.id: lamp.state for lamp in overview(school).lamps}
    assert states["b102-lamp"] == "failed"
    assert states["a101-lamp"] == "unknown"


def test_before_the_first_message_the_school_is_empty_and_not_calm(quiet_school: seed.Seeded) -> None:
    found = overview(quiet_school)
    assert found.mood == "empty"
    assert [gateway.id for gateway in found.gateways] == ["gw-1"]


def test_calm_is_said_only_when_everything_is_watched(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    seed.write_now(quiet_school.store, quiet_school.site, clock.now_ms(), stale=())
    seed.gateway_says(quiet_school.sql, clock.now_ms(), yard="online")
    assert overview(quiet_school).mood == "calm"
    seed.gateway_says(quiet_school.sql, clock.now_ms(), yard="offline")
    found = overview(quiet_school)
    assert (found.mood, [(gap.what, gap.label.en) for gap in found.gaps]) == ("unwatched", [("camera", "Yard camera")])


def test_a_gateway_that_fell_silent_speaks_for_all_behind_it(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    seed.write_now(quiet_school.store, quiet_school.site, clock.now_ms(), stale=())
    seed.gateway_says(quiet_school.sql, clock.now_ms(), yard="online")
    clock.advance(91)
    found = overview(quiet_school)
    assert [gap.what for gap in found.gaps] == ["gateway"]
    assert {camera.state for camera in found.cameras} == {"unknown"}


def test_what_a_condition_already_says_is_not_said_twice(school: seed.Seeded) -> None:
    assert [gap.label.en for gap in overview(school).gaps] == ["West 203"]


def test_quarantine_counts_every_refusal_also_the_repeated(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    for _ in range(3):
        seed.refuse(quiet_school.sql, "not JSON", b"{", at_ms=clock.now_ms())
    seed.refuse(quiet_school.sql, "too large", b"[]", at_ms=clock.now_ms() + 1)
    found = overview(quiet_school).quarantine
    assert (found.count, [row.reason for row in found.newest]) == (4, ["too large", "not JSON"])


def test_transitions_come_once_each_in_the_order_they_came_in(school: seed.Seeded) -> None:
    view = school.view()
    numbers = [row.number for row in view.transitions(after=0)]
    assert numbers == sorted(set(numbers))
    assert view.transitions(after=numbers[-2])[0].number == numbers[-1] == view.last_transition()


def test_a_database_that_does_not_answer_is_unavailable(school: seed.Seeded, tmp_path: Path) -> None:
    away = create_engine(f"sqlite:///{tmp_path}/no/such/folder.sqlite")
    view = View(school.store, away, [school.site], rules={}, stills=None, clock=school.clock)
    with pytest.raises(Unavailable):
        view.overview("no1")
    with pytest.raises(Unavailable):
        view.check()


def test_a_console_without_a_school_is_refused(school: seed.Seeded) -> None:
    with pytest.raises(SettingsError, match="site file"):
        View(school.store, school.sql, [], rules={}, stills=None, clock=school.clock)
