"""How well people are hidden in evidence stills and clips, on the annotated clips of ../shared/media.

    python -m bench.privacy [--model NAME|FILE.onnx] [--fps 5]

A still of every analysed picture, and one clip over the whole film, every frame of it, made by the gateway's own code. A true box
counts by the share of its pixels that lie in blocks; the person-free area by the share that is left as it was, over pictures that
are not hidden as a whole. A JSON line for each.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

from bench.ap50 import CLIPS, MEDIA, truth_of
from edge.analysis import Analysis
from edge.cameras.decoding import pictures
from edge.cameras.protocol import Frame
from edge.detectors.load import DetectorSettings
from edge.detectors.protocol import Detector
from edge.evidence.cover import Cover
from edge.evidence.film import thinned
from edge.evidence.pixelate import box_mask, coarsest, covered
from edge.evidence.tape import Tape
from edge.luma import shrink
from edge.newest import Rate
from edge.tracking import TrackingSettings
from edge.view import View
from lamplighter.runtime.clock import SystemClock

HINT_SCORE = 0.1
_LENGTH_S = 3600.0
_EVERY_FRAME_FPS = 200.0
Mask = NDArray[np.bool_]


class Hid(NamedTuple):
    """One picture: shares of each true box that are covered, share of the person-free area untouched, and whether all is hidden."""

    boxes: list[float]
    free: float
    whole: bool


class Figures(NamedTuple):
    """Over all pictures with people; `untouched` over those not hidden as a whole."""

    people: int
    mean: float
    least: float
    below: int
    untouched: float | None
    pictures: int
    whole: int

    @property
    def holds(self) -> bool:
        """Whether the quality table's goal is met; without a learned background nothing is asked of the person-free area."""
        return self.mean >= 0.99 and self.least >= 0.70 and (self.untouched is None or self.untouched >= 0.60)


def judge(people_xyxy_px: NDArray[np.float32], mask: Mask, *, whole: bool) -> Hid:
    """Compare what is covered with where people are."""
    shares = [float(mask[part].mean()) for box in people_xyxy_px if (part := box_mask(mask.shape, box[None])).any()]
    free = ~box_mask(mask.shape, people_xyxy_px)
    return Hid(shares, float((~mask)[free].mean()), whole)


def summed(pictures: Sequence[Hid]) -> Figures:
    """The figures of many pictures."""
    shares = np.array([share for one in pictures for share in one.boxes])
    partly = [one.free for one in pictures if not one.whole]
    return Figures(
        people=len(shares),
        mean=float(shares.mean()),
        least=float(shares.min()),
        below=int((shares < 0.7).sum()),
        untouched=float(np.mean(partly)) if partly else None,
        pictures=len(pictures),
        whole=sum(one.whole for one in pictures),
    )


def measure(name: str, detector: Detector, *, fps: float) -> dict[str, Figures]:
    """`still` and `clip` of one annotated film."""
    clip = CLIPS[name]
    truth = truth_of((MEDIA / clip.truth).read_text("utf-8"), scale=clip.scale)
    tape = Tape(length_s=_LENGTH_S, most_bytes=2**31, most_fps=_EVERY_FRAME_FPS)
    times: list[float] = []
    stills = list(_stills(str(MEDIA / clip.film), detector, tape, times=times, truth=truth, fps=fps))
    clips = list(_clip(tape, times, truth))
    return {"still": summed(stills), "clip": summed(clips)}


def _stills(
    film: str, detector: Detector, tape: Tape, *, times: list[float], truth: dict[int, NDArray[np.float32]], fps: float
) -> Iterator[Hid]:
    analysis = Analysis(
        "clip",
        detector=detector,
        rules=[],
        clock=SystemClock(),
        tracking=TrackingSettings(sure_score=detector.sure_score),
        view=View(tape=tape),
    )
    rate = Rate(fps)
    tape.opened(lambda: 0.0)
    with av.open(film) as container:
        for picture in pictures(container, tap=tape):
            times.append(picture.media_s)
            if rate.due(picture.media_s):
                analysis.analyse(Frame(picture.image, picture.number, picture.media_s, round(picture.media_s * 1000)))
                if picture.number in truth:
                    hidden, people = analysis.stills.hidden(), analysis.stills.people()
                    mask = covered(hidden, coarsest(people, hidden))
                    yield judge(truth[picture.number], mask, whole=bool(hidden.all()))


def _clip(tape: Tape, times: Sequence[float], truth: dict[int, NDArray[np.float32]]) -> Iterator[Hid]:
    numbers = {round(at_s * 1000): number for number, at_s in enumerate(times)}
    footage = tape.cut(0, before_s=0, after_s=_LENGTH_S, privacy=())
    if footage is None:
        return
    cover = Cover(footage.looks)
    for picture in thinned(footage, _EVERY_FRAME_FPS):
        number = numbers[round(picture.media_s * 1000)]
        if number in truth:
            height, width = picture.image.shape[:2]
            hidden = cover.hidden(shrink(picture.image), picture.media_s, (width, height))
            yield judge(truth[number], covered(hidden.mask, hidden.block), whole=hidden.whole)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=str(MEDIA / "models" / "yolox_nano_416.onnx"))
    parser.add_argument("--fps", type=float, default=5.0)
    given = parser.parse_args()
    detector = DetectorSettings(model=given.model).load(floor=HINT_SCORE)
    for name in CLIPS:
        for what, found in measure(name, detector, fps=given.fps).items():
            figures = {key: value if value is None else round(value, 4) for key, value in found._asdict().items()}
            print(json.dumps({"clip": name, "of": what, "model": detector.name, **figures, "holds": found.holds}), flush=True)


if __name__ == "__main__":
    main()
