"""Renovations with proof: a room's light, evenness, power and cost before and after, and which warranties still run."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from statistics import fmean
from typing import Final, Literal, NamedTuple

from compliance.methods.grid import average_lx, uniformity
from lamplighter.contract.measurements import ROOM_10MIN
from lamplighter.site.facts import Work, WorkKind
from lamplighter.site.model import Site, Surface, Survey
from lamplighter.storage.timeseries.protocol import TimeSeries

RENEWS: Final[frozenset[WorkKind]] = frozenset({"lamps_replaced", "renovated"})
"""Works that are meant to make the light better."""

SEEN_FOR: Final = timedelta(days=30)
"""So long before and after a work the power that was measured is looked at."""

LIT_PCT: Final = 99.0
"""A window counts in which the lamps were on for this share of it."""

WarrantyKind = Literal["luminaires", "equipment", "work"]


class Light(NamedTuple):
    """What a whole survey measured: average electric illuminance, and lowest over average."""

    survey: str
    on: date
    average_lx: float
    uniformity: float


class Compared(NamedTuple):
    """One surface before and after; None where nobody measured it then."""

    surface: Surface
    before: Light | None
    after: Light | None


class Renovation(NamedTuple):
    """A work, and what it changed; power in W as the ledger states it, else as measured, None where nobody knows."""

    work: Work
    light: tuple[Compared, ...]
    power_before_w: float | None
    power_after_w: float | None


class Warranty(NamedTuple):
    """What is under a warranty: luminaires, equipment, a work; `days` are left, negative when it is over."""

    kind: WarrantyKind
    name: str
    space: str
    part: str
    until: date
    days: int


def renovations(site: Site, store: TimeSeries) -> list[Renovation]:
    """Every such work of the ledger, newest first. May raise Unavailable."""
    works = sorted((work for work in site.works if work.kind in RENEWS), key=lambda work: (work.on, work.space), reverse=True)
    return [_renovation(site, store, work, _next(works, work)) for work in works]


def warranties(site: Site, today: date) -> list[Warranty]:
    """Every warranty that the ledger states, the first to end first."""
    stated: list[tuple[WarrantyKind, str, str, str, date | None]] = [
        *(("luminaires", row.id, row.space, row.part, row.warranty_until) for row in site.luminaires),
        *(("equipment", row.id, row.space, row.part, row.warranty_until) for row in site.equipment),
        *(("work", f"{row.kind} {row.on}", row.space, "", row.warranty_until) for row in site.works),
    ]
    made = [
        Warranty(kind, name, space, part, until, (until - today).days)
        for kind, name, space, part, until in stated
        if until is not None
    ]
    return sorted(made, key=lambda row: (row.until, row.space, row.name))


def claim_by(site: Site, devices: Iterable[str], opened: date) -> date | None:
    """Until when a fault of these devices' luminaires, seen on `opened`, can be claimed: the earliest warranty that held then."""
    placed = {device.id: device for device in site.devices}
    here = [placed[name] for name in devices if name in placed]
    groups, spaces = {device.group for device in here}, {device.space for device in here}
    luminaires = [row.warranty_until for row in site.luminaires if row.id in groups]
    works = [row.warranty_until for row in site.works if row.space in spaces and row.kind in RENEWS and row.on <= opened]
    return min((day for day in (*luminaires, *works) if day is not None and day >= opened), default=None)


def _next(works: Sequence[Work], work: Work) -> date:
    """The day of the room's next work: what is measured from then on is not this one's."""
    return min((other.on for other in works if other.space == work.space and other.on > work.on), default=date.max)


def _renovation(site: Site, store: TimeSeries, work: Work, until: date) -> Renovation:
    surfaces: tuple[Surface, ...] = ("desk", "board", "plane", "floor")
    compared = (_compared(site, work, surface, until) for surface in surfaces)
    before, after = work.power_before_w, work.power_after_w
    return Renovation(
        work,
        tuple(one for one in compared if one.before or one.after),
        before if before is not None else _power_w(site, store, work.space, (work.on - SEEN_FOR, work.on)),
        after if after is not None else _power_w(site, store, work.space, (work.on + timedelta(days=1), work.on + SEEN_FOR)),
    )


def _compared(site: Site, work: Work, surface: Surface, until: date) -> Compared:
    """The last survey before the work, and the first on its day or later."""
    rows = [row for row in site.surveys if (row.space, row.surface) == (work.space, surface) and _counts(row)]
    dated = sorted((site.day_of(row.at), row.id, row) for row in rows)
    before = [_light(row, day) for day, _, row in dated if day < work.on]
    after = [_light(row, day) for day, _, row in dated if work.on <= day < until]
    return Compared(surface, before[-1] if before else None, after[0] if after else None)


def _counts(survey: Survey) -> bool:
    return bool(survey.points) and not survey.unstated() and average_lx(survey) > 0


def _light(survey: Survey, day: date) -> Light:
    return Light(survey.id, day, float(average_lx(survey)), float(uniformity(survey)))


def _power_w(site: Site, store: TimeSeries, space: str, days: tuple[date, date]) -> float | None:
    """Mean power of the room's lamps in windows in which they were on throughout."""
    start_ms, end_ms = (round(datetime.combine(day, time.min, site.zone()).timestamp() * 1000) for day in days)
    rows = store.select(ROOM_10MIN, where={"school": site.school, "space": space}, start_ms=start_ms, end_ms=end_ms)
    seen = [(row["lit_share"], row["power_w"]) for row in rows]
    lit = [power for share, power in seen if isinstance(share, float) and isinstance(power, float) and share >= LIT_PCT]
    return fmean(lit) if lit else None
