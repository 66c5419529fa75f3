"""How a day's verdicts move actions: a pure function, replayable from the verdicts alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from msgspec.structs import replace

from compliance.actions.model import Action, Event, Kind, State, Terms
from compliance.verdicts import Verdict

_OPENS: Final[dict[str, Kind]] = {"fail": "mend", "indicative_low": "survey"}
_NO_EVIDENCE: Final = frozenset({"insufficient_data", "not_applicable"})


def advance(
    actions: Mapping[str, Action], verdicts: Iterable[Verdict], *, day: date, school_day: bool, terms: Terms
) -> dict[str, Action]:
    """The actions after a day's verdicts, by id; the same verdicts again change nothing.

    - a `fail` opens an action to mend, `indicative_low` one to survey the room; one that is closed opens again.
    - an action from a survey, certificate, document or test closes only on a pass by the same method from evidence that
      is newer than what opened it. An action to survey closes on any survey's pass or fail.
    - one from a monitor closes after `clear_school_days` school days of passes in a row; a day without evidence does not count.
    - one reported done without such evidence within `evidence_days` opens again.
    """
    after = dict(actions)
    for verdict in sorted(verdicts, key=lambda one: one.id):
        for action in _moved(after, verdict, school_day=school_day, terms=terms):
            after[action.id] = action
    return {name: _unproven(action, day, terms) for name, action in after.items()}


def assign(action: Action, *, on: date, owner: str, who: str) -> Action:
    """Somebody is given the action; both names are commitments where the action is kept."""
    return replace(action, owner=owner, events=(*action.events, Event(on=on, what="assigned", who=who)))


def report_done(action: Action, *, on: date, who: str) -> Action:
    """Somebody says it is done; evidence has yet to show it. A closed action stays closed."""
    if action.state == "closed":
        return action
    told = Event(on=on, what="reported_done", who=who)
    return replace(action, state="reported", reported_on=on, events=(*action.events, told))


def _moved(actions: Mapping[str, Action], verdict: Verdict, *, school_day: bool, terms: Terms) -> list[Action]:
    """Actions of this verdict's subject and rule that it changes."""
    moved = []
    opens = _OPENS.get(verdict.verdict)
    if opens is not None:
        moved.append(_opened(actions.get(_id(verdict, opens)), verdict, opens, terms))
    for kind in ("mend", "survey"):
        action = actions.get(_id(verdict, kind))
        if action is not None and kind != opens and action.state != "closed":
            moved.append(_towards_closing(action, verdict, school_day=school_day, terms=terms))
    return moved


def _opened(known: Action | None, verdict: Verdict, kind: Kind, terms: Terms) -> Action:
    names, newest = _evidence(verdict)
    due = verdict.day + timedelta(days=terms.due_days[verdict.severity])
    if known is None:
        return Action(
            district=verdict.district,
            school=verdict.school,
            subject=verdict.subject,
            rule=verdict.rule,
            kind=kind,
            severity=verdict.severity,
            method=verdict.method,
            state="open",
            opened=verdict.day,
            due=due,
            value=verdict.value,
            threshold=verdict.threshold,
            unit=verdict.unit,
            evidence=names,
            newest_evidence=newest,
            events=(Event(on=verdict.day, what="opened", evidence=names),),
        )
    seen = replace(known, value=verdict.value, threshold=verdict.threshold, clear=0, clear_on=None)
    again = known.method == "monitor" or _is_new(known, verdict)
    seen = replace(seen, method=verdict.method, evidence=names, newest_evidence=max(newest, known.newest_evidence))
    if known.state == "closed":
        return reopened(seen, verdict.day, names, due=due)
    if known.state == "reported" and again and verdict.day > (known.reported_on or verdict.day):
        return reopened(seen, verdict.day, names, due=known.due)
    return seen


def reopened(action: Action, day: date, evidence: tuple[str, ...], *, due: date) -> Action:
    """It came back, or was not done after all."""
    event = Event(on=day, what="reopened", evidence=evidence)
    return replace(action, state="open", due=due, reported_on=None, reopened=action.reopened + 1, events=(*action.events, event))


def _towards_closing(action: Action, verdict: Verdict, *, school_day: bool, terms: Terms) -> Action:
    if verdict.verdict in _NO_EVIDENCE or action.clear_on == verdict.day:
        return action
    if action.kind == "survey":
        return _closed(action, verdict) if verdict.method == "survey" else action
    if verdict.verdict != "pass" or verdict.method != action.method:
        return action
    if action.method != "monitor":
        return _closed(action, verdict) if _is_new(action, verdict) else action
    if not school_day:
        return action
    clear = replace(action, clear=action.clear + 1, clear_on=verdict.day)
    return _closed(clear, verdict) if clear.clear >= terms.clear_school_days else clear


def _closed(action: Action, verdict: Verdict) -> Action:
    names, newest = _evidence(verdict)
    event = Event(on=verdict.day, what="closed", evidence=names)
    state: State = "closed"
    return replace(action, state=state, value=verdict.value, newest_evidence=newest, events=(*action.events, event))


def _unproven(action: Action, day: date, terms: Terms) -> Action:
    """What was reported done and never shown is open again."""
    reported = action.reported_on
    if action.state != "reported" or reported is None or (day - reported).days <= terms.evidence_days:
        return action
    return reopened(action, day, (), due=action.due)


def _is_new(action: Action, verdict: Verdict) -> bool:
    """Evidence made after what showed the fault, under another name."""
    names, newest = _evidence(verdict)
    return newest > action.newest_evidence and not set(names) <= set(action.evidence)


def _evidence(verdict: Verdict) -> tuple[tuple[str, ...], str]:
    """Names of what the verdict rests on, and the newest of their days."""
    used = [one for one in verdict.inputs if one.kind != "calibration"]
    return tuple(sorted(one.name for one in used)), max((one.at for one in used), default="")


def _id(verdict: Verdict, kind: str) -> str:
    return f"{verdict.school}/{verdict.subject}/{verdict.rule}/{kind}"


def worklist(actions: Iterable[Action]) -> Sequence[Action]:
    """What is not closed, the most pressing first."""
    rank = {"critical": 0, "major": 1, "minor": 2, "informational": 3}
    return sorted((one for one in actions if one.state != "closed"), key=lambda one: (one.due, rank[one.severity], one.id))
