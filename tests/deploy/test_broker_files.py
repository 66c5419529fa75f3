"""The real Mosquitto starts from what `init` writes, and admits nobody without the right password."""

from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from lamplighter.deployment import layout, mosquitto
from tests.servers.absent import absent, program
from tests.servers.processes import Server, free_port

pytestmark = pytest.mark.services


class Centre:
    """A broker started from an initialised folder."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def password(self, user: str) -> str:
        """As the file holds it."""
        return (self.folder / "secrets" / f"mqtt_{user}_password").read_text("utf-8")

    def answer_to(self, user: str | None, password: str | None) -> str:
        """What the broker says to a connection."""
        answers: Queue[str] = Queue()
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{user}")
        if user is not None:
            client.username_pw_set(user, password)

        def answered(*arguments: Any) -> None:
            answers.put(str(arguments[3]))

        client.on_connect = answered
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        try:
            return answers.get(timeout=10)
        finally:
            client.disconnect()
            client.loop_stop()


@pytest.fixture(scope="module")
def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """The configuration is init's own; only the places that a container would mount are those of this machine."""
    path = program("mosquitto", folders="usr/sbin")
    if path is None:
        absent(request.config, "mosquitto")
    folder, port = tmp_path_factory.mktemp("centre"), free_port()
    list(layout.prepare(folder, sites={}, grafana={}))
    (folder / "data").mkdir()
    written = (folder / "mosquitto.conf").read_text("utf-8")
    moved = written.replace("/run/secrets/", f"{folder}/secrets/").replace("/mosquitto/data/", f"{folder}/data/")
    moved = moved.replace("listener 1883", f"listener {port} 127.0.0.1") + "user root\n"
    (folder / "here.conf").write_text(moved, "utf-8")
    server = Server([path, "-c", str(folder / "here.conf")], port, log=folder / "log")
    server.start()
    yield Centre(folder, port)
    server.stop()


@pytest.mark.parametrize("user", mosquitto.USERS)
def test_each_user_is_admitted_with_its_own_password(centre: Centre, user: str) -> None:
    assert centre.answer_to(user, centre.password(user)) == "Success"


def test_a_wrong_password_is_refused(centre: Centre) -> None:
    assert centre.answer_to(mosquitto.INGEST, "wrong") == "Not authorized"
    assert centre.answer_to(mosquitto.INGEST, centre.password(mosquitto.GATEWAY)) == "Not authorized"


def test_nobody_is_admitted_without_a_name(centre: Centre) -> None:
    assert centre.answer_to(None, None) == "Not authorized"


def test_an_unknown_user_is_refused(centre: Centre) -> None:
    assert centre.answer_to("admin", centre.password(mosquitto.INGEST)) == "Not authorized"
