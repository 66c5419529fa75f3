"""How well people are followed on the annotated clips of ../shared/media: MOTA, IDF1, identity switches.

    python -m bench.tracking [--model NAME|FILE.onnx] [--fps 5] [--every-frame]

The pipeline as the gateway runs it, on media time; the annotation is scored on the analysed frames. Tracks that never left their
place over the whole film (a sign, a cone) are no people to any rule and are left out; `all` scores them, too. A JSON line a clip.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.ap50 import CLIPS, MEDIA, Clip
from bench.mot import Seen, score
from edge.analysis import Analysis
from edge.attention import AttentionSettings
from edge.detectors.footage import footage
from edge.detectors.load import DetectorSettings
from edge.newest import Rate
from edge.rules.geometry import WHOLE_PICTURE
from edge.rules.protocol import Level, Scene
from edge.tracking import TrackingSettings
from edge.view import View
from lamplighter.runtime.clock import SystemClock

HINT_SCORE = 0.1
_MOVED_SHARE = 0.25


class Note:
    """A rule that only takes down which tracks it was shown."""

    name = "note"
    zone: tuple[tuple[float, float], ...] = WHOLE_PICTURE
    labels = frozenset({"person"})

    def __init__(self) -> None:
        self.tracks: dict[int, Seen] = {}

    def observe(self, scene: Scene) -> Level:
        """Never active."""
        people = [track for track in scene.tracks if track.label == "person"]
        boxes = np.array([track.xyxy_px for track in people], np.float32).reshape(-1, 4)
        self.tracks[scene.frame.number] = Seen(tuple(track.id for track in people), boxes)
        return Level("note", "note", scene.camera, False, scene.frame.at_ms, {})


def truth_of(text: str, *, scale: float) -> dict[int, Seen]:
    """Each frame's people, frames from 0; MOTChallenge's text as in `bench.ap50`."""
    rows: dict[int, list[tuple[int, list[float]]]] = defaultdict(list)
    for line in text.splitlines():
        frame, person, left, top, width, height, valid = (float(part) for part in line.split(",")[:7])
        if valid == 1:
            box = [side * scale for side in (left, top, left + width, top + height)]
            rows[int(frame) - 1].append((int(person), box))
    return {
        frame: Seen(tuple(person for person, _box in row), np.array([box for _person, box in row], np.float32))
        for frame, row in rows.items()
    }


def follow(film: Path, *, model: str | None, fps: float, every_frame: bool) -> tuple[dict[int, Seen], int]:
    """The tracks of each analysed frame and the passes of the network it took."""
    given = {} if model is None else {"model": model}
    detector = DetectorSettings(**given).load(floor=HINT_SCORE)
    note, rate = Note(), Rate(fps)
    analysis = Analysis(
        "clip",
        detector=detector,
        rules=[note],
        clock=SystemClock(),
        tracking=TrackingSettings(sure_score=detector.sure_score),
        view=View(AttentionSettings(every_frame=every_frame)),
    )
    for frame in footage(str(film)):
        if rate.due(frame.media_s):
            analysis.analyse(frame)
    return note.tracks, analysis.inferences


def movers(tracks: dict[int, Seen]) -> dict[int, Seen]:
    """Without the tracks whose feet stayed within a quarter of their own size (root of the box's area)."""
    paths: dict[int, list[NDArray[np.float32]]] = defaultdict(list)
    for seen in tracks.values():
        for track, box in zip(seen.ids, seen.xyxy_px, strict=True):
            paths[track].append(box)
    moved = {track for track, boxes in paths.items() if _went(np.stack(boxes))}
    keep = {frame: [row for row, track in enumerate(seen.ids) if track in moved] for frame, seen in tracks.items()}
    return {frame: Seen(tuple(tracks[frame].ids[row] for row in rows), tracks[frame].xyxy_px[rows]) for frame, rows in keep.items()}


def _went(boxes: NDArray[np.float32]) -> bool:
    feet = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
    size = float(np.median(np.sqrt(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))))
    return bool((np.percentile(feet, 95, axis=0) - np.percentile(feet, 5, axis=0)).max() > _MOVED_SHARE * size)


def figures(clip: Clip, *, model: str | None, fps: float, every_frame: bool) -> dict[str, Any]:
    """The scores of one clip."""
    tracks, passes = follow(MEDIA / clip.film, model=model, fps=fps, every_frame=every_frame)
    truth = truth_of((MEDIA / clip.truth).read_text("utf-8"), scale=clip.scale)
    seen = {frame: people for frame, people in truth.items() if frame in tracks}
    result = {**score(seen, movers(tracks))._asdict(), "all": score(seen, tracks)._asdict()}
    return {"frames": len(tracks), "passes": passes, **_rounded(result)}


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {key: _rounded(value) if isinstance(value, dict) else round(value, 4) for key, value in values.items()}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--fps", type=float, default=5.0)
    parser.add_argument("--every-frame", action="store_true")
    given = parser.parse_args()
    for name, clip in CLIPS.items():
        found = figures(clip, model=given.model, fps=given.fps, every_frame=given.every_frame)
        print(json.dumps({"clip": name, "model": given.model or "hog_person", "fps": given.fps, **found}), flush=True)


if __name__ == "__main__":
    main()
