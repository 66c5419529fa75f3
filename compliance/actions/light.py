"""How what a room's lamps ask moves actions: one each, open while it holds, closed when it is over or was answered."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from msgspec.structs import replace

from compliance.actions.engine import reopened
from compliance.actions.model import Action, Event, Kind, Terms
from compliance.light.findings import FindingName, LightFinding
from compliance.rules import Severity
from lamplighter.site.model import Site


class _Asks(NamedTuple):
    """What a finding is called among the rules of actions, what is to be done, and how pressing it is."""

    rule: str
    kind: Kind
    severity: Severity


ASKS: Final[dict[FindingName, _Asks]] = {
    "uneven": _Asks("light-uneven", "survey", "minor"),
    "declining": _Asks("light-decline", "clean", "minor"),
    "left_on": _Asks("light-left-on", "switch_off", "informational"),
}


class Seen(NamedTuple):
    """Where and when findings were made, and the terms of actions."""

    site: Site
    day: date
    school_day: bool
    terms: Terms


def follow(actions: Mapping[str, Action], findings: Iterable[LightFinding], seen: Seen) -> dict[str, Action]:
    """The actions after a day's findings, by id; the same findings again change nothing.

    A finding that holds opens its action, or again the closed one. It closes on the survey or work that answers it, or after
    `clear_school_days` school days on which it did not hold; a day that cannot tell does not count.
    """
    after = dict(actions)
    for found in findings:
        asks = ASKS[found.name]
        known = after.get(f"{seen.site.school}/{found.room}/{asks.rule}/{asks.kind}")
        moved = _opened(known, found, seen) if found.holds else _cleared(known, found, seen)
        if moved is not None:
            after[moved.id] = moved
    return after


def _opened(known: Action | None, found: LightFinding, seen: Seen) -> Action:
    asks, site, day = ASKS[found.name], seen.site, seen.day
    due = found.due or day + timedelta(days=seen.terms.due_days[asks.severity])
    if known is None:
        return Action(
            district=site.district,
            school=site.school,
            subject=found.room,
            rule=asks.rule,
            kind=asks.kind,
            severity=asks.severity,
            method="monitor",
            state="open",
            opened=day,
            due=due,
            why_zh=found.zh,
            why_en=found.en,
            events=(Event(on=day, what="opened"),),
        )
    told = replace(known, why_zh=found.zh, why_en=found.en, clear=0, clear_on=None, due=found.due or known.due)
    again = known.state == "closed" or (known.state == "reported" and day > (known.reported_on or day))
    return reopened(told, day, (), due=due if known.state == "closed" else told.due) if again else told


def _cleared(known: Action | None, found: LightFinding, seen: Seen) -> Action | None:
    if known is None or known.state == "closed":
        return None
    last_opened = max(event.on for event in known.events if event.what in {"opened", "reopened"})
    if found.answered_on is not None and found.answered_on > last_opened:
        return _closed(known, seen.day, f"{found.name} {found.answered_on}")
    if found.holds is None or not seen.school_day or known.clear_on == seen.day:
        return None
    clear = replace(known, clear=known.clear + 1, clear_on=seen.day)
    return _closed(clear, seen.day, f"{found.name} {seen.day}") if clear.clear >= seen.terms.clear_school_days else clear


def _closed(action: Action, day: date, evidence: str) -> Action:
    return replace(action, state="closed", events=(*action.events, Event(on=day, what="closed", evidence=(evidence,))))
