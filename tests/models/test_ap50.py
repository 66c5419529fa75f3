"""The scorer on cases whose answer is known, and the detectors on a slice of real film."""

import json

import numpy as np
import pytest

from bench.ap50 import CLIPS, MEDIA, Found, average_precision, figures, look, truth_of

pytestmark = pytest.mark.unit

TWO = {0: np.array([[0, 0, 10, 20], [50, 0, 60, 20]], np.float32)}
FIRST, SECOND, NOBODY = (np.array(box, np.float32) for box in ([0, 0, 10, 20], [50, 0, 60, 20], [90, 90, 95, 99]))
EVERY = 20


def test_all_found_and_nothing_else_is_one() -> None:
    assert average_precision(TWO, [Found(0, 0.9, FIRST), Found(0, 0.1, SECOND)]) == 1


def test_nothing_found_is_zero() -> None:
    assert average_precision(TWO, []) == 0


def test_half_found_is_a_half() -> None:
    assert average_precision(TWO, [Found(0, 0.9, FIRST)]) == 0.5


def test_a_person_claimed_twice_counts_once() -> None:
    assert average_precision(TWO, [Found(0, 0.9, FIRST), Found(0, 0.8, FIRST), Found(0, 0.7, SECOND)]) == pytest.approx(
        0.5 + 0.5 * 2 / 3
    )


def test_a_false_box_costs_more_when_it_is_surer() -> None:
    sure = average_precision(TWO, [Found(0, 0.9, NOBODY), Found(0, 0.8, FIRST)])
    unsure = average_precision(TWO, [Found(0, 0.1, NOBODY), Found(0, 0.8, FIRST)])
    assert (sure, unsure) == (0.25, 0.5)


def test_truth_is_counted_from_frame_1_and_scaled() -> None:
    text = "1,9,100,200,20,40,1,-1,-1,0\n2,9,100,200,20,40,0,-1,-1,0\n"
    truth = truth_of(text, scale=0.5)
    assert list(truth) == [0]
    assert truth[0].tolist() == [[50, 100, 60, 120]]


def test_frames_nobody_looked_at_are_not_held_against_the_detector() -> None:
    line = json.dumps({"frame": 0, "at_s": 0, "boxes": [{"label": "person", "score": 0.9, "xyxy_px": [0, 0, 10, 20]}]})
    assert figures({0: TWO[0][:1], 1: TWO[0]}, [line]) == {"frames": 1, "people": 1, "boxes": 1, "ap50": 1.0}


@pytest.mark.media
@pytest.mark.slow
@pytest.mark.parametrize(("model", "least"), [(None, 0.74), ("yolox_nano_416.onnx", 0.875)], ids=["bundled", "yolox_nano"])
def test_people_of_vtest_are_found(model: str | None, least: float) -> None:
    """Every 20th frame (40 of 795; the whole film with `python -m bench.ap50`), boxes down to .05."""
    clip = CLIPS["pets"]
    if not (MEDIA / clip.film).exists():
        pytest.skip("../shared/media is absent")
    lines = look(str(MEDIA / "models" / model) if model else None, MEDIA / clip.film, every=EVERY)
    truth = truth_of((MEDIA / clip.truth).read_text("utf-8"), scale=clip.scale)
    assert figures(truth, lines)["ap50"] >= least
