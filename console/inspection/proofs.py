"""Pages that put ledger and evidence beside each other: renovations with their warranties, kitchens."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from compliance.actions import book
from compliance.actions.worklist import WorkRow, work_rows
from compliance.kitchens import KitchenState
from compliance.renovations import warranties
from console.inspection.desk import Desk
from console.inspection.routes import Front
from lamplighter.site.model import Label, Site
from lamplighter.storage.sql.engine import snapshot


def renovations_of(desk: Desk, site: Site) -> dict[str, Any]:
    """What the renovations page shows. May raise Unavailable."""
    today, ledger = desk.today(site), desk.ledger(site)
    claims = [row for row in _open_work(desk, ledger) if row.claim_by is not None]
    given = {"done": desk.renovations(site), "warranties": warranties(ledger, today), "claims": claims}
    return {"today": today, "names": _names(ledger), **given}


def kitchens_of(desk: Desk, site: Site) -> dict[str, Any]:
    """What the kitchens page shows: their state, the newest verdicts about them and their cameras, and what is to be mended."""
    found = desk.kitchens(site)
    subjects = {name for one in found for name in (one.space.id, *_cameras(one))}
    ledger = desk.ledger(site)
    work = [row for row in _open_work(desk, ledger) if row.subject in subjects]
    details = [one for one in desk.newest(site) if one.subject in subjects and one.rule_id.startswith("KIT-")]
    return {"kitchens": found, "work": work, "details": details, "names": _names(ledger)}


def _names(ledger: Site) -> dict[str, Label]:
    return {one.id: one.label for rows in (ledger.spaces, ledger.cameras) for one in rows}


def _cameras(kitchen: KitchenState) -> list[str]:
    placed = [one.camera.id for place in kitchen.places for one in place.cameras]
    return placed + [one.camera.id for one in kitchen.other]


def _open_work(desk: Desk, ledger: Site) -> list[WorkRow]:
    with snapshot(desk.sql) as connection:
        actions = book.with_owners(connection, book.load(connection, ledger.school).values())
        waivers = book.waivers(connection, ledger.school)
    return work_rows(actions, [ledger], day=desk.today(ledger), waivers=waivers)


def proving(front: Front) -> APIRouter:
    """The pages' addresses."""
    router = APIRouter(prefix="/inspect")
    desk, live = front.desk, front.live

    @router.get("/renovations/{school}")
    async def renewed(request: Request, school: str) -> HTMLResponse:
        site = front.site(school)
        return front.page("renovations", request, site=site, **await live.ask(lambda: renovations_of(desk, site)))

    @router.get("/kitchens/{school}")
    async def cooked(request: Request, school: str) -> HTMLResponse:
        site = front.site(school)
        return front.page("kitchens", request, site=site, **await live.ask(lambda: kitchens_of(desk, site)))

    return router
