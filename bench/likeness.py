"""A number that pictures share when they look alike, whatever their size, encoding or brightness."""

import cv2
import numpy as np
from numpy.typing import NDArray


def picture_hash(image: NDArray[np.uint8]) -> int:
    """256 bits: whether each of 16 x 16 places is brighter than the one to its right (a difference hash)."""
    small = cv2.resize(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), (17, 16), interpolation=cv2.INTER_AREA)
    bits = (small[:, :-1] > small[:, 1:]).ravel()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def bits_apart(one: int, other: int) -> int:
    """In how many of the 256 places two hashes differ; about 128 for unrelated pictures."""
    return (one ^ other).bit_count()
