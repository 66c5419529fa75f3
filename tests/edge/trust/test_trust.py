"""Whether readings are believed: each reason by itself, and the healthy things that must raise none."""

import math
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from edge.drivers.protocol import Sample
from edge.rules.protocol import Level
from edge.trust.table import LIMITS
from edge.trust.watch import Judged, Known, Trust, TrustSettings
from lamplighter.contract.points import POINTS
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit

ROOM = {name: Known("a101", None) for name in ("s1", "s2", "s3", "s4")}
Value = Callable[[float], float | None]


class Watched:
    """Sensors of a room, read at a steady pace; what was said of them."""

    def __init__(self, point: str, *, memory: Path | None = None, known: dict[str, Known] | None = None, **settings: float) -> None:
        self.point, self.clock, self.levels = point, FakeClock(), list[Level]()
        self.trust = Trust(
            TrustSettings(**settings), known or ROOM, clock=self.clock, on_level=self.levels.append, memory_file=memory
        )
        self.judged: dict[str, Judged] = {}

    def run(self, seconds: float, *, every_s: float = 10.0, **sensors: Value) -> "Watched":
        """Read each sensor's value of the seconds since the start."""
        for step in range(round(seconds / every_s)):
            for name, value in sensors.items():
                self.see(name, value(step * every_s))
            self.clock.advance(every_s)
        return self

    def see(self, name: str, value: float | None, *, said_ms: int | None = None) -> Sample:
        """One reading now."""
        quality: Any = "bad" if value is None else "good"
        self.judged[name] = self.trust.judge(Sample(name, self.point, self.clock.now_ms(), value, quality, said_ms))
        return self.judged[name].sample

    def said(self, name: str) -> list[tuple[str, bool]]:
        """What was said of a sensor but for the first "all is well"."""
        told = [(level.kind, level.active, level.name) for level in self.levels if level.source == name]
        return [word[:2] for number, word in enumerate(told) if word[1] or (word[0], True, word[2]) in told[:number]]


def light(seconds: float) -> float:
    """A lesson's light, never twice the same."""
    return 300 + 100 * math.sin(seconds / 900) + math.sin(seconds * 7.3)


def off_after(seconds: float) -> Value:
    return lambda now_s: light(now_s) * (1.0 if now_s < seconds else 0.02)


def test_a_sensor_that_rests_while_its_room_goes_dark_is_stuck_and_its_readings_uncertain() -> None:
    dark = off_after(600)
    watched = Watched("illuminance_lx", stuck_after_s=300)
    watched.run(600, s1=dark, s2=dark, s3=dark, s4=lambda _s: 312.5)
    assert watched.said("s4") == []
    watched.run(1200, s1=lambda s: dark(s + 600), s2=lambda s: dark(s + 600), s3=lambda s: dark(s + 600), s4=lambda _s: 312.5)
    assert watched.said("s4") == [("sensor_stuck", True)]
    assert (watched.judged["s4"].sample.quality, watched.judged["s4"].sample.value) == ("uncertain", 312.5)
    assert watched.levels[-1].evidence == {"point": "illuminance_lx", "trust": "stuck"}
    assert [watched.said(name) for name in ("s1", "s2", "s3")] == [[], [], []]
    watched.see("s4", 6.1)
    assert watched.said("s4") == [("sensor_stuck", True), ("sensor_stuck", False)]
    assert watched.judged["s4"].sample.quality == "good"


def test_a_dark_night_is_not_stuck() -> None:
    watched = Watched("illuminance_lx").run(86_400 * 4, every_s=600, **dict.fromkeys(ROOM, lambda _s: 0.0))
    assert watched.said("s1") == []


def test_a_lit_room_whose_value_rests_for_days_is_stuck_though_it_is_alone() -> None:
    watched = Watched("illuminance_lx").run(86_400 * 3, every_s=600, s1=lambda _s: 312.5)
    assert watched.said("s1") == [("sensor_stuck", True)]


def test_one_neighbour_alone_proves_nothing() -> None:
    watched = Watched("illuminance_lx", stuck_after_s=60).run(3600, s1=off_after(600), s4=lambda _s: 312.5)
    assert watched.said("s4") == []


def test_flags_and_what_lamps_are_told_may_rest_for_ever() -> None:
    for point, value in (("smoke", 0.0), ("door_open", 0.0), ("dimming_level_pct", 100.0), ("link_up", 1.0)):
        watched = Watched(point).run(86_400 * 5, every_s=3600, s1=lambda _s, value=value: value)  # type: ignore[misc]
        assert watched.said("s1") == []
        assert watched.judged["s1"].sample.quality == "good"


def fridge(seconds: float) -> float:
    """A compressor: half an hour between 3 and 6 degrees, in the tenths that such sensors give."""
    return round(4.5 + 1.5 * math.sin(seconds / 1800 * 2 * math.pi), 1)


def test_a_fridges_cycle_is_neither_drift_nor_noise_nor_stuck() -> None:
    watched = Watched("temperature_c")
    watched.run(86_400 * 4, every_s=60, s1=fridge, s2=lambda s: fridge(s + 700), s3=lambda s: fridge(s + 300))
    assert [watched.said(name) for name in ("s1", "s2", "s3")] == [[], [], []]


