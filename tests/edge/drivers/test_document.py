"""Values out of JSON documents and bare words."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.drivers.document import DocumentPoint, parsed, time_of, value_of
from edge.drivers.json_path import MISSING, at, steps_of

pytestmark = pytest.mark.unit

DOCUMENT = {"climate": {"co2": 812, "t": [20.5, 21.5]}, "a.b": {"c": None}, "0": "zero"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("", DOCUMENT),
        ("climate.co2", 812),
        ("climate.t[1]", 21.5),
        ("climate.t[-2]", 20.5),
        ('["a.b"].c', None),
        ("0", "zero"),
        ("climate.t[2]", MISSING),
        ("climate[0]", MISSING),
        ("climate.co2.x", MISSING),
        ("gone", MISSING),
    ],
)
def test_a_path_leads_to_its_value_or_nowhere(path: str, value: Any) -> None:
    assert at(DOCUMENT, steps_of(path)) == value or at(DOCUMENT, steps_of(path)) is value


@pytest.mark.parametrize("path", ["a..b", ".a", "a[", "a[x]", "a[0]b", 'a["b', "a."])
def test_a_path_that_cannot_be_read_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match="is no path from"):
        DocumentPoint(point="co2_ppm", path=path)


@pytest.mark.parametrize(
    ("payload", "settings", "value", "quality"),
    [
        (b'{"co2": 812}', {"path": "co2"}, 812.0, "good"),
        (b'{"co2": "812"}', {"path": "co2"}, 812.0, "good"),
        (b"812", {}, 812.0, "good"),
        (b'{"co2": 0.0812}', {"path": "co2", "scale": 10_000.0}, 812.0, "good"),
        (b'{"co2": null}', {"path": "co2"}, None, "bad"),
        (b'{"co2": "unavailable"}', {"path": "co2"}, None, "bad"),
        (b'{"co2": -1}', {"path": "co2"}, None, "bad"),
        (b'{"co2": NaN}', {"path": "co2"}, None, "bad"),
        (b'{"co2": 1e999}', {"path": "co2"}, None, "bad"),
        (b'{"co2": {"v": 1}}', {"path": "co2"}, None, "bad"),
        (b"\xff\xfe", {}, None, "bad"),
        (b"[" * 100_000, {}, None, "bad"),
    ],
)
def test_a_number_is_a_value_and_what_cannot_be_is_bad(payload: bytes, settings: Any, value: float | None, quality: str) -> None:
    assert value_of(parsed(payload), DocumentPoint(point="co2_ppm", **settings)) == (value, quality)


@pytest.mark.parametrize(
    ("payload", "words", "value"),
    [
        (b"ON", {}, 1.0),
        (b"off", {}, 0.0),
        (b'{"contact": true}', {"true": 0.0, "false": 1.0}, 0.0),
        (b'{"contact": false}', {"true": 0.0, "false": 1.0}, 1.0),
        (b'{"contact": true}', {}, 1.0),
        (b'{"contact": "emergency"}', {"Emergency": 1.0}, 1.0),
    ],
)
def test_a_flags_words_are_known_or_given(payload: bytes, words: dict[str, float], value: float) -> None:
    document = parsed(payload)
    path = "contact" if isinstance(document, dict) else ""
    assert value_of(document, DocumentPoint(point="door_open", path=path, words=words)) == (value, "good")


def test_a_message_that_does_not_speak_of_the_point_says_nothing() -> None:
    assert value_of({"battery": 90}, DocumentPoint(point="co2_ppm", path="co2")) is None


@pytest.mark.parametrize(
    ("said", "at_ms"),
    [
        ("2026-11-22T08:00:00+08:00", 1_795_305_600_000),
        ("2026-11-22T00:00:00Z", 1_795_305_600_000),
        ("2026-11-22T00:00:00", 1_795_305_600_000),
        (1_795_305_600, 1_795_305_600_000),
        (1_795_305_600_000, 1_795_305_600_000),
        ("yesterday", None),
        (True, None),
        (None, None),
    ],
)
def test_a_devices_time_is_read_in_the_ways_devices_write_it(said: Any, at_ms: int | None) -> None:
    assert time_of({"last_seen": said}, "last_seen") == at_ms


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda one: st.lists(one) | st.dictionaries(st.text(), one)
)


@given(JSON, st.sampled_from(["", "a", "[0]", "a.b[1]"]))
def test_no_document_breaks_the_reading(document: Any, path: str) -> None:
    decoded = value_of(document, DocumentPoint(point="temperature_c", path=path))
    assert decoded is None or decoded.value is None or math.isfinite(decoded.value)
    assert time_of(document, path) is None or path is not None
