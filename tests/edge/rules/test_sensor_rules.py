"""What sensors' values mean: limits with delays and hysteresis, doors, lamps left on, rooms too dark."""

from collections.abc import Sequence
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from edge.drivers.device import POINTS_OF_KIND
from edge.drivers.protocol import Sample
from edge.rules.devices import Devices, Fitted, SensorWatch
from edge.rules.kinds import RuleSettings
from edge.rules.point_table import AT_ONCE, ROWS, LimitKind
from edge.rules.protocol import Level
from lamplighter.contract.conditions import CONDITION_KINDS

pytestmark = pytest.mark.unit

DAY_MS = 86_400_000
MONDAY_MS = 1_795_392_000_000
"""Monday 23 November 2026, 08:00 in Beijing."""
DEVICES: Devices = {
    "smoke": Fitted("smoke_detector", "kitchen"),
    "fridge": Fitted("refrigerator", "kitchen"),
    "freezer": Fitted("freezer", "kitchen"),
    "door": Fitted("door_contact", "hall", speaks=True),
    "air": Fitted("air_sensor", "a101"),
    "button": Fitted("panic_button", "hall", speaks=True),
    "lamp": Fitted("luminaire", "a101"),
    "lux1": Fitted("light_sensor", "a101"),
    "lux2": Fitted("light_sensor", "a101"),
    "pir": Fitted("occupancy_sensor", "a101", speaks=True),
    "ups": Fitted("power_supply", "hall"),
    "lone-lamp": Fitted("luminaire", "a102"),
}


class Told:
    """A rule at work, told of values in seconds since Monday 08:00."""

    def __init__(self, **rule: Any) -> None:
        settings: Any = TypeAdapter(RuleSettings).validate_python(rule)
        self._watch: SensorWatch = settings.watch(DEVICES)
        self.level: Level | None = None

    def say(self, second: float, device: str, point: str, value: float | None, *, quality: Any = "good") -> bool | None:
        """One value; returns the level."""
        self.level = self._watch.observe(Sample(device, point, MONDAY_MS + round(second * 1000), value, quality))
        return None if self.level is None else self.level.active

    def tick(self, second: float) -> list[tuple[str, bool]]:
        """What time alone has changed."""
        return [(level.source, level.active) for level in self._watch.tick(MONDAY_MS + round(second * 1000))]

    def run(self, device: str, point: str, values: Sequence[float], *, every_s: float) -> list[bool | None]:
        """Values at a steady pace."""
        return [self.say(number * every_s, device, point, value) for number, value in enumerate(values)]


@pytest.mark.parametrize(("kind", "device", "point"), [("smoke", "smoke", "smoke"), ("panic_button", "button", "panic_button")])
def test_a_life_safety_signal_is_told_at_once_and_so_is_its_end(kind: str, device: str, point: str) -> None:
    told = Told(kind=kind)
    assert [told.say(0, device, point, 0.0), told.say(1, device, point, 1.0), told.say(2, device, point, 0.0)] == [
        False,
        True,
        False,
    ]


def test_a_life_safety_signal_counts_though_its_quality_is_doubtful_and_ends_only_by_a_good_word() -> None:
    told = Told(kind="smoke")
    assert told.say(0, "smoke", "smoke", 1.0, quality="uncertain") is True
    assert told.say(1, "smoke", "smoke", 0.0, quality="uncertain") is True
    assert told.say(2, "smoke", "smoke", None, quality="bad") is None
    assert told.say(3, "smoke", "smoke", 0.0) is False


@pytest.mark.parametrize("kind", sorted(AT_ONCE))
def test_no_setting_delays_a_life_safety_signal(kind: str) -> None:
    assert ROWS[kind].on_s == 0  # type: ignore[index] # a set of the table's own keys
    with pytest.raises(ValidationError, match=f"{kind} is told at once; remove it"):
        Told(kind=kind, on_delay_s=5)


def test_a_fridge_may_be_warm_while_it_is_loaded_and_no_longer() -> None:
    told = Told(kind="fridge_temperature")
    assert True not in told.run("fridge", "temperature_c", [4.0] * 6 + [9.0] * 29 + [5.0] * 30, every_s=60)
    warm = Told(kind="fridge_temperature").run("fridge", "temperature_c", [4.0] * 6 + [9.0] * 40, every_s=60)
    assert warm.index(True) == 6 + 30
    assert Told(kind="fridge_temperature").run("fridge", "temperature_c", [-2.0] * 40, every_s=60)[-1] is True


