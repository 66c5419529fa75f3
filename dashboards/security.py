"""The dashboard "Security": conditions, how much of the time each camera really watched, gateways."""

from typing import Any, Final

from grafana_foundation_sdk.models.dashboard import DynamicConfigValue

from dashboards.influxql import PER_INTERVAL, Pick, select, share_of_windows
from dashboards.settings import DashboardSettings
from dashboards.style import (
    GRAFANA_UNITS,
    Look,
    Place,
    bars,
    mapping,
    name_columns,
    no_report,
    order_columns,
    property_of,
    rows_table,
    sort_rows,
    thresholds,
    time_series,
    timeline,
    width,
    words_of,
)
from dashboards.target import Target
from dashboards.variables import Choice
from dashboards.words import PRIORITIES, TEXTS, Words
from lamplighter.contract.conditions import CONDITION_KINDS
from lamplighter.contract.measurements import CAMERA, CONDITION, GATEWAY, Measurement

CHOICES: Final = (Choice("school", GATEWAY, {}),)
_SCHOOL: Final = {"school": "$school"}
_GREEN, _ORANGE, _RED, _GREY = "#56A64B", "#FF9830", "#E02F44", "#8E8E8E"
_ACTIVE: Final = {"1": (TEXTS["active"], _RED), "0": (TEXTS["cleared"], _GREEN)}
_ONLINE: Final = {"1": (TEXTS["online"], _GREEN), "0": (TEXTS["offline"], _RED)}
_KINDS: Final = {row.kind: (Words(row.zh, row.en), "") for row in CONDITION_KINDS.values()}
_PRIORITIES: Final = dict(zip(PRIORITIES, zip(PRIORITIES.values(), (_RED, _ORANGE, _GREY), strict=True), strict=True))
_LOG_ROWS: Final = 200
_WATCH_WINDOW: Final = "5m"


def panels(look: Look, settings: DashboardSettings) -> list[Any]:  # noqa: ARG001 every dashboard is made from the same two
    """Every panel, top to bottom."""
    return [
        conditions_now(look, Place(0, 0, 12, 10)),
        conditions_days(look, Place(12, 0, 12, 10)),
        watched(look, Place(0, 10, 9, 7)),
        cameras_online(look, Place(9, 10, 15, 7)),
        camera_fps(look, Place(0, 17, 8, 9)),
        camera_skipped(look, Place(8, 17, 8, 9)),
        camera_inference(look, Place(16, 17, 8, 9)),
        gateways_now(look, Place(0, 26, 24, 5)),
        gateway_load(look, Place(0, 31, 8, 9)),
        gateway_disk(look, Place(8, 31, 8, 9)),
        gateway_outbox(look, Place(16, 31, 8, 9)),
        conditions_log(look, Place(0, 40, 24, 10)),
    ]


def conditions_now(look: Look, place: Place) -> Any:
    """The latest word on each condition; what holds comes first."""
    shown = ("kind", "source", "active", "priority")
    query = select(CONDITION, "active", "priority", where=_SCHOOL, by=("kind", "source"), newest=1)
    panel = rows_table(look, "conditions_now", place=place).with_target(Target(CONDITION, query, form="table"))
    _words_of_conditions(panel, look, shown, when=[property_of("unit", "time:MM-DD HH:mm"), width(110)])
    return order_columns(sort_rows(panel, "active", descending=True), *shown, "Time")


def conditions_days(look: Look, place: Place) -> Any:
    """A row per kind and source."""
    # Rows as they are: windows would hide a condition that came and went within one.
    query = select(CONDITION, "active", where=_SCHOOL, by=("kind", "source"))
    panel = timeline(look, "conditions_days", place=place).mappings([mapping(_ACTIVE, look.language)])
    panel.with_target(Target(CONDITION, query, alias="$tag_kind · $tag_source"))
    for kind, (words, _colour) in _KINDS.items():
        name = words.say(look.language) + " · ${__field.labels.source}"
        panel.override_by_regexp(f"/^{kind} · /", [property_of("displayName", name)])
    return panel


def conditions_log(look: Look, place: Place) -> Any:
    """What was reported, newest first."""
    shown = ("kind", "source", "active", "priority")
    query = select(CONDITION, *shown, where=_SCHOOL, newest=_LOG_ROWS)
    panel = rows_table(look, "conditions_log", place=place).with_target(Target(CONDITION, query, form="table"))
    return order_columns(_words_of_conditions(panel, look, shown, when=[width(155)]), "Time", *shown)


