"""`lamplighter compliance light` and `calibrate` on a folder of files."""

import json
import tomllib
from pathlib import Path

import pytest
import tomli_w
import typer
from typer.testing import CliRunner

from compliance.files.export import QUALITIES
from compliance.files.readings import COLUMNS, reading_lines
from lamplighter.cli import light
from lamplighter.contract.measurements import READING
from tests.compliance.light.school import FACTORS, readings, school, survey

pytestmark = pytest.mark.unit

app = typer.Typer()
light.attach(app)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two school days of the classroom, and a survey on the second evening."""
    made = tmp_path_factory.mktemp("school")
    site = school(surveys=[survey("2026-11-20T17:30:00+08:00")])
    (made / "site.toml").write_text(tomli_w.dumps(site.model_dump(mode="json", exclude_none=True)), "utf-8")
    rows = [dict(zip(READING.columns, row, strict=True)) for back in (1, 0) for row in readings(back)]
    lines = [",".join(line) for line in reading_lines(rows, QUALITIES)]
    (made / "readings.csv").write_text("\n".join([",".join((COLUMNS[0], "school", *COLUMNS[1:])), *lines, ""]), "utf-8")
    return made


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def test_light_shows_each_room_in_both_languages(folder: Path) -> None:
    shown = run("light", folder, "--from", "2026-11-19", "--to", "2026-11-20")
    assert "s1/a101: 人工照明课桌面" in shown
    assert "electric light on desks 3" in shown
    assert "3.84 kWh" in shown


def test_lights_json_has_the_numbers_unrounded(folder: Path) -> None:
    (line,) = run("light", folder, "--from", "2026-11-19", "--to", "2026-11-20", "--json").splitlines()
    found = json.loads(line)
    assert (found["school"], found["space"], found["below_on"]) == ("s1", "a101", None)
    assert found["electric_lx"] == pytest.approx(320, rel=0.02)


def test_calibrate_prints_what_the_site_file_takes(folder: Path) -> None:
    # Dusk: up to 20 lx of daylight with the lamps on, none with them off, so the factors come out a little low.
    on, off = "2026-11-20T16:50:00+08:00/2026-11-20T17:00:00+08:00", "2026-11-20T17:00:00+08:00/2026-11-20T17:10:00+08:00"
    rows = tomllib.loads(run("calibrate", folder, "--survey", "q1", "--on", on, "--off", off))["calibrations"]
    assert [(row["device"], row["survey"], row["dimming_pct"]) for row in rows] == [(name, "q1", 100.0) for name in FACTORS]
    assert all(0.9 < row["factor"] / (360 / lx) < 1.1 for row, lx in zip(rows, (220, 180), strict=True))
    assert all(row["uncertainty_pct"] > 4 for row in rows)


def test_calibrate_names_every_sensor_without_readings(folder: Path) -> None:
    night = "2026-11-18T01:00:00+08:00/2026-11-18T02:00:00+08:00"
    done = CliRunner().invoke(app, ["calibrate", str(folder), "--survey", "q1", "--on", night, "--off", night])
    problems = str(done.exception or done.output)
    assert all(f"calibration of '{name}'" in problems for name in FACTORS)
    assert "0 readings with lamps on, 0 off" in problems


@pytest.mark.parametrize("times", ["now", "2026-11-20T17:00:00/2026-11-20T17:10:00", "2026-11-20T17:00:00Z/2026-11-20T16:10:00Z"])
def test_times_that_are_none_are_refused_with_an_example(folder: Path, times: str) -> None:
    done = CliRunner().invoke(app, ["calibrate", str(folder), "--survey", "q1", "--on", times, "--off", times])
    assert "--on" in str(done.exception or done.output)
