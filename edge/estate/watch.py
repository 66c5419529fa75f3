"""A recorder under watch: levels of what is wrong with it and with its channels, and daily figures that verdicts read."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from edge.drivers.protocol import Sample
from edge.estate.recorder import Kept, Proof, device_of, look_through, prove
from edge.estate.settings import Recorder, moment
from edge.onvif.device import Device
from edge.onvif.search import Span
from edge.onvif.soap import Unsupported
from edge.rules.delays import Delayed
from edge.rules.protocol import Level, Publish
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.contract.records import EvidenceNumber
from lamplighter.runtime.backoff import Backoff
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

TakeSamples = Callable[[Sequence[Sample]], None]
_RETRY_S: Final = 30.0
_TRIES: Final = 3
"""A recorder that fails so often in a row is away: one restart or one lost packet is no fault."""
_AGAIN_S: Final = 300.0
"""What did not play is tried again no sooner."""
_DAY: Final = timedelta(days=1)
_DAY_S: Final = 86_400.0
_FAR_S: Final = 5.0
_NEAR_S: Final = 2.5


class RecorderWatch:
    """Looks through one recorder again and again; used by one thread. Its first word clears what an earlier start raised."""

    def __init__(self, recorder: Recorder, *, clock: Clock, publish: Publish, take: TakeSamples) -> None:
        self._recorder = recorder
        self._clock = clock
        self._publish = publish
        self._take = take
        self._log = logger(recorder=recorder.id)
        self._backoff = Backoff(first_s=_RETRY_S, most_s=max(_RETRY_S, recorder.look_s))
        self._failures = 0
        self._clock_wrong = False
        self._dumb = False
        self._proofs: dict[str, tuple[Proof, float]] = {}
        # Short once it is short, and no longer short when it was not for a day: recorders delete by hours and blocks.
        self._short = {row.camera: Delayed(on_s=0, off_s=_DAY_S) for row in recorder.channels}
        self._day: date | None = None

    def step(self) -> float:
        """Look once; seconds to wait until the next look."""
        try:
            device = device_of(self._recorder, self._clock)
            for kept in look_through(device, self._recorder, self._clock.now()):
                self._channel(kept, self._proof(device, kept))
        except Unsupported as error:
            self._here()
            if not self._dumb:
                self._log.warning("recorder_tells_no_recordings", reason=str(error), remedy="note a playback test by hand")
            self._dumb = True
            return self._recorder.look_s
        except (Unavailable, SettingsError) as error:
            return self._away(error)
        self._here()
        self._say_clock(device)
        self._day = self._local(self._clock.now()).date()
        return self._recorder.look_s

    def _proof(self, device: Device, kept: Kept) -> Proof:
        """The last proof while it is fresh; else the oldest recording is played now. Raises Unavailable where that is refused."""
        name, now_s = kept.channel.camera, self._clock.monotonic()
        proof, made_s = self._proofs.get(name, (None, 0.0))
        fresh_s = self._recorder.replay_every_s if proof is not None and proof.oldest is not None else _AGAIN_S
        if proof is None or now_s - made_s >= fresh_s:
            proof = prove(device, self._recorder, kept, self._clock)
            self._proofs[name] = proof, now_s
        if proof.oldest is None or kept.oldest is None:
            return proof
        now = self._clock.now()
        return Proof(now, max(proof.oldest, kept.oldest.begun))  # what has been deleted since no longer plays

    def _channel(self, kept: Kept, proof: Proof) -> None:
        self._say_gaps(kept)
        if kept.oldest is not None:
            self._say_age(kept, proof)
        at_ms, camera = self._clock.now_ms(), kept.channel.camera
        known = kept.oldest is None or proof.oldest is not None
        age = Sample(camera, "recording_age_d", at_ms, proof.days if known else None, "good" if known else "bad")
        self._take([age, *self._counted(kept)])

    def _say_age(self, kept: Kept, proof: Proof) -> None:
        channel = kept.channel
        short = proof.days < channel.retention_days
        active = self._short[channel.camera].update(present=short, at_s=self._clock.monotonic())
        evidence: dict[str, EvidenceNumber] = {"days": round(proof.days, 2), "wanted_days": channel.retention_days}
        if proof.oldest is None:
            evidence |= {"detail": "does_not_play", "reason": proof.why, "recorder": self._recorder.id}
        else:
            evidence |= {"detail": "too_short", "oldest": moment(proof.oldest), "recorder": self._recorder.id}
        self._say("retention_short", channel.camera, active=active, evidence=evidence)

    def _say_gaps(self, kept: Kept) -> None:
        """Holds while nothing is recorded, recording has stopped, or a gap ended within a day."""
        now, evidence = self._clock.now(), {"recorder": self._recorder.id}
        recent = [gap for gap in kept.gaps if gap.ended > now - _DAY - timedelta(seconds=self._recorder.settle_s)]
        if kept.newest is None:
            said: dict[str, EvidenceNumber] = {"detail": "nothing_recorded", "recordings": 0}
        elif recent and recent[-1].begun >= kept.newest:
            hours = (now - kept.newest) / timedelta(hours=1)
            said = {"detail": "stopped", "since": moment(kept.newest), "stopped_h": round(hours, 1), "gaps": len(recent)}
        else:
            said = _told(recent)
        self._say("recording_gap", kept.channel.camera, active=kept.newest is None or bool(recent), evidence=said | evidence)

    def _counted(self, kept: Kept) -> list[Sample]:
        """Gaps of the local day so far; of yesterday once more when it is over, dated at its end."""
        if kept.newest is None:
            return []
        today = self._local(self._clock.now()).date()
        days = [(today, self._clock.now_ms())]
        if self._day is not None and self._day < today:
            days.append((today - _DAY, round(self._span_of(today - _DAY).ended.timestamp() * 1000) - 1))
        camera = kept.channel.camera
        return [Sample(camera, "unexplained_recording_gaps", at_ms, self._gaps_on(kept, day)) for day, at_ms in days]

    def _gaps_on(self, kept: Kept, day: date) -> float:
        span = self._span_of(day)
        return float(sum(gap.begun < span.ended and gap.ended > span.begun for gap in kept.gaps))

    def _span_of(self, day: date) -> Span:
        zone = ZoneInfo(self._recorder.time_zone)
        return Span(datetime.combine(day, time.min, zone), datetime.combine(day + _DAY, time.min, zone))

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self._recorder.time_zone))

    def _say_clock(self, device: Device) -> None:
        ahead_s = device.ahead_s()
        self._clock_wrong = abs(ahead_s) > (_NEAR_S if self._clock_wrong else _FAR_S)
        evidence: dict[str, EvidenceNumber] = {"offset_s": round(ahead_s, 1), "by": "onvif"}
        self._say("clock_offset", self._recorder.id, active=self._clock_wrong, evidence=evidence)

    def _here(self) -> None:
        self._failures = 0
        self._backoff.reset()
        self._say("recorder_offline", self._recorder.id, active=False, evidence={})

    def _away(self, error: Unavailable | SettingsError) -> float:
        self._failures += 1
        refused = error.retry_after_s if isinstance(error, Unavailable) else None
        if self._failures >= _TRIES or refused is not None:
            self._say("recorder_offline", self._recorder.id, active=True, evidence={"reason": str(error)})
        return max(self._backoff.next_s(), refused or 0.0)

    def _say(self, kind: str, source: str, *, active: bool, evidence: dict[str, EvidenceNumber]) -> None:
        self._publish(Level(kind, kind, source, active, self._clock.now_ms(), evidence))


def _told(gaps: Sequence[Span]) -> dict[str, EvidenceNumber]:
    if not gaps:
        return {"gaps": 0}
    longest = max(gap.ended - gap.begun for gap in gaps)
    last = gaps[-1]
    return {
        "detail": "gaps",
        "gaps": len(gaps),
        "longest_s": round(longest.total_seconds()),
        "last_from": moment(last.begun),
        "last_to": moment(last.ended),
    }
