"""What a method found: a value with what it rests on, or what is missing."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from compliance.evidence import Evidence
from compliance.rules import Method, Rule
from compliance.subjects import Subject
from compliance.verdicts import Input, Reason


class Finding(NamedTuple):
    """A value in the rule's unit, exact as written; `uncertainty` is expanded, `hz` the main frequency of a flicker measurement.

    Where not `whole`, something is missing: it may fail, never pass.
    """

    value: Fraction
    samples: int
    method: Method
    inputs: tuple[Input, ...]
    reasons: tuple[Reason, ...]
    uncertainty: float | None = None
    hz: float | None = None
    whole: bool = True


class Missing(NamedTuple):
    """No value, and why."""

    reasons: tuple[Reason, ...]


class Case(NamedTuple):
    """One question to a method."""

    rule: Rule
    subject: Subject
    day: date
    evidence: Evidence


Ask = Callable[[Case], Finding | Missing]
