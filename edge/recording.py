"""Watching a recording: the gateway's own analysis on media time, as fast as it goes; the same input gives the same answer."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from edge.analysis import Analysis
from edge.cameras.file import FileCamera, length_s
from edge.cameras.protocol import Frame
from edge.detectors.protocol import Detector
from edge.newest import Rate
from edge.rules.headcount import Headcount
from edge.rules.kinds import VideoRules, default_rules
from edge.rules.protocol import Level, Scene
from edge.tracking import TrackingSettings
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.clock import Clock, FakeClock, SystemClock
from lamplighter.runtime.settings import Settings, check_settings, read_toml

CAMERA: Final = "recording"
_WATCHED_GAP_S: Final = 2.0
"""Time between two analysed pictures up to which a camera counts as watched."""
_ENDS_EARLY_S: Final = 1.0
_ENDS_EARLY_SHARE: Final = 0.02
"""Lengths are told in whole pictures, or with the sound's; a film that lacks more than both of these was cut off."""
Line = dict[str, Any]
Show = Callable[[Scene, Sequence[Level]], None]


class RecordingRules(Settings):
    """The file of `--rules`: rules as in a gateway's settings, whose `camera` may be left out."""

    rules: tuple[Annotated[VideoRules, Field(discriminator="kind")], ...]


def rules_of(path: Path | None) -> Sequence[VideoRules]:
    """The rules of the file, or every incident on the whole picture; raises SettingsError with every problem."""
    if path is None:
        return default_rules(CAMERA)
    data = read_toml(path)
    rows = data.get("rules")
    if isinstance(rows, list):
        data["rules"] = [{**row, "camera": CAMERA} if isinstance(row, dict) else row for row in rows]
    found = check_settings(data, RecordingRules, where=str(path)).rules
    if not found:
        raise SettingsError(
            f'{path}: rules = []: there is nothing to watch for; add a table [[rules]] with a kind such as "intrusion"'
        )
    names = [rule.name for rule in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SettingsError(f"{path}: rules: name = {', '.join(map(repr, twice))} is used twice; give each rule a name of its own")
    return found


class Recording:
    """One run over one file."""

    def __init__(self, source: Path, detector: Detector, *, rules: Sequence[VideoRules], fps: float, start_ms: int = 0) -> None:
        self._camera = FileCamera(id=CAMERA, space=CAMERA, path=source, fps=fps)
        self._clock: Clock = SystemClock()
        tracking = TrackingSettings(sure_score=detector.sure_score)
        watches = [rule.watch() for rule in rules]
        self._analysis = Analysis(CAMERA, detector=detector, rules=watches, clock=self._clock, tracking=tracking)
        self._headcount = Headcount(detector.sure_score)
        self._start_ms = start_ms
        self._active: dict[str, bool] = {}
        self._frames = self._analysed = self._undecoded = self._accounted = 0
        self._watched_s = 0.0
        self._last_s: float | None = None
        self._told_s: float | None = None
        self._played_s = 0.0
        self._next_count_s = 0.0

    def lines(self, *, show: Show | None = None) -> Iterator[Line]:
        """One line a transition, one a second with the number of people, and last the summary.

        `show` is handed every analysed picture. Raises SettingsError where the file does not play.
        """
        begun_s = self._clock.monotonic()
        rate, capture = Rate(self._camera.fps), self._camera.open(FakeClock(self._start_ms))
        self._told_s = length_s(self._camera.path)
        for frame in capture.frames():
            self._frames += 1
            self._undecoded += frame.undecoded
            self._played_s = frame.media_s
            if rate.due(frame.media_s):
                scene, levels = self._look(frame)
                yield from self._tell(scene, levels)
                if show is not None:
                    show(scene, levels)
        yield {"summary": self._summary(self._clock.monotonic() - begun_s)}

    @property
    def missing_s(self) -> float:
        """Once it has been watched: seconds that the file promises and does not hold, since it was cut off or is damaged."""
        short_s = (self._told_s or 0.0) - self._played_s
        return short_s if short_s > _ENDS_EARLY_S and short_s > _ENDS_EARLY_SHARE * self._played_s else 0.0

    def _look(self, frame: Frame) -> tuple[Scene, list[Level]]:
        levels = [said.level for said in self._analysis.analyse(frame)]
        self._analysed += 1
        self._account(frame.media_s, levels)
        scene = self._analysis.scene or Scene(CAMERA, frame, ())
        return scene, levels

    def _tell(self, scene: Scene, levels: list[Level]) -> Iterator[Line]:
        at_s = scene.frame.media_s
        for level in levels:
            if level.active != self._active.get(level.name, False):
                self._active[level.name] = level.active
                yield transition(level, at_s)
        while at_s >= self._next_count_s - 1e-6:
            yield {"at_s": round(self._next_count_s, 3), "count": len(self._headcount.of(scene))}
            self._next_count_s += 1.0

    def _account(self, at_s: float, levels: list[Level]) -> None:
        """Add the time since the last picture where it was watched: no gap, nothing lost, nothing wrong with the camera's view."""
        tampered = any(level.active for level in levels if level.kind == "camera_tamper")
        lost, self._accounted = self._undecoded > self._accounted, self._undecoded
        if self._last_s is not None and at_s - self._last_s <= _WATCHED_GAP_S and not (tampered or lost):
            self._watched_s += at_s - self._last_s
        self._last_s = at_s

    def _summary(self, wall_s: float) -> Line:
        times_ms = sorted(self._analysis.inference_ms)
        whole_s = (self._last_s or 0.0) + self.missing_s
        return {
            "frames": self._frames,
            "analysed": self._analysed,
            "inferences": self._analysis.inferences,
            "inference_ms": round(times_ms[len(times_ms) // 2], 2) if times_ms else 0.0,
            "wall_s": round(wall_s, 3),
            "coverage": round(self._watched_s / whole_s, 4) if whole_s > 0 else 1.0,
            "skipped": 0,
            "undecoded": self._undecoded,
        }


def transition(level: Level, at_s: float) -> Line:
    """A level that changed, as one line; `detail` says which of several things of that kind it is."""
    evidence = dict(level.evidence)
    detail = evidence.pop("detail", "")
    return {
        "at_s": round(at_s, 3),
        "kind": level.kind,
        "detail": detail,
        "name": level.name,
        "active": level.active,
        "evidence": evidence,
    }


def text_of(line: Line) -> str:
    """The line as JSON."""
    return json.dumps(line, ensure_ascii=False)


def sentence_of(line: Line) -> str:
    """The line for a person: "12.40 s: fall raised"."""
    if "summary" in line:
        return ", ".join(f"{key} {value}" for key, value in line["summary"].items())
    if "count" in line:
        return f"{line['at_s']:.2f} s: {line['count']} persons"
    if "file" in line:
        return ", ".join(f"{key} {value}" for key, value in line.items())
    what = f"{line['kind']} {line['detail']}".strip()
    return f"{line['at_s']:.2f} s: {what} ({line['name']}) {'raised' if line['active'] else 'cleared'}"
