"""Who has moved."""

import pytest

from edge.rules.movers import Movers
from edge.rules.protocol import Track

pytestmark = pytest.mark.unit


def _track(x: float, *, id_: int = 1) -> Track:
    return Track(id_, "person", 0.8, (x, 10, x + 20, 70))


def test_a_box_that_trembles_has_not_moved() -> None:
    movers = Movers()
    assert not any(movers.of((_track(50 + n % 3),), n / 5) for n in range(200))


def test_a_box_that_walks_has_moved() -> None:
    movers = Movers()
    assert [bool(movers.of((_track(50 + 3 * n),), n / 5)) for n in range(4)] == [False, False, True, True]


def test_somebody_who_stops_has_still_moved() -> None:
    movers = Movers()
    for number in range(5):
        movers.of((_track(50 + 5 * number),), number / 5)
    assert movers.of((_track(70),), 10)


def test_a_new_id_on_a_movers_place_is_that_mover() -> None:
    movers = Movers()
    for number in range(5):
        movers.of((_track(50 + 5 * number),), number / 5)
    assert movers.of((_track(71, id_=2),), 1.2)


def test_the_way_before_somebody_was_believed_counts() -> None:
    assert Movers().of((_track(70)._replace(first_px=(50, 10, 70, 70)),), 0.2)


def test_a_box_found_unsurely_that_loses_its_upper_half_has_not_moved() -> None:
    movers, whole = Movers(), _track(50)
    half = whole._replace(xyxy_px=(50, 40, 70, 70), sure=False)
    assert not any(movers.of((half if n % 5 == 4 else whole,), n / 5) for n in range(50))
    assert movers.of((half._replace(sure=True),), 10.0)
