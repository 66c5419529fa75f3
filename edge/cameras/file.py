"""A recorded video as a camera: played at its own rate, once or for ever."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from edge.cameras.base import CameraBase
from edge.cameras.decoding import Picture, pictures, told_length_s
from edge.cameras.pacing import pause_unless
from edge.cameras.protocol import Due, Frame, Tap, always
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


def length_s(path: Path) -> float | None:
    """How long the file says it is, whatever it holds; None where it does not say. Raises SettingsError where it does not open."""
    import av

    try:
        with _opened(path) as container:
            return told_length_s(container)
    except av.error.FFmpegError as error:
        raise SettingsError(f"{path}: {_reason(error)}; give a video file that plays (H.264 in MP4 is safe)") from error


class FileCapture:
    """An opened file: pictures come when their presentation time has come."""

    def __init__(self, settings: FileCamera, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._closed = Event()
        settings.check()

    def frames(self, due: Due = always, tap: Tap | None = None) -> Iterator[Frame]:
        """Frames at the file's own rate on the clock; ends after the last one unless the file is looped."""
        start_s = self._clock.monotonic()
        for picture in self._pictures(due, tap):
            if not pause_unless(self._clock, start_s + picture.media_s - self._clock.monotonic(), self._closed):
                return
            yield Frame(picture.image, picture.number, picture.media_s, self._clock.now_ms(), undecoded=picture.undecoded)

    def close(self) -> None:
        """End `frames` at the next picture; the file itself is closed by the thread that reads it."""
        self._closed.set()

    def _pictures(self, due: Due, tap: Tap | None) -> Iterator[Picture]:
        begin_s, begin = 0.0, 0
        while True:
            times = _Times(begin_s, due)
            for picture in _decode(self._settings.path, times.due, tap, begin_s=begin_s):
                yield picture._replace(media_s=begin_s + picture.media_s, number=begin + picture.number)
            if not self._settings.loop:
                return
            begin_s += times.last_s + (times.step_s or 1.0)
            begin += times.count


class _Times:
    """Notes the times of all pictures of one turn of a loop as they pass, wanted or not."""

    def __init__(self, begin_s: float, due: Due) -> None:
        self._begin_s = begin_s
        self._due = due
        self.last_s = self.step_s = 0.0
        self.count = 0

    def due(self, media_s: float) -> bool:
        """What the watcher says of this picture, on its own time line."""
        self.step_s = media_s - self.last_s or self.step_s
        self.last_s = media_s
        self.count += 1
        return self._due(self._begin_s + media_s)


def _decode(path: Path, due: Due = always, tap: Tap | None = None, *, begin_s: float = 0.0) -> Iterator[Picture]:
    import av

    decoded = 0

    def counted(media_s: float) -> bool:
        nonlocal decoded
        decoded += 1
        return due(media_s)

    try:
        with _opened(path) as container:
            yield from pictures(container, counted, tap, begin_s=begin_s)
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
