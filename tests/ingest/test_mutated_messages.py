"""Messages changed at random: none ends ingest, none becomes a wrong row, each is stored rightly or quarantined with a reason.

The judge below reads JSON with the standard library and knows the contract from its documents, not from ingest's code.
LAMPLIGHTER_MUTATIONS=1000000 runs the full number.
"""

import json
import math
import os
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from ingest.commits import ReadingsPath
from ingest.metrics import IngestMetrics
from ingest.roster import Roster
from lamplighter.contract.measurements import Measurement, RowTuple
from lamplighter.contract.points import POINTS
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.mqtt import Message
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, transaction
from lamplighter.storage.sql.tables import QUARANTINE
from lamplighter.storage.timeseries.protocol import Refused
from lamplighter.storage.timeseries.rows import sift

pytestmark = pytest.mark.unit

COUNT = int(os.environ.get("LAMPLIGHTER_MUTATIONS", "3000"))
A_START = 5_000
"""Messages of one start of the gateway: half of them leave a hole in its numbers, and a start's holes are read at each batch."""
NOW_MS = 1_780_021_800_000
TOPIC = "campus/v1/d1/s1/gw1/readings"
TEXTS: tuple[Any, ...] = ("", "x", "\0", "\ud800", "good", "bad", "illuminance_lx")
NUMBERS: tuple[Any, ...] = (
    -1,
    0,
    1,
    1.5,
    2**31,
    2**53,
    2**63,
    -(2**63),
    2**70,
    1e308,
    -5.0,
    300_000,
    NOW_MS,
    NOW_MS + 301_000,
    1_000,
)
HOSTILE: tuple[Any, ...] = (None, True, *TEXTS, *NUMBERS, [], {}, [[]], {"a": 1})


class Rows:
    """A store that remembers what it took."""

    def __init__(self) -> None:
        self.rows: list[RowTuple] = []

    def write(self, measurement: Measurement, rows: list[RowTuple]) -> list[Refused]:
        """Refuse what every store refuses."""
        good, _positions, refused = sift(measurement, rows)
        self.rows += [(measurement.name, *row) for row in good]
        return refused


def a_message(chance: random.Random, seq: int) -> dict[str, Any]:
    points = sorted(POINTS)
    readings = [
        {
            "device": f"dev{chance.randrange(5)}",
            "point": chance.choice(points),
            "at_ms": NOW_MS - chance.randrange(10**9),
            "value": round(chance.uniform(0, 100), 2),
        }
        for _ in range(chance.randrange(1, 4))
    ]
    body = {"readings": readings}
    boot = 7 + seq // A_START
    return {"v": 1, "boot": boot, "boot_id": f"b{boot}", "seq": seq, "low": 1, "high": 10**7, "body": body}


def mutated(chance: random.Random, seq: int) -> bytes:
    """Seven of ten changed in their structure and still JSON, the others in their bytes."""
    message = a_message(chance, seq)
    if chance.random() < 0.7:
        for _ in range(chance.randrange(1, 3)):
            change(chance, message)
        return json.dumps(message, ensure_ascii=True).encode()
    data = bytearray(json.dumps(message).encode())
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                del data[place : place + chance.randrange(1, 20)]
            case _:
                data[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 8)))
    return bytes(data)


def change(chance: random.Random, message: dict[str, Any]) -> None:
    targets: list[dict[str, Any]] = [message]
    body = message.get("body")
    readings = body.get("readings") if isinstance(body, dict) else None
    if isinstance(readings, list):
        targets += [one for one in readings if isinstance(one, dict)] * 3
    target = chance.choice(targets)
    key = chance.choice([*target, "quality", "unknown", "sent_at_ms", "clock_ahead_ms"])
    if chance.random() < 0.2:
        target.pop(key, None)
    else:
        target[key] = chance.choice(HOSTILE)


