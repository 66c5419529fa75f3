"""Air in a drawn classroom: carbon dioxide that people breathe out, formaldehyde with its worst hour."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
OUTDOORS_PPM: Final = 420.0
_RISE_MIN: Final = 8.0


def co2_share(minutes: Floats) -> Floats:
    """How far carbon dioxide has come from outdoors to its plateau, so many minutes after people came in."""
    return 1 - np.exp(-minutes / _RISE_MIN)


def plateau_ppm(mean_ppm: float, minutes: Floats) -> float:
    """The plateau at which the mean over these minutes is `mean_ppm`."""
    return OUTDOORS_PPM + (mean_ppm - OUTDOORS_PPM) / float(co2_share(minutes).mean())


def co2_ppm(plateau: float, minutes: Floats) -> Floats:
    """Carbon dioxide so many minutes after people came in."""
    return OUTDOORS_PPM + (plateau - OUTDOORS_PPM) * co2_share(minutes)


def formaldehyde_mg_m3(worst: float, hours: Floats) -> Floats:
    """A day with the worst hour from 15 to 16, a quarter lower elsewhere."""
    return np.where((hours >= 15) & (hours < 16), worst, 0.75 * worst)
