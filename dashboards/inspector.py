"""The dashboard "Inspector": schools against their clauses, coverage beside every score, worst rooms, gaps between schools.

Reads stored roll-ups alone: scores of each level, verdicts of one school, ranks and gaps that the verdicts were summed into.
"""

from typing import Any, Final

from grafana_foundation_sdk.builders import text
from grafana_foundation_sdk.models.text import TextMode

from dashboards.influxql import select
from dashboards.settings import DashboardSettings
from dashboards.style import (
    Look,
    Place,
    figures,
    mapping,
    name_columns,
    order_columns,
    property_of,
    rows_table,
    sort_rows,
    thresholds,
    time_series,
    timeline,
    width,
    words_of,
    wrapped,
)
from dashboards.target import Target
from dashboards.variables import SCREENED_RULE, Choice, Fixed
from dashboards.words import GAP_HEADS, METHODS, SEVERITIES, STANDINGS, VERDICTS, Words
from lamplighter.contract.measurements import EQUITY_DAY, PLACE_SCORE_DAY, VERDICT_DAY, WORST_DAY

CHOICES: Final = (
    Fixed("standing", STANDINGS),
    Choice("district", VERDICT_DAY, {}),
    Choice("school", VERDICT_DAY, {"district": "$district"}),
    Choice("rule", VERDICT_DAY, {"school": "$school"}, first=SCREENED_RULE),
)
SCORE: Final = ("share", "coverage", "passed", "failed", "critical_failed", "marginal", "indicative_low", "insufficient_data")
_GAPS: Final = ("share", "urban", "rural", "gap", "variation", "gini", "schools", "lacking")
_WORST: Final = ("school", "subject", "rule", "value", "threshold", "unit", "shortfall", "severity")
_VERDICT: Final = ("verdict", "value", "threshold", "margin", "unit", "samples", "method")
_STANDING: Final = {"standing": "$standing"}
_CITY: Final = {"level": "city", **_STANDING}
_DISTRICT: Final = {"level": "district", "place": "$district", **_STANDING}
_SCHOOL: Final = {"level": "school", "place": "$school", **_STANDING}
_VERDICT_COLOURS: Final = {name: (verdict.words, verdict.colour) for name, verdict in VERDICTS.items()}
_SEVERITY_COLOURS: Final = {name: (words, "") for name, words in SEVERITIES.items()}
_UNIT_WORDS: Final = {"1": (Words("比值", "ratio"), "")}
_DECIMALS: Final = {"share": 1, "coverage": 1, "gap": 1, "urban": 1, "rural": 1, "variation": 3, "gini": 3, "shortfall": 1}
_WORST_WIDTHS_PX: Final = {
    "school": 110,
    "subject": 76,
    "rule": 80,
    "value": 62,
    "threshold": 82,
    "unit": 55,
    "shortfall": 122,
    "severity": 80,
}
_VERDICT_WIDTHS_PX: Final = {"value": 90, "threshold": 90, "margin": 90, "unit": 70, "samples": 80}
_GAP_WIDTHS_PX: Final = {
    "share": 96,
    "urban": 80,
    "rural": 80,
    "gap": 108,
    "variation": 90,
    "gini": 90,
    "schools": 86,
    "lacking": 90,
}
_RED_FROM_ONE: Final = frozenset({"failed", "critical_failed"})


def panels(look: Look, _settings: DashboardSettings) -> list[Any]:
    """Every panel, from the city down to one school's rooms."""
    return [
        _score(look, "city_score", where=_CITY, place=Place(0, 0, 8, 5)),
        _score(look, "inspected_district", where=_DISTRICT, place=Place(8, 0, 8, 5)),
        _score(look, "inspected_school", where=_SCHOOL, place=Place(16, 0, 8, 5)),
        _places(look, "districts_latest", where={"level": "district", **_STANDING}, place=Place(0, 5, 24, 6)),
        _places(look, "schools_latest", where={"level": "school", "district": "$district", **_STANDING}, place=Place(0, 11, 24, 7)),
        verdict_calendar(look, Place(0, 18, 17, 13)),
        reading_help(look, Place(17, 18, 7, 13)),
        school_verdicts(look, Place(0, 31, 24, 10)),
        _worst(look, "worst_district", where={"level": "district", "place": "$district", **_STANDING}, place=Place(0, 41, 12, 13)),
        _worst(look, "worst_city", where=_CITY, place=Place(12, 41, 12, 13)),
        equity_now(look, Place(0, 54, 24, 5)),
        equity_days(look, Place(0, 59, 9, 9)),
        equity_districts(look, Place(9, 59, 15, 9)),
        _days(look, "share_days", "share", place=Place(0, 68, 12, 9)),
        _days(look, "coverage_days", "coverage", place=Place(12, 68, 12, 9)),
    ]


