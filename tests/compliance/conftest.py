"""One classroom's evidence, sound in every way until a test changes something."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from compliance.evidence import WINDOW_MS, Evidence, LampWindow, SensorWindow
from compliance.packs import load_packs
from compliance.rules import Rule
from compliance.subjects import of_space
from lamplighter.site.model import Calibration, Label, Lessons, Space, Survey, SurveyPoint

BEIJING = ZoneInfo("Asia/Shanghai")
FRIDAY = date(2026, 11, 20)


class Classroom:
    """Makes evidence about room a101 on Friday 2026-11-20."""

    day = FRIDAY
    zone = BEIJING
    space = of_space(Space(id="a101", building="a", label=Label(zh="一班", en="Class 1")))

    def points(self, *, lx: float = 350.0, off: float = 10.0, count: int = 9) -> tuple[SurveyPoint, ...]:
        """Points of a grid, two metres apart."""
        return tuple(SurveyPoint(x_m=1 + 2 * (i % 4), y_m=1 + 2 * (i // 4), lx=lx, lamps_off_lx=off) for i in range(count))

    def survey(self, **changed: Any) -> Survey:
        """A survey of 2026-09-10 that passes."""
        sound: dict[str, Any] = {
            "id": "s1",
            "space": "a101",
            "at": datetime(2026, 9, 10, 11, tzinfo=UTC),
            "plane_height_m": 0.75,
            "warm_up_min": 20,
            "curtains_drawn": True,
            "meter_class": "1",
            "meter_serial": "M1",
            "meter_calibrated_until": date(2027, 3, 1),
            "tester": "t1",
            "points": self.points(),
        }
        return Survey.model_validate(sound | changed)

    def calibration(self, device: str = "lux1", factor: float = 1.25, at: date = date(2026, 9, 10)) -> Calibration:
        """A factor of one of the room's sensors."""
        return Calibration(device=device, factor=factor, at=at)

    def window_ms(self, number: int, day: date = FRIDAY) -> int:
        """Start of the window so many after 08:00 local time."""
        return round(datetime.combine(day, time(8), BEIJING).timestamp() * 1000) + number * WINDOW_MS

    def monitor(
        self,
        sensor_lx: Sequence[float] = (200.0,) * 8,
        *,
        device: str = "lux1",
        first: int = 0,
        lit: float = 100,
        dimming: float = 100,
    ) -> dict[str, Any]:
        """Windows of a sensor and of the lamps, one a value, from the window `first` after 08:00."""
        starts = [self.window_ms(first + i) for i in range(len(sensor_lx))]
        return {
            "sensor_windows": tuple(SensorWindow(device, at, lx, lx, 5) for at, lx in zip(starts, sensor_lx, strict=True)),
            "lamp_windows": tuple(LampWindow(at, lit, dimming) for at in starts),
        }

    def evidence(self, **given: Any) -> Evidence:
        """Evidence of the room: nothing but what is given."""
        return Evidence(district="d1", school="s1", zone=BEIJING, lessons=Lessons(), **given)


@pytest.fixture(scope="session")
def room() -> Classroom:
    """The classroom."""
    return Classroom()


@pytest.fixture(scope="session")
def desk_rule() -> Rule:
    """The shipped rule about classroom desks."""
    (rule,) = (rule for rule in load_packs() if rule.id == "LGT-021")
    return rule
