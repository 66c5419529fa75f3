"""What is done with one picture."""

import cv2
import numpy as np
import pytest

from edge.analysis import Analysis
from edge.cameras.protocol import Brightness, Frame, Image
from edge.cameras.simulated import DrawnScene
from edge.rules.intrusion import Intrusion
from lamplighter.runtime.clock import FakeClock
from tests.edge.watching import OrderedDetector, boxes, bright, frame, walk

pytestmark = pytest.mark.unit

PERSON = (10, 5, 30, 45)


def _analysis(detector: OrderedDetector) -> Analysis:
    return Analysis(
        "c1", detector=detector, rules=[Intrusion(camera="c1", movers_only=False, on_delay_s=0).watch()], clock=FakeClock()
    )


def test_what_holds_at_the_end_is_over_and_nothing_else_is_said() -> None:
    analysis = _analysis(OrderedDetector(lambda _image: boxes(PERSON)))
    assert analysis.end(0) == []
    for number in range(3):
        analysis.analyse(frame(number))
    (over,) = analysis.end(5_000)
    assert (over.kind, over.active, over.at_ms) == ("intrusion", False, 5_000)


def test_a_picture_of_another_size_ends_old_tracks() -> None:
    analysis = _analysis(OrderedDetector(lambda _image: boxes(PERSON)))
    said = [analysis.analyse(frame(number))[0].level.active for number in range(3)]
    larger = frame(3, image=np.zeros((96, 128, 3), np.uint8))
    assert analysis.analyse(larger)[0].level.evidence["duration_s"] == pytest.approx(0.1, abs=0.11)
    assert said == [False, True, True]


def test_the_still_shows_the_person_in_blocks_and_the_yard_as_it_is() -> None:
    scene = DrawnScene(seed=1)
    left, top, right, bottom = (round(side) for side in scene.truth(10.0)[0])
    analysis = _analysis(
        OrderedDetector(lambda image: boxes((left, top, right, bottom)) if image[top + 60, 320, 0] < 90 else boxes())
    )
    for number in range(20):
        analysis.analyse(frame(number, image=scene.draw(number, 2.0)))
    person = scene.draw(20, 10.0)
    (said,) = analysis.analyse(frame(20, image=person))
    picture = cv2.imdecode(np.frombuffer(said.still(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    difference = np.abs(picture.astype(int) - person)
    assert difference[top:bottom, left:right].mean() > 4 * difference[30:130, :].mean()


def test_somebody_who_is_followed_and_moves_is_told() -> None:
    analysis = _analysis(OrderedDetector(bright))
    moving = []
    for number in range(40):
        analysis.analyse(frame(number, image=walk(number)))
        moving.append(analysis.moving)
    assert (any(moving[:10]), all(moving[12:30]), any(moving[30:])) == (False, True, False)


class _Unseen:
    """A coded picture of an even grey that counts how often its colours were asked for."""

    size_px = (64, 48)

    def __init__(self) -> None:
        self.converted = 0

    def brightness(self) -> Brightness:
        """As grey as can be."""
        return Brightness(np.full((48, 64), 120, np.uint8), 0, 255)

    def image(self) -> Image:
        """The same in colour."""
        self.converted += 1
        return np.full((48, 64, 3), 120, np.uint8)


def test_a_picture_in_which_nothing_moves_is_never_converted() -> None:
    detector = OrderedDetector()
    analysis = _analysis(detector)
    pictures = [_Unseen() for _number in range(40)]
    for number, picture in enumerate(pictures):
        analysis.analyse(Frame(picture, number, number / 5, number * 200))
    assert [picture.converted > 0 for picture in pictures[:1]] == [True], "the first is looked at"
    assert sum(picture.converted for picture in pictures[10:]) == 0
    assert len(detector.seen) < 10
