"""The register maps of the simulated devices, as the maker of such devices would print them in a manual."""

from typing import Final, Literal, NamedTuple

Kind = Literal[
    "light_sensor",
    "luminaire",
    "refrigerator",
    "freezer",
    "smoke_detector",
    "gas_detector",
    "door_contact",
    "air_sensor",
    "power_supply",
    "panic_button",
]


class Entry(NamedTuple):
    """One input register or pair: point = raw x scale + offset. `words_low_first` is the order that other manuals call CDAB."""

    point: str
    address: int
    words: int
    scale: float
    every_s: float
    words_low_first: bool = False
    bit: int | None = None
    offset: float = 0.0


MAPS: Final[dict[Kind, tuple[Entry, ...]]] = {
    "light_sensor": (Entry("illuminance_lx", 0, 2, 0.01, 1.0, words_low_first=True),),
    "luminaire": (
        Entry("lamp_failure", 0, 1, 1.0, 1.0, bit=0),
        Entry("dimming_level_pct", 1, 1, 0.1, 10.0),
        Entry("active_power_w", 2, 2, 0.1, 10.0),
    ),
    # Temperatures are counted from -100 degrees, so that no register needs a sign.
    "refrigerator": (Entry("temperature_c", 0, 1, 0.1, 10.0, offset=-100.0),),
    "freezer": (Entry("temperature_c", 0, 1, 0.1, 10.0, offset=-100.0),),
    "smoke_detector": (Entry("smoke", 0, 1, 1.0, 1.0, bit=0),),
    "gas_detector": (Entry("gas", 0, 1, 1.0, 1.0, bit=0), Entry("carbon_monoxide_ppm", 1, 1, 0.1, 10.0)),
    "door_contact": (Entry("door_open", 0, 1, 1.0, 1.0, bit=0),),
    "air_sensor": (
        Entry("co2_ppm", 0, 1, 1.0, 10.0),
        Entry("pm25_ug_m3", 1, 1, 0.1, 10.0),
        Entry("temperature_c", 2, 1, 0.1, 10.0, offset=-100.0),
        Entry("relative_humidity_pct", 3, 1, 0.1, 10.0),
    ),
    "power_supply": (Entry("mains_power", 0, 1, 1.0, 1.0, bit=0), Entry("battery_level_pct", 1, 1, 0.1, 10.0)),
    "panic_button": (Entry("panic_button", 0, 1, 1.0, 1.0, bit=0),),
}
NO_VALUE: Final = {1: 0xFFFF, 2: 0xFFFF_FFFF}
"""Raw number, by width in words, with which a device says that it has no value."""


def words_of(entry: Entry, value: float) -> list[int]:
    """The words 0..65535 that hold this value."""
    raw = round(value) << entry.bit if entry.bit is not None else round((value - entry.offset) / entry.scale)
    words = [raw >> 16 & 0xFFFF, raw & 0xFFFF] if entry.words == 2 else [raw & 0xFFFF]
    return words[::-1] if entry.words_low_first else words
