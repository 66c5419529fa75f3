"""What files and RTSP streams share: decoded pictures with their presentation time, and FFmpeg's errors by remedy."""

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.cameras.key_frames import KeyFrames
from edge.cameras.protocol import Brightness, Codec, Coded, Due, Image, Packet, Tap, always

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet as AvPacket
    from av.video.frame import VideoFrame

LONGEST_SIDE_PX: Final = 8192
_BROKEN_PACKETS_IN_A_ROW: Final = 250
_BLACK, _WHITE = 16, 235
"""Luma of black and white in video (ITU-R BT.601, 2.5.1)."""
_PLANAR: Final = frozenset({"yuv420p", "yuv422p", "yuv444p", "nv12"})
_FULL_RANGE: Final = frozenset({"yuvj420p", "yuvj422p", "yuvj444p", "gray"})
_COLOR_RANGE_JPEG: Final = 2
"""FFmpeg's AVCOL_RANGE_JPEG: 0 is black and 255 is white."""


class DecodedPicture:
    """A picture as the coder gave it. Handed from the thread that decodes to the one that looks, never shared."""

    def __init__(self, frame: "VideoFrame") -> None:
        self.frame = frame
        self._image: Image | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height)."""
        return self.frame.width, self.frame.height

    def brightness(self) -> Brightness | None:
        """Its first plane; None for a format that does not keep 8 bits of luma there."""
        frame = self.frame
        if frame.format.name not in _PLANAR | _FULL_RANGE:
            return None
        luma = plane_rows(frame, 0)[: frame.height, : frame.width]
        return Brightness(luma, 0, 255) if is_full_range(frame) else Brightness(luma, _BLACK, _WHITE)

    def image(self) -> Image:
        """(height, width, 3) uint8, BGR."""
        if self._image is None:
            self._image = np.asarray(self.frame.to_ndarray(format="bgr24"), np.uint8)
        return self._image


def plane_rows(frame: "VideoFrame", place: int) -> NDArray[np.uint8]:
    """(rows, bytes a row) of one plane of a frame, not copied; a row may be longer than the picture is wide."""
    plane = frame.planes[place]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)


def is_full_range(frame: "VideoFrame") -> bool:
    """Whether 0 is black and 255 is white in it, where video has 16 and 235."""
    return frame.format.name in _FULL_RANGE or frame.color_range == _COLOR_RANGE_JPEG


class Picture(NamedTuple):
    """A decoded picture; `media_s` counts from the first one, `number` every picture decoded so far, from 0.

    `undecoded` packets since the picture given before this one could not be decoded.
    """

    image: Coded
    media_s: float
    number: int
    sent_at_ms: int | None
    undecoded: int


def pictures(
    container: "InputContainer",
    due: Due = always,
    tap: Tap | None = None,
    *,
    key_frames: KeyFrames | None = None,
    begin_s: float = 0.0,
) -> Iterator[Picture]:
    """The decoded pictures of the first video stream that are due. A packet that does not decode is passed over and counted.

    Packets that `key_frames` leaves out are counted as pictures, and decoded only when a later one builds on them; they are never
    given.

    `tap` is handed every packet and the time of every picture; for it the stream begins at `begin_s`.

    Raises the library's own errors when the source itself fails, and ValueError where there is no video to decode.
    """
    import av

    stream = _video(container)
    step_s = 1.0 / float(stream.average_rate or stream.guessed_rate or 25)
    first_s: float | None = None
    last_s = -step_s
    broken, undecoded, number = 0, 0, -1
    by_dts = container.format.name == "avi"
    chosen = key_frames or KeyFrames()
    left_out: list[AvPacket[Any]] = []
    for packet in container.demux(stream) if tap is None else _tapped(container, stream, tap, begin_s=begin_s):
        if not _decodes(packet, chosen, stream):
            left_out.append(packet)
            number += 1
            _show_undecoded(packet, tap, first_s)
            continue
        undecoded += _catch_up(left_out, packet)
        try:
            decoded = packet.decode()
            broken = 0
        except av.error.InvalidDataError:
            broken, undecoded = broken + 1, undecoded + 1
            if broken > _BROKEN_PACKETS_IN_A_ROW:
                raise
            continue
        for frame in decoded:
            _refuse_larger(frame.width, frame.height)  # a stream may change its size at any key frame
            told_s = shown_at_s(frame, by_dts=by_dts)
            at_s = last_s + step_s + (first_s or 0.0) if told_s is None else told_s
            first_s = at_s if first_s is None else first_s
            # Presentation times of damaged or edited files step back; time only goes on.
            last_s = at_s - first_s if at_s - first_s > last_s + 1e-6 else last_s + step_s
            number += 1
            if tap is not None:
                tap.shown(ticks_of(frame, by_dts=by_dts), last_s)
            if due(last_s):
                yield Picture(DecodedPicture(frame), last_s, number, _sent_at_ms(packet), undecoded)
                undecoded = 0


def _decodes(packet: "AvPacket[Any]", key_frames: KeyFrames, stream: Any) -> bool:
    """Pictures that come out in another order than they are sent would be held back: such streams are decoded in full."""
    at_s = None if packet.pts is None else _seconds(packet.pts, packet.time_base)
    return not packet.size or key_frames.decodes(at_s, key=packet.is_keyframe) or stream.codec_context.has_b_frames


def _catch_up(left_out: "list[AvPacket[Any]]", packet: "AvPacket[Any]") -> int:
    """Decode what was left out, unless this packet is a key frame and builds on nothing; how many would not decode."""
    import av

    failed = 0
    for one in left_out if not packet.is_keyframe else ():
        try:
            one.decode()
        except av.error.InvalidDataError:
            failed += 1
    left_out.clear()
    return failed


def _show_undecoded(packet: "AvPacket[Any]", tap: Tap | None, first_s: float | None) -> None:
    """A clip shows the picture all the same; where nothing is reordered, a packet's time is its picture's."""
    if tap is not None and packet.pts is not None and first_s is not None:
        tap.shown(packet.pts, _seconds(packet.pts, packet.time_base) - first_s)


def _tapped(container: "InputContainer", stream: Any, tap: Tap, *, begin_s: float) -> Iterator[Any]:
    """The packets, each handed to the tap before it is decoded."""
    tap.begin(_codec(container, stream), at_s=begin_s)
    for packet in container.demux(stream):
        if packet.size:
            tap.packet(_piece(packet))
        yield packet


def _codec(container: "InputContainer", stream: Any) -> Codec:
    coded = stream.codec_context
    return Codec(coded.codec.name, bytes(coded.extradata or b""), container.format.name == "avi")


def _piece(packet: "AvPacket[Any]") -> Packet:
    return Packet(bytes(packet), packet.pts, packet.dts, packet.is_keyframe)


def described(container: "InputContainer") -> tuple[Codec, tuple[int, int]]:
    """How the first video stream is encoded, and its (width, height); raises ValueError where there is none to decode."""
    stream = _video(container)
    return _codec(container, stream), (stream.codec_context.width, stream.codec_context.height)


def pieces(container: "InputContainer") -> Iterator[tuple[Packet, float | None]]:
    """The packets of the first video stream as they come, none decoded, each with its picture's time (s) as the stream tells it."""
    stream = _video(container)
    for packet in container.demux(stream):
        if packet.size:
            yield _piece(packet), None if packet.pts is None else _seconds(packet.pts, packet.time_base)


