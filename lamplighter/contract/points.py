"""Every quantity a device may report: its name ends in its unit, its range is what is physically possible."""

import math
from typing import Final, NamedTuple


class Point(NamedTuple):
    """One quantity; `low` and `high` are inclusive, in `unit`."""

    name: str
    unit: str
    symbol: str
    low: float
    high: float
    zh: str
    en: str


POINTS: Final = {
    point.name: point
    for point in (
        Point("illuminance_lx", "lux", "lx", 0, 200_000, "照度", "illuminance"),
        Point("dimming_level_pct", "percent", "%", 0, 100, "调光等级", "dimming level"),
        Point("active_power_w", "watt", "W", 0, 10_000, "有功功率", "active power"),
        Point("lamp_failure", "flag", "", 0, 1, "灯具故障", "lamp failure"),
        Point("burning_hours_h", "hour", "h", 0, 1_000_000, "点灯时数", "burning hours"),
        Point("temperature_c", "degree Celsius", "°C", -60, 80, "温度", "temperature"),
        Point("co2_ppm", "part per million", "ppm", 0, 40_000, "二氧化碳", "CO2"),
        Point("pm25_ug_m3", "microgram per cubic metre", "µg/m³", 0, 10_000, "PM2.5", "PM2.5"),
        Point("formaldehyde_mg_m3", "milligram per cubic metre", "mg/m³", 0, 100, "甲醛", "formaldehyde"),
        Point("occupancy", "flag", "", 0, 1, "有人", "occupied"),
        Point("control_gear_temperature_c", "degree Celsius", "°C", -40, 150, "控制装置温度", "control gear temperature"),
    )
}


def fault_of_value(point: str, value: float) -> str | None:
    """Why this value cannot be: unknown point, not finite, or outside the physical range; None when it can."""
    known = POINTS.get(point)
    if known is None:
        return f"unknown point {point!r}"
    if not math.isfinite(value):
        return f"{point} is not a finite number"
    if not known.low <= value <= known.high:
        return f"{point} = {value:g} lies outside {known.low:g}..{known.high:g} {known.symbol}".rstrip()
    return None
