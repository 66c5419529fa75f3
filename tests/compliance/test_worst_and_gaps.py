"""Ranks and gaps that are stored above the schools: merged from below, never averaged over what nobody judged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from compliance.gaps import merged_gaps, school_gaps
from compliance.summary import scores_of
from compliance.verdicts import Verdict
from compliance.worst import MOST, Place, merged_worst, school_worst
from lamplighter.contract.measurements import EQUITY_DAY, WORST_DAY, Cell
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from tests.compliance.conftest import FRIDAY

pytestmark = pytest.mark.unit

AT_MS = 1_795_104_000_000
DISTRICT = Place("district", "d1", "d1")


@pytest.fixture
def store() -> Iterator[DuckDbStore]:
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    yield store
    store.close()


def site(school: str, locality: str = "urban", pupils: int = 100) -> Site:
    label = {"zh": school, "en": school}
    rooms = [{"id": f"r{number}", "building": "a", "label": label} for number in range(20)]
    profile = {"stages": ["primary"], "enrolment": pupils, "locality": locality}
    return Site.model_validate({"district": "d1", "school": school, "label": label, "profile": profile, "spaces": rooms})


def verdict(school: str, subject: str, margin: float, **more: Any) -> Verdict:
    said = "pass" if margin >= 0 else "fail"
    facts: dict[str, Any] = {"day": FRIDAY, "district": "d1", "rule": "LGT-021", "version": "1", "standing": "recommended"}
    facts |= {"severity": "major", "threshold": 300.0, "unit": "lx", "value": 300 + margin, "margin": margin, "verdict": said}
    return Verdict(**(facts | {"school": school, "subject": subject} | more))


def ranks(store: DuckDbStore, level: str) -> list[tuple[Cell, ...]]:
    rows = store.select(WORST_DAY, where={"level": level}, start_ms=AT_MS, end_ms=AT_MS + 1)
    return [(row["school"], row["subject"]) for row in sorted(rows, key=lambda row: str(row["rank"])) if row["subject"]]


def put_worst(store: DuckDbStore, school: str, verdicts: list[Verdict]) -> None:
    store.write(WORST_DAY, school_worst(site(school), verdicts, AT_MS))
    store.write(WORST_DAY, merged_worst(store, {"level": "school", "district": "d1"}, DISTRICT, AT_MS))


def test_a_critical_failure_comes_before_any_margin_and_a_room_stands_once(store: DuckDbStore) -> None:
    slight = verdict("s1", "r2", -1, rule="LGT-001", severity="critical")
    put_worst(store, "s1", [verdict("s1", "r1", -200), verdict("s1", "r2", -90), slight, verdict("s1", "r3", 5)])
    assert ranks(store, "school") == [("s1", "r2"), ("s1", "r1")]


def test_the_worst_of_a_district_are_the_worst_of_its_schools_together(store: DuckDbStore) -> None:
    put_worst(store, "s1", [verdict("s1", f"r{n}", -10 - n) for n in range(20)])
    put_worst(store, "s2", [verdict("s2", f"r{n}", -10.5 - n) for n in range(20)])
    found = ranks(store, "district")
    assert len(found) == MOST
    assert found[:3] == [("s2", "r19"), ("s1", "r19"), ("s2", "r18")]


def test_a_rank_that_nobody_holds_any_more_is_emptied(store: DuckDbStore) -> None:
    put_worst(store, "s1", [verdict("s1", "r1", -20), verdict("s1", "r2", -10)])
    put_worst(store, "s1", [verdict("s1", "r1", 20), verdict("s1", "r2", -10)])
    assert ranks(store, "school") == ranks(store, "district") == [("s1", "r2")]


def test_a_camera_is_no_room(store: DuckDbStore) -> None:
    put_worst(store, "s1", [verdict("s1", "cam1", -20)])
    assert ranks(store, "school") == []


def put_gaps(store: DuckDbStore, place: Site, verdicts: list[Verdict]) -> dict[str, Cell]:
    store.write(EQUITY_DAY, school_gaps(place, scores_of(verdicts, lambda _: place.school), AT_MS))
    store.write(EQUITY_DAY, merged_gaps(store, {"district": "d1"}, DISTRICT, AT_MS))
    (row,) = store.select(EQUITY_DAY, where={"level": "district"}, start_ms=AT_MS, end_ms=AT_MS + 1)
    return row


def shares(school: str, passing: int, of: int) -> list[Verdict]:
    return [verdict(school, f"r{n}", 1 if n < passing else -1) for n in range(of)]


def test_gaps_are_weighted_by_pupils_and_towns_count_with_cities(store: DuckDbStore) -> None:
    put_gaps(store, site("s1", "urban", 300), shares("s1", 10, 10))
    put_gaps(store, site("s2", "town", 100), shares("s2", 6, 10))
    row = put_gaps(store, site("s3", "rural", 100), shares("s3", 5, 10))
    assert (row["urban"], row["rural"], row["gap"]) == (90.0, 50.0, 40.0)
    assert (row["share"], row["enrolment"], row["schools"]) == (82.0, 500, 3)


def test_a_school_without_a_score_is_lacking_and_no_zero(store: DuckDbStore) -> None:
    put_gaps(store, site("s1"), shares("s1", 10, 10))
    unjudged = [verdict("s2", f"r{n}", 0, verdict="insufficient_data") for n in range(10)]
    row = put_gaps(store, site("s2", "rural"), unjudged)
    assert (row["share"], row["schools"], row["lacking"], row["rural"], row["gap"]) == (100.0, 1, 1, None, None)


def test_a_school_whose_pupils_nobody_counted_is_not_compared() -> None:
    bare = site("s1").model_copy(update={"profile": None})
    assert school_gaps(bare, scores_of(shares("s1", 1, 1), lambda _: "s1"), AT_MS) == []
