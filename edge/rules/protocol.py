"""What rules see and say."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from edge.cameras.protocol import Frame, Image
from edge.detectors.protocol import Detections
from lamplighter.contract.records import EvidenceNumber


class Track(NamedTuple):
    """Something followed over frames; its id is evidence, never identity."""

    id: int
    label: str
    score: float
    xyxy_px: tuple[float, float, float, float]
    first_px: tuple[float, float, float, float] | None = None
    """Where it was found first, before it was believed; None where nobody knows."""
    sure: bool = True
    """Whether this picture's own score would have begun it; what only continues it is placed less well."""

    @property
    def foot_px(self) -> tuple[float, float]:
        """Where it stands: bottom centre of its box."""
        left, _top, right, bottom = self.xyxy_px
        return (left + right) / 2, bottom


Look = Callable[[Image], Detections]
"""Looking again, at a part of the picture or at it turned: one more pass of the camera's own detector."""


class Sensed(NamedTuple):
    """What a sensor of the camera's room says at this moment, and by how much that rose within ten minutes."""

    device: str
    point: str
    value: float
    rise: float


class Scene(NamedTuple):
    """What one camera shows at one moment: confirmed tracks seen in this frame, and every box and hint they came from.

    `senses` is what the sensors of the same room say, `things` the ids of the tracks in which nothing ever stirs.
    """

    camera: str
    frame: Frame
    tracks: tuple[Track, ...]
    detections: Detections | None = None
    look: Look | None = None
    senses: tuple[Sensed, ...] = ()
    things: frozenset[int] = frozenset()


class Level(NamedTuple):
    """A rule's word at a moment: the condition holds, or does not."""

    kind: str
    name: str
    source: str
    active: bool
    at_ms: int
    evidence: Mapping[str, EvidenceNumber]


class Publish(Protocol):
    """Where levels go; called from any thread. `still` is asked for only if this level turns out to be a raise."""

    def __call__(self, level: Level, *, still: Callable[[], bytes] | None = None) -> None:
        """Take a level; cheap when nothing changed."""


class VideoWatch(Protocol):
    """A video rule at work on one camera."""

    name: str
    zone: tuple[tuple[float, float], ...]
    """Corners in shares of the picture."""
    labels: frozenset[str]
    """What it looks for."""

    def observe(self, scene: Scene) -> Level:
        """Whether the condition holds at this moment; called once for each analysed frame, in order."""
