"""Rooms with their light now and their verdicts, and lamps."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from console.facts import Citation, Lamp, LampState, Measured, Room, RuleLike, Sample, Text, Verdict
from console.reads.places import Places, text
from console.reads.series import ILLUMINANCE, Row, Value
from lamplighter.contract.points import POINTS, Point
from lamplighter.site.model import Device, Site, Space

FRESH_MS = 60_000
"""A reading older than this is not "now". As far ahead of our clock it still is: clocks differ."""

_ALWAYS_SHOWN = ("classroom", "laboratory")
Newest = Mapping[tuple[str, str], Value]


def rooms(
    site: Site, newest: Newest, *, history: Mapping[str, tuple[Sample, ...]], verdicts: Mapping[str, Sequence[Verdict]], now_ms: int
) -> tuple[Room, ...]:
    """Every classroom and every space that has a sensor or a verdict, in the site file's order."""
    sensors: dict[str, list[str]] = defaultdict(list)
    for device in site.devices:
        if device.kind == "light_sensor":
            sensors[device.space].append(device.id)
    said = measured(site, newest, now_ms)
    shown = [
        space
        for space in site.spaces
        if space.kind in _ALWAYS_SHOWN or sensors[space.id] or said[space.id] or _judged(verdicts, space.id)
    ]
    return tuple(
        _room(
            space,
            [newest[name, ILLUMINANCE] for name in sensors[space.id] if (name, ILLUMINANCE) in newest],
            sensors=len(sensors[space.id]),
            history=history.get(space.id, ()),
            verdicts=tuple(verdicts.get(space.id, ())),
            said=tuple(said[space.id]),
            now_ms=now_ms,
        )
        for space in shown
    )


def measured(site: Site, newest: Newest, now_ms: int) -> dict[str, list[Measured]]:
    """Space -> what its devices said last, but for lamps and light sensors, which have places of their own."""
    found: dict[str, list[Measured]] = defaultdict(list)
    for device in site.devices:
        if device.kind in ("light_sensor", "luminaire"):
            continue
        for point in POINTS.values():
            row = newest.get((device.id, point.name))
            if row is not None:
                found[device.space].append(_measured(device, point, row, now_ms))
    return found


def _measured(device: Device, point: Point, row: Value, now_ms: int) -> Measured:
    return Measured(
        device=device.id,
        label=text(device.label) if device.label else Text(device.id, device.id),
        point=Text(point.zh, point.en),
        value=row.value,
        symbol=point.symbol,
        flag=point.unit == "flag",
        at_ms=row.at_ms,
        fresh=is_fresh(row.at_ms, now_ms),
    )


def _judged(verdicts: Mapping[str, Sequence[Verdict]], space: str) -> bool:
    return any(row.verdict != "not_applicable" for row in verdicts.get(space, ()))


def _room(
    space: Space,
    values: Sequence[Value],
    *,
    sensors: int,
    history: tuple[Sample, ...],
    verdicts: tuple[Verdict, ...],
    said: tuple[Measured, ...],
    now_ms: int,
) -> Room:
    good = [row for row in values if row.value is not None]
    fresh = [row.value for row in good if row.value is not None and is_fresh(row.at_ms, now_ms)]
    last = max(good, key=lambda row: row.at_ms, default=None)
    return Room(
        id=space.id,
        building=space.building,
        floor=space.floor,
        kind=space.kind,
        label=text(space.label),
        sensors=sensors,
        fresh=len(fresh),
        illuminance_lx=sum(fresh) / len(fresh) if fresh else None,
        last_lx=last.value if last else None,
        last_at_ms=last.at_ms if last else None,
        history=history,
        verdicts=verdicts,
        measured=said,
    )


def is_fresh(at_ms: int, now_ms: int) -> bool:
    """Whether a reading of `at_ms` is of now."""
    return abs(now_ms - at_ms) <= FRESH_MS


def verdicts_of(rows: Sequence[Row], rules: Mapping[str, RuleLike]) -> dict[str, list[Verdict]]:
    """Space -> its verdicts about light, by rule; a rule that is in no pack keeps its id alone."""
    found: dict[str, list[Verdict]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row["rule"])):
        rule = str(row["rule"])
        if rule in rules and not rules[rule].screened:
            continue
        found[str(row["subject"])].append(
            Verdict(
                rule=rule,
                verdict=str(row["verdict"]),
                day_ms=int(row["at_ms"] or 0),
                value=_number(row["value"]),
                threshold=_number(row["threshold"]),
                samples=int(row["samples"] or 0),
                method=str(row["method"] or ""),
                version=str(row["version"] or ""),
                reason=Text(str(row["reason_zh"] or ""), str(row["reason_en"] or "")),
                citation=_citation(rules.get(rule)),
            )
        )
    return found


def _citation(rule: RuleLike | None) -> Citation | None:
    if rule is None:
        return None
    cited = rule.citation
    return Citation(
        requirement=Text(rule.title_zh, rule.title_en),
        comparator=rule.comparator,
        unit=rule.unit,
        standard=cited.number if cited.edition in cited.number else f"{cited.number}-{cited.edition}",
        clause=cited.clause,
        title=Text(cited.title_zh, cited.title_en),
        certainty=cited.certainty,
    )


def _number(cell: object) -> float | None:
    return float(cell) if isinstance(cell, int | float) else None


def lamps(site: Site, places: Places, newest: Newest, *, failed: frozenset[str], now_ms: int) -> tuple[Lamp, ...]:
    """Every luminaire; `failed` names those whose lamp_failure condition holds."""
    return tuple(
        _lamp(device, places, newest, failed=device.id in failed, now_ms=now_ms)
        for device in site.devices
        if device.kind == "luminaire"
    )


def _lamp(device: Device, places: Places, newest: Newest, *, failed: bool, now_ms: int) -> Lamp:
    def now(point: str) -> float | None:
        row = newest.get((device.id, point))
        return row.value if row is not None and is_fresh(row.at_ms, now_ms) else None

    times = [row.at_ms for (name, _point), row in newest.items() if name == device.id]
    dimming_level_pct, active_power_w, flag = now("dimming_level_pct"), now("active_power_w"), now("lamp_failure")
    return Lamp(
        id=device.id,
        label=text(device.label) if device.label else places.place(device.space),
        space=device.space,
        place=places.place(device.space),
        state=_lamp_state(dimming_level_pct, active_power_w, failed=failed or bool(flag)),
        dimming_level_pct=dimming_level_pct,
        active_power_w=active_power_w,
        at_ms=max(times, default=None),
    )


def _lamp_state(dimming_level_pct: float | None, active_power_w: float | None, *, failed: bool) -> LampState:
    if failed:
        return "failed"
    if dimming_level_pct is None and active_power_w is None:
        return "unknown"
    return "on" if (dimming_level_pct if dimming_level_pct is not None else active_power_w) else "off"
