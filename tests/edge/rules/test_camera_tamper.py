"""Tampering with a camera, and what only looks like it, on drawn rooms."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from edge.cameras.protocol import Image
from edge.rules.camera_tamper import CameraTamper
from tests.edge.rules.staging import FPS, changes, course, noisy, room, scene

pytestmark = pytest.mark.unit

BEGIN, END, LAST = 60, 110, 160
"""Pictures: normal until BEGIN, changed until END, normal until LAST."""


def _blurred(picture: Image, _number: int) -> Image:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 3), np.uint8)


def _covered(picture: Image, _number: int) -> Image:
    return np.full_like(picture, 25)


def _moved(picture: Image, _number: int) -> Image:
    return np.roll(picture, (30, 75), axis=(0, 1))


def _white(picture: Image, _number: int) -> Image:
    return np.asarray(np.clip(picture.astype(np.int16) + 220, 0, 255), np.uint8)


def _scaled(share: float) -> Callable[[Image, int], Image]:
    return lambda picture, _number: np.asarray(picture * share, np.uint8)


def _insect(picture: Image, number: int) -> Image:
    return np.asarray(cv2.circle(picture.copy(), (100 + number % 7 * 10, 90), 35, (15, 15, 15), -1), np.uint8)


def _vehicle(picture: Image, number: int) -> Image:
    """Headlights sweep the wall for a second and a half."""
    if number - BEGIN > 7:
        return picture
    return np.asarray(cv2.circle(picture.copy(), (50 + (number - BEGIN) * 30, 100), 60, (255, 255, 255), -1), np.uint8)


def _run(change: Callable[[Image, int], Image], *, freeze: bool = False) -> list[tuple[float, bool, object]]:
    picture = room()
    scenes = []
    for number in range(LAST):
        changed = BEGIN <= number < END
        shown = change(picture, number) if changed else picture
        seen = noisy(shown, BEGIN if freeze and changed else number)
        scenes.append(scene(number / FPS, image=seen))
    return changes(course(CameraTamper(camera="c1").watch(), scenes))


@pytest.mark.parametrize(
    ("change", "detail"),
    [(_covered, "covered"), (_moved, "moved"), (_blurred, "defocused"), (_white, "blinded")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_tampering_is_named_within_three_seconds_and_over_within_five(change: Callable[[Image, int], Image], detail: str) -> None:
    (raised_s, _on, said), (cleared_s, _off, _none) = _run(change)
    assert said == detail
    assert BEGIN / FPS <= raised_s <= BEGIN / FPS + 3
    assert END / FPS <= cleared_s <= END / FPS + 5


def test_a_frozen_picture_is_named_within_three_seconds() -> None:
    (raised_s, _on, said), (cleared_s, _off, _none) = _run(lambda picture, _number: picture, freeze=True)
    assert (said, raised_s <= BEGIN / FPS + 3, cleared_s <= END / FPS + 5) == ("frozen", True, True)


@pytest.mark.parametrize("share", [0.5, 0.25, 0.12], ids=["dimmed", "dusk", "lights-off"])
def test_less_light_is_no_tampering(share: float) -> None:
    assert _run(_scaled(share)) == []


def test_slow_dimming_to_a_tenth_is_no_tampering() -> None:
    picture = room()
    scenes = [scene(n / FPS, image=noisy(np.asarray(picture * max(0.1, 1 - n / 900), np.uint8), n)) for n in range(900)]
    assert changes(course(CameraTamper(camera="c1").watch(), scenes)) == []


def test_an_insect_on_the_lens_is_no_tampering() -> None:
    assert _run(_insect) == []


def test_headlights_are_no_tampering() -> None:
    assert _run(_vehicle) == []


def test_an_empty_room_with_its_own_noise_is_not_frozen() -> None:
    picture = room()
    scenes = [scene(number / FPS, image=noisy(picture, number, sigma=1.0)) for number in range(300)]
    assert changes(course(CameraTamper(camera="c1").watch(), scenes)) == []


def test_a_source_that_never_had_noise_is_not_frozen() -> None:
    scenes = [scene(number / FPS, image=room()) for number in range(150)]
    assert changes(course(CameraTamper(camera="c1").watch(), scenes)) == []


def test_another_picture_size_begins_anew() -> None:
    scenes = [scene(number / FPS, image=noisy(room(), number)) for number in range(40)]
    scenes += [scene((40 + number) / FPS, image=noisy(room(9, width=240, height=180), number)) for number in range(40)]
    assert changes(course(CameraTamper(camera="c1").watch(), scenes)) == []
