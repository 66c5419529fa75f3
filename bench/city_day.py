"""One day of a whole city: windows from a real InfluxDB, verdicts, documents hashed and chained, every level's roll-up written.

    python -m bench.city_day [--rooms 19000] [--schools 1800] [--json]

The city is drawn and loaded by a process of its own; what is timed is the day's round of `compliance.service.Verdicts`, as the
server runs it after midnight, with the history in SQLite. What the lamps gave (`light_...`), no verdict, is looked at after it and
timed apart. Exit code 1 where the round takes 120 s or 1.5 GB, or leaves something out.
"""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

import psutil

from lamplighter.contract.measurements import (
    EQUITY_DAY,
    PLACE_SCORE_DAY,
    READING,
    ROOM_10MIN,
    ROOM_LIGHT_DAY,
    VERDICT_DAY,
    WORST_DAY,
    RowTuple,
)
from lamplighter.runtime.clock import FakeClock, SystemClock
from lamplighter.site.model import Site
from lamplighter.storage.timeseries.influxdb import InfluxDbStore
from lamplighter.storage.timeseries.influxdb_http import InfluxDbSettings

DAY: Final = date(2026, 11, 19)
RULES: Final = frozenset(
    {"LGT-021", "LGT-022", "LGT-002", "LGT-005", "LGT-003", "LGT-004", "LGT-006", "LGT-007", "LGT-027", "AIR-002"}
)
"""Ten rules about classrooms: ceiling sensors, surveys, documents, certificates, air."""
MIDNIGHT_MS: Final = 1_795_017_600_000
"""2026-11-19 in Beijing."""
LESSONS_MS: Final = tuple(
    MIDNIGHT_MS + hour * 3_600_000 + window * 600_000 for hour in (8, 9, 10, 11, 14, 15, 16) for window in range(6)
)
DISTRICTS: Final = 16
LEVELS: Final = {"school", "district", "city"}
MOST_S: Final = 120.0
MOST_MB: Final = 1500.0


def district(number: int) -> str:
    """The district of a school."""
    return f"district-{number % DISTRICTS:02d}"


