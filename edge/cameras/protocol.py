"""What every camera kind gives: frames, one after another, until it ends or fails."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from lamplighter.runtime.clock import Clock

Image = NDArray[np.uint8]
"""(height, width, 3) uint8, BGR."""


class Brightness(NamedTuple):
    """How bright each pixel is, as a coder keeps it: (height, width) uint8, and the values that stand for black and for white."""

    plane: NDArray[np.uint8]
    black: int
    white: int


class Coded(Protocol):
    """A decoded picture that costs its conversion only when somebody looks at its colours."""

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height)."""

    def brightness(self) -> Brightness | None:
        """Its luma as decoded, not copied; None where its format keeps none apart."""

    def image(self) -> Image:
        """Its colours; converted once."""


class Frame(NamedTuple):
    """One picture: `number` counts from 0 in the source, `media_s` is its presentation time, `at_ms` when it was captured (UTC)."""

    pixels: Image | Coded
    number: int
    media_s: float
    at_ms: int
    sent_at_ms: int | None = None
    """The same moment by the camera's own clock, where it tells one."""
    undecoded: int = 0
    """Packets since the frame given before this one that could not be decoded."""

    @property
    def image(self) -> Image:
        """(height, width, 3) uint8, BGR."""
        return self.pixels if isinstance(self.pixels, np.ndarray) else self.pixels.image()

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height), without looking at the picture."""
        if isinstance(self.pixels, np.ndarray):
            return self.pixels.shape[1], self.pixels.shape[0]
        return self.pixels.size_px


Due = Callable[[float], bool]
"""Whether the picture of this presentation time (s) is wanted; asked once for each, in order."""


def always(_media_s: float) -> bool:
    """Every picture is wanted."""
    return True


class Codec(NamedTuple):
    """How a stream is encoded: FFmpeg's name, its extra data, and whether a picture is known by its decoding time (AVI).

    `drawn`: there is no stream; pictures that the analysis saw as they are were encoded for the tape.
    """

    name: str
    extradata: bytes = b""
    by_dts: bool = False
    drawn: bool = False


class Packet(NamedTuple):
    """An encoded piece of a stream; times in the stream's own ticks."""

    data: bytes
    pts: int | None
    dts: int | None
    key: bool


class Tap(Protocol):
    """Somebody who keeps what a capture reads as it came, for evidence."""

    def begin(self, codec: Codec, *, at_s: float) -> None:
        """A stream begins whose times count from `at_s` on the capture's own line."""

    def packet(self, packet: Packet) -> None:
        """The next piece."""

    def shown(self, ticks: int | None, media_s: float) -> None:
        """A picture came out of the pieces: its time in ticks, and since the stream began."""

    def drawn(self, image: Image, media_s: float) -> None:
        """A picture of a source that has no encoded pieces, on the capture's own line."""


class Capture(Protocol):
    """An opened source."""

    def frames(self, due: Due = always, tap: Tap | None = None) -> Iterator[Frame]:
        """The frames that are due, in order; ends when the source ends (a file); raises Unavailable when it fails.

        The others are counted in `number`, and cost no conversion where the source can spare it. `tap` is handed all of them as
        they came.
        """

    def close(self) -> None:
        """Let go of it; safe to call from another thread and more than once."""


@runtime_checkable
class KeyFramed(Capture, Protocol):
    """A capture that can be told to decode less while nothing happens."""

    def key_frames_only(self, *, wanted: bool) -> None:
        """Decode key frames only, where they come at least once a second; or everything, from the next key frame on."""


class CodedStream(Protocol):
    """An opened stream of which nothing is decoded."""

    @property
    def codec(self) -> Codec:
        """How it is encoded."""

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height) as it says of itself, (0, 0) where it does not."""

    def pieces(self) -> Iterator[tuple[Packet, float | None]]:
        """Its packets as they come, each with its picture's time (s) by the stream's own clock, which may begin anywhere.

        Ends when it is closed; raises Unavailable when it ends, breaks or falls silent.
        """

    def close(self) -> None:
        """Let go of it; safe to call from another thread and more than once."""


class Camera(Protocol):
    """What a camera's settings give to whoever watches it."""

    @property
    def id(self) -> str:
        """Name of the camera."""

    @property
    def fps(self) -> float:
        """Frames to analyse a second."""

    @property
    def steady_s(self) -> float:
        """How long it must stay, once lost, to count as back."""

    def open(self, clock: Clock) -> Capture:
        """Open the source; raises Unavailable (time mends it) or SettingsError (the operator does)."""
