"""One camera from source to levels."""

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from structlog.testing import capture_logs

from edge.attention import AttentionSettings
from edge.cameras.protocol import Due, Frame, Tap, always
from edge.rules.intrusion import Intrusion
from edge.view import View
from edge.watch import CameraWatch
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock, FakeClock, SystemClock
from tests.edge.watching import (
    DEADLINE_S,
    EVERY_FRAME,
    OrderedDetector,
    Recorder,
    Script,
    ScriptedCamera,
    boxes,
    bright,
    frame,
    wait_until,
    walk,
)

pytestmark = pytest.mark.unit


def _quick() -> Backoff:
    return Backoff(0.01, 0.02)


def _plays(*numbers: int) -> Script:
    return lambda: iter([frame(number) for number in numbers])


def _breaks(*numbers: int) -> Script:
    def script() -> Iterator[Frame]:
        yield from (frame(number) for number in numbers)
        raise Unavailable("cable pulled")

    return script


def _ended(watch: CameraWatch) -> None:
    assert watch.ended.wait(DEADLINE_S)
    watch.stop()


def test_the_newest_frames_win_and_every_dropped_one_is_counted() -> None:
    detector = OrderedDetector(gate=(gate := threading.Event()))

    def script() -> Iterator[Frame]:
        yield frame(0)
        assert detector.entered.wait(DEADLINE_S)
        yield from (frame(number) for number in range(1, 10))
        gate.set()

    watch = CameraWatch(
        ScriptedCamera(script), detector=detector, rules=[], publish=Recorder(), clock=SystemClock(), view=EVERY_FRAME
    )
    watch.start()
    _ended(watch)
    assert detector.seen == [0, 8, 9]
    assert watch.health().skipped == 7
    assert watch.health().frames == 10


def test_frames_are_analysed_at_the_cameras_rate_and_the_rest_are_not_called_skipped() -> None:
    detector = OrderedDetector()
    camera = ScriptedCamera(lambda: (_after(detector, count) for count in range(10)))
    camera.fps = 5.0
    watch = CameraWatch(camera, detector=detector, rules=[], publish=Recorder(), clock=FakeClock(), view=EVERY_FRAME)
    watch.start()
    _ended(watch)
    assert detector.seen == [0, 2, 4, 6, 8]
    assert watch.health().skipped == 0


def test_a_camera_gives_more_pictures_while_somebody_moves() -> None:
    detector = OrderedDetector(bright)

    def script() -> Iterator[Frame]:
        due = 0
        for number in range(30):
            yield frame(number, image=walk(number))
            due += watch.health().frames == number + 1
            wait_until(partial(_analysed, watch, due))

    camera = ScriptedCamera(script)
    camera.fps = 2.0
    view = View(AttentionSettings(every_frame=True, moving_fps=10))
    watch = CameraWatch(camera, detector=detector, rules=[], publish=Recorder(), clock=FakeClock(), view=view)
    watch.start()
    _ended(watch)
    assert detector.seen[:3] == [0, 5, 10]
    assert detector.seen[-10:] == list(range(20, 30))


def _analysed(watch: CameraWatch, count: int) -> bool:
    return watch.health().analysed == count


def test_packets_that_did_not_decode_are_counted() -> None:
    camera = ScriptedCamera(lambda: iter([frame(0), frame(3)._replace(undecoded=2), frame(5)._replace(undecoded=1)]))
    watch = CameraWatch(camera, detector=OrderedDetector(), rules=[], publish=Recorder(), clock=FakeClock(), view=EVERY_FRAME)
    watch.start()
    _ended(watch)
    assert watch.health().undecoded == 3


