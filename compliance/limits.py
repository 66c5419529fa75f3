"""The threshold that holds for one school and one measurement, and how far a value is from it."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from compliance.rules import Rule
from lamplighter.site.facts import Profile


class Limit(NamedTuple):
    """A value is good from `low` to `high`; None is no end. Where `strict`, the end itself is not good."""

    low: Fraction | None
    high: Fraction | None
    strict: bool = False

    def margin(self, value: Fraction) -> Fraction:
        """How far inside the nearer end; negative outside."""
        return min(self._margins(value))[0]

    def nearer(self, value: Fraction) -> Fraction:
        """The end that decides."""
        return min(self._margins(value))[1]

    def holds(self, value: Fraction) -> bool:
        """Simple acceptance on the unrounded value: the end itself is good unless the comparator is strict."""
        margin = self.margin(value)
        return margin > 0 if self.strict else margin >= 0

    def _margins(self, value: Fraction) -> list[tuple[Fraction, Fraction]]:
        ends = [] if self.low is None else [(value - self.low, self.low)]
        return ends if self.high is None else [*ends, (self.high - value, self.high)]


@lru_cache(maxsize=4096)
def exact(number: float) -> Fraction:
    """The number a person wrote, without binary rounding."""
    return Fraction(str(number))


def limit_of(rule: Rule, profile: Profile | None, limits: Mapping[str, float], *, hz: float | None = None) -> Limit | None:
    """The limit for a school, at main frequency `hz` where the rule counts per hertz; None while the school has not set its own."""
    threshold = _stricter(rule, limits)
    if threshold is None:
        return None
    threshold += _steps(rule, profile)
    if rule.per_hz and hz is not None:
        threshold *= exact(hz)
    strict = rule.comparator in {">", "<"}
    low = threshold if rule.comparator in {">=", ">", "="} else None
    high = threshold if rule.comparator in {"<=", "<", "=", "in"} else None
    if rule.threshold_low is not None:
        low = exact(rule.threshold_low)
    return Limit(low, high, strict)


def _stricter(rule: Rule, limits: Mapping[str, float]) -> Fraction | None:
    own = limits.get(rule.school_limit) if rule.school_limit else None
    known = [exact(number) for number in (rule.threshold, own) if number is not None]
    if not known:
        return None
    return max(known) if rule.comparator in {">=", ">"} else min(known)


def _steps(rule: Rule, profile: Profile | None) -> Fraction:
    if rule.steps is None or profile is None or profile.people is None:
        return Fraction()
    return exact(rule.steps.add) * max(0, (profile.people - rule.steps.people_from) // rule.steps.each)
