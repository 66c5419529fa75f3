"""What every device behind a bus has, and which points a kind of device can have."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from pydantic import Field

from lamplighter.runtime.settings import Settings
from lamplighter.site.model import DeviceKind, Name

_FLICKER: Final = frozenset({"pst_lm", "svm"})
_POWERED: Final = frozenset({"battery_level_pct"})
_AIR: Final = frozenset({"co2_ppm", "pm25_ug_m3", "temperature_c", "relative_humidity_pct", "formaldehyde_mg_m3"})
_COLD: Final = frozenset({"temperature_c", "relative_humidity_pct", "door_open", "active_power_w"}) | _POWERED

POINTS_OF_KIND: Final[dict[DeviceKind, frozenset[str]]] = {
    "light_sensor": frozenset({"illuminance_lx", "colour_temperature_k"}) | _FLICKER | _POWERED,
    "luminaire": frozenset(
        {
            "lamp_failure",
            "dimming_level_pct",
            "active_power_w",
            "burning_hours_h",
            "control_gear_temperature_c",
            "colour_temperature_k",
        }
    ),
    "air_sensor": _AIR | _POWERED,
    "refrigerator": _COLD,
    "freezer": _COLD,
    "occupancy_sensor": frozenset({"occupancy", "illuminance_lx", "temperature_c"}) | _POWERED,
    "smoke_detector": frozenset({"smoke", "carbon_monoxide", "temperature_c"}) | _POWERED,
    "gas_detector": frozenset({"gas", "gas_lel_pct", "carbon_monoxide", "carbon_monoxide_ppm"}) | _POWERED,
    "door_contact": frozenset({"door_open", "temperature_c"}) | _POWERED,
    "panic_button": frozenset({"panic_button"}) | _POWERED,
    "network_link": frozenset({"link_up", "round_trip_ms"}),
    "equipment": frozenset({"equipment_online", "round_trip_ms", "active_power_w"}),
    "power_supply": frozenset({"mains_power", "voltage_v", "battery_level_pct", "active_power_w", "temperature_c"}),
    "recorder": frozenset({"recording_age_d", "unexplained_recording_gaps", "clock_error_s"}),
}
"""Kind of device -> the points it can have; another point is a slip of the hand."""


class DeviceBase(Settings):
    """What every device has, whatever it is behind."""

    id: Name = Field(description="name of the device, as in the site file")
    space: Name = Field(description="the room it is in")
    kind: DeviceKind = Field(description="what it is; decides which points it can have")
    calibrated_until: date | None = Field(
        None, description="last day of its calibration; its readings are of uncertain quality afterwards"
    )


def doubled(devices: Sequence[DeviceBase]) -> list[str]:
    """What is wrong with the ids, in words."""
    names = [device.id for device in devices]
    return [f"device id {name!r} is used twice" for name in sorted({n for n in names if names.count(n) > 1})]


def problems_of_points(kind: DeviceKind, points: Sequence[str], *, what: str) -> list[str]:
    """Why a device of this kind cannot have these points, in words; `what` a point has, such as a register."""
    allowed = ", ".join(sorted(POINTS_OF_KIND[kind]))
    problems = [f"a {kind} has no {point}; it has {allowed}" for point in points if point not in POINTS_OF_KIND[kind]]
    return problems + [
        f"point {point} has two {what}s; keep one" for point in sorted({one for one in points if points.count(one) > 1})
    ]
