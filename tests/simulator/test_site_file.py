"""The simulated school's files load where they are meant to."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.engine import judge
from compliance.gathering import Gatherer
from compliance.methods.grid import average_lx
from compliance.packs import load_packs
from edge.drivers.kinds import BusSettings
from edge.drivers.register import Register, decode
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import Settings, check_settings, load_settings
from lamplighter.site.model import Site, Survey
from simulator import edge_settings, write_site
from simulator.registers import MAPS, NO_VALUE, Entry, words_of
from simulator.site_file import GATE_CAMERA

pytestmark = pytest.mark.unit

ON = date(2026, 11, 22)


class EdgeFile(Settings):
    """The part of a gateway's settings that the simulator gives."""

    buses: tuple[BusSettings, ...]


def site_in(folder: Path, **settings: Any) -> Site:
    write_site(folder / "site.toml", on=ON, **settings)
    return load_settings(folder / "site.toml", Site)


def test_the_site_file_loads_and_has_the_whole_school(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    rooms = [space for space in site.spaces if space.kind not in ("yard", "kitchen")]
    kinds = [device.kind for device in site.devices]
    assert (len({room.building for room in rooms}), len(rooms)) == (2, 12)
    assert (kinds.count("light_sensor"), kinds.count("luminaire")) == (48, 12)


def newest(site: Site) -> list[Survey]:
    return list({survey.space: survey for survey in sorted(site.surveys, key=lambda survey: survey.at)}.values())


def test_one_surveyed_room_fails_three_hundred_lux_and_the_others_pass(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    averages = {survey.space: float(average_lx(survey)) for survey in newest(site)}
    assert {space for space, lx in averages.items() if lx < 300} == {"a201"}
    assert averages["a201"] == pytest.approx(262, abs=1)
    assert len(averages) == 9
    assert all(len(survey.points) == 9 and not survey.unstated() for survey in site.surveys)


ENDED = [("b202", "LGT-002", "fail"), ("b201", "LGT-021", "insufficient_data"), ("a301", "LGT-021", "pass")]


@pytest.mark.parametrize(("room", "rule", "verdict"), ENDED)
def test_the_uneven_the_stale_and_the_renovated_room_are_judged_as_such(tmp_path: Path, room: str, rule: str, verdict: str) -> None:
    asked = next(row for row in load_packs() if row.id == rule)
    gatherer = Gatherer(site_in(tmp_path))
    subject = next(subject for subject in gatherer.subjects if subject.id == room)
    found = judge(asked, subject, ON, gatherer.evidence(subject))
    codes = {row.code for row in found.reasons}
    assert found.verdict == verdict
    assert {"b202": "surveyed_evenness", "b201": "survey_meter", "a301": "maintained"}[room] in codes


def test_before_the_works_the_renovated_room_failed(tmp_path: Path) -> None:
    old, new = sorted((s for s in site_in(tmp_path).surveys if s.space == "a301"), key=lambda survey: survey.at)
    assert average_lx(old) < 300 < average_lx(new)


def test_a_calibrated_room_exists_that_was_never_surveyed(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    spaces = {device.id: device.space for device in site.devices}
    assert {spaces[row.device] for row in site.calibrations} - {survey.space for survey in site.surveys} == {"a202"}


def test_each_camera_asked_for_is_in_the_site_file(tmp_path: Path) -> None:
    site = site_in(tmp_path, cameras=("cam1", "cam2"), district="d", school="s", gateway="g")
    assert [(camera.id, camera.gateway, camera.label.en) for camera in site.cameras] == [
        ("cam1", "g", "Yard camera 1"),
        ("cam2", "g", "Yard camera 2"),
    ]
    assert (site.district, site.school) == ("d", "s")


def test_the_gate_camera_has_a_name_of_its_own(tmp_path: Path) -> None:
    site = site_in(tmp_path, cameras=("cam1", GATE_CAMERA))
    assert [camera.label.en for camera in site.cameras] == ["Yard camera", "Gate camera"]


def test_a_site_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written: No such file or directory; give another path"):
        write_site(tmp_path / "missing" / "site.toml", on=ON)


def test_the_gateway_reads_every_device_of_the_site_in_its_room(tmp_path: Path) -> None:
    buses = check_settings(edge_settings(5020), EdgeFile, where="edge").buses
    devices = {(device.id, device.kind, device.space) for bus in buses for device in bus.devices}
    assert devices == {(device.id, device.kind, device.space) for device in site_in(tmp_path).devices}
    every_second = [plan for plans in buses[0].plan().values() for plan in plans if plan.every_s == 1]
    assert len(every_second) == 60 + 5  # a lamp or sensor each, and what is told at once


ENTRIES = [(kind, entry) for kind, entries in MAPS.items() for entry in entries]


def register_of(entry: Entry) -> Register:
    bus = check_settings(edge_settings(5020), EdgeFile, where="edge").buses[0]
    assert bus.kind == "modbus_tcp"
    return next(row for table in bus.tables.values() for row in table if row.point == entry.point)


@given(st.data(), st.sampled_from(ENTRIES))
def test_what_the_device_encodes_the_gateway_decodes(data: st.DataObject, row: tuple[str, Entry]) -> None:
    entry = row[1]
    most = 1 if entry.bit is not None else 100 if entry.words == 1 else 100_000
    value = data.draw(st.floats(0, most)) if entry.bit is None else float(data.draw(st.booleans()))
    decoded = decode(register_of(entry), words_of(entry, value))
    assert decoded.value == pytest.approx(value, abs=entry.scale)


@pytest.mark.parametrize("entry", [entry for _kind, entry in ENTRIES], ids=lambda entry: entry.point)
def test_what_the_device_has_no_value_for_the_gateway_takes_as_none(entry: Entry) -> None:
    raw = NO_VALUE[entry.words]
    assert decode(register_of(entry), [raw & 0xFFFF] * entry.words) == (None, "bad")
