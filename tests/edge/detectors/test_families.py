"""How each family's numbers become boxes, on networks whose answer is known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.detectors.detr import Detr
from edge.detectors.labels import COCO, COCO_91
from edge.detectors.load import load_detector
from edge.detectors.nanodet import NanoDet
from edge.detectors.yolov8 import YoloV8
from edge.regions import Region

pytestmark = pytest.mark.unit

Constant = Callable[..., Path]
AXES = [1, 3, 64, 64]
CELLS = (64, 16, 4)
MEDIA = Path(__file__).parents[4] / "shared" / "media"


def _picture(width: int, height: int) -> NDArray[np.uint8]:
    return np.zeros((height, width, 3), np.uint8)


def _yolov8(column: tuple[float, ...], kind: int, score: float) -> list[NDArray[np.float32]]:
    answer = np.zeros((1, 84, sum(CELLS)), np.float32)
    answer[0, :4, 7], answer[0, 4 + kind, 7] = column, score
    return [answer]


def _detr(box: tuple[float, ...], kind: int, logit: float, *, classes: int) -> list[NDArray[np.float32]]:
    boxes, logits = np.full((1, 5, 4), 0.5, np.float32), np.full((1, 5, classes), -9.0, np.float32)
    boxes[0, 2], logits[0, 2, kind] = box, logit
    return [boxes, logits]


def _nanodet(level: int, cell: int, *, bins: tuple[int, int, int, int], kind: int, score: float) -> list[NDArray[np.float32]]:
    scores = [np.zeros((1, count, 80), np.float32) for count in CELLS]
    sides = [np.zeros((1, count, 32), np.float32) for count in CELLS]
    scores[level][0, cell, kind] = score
    for side, peak in enumerate(bins):
        sides[level][0, cell, side * 8 + peak] = 50.0
    return [*scores, *sides]


def test_a_yolov8_box_is_centre_and_size_in_pixels_of_the_input(constant_outputs: Constant) -> None:
    found = load_detector(constant_outputs(_yolov8((32, 32, 16, 32), COCO.index("chair"), 0.8), AXES)).detect(_picture(128, 128))
    assert found.xyxy_px.tolist() == [[48, 32, 80, 96]]
    assert (found.label, found.score[0]) == (("chair",), pytest.approx(0.8))


def test_a_detr_box_is_shares_of_the_picture_however_it_is_stretched(constant_outputs: Constant) -> None:
    network = constant_outputs(_detr((0.5, 0.5, 0.25, 0.5), 0, 2.0, classes=80), AXES)
    found = load_detector(network).detect(_picture(400, 100))
    np.testing.assert_allclose(found.xyxy_px, [[150, 25, 250, 75]], atol=1e-3)
    assert found.score[0] == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-5)


def test_91_columns_are_numbered_as_cocos_annotations(constant_outputs: Constant) -> None:
    network = constant_outputs(_detr((0.5, 0.5, 0.2, 0.2), COCO_91.index("person"), 3.0, classes=91), AXES)
    assert load_detector(network).detect(_picture(64, 64)).label == ("person",)
    assert [name for name in COCO_91 if name] == list(COCO)


def test_a_number_coco_never_uses_is_no_thing(constant_outputs: Constant) -> None:
    network = constant_outputs(_detr((0.5, 0.5, 0.2, 0.2), 12, 3.0, classes=91), AXES)
    assert load_detector(network).detect(_picture(64, 64)).label == ()


def test_the_order_of_a_detrs_outputs_does_not_matter(constant_outputs: Constant) -> None:
    turned = _detr((0.5, 0.5, 0.25, 0.5), 0, 2.0, classes=80)[::-1]
    np.testing.assert_allclose(load_detector(constant_outputs(turned, AXES)).detect(_picture(64, 64)).xyxy_px, [[24, 16, 40, 48]])


def test_a_nanodet_side_is_the_mean_bin_times_the_stride_from_the_middle_of_its_cell(constant_outputs: Constant) -> None:
    # Level 1, cell 5 of 4 a row: row 1, column 1, stride 16, middle (24, 24).
    found = load_detector(constant_outputs(_nanodet(1, 5, bins=(1, 0, 1, 2), kind=0, score=0.7), AXES)).detect(_picture(64, 64))
    np.testing.assert_allclose(found.xyxy_px, [[8, 24, 40, 56]], atol=1e-4)
    assert found.label == ("person",)


def test_of_two_boxes_on_one_thing_only_the_better_stays_but_for_a_set(constant_outputs: Constant) -> None:
    twice = _yolov8((32, 32, 16, 32), 0, 0.8)
    twice[0][0, :4, 8], twice[0][0, 4, 8] = (33, 32, 16, 32), 0.7
    assert len(load_detector(constant_outputs(twice, AXES)).detect(_picture(64, 64)).score) == 1
    both = _detr((0.5, 0.5, 0.25, 0.5), 0, 2.0, classes=80)
    both[0][0, 3], both[1][0, 3, 0] = (0.52, 0.5, 0.25, 0.5), 1.0
    assert len(load_detector(constant_outputs(both, AXES)).detect(_picture(64, 64)).score) == 2


def test_a_part_is_reported_in_pixels_of_the_whole(constant_outputs: Constant) -> None:
    detector = load_detector(constant_outputs(_yolov8((32, 32, 16, 32), 0, 0.8), AXES))
    assert detector.detect_part(_picture(640, 480), Region(100, 200, 164, 264)).xyxy_px.tolist() == [[124, 216, 140, 248]]  # type: ignore[attr-defined] # it can


def test_each_family_gets_the_colours_it_was_trained_on() -> None:
    picture = np.full((64, 64, 3), (0, 51, 255), np.uint8)
    assert YoloV8().fill(picture, (64, 64))[0][0, :, 0, 0].tolist() == pytest.approx([1.0, 0.2, 0.0])
    assert Detr(normalised=False, boxes_at=0).fill(picture, (64, 64))[0][0, :, 0, 0].tolist() == pytest.approx([1.0, 0.2, 0.0])
    whitened = Detr(normalised=True, boxes_at=0).fill(picture, (64, 64))[0][0, :, 0, 0]
    assert whitened.tolist() == pytest.approx([(1 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, -0.406 / 0.225])
    assert NanoDet().fill(picture, (64, 64))[0][0, 0, 0, 0] == pytest.approx(-103.53 / 57.375)


@pytest.mark.media
@pytest.mark.skipif(not MEDIA.exists(), reason="needs ../shared/media")
def test_a_published_nanodet_finds_the_people_of_a_real_picture() -> None:
    from edge.detectors.footage import footage

    detector = load_detector(MEDIA / "models" / "nanodet_m_416.onnx")
    frame = next(iter(footage(str(MEDIA / "people" / "vtest_pets09s2l1_480x360.avi"))))
    assert detector.detect(frame.image).only("person").score.size >= 3
