"""A film in which nothing happens: a drawn yard with a sensor's noise and slowly changing light, made at run time."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np

from edge.cameras.simulated import DrawnScene

EMPTY_S = 2.0
"""A moment at which the drawn yard is empty."""


@contextmanager
def static_scene(*, seconds: float, fps: int = 5) -> Iterator[Path]:
    """The path of an H.264 film that is gone afterwards."""
    rng = np.random.default_rng(1)
    empty = DrawnScene(1).draw(0, EMPTY_S).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "static.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=fps, options={"preset": "veryfast", "crf": "23"})
            stream.height, stream.width = empty.shape[:2]
            stream.pix_fmt = "yuv420p"
            for number in range(round(seconds * fps)):
                light = 1 + 0.15 * np.sin(number / fps / 120)
                noisy = empty * light + rng.normal(0, 2.5, empty.shape)
                picture = av.VideoFrame.from_ndarray(np.clip(noisy, 0, 255).astype(np.uint8), format="bgr24")
                container.mux(stream.encode(picture))
            container.mux(stream.encode())
        yield path
