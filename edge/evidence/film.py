"""From footage to a film a browser plays: decoded, persons pixelated, encoded again as H.264 in MP4. Nothing here is in a hurry."""

import io
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from edge.cameras.decoding import DecodedPicture, ticks_of
from edge.cameras.protocol import Frame
from edge.evidence.cover import Cover
from edge.evidence.footage import Clip, Footage, Reel
from edge.evidence.planes import FORMAT, Planes, hide, planes_of, write_planes
from edge.evidence.still import LONGEST_SIDE_PX
from edge.luma import luma_in_rows, luma_of
from edge.masks import Masks

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

_MS: Final = Fraction(1, 1000)
_CRF: Final = {"safe": "27", "original": "20"}
_CHEAPLY: Final = {"preset": "ultrafast", "x264-params": "cabac=1"}
"""A third of the time of "veryfast", at not quite twice the size; a clip travels only when somebody asks for it."""
_KEY_EVERY: Final = 30


class Film:
    """An MP4 in memory, of one size (width, height), both even."""

    def __init__(self, quality: str, size_px: tuple[int, int]) -> None:
        import av

        self._bytes = io.BytesIO()
        self._container = av.open(self._bytes, "w", format="mp4")
        self._stream = self._container.add_stream("libx264", rate=1000, options={"crf": _CRF[quality], **_CHEAPLY})
        self._stream.width, self._stream.height = size_px
        self._stream.pix_fmt = FORMAT
        self._stream.codec_context.gop_size = _KEY_EVERY
        self._stream.codec_context.thread_count = 1
        self._stream.codec_context.time_base = _MS

    def add(self, planes: Planes, at_s: float) -> None:
        """Append a picture of that size at its time since the film's beginning."""
        frame = write_planes(planes)
        frame.pts, frame.time_base = round(at_s * 1000), _MS
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> bytes:
        """The whole file."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._bytes.getvalue()


def render(footage: Footage, *, most_fps: float, original: bool = False) -> Clip:
    """The film of a footage; `original`: also the unpixelated one, not sealed yet. Without pictures both are empty.

    Its size is that of the first picture; pictures of another one are fitted to it.
    """
    masks, cover = Masks(privacy=footage.privacy), Cover(footage.looks)
    films: dict[str, Film] = {}
    times: list[float] = []
    whole, size_px = 0, (0, 0)
    for picture in thinned(footage, most_fps):
        seen = masks.hidden(picture)
        if not films:
            size_px = _film_size_px(seen.size_px)
            films = {quality: Film(quality, size_px) for quality in (("safe", "original") if original else ("safe",))}
        planes = planes_of(seen, size_px)
        luma = luma_in_rows(seen, footage.looks[0].rows) if footage.large else luma_of(seen)
        hidden = cover.hidden(luma, picture.media_s, size_px)
        times.append(picture.media_s)
        whole += hidden.whole
        films["safe"].add(hide(planes, hidden.mask, hidden.block), picture.media_s - times[0])
        if original:
            films["original"].add(planes, picture.media_s - times[0])
    begin_s, end_s = (times[0], times[-1]) if times else (footage.begin_s, footage.begin_s)
    finished = {quality: film.finish() for quality, film in films.items()}
    return Clip(finished.get("safe", b""), finished.get("original", b""), len(times), whole, begin_s, end_s)


def _film_size_px(size_px: tuple[int, int]) -> tuple[int, int]:
    """(width, height) of at most LONGEST_SIDE_PX, cut to even sides, as the coder wants them."""
    scale = min(1.0, LONGEST_SIDE_PX / max(size_px))
    width, height = (max(2, round(side * scale) // 2 * 2) for side in size_px)
    return width, height


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
