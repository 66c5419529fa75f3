"""Flames: the bundled network, flicker, and the rule over time, on pictures drawn here."""

import numpy as np
import pytest

from edge.cameras.protocol import Image
from edge.rules.fire_network import FireNetwork, FireScores
from edge.rules.fire_smoke import FireSmoke
from edge.rules.flicker import Flicker
from edge.rules.protocol import Scene
from tests.edge.rules.staging import FPS, changes, course, noisy, room, scene

pytestmark = pytest.mark.unit


def _burning(number: int, *, steady: bool = False) -> Image:
    """A room with a patch of flame colours whose brightness changes at random."""
    picture = room(width=320, height=180)
    light = 1.0 if steady else np.random.default_rng(number).uniform(0.6, 1.0)
    picture[100:140, 150:180] = (np.array([60, 170, 255]) * light).astype(np.uint8)
    return picture


def test_what_flickers_in_a_flames_colours_is_a_spot() -> None:
    flicker = Flicker()
    for number in range(10):
        flicker.see(_burning(number))
    (spot,) = flicker.spots((180, 320, 3))
    left, top, right, bottom = spot.region
    assert (left <= 150, right >= 180, top <= 100, bottom >= 140) == (True,) * 4


def test_a_steady_lamp_is_no_spot() -> None:
    flicker = Flicker()
    for number in range(10):
        flicker.see(noisy(_burning(number, steady=True), number))
    assert flicker.spots((180, 320, 3)) == []


def test_something_orange_that_passes_is_no_spot() -> None:
    flicker = Flicker()
    for number in range(10):
        picture = room(width=320, height=180)
        picture[60:120, 30 * number : 30 * number + 40] = (30, 140, 250)
        flicker.see(picture)
    assert flicker.spots((180, 320, 3)) == []


def test_however_many_pictures_come_flicker_is_judged_over_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Image] = []
    see = Flicker.see

    def counted(flicker: Flicker, image: Image) -> None:
        seen.append(image)
        see(flicker, image)

    monkeypatch.setattr(Flicker, "see", counted)
    course(FireSmoke(camera="c1").watch(), [scene(number / 30) for number in range(60)])
    assert len(seen) == 20


def _shown(monkeypatch: pytest.MonkeyPatch, scenes: list[Scene], *, smoke: float = 0.1) -> list[float]:
    """At which seconds the network is shown the whole picture, of which it always says the same."""
    shown: list[float] = []

    def counted(_network: FireNetwork, _image: Image) -> FireScores:
        shown.append(at_s)
        return FireScores(0.0, smoke)

    monkeypatch.setattr(FireNetwork, "look", counted)
    watch = FireSmoke(camera="c1").watch()
    for one in scenes:
        at_s = one.frame.media_s
        watch.observe(one)
    return shown


def test_a_picture_that_has_not_changed_is_not_shown_to_the_network_again_for_ten_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    scenes = [scene(number / FPS, image=noisy(room(), number)) for number in range(round(21 * FPS))]
    assert _shown(monkeypatch, scenes) == [0, 10, 20]


def test_a_picture_that_seems_to_burn_is_looked_at_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    scenes = [scene(number / FPS, image=room()) for number in range(round(5 * FPS))]
    assert _shown(monkeypatch, scenes, smoke=0.6) == [0, 2, 4]


def test_a_small_thing_that_moves_has_the_network_look_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = [noisy(room(), number) for number in range(round(9 * FPS))]
    for number, picture in enumerate(pictures):
        left = 20 + 4 * (number // round(2 * FPS))
        picture[40:56, left : left + 16] = 250
    scenes = [scene(number / FPS, image=picture) for number, picture in enumerate(pictures)]
    assert _shown(monkeypatch, scenes) == [0, 2, 4, 6, 8]


def test_a_drawn_room_neither_burns_nor_smokes() -> None:
    scores = FireNetwork().look(room())
    assert scores.either < 0.5


def test_a_room_with_noise_raises_nothing() -> None:
    scenes = [scene(number / FPS, image=noisy(room(), number)) for number in range(50)]
    assert changes(course(FireSmoke(camera="c1").watch(), scenes)) == []
