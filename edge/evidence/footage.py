"""What a clip is made from: encoded pieces of the camera's stream, and what was known about people while they came."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Codec, Packet
from edge.luma import Luma

Mask = NDArray[np.bool_]


class Look(msgspec.Struct, frozen=True):
    """What the analysis knew of one picture: boxes that may be people, and what the camera shows when nobody is there.

    `boxes` are xyxy in shares of the picture, grown already. `mean` is uint8 and `known` packed bits, both of (rows, columns).
    """

    media_s: float
    at_ms: int
    learned: bool
    boxes: list[tuple[float, float, float, float]]
    rows: int
    columns: int
    mean: bytes
    known: bytes

    def background(self) -> tuple[Luma, Mask]:
        """(rows, columns) float32 grey and bool: the background, and where it is known."""
        size = (self.rows, self.columns)
        mean = np.frombuffer(self.mean, np.uint8).reshape(size).astype(np.float32)
        known = np.unpackbits(np.frombuffer(self.known, np.uint8), count=self.rows * self.columns).reshape(size)
        return mean, known.astype(np.bool_)


class Reel(msgspec.Struct, frozen=True):
    """A stretch of one stream, from a key frame on; `times` tells when (media s) the picture of a tick was shown."""

    codec: Codec
    packets: list[Packet]
    times: dict[int, float]


class Footage(msgspec.Struct, frozen=True):
    """All that a clip from `begin_s` to `end_s` (media s) needs; `privacy` are polygons that nobody may see.

    `large`: the pictures are of the camera's large stream, the looks were at its small one.
    """

    reels: list[Reel]
    looks: list[Look]
    begin_s: float
    end_s: float
    privacy: list[list[tuple[float, float]]]
    large: bool = False


class Clip(msgspec.Struct, frozen=True):
    """A finished film, MP4; `original` is the same pictures unpixelated and sealed, empty where nobody asked for it.

    `whole` of its `frames` are pixelated from edge to edge, since the background was not known.
    """

    film: bytes
    original: bytes
    frames: int
    whole: int
    begin_s: float
    end_s: float
