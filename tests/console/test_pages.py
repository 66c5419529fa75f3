"""What the pages show, and what they must never let through."""

import re
from html.parser import HTMLParser

import pytest

from console.pages import Pages
from console.words import Language
from lamplighter.contract.measurements import VERDICT_DAY
from lamplighter.runtime.clock import FakeClock
from tests.console import seed

pytestmark = pytest.mark.unit

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>"
CHINESE = re.compile(r"[\u3400-\u9fff]+")


class Elements(HTMLParser):
    """Every element with its attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102 - the parser's call
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:  # noqa: D102 - the parser's call
        self.text += data


def page(school: seed.Seeded, language: Language = "en") -> str:
    view = school.view()
    return Pages().page(view.overview("no1"), language, schools=view.schools)


def test_what_a_hostile_device_sends_is_text_and_never_markup(school: seed.Seeded, clock: FakeClock) -> None:
    now_ms = clock.now_ms()
    seed.refuse(school.sql, HOSTILE, HOSTILE.encode(), at_ms=now_ms)
    seed.say(school, HOSTILE[:48], HOSTILE[:48], active=True, at_ms=now_ms, space=HOSTILE[:48], reason=HOSTILE)
    numbers = (1.0, 1.0, 0.0, None, 0, 1)
    row = ("haidian", "no1", "a101", HOSTILE, now_ms, HOSTILE, *numbers, *[HOSTILE] * 7)
    school.store.write(VERDICT_DAY, [row])
    elements = Elements(page(school))
    assert elements.text.count("<script>alert(1)") >= 4
    assert [given.get("src") for tag, given in elements.found if tag == "script"] == ["/static/console.js"]
    assert not [given for _, given in elements.found for name in given if name.startswith("on")]


def test_a_page_holds_no_style_or_script_that_the_security_policy_would_refuse(school: seed.Seeded) -> None:
    elements = Elements(page(school))
    assert not [tag for tag, given in elements.found if tag == "style" or "style" in given]
    assert all(given.get("src", "").startswith("/static/") for tag, given in elements.found if tag == "script")  # type: ignore[union-attr]


def test_everything_a_page_loads_lies_on_the_same_host(school: seed.Seeded) -> None:
    found = Elements(page(school)).found
    addresses = [value for tag, given in found for name, value in given.items() if name in {"src", "href"} and tag != "html"]
    assert len(addresses) > 40
    assert all(value is not None and re.match(r"/(?!/)|#", value) for value in addresses)


def test_the_english_page_says_nothing_in_chinese_but_the_switch(school: seed.Seeded) -> None:
    assert CHINESE.findall(page(school, "en")) == ["中文"]


def test_the_chinese_page_says_everything_the_english_one_does(school: seed.Seeded) -> None:
    def shape(language: Language) -> list[tuple[str, str | None]]:
        return [(tag, given.get("id")) for tag, given in Elements(page(school, language)).found]

    assert shape("zh") == shape("en")


def test_what_is_wrong_stands_above_everything_else(school: seed.Seeded) -> None:
    html = page(school)
    order = [html.index(f'id="{name}"') for name in ("mood", "wrong", "rooms", "lamps")]
    assert order == sorted(order)


def test_a_stale_room_is_a_dash_with_the_age_of_its_last_reading(school: seed.Seeded) -> None:
    html = page(school)
    room = html[html.index('id="room-b203"') :]
    light = room[room.index('class="light"') : room.index('<svg class="plot"')]
    assert '<b class="figure stale">–</b>' in light
    assert "12 min ago" in light


def test_a_verdict_carries_its_citation(school: seed.Seeded) -> None:
    text = re.sub(r"\s+", " ", Elements(page(school)).text)
    assert "GB/T 50034-2024 Standard for lighting design of buildings, table 5.3.8" in text
    assert "GB/T 50034-2024 建筑照明设计标准, 表 5.3.8" in re.sub(r"\s+", " ", Elements(page(school, "zh")).text)


def test_times_are_of_the_schools_zone(school: seed.Seeded) -> None:
    assert "09:59:48" in page(school)  # the intrusion of twelve seconds ago; 01:59:48 in UTC


def test_every_id_on_the_page_is_its_own(school: seed.Seeded) -> None:
    ids = [given["id"] for _, given in Elements(page(school)).found if "id" in given]
    assert len(ids) == len(set(ids))


def test_the_page_of_a_school_that_never_spoke_says_so(quiet_school: seed.Seeded) -> None:
    assert "No data yet" in page(quiet_school)


@pytest.mark.parametrize("state", ["online", "offline", "connecting", "ended"])
def test_every_state_of_a_camera_is_a_word(quiet_school: seed.Seeded, clock: FakeClock, state: str) -> None:
    seed.gateway_says(quiet_school.sql, clock.now_ms(), yard=state)  # type: ignore[arg-type]
    words = {"online": "watching", "offline": "offline", "connecting": "connecting", "ended": "recording ended"}
    html = page(quiet_school)
    assert words[state] in html[html.index('id="camera-gw-1-cam-yard"') : html.index('id="happened"')]
