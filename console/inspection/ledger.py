"""The construction ledger: as it held on a day and was known at a moment, who changed it and why; workbooks out and in."""

from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from sqlalchemy import Connection

from compliance.history.ledger_names import with_names
from compliance.ledger.book import Reason, Told, changes_of, rows_of
from compliance.ledger.columns import Cells
from compliance.ledger.keeping import current, replace
from compliance.ledger.reading import sites_of
from compliance.ledger.sheets import BY_NAME, SHEETS
from compliance.ledger.tables import tables_of
from compliance.ledger.words import COLUMNS
from compliance.ledger.workbook import read_workbook, write_template, write_workbook
from console.inspection.desk import Desk
from console.inspection.forms import Form, form_of
from console.inspection.routes import Front
from console.inspection.work import XLSX
from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import snapshot, transaction

MOST_CHANGES: Final = 300


class Ledger(NamedTuple):
    """Sheet -> rows; `recorded` tells whether they come from the ledger in SQL or, as long as that is empty, from the site file."""

    recorded: bool
    sheets: dict[str, list[Cells]]


class Change(NamedTuple):
    """One row's new state: from which day it holds, when we were told, who and why; no cells where the row is gone."""

    sheet: str
    key: str
    valid_from: str
    recorded_at_ms: int
    cells: str
    who: str
    why: str


class Taken(NamedTuple):
    """What became of an upload: schools and rooms in it, rows that changed; `checked` where it was only looked at."""

    schools: int
    spaces: int
    changed: int
    checked: bool


def ledger_of(desk: Desk, site: Site, told: Told) -> Ledger:
    """The school's ledger, rows that only its site file has among them unless a past moment is asked for. May raise Unavailable."""
    with snapshot(desk.sql) as connection:
        found = rows_of(connection, site.school, told)
        held = current(connection, site, told.valid_on)
    if not found or told.known_at is None:
        return Ledger(recorded=bool(found), sheets={name: rows for name, rows in tables_of([held]).items() if rows})
    sheets: dict[str, list[Cells]] = {}
    for name in BY_NAME:
        rows = [cells for (sheet, _), cells in sorted(found.items()) if sheet == name]
        if rows:
            sheets[name] = rows
    return Ledger(recorded=True, sheets=sheets)


def history_of(desk: Desk, site: Site) -> list[Change]:
    """The newest changes, with the names of those who made them. May raise Unavailable."""
    with snapshot(desk.sql) as connection:
        return [_change(connection, row) for row in changes_of(connection, site.school)[:MOST_CHANGES]]


def _change(connection: Connection, row: Any) -> Change:
    who = with_names(connection, {"person": str(row["who"])})["person"]
    facts = {name: row[name] for name in ("sheet", "key", "valid_from", "recorded_at_ms", "why")}
    return Change(**facts, cells=str(row["content"]), who=who)


def workbook_of(desk: Desk, site: Site, told: Told) -> bytes:
    """The ledger as a workbook that may be changed and brought back."""
    ledger = ledger_of(desk, site, told)
    with TemporaryDirectory(prefix="lamplighter-ledger-") as folder:
        path = Path(folder) / "ledger.xlsx"
        write_workbook(path, ledger.sheets)
        return path.read_bytes()


def template() -> bytes:
    """The empty workbook with its comments."""
    with TemporaryDirectory(prefix="lamplighter-ledger-") as folder:
        path = Path(folder) / "ledger.xlsx"
        write_template(path)
        return path.read_bytes()


def take_in(desk: Desk, site: Site, form: Form) -> Taken:
    """Check an uploaded workbook and, unless it is only to be checked, keep all of it; raises SettingsError with every fault."""
    found = _read(form)
    others = sorted({one.school for one in found} - {site.school})
    if others:
        raise SettingsError([f"sheet schools: {name!r} is not {site.school!r}, whose ledger this page is" for name in others])
    spaces = sum(len(one.spaces) for one in found)
    if form.one("check"):
        return Taken(len(found), spaces, 0, checked=True)
    reason = _reason(form)
    with transaction(desk.sql) as connection:
        changed = sum(replace(connection, site, one, reason, at=desk.clock.now()) for one in found)
    return Taken(len(found), spaces, changed, checked=False)


