"""Watching one camera: a thread that captures, a thread that analyses, and nothing shared with other cameras."""

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Final

from edge.analysis import Analysis
from edge.camera_health import CameraClock, FrameRate
from edge.cameras.pacing import pause_unless, wait_after
from edge.cameras.protocol import Camera, Capture, Frame, KeyFramed
from edge.coverage import Coverage
from edge.detectors.protocol import Detector
from edge.evidence.still import Snapshot
from edge.link import SILENT_S, Link
from edge.newest import NewestFrames, Rate
from edge.recent import Moment
from edge.rules.protocol import Publish, VideoWatch
from edge.tracking import TrackingSettings
from edge.view import View
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.records import CameraHealth
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock

_STOP_S: Final = 1.5
_TICK_S: Final = 0.5
_RATE_WINDOW_S: Final = 10.0


class CameraWatch:
    """One camera from source to published levels. `ended` is set when a source that plays once is over and its levels are said."""

    def __init__(
        self,
        camera: Camera,
        *,
        detector: Detector,
        rules: Sequence[VideoWatch],
        publish: Publish,
        clock: Clock,
        backoff: Backoff | None = None,
        tracking: TrackingSettings | None = None,
        view: View | None = None,
    ) -> None:
        self.camera = camera
        self.ended = threading.Event()
        self._analysis = Analysis(camera.id, detector=detector, rules=rules, clock=clock, tracking=tracking, view=view)
        self._armed, self._tape = (view or View()).armed, (view or View()).tape
        self._moving_fps = max(camera.fps, (view or View()).attention.moving_fps or 0.0)
        self._rate = Rate(camera.fps)
        self._coverage = Coverage(clock.monotonic(), fps=camera.fps)
        self._frame_rate = FrameRate(camera.id, fps=camera.fps)
        self._camera_clock = CameraClock(camera.id)
        self._publish = publish
        self._clock = clock
        self._backoff = backoff or Backoff()
        self._newest = NewestFrames()
        self._stopped = threading.Event()
        self._capture: Capture | None = None
        self._link = Link(camera.id, publish, clock, steady_s=camera.steady_s)
        self._wanted: SimpleQueue[Future[Snapshot]] = SimpleQueue()
        self._frames = 0
        self._skipped = self._undecoded = 0
        self._media_s = 0.0
        self._frame_at_s = clock.monotonic()
        self._analysed_at_s: deque[float] = deque(maxlen=600)
        self._threads = [
            threading.Thread(target=self._capture_all, name=f"capture {camera.id}", daemon=True),
            threading.Thread(target=self._analyse_all, name=f"analyse {camera.id}", daemon=True),
        ]

    def lost_before(self, losses: int) -> None:
        """How often it was lost just before, while another process watched it; said before `start`."""
        self._link.losses = losses

    def start(self) -> None:
        """Begin watching; returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End within 2 s. A source that hangs is left behind: its thread ends with the read, or with the process."""
        self._stopped.set()
        self._newest.close()
        capture = self._capture
        if capture is not None:
            capture.close()
        until_s = self._clock.monotonic() + _STOP_S
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, until_s - self._clock.monotonic()))

    def health(self) -> CameraHealth:
        """How the camera does now; `fps` is of the last ten seconds."""
        now_s = self._clock.monotonic()
        times_ms = sorted(self.inference_ms()[-200:])
        recent = [at_s for at_s in list(self._analysed_at_s) if now_s - at_s <= _RATE_WINDOW_S]
        watched = self._coverage.until(now_s, armed=self._armed(self._clock.now_ms()))
        span_s = min(_RATE_WINDOW_S, now_s - recent[0]) if recent else 0.0
        return CameraHealth(
            id=self.camera.id,
            state="ended" if self.ended.is_set() else self._link.state,
            fps=round((len(recent) - 1) / span_s, 2) if len(recent) > 1 and span_s > 0 else 0.0,
            frames=self._frames,
            analysed=self._analysis.analysed,
            skipped=self._skipped,
            undecoded=self._undecoded,
            inferences=self._analysis.inferences,
            inference_ms=round(times_ms[len(times_ms) // 2], 2) if times_ms else 0.0,
            reason=self._link.reason,
            armed_s=round(watched.armed_s, 1),
            watched_s=round(watched.watched_s, 1),
        )

    def clock_asked(self, ahead_s: float) -> None:
        """ONVIF has told how far the camera's clock is ahead; called from another thread."""
        level = self._camera_clock.asked(ahead_s, at_ms=self._clock.now_ms())
        if level is not None:
            self._publish(level)

    def clock_ahead_s(self) -> float | None:
        """How far the camera's clock is ahead, None where it tells no time."""
        return self._camera_clock.ahead_s(at_ms=self._clock.now_ms())

    def inference_ms(self) -> list[float]:
        """Milliseconds of each inference, oldest first; of the last hour or so."""
        return list(self._analysis.inference_ms)

    @property
    def online(self) -> bool:
        """Whether its pictures come."""
        return self._link.state == "online"

    def line_s(self) -> float:
        """Where this moment stands on the line of media time on which rules and looks are."""
        return self._resume_at_s()

    def moments(self) -> list[Moment]:
        """The boxes of the last minutes."""
        return self._analysis.recent.moments()

    def snapshot(self, *, within_s: float) -> Snapshot:
        """The next analysed picture, pixelated as a whole; raises Unavailable when none comes in time."""
        wanted: Future[Snapshot] = Future()
        self._wanted.put(wanted)
        try:
            return wanted.result(within_s)
        except TimeoutError as error:
            raise Unavailable(f"camera {self.camera.id} gave no picture within {within_s:g} s") from error

    def _hand_out(self) -> None:
        """Give the picture just analysed to whoever asked for one."""
        while not self._wanted.empty():
            wanted, snapshot = self._wanted.get(), self._analysis.snapshot()
            if snapshot is not None:
                wanted.set_result(snapshot)

    def _capture_all(self) -> None:
        while not self._stopped.is_set():
            opened_s = self._clock.monotonic()
            try:
                self._play()
            except (Unavailable, SettingsError) as error:
                # A wrong setting is waited out too: whoever starts the agent has checked it, so a file went missing since.
                if self._stopped.is_set():
                    return
                self._link.lost(str(error))
                wait_s = wait_after(error, self._backoff, lasted_s=self._clock.monotonic() - opened_s)
                pause_unless(self._clock, wait_s, self._stopped)
            else:
                self._newest.close()
                return

    def _play(self) -> None:
        """One opening from first to last frame."""
        capture = self._capture = self.camera.open(self._clock)
        if self._stopped.is_set():
            capture.close()
        begun_s, number = None, -1
        self._frame_rate.begin()
        if self._tape is not None:
            self._tape.opened(self._resume_at_s)
        self._rate = Rate(self.camera.fps)
        for frame in capture.frames(self._rate.due, self._tape):
            if self._stopped.is_set():
                return
            if begun_s is None:
                begun_s = self._resume_at_s() - frame.media_s
            came, number = frame.number - number, frame.number
            self._take(frame._replace(media_s=begun_s + frame.media_s), came)

    def _resume_at_s(self) -> float:
        """Media time goes on over a reconnection by as much as passed meanwhile, so that rules see one time line."""
        return self._media_s + max(1e-3, self._clock.monotonic() - self._frame_at_s) if self._frames else 0.0

    def _take(self, frame: Frame, came: int) -> None:
        """Hand on a frame that is due; `came` frames have come since the last one, this one included."""
        self._link.found()
        self._frames += came
        self._undecoded += frame.undecoded
        self._media_s, self._frame_at_s = frame.media_s, self._clock.monotonic()
        if self._newest.put(frame):
            self._skipped += 1
        changes = (
            self._frame_rate.came(came, at_s=self._frame_at_s, at_ms=frame.at_ms),
            self._camera_clock.told(frame.sent_at_ms, at_ms=frame.at_ms),
        )
        for level in changes:
            if level is not None:
                self._publish(level)

    def _analyse_all(self) -> None:
        while (frame := self._newest.take(_TICK_S)) != "closed" and not self._stopped.is_set():
            if frame is None:
                self._notice_silence()
                continue
            for level, still in self._analysis.analyse(frame):
                self._publish(level, still=still)
            self._pace()
            now_s = self._clock.monotonic()
            self._analysed_at_s.append(now_s)
            self._hand_out()
            blind = self._analysis.blind or frame.undecoded > 0
            self._coverage.analysed(now_s, armed=self._armed(frame.at_ms), blind=blind)
        if not self._stopped.is_set():
            for level in self._analysis.end(self._clock.now_ms()):
                self._publish(level)
            self._link.over()
            self.ended.set()

    def _pace(self) -> None:
        """Have more pictures while somebody moves, and let the capture decode less while nothing happens."""
        self._rate.fps = self._moving_fps if self._analysis.moving else self.camera.fps
        capture = self._capture
        if isinstance(capture, KeyFramed):
            capture.key_frames_only(wanted=self._analysis.idle)

    def _notice_silence(self) -> None:
        if self._clock.monotonic() - self._frame_at_s > SILENT_S:
            self._link.lost(f"no picture for {SILENT_S:g} s")
