"""A room's sensors bear its camera out, or do not, and the level says so."""

from typing import NamedTuple

import numpy as np
import pytest

from edge.cameras.protocol import Image
from edge.rules.corroboration import borne_out
from edge.rules.fire_smoke import FireSmoke, FireSmokeWatch
from edge.rules.occupied_after_hours import OccupiedAfterHours
from edge.rules.protocol import Level, Sensed
from tests.edge.rules.staging import FPS, changes, course, scene

pytestmark = pytest.mark.unit

SMOKE = Sensed("s1", "smoke", 1.0, 0.0)
NO_SMOKE = Sensed("s1", "smoke", 0.0, 0.0)
LAMP_ON = Sensed("l1", "active_power_w", 80.0, 0.0)
LAMP_OFF = Sensed("l1", "active_power_w", 0.0, 0.0)


class _Scores(NamedTuple):
    flame: float = 0.0
    smoke: float = 1.0
    either: float = 1.0


class _Smoky:
    """A network that sees smoke in every picture."""

    threshold = 0.5

    def look(self, _image: Image) -> _Scores:
        """Smoke."""
        return _Scores()


def _raised(*senses: Sensed, seconds: float = 14, smoke_s: float = 10.0) -> Level:
    watch: FireSmokeWatch = FireSmoke(camera="c1", smoke_s=smoke_s).watch()
    watch._network = _Smoky()  # type: ignore[assignment] # its verdict is given
    scenes = [scene(number / FPS)._replace(senses=senses) for number in range(int(seconds * FPS))]
    return next(level for level in course(watch, scenes) if level.active)


def test_smoke_in_the_picture_is_told_sooner_where_the_rooms_smoke_point_says_so_too() -> None:
    alone, together = _raised(), _raised(SMOKE)
    assert (alone.at_ms, together.at_ms) == (10_000, 4_000)
    assert together.evidence["corroborated_by"] == "s1 smoke 1"
    assert "corroborated" not in alone.evidence


def test_a_smoke_point_that_says_nothing_makes_nothing_slower_and_is_told() -> None:
    level = _raised(NO_SMOKE)
    assert (level.at_ms, level.evidence["corroborated"]) == (10_000, False)


def test_an_operators_shorter_time_stays() -> None:
    assert _raised(SMOKE, smoke_s=2.0).at_ms == 4_000, "three looks, two seconds apart, are asked for anyway"


def test_no_sensor_alone_raises_a_fire() -> None:
    scenes = [scene(number / FPS)._replace(senses=(SMOKE,)) for number in range(60)]
    assert changes(course(FireSmoke(camera="c1").watch(), scenes)) == []


@pytest.mark.parametrize(
    ("sensed", "says"),
    [
        (Sensed("t1", "temperature_c", 54.0, 1.0), True),
        (Sensed("t1", "temperature_c", 35.0, 10.0), True),
        (Sensed("t1", "temperature_c", 53.9, 9.9), False),
        (Sensed("x1", "illuminance_lx", 5000.0, 5000.0), None),
    ],
)
def test_heat_and_a_quick_rise_bear_a_fire_out_and_a_warm_room_does_not(sensed: Sensed, *, says: bool | None) -> None:
    assert borne_out("fire_smoke", [sensed]).get("corroborated") is says


def _after_hours(*senses: Sensed, people: bool = True, armed: bool = True) -> list[tuple[float, bool, object]]:
    """Ten minutes of somebody walking; the scenes begin at 1970-01-01 08:00 in Shanghai."""
    rule = OccupiedAfterHours(camera="c1", armed=("07:00-09:00",) if armed else ("19:00-06:30",))
    boxes = [((10 + number % 40, 10.0, 40 + number % 40, 90.0),) if people else () for number in range(150)]
    scenes = [scene(number / FPS, *boxes[number])._replace(senses=senses) for number in range(150)]
    return changes(course(rule.watch(), scenes))


def test_somebody_with_the_lamps_on_after_hours_is_told() -> None:
    ((at_s, active, _detail),) = _after_hours(LAMP_ON)
    assert active
    assert 10 <= at_s <= 13


@pytest.mark.parametrize(
    ("senses", "people", "armed"),
    [((LAMP_OFF,), True, True), ((), True, True), ((LAMP_ON,), False, True), ((LAMP_ON,), True, False)],
    ids=["lamps off", "no lamp known", "nobody there", "in hours"],
)
def test_neither_alone_is_told_nor_both_in_hours(senses: tuple[Sensed, ...], *, people: bool, armed: bool) -> None:
    assert _after_hours(*senses, people=people, armed=armed) == []


def test_lamps_switched_off_end_it_after_the_delay() -> None:
    watch = OccupiedAfterHours(camera="c1", armed=("07:00-09:00",)).watch()
    senses = [LAMP_ON] * 100 + [LAMP_OFF] * 400
    boxes = [(10 + number % 40, 10.0, 40 + number % 40, 90.0) for number in range(500)]
    scenes = [scene(at / FPS, boxes[at])._replace(senses=(senses[at],)) for at in range(500)]
    told = changes(course(watch, scenes))
    assert [active for _at_s, active, _detail in told] == [True, False]
    assert np.isclose(told[1][0], 99 / FPS + 60, atol=1)
