"""How well incidents are found on the clips of ../shared/media: every clip under every kind, with one settings file.

    python -m bench.quality [--model NAME|FILE.onnx] [--only FOLDER] [--json]

Prints the table (task, result, goal) and the matrix (clip by kind: raised conditions, a mistake marked with !).
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.clips import MEDIA, PRESENCE, TAMPER_DETAILS, Clip, clips, stills
from bench.privacy import Figures, measure
from bench.static_scene import static_scene
from edge.detectors.load import DetectorSettings
from edge.detectors.protocol import Detector
from edge.recording import Recording, rules_of
from edge.rules.fire_network import FireNetwork

KINDS = ("intrusion", "loitering", "line_crossing", "crowding", "fall", "fire_smoke", "camera_tamper")
FPS = 5.0


class Watched(NamedTuple):
    """What was said of one clip."""

    clip: Clip
    raised: list[dict[str, Any]]
    changes: list[dict[str, Any]]
    counts: list[tuple[float, int]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Conditions of this kind that were raised."""
        return [line for line in self.raised if line["kind"] == kind]


class Row(NamedTuple):
    """One line of the table."""

    task: str
    result: str
    goal: str
    holds: bool


def watch(clip: Clip, path: Path, detector: Detector) -> Watched:
    """Every default rule on one clip."""
    lines = list(Recording(path, detector, rules=rules_of(None), fps=FPS).lines())
    changes = [line for line in lines if "kind" in line]
    counts = [(line["at_s"], line["count"]) for line in lines if "count" in line]
    return Watched(clip, [line for line in changes if line["active"]], changes, counts)


def intrusion_row(watched: Sequence[Watched]) -> list[Row]:
    """Each visit one condition, none between."""
    for one in watched:
        if one.clip.path.endswith("one-by-one-person-detection.mp4"):
            visits = [(first / one.clip.fps, last / one.clip.fps) for first, last in one.clip.truth["intervals"]]
            onsets = [line["at_s"] for line in one.of("intrusion")]
            late_s = [min((at - first for at in onsets if first <= at <= last), default=None) for first, last in visits]
            found = [late for late in late_s if late is not None]
            between = len([at for at in onsets if not any(first <= at <= last for first, last in visits)])
            worst = max(found, default=float("nan"))
            text = f"{len(found)} of {len(visits)}, {between} between, latest onset {worst:.1f} s"
            return [Row("intrusion", text, "6 of 6, 0, 1.5 s", len(found) == len(visits) and not between and worst <= 1.5)]
    return []


def fall_row(watched: Sequence[Watched]) -> list[Row]:
    """Found between onset and 3 s after the floor; none on anything else."""
    falls = [one for one in watched if one.clip.truth.get("fall")]
    if not falls:
        return []
    found = [
        any(one.clip.seconds("onset_frame") <= line["at_s"] <= one.clip.seconds("on_floor_frame") + 3 for line in one.of("fall"))
        for one in falls
    ]
    false = sum(len(one.of("fall")) for one in watched if "fall" not in one.clip.allowed)
    text = f"{sum(found)} of {len(falls)}, {false} false in {len(watched) - len(falls)} other clips"
    return [Row("fall", text, "18 of 20, 0 false", sum(found) >= 0.9 * len(falls) and not false)]


def fire_rows(watched: Sequence[Watched], network: FireNetwork) -> list[Row]:
    """Flames in the film, and stills at the catalogue's threshold."""
    rows = []
    for one in watched:
        if one.clip.truth.get("task") == "fire":
            at_s = [line["at_s"] for line in one.of("fire_smoke")]
            text = f"found at {at_s[0]:.1f} s" if at_s else "not found"
            rows.append(Row("fire_smoke film", text, "2 s", bool(at_s) and at_s[0] <= 2))
    false = sum(len(one.of("fire_smoke")) for one in watched if "fire_smoke" not in one.clip.allowed)
    rows.append(Row("fire_smoke elsewhere", f"{false} false", "0", not false))
    return rows + still_rows(network)


def still_rows(network: FireNetwork) -> list[Row]:
    """Shares of fire and of normal stills at or above the threshold."""
    import cv2

    shares = {}
    for burning in (True, False):
        scores = []
        for path, truth in stills("fire-image"):
            image = cv2.imread(str(path)) if truth["fire"] is burning else None
            if image is not None:
                scores.append(network.look(np.asarray(image, np.uint8)).either >= network.threshold)
        shares[burning] = float(np.mean(scores)) if scores else float("nan")
    text = f"{shares[True]:.2f} found at {shares[False]:.2f} false"
    return [Row("fire_smoke stills", text, ".80 at .05", shares[True] >= 0.8 and shares[False] <= 0.05)]


def tamper_row(watched: Sequence[Watched]) -> list[Row]:
    """Right detail within 3 s, cleared within 5 s; none elsewhere."""
    tampered = [one for one in watched if one.clip.truth.get("task") == "tamper"]
    good = sum(_tamper_found(one) for one in tampered)
    false = sum(len(one.of("camera_tamper")) for one in watched if "camera_tamper" not in one.clip.allowed)
    text = f"{good} of {len(tampered)}, {false} false in {len(watched) - len(tampered)} other clips"
    return [Row("camera_tamper", text, "4 of 4, 0 false", good == len(tampered) and not false)] if tampered else []


