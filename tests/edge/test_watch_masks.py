"""Parts of a picture that are never seen."""

import numpy as np
import pytest

from edge.analysis import Analysis
from edge.masks import Masks
from edge.view import View
from lamplighter.runtime.clock import FakeClock
from tests.edge.watching import OrderedDetector, frame

pytestmark = pytest.mark.unit

LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def test_the_network_never_sees_what_a_privacy_mask_hides() -> None:
    detector = OrderedDetector()
    analysis = Analysis("c1", detector=detector, rules=[], clock=FakeClock(), view=View(masks=Masks(privacy=[LEFT])))
    analysis.analyse(frame(0, image=np.full((48, 64, 3), 200, np.uint8)))
    assert detector.seen == [0]


def test_the_cameras_own_picture_is_left_as_it_was() -> None:
    picture = np.full((48, 64, 3), 200, np.uint8)
    hidden = Masks(privacy=[LEFT]).hide(picture)
    assert (hidden[0, 0].tolist(), hidden[0, 63].tolist(), picture[0, 0].tolist()) == ([0, 0, 0], [200] * 3, [200] * 3)


def test_without_masks_the_picture_is_not_even_copied() -> None:
    picture = np.zeros((48, 64, 3), np.uint8)
    assert Masks().hide(picture) is picture


def test_cells_under_a_motion_mask_are_still() -> None:
    cells = Masks(motion=[LEFT]).still_cells((90, 160))
    assert cells is not None
    assert (cells[45, 10], cells[45, 150]) == (True, False)
