"""What is written when a school's day is kept: verdicts, actions, transitions; at last the city's entry and the signatures."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from compliance.actions.book import take_verdicts
from compliance.actions.model import Terms
from compliance.history.book import Input, Written, chain_names, entries, sign_heads
from compliance.history.closing import CITY, Change, amend_day, close_city, close_day
from compliance.history.conditions import chain_transitions
from compliance.verdicts import Verdict

LATE_DATA: Final = Change("lamplighter", "late data / 迟到数据")
Kept = Literal["closed", "amended", "unchanged"]


class SchoolDay(NamedTuple):
    """A school's day as judged now, with everything the verdicts rest on."""

    school: str
    day: date
    verdicts: Sequence[Verdict]
    inputs: Sequence[Input]
    school_day: bool


def keep_day(
    connection: Connection, kept: SchoolDay, *, at: datetime, change: Change = LATE_DATA, terms: Terms | None = None
) -> Kept:
    """Close the day, or amend it where it is closed already and a verdict differs; move the actions by a day newly closed."""
    school, day = kept.school, kept.day
    chain_transitions(connection, school, day=day, at=at)
    if next(entries(connection, school, day=day, kinds=("verdicts",)), None) is not None:
        again = amend_day(connection, school, day, verdicts=kept.verdicts, inputs=kept.inputs, at=at, change=change)
        return "unchanged" if again is None else "amended"
    close_day(connection, school, day, verdicts=kept.verdicts, inputs=kept.inputs, at=at)
    take_verdicts(connection, school, kept.verdicts, day=day, school_day=kept.school_day, at=at, terms=terms)
    return "closed"


def end_night(connection: Connection, key: Ed25519PrivateKey, *, day: date, at: datetime) -> list[Written]:
    """Write the city's entry with every school's head, and sign what is new; the heads signed."""
    schools = {name for name in chain_names(connection) if name != CITY}
    close_city(connection, schools, day=day, at=at)
    return sign_heads(connection, key, at=at)