def _read(form: Form) -> tuple[Site, ...]:
    if not form.file:
        raise SettingsError("file: none was chosen; choose a workbook (XLSX)")
    with TemporaryDirectory(prefix="lamplighter-ledger-") as folder:
        path = Path(folder) / (Path(form.file_name).name or "ledger.xlsx")
        path.write_bytes(form.file)
        try:
            return sites_of(read_workbook(path))
        except SettingsError as error:
            raise SettingsError([line.replace(f"{folder}/", "") for line in error.problems]) from error


def _reason(form: Form) -> Reason:
    missing = [f"{name}: is empty; every change of the ledger says it" for name in ("who", "why") if not form.one(name)]
    try:
        valid_from = date.fromisoformat(form.one("valid_from"))
    except ValueError:
        missing.append(f"valid_from = {form.one('valid_from')!r}: is not a day; write it as 2026-11-20")
        valid_from = date.min
    if missing:
        raise SettingsError(missing)
    return Reason(form.one("who"), form.one("why"), valid_from)


def _told(desk: Desk, site: Site, on: str, known: str) -> Told:
    """The day and moment that an address asks for; now, where it names none that can be read."""
    try:
        day = date.fromisoformat(on)
    except ValueError:
        day = desk.today(site)
    try:
        at = datetime.fromisoformat(known)
    except ValueError:
        return Told(day)
    return Told(day, (at if at.tzinfo else at.replace(tzinfo=site.zone())).astimezone(UTC))


def keeping(front: Front) -> APIRouter:
    """The ledger's addresses."""
    router = APIRouter(prefix="/inspect/ledger")
    desk, live = front.desk, front.live

    @router.get("/template.xlsx")
    async def empty() -> Response:
        return _file(await live.ask(template), "template.xlsx")

    @router.get("/{school}")
    async def browse(request: Request, school: str, sheet: str = "", *, on: str = "", known: str = "") -> HTMLResponse:
        site = front.site(school)
        told = _told(desk, site, on, known)
        found = await live.ask(lambda: ledger_of(desk, site, told))
        shown = sheet if sheet in found.sheets else next(iter(found.sheets), "")
        columns = (
            [one.name for one in BY_NAME[shown].columns if any(one.name in row for row in found.sheets[shown])] if shown else []
        )
        given: dict[str, Any] = {"ledger": found, "sheet": shown, "columns": columns, "about": COLUMNS, "kinds": SHEETS}
        return front.page("ledger", request, site=site, on=str(told.valid_on), known=known, **given)

    @router.get("/{school}/history")
    async def history(request: Request, school: str) -> HTMLResponse:
        site = front.site(school)
        changes = await live.ask(lambda: history_of(desk, site))
        return front.page("ledger_history", request, site=site, changes=changes, kinds=BY_NAME, most=MOST_CHANGES)

    @router.get("/{school}/workbook.xlsx")
    async def workbook(school: str, on: str = "", known: str = "") -> Response:
        site = front.site(school)
        told = _told(desk, site, on, known)
        return _file(await live.ask(lambda: workbook_of(desk, site, told)), f"ledger-{school}-{told.valid_on}.xlsx")

    @router.post("/{school}/workbook")
    async def bring(request: Request, school: str) -> HTMLResponse:
        site, form = front.site(school), await form_of(request)
        try:
            taken = await live.ask(lambda: take_in(desk, site, form))
        except SettingsError as error:
            return front.page("problems", request, site=site, status=422, problems=error.problems)
        return front.page("taken", request, site=site, taken=taken)

    return router


def _file(content: bytes, name: str) -> Response:
    return Response(content, media_type=XLSX, headers={"content-disposition": f'attachment; filename="{name}"'})
