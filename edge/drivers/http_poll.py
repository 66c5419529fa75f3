"""Devices that answer over HTTP with JSON: asked in turn, with TLS, a time limit and a login from a file."""

import asyncio
import base64
import http.client
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from edge.drivers.bus import Bus
from edge.drivers.device import DeviceBase, doubled, problems_of_points
from edge.drivers.document import DocumentPoint, parsed, time_of, value_of
from edge.drivers.json_path import JsonPath
from edge.drivers.protocol import PointPlan, Sample
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock, SystemClock
from lamplighter.runtime.settings import Settings
from lamplighter.runtime.tls import fault_in_words, tls_context

MOST_BYTES: Final = 1_000_000
"""A longer answer is no sensor's."""
_PART_BYTES: Final = 65_536


def _http_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise ValueError("must look like http://HOST/PATH or https://HOST/PATH; a login has keys of its own")
    return url


Url = Annotated[str, AfterValidator(_http_url)]


class HttpLogin(Settings):
    """How to log in; sent over https, or to an address that http is used for knowingly."""

    scheme: Literal["basic", "bearer"] = Field(description="basic: user and password; bearer: a token")
    username: str = Field("", description="user of a basic login")
    secret_file: Path = Field(description="file that holds the password or token")

    def header(self) -> str:
        """The value of `Authorization`; raises SettingsError for a file that cannot be read."""
        try:
            secret = self.secret_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"secret_file = {self.secret_file}: cannot be read ({error}); give this user rights to it"
            ) from error
        if self.scheme == "bearer":
            return f"Bearer {secret}"
        return "Basic " + base64.b64encode(f"{self.username}:{secret}".encode()).decode("ascii")


class HttpDevice(DeviceBase):
    """A device with an address that answers with JSON."""

    url: Url = Field(description="what is asked with GET")
    points: tuple[DocumentPoint, ...] = Field(min_length=1, description="its points and where the answer holds them")
    time_path: JsonPath | None = Field(
        None, description="place of the time at which it measured; an answer with the same time as before is nothing new"
    )
    stale_after_s: float = Field(600.0, gt=0, description="seconds with the same time after which it is silent")

    @model_validator(mode="after")
    def _readable(self) -> "HttpDevice":
        problems = problems_of_points(self.kind, [row.point for row in self.points], what="place")
        if problems:
            raise ValueError("; ".join(f"device {self.id!r}: {problem}" for problem in problems))
        return self


class HttpPoll(Bus):
    """Devices asked over HTTP, one after another."""

    kind: Literal["http"] = "http"
    poll_s: float = Field(10.0, ge=0.05, le=3600, description="seconds between polls")
    timeout_s: float = Field(3.0, gt=0, le=60, description="seconds a device has for its whole answer")
    silent_after_s: float = Field(30.0, ge=0, description="seconds without an answer after which a device is called silent")
    retry_most_s: float = Field(60.0, gt=0, description="longest wait before a silent device is tried again")
    login: HttpLogin | None = Field(None, description="login at each device")
    ca_file: Path | None = Field(None, description="authority that signed the devices' certificates; the system's when absent")
    devices: tuple[HttpDevice, ...] = Field(min_length=1, description="the devices asked")

    @model_validator(mode="after")
    def _devices_differ(self) -> "HttpPoll":
        problems = doubled(self.devices)
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def check(self) -> None:
        """Raises SettingsError for a secret or certificate that cannot be read."""
        HttpLink(self, SystemClock())

    def plan(self) -> Mapping[str, tuple[PointPlan, ...]]:
        """Device id -> its points; one answer holds them all."""
        return {device.id: tuple(PointPlan(row.point, self.poll_s) for row in device.points) for device in self.devices}

    def open(self, clock: Clock) -> "HttpLink":
        """The bus; raises SettingsError for a secret or certificate that cannot be read."""
        return HttpLink(self, clock)


class _Fresh(NamedTuple):
    """The newest time a device gave, and when that was new."""

    said_ms: int
    since_s: float


