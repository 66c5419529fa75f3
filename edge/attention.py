"""When to look at a picture and where: what moves, what is not settled yet, and everything now and then."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from edge.motion import Seen
from edge.regions import Region, region_round, whole
from lamplighter.runtime.settings import Settings

_FIRST_S: Final = 1.0
"""After a start or a change of light the whole picture is looked at for so long."""
_RESTLESS: Final = 3
"""So many changes of the whole picture in a row are no change of light: the camera itself moves, and the gate cannot judge."""


class AttentionSettings(Settings):
    """How economically pictures are looked at."""

    every_frame: bool = Field(False, description="run the network on every analysed frame, whether anything moves or not")
    sweep_s: float = Field(30.0, gt=0, le=600, description="the whole picture is looked at once in this time, moving or not")
    key_frames_after_s: float = Field(
        60.0,
        ge=0,
        le=600,
        description="after so long without motion only key frames are decoded, where the camera sends at least one a second, until "
        "something moves in one; 0 = never",
    )
    moving_fps: float | None = Field(
        None,
        gt=0,
        le=60,
        description="frames analysed a second while somebody who is followed moves, where that is more than fps; absent = fps",
    )
    recheck_s: float = Field(5.0, gt=0, le=600, description="somebody who stands still is looked at once in this time")


class Attention:
    """One camera's."""

    def __init__(self, settings: AttentionSettings, *, least_px: int) -> None:
        self._settings = settings
        self._least_px = least_px
        self._whole_until_s = float("-inf")
        self._swept_s = float("-inf")
        self._changes = 0
        self._busy_s = float("inf")

    def idle(self, at_s: float) -> bool:
        """Whether nothing has moved for so long that a look a second will do."""
        after_s = self._settings.key_frames_after_s
        return after_s > 0 and at_s - self._busy_s >= after_s

    def region(self, seen: Seen, size_px: tuple[int, int], *, wanted_px: NDArray[np.float32], at_s: float) -> Region | None:
        """The part to look at now, or None: nothing is worth a pass. `wanted_px` (n, 4) are tracks that need a look."""
        width, height = size_px
        self._changes = self._changes + 1 if seen.changed else 0
        if seen.changed or len(seen.boxes) or len(wanted_px):
            self._busy_s = at_s
        if seen.changed:
            self._whole_until_s = at_s + _FIRST_S
        if self._wants_all(seen, at_s):
            return self._all(size_px, at_s)
        moving_px = seen.boxes * np.array([width, height] * 2, np.float32)
        boxes_px = np.concatenate([moving_px, wanted_px])
        if not len(boxes_px) or seen.changed:
            return None
        region = region_round(boxes_px, size_px, least_px=self._least_px)
        return self._all(size_px, at_s) if region == whole(size_px) else region

    def _wants_all(self, seen: Seen, at_s: float) -> bool:
        first = self._swept_s == float("-inf")
        settling = at_s <= self._whole_until_s and not seen.changed
        swept_lately = at_s - self._swept_s < self._settings.sweep_s
        return self._settings.every_frame or first or settling or self._changes > _RESTLESS or not swept_lately

    def _all(self, size_px: tuple[int, int], at_s: float) -> Region:
        self._swept_s = at_s
        return whole(size_px)
