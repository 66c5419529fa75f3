"""Whether anything moves, and where."""

import numpy as np
import pytest

from edge.luma import Luma, shrink
from edge.motion import Motion

pytestmark = pytest.mark.unit


def _room(level: float = 90.0, *, noise: float = 1.0, seed: int = 0) -> Luma:
    """A wall with a dark window, and the sensor's noise."""
    picture = np.full((90, 160), level, np.float32)
    picture[20:50, 30:60] = level / 3
    return picture + np.random.default_rng(seed).normal(0, noise, picture.shape).astype(np.float32)


def _settled(motion: Motion, frames: int = 20) -> float:
    for number in range(frames):
        motion.see(_room(seed=number), number / 5)
    return frames / 5


def test_a_still_room_never_moves() -> None:
    motion = Motion()
    _settled(motion)
    assert [len(motion.see(_room(seed=number), 4 + number / 5).boxes) for number in range(100)] == [0] * 100


def test_what_enters_is_found_where_it_is() -> None:
    motion = Motion()
    at_s = _settled(motion)
    entered = _room(seed=99)
    entered[40:60, 100:108] += 30
    (box,) = motion.see(entered, at_s).boxes
    assert box.tolist() == pytest.approx([99 / 160, 39 / 90, 109 / 160, 61 / 90])


def test_lights_switched_off_are_a_change_of_everything_and_then_rest() -> None:
    motion = Motion()
    at_s = _settled(motion)
    dark = [motion.see(_room(20, seed=number), at_s + number / 5) for number in range(5)]
    assert [seen.changed for seen in dark] == [True, False, False, False, False]
    assert [len(seen.boxes) for seen in dark] == [0] * 5


def test_a_step_of_exposure_is_no_motion() -> None:
    motion = Motion()
    at_s = _settled(motion)
    brighter = motion.see(_room(seed=3) + 12, at_s)
    assert (len(brighter.boxes), brighter.changed) == (0, False)


def test_an_edge_that_shakes_a_little_is_no_motion() -> None:
    motion = Motion()
    at_s = _settled(motion)
    room = _room(seed=5)
    shaken = room * 0.93 + np.roll(room, 1, axis=1) * 0.07
    assert len(motion.see(shaken, at_s).boxes) == 0


def test_masked_cells_never_move() -> None:
    motion = Motion()
    at_s = _settled(motion)
    clock, ignored = _room(seed=7), np.zeros((90, 160), np.bool_)
    clock[80:90, 120:160] += 80
    ignored[78:90, 118:160] = True
    assert len(motion.see(clock, at_s, ignored).boxes) == 0


def test_what_came_to_stay_is_background_after_a_while() -> None:
    motion = Motion()
    at_s = _settled(motion)
    parked = _room(seed=1)
    parked[60:80, 20:50] += 60
    moved = [len(motion.see(parked, at_s + number / 5).boxes) for number in range(150)]
    assert moved[0] == 1
    assert moved[-1] == 0


def test_the_small_picture_keeps_the_shape_and_the_grey() -> None:
    picture = np.full((432, 768, 3), 77, np.uint8)
    assert shrink(picture).shape == (90, 160)
    assert float(shrink(picture).mean()) == 77.0
