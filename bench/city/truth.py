"""What is true of the drawn city: for each day, subject and rule whether the requirement is met, and by how much."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

FIRST: Final = date(2026, 10, 1)
LAST: Final = date(2026, 10, 31)
MAKE_UP: Final = date(2026, 10, 10)
"""The Saturday worked instead of a day of National Day's week, as the State Council's notice for 2026 has it."""
HOLIDAY_LAST: Final = date(2026, 10, 7)

State = Literal["good", "bad", "hidden", "unknown"]
"""`hidden`: bad, but daylight may hide it from the only sensors there are; to find it is right, a pass never is.

`unknown`: nobody handed in what would show it, so no pass is right, and no failure either.
"""


class Item(NamedTuple):
    """One thing that is so on a day. `margin` and `uncertainty` are shares of the limit; positive is on the good side.

    `provable` is False where only ceiling sensors look: they can show a room low, never that it is well lit.
    """

    day: date
    school: str
    subject: str
    rule: str
    state: State
    margin: float
    uncertainty: float
    cause: str
    provable: bool = True


class Fact(NamedTuple):
    """What holds of a subject under several rules; see `Item`."""

    subject: str
    rules: tuple[str, ...]
    state: State
    margin: float
    uncertainty: float
    cause: str
    provable: bool = True


class Requirement(NamedTuple):
    """A limit and the rules that state it."""

    limit: float
    least: bool
    rules: tuple[str, ...]


DESK_LX: Final = Requirement(300.0, True, ("LGT-001", "LGT-021", "LGT-022"))
DESK_EVEN: Final = Requirement(0.7, True, ("LGT-002", "LGT-025"))
DESK_EVEN_LAX: Final = Requirement(0.6, True, ("LGT-005",))
BOARD_LX: Final = Requirement(500.0, True, ("LGT-003", "LGT-023", "LGT-026"))
BOARD_EVEN: Final = Requirement(0.8, True, ("LGT-004", "LGT-024", "LGT-028"))
SENSED_TODAY: Final = "LGT-021"
SENSED_THREE_DAYS: Final = "LGT-019"
CO2_PPM: Final = Requirement(1500.0, False, ("AIR-002",))
FORMALDEHYDE_MG_M3: Final = Requirement(0.08, False, ("AIR-005",))
RECORDING_D: Final = Requirement(30.0, True, ("VID-001", "VID-014"))
GLARE: Final = Requirement(19.0, False, ("LGT-006",))
COLOUR_RA: Final = Requirement(80.0, True, ("LGT-007", "LGT-027"))
ALARM_S: Final = Requirement(2.0, False, ("ALM-003",))
ROUNDS: Final = Requirement(5.0, True, ("MAN-002",))


def margin_of(requirement: Requirement, value: float) -> float:
    """How far the value lies on the good side, as a share of the limit."""
    share = value / requirement.limit - 1
    return share if requirement.least else -share


def value_for(requirement: Requirement, margin: float) -> float:
    """The value with that margin."""
    return requirement.limit * (1 + margin if requirement.least else 1 - margin)


def judged(requirement: Requirement, subject: str, value: float, *, cause: str, uncertainty: float = 0.0) -> Fact:
    """The fact that a value is."""
    margin = margin_of(requirement, value)
    return Fact(subject, requirement.rules, "good" if margin >= 0 else "bad", margin, uncertainty, cause)


def unknown(requirement: Requirement, subject: str, cause: str) -> Fact:
    """The fact that nobody knows."""
    return Fact(subject, requirement.rules, "unknown", 0.0, 0.0, cause)


def on_days(school: str, days: Iterable[date], fact: Fact) -> Iterator[Item]:
    """The fact on each of the days, under each of its rules."""
    for day in days:
        for rule in fact.rules:
            yield Item(day, school, fact.subject, rule, *fact[2:])


def all_days() -> list[date]:
    """The month."""
    return [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


def school_days() -> list[date]:
    """Days with lessons: weekdays after the holiday, and the Saturday worked instead."""
    return [day for day in all_days() if day > HOLIDAY_LAST and (day.weekday() < 5 or day == MAKE_UP)]
