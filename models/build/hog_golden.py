"""Writes what OpenCV 4.14's own detector says of the drawn pictures: `tests/models/golden/hog_person.json`.

Run it where `hog_person.py` is run:  build/opencv4/bin/python -m models.build.hog_golden
"""

import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.build.hog_pictures import PICTURES, Picture, draw

TARGET = Path(__file__).parents[2] / "tests" / "models" / "golden" / "hog_person.json"
STRIDE_PX = 8
EVERYTHING = -1e9


def margins(picture: Picture) -> NDArray[np.float64]:
    """(rows, columns) margin of every window whose corner is a multiple of 8 pixels."""
    import cv2

    hog = cv2.HOGDescriptor()  # type: ignore[attr-defined] # OpenCV 4 has it
    hog.setSVMDetector(cv2.HOGDescriptor_getDefaultPeopleDetector())  # type: ignore[attr-defined] # the same
    corners, weights = hog.detect(picture, EVERYTHING, (STRIDE_PX, STRIDE_PX), (0, 0))
    shape = (picture.shape[0] - 128) // STRIDE_PX + 1, (picture.shape[1] - 64) // STRIDE_PX + 1
    found = np.full(shape, np.nan)
    for (x, y), weight in zip(np.reshape(corners, (-1, 2)), np.ravel(weights), strict=True):
        found[y // STRIDE_PX, x // STRIDE_PX] = weight
    return found


def main() -> None:
    """Write the golden values."""
    import cv2

    pictures = {}
    for name in PICTURES:
        picture = draw(name)
        values = np.round(margins(picture), 6).tolist()
        pictures[name] = {"sha256": hashlib.sha256(picture.tobytes()).hexdigest(), "margin": values}
        print(f"{name}: {picture.shape}, margins {np.min(values):.3f} to {np.max(values):.3f}")
    TARGET.write_text(json.dumps({"opencv": cv2.__version__, "pictures": pictures}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
