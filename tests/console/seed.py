"""A school with everything a console shows: readings, verdicts, conditions with drawn stills, cameras, a gateway, refusals.

`python -m tests.console.seed --port 8330` serves it with readings that go on living, to look at.
"""

import asyncio
import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, NamedTuple

import cv2
import msgspec
import numpy as np
from sqlalchemy import Engine, event, insert, update

from alarms.levels import apply_level
from compliance.packs import load_packs
from console.app import create_app
from console.port import claim_port
from console.serve import serve
from console.view import View
from lamplighter.contract.measurements import READING, ROOM_10MIN, VERDICT_DAY, RowTuple
from lamplighter.contract.records import CameraHealth, Condition, Health, Rejected
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import Clock, SystemClock
from lamplighter.site.model import Camera, Device, Label, Site, Space
from lamplighter.storage.evidence_files import EvidenceFiles
from lamplighter.storage.sql import quarantine
from lamplighter.storage.sql.engine import SqlSettings, open_sql, transaction
from lamplighter.storage.sql.tables import GATEWAYS, METADATA
from lamplighter.storage.timeseries.duckdb import DuckDbSettings
from lamplighter.storage.timeseries.protocol import TimeSeries
from lamplighter.storage.timeseries.settings import open_store

HOUR_MS = 3_600_000
GATEWAY = Gateway("haidian", "no1", "gw-1")
RULE = "LGT-021"

_ROOMS = [(f"{wing}{floor}0{n}", wing, floor) for wing in "ab" for floor in (1, 2) for n in (1, 2, 3)]
_VERDICTS: dict[str, tuple[str, float | None, int, str]] = {
    "a101": ("pass", 412.3, 9, "survey"),
    "a102": ("fail", 268.4, 9, "survey"),
    "a103": ("indicative_low", 231.7, 34, "monitor"),
    "b101": ("pass", 365.0, 12, "survey"),
}
_REASONS = {
    "pass": ("2026-11-02 网格实测 9 点，平均 412.3 lx", "grid survey of 2026-11-02: 9 points, average 412.3 lx"),
    "fail": ("2026-11-03 网格实测 9 点，平均 268.4 lx", "grid survey of 2026-11-03: 9 points, average 268.4 lx"),
    "indicative_low": (
        "34 个开灯时段课桌面估计中位数 231.7 lx（含天然光）仍低于限值",
        "desks estimated at 231.7 lx (median of 34 windows, daylight included), still below the limit",
    ),
    "insufficient_data": ("无网格实测；吸顶传感器不能证明达标", "no grid survey; a ceiling sensor cannot prove compliance"),
}


class Seeded(NamedTuple):
    """What a test may look at or change."""

    site: Site
    store: TimeSeries
    sql: Engine
    stills: EvidenceFiles
    clock: Clock

    def view(self) -> View:
        """A view that reads it."""
        rules = {rule.id: rule for rule in load_packs()}
        return View(self.store, self.sql, [self.site], rules=rules, stills=self.stills, clock=self.clock)

    def close(self) -> None:
        """Let go of both databases."""
        self.store.close()
        self.sql.dispose()


def site() -> Site:
    """Twelve classrooms with four light sensors and a lamp group each, a gate and a yard with a camera each."""
    rooms = tuple(
        Space(
            id=name,
            building=wing,
            floor=floor,
            label=Label(zh=f"{'东西'[wing == 'b']}楼 {name[1:]} 教室", en=f"{'East' if wing == 'a' else 'West'} {name[1:]}"),
        )
        for name, wing, floor in _ROOMS
    )
    gate = Space(id="gate", building="a", kind="gate", label=Label(zh="北门", en="North gate"))
    yard = Space(id="yard", building="a", kind="yard", label=Label(zh="操场", en="Sports yard"))
    sensors = tuple(
        Device(id=f"{r.id}-lux{n}", gateway="gw-1", space=r.id, kind="light_sensor") for r in rooms for n in (1, 2, 3, 4)
    )
    lamps = tuple(Device(id=f"{r.id}-lamp", gateway="gw-1", space=r.id, kind="luminaire") for r in rooms)
    cameras = (
        Camera(id="cam-gate", gateway="gw-1", space="gate", label=Label(zh="北门摄像机", en="North gate camera")),
        Camera(id="cam-yard", gateway="gw-1", space="yard", label=Label(zh="操场摄像机", en="Yard camera")),
    )
    return Site(
        district=GATEWAY.district,
        school=GATEWAY.school,
        label=Label(zh="海淀第一小学", en="Haidian No. 1 Primary School"),
        spaces=(*rooms, gate, yard),
        devices=(*sensors, *lamps),
        cameras=cameras,
    )


