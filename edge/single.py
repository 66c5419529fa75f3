"""Judging single pictures: no time, no background, so only what one look can say."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from edge.detectors.footage import footage
from edge.detectors.protocol import Detector
from edge.rules.fire_network import FireNetwork


def judge(files: Sequence[Path], detector: Detector) -> Iterator[dict[str, Any]]:
    """One line a file: `file`, `fire_smoke` (score 0..1) and `persons` (their number).

    Raises SettingsError at the file that cannot be read.
    """
    network = FireNetwork()
    for file in files:
        for frame in footage(str(file)):
            found = detector.detect(frame.image).only("person")
            persons = int((found.score >= detector.sure_score).sum())
            yield {"file": str(file), "fire_smoke": round(network.look(frame.image).either, 4), "persons": persons}
            break
