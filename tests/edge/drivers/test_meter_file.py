"""A meter's files: encodings, decimal commas, each read once, whole or not at all."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from edge.drivers.meter_file import MeterFiles, MeterFolder
from edge.drivers.protocol import Sample
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.clock import FakeClock

pytestmark = pytest.mark.unit

TABLE = "时间;点位;照度\n2026-11-22 19:30:00;1;412,5\n\n2026/11/22 19:31:00;2;398\n2026-11-22 19:32:00;1;\n"
AT_MS = 1_795_347_000_000
"""2026-11-22 19:30 in Beijing."""


def bus_in(folder: Path, **settings: Any) -> MeterFiles:
    devices = [{"id": f"desk{n}", "kind": "light_sensor", "space": "a101", "label": str(n)} for n in (1, 2)]
    given = {
        "id": "meter",
        "folder": folder,
        "columns": {"illuminance_lx": "照度"},
        "time_column": "时间",
        "device_column": "点位",
        "devices": devices,
    }
    return MeterFiles.model_validate({**given, **settings})


class Looks:
    """A folder, looked at once a poll."""

    def __init__(self, bus: MeterFiles) -> None:
        bus.check()
        self._bus, self._clock = bus, FakeClock()
        self._link: MeterFolder = bus.open(self._clock)

    def look(self) -> list[Sample]:
        """What every device has to say in one poll."""

        async def work() -> list[Sample]:
            return [row for device in self._bus.plan() for row in await self._link.read(device, [])]

        self._clock.advance(self._bus.poll_s)
        return asyncio.run(work())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
def test_a_file_of_any_common_encoding_is_read_once_when_it_has_come_to_rest(tmp_path: Path, encoding: str) -> None:
    looks = Looks(bus_in(tmp_path))
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    (tmp_path / "a.csv").write_bytes(mark + TABLE.encode(encoding))
    assert looks.look() == []
    assert looks.look() == [
        Sample("desk1", "illuminance_lx", AT_MS, 412.5),
        Sample("desk2", "illuminance_lx", AT_MS + 60_000, 398.0),
    ]
    assert [looks.look(), looks.look()] == [[], []]
    assert [path.name for path in (tmp_path / "read").iterdir()] == ["a.csv"]


def test_a_file_that_still_grows_is_left_alone(tmp_path: Path) -> None:
    looks = Looks(bus_in(tmp_path))
    path = tmp_path / "a.csv"
    for length in (20, 40, len(TABLE)):
        path.write_text(TABLE[:length], "utf-8")
        assert looks.look() == []
    assert len(looks.look()) == 2


def test_a_wrong_file_is_refused_whole_with_every_row_and_column_beside_it(tmp_path: Path) -> None:
    looks = Looks(bus_in(tmp_path))
    rows = ["时间,点位,照度", "2026-11-22 19:30,1,412", "today,1,412", "2026-11-22 19:30,9,412", "2026-11-22 19:30,1,bright", "x"]
    (tmp_path / "a.csv").write_text("\n".join([*rows, "2026-11-22 19:30,1,-4"]), "utf-8")
    assert [looks.look(), looks.look()] == [[], []]
    assert (tmp_path / "refused" / "a.csv.errors.txt").read_text("utf-8").splitlines() == [
        "a.csv: row 3, column '时间' = 'today' is no time like 2026-11-22 19:30:00",
        "a.csv: row 4, column '点位' = '9' is no device of this bus; it has 1, 2",
        "a.csv: row 5, column '照度' = 'bright' is no number",
        "a.csv: row 6 1 cells where the header has 3",
        "a.csv: row 7, column '照度' = '-4': illuminance_lx = -4 lies outside 0..200,000 lx".replace("200,000", "200000"),
    ]
    assert (tmp_path / "refused" / "a.csv").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "column '时间' is missing; the file has nothing"),
        (b"a,b\n1,2\n", "column '照度' is missing; the file has 'a', 'b'"),
        (b"\xff\xff\x80", "is neither UTF-8, UTF-16 nor GB18030"),
        ('时间,点位,照度\n"'.encode() + b"x" * 200_000, "is no table"),
    ],
)
def test_what_is_no_table_is_refused_and_never_breaks_the_gateway(tmp_path: Path, content: bytes, said: str) -> None:
    looks = Looks(bus_in(tmp_path))
    (tmp_path / "a.csv").write_bytes(content)
    assert [looks.look(), looks.look()] == [[], []]
    assert said in (tmp_path / "refused" / "a.csv.errors.txt").read_text("utf-8")


def test_a_second_file_of_one_name_is_kept_beside_the_first(tmp_path: Path) -> None:
    looks = Looks(bus_in(tmp_path))
    for _ in range(2):
        (tmp_path / "a.csv").write_text(TABLE, "utf-8")
        looks.look(), looks.look(), looks.look()
    assert {path.name for path in (tmp_path / "read").iterdir()} == {"a.csv", "a-2.csv"}


def test_a_meters_own_way_of_writing_times_can_be_told(tmp_path: Path) -> None:
    looks = Looks(bus_in(tmp_path, time_format="%d.%m.%Y %H:%M", time_zone="UTC"))
    (tmp_path / "a.csv").write_text("时间\t点位\t照度\n22.11.2026 11:30\t1\t412,5\n", "utf-8")
    looks.look()
    assert looks.look() == [Sample("desk1", "illuminance_lx", AT_MS, 412.5)]


def test_several_devices_need_a_column_that_tells_them_apart(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="device_column is missing"):
        bus_in(tmp_path, device_column=None)


def test_a_folder_that_is_not_there_is_known_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"folder = .*gone: cannot be used: No such file or directory; make it"):
        bus_in(tmp_path / "gone").check()
