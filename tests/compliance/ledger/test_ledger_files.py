"""A city's ledger as people fill it in: all of it or every fault."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from compliance.ledger.csv_folder import read_csv_folder, write_csv_folder
from compliance.ledger.reading import sites_of
from compliance.ledger.sheets import SHEETS
from compliance.ledger.tables import tables_of
from compliance.ledger.words import COLUMNS
from compliance.ledger.workbook import read_workbook, write_template, write_workbook
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site

pytestmark = pytest.mark.unit

FULL: dict[str, Any] = {
    "district": "haidian",
    "school": "yucai",
    "label": {"zh": "育才中学", "en": "=Yucai; Middle School"},
    "profile": {
        "stages": ["junior", "senior"],
        "enrolment": 1200,
        "boarding": True,
        "pair_school": "jingshan",
        "education_group": "育才教育集团",
        "school_zone": "北下关学区",
    },
    "limits": {"co2_ppm": 950.5},
    "spaces": [
        {"id": "a101", "building": "a", "label": {"zh": "一班", "en": "Class 1"}, "area_m2": 63.25},
        {"id": "102", "building": "1", "floor": -1, "kind": "corridor", "label": {"zh": "走廊", "en": "Corridor"}},
        {
            "id": "k1",
            "building": "c",
            "kind": "kitchen",
            "label": {"zh": "后厨", "en": "Kitchen"},
            "places": 30,
            "camera_places": ["cooking", "washing"],
        },
    ],
    "devices": [{"id": "lux1", "gateway": "g1", "space": "a101", "kind": "light_sensor"}],
    "cameras": [
        {"id": "cam1", "gateway": "g1", "space": "102", "label": {"zh": "一", "en": "One"}},
        {"id": "cam2", "gateway": "g1", "space": "k1", "place": "cooking", "label": {"zh": "二", "en": "Two"}},
    ],
    "calibrations": [{"device": "lux1", "factor": 1.2345678901234567, "at": "2026-09-10"}],
    "surveys": [
        {
            "id": "s1",
            "space": "a101",
            "at": "2026-09-10T19:30:00+08:00",
            "plane_height_m": 0.75,
            "warm_up_min": 20,
            "curtains_drawn": True,
            "meter_class": "1",
            "meter_serial": "007",
            "meter_calibrated_until": "2027-03-01",
            "tester": "t1",
            "points": [{"x_m": 1, "y_m": 2, "lx": 310.4}, {"x_m": 3, "y_m": 2, "lx": 1e-05, "lamps_off_lx": 0.0}],
        }
    ],
    "luminaires": [
        {
            "id": "l1",
            "space": "a101",
            "count": 9,
            "certificate": {"number": "C1", "on": "2026-01-02", "cri_ra": 92, "modulation_pct": 0.8},
        },
        {
            "id": "l2",
            "space": "a101",
            "role": "board",
            "position": "黑板上方",
            "part": "X-36",
            "warranty_until": "2031-01-01",
            "power_w": 36.5,
            "maintenance_factor": 0.8,
        },
    ],
    "works": [
        {"space": "a101", "kind": "lamps_cleaned", "on": "2026-08-20"},
        {
            "space": "a101",
            "kind": "renovated",
            "on": "2026-08-10",
            "cost_yuan": 8200.5,
            "programme": "p1",
            "power_before_w": 648,
            "power_after_w": 324.5,
            "warranty_until": "2031-08-09",
        },
    ],
    "classes": [
        {"id": "c1", "stage": "junior", "grade": 1, "pupils": 45, "space": "a101"},
        {"id": "c2", "stage": "senior", "grade": 3, "pupils": 0},
    ],
    "kitchens": [
        {
            "space": "k1",
            "operator": "contracted",
            "licence_number": "JY31108",
            "meals_a_day": 900,
            "platform": "阳光餐饮",
            "since": "2026-03-01",
        }
    ],
    "equipment": [
        {
            "id": "e1",
            "space": "a101",
            "kind": "interactive_display",
            "count": 2,
            "part": "86 寸",
            "since": "2025-09-01",
            "warranty_until": "2028-08-31",
            "device": "lux1",
        },
        {"id": "e2", "space": "a101", "kind": "tablets"},
    ],
    "documents": [
        {"id": "d1", "method": "test", "subject": "a101", "metric": "ugr", "value": 16, "on": "2026-08-20", "source": "报告 7"}
    ],
    "programmes": [
        {
            "id": "p1",
            "title": "全面改薄",
            "fund_source": "中央专项",
            "cost_yuan": 1250000.5,
            "area_m2": 820,
            "begins": "2026-03-01",
            "ends": "2026-08-30",
            "targets": [{"year": 2026, "target": "照明达标八成"}, {"year": 2027, "target": "照明全部达标"}],
            "milestones": [
                {"task": "招标", "person": "甲", "planned": "2026-03-20", "done": "2026-03-18"},
                {"task": "验收", "planned": "2026-08-25"},
            ],
        },
        {"id": "p2", "title": "网络", "fund_source": "区", "cost_yuan": 0, "begins": "2026-05-01"},
    ],
    "playgrounds": [{"id": "track", "kind": "track", "area_m2": 4200, "ground": "synthetic", "built": "2019-08-01"}],
    "networks": [{"id": "iot", "kind": "iot", "covers": ["a101", "102"], "bandwidth_mbps": 0.25, "provider": "移动"}],
    "guards": [{"id": "g1", "person": "乙", "licence": "京保001", "since": "2026-01-01", "full_time": False}],
    "patrols": [{"id": "night", "route": "东门-北门", "starts": ["22:00", "02:00:30"], "people": 2}],
    "posts": [{"space": "102", "weekdays": [0, 4], "start": "07:20", "end": "08:00", "people": 3}],
    "calendar": {
        "terms": [{"first": "2026-09-01", "last": "2027-01-22"}],
        "timetables": [
            {"weekdays": [0, 1], "periods": [{"start": "08:00", "end": "08:45"}, {"start": "09:00", "end": "09:45"}]},
            {"weekdays": [2, 3, 4], "periods": [{"start": "08:00", "end": "12:00"}]},
        ],
        "exams": [{"first": "2027-01-18", "last": "2027-01-20"}],
        "make_up": [{"day": "2026-10-10", "as_weekday": 2}],
        "years": [
            {
                "year": 2027,
                "notice": "国办发明电〔2026〕1号",
                "holidays": [{"first": "2027-01-01", "last": "2027-01-03"}],
                "workdays": ["2027-01-09"],
            }
        ],
    },
}


@pytest.fixture
def sites() -> tuple[Site, ...]:
    """A school that uses every sheet, and one that has only its rooms."""
    bare = {"district": "haidian", "school": "jingshan", "label": {"zh": "景山", "en": "Jingshan"}, "spaces": FULL["spaces"]}
    return tuple(check_settings(content, Site, where="test") for content in (FULL, bare))


@pytest.fixture
def filled(sites: tuple[Site, ...], tmp_path: Path) -> Path:
    """Their workbook."""
    path = tmp_path / "ledger.xlsx"
    write_workbook(path, tables_of(sites))
    return path


def faults(path: Path) -> str:
    with pytest.raises(SettingsError) as told:
        sites_of(read_csv_folder(path) if path.is_dir() else read_workbook(path))
    return str(told.value)


def spoiled(path: Path, change: Callable[[Workbook], None]) -> str:
    """What import says once the workbook was changed."""
    book = load_workbook(path)
    change(book)
    book.save(path)
    return faults(path)


def test_a_workbook_gives_back_what_was_written(sites: tuple[Site, ...], filled: Path) -> None:
    assert sites_of(read_workbook(filled)) == sites


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_files_in_any_common_encoding_give_back_what_was_written(
    sites: tuple[Site, ...], tmp_path: Path, encoding: str
) -> None:
    write_csv_folder(tmp_path / "csv", tables_of(sites))
    for path in (tmp_path / "csv").glob("*.csv"):
        path.write_text(path.read_text("utf-8-sig"), encoding)
    assert sites_of(read_csv_folder(tmp_path / "csv")) == sites


def test_numbers_typed_as_numbers_and_days_typed_as_days_are_understood(sites: tuple[Site, ...], filled: Path) -> None:
    book = load_workbook(filled)
    book["spaces"]["B3"] = 102
    book["works"]["D2"] = date(2026, 8, 20)
    book.save(filled)
    assert sites_of(read_workbook(filled)) == sites


def test_yes_and_no_in_chinese_are_understood(filled: Path) -> None:
    book = load_workbook(filled)
    column = [cell.value for cell in book["schools"][1]].index("profile_boarding") + 1
    book["schools"].cell(2, column).value = "是"
    book.save(filled)
    profile = sites_of(read_workbook(filled))[0].profile
    assert profile is not None
    assert profile.boarding


CASES: dict[str, tuple[Callable[[Workbook], Any], str]] = {
    "merged": (lambda book: book["spaces"].merge_cells("C2:C3"), "sheet spaces, cells C2:C3: are merged"),
    "formula": (lambda book: book["spaces"].__setitem__("D2", "=1+1"), "sheet spaces, row 2, column floor = '=1+1': is a formula"),
    "unknown-sheet": (lambda book: book.create_sheet("Sheet1"), "sheet 'Sheet1': is unknown"),
    "unknown-column": (lambda book: book["spaces"].__setitem__("K1", "colour"), "sheet spaces, row 1: unknown column 'colour'"),
    "missing-column": (lambda book: book["spaces"].delete_cols(2), "sheet spaces, row 1: column 'id' is missing"),
    "missing-cell": (lambda book: book["spaces"].__setitem__("C3", None), "sheet spaces, row 3, column building: missing"),
    "not-a-number": (lambda book: book["spaces"].__setitem__("D2", "one"), "sheet spaces, row 2, column floor = 'one'"),
    "unknown-word": (lambda book: book["spaces"].__setitem__("E2", "classrom"), "row 2, column kind = 'classrom'"),
    "doubled": (lambda book: book["spaces"].__setitem__("B3", "a101"), "row 3, column id = 'a101': stands in"),
    "unknown-room": (lambda book: book["devices"].__setitem__("D2", "x9"), "sheet devices, row 2, column space = 'x9'"),
    "unknown-school": (lambda book: book["spaces"].__setitem__("A2", "nobody"), "row 2, column school = 'nobody'"),
    "nested": (
        lambda book: book["luminaires"].__setitem__("G2", "soon"),
        "row 2, column certificate_on = 'soon'",
    ),
    "days-out-of-order": (lambda book: book["calendar_days"].__setitem__("D2", "2026-01-01"), "last 2026-01-01 is before first"),
    "outside": (lambda book: book["spaces"].__setitem__("M2", "note"), "cell M2 = 'note': stands outside the columns"),
    "programme-ends-early": (
        lambda book: book["programmes"].__setitem__("H2", "2026-01-01"),
        "sheet programmes, row 2: Value error, ends 2026-01-01 is before begins 2026-03-01",
    ),
    "unknown-programme": (lambda book: book["milestones"].__setitem__("F2", "p9"), "row 2, column programme = 'p9'"),
    "unknown-ground": (lambda book: book["playgrounds"].__setitem__("E2", "lava"), "row 2, column ground = 'lava'"),
    "no-bandwidth": (lambda book: book["networks"].__setitem__("E2", 0), "row 2, column bandwidth_mbps = '0'"),
    "unreached-space": (lambda book: book["networks"].__setitem__("D2", "x9"), "sheet networks, row 2, column covers = 'x9'"),
    "merged-classes": (lambda book: book["classes"].merge_cells("D2:D3"), "sheet classes, cells D2:D3: are merged"),
    "class-of-no-stage": (
        lambda book: book["classes"].__setitem__("C2", "primary"),
        "sheet classes, row 2, column stage = 'primary': the school has junior, senior only",
    ),
    "class-too-big": (lambda book: book["classes"].__setitem__("E3", 1190), "row 3, column pupils = '1190': Input should be less"),
    "more-pupils-than-enrolled": (
        lambda book: book["schools"].__setitem__("L2", 40),
        "sheet classes, row 2, column pupils = '45': with it the classes have 45 pupils, more than the enrolment of 40",
    ),
    "class-without-size": (lambda book: book["classes"].__setitem__("E2", None), "sheet classes, row 2, column pupils: missing"),
    "class-nowhere": (lambda book: book["classes"].__setitem__("F2", "x9"), "sheet classes, row 2, column space = 'x9'"),
    "grade-unknown": (lambda book: book["classes"].__setitem__("D2", 7), "sheet classes, row 2, column grade = '7'"),
    "kitchen-in-a-classroom": (
        lambda book: book["kitchens"].__setitem__("B2", "a101"),
        "sheet kitchens, row 2, column space = 'a101': 'a101' is no space of the kind kitchen",
    ),
    "kitchen-connected-to-nothing": (
        lambda book: book["kitchens"].__setitem__("F2", None),
        "sheet kitchens, row 2: Value error, since 2026-03-01 names no platform",
    ),
    "kitchen-operator": (lambda book: book["kitchens"].__setitem__("C2", "nobody"), "row 2, column operator = 'nobody'"),
    "camera-place-unknown": (
        lambda book: book["cameras"].__setitem__("G3", "roof"),
        "sheet cameras, row 3, column place = 'roof': is no camera place of 'k1', which has cooking, washing",
    ),
    "camera-place-doubled": (
        lambda book: book["spaces"].__setitem__("J4", "cooking;cooking"),
        "sheet spaces, row 4, column camera_places = 'cooking'",
    ),
    "equipment-out-of-order": (
        lambda book: book["equipment"].__setitem__("H2", "2025-01-01"),
        "sheet equipment, row 2: Value error, warranty_until 2025-01-01 is before since 2025-09-01",
    ),
    "equipment-of-no-device": (lambda book: book["equipment"].__setitem__("I2", "x9"), "row 2, column device = 'x9'"),
    "equipment-unknown": (lambda book: book["equipment"].__setitem__("D2", "abacus"), "row 2, column kind = 'abacus'"),
    "equipment-none": (lambda book: book["equipment"].__setitem__("E2", 0), "sheet equipment, row 2, column count = '0'"),
    "target-of-nothing": (lambda book: book["targets"].__setitem__("D2", "p9"), "sheet targets, row 2, column programme = 'p9'"),
    "target-year": (lambda book: book["targets"].__setitem__("B2", 26), "sheet targets, row 2, column year = '26'"),
    "work-paid-by-nobody": (lambda book: book["works"].__setitem__("G3", "p9"), "sheet works, row 3, column programme = 'p9'"),
    "work-warranty-out-of-order": (
        lambda book: book["works"].__setitem__("J3", "2026-01-01"),
        "sheet works, row 3: Value error, warranty_until 2026-01-01 is before on 2026-08-10",
    ),
    "power-of-nothing": (lambda book: book["luminaires"].__setitem__("P3", -1), "row 3, column power_w = '-1'"),
    "nameless-guard": (lambda book: book["guards"].__setitem__("C2", None), "sheet guards, row 2, column person: missing"),
    "no-time": (lambda book: book["patrols"].__setitem__("D2", "dusk"), "row 2, column starts = 'dusk'"),
    "post-nowhere": (lambda book: book["posts"].__setitem__("B2", "x9"), "sheet posts, row 2, column space = 'x9'"),
    "no-weekday": (lambda book: book["posts"].__setitem__("C2", "7"), "row 2, column weekdays = '7'"),
    "unit-in-the-cell": (lambda book: book["spaces"].__setitem__("H2", "63 sqm"), "row 2, column area_m2 = '63 sqm'"),
    "unit-of-power": (lambda book: book["luminaires"].__setitem__("P3", "36W"), "sheet luminaires, row 3, column power_w = '36W'"),
    "unknown-metric": (lambda book: book["documents"].__setitem__("E2", "glare"), "row 2, column metric = 'glare': unknown"),
    "document-of-nothing": (
        lambda book: book["documents"].__setitem__("D2", "x9"),
        "sheet documents, row 2, column subject = 'x9': document 'd1' names subject 'x9'",
    ),
    "lamp-of-no-group": (lambda book: book["devices"].__setitem__("E2", "l9"), "sheet devices, row 2, column group = 'l9'"),
    "no-school": (lambda book: book["schools"].delete_rows(2, 9), "sheet schools: has no row"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_told_with_sheet_row_and_column(filled: Path, case: str) -> None:
    change, expected = CASES[case]
    assert expected in spoiled(filled, change)


def test_every_fault_is_told_at_once(filled: Path) -> None:
    def spoil(book: Workbook) -> None:
        book["spaces"]["D2"] = "one"
        book["documents"]["F2"] = "many"
        book["cameras"]["D2"] = "x9"

    assert len(spoiled(filled, spoil).splitlines()) == 3


def test_merged_cells_are_told_on_every_sheet(filled: Path) -> None:
    def merge(book: Workbook) -> None:
        for sheet in SHEETS:
            book[sheet.name].merge_cells("A2:A3")

    told = spoiled(filled, merge)
    assert all(f"sheet {sheet.name}, cells A2:A3: are merged" in told for sheet in SHEETS)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_fault_in_a_csv_file_is_told_with_row_and_column(sites: tuple[Site, ...], tmp_path: Path, encoding: str) -> None:
    write_csv_folder(tmp_path / "csv", tables_of(sites))
    for path in (tmp_path / "csv").glob("*.csv"):
        text = (
            path.read_text("utf-8-sig")
            .replace(",45,", ",many,")
            .replace("contracted", "承包")
            .replace("interactive_display", "大屏")
        )
        path.write_text(text, encoding)
    told = faults(tmp_path / "csv")
    assert "classes.csv: row 2, column pupils = 'many'" in told
    assert "kitchens.csv: row 2, column operator = '承包'" in told
    assert "equipment.csv: row 2, column kind = '大屏'" in told


def test_what_is_no_workbook_is_refused_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_text("school,id\n")
    assert "save it as XLSX" in faults(tmp_path / "x.xlsx")


def test_the_template_is_empty_and_says_what_every_column_means(tmp_path: Path) -> None:
    write_template(tmp_path / "template.xlsx")
    assert faults(tmp_path / "template.xlsx") == "sheet schools: has no row; every school needs one"
    book = load_workbook(tmp_path / "template.xlsx")
    comments = [cell.comment.text for sheet in SHEETS for cell in book[sheet.name][1] if cell.comment]
    assert len(comments) == sum(len(sheet.columns) for sheet in SHEETS)
    assert {column.name for sheet in SHEETS for column in sheet.columns} <= COLUMNS.keys()
