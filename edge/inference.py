"""One set of networks for all cameras: as many single-thread sessions as there are cores, each lent to one picture at a time."""

import os
import queue
from collections.abc import Sequence
from typing import Final

from edge.cameras.protocol import Image
from edge.detectors.load import DetectorSettings
from edge.detectors.protocol import Detections, Detector, PartDetector
from edge.regions import Region, cut, whole

_NO_PART_PX: Final = 1 << 30


class DetectorPool:
    """Detectors of one kind that cameras share; who asks waits for a free one, in order."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        first = detectors[0]
        self.name = first.name
        self.sure_score = first.sure_score
        self.least_px = least_px(first)
        self._free: queue.SimpleQueue[Detector] = queue.SimpleQueue()
        for detector in detectors:
            self._free.put(detector)

    def detect(self, image: Image) -> Detections:
        """Boxes in pixels of `image`; waits for its turn."""
        detector = self._free.get()
        try:
            return detector.detect(image)
        finally:
            self._free.put(detector)

    def detect_part(self, image: Image, region: Region) -> Detections:
        """Boxes in pixels of `image` found in the region; waits for its turn."""
        detector = self._free.get()
        try:
            return _in_part(detector, image, region)
        finally:
            self._free.put(detector)


def load_pool(settings: DetectorSettings, *, floor: float = 1.0) -> DetectorPool:
    """As many sessions as the settings say, one a core where they say nothing; raises SettingsError as `DetectorSettings.load`."""
    count = settings.sessions or len(os.sched_getaffinity(0))
    return DetectorPool([settings.load(floor=floor) for _number in range(count)])


def least_px(detector: Detector) -> int:
    """Side of the smallest region worth a pass; larger than any picture where the detector only looks at the whole."""
    return detector.least_px if isinstance(detector, PartDetector) else _NO_PART_PX


def look(detector: Detector, image: Image, region: Region) -> tuple[Detections, Region, int]:
    """What is in the region, the region that was really looked at, and passes of the network spent.

    Somebody cut by the region's border is looked at again in the whole picture.
    """
    size_px = (image.shape[1], image.shape[0])
    if region == whole(size_px) or not isinstance(detector, PartDetector):
        return detector.detect(image), whole(size_px), 1
    found = detector.detect_part(image, region)
    sure = found.score >= detector.sure_score
    if not cut(found.xyxy_px[sure], region, size_px).any():
        return found, region, 1
    return detector.detect(image), whole(size_px), 2


def _in_part(detector: Detector, image: Image, region: Region) -> Detections:
    if isinstance(detector, PartDetector):
        return detector.detect_part(image, region)
    return detector.detect(image)