def judge(payload: bytes) -> set[RowTuple]:
    """The rows this message must become, by the contract alone; none when it is refused whole."""
    try:
        message = json.loads(payload.decode("utf-8"), parse_constant=_refuse)
        json.dumps(message, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        return set()
    readings = _readings_of(message)
    if readings is None:
        return set()
    ahead_ms, sent_at_ms = message.get("clock_ahead_ms"), message.get("sent_at_ms")
    if ahead_ms is None and sent_at_ms is not None and abs(sent_at_ms - NOW_MS) > 300_000:
        return set()
    wrong_clock = ahead_ms is not None and abs(ahead_ms) > 300_000
    found: set[RowTuple] = set()
    for one in readings:
        if not _is_possible(one, any_time=wrong_clock):
            continue
        quality = {"good": 0, "uncertain": 1, "bad": 2}[one.get("quality", "good")]
        row = ("s1", "gw1", one["device"], one["point"], one["at_ms"], one.get("value"), quality)
        found.add(("reading_misdated", *row, ahead_ms, NOW_MS) if wrong_clock else ("reading", *row))
    return found


def _refuse(name: str) -> None:
    raise ValueError(name)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _readings_of(message: Any) -> list[dict[str, Any]] | None:
    """The readings of a message that is one; None refuses it whole."""
    if not isinstance(message, dict) or not _is_envelope(message):
        return None
    body = message.get("body")
    if not isinstance(body, dict) or not isinstance(body.get("readings"), list):
        return None
    return body["readings"] if all(_is_reading(one) for one in body["readings"]) else None


def _is_envelope(message: dict[str, Any]) -> bool:
    numbers = [message.get(name) for name in ("boot", "seq", "low", "high")]
    boot_id, version = message.get("boot_id"), message.get("v", 1)
    return bool(
        _is_int(version)
        and version == 1
        and all(_is_int(number) and 1 <= number < 2**62 for number in numbers)  # type: ignore[operator] # an int by then
        and message["low"] <= message["seq"] <= message["high"]
        and isinstance(boot_id, str)
        and 1 <= len(boot_id) <= 64
        and "\0" not in boot_id
        and all(
            _is_int(message[name]) and abs(message[name]) < 2**62 for name in ("sent_at_ms", "clock_ahead_ms") if name in message
        )
    )


def _is_reading(one: Any) -> bool:
    return bool(
        isinstance(one, dict)
        and isinstance(one.get("device"), str)
        and isinstance(one.get("point"), str)
        and _is_int(one.get("at_ms"))
        and (one.get("value") is None or _is_number(one["value"]))
        and one.get("quality", "good") in ("good", "uncertain", "bad")
    )


def _is_possible(one: dict[str, Any], *, any_time: bool) -> bool:
    point = POINTS.get(one["point"])
    device = one["device"]
    if point is None or not 1 <= len(device) <= 255 or any(ord(sign) < 32 or ord(sign) == 127 for sign in device):
        return False
    if any(0xD800 <= ord(sign) < 0xE000 for sign in device) or device.endswith("\\"):
        return False
    in_time = abs(one["at_ms"]) <= 9_000_000_000_000 if any_time else 1_577_836_800_000 <= one["at_ms"] <= NOW_MS + 300_000
    value = one.get("value")
    if value is None:
        return bool(in_time and one.get("quality", "good") != "good")
    return bool(in_time and math.isfinite(value) and point.low <= value <= point.high)


@pytest.mark.timeout(0)  # the full number takes a while; CI's does not
def test_changed_messages_are_stored_rightly_or_quarantined(tmp_path: Path) -> None:
    chance = random.Random(20261121)  # noqa: S311 - the same messages each time
    store, sql = Rows(), open_sql(SqlSettings(url=f"sqlite:///{tmp_path / 'x.sqlite'}"))
    migrate(sql)
    metrics = IngestMetrics().lane("readings")
    path = ReadingsPath(sql=sql, store=store, roster=Roster([]), clock=FakeClock(NOW_MS), metrics=metrics)  # type: ignore[arg-type] # only write is asked
    valid = stored = 0
    sizes = []
    tracemalloc.start()
    for first in range(0, COUNT, 500):
        changed = (mutated(chance, first + n + 1) for n in range(min(500, COUNT - first)))
        payloads = [payload for payload in changed if not _names_twice(payload)]
        store.rows.clear()
        path([Message(TOPIC, payload, lambda: None) for payload in payloads])
        assert set(store.rows) == set().union(*map(judge, payloads))
        valid += sum(map(_is_json, payloads))
        stored += len(store.rows)
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert valid >= COUNT / 2, "at least half were still JSON"
    assert stored > COUNT / 10, "many were still good"
    with transaction(sql) as connection:
        assert connection.scalar(select(func.count()).select_from(QUARANTINE).where(QUARANTINE.c.reason == "")) == 0
    assert sizes[-1] < sizes[len(sizes) // 2] + 5_000_000, "memory stays flat"
    sql.dispose()


def _names_twice(payload: bytes) -> bool:
    """Whether an object has a name twice: which value counts is open in JSON, so either judgement is right."""
    twice = False

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal twice
        twice = twice or len({name for name, _value in pairs}) < len(pairs)

    try:
        json.loads(payload, object_pairs_hook=look)
    except (ValueError, RecursionError):
        return False
    return twice


def _is_json(payload: bytes) -> bool:
    try:
        json.loads(payload)
    except (ValueError, RecursionError):
        return False
    return True
