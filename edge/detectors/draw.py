"""Boxes drawn into the pictures, to look at on this machine: a film, or a folder of stills."""

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import av
import cv2
import numpy as np

from edge.cameras.protocol import Frame, Image
from edge.detectors.protocol import Detections
from lamplighter.contract.errors import SettingsError

COLOUR_BGR = (60, 200, 255)
MS_PER_S = 1000


class Drawing(Protocol):
    """Where drawn frames go."""

    def add(self, frame: Frame, found: Detections) -> None:
        """Draw one frame."""

    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...


def drawing_to(target: Path) -> Drawing:
    """A film where `target` ends in .mp4, else stills in the folder of that name; raises SettingsError where it cannot be."""
    if target.suffix.lower() == ".mp4":
        return Film(target)
    if target.suffix and not target.is_dir():
        raise SettingsError(f"--draw {target}: is neither a film nor a folder; give a name that ends in .mp4, or a folder")
    return Stills(target)


def drawn(image: Image, found: Detections) -> Image:
    """A copy of the picture with each box, its label and score."""
    canvas = image.copy()
    scale = max(0.4, image.shape[0] / 900)
    for label, score, box in zip(found.label, found.score, found.xyxy_px, strict=True):
        left, top, right, bottom = (round(float(side)) for side in box)
        cv2.rectangle(canvas, (left, top), (right, bottom), COLOUR_BGR, 2)
        place = (left, top - 4 if top > 16 else top + 14)
        cv2.putText(canvas, f"{label} {score:.2f}", place, cv2.FONT_HERSHEY_SIMPLEX, scale, COLOUR_BGR, 1, cv2.LINE_AA)
    return canvas


class Stills:
    """One JPEG a frame."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"--draw {folder}: cannot be made: {error.strerror}; choose another folder") from error
        self._folder = folder

    def add(self, frame: Frame, found: Detections) -> None:
        """Write frame_000012.jpg."""
        _ok, content = cv2.imencode(".jpg", drawn(frame.image, found))
        (self._folder / f"frame_{frame.number:06d}.jpg").write_bytes(content.tobytes())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing to end."""


class Film:
    """H.264 in MP4, each frame at its own time."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.open("wb").close()  # PyAV itself finds out only at the first frame
            self._container = av.open(str(path), "w")
        except (av.error.FFmpegError, OSError) as error:
            raise SettingsError(f"--draw {path}: cannot be written: {error.strerror}; choose another place") from error
        self._stream: av.VideoStream | None = None
        self._last_ms = -1

    def add(self, frame: Frame, found: Detections) -> None:
        """Append a frame; the first one sets the size, in even numbers of pixels as the codec wants."""
        if self._stream is None:
            height_px, width_px = (side // 2 * 2 for side in frame.image.shape[:2])
            self._stream = self._container.add_stream("libx264", rate=MS_PER_S, options={"preset": "veryfast", "crf": "20"})
            self._stream.width, self._stream.height, self._stream.pix_fmt = width_px, height_px, "yuv420p"
        image = drawn(frame.image, found)[: self._stream.height, : self._stream.width]
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")
        self._last_ms = max(round(frame.media_s * MS_PER_S), self._last_ms + 1)
        picture.pts = self._last_ms
        self._container.mux(self._stream.encode(picture))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Write what the encoder still holds and the index."""
        if self._stream is not None:
            self._container.mux(self._stream.encode())
        self._container.close()
