"""What is wrong with something typed in, told in Chinese: every sentence that a check of these pages can give."""

import re
from typing import Any

import pytest

from compliance.ledger.sheets import BY_NAME
from compliance.visits.model import MODELS
from console.inspection.problem_words import problem_in_chinese
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings
from lamplighter.site.calendar import SchoolCalendar
from lamplighter.site.model import Site, Survey

pytestmark = pytest.mark.unit

LATIN_WORDS = re.compile(r"(?<![\w'\"./=-])[a-z]{3,}(?: [a-z]+){1,}")
"""Two words of English beside each other, outside quotation marks."""

LABEL = {"zh": "某", "en": "some"}


def problems(kind: Any, content: dict[str, Any], where: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        check_settings(content, kind, where=where)
    return list(caught.value.problems)


def lines() -> list[str]:
    points = [{"x_m": "left", "y_m": -1, "lx": 10**9}]
    survey = {"id": "A B", "space": "", "at": "soon", "points": points, "method": "guess", "warm_up_min": -5, "tester": "", "no": 1}
    site = {
        "district": "d1",
        "school": "s1",
        "label": LABEL,
        "time_zone": "Mars/Base",
        "spaces": [{"id": "a1", "building": "a", "label": LABEL}],
    }
    whole = {**site, "time_zone": "Asia/Shanghai"}
    cameras = [{"id": "c1", "space": "zz", "label": LABEL}, {"id": "c1", "space": "a1", "label": LABEL}]
    terms = [{"first": "2026-09-01", "last": "2027-01-20"}, {"first": "2027-01-10", "last": "2027-07-01"}]
    return [
        *problems(Survey, survey, "survey"),
        *problems(Site, site, "ledger.xlsx, school s1"),
        *problems(Site, {**whole, "cameras": cameras}, "ledger of s1"),
        *problems(SchoolCalendar, {"terms": terms}, "calendar"),
        *problems(SchoolCalendar, {"terms": [{"first": "2026-09-01", "last": "2026-01-01"}]}, "calendar"),
        *problems(MODELS["reading"], {"space": "a1", "lx": -1, "meter_serial": "", "meter_calibrated_until": "x"}, "reading"),
        *problems(MODELS["remark"], {"text": "x" * 3000}, "remark"),
        *problems(MODELS["opened"], {"seed": "", "count": 0, "population": [], "rooms": ["a1"]}, "opened"),
        *problems(MODELS["signed"], {"role": "nobody"}, "signed"),
        "survey 's-1' leaves out warm_up_min, tester: without it the survey counts for nothing; fill it in",
        "survey, id = 's-1': the school has one of that id; choose another",
        "survey, at = 2030-01-01 00:00:00+00:00: is still to come; correct the date",
        "who: is empty; say who enters this",
        "until = 'x': is not a day; write it as 2026-12-31",
        "action a/b: there is none of that name; `compliance actions list` shows them",
        "waiver until 2026-01-01: ends before it begins on 2026-02-02; give a later day",
        "reading: the inspector has signed already",
        "space = 'zz': demo-school has none of that id",
        "key = 'k': belongs to another visit; send it with a key of its own",
        "file: none was chosen; choose a workbook (XLSX)",
        "sheet schools: has no row; every school needs one",
        "sheet schools: 'x' is not 'y', whose ledger this page is",
        "l.xlsx, sheet 'foo': is unknown; allowed: spaces, devices",
        "l.xlsx, sheet spaces, cells A1:B2: are merged; unmerge them and fill in each",
        "l.xlsx, sheet spaces, row 1: column 'id' is missing",
        "l.xlsx, sheet spaces, row 3, column id = 'a': stands in l.xlsx, sheet spaces, row 2 too",
        "l.xlsx, sheet spaces, row 3, column area_m2 = '=A1': is a formula; put its value there",
        "l.xlsx, sheet devices, row 3, column space = 'z': the school has none of that id in sheet spaces",
    ]


@pytest.mark.parametrize("line", lines())
def test_a_problem_is_told_in_chinese_with_its_values_untouched(line: str) -> None:
    told = problem_in_chinese(line)
    assert told != line
    assert LATIN_WORDS.findall(re.sub(r"\{.*\}", "", told)) == []
    assert [value for value in re.findall(r"= ('[^']*')", line) if value not in told] == []


def test_the_place_is_named_as_the_workbook_names_it() -> None:
    told = problem_in_chinese("l.xlsx, sheet spaces, row 4, column area_m2 = 'x': Input should be a valid number, unable to parse")
    assert told == f"l.xlsx，表“{BY_NAME['spaces'].zh}”，第 4 行，列“面积，平方米” = 'x'：应填数字"


def test_a_point_of_a_survey_is_counted_from_one() -> None:
    assert "第 4 行" in problem_in_chinese("survey: points.3.lx = 'abc': Input should be a valid number, unable to parse")


def test_a_sentence_that_is_not_known_stands_as_it_is() -> None:
    assert problem_in_chinese("strange: nobody knows") == "strange: nobody knows"
