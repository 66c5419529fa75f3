"""One line that InfluxDB will never take costs only itself, however it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamplighter.contract.errors import Unavailable
from lamplighter.storage.timeseries.influxdb_http import Refusal
from lamplighter.storage.timeseries.influxdb_refusals import Lines, send_all

pytestmark = pytest.mark.unit


class Server:
    """Refuses as InfluxDB 2.9 was seen to: lines are `kind:time`, kinds are good, malformed, conflict, large."""

    def __init__(self, *, keeps_since_ms: int = 0, most_characters: int = 10_000) -> None:
        self.stored: set[str] = set()
        self._keeps_since_ms = keeps_since_ms
        self._most_characters = most_characters

    def send(self, text: str) -> Refusal | None:
        """Take what can be taken."""
        lines = [(line, *line.split(":")) for line in text.split("\n")]
        if len(text) > self._most_characters:
            return Refusal(413, "request too large")
        if malformed := [line for line, kind, _ in lines if kind == "malformed"]:
            return Refusal(400, "\n".join(f"unable to parse '{line}': missing field value" for line in malformed))
        kept = [(line, kind) for line, kind, at_ms in lines if int(at_ms) >= self._keeps_since_ms]
        self.stored |= {line for line, kind in kept if kind != "conflict"}
        if dropped := len(lines) - len(kept):
            return Refusal(
                422, f"partial write: dropped {dropped} points outside retention policy of duration 1h - dropped={dropped}"
            )
        if conflicts := [line for line, kind in kept if kind == "conflict"]:
            return Refusal(422, f"partial write: field type conflict: input field value dropped={len(conflicts)}")
        return None


def sent(texts: list[str]) -> Lines:
    return Lines(texts, range(100, 100 + len(texts)), [int(text.split(":")[1]) for text in texts])


KINDS = st.sampled_from(["good", "good", "good", "malformed", "conflict"])


@given(st.lists(KINDS, max_size=40), st.permutations(range(40)), st.integers(0, 45))
def test_every_good_line_is_stored_and_every_other_refused(kinds: list[str], times: list[int], keeps_since_ms: int) -> None:
    texts = [f"{kind}:{at_ms}" for kind, at_ms in zip(kinds, times, strict=False)]
    server = Server(keeps_since_ms=keeps_since_ms)
    refused = send_all(server.send, sent(texts))
    good = {text for text in texts if text.startswith("good") and int(text.split(":")[1]) >= keeps_since_ms}
    assert server.stored == good
    assert sorted(one.position - 100 for one in refused) == [i for i, text in enumerate(texts) if text not in good]


def test_a_line_older_than_the_bucket_keeps_is_named_expired() -> None:
    refused = send_all(Server(keeps_since_ms=2).send, sent(["good:3", "good:1", "good:2"]))
    assert [(one.position, one.reason) for one in refused] == [(101, "expired: older than the 1h that the bucket keeps")]


def test_a_request_too_large_is_split_until_it_fits() -> None:
    texts = [f"good:{i}" for i in range(100)]
    server = Server(most_characters=50)
    assert send_all(server.send, sent(texts)) == []
    assert server.stored == set(texts)


def test_a_line_too_large_alone_is_refused() -> None:
    refused = send_all(Server(most_characters=10).send, sent(["good:1", "good:1234567890", "good:2"]))
    assert [one.position for one in refused] == [101]


@pytest.mark.parametrize("refusal", [Refusal(400, "malformed gzip"), Refusal(422, "org ID mismatch"), Refusal(400, "<html>")])
def test_a_refusal_that_is_not_about_lines_refuses_none(refusal: Refusal) -> None:
    with pytest.raises(Unavailable, match="not its lines"):
        send_all(lambda _text: refusal, sent(["good:1", "good:2"]))
