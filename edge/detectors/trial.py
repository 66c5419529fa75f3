"""Whether a network of the catalogue really works on this machine."""

from pathlib import Path

import numpy as np

from edge.detectors.catalog import Model
from edge.detectors.load import load_detector
from edge.rules.fire_network import FireNetwork
from lamplighter.runtime.clock import Clock, SystemClock

GREY = 114
PICTURE_PX = (360, 640)


def try_model(model: Model, *, folder: Path | None = None, clock: Clock | None = None) -> str:
    """What to tell about it, such as "inference 12 ms": the second of two runs on a grey 640x360 picture.

    Raises SettingsError where it is refused.
    """
    clock = clock or SystemClock()
    look = FireNetwork().look if model.decoder == "fire" else load_detector(model.name, models_dir=folder).detect
    picture = np.full((*PICTURE_PX, 3), GREY, np.uint8)
    look(picture)
    start_s = clock.monotonic()
    look(picture)
    return f"inference {(clock.monotonic() - start_s) * 1000:.0f} ms"
