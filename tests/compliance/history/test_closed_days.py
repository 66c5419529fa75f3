"""A closed day never changes; what comes later stands beside it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from compliance.history.book import content_of, entries, sign_heads
from compliance.history.closing import close_day, verdicts_of
from compliance.history.erasure import erase_name
from compliance.history.keys import read_private
from compliance.verify.check import check
from lamplighter.contract.errors import SettingsError
from lamplighter.storage.sql.engine import snapshot, transaction
from tests.compliance.history.conftest import FIRST, TESTER, History, evening, verdict

pytestmark = pytest.mark.unit

THIRD = FIRST + timedelta(days=2)


def test_a_closed_day_cannot_be_closed_again(history: History) -> None:
    history.write(1)
    with transaction(history.engine) as connection, pytest.raises(ValueError, match="is closed"):
        close_day(connection, "yucai", FIRST, verdicts=[verdict(FIRST)], inputs=(), at=evening(FIRST))


def test_an_amendment_says_who_why_and_both_verdicts(history: History) -> None:
    history.write(4)
    with snapshot(history.engine) as connection:
        (amendment,) = entries(connection, "yucai", day=THIRD, kinds=("amendment",))
        said = json.loads(content_of(connection, amendment.document))
    (change,) = said["changes"]
    assert (change["before"]["verdict"], change["after"]["verdict"], said["why"]) == ("pass", "fail", "late survey")
    assert said["who"].startswith("name:")


def test_the_first_document_of_an_amended_day_stays_as_it_was(history: History) -> None:
    history.write(3)
    with snapshot(history.engine) as connection:
        before = [content_of(connection, one.document) for one in entries(connection, "yucai", day=THIRD)]
    with transaction(history.engine) as connection:
        history.amend(connection, THIRD, at=evening(THIRD))
        after = [content_of(connection, one.document) for one in entries(connection, "yucai", day=THIRD)]
    assert after[: len(before)] == before
    assert len(after) == 2


def test_the_amended_verdict_is_the_one_that_stands(history: History) -> None:
    history.write(4)
    with snapshot(history.engine) as connection:
        assert [row["verdict"] for row in verdicts_of(connection, "yucai", THIRD)] == ["fail", "fail"]


def test_late_data_that_changes_no_verdict_adds_nothing(history: History) -> None:
    history.write(4)
    with transaction(history.engine) as connection:
        assert history.amend(connection, THIRD, at=evening(THIRD)) is None


def test_an_erased_name_leaves_the_chain_valid(history: History, tmp_path_factory: pytest.TempPathFactory) -> None:
    history.write(4)
    with transaction(history.engine) as connection:
        assert erase_name(connection, TESTER, chain="yucai", day=THIRD, at=evening(THIRD), why="asked") == 1
        sign_heads(connection, read_private(history.key), at=evening(THIRD))
    folder = history.export(tmp_path_factory.mktemp("erased") / "export")
    kept = [history.head("yucai"), history.head()]
    assert [fault.words("en") for fault in check(folder, history.public, kept).faults] == []
    assert TESTER.encode() not in b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_name_taken_out_without_saying_so_is_missed(history: History, tmp_path_factory: pytest.TempPathFactory) -> None:
    history.write(4)
    folder = history.export(tmp_path_factory.mktemp("taken") / "export")
    (folder / "names.jsonl").write_bytes(b"")
    assert "name_missing" in {fault.code for fault in check(folder, history.public, [history.head()]).faults}


def test_files_that_score_reads_are_sealed_with_the_history(history: History, tmp_path: Path) -> None:
    history.write(1)
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "readings.csv").write_text("time,device,point,value,quality\n")
    history.export(folder)
    assert check(folder, history.public, [history.head()]).sound
    (folder / "readings.csv").write_text("time,device,point,value,quality \n")
    (fault,) = check(folder, history.public, [history.head()]).faults
    assert (fault.code, fault.path) == ("listed_edited", "readings.csv")


def test_a_history_is_never_written_over_another(history: History, tmp_path: Path) -> None:
    history.write(1)
    history.export(tmp_path / "export")
    with pytest.raises(SettingsError, match="holds a history already"):
        history.export(tmp_path / "export")
