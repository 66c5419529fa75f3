"""What is on tape of one camera: its small stream, and its large one where it has one."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from edge.evidence.footage import Footage
from edge.evidence.large import LargeTape
from edge.evidence.tape import Tape
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.logs import logger

Polygons = Sequence[Sequence[tuple[float, float]]]


class Taped(Protocol):
    """Where a camera's last seconds can be had: its tapes, or the process that holds them."""

    def cut(self, at_ms: int, *, before_s: float, after_s: float, privacy: Polygons) -> Sequence[Footage]:
        """The footage around the picture captured at `at_ms`, best first; empty where nothing of it is there any more."""


class Tapes(NamedTuple):
    """One camera's."""

    camera: str
    small: Tape
    large: LargeTape | None = None

    def cut(self, at_ms: int, *, before_s: float, after_s: float, privacy: Polygons) -> Sequence[Footage]:
        """The large stream's footage where it shows all that the small one does, then the small one's, which takes less room."""
        small = self.small.cut(at_ms, before_s=before_s, after_s=after_s, privacy=privacy)
        if small is None:
            return ()
        if self.large is None:
            return (small,)
        try:
            return self.large.instead_of(small), small
        except Unavailable as error:
            logger(camera=self.camera).warning("clip_from_small_stream", reason=str(error))
            return (small,)