def test_readings_that_jump_about_are_noisy_until_they_calm_down() -> None:
    dice = random.Random(1)  # noqa: S311 - noise, not a secret
    watched = Watched("temperature_c").run(600, s1=lambda _s: dice.uniform(10, 30))
    assert watched.said("s1") == [("sensor_untrusted", True)]
    assert watched.levels[-1].evidence["trust"] == "noisy"
    watched.run(600, s1=lambda s: 20 + s / 1000)
    assert watched.said("s1") == [("sensor_untrusted", True), ("sensor_untrusted", False)]


def test_clouds_and_switched_lamps_are_no_noise() -> None:
    dice = random.Random(2)  # noqa: S311 - weather, not a secret
    watched = Watched("illuminance_lx").run(
        7200, every_s=1, s1=lambda s: light(s) * (0.4 if s % 300 < 60 else 1) + dice.uniform(-5, 5)
    )
    assert watched.said("s1") == []


def test_a_value_that_cannot_be_loses_its_value_and_three_say_so() -> None:
    watched = Watched("relative_humidity_pct")
    assert watched.see("s1", 180.0)[3:5] == (None, "bad")
    assert watched.said("s1") == []
    watched.run(20, s1=lambda _s: 180.0)
    watched.see("s1", 55.0)
    assert watched.said("s1") == [("sensor_untrusted", True)]
    assert watched.levels[-1].evidence["trust"] == "out_of_range"


def test_a_value_no_school_has_is_kept_as_uncertain() -> None:
    watched = Watched("co2_ppm")
    assert watched.see("s1", 12.0)[3:5] == (12.0, "uncertain")
    watched.run(30, s1=lambda _s: 12.0)
    assert watched.said("s1") == [("sensor_untrusted", True)]
    watched.run(30, s1=lambda s: 600.0 + s)
    assert watched.said("s1") == [("sensor_untrusted", True), ("sensor_untrusted", False)]


def test_a_device_that_answers_without_a_value_is_silent_after_a_minute() -> None:
    watched = Watched("co2_ppm").run(70, s1=lambda _s: None)
    assert watched.said("s1") == [("sensor_silent", True)]
    watched.see("s1", 700.0)
    assert watched.said("s1") == [("sensor_silent", True), ("sensor_silent", False)]


@pytest.mark.parametrize(("ahead_s", "skewed"), [(0, False), (100, False), (-100, False), (28_800, True), (-28_800, True)])
def test_a_device_whose_clock_is_wrong_is_told_by_its_own_words(ahead_s: int, *, skewed: bool) -> None:
    watched = Watched("co2_ppm")
    for number in range(5):
        watched.see("s1", 700.0 + number, said_ms=watched.clock.now_ms() + ahead_s * 1000)
        watched.clock.advance(10)
    assert watched.said("s1") == ([("sensor_untrusted", True)] if skewed else [])
    assert watched.judged["s1"].sample.quality == ("uncertain" if skewed else "good")


def test_a_calibration_ends_with_its_last_day() -> None:
    today = FakeClock().now().date()
    known = {"s1": Known("a", today), "s2": Known("a", date(2020, 1, 1))}
    watched = Watched("co2_ppm", known=known).run(60, s1=lambda s: 700 + s, s2=lambda s: 700 + s)
    assert watched.said("s1") == []
    assert watched.said("s2") == [("sensor_untrusted", True)]
    watched.clock.advance(86_400)
    watched.see("s1", 700)
    assert watched.said("s1") == [("sensor_untrusted", True)]


def air(seconds: float) -> float:
    return 900 + 300 * math.sin(seconds / 7000) + math.sin(seconds)


def days(watched: Watched, count: int, other: Value) -> Watched:
    return watched.run(86_400 * count, every_s=300, s1=air, s2=lambda s: air(s) + 30, s3=lambda s: air(s) - 40, s4=other)


def test_a_sensor_that_stands_far_from_its_neighbours_for_two_days_drifts() -> None:
    watched = days(Watched("co2_ppm"), 4, lambda s: air(s) + 700)
    assert watched.said("s4") == [("sensor_untrusted", True)]
    assert watched.levels[-1].evidence["trust"] == "drifting"
    assert [watched.said(name) for name in ("s1", "s2", "s3")] == [[], [], []]


def test_a_light_sensor_is_measured_by_its_own_first_week_over_a_restart(tmp_path: Path) -> None:
    def daylight(seconds: float) -> float:
        return max(0.0, 800 * math.sin(seconds / 86_400 * 2 * math.pi)) + 5 + math.sin(seconds)

    def some_days(watched: Watched, count: int, share: float) -> Watched:
        beside = dict.fromkeys(("s1", "s2", "s3"), daylight)
        return watched.run(86_400 * count, every_s=300, s4=lambda s: 0.3 * share * daylight(s), **beside)

    memory = tmp_path / "trust.json"
    first = some_days(Watched("illuminance_lx", memory=memory), 9, 1.0)
    assert first.said("s4") == []  # a third of the others' light is its place's, not its fault
    second = Watched("illuminance_lx", memory=memory)
    second.clock.advance(86_400 * 9)
    assert some_days(second, 4, 0.4).said("s4") == [("sensor_untrusted", True)]


@pytest.mark.parametrize("content", [b"", b"{", b'{"a/b": 3}'])
def test_a_memory_that_cannot_be_read_begins_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "trust.json").write_bytes(content)
    assert Watched("co2_ppm", memory=tmp_path / "trust.json").see("s1", 700.0).quality == "good"


def test_every_limit_is_of_a_point_and_within_what_is_possible() -> None:
    for name, limits in LIMITS.items():
        assert POINTS[name].low <= limits.low < limits.high <= POINTS[name].high
