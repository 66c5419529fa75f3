"""Which rules nothing feeds: their evidence comes from nowhere in the product, or not from a folder that is looked at."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from compliance.covering import COVER_POINTS, required
from compliance.files.folder import Folder
from compliance.gathering import CERTIFIED, ONLINE, Gatherer
from compliance.methods.by_hand import TESTED_AS
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
    "co2_ppm",
    "pm25_ug_m3",
    "formaldehyde_mg_m3",
    "temperature_c",
    "lamp_failure",
    *sorted(COVER_POINTS),
)
"""Points that a process of ours stores or works out."""


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
        written = any(row.metric == rule.metric and row.method == rule.method_required for row in site.documents)
        return stated or written or _counted(rule, site)
    tested = TESTED_AS.get(rule.metric, rule.metric)
    if rule.test_days and any((row.metric, row.method) == (tested, "test") for row in site.documents):
        return True
    if rule.window is not None and rule.window.point in COVER_POINTS and ONLINE in points:
        return any(one.point == rule.window.point for one in required(site))
    return rule.window.point in points if rule.window is not None else "illuminance_lx" in points


COUNTED: Final[dict[str, str]] = {"guards": "guards", "full_time_guards": "guards", "patrol_rounds": "patrols"}
"""Metric -> the rows of a school's ledger that count it."""


def _counted(rule: Rule, site: Site) -> bool:
    if rule.metric == "lamp_cleanings_a_year":
        return any(work.kind == "lamps_cleaned" for work in site.works)
    if rule.metric == "lighting_power_density":
        return any(group.power_w is not None for group in site.luminaires)
    return rule.metric in COUNTED and bool(getattr(site, COUNTED[rule.metric]))
