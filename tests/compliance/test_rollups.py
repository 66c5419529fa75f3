"""Ten-minute rows of a room from its readings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from compliance.rollups import read_occupied, read_windows, rows_10min
from lamplighter.contract.measurements import READING, RowTuple
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore

pytestmark = pytest.mark.unit

START_MS = 1_795_132_800_000
END_MS = START_MS + 600_000


@pytest.fixture
def store() -> Iterator[DuckDbStore]:
    store = DuckDbStore(DuckDbSettings(path=Path(":memory:")))
    yield store
    store.close()


@pytest.fixture(scope="session")
def site() -> Site:
    """A room with two sensors and two lamps, and a yard without anything."""
    label = {"zh": "某", "en": "some"}
    devices = [{"id": name, "gateway": "g1", "space": "a101", "kind": "light_sensor"} for name in ("lux1", "lux2")]
    devices += [{"id": name, "gateway": "g1", "space": "a101", "kind": "luminaire"} for name in ("lamp1", "lamp2")]
    spaces = [{"id": "a101", "building": "a", "label": label}, {"id": "yard", "building": "a", "kind": "yard", "label": label}]
    return Site.model_validate({"district": "d1", "school": "s1", "label": label, "spaces": spaces, "devices": devices})


def series(device: str, point: str, values: list[float | None], *, gateway: str = "g1") -> list[RowTuple]:
    """Readings a minute apart; None is one of bad quality."""
    return [
        ("s1", gateway, device, point, START_MS + 60_000 * i, value, 0 if value is not None else 2)
        for i, value in enumerate(values)
    ]


def lamp(device: str, dimming: list[float | None], power: list[float | None]) -> list[RowTuple]:
    return series(device, "dimming_level_pct", dimming) + series(device, "active_power_w", power)


def rows(site: Site, store: DuckDbStore, readings: list[RowTuple]) -> list[RowTuple]:
    store.write(READING, readings)
    span = {"start_ms": START_MS, "end_ms": END_MS}
    return rows_10min(site, read_windows(site, store, **span), read_occupied(site, store, **span))


def test_each_sensor_has_one_voice_however_often_it_reads(site: Site, store: DuckDbStore) -> None:
    readings = series("lux1", "illuminance_lx", [100, 110, 120, 110, 110]) + series("lux2", "illuminance_lx", [300])
    assert rows(site, store, readings) == [("s1", "a101", START_MS, 205.0, 100.0, 6, None, 100.0, None, None)]


def test_readings_of_bad_quality_do_not_count(site: Site, store: DuckDbStore) -> None:
    assert rows(site, store, series("lux1", "illuminance_lx", [100, None, 120, None])) == [
        ("s1", "a101", START_MS, 110.0, 100.0, 2, None, 50.0, None, None)
    ]


def test_lit_share_is_the_mean_over_the_lamps_of_the_time_each_was_on(site: Site, store: DuckDbStore) -> None:
    readings = lamp("lamp1", [100, 100, 100, 100], [60, 60, 60, 60]) + lamp("lamp2", [100, 0, 0, 0], [60, 0, 0, 0])
    assert rows(site, store, readings) == [("s1", "a101", START_MS, None, None, 0, 62.5, 0.0, None, 75.0)]


def test_a_lamp_told_to_shine_that_draws_nothing_is_off(site: Site, store: DuckDbStore) -> None:
    readings = lamp("lamp1", [100, 100], [60, 60]) + lamp("lamp2", [100, 100], [0, 0])
    assert rows(site, store, readings)[0][6] == 50.0


def test_a_lamp_nobody_heard_of_leaves_the_share_unknown(site: Site, store: DuckDbStore) -> None:
    readings = lamp("lamp1", [100], [60]) + series("lamp2", "dimming_level_pct", [100]) + series("lux1", "illuminance_lx", [90])
    assert rows(site, store, readings) == [("s1", "a101", START_MS, 90.0, 90.0, 1, None, 50.0, None, None)]


def test_another_gateways_device_of_the_same_name_does_not_count(site: Site, store: DuckDbStore) -> None:
    readings = series("lux1", "illuminance_lx", [100]) + series("lux1", "illuminance_lx", [900, 900], gateway="g9")
    assert rows(site, store, readings) == [("s1", "a101", START_MS, 100.0, 100.0, 1, None, 50.0, None, None)]


def test_no_readings_make_no_rows(site: Site, store: DuckDbStore) -> None:
    assert rows(site, store, []) == []


def test_somebody_seen_by_one_sensor_of_the_room_is_somebody(site: Site, store: DuckDbStore) -> None:
    readings = series("lux1", "occupancy", [1, 0, 0, 0]) + series("lux2", "occupancy", [0, 0, 0, 0])
    assert rows(site, store, readings) == [("s1", "a101", START_MS, None, None, 0, None, 0.0, 25.0, None)]


def test_a_room_without_sensors_has_no_share_of_them(site: Site, store: DuckDbStore) -> None:
    dark = site.model_copy(update={"devices": tuple(row for row in site.devices if row.kind == "luminaire")})
    assert rows(dark, store, lamp("lamp1", [0], [0]) + lamp("lamp2", [0], [0]))[0][7] is None
