"""Renovations with their warranties, and kitchens, as the inspector sees them in both languages."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from compliance.ledger.book import Reason, record
from compliance.verdicts import Verdict
from console.app import create_app
from lamplighter.contract.measurements import CAMERA, READING
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import transaction
from tests.console.client import Client
from tests.console.conftest import TEN_MS
from tests.console.scored import SCHOOL, Judged, judged

pytestmark = pytest.mark.unit

LABEL = {"zh": "示范", "en": "Some"}
TODAY = date(2026, 11, 22)
MINUTE_MS = 60_000


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judged]:
    with judged(tmp_path_factory.mktemp("judged"), FakeClock(TEN_MS), days=1, only=SCHOOL) as made:
        _record(made)
        yield made


@pytest.fixture
def client(city: Judged) -> Iterator[Client]:
    with Client(create_app(city.view)) as opened:
        yield opened


def _record(city: Judged) -> None:
    """A ledger with a renovated room whose lamp failed, and a kitchen one of whose places has no camera."""
    site = city.view.desk().sites[SCHOOL]
    room = site.spaces[0].id
    work = {"space": room, "kind": "renovated", "on": "2026-08-01", "cost_yuan": 8600, "power_before_w": 648, "power_after_w": 324}
    kitchen = {"id": "k1", "building": "c", "kind": "kitchen", "label": LABEL, "camera_places": ["cooking", "washing"]}
    more: dict[str, Any] = {
        "spaces": [*site.spaces, kitchen],
        "cameras": [*site.cameras, {"id": "kcam", "gateway": "g1", "space": "k1", "place": "cooking", "label": LABEL}],
        "devices": [
            *site.devices,
            {"id": "fridge", "gateway": "g1", "space": "k1", "kind": "refrigerator"},
            {"id": "bulb", "gateway": "g1", "space": room, "kind": "luminaire", "group": "new-lamps"},
        ],
        "luminaires": [*site.luminaires, {"id": "new-lamps", "space": room, "part": "X-36", "warranty_until": "2027-05-01"}],
        "works": [work],
        "kitchens": [{"space": "k1", "licence_number": "JY-9", "platform": "阳光餐饮"}],
    }
    known = {name: getattr(site, name) for name in Site.model_fields}
    grown = check_settings(known | more, Site, where="test")
    with transaction(city.sql) as connection:
        record(connection, grown, Reason("甲", "test", date(2026, 1, 1)), at=city.view.desk().clock.now())
        _fail_lamp(connection, room)


def _fail_lamp(connection: Any, room: str) -> None:
    from compliance.actions.book import take_verdicts
    from compliance.verdicts import Input

    day = TODAY - timedelta(days=1)
    verdict = Verdict(
        day=day,
        district="d",
        school=SCHOOL,
        subject=room,
        rule="LGT-030",
        version="1",
        verdict="fail",
        standing="internal",
        severity="minor",
        threshold=0.0,
        unit="count",
        value=1.0,
        margin=-1.0,
        samples=9,
        method="monitor",
        inputs=(Input("readings", "bulb/lamp_failure", str(day)),),
    )
    take_verdicts(connection, SCHOOL, [verdict], day=day, school_day=True, at=FakeClock(TEN_MS).now())


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("索赔截止", "之前", "8,600.00")), ("en", ("claim by", "Before", "8,600.00"))]
)
def test_a_renovation_shows_power_cost_and_what_can_be_claimed(client: Client, language: str, words: tuple[str, ...]) -> None:
    page = client.get(f"/inspect/renovations/{SCHOOL}?lang={language}").text
    assert all(word in page for word in (*words, "648", "324", "-50 %", "2027-05-01", "160", "X-36"))


def test_the_work_list_says_until_when_to_claim(client: Client) -> None:
    assert "claim by 2027-05-01" in client.get(f"/inspect/actions?school={SCHOOL}&lang=en").text


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("没有摄像机", "一小时内无消息")), ("en", ("no camera", "not heard within the hour"))]
)
def test_a_kitchen_shows_the_place_without_a_camera(client: Client, language: str, words: tuple[str, ...]) -> None:
    page = client.get(f"/inspect/kitchens/{SCHOOL}?lang={language}").text
    assert all(word in page for word in (*words, "1 / 2", "washing", "JY-9", "阳光餐饮"))


def test_a_kitchen_shows_what_was_watched_kept_and_how_cold_it_was(client: Client, city: Judged) -> None:
    store = city.view._store
    counters = [(60 * number, 45 * number) for number in range(5)] + [(60, 60)]  # the gateway started anew
    times = [TEN_MS - (51 - 10 * number) * MINUTE_MS for number in range(6)]
    rows = [
        (SCHOOL, "g1", "kcam", at, 1, 5.0, 0, 1.0, float(armed), float(seen), 0)
        for at, (armed, seen) in zip(times, counters, strict=True)
    ]
    assert store.write(CAMERA, rows) == []
    readings = [(SCHOOL, "g1", "fridge", "temperature_c", at, 4.0 if number else 9.5, 0) for number, at in enumerate(times)]
    assert store.write(READING, [*readings, (SCHOOL, "g1", "kcam", "recording_age_d", times[0], 33.2, 0)]) == []
    page = client.get(f"/inspect/kitchens/{SCHOOL}?lang=en").text
    assert all(word in page for word in ("on line", "watched 80.0 %", "kept 33", "4.0", "9.5", "83.3 %"))
