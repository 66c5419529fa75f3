"""Devices asked over HTTP: a real server in this process that answers as it is told."""

import asyncio
import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from edge.drivers.http_poll import HttpPoll
from edge.drivers.protocol import Sample
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import FakeClock, SystemClock
from tests.servers.processes import free_port

pytestmark = pytest.mark.unit

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def device(answer: Answer) -> Iterator[str]:
    """A device; its url."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """As told."""
            answer(self)

        def log_message(self, *_arguments: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/status?all=1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def bus_of(url: str, **settings: Any) -> HttpPoll:
    points = [{"point": "co2_ppm", "path": "sensors[0].co2"}, {"point": "temperature_c", "path": "sensors[0].t"}]
    one = {"id": "air", "kind": "air_sensor", "space": "a101", "url": url, "points": points, **settings.pop("device", {})}
    return HttpPoll.model_validate({"id": "web", "devices": [one], "timeout_s": 1, **settings})


def read(bus: HttpPoll) -> list[Sample]:
    return asyncio.run(bus.open(SystemClock()).read("air", ["co2_ppm", "temperature_c"]))


def test_an_answer_gives_every_point() -> None:
    with device(says(b'{"sensors": [{"co2": 812, "t": "n/a"}]}')) as url:
        samples = read(bus_of(url))
    assert [(row.point, row.value, row.quality) for row in samples] == [("co2_ppm", 812.0, "good"), ("temperature_c", None, "bad")]


@pytest.mark.parametrize(
    ("login", "sent"),
    [
        ({"scheme": "basic", "username": "view"}, "Basic " + base64.b64encode(b"view:geheim").decode()),
        ({"scheme": "bearer"}, "Bearer geheim"),
    ],
)
def test_the_login_comes_from_its_file(tmp_path: Path, login: dict[str, str], sent: str) -> None:
    seen: list[str | None] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.headers["Authorization"])
        says(b'{"sensors": [{"co2": 812}]}')(request)

    (tmp_path / "secret").write_text("geheim\n", "utf-8")
    with device(answer) as url:
        read(bus_of(url, login={**login, "secret_file": tmp_path / "secret"}))
    assert seen == [sent]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (says(b"", 401), "answers 401 Unauthorized; look at the login"),
        (says(b"", 302, Location="http://elsewhere/"), "give the url it points to: http://elsewhere/"),
        (says(b"", 500), "answers 500"),
        (says(b"{}"), "its answer has none of the points; look at their paths"),
        (says(b"x" * 1_100_000), "its answer is longer than"),
        (lambda request: request.wfile.write(b"SSH-2.0-dropbear\r\n"), "gives no HTTP answer: BadStatusLine"),
        (lambda request: request.connection.close(), "gives no HTTP answer|reset"),
    ],
)
def test_a_wrong_answer_is_no_reading(answer: Answer, said: str) -> None:
    with device(answer) as url, pytest.raises(Unavailable, match=said):
        read(bus_of(url))


def test_a_device_that_does_not_answer_costs_its_time_limit_and_no_more() -> None:
    done = threading.Event()

    def hang(_request: BaseHTTPRequestHandler) -> None:
        done.wait(20)

    begun_s = SystemClock().monotonic()
    with device(hang) as url:
        with pytest.raises(Unavailable, match="it does not answer"):
            read(bus_of(url, timeout_s=0.2))
        assert SystemClock().monotonic() - begun_s < 5
        done.set()


def test_an_answer_that_drips_is_cut_off() -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        says(b"[")(request)
        for _ in range(100):
            request.wfile.write(b" ")
            threading.Event().wait(0.05)

    with device(drip) as url, pytest.raises(Unavailable, match=r"takes longer than 0\.3 s"):
        read(bus_of(url, timeout_s=0.3))


def test_nobody_there_is_named() -> None:
    with pytest.raises(Unavailable, match="nobody listens there"):
        read(bus_of(f"http://127.0.0.1:{free_port()}/"))


def test_the_same_measurement_again_is_nothing_new_and_silence_after_a_while() -> None:
    async def work(url: str) -> None:
        clock = FakeClock()
        link = bus_of(url, device={"time_path": "at", "stale_after_s": 600}).open(clock)
        assert [row.said_ms for row in await link.read("air", ["co2_ppm"])] == [1_795_305_600_000]
        clock.advance(600)
        assert await link.read("air", ["co2_ppm"]) == []
        clock.advance(1)
        with pytest.raises(Unavailable, match="gives the same measurement for more than 600 s"):
            await link.read("air", ["co2_ppm"])

    with device(says(b'{"at": 1795305600, "sensors": [{"co2": 812}]}')) as url:
        asyncio.run(work(url))


@pytest.mark.parametrize(("late_s", "behind_s"), [(0, 0), (590, 0), (600, 0), (28_800, 28_200)])
def test_a_measurement_made_since_the_last_poll_is_no_wrong_clock(late_s: int, behind_s: int) -> None:
    clock = FakeClock()

    def answer(request: BaseHTTPRequestHandler) -> None:
        says(b'{"at": %d, "sensors": [{"co2": 812}]}' % (clock.now_ms() - late_s * 1000))(request)

    async def work(url: str) -> int | None:
        link = bus_of(url, device={"time_path": "at"}).open(clock)
        await link.read("air", ["co2_ppm"])
        clock.advance(600)
        return (await link.read("air", ["co2_ppm"]))[0].said_ms

    with device(answer) as url:
        assert asyncio.run(work(url)) == clock.now_ms() - behind_s * 1000


@pytest.mark.parametrize("url", ["ftp://host/x", "http:///x", "https://user:word@host/", "host/x"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must look like http://HOST/PATH"):
        bus_of(url)


def test_a_secret_that_cannot_be_read_is_known_before_anything_starts(tmp_path: Path) -> None:
    bus = bus_of("http://h/", login={"scheme": "bearer", "secret_file": tmp_path / "gone"})
    with pytest.raises(SettingsError, match=r"secret_file = .*gone: cannot be read"):
        bus.check()
