"""From footage to a film a browser plays: decoded, persons pixelated, encoded again as H.264 in MP4. Nothing here is in a hurry."""

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from edge.cameras.decoding import DecodedPicture, ticks_of
from edge.cameras.protocol import Frame, Image
from edge.evidence.cover import Cover
from edge.evidence.footage import Clip, Footage, Reel
from edge.evidence.pixelate import pixelate
from edge.evidence.still import LONGEST_SIDE_PX, at_most
from edge.luma import luma_of
from edge.masks import Masks

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_MS: Final = Fraction(1, 1000)
_CRF: Final = {"safe": "27", "original": "20"}
_KEY_EVERY: Final = 30


class Film:
    """An MP4 in memory; the size is that of its first picture, cut to even sides."""

    def __init__(self, quality: str) -> None:
        import av

        self._bytes = io.BytesIO()
        self._container = av.open(self._bytes, "w", format="mp4")
        self._stream = self._container.add_stream("libx264", rate=1000, options={"crf": _CRF[quality], "preset": "veryfast"})
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.gop_size = _KEY_EVERY
        self._stream.codec_context.thread_count = 1
        self._stream.codec_context.time_base = _MS
        self._size_px: tuple[int, int] | None = None

    def add(self, image: Image, at_s: float) -> None:
        """Append a picture at its time since the film's beginning; one of another size is fitted to the first one's."""
        import av

        if self._size_px is None:
            self._size_px = image.shape[1] // 2 * 2, image.shape[0] // 2 * 2
            self._stream.width, self._stream.height = self._size_px
        width, height = self._size_px
        if image.shape[0] not in (height, height + 1) or image.shape[1] not in (width, width + 1):
            image = np.asarray(cv2.resize(image, self._size_px, interpolation=cv2.INTER_AREA), np.uint8)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image[:height, :width]), format="bgr24")
        frame.pts, frame.time_base = round(at_s * 1000), _MS
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> bytes:
        """The whole file; empty if nothing was added."""
        if self._size_px is None:
            return b""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._bytes.getvalue()


def render(footage: Footage, *, most_fps: float, original: bool = False) -> Clip:
    """The film of a footage; `original`: also the unpixelated one, not sealed yet. Without pictures both are empty."""
    masks, cover = Masks(privacy=footage.privacy), Cover(footage.looks)
    safe, plain = Film("safe"), Film("original") if original else None
    times: list[float] = []
    whole = 0
    for picture in thinned(footage, most_fps):
        seen = masks.hidden(picture)
        image = at_most(seen.image, LONGEST_SIDE_PX)
        hidden = cover.hidden(luma_of(seen), picture.media_s, (image.shape[1], image.shape[0]))
        times.append(picture.media_s)
        whole += hidden.whole
        safe.add(pixelate(image, hidden.mask, hidden.block), picture.media_s - times[0])
        if plain is not None:
            plain.add(image, picture.media_s - times[0])
    begin_s, end_s = (times[0], times[-1]) if times else (footage.begin_s, footage.begin_s)
    return Clip(safe.finish(), plain.finish() if plain else b"", len(times), whole, begin_s, end_s)


def thinned(footage: Footage, most_fps: float) -> Iterator[Frame]:
    """The footage's pictures in order, at most so many a second."""
    due_s = float("-inf")
    for reel in footage.reels:
        for picture in decoded(reel):
            if footage.begin_s <= picture.media_s <= footage.end_s and picture.media_s >= due_s:
                due_s = picture.media_s + 0.9 / most_fps
                yield picture


def decoded(reel: Reel) -> Iterator[Frame]:
    """Every picture whose time is known; what does not decode, and what cannot be dated, is left out."""
    import av

    decoder: Any = av.CodecContext.create(reel.codec.name, "r")
    decoder.thread_count = 1
    if reel.codec.extradata:
        decoder.extradata = reel.codec.extradata
    for row in [*reel.packets, None]:
        packet = None
        if row is not None:
            packet = av.Packet(row.data)
            packet.pts, packet.dts = row.pts, row.dts
        try:
            frames = decoder.decode(packet)
        except av.error.InvalidDataError:
            continue
        yield from _dated(frames, reel)


def _dated(frames: "list[VideoFrame]", reel: Reel) -> Iterator[Frame]:
    for frame in frames:
        ticks = ticks_of(frame, by_dts=reel.codec.by_dts)
        media_s = None if ticks is None else reel.times.get(ticks)
        if media_s is not None:
            # As the analysis saw it, whose backgrounds it is compared with.
            picture = DecodedPicture(frame)
            yield Frame(picture.image() if reel.codec.drawn else picture, frame.pts or 0, media_s, at_ms=0)
