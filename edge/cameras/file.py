"""A recorded video as a camera: played at its own rate, once or for ever."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from edge.cameras.base import CameraBase
from edge.cameras.decoding import Picture, pictures
from edge.cameras.pacing import pause_unless
from edge.cameras.protocol import Frame
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.clock import Clock

if TYPE_CHECKING:
    from av.container import InputContainer


class FileCamera(CameraBase):
    """A video file."""

    kind: Literal["file"] = "file"
    path: Path = Field(description="a video file")
    loop: bool = Field(False, description="begin again at the end; otherwise the camera ends with the file")

    def open(self, clock: Clock) -> "FileCapture":
        """Open and decode the first picture; raises SettingsError that says what is wrong with the file."""
        return FileCapture(self, clock)

    def check(self) -> None:
        """Raises SettingsError unless a picture can be decoded."""
        for _picture in _decode(self.path):
            return


class FileCapture:
    """An opened file: pictures come when their presentation time has come."""

    def __init__(self, settings: FileCamera, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._closed = Event()
        settings.check()

    def frames(self) -> Iterator[Frame]:
        """Frames at the file's own rate on the clock; ends after the last one unless the file is looped."""
        start_s = self._clock.monotonic()
        for number, picture in enumerate(self._pictures()):
            if not pause_unless(self._clock, start_s + picture.media_s - self._clock.monotonic(), self._closed):
                return
            yield Frame(picture.image, number, picture.media_s, self._clock.now_ms())

    def close(self) -> None:
        """End `frames` at the next picture; the file itself is closed by the thread that reads it."""
        self._closed.set()

    def _pictures(self) -> Iterator[Picture]:
        begin_s = 0.0
        while True:
            last_s = step_s = 0.0
            for picture in _decode(self._settings.path):
                step_s = picture.media_s - last_s or step_s
                last_s = picture.media_s
                yield Picture(picture.image, begin_s + picture.media_s)
            if not self._settings.loop:
                return
            begin_s += last_s + (step_s or 1.0)


def _decode(path: Path) -> Iterator[Picture]:
    import av

    decoded = 0
    try:
        with _opened(path) as container:
            for picture in pictures(container):
                decoded += 1
                yield picture
    except (av.error.FFmpegError, ValueError) as error:
        # What was decoded before the damage was shown; a file that breaks off simply ends there.
        if decoded == 0:
            raise SettingsError(f"{path}: {_reason(error)}; give a video file that plays (H.264 in MP4 is safe)") from error
    if decoded == 0:
        raise SettingsError(f"{path}: holds no picture that can be decoded; give a video file that plays (H.264 in MP4 is safe)")


def _opened(path: Path) -> "InputContainer":
    import av

    if not path.is_file():
        raise SettingsError(f"{path}: no such file; give the path of a video file")
    try:
        return av.open(path, mode="r")
    except PermissionError as error:
        raise SettingsError(f"{path}: may not be read; let this user read it") from error


def _reason(error: Exception) -> str:
    import av

    return "is not a video, or is cut off before its index" if isinstance(error, av.error.FFmpegError) else str(error)
