"""The drawn yard."""

import numpy as np
import pytest

from edge.cameras.simulated import DEMO_ZONE, DrawnScene, SimulatedCamera
from edge.detectors.boxes import overlaps_of
from edge.detectors.load import load_detector
from edge.rules.intrusion import Intrusion
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import FakeClock
from tests.edge.replay import transitions

pytestmark = pytest.mark.unit


def test_the_same_seed_and_time_draw_the_same_picture() -> None:
    first, second = (DrawnScene(seed=4).draw(95, 9.5) for _turn in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, DrawnScene(seed=5).draw(95, 9.5))


def test_the_first_visitor_is_in_the_zone_within_ten_seconds_and_gone_before_the_next() -> None:
    scene = DrawnScene(seed=1)
    present = [bool(scene.truth(at_s)) for at_s in range(60)]
    assert not any(present[:6])
    assert all(present[8:17])
    assert not any(present[20:33])
    assert any(present[33:40])


def test_frames_come_at_the_drawn_rate() -> None:
    clock = FakeClock()
    capture = SimulatedCamera(id="c1", space="yard").open(clock)
    times = [(frame.media_s, round(clock.monotonic(), 3)) for frame, _turn in zip(capture.frames(), range(5), strict=False)]
    assert times == [(0.0, 0.0), (0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (0.4, 0.4)]


def test_a_drill_breaks_the_connection_off() -> None:
    capture = SimulatedCamera(id="c1", space="yard", fails_after_s=0.3).open(FakeClock())
    with pytest.raises(Unavailable, match="as set"):
        list(capture.frames())


@pytest.mark.parametrize("seed", [1, 2])
def test_the_bundled_network_finds_the_drawn_visitor(seed: int) -> None:
    detector, scene = load_detector(None, min_score=0.5, smallest_person_share=0.35), DrawnScene(seed=seed)
    found = 0
    for step in range(20):
        at_s = 9.0 + step * 0.4
        overlaps = overlaps_of(detector.detect(scene.draw(step, at_s)).xyxy_px, np.array(scene.truth(at_s), np.float32))
        found += bool(overlaps.size and overlaps.max() > 0.35)
    assert found >= 18


def _transitions(until_s: float) -> list[tuple[float, bool]]:
    detector = load_detector(None, min_score=0.1, smallest_person_share=0.4)
    camera = SimulatedCamera(id="c1", space="yard", fps=3)
    return transitions(camera, detector, Intrusion(camera="c1", movers_only=False, zone=DEMO_ZONE), until_s=until_s)


def test_the_first_visit_is_one_intrusion_with_the_bundled_network() -> None:
    changes = _transitions(until_s=21)
    assert [active for _at_s, active in changes] == [True, False]
    assert changes[0][0] < 10


@pytest.mark.slow
def test_each_visit_is_one_intrusion_with_the_bundled_network() -> None:
    assert [active for _at_s, active in _transitions(until_s=160)] == [True, False] * 6
