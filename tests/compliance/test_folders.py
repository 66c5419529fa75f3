"""A folder of files as people hand it in: what it may hold, what is refused, and laws over its rows."""

import csv
import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from compliance.files.folder import read_folder
from compliance.files.score import Days, line_of, score_folder
from compliance.packs import load_packs
from lamplighter.cli import verdicts as _verdicts  # noqa: F401 - adds `score` and `explain` to the app
from lamplighter.cli.compliance import app
from lamplighter.contract.errors import SettingsError

pytestmark = pytest.mark.unit

FRIDAY = date(2026, 11, 20)
RULES = tuple(rule for rule in load_packs() if rule.id in {"LGT-002", "LGT-021", "LGT-007", "ALM-003", "VID-001", "VID-011"})
SITE = """
district = "d1"
school = "s1"
label = { zh = "某校", en = "A school" }

[[spaces]]
id = "a101"
building = "a"
label = { zh = "一班", en = "Class 1" }

[[cameras]]
id = "cam1"
gateway = "g1"
space = "a101"
label = { zh = "摄像机", en = "Camera" }
"""
SURVEYS = [
    "survey,space,time,plane_height_m,warm_up_min,curtains_drawn,meter_class,meter_serial,meter_calibrated_until,tester,x_m,y_m,lx,lamps_off_lx"
]
SURVEYS += [
    f"q1,a101,2026-09-10T19:00:00+08:00,0.75,20,是,1,M1,2027-03-01,王,{x},{y},{300 + 10 * (x + y)},0"
    for x in (1, 3, 5)
    for y in (1, 3, 5)
]
DOCUMENTS = ["id,method,subject,metric,value,on,source", "d1,test,s1,alarm_response_time,1.5,2026-10-01,report 7"]
DOCUMENTS += ["d2,certificate,a101,lamp_cri_ra,85,2026-03-01,CCC 12"]
READINGS = ["time,device,point,value,quality", "2026-11-20T02:00:00Z,cam1,recording_age_d,31.5,good"]
MIDNIGHT = datetime(2026, 11, 19, 16, tzinfo=UTC)
READINGS += [f"{MIDNIGHT + timedelta(minutes=10 * n):%Y-%m-%dT%H:%M:%SZ},cam1,clock_error_s,1.5,good" for n in range(144)]
READINGS += [f"{MIDNIGHT + timedelta(hours=n):%Y-%m-%dT%H:%M:%SZ},cam1,recording_age_d,31.5,good" for n in range(24)]
FILES = {"surveys.csv": SURVEYS, "documents.csv": DOCUMENTS, "readings.csv": READINGS}


def fill(folder: Path, **changed: list[str] | None) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "site.toml").write_text(SITE, "utf-8")
    for name, lines in (FILES | {f"{key}.csv": value for key, value in changed.items()}).items():
        if lines is not None:
            (folder / name).write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def lines(folder: Path) -> list[str]:
    return [line_of(verdict) for verdict in score_folder(read_folder(folder), RULES, Days(FRIDAY, FRIDAY))]


def verdicts(folder: Path) -> dict[str, str]:
    return {f"{row['subject']} {row['rule']}": row["verdict"] for row in map(json.loads, lines(folder))}


def test_every_kind_of_file_reaches_its_rules(tmp_path: Path) -> None:
    found = verdicts(fill(tmp_path))
    assert found == dict.fromkeys(
        ("a101 LGT-002", "a101 LGT-007", "a101 LGT-021", "cam1 VID-001", "cam1 VID-011", "s1 ALM-003"), "pass"
    )


