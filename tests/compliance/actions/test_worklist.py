"""The work list that goes to the electricians."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from compliance.actions.model import Action, Waiver
from compliance.actions.worklist import meters_due, surveys_due, write_worklist
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site

pytestmark = pytest.mark.unit

TODAY = date(2026, 11, 20)


@pytest.fixture
def site() -> Site:
    """Two classrooms, one surveyed."""
    spaces = [{"id": name, "building": "a", "floor": 2, "label": {"zh": "班", "en": name}} for name in ("a101", "a102")]
    survey = {
        "id": "s1",
        "space": "a101",
        "at": "2025-11-19T08:00:00+08:00",
        "plane_height_m": 0.75,
        "warm_up_min": 20,
        "curtains_drawn": True,
        "meter_class": "1",
        "meter_serial": "M7",
        "meter_calibrated_until": "2026-01-31",
        "tester": "t1",
        "points": [],
    }
    lamps = {"id": "l1", "space": "a101", "count": 9, "certificate": {"number": "CQC-1", "on": "2026-01-02"}}
    content = {"district": "haidian", "school": "yucai", "label": {"zh": "育才", "en": "Yucai"}, "spaces": spaces}
    return check_settings({**content, "surveys": [survey], "luminaires": [lamps]}, Site, where="test")


def action(subject: str, due: date, severity: str = "major") -> Action:
    return Action(
        district="haidian",
        school="yucai",
        subject=subject,
        rule="LGT-021",
        kind="mend",
        severity=severity,  # type: ignore[arg-type]
        method="survey",
        state="open",
        opened=date(2026, 11, 1),
        due=due,
        value=287.3,
        threshold=300.0,
        unit="lx",
    )


def rows(path: Path) -> list[dict[str, object]]:
    """The first sheet, by the English word of each column."""
    header, *found = load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [dict(zip((str(name).split(" ", 1)[1] for name in header), row, strict=True)) for row in found]


def test_it_says_where_the_lamps_are_and_what_they_are(site: Site, tmp_path: Path) -> None:
    write_worklist(tmp_path / "w.xlsx", [action("a101", TODAY)], [site], day=TODAY)
    (row,) = rows(tmp_path / "w.xlsx")
    assert (row["position"], row["luminaires"], row["certificate"]) == ("a, 2", "l1 x9 (general)", "CQC-1")


def test_what_is_late_is_marked_unless_it_is_waived(site: Site, tmp_path: Path) -> None:
    late = [action("a101", date(2026, 11, 10)), action("a102", date(2026, 11, 10))]
    given = Waiver(school="yucai", subject="a102", rule="LGT-021", since=date(2026, 11, 1), until=TODAY, who="x", why="y")
    write_worklist(tmp_path / "w.xlsx", late, [site], day=TODAY, waivers=(given,))
    assert [row["overdue"] for row in rows(tmp_path / "w.xlsx")] == ["是 yes", None]


def test_a_room_never_surveyed_comes_before_one_whose_survey_runs_out(site: Site) -> None:
    assert [(row.name, row.due) for row in surveys_due([site])] == [("a102", None), ("a101", date(2026, 11, 19))]


def test_meters_are_listed_with_the_end_of_their_calibration(site: Site) -> None:
    assert [(row.name, row.due) for row in meters_due([site])] == [("M7", date(2026, 1, 31))]