def ticks_of(frame: "VideoFrame", *, by_dts: bool) -> int | None:
    """By which number of its stream's ticks a picture is known: its presentation time, in AVI (`by_dts`) its decoding time."""
    return frame.dts if by_dts else frame.pts


def shown_at_s(frame: "VideoFrame", *, by_dts: bool) -> float | None:
    """When a decoded picture is to be shown, as its file says; None where it does not.

    AVI keeps no presentation times; FFmpeg's guess at them runs back and forth, but the decoding times of its pictures, which come
    out in the order they are shown, are evenly spaced.
    """
    ticks = ticks_of(frame, by_dts=by_dts)
    tick = frame.time_base
    return None if ticks is None or tick is None else _seconds(ticks, tick)


def _seconds(ticks: int, tick: Fraction) -> float:
    """As a product of fractions gives them, at a tenth of its cost: it is asked for twice a packet."""
    return ticks * tick.numerator / tick.denominator


def _sent_at_ms(packet: "AvPacket[Any]") -> int | None:
    """The sender's clock at this packet, ms since 1970: FFmpeg works it out from RTCP sender reports (RFC 3550, 6.4.1)."""
    if not packet.has_sidedata("prft"):
        return None
    wallclock_us: int = struct.unpack_from("=q", bytes(packet.get_sidedata("prft")))[0]
    return wallclock_us // 1000


def told_length_s(container: "InputContainer") -> float | None:
    """How long the file says its pictures go on; None where it does not say."""
    stream = container.streams.video[0] if container.streams.video else None
    if stream is not None and stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return None if container.duration is None else container.duration / 1_000_000


def _refuse_larger(width_px: int, height_px: int) -> None:
    if max(width_px, height_px) > LONGEST_SIDE_PX:
        raise ValueError(
            f"is {width_px}x{height_px}, larger than {LONGEST_SIDE_PX} px on a side; set the camera to a smaller picture, or use "
            "its smaller stream"
        )


def _video(container: "InputContainer") -> Any:
    if not container.streams.video:
        raise ValueError("holds no video stream")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        raise ValueError("holds video in a format that cannot be decoded here")
    _refuse_larger(stream.codec_context.width, stream.codec_context.height)
    # More threads add delay or a third to the cost of a picture, and one camera must not take every core.
    stream.thread_type, stream.codec_context.thread_count = "SLICE", 1
    return stream
