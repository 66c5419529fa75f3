"""What a room's lamps ask of somebody: survey it again, clean or replace them by a day, see that they are switched off."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from compliance.light.days import RoomDay
from lamplighter.site.facts import FRESHENS
from lamplighter.site.model import Site

FindingName = Literal["uneven", "declining", "left_on"]

AHEAD: Final = timedelta(days=90)
"""Lamps are cleaned or replaced in a holiday: somebody is told so long before the earliest day. Our setting."""

LEFT_ON_H: Final = 1.0
"""Less than an hour a day is a late lesson, no waste. Our setting."""

KNOWN_PCT: Final = 50.0
"""Of a day of which less is known nobody can say that no lamp was left on. Our setting."""

WORDS: Final[dict[FindingName, tuple[str, str]]] = {
    "uneven": (
        "{device} 处的灯光只剩校准时份额的 {share:.0f} %（±{wide:.0f} %，k=2）：该处灯具可能损坏或积尘，实测均匀度可能已低于限值",
        "at {device} the lamps give {share:.0f} % of their share at calibration (±{wide:.0f} %, k = 2): a lamp there may have "
        "failed or be dirty, and the surveyed uniformity may no longer hold",
    ),
    "declining": (
        "灯光每年衰减 {pct:.1f} %，预计 {on} 低于限值（95 %：{first} 至 {last}）；灯具老化与传感器积尘不可区分，先擦拭再实测",
        "the light declines by {pct:.1f} % a year and is likely below its limit on {on} (95 %: {first} to {last}); an ageing lamp "
        "and a dusty sensor look alike: clean both, then survey",
    ),
    "left_on": (
        "{day} 无人时开灯 {hours:.1f} 小时",
        "lamps were on for {hours:.1f} h on {day} with nobody there",
    ),
}
"""Why, in Chinese and English."""


class LightFinding(NamedTuple):
    """Whether something holds of a room on a day, None where the day cannot tell; `zh` and `en` say why where it does.

    `due` is until when it should be mended, None for the usual term; `answered_on` the newest survey or work that answers it.
    """

    name: FindingName
    room: str
    holds: bool | None
    zh: str = ""
    en: str = ""
    due: date | None = None
    answered_on: date | None = None


def findings_of(site: Site, room: RoomDay, day: date) -> tuple[LightFinding, ...]:
    """All that a room's day says; indicative, never a verdict."""
    return (_uneven(site, room, day), _declining(site, room, day), _left_on(room, day))


def _uneven(site: Site, room: RoomDay, day: date) -> LightFinding:
    past = [site.day_of(row.at) for row in site.surveys if row.space == room.room and row.surface == "desk"]
    answered = max((on for on in past if on <= day), default=None)
    if room.pattern is None:
        return LightFinding("uneven", room.room, None, answered_on=answered)
    facts = {"device": room.pattern.device, "share": 100 * room.pattern.share, "wide": 100 * room.pattern.uncertainty}
    return _found("uneven", room.room, facts, holds=room.uneven)._replace(answered_on=answered)


def _declining(site: Site, room: RoomDay, day: date) -> LightFinding:
    fresh = [work.on for work in site.works if work.space == room.room and work.kind in FRESHENS and work.on <= day]
    answered, seen = max(fresh, default=None), room.decline
    if seen is None:
        return LightFinding("declining", room.room, None, answered_on=answered)
    near = seen.below_on is not None and seen.below_from is not None and seen.below_from <= day + AHEAD
    facts = {"pct": seen.decline_pct_a_year, "on": seen.below_on, "first": seen.below_from, "last": seen.below_to or "–"}
    due = max(seen.below_on, day) if near and seen.below_on is not None else None
    return _found("declining", room.room, facts, holds=near)._replace(due=due, answered_on=answered)


def _left_on(room: RoomDay, day: date) -> LightFinding:
    left = room.use.left_on_h >= LEFT_ON_H
    if not left and room.use.known_pct < KNOWN_PCT:
        return LightFinding("left_on", room.room, None)
    return _found("left_on", room.room, {"day": day, "hours": room.use.left_on_h}, holds=left)


def _found(name: FindingName, room: str, facts: Mapping[str, object], *, holds: bool) -> LightFinding:
    zh, en = (text.format(**facts) for text in WORDS[name]) if holds else ("", "")
    return LightFinding(name, room, holds, zh, en)
