"""A renovation's proof, and a failed lamp's claim."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from compliance.actions.model import Action
from compliance.actions.worklist import work_rows, write_worklist
from compliance.renovations import claim_by, renovations, warranties
from lamplighter.contract.measurements import ROOM_10MIN
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore

pytestmark = pytest.mark.unit

DONE = date(2026, 8, 10)
LABEL = {"zh": "某", "en": "some"}


@pytest.fixture
def store() -> Iterator[DuckDbStore]:
    opened = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    yield opened
    opened.close()


def survey(room: Any, name: str, on: date, *, lx: float, low: float) -> dict[str, Any]:
    """Nine points, one of them lower."""
    points = [{"x_m": 1 + i % 3, "y_m": 1 + i // 3, "lx": low if i == 0 else lx, "lamps_off_lx": 0} for i in range(9)]
    made: dict[str, Any] = room.survey(id=name, at=datetime(on.year, on.month, on.day, 19, tzinfo=school().zone())).model_dump(
        mode="json"
    )
    return made | {"points": points}


def school(**more: Any) -> Site:
    content: dict[str, Any] = {
        "district": "d1",
        "school": "s1",
        "label": LABEL,
        "spaces": [{"id": "a101", "building": "a", "label": LABEL}],
        "works": [{"space": "a101", "kind": "renovated", "on": DONE, "cost_yuan": 8200, "warranty_until": "2028-08-09"}],
    }
    return check_settings(content | more, Site, where="test")


def test_light_before_and_after_comes_from_the_nearest_whole_surveys(room: Any, store: DuckDbStore) -> None:
    days = {"older": -400, "before": -30, "after": 3, "later": 90}
    light = {"older": (100.0, 90.0), "before": (180.0, 90.0), "after": (400.0, 340.0), "later": (390.0, 300.0)}
    surveys = [
        survey(room, name, DONE + timedelta(days=offset), lx=light[name][0], low=light[name][1]) for name, offset in days.items()
    ]
    unstated = surveys[1] | {"id": "unstated", "at": "2026-08-09T11:00:00+08:00", "tester": None}
    (one,) = renovations(school(surveys=[*surveys, unstated]), store)
    (desk,) = one.light
    assert desk.before is not None
    assert desk.after is not None
    assert (desk.before.survey, round(desk.before.average_lx, 1), round(desk.before.uniformity, 3)) == ("before", 170.0, 0.529)
    assert (desk.after.survey, round(desk.after.average_lx, 1)) == ("after", 393.3)


def test_what_was_measured_after_the_next_work_is_not_this_ones(room: Any, store: DuckDbStore) -> None:
    works = [{"space": "a101", "kind": "renovated", "on": DONE}, {"space": "a101", "kind": "lamps_replaced", "on": "2026-10-01"}]
    found = renovations(school(works=works, surveys=[survey(room, "s1", date(2026, 10, 20), lx=400, low=340)]), store)
    assert [(one.work.on, [light.after is not None for light in one.light]) for one in found] == [
        (date(2026, 10, 1), [True]),
        (DONE, []),
    ]


def test_power_is_measured_with_all_lamps_on_unless_the_ledger_states_it(store: DuckDbStore) -> None:
    rows = []
    for offset, lit, power in ((-5, 100.0, 640.0), (-4, 50.0, 300.0), (5, 100.0, 320.0), (6, 100.0, 324.0)):
        at = datetime(DONE.year, DONE.month, DONE.day, 10, tzinfo=school().zone()) + timedelta(days=offset)
        rows.append(("s1", "a101", round(at.timestamp() * 1000), None, None, 0, lit, None, None, power))
    assert store.write(ROOM_10MIN, rows) == []
    (seen,) = renovations(school(), store)
    assert (seen.power_before_w, seen.power_after_w) == (640.0, 322.0)
    stated = {"space": "a101", "kind": "renovated", "on": DONE, "power_before_w": 648, "power_after_w": 324}
    (told,) = renovations(school(works=[stated]), store)
    assert (told.power_before_w, told.power_after_w) == (648.0, 324.0)


LAMP = {"id": "lamp1", "gateway": "g1", "space": "a101", "kind": "luminaire", "group": "l1"}


def lit(until: str | None) -> Site:
    group = {"id": "l1", "space": "a101", "warranty_until": until}
    return school(devices=[LAMP], luminaires=[{key: value for key, value in group.items() if value}], works=[])


def failed(evidence: str = "lamp1/lamp_failure") -> Action:
    return Action(
        district="d1",
        school="s1",
        subject="a101",
        rule="LGT-030",
        kind="mend",
        severity="minor",
        method="monitor",
        state="open",
        opened=date(2026, 11, 1),
        due=date(2026, 12, 1),
        evidence=(evidence,),
    )


@pytest.mark.parametrize(("until", "claim"), [("2026-11-01", date(2026, 11, 1)), ("2026-10-31", None), (None, None)])
def test_a_lamp_that_failed_within_its_warranty_says_until_when_to_claim(until: str | None, claim: date | None) -> None:
    (row,) = work_rows([failed()], [lit(until)], day=date(2026, 11, 20))
    assert row.claim_by == claim


def test_the_workbook_says_so_too(tmp_path: Path) -> None:
    write_worklist(tmp_path / "w.xlsx", [failed()], [lit("2027-01-01")], day=date(2026, 11, 20))
    header, row = load_workbook(tmp_path / "w.xlsx").worksheets[0].iter_rows(values_only=True)
    shown = dict(zip(header, row, strict=True))
    assert [str(shown[name])[:10] for name in ("质保至 warranty until", "索赔截止 claim by")] == ["2027-01-01"] * 2


def test_an_action_about_light_is_no_claim() -> None:
    (row,) = work_rows([failed("s1")], [lit("2027-01-01")], day=date(2026, 11, 20))
    assert row.claim_by is None


def test_the_works_own_warranty_counts_and_the_earlier_one_is_named() -> None:
    site = school(devices=[LAMP], luminaires=[{"id": "l1", "space": "a101", "warranty_until": "2030-01-01"}])
    assert claim_by(site, ["lamp1"], date(2026, 11, 1)) == date(2028, 8, 9)


def test_the_warranty_clock_lists_what_ends_first_with_the_days_left() -> None:
    equipment = [{"id": "e1", "space": "a101", "kind": "projector", "warranty_until": "2026-11-10"}]
    found = warranties(school(equipment=equipment), date(2026, 11, 20))
    assert [(row.kind, row.days) for row in found] == [("equipment", -10), ("work", 628)]
