"""How Python itself is set in the processes that carry a city's readings and verdicts."""

import gc
import sys
from typing import Final

_COLLECT: Final = (100_000, 20, 50)
"""A batch is 20,000 tuples that no cycle holds: the collector need not look at them every 700."""

_SWITCH_S: Final = 0.0005
"""Each SQL statement of a condition gives the interpreter lock away, then waits for it: by default 5 ms behind any busy thread."""


def suit_many_small_objects() -> None:
    """Collect cycles seldom, and let threads take quick turns."""
    gc.set_threshold(*_COLLECT)
    sys.setswitchinterval(_SWITCH_S)
