"""Pictures that may leave the gateway."""

import cv2
import numpy as np
import pytest

from edge.cameras.protocol import Image
from edge.cameras.simulated import DrawnScene
from edge.detectors.protocol import Detections, nothing
from edge.evidence.pixelate import BLOCKS, block_px, box_mask, pixelate
from edge.evidence.still import MAX_BYTES, Stills
from tests.edge.evidence.filming import see
from tests.edge.watching import boxes

pytestmark = pytest.mark.unit

EMPTY_S = 2.0
PERSON_S = 10.0


def _learned(scene: DrawnScene, frames: int = 20) -> Stills:
    stills = Stills()
    for number in range(frames):
        see(stills, scene.draw(number, EMPTY_S), nothing())
    return stills


def _untouched(before: Image, after: Image) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray((before == after).all(axis=2), np.bool_)


@pytest.fixture(scope="module")
def scene() -> DrawnScene:
    return DrawnScene(seed=1)


@pytest.fixture(scope="module")
def person(scene: DrawnScene) -> Image:
    return scene.draw(0, PERSON_S)


def test_a_found_person_is_covered_whole(scene: DrawnScene, person: Image) -> None:
    stills = _learned(scene)
    truth = scene.truth(PERSON_S)
    see(stills, person, boxes(*truth, score=0.12))
    assert stills.hidden()[box_mask(person.shape, np.array(truth, np.float32))].all()


def test_a_person_the_detector_misses_is_covered_because_it_moves(scene: DrawnScene, person: Image) -> None:
    stills = _learned(scene)
    see(stills, person, nothing())
    body = np.abs(person.astype(int) - scene.draw(0, EMPTY_S)).max(axis=2) > 25
    assert body.sum() > 2000
    assert stills.hidden()[body].mean() > 0.99


def test_a_person_who_was_there_from_the_start_is_covered(scene: DrawnScene, person: Image) -> None:
    stills = Stills()
    for _turn in range(20):
        see(stills, person, boxes(*scene.truth(PERSON_S)))
    for _turn in range(10):
        see(stills, person, nothing())
    body = box_mask(person.shape, np.array(scene.truth(PERSON_S), np.float32))
    assert stills.hidden()[body].all()


def test_what_is_hidden_shows_in_blocks_of_one_colour_only(scene: DrawnScene) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (360, 640, 3), dtype=np.uint8)
    stills = _learned(scene)
    see(stills, noise, boxes((200, 100, 260, 300)))
    assert _untouched(noise, stills.hide(noise))[stills.hidden()].mean() < 0.001


def test_most_of_a_scene_without_people_is_left_as_it_is(scene: DrawnScene, person: Image) -> None:
    stills = _learned(scene)
    see(stills, person, boxes(*scene.truth(PERSON_S)))
    outside = ~box_mask(person.shape, np.array(scene.truth(PERSON_S), np.float32))
    assert _untouched(person, stills.hide(person))[outside].mean() > 0.6


def test_before_the_background_is_learned_the_whole_picture_is_covered(person: Image) -> None:
    stills = Stills()
    see(stills, person, nothing())
    assert stills.hidden().all()


def test_when_the_light_changes_the_whole_picture_is_covered_again(scene: DrawnScene) -> None:
    stills = _learned(scene)
    dark = (scene.draw(0, EMPTY_S) // 3).astype(np.uint8)
    see(stills, dark, nothing())
    assert stills.hidden().all()


def test_a_box_stays_covered_for_some_frames(scene: DrawnScene) -> None:
    stills = _learned(scene)
    empty = scene.draw(0, EMPTY_S)
    see(stills, empty, boxes((200, 100, 260, 300)))
    for _turn in range(5):
        see(stills, empty, nothing())
    covered = box_mask(empty.shape, np.array([(200, 100, 260, 300)], np.float32))
    assert stills.hidden()[covered].all()


def test_another_picture_size_starts_over(scene: DrawnScene, person: Image) -> None:
    stills = _learned(scene)
    small = np.asarray(cv2.resize(person, (320, 180)), np.uint8)
    see(stills, small, nothing())
    assert stills.hidden().all()


@pytest.mark.parametrize("size_px", [(20, 30), (64, 150), (300, 90), (400, 355)])
def test_a_persons_longer_side_spans_at_most_twelve_blocks(size_px: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (360, 640, 3), dtype=np.uint8)
    box = np.array([(3, 2, 3 + size_px[0], 2 + size_px[1])], np.float32)
    block = block_px(box, noise.shape)
    assert max(size_px) <= BLOCKS * block
    hidden = pixelate(noise, box_mask(noise.shape, box), block)
    part = hidden[2 : 2 + size_px[1], 3 : 3 + size_px[0]]
    assert len(np.unique(part.reshape(-1, 3), axis=0)) <= (BLOCKS + 2) ** 2


@pytest.mark.parametrize("size_px", [(640, 360), (1920, 1080), (4096, 2160)])
def test_a_still_is_a_jpeg_of_at_most_100_kb(size_px: tuple[int, int]) -> None:
    """Noise is the hardest picture there is to compress."""
    width, height = size_px
    noise = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    stills = Stills()
    for _turn in range(15):
        see(stills, noise, nothing())
    data = stills.still(noise, zones=(((0.1, 0.1), (0.9, 0.1), (0.5, 0.9)),), boxes_px=((10, 10, 50, 90),))
    assert len(data) <= MAX_BYTES
    assert data[:2] == b"\xff\xd8"
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[1] / picture.shape[0] == pytest.approx(width / height, rel=0.02)


def test_only_people_are_covered(scene: DrawnScene) -> None:
    stills = _learned(scene)
    empty = scene.draw(0, EMPTY_S)
    see(stills, empty, Detections(np.array([(200, 100, 260, 300)], np.float32), np.array([0.9], np.float32), ("bench",)))
    assert not stills.hidden()[150:250, 210:250].any()


def test_a_snapshot_has_no_block_finer_than_a_64th_and_hides_people_as_a_still_does(scene: DrawnScene, person: Image) -> None:
    stills = _learned(scene)
    see(stills, person, nothing())
    snapshot = stills.snapshot(person)
    assert (snapshot.width_px, snapshot.height_px, snapshot.learned) == (640, 360, True)
    shown = cv2.imdecode(np.frombuffer(snapshot.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    coarse = pixelate(person, np.ones((360, 640), np.bool_), 10)
    assert float(np.abs(shown.astype(int) - stills.hide(coarse)).mean()) < 2, "equal but for JPEG's rounding"
    assert float(np.abs(shown.astype(int) - stills.hide(person)).mean()) > 2.5


def test_a_snapshot_before_the_background_is_learned_says_so(person: Image) -> None:
    stills = Stills()
    see(stills, person, nothing())
    assert not stills.snapshot(person).learned
