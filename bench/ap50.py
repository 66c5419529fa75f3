"""Average precision of a detector on the annotated clips of ../shared/media.

    python -m bench.ap50 [--model NAME|FILE.onnx] [--clip pets|tud] [--every N] [--from LINES.jsonl]

Prints one line of JSON. With `--from` it scores what `lamplighter detect --min-score .05 --json` printed.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.detectors.boxes import iou

MEDIA = Path(__file__).parents[2] / "shared" / "media"
Floats = NDArray[np.float32]


class Clip(NamedTuple):
    """An annotated film; `scale` takes the annotation's pixels to the film's."""

    film: str
    truth: str
    scale: float


CLIPS = {
    "pets": Clip("people/vtest_pets09s2l1_480x360.avi", "people/PETS09-S2L1_gt.txt", 0.625),
    "tud": Clip("people/TUD-Campus.mp4", "people/TUD-Campus_gt.txt", 1.0),
}


class Found(NamedTuple):
    """One box somebody claims."""

    frame: int
    score: float
    xyxy_px: Floats


def truth_of(text: str, *, scale: float) -> dict[int, Floats]:
    """(n, 4) float32 xyxy_px of each frame, frames from 0.

    MOTChallenge's text: frame (from 1), id, left, top, width, height, valid, ...
    """
    boxes: dict[int, list[list[float]]] = defaultdict(list)
    for line in text.splitlines():
        frame, _person, left, top, width, height, valid = (float(part) for part in line.split(",")[:7])
        if valid == 1:
            boxes[int(frame) - 1].append([left, top, left + width, top + height])
    return {frame: np.array(rows, np.float32) * np.float32(scale) for frame, rows in boxes.items()}


def average_precision(truth: dict[int, Floats], found: Iterable[Found], *, overlap: float = 0.5) -> float:
    """Area under the precision-recall curve made monotone (all-point interpolation of PASCAL VOC 2010).

    Best score first, a box is right when it overlaps a person nobody claimed yet by `overlap` or more.
    """
    claimed = {frame: np.zeros(len(boxes), bool) for frame, boxes in truth.items()}
    right = np.array([_claims(truth, claimed, box, overlap=overlap) for box in sorted(found, key=lambda box: -box.score)], bool)
    total = sum(len(boxes) for boxes in truth.values())
    if not right.size or not total:
        return 0.0
    hits = np.cumsum(right)
    precision = np.maximum.accumulate((hits / np.arange(1, right.size + 1))[::-1])[::-1]
    recall = np.concatenate([[0], hits / total])
    return float(np.sum(np.diff(recall) * precision))


def _claims(truth: dict[int, Floats], claimed: dict[int, NDArray[np.bool_]], box: Found, *, overlap: float) -> bool:
    """Whether it matches a free person, who is then taken."""
    if box.frame not in truth:
        return False
    shared = np.where(claimed[box.frame], 0, iou(box.xyxy_px, truth[box.frame]))
    best = int(np.argmax(shared))
    if shared[best] < overlap:
        return False
    claimed[box.frame][best] = True
    return True


def found_in(lines: Iterable[str]) -> Iterator[Found]:
    """The people in the lines that `lamplighter detect --json` prints."""
    for line in lines:
        frame = json.loads(line)
        for box in frame["boxes"]:
            if box["label"] == "person":
                yield Found(frame["frame"], box["score"], np.array(box["xyxy_px"], np.float32))


def figures(truth: dict[int, Floats], lines: list[str]) -> dict[str, Any]:
    """AP50 and counts over the frames that were looked at."""
    looked = {json.loads(line)["frame"] for line in lines}
    seen = {frame: boxes for frame, boxes in truth.items() if frame in looked}
    found = list(found_in(lines))
    people = sum(len(boxes) for boxes in seen.values())
    return {"frames": len(looked), "people": people, "boxes": len(found), "ap50": round(average_precision(seen, found), 4)}


def look(model: str | None, film: Path, *, every: int) -> list[str]:
    """What `lamplighter detect` prints for this film, boxes down to .05."""
    from edge.detectors.footage import footage
    from edge.detectors.load import load_detector
    from edge.detectors.report import line_of

    detector = load_detector(model, min_score=0.05)
    lines = []
    for frame in footage(str(film), every=every):
        lines.append(line_of(frame, detector.detect(frame.image)))
        sys.stderr.write(f"\rframe {frame.number}" if sys.stderr.isatty() else "")
    return lines


def main() -> None:
    """Print the figures of one model on one clip."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--clip", choices=sorted(CLIPS), default="pets")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--from", dest="lines", type=Path)
    given = parser.parse_args()
    clip = CLIPS[given.clip]
    read = given.lines.read_text("utf-8").splitlines() if given.lines else None
    lines = look(given.model, MEDIA / clip.film, every=given.every) if read is None else read
    truth = truth_of((MEDIA / clip.truth).read_text("utf-8"), scale=clip.scale)
    name = given.model or (given.lines.name if given.lines else "hog_person")
    print(json.dumps({"model": name, "clip": given.clip, **figures(truth, lines)}))


if __name__ == "__main__":
    main()