def verdict_calendar(look: Look, place: Place) -> Any:
    """A row for each room (or camera, or the school) that the rule is about, a colour and a word for each day."""
    query = select(VERDICT_DAY, "verdict", where={"school": "$school", "rule": "$rule"}, by=("subject",))
    panel = timeline(look, "verdict_calendar", place=place, note="inspector_verdicts_note")
    return panel.with_target(Target(VERDICT_DAY, query, alias="$tag_subject")).mappings([mapping(_VERDICT_COLOURS, look.language)])


def reading_help(look: Look, place: Place) -> Any:
    """What score, coverage and the three weights mean."""
    notes = ("inspector_score_note", "inspector_verdicts_note", "inspector_weight_note", "inspector_equity_note")
    panel = text.Panel().title(look.say("how_to_read")).grid_pos(place.grid()).mode(TextMode.MARKDOWN)
    return panel.content("\n\n".join(look.say(note) for note in notes))


def school_verdicts(look: Look, place: Place) -> Any:
    """The newest verdict of every subject under the chosen rule, with its limit, margin and reason."""
    reason = f"reason_{look.language}"
    query = select(VERDICT_DAY, *_VERDICT, reason, where={"school": "$school", "rule": "$rule"}, by=("subject",), newest=1)
    panel = rows_table(look, "school_verdicts", place=place, note="inspector_verdicts_note")
    panel.with_target(Target(VERDICT_DAY, query, form="table"))
    also = {name: [width(pixels)] for name, pixels in _VERDICT_WIDTHS_PX.items()} | {
        reason: [property_of("displayName", look.say("reason")), wrapped()],
        "verdict": [*words_of(look, _VERDICT_COLOURS), width(160)],
        "method": [*words_of(look, {name: (words, "") for name, words in METHODS.items()}), width(130)],
        "subject": [width(120)],
        "unit": [*words_of(look, _UNIT_WORDS), width(_VERDICT_WIDTHS_PX["unit"])],
    }
    shown = ("subject", *_VERDICT, reason)
    name_columns(panel, look, VERDICT_DAY, shown, also=also)
    return order_columns(sort_rows(panel, "subject", descending=False), *shown, hide=("Time",))


def equity_now(look: Look, place: Place) -> Any:
    """The district's newest gaps: schools in town against those in the country, and how far all lie apart."""
    query = select(EQUITY_DAY, *_GAPS, where=_DISTRICT, newest=1)
    panel = figures(look, "equity_now", place=place, note="inspector_equity_note").no_value(look.say("no_score"))
    also = {name: [_plain(), *_decimals(name), *_in_points(name)] for name in _GAPS}
    return name_columns(panel.with_target(Target(EQUITY_DAY, query, alias="$col")), look, EQUITY_DAY, _GAPS, also=also)


def equity_days(look: Look, place: Place) -> Any:
    """Whether the gap closes: town and country, day by day."""
    shown = ("urban", "rural", "gap")
    query = select(EQUITY_DAY, *shown, where=_DISTRICT)
    panel = time_series(look, "equity_days", place=place, note="inspector_equity_note")
    also = {name: _in_points(name) for name in shown}
    return name_columns(panel.with_target(Target(EQUITY_DAY, query, alias="$col")), look, EQUITY_DAY, shown, also=also)


