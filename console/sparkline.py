"""A day of illuminance as a small drawing: paths made of numbers alone, drawn by the page without a script."""

from collections.abc import Sequence
from typing import NamedTuple

from console.facts import Sample

WIDTH = 288.0
HEIGHT = 56.0
_LEAST_TOP_LX = 400.0
_HEADROOM = 1.08
_GAP_WINDOWS = 2.5


class Sparkline(NamedTuple):
    """SVG path data in a box of WIDTH x HEIGHT: the line, the area below it, and the height of the limit (None: outside)."""

    line: str
    area: str
    limit_y: float | None
    low: float
    high: float


def draw(samples: Sequence[Sample], *, start_ms: int, end_ms: int, window_ms: int, limit: float | None) -> Sparkline | None:
    """Samples between start and end, the limit within the picture; None when there is nothing to draw.

    Where windows are missing the line is broken: a gap is honest.
    """
    kept = [sample for sample in samples if start_ms <= sample.at_ms <= end_ms]
    if not kept:
        return None
    high = max(sample.lx for sample in kept)
    top = max(_LEAST_TOP_LX, high * _HEADROOM)

    def point(sample: Sample) -> tuple[float, float]:
        return (sample.at_ms - start_ms) / (end_ms - start_ms) * WIDTH, _height(sample.lx, top)

    runs = _runs(kept, round(window_ms * _GAP_WINDOWS))
    lines = [[point(sample) for sample in run] for run in runs]
    return Sparkline(
        line=" ".join(_path(line) for line in lines),
        area=" ".join(f"{_path(line)} V{HEIGHT:g} H{line[0][0]:.1f} Z" for line in lines),
        limit_y=None if limit is None else round(_height(limit, top), 1),
        low=min(sample.lx for sample in kept),
        high=high,
    )


def _height(lx: float, top: float) -> float:
    return HEIGHT - max(0.0, lx) / top * (HEIGHT - 2)


def _runs(samples: Sequence[Sample], most_ms: int) -> list[list[Sample]]:
    runs: list[list[Sample]] = []
    for sample in samples:
        if runs and sample.at_ms - runs[-1][-1].at_ms <= most_ms:
            runs[-1].append(sample)
        else:
            runs.append([sample])
    return runs


def _path(points: Sequence[tuple[float, float]]) -> str:
    (first_x, first_y), *rest = points
    if not rest:
        rest = [(first_x + 1, first_y)]  # a lone window is a dash, not nothing
    return f"M{first_x:.1f} {first_y:.1f} " + " ".join(f"L{x:.1f} {y:.1f}" for x, y in rest)
