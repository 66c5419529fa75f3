"""A network camera over RTSP: TCP only, little delay, and time-outs that end a silent connection."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field

from edge.cameras.base import CameraBase
from edge.cameras.decoding import pictures
from edge.cameras.key_frames import KeyFrames
from edge.cameras.protocol import Due, Frame, Tap, always
from edge.passwords import REFUSED_PASSWORD_RETRY_S, read_password, web_address
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

if TYPE_CHECKING:
    from av.container import InputContainer

_LOW_DELAY: Final = {
    "rtsp_transport": "tcp",
    "fflags": "nobuffer",
    "flags": "low_delay",
    "analyzeduration": "500000",
    "probesize": "500000",
}


def _rtsp_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"rtsp", "rtsps"} or not parts.hostname:
        raise ValueError("must look like rtsp://HOST:554/PATH")
    if parts.username or parts.password:
        raise ValueError("must not hold a user or password; use the keys username and password_file")
    return url


class RtspCamera(CameraBase):
    """A network camera."""

    kind: Literal["rtsp"] = "rtsp"
    url: Annotated[str, AfterValidator(_rtsp_url)] = Field(
        description="rtsp://HOST:554/PATH of the stream to look at, best the camera's small one; without user and password"
    )
    username: str | None = Field(None, description="user of the camera")
    password_file: Path | None = Field(None, description="file that holds the password")
    onvif: Annotated[str, AfterValidator(web_address)] | None = Field(
        None, description="HOST:PORT or URL of its ONVIF service, which is asked for its clock; needs no right of the user"
    )
    open_timeout_s: float = Field(5.0, gt=0, le=60, description="how long connecting may take")
    read_timeout_s: float = Field(5.0, gt=0, le=60, description="how long a picture may fail to come")

    def open(self, clock: Clock) -> "RtspCapture":
        """Connect; raises Unavailable when the camera does not answer or refuses, SettingsError for an unreadable password file."""
        return RtspCapture(self, clock)

    def check(self) -> None:
        """Raises SettingsError when the password file cannot be read."""
        self.address()

    def address(self) -> str:
        """The URL with user and password in it: never logged, never in an error."""
        if self.username is None:
            return self.url
        parts = urlsplit(self.url)
        secret = "" if self.password_file is None else ":" + quote(read_password(self.password_file, f"camera {self.id}"), safe="")
        return parts._replace(netloc=f"{quote(self.username, safe='')}{secret}@{parts.netloc}").geturl()


class RtspCapture:
    """An open connection; it is closed by the thread that reads it, since FFmpeg must not be closed under a read."""

    def __init__(self, settings: RtspCamera, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._closed = Event()
        self._key_frames = KeyFrames()
        self._container = _connect(settings)

    def frames(self, due: Due = always, tap: Tap | None = None) -> Iterator[Frame]:
        """Frames as they arrive; raises Unavailable when the stream ends, breaks or falls silent."""
        import av

        url = self._settings.url
        try:
            with self._container as container:
                for picture in pictures(container, due, tap, key_frames=self._key_frames):
                    if self._closed.is_set():
                        return
                    at_ms, sent_at_ms = self._clock.now_ms(), picture.sent_at_ms
                    yield Frame(picture.image, picture.number, picture.media_s, at_ms, sent_at_ms, picture.undecoded)
        except (av.error.FFmpegError, ValueError) as error:
            if self._closed.is_set():
                return
            # FFmpeg's own error names the address with its password, so it is not kept as the cause, here and below.
            raise Unavailable(f"{url}: {_fault(error, self._settings.read_timeout_s)}") from None
        if not self._closed.is_set():
            raise Unavailable(f"{url}: the camera ended the stream")

    def key_frames_only(self, *, wanted: bool) -> None:
        """Decode key frames only while `wanted`, where they come at least once a second."""
        self._key_frames.only = wanted

    def close(self) -> None:
        """Ask the reading thread to end; it does so at the next picture or time-out."""
        self._closed.set()


def _connect(settings: RtspCamera) -> "InputContainer":
    import av

    try:
        return av.open(settings.address(), mode="r", options=_LOW_DELAY, timeout=(settings.open_timeout_s, settings.read_timeout_s))
    except av.error.HTTPUnauthorizedError:
        raise Unavailable(
            f"{settings.url}: the camera refuses user or password; check username and password_file",
            retry_after_s=REFUSED_PASSWORD_RETRY_S,
        ) from None
    except av.error.InvalidDataError:
        # What FFmpeg says when nothing, or something that is not RTSP, came until the time-out.
        raise Unavailable(
            f"{settings.url}: no RTSP answer within {settings.open_timeout_s:g} s; check power, address and port"
        ) from None
    except (av.error.FFmpegError, ValueError) as error:
        raise Unavailable(f"{settings.url}: {_fault(error, settings.open_timeout_s)}") from None


def _fault(error: Exception, timeout_s: float) -> str:
    import av

    if not isinstance(error, av.error.FFmpegError):
        return f"the stream {error}"
    told = (
        (av.error.ExitError, f"no answer within {timeout_s:g} s; check power, cable and address"),
        (av.error.TimeoutError, f"no answer within {timeout_s:g} s; check power, cable and address"),
        (av.error.ConnectionRefusedError, "connection refused; check the address and port, and that RTSP is switched on"),
        (av.error.HTTPNotFoundError, "the camera has no such stream; check the path in the url"),
        (av.error.HTTPForbiddenError, "the camera forbids this stream to this user"),
        (av.error.EOFError, "the camera ended the stream"),
    )
    for kind, text in told:
        if isinstance(error, kind):
            return text
    return f"the stream cannot be read: {getattr(error, 'strerror', None) or type(error).__name__}"
