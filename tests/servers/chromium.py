"""Debian's Chromium."""

import pytest

from tests.servers.absent import absent, program


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> str:
    """Its path, for Playwright's `executable_path`."""
    path = program("chromium") or program("chromium-browser")
    if path is None:
        absent(request.config, "chromium")
    return path
