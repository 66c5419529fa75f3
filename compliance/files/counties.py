"""Verdicts about counties from a folder's `equity/`: how much schools differ, and whether safety differs less than before."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from compliance.engine import judge
from compliance.equity import EquityRow, Group, figures_of, groups_of
from compliance.evidence import Evidence
from compliance.files.folder import Folder
from compliance.rules import Rule
from compliance.subjects import Subject
from compliance.verdicts import Verdict
from lamplighter.site.facts import Document, Profile, Stage
from lamplighter.site.model import Site

STAGES: Final[tuple[Stage, ...]] = ("primary", "junior", "senior")

SAFETY: Final = "safety"
"""The index of this name is about safety and no resource; `equity/before/safety.csv` is the one of the period before."""


class _Index(NamedTuple):
    """An index's rows now, and those of the period before where the folder has them."""

    name: str
    rows: Sequence[EquityRow]
    before: Sequence[EquityRow]

    @property
    def metric(self) -> str:
        """The metric whose rules are about it."""
        return "safety_variation_change" if self.name == SAFETY else "resource_variation"


def judge_counties(folder: Folder, rules: Sequence[Rule], day: date) -> Iterator[Verdict]:
    """The district rules, in force on the day, for each county, stage and index that `equity/` has."""
    site = folder.sites[0]
    for name, rows in folder.equity.items():
        index = _Index(name, rows, folder.equity_before.get(name, ()))
        yield from _judge_index(site, [rule for rule in rules if rule.metric == index.metric], day, index)


def _judge_index(site: Site, rules: Sequence[Rule], day: date, index: _Index) -> Iterator[Verdict]:
    before = {(group.county, group.stage): group for group in groups_of(index.before)}
    for group in groups_of(index.rows):
        subject = Subject(f"{group.county or site.district}:{group.stage or 'all'}:{index.name}", "district")
        value = _value(index, group, before.get((group.county, group.stage)))
        evidence = Evidence(
            district=site.district,
            school="",
            zone=site.zone(),
            lessons=site.lessons,
            profile=_profile(group),
            documents=() if value is None else (_document(index, value, day),),
        )
        yield from (judge(rule, subject, day, evidence) for rule in rules)


def _profile(group: Group) -> Profile | None:
    stages = tuple(stage for stage in STAGES if stage == group.stage)
    return Profile(stages=stages, enrolment=round(sum(school.pupils for school in group.schools))) if stages else None


def _value(index: _Index, group: Group, before: Group | None) -> float | None:
    """The index's coefficient of variation, or its change; None while a school lacks evidence: a hole is never a pass."""
    now = _variation(group)
    if index.name != SAFETY:
        return now
    earlier = _variation(before) if before is not None else None
    return None if now is None or earlier is None else now - earlier


def _variation(group: Group) -> float | None:
    found = figures_of(group.schools)
    return None if group.lacking or found is None else found.variation


def _document(index: _Index, value: float, day: date) -> Document:
    stated: Mapping[str, object] = {"id": "variation", "method": "document", "subject": "county", "metric": index.metric, "on": day}
    return Document.model_validate({**stated, "value": value, "source": f"equity/{index.name}.csv"})
