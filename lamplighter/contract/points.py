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
        Point("control_gear_temperature_c", "degree Celsius", "°C", -40, 150, "控制装置温度", "control gear temperature"),
        Point("colour_temperature_k", "kelvin", "K", 1_000, 20_000, "相关色温", "correlated colour temperature"),
        Point("pst_lm", "ratio", "", 0, 100, "短期闪变指数 PstLM", "flicker PstLM"),
        Point("svm", "ratio", "", 0, 100, "频闪效应可视度 SVM", "stroboscopic effect SVM"),
        Point("occupancy", "flag", "", 0, 1, "有人", "occupied"),
        Point("relative_humidity_pct", "percent", "%", 0, 100, "相对湿度", "relative humidity"),
        Point("smoke", "flag", "", 0, 1, "烟雾报警", "smoke alarm"),
        Point("carbon_monoxide", "flag", "", 0, 1, "一氧化碳报警", "carbon monoxide alarm"),
        Point("carbon_monoxide_ppm", "part per million", "ppm", 0, 10_000, "一氧化碳", "carbon monoxide"),
        Point("gas", "flag", "", 0, 1, "可燃气体报警", "combustible gas alarm"),
        Point("gas_lel_pct", "percent", "%", 0, 100, "可燃气体浓度（%LEL）", "combustible gas (share of LEL)"),
        Point("door_open", "flag", "", 0, 1, "门开", "door open"),
        Point("panic_button", "flag", "", 0, 1, "一键报警", "panic button pressed"),
        Point("link_up", "flag", "", 0, 1, "网络连通", "network link up"),
        Point("round_trip_ms", "millisecond", "ms", 0, 60_000, "往返时延", "round trip time"),
        Point("equipment_online", "flag", "", 0, 1, "设备在线", "equipment online"),
        Point("mains_power", "flag", "", 0, 1, "市电正常", "mains power"),
        Point("voltage_v", "volt", "V", 0, 1_000, "电压", "voltage"),
        Point("battery_level_pct", "percent", "%", 0, 100, "电池电量", "battery level"),
        Point("recording_age_d", "day", "d", 0, 36_500, "可回放最早录像天数", "age of the oldest recording that plays"),
        Point("unexplained_recording_gaps", "count", "", 0, 100_000, "未说明的录像中断", "recording gaps not explained"),
        Point("clock_error_s", "second", "s", 0, 1_000_000_000, "时钟误差（绝对值）", "clock error, absolute"),
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
