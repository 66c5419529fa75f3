"""What a camera's view normally looks like, and how today's picture compares: structure, sharpness, light and liveliness."""

from collections import deque
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image

Floats = NDArray[np.float32]

_WIDTH: Final = 320
_BLOCK_PX: Final = 20
_COARSE_SIGMA_PX: Final = 4.0
_TEXTURED: Final = 1.5
"""Mean contrast of fine structure, in grey levels, from which a block can be recognised; shrunken sensor noise is below 1."""
_FEWEST_BLOCKS: Final = 6
_LOST_LIKENESS: Final = 0.3
_LEARN_S: Final = 3.0
_FOLLOW_S: Final = 20.0
"""The reference follows slow changes (daylight, dimming) with this time constant."""
_RENEW_S: Final = 1.0
"""Its bands are worked out anew this often: it has moved by a twentieth of what changed meanwhile."""
_WHITE: Final = 245.0
_STILL_WINDOW_S: Final = 2.0
_FLOOR_LEARN_S: Final = 6.0
_FLOOR_DECAY_S: Final = 600.0
_LEAST_FLOOR: Final = 0.02
"""A camera whose picture never trembled by this many grey levels has no noise to miss."""


class Comparison(NamedTuple):
    """One picture against the reference."""

    lost_share: float
    """Share of the textured blocks in which the known structure is not found again."""
    contrast: float
    """Finest contrast as a share of the reference's, median over textured blocks."""
    structure: float
    """Contrast of somewhat coarser structure as a share of the reference's: what noise cannot feign."""
    sharpness: float
    """Finest contrast relative to coarse contrast: dimming leaves it, defocus does not."""
    likeness: float
    """Correlation of the blurred picture with the blurred reference, -1..1."""
    white_share: float
    """Share of the picture at the sensor's upper end."""


class _Look(NamedTuple):
    grey: Floats
    finest: Floats
    fine: Floats
    coarse: Floats

    @classmethod
    def at(cls, grey: Floats) -> "_Look":
        """The bands of a shrunken grey picture: finest below about 3 px, fine below about 10, coarse the rest."""
        coarse = np.asarray(cv2.GaussianBlur(grey, (0, 0), _COARSE_SIGMA_PX), np.float32)
        fine = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.8), np.float32) - coarse
        finest = grey - np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.2), np.float32)
        return cls(grey, finest, fine, coarse)


class _Reference(NamedTuple):
    """What is asked of the reference picture's bands at every comparison."""

    fine: Floats
    fine_power: Floats
    coarse: Floats
    textured: NDArray[np.bool_]
    finest: Floats
    structure: float
    coarse_contrast: float

    @classmethod
    def of(cls, look: _Look) -> "_Reference":
        """Of the reference's bands; blocks are (rows, columns), contrasts are at least a thousandth of a grey level."""
        contrasts = _blocks(np.abs(look.fine))
        return cls(
            fine=look.fine,
            fine_power=_blocks(look.fine**2),
            coarse=look.coarse,
            textured=contrasts >= _TEXTURED,
            finest=np.maximum(_blocks(np.abs(look.finest)), np.float32(1e-3)),
            structure=max(float(np.abs(look.fine).mean()), 1e-3),
            coarse_contrast=max(float(look.coarse.std()), 1e-3),
        )


class View:
    """One camera's reference picture: a slow average of what it shows while nothing is wrong."""

    def __init__(self) -> None:
        self._mean: Floats = np.zeros((0, 0), np.float32)
        self._learned_s = 0.0
        self._last_s: float | None = None
        self._known: _Reference | None = None
        self._known_s = 0.0

    def compare(self, grey: Floats) -> Comparison | None:
        """How the `shrunken` picture differs; None before the view is learned, or with too little structure to be known by."""
        if grey.shape != self._mean.shape or self._learned_s < _LEARN_S:
            return None
        now, known = _Look.at(grey), self._reference()
        if int(known.textured.sum()) < _FEWEST_BLOCKS:
            return None
        finest = _blocks(np.abs(now.finest)) / known.finest
        contrast = float(np.median(finest[known.textured]))
        coarse_contrast = float(now.coarse.std()) / known.coarse_contrast
        return Comparison(
            lost_share=float((_block_likeness(now.fine, known)[known.textured] < _LOST_LIKENESS).mean()),
            contrast=contrast,
            structure=float(np.abs(now.fine).mean()) / known.structure,
            sharpness=contrast / max(coarse_contrast, 1e-3),
            likeness=_likeness(now.coarse, known.coarse),
            white_share=float((now.grey >= _WHITE).mean()),
        )

    def _reference(self) -> "_Reference":
        if self._known is None or self._learned_s - self._known_s >= _RENEW_S:
            self._known, self._known_s = _Reference.of(_Look.at(self._mean)), self._learned_s
        return self._known

    def learn(self, grey: Floats, at_s: float) -> None:
        """Take a `shrunken` picture as a normal one; `at_s` must grow from call to call."""
        if grey.shape != self._mean.shape:
            self._mean, self._learned_s, self._known = grey.copy(), 0.0, None
        elif self._last_s is not None:
            passed_s = min(1.0, at_s - self._last_s)
            self._learned_s += passed_s
            self._mean += (grey - self._mean) * min(1.0, passed_s / min(_FOLLOW_S, max(self._learned_s, 0.5)))
        self._last_s = at_s

    def forget(self) -> None:
        """Learn the view anew."""
        self._mean, self._learned_s, self._last_s, self._known = np.zeros((0, 0), np.float32), 0.0, None, None


