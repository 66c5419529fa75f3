"""What the network and all about it cost without decoding: pictures of a film in memory as the coder gave them."""

import tempfile
from itertools import cycle, islice
from pathlib import Path
from time import thread_time
from typing import Any

import av
import cv2
import numpy as np

from bench.meter import Meter, Stage
from bench.streams import FPS, STRETCHES, pictures
from edge.analysis import Analysis
from edge.attention import AttentionSettings
from edge.cameras.decoding import DecodedPicture
from edge.cameras.protocol import Frame
from edge.detectors.load import DetectorSettings
from edge.detectors.protocol import Detector, PartDetector
from edge.detectors.session import Session
from edge.rules.intrusion import Intrusion
from edge.tracking import TrackingSettings
from edge.view import View
from lamplighter.runtime.clock import SystemClock
from tests.rtsp.clip import write_clip

HINT_SCORE = 0.1
FORWARD = (Stage("forward", Session, "run"), Stage("forward", Session, "run_all"))
_FRAMES = 600
_SOURCE_STEP = 3
"""Of 15 frames a second, five are analysed."""


def load(model: str | None) -> Detector:
    """The detector as a gateway loads it."""
    return DetectorSettings(**({} if model is None else {"model": model})).load(floor=HINT_SCORE)


def forward_ms(model: str | None) -> float:
    """Median milliseconds of processor time of the network alone over its whole square, on one thread."""
    detector = load(model)
    image = pictures(STRETCHES["busy"]._replace(last=2))[0]
    if isinstance(detector, PartDetector):
        image = np.asarray(cv2.resize(image, (detector.least_px, detector.least_px)), np.uint8)
    times_ms, meter = [], Meter()
    with meter.over(FORWARD):
        for _turn in range(25):
            meter.spent_s.clear()
            detector.detect(image)
            times_ms.append(meter.spent_s["forward"] * 1000)
    return round(sorted(times_ms)[len(times_ms) // 2], 2)


def quiet_without_decoding(model: str | None) -> dict[str, Any]:
    """CPU milliseconds a frame over two minutes of a quiet camera, gated and with inference on every frame, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        film = write_clip(Path(folder) / "quiet.mp4", pictures(STRETCHES["quiet"]), fps=FPS)
        with av.open(str(film)) as container:
            frames = list(container.decode(video=0))[::_SOURCE_STEP]
    gated, every = (_cost(frames, model, every_frame=every) for every in (False, True))
    return {"gated": gated, "every_frame": every, "cost_share": round(gated["cpu_ms"] / every["cpu_ms"], 4)}


def _cost(frames: list[av.VideoFrame], model: str | None, *, every_frame: bool) -> dict[str, float]:
    detector = load(model)
    analysis = Analysis(
        "quiet",
        detector=detector,
        rules=[Intrusion(camera="quiet").watch()],
        clock=SystemClock(),
        tracking=TrackingSettings(sure_score=detector.sure_score),
        view=View(AttentionSettings(every_frame=every_frame)),
    )
    begun_s = thread_time()
    for number, frame in enumerate(islice(cycle(frames), _FRAMES)):
        # A picture of its own each time: what is converted for one look is not there for the next.
        analysis.analyse(Frame(DecodedPicture(frame), number, number / 5, number * 200))
    return {
        "cpu_ms": round((thread_time() - begun_s) * 1000 / _FRAMES, 3),
        "inferences": analysis.inferences,
        "frames": _FRAMES,
    }