def test_a_freezer_has_a_limit_of_its_own_and_a_limit_can_be_given() -> None:
    assert Told(kind="fridge_temperature").run("freezer", "temperature_c", [-10.0] * 40, every_s=60)[-1] is True
    assert Told(kind="fridge_temperature").run("freezer", "temperature_c", [-18.0] * 40, every_s=60)[-1] is False
    stricter = Told(kind="fridge_temperature", above={"temperature_c": -20}, devices=["freezer"])
    assert stricter.run("freezer", "temperature_c", [-18.0] * 40, every_s=60)[-1] is True
    assert stricter.say(0, "fridge", "temperature_c", 30.0) is None


def test_poor_air_ends_only_when_it_is_well_below_the_limit() -> None:
    told = Told(kind="air_quality", on_delay_s=0, off_delay_s=0)
    assert told.run("air", "co2_ppm", [1400, 1501, 1400, 1301, 1299, 1400], every_s=60) == [False, True, True, True, False, False]
    assert told.say(400, "air", "pm25_ug_m3", 80.0) is True
    assert told.level is not None
    assert told.level.evidence == {"pm25_ug_m3": 80.0}


def test_a_door_that_speaks_once_is_held_open_though_nothing_more_is_said() -> None:
    told = Told(kind="door_held")
    told.say(-200, "door", "door_open", 0.0)
    assert told.say(0, "door", "door_open", 1.0) is False
    assert told.tick(119) == [("door", False)]
    assert told.tick(120) == [("door", True)]
    assert told.say(130, "door", "door_open", 0.0) is False


def test_a_restart_clears_no_true_condition() -> None:
    assert Told(kind="door_held").say(0, "door", "door_open", 1.0) is None
    assert Told(kind="power_failure").say(0, "ups", "mains_power", 0.0) is None


