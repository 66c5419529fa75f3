"""A whole year of two schools: whatever somebody does to it is found and located."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from compliance.verify.faults import Fault
from tests.compliance.history.conftest import Export, new_history

pytestmark = [pytest.mark.unit, pytest.mark.slow]

TRIES = 30
DAYS = 365
YUCAI = "chains/yucai.jsonl"
Lines = list[bytes]


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Export]:
    """A year, exported; the city's head of its last evening was kept outside."""
    folder = tmp_path_factory.mktemp("year")
    history = new_history(folder)
    history.write(DAYS)
    yield Export(history, history.export(folder / "export"), [history.head()])
    history.engine.dispose()


def faults_after(year: Export, change: Callable[[Lines], Lines]) -> tuple[Fault, ...]:
    """What is found while a school's chain is changed."""
    file = year.folder / YUCAI
    content = file.read_bytes()
    file.write_bytes(b"".join(change(content.splitlines(keepends=True))))
    try:
        return tuple(year.check().faults)
    finally:
        file.write_bytes(content)


def said(faults: tuple[Fault, ...]) -> set[tuple[str, str | None, int | None]]:
    return {(fault.code, fault.chain, fault.seq) for fault in faults}


def test_a_byte_changed_anywhere_in_a_year_is_found_and_located(year: Export) -> None:
    files = sorted(path for path in year.folder.rglob("*") if path.is_file())
    chance = random.Random(20261120)  # noqa: S311 - which bytes are tried is no secret
    missed = []
    for file in chance.choices(files, [path.stat().st_size for path in files], k=TRIES):
        content = file.read_bytes()
        place = chance.randrange(len(content))
        file.write_bytes(content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :])
        if file.relative_to(year.folder).as_posix() not in {fault.path for fault in year.check().faults}:
            missed.append((file.name, place))
        file.write_bytes(content)
    assert missed == []
    assert year.check().sound


def test_an_entry_taken_out_of_the_year_is_named(year: Export) -> None:
    assert ("deleted", "yucai", 201) in said(faults_after(year, lambda lines: lines[:200] + lines[201:]))


def test_entries_that_changed_places_are_named(year: Export) -> None:
    swapped = faults_after(year, lambda lines: [*lines[:200], lines[201], lines[200], *lines[202:]])
    assert ("reordered", "yucai", 201) in said(swapped)


def test_a_tail_cut_off_is_named_with_the_head_it_should_reach(year: Export) -> None:
    faults = faults_after(year, lambda lines: lines[:-30])
    assert ("truncated", "yucai", DAYS + 1) in said(faults)  # one day of the year was amended


def test_a_year_signed_with_another_key_is_refused(year: Export, tmp_path: Path) -> None:
    other = new_history(tmp_path)
    other.write(DAYS)
    folder = other.export(tmp_path / "forged")
    other.engine.dispose()
    assert "another_key" in {fault.code for fault in year.check(folder).faults}


def test_a_year_written_anew_with_the_real_key_is_found_by_the_kept_head(year: Export, tmp_path: Path) -> None:
    forged = new_history(tmp_path, year.history.key)
    forged.write(DAYS, value=340.0)
    folder = forged.export(tmp_path / "forged")
    forged.engine.dispose()
    assert "rewritten" in {fault.code for fault in year.check(folder).faults}
