"""Every kind of incident is said in plain words of both languages, with what it rests on."""

from typing import get_args

import pytest

from console.facts import Episode
from console.pages import Pages
from console.present import Presenter
from console.words import WORDS, Language
from edge.rules.camera_tamper import Detail
from edge.rules.line_crossing import Side
from lamplighter.runtime.clock import FakeClock
from tests.console import seed
from tests.console.test_pages import Elements

pytestmark = pytest.mark.unit

SAID: dict[str, tuple[dict[str, float | int | str], str, str]] = {
    "intrusion": ({"count": 2}, "2 人", "2 in view"),
    "loitering": ({"dwell_s": 61.5}, "已停留 61.5 秒", "stayed 61.5 s"),
    "crowding": ({"count": 14, "limit": 12}, "14 人 · 上限 12 人", "14 in view · limit 12"),
    "line_crossing": (
        {"detail": "left", "left": 3, "right": 1},
        "到达界线左侧 · 累计到左侧 3 次 · 累计到右侧 1 次",
        "arrived on the line's left side · 3 to the left so far · 1 to the right so far",
    ),
    "fall": ({"descent_s": 0.6}, "0.6 秒内倒下", "went down within 0.6 s"),
    "fire_smoke": ({"detail": "smoke", "score": 0.81}, "烟雾 · 置信度 0.81", "smoke · score 0.81"),
    "camera_tamper": ({"detail": "covered"}, "镜头被遮挡", "the lens is covered"),
}


def _shown(school: seed.Seeded, clock: FakeClock, kind: str, language: Language) -> str:
    evidence = SAID[kind][0]
    seed.say(school, kind, "cam-yard", active=True, at_ms=clock.now_ms(), space="yard", still=seed.draw_still(1, 1), **evidence)
    view = school.view()
    html = Pages().page(view.overview("no1"), language, schools=view.schools)
    return " ".join(Elements(html).text.split())


@pytest.mark.parametrize("kind", SAID)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_incident_and_its_evidence_stand_above_and_in_the_list(
    quiet_school: seed.Seeded, clock: FakeClock, kind: str, language: Language
) -> None:
    _evidence, chinese, english = SAID[kind]
    said = chinese if language == "zh" else english
    assert _shown(quiet_school, clock, kind, language).count(said) == 2


@pytest.mark.parametrize("detail", [*filter(None, get_args(Detail)), *get_args(Side), "flame", "smoke"])
def test_every_detail_that_a_rule_gives_has_words(detail: str) -> None:
    assert f"detail_{detail}" in WORDS


def test_a_detail_of_a_newer_gateway_is_shown_as_it_is(quiet_school: seed.Seeded, clock: FakeClock) -> None:
    seed.say(quiet_school, "camera_tamper", "cam-yard", active=True, at_ms=clock.now_ms(), space="yard", detail="sprayed")
    episode: Episode = quiet_school.view().overview("no1").wrong[0]
    assert Presenter("zh", "Asia/Shanghai", clock.now_ms()).evidence(episode) == ["sprayed"]
