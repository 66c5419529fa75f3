"""What a recorder has kept (ONVIF Profile G): recordings of each source, and the moments at which a track had or lost its data."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from edge.onvif.device import Device
from edge.onvif.soap import Unsupported, text_of
from lamplighter.contract.errors import Unavailable

_PAGE: Final = 100
_MOST_PAGES: Final = 500
"""50 000 results: a recorder that gives more without an end is not believed."""
_TOPIC: Final = "tns1:RecordingHistory/Track/State"
_DIALECT: Final = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$")


class Span(NamedTuple):
    """From one moment to another, by our clock."""

    begun: datetime
    ended: datetime


class Track(NamedTuple):
    """One video track of a recording and the first and last moment it holds data of."""

    token: str
    span: Span


class Recording(NamedTuple):
    """One recording: `names` are those by which its source may be called."""

    token: str
    names: frozenset[str]
    tracks: tuple[Track, ...]


class DataState(NamedTuple):
    """From this moment on a track has data, or has none."""

    recording: str
    track: str
    at: datetime
    present: bool


def recordings(device: Device) -> tuple[Recording, ...]:
    """Every recording that has video: FindRecordings (Recording Search Specification, 5.11); may raise Unavailable."""
    scope = "<tse:Scope/><tse:KeepAliveTime>PT60S</tse:KeepAliveTime>"
    token = text_of(device.ask("tse", f"<tse:FindRecordings>{scope}</tse:FindRecordings>"), ".//SearchToken")
    rows = _results(device, "GetRecordingSearchResults", token, row="RecordingInformation")
    return tuple(found for found in (_recording(device, row) for row in rows) if found.tracks)


def data_states(device: Device, wanted: Span) -> tuple[DataState, ...]:
    """Where video began and ceased within the span, and how it stood at its begin: FindEvents (same, 5.14), oldest first.

    Raises Unsupported where the recorder keeps no such events.
    """
    request = (
        f"<tse:FindEvents><tse:StartPoint>{_written(device, wanted.begun)}</tse:StartPoint>"
        f"<tse:EndPoint>{_written(device, wanted.ended)}</tse:EndPoint><tse:Scope/>"
        f'<tse:SearchFilter><wsnt:TopicExpression Dialect="{_DIALECT}">{_TOPIC}</wsnt:TopicExpression></tse:SearchFilter>'
        "<tse:IncludeStartState>true</tse:IncludeStartState><tse:KeepAliveTime>PT60S</tse:KeepAliveTime></tse:FindEvents>"
    )
    token = text_of(device.ask("tse", request), ".//SearchToken")
    rows = list(_results(device, "GetEventSearchResults", token, row="Result"))
    return tuple(sorted((state for row in rows if (state := _state(device, row)) is not None), key=lambda row: row.at))


def replay_address(device: Device, recording: str) -> str:
    """Where a recording can be played: GetReplayUri (Replay Control Specification, 5.2); may raise Unavailable."""
    setup = (
        "<trp:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream>"
        "<tt:Transport><tt:Protocol>RTSP</tt:Protocol></tt:Transport></trp:StreamSetup>"
    )
    request = f"<trp:GetReplayUri>{setup}<trp:RecordingToken>{escape(recording)}</trp:RecordingToken></trp:GetReplayUri>"
    address = text_of(device.ask("trp", request), ".//Uri")
    if not address:
        raise Unsupported(f"the recorder names no address at which recording {recording!r} plays")
    return device.reachable(address)


def _results(device: Device, request: str, token: str, *, row: str) -> Iterator[Element]:
    """Pages of a search until it is completed."""
    search = f"<tse:SearchToken>{escape(token)}</tse:SearchToken>"
    page = f"<tse:MaxResults>{_PAGE}</tse:MaxResults><tse:WaitTime>PT2S</tse:WaitTime>"
    for _turn in range(_MOST_PAGES):
        body = device.ask("tse", f"<tse:{request}>{search}{page}</tse:{request}>")
        yield from body.iter(row)
        if text_of(body, ".//SearchState") == "Completed":
            return
    raise Unavailable(f"the recorder's search {request} does not end; start the recorder again")


def _recording(device: Device, row: Element) -> Recording:
    token = text_of(row, "RecordingToken")
    names = (token, text_of(row, "Source/SourceId"), text_of(row, "Source/Name"), text_of(row, "Source/Address"))
    tracks = [_track(device, track) for track in row.iter("Track") if text_of(track, "TrackType") == "Video"]
    if row.find("Track") is None:  # a recorder that tells of no tracks has one recording a source
        tracks = [_track(device, row, begun="EarliestRecording", ended="LatestRecording")]
    return Recording(token, frozenset(filter(None, names)), tuple(track for track in tracks if track is not None))


def _track(device: Device, row: Element, *, begun: str = "DataFrom", ended: str = "DataTo") -> Track | None:
    first, last = (_moment(device, text_of(row, name)) for name in (begun, ended))
    if first is None or last is None or last <= first:
        return None
    return Track(text_of(row, "TrackToken"), Span(first, last))


def _state(device: Device, row: Element) -> DataState | None:
    at = _moment(device, text_of(row, "Time"))
    items = {item.get("Name", ""): item.get("Value", "") for item in row.iter("SimpleItem")}
    if at is None or "IsDataPresent" not in items:
        return None
    present = items["IsDataPresent"].lower() in {"true", "1"}
    return DataState(text_of(row, "RecordingToken"), text_of(row, "TrackToken"), at, present)


def _moment(device: Device, text: str) -> datetime | None:
    """`xs:dateTime` to the second; without a zone it is UTC, as ONVIF asks for. None where it is no time."""
    match = _MOMENT.match(text)
    if match is None:
        return None
    try:
        return device.ours(datetime.fromisoformat(match[1] + (match[2] or "Z")).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _written(device: Device, at: datetime) -> str:
    return device.theirs(at).strftime("%Y-%m-%dT%H:%M:%SZ")