def test_a_power_failure_is_told_after_five_seconds() -> None:
    told = Told(kind="power_failure", off_delay_s=0)
    assert told.run("ups", "mains_power", [1, 0, 0, 0, 0, 0, 0], every_s=1) == [False] * 6 + [True]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"kind": "smoke", "above": {"co2_ppm": 1}}, "smoke has no limit for co2_ppm"),
        ({"kind": "air_quality", "below": {"co2_ppm": 1}}, "air_quality has no limit for co2_ppm"),
        ({"kind": "underlit"}, "Field required"),
        ({"kind": "door_forced", "armed": ["22-6"]}, "must look like"),
    ],
)
def test_a_wrong_rule_is_refused(rule: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Told(**rule)


@pytest.mark.parametrize("kind", get_args(LimitKind))
def test_every_row_is_a_known_condition_of_points_some_device_has(kind: LimitKind) -> None:
    assert kind in CONDITION_KINDS
    for line in ROWS[kind].lines:
        having = [of for of, points in POINTS_OF_KIND.items() if line.point in points]
        assert line.of in having if line.of else having
    if ROWS[kind].at_once:
        assert CONDITION_KINDS[kind].priority == "high"
        assert "副本" in CONDITION_KINDS[kind].zh
        assert "copy" in CONDITION_KINDS[kind].en


# Hours from 22:00 to 06:00; Monday 08:00 is second 0.


def test_a_door_opened_by_day_is_not_forced_until_the_night_begins() -> None:
    told = Told(kind="door_forced", armed=["22:00-06:00"])
    assert told.say(0, "door", "door_open", 1.0) is False
    assert told.tick(13.9 * 3600) == [("door", False)]
    assert told.tick(14 * 3600) == [("door", True)]


def test_a_door_opened_by_night_is_forced_at_once_until_it_is_shut() -> None:
    told = Told(kind="door_forced", armed=["22:00-06:00"])
    told.say(14.5 * 3600, "door", "door_open", 0.0)
    assert told.say(15 * 3600, "door", "door_open", 1.0) is True
    assert told.tick(23 * 3600) == [("door", True)]  # the morning does not shut it
    assert told.say(24 * 3600, "door", "door_open", 0.0) is False


def test_a_retained_word_of_unknown_age_forces_no_door() -> None:
    assert Told(kind="door_forced").say(0, "door", "door_open", 1.0, quality="uncertain") is None


LESSONS = {"terms": [{"first": "2026-09-01", "last": "2027-01-20"}], "public_holidays": "none"}


# Lessons from 08:00 to 17:00 on weekdays.


def burn(told: Told, at_s: float, *, minutes: int = 20, lamp: str = "lone-lamp") -> bool | None:
    """The level after the lamp has burnt so long from `at_s`."""
    level = None
    for minute in range(minutes + 1):
        level = told.say(at_s + minute * 60, lamp, "dimming_level_pct", 100.0)
    return level


def test_by_the_calendar_lamps_burn_in_lessons_and_not_at_night_or_on_sunday() -> None:
    assert burn(Told(kind="lights_left_on", calendar=LESSONS), 3600) is False
    assert burn(Told(kind="lights_left_on", calendar=LESSONS), 9.2 * 3600) is False  # half an hour after the last lesson
    assert burn(Told(kind="lights_left_on", calendar=LESSONS), 11 * 3600) is True
    assert burn(Told(kind="lights_left_on", calendar=LESSONS), 6 * 86_400 + 3600) is True


def test_by_hours_of_its_own() -> None:
    assert burn(Told(kind="lights_left_on", unused=["21:00-06:00"]), 3600) is False
    assert burn(Told(kind="lights_left_on", unused=["21:00-06:00"]), 13.5 * 3600) is True


def test_where_nobody_tells_when_a_room_is_used_nothing_is_said() -> None:
    assert burn(Told(kind="lights_left_on"), 14 * 3600) is None


def test_an_occupancy_sensor_knows_better_than_the_calendar() -> None:
    told = Told(kind="lights_left_on", calendar=LESSONS)
    told.say(14 * 3600, "pir", "occupancy", 1.0)
    assert burn(told, 14 * 3600, lamp="lamp") is False
    told.say(15 * 3600, "pir", "occupancy", 0.0)
    assert burn(told, 15 * 3600, lamp="lamp") is True
    told.say(15.5 * 3600, "pir", "occupancy", 1.0)
    assert burn(told, 15.5 * 3600, minutes=0, lamp="lamp") is False


def test_a_year_nobody_has_published_is_not_guessed() -> None:
    unpublished = {"terms": [{"first": "2090-01-01", "last": "2090-12-31"}]}
    told = Told(kind="lights_left_on", calendar=unpublished)
    assert burn(told, 64 * 365.25 * 86_400) is None


def test_a_lamp_that_is_switched_off_ends_it_and_the_room_is_its_source() -> None:
    told = Told(kind="lights_left_on", unused=["21:00-06:00"])
    burn(told, 14 * 3600)
    assert told.level is not None
    assert (told.level.source, told.level.evidence) == ("a102", {"lamps": "lone-lamp"})
    assert told.say(15 * 3600, "lone-lamp", "dimming_level_pct", 0.0) is False


def test_control_gear_that_draws_two_watts_is_off() -> None:
    told = Told(kind="lights_left_on", unused=["21:00-06:00"], on_delay_s=0)
    told.say(14 * 3600, "lone-lamp", "dimming_level_pct", 100.0)
    assert told.say(14 * 3600, "lone-lamp", "active_power_w", 2.0) is False


# Less than 200 lx at the ceiling.


def lit(lux: float, *, dimming_pct: float = 100.0, minutes: int = 20) -> list[bool | None]:
    told = Told(kind="underlit", least_lx=200)
    levels = []
    for minute in range(minutes):
        told.say(minute * 60, "lamp", "dimming_level_pct", dimming_pct)
        told.say(minute * 60, "lux1", "illuminance_lx", lux)
        levels.append(told.say(minute * 60, "lux2", "illuminance_lx", lux))
    return levels


def test_full_lamps_and_little_light_for_a_quarter_of_an_hour() -> None:
    assert lit(150)[14:17] == [None, True, True]
    assert lit(250)[-1] is False


@pytest.mark.parametrize("dimming_pct", [0.0, 60.0])
def test_lamps_that_are_off_or_dimmed_prove_nothing(dimming_pct: float) -> None:
    assert set(lit(50, dimming_pct=dimming_pct)) == {None}


def test_a_doubtful_sensor_is_left_out() -> None:
    told = Told(kind="underlit", least_lx=200, on_delay_s=0)
    told.say(0, "lamp", "dimming_level_pct", 100.0)
    told.say(0, "lux1", "illuminance_lx", 300.0)
    assert told.say(0, "lux2", "illuminance_lx", 10.0, quality="uncertain") is None
    assert told.say(1, "lux1", "illuminance_lx", 300.0) is None  # the off delay runs
    assert told.say(301, "lamp", "dimming_level_pct", 100.0) is False
