"""The page /zones as people use it: a zone drawn by mouse and by keyboard, tried, and taken away as a file."""

import asyncio
import re
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from console.app import create_app
from console.port import claim_port
from console.serve import serve
from edge.settings import GatewaySettings
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.settings import check_settings
from tests.console import seed
from tests.console.gateway import CAMERA, GatewayBeside
from tests.console.test_browser_console import CHROMIUM

pytestmark = pytest.mark.browser

ADDRESS = f"/zones?gateway={seed.GATEWAY.gateway}&camera={CAMERA}"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, GatewayBeside]]:
    folder = tmp_path_factory.mktemp("zones")
    (folder / "gateway").mkdir()
    school = seed.seed(folder, SystemClock())
    sock = claim_port("127.0.0.1", 0)
    with GatewayBeside(folder / "gateway", school) as gateway:
        loop = asyncio.new_event_loop()
        task = loop.create_task(serve(create_app(school.view(), requests=gateway.requests), sock))
        thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.gather(task, return_exceptions=True)))
        thread.start()
        yield f"http://127.0.0.1:{sock.getsockname()[1]}", gateway
        loop.call_soon_threadsafe(task.cancel)
        thread.join(15)
        loop.close()
    school.close()


@pytest.fixture
def page(browser: Browser, beside: tuple[str, GatewayBeside]) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="en-GB", base_url=beside[0])
    yield context.new_page()
    context.close()


def with_snapshot(page: Page, address: str = ADDRESS) -> None:
    """Open the page and wait for the snapshot with what is in force."""
    page.goto(address)
    page.locator("#snapshot").click()
    expect(page.locator("#board image")).to_have_attribute("href", re.compile(r"/stills/[0-9a-f]{64}\.jpg"), timeout=20_000)


def tap(page: Page, x: float, y: float) -> None:
    """Click on the board, in shares of the picture."""
    box = page.locator("#board").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])


def add(page: Page, kind: str) -> None:
    page.locator("#add").select_option(kind)
    page.locator("#draw").click()


def test_a_drawn_zone_is_tried_and_taken_away_as_a_file_the_gateway_would_start_with(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with_snapshot(page)
    add(page, "loitering")
    for x, y in ((0.2, 0.5), (0.8, 0.5), (0.8, 0.98), (0.2, 0.98), (0.2, 0.5)):
        tap(page, x, y)
    page.locator("[name=dwell_s]").fill("3")
    page.locator("#try").click()
    outcome = page.locator("#trial li", has_text="loitering-1")
    expect(outcome).to_contain_text(re.compile(r"would have been raised \d+×"), timeout=20_000)
    expect(page.locator("#trial li", has_text="yard")).to_contain_text("would have been raised")
    expect(page.locator(".diff")).to_contain_text("+dwell_s = 3.0")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the whole settings file").click()
    read = tomllib.loads(Path(download.value.path()).read_text("utf-8"))
    assert [rule.kind for rule in check_settings(read, GatewaySettings, where="download").rules] == ["intrusion", "loitering"]
    assert read["rules"][1]["zone"][0] == pytest.approx([0.2, 0.5], abs=0.01)
    expect(page.locator("#requests tbody tr").first).to_contain_text("dry run")
    assert complaints == []


def test_a_zone_that_crosses_itself_is_said_to_beside_its_name(page: Page) -> None:
    with_snapshot(page, f"{ADDRESS}&lang=zh")
    add(page, "intrusion")
    for x, y in ((0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)):
        tap(page, x, y)
    page.locator("#finish").click()
    page.locator("#try").click()
    expect(page.locator("#shapes .is-wrong")).to_contain_text("边线自相交叉", timeout=20_000)
    expect(page.locator(".problems")).to_contain_text("intrusion-1")
    expect(page.locator(".diff")).to_have_count(0)


def test_everything_can_be_drawn_and_undone_by_keyboard_alone(page: Page) -> None:
    with_snapshot(page)
    page.locator("#add").select_option("privacy_masks")
    page.locator("#draw").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    corner = page.locator("#board .corner").first
    expect(corner).to_be_focused()
    expect(corner).to_have_attribute("aria-label", re.compile("corner 1: 35 %, 35 %"))
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Insert"):
        page.keyboard.press(key)
    expect(corner).to_have_attribute("aria-label", re.compile("corner 1: 33 %, 34 %"))
    expect(page.locator("#board .corner")).to_have_count(5)
    page.keyboard.press("Delete")
    expect(page.locator("#board .corner")).to_have_count(4)
    for _step in range(6):
        page.keyboard.press("Control+z")
    expect(page.locator("#shapes button")).to_have_count(1)
    page.keyboard.press("Control+y")
    expect(page.locator("#shapes button")).to_have_count(2)
    page.locator("#delete").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#shapes button")).to_have_count(1)


def test_a_corner_is_dragged_with_a_finger_or_a_mouse(page: Page) -> None:
    with_snapshot(page)
    add(page, "line_crossing")
    tap(page, 0.3, 0.4)
    tap(page, 0.3, 0.9)
    expect(page.locator("#board .side")).to_have_text(["left", "right"])
    box = page.locator("#board").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.4 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.2 * box["height"], steps=4)
    page.mouse.up()
    expect(page.locator("#board .corner").first).to_have_attribute("aria-label", re.compile(r"corner 1: 60 %, 20 %"))
    page.locator("#undo").click()
    expect(page.locator("#board .corner").first).to_have_attribute("aria-label", re.compile(r"corner 1: 30 %, 40 %"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_phone_never_scrolls_sideways_on_the_zones_page(
    browser: Browser, beside: tuple[str, GatewayBeside], language: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, base_url=beside[0])
    page = context.new_page()
    with_snapshot(page, f"{ADDRESS}&lang={language}")
    page.locator("#try").tap()
    expect(page.locator("#trial .outcomes")).to_be_visible(timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    corner = page.locator("#board .corner .touch").first.bounding_box()
    assert corner is not None
    assert min(corner["width"], corner["height"]) >= 40, "a finger finds it"
    context.close()
