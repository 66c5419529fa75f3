"""How one camera's pictures are to be looked at, apart from what is looked for."""

from collections.abc import Callable
from typing import NamedTuple

from edge.attention import AttentionSettings
from edge.evidence.tape import Tape
from edge.masks import Masks
from edge.rules.protocol import Sensed


def _always(_at_ms: int) -> bool:
    return True


def _nothing_sensed(_at_ms: int) -> tuple[Sensed, ...]:
    return ()


class View(NamedTuple):
    """`armed` tells whether anybody counts on this camera at a moment, ms since 1970; `senses` what its room's sensors say then.

    `tape` keeps its last seconds for clips.
    """

    attention: AttentionSettings = AttentionSettings()
    masks: Masks = Masks()
    armed: Callable[[int], bool] = _always
    senses: Callable[[int], tuple[Sensed, ...]] = _nothing_sensed
    tape: Tape | None = None