def equity_districts(look: Look, place: Place) -> Any:
    """Every district's newest gaps beside each other, under heads short enough for a column."""
    query = select(EQUITY_DAY, *_GAPS, where={"level": "district", **_STANDING}, by=("place",), newest=1)
    panel = rows_table(look, "equity_districts", place=place, note="inspector_equity_note")
    panel.with_target(Target(EQUITY_DAY, query, form="table"))
    also = {name: [*_decimals(name), *_in_points(name), *_gap_head(look, name)] for name in _GAPS}
    name_columns(panel, look, EQUITY_DAY, ("place", *_GAPS), also=also)
    return order_columns(sort_rows(panel, "place", descending=False), "place", *_GAPS, hide=("Time",))


def _score(look: Look, title: str, *, where: dict[str, str], place: Place) -> Any:
    query = select(PLACE_SCORE_DAY, "share", "coverage", "failed", "critical_failed", where=where, newest=1)
    panel = figures(look, title, place=place, note="inspector_score_note").no_value(look.say("no_score"))
    also = {name: [_plain(), *_decimals(name)] for name in ("share", "coverage")} | {name: [_alarming()] for name in _RED_FROM_ONE}
    shown = ("share", "coverage", "failed", "critical_failed")
    return name_columns(panel.with_target(Target(PLACE_SCORE_DAY, query, alias="$col")), look, PLACE_SCORE_DAY, shown, also=also)


def _places(look: Look, title: str, *, where: dict[str, str], place: Place) -> Any:
    query = select(PLACE_SCORE_DAY, *SCORE, where=where, by=("place",), newest=1)
    panel = rows_table(look, title, place=place, note="inspector_score_note")
    panel.with_target(Target(PLACE_SCORE_DAY, query, form="table"))
    also = {name: _decimals(name) for name in SCORE} | {"place": [width(130)]}
    also["critical_failed"] = [_alarming(), property_of("custom.cellOptions", {"type": "color-text"})]
    name_columns(panel, look, PLACE_SCORE_DAY, ("place", *SCORE), also=also)
    return order_columns(sort_rows(panel, "place", descending=False), "place", *SCORE, hide=("Time",))


def _worst(look: Look, title: str, *, where: dict[str, str], place: Place) -> Any:
    query = select(WORST_DAY, *_WORST, where=where, by=("rank",), newest=1, filled="subject")
    panel = rows_table(look, title, place=place, note="inspector_worst_note").with_target(Target(WORST_DAY, query, form="table"))
    also = {name: [*_decimals(name), width(pixels)] for name, pixels in _WORST_WIDTHS_PX.items()} | {
        "severity": [*words_of(look, _SEVERITY_COLOURS), width(_WORST_WIDTHS_PX["severity"])],
        "unit": [*words_of(look, _UNIT_WORDS), width(_WORST_WIDTHS_PX["unit"])],
        "rank": [width(50)],
    }
    name_columns(panel, look, WORST_DAY, ("rank", *_WORST), also=also)
    return order_columns(sort_rows(panel, "rank", descending=False), "rank", *_WORST, hide=("Time",))


def _days(look: Look, title: str, field: str, *, place: Place) -> Any:
    """One line a district; shares and coverage stand side by side, on the same days."""
    query = select(PLACE_SCORE_DAY, field, where={"level": "district", **_STANDING}, by=("place",))
    panel = time_series(look, title, place=place, note="inspector_score_note").unit("percent").min(0).max(100)
    return panel.thresholds(thresholds((None, "text"))).with_target(Target(PLACE_SCORE_DAY, query, alias="$tag_place"))


def _plain() -> Any:
    return property_of("color", {"mode": "fixed", "fixedColor": "text"})


def _alarming() -> Any:
    """Red from the first: one critical failure is no matter of averages."""
    return property_of("thresholds", {"mode": "absolute", "steps": [{"color": "text"}, {"color": "#E02F44", "value": 1}]})


def _in_points(name: str) -> list[Any]:
    """The gap is a difference of shares: its name says percentage points, so its figure is no percentage."""
    return [property_of("unit", "none")] if name == "gap" else []


def _gap_head(look: Look, name: str) -> list[Any]:
    return [property_of("displayName", GAP_HEADS[name].say(look.language)), width(_GAP_WIDTHS_PX[name])]


def _decimals(name: str) -> list[Any]:
    return [property_of("decimals", _DECIMALS[name])] if name in _DECIMALS else []
