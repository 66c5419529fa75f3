"""How much of the armed time a camera was really watched: "nothing happened" is not "nobody looked"."""

from typing import Final, NamedTuple

_PERIODS: Final = 3
_LEAST_GAP_S: Final = 1.2
"""Between two analysed pictures: a key frame a second, a little late. What lies in a longer gap was not watched, nor
what a covered camera showed."""


class Watched(NamedTuple):
    """Seconds since the agent's start."""

    armed_s: float
    watched_s: float


class Coverage:
    """One camera's account. Times are monotonic seconds; used by the analysing thread, read by any."""

    def __init__(self, begun_s: float, *, fps: float) -> None:
        self._most_gap_s = max(_LEAST_GAP_S, _PERIODS / fps)
        self._noted_s = begun_s
        self._total = Watched(0.0, 0.0)

    def analysed(self, at_s: float, *, armed: bool, blind: bool = False) -> None:
        """A picture was analysed now; `blind`: it showed nothing worth the name (covered, frozen, out of focus, pieces lost)."""
        self._total = self._with(at_s, armed=armed, seen=not blind and at_s - self._noted_s <= self._most_gap_s)
        self._noted_s = at_s

    def until(self, now_s: float, *, armed: bool) -> Watched:
        """The account up to now: a gap that is already too long counts as not watched."""
        if now_s - self._noted_s <= self._most_gap_s:
            return self._total
        return self._with(now_s, armed=armed, seen=False)

    def _with(self, at_s: float, *, armed: bool, seen: bool) -> Watched:
        passed_s = (at_s - self._noted_s) * armed
        return Watched(self._total.armed_s + passed_s, self._total.watched_s + passed_s * seen)
