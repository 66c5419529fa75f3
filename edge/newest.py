"""Between a camera and its analysis: which frames are due, and room for the newest two."""

import threading
from collections import deque
from typing import Final, Literal

from edge.cameras.protocol import Frame

_ROOM: Final = 2


class Rate:
    """Chooses frames by media time so that `fps` of them a second are analysed; a slower source keeps all of its own.

    `fps` may be set at any time, from another thread too.
    """

    def __init__(self, fps: float) -> None:
        self.fps = fps
        self._due_s = float("-inf")

    def due(self, media_s: float) -> bool:
        """Whether this frame is one to analyse."""
        period_s = 1.0 / self.fps
        # A tenth of a period early still counts: real frames come a little before or after their time.
        if media_s < self._due_s - period_s / 10:
            return False
        self._due_s += period_s
        if self._due_s <= media_s:
            self._due_s = media_s + period_s
        return True


class NewestFrames:
    """Room for the two newest frames, taken in order; a newer one takes the place of the oldest nobody took.

    One would do if every frame were analysed within its own period. Many cameras share two cores: what is late by less than a
    period is caught up with the second place, and a camera that is behind for good loses no fewer frames by a third.
    """

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._frames: deque[Frame] = deque(maxlen=_ROOM)
        self._closed = False

    def put(self, frame: Frame) -> bool:
        """Offer a frame; True if an older one was dropped for it."""
        with self._ready:
            dropped = len(self._frames) == _ROOM
            self._frames.append(frame)
            self._ready.notify()
            return dropped

    def take(self, timeout_s: float) -> Frame | Literal["closed"] | None:
        """The oldest frame there is; None if none came in time; "closed" once closed and empty."""
        with self._ready:
            if not self._frames and not self._closed:
                self._ready.wait(timeout_s)
            if self._frames:
                return self._frames.popleft()
            return "closed" if self._closed else None

    def close(self) -> None:
        """No more frames will come; those that wait can still be taken."""
        with self._ready:
            self._closed = True
            self._ready.notify()
