"""A city's ledger as a workbook and back: 1,800 schools with 19,000 rooms, their classes, luminaires, kitchens and equipment.

    python -m bench.ledger_workbook [--rooms 19000] [--schools 1800] [--json]

Exit code 1 where what comes back is not what went in.
"""

import argparse
import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from compliance.ledger.reading import sites_of
from compliance.ledger.tables import tables_of
from compliance.ledger.workbook import read_workbook, write_workbook
from lamplighter.runtime.clock import SystemClock
from lamplighter.site.model import Site

LABEL: Final = {"zh": "甲", "en": "One"}


def school(number: int, rooms: int) -> Site:
    """A primary school with so many classrooms and a kitchen."""
    names = [f"r{room}" for room in range(rooms)]
    content: dict[str, Any] = {
        "district": f"d{number % 16}",
        "school": f"s{number}",
        "label": LABEL,
        "profile": {"stages": ["primary"], "enrolment": 40 * rooms},
        "spaces": [
            *({"id": name, "building": "a", "label": LABEL, "area_m2": 63.5, "places": 45} for name in names),
            {"id": "k", "building": "c", "kind": "kitchen", "label": LABEL, "camera_places": ["cooking", "washing"]},
        ],
        "classes": [
            {"id": f"c{room}", "stage": "primary", "grade": 1 + room % 6, "pupils": 40, "space": name}
            for room, name in enumerate(names)
        ],
        "luminaires": [
            {"id": f"l{room}", "space": name, "count": 9, "power_w": 36.0, "certificate": {"number": "C1", "on": "2026-01-02"}}
            for room, name in enumerate(names)
        ],
        "kitchens": [{"space": "k", "meals_a_day": 400}],
        "equipment": [{"id": f"e{room}", "space": name, "kind": "interactive_display"} for room, name in enumerate(names)],
    }
    return Site.model_validate(content)


def measure(schools: int, rooms: int) -> dict[str, Any]:
    """Seconds of CPU and of the clock out and in, the largest memory in MB, and whether the same ledger came back."""
    sites = tuple(school(number, rooms // schools + (number < rooms % schools)) for number in range(schools))
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "city.xlsx"
        began, cpu = clock.monotonic(), _cpu_s()
        write_workbook(path, tables_of(sites))
        out, out_cpu = clock.monotonic(), _cpu_s()
        same = sites_of(read_workbook(path)) == sites
        back, back_cpu = clock.monotonic(), _cpu_s()
        size_mb = path.stat().st_size / 1e6
    return {
        "rooms": sum(len(site.classes) for site in sites),
        "schools": schools,
        "workbook_mb": round(size_mb, 1),
        "write_s": round(out - began, 1),
        "write_cpu_s": round(out_cpu - cpu, 1),
        "read_s": round(back - out, 1),
        "read_cpu_s": round(back_cpu - out_cpu, 1),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "same": same,
    }


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooms", type=int, default=19_000)
    parser.add_argument("--schools", type=int, default=1800)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measure(asked.schools, asked.rooms)
    sys.stdout.write(json.dumps(found) + "\n" if asked.json else "".join(f"{key}: {value}\n" for key, value in found.items()))
    return 0 if found["same"] else 1


if __name__ == "__main__":
    sys.exit(main())
