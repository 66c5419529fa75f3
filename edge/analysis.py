"""What is done with one picture: where to look, boxes, tracks, scene, what each rule says, and how to make its still."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from edge.attention import Attention
from edge.cameras.protocol import Frame, Image
from edge.detectors.boxes import contained
from edge.detectors.protocol import Detections, Detector, nothing
from edge.evidence.still import Snapshot, Stills
from edge.inference import least_px, look
from edge.luma import Luma, luma_of
from edge.motion import Motion, Seen
from edge.recent import Recent
from edge.regions import Region, whole, within
from edge.rules.protocol import Level, Scene, VideoWatch
from edge.things import Things
from edge.tracking import Tracker, TrackingSettings
from edge.view import View
from lamplighter.runtime.clock import Clock

_REMEMBERED = 20_000
"""Inference times kept for quantiles: more than an hour at five a second."""


class Said(NamedTuple):
    """One rule's word about a picture; `still` makes the safe JPEG of that picture and must be called before the next one."""

    level: Level
    still: Callable[[], bytes]


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
        view: View | None = None,
    ) -> None:
        self._camera = camera
        self._detector = detector
        self._rules = tuple(rules)
        self._labels = frozenset({"person"}).union(*(rule.labels for rule in rules))
        self._clock = clock
        self._tracking = tracking
        self._view = view or View()
        self.stills = Stills()
        self._levels: dict[str, Level] = {}
        self._size_px = (0, 0)
        self._begin_anew()
        self.scene: Scene | None = None
        self.recent = Recent()
        self.analysed = 0
        self.inferences = 0
        self.inference_ms: deque[float] = deque(maxlen=_REMEMBERED)

    def analyse(self, frame: Frame) -> list[Said]:
        """What every rule says about this picture; `frame.media_s` must grow from call to call."""
        if frame.size_px != self._size_px:
            self._size_px = frame.size_px
            self._begin_anew()
        frame = self._view.masks.hidden(frame)
        luma = luma_of(frame)
        looked = self._look(frame, luma)
        width, height = self._size_px
        self.stills.note((height, width, 3), self._detections, luma)
        if self._view.tape is not None:
            self._view.tape.looked(self.stills.look(media_s=frame.media_s, at_ms=frame.at_ms))
        detections = _inside(self._detections, looked) if looked else nothing()
        image = frame.image if len(detections.score) else None
        tracks = self._tracker.update(detections, frame.media_s, looked=looked, image=image)
        self.analysed += 1
        things = self._things.among(tracks, self._seen, frame.media_s, frame.size_px)
        self.scene = Scene(self._camera, frame, tracks, self._detections, self._again, self._view.senses(frame.at_ms), things)
        self.recent.add(self.scene)
        return [self._ask(rule, self.scene) for rule in self._rules]

    def snapshot(self) -> Snapshot | None:
        """The picture last seen, pixelated as a whole; None before there is one."""
        return None if self.scene is None else self.stills.snapshot(self.scene.frame.image)

    @property
    def blind(self) -> bool:
        """Whether a rule says that the camera shows nothing worth the name."""
        return any(level.active and level.kind == "camera_tamper" for level in self._levels.values())

    @property
    def idle(self) -> bool:
        """Whether a look a second will do: the settings allow it, nothing has moved for a while, nobody is there, all is well."""
        scene = self.scene
        held = any(level.active for level in self._levels.values())
        return scene is not None and not scene.tracks and not held and self._attention.idle(scene.frame.media_s)

    @property
    def moving(self) -> bool:
        """Whether somebody who is followed moves in the picture last seen, or came to stand there within some seconds."""
        people = [track.xyxy_px for track in (self.scene.tracks if self.scene else ()) if track.label == "person"]
        moved_px = self._seen.boxes * np.array(self._size_px * 2, np.float32)
        return bool(contained(np.array(people, np.float32).reshape(-1, 4), moved_px).any())

    def end(self, at_ms: int) -> list[Level]:
        """The source has ended for good: what still held is over, nothing new holds."""
        return [level._replace(active=False, at_ms=at_ms) for level in self._levels.values() if level.active]

    def _begin_anew(self) -> None:
        """Another picture size: boxes and cells of the old one mean nothing in it."""
        self._tracker = Tracker(self._tracking)
        self._motion = Motion()
        self._things = Things()
        self._attention = Attention(self._view.attention, least_px=least_px(self._detector))
        self._detections = nothing()
        self._seen = Seen(np.zeros((0, 4), np.float32), changed=False)

    def _look(self, frame: Frame, luma: Luma) -> Region | None:
        """Renew the boxes of the part of the picture that is worth it; returns that part, None for no part."""
        size_px, at_s = frame.size_px, frame.media_s
        self._seen = self._motion.see(luma, at_s, self._view.masks.still_cells(luma.shape))
        wanted_px = self._tracker.wanting(at_s, recheck_s=self._view.attention.recheck_s)
        region = self._attention.region(self._seen, size_px, wanted_px=wanted_px, at_s=at_s)
        if region is None:
            return None
        found, looked = self._detect(frame.image, region)
        everything = looked == whole(size_px)
        wanted = _picked(found, np.array([label in self._labels for label in found.label], np.bool_))
        self._detections = wanted if everything else _renewed(self._detections, wanted, looked)
        return looked

    def _detect(self, image: Image, region: Region) -> tuple[Detections, Region]:
        begun_s = self._clock.monotonic()
        found, looked, passes = look(self._detector, image, region)
        self.inference_ms.append((self._clock.monotonic() - begun_s) * 1000)
        self.inferences += passes
        return found, looked

    def _again(self, image: Image) -> Detections:
        """One more pass of the detector, for a rule that looks at a part of the picture or at it turned."""
        begun_s = self._clock.monotonic()
        found = self._detector.detect(image)
        self.inference_ms.append((self._clock.monotonic() - begun_s) * 1000)
        self.inferences += 1
        return found

    def _ask(self, rule: VideoWatch, scene: Scene) -> Said:
        level = self._levels[rule.name] = rule.observe(scene)
        boxes = tuple(track.xyxy_px for track in scene.tracks if track.label in rule.labels)
        return Said(level, partial(self._still, scene, rule, boxes))

    def _still(self, scene: Scene, rule: VideoWatch, boxes_px: Sequence[tuple[float, float, float, float]]) -> bytes:
        return self.stills.still(scene.frame.image, zones=(rule.zone,), boxes_px=boxes_px)


def _renewed(known: Detections, found: Detections, looked: Region) -> Detections:
    """What was found in the part that was looked at, and what is known of the rest; best score first."""
    rest = _picked(known, ~within(known.xyxy_px, looked))
    joined = Detections(
        np.concatenate([found.xyxy_px, rest.xyxy_px]), np.concatenate([found.score, rest.score]), found.label + rest.label
    )
    return _picked(joined, np.argsort(-joined.score, kind="stable"))


def _inside(known: Detections, looked: Region) -> Detections:
    return _picked(known, within(known.xyxy_px, looked))


def _picked(known: Detections, which: np.typing.NDArray[np.bool_] | np.typing.NDArray[np.intp]) -> Detections:
    places = np.flatnonzero(which) if which.dtype == np.bool_ else which
    return Detections(known.xyxy_px[places], known.score[places], tuple(known.label[place] for place in places))
