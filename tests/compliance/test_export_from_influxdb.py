"""An auditor's re-doing of verdicts that a production store was asked for."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from compliance.closed_days import ClosedDays
from compliance.evidence import midnight_ms
from compliance.files.export import Running, export_folder
from compliance.files.folder import read_folder
from compliance.files.score import Days, line_of, score_folder
from compliance.packs import load_packs
from compliance.scores import Scores
from lamplighter.contract.measurements import READING, RowTuple
from lamplighter.runtime.clock import FakeClock
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings

pytestmark = pytest.mark.services

BEIJING = ZoneInfo("Asia/Shanghai")
FRIDAY = date(2026, 11, 20)


def site_of(room: Any) -> Site:
    label = {"zh": "某", "en": "some"}
    data = {
        "district": "d1",
        "school": "s1",
        "label": label,
        "spaces": [{"id": name, "building": "a", "label": label} for name in ("a101", "a102")],
        "devices": [
            {"id": "lux1", "gateway": "g1", "space": "a101", "kind": "light_sensor"},
            {"id": "lamp1", "gateway": "g1", "space": "a101", "kind": "luminaire"},
            {"id": "air1", "gateway": "g1", "space": "a101", "kind": "air_sensor"},
        ],
        "calibrations": [{"device": "lux1", "factor": 1.37, "at": date(2026, 9, 10)}],
        "surveys": [room.survey(space="a102").model_dump()],
    }
    return Site.model_validate(data)


def rows(start_ms: int) -> list[RowTuple]:
    """A day of uneven values, so that sums in another order end in other bits."""
    found: list[RowTuple] = []
    for number in range(24 * 60):
        at = start_ms + number * 60_000
        found.append(("s1", "g1", "lux1", "illuminance_lx", at, 150 + (number * 7919 % 1000) / 13, 0))
        found.append(("s1", "g1", "lamp1", "dimming_level_pct", at, 100.0, 0))
        found.append(("s1", "g1", "lamp1", "active_power_w", at, 480.0, 0))
        found.append(("s1", "g1", "air1", "co2_ppm", at, 700 + (number * 104729 % 3000) / 7, 0))
    return found


def test_score_on_an_export_of_influxdb_gives_the_stored_verdicts_byte_for_byte(
    influxdb: InfluxDbSettings, room: Any, tmp_path: Path
) -> None:
    site, rules, store = site_of(room), load_packs(), InfluxDbStore(influxdb)
    assert store.write(READING, rows(midnight_ms(FRIDAY, BEIJING))) == []
    noon = datetime.combine(FRIDAY + timedelta(days=1), time(12), BEIJING)
    ClosedDays(site, rules, Scores(store), FakeClock(round(noon.timestamp() * 1000))).refresh([FRIDAY])
    export_folder(tmp_path / "out", Running([site], rules, store), (FRIDAY, FRIDAY))
    store.close()
    scored = "".join(line_of(row) + "\n" for row in score_folder(read_folder(tmp_path / "out"), rules, Days(FRIDAY, FRIDAY)))
    assert scored == (tmp_path / "out" / "verdicts.jsonl").read_text("utf-8")
    assert all(word in scored for word in ('"indicative_low"', '"pass"', '"AIR-002", "version": "1", "verdict": "pass"'))
