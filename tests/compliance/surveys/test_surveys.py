"""A survey planned, printed, measured with a meter that writes a file, and judged."""

from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from compliance.files.rows import read_surveys
from compliance.surveys.meter import Taken, fill, readings_of
from compliance.surveys.plan import Grid, places_of
from lamplighter.cli import survey as command_file
from lamplighter.contract.errors import SettingsError

pytestmark = pytest.mark.unit

app = typer.Typer()
command_file.attach(app)

SITE = """
district = "d1"
school = "s1"
label = { zh = "一小", en = "School 1" }
[[spaces]]
id = "a101"
building = "a"
label = { zh = "一班", en = "Class 1" }
"""


@given(st.floats(1, 30), st.floats(1, 30), st.integers(2, 8), st.integers(2, 8))
def test_points_lie_on_the_surface_and_corners_are_one_more_each_way(length: float, width: float, columns: int, rows: int) -> None:
    corners = places_of(Grid(length, width, columns, rows, "four_corner"), "desk")
    assert len(corners) == (columns + 1) * (rows + 1)
    assert all(0 <= place.x_m <= length + 0.005 and 0 <= place.y_m <= width + 0.005 for place in corners)
    assert [place.number for place in corners] == list(range(1, len(corners) + 1))


def test_centres_stand_in_the_middle_of_the_cells() -> None:
    assert [(place.x_m, place.y_m) for place in places_of(Grid(9, 6, 3, 3), "desk")][:4] == [(1.5, 1), (4.5, 1), (7.5, 1), (1.5, 3)]


def test_a_grid_of_too_few_points_is_refused() -> None:
    with pytest.raises(SettingsError, match="4 points; a desk needs 9 or more"):
        places_of(Grid(9, 7, 2, 2), "desk")
    assert len(places_of(Grid(4, 1, 3, 1), "board")) == 3


def planned(folder: Path, *more: str) -> Path:
    """What `survey sheet` writes."""
    (folder / "site.toml").write_text(SITE, "utf-8")
    command = ["survey", "sheet", str(folder / "site.toml"), "--space", "a101", "--id", "q1", "--size", "9x7"]
    done = CliRunner().invoke(app, [*command, "--out", str(folder), *more])
    assert done.exit_code == 0, done.output
    return folder / "q1.csv"


def meter_file(folder: Path, name: str, lux: list[float], encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text("序号,读数\n" + "".join(f"{n},{lx}\n" for n, lx in enumerate(lux, start=1)), encoding)
    return path


def test_a_sheet_filled_from_the_meters_files_is_a_survey_that_counts(tmp_path: Path) -> None:
    table = planned(tmp_path)
    assert (tmp_path / "q1.pdf").read_bytes().startswith(b"%PDF")
    on = meter_file(tmp_path, "on.csv", [350.5] * 9, "gb18030")
    off = meter_file(tmp_path, "off.csv", [0.5] * 9)
    stated = ["time=2026-09-10T19:00:00+08:00", "plane_height_m=0.75", "warm_up_min=20", "curtains_drawn=是", "meter_class=1"]
    stated += ["meter_serial=M1", "meter_calibrated_until=2027-01-01", "tester=T7"]
    command = ["survey", "fill", str(table), "--meter", str(on), "--meter-off", str(off), "--column", "读数"]
    out = tmp_path / "surveys.csv"
    done = CliRunner().invoke(app, [*command, *(part for text in stated for part in ("--set", text)), "--out", str(out)])
    assert done.exit_code == 0, done.output
    (survey,) = read_surveys(out, None)["s1"]
    assert survey.unstated() == ()
    assert {(point.lx, point.lamps_off_lx) for point in survey.points} == {(350.5, 0.5)}


def test_what_nobody_stated_stays_missing(tmp_path: Path) -> None:
    table = planned(tmp_path, "--method", "four_corner", "--grid", "2x2")
    fill(table, Taken([300.0] * 9, [], {"time": "2026-09-10T19:00:00+08:00"}), tmp_path / "surveys.csv")
    (survey,) = read_surveys(tmp_path / "surveys.csv", None)["s1"]
    assert survey.method == "four_corner"
    assert survey.unstated()[-1] == "lamps_off_lx"
    assert "tester" in survey.unstated()


def test_readings_that_do_not_fit_the_plan_and_keys_nobody_knows_are_all_told(tmp_path: Path) -> None:
    table = planned(tmp_path)
    with pytest.raises(SettingsError) as error:
        fill(table, Taken([300.0] * 8, [1.0] * 10, {"wether": "sun"}), tmp_path / "surveys.csv")
    told = "\n".join(error.value.problems)
    assert "9 points, and 8 readings with the lamps on" in told
    assert "10 readings with the lamps off" in told
    assert "wether: is no column" in told
    assert not (tmp_path / "surveys.csv").exists()


def test_what_is_no_illuminance_is_named_by_row(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("lx\n300\nOL\n-5\n310 lx\nnan\n", "utf-8")
    with pytest.raises(SettingsError) as error:
        readings_of(path, "lx")
    assert [text.split(": ")[1][:6] for text in error.value.problems] == ["row 3,", "row 4,", "row 6,"]
    with pytest.raises(SettingsError, match="column 'lux' is missing; there are lx"):
        readings_of(path, "lux")
