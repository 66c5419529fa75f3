"""What is hidden in a clip's frames: everybody, in every frame, also between the pictures that were analysed."""

from pathlib import Path

import numpy as np
import pytest

from edge.analysis import Analysis
from edge.cameras.file import FileCamera
from edge.cameras.protocol import Image
from edge.cameras.simulated import DrawnScene
from edge.detectors.protocol import Detections, nothing
from edge.evidence.cover import Cover, between
from edge.evidence.film import thinned
from edge.evidence.footage import Look
from edge.evidence.pixelate import BLOCKS, box_mask, covered
from edge.evidence.tape import Tape
from edge.luma import shrink
from edge.newest import Rate
from edge.view import View
from lamplighter.runtime.clock import FakeClock
from tests.edge.evidence.filming import cut, yard_on_tape
from tests.edge.watching import EVERY_FRAME
from tests.rtsp.clip import write_clip

pytestmark = pytest.mark.unit
SIZE_PX = (640, 360)
AROUND_S = 10.0


@pytest.fixture(scope="module")
def scene() -> DrawnScene:
    return DrawnScene(seed=1)


def frames(cover: Cover, scene: DrawnScene, begin_s: float, end_s: float) -> list[tuple[float, np.ndarray, int, bool]]:
    """(media s, mask, block, whole) of every drawn picture in that span."""
    found = []
    for number in range(int(begin_s * 10), int(end_s * 10)):
        hidden = cover.hidden(shrink(scene.draw(number, number / 10)), number / 10, SIZE_PX)
        found.append((number / 10, hidden.mask, hidden.block, hidden.whole))
    return found


def cover_of(*, looked_every: int = 2, found: bool = True) -> Cover:
    tape, _stills = yard_on_tape(14.0, looked_every=looked_every, found=found)
    return Cover(cut(tape, AROUND_S, before_s=4.0, after_s=3.0).looks)


@pytest.mark.parametrize("looked_every", [2, 5])
def test_a_found_person_is_covered_in_every_frame_also_between_the_looks(scene: DrawnScene, looked_every: int) -> None:
    cover = cover_of(looked_every=looked_every)
    seen = 0
    for at_s, mask, _block, whole in frames(cover, scene, 8.0, 12.0):
        for box in scene.truth(at_s):
            seen += 1
            assert not whole
            assert mask[box_mask((360, 640), np.array([box], np.float32))].all()
    assert seen > 30


def test_a_person_nobody_found_is_covered_because_it_moves(scene: DrawnScene) -> None:
    empty = scene.draw(0, 2.0).astype(int)
    for at_s, mask, _block, _whole in frames(cover_of(found=False), scene, 8.0, 10.0):
        body = np.abs(scene.draw(0, at_s).astype(int) - empty).max(axis=2) > 25
        assert mask[body].mean() > 0.99


def test_most_of_what_holds_nobody_is_left_as_it_is(scene: DrawnScene) -> None:
    untouched = []
    for at_s, mask, block, _whole in frames(cover_of(), scene, 7.0, 12.0):
        free = ~box_mask((360, 640), np.array(scene.truth(at_s), np.float32).reshape(-1, 4))
        untouched.append((~covered(mask, block))[free].mean())
    assert np.mean(untouched) > 0.6


def test_a_persons_longer_side_spans_at_most_twelve_blocks(scene: DrawnScene) -> None:
    for at_s, _mask, block, _whole in frames(cover_of(), scene, 8.0, 12.0):
        for left, top, right, bottom in scene.truth(at_s):
            assert max(right - left, bottom - top) <= BLOCKS * block


def test_before_the_background_is_learned_the_whole_frame_is_hidden(scene: DrawnScene) -> None:
    tape, _stills = yard_on_tape(6.0, from_s=0.0)
    cover = Cover(cut(tape, 3.0, before_s=3.0, after_s=2.0).looks)
    hidden = {at_s: whole for at_s, mask, _block, whole in frames(cover, scene, 0.0, 5.0) if whole == mask.all()}
    assert hidden[0.5]
    assert hidden[1.5]
    assert not hidden[4.5]


