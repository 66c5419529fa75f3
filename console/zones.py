"""The page /zones and its API: draw rules on a pixelated snapshot, try them, take the settings away. Nothing is applied."""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.facts import Camera, Overview
from console.live import Live
from console.pages import FOLDER
from console.present import Presenter
from console.requests import Look, Requests
from console.view import View
from console.words import LANGUAGE_NAMES, LANGUAGE_TAGS, LANGUAGES, Language
from console.zones_words import TEXTS, problem_in_words
from lamplighter.contract.conditions import CONDITION_KINDS
from lamplighter.contract.topics import Gateway
from lamplighter.storage.sql.requests import Request as Logged

_School = Annotated[str | None, Query(max_length=48)]
_Name = Annotated[str | None, Query(max_length=48)]
_MOST_BYTES: Final = 60_000
_FILES: Final = {"settings": "gateway.toml", "piece": "camera.toml"}


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the page asks for."""

    kind: Literal["camera_view", "try_rules"]
    gateway: str
    camera: str
    draft: dict[str, Any] = {}


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a request stands, as the page is told."""

    state: str
    refused: str = ""
    still_here: bool = False
    view: dict[str, Any] | None = None
    trial: dict[str, Any] | None = None


class ZonesPage:
    """The page's template."""

    def __init__(self) -> None:
        environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._template = environment.get_template("zones.html")

    def html(self, overview: Overview, camera: Camera | None, log: list[Logged] | None, language: Language) -> str:
        """The whole page; `log` is None where no gateway can be asked."""
        texts = {key: getattr(word, language) for key, word in TEXTS.items()}
        kinds = {kind.kind: getattr(kind, language) for kind in CONDITION_KINDS.values() if kind.origin == "video"}
        return self._template.render(
            o=overview,
            p=Presenter(language, overview.school.time_zone, overview.at_ms),
            t=texts,
            lang=language,
            languages=LANGUAGES,
            tags=LANGUAGE_TAGS,
            language_names=LANGUAGE_NAMES,
            camera=camera,
            log=log,
            words=msgspec.json.encode({"texts": texts, "kinds": kinds}).decode(),
        )


def add_zones(
    app: FastAPI,
    view: View,
    live: Live,
    requests: Requests | None,
    *,
    known: Callable[[str | None], str],
    spoken: Callable[[Request], Language],
) -> None:
    """Add the page and its API to the app; without `requests` the page says what is missing."""
    _add_page(app, live, requests, known=known, spoken=spoken)
    if requests is not None:
        _add_api(app, view, live, requests, known=known)


def _add_page(
    app: FastAPI,
    live: Live,
    requests: Requests | None,
    *,
    known: Callable[[str | None], str],
    spoken: Callable[[Request], Language],
) -> None:
    page = ZonesPage()

    @app.get("/zones", response_class=HTMLResponse)
    async def zones(request: Request, school: _School = None, gateway: _Name = None, camera: _Name = None) -> HTMLResponse:
        name = known(school)
        overview = await live.overview(name)
        chosen = _camera(overview, gateway, camera) or next(iter(overview.cameras), None)
        log = None if requests is None else await live.ask(lambda: requests.newest(name))
        return HTMLResponse(page.html(overview, chosen, log, spoken(request)))


def _add_api(app: FastAPI, view: View, live: Live, requests: Requests, *, known: Callable[[str | None], str]) -> None:
    @app.post("/api/zones/requests")
    async def ask(request: Request, school: _School = None) -> Response:
        wish = await _wish(request)
        if isinstance(wish, Response):
            return wish
        overview = await live.overview(known(school))
        if _camera(overview, wish.gateway, wish.camera) is None:
            return _json({"error": f"there is no camera {wish.camera!r} at gateway {wish.gateway!r}"}, 404)
        arguments = {"camera": wish.camera}
        if wish.kind == "try_rules":
            arguments["draft"] = msgspec.json.encode(wish.draft).decode()
        to = Gateway(overview.school.district, overview.school.id, wish.gateway)
        client = request.client.host if request.client else ""
        return _json({"id": await live.ask(lambda: requests.ask(to, wish.kind, arguments, client=client))}, 202)

    @app.get("/api/zones/requests/{name}")
    async def look(name: str) -> Response:
        return _json(await live.ask(lambda: _told(requests.look(name), view)))

    @app.get("/zones/requests/{name}/{part}.toml")
    async def file(name: str, part: Literal["settings", "piece"]) -> Response:
        answer = (await live.ask(lambda: requests.look(name))).answer
        text = getattr(answer.trial, part) if answer is not None and answer.trial is not None else ""
        if not text:
            return Response("no such file; try the draft again\n", 404, media_type="text/plain")
        disposition = f'attachment; filename="{_FILES[part]}"'
        return Response(text, media_type="application/toml", headers={"content-disposition": disposition})


async def _wish(request: Request) -> Wish | Response:
    """What the page asks for, or why it is refused."""
    # A form of another site cannot send this type without asking first, and is not answered then.
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return _json({"error": "the body must be application/json"}, 415)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return _json({"error": f"the draft is larger than {_MOST_BYTES} bytes"}, 413)
    try:
        return msgspec.json.decode(body, type=Wish)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _json({"error": f"does not decode: {error}"}, 422)


def _camera(overview: Overview, gateway: str | None, camera: str | None) -> Camera | None:
    return next((one for one in overview.cameras if (one.gateway, one.id) == (gateway, camera)), None)


def _told(look: Look, view: View) -> Asked:
    answer = look.answer
    if answer is None:
        return Asked(look.state)
    shown = None if answer.view is None else msgspec.to_builtins(answer.view)
    trial = None if answer.trial is None else msgspec.to_builtins(answer.trial)
    if trial is not None and answer.trial is not None:
        trial["problems"] = [problem_in_words(line) for line in answer.trial.problems]
        trial["settings"], trial["piece"] = bool(answer.trial.settings), bool(answer.trial.piece)
    here = answer.view is not None and view.still(answer.view.still_sha256) is not None
    return Asked(look.state, answer.refused, here, shown, trial)


def _json(content: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")
