"""Serving the console inside a running event loop, next to whatever else that process does."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

_LAST_WORDS_S = 1


class _Guest(uvicorn.Server):
    """A server that leaves the process's signals alone: they belong to the command that runs us."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def serve(app: FastAPI, sock: socket.socket) -> None:
    """Serve until cancelled, then stop within two seconds, open streams included."""
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, lifespan="on", timeout_graceful_shutdown=_LAST_WORDS_S
    )
    server = _Guest(config)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        app.state.live.close()
        server.should_exit = True
        await task
        _cut_off(server)
        raise


def _cut_off(server: uvicorn.Server) -> None:
    """End the connections that were still open when time was up: one that came as the server closed, one that does not read."""
    for connection in list(server.server_state.connections):
        connection.transport.abort()
