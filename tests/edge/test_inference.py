"""Networks shared by all cameras."""

import threading

import numpy as np
import pytest

from edge.cameras.protocol import Image
from edge.detectors.protocol import Detections
from edge.inference import DetectorPool, look
from edge.regions import Region, whole
from tests.edge.watching import DEADLINE_S, OrderedDetector, boxes

pytestmark = pytest.mark.unit

PICTURE = np.zeros((720, 1280, 3), np.uint8)
PART = Region(400, 100, 816, 516)


class PartialDetector(OrderedDetector):
    """Finds one box wherever it looks, `inset` pixels inside what it looks at."""

    least_px = 416

    def __init__(self, inset: int) -> None:
        super().__init__()
        self._inset = inset

    def detect(self, image: Image) -> Detections:
        """One box."""
        height, width = image.shape[:2]
        return self.detect_part(image, Region(0, 0, width, height))

    def detect_part(self, _image: Image, region: Region) -> Detections:
        """One box."""
        self.seen.append(region.width)
        inset = self._inset
        return boxes((region.left + inset, region.top + inset, region.right - inset, region.bottom - inset))


def test_two_cameras_are_served_at_once_by_two_sessions_and_no_third() -> None:
    gate = threading.Event()
    detectors = [OrderedDetector(gate=gate) for _number in range(2)]
    pool = DetectorPool(detectors)
    threads = [threading.Thread(target=pool.detect, args=(PICTURE,)) for _number in range(3)]
    for thread in threads:
        thread.start()
    assert all(detector.entered.wait(DEADLINE_S) for detector in detectors)
    assert [len(detector.seen) for detector in detectors] == [0, 0]
    gate.set()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert sum(len(detector.seen) for detector in detectors) == 3


def test_a_part_is_looked_at_for_one_pass() -> None:
    found, looked, passes = look(PartialDetector(50), PICTURE, PART)
    assert (looked, passes) == (PART, 1)
    assert found.xyxy_px.tolist() == [[450, 150, 766, 466]]


def test_somebody_cut_by_the_regions_border_is_looked_at_again_in_the_whole() -> None:
    _found, looked, passes = look(PartialDetector(0), PICTURE, PART)
    assert (looked, passes) == (whole((1280, 720)), 2)


def test_a_detector_that_cannot_look_at_parts_looks_at_the_whole() -> None:
    _found, looked, passes = look(OrderedDetector(), PICTURE, PART)
    assert (looked, passes) == (whole((1280, 720)), 1)


def test_a_pool_looks_at_parts_as_its_detectors_do() -> None:
    pool = DetectorPool([PartialDetector(50)])
    assert pool.least_px == 416
    assert pool.detect_part(PICTURE, PART).xyxy_px.tolist() == [[450, 150, 766, 466]]


def test_a_detector_that_fails_is_given_back() -> None:
    class Broken(OrderedDetector):
        def detect(self, _image: Image) -> Detections:
            raise ValueError("broken")

    pool = DetectorPool([Broken()])
    for _turn in range(2):
        with pytest.raises(ValueError, match="broken"):
            pool.detect(PICTURE)
