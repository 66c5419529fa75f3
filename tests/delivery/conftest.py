"""A centre and a gateway for a test of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.rig import Centre, Gate
from tests.servers.mosquitto import Mosquitto


@pytest.fixture
def centre(own_mosquitto: Mosquitto, tmp_path: Path, unique_name: str) -> Iterator[Centre]:
    found = Centre(tmp_path, own_mosquitto.url, unique_name)
    yield found
    found.stop()
    found.store.close()
    found.sql.dispose()


@pytest.fixture
def gate(own_mosquitto: Mosquitto, tmp_path: Path, unique_name: str) -> Iterator[Gate]:
    found = Gate(tmp_path, own_mosquitto.url, unique_name)
    yield found
    found.stop()