def empty(folder: Path, clock: Clock) -> Seeded:
    """The same school before anything was heard of it."""
    sql = open_sql(SqlSettings(url=f"sqlite:///{folder / 'state.sqlite'}"))
    event.listen(sql, "connect", without_sync)
    METADATA.create_all(sql)
    store = open_store(DuckDbSettings(path=Path(":memory:")))
    return Seeded(site(), store, sql, EvidenceFiles(folder / "stills"), clock)


def without_sync(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")  # a test's school need not survive a power cut


def seed(folder: Path, clock: Clock) -> Seeded:
    """A working day: 20 conditions, two refusals, a day of light, everything fresh but one room."""
    seeded = empty(folder, clock)
    now_ms = clock.now_ms()
    write_day(seeded.store, seeded.site, now_ms)
    write_now(seeded.store, seeded.site, now_ms)
    write_verdicts(seeded.store, seeded.site, now_ms)
    gateway_says(seeded.sql, now_ms)
    _conditions(seeded, now_ms)
    refuse(seeded.sql, "invalid JSON at byte 17", b'{"v":1,"boot":3,"\xff\x00<b>broken', at_ms=now_ms - 40_000)
    out_of_range = "illuminance_lx = 4e+06 lies outside 0..200000 lx"
    refuse(seeded.sql, out_of_range, b'{"value":4e6}', at_ms=now_ms - 3 * HOUR_MS, whole=False)
    return seeded


def light_lx(room: int, at_ms: int) -> float:
    """Believable enough: sun by day, lamps in lessons, some noise."""
    hour = (at_ms / HOUR_MS + 8) % 24
    sun = max(0.0, math.sin((hour - 6.5) / 11 * math.pi)) * (140 + 60 * (room % 5)) if 6.5 < hour < 17.5 else 0.0
    cloud = 0.75 + 0.25 * math.sin(at_ms / 1.7e6 + room) * math.sin(at_ms / 0.6e6)
    lamps = (150 if room == 2 else 330 + 12 * (room % 4)) if 7.8 < hour < 17.2 else 4.0
    return max(0.0, sun * cloud + lamps + 3 * math.sin(at_ms / 5e4 + room * 3))


def write_day(store: TimeSeries, place: Site, now_ms: int) -> None:
    """24 h of room roll-ups, an hour missing in one room."""
    rows: list[RowTuple] = []
    for number, room in enumerate(_rooms(place)):
        for at_ms in range(now_ms // 600_000 * 600_000 - 24 * HOUR_MS, now_ms, 600_000):
            if number == 4 and 6 * HOUR_MS < now_ms - at_ms < 8 * HOUR_MS:
                continue
            lx = light_lx(number, at_ms)
            rows.append((place.school, room.id, at_ms, lx, lx * 0.9, 2400, 100.0))
    store.write(ROOM_10MIN, rows)


def write_now(store: TimeSeries, place: Site, now_ms: int, *, stale: Sequence[str] = ("b203",)) -> None:
    """One reading of every point; rooms named in `stale` are 12 minutes old, one sensor of a201 is bad."""
    rows: list[RowTuple] = []
    for number, room in enumerate(_rooms(place)):
        at_ms = now_ms - (720_000 if room.id in stale else 400)
        lx = light_lx(number, at_ms)
        for sensor in range(1, 5):
            bad = room.id == "a201" and sensor == 3
            values = (None, 2) if bad else (lx + 4 * sensor - 10, 0)
            rows.append((*GATEWAY[1:], f"{room.id}-lux{sensor}", "illuminance_lx", at_ms, *values))
        failed, on = room.id == "b102", lx > 60
        lamp = {"lamp_failure": float(failed), "dimming_level_pct": 100.0 if on else 0.0, "active_power_w": 172.0 if on else 0.4}
        rows += [(*GATEWAY[1:], f"{room.id}-lamp", point, at_ms, value, 0) for point, value in lamp.items()]
    store.write(READING, rows)


def write_verdicts(store: TimeSeries, place: Site, now_ms: int) -> None:
    """Today's verdict of every room."""
    midnight_ms = (now_ms + 8 * HOUR_MS) // (24 * HOUR_MS) * 24 * HOUR_MS - 8 * HOUR_MS
    rows: list[RowTuple] = []
    for room in _rooms(place):
        verdict, value, samples, method = _VERDICTS.get(room.id, ("insufficient_data", None, 0, "none"))
        margin = None if value is None else value - 300
        key = (place.district, place.school, room.id, RULE, midnight_ms)
        found = (verdict, value, 300.0, margin, None, 0, samples, "lx", method, "1", "mandatory", "major")
        rows.append((*key, *found, *_REASONS[verdict]))
    store.write(VERDICT_DAY, rows)


def gateway_says(sql: Engine, now_ms: int, *, yard: Literal["online", "offline"] = "offline", state: str = "online") -> None:
    """The gateway's state and health at that moment."""
    cameras = [
        CameraHealth(id="cam-gate", state="online", fps=5.02, frames=81_233, inferences=81_233, inference_ms=11.6),
        CameraHealth(id="cam-yard", state=yard, reason="no picture for 10 s" if yard == "offline" else "", fps=4.9),
    ]
    health = Health(
        at_ms=now_ms - 900,
        boot=3,
        uptime_s=93_600,
        cpu_pct=37.4,
        memory_pct=61.2,
        disk_free_mb=43_210,
        temperature_c=58.5,
        clock_offset_ms=-12.4,
        outbox_rows={"conditions": 0, "readings": 2, "evidence": 0},
        cameras=cameras,
    )
    row = {"boot": 3, "state": state, "state_at_ms": now_ms - 26 * HOUR_MS, "health_at_ms": now_ms - 800}
    row["health"] = msgspec.json.encode(health).decode()
    with transaction(sql) as connection:
        known = connection.execute(update(GATEWAYS).filter_by(**GATEWAY._asdict()).values(**row)).rowcount
        if not known:
            connection.execute(insert(GATEWAYS).values(**GATEWAY._asdict(), **row))


def say(seeded: Seeded, kind: str, source: str, *, active: bool, at_ms: int, space: str = "", **more: Any) -> None:
    """One level, applied as ingest does; `still` is the picture's bytes, `gateway` another than ours, the rest evidence."""
    data, gateway = more.pop("still", b""), more.pop("gateway", GATEWAY)
    sha256 = hashlib.sha256(data).hexdigest() if data else more.pop("still_sha256", "")
    if data:
        seeded.stills.put(sha256, data)
    condition = Condition(
        id=f"{kind}:{source}:{kind}",
        kind=kind,
        name=kind,
        source=source,
        active=active,
        at_ms=at_ms,
        since_ms=at_ms,
        space=space,
        still_sha256=sha256,
        evidence=more,
    )
    with transaction(seeded.sql) as connection:
        apply_level(connection, gateway, condition, boot=3, seq=at_ms, received_at_ms=at_ms + 120)


def refuse(sql: Engine, reason: str, payload: bytes, *, at_ms: int, whole: bool = True) -> None:
    """Something ingest would not store."""
    with transaction(sql) as connection:
        quarantine.add(
            connection, [Rejected(topic=GATEWAY.topic("readings"), reason=reason, payload=payload, whole=whole)], at_ms=at_ms
        )


def draw_still(number: int, people: int) -> bytes:
    """A drawn scene at dusk with pixelated people, as JPEG."""
    rng = np.random.default_rng(number)
    height, width = 270, 480
    picture = np.empty((height, width, 3), np.float32)
    horizon = np.linspace(0, 1, height)[:, None, None]
    picture[:] = (96, 74, 58) * (1 - horizon) + (70, 82, 88) * horizon
    cv2.rectangle(picture, (0, 60), (210, 190), (70, 88, 108), -1)
    for x in range(16, 200, 46):
        cv2.rectangle(picture, (x, 84), (x + 26, 120), (120, 190, 230) if rng.random() > 0.4 else (66, 70, 76), -1)
    cv2.fillPoly(picture, [np.array([[0, 270], [0, 200], [480, 176], [480, 270]])], (78, 92, 96))
    cv2.rectangle(picture, (300, 96), (306, 190), (44, 46, 50), -1)
    cv2.rectangle(picture, (440, 96), (446, 186), (44, 46, 50), -1)
    for y in (112, 130, 148, 166):
        cv2.line(picture, (303, y), (443, y - 2), (52, 55, 60), 2)
    for _ in range(people):
        _person(picture, int(rng.integers(230, 400)), int(rng.integers(190, 215)), rng)
    noisy = np.clip(picture + rng.normal(0, 5, picture.shape), 0, 255).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 82])[1])


