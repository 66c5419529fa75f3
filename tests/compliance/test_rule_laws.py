"""Laws that hold for every rule through its real files: what is taken away, added outside, shuffled or doubled."""

import csv
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from compliance.files.score import line_of
from compliance.points import point_of
from compliance.rules import Rule
from tests.compliance.rule_folders import day_for, write_evidence, write_readings, write_site
from tests.compliance.test_rule_cases import CASES, RULES, about, as_if_read, named, verdicts_of

pytestmark = pytest.mark.unit

LAWFUL = [case for case in CASES if RULES[case["rule"], case["version"]].subject != "district"]
READ = [case for case in LAWFUL if RULES[case["rule"], case["version"]].window is not None]
FILES = ("readings.csv", "surveys.csv", "documents.csv")
NAMES = {"surveys.csv": "survey", "documents.csv": "id"}
Rows = list[dict[str, str]]


def rows_of(folder: Path) -> tuple[Path, Rows]:
    """The one file of evidence, and its rows."""
    (path,) = (folder / name for name in FILES if (folder / name).exists())
    return path, list(csv.DictReader(path.read_text("utf-8").splitlines()))


def write(path: Path, rows: Sequence[dict[str, str]], like: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, like[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def changed(tmp_path: Path, case: dict[str, str], verdict: str, change: Callable[[Path, Rows], Rows]) -> tuple[str, str]:
    """The rule's verdict, as a line, before and after a change to the rows of a folder that gives `verdict`."""
    rule = as_if_read(RULES[case["rule"], case["version"]], tmp_path)
    write_site(tmp_path, rule)
    write_evidence(tmp_path, rule, float(case["passes" if verdict == "pass" else "fails"]))
    before = line_of(about(verdicts_of(tmp_path, rule), rule))
    path, rows = rows_of(tmp_path)
    write(path, change(path, rows), rows)
    return before, line_of(about(verdicts_of(tmp_path, rule), rule))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
@pytest.mark.parametrize("case", LAWFUL, ids=named)
def test_removing_data_never_creates_a_pass(tmp_path: Path, case: dict[str, str], share: float) -> None:
    """Surveys here have as many points as the rule asks for: a larger one without its darkest point is another survey."""
    chance = random.Random(share)  # noqa: S311 which rows go is no secret

    def thinned(_: Path, rows: Rows) -> Rows:
        return [row for row in rows if chance.random() > share][: len(rows) - 1]

    before, after = changed(tmp_path, case, "fail", thinned)
    assert '"verdict": "fail"' in before
    assert '"verdict": "pass"' not in after


def worst_of(rule: Rule) -> float:
    """The worst the rule's point can be."""
    assert rule.window is not None
    point = point_of(rule.window.point)
    assert point is not None
    return point.low if rule.comparator in {">=", ">", "="} and rule.threshold else point.high


@pytest.mark.parametrize("case", READ, ids=named)
def test_taking_the_bad_readings_of_a_mixed_window_out_never_creates_a_pass(tmp_path: Path, case: dict[str, str]) -> None:
    """One reading in each piece, some good and some as bad as can be: without the bad ones there are holes, and no pass."""
    rule = as_if_read(RULES[case["rule"], case["version"]], tmp_path)
    good, bad = float(case["passes"]), worst_of(rule)
    write_site(tmp_path, rule)
    write_readings(tmp_path, rule, lambda number: bad if number % 8 < 4 else good)
    whole = about(verdicts_of(tmp_path, rule), rule).verdict
    path, rows = rows_of(tmp_path)
    write(path, [row for row in rows if float(row["value"]) != bad], rows)
    left = about(verdicts_of(tmp_path, rule), rule).verdict
    # A clause about the best of the day is met by the good ones alone, as long as no piece is missing.
    best_counts = rule.window is not None and (rule.comparator, rule.window.statistic) == ("=", "high") and bool(rule.threshold)
    assert whole == ("pass" if best_counts else "fail")
    assert left in {"fail", "insufficient_data"}


@pytest.mark.parametrize("case", LAWFUL, ids=named)
def test_data_outside_the_window_changes_nothing(tmp_path: Path, case: dict[str, str]) -> None:
    rule = RULES[case["rule"], case["version"]]
    later = timedelta(days=rule.window.days if rule.window is not None else 120)

    def followed(path: Path, rows: Rows) -> Rows:
        (tmp_path / "other").mkdir()
        write_evidence(tmp_path / "other", rule, float(case["fails"]))
        more = [moved(path.name, row, later) for row in rows_of(tmp_path / "other")[1]]
        assert all(date.fromisoformat(str(row.get("on") or row["time"][:10])) >= day_for(rule) for row in more)
        return [*more, *rows]

    before, after = changed(tmp_path, case, "pass", followed)
    assert '"verdict": "pass"' in before
    assert after == before


def moved(file: str, row: dict[str, str], later: timedelta) -> dict[str, str]:
    """The row so much later, under another name where its file has names."""
    key = "on" if file == "documents.csv" else "time"
    at = date.fromisoformat(row[key]) + later if key == "on" else datetime.fromisoformat(row[key]) + later
    name = {NAMES[file]: "another"} if file in NAMES else {}
    return row | {key: at.isoformat()} | name


@pytest.mark.parametrize("verdict", ["pass", "fail"])
@pytest.mark.parametrize("case", LAWFUL, ids=named)
def test_order_and_duplicates_change_nothing(tmp_path: Path, case: dict[str, str], verdict: str) -> None:
    def shuffled(path: Path, rows: Rows) -> Rows:
        # A document has a name of its own: the same one twice is refused; the same fact under another name is a duplicate.
        names = {NAMES[path.name]: "again"} if path.name == "documents.csv" else {}
        return random.Random(7).sample([*rows, *(row | names for row in rows)], 2 * len(rows))  # noqa: S311 no secret

    before, after = changed(tmp_path, case, verdict, shuffled)
    assert without_samples(after) == without_samples(before)


def without_samples(line: str) -> str:
    """A document that is there twice counts as two samples: they are two documents."""
    return line[: line.index('"samples"')]
