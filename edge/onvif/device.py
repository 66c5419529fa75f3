"""A device: what it is, what time it thinks it is, where its services answer."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from edge.onvif.login import Login
from edge.onvif.soap import NAMESPACES, Address, Unsupported, call, text_of
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import Clock

DEVICE_PATH: Final = "/onvif/device_service"
"""Where every ONVIF device answers (Core Specification, 5.1.1)."""
_HALF_S: Final = 0.5
"""Devices tell whole seconds, cut off."""


class Facts(NamedTuple):
    """What the device says it is."""

    maker: str
    model: str
    firmware: str
    serial: str


class Device:
    """One device and the requests that are put to it; blocking, used by one thread. Any call may raise Unavailable."""

    def __init__(self, url: str, *, clock: Clock, login: Login | None = None, timeout_s: float = 5.0) -> None:
        self._url = url
        self._clock = clock
        self._login = login
        self._timeout_s = timeout_s
        self._ahead: timedelta | None = None
        self._services: dict[str, str] = {}

    def ahead_s(self) -> float:
        """How far its clock is ahead of ours, in seconds, good to half the round trip and a half; asked without a password."""
        begun = self._clock.now()
        body = call(Address(self._url, self._timeout_s), "<tds:GetSystemDateAndTime/>")
        middle = begun + (self._clock.now() - begun) / 2
        told = body.find(".//UTCDateTime")
        if told is None:
            raise Unsupported(f"{self._url}: the device tells no UTC time; set its time zone and NTP")
        self._ahead = _moment(self._url, told) + timedelta(seconds=_HALF_S) - middle
        return self._ahead.total_seconds()

    def facts(self) -> Facts:
        """GetDeviceInformation."""
        body = self.ask("tds", "<tds:GetDeviceInformation/>")
        names = ("Manufacturer", "Model", "FirmwareVersion", "SerialNumber")
        return Facts(*(text_of(body, f".//{name}") for name in names))

    def ask(self, service: str, request: str) -> Element:
        """Put a request to the service with this prefix; raises Unsupported where the device has no such service."""
        if self._ahead is None:
            self.ahead_s()
        return self._call(self._address(service), request)

    def ours(self, told: datetime) -> datetime:
        """A moment by the device's clock as one of ours."""
        return told - (self._ahead or timedelta())

    def theirs(self, at: datetime) -> datetime:
        """A moment of ours by the device's clock."""
        return at + (self._ahead or timedelta())

    @property
    def login(self) -> Login | None:
        """Who asks."""
        return self._login

    @property
    def timeout_s(self) -> float:
        """How long an answer may take."""
        return self._timeout_s

    def reachable(self, url: str) -> str:
        """An address the device names, with the host by which we reach it: behind a router it knows itself by another."""
        own, told = urlsplit(self._url), urlsplit(url)
        if told.hostname in (own.hostname, None):
            return url
        port = f":{told.port}" if told.port else ""
        host = f"[{own.hostname}]" if ":" in (own.hostname or "") else own.hostname
        return told._replace(netloc=f"{host}{port}").geturl()

    def _address(self, service: str) -> str:
        if service == "tds":
            return self._url
        if not self._services:
            body = self._call(self._url, "<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>")
            self._services = {text_of(row, "Namespace"): text_of(row, "XAddr") for row in body.iter("Service")}
        found = self._services.get(NAMESPACES[service])
        if not found:
            raise Unsupported(f"{self._url}: the device has no service {NAMESPACES[service]}")
        return self.reachable(found)

    def _call(self, url: str, request: str) -> Element:
        return call(Address(url, self._timeout_s), request, login=self._login, device_time=self.theirs(self._clock.now()))


def _moment(url: str, told: Element) -> datetime:
    try:
        parts = [int(text_of(told, path)) for path in ("Date/Year", "Date/Month", "Date/Day")]
        parts += [int(text_of(told, path)) for path in ("Time/Hour", "Time/Minute", "Time/Second")]
        year, month, day, hour, minute, second = parts
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError as error:
        raise Unavailable(f"{url}: the device tells no time that can be: {' '.join(told.itertext())[:80]}") from error


def device_url(address: str) -> str:
    """The device service of HOST, HOST:PORT or a whole URL."""
    return address if "://" in address else f"http://{address}{DEVICE_PATH}"
