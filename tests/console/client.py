"""A browser without a screen: speaks to the app in this process, remembers cookies."""

import asyncio
from types import TracebackType
from typing import Self

import httpx
from fastapi import FastAPI


class Client:
    """Use as a context; the app is started and stopped as a server would."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app=app, client=("192.0.2.7", 4711))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://console.test")
        self._life = app.router.lifespan_context(app)

    def __enter__(self) -> Self:
        self._runner.run(self._enter())
        return self

    async def _enter(self) -> None:
        await self._life.__aenter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._runner.run(self._leave())
        self._runner.close()

    async def _leave(self) -> None:
        await self._http.aclose()
        await self._life.__aexit__(None, None, None)

    def get(self, path: str, *, headers: dict[str, str] | None = None) -> httpx.Response:
        """The answer; redirects are not followed."""
        return self._runner.run(self._http.get(path, headers=headers))

    def post(self, path: str, body: bytes, *, headers: dict[str, str]) -> httpx.Response:
        """The answer to a body."""
        return self._runner.run(self._http.post(path, content=body, headers=headers))
