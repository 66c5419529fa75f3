"""The bundled network against OpenCV 4.14's detector, and against the script that makes it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from edge.detectors.catalog import bundled_dir
from edge.detectors.session import Session
from models.build.hog_person import BINS, BLOCKS_HIGH, BLOCKS_WIDE, build
from models.build.hog_pictures import PICTURES, draw

pytestmark = pytest.mark.unit

NETWORK = bundled_dir() / "hog_person.onnx"
GOLDEN: dict[str, Any] = json.loads((Path(__file__).parent / "golden" / "hog_person.json").read_text("utf-8"))


@pytest.mark.parametrize("name", PICTURES)
def test_margins_equal_opencvs_within_a_thousandth(name: str) -> None:
    picture, golden = draw(name), GOLDEN["pictures"][name]
    assert hashlib.sha256(picture.tobytes()).hexdigest() == golden["sha256"], "the picture itself is drawn differently"
    margin = Session(NETWORK).run(picture[None])[0, 0]
    np.testing.assert_allclose(margin, np.array(golden["margin"]), rtol=0, atol=1e-3)


def test_golden_values_come_from_opencv_4_14_and_hold_a_person() -> None:
    assert GOLDEN["opencv"].startswith("4.14.")
    assert np.max(GOLDEN["pictures"]["figure"]["margin"]) > 0


def test_a_dark_frame_has_margins_and_no_nan() -> None:
    assert np.isfinite(Session(NETWORK).run(np.zeros((1, 136, 72, 3), np.uint8))).all()


def test_the_committed_network_is_what_the_build_script_makes() -> None:
    committed = onnx.load(NETWORK)
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in committed.graph.initializer}
    plane = stored["svm"][:, :, ::-1, ::-1].reshape(BINS, 2, 2, BLOCKS_HIGH, BLOCKS_WIDE).transpose(4, 3, 2, 1, 0)
    people = np.concatenate([plane.ravel(), stored["svm_offset"]])
    assert build(people).graph == committed.graph


def test_the_network_loads_where_opset_17_and_ir_8_do() -> None:
    committed = onnx.load(NETWORK)
    assert (committed.opset_import[0].version, committed.ir_version) == (17, 8)
