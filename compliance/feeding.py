"""Which rules nothing feeds: their evidence comes from nowhere in the product, or not from a folder that is looked at."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from compliance.files.folder import Folder
from compliance.gathering import CERTIFIED, ONLINE, Gatherer
from compliance.rules import Rule
from compliance.subjects import concerns
from lamplighter.contract.points import POINTS
from lamplighter.site.model import Site

PRODUCED: Final = (
    "illuminance_lx",
    "dimming_level_pct",
    "active_power_w",
    ONLINE,
    "recording_age_d",
    "unexplained_recording_gaps",
    "clock_error_s",
)
"""Points that a process of ours stores."""


class Unfed(NamedTuple):
    """A rule, and what is missing."""

    rule: Rule
    zh: str
    en: str


def unfed_by_product(rules: Iterable[Rule]) -> list[Unfed]:
    """Active rules whose readings no process of ours stores, so that only a file feeds them."""
    found = []
    for rule in rules:
        point = rule.window.point if rule.window is not None else None
        if rule.status == "active" and point is not None and point not in PRODUCED:
            known = "the contract knows the point" if point in POINTS else "the contract has no such point"
            found.append(Unfed(rule, f"没有设备产生 {point}", f"nothing reads {point}; {known}"))
    return found


def unfed_by_folder(rules: Sequence[Rule], folder: Folder, points: frozenset[str]) -> list[Unfed]:
    """Active rules about something in the folder for which it holds no evidence at all; `points` are those of its readings."""
    found = []
    for rule in rules:
        sites = [site for site in folder.sites if concerns(rule, site) and _about(rule, site)]
        if rule.status == "active" and rule.subject != "district" and sites and not any(_fed(rule, site, points) for site in sites):
            found.append(Unfed(rule, f"无{rule.about.zh}的证据", f"no evidence of {rule.about.en}"))
    return found


def _about(rule: Rule, site: Site) -> bool:
    return any(
        subject.kind == rule.subject and (not rule.applies_to or subject.space_kind in rule.applies_to)
        for subject in Gatherer(site).subjects
    )


def _fed(rule: Rule, site: Site, points: frozenset[str]) -> bool:
    about = rule.about
    if about.source == "grid":
        return any(survey.surface == about.surface for survey in site.surveys)
    if about.source == "record":
        key = CERTIFIED.get(rule.metric)
        sheets = [group.certificate for group in site.luminaires if group.certificate is not None]
        stated = key is not None and any(getattr(sheet, key) is not None for sheet in sheets)
        return stated or any(row.metric == rule.metric and row.method == rule.method_required for row in site.documents)
    if rule.test_days and any((row.metric, row.method) == (rule.metric, "test") for row in site.documents):
        return True
    return rule.window.point in points if rule.window is not None else "illuminance_lx" in points
