"""A batch at the centre: stored, quarantined, remembered and answered, however often it comes."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from sqlalchemy import Engine, func, select

from ingest.answers import Confirmation
from ingest.commits import ConditionsPath, EvidencePath, ReadingsPath
from ingest.metrics import IngestMetrics
from ingest.roster import Roster
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.measurements import READING, Measurement, RowTuple
from lamplighter.contract.records import ENCODER, Condition, Envelope, Reading, Readings, Still
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.mqtt import Message
from lamplighter.site.model import Camera, Device, Label, Site, Space
from lamplighter.storage.clip_files import ClipFiles
from lamplighter.storage.evidence_files import EvidenceFiles
from lamplighter.storage.sql.engine import SqlSettings, open_sql
from lamplighter.storage.sql.tables import LANES, METADATA, QUARANTINE, STILLS, TRANSITIONS
from lamplighter.storage.timeseries.duckdb import DuckDbSettings, DuckDbStore
from lamplighter.storage.timeseries.protocol import Refused, TimeSeries

pytestmark = pytest.mark.unit
GATEWAY = Gateway("north", "school1", "gw1")
NOW_MS = 1_790_000_000_000
NAME = Label(zh="一", en="one")
SITE = Site(
    district="north",
    school="school1",
    label=NAME,
    spaces=(Space(id="a101", building="a", label=NAME),),
    devices=(
        Device(id="lux1", gateway="gw1", space="a101", kind="light_sensor"),
        Device(id="lux9", gateway="gw2", space="a101", kind="light_sensor"),
    ),
    cameras=(Camera(id="cam1", gateway="gw1", space="a101", label=NAME),),
)


class Centre(NamedTuple):
    """The stores behind the three paths."""

    store: TimeSeries
    sql: Engine
    readings: ReadingsPath
    conditions: ConditionsPath
    evidence: EvidencePath
    files: EvidenceFiles

    def rows(self) -> list[tuple[object, ...]]:
        """Every stored reading: device, time, value."""
        found = self.store.select(READING, where={}, start_ms=0, end_ms=2**53)
        return [(row["device"], row["at_ms"], row["value"]) for row in found]

    def quarantined(self) -> list[tuple[str, int]]:
        """Reasons and how often."""
        with self.sql.connect() as connection:
            return [
                (row.reason, row.count_)
                for row in connection.execute(select(QUARANTINE.c.reason, QUARANTINE.c["count"].label("count_")))
            ]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    sql = open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'x.sqlite'}"))
    METADATA.create_all(sql)
    store = DuckDbStore(DuckDbSettings(path=tmp_path / "x.duckdb"))
    metrics, clock, roster, files = IngestMetrics(), FakeClock(NOW_MS), Roster([SITE]), EvidenceFiles(tmp_path / "stills")
    yield Centre(
        store,
        sql,
        ReadingsPath(sql=sql, store=store, roster=roster, clock=clock, metrics=metrics.lane("readings")),
        ConditionsPath(sql=sql, store=store, roster=roster, clock=clock, metrics=metrics.lane("conditions")),
        EvidencePath(
            files, ClipFiles(tmp_path / "clips"), sql=sql, store=store, roster=roster, clock=clock, metrics=metrics.lane("evidence")
        ),
        files,
    )
    store.close()
    sql.dispose()


def message(lane: str, body: msgspec.Struct | bytes, *, seq: int = 1, gateway: Gateway = GATEWAY) -> Message:
    payload = body if isinstance(body, bytes) else ENCODER.encode(Envelope(boot=7, boot_id="u", seq=seq, low=1, high=99, body=body))
    return Message(gateway.topic(lane), payload, lambda: None)


def reading(value: float | None, *, at_ms: int = NOW_MS - 1000, device: str = "lux1", **more: str) -> Reading:
    return Reading(device, "illuminance_lx", at_ms, value, **more)  # type: ignore[arg-type] # quality by name


def test_a_batch_is_stored_and_answered_with_what_is_safe(centre: Centre) -> None:
    answers = centre.readings(
        [message("readings", Readings([reading(float(seq), at_ms=NOW_MS + seq)]), seq=seq) for seq in (1, 2, 4)]
    )
    assert answers == [Confirmation(GATEWAY, 7, "u", [(1, 2), (4, 4)], [])]
    assert centre.rows() == [("lux1", NOW_MS + seq, float(seq)) for seq in (1, 2, 4)]


def test_a_message_that_comes_again_is_answered_again_and_stored_once(centre: Centre) -> None:
    batch = [message("readings", Readings([reading(5.0)]))]
    first, second = centre.readings(batch), centre.readings(batch)
    assert first == second
    assert len(centre.rows()) == 1
    with centre.sql.connect() as connection:
        assert tuple(connection.execute(select(LANES.c.stored, LANES.c.duplicates)).one()) == (1, 1)


def test_an_impossible_value_costs_itself_and_its_neighbours_are_stored(centre: Centre) -> None:
    good, bad, early = reading(300.0), reading(-5.0, at_ms=NOW_MS - 2000), reading(1.0, at_ms=NOW_MS + 3_600_000)
    answers = centre.readings([message("readings", Readings([good, bad, early]))])
    assert answers[0].stored == [(1, 1)]
    assert answers[0].rejected == []
    assert centre.rows() == [("lux1", NOW_MS - 1000, 300.0)]
    reasons = sorted(reason for reason, _count in centre.quarantined())
    assert reasons[0].startswith("dated 3600 s ahead")
    assert reasons[1].startswith("illuminance_lx = -5 lies outside")


def test_an_unreadable_message_is_quarantined_whole_and_the_stream_goes_on(centre: Centre) -> None:
    answers = centre.readings([message("readings", b"\xff{"), message("readings", Readings([reading(1.0)]), seq=2)])
    assert [answer.stored for answer in answers] == [[(2, 2)]]
    assert len(centre.rows()) == 1
    assert len(centre.quarantined()) == 1


def test_a_message_naming_another_gateways_device_is_refused_for_good(centre: Centre) -> None:
    answers = centre.readings([message("readings", Readings([reading(1.0), reading(2.0, device="lux9")]), seq=3)])
    assert answers[0].stored == []
    assert answers[0].rejected == [(3, "'lux9' belongs to gateway gw2, not gw1")]
    assert centre.rows() == []


def test_a_bad_quality_is_stored_as_quality_and_never_as_a_number(centre: Centre) -> None:
    centre.readings([message("readings", Readings([reading(None, quality="bad")]))])
    assert centre.rows() == [("lux1", NOW_MS - 1000, None)]


def test_a_transition_is_applied_once_however_often_it_comes(centre: Centre) -> None:
    condition = Condition(
        id="intrusion:cam1:x", kind="intrusion", name="x", source="cam1", active=True, at_ms=NOW_MS, since_ms=NOW_MS
    )
    for _ in range(3):
        centre.conditions([message("conditions", condition)])
    with centre.sql.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(TRANSITIONS)) == 1


def test_a_still_is_kept_under_its_sha256_and_a_false_one_is_refused(centre: Centre) -> None:
    true_name = "c66a7d5d1bb6ed4b9ee27bbba01a4a1f8f8ff2b1ac4bd4ae7e1b3f9b8d34bd0a"
    body = Still(sha256=true_name, condition="c", camera="cam1", at_ms=NOW_MS, data=b"picture")
    answers = centre.evidence([message("evidence", body)])
    assert answers[0].rejected[0][1].startswith("the sha256 of the data is")
    import hashlib

    right = msgspec.structs.replace(body, sha256=hashlib.sha256(b"picture").hexdigest())
    answers = centre.evidence([message("evidence", right, seq=2)])
    assert answers[0].stored
    path = centre.files.get(right.sha256)
    assert path is not None
    assert path.read_bytes() == b"picture"
    with centre.sql.connect() as connection:
        assert connection.scalar(select(STILLS.c.camera)) == "cam1"


class AwayStore:
    """A store that is away."""

    def write(self, measurement: Measurement, rows: list[RowTuple]) -> list[Refused]:
        """Takes nothing."""
        del measurement, rows
        raise Unavailable("away")


def test_nothing_is_remembered_of_a_batch_the_store_did_not_take(centre: Centre) -> None:
    path = ReadingsPath(
        sql=centre.sql,
        store=AwayStore(),  # type: ignore[arg-type] # only write is asked
        roster=Roster([SITE]),
        clock=FakeClock(NOW_MS),
        metrics=IngestMetrics().lane("readings"),
    )
    with pytest.raises(Unavailable):
        path([message("readings", Readings([reading(1.0)]))])
    with centre.sql.connect() as connection:
        assert connection.execute(select(LANES)).all() == []
