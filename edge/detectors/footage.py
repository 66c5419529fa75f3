"""A film, a picture or a stream read frame by frame, each frame once and in order, as fast as it is asked for."""

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from edge.cameras.decoding import shown_at_s
from edge.cameras.protocol import Frame
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock, SystemClock

PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}
OPEN_S, READ_S = 10.0, 10.0


def footage(source: str, *, every: int = 1, clock: Clock | None = None) -> Iterator[Frame]:
    """Every `every`-th frame of a film, stream (rtsp://, http://) or picture, numbered as in the source, from 0.

    Raises SettingsError at the call where the source does not open, Unavailable while iterating where it breaks off.
    """
    clock = clock or SystemClock()
    if "://" not in source and Path(source).suffix.lower() in PICTURES:
        return iter([_picture(Path(source), clock)])
    return _film(_opened(source), source, every=every, clock=clock)


def _picture(path: Path, clock: Clock) -> Frame:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}; give a film, a picture or an rtsp:// address") from error
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if image is None:
        raise SettingsError(f"{path}: is not a picture that can be decoded; give a film, a picture or an rtsp:// address")
    return Frame(np.asarray(image, np.uint8), 0, 0.0, clock.now_ms())


def _opened(source: str) -> "av.container.InputContainer":
    try:
        options = {"rtsp_transport": "tcp"} if source.startswith("rtsp") else {}
        container = av.open(source, options=options, timeout=(OPEN_S, READ_S))
    except (av.error.FFmpegError, OSError) as error:
        raise SettingsError(
            f"{shown(source)}: does not open: {_reason(error)}; give a film, a picture or an rtsp:// address"
        ) from error
    if not container.streams.video:
        container.close()
        raise SettingsError(f"{shown(source)}: has no pictures in it; give a film, a picture or an rtsp:// address")
    return container


def _film(container: "av.container.InputContainer", source: str, *, every: int, clock: Clock) -> Iterator[Frame]:
    with container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        step_s = 1.0 / float(stream.average_rate or 25)
        start_s, last_s = None, -step_s
        try:
            for number, picture in enumerate(container.decode(stream)):
                told_s = shown_at_s(picture, by_dts=container.format.name == "avi")
                at_s = number * step_s if told_s is None else told_s
                start_s = at_s if start_s is None else start_s
                last_s = at_s - start_s if at_s - start_s > last_s + 1e-6 else last_s + step_s
                if number % every == 0:
                    image = np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)
                    yield Frame(image, number, last_s, clock.now_ms())
        except (av.error.FFmpegError, OSError) as error:
            raise Unavailable(f"{shown(source)}: broke off: {_reason(error)}") from error


def shown(source: str) -> str:
    """The source without name and password, fit for logs."""
    scheme, mark, rest = source.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}" if mark else source


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
