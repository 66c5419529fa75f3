"""Which pieces of a stream are decoded: all, or key frames only while nothing happens and they come at least once a second."""

from collections import deque
from typing import Final

_LONGEST_S: Final = 1.0
"""Between key frames; rarer ones would show a visitor too late. Many cameras send one in 2 to 25 s, and are decoded in full."""
_MEASURED: Final = 3
"""So many intervals in a row must be short."""
_ALMOST_S: Final = 0.05


class KeyFrames:
    """One stream's. `only` may be set from another thread; it takes effect at once."""

    def __init__(self) -> None:
        self.only = False
        self._intervals_s: deque[float] = deque(maxlen=_MEASURED)
        self._key_s: float | None = None

    def decodes(self, at_s: float | None, *, key: bool) -> bool:
        """Whether the piece of this presentation time (s) is to be decoded; asked once for each, in order.

        It may build on those since the key frame before it, which are to be decoded first then.
        """
        if key:
            self._note(at_s)
        return key or not self.only or not self._frequent(at_s)

    def _note(self, at_s: float | None) -> None:
        if at_s is not None and self._key_s is not None:
            self._intervals_s.append(at_s - self._key_s)
        self._key_s = at_s

    def _frequent(self, at_s: float | None) -> bool:
        if at_s is None or self._key_s is None or len(self._intervals_s) < _MEASURED:
            return False
        return max(*self._intervals_s, at_s - self._key_s) <= _LONGEST_S + _ALMOST_S
