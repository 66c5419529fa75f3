"""Clips on the console: nobody sees one before the register says who, for whom and why; then it is fetched and plays."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select, update

from console.app import create_app
from console.clips import PASS_S, ClipDesk
from edge.evidence.film import render
from ingest.clips import Pieces, note_clips
from lamplighter.contract.records import ClipNote, Condition, Still
from lamplighter.runtime.clock import FakeClock
from lamplighter.storage.clip_files import ClipFiles
from lamplighter.storage.sql.engine import transaction
from lamplighter.storage.sql.tables import CLIP_FILES, CONDITIONS, RETRIEVALS
from tests.console import seed
from tests.console.client import Client
from tests.console.test_browser_console import Server
from tests.edge.evidence.filming import cut, yard_on_tape
from tests.servers.processes import wait_for

pytestmark = pytest.mark.unit
FILM = b"a film"
SHA256 = hashlib.sha256(FILM).hexdigest()
WHO = {"who": "Wang Li", "unit": "No. 1", "why": "somebody in the yard"}


class Office:
    """The seeded school, one of whose conditions has a clip on the gateway."""

    def __init__(self, school: seed.Seeded, folder: Path, film: bytes = FILM) -> None:
        self.school = school
        self.film = film
        self.sha256 = hashlib.sha256(film).hexdigest()
        self.files = ClipFiles(folder / "clips")
        self.desk = ClipDesk(school.sql, self.files, school.clock)
        with transaction(school.sql) as connection:
            chosen = select(CONDITIONS).where(CONDITIONS.c.kind == "intrusion", CONDITIONS.c.active)
            row = connection.execute(chosen.limit(1)).one()
            self.raised_ms = row.since_ms
            note = ClipNote(
                sha256=self.sha256, bytes=len(film), raised_ms=row.since_ms, begin_ms=row.since_ms, end_ms=row.since_ms + 20_000
            )
            note_clips(connection, seed.GATEWAY, self._condition(row, note))
        self.camera = row.source

    def _condition(self, row: Any, note: ClipNote) -> Condition:
        names = ("id", "kind", "name", "source", "active", "at_ms", "since_ms")
        return Condition(**{name: getattr(row, name) for name in names}, clips=[note])

    def arrive(self, parts: int = 2, upto: int | None = None) -> None:
        """Pieces come in, as at ingest."""
        pieces, step = Pieces(self.files), -(-len(self.film) // parts)
        for part in range(parts if upto is None else upto):
            data = self.film[part * step : (part + 1) * step]
            body = Still(
                sha256=self.sha256, condition="", camera="c", at_ms=0, data=data, media="video/mp4", part=part, parts=parts
            )
            assert pieces.take(seed.GATEWAY, body) is None
        with transaction(self.school.sql) as connection:
            pieces.note(connection, self.school.clock.now_ms())

    def register(self) -> list[tuple[Any, ...]]:
        """What, who, unit, why and client of every retrieval."""
        columns = RETRIEVALS.c
        with self.school.sql.connect() as connection:
            rows = connection.execute(select(columns.what, columns.who, columns.unit, columns.why, columns.client, columns.sha256))
            return [tuple(row) for row in rows]

    def state(self) -> str | None:
        """How far the clip has come."""
        with self.school.sql.connect() as connection:
            found: str | None = connection.execute(select(CLIP_FILES.c.state)).scalar_one_or_none()
            return found


@pytest.fixture
def office(school: seed.Seeded, tmp_path: Path) -> Office:
    return Office(school, tmp_path)


@pytest.fixture
def client(office: Office) -> Iterator[Client]:
    with Client(create_app(office.school.view(), clips=office.desk)) as opened:
        yield opened


def test_the_page_of_the_school_leads_to_the_clip(client: Client) -> None:
    for path in ("/?lang=en", "/?lang=zh"):
        assert f'href="/clips/{SHA256}"' in client.get(path).text
    assert "调取" in client.get("/?lang=zh").text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_clips_own_page_asks_who_for_whom_and_why(client: Client, lang: str) -> None:
    client.get(f"/?lang={lang}")
    page = client.get(f"/clips/{SHA256}").text
    assert all(f'name="{name}"' in page for name in WHO)
    assert {"zh": "登记", "en": "registered"}[lang] in page
    assert "<video" not in page


def test_asking_is_registered_and_asks_the_gateway_once(client: Client, office: Office) -> None:
    assert office.state() is None
    for _turn in range(2):
        assert client.post(f"/clips/{SHA256}", WHO).status_code == 303
    assert office.state() == "asked"
    assert office.register() == [("fetch", *WHO.values(), "192.0.2.7", SHA256)] * 2
    assert 'http-equiv="refresh"' in client.get(f"/clips/{SHA256}").text


@pytest.mark.parametrize("given", [{**WHO, "why": "  "}, {"who": "x"}, {}, {**WHO, "why": "x" * 501}, {**WHO, "why": "y" * 9000}])
def test_without_all_three_nothing_is_fetched_or_registered(client: Client, office: Office, given: dict[str, str]) -> None:
    answer = client.post(f"/clips/{SHA256}", given)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert (office.state(), office.register()) == (None, [])


def test_how_far_it_has_come_is_shown_and_then_the_film(client: Client, office: Office) -> None:
    client.get("/?lang=en")
    client.post(f"/clips/{SHA256}", WHO)
    office.arrive(upto=1)
    assert "1 of 2 pieces" in client.get(f"/clips/{SHA256}").text
    office.arrive()
    assert "<video" in client.get(f"/clips/{SHA256}").text
    film = client.get(f"/clips/{SHA256}/film.mp4")
    assert (film.status_code, film.headers["content-type"], film.content) == (200, "video/mp4", FILM)
    part = client.get(f"/clips/{SHA256}/film.mp4", headers={"range": "bytes=2-3"})
    assert (part.status_code, part.content) == (206, FILM[2:4])


def test_nobody_watches_who_is_not_registered_for_that_clip(client: Client, office: Office) -> None:
    office.arrive()
    assert client.get(f"/clips/{SHA256}/film.mp4").status_code == 403
    assert "<video" not in client.get(f"/clips/{SHA256}").text
    assert not office.desk.may_watch(SHA256, "guessed")
    assert not office.desk.may_watch(SHA256, None)


def test_watching_what_is_here_is_registered_too_and_lasts_an_hour(client: Client, office: Office, clock: FakeClock) -> None:
    office.arrive()
    client.post(f"/clips/{SHA256}", WHO)
    assert [row[0] for row in office.register()] == ["watch"]
    assert client.get(f"/clips/{SHA256}/film.mp4").status_code == 200
    clock.advance(PASS_S + 1)
    assert client.get(f"/clips/{SHA256}/film.mp4").status_code == 403


def test_a_clip_that_is_gone_is_said_so_with_the_reason_and_can_be_asked_for_again(client: Client, office: Office) -> None:
    client.post(f"/clips/{SHA256}", WHO)
    with transaction(office.school.sql) as connection:
        connection.execute(update(CLIP_FILES).values(state="gone", reason="its days are over"))
    assert "its days are over" in client.get(f"/clips/{SHA256}").text
    client.post(f"/clips/{SHA256}", WHO)
    assert office.state() == "asked"


def test_a_form_of_another_site_is_refused(client: Client, office: Office) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}):
        assert client.post(f"/clips/{SHA256}", WHO, headers=headers).status_code == 403
    assert office.register() == []
    ours = {"origin": "http://console.test"}
    assert client.post(f"/clips/{SHA256}", WHO, headers=ours).status_code == 303


def test_what_is_no_clip_is_not_found(client: Client) -> None:
    assert client.get(f"/clips/{'f' * 64}").status_code == 404
    assert client.post(f"/clips/{'f' * 64}", WHO).status_code == 404
    assert client.get("/clips/x").status_code == 422


def test_words_of_people_are_shown_as_words(client: Client, office: Office) -> None:
    with transaction(office.school.sql) as connection:
        connection.execute(update(CONDITIONS).values(name="<b>"))
    client.post(f"/clips/{SHA256}", WHO)
    with transaction(office.school.sql) as connection:
        connection.execute(update(CLIP_FILES).values(state="gone", reason="<script>x</script>"))
    assert "<script>x" not in client.get(f"/clips/{SHA256}").text


@pytest.fixture
def chromium_page(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


@pytest.mark.browser
def test_a_person_fetches_a_clip_and_watches_it(school: seed.Seeded, tmp_path: Path, chromium_page: Browser) -> None:
    tape, _stills = yard_on_tape(12.0)
    film = render(cut(tape, 10.0, before_s=1.5, after_s=1.5), most_fps=10).film
    office = Office(school, tmp_path, film)
    server = Server(school, clips=office.desk)
    page = chromium_page.new_page(locale="en-GB")
    page.goto(server.url)
    href = page.get_attribute("a.clip-link", "href")
    page.goto(f"{server.url}{href}")
    for name, value in WHO.items():
        page.fill(f"[name={name}]", value)
    page.click("button")
    page.wait_for_selector("progress")
    office.arrive(parts=3)
    page.wait_for_selector("video")

    def played() -> bool:
        return bool(page.evaluate("document.querySelector('video').currentTime > 0.5"))

    wait_for(played, "the film plays")
    size = page.evaluate("[document.querySelector('video').videoWidth, document.querySelector('video').videoHeight]")
    server.stop()
    assert size == [640, 360]
    assert office.register() == [("fetch", *WHO.values(), "127.0.0.1", office.sha256)]
