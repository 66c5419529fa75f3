"""A snapshot and a trial as the centre asks for them, from a camera at work."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.cameras.protocol import Frame
from edge.commands.cameras import CameraCommands
from edge.outbox import Outbox, OutboxSettings
from edge.watch import CameraWatch
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.records import DECODERS, Command, Still
from lamplighter.runtime.clock import SystemClock
from tests.edge.commands.test_draft import settings
from tests.edge.watching import EVERY_FRAME, OrderedDetector, Recorder, ScriptedCamera, boxes, frame, wait_until

pytestmark = pytest.mark.unit


class Bench:
    """One camera watched for ever, and the commands about it."""

    def __init__(self, folder: Path) -> None:
        clock = SystemClock()
        self.outbox = Outbox(folder / "outbox.sqlite", OutboxSettings(), clock)
        camera = ScriptedCamera(self._pictures)
        self.watch = CameraWatch(
            camera,
            detector=OrderedDetector(lambda image: boxes((20, 5, 40, 45) if image[0, 0, 0] % 2 else (22, 5, 42, 45))),
            rules=[],
            publish=Recorder(),
            clock=clock,
            view=EVERY_FRAME,
        )
        self._clock = clock
        self.commands = CameraCommands(settings(), {"c1": self.watch}, outbox=self.outbox, clock=clock)

    def _pictures(self) -> Iterator[Frame]:
        number = 0
        while True:
            self._clock.pause(0.02)
            number += 1
            yield frame(number)

    def stills(self) -> list[Still]:
        """The snapshots on their way."""
        return [DECODERS["evidence"].decode(row.payload()).body for row in self.outbox.waiting("evidence", after=0, limit=9)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.watch.start()
    yield made
    made.watch.stop()
    made.outbox.close()


def command(kind: str, **arguments: str) -> Command:
    return Command(id="7", kind=kind, at_ms=0, arguments={"camera": "c1", **arguments})


def test_a_view_names_the_snapshot_on_its_way_and_what_is_in_force(bench: Bench) -> None:
    view = bench.commands.view(command("camera_view")).view
    (still,) = bench.stills()
    assert view is not None
    assert (still.sha256, still.command, still.camera, still.condition) == (view.still_sha256, "7", "c1", "")
    assert (view.width_px, view.height_px) == (64, 48)
    assert [rule["name"] for rule in view.rules] == ["yard", "bench"]
    picture = cv2.imdecode(np.frombuffer(still.data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (48, 64, 3)


def test_a_view_tells_every_kind_of_rule_with_its_keys(bench: Bench) -> None:
    view = bench.commands.view(command("camera_view")).view
    assert view is not None
    kinds = {kind.kind: kind for kind in view.kinds}
    assert {name for name, kind in kinds.items() if kind.replayable} == {"intrusion", "loitering", "crowding", "line_crossing"}
    assert set(kinds) > {"fall", "fire_smoke", "camera_tamper"}
    fields = {field.name: field for field in kinds["line_crossing"].fields}
    assert fields["direction"].choices == ["left", "right", "both"]
    assert (fields["hold_s"].type, fields["hold_s"].default, fields["hold_s"].high) == ("number", 3.0, 600.0)
    assert fields["armed"].type == "texts"
    assert "zone" not in fields


def test_a_trial_looks_at_what_the_camera_saw(bench: Bench) -> None:
    wait_until(lambda: sum(len(moment.boxes) > 0 for moment in bench.watch.moments()) > 10)
    draft = json.dumps({"rules": [{"kind": "intrusion", "movers_only": False}, {"kind": "fall"}]})
    trial = bench.commands.try_rules(command("try_rules", draft=draft)).trial
    assert trial is not None
    assert trial.problems == []
    assert [(rule.kind, rule.tried, rule.count) for rule in trial.rules] == [("intrusion", True, 1), ("fall", False, 0)]
    assert trial.pictures > 10
    assert "intrusion" in trial.diff


def test_a_wrong_draft_is_answered_with_its_problems(bench: Bench) -> None:
    trial = bench.commands.try_rules(command("try_rules", draft='{"rules": [{"kind": "intrusion", "zone": []}]}')).trial
    assert trial is not None
    assert len(trial.problems) == 1
    assert (trial.settings, trial.rules) == ("", [])


def test_a_camera_that_is_not_there_is_named(bench: Bench) -> None:
    with pytest.raises(SettingsError, match="has no camera 'c9'; it has c1"):
        bench.commands.view(Command(id="8", kind="camera_view", at_ms=0, arguments={"camera": "c9"}))
