"""What one analysed picture of a busy camera costs, stage by stage, and how many such cameras that leaves room for."""

import tempfile
from pathlib import Path
from time import thread_time
from typing import Any, Final

import av

from bench.meter import Meter, Stage
from bench.quiet import FORWARD, load
from bench.streams import FPS, STRETCHES, pictures
from edge import analysis
from edge.analysis import Analysis
from edge.cameras.decoding import DecodedPicture
from edge.cameras.decoding import pictures as decoded
from edge.cameras.protocol import Frame
from edge.detectors import yolox
from edge.detectors.network import NetworkDetector
from edge.detectors.yolox import YoloxDetector
from edge.evidence.still import Stills
from edge.motion import Motion
from edge.newest import Rate
from edge.rules.intrusion import Intrusion, IntrusionWatch
from edge.tracking import Tracker, TrackingSettings
from lamplighter.runtime.clock import SystemClock
from tests.rtsp.clip import write_clip

ANALYSED_FPS: Final = 5.0
STAGES: Final = (
    Stage("convert", DecodedPicture, "image"),
    Stage("motion", analysis, "luma_of"),
    Stage("motion", Motion, "see"),
    Stage("preprocess", yolox, "letterbox"),
    *FORWARD,
    Stage("decode_boxes", YoloxDetector, "detect"),
    Stage("decode_boxes", NetworkDetector, "detect"),
    Stage("background", Stills, "note"),
    Stage("track", Tracker, "update"),
    Stage("rules", IntrusionWatch, "observe"),
    Stage("rest", Analysis, "analyse"),
)


def stages(model: str | None, *, cores: int, forward_ms: float) -> dict[str, Any]:
    """Processor milliseconds an analysed picture, decoding of the pictures between included; no network, no other thread.

    `cameras` is how many of them `cores` hold at five pictures a second if nothing else ran, `share` the forward pass's part.
    """
    detector = load(model)
    looking = Analysis(
        "busy",
        detector=detector,
        rules=[Intrusion(camera="busy").watch()],
        clock=SystemClock(),
        tracking=TrackingSettings(sure_score=detector.sure_score),
    )
    with tempfile.TemporaryDirectory() as folder, Meter().over(STAGES) as meter:
        film = write_clip(Path(folder) / "busy.mp4", pictures(STRETCHES["busy"]), fps=FPS)
        begun_s = thread_time()
        with av.open(str(film)) as container:
            for picture in decoded(container, Rate(ANALYSED_FPS).due):
                looking.analyse(Frame(picture.image, picture.number, picture.media_s, round(picture.media_s * 1000)))
        total_s = thread_time() - begun_s
    spent_ms = {name: seconds * 1000 / looking.analysed for name, seconds in meter.spent_s.items()}
    total_ms = total_s * 1000 / looking.analysed
    spent_ms = {"decode": total_ms - sum(spent_ms.values()), **spent_ms}
    return {
        "analysed": looking.analysed,
        "inferences": looking.inferences,
        "cpu_ms": {name: round(value, 3) for name, value in spent_ms.items()},
        "total_cpu_ms": round(total_ms, 2),
        "cameras": int(cores * 1000 / (total_ms * ANALYSED_FPS)),
        "share_of_forward_limit_at_most": round(forward_ms / total_ms, 3),
    }
