"""What the rules saw and said, drawn into a film to look at on this machine."""

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np

from edge.detectors.draw import Film
from edge.detectors.protocol import Detections
from edge.rules.protocol import Level, Scene

_RED_BGR: Final = (60, 60, 230)


def show_in(film: Film) -> Callable[[Scene, Sequence[Level]], None]:
    """A function that appends a picture with its tracks and, in the corner, every condition that holds."""

    def show(scene: Scene, levels: Sequence[Level]) -> None:
        image = scene.frame.image.copy()
        scale = max(0.45, image.shape[0] / 800)
        holding = [f"{level.kind} {level.evidence.get('detail', '')}".strip() for level in levels if level.active]
        for line, text in enumerate([f"{scene.frame.media_s:.1f} s", *holding]):
            place = (6, round((line + 1) * 36 * scale))
            cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, _RED_BGR, 2, cv2.LINE_AA)
        film.add(scene.frame._replace(pixels=image), _as_detections(scene))

    return show


def _as_detections(scene: Scene) -> Detections:
    boxes = np.array([track.xyxy_px for track in scene.tracks], np.float32).reshape(-1, 4)
    scores = np.array([track.score for track in scene.tracks], np.float32)
    return Detections(boxes, scores, tuple(f"{track.label} {track.id}" for track in scene.tracks))
