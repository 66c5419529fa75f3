"""The page as people meet it: in Chromium, alive, in both languages, wide and narrow."""

import asyncio
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from console.app import create_app
from console.clips import ClipDesk
from console.port import claim_port
from console.serve import serve
from lamplighter.contract.measurements import READING
from lamplighter.runtime.clock import SystemClock
from tests.console import seed
from tests.servers.processes import wait_for

pytestmark = pytest.mark.browser

CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
LIVE = '#live[data-state="live"]'
EVERY_PICTURE = "[...document.images].every((image) => image.complete && image.naturalWidth)"


class Server:
    """A console in a thread of its own, to be killed and started again on the same port."""

    def __init__(self, school: seed.Seeded, *, clips: ClipDesk | None = None) -> None:
        self._school = school
        self._clips = clips
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Serve on the port it had before."""
        sock = claim_port("127.0.0.1", self._port)
        self._port = sock.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        app = create_app(self._school.view(), poll_s=0.05, refresh_s=0.3, clips=self._clips)
        self._task = self._loop.create_task(serve(app, sock))
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self._loop.run_until_complete(asyncio.gather(self._task, return_exceptions=True))
        self._loop.close()

    def stop(self) -> None:
        """End it and wait."""
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(timeout=15)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


@pytest.fixture
def living(tmp_path: Path) -> Iterator[seed.Seeded]:
    seeded = seed.seed(tmp_path, SystemClock())
    yield seeded
    seeded.close()


@pytest.fixture
def server(living: seed.Seeded) -> Iterator[Server]:
    started = Server(living)
    yield started
    started.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield context.new_page()
    context.close()


def test_the_page_comes_alive_without_an_error_and_asks_nobody_else(page: Page, server: Server) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url)
    page.wait_for_selector(LIVE)
    wait_for(lambda: bool(page.evaluate(EVERY_PICTURE)), "every picture is loaded")
    assert complaints == []
    assert len(asked) > 5
    assert all(url.startswith(f"{server.url}/") for url in asked)


def test_a_condition_appears_and_goes_without_a_reload(page: Page, server: Server, living: seed.Seeded) -> None:
    page.goto(server.url)
    page.wait_for_selector(LIVE)
    page.evaluate("window.untouched = true")
    now_ms = living.clock.now_ms()
    seed.say(living, "intrusion", "cam-yard", active=True, at_ms=now_ms, space="yard", still=seed.draw_still(5, 1))
    alarm = page.locator(f'[id="wrong-intrusion:cam-yard:intrusion-{now_ms}"]')
    expect(alarm).to_contain_text("Sports yard")
    expect(page).to_have_title(re.compile(r"^\(4\)"))
    wait_for(lambda: bool(page.evaluate(EVERY_PICTURE)), "every picture is loaded")
    seed.say(living, "intrusion", "cam-yard", active=False, at_ms=now_ms + 1)
    expect(alarm).to_have_count(0)
    assert page.evaluate("window.untouched")


def test_light_goes_on_changing_while_a_person_reads_a_verdict(page: Page, server: Server, living: seed.Seeded) -> None:
    page.goto(server.url)
    page.wait_for_selector(LIVE)
    page.locator("#room-a102 .chip").click()
    why = page.locator("#why-a102")
    expect(why).to_contain_text("GB/T 50034-2024")
    at_ms = living.clock.now_ms()
    rows = [(*seed.GATEWAY[1:], f"a102-lux{n}", "illuminance_lx", at_ms, 777.0, 0) for n in (1, 2, 3, 4)]
    living.store.write(READING, rows)
    expect(page.locator("#room-a102 .light b")).to_have_text("777")
    expect(why).to_be_visible()


def test_what_a_person_opened_stays_open(page: Page, server: Server, living: seed.Seeded) -> None:
    page.goto(server.url)
    page.wait_for_selector(LIVE)
    page.locator("#quarantine summary").first.click()
    opened = page.locator("#quarantine details[open] .topic")
    expect(opened).to_be_visible()
    seed.refuse(living.sql, "a newer refusal", b"{}", at_ms=living.clock.now_ms())
    expect(page.locator("#quarantine .refusal").first).to_contain_text("a newer refusal")
    expect(opened).to_be_visible()


def test_a_lost_server_is_said_plainly_and_its_return_mends_the_page(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.wait_for_selector(LIVE)
    server.stop()
    try:
        expect(page.locator("#lost")).to_be_visible(timeout=15_000)
        expect(page.locator("#lost")).to_contain_text(re.compile(r"No live data since \d\d:\d\d:\d\d"))
    finally:
        server.start()
    page.wait_for_selector(LIVE, timeout=15_000)
    expect(page.locator("#lost")).to_be_hidden()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_never_scrolls_sideways(browser: Browser, server: Server, language: str, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        color_scheme=scheme,  # type: ignore[arg-type]
        has_touch=True,
    )
    page = context.new_page()
    page.goto(f"{server.url}/?lang={language}")
    page.wait_for_selector(LIVE)
    page.locator("#room-b203 .chip").tap()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


def test_the_language_switch_stays_switched(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.goto(server.url)
    expect(page.locator("#mood h2")).to_contain_text("现有")


def test_without_scripts_the_page_still_shows_everything(browser: Browser, server: Server) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(server.url)
    expect(page.locator("#mood h2")).to_contain_text("wrong now")
    expect(page.locator(".room")).to_have_count(12)
    expect(page.locator("p.lost >> nth=1")).to_be_visible()  # says that the page reloads instead
    context.close()
