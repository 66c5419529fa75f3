"""The judge of the fault table: it sees what is lost, what stands twice, and what was never said."""

import sqlite3
from pathlib import Path

import msgspec
import pytest

from bench.delivery import script
from bench.delivery.judge import Centre, Said, Tally, judge
from bench.delivery.store import StoredRow

pytestmark = pytest.mark.unit
AT_MS = 1_780_000_000_000
SHAPE = {"gateways": 1, "readings": 2}
TABLES = """
CREATE TABLE transitions (gateway TEXT, name TEXT, evidence TEXT, active INTEGER);
CREATE TABLE conditions (gateway TEXT, name TEXT, active INTEGER);
CREATE TABLE quarantine (topic TEXT, whole INTEGER, boot INTEGER, seq INTEGER, payload BLOB);
CREATE TABLE given_up (gateway TEXT, boot INTEGER, lane TEXT, why TEXT, first INTEGER, last INTEGER);
"""


class Case:
    """A gateway that said two messages of two readings and one transition, and a centre to fill."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        record = f"B 5 x\nI readings 0 {AT_MS}\nA readings 0 {AT_MS} 5 1\nI readings 1 {AT_MS + 1}\nA readings 1 {AT_MS + 1} 5 2\n"
        record += f"I conditions 0 {AT_MS}\nA conditions 0 {AT_MS} 5 1\n"
        (folder / "gw00.txt").write_text(record, "ascii")
        self.sql = sqlite3.connect(folder / "sql.sqlite")
        self.sql.executescript(TABLES)
        self.apply_transition()
        self.rows = [StoredRow(key, value) for k in (0, 1) for key, value in script.rows(0, k, AT_MS + k, **SHAPE)]

    def apply_transition(self) -> None:
        """As ingest would."""
        self.sql.execute("INSERT INTO transitions VALUES ('gw00', 'bench', '{\"k\":0}', 1)")
        self.sql.execute("INSERT OR IGNORE INTO conditions VALUES ('gw00', 'bench', 1)")

    def judged(self) -> Tally:
        """What the judge finds."""
        self.sql.commit()
        said = Said(self._folder, [self._folder / "none"], **SHAPE)
        centre = Centre(self._folder / "sql.sqlite")
        try:
            return judge(said, self.rows, centre)
        finally:
            centre.close()


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def test_all_stored_is_nothing_lost(case: Case) -> None:
    assert case.judged()[:6] == (5, 5, 0, 0, 0, 0)


def test_a_missing_row_is_lost(case: Case) -> None:
    case.rows.pop()
    assert (case.judged().stored, case.judged().lost) == (4, 1)


def test_a_row_overwritten_by_another_value_is_lost(case: Case) -> None:
    case.rows[0] = case.rows[0]._replace(value=999.0)
    assert case.judged().lost == 1


def test_a_row_that_stands_twice_is_doubled(case: Case) -> None:
    case.rows.append(case.rows[0])
    assert case.judged().doubled == 1


def test_a_row_that_nobody_said_is_doubled(case: Case) -> None:
    first = case.rows[0]
    case.rows.append(first._replace(key=first.key._replace(at_ms=AT_MS + 500)))
    assert case.judged().doubled == 1


def test_a_transition_applied_twice_is_doubled(case: Case) -> None:
    case.apply_transition()
    assert case.judged().doubled == 1


def test_a_transition_never_applied_is_lost(case: Case) -> None:
    case.sql.execute("DELETE FROM transitions")
    assert case.judged().lost == 1


def test_a_reading_in_quarantine_is_rejected_not_lost(case: Case) -> None:
    row = case.rows.pop()
    payload = msgspec.json.encode({"value": row.value})
    case.sql.execute("INSERT INTO quarantine VALUES ('campus/v1/bench/farm/gw00/readings', 0, 5, 2, ?)", (payload,))
    assert (case.judged().rejected, case.judged().lost) == (1, 0)


def test_readings_that_the_gateway_said_it_shed_are_shed_not_lost(case: Case) -> None:
    case.rows = case.rows[2:]
    case.sql.execute("INSERT INTO given_up VALUES ('gw00', 5, 'readings', 'shed', 1, 1)")
    assert (case.judged().shed, case.judged().lost) == (2, 0)
