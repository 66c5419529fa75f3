"""What a message says of the clock that dated it, when that becomes known between reading the row and sending it."""

from pathlib import Path

import pytest

from edge.outbox import Outbox, OutboxSettings
from edge.uplink import Uplink, UplinkSettings
from lamplighter.contract.records import DECODERS, ENCODER, Reading, Readings
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import FakeClock
from lamplighter.runtime.mqtt import BrokerSettings

pytestmark = pytest.mark.unit
DAY_MS = 86_400_000


@pytest.mark.parametrize(("restarted", "asks"), [(False, True), (True, False)], ids=["this start's", "an earlier start's"])
def test_a_row_read_before_its_clock_was_known_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, restarted: bool, asks: bool
) -> None:
    """Without `sent_at_ms` the centre would believe its date, and it would take the place of a true row."""
    clock = FakeClock(1_780_000_000_000)
    outbox = Outbox(tmp_path / "outbox.sqlite", OutboxSettings(), clock)
    outbox.add("readings", ENCODER.encode(Readings([Reading("lux1", "illuminance_lx", clock.now_ms(), 1.0)])))
    if restarted:
        outbox.close()
        outbox = Outbox(tmp_path / "outbox.sqlite", OutboxSettings(), clock)
    uplink = Uplink(
        Gateway("d1", "s1", "gw1"), outbox, broker=BrokerSettings(url="mqtt://127.0.0.1:1"), settings=UplinkSettings(), clock=clock
    )
    sent: list[bytes] = []
    monkeypatch.setattr(uplink._connection, "publish", lambda _topic, payload: sent.append(payload))
    (row,) = outbox.waiting("readings", after=0, limit=9)
    now_ms = clock.now_ms()
    outbox.heard(now_ms, now_ms + DAY_MS, now_ms)
    assert outbox.clock_known
    uplink._send(row, 1.0, sendings=0)
    envelope = DECODERS["readings"].decode(sent[0])
    assert isinstance(envelope.sent_at_ms, int) == asks
    outbox.close()


def test_a_clock_mended_before_the_sending_does_not_vouch_for_what_it_dated_wrongly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = _Turned(1_780_000_000_000)
    outbox = Outbox(tmp_path / "outbox.sqlite", OutboxSettings(), clock)
    body = ENCODER.encode(Readings([Reading("lux1", "illuminance_lx", 1_779_913_600_000, 1.0)]))
    outbox.add("readings", body)
    clock.by_ms = -DAY_MS
    outbox.add("readings", body)
    clock.by_ms = 0
    uplink = Uplink(
        Gateway("d1", "s1", "gw1"), outbox, broker=BrokerSettings(url="mqtt://127.0.0.1:1"), settings=UplinkSettings(), clock=clock
    )
    sent: list[bytes] = []
    monkeypatch.setattr(uplink._connection, "publish", lambda _topic, payload: sent.append(payload))
    for row in outbox.waiting("readings", after=0, limit=9):
        uplink._send(row, 1.0, sendings=0)
    said = [DECODERS["readings"].decode(payload).sent_at_ms for payload in sent]
    assert [round((at_ms - clock.now_ms()) / DAY_MS, 3) for at_ms in said] == [0, -1]
    outbox.close()


class _Turned(FakeClock):
    """A wall clock that can be set while the steady clock goes on."""

    by_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.by_ms
