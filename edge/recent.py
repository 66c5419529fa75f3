"""The last minutes of one camera as boxes, never pixels: what new rules can be tried on."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Frame
from edge.rules.protocol import Scene, Track

KEPT_S: Final = 600.0
MOST_BOXES: Final = 60_000
"""About 2.6 MB a camera, however crowded it is; the oldest pictures go first."""
_PIXEL: Final = np.zeros((1, 1, 3), np.uint8)


class Moment(NamedTuple):
    """What is kept of one analysed picture."""

    number: int
    media_s: float
    at_ms: int
    shape: tuple[int, ...]
    boxes: NDArray[np.float32]
    """(n, 11): id, score, sure, xyxy_px and first_px of each track; ids count from 1 and stay whole numbers up to 2^24."""
    labels: tuple[str, ...]


class Recent:
    """Written by the camera's own thread, read by any. Bounded by time and by the number of boxes."""

    def __init__(self, *, kept_s: float = KEPT_S, most_boxes: int = MOST_BOXES) -> None:
        self._kept_s = kept_s
        self._most_boxes = most_boxes
        self._moments: deque[Moment] = deque()
        self._boxes = 0
        self._lock = threading.Lock()

    def add(self, scene: Scene) -> None:
        """Keep the boxes of an analysed picture; its pixels are let go."""
        found = [(track.id, track.score, track.sure, *track.xyxy_px, *(track.first_px or track.xyxy_px)) for track in scene.tracks]
        rows = np.array(found, np.float32).reshape(-1, 11)
        width, height = scene.frame.size_px
        frame, labels = scene.frame, tuple(track.label for track in scene.tracks)
        with self._lock:
            self._moments.append(Moment(frame.number, frame.media_s, frame.at_ms, (height, width, 3), rows, labels))
            self._boxes += len(rows)
            while frame.media_s - self._moments[0].media_s > self._kept_s or self._boxes > self._most_boxes:
                self._boxes -= len(self._moments.popleft().boxes)

    def moments(self) -> list[Moment]:
        """What is kept, oldest first."""
        with self._lock:
            return list(self._moments)


def scenes(camera: str, moments: Iterable[Moment]) -> Iterator[Scene]:
    """The moments as rules see them: every picture is black."""
    for moment in moments:
        black = np.broadcast_to(_PIXEL, moment.shape)
        yield Scene(camera, Frame(black, moment.number, moment.media_s, moment.at_ms), tuple(_tracks(moment)))


def _tracks(moment: Moment) -> Iterator[Track]:
    for row, label in zip(moment.boxes.tolist(), moment.labels, strict=True):
        number, score, sure, *sides = row
        left, top, right, bottom, *first = sides
        yield Track(round(number), label, score, (left, top, right, bottom), (first[0], first[1], first[2], first[3]), bool(sure))