def _after(detector: OrderedDetector, number: int) -> Frame:
    """Frame `number`, once everything due before it was analysed."""
    wait_until(lambda: len(detector.seen) >= (number + 1) // 2)
    return frame(number)


def test_a_level_that_held_when_a_recording_ended_is_cleared_and_nothing_is_raised_then() -> None:
    recorder = Recorder()
    detector = OrderedDetector(lambda _image: boxes((10, 10, 30, 45)))
    camera = ScriptedCamera(lambda: (_one_by_one(detector, number) for number in range(12)))
    rule = Intrusion(camera="c1", movers_only=False, on_delay_s=0.2)
    watch = CameraWatch(camera, detector=detector, rules=[rule.watch()], publish=recorder, clock=FakeClock(), view=EVERY_FRAME)
    watch.start()
    _ended(watch)
    assert recorder.of("intrusion") == [False, True, False]
    assert watch.health().state == "ended"
    assert len(recorder.stills) == 1


def _one_by_one(detector: OrderedDetector, number: int) -> Frame:
    wait_until(lambda: len(detector.seen) >= number)
    return frame(number)


def test_an_intrusion_is_left_as_it_is_while_the_camera_is_away() -> None:
    recorder = Recorder()
    detector = OrderedDetector(lambda _image: boxes((10, 10, 30, 45)))

    def script() -> Iterator[Frame]:
        yield from (_one_by_one(detector, number) for number in range(12))
        wait_until(lambda: len(detector.seen) >= 12)
        raise Unavailable("cable cut")

    rule = Intrusion(camera="c1", movers_only=False, on_delay_s=0.2)
    watch = CameraWatch(
        ScriptedCamera(script),
        detector=detector,
        rules=[rule.watch()],
        publish=recorder,
        clock=SystemClock(),
        backoff=_quick(),
        view=EVERY_FRAME,
    )
    watch.start()
    recorder.wait_for("camera_offline", [False, True])
    watch.stop()
    assert recorder.of("intrusion") == [False, True]


def test_rules_see_one_time_line_over_a_reconnection() -> None:
    detector = OrderedDetector(lambda image: boxes((10, 10, 30, 45)) if image[0, 0, 0] < 50 else boxes())
    recorder = Recorder()

    def second() -> Iterator[Frame]:
        yield from (_one_by_one_more(detector, number) for number in range(30))

    def first() -> Iterator[Frame]:
        yield from (_one_by_one(detector, number) for number in range(10))
        wait_until(lambda: len(detector.seen) >= 10)
        raise Unavailable("hiccup")

    rule = Intrusion(camera="c1", movers_only=False, on_delay_s=0.2, off_delay_s=1.0)
    watch = CameraWatch(
        ScriptedCamera(first, second),
        detector=detector,
        rules=[rule.watch()],
        publish=recorder,
        clock=FakeClock(),
        backoff=_quick(),
        view=EVERY_FRAME,
    )
    watch.start()
    _ended(watch)
    assert recorder.of("intrusion") == [False, True, False]


def _one_by_one_more(detector: OrderedDetector, number: int) -> Frame:
    wait_until(lambda: len(detector.seen) >= 10 + number)
    return frame(number)._replace(pixels=frame(100 + number).image)


def test_a_lost_camera_is_said_and_logged_once_and_so_is_its_return() -> None:
    recorder = Recorder()
    away = threading.Event()

    def refuses() -> Iterator[Frame]:
        raise Unavailable("no route")

    def returns() -> Iterator[Frame]:
        yield frame(0)
        assert away.wait(DEADLINE_S)

    camera = ScriptedCamera(_breaks(0, 1), refuses, refuses, refuses, returns)
    with capture_logs() as logs:
        watch = CameraWatch(camera, detector=OrderedDetector(), rules=[], publish=recorder, clock=SystemClock(), backoff=_quick())
        watch.start()
        recorder.wait_for("camera_offline", [False, True, False])
        away.set()
        _ended(watch)
    events = [line["event"] for line in logs if line["event"].startswith("camera_") and line["event"] != "camera_ended"]
    assert events == ["camera_available", "camera_unavailable", "camera_available"]


def test_a_source_that_hangs_does_not_hold_up_stopping() -> None:
    hangs = threading.Event()
    begun = threading.Event()

    def script() -> Iterator[Frame]:
        yield frame(0)
        begun.set()
        hangs.wait(DEADLINE_S)

    watch = CameraWatch(
        ScriptedCamera(script), detector=OrderedDetector(), rules=[], publish=Recorder(), clock=SystemClock(), view=EVERY_FRAME
    )
    watch.start()
    assert begun.wait(DEADLINE_S)
    watch.stop()
    assert any(thread.is_alive() for thread in watch._threads)
    hangs.set()
    for thread in watch._threads:
        thread.join(DEADLINE_S)


def test_a_camera_that_falls_silent_is_offline_whatever_its_connection_says() -> None:
    recorder, clock = Recorder(), FakeClock()
    quiet = threading.Event()

    def script() -> Iterator[Frame]:
        yield frame(0)
        clock.advance(60)
        quiet.wait(DEADLINE_S)
        yield frame(600)

    watch = CameraWatch(ScriptedCamera(script), detector=OrderedDetector(), rules=[], publish=recorder, clock=clock)
    watch.start()
    recorder.wait_for("camera_offline", [False, True])
    assert "no picture for 15 s" in watch.health().reason
    quiet.set()
    recorder.wait_for("camera_offline", [False, True, False])
    _ended(watch)


def test_inference_is_counted_and_timed() -> None:
    watch = CameraWatch(
        ScriptedCamera(_plays(0)), detector=OrderedDetector(), rules=[], publish=Recorder(), clock=SystemClock(), view=EVERY_FRAME
    )
    watch.start()
    _ended(watch)
    assert watch.health().inferences == len(watch.inference_ms()) == 1


class _KeyFramed:
    """Plays a still picture and notes what it is told about key frames, until it has been told to spare."""

    id = "c1"
    fps = 10.0
    steady_s = 0.0

    def __init__(self) -> None:
        self.told: list[bool] = []
        self._spared = threading.Event()

    def open(self, clock: Clock) -> "_KeyFramed":  # noqa: ARG002 - a camera's shape
        """Itself."""
        return self

    def frames(self, due: Due = always, tap: Tap | None = None) -> Iterator[Frame]:  # noqa: ARG002 - a capture's shape
        """The same picture ten times a second of media time."""
        for number in range(100_000):
            if self._spared.is_set():
                return
            yield frame(number, image=frame(50).image)

    def key_frames_only(self, *, wanted: bool) -> None:
        """Note it."""
        self.told.append(wanted)
        if wanted:
            self._spared.set()

    def close(self) -> None:
        """Nothing to let go of."""


def test_a_camera_at_which_nothing_happens_is_told_to_decode_less() -> None:
    camera = _KeyFramed()
    view = View(AttentionSettings(key_frames_after_s=5))
    watch = CameraWatch(camera, detector=OrderedDetector(), rules=[], publish=Recorder(), clock=SystemClock(), view=view)
    watch.start()
    _ended(watch)
    assert camera.told[0] is False
    assert True in camera.told
