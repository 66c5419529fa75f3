"""What tests of cameras share: a camera with a script, a detector with orders, and somebody who takes levels down."""

import threading
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from edge.attention import AttentionSettings
from edge.cameras.protocol import Capture, Due, Frame, Image, Tap, always
from edge.detectors.protocol import Detections, nothing
from edge.rules.protocol import Level
from edge.view import View
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

DEADLINE_S = 20.0
EVERY_FRAME = View(AttentionSettings(every_frame=True))
"""The network runs on each analysed frame, so that a test can count on it."""
Script = Callable[[], Iterator[Frame]]


def frame(number: int, *, fps: float = 10.0, image: Image | None = None) -> Frame:
    """A picture of 64x48 whose every pixel is the frame's number."""
    picture = np.full((48, 64, 3), number % 256, np.uint8) if image is None else image
    return Frame(picture, number, number / fps, 1_700_000_000_000 + round(number * 1000 / fps))


def boxes(*xyxy_px: Sequence[float], score: float = 0.9, label: str = "person") -> Detections:
    """Detections of one label and score."""
    if not xyxy_px:
        return nothing()
    return Detections(np.array(xyxy_px, np.float32), np.full(len(xyxy_px), score, np.float32), (label,) * len(xyxy_px))


def walk(number: int) -> Image:
    """A yard in which somebody walks from the tenth picture to the twenty-ninth; its first pixel is the picture's number."""
    picture = np.full((192, 320, 3), 60, np.uint8)
    if 10 <= number < 30:
        picture[60:160, 8 * number : 8 * number + 40] = 200
    picture[0, 0] = number
    return picture


def bright(image: Image) -> Detections:
    """Whoever walks there."""
    columns = np.flatnonzero(image[100, :, 0] > 150)
    return boxes((columns[0], 60, columns[-1] + 1, 160)) if len(columns) else boxes()


class ScriptedCamera:
    """Each opening plays the next script; when none is left, opening fails."""

    id = "c1"
    fps = 10.0
    steady_s = 0.0

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)

    def open(self, _clock: Clock) -> Capture:
        """The next script as a capture."""
        if not self._scripts:
            raise Unavailable("the script is over")
        return _Played(self._scripts.pop(0))


class _Played:
    def __init__(self, script: Script) -> None:
        self._script = script

    def frames(self, due: Due = always, tap: Tap | None = None) -> Iterator[Frame]:  # noqa: ARG002 - nothing is encoded
        return (frame for frame in self._script() if due(frame.media_s))

    def close(self) -> None:
        return


class OrderedDetector:
    """Finds what `answer` says; records the pictures' grey and waits at `gate` first if there is one."""

    name = "ordered"
    sure_score = 0.4

    def __init__(
        self, answer: Callable[[Image], Detections] = lambda _image: nothing(), gate: threading.Event | None = None
    ) -> None:
        self._answer = answer
        self._gate = gate
        self.entered = threading.Event()
        self.seen: list[int] = []

    def detect(self, image: Image) -> Detections:
        """What it was told to find."""
        self.entered.set()
        if self._gate is not None:
            assert self._gate.wait(DEADLINE_S)
        self.seen.append(int(image[0, 0, 0]))
        return self._answer(image)


class Recorder:
    """Takes levels down; keeps what changes, as the layer above does."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, bool]] = []
        self.stills: list[bytes] = []
        self.raised: list[Level] = []
        self._active: dict[str, bool] = {}
        self._news = threading.Condition()

    def __call__(self, level: Level, *, still: Callable[[], bytes] | None = None) -> None:
        """Take a level down if it is news."""
        with self._news:
            if self._active.get(level.kind) == level.active:
                return
            self._active[level.kind] = level.active
            self.changes.append((level.kind, level.active))
            if level.active:
                self.raised.append(level)
                if still is not None:
                    self.stills.append(still())
            self._news.notify_all()

    def of(self, kind: str) -> list[bool]:
        """How this kind went: True where it was raised, False where it was said not to hold."""
        with self._news:
            return [active for name, active in self.changes if name == kind]

    def wait_for(self, kind: str, course: list[bool]) -> None:
        """Wait until this kind has gone so."""
        with self._news:
            done = self._news.wait_for(lambda: [active for name, active in self.changes if name == kind] == course, DEADLINE_S)
            assert done, f"{kind}: waited for {course}, saw {self.changes}"


def wait_until(true: Callable[[], bool], *, within_s: float = DEADLINE_S) -> None:
    """Wait for something that announces itself nowhere."""
    pause = threading.Event()
    for _turn in range(int(within_s / 0.02)):
        if true():
            return
        pause.wait(0.02)
    raise AssertionError("did not come true in time")
