"""What the fire network was trained on is not what it is measured with."""

import hashlib
import json
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from bench.likeness import bits_apart, picture_hash

ROOT = Path(__file__).parents[2]
MEDIA = ROOT.parent / "shared" / "media"
MATERIAL: list[dict[str, Any]] = json.loads((ROOT / "models" / "build" / "fire_material.json").read_text("utf-8"))
ALIKE_BITS = 40
PLAIN_BITS = 16
"""A picture whose hash is all but empty or full is one plain area, like any other."""

needs_media = pytest.mark.skipif(not MEDIA.is_dir(), reason="needs ../shared/media")


@pytest.mark.unit
def test_the_same_picture_smaller_and_darker_has_nearly_the_same_hash() -> None:
    picture = np.random.default_rng(1).integers(0, 255, (9, 16, 3), np.uint8)
    large = np.asarray(cv2.resize(picture, (640, 360), interpolation=cv2.INTER_CUBIC), np.uint8)
    small = np.asarray(cv2.resize(large, (320, 180)) * 0.7, np.uint8)
    assert bits_apart(picture_hash(large), picture_hash(small)) <= ALIKE_BITS


@pytest.mark.unit
def test_each_file_names_its_package_and_content() -> None:
    assert MATERIAL
    assert all(row["package"] not in ("", "?") and len(row["sha256"]) == 64 for row in MATERIAL)


@pytest.mark.media
@needs_media
def test_no_training_file_is_a_measuring_file() -> None:
    measuring = {hashlib.sha256(path.read_bytes()).hexdigest() for path in MEDIA.rglob("*") if path.is_file()}
    assert not measuring & {row["sha256"] for row in MATERIAL}


@pytest.mark.media
@needs_media
def test_no_training_picture_looks_like_a_measuring_one() -> None:
    training = [(row["file"], int(row["hash"], 16)) for row in MATERIAL if "hash" in row]
    alike = [
        (path.name, file)
        for path in sorted(MEDIA.rglob("*"))
        for seen in _hashes(path)
        if PLAIN_BITS < seen.bit_count() < 256 - PLAIN_BITS
        for file, known in training
        if bits_apart(seen, known) <= ALIKE_BITS
    ]
    assert alike == []


def _hashes(path: Path) -> list[int]:
    """Of a picture, or of the key frames of a film."""
    if path.suffix in {".jpg", ".png"}:
        image = cv2.imread(str(path))
        return [] if image is None else [picture_hash(np.asarray(image, np.uint8))]
    if path.suffix not in {".mp4", ".avi", ".gif"}:
        return []
    with av.open(str(path)) as container:
        container.streams.video[0].codec_context.skip_frame = "NONKEY"
        return [picture_hash(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)) for frame in container.decode(video=0)]
