"""How long the law of a place wants pictures of people kept, and how long it lets them be kept: one row each, with its source."""

from typing import Final, NamedTuple


class Jurisdiction(NamedTuple):
    """`floor_days` at least, `ceiling_days` at most (None: no figure); certainty V read, S second hand, D our own target."""

    name: str
    floor_days: float
    ceiling_days: float | None
    citation: str
    certainty: str


JURISDICTIONS: Final = {
    row.name: row
    for row in (
        Jurisdiction(
            "cn",
            30.0,
            None,
            "State Council Order 799 (in force 2025-04-01) art. 17: at least 30 days, then deleted once the purpose is fulfilled",
            "V",
        ),
        Jurisdiction(
            "cn-key-target",
            90.0,
            None,
            "Counter-Terrorism Law (2018) art. 32(3): designated key targets keep video for at least 90 days",
            "V",
        ),
        Jurisdiction("eu", 0.0, 3.0, "EDPB Guidelines 3/2019 para. 121: longer than 72 hours needs an argument", "S"),
        Jurisdiction("none", 0.0, None, "no law that we know of; the school's own choice", "D"),
    )
}
