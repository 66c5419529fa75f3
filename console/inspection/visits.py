"""An inspector's visit on a phone: opened with a drawn sample, filled in without a network, sent once, signed."""

from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy import Connection

from compliance.ledger.keeping import current
from compliance.visits import book
from compliance.visits.compare import Compared, compare
from compliance.visits.model import MODELS, EntryKind
from console.inspection.desk import Desk
from console.inspection.forms import Form, form_of
from console.inspection.problem_words import problem_in
from console.inspection.routes import Front
from console.pages import FOLDER
from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import snapshot, transaction

_NOT_CONTENT: Final = frozenset({"key", "kind", "at_ms", "who"})


def said_of(desk: Desk, form: Form, kind: str) -> book.Said:
    """What the form says; without scripts it has no time of its own, and the server's is taken. Raises SettingsError."""
    named: EntryKind | None = next((one for one in MODELS if one == kind), None)
    at_ms = form.one("at_ms")
    problems = [] if named is not None else [f"kind = {kind!r}: is unknown; allowed: {', '.join(MODELS)}"]
    if not form.one("key") or len(form.one("key")) > 64:
        problems.append("key: is empty or longer than 64 characters; open the page again")
    if at_ms and not (at_ms.isascii() and at_ms.isdigit() and len(at_ms) < 15):
        problems.append(f"at_ms = {at_ms!r}: is no time in ms since 1970")
    if problems or named is None:
        raise SettingsError(problems)
    at = datetime.fromtimestamp(int(at_ms) / 1000, UTC) if at_ms else desk.clock.now()
    content = {name: values[0].strip() for name, values in form.fields.items() if name not in _NOT_CONTENT and values[0].strip()}
    return book.Said(form.one("key"), named, at, form.one("who"), content)


def _open(desk: Desk, site: Site, form: Form) -> str:
    said = said_of(desk, form, "opened")
    content = {"seed": token_hex(8), **said.content}
    if not said.who:
        raise SettingsError("who: is empty; say who visits")
    with transaction(desk.sql) as connection:
        return book.open_visit(connection, site, said._replace(content=content), received=desk.clock.now())


def _add(desk: Desk, site: Site, visit: str, form: Form) -> bool:
    said = said_of(desk, form, form.one("kind"))
    if said.kind == "opened":
        raise SettingsError("kind = 'opened': a visit is opened once, on the page of all visits")
    with transaction(desk.sql) as connection:
        fresh = book.add(connection, site, visit, said, received=desk.clock.now())
        if said.kind == "signed" and said.content.get("role") == "inspector":
            rows = _compared(desk, connection, site, visit)
            book.add_comparison(connection, site, visit, rows, received=desk.clock.now())
        return fresh


def _compared(desk: Desk, connection: Connection, site: Site, visit: str) -> list[Compared]:
    """The visit's readings beside what ledger and sensors say now, room by room."""
    readings = book.readings_of(book.entries_of(connection, site.school, visit))
    ledger = current(connection, site, desk.today(site))
    rooms = sorted({row.space for row in readings})
    return [row for room in rooms for row in compare(room, readings, desk.known_of(ledger, room))]


def _visits(desk: Desk, site: Site) -> list[tuple[book.Entry, frozenset[str]]]:
    with snapshot(desk.sql) as connection:
        found = book.visits_of(connection, site.school)
        return [(one, book.signatures(book.entries_of(connection, site.school, one.visit))) for one in found]


def _entries(desk: Desk, site: Site, visit: str) -> tuple[list[book.Entry], list[Compared]]:
    """The visit's entries, and its comparison: as it was appended, or as it stands until the inspector signs."""
    with snapshot(desk.sql) as connection:
        found = book.entries_of(connection, site.school, visit)
        kept = [one for one in found if one.kind == "compared"]
        if kept or "inspector" in book.signatures(found):
            return found, [Compared.model_validate(row) for one in kept for row in one.content["rows"]]
        return found, _compared(desk, connection, site, visit)


def visiting(front: Front) -> APIRouter:
    """The visits' addresses."""
    router = APIRouter(prefix="/inspect")
    _add_pages(router, front)
    _add_entries(router, front)
    return router


def _add_pages(router: APIRouter, front: Front) -> None:
    desk, live = front.desk, front.live

    @router.get("/visit-worker.js")
    async def worker() -> FileResponse:
        # Served from here because a worker answers only for addresses below its own.
        return FileResponse(FOLDER / "static" / "visit-worker.js", media_type="text/javascript")

    @router.get("/visits/{school}")
    async def all_visits(request: Request, school: str) -> HTMLResponse:
        site = front.site(school)
        found = await live.ask(lambda: _visits(desk, site))
        return front.page("visits", request, site=site, visits=found, key=token_hex(16))

    @router.get("/visits/{school}/{visit}")
    async def one_visit(request: Request, school: str, visit: str) -> HTMLResponse:
        site = front.site(school)
        found, compared = await live.ask(lambda: _entries(desk, site, visit))
        if not found:
            return front.page("problems", request, site=site, status=404, problems=[f"visit {visit}: there is none of that name"])
        names = {space.id: space.label for space in site.spaces}
        given: dict[str, Any] = {"visit": found[0], "signed": book.signatures(found), "compared": compared}
        given["entries"] = [one for one in found[1:] if one.kind != "compared"]
        return front.page("visit", request, site=site, names=names, keys=[token_hex(16) for _ in MODELS], **given)


def _add_entries(router: APIRouter, front: Front) -> None:
    desk, live = front.desk, front.live

    @router.post("/visits/{school}")
    async def start(request: Request, school: str) -> Response:
        site, form = front.site(school), await form_of(request)
        try:
            visit = await live.ask(lambda: _open(desk, site, form))
        except SettingsError as error:
            return front.page("problems", request, site=site, status=422, problems=error.problems)
        return RedirectResponse(f"/inspect/visits/{school}/{visit}", 303)

    @router.post("/visits/{school}/{visit}")
    async def say(request: Request, school: str, visit: str) -> Response:
        site, form = front.site(school), await form_of(request)
        scripted = "application/json" in request.headers.get("accept", "")
        try:
            fresh = await live.ask(lambda: _add(desk, site, visit, form))
        except SettingsError as error:
            if scripted:
                language = front.spoken(request)
                return JSONResponse({"problems": [problem_in(line, language) for line in error.problems]}, 422)
            return front.page("problems", request, site=site, status=422, problems=error.problems)
        if scripted:
            return JSONResponse({"kept": form.one("key"), "fresh": fresh})
        return RedirectResponse(f"/inspect/visits/{school}/{visit}", 303)
