"""Running a camera's pictures through the analysis as fast as it goes, on media time."""

from edge.analysis import Analysis
from edge.cameras.protocol import Camera
from edge.detectors.protocol import Detector
from edge.newest import Rate
from edge.rules.intrusion import Intrusion
from lamplighter.runtime.clock import FakeClock


def transitions(camera: Camera, detector: Detector, rule: Intrusion, *, until_s: float = float("inf")) -> list[tuple[float, bool]]:
    """(media time, active) wherever the rule's level changed; the end of the source included."""
    clock = FakeClock()
    analysis = Analysis(camera.id, detector=detector, rules=[rule.watch()], clock=clock)
    rate, capture = Rate(camera.fps), camera.open(clock)
    changes: list[tuple[float, bool]] = []
    active, at_s = False, 0.0
    for frame in capture.frames():
        at_s = frame.media_s
        if at_s > until_s:
            capture.close()
            break
        if rate.due(at_s):
            for said in analysis.analyse(frame):
                if said.level.active != active:
                    active = said.level.active
                    changes.append((at_s, active))
    return changes + [(at_s, level.active) for level in analysis.end(clock.now_ms())]
