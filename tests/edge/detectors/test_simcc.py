"""Joints from SimCC's two distributions, on networks whose answer is known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge.detectors.session import Session
from edge.detectors.simcc import SimccPose
from lamplighter.contract.errors import SettingsError

pytestmark = pytest.mark.unit

Constant = Callable[..., Path]
AXES = [1, 3, 256, 192]


def _network(constant_outputs: Constant, *, column: int, row: int) -> SimccPose:
    across, down = np.zeros((1, 17, 384), np.float32), np.zeros((1, 17, 512), np.float32)
    across[0, 5, column], down[0, 5, row] = 0.9, 0.6
    return SimccPose(Session(constant_outputs([across, down], AXES)))


def test_the_middle_of_the_crop_is_the_middle_of_the_box(constant_outputs: Constant) -> None:
    joints = _network(constant_outputs, column=192, row=256).joints(np.zeros((480, 640, 3), np.uint8), (100, 50, 200, 350))
    assert joints[5].tolist() == pytest.approx([150, 200, 0.6])


def test_a_pixel_of_the_crop_is_the_boxes_size_with_its_room_over_the_crops(constant_outputs: Constant) -> None:
    # The box is 300 high, with room 375, in a crop of 256: a bin is .5 px of the crop and 375 / 256 / 2 of the picture.
    joints = _network(constant_outputs, column=192 + 20, row=256 - 40).joints(
        np.zeros((480, 640, 3), np.uint8), (100, 50, 200, 350)
    )
    step = 375 / 256 / 2
    assert joints[5, :2].tolist() == pytest.approx([150 + 20 * step, 200 - 40 * step], abs=1e-3)


def test_a_network_of_another_kind_is_refused(constant_outputs: Constant) -> None:
    with pytest.raises(SettingsError, match="no SimCC pose network; give an RTMPose export"):
        SimccPose(Session(constant_outputs([np.zeros((1, 17, 99), np.float32), np.zeros((1, 17, 512), np.float32)], AXES)))
