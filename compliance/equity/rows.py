"""Schools with their pupils and totals from a file, sorted by county and stage; combined schools split, special ones left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, NamedTuple

from pydantic import Field

from compliance.files.tables import raise_all, read_models
from compliance.limits import exact
from lamplighter.runtime.settings import Settings

Kind = Literal["ordinary", "special", "vocational", "teaching_point", "combined"]
Stage = Literal["", "primary", "junior", "senior", "nine_year", "complete_middle", "twelve_year"]

EXCLUDED: Final[frozenset[Kind]] = frozenset({"special", "vocational", "teaching_point"})
"""Kinds of school that the evaluation leaves out. A small ordinary school stays in: enrolment alone excludes nobody."""

WEIGHTS: Final[Mapping[Stage, Mapping[str, float]]] = {
    "nine_year": {"primary": 1, "junior": 1.1},
    "complete_middle": {"junior": 1, "senior": 1.2},
    "twelve_year": {"primary": 1, "junior": 1.1, "senior": 1.32},
}
"""Kind of combined school -> how it is split over its stages."""


class EquityRow(Settings):
    """One school; `value` is its total, left out where nobody measured it.

    A combined school is one row of a combined stage, whose pupils and total are split 1 : 1.1 : 1.32; or one row a stage, each with
    that stage's pupils and the school's whole total, which is then split by pupils times these weights.
    """

    school: str = Field(min_length=1)
    enrolment: int = Field(gt=0)
    value: float | None = Field(None, ge=0, allow_inf_nan=False)
    stage: Stage = ""
    county: str = ""
    locality: Literal["", "urban", "rural"] = ""
    kind: Kind = "ordinary"
    pair: str = Field("", description="the school it is paired with")
    funds: float | None = Field(None, ge=0, allow_inf_nan=False, description="what a programme spent on it")


class School(NamedTuple):
    """A school, or the part of a combined one in a stage; `value` is None where nobody measured it."""

    name: str
    pupils: Fraction
    value: Fraction | None
    locality: str = ""
    pair: str = ""
    funds: Fraction | None = None


class Group(NamedTuple):
    """Schools of one county and stage; `excluded` names what was left out of the county, and why."""

    county: str
    stage: str
    schools: tuple[School, ...]
    excluded: Mapping[str, str]

    @property
    def lacking(self) -> list[str]:
        """Schools that nobody measured."""
        return [school.name for school in self.schools if school.value is None]


def read_equity(path: Path) -> tuple[EquityRow, ...]:
    """The file's rows; raises SettingsError with every fault."""
    problems: list[str] = []
    rows = read_models(path, EquityRow, columns=("value",))
    if not rows:
        problems.append(f"{path}: no school in it")
    seen: dict[tuple[str, str, str], int] = {}
    for number, row in rows:
        key = (row.county, row.stage, row.school)
        if key in seen:
            problems.append(f"{path}: row {number}, school = {row.school!r}: is in row {seen[key]} already")
        seen.setdefault(key, number)
        if row.stage in WEIGHTS and row.kind != "combined":
            problems.append(f"{path}: row {number}, stage = {row.stage!r}: goes with kind = combined")
    problems += [f"{path}: {words}" for words in _unlike(rows)]
    raise_all(problems)
    return tuple(row for _, row in rows)


def _unlike(rows: Sequence[tuple[int, EquityRow]]) -> list[str]:
    totals: dict[tuple[str, str], set[float | None]] = defaultdict(set)
    for _, row in rows:
        if row.kind == "combined":
            totals[row.county, row.school].add(row.value)
    return [
        f"school = {school!r}: a combined school's rows must each give the school's whole total"
        for (_, school), values in totals.items()
        if len(values) > 1
    ]


def groups_of(rows: Sequence[EquityRow]) -> list[Group]:
    """Schools by county and stage; combined schools stand in each of their stages with their share."""
    schools: dict[tuple[str, str], list[School]] = defaultdict(list)
    excluded: dict[str, dict[str, str]] = defaultdict(dict)
    combined: dict[tuple[str, str], list[EquityRow]] = defaultdict(list)
    for row in rows:
        if row.kind in EXCLUDED:
            excluded[row.county][row.school] = row.kind
        elif row.kind == "combined" and row.stage not in WEIGHTS:
            combined[row.county, row.school].append(row)
        else:
            for stage, school in _parts(row):
                schools[row.county, stage].append(school)
    for (county, name), parts in combined.items():
        if any(not row.stage for row in parts):
            excluded[county][name] = "combined, its stages are not given"
            continue
        for stage, school in _by_stage(parts):
            schools[county, stage].append(school)
    return [Group(county, stage, tuple(found), excluded[county]) for (county, stage), found in sorted(schools.items())]


def _parts(row: EquityRow) -> list[tuple[str, School]]:
    """An ordinary school whole; a combined one with its pupils and total split by its stages' weights."""
    weights = WEIGHTS.get(row.stage, {row.stage: 1})
    whole = sum(map(exact, weights.values()))
    return [
        (stage, _school(row, row.enrolment * exact(weight) / whole, exact(weight) / whole)) for stage, weight in weights.items()
    ]


def _by_stage(parts: Sequence[EquityRow]) -> list[tuple[str, School]]:
    """A combined school given stage by stage: its total split by pupils times weight."""
    weights = next((row for row in WEIGHTS.values() if row.keys() == {part.stage for part in parts}), WEIGHTS["twelve_year"])
    claims = {part.stage: part.enrolment * exact(weights[part.stage]) for part in parts}
    whole = sum(claims.values())
    return [(part.stage, _school(part, Fraction(part.enrolment), claims[part.stage] / whole)) for part in parts]


def _school(row: EquityRow, pupils: Fraction, share: Fraction) -> School:
    value = None if row.value is None else exact(row.value) * share
    funds = None if row.funds is None else exact(row.funds) * share
    return School(row.school, pupils, value, row.locality, row.pair, funds)