def test_a_line_has_the_keys_of_the_contract_in_their_order(tmp_path: Path) -> None:
    keys = ["day", "school", "subject", "rule", "version", "verdict", "value", "threshold", "unit", "margin", "marginal", "samples"]
    assert all(list(json.loads(line)) == keys for line in lines(fill(tmp_path)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_may_come_in_any_encoding_that_offices_use(tmp_path: Path, encoding: str) -> None:
    whole = lines(fill(tmp_path))
    (tmp_path / "surveys.csv").write_bytes(("\r\n".join(SURVEYS) + "\r\n\r\n").encode(encoding))
    assert lines(tmp_path) == whole


def without(name: str, column: str) -> list[str]:
    place = FILES[name][0].split(",").index(column)
    return [",".join(cell for number, cell in enumerate(line.split(",")) if number != place) for line in FILES[name]]


BAD: list[tuple[str, list[str] | None, str]] = [
    ("surveys", without("surveys.csv", "lx"), "surveys.csv: row 1: column 'lx' is missing"),
    ("surveys", [SURVEYS[0], SURVEYS[1].replace("2026-09-10T19:00:00+08:00", "2026-09-10T19:00:00")], "row 2, time"),
    ("surveys", [SURVEYS[0], SURVEYS[1].replace(",a101,", ",a999,")], "a999"),
    ("surveys", [*SURVEYS[:2], SURVEYS[2].replace(",20,", ",25,")], "row 3, warm_up_min: differs from row 2"),
    ("surveys", [SURVEYS[0], SURVEYS[1].replace(",320", ",-3")], "lx"),
    ("documents", [DOCUMENTS[0], DOCUMENTS[1].replace("alarm_response_time", "speed")], "row 2, metric = 'speed'"),
    ("documents", [DOCUMENTS[0], DOCUMENTS[1].replace(",s1,", ",s9,")], "names subject 's9'"),
    ("documents", [DOCUMENTS[0], DOCUMENTS[1], DOCUMENTS[1]], "row 3, id = 'd1': is used twice"),
    ("documents", [DOCUMENTS[0], DOCUMENTS[1].replace("2026-10-01", "2026-13-01")], "row 2, on = '2026-13-01'"),
    ("readings", [READINGS[0], READINGS[1].replace("cam1", "cam9")], "row 2, device = 'cam9'"),
    ("readings", [READINGS[0], READINGS[1].replace("recording_age_d", "speed_kmh")], "row 2, unknown point 'speed_kmh'"),
    ("readings", [READINGS[0], READINGS[1].replace("31.5", "-1")], "row 2, recording_age_d = -1 lies outside"),
    ("readings", [READINGS[0], READINGS[1].replace("31.5", "nan")], "row 2"),
    ("readings", [READINGS[0], READINGS[1].replace(",good", ",fine")], "row 2, quality = 'fine'"),
    ("readings", [READINGS[0], READINGS[1].replace("00Z,", "00,")], "row 2, time: has no time zone"),
    ("readings", [READINGS[0], READINGS[1] + ",more"], "6 cells where the header has 5"),
]


@pytest.mark.parametrize(("name", "rows", "words"), BAD, ids=[words for *_, words in BAD])
def test_a_wrong_row_is_named_with_file_row_and_column(tmp_path: Path, name: str, rows: list[str], words: str) -> None:
    fill(tmp_path, **{name: rows})
    with pytest.raises(SettingsError) as caught:
        lines(tmp_path)
    assert any(words in problem for problem in caught.value.problems)


def test_the_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    fill(tmp_path, surveys=without("surveys.csv", "lx"), documents=[DOCUMENTS[0], DOCUMENTS[1].replace("1.5", "fast")])
    (tmp_path / "calendar.toml").write_text("terms = []", "utf-8")
    with pytest.raises(SettingsError) as caught:
        read_folder(tmp_path)
    assert [any(name in problem for problem in caught.value.problems) for name in ("surveys", "documents", "calendar")] == [
        True
    ] * 3


def test_an_empty_folder_says_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no site\.toml"):
        read_folder(tmp_path)


def test_several_schools_need_their_name_on_each_row(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "s2.toml").write_text(SITE.replace('"s1"', '"s2"'), "utf-8")
    with pytest.raises(SettingsError, match="this folder has several schools"):
        read_folder(tmp_path)


def test_a_citys_calendar_holds_for_a_school_without_one(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "calendar.toml").write_text("[[terms]]\nfirst = 2026-09-01\nlast = 2027-01-20\n", "utf-8")
    (site,) = read_folder(tmp_path).sites
    assert site.calendar is not None
    assert site.calendar.plan(date(2026, 10, 10)).kind == "make_up"


slow = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@slow
@given(st.integers(0, 2**32))
def test_removing_rows_never_creates_a_pass(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 which rows go is no secret
    worse = [line.replace("1.5", "7") if chance.random() < 0.1 else line for line in READINGS]
    dark = [line.replace(",340", ",200") for line in SURVEYS]
    whole = verdicts(fill(tmp_path / "whole", readings=worse, surveys=dark))
    part = {name: [rows[0], *(row for row in rows[1:] if chance.random() < 0.7)] for name, rows in (("readings", worse),)}
    found = verdicts(fill(tmp_path / "part", **part, surveys=dark if chance.random() < 0.5 else dark[:-1]))
    assert [key for key, verdict in found.items() if verdict == "pass" and whole[key] != "pass"] == []


@slow
@given(st.integers(0, 2**32))
def test_order_and_duplicates_change_nothing(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 in which order rows come is no secret

    def mixed(rows: list[str]) -> list[str]:
        return [rows[0], *chance.sample(rows[1:], len(rows) - 1)]

    whole = lines(fill(tmp_path / "whole"))
    again = [*READINGS, *chance.sample(READINGS[1:], 5)]
    shuffled = fill(tmp_path / "mixed", readings=mixed(again), surveys=mixed(SURVEYS), documents=mixed(DOCUMENTS))
    assert lines(shuffled) == whole


def test_data_outside_the_window_changes_nothing(tmp_path: Path) -> None:
    whole = lines(fill(tmp_path / "whole"))
    outside = [
        f"2026-11-{day}:00Z,cam1,{point},{value},good"
        for day in ("19T15:59", "20T16:00")
        for point, value in (("clock_error_s", 99), ("recording_age_d", 1))
    ]
    later = [*DOCUMENTS, "d3,test,s1,alarm_response_time,9,2026-11-21,later"]
    assert lines(fill(tmp_path / "more", readings=[*READINGS, *outside], documents=later)) == whole


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


def test_score_writes_the_lines(tmp_path: Path) -> None:
    fill(tmp_path)
    out = invoke("score", str(tmp_path), "--from", "2026-11-20", "--to", "2026-11-20", "--json")
    assert set(lines(tmp_path)) <= set(out.splitlines())


def test_score_takes_only_the_packs_named(tmp_path: Path) -> None:
    fill(tmp_path)
    out = invoke("score", str(tmp_path), "--from", "2026-11-20", "--to", "2026-11-20", "--json", "--pack", "cn-alarms")
    assert {json.loads(line)["rule"][:3] for line in out.splitlines()} == {"ALM"}


def test_rescoring_judges_by_the_rules_of_another_day(tmp_path: Path) -> None:
    fill(tmp_path)
    span = ["score", str(tmp_path), "--from", "2026-11-20", "--to", "2026-11-20", "--json", "--pack", "cn-rooms"]
    now, then = (
        {row["rule"]: row["verdict"] for row in map(json.loads, invoke(*span, *more).splitlines())}
        for more in ([], ["--rules-of", "2026-10-31"])
    )
    assert ("LGT-001" in now, then["LGT-001"]) == (False, "pass")


def test_explain_shows_value_limit_clause_and_source_in_both_languages(tmp_path: Path) -> None:
    fill(tmp_path)
    out = invoke("explain", "2026-11-20/s1/a101/LGT-021", "--in", str(tmp_path))
    assert all(words in out for words in ("360.0 lx", "300.0 lx", "GB/T 50034-2024", "table 5.3.8", "q1", "余量", "margin", "合格"))


def test_explain_of_nothing_says_what_to_check(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["explain", "2026-11-20/s1/a102/LGT-021", "--in", str(fill(tmp_path))])
    assert isinstance(result.exception, SettingsError)
    assert "no such verdict" in str(result.exception)


@pytest.mark.parametrize("text", ["LGT-021", "2026-11-20/s1/a101", "2026-11-20/s1//LGT-021"])
def test_a_malformed_id_is_shown_the_form(tmp_path: Path, text: str) -> None:
    result = CliRunner().invoke(app, ["explain", text, "--in", str(fill(tmp_path))])
    assert "write DAY/SCHOOL/SUBJECT/RULE" in str(result.exception)


def test_rules_that_a_folder_does_not_feed_are_listed(tmp_path: Path) -> None:
    out = [json.loads(line)["rule"] for line in invoke("rules", "--unfed", "--json", "--in", str(fill(tmp_path))).splitlines()]
    assert {"LGT-003", "ALM-004", "VID-010"} <= set(out)
    assert {"LGT-021", "LGT-007", "ALM-003", "VID-011", "LGT-015"}.isdisjoint(out)  # the last is about stairs: there are none


def test_rules_that_nothing_in_the_product_feeds_are_listed() -> None:
    out = {json.loads(line)["rule"] for line in invoke("rules", "--unfed", "--json").splitlines()}
    assert "ALM-006" in out
    assert {"LGT-021", "ALM-003", "VID-010", "VID-001", "VID-004", "VID-011"}.isdisjoint(out)


def test_documents_may_be_written_by_a_csv_writer_with_quotes(tmp_path: Path) -> None:
    fill(tmp_path)
    with (tmp_path / "documents.csv").open("w", encoding="utf-8", newline="") as file:
        writer: Any = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows(line.split(",") for line in DOCUMENTS)
    assert verdicts(tmp_path)["s1 ALM-003"] == "pass"
