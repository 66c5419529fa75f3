"""A school for every test of the console, at ten in the morning by a clock that stands still."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lamplighter.runtime.clock import FakeClock
from tests.console import seed

TEN_MS = 1_795_312_800_000
"""2026-11-22 10:00 in Shanghai."""


@pytest.fixture
def clock() -> FakeClock:
    """Stands at ten."""
    return FakeClock(TEN_MS)


@pytest.fixture
def school(tmp_path: Path, clock: FakeClock) -> Iterator[seed.Seeded]:
    """A working day."""
    seeded = seed.seed(tmp_path, clock)
    yield seeded
    seeded.close()


@pytest.fixture
def quiet_school(tmp_path: Path, clock: FakeClock) -> Iterator[seed.Seeded]:
    """The same school before anything was heard of it."""
    seeded = seed.empty(tmp_path, clock)
    yield seeded
    seeded.close()
