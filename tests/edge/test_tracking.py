"""Following boxes over frames."""

import numpy as np
import pytest

from edge.cameras.protocol import Image
from edge.detectors.boxes import contained, overlaps_of
from edge.detectors.protocol import Detections, nothing
from edge.regions import Region
from edge.rules.protocol import Track
from edge.tracking import Tracker, TrackingSettings
from tests.edge.watching import boxes

pytestmark = pytest.mark.unit


def _at(left: float, *, top: float = 100.0) -> tuple[float, float, float, float]:
    return left, top, left + 40, top + 100


def _join(*parts: Detections) -> Detections:
    together = Detections(
        np.concatenate([part.xyxy_px for part in parts]),
        np.concatenate([part.score for part in parts]),
        tuple(label for part in parts for label in part.label),
    )
    order = np.argsort(-together.score, kind="stable")
    return Detections(together.xyxy_px[order], together.score[order], tuple(together.label[place] for place in order))


def _ids(tracks: tuple[Track, ...]) -> list[int]:
    return [track.id for track in tracks]


def test_a_walker_keeps_one_id() -> None:
    tracker = Tracker()
    seen = [_ids(tracker.update(boxes(_at(step * 24)), step * 0.2)) for step in range(20)]
    assert seen[1:] == [[1]] * 19


def test_one_detection_is_not_yet_believed() -> None:
    assert Tracker().update(boxes(_at(0)), 0.0) == ()


def test_a_track_of_low_median_score_is_never_believed() -> None:
    tracker = Tracker(TrackingSettings(sure_score=0.4))
    scores = [0.45, 0.2, 0.2, 0.2, 0.2]
    assert [tracker.update(boxes(_at(0), score=score), step * 0.2) for step, score in enumerate(scores)] == [()] * 5


def test_an_unsure_detection_continues_a_track_and_starts_none() -> None:
    tracker = Tracker()
    for step in range(3):
        tracker.update(boxes(_at(0)), step * 0.2)
    later = _join(boxes(_at(2), score=0.25), boxes(_at(300), score=0.25))
    assert _ids(tracker.update(later, 0.6)) == [1]
    assert _ids(tracker.update(later, 0.8)) == [1]


def test_a_walker_hidden_for_a_moment_keeps_its_id() -> None:
    tracker = Tracker()
    for step in range(5):
        tracker.update(boxes(_at(step * 20)), step * 0.2)
    tracker.update(nothing(), 1.0)
    tracker.update(nothing(), 1.2)
    assert _ids(tracker.update(boxes(_at(7 * 20)), 1.4)) == [1]


def test_a_track_lost_too_long_is_forgotten() -> None:
    tracker = Tracker(TrackingSettings(lost_s=1.0))
    for step in range(3):
        tracker.update(boxes(_at(0)), step * 0.2)
    tracker.update(boxes(_at(0)), 2.0)
    assert _ids(tracker.update(boxes(_at(0)), 2.2)) == [2]


def test_two_who_pass_each_other_keep_their_ids() -> None:
    tracker = Tracker()
    for step in range(21):
        right, left = step * 20, 400 - step * 20
        tracks = tracker.update(_join(boxes(_at(right)), boxes(_at(left, top=130.0))), step * 0.2)
    assert {track.id: round(track.xyxy_px[0]) for track in tracks} == {1: 400, 2: 0}


def test_labels_are_never_mixed() -> None:
    tracker = Tracker()
    tracker.update(boxes(_at(0)), 0.0)
    assert tracker.update(boxes(_at(0), label="dog"), 0.2) == ()


def test_a_second_box_on_one_body_is_not_a_second_person() -> None:
    tracker = Tracker()
    whole, upper = (100.0, 100.0, 160.0, 260.0), (105.0, 105.0, 155.0, 190.0)
    for step in range(4):
        tracks = tracker.update(_join(boxes(whole), boxes(upper, score=0.6)), step * 0.2)
    assert _ids(tracks) == [1]


def test_the_frame_rate_does_not_change_who_is_followed() -> None:
    def ids(fps: int) -> set[int]:
        tracker = Tracker()
        return {id_ for step in range(fps * 4) for id_ in _ids(tracker.update(boxes(_at(step / fps * 60)), step / fps))}

    assert ids(3) == ids(10) == ids(25) == {1}


def test_overlap_is_intersection_over_union() -> None:
    first = np.array([[0, 0, 10, 10]], np.float32)
    second = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30], [0, 0, 5, 5]], np.float32)
    assert overlaps_of(first, second)[0].tolist() == pytest.approx([1.0, 1 / 3, 0.0, 0.25])
    assert contained(first, second)[0].tolist() == pytest.approx([1.0, 0.5, 0.0, 1.0])


