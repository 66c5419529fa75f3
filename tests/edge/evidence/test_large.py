"""A large stream's pictures are dated by when they came, and used only where they show all that the small ones do."""

import pytest

from edge.cameras.protocol import Codec, Packet
from edge.evidence.footage import Footage, Look, Reel
from edge.evidence.large import LargeTape
from lamplighter.contract.errors import Unavailable

pytestmark = pytest.mark.unit

FPS = 10
H264 = Codec("h264", b"extra")
ORDERS = {"as they are shown": [0, 1, 2, 3, 4, 5], "with pictures between": [0, 3, 1, 2, 5, 4]}
"""Which picture is sent when, of each six."""


def tape_of(*, most_bytes: int = 10**6) -> LargeTape:
    return LargeTape(length_s=6.0, most_bytes=most_bytes)


def send(
    tape: LargeTape,
    begin_s: float,
    end_s: float,
    *,
    order: str = "as they are shown",
    own_ahead_s: float = 0.0,
    late_s: float = 0.0,
    key_every: int = 12,
) -> None:
    """Pictures shown from `begin_s` to `end_s` on the camera's line; its own clock is ahead, and they come late."""
    places = ORDERS[order]
    held_back = max(place - turn for turn, place in enumerate(places))
    tape.begin(H264)
    for number in range(round((end_s - begin_s) * FPS)):
        shown = number // 6 * 6 + places[number % 6]
        own_s = own_ahead_s + begin_s + shown / FPS
        packet = Packet(bytes(100), round(own_s * 90_000), None, key=number % key_every == 0)
        tape.packet(packet, own_s=own_s, came_s=begin_s + (number + held_back) / FPS + late_s)


def small_of(begin_s: float, end_s: float, *, from_s: float | None = None) -> Footage:
    """What the small stream shows of that span, from somewhere on."""
    first_s = begin_s if from_s is None else from_s
    times = {number: first_s + number / FPS for number in range(round((end_s - first_s) * FPS))}
    looks = [Look(first_s, 0, True, [], 1, 1, b"\0", b"\0")]
    return Footage([Reel(H264, [], times)], looks, begin_s, end_s, [])


def dates_of(footage: Footage, *, own_ahead_s: float) -> list[float]:
    """By how much each picture is dated too late (s)."""
    (reel,) = footage.reels
    return [at_s - (ticks / 90_000 - own_ahead_s) for ticks, at_s in reel.times.items()]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("own_ahead_s", [0.0, 47_721.8, -3.0])
def test_pictures_stand_where_they_were_shown_whatever_their_own_clock_says(order: str, own_ahead_s: float) -> None:
    tape = tape_of()
    send(tape, 0.0, 20.0, order=order, own_ahead_s=own_ahead_s)
    footage = tape.instead_of(small_of(12.0, 18.0))
    assert footage.large
    assert dates_of(footage, own_ahead_s=own_ahead_s) == pytest.approx([0.0] * len(footage.reels[0].times), abs=0.11)


def test_what_waited_while_the_stream_was_opened_does_not_date_the_rest() -> None:
    tape = tape_of()
    tape.begin(H264)
    for number in range(120):
        came_s = max(number / FPS, 0.6)
        tape.packet(Packet(b"x", number, None, key=number % 10 == 0), own_s=number / FPS, came_s=came_s)
    (reel,) = tape.instead_of(small_of(1.0, 7.0)).reels
    assert reel.times[50] == pytest.approx(5.0)


def test_what_came_before_a_reconnection_is_dated_by_its_own_clock() -> None:
    tape = tape_of()
    send(tape, 0.0, 6.0, own_ahead_s=100.0)
    send(tape, 6.5, 10.0, own_ahead_s=7.0)
    first, second = tape.instead_of(small_of(4.0, 9.0)).reels
    assert min(first.times.values()) == pytest.approx(2.4)
    assert max(second.times.values()) >= 9.0
    assert min(second.times.values()) == pytest.approx(6.5)


def test_pictures_that_come_unevenly_are_not_used() -> None:
    tape = tape_of()
    tape.begin(H264)
    for number in range(200):
        came_s = number / FPS + (1.0 if 130 <= number < 160 else 0.0)
        tape.packet(Packet(b"x", number, None, key=number % 10 == 0), own_s=number / FPS, came_s=came_s)
    with pytest.raises(Unavailable, match=r"too late; look at the network"):
        tape.instead_of(small_of(11.0, 18.0))


@pytest.mark.parametrize(("begin_s", "end_s"), [(14.0, 30.0), (0.0, 16.0), (0.0, 9.0)])
def test_a_stream_that_shows_less_than_the_small_one_is_not_used(begin_s: float, end_s: float) -> None:
    tape = tape_of()
    send(tape, begin_s, end_s)
    with pytest.raises(Unavailable, match="on tape"):
        tape.instead_of(small_of(12.0, 18.0))


def test_a_small_stream_that_began_late_asks_for_no_more_than_it_shows() -> None:
    tape = tape_of()
    send(tape, 14.0, 20.0)
    assert tape.instead_of(small_of(12.0, 18.0, from_s=14.5)).large


def test_long_stretches_between_key_frames_are_kept_whole_and_nothing_before_the_first() -> None:
    tape = tape_of()
    send(tape, 0.5, 30.0, key_every=100)
    (reel,) = tape.instead_of(small_of(18.0, 24.0)).reels
    assert reel.packets[0].key
    assert min(reel.times.values()) == pytest.approx(10.5)
    late = tape_of()
    late.begin(H264)
    late.packet(Packet(b"x", 0, None, key=False), own_s=0.0, came_s=0.0)
    assert late.bytes == 0


def test_memory_is_bounded_by_bytes() -> None:
    tape = tape_of(most_bytes=3_000)
    send(tape, 0.0, 30.0)
    assert 0 < tape.bytes <= 3_000
    with pytest.raises(Unavailable, match="buffer_mb"):
        tape.instead_of(small_of(22.0, 29.0))


def test_packets_without_times_are_not_used() -> None:
    tape = tape_of()
    tape.begin(H264)
    for number in range(200):
        tape.packet(Packet(b"x", None, None, key=number % 10 == 0), own_s=None, came_s=number / FPS)
    with pytest.raises(Unavailable, match="tell no times"):
        tape.instead_of(small_of(12.0, 18.0))
