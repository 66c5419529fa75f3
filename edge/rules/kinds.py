"""Every kind of rule there is."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from edge.rules.camera_tamper import CameraTamper
from edge.rules.crowding import Crowding
from edge.rules.door_forced import DoorForced
from edge.rules.fall import Fall
from edge.rules.fire_smoke import FireSmoke
from edge.rules.intrusion import Intrusion
from edge.rules.lamp_failure import LampFailure
from edge.rules.lights_left_on import LightsLeftOn
from edge.rules.line_crossing import LineCrossing
from edge.rules.loitering import Loitering
from edge.rules.occupied_after_hours import OccupiedAfterHours
from edge.rules.point_limit import PointLimit
from edge.rules.underlit import Underlit

VideoRules = Intrusion | Loitering | Crowding | LineCrossing | Fall | FireSmoke | CameraTamper | OccupiedAfterHours
VideoRuleSettings = Annotated[VideoRules, Field(discriminator="kind")]
SensorRules = LampFailure | PointLimit | DoorForced | LightsLeftOn | Underlit
RuleSettings = Annotated[VideoRules | SensorRules, Field(discriminator="kind")]


def named_twice(rules: Iterable[VideoRules]) -> list[str]:
    """One line for each name that two rules of a camera share: their conditions could not be told apart."""
    counts = Counter((rule.camera, rule.name) for rule in rules)
    return [
        f"{count} rules of camera {camera!r} are named {name!r}; give each a name of its own"
        for (camera, name), count in counts.items()
        if count > 1
    ]


def default_rules(camera: str) -> tuple[VideoRules, ...]:
    """Every incident on the whole picture, always armed; the line is the vertical centre line."""
    return (
        Intrusion(camera=camera),
        Loitering(camera=camera),
        Crowding(camera=camera),
        LineCrossing(camera=camera),
        Fall(camera=camera),
        FireSmoke(camera=camera),
        CameraTamper(camera=camera),
    )
