"""What is hidden in each frame of a clip: it is made after the fact, so that boxes of before and after, and motion, can tell."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.evidence.background import moving
from edge.evidence.footage import Look, Mask
from edge.evidence.pixelate import box_mask, coarsest, grow
from edge.luma import Luma

_BEHIND_S: Final = 0.8
"""As long a box of the past stays hidden: four looks at five a second."""
_AHEAD_S: Final = 0.8
"""And before somebody is found, since a detector needs a moment to be sure."""
_BLIND_S: Final = 1.0
"""A frame further than this from any look of the analysis is hidden as a whole."""
_SAME_REACH: Final = 1.0
"""Two boxes may be one person if their centres are at most this share of the longer side apart."""
_BETWEEN_GROWN: Final = 0.2
_LADDER: Final = tuple(2 * round(2 * 1.3**step) for step in range(28))
"""Sizes of blocks, even, since colours are kept at half the width and height. A grid that changed from frame to frame would show
more of what it hides than one that stays."""

Boxes = NDArray[np.float32]
_NO_BOXES: Final = np.zeros((0, 4), np.float32)


class Hidden:
    """One frame's: `mask` (height, width) bool, the even side of a block in pixels, and whether it is hidden as a whole."""

    def __init__(self, mask: Mask, block: int, *, whole: bool) -> None:
        self.mask = mask
        self.block = next((step for step in _LADDER if step >= block), _LADDER[-1])
        self.whole = whole


class Cover:
    """Answers for any moment between the looks."""

    def __init__(self, looks: Sequence[Look]) -> None:
        self._looks = list(looks)
        self._times = [look.media_s for look in looks]
        self._backgrounds = [look.background() for look in looks]
        self._boxes = [np.array(look.boxes, np.float32).reshape(-1, 4) for look in looks]

    def hidden(self, luma: Luma, at_s: float, size_px: tuple[int, int]) -> Hidden:
        """What to hide in a frame shown at `at_s` (media s), whose small grey picture is `luma`, drawn at (width, height)."""
        width, height = size_px
        moved = self._moved(luma, at_s)
        if moved.all():
            whole = np.ones((height, width), np.bool_)
            return Hidden(whole, coarsest(_NO_BOXES, whole), whole=True)
        people = self._people(at_s) * np.array([width, height] * 2, np.float32)
        large = np.asarray(cv2.resize(moved.view(np.uint8), size_px, interpolation=cv2.INTER_NEAREST), np.bool_)
        mask = box_mask((height, width), people) | large
        return Hidden(mask, coarsest(people, mask), whole=False)

    def _moved(self, luma: Luma, at_s: float) -> Mask:
        """(h, w) bool, shrunken: what differs from the background on either side; all of it where there is none to compare with."""
        near = self._near(at_s)
        if not near or not all(self._tells(which, luma) for which in near):
            return np.ones_like(luma, np.bool_)
        return np.asarray(np.logical_or.reduce([moving(luma, *self._backgrounds[which]) for which in near]), np.bool_)

    def _near(self, at_s: float) -> list[int]:
        """The looks on both sides of a moment, as far as they are close enough to tell."""
        after = bisect_right(self._times, at_s)
        return [
            which for which in (after - 1, after) if 0 <= which < len(self._times) and abs(self._times[which] - at_s) <= _BLIND_S
        ]

    def _tells(self, which: int, luma: Luma) -> bool:
        look = self._looks[which]
        return look.learned and (look.rows, look.columns) == luma.shape

    def _people(self, at_s: float) -> Boxes:
        """(n, 4) boxes in shares: all of the moments around, and where each was in between."""
        first, last = bisect_right(self._times, at_s - _BEHIND_S), bisect_right(self._times, at_s + _AHEAD_S)
        after = bisect_right(self._times, at_s)
        found = list(self._boxes[first:last])
        if 0 < after < len(self._times):
            begin_s, end_s = self._times[after - 1], self._times[after]
            share = (at_s - begin_s) / max(1e-6, end_s - begin_s)
            found.append(between(self._boxes[after - 1], self._boxes[after], share))
        return np.concatenate(found) if found else _NO_BOXES


def between(before: Boxes, after: Boxes, share: float) -> Boxes:
    """(m, 4) boxes of whoever is in both, at that share of the way, enlarged: nobody walks quite evenly."""
    if not len(before) or not len(after):
        return _NO_BOXES
    centres = [(boxes[:, :2] + boxes[:, 2:]) / 2 for boxes in (before, after)]
    apart = np.linalg.norm(centres[0][:, None] - centres[1][None], axis=2)
    nearest = apart.argmin(axis=1)
    longest = (before[:, 2:] - before[:, :2]).max(axis=1)
    same = apart[np.arange(len(before)), nearest] <= _SAME_REACH * longest
    return grow((before + (after[nearest] - before) * share)[same], _BETWEEN_GROWN)
