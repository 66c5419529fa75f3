"""What a room's other devices say: shown with its words, its unit and its age; and what conditions of sensors read like."""

import re
from typing import get_args

import pytest

from console.facts import Measured
from console.pages import Pages
from console.words import WORDS, Language
from edge.trust.watch import Reason
from lamplighter.contract.measurements import READING
from lamplighter.runtime.clock import FakeClock
from lamplighter.site.model import Device, Label, Space
from tests.console import seed

pytestmark = pytest.mark.unit

KITCHEN = Space(id="kitchen", building="c", kind="kitchen", label=Label(zh="后厨", en="Kitchen"))
DEVICES = (
    Device(id="fridge", gateway="gw-1", space="kitchen", kind="refrigerator", label=Label(zh="冷藏柜", en="Refrigerator")),
    Device(id="freezer", gateway="gw-1", space="kitchen", kind="freezer", label=Label(zh="冷冻柜", en="Freezer")),
    Device(id="smoke", gateway="gw-1", space="kitchen", kind="smoke_detector"),
)


@pytest.fixture
def kitchen(quiet_school: seed.Seeded, clock: FakeClock) -> seed.Seeded:
    """A kitchen: a refrigerator of now, a freezer of an hour ago, a smoke detector whose word is doubtful."""
    now_ms = clock.now_ms()
    site = quiet_school.site.model_copy(
        update={"spaces": (*quiet_school.site.spaces, KITCHEN), "devices": (*quiet_school.site.devices, *DEVICES)}
    )
    rows = [
        ("fridge", "temperature_c", now_ms, 4.1, 0),
        ("freezer", "temperature_c", now_ms - seed.HOUR_MS, -18.0, 0),
        ("smoke", "smoke", now_ms, 0.0, 1),
    ]
    quiet_school.store.write(READING, [(*seed.GATEWAY[1:], *row) for row in rows])
    return quiet_school._replace(site=site)


def measured(school: seed.Seeded) -> list[Measured]:
    return [row for room in school.view().overview("no1").rooms if room.id == "kitchen" for row in room.measured]


def text(school: seed.Seeded, language: Language) -> str:
    view = school.view()
    html = Pages().page(view.overview("no1"), language, schools=view.schools)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_a_room_shows_what_each_device_said_last_and_whether_it_is_of_now(kitchen: seed.Seeded) -> None:
    assert [(row.device, row.point.en, row.value, row.symbol, row.fresh) for row in measured(kitchen)] == [
        ("fridge", "temperature", 4.1, "°C", True),
        ("freezer", "temperature", -18.0, "°C", False),
        ("smoke", "smoke alarm", None, "", True),
    ]


def test_the_page_says_so_in_both_languages(kitchen: seed.Seeded) -> None:
    english, chinese = text(kitchen, "en"), text(kitchen, "zh")
    assert "Refrigerator · temperature 4.1 °C" in english
    assert "Freezer · temperature -18.0 °C 1 h ago" in english
    assert "smoke alarm no trusted reading" in english
    assert "冷藏柜 · 温度 4.1 °C" in chinese
    assert "烟雾报警 无可信读数" in chinese


def test_a_smoke_alarm_is_shown_as_a_copy_and_first(kitchen: seed.Seeded, clock: FakeClock) -> None:
    seed.say(
        kitchen, "sensor_untrusted", "fridge", active=True, at_ms=clock.now_ms(), point="temperature_c", trust="noisy,drifting"
    )
    seed.say(kitchen, "smoke", "smoke", active=True, at_ms=clock.now_ms(), smoke=1.0)
    assert kitchen.view().overview("no1").wrong[0].kind == "smoke"
    assert "smoke alarm (a copy: the fire alarm decides)" in text(kitchen, "en")
    assert "烟雾报警（副本，以消防系统为准）" in text(kitchen, "zh")


def test_why_a_sensor_is_not_believed_is_said_in_words(kitchen: seed.Seeded, clock: FakeClock) -> None:
    seed.say(
        kitchen, "sensor_untrusted", "fridge", active=True, at_ms=clock.now_ms(), point="temperature_c", trust="noisy,drifting"
    )
    seed.say(kitchen, "fridge_temperature", "freezer", active=True, at_ms=clock.now_ms(), temperature_c=-4.5)
    english = text(kitchen, "en")
    assert "temperature · its reading jumps about · it walks away from its room" in english
    assert "temperature -4.5 °C" in english
    assert "温度 · 读数剧烈跳动 · 与同室传感器偏离" in text(kitchen, "zh")


def test_a_condition_of_a_room_names_the_room_once(kitchen: seed.Seeded, clock: FakeClock) -> None:
    seed.say(
        kitchen, "underlit", "kitchen", active=True, at_ms=clock.now_ms(), space="kitchen", illuminance_lx=120.5, limit_lx=200.0
    )
    (episode,) = kitchen.view().overview("no1").wrong
    assert (episode.source_label.en, episode.place.en) == ("Kitchen", "Kitchen")
    assert "illuminance 120.5 lx · limit 200 lx" in text(kitchen, "en")


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_reason_has_its_words(reason: str) -> None:
    assert f"trust_{reason}" in WORDS
