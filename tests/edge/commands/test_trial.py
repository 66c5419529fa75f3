"""Rules tried on the boxes of the last minutes say what they would have said at the time."""

import pytest

from edge.commands.trial import try_rules
from edge.recent import Recent, scenes
from edge.rules.base import VideoRule
from edge.rules.camera_tamper import CameraTamper
from edge.rules.intrusion import Intrusion
from edge.rules.kinds import VideoRules, default_rules
from edge.rules.line_crossing import LineCrossing
from edge.rules.loitering import Loitering
from edge.rules.protocol import Scene
from tests.edge.rules.staging import FPS, changes, course, scene

pytestmark = pytest.mark.unit

LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def walk(*, from_px: float = 20, to_px: float = 180) -> list[Scene]:
    """Somebody walks across in eight seconds, then nobody for four."""
    steps = round(8 * FPS)
    there = [from_px + (to_px - from_px) * step / steps for step in range(steps)]
    scenes = [scene(step / FPS, (x - 10, 50.0, x + 10, 90.0)) for step, x in enumerate(there)]
    return scenes + [scene((steps + step) / FPS) for step in range(round(4 * FPS))]


@pytest.mark.parametrize(
    "rule",
    [Intrusion(camera="c1", zone=LEFT_HALF), Loitering(camera="c1", dwell_s=3, gap_s=1), LineCrossing(camera="c1", hold_s=1)],
    ids=["intrusion", "loitering", "line_crossing"],
)
def test_a_rule_says_of_what_was_kept_what_it_says_of_the_pictures(rule: VideoRules) -> None:
    recent, walked = Recent(), walk()
    for one in walked:
        recent.add(one)
    raised = [at_s for at_s, active, _detail in changes(course(rule.watch(), walked)) if active]
    (tried,) = try_rules([rule], (), scenes("c1", recent.moments())).rules
    assert raised
    assert [one.at_ms / 1000 for one in reversed(tried.raised)] == raised
    assert tried.count == len(raised)
    assert all(one.cleared_at_ms is not None for one in tried.raised)


def test_a_crossing_names_its_direction() -> None:
    (tried,) = try_rules([LineCrossing(camera="c1")], (), walk(from_px=180, to_px=20)).rules
    assert [one.detail for one in tried.raised] == ["right"]


def test_a_rule_out_of_its_hours_is_tried_and_the_answer_says_that_it_was_not_armed() -> None:
    rule = Intrusion(camera="c1", armed=("10:00-11:00",), time_zone="UTC")
    (tried,) = try_rules([rule], (), walk()).rules
    assert [one.armed for one in tried.raised] == [False]


def test_what_shows_in_pixels_alone_is_not_tried_and_says_so() -> None:
    found = {one.kind: one.tried for one in try_rules(default_rules("c1"), (), walk()).rules}
    assert found["intrusion"]
    assert found["crowding"]
    assert not found["fall"]
    assert not found["fire_smoke"]
    assert not found["camera_tamper"]


def test_a_person_under_a_drawn_privacy_mask_raises_nothing() -> None:
    rules: list[VideoRule] = [Intrusion(camera="c1"), CameraTamper(camera="c1")]
    whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    assert try_rules(rules[:1], (whole,), walk()).rules[0].count == 0  # type: ignore[arg-type] # a list of one kind
    assert try_rules(rules[:1], (), walk()).rules[0].count == 1  # type: ignore[arg-type] # a list of one kind


def test_the_span_that_was_looked_at_is_told() -> None:
    tried = try_rules([], (), walk())
    assert (tried.pictures, tried.until_ms - tried.from_ms) == (60, 11_800)
