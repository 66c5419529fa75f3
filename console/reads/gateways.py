"""Gateways, their cameras, and what is not being watched."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, RowMapping, func, select

from console.facts import Camera, CameraState, Episode, Gap, GatewayHealth, Room
from console.reads.places import Places
from lamplighter.contract.records import CameraHealth, Health
from lamplighter.site.model import Site
from lamplighter.storage.sql.tables import GATEWAYS, LANES

HEALTH_FRESH_MS = 90_000
"""A health message older than this says nothing of now."""

_HEALTH = msgspec.json.Decoder(Health)


class GatewayState(msgspec.Struct, frozen=True):
    """One row of `gateways` with its health decoded; times by the centre's clock, `seen_at_ms` of anything heard."""

    id: str
    online: bool
    state_at_ms: int
    health_at_ms: int
    seen_at_ms: int
    health: Health | None


def gateways(connection: Connection, site: Site) -> tuple[GatewayState, ...]:
    """Every gateway that ever spoke for this school."""
    heard = select(LANES.c.gateway, func.max(LANES.c.last_at_ms)).where(LANES.c.school == site.school).group_by(LANES.c.gateway)
    lanes_ms = {gateway: int(at_ms) for gateway, at_ms in connection.execute(heard)}
    rows = (
        select(GATEWAYS).where(GATEWAYS.c.district == site.district, GATEWAYS.c.school == site.school).order_by(GATEWAYS.c.gateway)
    )
    return tuple(_state(row, lanes_ms.get(row["gateway"], 0)) for row in connection.execute(rows).mappings())


def _state(row: RowMapping, lane_ms: int) -> GatewayState:
    try:
        health = _HEALTH.decode(row["health"])
    except msgspec.DecodeError:
        health = None  # before the first health message the column holds an empty object
    return GatewayState(
        id=row["gateway"],
        online=row["state"] == "online",
        state_at_ms=row["state_at_ms"],
        health_at_ms=row["health_at_ms"],
        seen_at_ms=max(row["health_at_ms"], row["state_at_ms"], lane_ms),
        health=health,
    )


def health_of(site: Site, states: Sequence[GatewayState], now_ms: int) -> tuple[GatewayHealth, ...]:
    """What the page shows of each gateway, with those of the site file that never spoke."""
    named = {device.gateway for device in site.devices} | {camera.gateway for camera in site.cameras}
    silent = sorted(named - {state.id for state in states})
    return (
        *(_shown(state, now_ms) for state in states),
        *(GatewayHealth(id=name, online=False, state_at_ms=0, seen_at_ms=None, fresh=False) for name in silent),
    )


def _shown(state: GatewayState, now_ms: int) -> GatewayHealth:
    health = state.health
    if health is None:
        return GatewayHealth(
            id=state.id, online=state.online, state_at_ms=state.state_at_ms, seen_at_ms=state.seen_at_ms, fresh=False
        )
    return GatewayHealth(
        id=state.id,
        online=state.online,
        state_at_ms=state.state_at_ms,
        seen_at_ms=state.seen_at_ms,
        fresh=_is_fresh(state, now_ms),
        uptime_s=health.uptime_s,
        cpu_pct=health.cpu_pct,
        memory_pct=health.memory_pct,
        disk_free_mb=health.disk_free_mb,
        temperature_c=health.temperature_c,
        clock_offset_ms=health.clock_offset_ms,
        outbox=sum(health.outbox_rows.values()),
        outbox_shed=health.outbox_shed,
        devices_silent=tuple(health.devices_silent),
    )


def _is_fresh(state: GatewayState, now_ms: int) -> bool:
    return now_ms - state.health_at_ms <= HEALTH_FRESH_MS


def cameras(site: Site, places: Places, states: Sequence[GatewayState], now_ms: int) -> tuple[Camera, ...]:
    """The site file's cameras, then any other that a gateway reports."""
    heard = {(state.id, camera.id): (state, camera) for state in states if state.health for camera in state.health.cameras}
    named = {(camera.gateway, camera.id) for camera in site.cameras}
    ids = [(camera.gateway, camera.id) for camera in site.cameras] + sorted(key for key in heard if key not in named)
    return tuple(_camera(gateway, name, places, heard.get((gateway, name)), now_ms=now_ms) for gateway, name in ids)


def _camera(gateway: str, name: str, places: Places, heard: tuple[GatewayState, CameraHealth] | None, *, now_ms: int) -> Camera:
    state: CameraState = "unknown"
    said = CameraHealth(id=name, state="connecting")
    at_ms: int | None = None
    if heard is not None and heard[0].health is not None:
        at_ms, said = heard[0].health_at_ms, heard[1]
        if heard[0].online and _is_fresh(heard[0], now_ms):
            state = said.state
    return Camera(
        id=name,
        label=places.source(name),
        place=places.place(places.space_of(name)),
        gateway=gateway,
        state=state,
        fps=said.fps,
        inference_ms=said.inference_ms,
        reason=said.reason,
        at_ms=at_ms,
    )


def gaps(
    found: Sequence[GatewayHealth], watched: Sequence[Camera], rooms: Sequence[Room], *, wrong: Iterable[Episode], places: Places
) -> tuple[Gap, ...]:
    """What should be watched and is not, unless a condition already says so; a silent gateway speaks for all behind it."""
    said = {episode.source for episode in wrong}
    down = {gateway.id for gateway in found if not (gateway.online and gateway.fresh)}
    missing = [
        Gap("gateway", places.source(gateway.id), gateway.seen_at_ms)
        for gateway in found
        if gateway.id in down and gateway.id not in said
    ]
    missing += [
        Gap("camera", camera.label, camera.at_ms)
        for camera in watched
        if camera.state != "online" and camera.gateway not in down and camera.id not in said
    ]
    if not down:
        missing += [Gap("sensors", room.label, room.last_at_ms) for room in rooms if room.sensors and not room.fresh]
    return tuple(missing)
