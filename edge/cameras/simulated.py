"""Drawn scenes at dusk: a yard where visitors walk through a marked zone, a gate where more happens; for the demo and the tests."""

import threading
from collections.abc import Iterator
from typing import Final, Literal

import numpy as np
from pydantic import Field

from edge.cameras.base import CameraBase
from edge.cameras.pacing import pause_unless
from edge.cameras.protocol import Due, Frame, Image, Tap, always
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

DEMO_ZONE: Final = ((0.25, 0.80), (0.75, 0.80), (0.87, 1.0), (0.13, 1.0))
"""The zone painted on the yard, in shares of the picture; it reaches the lower edge, since detectors set feet a little too low."""


GATE_LINE: Final = ((0.5, 0.72), (0.5, 1.0))
"""Across the way through the gate; who comes from the left arrives on its left side, seen from its first end."""
GATE_ZONE: Final = ((0.0, 0.6), (0.6, 0.6), (0.6, 1.0), (0.0, 1.0))
"""Where people wait."""
_PAINTED_LINE: Final = ((0.495, 0.76), (0.505, 0.76), (0.505, 1.0), (0.495, 1.0))
_CLOTH_BGR: Final = (22, 20, 24)


class SimulatedCamera(CameraBase):
    """A drawn scene, the same for the same seed and time; the first visitor is in the zone 9 s after the start."""

    kind: Literal["simulated"] = "simulated"
    scene: Literal["yard", "gate"] = Field("yard", description="yard: a visitor now and then; gate: a round of three minutes")
    seed: int = Field(1, ge=0, description="another seed, other visitors")
    source_fps: float = Field(10.0, gt=0, le=60, description="frames drawn a second")
    fails_after_s: float | None = Field(None, gt=0, description="a drill: the connection breaks this long after each opening")

    def open(self, clock: Clock) -> "SimulatedCapture":
        """Draw the yard; never fails."""
        return SimulatedCapture(self, clock)


class SimulatedCapture:
    """The running scene."""

    def __init__(self, settings: SimulatedCamera, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._closed = threading.Event()
        self._scene = DrawnGate(settings.seed) if settings.scene == "gate" else DrawnScene(settings.seed)

    def frames(self, due: Due = always, tap: Tap | None = None) -> Iterator[Frame]:
        """Frames at `source_fps` for ever; raises Unavailable after `fails_after_s` if that is set."""
        settings, start_s = self._settings, self._clock.monotonic()
        number = 0
        while True:
            media_s = number / settings.source_fps
            if not pause_unless(self._clock, start_s + media_s - self._clock.monotonic(), self._closed):
                return
            if settings.fails_after_s is not None and media_s >= settings.fails_after_s:
                raise Unavailable(f"simulated camera {settings.id}: broke off after {settings.fails_after_s:g} s, as set")
            wanted = due(media_s)
            if wanted or tap is not None:
                image = self._scene.draw(number, media_s)
                if tap is not None:
                    tap.drawn(image, media_s)
                if wanted:
                    yield Frame(image, number, media_s, self._clock.now_ms())
            # A scene that could not be drawn in time goes on at the present, as a camera would.
            late = int((self._clock.monotonic() - start_s) * settings.source_fps) - number
            number += max(1, late)

    def close(self) -> None:
        """End `frames` at the next picture."""
        self._closed.set()


class DrawnScene:
    """The yard at any moment."""

    def __init__(self, seed: int = 1) -> None:
        from edge.cameras.drawn.backdrop import draw_backdrop

        self._seed = seed
        self._backdrops = draw_backdrop(DEMO_ZONE, seed)

    def draw(self, number: int, media_s: float) -> Image:
        """(360, 640, 3) uint8 BGR."""
        from edge.cameras.drawn.figure import draw_figure, place, shade_ground
        from edge.cameras.drawn.visits import figure_at

        picture = self._backdrops[number * 7 % len(self._backdrops)].copy()
        figure = figure_at(media_s, self._seed)
        if figure is not None:
            shade_ground(picture, figure.foot_px, figure.height_px)
            place(picture, draw_figure(figure.height_px, figure.pose, figure.clothing), figure.foot_px)
        return picture

    def truth(self, media_s: float) -> list[tuple[float, float, float, float]]:
        """Boxes `xyxy_px` of the people shown at this moment."""
        from edge.cameras.drawn.visits import figure_at

        figure = figure_at(media_s, self._seed)
        return [] if figure is None else [figure.xyxy_px]


class DrawnGate:
    """The gate at any moment."""

    def __init__(self, seed: int = 1) -> None:
        from edge.cameras.drawn.backdrop import draw_backdrop
        from edge.cameras.drawn.flames import Fire

        self._backdrops = [np.ascontiguousarray(picture[:, ::-1]) for picture in draw_backdrop(_PAINTED_LINE, seed)]
        self._fire = Fire(5)
        noise, weave = np.random.default_rng(seed), np.zeros((*self._backdrops[0].shape[:2], 1), np.float32)
        weave[:, ::3] = 3.0
        cloths = (np.array(_CLOTH_BGR) + weave + noise.normal(0, 1.6, self._backdrops[0].shape) for _turn in range(6))
        self._cloths = [np.clip(cloth, 0, 255).astype(np.uint8) for cloth in cloths]

    def draw(self, number: int, media_s: float) -> Image:
        """(360, 640, 3) uint8 BGR."""
        from edge.cameras.drawn.figure import draw_figure, place, shade_ground
        from edge.cameras.drawn.programme import FIRE_FOOT_PX, burns, covered_share, people_at

        picture = self._backdrops[number * 7 % len(self._backdrops)].copy()
        for figure in people_at(media_s):
            shade_ground(picture, figure.foot_px, figure.height_px)
            place(picture, draw_figure(figure.height_px, figure.pose, figure.clothing), figure.foot_px)
        if burns(media_s):
            self._fire.burn(picture, FIRE_FOOT_PX, number)
        covered = round(covered_share(media_s) * picture.shape[0])
        if covered:
            picture[:covered] = self._cloths[number % len(self._cloths)][:covered]
        return picture