def site_of(number: int, rooms: int) -> Site:
    """A school of so many classrooms: each with a light sensor, a lamp, an air sensor, a survey of the desks, two papers."""
    names = [f"r{room:02d}" for room in range(rooms)]
    label = {"zh": "某", "en": "some"}
    kinds = (("lux", "light_sensor"), ("lamp", "luminaire"), ("air", "air_sensor"))
    survey = {
        "at": "2026-09-20T19:00:00+08:00",
        "plane_height_m": 0.75,
        "warm_up_min": 20,
        "curtains_drawn": True,
        "uncertainty_pct": 5.0,
        "meter_serial": "M-7",
        "meter_calibrated_until": "2027-06-30",
        "tester": "tester-1",
        "points": [{"x_m": 1 + 2 * (i % 3), "y_m": 1 + 2 * (i // 3), "lx": 310.0 + number % 40 + i} for i in range(9)],
    }
    papers = (("ugr", "survey", 17.0), ("lamp_cri_ra", "certificate", 85.0))
    return Site.model_validate(
        {
            "district": district(number),
            "school": f"school-{number:04d}",
            "label": label,
            "profile": {"stages": ["primary"], "enrolment": 40 * rooms, "locality": "rural" if number % 4 == 0 else "urban"},
            "calendar": {"terms": [{"first": "2026-09-01", "last": "2027-01-22"}]},
            "spaces": [{"id": name, "building": "a", "label": label} for name in names],
            "devices": [
                {"id": f"{name}-{end}", "gateway": "g1", "space": name, "kind": kind} for name in names for end, kind in kinds
            ],
            "calibrations": [
                {"device": f"{name}-lux", "factor": 1.8, "at": "2026-09-12", "uncertainty_pct": 8.0} for name in names
            ],
            "surveys": [survey | {"id": f"{name}-s", "space": name} for name in names[number % 3 :]],
            "documents": [
                {"id": f"{name}-{metric}"[:48], "method": method, "subject": name, "metric": metric, "value": value}
                | {"on": "2026-09-20", "source": "report"}
                for name in names
                for metric, method, value in papers
            ],
        }
    )


def sites_of(schools: int, rooms: int) -> Iterator[Site]:
    """Schools with so many rooms together, as even as can be."""
    for number in range(schools):
        yield site_of(number, rooms // schools + (number < rooms % schools))


def readings_of(site: Site, chance: random.Random) -> Iterator[RowTuple]:
    """The lessons of the day: light three times in ten minutes, lamps and air once; lamps go off twice, somewhere in a window."""
    for space in site.spaces:
        base = chance.uniform(150, 260)
        for at in chance.sample(LESSONS_MS, 2):
            late = at + chance.randrange(60_000, 540_000)
            yield (site.school, "g1", f"{space.id}-lamp", "dimming_level_pct", late, 0.0, 0)
            yield (site.school, "g1", f"{space.id}-lamp", "active_power_w", late, 0.0, 0)
        for at in LESSONS_MS:
            for late in (0, 200_000, 400_000):
                yield (
                    site.school,
                    "g1",
                    f"{space.id}-lux",
                    "illuminance_lx",
                    at + late,
                    round(base * chance.uniform(0.97, 1.03), 1),
                    0,
                )
            yield (site.school, "g1", f"{space.id}-lamp", "dimming_level_pct", at, 100.0, 0)
            yield (site.school, "g1", f"{space.id}-lamp", "active_power_w", at, 300.0, 0)
            yield (site.school, "g1", f"{space.id}-air", "co2_ppm", at, round(chance.uniform(500, 1400)), 0)


def load(store: InfluxDbStore, schools: int, rooms: int) -> int:
    """Write the city's readings; how many."""
    chance = random.Random(3)  # noqa: S311 a drawn city, no secret
    batch: list[RowTuple] = []
    count = 0
    for site in sites_of(schools, rooms):
        batch += readings_of(site, chance)
        if len(batch) >= 200_000:
            store.write(READING, batch)
            count, batch = count + len(batch), []
    store.write(READING, batch)
    return count + len(batch)


def judge(store: InfluxDbStore, folder: Path, schools: int, rooms: int, *, server: psutil.Process) -> dict[str, Any]:
    """The day's round: what it took here and in the server, and what it left."""
    from compliance.history.book import chain_names
    from compliance.history.keys import make_key
    from compliance.history.live import History, HistorySettings
    from compliance.packs import load_packs
    from compliance.service import Verdicts
    from lamplighter.runtime.interpreter import collect_seldom, take_quick_turns
    from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, snapshot

    collect_seldom()
    take_quick_turns()
    rules = tuple(rule for rule in load_packs() if rule.id in RULES and rule.in_force(DAY))
    sql = open_sql(SqlSettings(url=f"sqlite:///{folder / 'history.sqlite'}"))
    migrate(sql)
    key = folder / "history.pem"
    make_key(key)
    clock = FakeClock(MIDNIGHT_MS + 24 * 3_600_000 + 600_000)
    sites = list(sites_of(schools, rooms))
    history = History(sql, HistorySettings(key_file=key), clock)
    verdicts = Verdicts(sites, rules, store=store, clock=clock, history=history)
    asked = verdicts.on([DAY])
    with _timed(server) as light_took:
        verdicts.look_at_light(asked)
    with _timed(server) as took:
        counts = verdicts.judge(asked)
    span = {"start_ms": MIDNIGHT_MS, "end_ms": MIDNIGHT_MS + 86_400_000}
    with snapshot(sql) as connection:
        chained = len(chain_names(connection)) - 1
    sql.dispose()
    return {
        "rules": len(rules),
        "verdicts": dict(counts),
        **took,
        **{f"light_{name}": value for name, value in light_took.items()},
        "documents_chained": chained,
        # By district: a count over all 190,000 series at once can outlast the wait for an answer.
        "stored_verdicts": sum(store.count(VERDICT_DAY, where={"district": district(n)}, **span) for n in range(DISTRICTS)),
        "room_windows": store.count(ROOM_10MIN, where={}, **span),
        "place_scores": store.counts(PLACE_SCORE_DAY, tag="level", where={}, **span),
        "worst_rooms": store.counts(WORST_DAY, tag="level", where={}, **span),
        "gaps": store.counts(EQUITY_DAY, tag="level", where={}, **span),
        "light_rows": store.count(ROOM_LIGHT_DAY, where={}, **span),
    }


def faults_of(found: dict[str, Any], schools: int, rooms: int) -> list[str]:
    """What the round promised and did not keep."""
    promised = {
        f"under {MOST_S:.0f} s": found["wall_s"] < MOST_S,
        f"under {MOST_MB:.0f} MB": found["rss_mb"] < MOST_MB,
        "ten verdicts a room": found["stored_verdicts"] == 10 * rooms == sum(found["verdicts"].values()),
        "a document a school": found["documents_chained"] == schools,
        "every room's windows": found["room_windows"] == rooms * len(LESSONS_MS),
        "every level": all(found[rows].keys() == LEVELS for rows in ("place_scores", "worst_rooms", "gaps")),
        "what every room's lamps gave": found["light_rows"] == rooms,
    }
    return [promise for promise, kept in promised.items() if not kept]


@contextmanager
def _timed(server: psutil.Process) -> Iterator[dict[str, float]]:
    """Wall time, processor time of both processes, and the most memory this one has held so far: known at the end."""
    watch, took = SystemClock(), dict[str, float]()
    started_s, ours, theirs = watch.monotonic(), time.process_time(), sum(server.cpu_times()[:2])
    yield took
    took["wall_s"] = round(watch.monotonic() - started_s, 1)
    took["python_cpu_s"] = round(time.process_time() - ours, 1)
    took["influxd_cpu_s"] = round(sum(server.cpu_times()[:2]) - theirs, 1)
    took["rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _phase(name: str, options: argparse.Namespace, folder: Path, server: Any) -> dict[str, Any]:
    """Run a phase in a process of its own; its answer."""
    command = [sys.executable, "-m", "bench.city_day", "--phase", name, "--folder", str(folder), "--url", server.url]
    command += ["--token-file", str(server.token_file), "--rooms", str(options.rooms), "--schools", str(options.schools)]
    command += ["--pid", str(server.process.pid)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _inside(options: argparse.Namespace) -> dict[str, Any]:
    store = InfluxDbStore(InfluxDbSettings(url=options.url, token_file=options.token_file, raw_days=0, timeout_s=120))
    try:
        if options.phase == "load":
            return {"readings": load(store, options.schools, options.rooms)}
        return judge(store, options.folder, options.schools, options.rooms, server=psutil.Process(options.pid))
    finally:
        store.close()


def _measure(options: argparse.Namespace, path: str) -> dict[str, Any]:
    from tests.servers import influxdb

    with tempfile.TemporaryDirectory() as name:
        server = influxdb.start(path, Path(name))
        if server.process is None:
            raise ValueError("the server runs elsewhere: its processor time cannot be read")
        try:
            loaded = _phase("load", options, Path(name), server)
            found = _phase("judge", options, Path(name), server)
        finally:
            server.process.kill()
    size = {"rooms": options.rooms, "schools": options.schools, **loaded}
    return {**size, **found, "load_1min": round(os.getloadavg()[0], 1), "faults": faults_of(found, options.schools, options.rooms)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", type=int, default=19_000)
    parser.add_argument("--schools", type=int, default=1_800)
    parser.add_argument("--json", action="store_true", help="one line")
    for name in ("--phase", "--url"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--pid", type=int, help=argparse.SUPPRESS)
    for name in ("--folder", "--token-file"):
        parser.add_argument(name, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.phase:
        print(json.dumps(_inside(options)))
        return 0
    path = shutil.which("influxd")
    if path is None:
        parser.error("influxd is not on PATH; install InfluxDB 2.x")
    found = _measure(options, path)
    print(json.dumps(found, indent=None if options.json else 2))
    return 0 if not found["faults"] else 1


if __name__ == "__main__":
    sys.exit(main())
