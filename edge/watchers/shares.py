"""Which cameras are watched by which process, on which cores."""

import math
import os
from collections.abc import Sequence
from typing import Final, NamedTuple

CAMERAS_A_PROCESS: Final = 4
"""So many cameras are watched as well by one process; each further one takes some 200 MB of memory."""


class Share(NamedTuple):
    """What one process watches: ids of cameras, and the numbers of the cores it keeps to."""

    cameras: tuple[str, ...]
    cores: tuple[int, ...]


def shares_of(cameras: Sequence[str], *, processes: int | None, cores: Sequence[int] | None = None) -> list[Share]:
    """A share for each process; none where the gateway's own process watches all of them.

    `processes` is what the settings say, None to have one a core as long as each has enough to do. Each process keeps to cores of
    its own: threads of one interpreter take turns, and those of two on the same cores hold up each other's turns.
    """
    cores = sorted(os.sched_getaffinity(0)) if cores is None else cores
    wanted = min(len(cores), math.ceil(len(cameras) / CAMERAS_A_PROCESS)) if processes is None else min(processes, len(cameras))
    if wanted <= 1:
        return []
    return [Share(tuple(cameras[place::wanted]), tuple(cores[place::wanted] or cores)) for place in range(wanted)]
