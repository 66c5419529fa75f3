"""H.264 clips made from drawn frames."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def square_frames(count: int, *, size_px: tuple[int, int] = (320, 192)) -> list[Picture]:
    """A bright square that moves 4 px a frame over a dark ground; (height, width, 3) uint8 BGR."""
    width, height = size_px
    frames = []
    for number in range(count):
        picture = np.full((height, width, 3), 40, np.uint8)
        left = number * 4 % (width - 40)
        picture[60:100, left : left + 40] = (90, 200, 230)
        frames.append(picture)
    return frames


def write_clip(path: Path, frames: Iterable[Picture], *, fps: int = 10, key_every: int | None = None, b_frames: int = 0) -> Path:
    """An H.264 file, by default without B-frames and with a key frame a second."""
    options = {"bf": str(b_frames), "preset": "ultrafast", "g": str(key_every or fps)}
    with av.open(str(path), "w") as container:
        stream = None
        for number, picture in enumerate(frames):
            if stream is None:
                stream = container.add_stream("libx264", rate=fps, options=options)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))
    return path


def access_units(path: Path) -> list[list[bytes]]:
    """The file's pictures in order, each as its NAL units without start codes (ITU-T H.264, annex B)."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        to_annex_b = av.BitStreamFilterContext("h264_mp4toannexb", stream)
        packets = [out for packet in container.demux(stream) for out in to_annex_b.filter(packet if packet.size else None)]
    return [_nal_units(bytes(packet)) for packet in packets if packet.size]


def shown_places(path: Path) -> list[int]:
    """For each picture, in the order they are kept, which of them it is in the order they are shown."""
    with av.open(str(path)) as container:
        shown = [packet.pts for packet in container.demux(video=0) if packet.size and packet.pts is not None]
    order = sorted(shown)
    return [order.index(pts) for pts in shown]


def _nal_units(stream: bytes) -> list[bytes]:
    parts = stream.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")
    return [part for part in parts if part]
