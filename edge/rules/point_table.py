"""Which value of which point is a condition: limits, hysteresis and delays as data."""

from typing import Final, Literal, NamedTuple, get_args

from lamplighter.site.model import DeviceKind

LimitKind = Literal[
    "smoke",
    "carbon_monoxide",
    "gas",
    "panic_button",
    "door_held",
    "fridge_temperature",
    "air_quality",
    "flicker",
    "link_down",
    "equipment_offline",
    "power_failure",
]
Side = Literal["above", "below"]


class Line(NamedTuple):
    """Beyond `limit` the condition holds; it ends `deadband` inside it. `of`: kinds of device it is about, all where None."""

    point: str
    side: Side
    limit: float
    deadband: float = 0.0
    of: DeviceKind | None = None


class Row(NamedTuple):
    """One kind of condition. `at_once`: a copy of a life-safety signal, which no setting may delay."""

    lines: tuple[Line, ...]
    on_s: float = 0.0
    off_s: float = 0.0
    at_once: bool = False


def _flag(point: str) -> Line:
    return Line(point, "above", 0.5)


ROWS: Final[dict[LimitKind, Row]] = {
    "smoke": Row((_flag("smoke"),), at_once=True),
    # 100 ppm and 10 %LEL are ours: earlier than the certified detectors' own delays and limits.
    "carbon_monoxide": Row((_flag("carbon_monoxide"), Line("carbon_monoxide_ppm", "above", 100, 20)), at_once=True),
    "gas": Row((_flag("gas"), Line("gas_lel_pct", "above", 10, 2)), at_once=True),
    "panic_button": Row((_flag("panic_button"),), at_once=True),
    "door_held": Row((Line("door_open", "above", 0.5, of="door_contact"),), on_s=120.0),
    # Limits and half hour of KIT-004 and KIT-005, drafts both.
    "fridge_temperature": Row(
        (
            Line("temperature_c", "above", 8, 0.5, of="refrigerator"),
            Line("temperature_c", "below", 0, 0.5, of="refrigerator"),
            Line("temperature_c", "above", -12, 0.5, of="freezer"),
        ),
        on_s=1800.0,
        off_s=300.0,
    ),
    # GB 50099-2011 10.1.8 (CO2 0.15 %), GB/T 18883-2022 table 1 (HCHO); PM2.5 is ours for ten minutes, the clause means a day.
    "air_quality": Row(
        (
            Line("co2_ppm", "above", 1500, 200),
            Line("pm25_ug_m3", "above", 75, 15),
            Line("formaldehyde_mg_m3", "above", 0.08, 0.01),
        ),
        on_s=600.0,
        off_s=600.0,
    ),
    # GB/T 50034-2024 4.4.1 (PstLM) and 4.4.2 (SVM, rooms of long stay): only an instrument gives these points.
    "flicker": Row((Line("pst_lm", "above", 1.0, 0.05), Line("svm", "above", 1.3, 0.05)), on_s=60.0, off_s=60.0),
    "link_down": Row((Line("link_up", "below", 0.5),), on_s=30.0, off_s=30.0),
    "equipment_offline": Row((Line("equipment_online", "below", 0.5),), on_s=120.0, off_s=30.0),
    "power_failure": Row((Line("mains_power", "below", 0.5),), on_s=5.0, off_s=30.0),
}
"""Kind -> its row; one for each kind."""
AT_ONCE: Final = frozenset(kind for kind in get_args(LimitKind) if ROWS[kind].at_once)
