"""The HTTP face: pages, API, stills, refusals."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import create_engine
from structlog.testing import capture_logs

from console.app import create_app
from console.facts import Overview
from console.settings import ConsoleSettings
from console.view import View
from tests.console import seed
from tests.console.client import Client

pytestmark = pytest.mark.unit


@pytest.fixture
def client(school: seed.Seeded) -> Iterator[Client]:
    with Client(create_app(school.view())) as opened:
        yield opened


def still_of(client: Client) -> str:
    overview: Overview = msgspec.json.decode(client.get("/api/overview").content, type=Overview)
    return overview.wrong[0].still


def test_the_api_gives_the_overview_as_its_own_record(client: Client, school: seed.Seeded) -> None:
    answer = client.get("/api/overview")
    assert msgspec.json.decode(answer.content, type=Overview) == school.view().overview("no1")


def test_a_still_is_given_by_its_name_and_every_look_is_logged(client: Client, school: seed.Seeded) -> None:
    name = still_of(client)
    with capture_logs() as logged:
        answer = client.get(f"/stills/{name}.jpg")
    file = school.stills.get(name)
    assert file is not None
    assert answer.content == file.read_bytes()
    assert answer.headers["cache-control"] == "no-store"
    assert [(row["event"], row["sha256"], row["client"]) for row in logged] == [("still_viewed", name, "192.0.2.7")]


@pytest.mark.parametrize(
    "name",
    [
        "../state.sqlite",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd",
        "a" * 63,
        "A" * 64,
        "g" * 64,
        f"{'a' * 64}%00",
        f"{'a' * 64}%0a",
        f"..%5c{'a' * 64}",
        "a" * 64,
    ],
)
def test_a_still_name_that_is_no_sha256_or_not_here_is_refused(client: Client, name: str) -> None:
    with capture_logs() as logged:
        answer = client.get(f"/stills/{name}.jpg")
    assert answer.status_code == 404
    assert not [row for row in logged if row["event"] == "still_viewed"]


@pytest.mark.parametrize("path", ["/static/..%2fapp.py", "/static/../app.py", "/static/%2e%2e/words.py"])
def test_nothing_outside_the_static_folder_is_served(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/content", "/api/overview", "/static/console.js", "/healthz", "/stills/x.jpg", "/nothing"])
def test_every_answer_carries_the_security_policy(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'self'; ")
    assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in headers["content-security-policy"]


def test_a_language_once_chosen_is_remembered(client: Client) -> None:
    assert 'lang="en"' in client.get("/").text
    assert 'lang="zh-CN"' in client.get("/?lang=zh").text
    assert '<html lang="zh-CN">' in client.get("/").text


@pytest.mark.parametrize(
    ("accepted", "first", "spoken"),
    [("zh-CN,zh;q=0.9", "auto", "zh-CN"), ("en-GB", "auto", "en"), ("", "auto", "en"), ("en", "zh", "zh-CN"), ("zh", "en", "en")],
)
def test_the_first_language_is_the_settings_or_else_the_browsers(
    school: seed.Seeded, accepted: str, first: str, spoken: str
) -> None:
    with Client(create_app(school.view(), language=first)) as client:  # type: ignore[arg-type]
        assert f'<html lang="{spoken}">' in client.get("/", headers={"accept-language": accepted}).text


def test_a_language_we_do_not_speak_is_neither_shown_nor_kept(client: Client) -> None:
    answer = client.get("/?lang=xx")
    assert answer.status_code == 200
    assert not answer.cookies


def test_a_school_that_is_not_ours_is_not_found(client: Client) -> None:
    assert client.get("/?school=no2").status_code == 404
    assert client.get("/api/overview?school=no2").json() == {"error": "there is no school 'no2' here"}
    assert client.get("/api/events?school=no2").status_code == 404


def test_a_host_name_that_is_not_ours_is_refused(school: seed.Seeded) -> None:
    with Client(create_app(school.view(), hosts=ConsoleSettings().hosts())) as client:
        assert client.get("/", headers={"host": "evil.example"}).status_code == 421
        for host in ("127.0.0.1:8321", "localhost", "LOCALHOST:1", "[::1]:8321"):
            assert client.get("/healthz", headers={"host": host}).status_code == 200


def test_a_console_open_to_the_network_answers_to_any_name_unless_told() -> None:
    assert ConsoleSettings(host="0.0.0.0").hosts() == ()  # noqa: S104 - the setting under test
    assert ConsoleSettings(host="0.0.0.0", allowed_hosts=("school.example",)).hosts() == ("school.example",)  # noqa: S104


def test_a_database_that_is_away_is_said_in_words_and_asked_again(school: seed.Seeded, tmp_path: Path) -> None:
    away = create_engine(f"sqlite:///{tmp_path}/no/such/folder.sqlite")
    with Client(create_app(View(school.store, away, [school.site], rules={}, stills=None, clock=school.clock))) as client:
        page = client.get("/?lang=en")
        assert "The database does not answer" in page.text
        assert 'http-equiv="refresh"' in page.text
        for path in ("/", "/content", "/api/overview", "/healthz"):
            assert client.get(path).status_code == 503
        assert "unable to open database file" in client.get("/api/overview").json()["error"]
