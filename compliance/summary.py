"""Scores of schools and districts: shares only where enough was judged, critical failures beside them, kinds of rule apart."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from compliance.rules import Standing
from compliance.verdicts import Verdict

COVERAGE_MIN: Final = 0.80
"""Under this share of judged verdicts no score is shown or ranked: our setting, in no clause."""


class Score(NamedTuple):
    """Counts of one place and standing. `critical` are the ids of failed critical verdicts: no average hides them."""

    passed: int = 0
    failed: int = 0
    indicative_low: int = 0
    insufficient_data: int = 0
    not_applicable: int = 0
    marginal: int = 0
    critical: tuple[str, ...] = ()

    @property
    def applicable(self) -> int:
        """How many verdicts the score should rest on."""
        return self.passed + self.failed + self.indicative_low + self.insufficient_data

    @property
    def coverage(self) -> float | None:
        """Share of the applicable that was judged; None where nothing applies."""
        return share_of(self.passed + self.failed, self.applicable)

    @property
    def score(self) -> float | None:
        """Share of the judged that passes; None under `COVERAGE_MIN`."""
        return score_of(self.passed, self.failed, self.applicable)

    def plus(self, other: "Score") -> "Score":
        """Both together."""
        return Score(
            self.passed + other.passed,
            self.failed + other.failed,
            self.indicative_low + other.indicative_low,
            self.insufficient_data + other.insufficient_data,
            self.not_applicable + other.not_applicable,
            self.marginal + other.marginal,
            (*self.critical, *other.critical),
        )


Place = Callable[[Verdict], str]


def scores_of(verdicts: Iterable[Verdict], place: Place) -> dict[tuple[str, Standing], Score]:
    """(place, standing) -> score, sorted; order and number of passes over the verdicts do not matter."""
    found: dict[tuple[str, Standing], Score] = defaultdict(Score)
    for verdict in verdicts:
        key = place(verdict), verdict.standing
        found[key] = found[key].plus(_one(verdict))
    return dict(sorted(found.items()))


def _one(verdict: Verdict) -> Score:
    name, failed = verdict.verdict, verdict.verdict == "fail"
    return Score(
        passed=int(name == "pass"),
        failed=int(failed),
        indicative_low=int(name == "indicative_low"),
        insufficient_data=int(name == "insufficient_data"),
        not_applicable=int(name == "not_applicable"),
        marginal=int(verdict.marginal),
        critical=(verdict.id,) if failed and verdict.severity == "critical" else (),
    )


def share_of(part: int, whole: int) -> float | None:
    """None of nothing."""
    return part / whole if whole else None


def score_of(passed: int, failed: int, applicable: int) -> float | None:
    """Share passing of the judged; None where less than `COVERAGE_MIN` of the applicable was judged."""
    judged = passed + failed
    return share_of(passed, judged) if judged >= COVERAGE_MIN * applicable else None


def percent(share: float | None) -> float | None:
    """A share of one in percent; None stays None."""
    return None if share is None else 100 * share
