"""Closed days judged anew, by other rules or from corrected files: what differs is appended, with who, why and both verdicts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from compliance.files.folder import Folder
from compliance.files.score import Days
from compliance.history.closing import Change, amend_day, verdicts_of
from compliance.history.from_folder import school_days
from compliance.history.nightly import end_night
from compliance.rules import Rule
from lamplighter.contract.errors import SettingsError


class Rescored(NamedTuple):
    """One verdict that is another now; None where there was none, or is none any more."""

    school: str
    day: date
    subject: str
    rule: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        """As the command prints it."""
        return f"{self.day}/{self.school}/{self.subject}/{self.rule}: {self.before or '-'} -> {self.after or '-'}"


def rescored(
    connection: Connection,
    folder: Folder,
    rules: Sequence[Rule],
    days: Days,
    *,
    change: Change,
    key: Ed25519PrivateKey,
    at: datetime,
) -> list[Rescored]:
    """Amend each day of the folder's schools where a verdict differs, and sign; what differs, by day.

    Raises SettingsError for the folder's faults and for days that nobody has closed: the transaction must then end without effect.
    """
    found: list[Rescored] = []
    for kept in list(school_days(connection, folder, rules, days)):
        school, day = kept.school, kept.day
        before = {(row["subject"], row["rule"]): row["verdict"] for row in verdicts_of(connection, school, day)}
        try:
            amended = amend_day(connection, school, day, verdicts=kept.verdicts, inputs=kept.inputs, at=at, change=change)
        except ValueError as error:
            raise SettingsError(f"--from, --to: {error}; close it first with `compliance history close`") from error
        if amended is not None:
            after = {(one.subject, one.rule): one.verdict for one in kept.verdicts}
            found += [
                Rescored(school, day, subject, rule, before.get((subject, rule)), after.get((subject, rule)))
                for subject, rule in sorted(before.keys() | after.keys())
                if before.get((subject, rule)) != after.get((subject, rule))
            ]
            end_night(connection, key, day=day, at=at)
    return found
