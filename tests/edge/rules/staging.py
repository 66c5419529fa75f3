"""What tests of video rules share: scenes made of boxes, a rule run over them, and drawn pictures that change."""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from edge.cameras.protocol import Frame, Image
from edge.detectors.protocol import Detections, nothing
from edge.rules.protocol import Level, Look, Scene, Track, VideoWatch

Box = tuple[float, float, float, float]
FPS = 5.0


def scene(at_s: float, *boxes: Box, first_id: int = 1, image: Image | None = None, look: Look | None = None) -> Scene:
    """A scene of people in boxes, in a black picture of 200x100 unless one is given."""
    picture = np.zeros((100, 200, 3), np.uint8) if image is None else image
    tracks = tuple(Track(first_id + place, "person", 0.8, box) for place, box in enumerate(boxes))
    return Scene("c1", Frame(picture, round(at_s * FPS), at_s, round(at_s * 1000)), tracks, people(*boxes), look)


def people(*boxes: Box, score: float = 0.8) -> Detections:
    """Detections of persons."""
    if not boxes:
        return nothing()
    return Detections(np.array(boxes, np.float32), np.full(len(boxes), score, np.float32), ("person",) * len(boxes))


def course(watch: VideoWatch, scenes: Iterable[Scene]) -> list[Level]:
    """What the rule says of each."""
    return [watch.observe(one) for one in scenes]


def changes(levels: Sequence[Level]) -> list[tuple[float, bool, object]]:
    """(seconds, active, detail) wherever the level changed."""
    found: list[tuple[float, bool, object]] = []
    for level in levels:
        if level.active != (found[-1][1] if found else False):
            found.append((level.at_ms / 1000, level.active, level.evidence.get("detail", "")))
    return found


def room(seed: int = 3, *, width: int = 320, height: int = 180) -> Image:
    """A drawn room: furniture of every size and contrast, lit unevenly."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 150, np.uint8)
    for _thing in range(90):
        x, y = rng.integers(0, width), rng.integers(0, height)
        size = rng.integers(4, 45, 2)
        colour = tuple(int(value) for value in rng.integers(20, 235, 3))
        cv2.rectangle(picture, (int(x), int(y)), (int(x + size[0]), int(y + size[1])), colour, -1)
    light = np.linspace(0.7, 1.1, width)[None, :, None]
    return np.asarray(np.clip(picture * light, 0, 255), np.uint8)


def noisy(picture: Image, number: int, *, sigma: float = 2.0) -> Image:
    """The picture as a sensor would give it the `number`th time."""
    rng = np.random.default_rng(number)
    return np.asarray(np.clip(picture + rng.normal(0, sigma, picture.shape), 0, 255), np.uint8)
