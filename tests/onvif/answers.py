"""What the device answers, as ONVIF's schemas have it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple
from xml.sax.saxutils import escape

_SPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tse": "http://www.onvif.org/ver10/search/wsdl",
    "trp": "http://www.onvif.org/ver10/replay/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "tns1": "http://www.onvif.org/ver10/topics",
    "ter": "http://www.onvif.org/ver10/error",
}
_XMLNS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _SPACES.items())


class Profile(NamedTuple):
    """A media profile and where its stream is."""

    token: str
    width_px: int
    height_px: int
    url: str
    source: str = "v0"


class Kept(NamedTuple):
    """A recording of one source, and the moments at which its video ceased and began again."""

    token: str
    source: str
    begun: datetime
    ended: datetime
    changes: tuple[tuple[datetime, bool], ...] = ()


def envelope(body: str) -> bytes:
    """A SOAP 1.2 envelope."""
    return f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {_XMLNS}><s:Body>{body}</s:Body></s:Envelope>'.encode()


def fault(code: str, subcode: str, words: str) -> bytes:
    """A SOAP 1.2 fault with an ONVIF subcode."""
    value = f"<s:Value>s:{code}</s:Value><s:Subcode><s:Value>ter:{subcode}</s:Value></s:Subcode>"
    reason = f'<s:Reason><s:Text xml:lang="en">{words}</s:Text></s:Reason>'
    return envelope(f"<s:Fault><s:Code>{value}</s:Code>{reason}</s:Fault>")


def date_and_time(at: datetime) -> str:
    """GetSystemDateAndTime."""
    at = at.astimezone(UTC)
    time = f"<tt:Time><tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}</tt:Minute><tt:Second>{at.second}</tt:Second></tt:Time>"
    date = f"<tt:Date><tt:Year>{at.year}</tt:Year><tt:Month>{at.month}</tt:Month><tt:Day>{at.day}</tt:Day></tt:Date>"
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        f"<tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime>{time}{date}</tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def device_information(model: str) -> str:
    """GetDeviceInformation."""
    facts = {"Manufacturer": "Drawn", "Model": model, "FirmwareVersion": "1.2", "SerialNumber": "0042", "HardwareId": "1"}
    said = "".join(f"<tds:{key}>{escape(value)}</tds:{key}>" for key, value in facts.items())
    return f"<tds:GetDeviceInformationResponse>{said}</tds:GetDeviceInformationResponse>"


def services(addresses: Mapping[str, str]) -> str:
    """GetServices: prefix -> address."""
    rows = "".join(
        f"<tds:Service><tds:Namespace>{_SPACES[prefix]}</tds:Namespace><tds:XAddr>{url}</tds:XAddr>"
        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>6</tt:Minor></tds:Version></tds:Service>"
        for prefix, url in addresses.items()
    )
    return f"<tds:GetServicesResponse>{rows}</tds:GetServicesResponse>"


def profiles(rows: Iterable[Profile]) -> str:
    """GetProfiles."""
    said = "".join(_profile(row) for row in rows)
    return f"<trt:GetProfilesResponse>{said}</trt:GetProfilesResponse>"


def _profile(row: Profile) -> str:
    size = f"<tt:Width>{row.width_px}</tt:Width><tt:Height>{row.height_px}</tt:Height>"
    rate = "<tt:FrameRateLimit>25</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval>"
    rate += "<tt:BitrateLimit>2048</tt:BitrateLimit>"
    address = "<tt:Address><tt:Type>IPv4</tt:Type></tt:Address><tt:Port>0</tt:Port><tt:TTL>0</tt:TTL>"
    address += "<tt:AutoStart>false</tt:AutoStart>"
    return (
        f'<trt:Profiles token="{row.token}" fixed="true"><tt:Name>{row.token}</tt:Name>'
        f'<tt:VideoSourceConfiguration token="s-{row.token}"><tt:Name>s</tt:Name><tt:UseCount>1</tt:UseCount>'
        f'<tt:SourceToken>{row.source}</tt:SourceToken><tt:Bounds x="0" y="0" width="{row.width_px}" height="{row.height_px}"/>'
        f"</tt:VideoSourceConfiguration>"
        f'<tt:VideoEncoderConfiguration token="e-{row.token}"><tt:Name>e</tt:Name><tt:UseCount>1</tt:UseCount>'
        f"<tt:Encoding>H264</tt:Encoding><tt:Resolution>{size}</tt:Resolution><tt:Quality>4</tt:Quality>"
        f"<tt:RateControl>{rate}</tt:RateControl><tt:Multicast>{address}</tt:Multicast>"
        "<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration></trt:Profiles>"
    )


def stream_uri(url: str) -> str:
    """GetStreamUri."""
    more = (
        "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
        "<tt:Timeout>PT0S</tt:Timeout>"
    )
    return f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{escape(url)}</tt:Uri>{more}</trt:MediaUri></trt:GetStreamUriResponse>"


def replay_uri(url: str) -> str:
    """GetReplayUri."""
    return f"<trp:GetReplayUriResponse><trp:Uri>{escape(url)}</trp:Uri></trp:GetReplayUriResponse>"


def search_token(request: str, token: str) -> str:
    """FindRecordings and FindEvents."""
    return f"<tse:{request}Response><tse:SearchToken>{token}</tse:SearchToken></tse:{request}Response>"


def found(request: str, rows: Iterable[str], *, complete: bool) -> str:
    """GetRecordingSearchResults and GetEventSearchResults."""
    state = "Completed" if complete else "Searching"
    said = f"<tt:SearchState>{state}</tt:SearchState>{''.join(rows)}"
    return f"<tse:{request}Response><tse:ResultList>{said}</tse:ResultList></tse:{request}Response>"


def recording_row(kept: Kept) -> str:
    """One recording as a search finds it."""
    source = f"<tt:SourceId>{kept.source}</tt:SourceId><tt:Name>{kept.source}</tt:Name><tt:Location/><tt:Description/><tt:Address/>"
    times = f"<tt:DataFrom>{_written(kept.begun)}</tt:DataFrom><tt:DataTo>{_written(kept.ended)}</tt:DataTo>"
    track = (
        f"<tt:Track><tt:TrackToken>VIDEO</tt:TrackToken><tt:TrackType>Video</tt:TrackType><tt:Description/>{times}</tt:Track>"
        f"<tt:Track><tt:TrackToken>AUDIO</tt:TrackToken><tt:TrackType>Audio</tt:TrackType><tt:Description/>{times}</tt:Track>"
    )
    span = (
        f"<tt:EarliestRecording>{_written(kept.begun)}</tt:EarliestRecording>"
        f"<tt:LatestRecording>{_written(kept.ended)}</tt:LatestRecording>"
    )
    return (
        f"<tt:RecordingInformation><tt:RecordingToken>{kept.token}</tt:RecordingToken><tt:Source>{source}</tt:Source>{span}"
        f"<tt:Content>all day</tt:Content>{track}<tt:RecordingStatus>Recording</tt:RecordingStatus></tt:RecordingInformation>"
    )


def event_row(kept: Kept, at: datetime, *, present: bool, start: bool) -> str:
    """One event as a search finds it."""
    dialect = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"
    source = f'<tt:SimpleItem Name="RecordingToken" Value="{kept.token}"/><tt:SimpleItem Name="Track" Value="VIDEO"/>'
    data = f'<tt:SimpleItem Name="IsDataPresent" Value="{str(present).lower()}"/>'
    message = (
        f'<tt:Message UtcTime="{_written(at)}" PropertyOperation="Changed"><tt:Source>{source}</tt:Source>'
        f"<tt:Data>{data}</tt:Data></tt:Message>"
    )
    event = (
        f'<tt:Event><wsnt:Topic Dialect="{dialect}">tns1:RecordingHistory/Track/State</wsnt:Topic>'
        f"<wsnt:Message>{message}</wsnt:Message></tt:Event>"
    )
    return (
        f"<tt:Result><tt:RecordingToken>{kept.token}</tt:RecordingToken><tt:TrackToken>VIDEO</tt:TrackToken>"
        f"<tt:Time>{_written(at)}</tt:Time>{event}<tt:StartStateEvent>{str(start).lower()}</tt:StartStateEvent></tt:Result>"
    )


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
