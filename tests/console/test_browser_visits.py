"""A visit on a telephone without a network, in Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from console.inspection.words import TEXTS
from lamplighter.runtime.clock import SystemClock
from tests.console import seed
from tests.console.test_browser_console import CHROMIUM, Server

pytestmark = pytest.mark.browser

VISITS = "/inspect/visits/no1"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        yield opened
        opened.close()


def test_a_telephone_without_a_network_keeps_entries_and_sends_each_once(browser: Browser, tmp_path: Path) -> None:
    living = seed.empty(tmp_path, SystemClock())
    server = Server(living)
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, locale="en-GB")
    try:
        page = context.new_page()
        page.goto(f"{server.url}{VISITS}?lang=en")
        page.locator("input[name=who]").fill("Inspector Li")
        page.get_by_role("button", name=TEXTS["draw_rooms"].en).tap()
        expect(page.locator("#offline-state")).to_have_attribute("data-ready", "yes", timeout=15_000)
        context.set_offline(True)
        page.reload()
        form = page.locator("form.entry").first
        for name, value in {"lx": "287.5", "meter_serial": "M7", "meter_calibrated_until": "2027-03-01", "who": "Li"}.items():
            form.locator(f"[name={name}]").fill(value)
        form.get_by_role("button").tap()
        form.locator("[name=lx]").fill("291")
        form.get_by_role("button").tap()
        expect(page.locator("#waiting li")).to_have_count(2)
        page.reload()
        expect(page.locator("#waiting li")).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        context.set_offline(False)
        expect(page.locator(".entry-reading")).to_have_count(2, timeout=15_000)
        page.reload()
        expect(page.locator(".entry-reading")).to_have_count(2)
        expect(page.locator("#waiting li")).to_have_count(0)
    finally:
        context.close()
        server.stop()
        living.close()
