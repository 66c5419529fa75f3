"""Playing the oldest minute of a recording."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from edge.onvif.login import Login
from edge.onvif.replay import Played, Wanted, play
from edge.passwords import REFUSED_PASSWORD_RETRY_S
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import SystemClock
from tests.rtsp.admission import Scheme
from tests.rtsp.clip import square_frames, write_clip
from tests.rtsp.server import RtspServer

pytestmark = pytest.mark.services

OLDEST = datetime(2026, 10, 20, 6, 30, tzinfo=UTC)
LOGIN = ("admin", "p@ss:w/rd")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mp4", square_frames(10))


def _play(server: RtspServer, since: datetime = OLDEST, *, seconds: float = 60, within_s: float = 20) -> Played:
    return play(server.url, Wanted(since, seconds, within_s), clock=SystemClock(), login=Login(*LOGIN), timeout_s=1)


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Digest without qop", "Digest SHA-256"])
def test_a_minute_plays_faster_than_a_minute_with_any_proof_of_the_password(clip: Path, scheme: Scheme) -> None:
    with RtspServer(clip, kept_from=OLDEST, login=LOGIN, scheme=scheme) as server:
        played = _play(server)
    assert played == Played(60.0, 601, OLDEST)


def test_a_recorder_that_plays_another_time_is_found_out(clip: Path) -> None:
    with RtspServer(clip, kept_from=OLDEST) as server:
        assert _play(server, OLDEST - timedelta(days=3), seconds=1).first == OLDEST


def test_a_recorder_that_breaks_off_has_played_no_more_than_came(clip: Path) -> None:
    with RtspServer(clip, kept_from=OLDEST, resets_after=51) as server:
        assert _play(server) == Played(5.0, 51, OLDEST)


def test_a_recorder_that_sends_nothing_has_played_nothing(clip: Path) -> None:
    with RtspServer(clip, kept_from=OLDEST, mood="mute") as server:
        assert _play(server) == Played(0.0, 0, None)


def test_a_refused_password_is_retried_late(clip: Path) -> None:
    with RtspServer(clip, login=("admin", "another"), scheme="Digest") as server, pytest.raises(Unavailable) as refusal:
        _play(server)
    assert refusal.value.retry_after_s == REFUSED_PASSWORD_RETRY_S
    assert LOGIN[1] not in str(refusal.value)


def test_a_recorder_that_never_answers_is_given_up(clip: Path) -> None:
    with RtspServer(clip, mood="silent") as server, pytest.raises(Unavailable, match="no answer to DESCRIBE within 1 s"):
        _play(server)
