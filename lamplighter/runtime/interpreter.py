"""How Python itself is set in processes of many threads or many small objects."""

import gc
import sys
from typing import Final

_COLLECT: Final = (100_000, 20, 50)
"""A batch is 20,000 tuples that no cycle holds: the collector need not look at them every 700."""

_SWITCH_S: Final = 0.0005
"""Whoever has come back from a database, a decoder or a network waits so long for the interpreter lock; 5 ms is the default."""


def collect_seldom() -> None:
    """Look for cycles seldom: for processes that carry readings and verdicts by the ten thousand."""
    gc.set_threshold(*_COLLECT)


def take_quick_turns() -> None:
    """Let threads take quick turns: for processes in which many of them wait for one another's short work."""
    sys.setswitchinterval(_SWITCH_S)
