"""A camera plugged into the gateway."""

from collections.abc import Iterator
from threading import Event
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from edge.cameras.base import CameraBase
from edge.cameras.protocol import Due, Frame, Image, Tap, always
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

if TYPE_CHECKING:
    import cv2


class WebcamCamera(CameraBase):
    """A USB or built-in camera, by the number the system gave it."""

    kind: Literal["webcam"] = "webcam"
    index: int = Field(0, ge=0, le=63, description="number of the camera: 0 is /dev/video0")

    def open(self, clock: Clock) -> "WebcamCapture":
        """Open the device; raises Unavailable when it is not there or another program holds it."""
        return WebcamCapture(self, clock)


class WebcamCapture:
    """An opened device."""

    def __init__(self, settings: WebcamCamera, clock: Clock) -> None:
        import cv2

        self._name = f"webcam {settings.index}"
        self._clock = clock
        self._closed = Event()
        self._device: cv2.VideoCapture = cv2.VideoCapture(settings.index, cv2.CAP_ANY)
        if not self._device.isOpened():
            self._device.release()
            raise Unavailable(f"{self._name}: does not open; check that it is plugged in and no other program uses it")
        self._device.set(cv2.CAP_PROP_BUFFERSIZE, 1)

    def frames(self, due: Due = always, tap: Tap | None = None) -> Iterator[Frame]:
        """Frames as the device gives them; raises Unavailable when it stops."""
        start_s = self._clock.monotonic()
        number = 0
        try:
            while not self._closed.is_set():
                good, image = self._device.read()
                if not good or image is None:
                    raise Unavailable(f"{self._name}: gives no picture; check its cable")
                media_s = self._clock.monotonic() - start_s
                if tap is not None:
                    tap.drawn(_colour(image), media_s)
                if due(media_s):
                    yield Frame(_colour(image), number, media_s, self._clock.now_ms())
                number += 1
        finally:
            self._device.release()

    def close(self) -> None:
        """Ask the reading thread to end and release the device."""
        self._closed.set()


def _colour(image: "cv2.typing.MatLike") -> Image:
    """(height, width, 3) uint8 BGR, whatever the device gave."""
    import cv2
    import numpy as np

    picture = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image
    return np.asarray(picture, np.uint8)
