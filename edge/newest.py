"""Between a camera and its analysis: which frames are due, and room for one, the newest."""

import threading
from typing import Literal

from edge.cameras.protocol import Frame


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


class NewestFrame:
    """Room for one frame; a newer one takes the place of one nobody took."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False

    def put(self, frame: Frame) -> bool:
        """Offer a frame; True if an older one was dropped for it."""
        with self._ready:
            dropped = self._frame is not None
            self._frame = frame
            self._ready.notify()
            return dropped

    def take(self, timeout_s: float) -> Frame | Literal["closed"] | None:
        """The newest frame; None if none came in time; "closed" once closed and empty."""
        with self._ready:
            if self._frame is None and not self._closed:
                self._ready.wait(timeout_s)
            frame, self._frame = self._frame, None
            if frame is None and self._closed:
                return "closed"
            return frame

    def close(self) -> None:
        """No more frames will come; the one that waits can still be taken."""
        with self._ready:
            self._closed = True
            self._ready.notify()
