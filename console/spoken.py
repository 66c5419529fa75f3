"""Which language a visitor is answered in, and that the choice is remembered whatever page it was made on."""

from typing import Final
from urllib.parse import parse_qs

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.words import LANGUAGES, Language

COOKIE: Final = "lamplighter_language"
_YEAR_S: Final = 365 * 24 * 3600


def language_of(request: Request, first: str) -> Language:
    """`?lang=`, then the cookie, then the setting, then the browser's wish."""
    wished = request.headers.get("accept-language", "").lower().lstrip().startswith("zh")
    offers = (request.query_params.get("lang"), request.cookies.get(COOKIE), first, "zh" if wished else "en")
    return next(language for offer in offers for language in LANGUAGES if offer == language)


class KeepsLanguage:
    """Sets the cookie on every answer to an address with `?lang=`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102 - the ASGI call
        chosen = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[0]

        async def keeping(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{COOKIE}={chosen}; HttpOnly; Max-Age={_YEAR_S}; Path=/; SameSite=strict"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, keeping if chosen in LANGUAGES else send)
