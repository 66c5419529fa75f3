"""Serving inside a loop that belongs to somebody else."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.responses import StreamingResponse

from console.app import create_app
from console.port import claim_port
from console.serve import serve
from tests.console import seed

pytestmark = pytest.mark.unit


def test_a_server_with_open_streams_ends_when_it_is_cancelled(school: seed.Seeded) -> None:
    async def law() -> None:
        sock = claim_port("127.0.0.1", 0)
        base = f"http://127.0.0.1:{sock.getsockname()[1]}"
        serving = asyncio.create_task(serve(create_app(school.view()), sock))
        async with httpx.AsyncClient(timeout=10) as http:
            async with http.stream("GET", f"{base}/api/events") as stream:
                lines = stream.aiter_lines()
                assert (await anext(lines)).startswith("retry:")
                serving.cancel()
                rest = [line async for line in lines]  # the stream ends by itself, without an error
                assert "event: refreshed" in rest
            with pytest.raises(asyncio.CancelledError):
                await serving
            with pytest.raises(httpx.ConnectError):
                await http.get(base)

    async def bounded() -> None:
        async with asyncio.timeout(15):
            await law()

    asyncio.run(bounded())


def test_a_client_that_reads_nothing_is_cut_off_when_the_server_ends(school: seed.Seeded) -> None:
    app = create_app(school.view())
    sent = asyncio.Event()

    async def flood() -> AsyncIterator[bytes]:
        sent.set()
        while True:
            yield bytes(1_000_000)

    app.add_api_route("/flood", lambda: StreamingResponse(flood()))
    sock = claim_port("127.0.0.1", 0)

    async def law() -> None:
        serving = asyncio.create_task(serve(app, sock))
        await sent.wait()
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving

    with socket.create_connection(sock.getsockname()[:2], timeout=5) as client:
        client.sendall(b"GET /flood HTTP/1.1\r\nHost: console\r\n\r\n")
        asyncio.run(law())
        while client.recv(1_000_000):  # what was on its way, then the end; TimeoutError where it never comes
            pass


def test_the_signals_of_the_process_are_left_alone(school: seed.Seeded) -> None:
    async def law() -> None:
        before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
        sock = claim_port("127.0.0.1", 0)
        serving = asyncio.create_task(serve(create_app(school.view()), sock))
        async with httpx.AsyncClient(timeout=10) as http:
            assert (await http.get(f"http://127.0.0.1:{sock.getsockname()[1]}/healthz")).status_code == 200
        assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving

    asyncio.run(law())
