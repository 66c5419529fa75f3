"""The page of one clip: the form that registers a retrieval, how far the clip has come, the film."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final
from urllib.parse import parse_qs, urlsplit

from fastapi import FastAPI, Path, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.clips import PASS_S, ClipDesk, Reason
from console.live import Live
from console.pages import FOLDER
from console.present import Presenter
from console.reads.clips import Found
from console.reads.conditions import kind_of
from console.words import LANGUAGE_TAGS, Language, Word

TEXTS: Final[dict[str, Word]] = {
    "title": Word("录像片段", "Clip"),
    "back": Word("返回", "Back"),
    "register": Word(
        "查看、调取录像须登记（国务院令第 799 号第十六条）。片段中的人员已打码；登记后从网关调取。",
        "Whoever fetches or watches a clip is registered (State Council Order 799 art. 16). Persons in it are pixelated; it is then"
        " fetched from the gateway.",
    ),
    "incomplete": Word("请填写全部三项。", "Please fill in all three."),
    "who": Word("姓名", "Name"),
    "unit": Word("单位", "Office or school"),
    "why": Word("事由", "Reason"),
    "fetch": Word("登记并调取", "Register and fetch"),
    "watch": Word("登记并查看", "Register and watch"),
    "pixelated": Word("人员已打码；校验值与网关所报一致。", "Persons are pixelated; the checksum is the one the gateway told."),
    "gone": Word("无法调取：", "It cannot be fetched:"),
    "asked": Word("已向网关发出请求，等待传输…", "The gateway was asked; waiting for the first piece…"),
    "coming": Word("传输中：{got}/{parts}", "On its way: {got} of {parts} pieces"),
}
_COOKIE = "lamplighter_clip"
_MOST_BYTES = 8_192
_Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


class ClipPages:
    """Answers for `/clips/...`; `zones` are the time zones of the schools that the console shows."""

    def __init__(
        self,
        desk: ClipDesk,
        live: Live,
        *,
        zones: Mapping[str, str],
        spoken: Callable[[Request], Language],
        now_ms: Callable[[], int],
    ) -> None:
        self._desk = desk
        self._live = live
        self._zones = zones
        self._spoken = spoken
        self._now_ms = now_ms
        templates = Environment(loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined)
        self._template = templates.get_template("clip.html")

    async def show(self, request: Request, sha256: str) -> Response:
        """The form, how far the clip has come, or the film."""
        found = await self._known(sha256)
        return _no_such_clip() if found is None else self._page(request, found)

    async def retrieve(self, request: Request, sha256: str) -> Response:
        """Register what the form says; then the page shows more."""
        found = await self._known(sha256)
        if found is None:
            return _no_such_clip()
        if not _of_this_page(request):
            return Response("a form of another site\n", 403, media_type="text/plain")
        reason = await _reason(request)
        if reason is None or not reason.complete:
            return self._page(request, found, status=422, missing=True)
        client = request.client.host if request.client else ""
        given = await self._live.ask(lambda: self._desk.retrieve(found, reason, client=client))
        answer = RedirectResponse(f"/clips/{sha256}", 303)
        answer.set_cookie(_COOKIE, given, max_age=round(PASS_S), path=f"/clips/{sha256}", httponly=True, samesite="strict")
        return answer

    async def film(self, request: Request, sha256: str) -> Response:
        """The file, for whoever is registered."""
        if not self._desk.may_watch(sha256, request.cookies.get(_COOKIE)):
            return Response("say first who wants to see it, and why\n", 403, media_type="text/plain")
        file = await self._live.ask(lambda: self._desk.film(sha256))
        if file is None:
            return _no_such_clip()
        return FileResponse(file, media_type="video/mp4", headers={"cache-control": "no-store"})

    async def _known(self, sha256: str) -> Found | None:
        found = await self._live.ask(lambda: self._desk.find(sha256))
        return found if found is not None and found.gateway.school in self._zones else None

    def _page(self, request: Request, found: Found, *, status: int = 200, missing: bool = False) -> HTMLResponse:
        language = self._spoken(request)
        html = self._template.render(
            p=Presenter(language, self._zones[found.gateway.school], self._now_ms()),
            t={key: getattr(word, language) for key, word in TEXTS.items()},
            tag=LANGUAGE_TAGS[language],
            found=found,
            clip=found.clip,
            kind=getattr(kind_of(found.condition.partition(":")[0]), language),
            allowed=self._desk.may_watch(found.clip.sha256, request.cookies.get(_COOKIE)),
            missing=missing,
        )
        # With no referrer at all a browser would not say whose form it sends.
        return HTMLResponse(html, status, headers={"referrer-policy": "same-origin"})


def add_clip_pages(app: FastAPI, pages: ClipPages) -> None:
    """Add the routes."""

    @app.get("/clips/{sha256}", response_class=HTMLResponse)
    async def clip(request: Request, sha256: _Sha256) -> Response:
        return await pages.show(request, sha256)

    @app.post("/clips/{sha256}", response_class=HTMLResponse)
    async def retrieve(request: Request, sha256: _Sha256) -> Response:
        return await pages.retrieve(request, sha256)

    @app.get("/clips/{sha256}/film.mp4")
    async def film(request: Request, sha256: _Sha256) -> Response:
        return await pages.film(request, sha256)


def _no_such_clip() -> Response:
    return Response("no such clip\n", 404, media_type="text/plain")


def _of_this_page(request: Request) -> bool:
    """Whether the form was sent by a page of ours: browsers say where a request comes from (Fetch Metadata; RFC 6454)."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def _reason(request: Request) -> Reason | None:
    """What the form holds; None for one that is too long or is no text."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return None
    try:
        given = parse_qs(body.decode(), max_num_fields=16)
    except ValueError:
        return None
    return Reason(*(given.get(name, [""])[0].strip() for name in Reason._fields))
