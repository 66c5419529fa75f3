"""Somebody falls, and what only looks like it: boxes over time, with and without a body on the floor."""

import numpy as np
import pytest

from edge.cameras.protocol import Image
from edge.detectors.protocol import Detections, nothing
from edge.rules.fall import Fall
from edge.rules.protocol import Scene, Track
from tests.edge.rules.staging import FPS, Box, changes, course, people, scene

pytestmark = pytest.mark.unit

UP: Box = (90.0, 40.0, 130.0, 160.0)
HALF: Box = (80.0, 80.0, 140.0, 160.0)
LYING: Box = (60.0, 120.0, 180.0, 160.0)
GONE_S = 25.0


def _floor(*bodies: Box) -> Image:
    """A grey floor with a dark body where each box is."""
    picture = np.full((200, 320, 3), 150, np.uint8)
    for left, top, right, bottom in bodies:
        picture[int(top) : int(bottom), int(left) : int(right)] = 40
    return picture


def _shown(number: int, body: Box | None, *, found: bool = True, hint: float = 0.0, turned: Detections | None = None) -> Scene:
    """A body in the picture; `found` by the tracker, or only as a hint of this score, or only when turned."""
    boxes = (body,) if body is not None and found else ()
    made = scene(number / FPS, *boxes, image=_floor(*([body] if body else [])), look=lambda _image: turned or nothing())
    return made._replace(detections=people(body, score=hint)) if body is not None and hint else made


def _course(scenes: list[Scene]) -> list[tuple[float, bool, object]]:
    return changes(course(Fall(camera="c1").watch(), scenes))


def test_down_at_once_and_still_is_a_fall() -> None:
    scenes = [_shown(n, UP if n < 10 else HALF if n < 12 else LYING, found=n < 12, hint=0.3 if n >= 12 else 0) for n in range(30)]
    ((at_s, active, _detail),) = _course(scenes)
    assert active
    assert 12 / FPS + 0.8 <= at_s <= 12 / FPS + 3


def test_it_holds_without_a_live_box() -> None:
    scenes = [_shown(n, UP if n < 10 else LYING, found=n < 10, hint=0.3 if 10 <= n < 20 else 0) for n in range(70)]
    assert [active for _at, active, _detail in _course(scenes)] == [True]


def test_getting_up_ends_it() -> None:
    lying = [_shown(n, UP if n < 10 else LYING, found=n < 10, hint=0.3 if n >= 10 else 0) for n in range(40)]
    assert [active for _at, active, _detail in _course([*lying, *(_shown(n, UP) for n in range(40, 50))])] == [True, False]


def test_lying_down_slowly_is_none() -> None:
    def body(number: int) -> Box:
        sunk = min(1.0, max(0.0, (number - 10) / 18))  # over 3.6 s
        return (90 - 30 * sunk, 40 + 80 * sunk, 130 + 50 * sunk, 160)

    assert _course([_shown(n, body(n)) for n in range(60)]) == []


def test_sitting_down_behind_a_desk_is_none() -> None:
    seated: Box = (88.0, 80.0, 132.0, 130.0)
    assert _course([_shown(n, UP if n < 10 else seated) for n in range(60)]) == []


def test_crouching_and_rising_is_none() -> None:
    crouching: Box = (80.0, 95.0, 140.0, 160.0)
    assert _course([_shown(n, crouching if 10 <= n < 15 else UP) for n in range(40)]) == []


def test_leaving_by_the_lower_edge_is_none() -> None:
    def body(number: int) -> Box | None:
        top = 60.0 + 15 * max(0, number - 10)
        return (90.0, top, 130.0, min(200.0, top + 120)) if top < 195 else None

    assert _course([_shown(n, body(n)) for n in range(40)]) == []


def test_a_thing_that_always_lay_there_is_nobody() -> None:
    def look(number: int) -> Scene:
        bodies = [LYING, UP] if number < 10 else [LYING]
        tracks = (Track(1, "person", 0.8, UP),) if number < 10 else ()
        shown = scene(number / FPS, image=_floor(*bodies))
        return shown._replace(tracks=tracks, detections=people(LYING, score=0.4))

    assert _course([look(n) for n in range(40)]) == []


def test_when_the_whole_view_changes_nobody_has_fallen() -> None:
    """A cloth is drawn from the lens: all that lay under it is new, and so is whatever looks like a body."""
    cloth = np.full((200, 320, 3), 20, np.uint8)

    def look(number: int) -> Scene:
        if number < 10:
            return scene(number / FPS, UP, image=cloth)
        return scene(number / FPS, image=_floor(LYING))._replace(detections=people(LYING, score=0.4))

    assert _course([look(n) for n in range(40)]) == []


def test_somebody_falls_while_others_walk_about() -> None:
    """What changes elsewhere, short of the whole view, hides no fall."""

    def look(number: int) -> Scene:
        made = _shown(number, UP if number < 10 else LYING, found=number < 10, hint=0.3 if number >= 10 else 0)
        picture = made.frame.image
        picture[:, 250:270] = 40 if number % 2 else 150
        return made

    assert [active for _at, active, _detail in _course([look(n) for n in range(30)])] == [True]


def test_a_bag_that_is_dropped_is_nobody() -> None:
    scenes = [_shown(n, UP if n < 10 else LYING, found=n < 10) for n in range(40)]
    assert _course(scenes) == []