def _person(picture: Any, x: int, y: int, rng: np.random.Generator) -> None:
    coat = tuple(float(c) for c in rng.integers(30, 170, 3))
    cv2.ellipse(picture, (x, y - 22), (13, 30), 0, 0, 360, coat, -1)
    cv2.circle(picture, (x, y - 62), 10, (120, 150, 190), -1)
    cv2.rectangle(picture, (x - 9, y), (x + 9, y + 40), (46, 40, 38), -1)
    part = picture[y - 80 : y + 46, x - 24 : x + 24]
    small = cv2.resize(part, (4, 10), interpolation=cv2.INTER_AREA)
    part[:] = cv2.resize(small, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_NEAREST)


def _conditions(seeded: Seeded, now_ms: int) -> None:
    for number, hours in enumerate((21, 17, 9.5, 4)):
        raised_ms = now_ms - round(hours * HOUR_MS)
        still = draw_still(number + 10, 1 + number % 2)
        say(seeded, "intrusion", "cam-gate", active=True, at_ms=raised_ms, space="gate", still=still, count=1)
        say(seeded, "intrusion", "cam-gate", active=False, at_ms=raised_ms + 17_000 * (number + 1), space="gate", count=0)
    say(seeded, "sensor_silent", "a201-lux3", active=True, at_ms=now_ms - 2 * HOUR_MS, space="a201")
    say(seeded, "sensor_silent", "a201-lux3", active=False, at_ms=now_ms - 2 * HOUR_MS + 300_000, space="a201")
    say(seeded, "lamp_failure", "b102-lamp", active=True, at_ms=now_ms - 50 * 60_000, space="b102", active_power_w=172.0)
    say(seeded, "camera_offline", "cam-yard", active=True, at_ms=now_ms - 300_000, space="yard", reason="no picture for 10 s")
    say(seeded, "intrusion", "cam-gate", active=True, at_ms=now_ms - 12_000, space="gate", still=draw_still(3, 2), count=2)


