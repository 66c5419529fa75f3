"""What a store is asked when days are judged one after another."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from compliance.evidence import day_span_ms
from compliance.packs import load_packs
from compliance.scoring import SchoolScorer
from lamplighter.contract.measurements import Measurement
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.protocol import Window

pytestmark = pytest.mark.unit

LABEL = {"zh": "某", "en": "some"}
SITE = Site.model_validate(
    {
        "district": "d1",
        "school": "s1",
        "label": LABEL,
        "spaces": [{"id": "a101", "building": "a", "label": LABEL}],
        "devices": [{"id": "lux1", "gateway": "g1", "space": "a101", "kind": "light_sensor"}],
        "cameras": [{"id": "cam1", "gateway": "g1", "space": "a101", "label": LABEL}],
    }
)


class Watched(DuckDbStore):
    """Remembers which points of which local days it was asked for."""

    def __init__(self) -> None:
        super().__init__(DuckDbSettings(path=Path(":memory:")))
        self.asked: Counter[tuple[str, date]] = Counter()
        self.queries = 0

    def windows(self, measurement: Measurement, field: str, **span: Any) -> list[Window]:
        """As the store's, noted down."""
        self.queries += 1
        points = span["where"].get("point", measurement.name)
        for back in range(60):
            day = date(2026, 11, 30) - timedelta(days=back)
            start_ms, end_ms = day_span_ms(day, SITE.zone())
            if span["start_ms"] <= start_ms and end_ms <= span["end_ms"]:
                self.asked.update((point, day) for point in ([points] if isinstance(points, str) else points))
        return super().windows(measurement, field, **span)


def test_a_day_is_asked_for_once_however_many_days_look_back_at_it() -> None:
    store = Watched()
    for _ in SchoolScorer(SITE, load_packs(), store).verdicts(date(2026, 11, 16), date(2026, 11, 20)):
        pass
    store.close()
    assert {count for (point, _), count in store.asked.items() if point != "camera"} == {1}
    assert ("online", date(2026, 10, 18)) in store.asked


def test_the_days_before_the_first_are_one_query() -> None:
    store = Watched()
    rules = tuple(rule for rule in load_packs() if rule.id == "VID-010")
    for _ in SchoolScorer(SITE, rules, store).verdicts(date(2026, 11, 20), date(2026, 11, 20)):
        pass
    store.close()
    assert store.queries == 2  # readings, and the cameras' own measurement
