"""The picture of a condition that may leave the gateway: a JPEG of at most 100 KB with every person pixelated."""

import math
from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image
from edge.detectors.protocol import Detections
from edge.evidence.background import Background
from edge.evidence.footage import Look
from edge.evidence.pixelate import Mask, box_mask, coarsest, grow, pixelate
from edge.luma import Luma

MAX_BYTES: Final = 100_000
PRIVACY_SCORE: Final = 0.1
"""A box of this score may be a person and is hidden."""
SNAPSHOT_BLOCKS: Final = 64
"""Along the longer side of a snapshot: walls and doors can be told, and whoever nobody found and who never moved spans 12 blocks up
to a fifth of the picture; who is larger is found."""
_HELD_FRAMES: Final = 5
"""A box stays hidden this many analysed frames longer: detectors lose people for a moment."""
LONGEST_SIDE_PX: Final = 1280
_QUALITIES: Final = (82, 70, 55, 40)
_ZONE_BGR: Final = (60, 200, 255)
_BOX_BGR: Final = (70, 70, 235)

Zones = Sequence[tuple[tuple[float, float], ...]]


class Snapshot(NamedTuple):
    """A picture to draw zones on: JPEG, size of the picture it shows in pixels, and whether its place is known without people."""

    jpeg: bytes
    width_px: int
    height_px: int
    learned: bool


class Stills:
    """What one camera needs to make a picture safe: its background and where people were just now."""

    def __init__(self) -> None:
        self._background = Background()
        self._recent: deque[NDArray[np.float32]] = deque(maxlen=_HELD_FRAMES + 1)
        self._shape: tuple[int, ...] = ()

    def note(self, shape: tuple[int, ...], detections: Detections, luma: Luma) -> None:
        """Take every analysed picture of (height, width, 3) and all its boxes; `luma` is it, shrunk; its colours stay unseen."""
        if shape != self._shape:
            self._recent.clear()
            self._background = Background()
            self._shape = shape
        people = _people(detections)
        self._recent.append(people)
        self._background.update(shape, people, luma)

    def still(self, image: Image, *, zones: Zones = (), boxes_px: Sequence[tuple[float, float, float, float]] = ()) -> bytes:
        """JPEG of the picture last seen; `zones` in shares and `boxes_px` are outlined."""
        safe = self.hide(image)
        _outline(safe, zones, boxes_px)
        return _encode(safe)

    def hide(self, image: Image) -> Image:
        """The picture last seen, every area that may show a person in blocks."""
        hidden = self.hidden()
        return pixelate(image, hidden, coarsest(self.people(), hidden))

    def snapshot(self, image: Image) -> Snapshot:
        """The picture last seen, every part of it in blocks; coarser where somebody may be."""
        height, width = image.shape[:2]
        everywhere = np.ones((height, width), np.bool_)
        safe = self.hide(pixelate(image, everywhere, math.ceil(max(height, width) / SNAPSHOT_BLOCKS)))
        return Snapshot(_encode(safe), width, height, self._background.learned)

    def hidden(self) -> Mask:
        """(height, width) bool of the picture last seen: where a person may be; everywhere before the background is learned."""
        if not self._background.learned:
            return np.ones(self._shape[:2], np.bool_)
        return box_mask(self._shape, self.people()) | self._moving()

    def look(self, *, media_s: float, at_ms: int) -> Look:
        """What is known of the picture last seen, for a clip that is made later."""
        mean, known = self._background.snapshot()
        height, width = self._shape[:2]
        shares = self._recent[-1] / np.array([width, height] * 2, np.float32)
        boxes = [(left, top, right, bottom) for left, top, right, bottom in shares.tolist()]
        grey, bits = mean.astype(np.uint8).tobytes(), np.packbits(known).tobytes()
        rows, columns = mean.shape
        return Look(media_s, at_ms, self._background.learned, boxes, rows, columns, grey, bits)

    def people(self) -> NDArray[np.float32]:
        """(n, 4) float32 boxes hidden in the picture last seen, enlarged already."""
        return np.concatenate(list(self._recent)) if self._recent else np.zeros((0, 4), np.float32)

    def _moving(self) -> Mask:
        small = self._background.moving().astype(np.uint8)
        return np.asarray(cv2.resize(small, (self._shape[1], self._shape[0]), interpolation=cv2.INTER_NEAREST), np.bool_)


def _people(detections: Detections) -> NDArray[np.float32]:
    """(n, 4) float32 boxes, grown, of all that may be a person."""
    if not len(detections.score):
        return detections.xyxy_px
    persons = detections.only("person")
    return grow(persons.xyxy_px[persons.score >= PRIVACY_SCORE])


def _outline(image: Image, zones: Zones, boxes_px: Sequence[tuple[float, float, float, float]]) -> None:
    height, width = image.shape[:2]
    thick = max(1, round(width / 400))
    for zone in zones:
        corners = np.array([(x * (width - 1), y * (height - 1)) for x, y in zone]).round().astype(np.int32)
        cv2.polylines(image, [corners], isClosed=True, color=_ZONE_BGR, thickness=thick, lineType=cv2.LINE_AA)
    for left, top, right, bottom in boxes_px:
        cv2.rectangle(image, (round(left), round(top)), (round(right), round(bottom)), _BOX_BGR, thick, cv2.LINE_AA)


def _encode(image: Image) -> bytes:
    """JPEG of at most MAX_BYTES: first lower quality, then a smaller picture."""
    picture = at_most(image, LONGEST_SIDE_PX)
    while True:
        for quality in _QUALITIES:
            _done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if data.size <= MAX_BYTES:
                return data.tobytes()
        picture = at_most(picture, round(max(picture.shape[:2]) * 0.7))


def at_most(image: Image, longest_px: int) -> Image:
    """The picture, made smaller where its longer side is above that."""
    scale = longest_px / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
