"""A gateway beside the console: the real commands on a drawn camera, reached without a broker."""

import threading
from collections.abc import Iterator
from pathlib import Path

from console.requests import Requests
from edge.cameras.protocol import Frame
from edge.cameras.simulated import DEMO_ZONE, DrawnScene
from edge.commands.cameras import CameraCommands
from edge.commands.desk import Desk
from edge.outbox import Outbox, OutboxSettings
from edge.settings import GatewaySettings
from edge.watch import CameraWatch
from lamplighter.contract.records import DECODERS, Still
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.settings import check_settings
from tests.console import seed
from tests.edge.watching import EVERY_FRAME, OrderedDetector, Recorder, ScriptedCamera, boxes, wait_until

CAMERA = "cam-yard"


class GatewayBeside:
    """Watches a drawn yard whose visitor walks for ever, at several times life's speed; answers `requests`."""

    def __init__(self, folder: Path, school: seed.Seeded) -> None:
        self._school = school
        self._scene = DrawnScene(1)
        self._media_s = 0.0
        self._clock = SystemClock()
        self._outbox = Outbox(folder / "outbox.sqlite", OutboxSettings(), self._clock)
        camera = ScriptedCamera(self._pictures)
        camera.id = CAMERA
        detector = OrderedDetector(lambda _image: boxes(*self._scene.truth(self._media_s)))
        self.watch = CameraWatch(camera, detector=detector, rules=[], publish=Recorder(), clock=self._clock, view=EVERY_FRAME)
        commands = CameraCommands(_settings(folder), {CAMERA: self.watch}, outbox=self._outbox, clock=self._clock)
        self._desk = Desk(commands.handlers, answer=self._answer, clock=self._clock)
        self.requests = Requests(school.sql, publish=lambda _topic, payload: self._desk.hear(payload), clock=self._clock)
        self.deaf = threading.Event()

    def __enter__(self) -> "GatewayBeside":
        self.watch.start()
        self._desk.start()
        wait_until(lambda: len(self.watch.moments()) > 120)
        return self

    def __exit__(self, *_error: object) -> None:
        self._desk.stop()
        self.watch.stop()
        self._outbox.close()

    def _pictures(self) -> Iterator[Frame]:
        """The first visit, then an empty yard, again and again; a picture each hundredth of a second stands for a tenth."""
        number = 0
        while True:
            self._clock.pause(0.01)
            drawn_s = 6 + number / 10 % 20
            self._media_s = drawn_s
            yield Frame(self._scene.draw(number, drawn_s), number, number / 10, self._clock.now_ms())
            number += 1

    def _answer(self, payload: bytes) -> None:
        if self.deaf.is_set():
            return
        for row in self._outbox.waiting("evidence", after=0, limit=100):
            still: Still = DECODERS["evidence"].decode(row.payload()).body
            self._school.stills.put(still.sha256, still.data)
        self.requests.hear(seed.GATEWAY.topic("answer"), payload)


def _settings(folder: Path) -> GatewaySettings:
    district, school, gateway = seed.GATEWAY
    data = {
        "district": district,
        "school": school,
        "gateway": gateway,
        "data_dir": str(folder),
        "broker": {"url": "mqtt://127.0.0.1:1883"},
        "cameras": [{"id": CAMERA, "space": "yard", "kind": "simulated"}],
        "rules": [{"kind": "intrusion", "name": "yard", "camera": CAMERA, "zone": DEMO_ZONE, "armed": ["22:00-06:00"]}],
    }
    return check_settings(data, GatewaySettings, where="test")
