"""The drawn city: the same for the same seed, what is planted lies in the files, and what is wrong is told."""

import ast
import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import bench.city
from bench.city import light, truth
from bench.city.__main__ import scored
from bench.city.drawing import Drawing
from bench.city.judge import Key, Tally
from bench.city.stories import draw

pytestmark = pytest.mark.unit

SOURCES = sorted(Path(bench.city.__file__).parent.glob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.fixture(scope="module")
def drawn() -> Drawing:
    return draw(1, 1)


@pytest.fixture(scope="module")
def folder(drawn: Drawing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city") / "school"
    drawn.papers.write(folder, drawn.shuffle())
    return folder


@pytest.fixture(scope="module")
def verdicts(folder: Path) -> dict[Key, dict[str, object]]:
    return scored(folder)


def failures(drawn: Drawing, verdicts: dict[Key, dict[str, object]]) -> list[tuple[str, str]]:
    tally = Tally()
    tally.add(drawn.items, verdicts)
    return sorted(tally.faults)


def test_it_shares_no_code_with_what_it_judges() -> None:
    names = {name for path in SOURCES for name in imported(path) if name.split(".")[0] not in {"numpy", "tomli_w"}}
    ours = {name for name in names if name.split(".")[0] in {"compliance", "simulator", "lamplighter", "edge", "ingest", "console"}}
    assert ours == {"lamplighter.runtime.clock"}


def test_the_same_seed_draws_the_same_school(drawn: Drawing) -> None:
    again, other = draw(1, 1), draw(1, 2)
    assert (again.items, again.papers.readings) == (drawn.items, drawn.papers.readings)
    assert other.items != drawn.items


def test_planted_margins_reach_from_two_to_fifty_percent_on_both_sides() -> None:
    items = [item for number in range(1, 4) for item in draw(number, 1).items]
    planted = {"desk survey", "evenness, uneven room", "evenness of the board", "carbon dioxide", "age of recordings"}
    margins = [item.margin for item in items if item.cause in planted]
    assert min(map(abs, margins)) >= 0.0199
    assert max(map(abs, margins)) <= 0.5001
    assert min(margins) < 0 < max(margins)


@pytest.mark.parametrize("even", [0.35, 0.6, 0.7, 0.95])
def test_desks_have_the_planted_mean_and_evenness(even: float) -> None:
    shares = light.shares_with(even, np.random.default_rng(3))
    assert np.mean(shares) == pytest.approx(1.0)
    assert min(shares) == even


def test_a_meters_error_lies_within_its_stated_uncertainty() -> None:
    chance = np.random.default_rng(5)
    assert max(abs(light.within(0.08, chance)) for _ in range(2000)) <= 0.08


def test_the_files_hold_the_surveys_that_were_planted(drawn: Drawing, folder: Path) -> None:
    rows = list(csv.DictReader((folder / "surveys.csv").read_text("utf-8").splitlines()))
    measured = [float(row["lx"]) - float(row["lamps_off_lx"]) for row in rows if row["survey"] == "r01-0920"]
    (item,) = {(one.margin, one.uncertainty) for one in drawn.items if (one.subject, one.rule) == ("r01", "LGT-021")}
    assert abs(np.mean(measured) / 300 - 1 - item[0]) < item[1]


def test_there_are_eighteen_school_days_with_the_make_up_saturday() -> None:
    days = truth.school_days()
    assert len(days) == 18
    assert date(2026, 10, 10) in days
    assert not {date(2026, 10, 7), date(2026, 10, 17)} & set(days)


def test_the_engine_finds_what_was_planted_and_nothing_else(drawn: Drawing, verdicts: dict[Key, dict[str, object]]) -> None:
    assert failures(drawn, verdicts) == []


def test_a_fault_passed_is_told(drawn: Drawing, verdicts: dict[Key, dict[str, object]]) -> None:
    wrong = {key: {**row, "verdict": "pass"} if row["verdict"] == "fail" else row for key, row in verdicts.items()}
    assert {what for what, _ in failures(drawn, wrong)} >= {"fault missed"}


def test_missing_data_passed_is_told(drawn: Drawing, verdicts: dict[Key, dict[str, object]]) -> None:
    wrong = {key: {**row, "verdict": "pass"} if row["verdict"] == "insufficient_data" else row for key, row in verdicts.items()}
    told = {cause for what, cause in failures(drawn, wrong) if what == "pass without evidence"}
    assert {"nothing handed in", "room under repair", "camera fell silent", "projector lesson", "sensor swap"} <= told


def test_a_false_alarm_is_told(drawn: Drawing, verdicts: dict[Key, dict[str, object]]) -> None:
    wrong = {key: {**row, "verdict": "indicative_low"} if key[3] == "LGT-021" else row for key, row in verdicts.items()}
    assert ("false alarm", "projector lesson") in failures(drawn, wrong)
