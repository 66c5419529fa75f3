"""What a rule is: a threshold with the clause it comes from, the evidence it asks for and how sure we are of the text."""

from collections.abc import Mapping
from datetime import date
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from compliance.metrics import METRICS, UNITS, Metric
from compliance.points import point_of
from compliance.terms import Only, ScreeningTerms, Steps, SurveyTerms, WindowTerms
from compliance.texts import CERTAINTIES, Certainty, Citation, Text
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import SpaceKind

__all__ = ["CERTAINTIES", "Certainty", "Citation", "Pack", "Rule", "clashes"]

Strength = Literal["shall", "should", "target"]
Standing = Literal["mandatory", "recommended", "internal"]
Severity = Literal["critical", "major", "minor", "informational"]
Comparator = Literal[">=", "<=", ">", "<", "=", "in"]
Method = Literal["survey", "monitor", "certificate", "document", "test"]
SubjectKind = Literal["space", "camera", "school", "district"]

STANDINGS: dict[Strength, Standing] = {"shall": "mandatory", "should": "recommended", "target": "internal"}


def _known_unit(unit: str) -> str:
    if unit not in UNITS:
        raise ValueError(f"unknown unit; use one of {', '.join(UNITS)}")
    return unit


def _known_metric(name: str) -> str:
    if name not in METRICS:
        raise ValueError("unknown metric; docs/compliance.md lists them")
    return name


