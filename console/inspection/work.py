"""The work list: what to mend, whose it is and until when; surveys and meter calibrations due; waivers with their end."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any, Final, NamedTuple

import msgspec
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from compliance.actions import book
from compliance.actions.model import Waiver
from compliance.actions.worklist import Due, WorkRow, meters_due, surveys_due, work_rows, write_worklist
from compliance.history.ledger_names import with_names
from compliance.ledger.keeping import current
from console.inspection.desk import Desk
from console.inspection.forms import Form, form_of
from console.inspection.routes import Front
from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import snapshot, transaction

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LANDS_DAYS: Final = 60
"""What runs out within so many days is listed."""


class Work(NamedTuple):
    """Everything on the page, as of `day`."""

    day: date
    rows: list[WorkRow]
    surveys: list[Due]
    meters: list[Due]
    waivers: list[Waiver]


class _Known(NamedTuple):
    actions: list[Any]
    waivers: tuple[Waiver, ...]
    sites: list[Site]


def _known(desk: Desk, connection: Connection, school: str) -> _Known:
    sites = [site for site in desk.sites.values() if school in {"", site.school}]
    here = {site.school for site in sites}
    actions = [one for one in book.load(connection, school or None).values() if one.school in here]
    waivers = tuple(one for one in book.waivers(connection, school or None) if one.school in here)
    ledgers = [current(connection, site, desk.today(site)) for site in sites]
    return _Known(book.with_owners(connection, actions), waivers, ledgers)


def work_of(desk: Desk, school: str) -> Work:
    """The work of one school, or of all where none is named. May raise Unavailable."""
    day = desk.today()
    with snapshot(desk.sql) as connection:
        known = _known(desk, connection, school)
        named = [msgspec.structs.replace(one, **_named(connection, one.who)) for one in known.waivers]
    soon = [row for row in surveys_due(known.sites) if row.due is None or (row.due - day).days <= LANDS_DAYS]
    meters = [row for row in meters_due(known.sites) if row.due is None or (row.due - day).days <= LANDS_DAYS]
    rows = work_rows(known.actions, known.sites, day=day, waivers=known.waivers)
    return Work(day, rows, soon, meters, sorted(named, key=lambda one: one.until, reverse=True))


def _named(connection: Connection, who: str) -> dict[str, str]:
    return {"who": with_names(connection, {"person": who})["person"]}


def workbook_of(desk: Desk, school: str) -> bytes:
    """The same as a workbook."""
    with snapshot(desk.sql) as connection:
        known = _known(desk, connection, school)
    file = BytesIO()
    write_worklist(file, known.actions, known.sites, day=desk.today(), waivers=known.waivers)
    return file.getvalue()


def _assign(desk: Desk, form: Form) -> None:
    owner, who = _filled(form, "owner"), _filled(form, "who")
    with transaction(desk.sql) as connection:
        book.assign(connection, form.one("action"), on=desk.today(), owner=owner, who=who, at=desk.clock.now())


def _done(desk: Desk, form: Form) -> None:
    who = _filled(form, "who")
    with transaction(desk.sql) as connection:
        book.tell_done(connection, form.one("action"), on=desk.today(), who=who, at=desk.clock.now())


def _waive(desk: Desk, form: Form) -> None:
    names = {name: _filled(form, name) for name in ("who", "why", "until")}
    try:
        until = date.fromisoformat(names.pop("until"))
    except ValueError as error:
        raise SettingsError(f"until = {form.one('until')!r}: is not a day; write it as 2026-12-31") from error
    with transaction(desk.sql) as connection:
        action = book.load(connection).get(form.one("action"))
        if action is None:
            raise SettingsError(f"action {form.one('action')}: there is none of that name")
        subject = {"school": action.school, "subject": action.subject, "rule": action.rule}
        book.waive(connection, Waiver(since=desk.today(), until=until, **subject, **names), at=desk.clock.now())


def _filled(form: Form, name: str) -> str:
    if not form.one(name):
        raise SettingsError(f"{name}: is empty; fill it in")
    return form.one(name)


_DEEDS: Final[dict[str, Callable[[Desk, Form], None]]] = {"assign": _assign, "done": _done, "waive": _waive}


def working(front: Front) -> APIRouter:
    """The work list's addresses."""
    router = APIRouter(prefix="/inspect/actions")
    desk, live = front.desk, front.live

    def site_of(school: str) -> Site | None:
        return front.site(school) if school else None

    @router.get("")
    async def work(request: Request, school: str = "") -> HTMLResponse:
        site = site_of(school)
        return front.page("work", request, site=site, school=school, work=await live.ask(lambda: work_of(desk, school)))

    @router.get(".xlsx")
    async def workbook(school: str = "") -> Response:
        site_of(school)
        content = await live.ask(lambda: workbook_of(desk, school))
        name = f"work-{school or 'all'}-{desk.today()}.xlsx"
        return Response(content, media_type=XLSX, headers={"content-disposition": f'attachment; filename="{name}"'})

    @router.post("/{deed}")
    async def do(request: Request, deed: str) -> Response:
        form = await form_of(request)
        if deed not in _DEEDS:
            raise HTTPException(404, f"nothing is called {deed!r}")
        school = form.one("school")
        try:
            await live.ask(lambda: _DEEDS[deed](desk, form))
        except SettingsError as error:
            return front.page("problems", request, site=site_of(school), status=422, problems=error.problems)
        return RedirectResponse(f"/inspect/actions?school={school}", 303)

    return router
