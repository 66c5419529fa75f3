"""The benchmarks' broker has the limits of the production broker."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.delivery.broker import LIMITS

pytestmark = pytest.mark.unit


def test_the_benchmarks_broker_has_the_limits_that_init_writes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "lamplighter", "init", str(tmp_path / "site")]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True, capture_output=True)
    written = next(tmp_path.rglob("mosquitto.conf")).read_text("utf-8").splitlines()
    assert set(LIMITS.splitlines()) <= set(written)