def watched(look: Look, place: Place) -> Any:
    """Per camera, in how much of the time it reported itself online."""
    query = share_of_windows(CAMERA, "online", where=_SCHOOL, by=("camera",), every=_WATCH_WINDOW)
    panel = bars(look, "watched", place=place, note="watched_note").with_target(Target(CAMERA, query, alias="$tag_camera"))
    return panel.thresholds(thresholds((None, _RED), (90, _ORANGE), (99, _GREEN)))


def cameras_online(look: Look, place: Place) -> Any:
    """A row per camera; a gap is time without a report."""
    query = select(CAMERA, Pick("online", "min"), where=_SCHOOL, by=("camera",), every=PER_INTERVAL, fill="null")
    panel = timeline(look, "cameras_online", place=place, note="watched_note").interval("1m")
    return panel.mappings([mapping(_ONLINE, look.language), no_report(look)]).with_target(
        Target(CAMERA, query, alias="$tag_camera")
    )


def camera_fps(look: Look, place: Place) -> Any:
    """Frames analysed a second."""
    return _lines(look, "camera_fps", CAMERA, (Pick("fps", "mean"),), place=place)


def camera_skipped(look: Look, place: Place) -> Any:
    """Frames skipped in a minute; the stored count is since the agent's start."""
    return _lines(look, "camera_skipped", CAMERA, (Pick("skipped", "last", per_minute=True),), place=place)


def camera_inference(look: Look, place: Place) -> Any:
    """Milliseconds a picture."""
    return _lines(look, "camera_inference", CAMERA, (Pick("inference_ms", "mean"),), place=place)


def gateways_now(look: Look, place: Place) -> Any:
    """Each gateway's latest health."""
    shown = tuple(field.name for field in GATEWAY.fields)
    query = select(GATEWAY, *shown, where=_SCHOOL, by=("gateway",), newest=1)
    panel = rows_table(look, "gateways_now", place=place).with_target(Target(GATEWAY, query, form="table"))
    name_columns(panel, look, GATEWAY, ("gateway", *shown))
    panel.override_by_name("Time", [property_of("displayName", TEXTS["last_report"].say(look.language))])
    return order_columns(panel, "gateway", *shown, "Time")


def gateway_load(look: Look, place: Place) -> Any:
    """Processor and memory, percent."""
    return _lines(look, "gateway_load", GATEWAY, (Pick("cpu_pct", "mean"), Pick("memory_pct", "mean")), place=place).max(100)


def gateway_disk(look: Look, place: Place) -> Any:
    """Megabytes free: the lowest of each window."""
    return _lines(look, "gateway_disk", GATEWAY, (Pick("disk_free_mb", "min"),), place=place)


def gateway_outbox(look: Look, place: Place) -> Any:
    """Messages not yet confirmed by the centre: the most in each window."""
    return _lines(look, "gateway_outbox", GATEWAY, (Pick("outbox_rows", "max"),), place=place)


def _lines(look: Look, title: str, measurement: Measurement, picks: tuple[Pick, ...], *, place: Place) -> Any:
    """A line per gateway or camera and field; gaps stay gaps."""
    subject = measurement.tags[-1]
    query = select(measurement, *picks, where=_SCHOOL, by=(subject,), every=PER_INTERVAL, fill="null")
    several = len(picks) > 1
    alias = f"$tag_{subject} $col" if several else f"$tag_{subject}"
    panel = time_series(look, title, place=place).interval("1m").min(0)
    panel.with_target(Target(measurement, query, alias=alias))
    for pick in picks:
        field = next(field for field in measurement.fields if field.name == pick.name)
        panel.unit(GRAFANA_UNITS[field.unit])
        if several:
            name = "${__field.labels." + subject + "} " + Words(field.zh, field.en).say(look.language)
            panel.override_by_regexp(f"/ {field.name}$/", [property_of("displayName", name)])
    return panel


def _words_of_conditions(panel: Any, look: Look, shown: tuple[str, ...], *, when: list[DynamicConfigValue]) -> Any:
    also = {
        "kind": [*words_of(look, _KINDS), width(180)],
        "active": [*words_of(look, _ACTIVE), width(75), property_of("custom.align", "left")],
        "priority": [*words_of(look, _PRIORITIES), width(75)],
    }
    panel.override_by_name("Time", [property_of("displayName", TEXTS["reported"].say(look.language)), *when])
    return name_columns(panel, look, CONDITION, shown, also=also)
