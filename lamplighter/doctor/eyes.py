"""What a gateway sees with: its cameras, its network, and the recorders beside it."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from edge.cameras.kinds import CameraSettings
from edge.detectors.load import DetectorSettings
from edge.estate.recorder import device_of, look_through
from edge.estate.settings import Recorder
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.doctor.finding import Finding, tried
from lamplighter.runtime.clock import Clock

_AT_ONCE = 8
_RECORDER_REMEDY = "look at the recorder's power, cable, address and login; without Profile G note `lamplighter cameras played`"
_REMEDY = "look at the camera's power, cable, address and login"


def look_at_cameras(cameras: Sequence[CameraSettings], clock: Clock) -> Iterator[Finding]:
    """Open each camera and wait for its first picture."""
    if not cameras:
        return
    with ThreadPoolExecutor(min(_AT_ONCE, len(cameras))) as pool:
        yield from pool.map(
            lambda camera: tried("camera", camera.id, lambda: _first_picture(camera, clock), remedy=_REMEDY), cameras
        )


def look_at_recorders(recorders: Sequence[Recorder], clock: Clock) -> Iterator[Finding]:
    """Look through each recorder; nothing is played."""
    for recorder in recorders:
        yield tried("recorder", recorder.id, partial(_kept, recorder, clock), remedy=_RECORDER_REMEDY)


def look_at_model(settings: DetectorSettings) -> Finding:
    """Load the network: file, sha256, inputs and outputs are what the catalogue says."""
    return tried("model", settings.model, lambda: _loaded(settings), remedy="`lamplighter models check`")


def _kept(recorder: Recorder, clock: Clock) -> str:
    found = look_through(device_of(recorder, clock), recorder, clock.now())
    empty = [kept.channel.camera for kept in found if kept.oldest is None]
    if empty:
        raise SettingsError(f"nothing kept of {', '.join(empty)}; compare `source` with `lamplighter cameras recordings`")
    return f"answers; {len(found)} channels keep recordings"


def _first_picture(camera: CameraSettings, clock: Clock) -> str:
    camera.check()
    capture = camera.open(clock)
    # A camera that neither sends nor fails is given up: its capture is closed from here.
    watchdog = threading.Timer(20.0, capture.close)
    watchdog.start()
    try:
        frame = next(capture.frames(), None)
    finally:
        watchdog.cancel()
        capture.close()
    if frame is None:
        raise Unavailable("opens, but gives no picture")
    height_px, width_px = frame.image.shape[:2]
    return f"opens; {width_px} x {height_px} px{_large_picture(camera)}"


def _large_picture(camera: CameraSettings) -> str:
    """The size of the stream that clips are made from, once a packet of it came; nothing where there is none."""
    connect = camera.evidence()
    if connect is None:
        return ""
    stream = connect()
    next(stream.pieces(), None)
    stream.close()
    width_px, height_px = stream.size_px
    return f"; for clips {width_px} x {height_px} px"


def _loaded(settings: DetectorSettings) -> str:
    try:
        detector = settings.load()
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is not installed; pip install 'lamplighter[edge]'") from error
    return f"is what the catalogue says; sure from {detector.sure_score:g} on"
