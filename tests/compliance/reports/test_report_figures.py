"""A report's pages and workbook say what its JSON says, in both languages."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from compliance.explain import LANGUAGES
from compliance.packs import load_packs
from compliance.reports.content import Report, Scope, Words, report_of
from compliance.reports.figures import percent, shown
from compliance.reports.files import content_of, write_json, write_pdf, write_xlsx
from compliance.reports.words import LABELS, labels
from compliance.scoring import SchoolScorer
from compliance.verdicts import Verdict
from lamplighter.runtime.settings import check_settings
from lamplighter.site.model import Site

pytestmark = pytest.mark.unit

FRIDAY = date(2026, 11, 20)
NUMBERS = re.compile(r"\d+(?:\.\d+)*")


def school(name: str, averages: dict[str, float]) -> Site:
    """A school whose rooms were surveyed with these averages."""
    spaces = [{"id": room, "building": "a", "label": {"zh": f"{room} 教室", "en": f"Room {room}"}} for room in averages]
    surveys = [
        {
            "id": f"s-{room}",
            "space": room,
            "at": "2026-09-10T19:30:00+08:00",
            "plane_height_m": 0.75,
            "warm_up_min": 20,
            "curtains_drawn": True,
            "meter_class": "1",
            "meter_serial": "M1",
            "meter_calibrated_until": "2027-03-01",
            "tester": "t1",
            "points": [{"x_m": 1 + 2 * (i % 4), "y_m": 1 + 2 * (i // 4), "lx": lx, "lamps_off_lx": 0} for i in range(12)],
        }
        for room, lx in averages.items()
    ]
    content = {"district": "haidian", "school": name, "label": {"zh": "育才=学校", "en": "=Yucai"}}
    return check_settings({**content, "spaces": spaces, "surveys": surveys}, Site, where="test")


def judged(site: Site, days: int = 3) -> Iterator[Verdict]:

    yield from SchoolScorer(site, load_packs(), None).verdicts(FRIDAY - timedelta(days=days - 1), FRIDAY)


@pytest.fixture(scope="session")
def report() -> Report:
    """A school with rooms that fail by much, by a hair, and not at all."""
    site = school("yucai", {"a101": 287.3, "a102": 299.96, "a103": 300.0, "a104": 345.2})
    scope = Scope(Words("育才", "Yucai"), FRIDAY - timedelta(days=2), FRIDAY, {"city": f"{'5f' * 32}@2026-11-21"})
    return report_of(judged(site), [site], load_packs(), scope)


@pytest.fixture(scope="session")
def pages(report: Report, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The PDF's text by language."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not here")
    found: dict[str, str] = {}
    for language in LANGUAGES:
        path = tmp_path_factory.mktemp("pdf") / "report.pdf"
        write_pdf(path, report, language)
        done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True, timeout=60)
        found[language] = done.stdout
    return found


def scalars(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from scalars(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from scalars(one)
    else:
        yield str(value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_on_the_pages_is_in_the_json(report: Report, pages: dict[str, str], language: str) -> None:
    said = {number for text in (*scalars(content_of(report)), *labels(language).values()) for number in NUMBERS.findall(text)}
    page_numbers = set(re.findall(r"(\d+) / (\d+)\s*$", pages[language], re.MULTILINE))
    footers = {number for pair in page_numbers for number in pair}
    assert set(NUMBERS.findall(pages[language])) - said - footers == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_of_the_json_is_on_the_pages(report: Report, pages: dict[str, str], language: str) -> None:
    figures = [text for row in report.findings for text in (f"{row.value} {row.unit}".strip(), row.limit, row.margin)]
    assert figures
    assert [text for text in set(figures) if pages[language].count(text) < figures.count(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_score_and_every_rule_of_the_json_is_on_the_pages(report: Report, pages: dict[str, str], language: str) -> None:
    place = LANGUAGES.index(language)
    scores = [
        (row.weight[place], row.passed, row.failed, row.likely_low, row.no_evidence, row.coverage, row.score, row.critical)
        for row in report.scores
    ]
    counts = [(row.passed, row.failed, row.no_evidence) for row in report.rules]
    lines = [" ".join(line.split()) for line in pages[language].splitlines()]
    assert scores
    assert counts
    assert [row for row in scores if not any(" ".join(map(str, row[1:])) in line for line in lines)] == []
    ends = [line.rsplit(" ", 3)[-3:] for line in lines if line.count(" ") >= 3]
    assert [row for row in set(counts) if ends.count([*map(str, row)]) < counts.count(row)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_clause_is_written_in_the_readers_language(pages: dict[str, str], language: str) -> None:
    assert ("表 5.3.8" in pages[language], "table 5.3.8" in pages[language]) == (language == "zh", language == "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chain_head_is_printed_whole(report: Report, pages: dict[str, str], language: str) -> None:
    assert report.heads["city"] in pages[language]


def test_the_pages_embed_their_font(report: Report, tmp_path: Path) -> None:
    if shutil.which("pdffonts") is None:
        pytest.skip("pdffonts is not here")
    write_pdf(tmp_path / "r.pdf", report, "zh")
    done = subprocess.run(["pdffonts", str(tmp_path / "r.pdf")], capture_output=True, text=True, check=True, timeout=60)
    fonts = [line.split() for line in done.stdout.splitlines()[2:]]
    assert fonts
    assert all("LamplighterHei" in row[0] and row[4] == "yes" for row in fonts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_holds_every_finding(report: Report, tmp_path: Path, language: Any) -> None:
    write_xlsx(tmp_path / "r.xlsx", report, language)
    page = load_workbook(tmp_path / "r.xlsx")[labels(language)["findings"]]
    rows = list(page.iter_rows(values_only=True))
    assert [row[1] for row in rows[1:]] == [finding.subject for finding in report.findings]


def test_a_name_never_becomes_a_formula(report: Report, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "r.xlsx", report, "en")
    cells = [cell for page in load_workbook(tmp_path / "r.xlsx") for row in page.iter_rows() for cell in row]
    assert "=Yucai" in {cell.value for cell in cells}
    assert "f" not in {cell.data_type for cell in cells}


def test_a_room_that_misses_by_a_hair_is_not_shown_as_meeting_the_limit(report: Report) -> None:
    (row,) = (row for row in report.findings if row.subject == "a102" and row.rule == "LGT-021")
    assert (row.value, row.limit, row.margin) == ("299.96", "≥ 300", "-0.04")


def test_a_room_on_the_limit_is_no_finding(report: Report) -> None:
    assert "a103" not in {row.subject for row in report.findings}


def test_the_worst_comes_first(report: Report) -> None:
    assert report.findings[0].subject == "a101"


def test_days_count_those_of_the_period_with_the_same_verdict(report: Report) -> None:
    assert {row.days for row in report.findings} == {3}


def test_the_json_file_is_the_report(report: Report, tmp_path: Path) -> None:
    write_json(tmp_path / "r.json", report)
    assert json.loads((tmp_path / "r.json").read_text("utf-8")) == json.loads(json.dumps(content_of(report)))


@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [(299.96, 300.0, "299.96"), (300.0, 300.0, "300"), (0.69999999, 0.7, "0.69999999"), (310.44, 300.0, "310.4"), (None, 1.0, "-")],
)
def test_a_figure_stays_on_its_side_of_the_limit(value: float | None, limit: float, expected: str) -> None:
    assert shown(value, limit) == expected


def test_nearly_all_is_not_shown_as_all() -> None:
    assert (percent(0.9999), percent(1.0), percent(0.29), percent(None)) == ("99.9 %", "100.0 %", "29.0 %", "-")


def test_every_label_is_in_both_languages() -> None:
    assert all(zh and en for zh, en in LABELS.values())