class HttpLink:
    """Asks; keeps no connection, as a device may be asked once a minute."""

    connected = True

    def __init__(self, bus: HttpPoll, clock: Clock) -> None:
        self._timeout_s = bus.timeout_s
        self._clock = clock
        self._devices = {device.id: device for device in bus.devices}
        self._headers = {"Accept": "application/json", "Connection": "close"}
        if bus.login is not None:
            self._headers["Authorization"] = bus.login.header()
        secured = any(urlsplit(device.url).scheme == "https" for device in bus.devices)
        self._tls = tls_context(ca_file=bus.ca_file, cert_file=None, key_file=None) if secured else None
        self._fresh: dict[str, _Fresh] = {}
        self._asked_ms: dict[str, int] = {}

    async def connect(self) -> None:
        """Each question has a connection of its own."""

    async def read(self, device: str, points: Sequence[str]) -> list[Sample]:
        """Ask once; raises Unavailable."""
        settings = self._devices[device]
        body = await asyncio.to_thread(self._get, settings.url)
        document, at_ms = parsed(body), self._clock.now_ms()
        said_ms = time_of(document, settings.time_path) if settings.time_path is not None else None
        before_ms = self._asked_ms.get(device)
        self._asked_ms[device] = at_ms
        if said_ms is not None and not self._is_new(settings, said_ms):
            return []
        said_ms = None if said_ms is None else _nearest(said_ms, before_ms, at_ms)
        samples = []
        for row in settings.points:
            decoded = value_of(document, row) if row.point in points else None
            if decoded is not None:
                samples.append(Sample(device, row.point, at_ms, decoded.value, decoded.quality, said_ms))
        if not samples:
            raise Unavailable(f"{settings.url}: its answer has none of the points; look at their paths: {body[:80]!r}")
        return samples

    def close(self) -> None:
        """Nothing to let go of."""

    def _is_new(self, device: HttpDevice, said_ms: int) -> bool:
        """Whether this answer is another than the last; raises Unavailable when it has been the same for too long."""
        now_s = self._clock.monotonic()
        known = self._fresh.get(device.id)
        if known is None or known.said_ms != said_ms:
            self._fresh[device.id] = _Fresh(said_ms, now_s)
            return True
        if now_s - known.since_s > device.stale_after_s:
            raise Unavailable(f"{device.url}: gives the same measurement for more than {device.stale_after_s:g} s")
        return False

    def _get(self, url: str) -> bytes:
        """The body of a 200; raises Unavailable. A redirect is refused: the login must not follow it."""
        ends_s = self._clock.monotonic() + self._timeout_s
        connection = self._connection(url)
        parts = urlsplit(url)
        try:
            connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=self._headers)
            with connection.getresponse() as answer:
                if answer.status != http.client.OK:
                    raise Unavailable(f"{url}: answers {answer.status} {answer.reason}{_remedy(answer)}")
                return self._body(url, answer, ends_s)
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"{url}: {_in_words(error)}") from error
        finally:
            connection.close()

    def _connection(self, url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme == "https" and self._tls is not None:
            return http.client.HTTPSConnection(host, parts.port, timeout=self._timeout_s, context=self._tls)
        return http.client.HTTPConnection(host, parts.port, timeout=self._timeout_s)

    def _body(self, url: str, answer: http.client.HTTPResponse, ends_s: float) -> bytes:
        body = b""
        while part := answer.read1(_PART_BYTES):
            body += part
            if len(body) > MOST_BYTES:
                raise Unavailable(f"{url}: its answer is longer than {MOST_BYTES} bytes; is this a device?")
            if self._clock.monotonic() > ends_s:
                raise Unavailable(f"{url}: its answer takes longer than {self._timeout_s:g} s")
        return body


def _nearest(said_ms: int, before_ms: int | None, at_ms: int) -> int | None:
    """The device's time for a measurement made since it was last asked, as near to ours as that allows; None where nobody knows."""
    if said_ms > at_ms:
        return said_ms
    return None if before_ms is None else at_ms - max(0, before_ms - said_ms)


def _remedy(answer: http.client.HTTPResponse) -> str:
    if answer.status in (401, 403):
        return "; look at the login"
    location = answer.getheader("Location")
    return f"; give the url it points to: {location}" if location else ""


def _in_words(error: Exception) -> str:
    if isinstance(error, http.client.HTTPException):
        return f"gives no HTTP answer: {type(error).__name__}"
    return fault_in_words(error)
