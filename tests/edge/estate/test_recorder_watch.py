"""A recorder under watch, over real sockets: what is wrong is said once, with its reason, and cleared by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.drivers.protocol import Sample
from edge.estate.settings import Channel, Explained, Recorder
from edge.estate.watch import RecorderWatch
from edge.passwords import REFUSED_PASSWORD_RETRY_S
from edge.rules.protocol import Level
from lamplighter.runtime.clock import FakeClock
from tests.edge.watching import Recorder as Listener
from tests.onvif.answers import Kept
from tests.onvif.device import OnvifDevice
from tests.rtsp.clip import square_frames, write_clip
from tests.rtsp.server import RtspServer

pytestmark = pytest.mark.services

NOON_MS = 1_795_147_200_000
"""2026-11-20 04:00 UTC, noon in Shanghai."""
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", square_frames(10))


class Bench:
    """A recorder of one channel whose days are told to it, and who listens to its watch."""

    def __init__(self, clip: Path, *, kept_d: float | None = 40, plays_d: float | None = None, login: str = "") -> None:
        self.clock = FakeClock(NOON_MS)
        self.now = self.clock.now()
        self.samples: list[Sample] = []
        self.listener = Listener()
        oldest = self.now - (plays_d or kept_d or 1) * DAY
        user = ("admin", login) if login else None
        self.stream = RtspServer(clip, kept_from=oldest, login=user, scheme="Digest")
        records = [] if kept_d is None else [Kept("r1", "gate", self.now - kept_d * DAY, self.now)]
        self.onvif = OnvifDevice(records=records, login=user, clock=self.clock)

    def __enter__(self) -> "Bench":
        self.stream.start()
        self.onvif.__enter__()
        self.onvif.replay = self.stream.url
        return self

    def __exit__(self, *_error: object) -> None:
        self.onvif.__exit__()
        self.stream.stop()

    def keep(self, *changes: tuple[datetime, bool], until: datetime | None = None) -> None:
        """What has been recorded since: up to now, less what the changes tell."""
        (kept, *_more) = self.onvif.records or ()
        self.onvif.records = [kept._replace(ended=until or self.clock.now(), changes=changes)]

    def watch(self, password_file: Path | None = None, *, explained: Sequence[Explained] = ()) -> RecorderWatch:
        """The recorder under watch."""
        channel = Channel(camera="gate-camera", source="gate", explained=tuple(explained))
        login = {} if password_file is None else {"username": "admin", "password_file": password_file}
        settings = Recorder(id="nvr1", space="office", address=self.onvif.url, timeout_s=2, channels=(channel,), **login)
        return RecorderWatch(settings, clock=self.clock, publish=self.listener, take=self.samples.extend)

    def told(self, point: str) -> list[tuple[float | None, str]]:
        """Values of a point, in their order."""
        return [(None if row.value is None else round(row.value, 2), row.quality) for row in self.samples if row.point == point]

    def raised(self, kind: str) -> Level:
        """What was said when this kind was raised last."""
        return [level for level in self.listener.raised if level.kind == kind][-1]


def test_a_sound_recorder_gives_its_figures_and_raises_nothing(clip: Path) -> None:
    with Bench(clip) as bench:
        assert bench.watch().step() == 3600
    assert bench.told("recording_age_d") == [(40.0, "good")]
    assert bench.told("unexplained_recording_gaps") == [(0.0, "good")]
    assert bench.listener.raised == []
    said = {kind for kind, _active in bench.listener.changes}
    assert said == {"recorder_offline", "clock_offset", "recording_gap", "retention_short"}


def test_too_few_days_are_one_condition_until_there_are_enough_for_a_day(clip: Path) -> None:
    with Bench(clip, kept_d=29.5) as bench:
        watch = bench.watch()
        hours = 0
        while bench.listener.of("retention_short") != [True, False]:
            watch.step()
            bench.clock.advance(3600)
            bench.keep()
            hours += 1
            assert hours < 60
    assert hours == pytest.approx(12 + 24, abs=2), "half a day until there are thirty, then a whole day of them"
    evidence = bench.raised("retention_short").evidence
    assert (evidence["days"], evidence["wanted_days"], evidence["detail"]) == (29.5, 30.0, "too_short")


def test_what_is_listed_but_does_not_play_is_no_evidence(clip: Path) -> None:
    with Bench(clip) as bench:
        bench.onvif.replay = bench.stream.url.replace("yard", "roof")
        watch = bench.watch()
        watch.step()
        assert bench.raised("retention_short").evidence["detail"] == "does_not_play"
        assert bench.told("recording_age_d") == [(None, "bad")]
        bench.onvif.replay = bench.stream.url
        bench.clock.advance(3600)
        watch.step()
    assert bench.told("recording_age_d")[-1] == (40.04, "good")


def test_recordings_are_only_as_old_as_what_really_plays(clip: Path) -> None:
    with Bench(clip, kept_d=40, plays_d=12) as bench:
        bench.watch().step()
    assert bench.told("recording_age_d") == [(12.0, "good")]
    assert bench.raised("retention_short").evidence["days"] == 12.0


def test_the_oldest_minute_is_played_once_a_day(clip: Path) -> None:
    with Bench(clip) as bench:
        watch = bench.watch()
        for _hour in range(25):
            watch.step()
            bench.clock.advance(3600)
            bench.keep()
        assert bench.stream.requests.count("PLAY") == 2


def test_a_gap_is_one_condition_for_a_day_and_counted_on_its_day_alone(clip: Path) -> None:
    with Bench(clip) as bench:
        bench.keep((bench.now - 3 * HOUR, False), (bench.now - 2 * HOUR, True))
        watch = bench.watch()
        for _hour in range(26):
            watch.step()
            bench.clock.advance(3600)
            bench.keep((bench.now - 3 * HOUR, False), (bench.now - 2 * HOUR, True))
    assert bench.listener.of("recording_gap") == [True, False]
    evidence = bench.raised("recording_gap").evidence
    assert (evidence["detail"], evidence["gaps"]) == ("gaps", 1)
    assert evidence["longest_s"] == pytest.approx(3600, abs=2)
    gaps = [row for row in bench.samples if row.point == "unexplained_recording_gaps"]
    # Today until midnight (12 looks), then the day that ended once more at its last millisecond, then none on the next.
    assert [row.value for row in sorted(gaps, key=lambda row: row.at_ms)] == [1.0] * 13 + [0.0] * 14
    assert sum(row.at_ms == NOON_MS + 12 * 3_600_000 - 1 for row in gaps) == 1


def test_recording_that_has_stopped_is_told_from_when(clip: Path) -> None:
    with Bench(clip) as bench:
        bench.clock.advance(7200)
        watch = bench.watch()
        watch.step()
        evidence = bench.raised("recording_gap").evidence
        assert (evidence["detail"], evidence["since"], evidence["stopped_h"]) == ("stopped", "2026-11-20T03:59:59Z", 2.0)
        bench.keep()
        watch.step()
    assert bench.listener.of("recording_gap") == [True, False]


def test_a_gap_that_somebody_answers_for_is_none(clip: Path) -> None:
    with Bench(clip) as bench:
        bench.keep((bench.now - 3 * HOUR, False), (bench.now - 2 * HOUR, True))
        explained = Explained(first=bench.now - 4 * HOUR, last=bench.now - HOUR, why="power cut")
        bench.watch(explained=[explained]).step()
    assert bench.listener.of("recording_gap") == [False]
    assert bench.told("unexplained_recording_gaps") == [(0.0, "good")]


def test_a_channel_of_which_nothing_is_kept_is_one_condition_and_no_days(clip: Path) -> None:
    with Bench(clip, kept_d=None) as bench:
        bench.watch().step()
    assert bench.raised("recording_gap").evidence["detail"] == "nothing_recorded"
    assert bench.listener.of("retention_short") == []
    assert bench.told("recording_age_d") == [(0.0, "good")]


def test_a_recorder_is_lost_once_and_found_once(clip: Path) -> None:
    with Bench(clip) as bench:
        watch = bench.watch()
        watch.step()
        bench.onvif.__exit__()
        for _try in range(6):
            bench.clock.advance(watch.step())
        assert bench.listener.of("recorder_offline") == [False, True]
        assert "check the address and port" in str(bench.raised("recorder_offline").evidence["reason"])


def test_a_refused_password_is_told_at_once_and_not_tried_again_soon(clip: Path, tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("wrong")
    with Bench(clip, login="right") as bench:
        watch = bench.watch(secret)
        assert watch.step() >= REFUSED_PASSWORD_RETRY_S
        assert "refuses user or password" in str(bench.raised("recorder_offline").evidence["reason"])
        secret.write_text("right")
        watch.step()
    assert bench.listener.of("recorder_offline") == [True, False]
    assert bench.told("recording_age_d") == [(40.0, "good")]


def test_a_recorder_whose_clock_is_wrong_says_so_and_its_days_are_right(clip: Path) -> None:
    with Bench(clip) as bench:
        bench.onvif.ahead = timedelta(minutes=-10)
        bench.watch().step()
    assert bench.raised("clock_offset").evidence["offset_s"] == pytest.approx(-600, abs=1)
    ((days, _quality),) = bench.told("recording_age_d")
    assert days == pytest.approx(40, abs=0.01)
    assert bench.listener.of("recording_gap") == [False]


def test_a_recorder_without_profile_g_is_not_away_and_proves_nothing(clip: Path) -> None:
    with Bench(clip) as bench:
        bench.onvif.records = None
        bench.watch().step()
    assert bench.listener.changes == [("recorder_offline", False)]
    assert bench.samples == []