class Rule(Settings):
    """One requirement of one clause. `effective_to` is the last day in force, None while it is."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}-[A-Z0-9]{2,6}$")]
    version: str = Field(min_length=1)
    status: Literal["active", "draft"] = "active"
    effective_from: date
    effective_to: date | None = None
    jurisdiction: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    subject: SubjectKind = "space"
    applies_to: tuple[SpaceKind, ...] = Field(
        (), description="kinds of space; of a camera, the kind of its space; empty is every kind"
    )
    only: Only | None = Field(None, description="which schools")
    metric: Annotated[str, AfterValidator(_known_metric)]
    comparator: Comparator
    threshold: float | None = Field(None, allow_inf_nan=False, description="upper end where the comparator is `in`")
    threshold_low: float | None = Field(None, allow_inf_nan=False, description="lower end where the comparator is `in`")
    school_limit: str | None = Field(None, description="key of the school's own `limits`; the stricter of both counts")
    steps: Steps | None = None
    per_hz: bool = Field(False, description="the threshold is for each hertz of the main frequency")
    band_hz: tuple[float, float] | None = Field(
        None, description="main frequencies the clause is about: above the first, up to the second"
    )
    unit: Annotated[str, AfterValidator(_known_unit)]
    min_samples: int = Field(1, ge=1)
    method_required: Method
    valid_months: int = Field(12, ge=1, description="how long evidence speaks for its subject: our setting, in no clause")
    test_days: int | None = Field(
        None, ge=1, le=31, description="so many days a dated test by hand speaks where there are no readings: our setting"
    )
    survey: SurveyTerms | None = None
    screening: ScreeningTerms | None = None
    window: WindowTerms | None = None
    strength: Strength
    severity: Severity
    citation: Citation
    supersedes: str | None = None
    note_zh: str | None = None
    note_en: str | None = None

    @model_validator(mode="after")
    def _honest(self) -> Self:
        problems = [words for broken, words in (*self._doubts(), *self._mismatches()) if broken]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _doubts(self) -> tuple[tuple[bool, str], ...]:
        ends = self.effective_to or date.max
        return (
            (ends < self.effective_from, f"effective_to {self.effective_to} is before effective_from {self.effective_from}"),
            (
                self.certainty == "M" and self.status != "draft",
                'a text from memory (certainty "M") must have status = "draft" until someone has read it',
            ),
            (
                self.certainty == "D" and self.strength != "target",
                'no clause says so (certainty "D" of the citation or of a window), so strength must be "target"',
            ),
        )

    def _mismatches(self) -> tuple[tuple[bool, str], ...]:
        about, ranged = self.about, self.comparator == "in"
        sources = {"grid": self.survey, "reading": self.window or self.screening, "record": True}
        monitored = self.method_required == "monitor"
        return (
            (self.unit != about.unit, f"unit {self.unit!r} is not that of {self.metric}; use {about.unit!r}"),
            (not sources[about.source], f"{self.metric} needs [rules.{'survey' if about.source == 'grid' else 'window'}]"),
            ((about.source == "reading") != monitored, f"{self.metric} ({about.source}) does not go with {self.method_required!r}"),
            (self.test_days is not None and about.source != "reading", "test_days goes with readings"),
            (about.source == "grid" and self.method_required != "survey", f"{self.metric} comes from a survey"),
            (
                self.metric == "desk_uniformity" and self.min_samples < 9,
                f"min_samples = {self.min_samples}: fewer than 9 points tell nothing of desks' uniformity; use 9 or more",
            ),
            (self.threshold is None and self.school_limit is None, "threshold is missing; set it or school_limit"),
            (ranged != (self.threshold_low is not None), "threshold_low goes with the comparator `in`, and `in` with it"),
            (
                self.window is not None and self.window.missing is not None and self.window.missing != self._worst_reading(),
                f"window.missing is not the worst the point can be ({self._worst_reading()}): a hole would count as good",
            ),
        )

    def _worst_reading(self) -> float | None:
        """The end of the point's range on the bad side of the limit; None where both ends may be bad or nobody knows the point."""
        point = point_of(self.window.point) if self.window is not None else None
        if point is None:
            return None
        return {">=": point.low, ">": point.low, "<=": point.high, "<": point.high}.get(self.comparator)

    @property
    def about(self) -> Metric:
        """The metric it limits."""
        return METRICS[self.metric]

    @property
    def certainty(self) -> Certainty:
        """How sure we are of the rule: as sure as of its least certain part."""
        order = tuple(CERTAINTIES)
        return max(self.parts().values(), key=order.index)

    def parts(self) -> dict[str, Certainty]:
        """Each part of the rule and how sure we are of it. Screening is none: it never passes or fails a room."""
        parts: dict[str, Certainty] = {"threshold": self.citation.certainty}
        if self.survey is not None:
            parts["way of measuring"] = self.survey.certainty
        if self.window is not None:
            parts["window"] = self.window.certainty
        return parts

    @property
    def screened(self) -> bool:
        """Whether ceiling sensors may speak where no survey does, and may end one."""
        return self.survey is not None and self.screening is not None

    def in_force(self, day: date) -> bool:
        """Whether the rule may raise a verdict on that day; drafts never do."""
        last = self.effective_to or date.max
        return self.status == "active" and self.effective_from <= day <= last

    def standing(self, day: date) -> Standing:
        """What a verdict of that day weighs: a text that is not in force then gives no more than an internal target."""
        return STANDINGS[self.strength] if self.citation.in_force(day) else "internal"

    def requirement(self) -> str:
        """Comparator, threshold and unit as people read them."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        if self.comparator == "in":
            return f"{self.threshold_low:g} ... {self.threshold:g}{unit}"
        shown = f"limits.{self.school_limit}" if self.threshold is None else f"{self.threshold:g}"
        return f"{self.comparator} {shown}{'/Hz' if self.per_hz else ''}{unit}"


class Pack(Settings):
    """A file of rules, with the texts and survey terms that its rules and those of other files name."""

    texts: Mapping[str, Text] = Field(default_factory=dict)
    surveys: Mapping[str, SurveyTerms] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = ()


def clashes(rules: tuple[Rule, ...]) -> list[str]:
    """One line for each two rules of the same id and jurisdiction that are in force on the same day."""
    return [
        f"rule {one.id} ({one.jurisdiction}): versions {one.version} and {other.version} are in force "
        "on the same days; end the older one with effective_to"
        for one, other in combinations(rules, 2)
        if (one.id, one.jurisdiction) == (other.id, other.jurisdiction) and _overlap(one, other)
    ]


def _overlap(one: Rule, other: Rule) -> bool:
    return one.effective_from <= (other.effective_to or date.max) and other.effective_from <= (one.effective_to or date.max)