def test_somebody_nobody_looked_at_is_still_there() -> None:
    tracker = Tracker()
    for step in range(3):
        tracker.update(boxes(_at(0)), step * 0.2)
    carried = [_ids(tracker.update(nothing(), 0.6 + step * 0.2, looked=None)) for step in range(50)]
    assert carried == [[1]] * 50


def test_somebody_who_left_is_not_carried_once_the_place_was_looked_at() -> None:
    tracker = Tracker()
    for step in range(3):
        tracker.update(boxes(_at(0)), step * 0.2)
    assert tracker.update(nothing(), 0.6, looked=Region(0, 0, 400, 400)) == ()
    assert tracker.update(nothing(), 0.8, looked=None) == ()


def test_a_look_elsewhere_leaves_somebody_where_they_are() -> None:
    tracker = Tracker()
    for step in range(3):
        tracker.update(boxes(_at(0)), step * 0.2)
    assert _ids(tracker.update(nothing(), 0.6, looked=Region(600, 0, 1000, 400))) == [1]


def test_what_is_not_believed_yet_or_just_lost_wants_a_look() -> None:
    tracker = Tracker()
    tracker.update(boxes(_at(0)), 0.0)
    assert len(tracker.wanting(0.2, recheck_s=5)) == 1
    tracker.update(boxes(_at(0)), 0.2)
    assert len(tracker.wanting(0.4, recheck_s=5)) == 0
    tracker.update(nothing(), 0.4)
    assert len(tracker.wanting(0.6, recheck_s=5)) == 1


def test_somebody_who_stands_still_wants_a_look_now_and_then() -> None:
    tracker = Tracker()
    for step in range(3):
        tracker.update(boxes(_at(0)), step * 0.2)
    wanted = []
    for at_s in (0.4 + second for second in range(1, 7)):
        tracker.update(nothing(), at_s, looked=None)
        wanted.append(len(tracker.wanting(at_s, recheck_s=5)))
    assert wanted == [0, 0, 0, 0, 1, 1]


def test_a_single_mistake_soon_wants_no_look_any_more() -> None:
    tracker = Tracker()
    tracker.update(boxes(_at(0)), 0.0)
    for step in range(1, 4):
        tracker.update(nothing(), step * 0.2)
    assert len(tracker.wanting(0.8, recheck_s=5)) == 0


def _dressed(*people: tuple[float, tuple[int, int, int]]) -> Image:
    picture = np.full((300, 600, 3), 128, np.uint8)
    for left, colour in people:
        picture[100:200, round(left) : round(left) + 40] = colour
    return picture


def test_two_who_meet_and_turn_back_keep_their_ids_by_their_clothes() -> None:
    red, blue = (20, 20, 220), (220, 20, 20)
    tracker = Tracker()
    way = [0, 20, 40, 60, 80, 90, 80, 60, 40, 20, 0]
    for step, at in enumerate(way):
        left, right = 100.0 + at, 300.0 - at
        tracks = tracker.update(_join(boxes(_at(left)), boxes(_at(right))), step * 0.2, image=_dressed((left, red), (right, blue)))
    assert {track.id: round(track.xyxy_px[0]) for track in tracks} == {1: 100, 2: 300}


def test_somebody_lost_for_a_moment_is_found_again_by_clothes_where_no_box_overlaps() -> None:
    tracker = Tracker()
    for step in range(4):
        tracker.update(boxes(_at(100)), step * 0.2, image=_dressed((100, (20, 20, 220))))
    tracker.update(nothing(), 0.8, image=_dressed())
    again = tracker.update(boxes(_at(150)), 1.0, image=_dressed((150, (20, 20, 220))))
    assert _ids(again) == [1]


def test_somebody_else_who_appears_near_by_is_somebody_else() -> None:
    tracker = Tracker()
    for step in range(4):
        tracker.update(boxes(_at(100)), step * 0.2, image=_dressed((100, (20, 20, 220))))
    tracker.update(nothing(), 0.8, image=_dressed())
    for step in range(2):
        tracks = tracker.update(boxes(_at(150)), 1.0 + step * 0.2, image=_dressed((150, (220, 200, 20))))
    assert _ids(tracks) == [2]


def test_a_track_knows_where_it_was_found_first() -> None:
    tracker = Tracker()
    found = [tracker.update(boxes(_at(step * 24)), step * 0.2) for step in range(4)]
    assert [track.first_px for tracks in found for track in tracks] == [_at(0)] * 3


def test_a_track_knows_whether_it_was_found_surely() -> None:
    tracker = Tracker(TrackingSettings(sure_score=0.4, unsure_score=0.2))
    scores = (0.8, 0.8, 0.3, 0.8)
    found = [tracker.update(boxes(_at(0), score=score), step * 0.2) for step, score in enumerate(scores)]
    assert [track.sure for tracks in found for track in tracks] == [True, False, True]
