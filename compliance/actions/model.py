"""An action, the waivers that suspend it, and the terms under which it opens, is due and closes."""

from datetime import date
from typing import Final, Literal

import msgspec
from pydantic import Field

from compliance.rules import Severity
from lamplighter.runtime.settings import Settings

State = Literal["open", "reported", "closed"]
Kind = Literal["mend", "survey", "clean", "switch_off"]
Happened = Literal["opened", "assigned", "reported_done", "closed", "reopened"]

STATES: Final[dict[State, tuple[str, str]]] = {
    "open": ("待整改", "open"),
    "reported": ("已报完成，待验证", "reported done, not yet shown"),
    "closed": ("已关闭", "closed"),
}
KINDS: Final[dict[Kind, tuple[str, str]]] = {
    "mend": ("整改", "mend it"),
    "survey": ("实测该房间", "survey this room"),
    "clean": ("擦拭或更换灯具", "clean or replace the lamps"),
    "switch_off": ("落实人走灯灭", "see that lamps are switched off"),
}


class Terms(Settings):
    """How long each severity may take, and what closes an action. Internal targets: no clause says so."""

    due_days: dict[Severity, int] = Field(
        {"critical": 3, "major": 14, "minor": 30, "informational": 90}, description="days from opening until an action is due"
    )
    clear_school_days: int = Field(3, ge=1, description="school days of clear windows in a row that close an action from a monitor")
    evidence_days: int = Field(14, ge=1, description="days after `done` is reported within which new evidence must come")


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody lives with a failed requirement until a day, and says why; the verdict stays a fail."""

    school: str
    subject: str
    rule: str
    since: date
    until: date
    who: str
    why: str

    def covers(self, action: "Action", day: date) -> bool:
        """Whether it suspends the action on this day."""
        return (self.school, self.subject, self.rule) == (action.school, action.subject, action.rule) and (
            self.since <= day <= self.until
        )


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an action; `who` is empty where the evidence did it."""

    on: date
    what: Happened
    evidence: tuple[str, ...] = ()
    who: str = ""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to mend. `evidence` names what showed the fault last; `clear` counts school days of clear windows in a row.

    `reopened` counts how often it came back; `method` is the kind of evidence that opened it and alone can close it. `why_zh` and
    `why_en` say what was seen where no rule does: `rule` then names a finding of `compliance.actions.light`.
    """

    district: str
    school: str
    subject: str
    rule: str
    kind: Kind
    severity: Severity
    method: str
    state: State
    opened: date
    due: date
    owner: str = ""
    value: float | None = None
    threshold: float | None = None
    unit: str = ""
    why_zh: str = ""
    why_en: str = ""
    evidence: tuple[str, ...] = ()
    newest_evidence: str = ""
    clear: int = 0
    clear_on: date | None = None
    reported_on: date | None = None
    reopened: int = 0
    events: tuple[Event, ...] = ()

    @property
    def id(self) -> str:
        """School, subject, rule and kind: one action stands for all verdicts of them."""
        return f"{self.school}/{self.subject}/{self.rule}/{self.kind}"

    def overdue(self, day: date, waivers: tuple[Waiver, ...] = ()) -> bool:
        """Whether it should have been done before this day and nobody waived it."""
        return self.state != "closed" and self.due < day and not any(waiver.covers(self, day) for waiver in waivers)
