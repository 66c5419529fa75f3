"""The addresses of the reading pages: city, district, school, room, derivation."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from compliance.explain import STANDINGS, VerdictId, derivation
from console.inspection import verdicts
from console.inspection.desk import Desk
from console.inspection.pages import InspectionPages
from console.live import Live
from console.words import Language
from lamplighter.site.calendar import days_between
from lamplighter.site.model import Label, Site, district_names

_Chosen = Annotated[str, Query(max_length=48)]


class Front(NamedTuple):
    """What every address of these pages needs; `spoken` tells a request's language."""

    desk: Desk
    live: Live
    pages: InspectionPages
    spoken: Callable[[Request], Language]

    def page(self, name: str, request: Request, *, site: Site | None = None, status: int = 200, **given: Any) -> HTMLResponse:
        """A page in the request's language."""
        now_ms = self.desk.clock.now_ms()
        known = {"sites": self.desk.sites, "places": self.desk.places, "titles": self.desk.titles}
        html = self.pages.html(name, request, self.spoken(request), site=site, now_ms=now_ms, **known, **given)
        return HTMLResponse(html, status)

    def site(self, school: str) -> Site:
        """The school's site file; 404 where there is none."""
        if school not in self.desk.sites:
            raise HTTPException(404, f"there is no school {school!r} here")
        return self.desk.sites[school]


def reading(front: Front) -> APIRouter:
    """The pages that change nothing."""
    router = APIRouter(prefix="/inspect")
    desk, live = front.desk, front.live

    @router.get("")
    async def city(request: Request) -> HTMLResponse:
        names = district_names(desk.sites.values())
        return front.page("board", request, level="city", called=None, board=await live.ask(desk.city), names=names)

    @router.get("/districts/{district}")
    async def in_district(request: Request, district: str) -> HTMLResponse:
        found = await live.ask(lambda: desk.district(district))
        names = {one.school: one.label for one in desk.sites.values()}
        called = district_names(desk.sites.values()).get(district, Label(zh=district, en=district))
        return front.page("board", request, level="district", called=called, board=found, names=names)

    @router.get("/schools/{school}")
    async def in_school(
        request: Request,
        school: str,
        *,
        month: _Chosen = "",
        span: _Chosen = "month",
        rule: _Chosen = "",
        weight: _Chosen = "",
    ) -> HTMLResponse:
        site = front.site(school)
        days = _Days.of(site, month or str(desk.today(site)), span, today=desk.today(site))
        standing = weight if weight in STANDINGS else "mandatory"
        given: dict[str, Any] = {
            "board": await live.ask(lambda: desk.school(site)),
            "calendar": await live.ask(lambda: desk.school_calendar(site, days.shown, standing=standing, rule=rule)),
            "details": await live.ask(lambda: desk.newest(site)),
        }
        chosen = {"span": span if span == "term" else "month", "rule": rule, "weight": standing}
        return front.page("school", request, site=site, chosen=chosen, names=_names(site), **given, **days.around())

    @router.get("/schools/{school}/{subject}")
    async def in_room(request: Request, school: str, subject: str, *, month: _Chosen = "", span: _Chosen = "month") -> HTMLResponse:
        site = front.site(school)
        days = _Days.of(site, month or str(desk.today(site)), span, today=desk.today(site))
        given: dict[str, Any] = {
            "calendar": await live.ask(lambda: desk.subject_calendar(site, days.shown, subject)),
            "details": [one for one in await live.ask(lambda: desk.newest(site)) if one.subject == subject],
            "light": await live.ask(lambda: desk.room_light(site, subject)),
            "work": await live.ask(lambda: desk.open_work(site, subject)),
        }
        chosen = {"span": span if span == "term" else "month"}
        return front.page("room", request, site=site, subject=subject, chosen=chosen, names=_names(site), **given, **days.around())

    @router.get("/explain/{day}/{school}/{subject}/{rule}")
    async def explain(request: Request, day: str, school: str, *, subject: str, rule: str) -> HTMLResponse:
        site, asked = front.site(school), VerdictId(str(_day(day)), school, subject, rule)
        found = await live.ask(lambda: desk.judged(asked))
        lines = derivation(*found, front.spoken(request)) if found else []
        status = 200 if found else 404
        return front.page(
            "explain",
            request,
            site=site,
            status=status,
            asked=asked,
            lines=lines,
            found=found,
            names=_names(site),
            text="/".join(asked),
        )

    return router


def _names(site: Site) -> dict[str, Label]:
    """Subject -> what people call it."""
    named = {one.id: one.label for rows in (site.spaces, site.cameras) for one in rows}
    return {**named, site.school: site.label}


class _Days(NamedTuple):
    """The days of a calendar: the month or term asked for, and as much of it as has come."""

    asked: tuple[date, date]
    shown: tuple[date, date]

    @classmethod
    def of(cls, site: Site, text: str, span: str, *, today: date) -> "_Days":
        """Of the month or term in which a day lies; 400 where `text` names none."""
        day = _day(f"{text}-01" if len(text) == len("2026-11") else text)
        first, last = verdicts.term_of(site, day) if span == "term" else verdicts.month_of(day)
        return cls((first, last), (first, max(first, min(last, today))))

    def around(self) -> dict[str, Any]:
        """The days shown, and a day of the span before and after."""
        first, last = self.asked
        return {"days": list(days_between(*self.shown)), "earlier": first - timedelta(days=1), "later": last + timedelta(days=1)}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(400, f"{text!r} is not a day; write it as 2026-11-20") from error
