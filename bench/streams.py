"""Looped H.264 streams over RTSP, made at run time from the clips of ../shared/media, served by a process of their own.

    python -m bench.streams busy quiet

Prints one address a line, in the order asked for, then serves until its standard input closes.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from bench.ap50 import MEDIA
from edge.cameras.protocol import Image
from edge.detectors.footage import footage

FPS = 15
LEAST_PX = (640, 360)
_REPEATS = {10: (2, 1)}
"""How often frames of a rate are shown in turn to make 15 a second."""


class Stretch(NamedTuple):
    """Frames of a film, last one excluded; `swings`: played to and fro, so that a still scene has no jump in it."""

    film: str
    first: int
    last: int
    swings: bool


# The film begins with a far door that still moves; from frame 8 to the first visitor nothing does.
STRETCHES = {
    "busy": Stretch("people/vtest_pets09s2l1_480x360.avi", 0, 300, False),
    "quiet": Stretch("people/one-by-one-person-detection.mp4", 8, 56, True),
}


def pictures(stretch: Stretch) -> list[Image]:
    """Its frames at 15 a second, at least 640x360."""
    film = [frame.image for frame in footage(str(MEDIA / stretch.film)) if stretch.first <= frame.number < stretch.last]
    turn = [*film, *film[-2:0:-1]] if stretch.swings else film
    repeats = _REPEATS[10]
    return [_large(image) for number, image in enumerate(turn) for _again in range(repeats[number % len(repeats)])]


def _large(image: Image) -> Image:
    scale = max(1.0, *(least / side for least, side in zip(LEAST_PX, image.shape[1::-1], strict=True)))
    if scale == 1.0:
        return image
    size = (round(image.shape[1] * scale / 2) * 2, round(image.shape[0] * scale / 2) * 2)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)


@contextmanager
def streams(*names: str) -> Iterator[list[str]]:
    """Addresses of these streams, served until the block is left."""
    command = [sys.executable, "-m", "bench.streams", *names]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield [(server.stdout or sys.stdin).readline().strip() for _name in names]
        finally:
            (server.stdin or sys.stdout).close()


def main() -> None:
    """Serve."""
    from tests.rtsp.clip import write_clip
    from tests.rtsp.server import RtspServer

    with tempfile.TemporaryDirectory() as folder:
        clips = {name: write_clip(Path(folder) / f"{name}.mp4", pictures(STRETCHES[name]), fps=FPS) for name in set(sys.argv[1:])}
        servers = [RtspServer(clips[name], fps=FPS).start() for name in sys.argv[1:]]
        for server in servers:
            print(server.url, flush=True)
        sys.stdin.read()
        for server in servers:
            server.stop()


if __name__ == "__main__":
    main()
