"""What is said between the gateway's own process and one that watches cameras for it, over a pipe only they hold.

Messages are pickled: both ends are the same program, and nobody else can write to the pipe.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from edge.rules.protocol import Level
from edge.settings import GatewaySettings


class Begin(NamedTuple):
    """First word to a process: what to watch, the cores to keep to, and how many processes with this task ended just before it."""

    settings: GatewaySettings
    cameras: tuple[str, ...]
    cores: tuple[int, ...]
    losses: int = 0


class Ask(NamedTuple):
    """Call what the process has under this name for the camera, or for itself where `camera` is empty.

    `number` 0 wants no answer.
    """

    number: int
    camera: str
    what: str
    arguments: Sequence[Any] = ()


class Answer(NamedTuple):
    """What came of the ask of that number; `fault` is the message of an Unavailable."""

    number: int
    value: Any = None
    fault: str | None = None


class Said(NamedTuple):
    """A level that changed, or the evidence of one that holds; `still` is the picture of a raise."""

    level: Level
    still: bytes | None = None


class Ready(NamedTuple):
    """The process watches its cameras from now on."""


class Alive(NamedTuple):
    """Nothing else to say."""


class Ended(NamedTuple):
    """The last word of a process that was asked to end."""


Message = Answer | Said | Ready | Alive | Ended
"""What a process says."""
