"""What a room's light is told as at once: uneven, and losing so much that it will soon lie below its limit."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from compliance.light.days import RoomDay
from compliance.light.evenness import Surveyed
from compliance.light.findings import AHEAD
from lamplighter.contract.records import EvidenceNumber
from lamplighter.site.facts import ENDS_SURVEYS, FRESHENS, WorkKind
from lamplighter.site.model import Site

LightKind = Literal["uneven", "lumen_depreciation"]

DEADBAND: Final = timedelta(days=30)
"""A forecast that moves about its limit by so much is one condition, not several. Our setting."""

_NOTHING: Final[Mapping[str, EvidenceNumber]] = MappingProxyType({})


class LightLevel(NamedTuple):
    """Whether a condition of design's sensor rows holds of a room, since `since`; None where the day cannot tell.

    `answered_on` is the newest survey or work on the room that ends a condition raised before it.
    """

    kind: LightKind
    room: str
    holds: bool | None
    since: date
    answered_on: date | None
    evidence: Mapping[str, EvidenceNumber] = _NOTHING


def levels_of(site: Site, room: RoomDay, day: date) -> tuple[LightLevel, LightLevel]:
    """What the room's day says of both; indicative but for a survey's unevenness, and never a verdict."""
    return _uneven(site, room, day), _depreciation(site, room, day)


def _uneven(site: Site, room: RoomDay, day: date) -> LightLevel:
    """By the newest survey itself where it counts, or by sensors: their pattern changed so far that the survey's evenness is lost.

    It clears only where the pattern's best value, not its uncertainty, leaves the evenness above the limit.
    """
    ended = _newest_work(site, room.room, ENDS_SURVEYS, day)
    found = room.surveyed if room.surveyed is not None and (ended is None or ended < room.surveyed.on) else None
    sound = found if found is not None and found.counts else None
    answered = max((on for on in (ended, sound.on if sound is not None else None) if on is not None), default=None)
    level = LightLevel("uneven", room.room, None, day, answered)
    if found is None:
        return level
    if room.uneven and room.pattern is not None:
        by: dict[str, EvidenceNumber] = {"device": room.pattern.device, "pattern_pct": round(100 * room.pattern.share)}
        return level._replace(holds=True, evidence=_evidence(found) | by)
    if sound is not None and sound.uniformity < sound.limit:
        return level._replace(holds=True, since=sound.on, evidence=_evidence(sound))
    if room.pattern is not None and found.uniformity * room.pattern.share >= found.limit:
        return level._replace(holds=False)
    return level


def _evidence(found: Surveyed) -> dict[str, EvidenceNumber]:
    return {"uniformity": round(found.uniformity, 3), "limit_uniformity": found.limit, "surveyed_on": found.on.isoformat()}


def _depreciation(site: Site, room: RoomDay, day: date) -> LightLevel:
    """By the earliest day on which the electric light may cross its limit."""
    level = LightLevel("lumen_depreciation", room.room, None, day, _newest_work(site, room.room, FRESHENS, day))
    seen = room.decline
    if seen is None:
        return level
    if seen.below_on is None or seen.below_from is None or seen.below_from > day + AHEAD + DEADBAND:
        return level._replace(holds=False)
    if seen.below_from > day + AHEAD:
        return level
    by: dict[str, EvidenceNumber] = {"decline_pct_a_year": round(seen.decline_pct_a_year, 1), "below_on": seen.below_on.isoformat()}
    return level._replace(holds=True, evidence=by | {"below_from": seen.below_from.isoformat()})


def _newest_work(site: Site, room: str, kinds: frozenset[WorkKind], day: date) -> date | None:
    return max((work.on for work in site.works if work.space == room and work.kind in kinds and work.on <= day), default=None)
