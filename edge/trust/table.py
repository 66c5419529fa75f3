"""What each point's readings may look like in a school: limits beyond which they are not to be trusted."""

from typing import Final, NamedTuple


class Still(NamedTuple):
    """A reading that never changes is a stuck sensor's, if its room's others move, or if it is alone for too long.

    `moved` and `moved_share`: how far (in the point's unit, and as a share of where they were) the others must have moved.
    `floor`: at or below it a value may rest for ever, as light does in a dark night. `alone_s`: how long it may rest otherwise.
    """

    moved: float
    moved_share: float
    floor: float
    alone_s: float


class Drift(NamedTuple):
    """How far a sensor may stand from the median of its room's others.

    `apart`: in the point's unit, from a day's median. `factor`: times, from its own first week, where a sensor's place decides
    what it reads. Moments are left out in which the others, but for the one that stands farthest out, read less than `floor` or
    differ by more than `spread` times: daylight falls on each place in its own way, the lamps' light on all alike.
    """

    apart: float | None = None
    factor: float | None = None
    floor: float = 0.0
    spread: float = 1.0


class Limits(NamedTuple):
    """`low` to `high`: what a school can have, narrower than what physics allows.

    `noise`: how much two readings within a minute may differ again and again, as an amount and a share of the value.
    """

    low: float
    high: float
    noise: tuple[float, float] | None = None
    still: Still | None = None
    drift: Drift | None = None


_DAY_S: Final = 86_400.0

LIMITS: Final[dict[str, Limits]] = {
    "illuminance_lx": Limits(
        0, 130_000, noise=(20, 0.25), still=Still(50, 0.1, 5, 2 * _DAY_S), drift=Drift(factor=1.5, floor=50, spread=1.3)
    ),
    "colour_temperature_k": Limits(1_800, 12_000),
    "temperature_c": Limits(-40, 60, noise=(2, 0), still=Still(3, 0, -100, 3 * _DAY_S), drift=Drift(apart=4)),
    "relative_humidity_pct": Limits(1, 100, noise=(8, 0), still=Still(15, 0, -1, 3 * _DAY_S), drift=Drift(apart=20)),
    "co2_ppm": Limits(300, 10_000, noise=(100, 0.15), still=Still(300, 0.3, 0, _DAY_S), drift=Drift(apart=400)),
    "pm25_ug_m3": Limits(0, 1_000, noise=(30, 0.5), still=Still(50, 0.5, 5, 3 * _DAY_S), drift=Drift(apart=60)),
    "formaldehyde_mg_m3": Limits(0, 5),
    "carbon_monoxide_ppm": Limits(0, 1_000),
    "control_gear_temperature_c": Limits(-30, 110),
    "voltage_v": Limits(0, 500),
}
"""Point -> its limits, ours and meant to be generous. Flags, counters and what lamps are told are not in it: they may rest."""
