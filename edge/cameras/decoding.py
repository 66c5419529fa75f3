"""What files and RTSP streams share: decoded pictures with their presentation time, and FFmpeg's errors by remedy."""

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from edge.cameras.protocol import Codec, Due, Image, Packet, Tap, always

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet as AvPacket
    from av.video.frame import VideoFrame

LONGEST_SIDE_PX: Final = 8192
_BROKEN_PACKETS_IN_A_ROW: Final = 250


class Picture(NamedTuple):
    """A decoded picture; `media_s` counts from the first one, `number` every picture decoded so far, from 0."""

    image: Image
    media_s: float
    number: int
    sent_at_ms: int | None


def pictures(container: "InputContainer", due: Due = always, tap: Tap | None = None, *, begin_s: float = 0.0) -> Iterator[Picture]:
    """The decoded pictures of the first video stream that are due, BGR. A packet that does not decode is passed over.

    `tap` is handed every packet and the time of every picture; for it the stream begins at `begin_s`.

    Raises the library's own errors when the source itself fails, and ValueError where there is no video to decode.
    """
    import av

    stream = _video(container)
    step_s = 1.0 / float(stream.average_rate or stream.guessed_rate or 25)
    first_s: float | None = None
    last_s = -step_s
    broken, number = 0, -1
    by_dts = container.format.name == "avi"
    for packet in container.demux(stream) if tap is None else _tapped(container, stream, tap, begin_s=begin_s):
        try:
            decoded = packet.decode()
            broken = 0
        except av.error.InvalidDataError:
            broken += 1
            if broken > _BROKEN_PACKETS_IN_A_ROW:
                raise
            continue
        for frame in decoded:
            told_s = shown_at_s(frame, by_dts=by_dts)
            at_s = last_s + step_s + (first_s or 0.0) if told_s is None else told_s
            first_s = at_s if first_s is None else first_s
            # Presentation times of damaged or edited files step back; time only goes on.
            last_s = at_s - first_s if at_s - first_s > last_s + 1e-6 else last_s + step_s
            number += 1
            if tap is not None:
                tap.shown(ticks_of(frame, by_dts=by_dts), last_s)
            if due(last_s):
                yield Picture(frame.to_ndarray(format="bgr24"), last_s, number, _sent_at_ms(packet))


def _tapped(container: "InputContainer", stream: Any, tap: Tap, *, begin_s: float) -> Iterator[Any]:
    """The packets, each handed to the tap before it is decoded."""
    coded = stream.codec_context
    tap.begin(Codec(coded.codec.name, bytes(coded.extradata or b""), container.format.name == "avi"), at_s=begin_s)
    for packet in container.demux(stream):
        if packet.size:
            tap.packet(Packet(bytes(packet), packet.pts, packet.dts, packet.is_keyframe))
        yield packet


def ticks_of(frame: "VideoFrame", *, by_dts: bool) -> int | None:
    """By which number of its stream's ticks a picture is known: its presentation time, in AVI (`by_dts`) its decoding time."""
    return frame.dts if by_dts else frame.pts


def shown_at_s(frame: "VideoFrame", *, by_dts: bool) -> float | None:
    """When a decoded picture is to be shown, as its file says; None where it does not.

    AVI keeps no presentation times; FFmpeg's guess at them runs back and forth, but the decoding times of its pictures, which come
    out in the order they are shown, are evenly spaced.
    """
    ticks = ticks_of(frame, by_dts=by_dts)
    return None if ticks is None or frame.time_base is None else float(ticks * frame.time_base)


def _sent_at_ms(packet: "AvPacket[Any]") -> int | None:
    """The sender's clock at this packet, ms since 1970: FFmpeg works it out from RTCP sender reports (RFC 3550, 6.4.1)."""
    if not packet.has_sidedata("prft"):
        return None
    wallclock_us: int = struct.unpack_from("=q", bytes(packet.get_sidedata("prft")))[0]
    return wallclock_us // 1000


def _video(container: "InputContainer") -> Any:
    if not container.streams.video:
        raise ValueError("holds no video stream")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise ValueError("holds video in a format that cannot be decoded here")
    if max(stream.codec_context.width, stream.codec_context.height) > LONGEST_SIDE_PX:
        raise ValueError(f"is larger than {LONGEST_SIDE_PX} px on a side; use a smaller stream")
    stream.thread_type = "SLICE"  # frame threads add a frame of delay each, and one camera must not take every core
    return stream
