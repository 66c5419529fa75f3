"""The completeness page says of each start what became of its messages, and calls nothing complete that may not be."""

from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from console.app import create_app
from console.completeness import TEXTS
from lamplighter.storage.sql.engine import transaction
from lamplighter.storage.sql.received import Start, record_all
from lamplighter.storage.sql.tables import GATEWAYS, LANES
from tests.console import seed
from tests.console.client import Client

pytestmark = pytest.mark.unit


@pytest.fixture
def client(quiet_school: seed.Seeded) -> Iterator[Client]:
    with Client(create_app(quiet_school.view())) as opened:
        yield opened


def add(school: seed.Seeded, start: Start, *, stored: range, low: int) -> None:
    numbers = {"low": low, "high": max(stored), "stored": len(stored), "rejected": 0, "duplicates": 0, "last_at_ms": 1}
    with transaction(school.sql) as connection:
        connection.execute(insert(LANES).values(**start.key("readings"), **numbers))
        record_all(connection, "readings", {start: stored})


def test_a_gap_is_shown_with_its_numbers(client: Client, quiet_school: seed.Seeded) -> None:
    add(quiet_school, Start(seed.GATEWAY, 7, "b7"), stored=range(4, 10), low=4)
    page = client.get("/completeness?lang=en").text
    assert TEXTS["incomplete"].en in page
    assert "1–3" in page


def test_a_replaced_outbox_is_not_called_complete(client: Client, quiet_school: seed.Seeded) -> None:
    add(quiet_school, Start(seed.GATEWAY, 7, "old"), stored=range(1, 10), low=1)
    with transaction(quiet_school.sql) as connection:
        connection.execute(GATEWAYS.delete())
        row = {"boot": 8, "boot_id": "new", "state": "online", "state_at_ms": 1}
        connection.execute(insert(GATEWAYS).values(**seed.GATEWAY._asdict(), **row))
    page = client.get("/completeness?lang=zh").text
    assert TEXTS["unknown"].zh in page
    assert f">{TEXTS['complete'].zh}" not in page


def test_a_school_without_messages_says_so(client: Client) -> None:
    assert TEXTS["nothing"].en in client.get("/completeness?lang=en").text


def test_both_languages_say_the_same_things() -> None:
    assert all(word.zh.strip() and word.en.strip() for word in TEXTS.values())
