"""A network camera over RTSP: TCP only, little delay, and time-outs that end a silent connection."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeVar
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field, model_validator

from edge.cameras.base import CameraBase
from edge.cameras.decoding import described, pictures, pieces
from edge.cameras.key_frames import KeyFrames
from edge.cameras.protocol import CodedStream, Due, Frame, Packet, Tap, always
from edge.passwords import REFUSED_PASSWORD_RETRY_S, read_password, web_address
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

if TYPE_CHECKING:
    from av.container import InputContainer

_Item = TypeVar("_Item")
_SOON: Final = {"rtsp_transport": "tcp", "analyzeduration": "500000", "probesize": "500000"}
_LOW_DELAY: Final = {**_SOON, "fflags": "nobuffer", "flags": "low_delay"}
"""What comes while the stream is opened is dropped: a stream that is only kept needs it, since its first key frame is in it."""


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
    evidence_url: Annotated[str, AfterValidator(_rtsp_url)] | None = Field(
        None,
        description="the same of its large stream, of the same view, from which clips are made; absent: from `url`. It is kept in "
        "memory as it comes, never decoded while nothing happens, and takes `evidence.buffer_mb` once more",
    )
    username: str | None = Field(None, description="user of the camera")
    password_file: Path | None = Field(None, description="file that holds the password")
    onvif: Annotated[str, AfterValidator(web_address)] | None = Field(
        None, description="HOST:PORT or URL of its ONVIF service, which is asked for its clock; needs no right of the user"
    )
    open_timeout_s: float = Field(5.0, gt=0, le=60, description="how long connecting may take")
    read_timeout_s: float = Field(5.0, gt=0, le=60, description="how long a picture may fail to come")

    @model_validator(mode="after")
    def _two_streams(self) -> "RtspCamera":
        if self.evidence_url == self.url:
            raise ValueError("evidence_url is the same stream as url; give the camera's large stream, or leave it out")
        return self

    def open(self, clock: Clock) -> "RtspCapture":
        """Connect; raises Unavailable when the camera does not answer or refuses, SettingsError for an unreadable password file."""
        return RtspCapture(self, clock)

    def check(self) -> None:
        """Raises SettingsError when the password file cannot be read."""
        self.address(self.url)

    def evidence(self) -> Callable[[], CodedStream] | None:
        """Opens the large stream; raises as `open` does."""
        return None if self.evidence_url is None else partial(RtspPieces, self, self.evidence_url)

    def address(self, url: str) -> str:
        """A stream's URL with user and password in it: never logged, never in an error."""
        if self.username is None:
            return url
        parts = urlsplit(url)
        secret = "" if self.password_file is None else ":" + quote(read_password(self.password_file, f"camera {self.id}"), safe="")
        return parts._replace(netloc=f"{quote(self.username, safe='')}{secret}@{parts.netloc}").geturl()


class RtspCapture:
    """The open stream that is looked at."""

    def __init__(self, settings: RtspCamera, clock: Clock) -> None:
        self._clock = clock
        self._key_frames = KeyFrames()
        self._connection = _Connection(settings, settings.url, _LOW_DELAY)

    def frames(self, due: Due = always, tap: Tap | None = None) -> Iterator[Frame]:
        """Frames as they arrive; raises Unavailable when the stream ends, breaks or falls silent."""
        for picture in self._connection.read(pictures(self._connection.container, due, tap, key_frames=self._key_frames)):
            at_ms, sent_at_ms = self._clock.now_ms(), picture.sent_at_ms
            yield Frame(picture.image, picture.number, picture.media_s, at_ms, sent_at_ms, picture.undecoded)

    def key_frames_only(self, *, wanted: bool) -> None:
        """Decode key frames only while `wanted`, where they come at least once a second."""
        self._key_frames.only = wanted

    def close(self) -> None:
        """Ask the reading thread to end; it does so at the next picture or time-out."""
        self._connection.close()


class RtspPieces:
    """The open stream that is only kept."""

    def __init__(self, settings: RtspCamera, url: str) -> None:
        self._connection = _Connection(settings, url, _SOON)
        try:
            self.codec, self.size_px = described(self._connection.container)
        except ValueError as error:
            raise Unavailable(f"{url}: the stream {error}") from None

    def pieces(self) -> Iterator[tuple[Packet, float | None]]:
        """Packets as they come, and their pictures' times; raises Unavailable when the stream ends, breaks or falls silent."""
        return self._connection.read(pieces(self._connection.container))

    def close(self) -> None:
        """Ask the reading thread to end; it does so at the next packet or time-out."""
        self._connection.close()


class _Connection:
    """It is closed by the thread that reads it, since FFmpeg must not be closed under a read."""

    def __init__(self, settings: RtspCamera, url: str, options: dict[str, str]) -> None:
        self._url, self._timeout_s = url, settings.read_timeout_s
        self._closed = Event()
        self.container = _connect(settings, url, options)

    def read(self, items: Iterator[_Item]) -> Iterator[_Item]:
        """What is read from the container, until somebody closes it; raises Unavailable when it ends, breaks or falls silent."""
        import av

        try:
            with self.container:
                for item in items:
                    if self._closed.is_set():
                        return
                    yield item
        except (av.error.FFmpegError, ValueError) as error:
            if self._closed.is_set():
                return
            # FFmpeg's own error names the address with its password, so it is not kept as the cause, here and below.
            raise Unavailable(f"{self._url}: {_fault(error, self._timeout_s)}") from None
        if not self._closed.is_set():
            raise Unavailable(f"{self._url}: the camera ended the stream")

    def close(self) -> None:
        """Ask the reading thread to end."""
        self._closed.set()


def _connect(settings: RtspCamera, url: str, options: dict[str, str]) -> "InputContainer":
    import av

    try:
        timeout = (settings.open_timeout_s, settings.read_timeout_s)
        return av.open(settings.address(url), mode="r", options=options, timeout=timeout)
    except av.error.HTTPUnauthorizedError:
        raise Unavailable(
            f"{url}: the camera refuses user or password; check username and password_file",
            retry_after_s=REFUSED_PASSWORD_RETRY_S,
        ) from None
    except av.error.InvalidDataError:
        # What FFmpeg says when nothing, or something that is not RTSP, came until the time-out.
        raise Unavailable(f"{url}: no RTSP answer within {settings.open_timeout_s:g} s; check power, address and port") from None
    except (av.error.FFmpegError, ValueError) as error:
        raise Unavailable(f"{url}: {_fault(error, settings.open_timeout_s)}") from None


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