class Liveliness:
    """Whether the picture still trembles as this camera's pictures do.

    The floor is the quietest that half of the picture ever was over two seconds, from the camera's own past: a frozen picture is
    quieter than that everywhere, an empty room is not.
    """

    def __init__(self) -> None:
        self._previous: Floats = np.zeros((0, 0), np.float32)
        self._recent: deque[tuple[float, Floats]] = deque()
        self._waiting: deque[tuple[float, float]] = deque()
        self._floor: float | None = None
        self._live_s = 0.0
        self._last_s: float | None = None

    def stands_still(self, grey: Floats, at_s: float) -> bool:
        """Take a `shrunken` picture; whether for two seconds nearly every block was quieter than half the camera's own floor."""
        if grey.shape != self._previous.shape:
            self._recent.clear()
            self._waiting.clear()
            self._floor, self._live_s = None, 0.0
        else:
            self._recent.append((at_s, _blocks(np.abs(grey - self._previous))))
        passed_s = min(1.0, at_s - self._last_s) if self._last_s is not None else 0.0
        self._previous, self._last_s = grey, at_s
        while self._recent and at_s - self._recent[0][0] > _STILL_WINDOW_S:
            self._recent.popleft()
        if not self._recent or at_s - self._recent[0][0] < _STILL_WINDOW_S * 0.8:
            return False
        return self._judge(np.mean([blocks for _at_s, blocks in self._recent], axis=0), at_s, passed_s)

    def _judge(self, activity: Floats, at_s: float, passed_s: float) -> bool:
        half, nearly_all = float(np.median(activity)), float(np.quantile(activity, 0.9))
        floor = self._floor
        if floor is not None and self._live_s >= _FLOOR_LEARN_S and floor >= _LEAST_FLOOR and nearly_all < floor / 2:
            self._waiting.clear()
            return True
        self._live_s += passed_s
        self._waiting.append((at_s, half))
        # What is seen now counts only once it turned out not to be the beginning of a freeze.
        while self._waiting and at_s - self._waiting[0][0] > 2 * _STILL_WINDOW_S:
            self._lower(self._waiting.popleft()[1], passed_s)
        return False

    def _lower(self, half: float, passed_s: float) -> None:
        """The floor falls at once and rises slowly: noise changes with the light."""
        floor = half if self._floor is None else self._floor
        self._floor = min(half, floor + (half - floor) * min(1.0, passed_s / _FLOOR_DECAY_S))


def shrunken(image: Image) -> Floats:
    """The picture in grey: (whole blocks high, 320) float32, 0..255."""
    height = max(_BLOCK_PX, round(image.shape[0] * _WIDTH / image.shape[1]) // _BLOCK_PX * _BLOCK_PX)
    small = cv2.resize(image, (_WIDTH, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.float32)


def _blocks(values: Floats) -> Floats:
    """(rows, columns) means over squares of the shrunken picture."""
    rows, columns = values.shape[0] // _BLOCK_PX, values.shape[1] // _BLOCK_PX
    cut = values[: rows * _BLOCK_PX, : columns * _BLOCK_PX]
    return np.asarray(cv2.resize(cut, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _block_likeness(now: Floats, known: _Reference) -> Floats:
    """(rows, columns) correlation of fine structure, block by block."""
    power = np.sqrt(_blocks(now**2) * known.fine_power)
    return np.asarray(_blocks(now * known.fine) / np.maximum(power, 1e-3), np.float32)


def _likeness(now: Floats, reference: Floats) -> float:
    one, other = now - now.mean(), reference - reference.mean()
    power = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / power if power > 1e-3 else 0.0
