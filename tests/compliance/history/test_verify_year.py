"""A whole year of two schools: bytes changed anywhere, weighed by size, are found and located."""

import random
from pathlib import Path

import pytest

from tests.compliance.history.conftest import Export, new_history

pytestmark = [pytest.mark.unit, pytest.mark.slow]

TRIES = 30


def test_a_byte_changed_anywhere_in_a_year_is_found_and_located(tmp_path: Path) -> None:
    history = new_history(tmp_path)
    history.write(365)
    export = Export(history, history.export(tmp_path / "export"), [history.head()])
    history.engine.dispose()
    files = sorted(path for path in export.folder.rglob("*") if path.is_file())
    chance = random.Random(20261120)  # noqa: S311 - which bytes are tried is no secret
    missed = []
    for file in chance.choices(files, [path.stat().st_size for path in files], k=TRIES):
        content = file.read_bytes()
        place = chance.randrange(len(content))
        file.write_bytes(content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :])
        if file.relative_to(export.folder).as_posix() not in {fault.path for fault in export.check().faults}:
            missed.append((file.name, place))
        file.write_bytes(content)
    assert missed == []
    assert export.check().sound
