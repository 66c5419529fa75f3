"""A grid survey typed in on a phone: into the ledger, and from there into the next look at the room's verdicts."""

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from compliance.ledger.keeping import add_survey
from console.inspection.desk import Desk
from console.inspection.forms import Form, form_of
from console.inspection.routes import Front
from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Site, Survey
from lamplighter.storage.sql.engine import transaction

FEWEST, MOST = 4, 60
_USUAL: Final = 9
_PLAIN: Final = (
    "id",
    "space",
    "surface",
    "method",
    "plane_height_m",
    "warm_up_min",
    "meter_class",
    "meter_serial",
    "meter_calibrated_until",
    "uncertainty_pct",
    "tester",
)
_TICKED: Final = ("curtains_drawn", "board_lamps_on")
_POINT: Final = ("x_m", "y_m", "lx", "lamps_off_lx")


def survey_of(site: Site, form: Form) -> dict[str, Any]:
    """What the form says, as `Survey` is made from; empty fields are left out, a point without its lx too."""
    content: dict[str, Any] = {name: form.one(name) for name in _PLAIN if form.one(name)}
    content |= {name: bool(form.one(name)) for name in _TICKED}
    at = form.one("at")
    content["at"] = f"{at}{_offset(site, at)}" if at else at
    rows = [dict(zip(_POINT, row, strict=True)) for row in form.rows(*_POINT)]
    content["points"] = [{name: cell for name, cell in row.items() if cell} for row in rows if row["lx"]]
    return content


def _offset(site: Site, at: str) -> str:
    """A form's local time has no zone: the school's is meant."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(at).replace(tzinfo=site.zone()).strftime("%z")
    except ValueError:
        return ""


def _keep(desk: Desk, site: Site, form: Form) -> Survey:
    who = form.one("tester")
    with transaction(desk.sql) as connection:
        return add_survey(connection, site, survey_of(site, form), who=who or "?", at=desk.clock.now())


def surveying(front: Front) -> APIRouter:
    """The form's addresses."""
    router = APIRouter(prefix="/inspect/surveys")
    desk, live = front.desk, front.live

    def page(request: Request, site: Site, form: Form, **given: Any) -> HTMLResponse:
        points = min(MOST, max(FEWEST, int(form.one("points")) if form.one("points").isdigit() else _USUAL))
        rows = form.rows(*_POINT)
        filled = [*rows, *[("", "", "", "")] * (points - len(rows))]
        now = desk.clock.now().astimezone(site.zone())
        usual = {"at": now.strftime("%Y-%m-%dT%H:%M"), "id": f"s-{now:%Y%m%d-%H%M}", "plane_height_m": "0.75", "warm_up_min": "15"}
        return front.page("survey", request, site=site, form=form, rows=filled, usual=usual, **given)

    @router.get("/{school}")
    async def empty(request: Request, school: str) -> HTMLResponse:
        asked = Form({name: [value] for name, value in request.query_params.items()})
        return page(request, front.site(school), asked, problems=[], kept=None)

    @router.post("/{school}")
    async def sent(request: Request, school: str) -> HTMLResponse:
        site, form = front.site(school), await form_of(request)
        if form.one("points"):  # the buttons that ask for more rows: what was typed stays, nothing is kept yet
            return page(request, site, form, problems=[], kept=None)
        try:
            kept = await live.ask(lambda: _keep(desk, site, form))
        except SettingsError as error:
            return page(request, site, form, status=422, problems=error.problems, kept=None)
        return page(request, site, Form({}), problems=[], kept=kept)

    return router