def test_a_frame_far_from_any_look_is_hidden_as_a_whole(scene: DrawnScene) -> None:
    cover = cover_of()
    assert cover.hidden(shrink(scene.draw(0, 2.0)), 60.0, SIZE_PX).whole
    assert Cover([]).hidden(shrink(scene.draw(0, 2.0)), 10.0, SIZE_PX).whole


def test_when_the_light_changes_the_whole_frame_is_hidden(scene: DrawnScene) -> None:
    dark = (scene.draw(0, 2.0) // 3).astype(np.uint8)
    assert cover_of().hidden(shrink(dark), 9.0, SIZE_PX).whole


def test_a_picture_of_another_shape_than_was_analysed_is_hidden_as_a_whole(scene: DrawnScene) -> None:
    other = scene.draw(0, 2.0)[:200]
    assert cover_of().hidden(shrink(np.ascontiguousarray(other)), 9.0, (640, 200)).whole


def test_somebody_who_goes_fast_is_covered_half_way() -> None:
    before, after = (np.array([[x, 0.4, x + 0.1, 0.8]], np.float32) for x in (0.2, 0.5))
    (middle,) = between(before, after, 0.5)
    assert middle[0] < 0.35
    assert middle[2] > 0.45
    far = np.array([[0.9, 0.4, 1.0, 0.8]], np.float32)
    assert not len(between(before, far, 0.5))


def test_the_background_of_the_analysis_fits_the_frames_of_the_clip(scene: DrawnScene, tmp_path: Path) -> None:
    """Both shrink a picture alike: an empty yard, encoded, decoded twice, is not taken for motion."""
    path = write_clip(tmp_path / "empty.mp4", [scene.draw(n, 2.0) for n in range(60)])
    tape = Tape(length_s=60.0, most_bytes=10**8, most_fps=30)
    analysis = Analysis("c1", detector=_Nobody(), rules=[], clock=FakeClock(), view=View(EVERY_FRAME.attention, tape=tape))
    tape.opened(lambda: 0.0)
    capture = FileCamera(id="c1", space="yard", path=path, fps=10).open(FakeClock())
    for frame in capture.frames(Rate(10).due, tape):
        analysis.analyse(frame)
    footage = tape.cut(10**15, before_s=2.0, after_s=1.0, privacy=())
    assert footage is not None
    cover = Cover(footage.looks)
    shares = [cover.hidden(shrink(one.image), one.media_s, SIZE_PX).mask.mean() for one in thinned(footage, 30)]
    assert len(shares) >= 20
    assert max(shares) < 0.05


class _Nobody:
    name, sure_score = "nobody", 0.5

    def detect(self, image: Image) -> Detections:  # noqa: ARG002 - it sees nobody in any
        return nothing()


def test_looks_bring_their_background_back() -> None:
    mean = np.arange(12, dtype=np.uint8).reshape(3, 4)
    known = mean % 3 == 0
    look = Look(1.0, 1000, True, [], 3, 4, mean.tobytes(), np.packbits(known).tobytes())
    grey, there = look.background()
    assert (grey == mean).all()
    assert (there == known).all()


@pytest.mark.parametrize(("box_at_s", "hidden"), [(4.3, True), (5.7, True), (3.9, False), (6.1, False)])
def test_somebody_who_stands_still_is_hidden_before_and_after_being_found(box_at_s: float, *, hidden: bool) -> None:
    """Nothing moves here: what is hidden is so for its box alone."""
    grey = np.full((90, 160), 100, np.uint8)
    known = np.packbits(np.ones(90 * 160, np.bool_)).tobytes()
    looks = [
        Look(at_s, 0, True, [(0.4, 0.4, 0.5, 0.8)] if at_s == box_at_s else [], 90, 160, grey.tobytes(), known)
        for at_s in sorted({box_at_s, 4.5, 5.5})
    ]
    found = Cover(looks).hidden(grey.astype(np.float32), 5.0, SIZE_PX)
    assert bool(found.mask[200, 290]) is hidden
    assert not found.mask[20, 20]
