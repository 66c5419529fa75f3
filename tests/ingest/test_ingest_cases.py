"""Folder cases: one message as it came, and what becomes of it. A bug report becomes a folder.

`topic.txt`, `payload.json` (or `payload.bin`), and `expected.json`: `whole` is part of the reason for which the message is
quarantined, `sequence` its boot, boot_id and seq as far as they could be read; or `stored` counts its rows and `rejected` holds
parts of the reasons for which readings are quarantined one by one.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.readings import ReadingRows, SeriesBook
from ingest.roster import Roster
from ingest.rows import Decoded, decode
from lamplighter.contract.records import Rejected
from lamplighter.runtime.settings import load_settings
from lamplighter.site.model import Site

pytestmark = pytest.mark.unit

FOLDER = Path(__file__).parents[1] / "cases" / "ingest"
CASES = sorted(path for path in FOLDER.iterdir() if path.is_dir())
NOW_MS = 1_780_021_800_000
"""Friday 2026-05-29, 10:30 in Beijing."""


@pytest.fixture(scope="module")
def roster() -> Roster:
    return Roster([load_settings(FOLDER / "site.toml", Site)])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_message_is_stored_or_quarantined_as_the_case_says(case: Path, roster: Roster) -> None:
    topic = (case / "topic.txt").read_text("utf-8").strip()
    (payload,) = (path.read_bytes() for path in case.glob("payload.*"))
    expected: dict[str, Any] = json.loads((case / "expected.json").read_text("utf-8"))
    decoded = decode(topic, payload, roster)
    if isinstance(decoded, Rejected):
        assert expected.get("whole", "nothing is wrong") in decoded.reason
        assert _sequence_of(decoded) == expected["sequence"]
        assert (decoded.topic, decoded.payload, decoded.whole) == (topic, payload, True)
    else:
        _check_readings(decoded, topic, roster, expected)


def _check_readings(decoded: Decoded, topic: str, roster: Roster, expected: dict[str, Any]) -> None:
    assert "whole" not in expected, f"the whole message should be quarantined: {expected['whole']}"
    rows = ReadingRows(SeriesBook(roster))
    rejected = rows.add(decoded, topic, now_ms=NOW_MS)
    assert len(rows.columns()) == expected["stored"]
    assert len(rejected) == len(expected["rejected"])
    for refused, reason in zip(rejected, expected["rejected"], strict=True):
        assert reason in refused.reason
        assert not refused.whole


def _sequence_of(rejected: Rejected) -> list[object] | None:
    return None if rejected.boot is None else [rejected.boot, rejected.boot_id, rejected.seq]
