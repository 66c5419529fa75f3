"""The web application: one page, its parts, the API, the stream, the stills."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Literal

import msgspec
from fastapi import FastAPI, Query, Request
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import FileResponse, HTMLResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import FileSystemLoader

from console.clip_pages import ClipPages, add_clip_pages
from console.clips import ClipDesk
from console.completeness import CompletenessPage
from console.events import stream
from console.facts import Overview
from console.inspection.ledger import keeping
from console.inspection.pages import InspectionPages
from console.inspection.proofs import proving
from console.inspection.routes import Front, reading
from console.inspection.surveys import surveying
from console.inspection.visits import visiting
from console.inspection.work import working
from console.live import POLL_S, REFRESH_S, Live
from console.pages import FOLDER, Pages
from console.requests import Requests
from console.security import Guard
from console.spoken import KeepsLanguage, language_of
from console.view import View
from console.words import Language
from console.zones import add_zones
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.logs import logger

_School = Annotated[str | None, Query(max_length=48)]


class NoSuchSchool(Exception):
    """A school that no site file names."""


def create_app(
    view: View,
    *,
    language: Literal["auto", "zh", "en"] = "auto",
    hosts: Iterable[str] = (),
    requests: Requests | None = None,
    poll_s: float = POLL_S,
    refresh_s: float = REFRESH_S,
    clips: ClipDesk | None = None,
) -> FastAPI:
    """The console over what `view` reads; `hosts` are the host names it answers to (none: any).

    `requests` asks gateways, `clips` fetches films; without them the pages that need one say so.
    """
    live, pages = Live(view, poll_s=poll_s, refresh_s=refresh_s), Pages()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with live.running():
            yield

    app = FastAPI(title="Lamplighter console", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=4)  # never the stream: it lets that through
    app.add_middleware(KeepsLanguage)
    app.add_middleware(Guard, hosts=tuple(hosts))
    app.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    app.state.live = live
    _add_pages(app, view, live, pages, first=language)
    _add_api(app, view, live)
    front = Front(view.desk(), live, InspectionPages(FOLDER / "templates"), lambda request: language_of(request, language))
    for part in (reading, working, keeping, proving, surveying, visiting):
        app.include_router(part(front))
    add_zones(app, view, live, requests, known=partial(_known, view), spoken=partial(language_of, first=language))
    _add_failures(app, pages, first=language)
    if clips is not None:
        zones = {school.id: school.time_zone for school in view.schools}
        spoken = partial(language_of, first=language)
        add_clip_pages(app, ClipPages(clips, live, zones=zones, spoken=spoken, now_ms=view.clock.now_ms))
    return app


def _add_pages(app: FastAPI, view: View, live: Live, pages: Pages, *, first: str) -> None:
    names = view.schools

    def spoken(request: Request) -> Language:
        return language_of(request, first)

    @app.get("/", response_class=HTMLResponse)
    async def page(request: Request, school: _School = None) -> HTMLResponse:
        return HTMLResponse(pages.page(await _overview(live, view, school), spoken(request), schools=names))

    @app.get("/content", response_class=HTMLResponse)
    async def content(request: Request, school: _School = None) -> HTMLResponse:
        return HTMLResponse(pages.content(await _overview(live, view, school), spoken(request)))

    completeness = CompletenessPage(FileSystemLoader(FOLDER / "templates"))

    @app.get("/completeness", response_class=HTMLResponse)
    async def accounted(request: Request, school: _School = None) -> HTMLResponse:
        known = _known(view, school)
        found = await live.ask(lambda: view.completeness(known))
        (shown,) = (one for one in names if one.id == known)
        return HTMLResponse(completeness.html(found, spoken(request), school=shown))

    @app.get("/stills/{name}.jpg")
    async def still(request: Request, name: str) -> Response:
        file = await live.ask(lambda: view.still(name))
        if file is None:
            return Response("no such picture\n", 404, media_type="text/plain")
        # Every look is written down: a picture of a person is not looked at in passing.
        logger().info("still_viewed", sha256=name, client=request.client.host if request.client else "")
        return FileResponse(file, media_type="image/jpeg", headers={"cache-control": "no-store"})


def _add_api(app: FastAPI, view: View, live: Live) -> None:
    @app.get("/api/overview")
    async def overview(school: _School = None) -> Response:
        return Response(msgspec.json.encode(await _overview(live, view, school)), media_type="application/json")

    @app.get("/api/events")
    async def events(request: Request, school: _School = None) -> Response:
        name = _known(view, school)
        return StreamingResponse(
            stream(live, name, after=_last_event(request)),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    @app.get("/healthz")
    async def healthz() -> Response:
        await live.ask(view.check)
        return Response(b'{"status":"ok"}', media_type="application/json")


def _add_failures(app: FastAPI, pages: Pages, *, first: str) -> None:
    def answer(request: Request, key: str, status: int, words: str) -> Response:
        if request.url.path.startswith(("/api/", "/healthz")):
            return Response(msgspec.json.encode({"error": words}), status, media_type="application/json")
        return HTMLResponse(pages.failure(key, language_of(request, first)), status)

    @app.exception_handler(Unavailable)
    async def unavailable(request: Request, error: Unavailable) -> Response:
        return answer(request, "error_store", 503, str(error))

    @app.exception_handler(NoSuchSchool)
    async def no_such_school(request: Request, error: NoSuchSchool) -> Response:
        return answer(request, "error_school", 404, f"there is no school {str(error)!r} here")


def _known(view: View, school: str | None) -> str:
    names = [row.id for row in view.schools]
    if school is None:
        return names[0]
    if school not in names:
        raise NoSuchSchool(school)
    return school


async def _overview(live: Live, view: View, school: str | None) -> Overview:
    return await live.overview(_known(view, school))


def _last_event(request: Request) -> int | None:
    said = request.headers.get("last-event-id", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None
