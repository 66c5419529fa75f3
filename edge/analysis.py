"""What is done with one picture: boxes, tracks, scene, what each rule says, and how to make its still. No threads, no waiting."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from edge.cameras.protocol import Frame, Image
from edge.detectors.protocol import Detections, Detector
from edge.evidence.still import Stills
from edge.rules.protocol import Level, Scene, VideoWatch
from edge.tracking import Tracker, TrackingSettings
from lamplighter.runtime.clock import Clock

_REMEMBERED = 20_000
"""Inference times kept for quantiles: more than an hour at five a second."""


class Said(NamedTuple):
    """One rule's word about a picture; `still` makes the safe JPEG of that picture and must be called before the next one."""

    level: Level
    still: Callable[[], bytes]


class SharedDetector:
    """A detector that several cameras use, one at a time."""

    def __init__(self, detector: Detector) -> None:
        self.name = detector.name
        self.sure_score = detector.sure_score
        self._detector = detector
        self._lock = threading.Lock()

    def detect(self, image: Image) -> Detections:
        """Boxes in pixels of `image`; waits for its turn."""
        with self._lock:
            return self._detector.detect(image)


class Analysis:
    """One camera's pictures in order. Holds the tracks, the rules' memory and the background; used by one thread."""

    def __init__(
        self,
        camera: str,
        *,
        detector: Detector,
        rules: Sequence[VideoWatch],
        clock: Clock,
        tracking: TrackingSettings | None = None,
    ) -> None:
        self._camera = camera
        self._detector = detector
        self._rules = tuple(rules)
        self._clock = clock
        self._tracking = tracking
        self._tracker = Tracker(tracking)
        self._stills = Stills()
        self._levels: dict[str, Level] = {}
        self._shape: tuple[int, ...] = ()
        self.scene: Scene | None = None
        self.inferences = 0
        self.inference_ms: deque[float] = deque(maxlen=_REMEMBERED)

    def analyse(self, frame: Frame) -> list[Said]:
        """What every rule says about this picture; `frame.media_s` must grow from call to call."""
        if frame.image.shape != self._shape:
            # Another picture size: boxes of the old one mean nothing in it.
            self._shape, self._tracker = frame.image.shape, Tracker(self._tracking)
        detections = self._detect(frame.image)
        self._stills.see(frame.image, detections)
        tracks = self._tracker.update(detections, frame.media_s)
        self.scene = Scene(self._camera, frame, tracks, detections, self._detect)
        return [self._ask(rule, self.scene) for rule in self._rules]

    def end(self, at_ms: int) -> list[Level]:
        """The source has ended for good: what still held is over, nothing new holds."""
        return [level._replace(active=False, at_ms=at_ms) for level in self._levels.values() if level.active]

    def _ask(self, rule: VideoWatch, scene: Scene) -> Said:
        level = self._levels[rule.name] = rule.observe(scene)
        boxes = tuple(track.xyxy_px for track in scene.tracks if track.label in rule.labels)
        return Said(level, partial(self._stills.still, scene.frame.image, zones=(rule.zone,), boxes_px=boxes))

    def _detect(self, image: Image) -> Detections:
        begun_s = self._clock.monotonic()
        detections = self._detector.detect(image)
        self.inference_ms.append((self._clock.monotonic() - begun_s) * 1000)
        self.inferences += 1
        return detections
