"""What a camera offers: profiles with their streams, the largest picture first."""

from typing import NamedTuple
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from edge.onvif.device import Device
from edge.onvif.soap import text_of


class Stream(NamedTuple):
    """One stream as its profile describes it; `source` is whose pictures it shows; `url` holds no user and no password."""

    source: str
    profile: str
    codec: str
    width_px: int
    height_px: int
    fps: float
    url: str


def streams(device: Device) -> tuple[Stream, ...]:
    """Every profile with a picture, the largest first: the main stream, then the sub-streams; raises Unavailable."""
    body = device.ask("trt", "<trt:GetProfiles/>")
    found = [_stream(device, row) for row in body.iter("Profiles") if row.find("VideoEncoderConfiguration") is not None]
    return tuple(sorted(found, key=lambda row: (-row.width_px * row.height_px, row.profile)))


def _stream(device: Device, profile: Element) -> Stream:
    encoder = "VideoEncoderConfiguration"
    return Stream(
        text_of(profile, "VideoSourceConfiguration/SourceToken"),
        text_of(profile, "Name") or profile.get("token", ""),
        text_of(profile, f"{encoder}/Encoding"),
        int(_number(profile, f"{encoder}/Resolution/Width")),
        int(_number(profile, f"{encoder}/Resolution/Height")),
        _number(profile, f"{encoder}/RateControl/FrameRateLimit"),
        device.reachable(_address(device, profile.get("token", ""))),
    )


def _address(device: Device, token: str) -> str:
    setup = (
        "<trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream>"
        "<tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trt:StreamSetup>"
    )
    request = f"<trt:GetStreamUri>{setup}<trt:ProfileToken>{escape(token)}</trt:ProfileToken></trt:GetStreamUri>"
    return text_of(device.ask("trt", request), ".//Uri")


def _number(element: Element, path: str) -> float:
    try:
        return float(text_of(element, path) or 0)
    except ValueError:
        return 0.0
