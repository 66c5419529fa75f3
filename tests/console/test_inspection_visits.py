"""A visit through the console: by plain forms, and by a script that sends twice."""

import re
from collections.abc import Iterator

import pytest

from compliance.history.book import entries
from console.app import create_app
from console.inspection.words import TEXTS
from lamplighter.contract.measurements import ROOM_LIGHT_DAY
from lamplighter.storage.sql.engine import transaction
from tests.console import seed
from tests.console.client import Client
from tests.console.conftest import TEN_MS

pytestmark = pytest.mark.unit

SCHOOL = "no1"
VISITS = f"/inspect/visits/{SCHOOL}"
SCRIPT = {"accept": "application/json"}
READING = {"kind": "reading", "space": "a101", "lx": "287.5", "meter_serial": "M7", "meter_calibrated_until": "2027-03-01"}


@pytest.fixture
def client(quiet_school: seed.Seeded) -> Iterator[Client]:
    with Client(create_app(quiet_school.view())) as opened:
        yield opened


def begin(client: Client, **more: str) -> str:
    answer = client.post(VISITS, data={"key": "v1", "count": "4", "seed": "42", "who": "督查员", **more})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_a_visit_opens_with_its_seed_and_rooms(client: Client) -> None:
    page = client.get(begin(client)).text
    assert "<code>42</code>" in page
    assert f"4/12 {TEXTS['rooms_drawn'].en}" in client.get(f"{VISITS}/v1?lang=en").text
    assert begin(client, seed="43") == f"{VISITS}/v1"
    assert "<code>42</code>" in client.get(VISITS).text


def test_a_seed_is_made_where_none_is_given(client: Client) -> None:
    client.get(begin(client, seed=""))
    assert re.search(r"<code>[0-9a-f]{16}</code>", client.get(VISITS).text)


def test_the_same_entry_from_a_telephone_twice_is_one(client: Client) -> None:
    visit = begin(client)
    sent = READING | {"key": "k1", "at_ms": str(TEN_MS - 60_000), "who": "督查员"}
    first, again = (client.post(visit, data=sent, headers=SCRIPT).json() for _ in range(2))
    assert (first, again) == ({"kept": "k1", "fresh": True}, {"kept": "k1", "fresh": False})
    assert client.get(visit).text.count("287.5 lx") == 1


def test_a_browser_without_scripts_gets_the_page_back(client: Client) -> None:
    visit = begin(client)
    answer = client.post(visit, data={"kind": "objection", "key": "o1", "text": "窗帘未拉", "who": "校长"})
    assert (answer.status_code, answer.headers["location"]) == (303, visit)
    assert "窗帘未拉" in client.get(visit).text


def test_signatures_take_the_forms_away(client: Client) -> None:
    visit = begin(client)
    for role in ("inspector", "school"):
        assert 'value="objection"' in client.get(visit).text
        client.post(visit, data={"kind": "signed", "key": role, "role": role, "who": "x"})
    page = client.get(visit).text
    assert 'value="reading"' not in page
    assert 'value="objection"' not in page


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"kind": "nonsense", "key": "k"}, "kind = 'nonsense'"),
        ({"kind": "opened", "key": "k", "seed": "1", "count": "1"}, "a visit is opened once"),
        (READING | {"key": ""}, "key: is empty"),
        (READING | {"key": "k", "at_ms": "noon"}, "at_ms = 'noon'"),
        (READING | {"key": "k", "lx": "lots"}, "lx"),
        (READING | {"key": "k", "who": ""}, "who: is empty"),
    ],
)
def test_what_cannot_be_is_told_and_the_telephone_keeps_it(client: Client, sent: dict[str, str], told: str) -> None:
    answer = client.post(begin(client), data={"who": "督查员", **sent}, headers=SCRIPT)
    assert answer.status_code == 422
    assert told in " ".join(answer.json()["problems"])


def test_a_visit_that_is_not_there_is_said(client: Client) -> None:
    assert client.get(f"{VISITS}/nowhere").status_code == 404
    assert client.post(VISITS, data={"key": "v", "count": "0", "who": "x"}).status_code == 422


def light_of(quiet_school: seed.Seeded, lx: float, *, hours_ago: int) -> None:
    """What the sensors of a room estimated on a day."""
    at_ms = TEN_MS - hours_ago * 3_600_000
    row = (SCHOOL, "a101", at_ms, lx, 20.0, 4, None, 0, None, None, None, None, 8.0, 0.0, 3.0, 100.0, None)
    quiet_school.store.write(ROOM_LIGHT_DAY, [row])


def test_readings_stand_beside_the_sensors_and_are_kept_as_the_inspector_signed(client: Client, quiet_school: seed.Seeded) -> None:
    visit = begin(client)
    light_of(quiet_school, 340.0, hours_ago=30)
    for n in range(9):
        place = {"x_m": str(1 + n % 3), "y_m": str(1 + n // 3), "lamps_off_lx": "10", "lx": "300", "uncertainty_pct": "3"}
        client.post(visit, data=READING | {"key": f"r{n}", "who": "督查员"} | place)
    page = client.get(f"{visit}?lang=en").text
    for shown in ("290.0 lx", "340.0 lx", "-50.0 lx", TEXTS["exceeds"].en):
        assert shown in page
    client.post(visit, data={"kind": "signed", "key": "s", "role": "inspector", "who": "督查员"})
    light_of(quiet_school, 295.0, hours_ago=6)
    later = client.get(f"{visit}?lang=zh").text
    assert "-50.0 lx" in later
    assert TEXTS["exceeds"].zh in later
    assert TEXTS["basis_average"].zh in later
    assert "295.0 lx" not in later
    with transaction(quiet_school.sql) as connection:
        assert [one.kind for one in entries(connection, SCHOOL)][-2:] == ["visit", "visit"]


def test_a_comparison_is_the_programs_own_word(client: Client) -> None:
    answer = client.post(begin(client), data={"kind": "compared", "key": "k", "who": "x"}, headers=SCRIPT)
    assert answer.status_code == 422