def _rooms(place: Site) -> list[Space]:
    return [space for space in place.spaces if space.kind == "classroom"]


class ShiftedClock(SystemClock):
    """The machine's clock, shifted so that it began at an hour of the school's day."""

    def __init__(self, hour: float | None) -> None:
        real_ms = SystemClock().now_ms()
        wanted_ms = 0 if hour is None else round((hour - 8) * HOUR_MS)
        self._shift_ms = 0 if hour is None else (wanted_ms - real_ms) % (24 * HOUR_MS)

    def now_ms(self) -> int:
        """Shifted."""
        return super().now_ms() + self._shift_ms


async def _serve(port: int, folder: Path, *, calm: bool, hour: float | None) -> None:
    clock = ShiftedClock(hour)
    seeded = empty(folder, clock) if calm else seed(folder, clock)
    app = create_app(seeded.view())

    async def live_on() -> None:
        while True:
            now_ms = clock.now_ms()
            if not calm:
                write_now(seeded.store, seeded.site, now_ms)
                gateway_says(seeded.sql, now_ms)
            await clock.sleep(1)

    async with asyncio.TaskGroup() as group:
        group.create_task(live_on())
        group.create_task(serve(app, claim_port("127.0.0.1", port)))


def _main() -> None:
    import argparse
    import tempfile

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8330)
    parser.add_argument("--hour", type=float, help="begin at this hour of the school's day instead of now")
    parser.add_argument("--empty", action="store_true", help="before the first message")
    given = parser.parse_args(namespace=SimpleNamespace())
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_serve(given.port, Path(folder), calm=given.empty, hour=given.hour))


if __name__ == "__main__":
    _main()
