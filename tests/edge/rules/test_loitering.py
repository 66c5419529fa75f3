"""Somebody stays too long."""

import pytest

from edge.rules.loitering import Loitering
from tests.edge.rules.staging import FPS, changes, course, scene

pytestmark = pytest.mark.unit


def _pacing(number: int) -> tuple[float, float, float, float]:
    x = 60 + 8 * (number % 5)
    return (x - 10, 50, x + 10, 90)


def test_it_holds_after_the_dwell() -> None:
    scenes = [scene(n / FPS, _pacing(n)) for n in range(60)]
    ((at_s, active, _detail),) = changes(course(Loitering(camera="c1", dwell_s=8).watch(), scenes))
    assert active
    assert 8 <= at_s <= 9


def test_a_broken_track_id_does_not_begin_the_stay_anew() -> None:
    scenes = [scene(n / FPS, _pacing(n), first_id=1 + n // 9) for n in range(60)]
    assert len(changes(course(Loitering(camera="c1", dwell_s=8).watch(), scenes))) == 1


def test_a_short_absence_does_not_begin_the_stay_anew() -> None:
    scenes = [scene(n / FPS, *([_pacing(n)] if not 20 <= n < 35 else [])) for n in range(60)]
    assert len(changes(course(Loitering(camera="c1", dwell_s=8).watch(), scenes))) == 1


def test_leaving_ends_it() -> None:
    scenes = [scene(n / FPS, *([_pacing(n)] if n < 50 else [])) for n in range(90)]
    assert [active for _at, active, _detail in changes(course(Loitering(camera="c1", dwell_s=5).watch(), scenes))] == [True, False]


def test_passing_through_is_none() -> None:
    scenes = [scene(n / FPS, *([_pacing(n)] if n < 20 else [])) for n in range(200)]
    assert changes(course(Loitering(camera="c1", dwell_s=8).watch(), scenes)) == []


def test_a_poster_never_loiters() -> None:
    scenes = [scene(n / FPS, (50 + n % 2, 50, 70, 90)) for n in range(200)]
    assert changes(course(Loitering(camera="c1", dwell_s=8).watch(), scenes)) == []
