"""What was found in a frame, as the line that `lamplighter detect` prints."""

import json

from edge.cameras.protocol import Frame
from edge.detectors.protocol import Detections


def line_of(frame: Frame, found: Detections) -> str:
    """One JSON object: frame (from 0, in the source), at_s, boxes with label, score and xyxy_px of the source picture."""
    boxes = [
        {"label": label, "score": round(float(score), 4), "xyxy_px": [round(float(side), 2) for side in box]}
        for label, score, box in zip(found.label, found.score, found.xyxy_px, strict=True)
    ]
    return json.dumps({"frame": frame.number, "at_s": round(frame.media_s, 3), "boxes": boxes}, ensure_ascii=False)


def sentence_of(frame: Frame, found: Detections) -> str:
    """The same for a person: "frame 12 at 1.20 s: person .91 at 34,50 to 80,170"."""
    boxes = (
        f"{label} {score:.2f} at {box[0]:.0f},{box[1]:.0f} to {box[2]:.0f},{box[3]:.0f}"
        for label, score, box in zip(found.label, found.score, found.xyxy_px, strict=True)
    )
    return f"frame {frame.number} at {frame.media_s:.2f} s: {'; '.join(boxes) or 'nothing'}"
