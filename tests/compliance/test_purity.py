"""The engine depends on nothing that could answer otherwise tomorrow."""

import subprocess
import sys
from pathlib import Path

import pytest

from compliance.evidence import steady

pytestmark = pytest.mark.unit

ASK = "import compliance.engine, sys; print(*sorted(name for name in sys.modules if name.startswith(('lamplighter.', 'duckdb'))))"
IMPURE = ("lamplighter.storage", "lamplighter.runtime.clock", "lamplighter.runtime.mqtt", "duckdb")


def test_the_engine_knows_no_store_and_no_clock() -> None:
    root = Path(__file__).parents[2]
    loaded = subprocess.run(
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True, cwd=root, timeout=60
    ).stdout.split()
    assert "lamplighter.site.model" in loaded
    assert [name for name in loaded if name.startswith(IMPURE)] == []


def test_sums_in_another_order_are_one_number() -> None:
    assert 0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1
    assert steady(0.1 + 0.2 + 0.3) == steady(0.3 + 0.2 + 0.1) == 0.6
