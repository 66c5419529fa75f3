"""Folder cases: a site file and readings as they come, and the verdict they must give."""

import csv
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from compliance.daily import DailyVerdicts
from compliance.evidence import midnight_ms
from compliance.files.folder import read_folder
from compliance.files.score import Days, line_of, score_folder
from compliance.packs import load_packs
from compliance.rules import Rule
from compliance.scores import Scores
from lamplighter.contract.measurements import READING, SCHOOL_SCORE_DAY, VERDICT_DAY, RowTuple
from lamplighter.contract.records import QUALITY_CODES
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.settings import load_settings
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore

pytestmark = pytest.mark.unit

CASES = sorted((Path(__file__).parents[1] / "cases" / "compliance").iterdir())


@pytest.fixture
def store() -> Iterator[DuckDbStore]:
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    yield store
    store.close()


def reading_rows(site: Site, file: Path) -> Iterator[RowTuple]:
    """Rows of `reading` from a file of time, device, point, value, quality."""
    if not file.exists():
        return
    gateways = {device.id: device.gateway for device in site.devices}
    with file.open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines):
            at_ms = round(datetime.fromisoformat(line["time"]).timestamp() * 1000)
            value = float(line["value"]) if line["value"] else None
            device = line["device"]
            yield (site.school, gateways[device], device, line["point"], at_ms, value, QUALITY_CODES[line["quality"]])


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_case_gives_its_verdict(case: Path, store: DuckDbStore, desk_rule: Rule) -> None:
    site = load_settings(case / "site.toml", Site)
    expected: dict[str, Any] = json.loads((case / "expected.json").read_text("utf-8"))
    day = date.fromisoformat(expected["day"])
    store.write(READING, list(reading_rows(site, case / "readings.csv")))
    next_noon = datetime.combine(day + timedelta(days=1), time(12), site.zone())
    verdicts = DailyVerdicts(site, (desk_rule,), Scores(store), FakeClock(round(next_noon.timestamp() * 1000)))

    assert verdicts.refresh([day]) == {expected["room"]["verdict"]: 1}

    at_ms = midnight_ms(day, site.zone())
    (room,) = store.select(VERDICT_DAY, where={"school": site.school}, start_ms=at_ms, end_ms=at_ms + 1)
    (school,) = store.select(SCHOOL_SCORE_DAY, where={"school": site.school}, start_ms=at_ms, end_ms=at_ms + 1)
    assert {name: room[name] for name in expected["room"]} == expected["room"]
    assert {name: school[name] for name in expected["school"]} == expected["school"]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_score_on_the_files_of_a_case_gives_the_same_verdict(case: Path) -> None:
    expected: dict[str, Any] = json.loads((case / "expected.json").read_text("utf-8"))
    day = date.fromisoformat(expected["day"])
    rules = tuple(rule for rule in load_packs() if rule.id == "LGT-021")
    (verdict,) = score_folder(read_folder(case), rules, Days(day, day))
    found = json.loads(line_of(verdict))
    assert {name: found[name] for name in expected["room"] if name in found} == {
        name: value for name, value in expected["room"].items() if name in found
    }
    assert verdict.method == expected["room"].get("method", verdict.method)
