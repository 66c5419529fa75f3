"""The dashboard "Lighting and verdicts": scores with their coverage, each room's verdict, light, one device."""

from typing import Any, Final

from grafana_foundation_sdk.builders import text
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue
from grafana_foundation_sdk.models.text import TextMode

from dashboards.influxql import PER_INTERVAL, Pick, select, worst_quality
from dashboards.settings import DashboardSettings, RuleNote
from dashboards.style import (
    GRAFANA_UNITS,
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
from dashboards.variables import SCREENED_RULE, Choice
from dashboards.words import LIGHT_HEADS, METHODS, QUALITIES, VERDICTS, Words
from lamplighter.contract.measurements import (
    DISTRICT_SCORE_DAY,
    READING,
    ROOM_10MIN,
    ROOM_LIGHT_DAY,
    SCHOOL_SCORE_DAY,
    VERDICT_DAY,
    Measurement,
)
from lamplighter.contract.points import POINTS

CHOICES: Final = (
    Choice("district", DISTRICT_SCORE_DAY, {}),
    Choice("school", SCHOOL_SCORE_DAY, {"district": "$district"}),
    Choice("rule", SCHOOL_SCORE_DAY, {"school": "$school"}, first=SCREENED_RULE),
    Choice("space", ROOM_10MIN, {"school": "$school"}),
    Choice("device", READING, {"school": "$school"}),
)
SCORE: Final = ("share", "coverage", "passed", "failed", "indicative_low", "insufficient_data")
_SCHOOL: Final = {"district": "$district", "school": "$school", "rule": "$rule"}
_DISTRICT: Final = {"district": "$district", "rule": "$rule"}
_ROOM: Final = {"school": "$school", "space": "$space"}
_DEVICE: Final = {"school": "$school", "device": "$device"}
_VERDICT_COLOURS: Final = {name: (verdict.words, verdict.colour) for name, verdict in VERDICTS.items()}
_QUALITY_COLOURS: Final = dict(zip(QUALITIES, zip(QUALITIES.values(), ("#56A64B", "#FF9830", "#E02F44"), strict=True), strict=True))
_COUNT_COLOURS: Final = {
    "passed": "pass",
    "failed": "fail",
    "indicative_low": "indicative_low",
    "insufficient_data": "insufficient_data",
}
_LIGHT: Final = (
    "electric_lx",
    "uncertainty_lx",
    "pattern_share",
    "decline_pct_a_year",
    "below_on",
    "below_from",
    "below_to",
    "lit_h",
    "left_on_h",
    "energy_kwh",
)
_VERDICT_WIDTHS_PX: Final = {
    "subject": 90,
    "verdict": 160,
    "value": 100,
    "threshold": 90,
    "margin": 100,
    "samples": 80,
    "method": 120,
}
_RAW_SPAN: Final = "6h"
"""Raw rows are asked for one device and so long only, whatever the dashboard's time is."""


def panels(look: Look, settings: DashboardSettings) -> list[Any]:
    """Every panel, top to bottom."""
    return [
        school_score(look, Place(0, 0, 12, 5)),
        district_score(look, Place(12, 0, 12, 5)),
        verdict_days(look, Place(0, 5, 15, 12)),
        rule_notes(look, settings.rules, Place(15, 5, 9, 12)),
        verdict_latest(look, Place(0, 17, 24, 13)),
        score_days(look, Place(0, 30, 12, 9)),
        district_days(look, Place(12, 30, 12, 9)),
        schools(look, Place(0, 39, 24, 6)),
        room_light(look, Place(0, 45, 24, 12)),
        one_room(look, Place(0, 57, 12, 14)),
        one_device(look, Place(12, 57, 12, 8)),
        one_device_quality(look, Place(12, 65, 12, 6)),
        electric_light(look, Place(0, 71, 24, 11)),
    ]


def school_score(look: Look, place: Place) -> Any:
    """The school's latest day; coverage stands beside the score."""
    return _score(look, "school_score", SCHOOL_SCORE_DAY, where=_SCHOOL, place=place)


def district_score(look: Look, place: Place) -> Any:
    """The district's latest day, from its own roll-up."""
    return _score(look, "district_score", DISTRICT_SCORE_DAY, where=_DISTRICT, place=place)


def verdict_days(look: Look, place: Place) -> Any:
    """A row per room, a colour and a word per day."""
    query = select(VERDICT_DAY, "verdict", where=_SCHOOL, by=("subject",))
    panel = timeline(look, "verdict_days", place=place, note="verdict_note")
    return panel.with_target(Target(VERDICT_DAY, query, alias="$tag_subject")).mappings([mapping(_VERDICT_COLOURS, look.language)])


def rule_notes(look: Look, rules: tuple[RuleNote, ...], place: Place) -> Any:
    """Which clause each rule is, and what each verdict means."""
    lines = [f"**{rule.id}**  \n{rule.zh if look.language == 'zh' else rule.en}" for rule in rules]
    panel = text.Panel().title(look.say("rules")).grid_pos(place.grid()).mode(TextMode.MARKDOWN)
    return panel.content("\n\n".join([*lines, look.say("verdict_note"), look.say("score_note")]))


def verdict_latest(look: Look, place: Place) -> Any:
    """Each room's latest verdict with value, limit and margin."""
    reason = f"reason_{look.language}"
    shown = _VERDICT_WIDTHS_PX | {reason: 0, "version": 90}
    query = select(VERDICT_DAY, *(name for name in shown if name != "subject"), where=_SCHOOL, by=("subject",), newest=1)
    panel = rows_table(look, "verdict_latest", place=place, note="verdict_note")
    panel.with_target(Target(VERDICT_DAY, query, form="table"))
    words = {
        reason: [property_of("displayName", look.say("reason")), wrapped()],
        "verdict": words_of(look, _VERDICT_COLOURS),
        "method": words_of(look, {name: (words, "") for name, words in METHODS.items()}),
    }
    also = {name: [*words.get(name, ()), *([width(pixels)] if pixels else [])] for name, pixels in shown.items()}
    name_columns(panel, look, VERDICT_DAY, shown, also=also)
    return order_columns(sort_rows(panel, "subject", descending=False), *shown, hide=("Time",))


def score_days(look: Look, place: Place) -> Any:
    """Share and coverage over the days."""
    return _shares(look, "score_days", SCHOOL_SCORE_DAY, where=_SCHOOL, place=place)


def schools(look: Look, place: Place) -> Any:
    """Every school of the district on its latest day."""
    query = select(SCHOOL_SCORE_DAY, *SCORE, where=_DISTRICT, by=("school",), newest=1)
    panel = rows_table(look, "schools", place=place, note="score_note").with_target(Target(SCHOOL_SCORE_DAY, query, form="table"))
    name_columns(panel, look, SCHOOL_SCORE_DAY, ("school", *SCORE), also={"school": [width(160)]})
    return order_columns(sort_rows(panel, "school", descending=False), "school", *SCORE, hide=("Time",))


def district_days(look: Look, place: Place) -> Any:
    """The district's share and coverage over the days."""
    return _shares(look, "district_days", DISTRICT_SCORE_DAY, where=_DISTRICT, place=place)


def room_light(look: Look, place: Place) -> Any:
    """Every room's illuminance; from the ten-minute roll-up."""
    query = select(ROOM_10MIN, Pick("illuminance_lx", "mean"), where={"school": "$school"}, by=("space",), every=PER_INTERVAL)
    panel = time_series(look, "room_light", place=place, note="sensor_note", beside=True).interval("10m").fill_opacity(0)
    return panel.unit(GRAFANA_UNITS["lx"]).min(0).with_target(Target(ROOM_10MIN, query, alias="$tag_space"))


def one_room(look: Look, place: Place) -> Any:
    """A room's median and lowest sensor, and when its lamps were on."""
    shown = ("illuminance_lx", "illuminance_min_lx", "lit_share")
    query = select(ROOM_10MIN, *(Pick(name, "mean") for name in shown), where=_ROOM, every=PER_INTERVAL)
    panel = time_series(look, "one_room", place=place, note="sensor_note").interval("10m").min(0)
    panel.with_target(Target(ROOM_10MIN, query, alias="$col"))
    return name_columns(panel, look, ROOM_10MIN, shown)


def electric_light(look: Look, place: Place) -> Any:
    """What each room's lamps alone give and use: the newest day that is over."""
    query = select(ROOM_LIGHT_DAY, *_LIGHT, where={"school": "$school"}, by=("space",), newest=1)
    panel = rows_table(look, "electric_light", place=place, note="electric_note")
    panel.with_target(Target(ROOM_LIGHT_DAY, query, form="table"))
    heads = {name: [property_of("displayName", LIGHT_HEADS[name].say(look.language)), width(106)] for name in _LIGHT}
    name_columns(panel, look, ROOM_LIGHT_DAY, ("space", *_LIGHT), also={"space": [width(80)], **heads})
    return order_columns(sort_rows(panel, "space", descending=False), "space", *_LIGHT, hide=("Time",))


def one_device(look: Look, place: Place) -> Any:
    """A device's raw readings, point by point."""
    query = select(READING, Pick("value", "mean"), where=_DEVICE, by=("point",), every=PER_INTERVAL)
    panel = time_series(look, "one_device", place=place).time_from(_RAW_SPAN).interval("10s")
    panel.with_target(Target(READING, query, alias="$tag_point"))
    return _name_points(panel, look, units=True)


def one_device_quality(look: Look, place: Place) -> Any:
    """The worst quality of a device's readings in each window."""
    query = worst_quality(READING, where=_DEVICE, by=("point",), every=PER_INTERVAL)
    panel = timeline(look, "one_device_quality", place=place).time_from(_RAW_SPAN).interval("10s")
    panel.mappings([mapping(_QUALITY_COLOURS, look.language)]).with_target(Target(READING, query, alias="$tag_point"))
    return _name_points(panel, look, units=False)


def _score(look: Look, title: str, measurement: Measurement, *, where: dict[str, str], place: Place) -> Any:
    query = select(measurement, *SCORE, where=where, newest=1)
    panel = figures(look, title, place=place, note="score_note").no_value(look.say("no_score"))
    also = {name: [_fixed(VERDICTS[verdict].colour)] for name, verdict in _COUNT_COLOURS.items()}
    also |= {name: [_fixed("text"), property_of("decimals", 1)] for name in ("share", "coverage")}
    return name_columns(panel.with_target(Target(measurement, query, alias="$col")), look, measurement, SCORE, also=also)


def _fixed(colour: str) -> DynamicConfigValue:
    return property_of("color", {"mode": "fixed", "fixedColor": colour})


def _shares(look: Look, title: str, measurement: Measurement, *, where: dict[str, str], place: Place) -> Any:
    query = select(measurement, "share", "coverage", where=where)
    panel = time_series(look, title, place=place, note="score_note").min(0).max(100)
    panel.thresholds(thresholds((None, "text")))
    return name_columns(panel.with_target(Target(measurement, query, alias="$col")), look, measurement, ("share", "coverage"))


def _name_points(panel: Any, look: Look, *, units: bool) -> Any:
    for point in POINTS.values():
        properties = [property_of("displayName", Words(point.zh, point.en).say(look.language))]
        if units:
            properties.append(property_of("unit", GRAFANA_UNITS[point.symbol]))
        panel.override_by_name(point.name, properties)
    return panel
