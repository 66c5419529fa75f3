"""The drawn gate: each thing that happens there is found by what ships with the gateway."""

import numpy as np
import pytest

from edge.analysis import Analysis
from edge.cameras.drawn.programme import COVERED_S, FIRE_S, ROUND_S, people_at
from edge.cameras.protocol import Frame
from edge.cameras.simulated import GATE_LINE, GATE_ZONE, DrawnGate
from edge.detectors.load import DetectorSettings
from edge.inference import load_pool
from edge.rules.camera_tamper import CameraTamper
from edge.rules.crowding import Crowding
from edge.rules.fall import Fall
from edge.rules.fire_smoke import FireSmoke
from edge.rules.kinds import VideoRules
from edge.rules.line_crossing import LineCrossing
from edge.rules.loitering import Loitering
from edge.tracking import TrackingSettings
from lamplighter.runtime.clock import FakeClock

FPS = 3


def raised(rule: VideoRules, from_s: float, until_s: float, *, fps: int = FPS) -> list[tuple[float, object]]:
    """(second, detail) wherever the rule raises, of this part of the round."""
    detector = load_pool(DetectorSettings(smallest_person_share=0.3), floor=0.1)
    tracking = TrackingSettings(sure_score=detector.sure_score)
    analysis = Analysis("gate", detector=detector, rules=[rule.watch()], clock=FakeClock(), tracking=tracking)
    found: list[tuple[float, object]] = []
    gate, was = DrawnGate(), False
    for step in range(round((until_s - from_s) * fps)):
        media_s = from_s + step / fps
        frame = Frame(gate.draw(round(media_s * 10), media_s), step, media_s, round(media_s * 1000))
        (said,) = analysis.analyse(frame)
        if said.level.active and not was:
            found.append((media_s, said.level.evidence.get("detail", "")))
        was = said.level.active
    return found


@pytest.mark.unit
def test_the_round_begins_and_ends_with_an_empty_gate() -> None:
    gate = DrawnGate()
    assert people_at(0) == people_at(ROUND_S - 1) == []
    assert np.array_equal(gate.draw(7, 1.0), gate.draw(7, 1.0 + ROUND_S))
    assert max(len(people_at(second)) for second in range(int(ROUND_S))) == 5


@pytest.mark.slow
def test_who_walks_through_is_counted_on_the_side_of_arrival() -> None:
    assert [detail for _at_s, detail in raised(LineCrossing(camera="gate", line=GATE_LINE), 4, 16)] == ["left"]


@pytest.mark.slow
def test_who_waits_too_long_loiters() -> None:
    ((at_s, _detail),) = raised(Loitering(camera="gate", zone=GATE_ZONE, dwell_s=15), 22, 64)
    assert 40 < at_s < 52


@pytest.mark.slow
def test_five_together_are_a_crowd() -> None:
    assert len(raised(Crowding(camera="gate", limit=3), 70, 96)) == 1


@pytest.mark.slow
def test_a_cloth_over_the_lens_is_covering() -> None:
    ((at_s, detail),) = raised(CameraTamper(camera="gate"), 100, 126)
    assert detail == "covered"
    assert COVERED_S[0] < at_s < COVERED_S[0] + 4


@pytest.mark.slow
def test_nobody_falls_when_the_cloth_is_drawn_away() -> None:
    assert raised(Fall(camera="gate"), COVERED_S[1] - 3, COVERED_S[1] + 3, fps=5) == []


@pytest.mark.slow
def test_the_fire_is_found_while_it_burns() -> None:
    ((at_s, detail),) = raised(FireSmoke(camera="gate"), FIRE_S[0] - 8, FIRE_S[1])
    assert detail == "flame"
    assert at_s > FIRE_S[0]
