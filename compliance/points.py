"""Points that are no sensor's: figures about recordings, records and alarms, as often as the rules ask."""

from typing import Final

from lamplighter.contract.points import POINTS, Point, fault_of_value

FIGURES: Final = {
    point.name: point
    for point in (
        Point("expired_recording_age_d", "day", "d", 0, 36_500, "用途已完成录像的留存天数", "age of recordings without a purpose"),
        Point("key_places_covered_pct", "percent", "%", 0, 100, "重点部位有效覆盖", "key places with a working view"),
        Point("kitchen_places_covered_pct", "percent", "%", 0, 100, "后厨必要部位覆盖", "required kitchen places covered"),
        Point("online", "flag", "", 0, 1, "在线", "online"),
        Point("alarm_records_altered", "count", "", 0, 1_000_000, "被改动或缺失的报警记录", "altered or missing alarm records"),
        Point("alarm_record_age_d", "day", "d", 0, 36_500, "报警记录留存天数", "age of the oldest alarm record"),
        Point("access_record_age_d", "day", "d", 0, 36_500, "出入口记录留存天数", "age of the oldest access record"),
        Point("patrol_record_age_d", "day", "d", 0, 36_500, "巡查记录留存天数", "age of the oldest patrol record"),
        Point("network_log_age_d", "day", "d", 0, 36_500, "网络日志留存天数", "age of the oldest network log"),
        Point("unjustified_retention_d", "day", "d", 0, 36_500, "无书面理由的留存天数", "days kept without a written reason"),
        Point("alarms_per_operator_hour", "count per hour", "", 0, 100_000, "每名值班员每小时报警", "alarms per operator and hour"),
        Point("alarm_flood_share_pct", "percent", "%", 0, 100, "报警泛滥时段占比", "share of time in alarm flood"),
        Point("stale_alarms", "count", "", 0, 1_000_000, "陈旧报警", "stale alarms"),
        Point("chattering_alarms", "count", "", 0, 1_000_000, "抖动报警", "chattering alarms"),
        Point("low_priority_share_pct", "percent", "%", 0, 100, "低优先级报警占比", "share of low-priority alarms"),
        Point("medium_priority_share_pct", "percent", "%", 0, 100, "中优先级报警占比", "share of medium-priority alarms"),
        Point("high_priority_share_pct", "percent", "%", 0, 100, "高优先级报警占比", "share of high-priority alarms"),
    )
}
"""Name -> point. They reach verdicts through `readings.csv`; nothing in the product measures them yet."""


def point_of(name: str) -> Point | None:
    """The sensor's point or the figure of that name."""
    return POINTS.get(name) or FIGURES.get(name)


def fault_of_reading(point: str, value: float) -> str | None:
    """Why a value cannot be, of a sensor's point or of a figure; None when it can."""
    known = FIGURES.get(point)
    if known is None or point in POINTS:
        return fault_of_value(point, value)
    if not known.low <= value <= known.high:
        return f"{point} = {value:g} lies outside {known.low:g}..{known.high:g} {known.symbol}".rstrip()
    return None