def _tamper_found(one: Watched) -> bool:
    begin_s, end_s = one.clip.seconds("from_frame"), one.clip.seconds("to_frame")
    lines = [line for line in one.changes if line["kind"] == "camera_tamper"]
    if len(lines) != 2:
        return False
    raised, cleared = lines
    right = raised["detail"] == TAMPER_DETAILS[one.clip.truth["kind"]]
    return bool(right and begin_s <= raised["at_s"] <= begin_s + 3 and end_s <= cleared["at_s"] <= end_s + 5)


def crowd_rows(watched: Sequence[Watched]) -> list[Row]:
    """Mean count of each tenth, and the range of a dense hall."""
    rows = []
    for one in watched:
        truth = one.clip.truth
        length_s = one.clip.frames / one.clip.fps
        if tenths := truth.get("count_mean_per_tenth"):
            found = [
                np.mean([count for at_s, count in one.counts if part <= 10 * at_s / length_s < part + 1] or [0])
                for part in range(10)
            ]
            error = float(np.mean(np.abs(np.array(found) - tenths)))
            rows.append(Row("crowding vtest", f"mean count error {error:.2f}", "1.0", error <= 1.0))
        elif one.clip.folder == "crowd":
            middle = (truth["count_min"] + truth["count_max"]) / 2
            mean = float(np.mean([count for _at_s, count in one.counts]))
            off = abs(mean - middle) / middle
            said = f"mean {mean:.1f}, truth {truth['count_min']}-{truth['count_max']}: {off:.0%} off"
            rows.append(Row("crowding lobby", said, "20 %", off <= 0.2))
    return rows


def privacy_rows(measured: Sequence[tuple[str, dict[str, Figures]]]) -> list[Row]:
    """True person boxes covered in stills and clips, and how much of the rest is left as it was."""
    return [
        Row(f"privacy {what} {name}", _hidden_in_words(found), "mean .99, none under .70, 60 % untouched", found.holds)
        for name, by_kind in measured
        for what, found in by_kind.items()
    ]


def _hidden_in_words(found: Figures) -> str:
    free = "never learned: all hidden" if found.untouched is None else f"{found.untouched:.0%} of the free area untouched"
    return f"mean {found.mean:.3f}, least {found.least:.2f}, {found.below} of {found.people} under .70; {free}"


def none_row(watched: Sequence[Watched]) -> list[Row]:
    """Nothing on the bottle clip but presence, nothing at all on a static scene."""
    rows = []
    for one in watched:
        if one.clip.folder in ("negatives", "static"):
            bad = [line["kind"] for line in one.raised if one.clip.folder == "static" or line["kind"] not in PRESENCE]
            rows.append(Row(f"none {one.clip.path}", f"{len(bad)} conditions {bad or ''}".strip(), "0", not bad))
    return rows


def matrix(watched: Sequence[Watched]) -> list[str]:
    """Clip by kind: how many conditions were raised; ! where the truth lacks them."""
    lines = [f"{'clip':44}" + "".join(f"{kind:>14}" for kind in KINDS)]
    for one in watched:
        counts = Counter(line["kind"] for line in one.raised)
        cells = (f"{counts[kind]}{'!' if counts[kind] and kind not in one.clip.allowed else ''}" for kind in KINDS)
        lines.append(f"{one.clip.path:44}" + "".join(f"{cell:>14}" for cell in cells))
    return lines


def table(rows: Sequence[Row]) -> list[str]:
    """The rows as text."""
    return [f"{'yes' if row.holds else 'NO ':4}{row.task:38}{row.result:60}goal {row.goal}" for row in rows]


def main() -> None:
    """Watch everything and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=str(MEDIA / "models" / "yolox_nano_416.onnx"))
    parser.add_argument("--only", help="clips of this folder")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    detector = DetectorSettings(model=given.model).load(floor=0.1)
    watched = []
    for clip in clips():
        if given.only in (None, clip.folder):
            watched.append(watch(clip, MEDIA / clip.path, detector))
            sys.stderr.write(f"{matrix(watched[-1:])[1]}\n")
    if given.only in (None, "static"):
        with static_scene(seconds=600) as path:
            watched.append(watch(Clip("static/ten-minutes", FPS, 3000, {}), path, detector))
    rows = [*intrusion_row(watched), *none_row(watched), *fall_row(watched), *tamper_row(watched), *crowd_rows(watched)]
    rows += fire_rows(watched, FireNetwork())
    if given.only in (None, "people"):
        rows += privacy_rows([(name, measure(name, detector, fps=FPS)) for name in ("pets", "tud")])
    print(f"detector {detector.name}, {FPS:g} analysed frames a second")
    print(json.dumps([row._asdict() for row in rows], indent=1) if given.json else "\n".join([*table(rows), "", *matrix(watched)]))


if __name__ == "__main__":
    main()
