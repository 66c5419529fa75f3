"""How the YOLOX family's numbers become boxes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.detectors.labels import COCO
from edge.detectors.load import load_detector
from edge.detectors.yolox import cells, letterbox

pytestmark = pytest.mark.unit

Constant = Callable[..., Path]

SIZE_PX = 64
ROWS = 64 + 16 + 4


def answer(columns: int, *rows: tuple[int, tuple[float, ...], int, float]) -> NDArray[np.float32]:
    """(1, 84, columns) zeros but for these rows: (row, (x, y, log w, log h, objectness), class, class score)."""
    made = np.zeros((1, ROWS, columns), np.float32)
    for row, corner, kind, score in rows:
        made[0, row, :5] = corner
        made[0, row, 5 + kind] = score
    return made


def picture(width: int, height: int) -> NDArray[np.uint8]:
    return np.zeros((height, width, 3), np.uint8)


def test_a_box_is_cell_plus_offset_times_stride_in_pixels_of_the_source(constant_network: Constant) -> None:

    network = constant_network(answer(6, (64 + 5, (0.5, 0.5, 0.0, np.log(2), 0.9), 0, 0.8)), [1, 3, SIZE_PX, SIZE_PX])
    found = load_detector(network).detect(picture(128, 128))
    # Row 64 + 5 is cell (1, 1) of the stride-16 grid: centre (24, 24), size (16, 32).
    np.testing.assert_allclose(found.xyxy_px, [[32, 16, 64, 80]], atol=1e-4)
    assert found.score[0] == pytest.approx(0.72)
    assert found.label == ("person",)


def test_85_columns_are_the_classes_of_coco(constant_network: Constant) -> None:
    network = constant_network(answer(85, (0, (1.0, 1.0, 0.0, 0.0, 1.0), COCO.index("chair"), 0.9)), [1, 3, SIZE_PX, SIZE_PX])
    assert load_detector(network).detect(picture(64, 64)).label == ("chair",)


def test_boxes_of_two_classes_at_one_place_both_stay_and_of_one_class_only_the_better(constant_network: Constant) -> None:
    here = (0.5, 0.5, 1.0, 1.0)
    rows = [(9, (*here, 0.9), 0, 0.9), (10, (-0.4, 0.5, 1.0, 1.0, 0.8), 0, 0.9), (17, (0.5, -0.5, 1.0, 1.0, 0.9), 2, 0.9)]
    found = load_detector(constant_network(answer(85, *rows), [1, 3, SIZE_PX, SIZE_PX])).detect(picture(64, 64))
    assert found.label == ("person", "car")


def test_boxes_below_the_score_asked_for_are_left_out(constant_network: Constant) -> None:
    network = constant_network(answer(6, (0, (1.0, 1.0, 0.0, 0.0, 0.5), 0, 0.5)), [1, 3, SIZE_PX, SIZE_PX])
    assert len(load_detector(network, min_score=0.24).detect(picture(64, 64)).score) == 1
    assert len(load_detector(network, min_score=0.26).detect(picture(64, 64)).score) == 0


def test_boxes_end_at_the_picture_not_at_the_grey_beside_it(constant_network: Constant) -> None:
    network = constant_network(answer(6, (83, (1.0, 1.0, 2.0, 2.0, 0.9), 0, 0.9)), [1, 3, SIZE_PX, SIZE_PX])
    found = load_detector(network).detect(picture(64, 32))
    assert found.xyxy_px.tolist() == [[0, 0, 64, 32]]


def test_the_picture_lies_top_left_in_bgr_and_grey_fills_the_rest() -> None:
    image = np.full((32, 64, 3), (10, 20, 30), np.uint8)
    values, scale = letterbox(image, (64, 64))
    assert (values.shape, str(values.dtype), scale) == ((1, 3, 64, 64), "float32", 1.0)
    assert values[0, :, 31, 63].tolist() == [10, 20, 30]
    assert values[0, :, 32, 0].tolist() == [114, 114, 114]


@pytest.mark.parametrize(("width_px", "height_px", "rows"), [(416, 416, 3549), (192, 192, 756), (416, 256, 2184)])
def test_grids_have_as_many_cells_as_published_exports_have_rows(width_px: int, height_px: int, rows: int) -> None:
    assert len(cells((width_px, height_px))) == rows
