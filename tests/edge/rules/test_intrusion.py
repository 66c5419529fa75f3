"""Somebody in a zone."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from edge.cameras.protocol import Frame
from edge.rules.intrusion import Intrusion, IntrusionWatch
from edge.rules.protocol import Scene, Track
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings

pytestmark = pytest.mark.unit

NOON_MS = int(datetime(2025, 3, 3, 4, 0, tzinfo=UTC).timestamp() * 1000)  # 12:00 in Shanghai
LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def _scene(at_s: float, *feet_px: tuple[float, float], start_ms: int = NOON_MS, first_id: int = 1, label: str = "person") -> Scene:
    image = np.zeros((100, 200, 3), np.uint8)
    tracks = tuple(Track(first_id + place, label, 0.8, (x - 10, y - 40, x + 10, y)) for place, (x, y) in enumerate(feet_px))
    return Scene("c1", Frame(image, round(at_s * 5), at_s, start_ms + round(at_s * 1000)), tracks)


def _course(watch: IntrusionWatch, scenes: list[Scene]) -> list[bool]:
    return [watch.observe(scene).active for scene in scenes]


def _rule(**settings: Any) -> Intrusion:
    return Intrusion(camera="c1", movers_only=False, **settings)


def test_it_holds_after_the_on_delay_of_presence() -> None:
    watch = _rule(on_delay_s=0.4).watch()
    assert _course(watch, [_scene(at / 5, (50, 90)) for at in range(5)]) == [False, False, True, True, True]


def test_it_is_over_after_the_off_delay_of_absence() -> None:
    watch = _rule(on_delay_s=0, off_delay_s=1.0).watch()
    watch.observe(_scene(0, (50, 90)))
    assert _course(watch, [_scene(at / 5) for at in range(1, 8)]) == [True, True, True, True, False, False, False]


def test_a_broken_track_id_does_not_interrupt_it() -> None:
    watch = _rule(on_delay_s=0.4).watch()
    scenes = [_scene(at / 5, (50, 90), first_id=at + 1) for at in range(4)]
    assert _course(watch, scenes) == [False, False, True, True]


def test_a_detector_that_loses_somebody_for_a_moment_does_not_interrupt_it() -> None:
    watch = _rule(on_delay_s=0.4, off_delay_s=2.0).watch()
    scenes = [_scene(at / 5, *([(50, 90)] if at < 4 or at > 12 else [])) for at in range(16)]
    assert _course(watch, scenes)[4:] == [True] * 12


def test_the_delay_runs_from_when_somebody_came_not_from_when_he_had_moved() -> None:
    watch = Intrusion(camera="c1", on_delay_s=0.4).watch()
    scenes = [_scene(at / 5, (50 + 2 * at, 90)) for at in range(6)]
    assert _course(watch, scenes) == [False, False, True, True, True, True], "moved by an eighth of his size at .4 s"


def test_the_delay_runs_from_when_somebody_entered_the_zone() -> None:
    watch = Intrusion(camera="c1", on_delay_s=0.4, zone=LEFT_HALF).watch()
    scenes = [_scene(at / 5, (160 - 10 * at, 90)) for at in range(12)]
    assert _course(watch, scenes) == [False] * 8 + [True] * 4


def test_single_sightings_far_apart_never_add_up() -> None:
    watch = _rule(on_delay_s=0.4).watch()
    scenes = [_scene(at / 5, *([(50, 90)] if at % 8 == 0 else [])) for at in range(60)]
    assert not any(_course(watch, scenes))


def test_only_feet_in_the_zone_count() -> None:
    watch = _rule(zone=LEFT_HALF, on_delay_s=0).watch()
    assert _course(watch, [_scene(0, (150, 90)), _scene(0.2, (50, 90))]) == [False, True]


def test_feet_below_the_picture_stand_at_its_edge() -> None:
    watch = _rule(on_delay_s=0).watch()
    assert watch.observe(_scene(0, (50, 130))).active


def test_other_labels_are_no_intruders() -> None:
    watch = _rule(on_delay_s=0).watch()
    assert not watch.observe(_scene(0, (50, 90), label="dog")).active


def test_the_evidence_says_how_many_how_sure_and_where() -> None:
    evidence = _rule(on_delay_s=0, zone=LEFT_HALF).watch().observe(_scene(0, (50, 90), (60, 95))).evidence
    assert evidence["count"] == 2
    assert evidence["score"] == 0.8
    assert evidence["box"] == [0.2, 0.5, 0.3, 0.9]
    assert evidence["zone"] == [share for corner in LEFT_HALF for share in corner]


@pytest.mark.parametrize(("hour", "armed"), [(21, False), (22, True), (23, True), (0, True), (5, True), (6, False), (12, False)])
def test_a_window_past_midnight_arms_both_sides_of_it(hour: int, *, armed: bool) -> None:
    watch = _rule(on_delay_s=0, armed=("22:00-06:00",)).watch()
    start_ms = int(datetime(2025, 3, 3, (hour - 8) % 24, 0, tzinfo=UTC).timestamp() * 1000)
    assert watch.observe(_scene(0, (50, 90), start_ms=start_ms)).active is armed


def test_disarming_ends_it_at_once() -> None:
    watch = _rule(on_delay_s=0, armed=("11:00-12:00",)).watch()
    before = watch.observe(_scene(0, (50, 90), start_ms=NOON_MS - 1000)).active
    assert (before, watch.observe(_scene(1, (50, 90), start_ms=NOON_MS - 1000)).active) == (True, False)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "two corners": ({"zone": [[0, 0], [1, 1]]}, "at least 3 corners"),
    "pixels": ({"zone": [[0, 0], [640, 0], [640, 360]]}, "shares of width and height"),
    "bow tie": ({"zone": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "crosses or touches itself"),
    "spike": ({"zone": [[0, 0], [0.5, 0], [0.9, 0], [0.5, 0], [0.5, 0.9]]}, "crosses or touches itself"),
    "line": ({"zone": [[0, 0], [0.5, 0.5], [1, 1]]}, "no area"),
    "empty schedule": ({"armed": []}, "remove the key to arm it always"),
    "no window": ({"armed": ["at night"]}, "must look like"),
    "25 o'clock": ({"armed": ["22:00-25:00"]}, "must look like"),
    "no time between": ({"armed": ["22:00-22:00"]}, "00:00-24:00"),
    "no such zone": ({"time_zone": "Beijing"}, "Asia/Shanghai"),
    "no labels": ({"labels": []}, "labels"),
    "unknown key": ({"zones": []}, "unknown key"),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_wrong_setting_is_refused_with_key_and_remedy(name: str) -> None:
    settings, remedy = REFUSED[name]
    with pytest.raises(SettingsError, match=remedy) as refusal:
        check_settings({"camera": "c1", **settings}, Intrusion, where="gateway.toml")
    assert len(refusal.value.problems) == 1
    assert refusal.value.problems[0].startswith(f"gateway.toml: {next(iter(settings))}")
