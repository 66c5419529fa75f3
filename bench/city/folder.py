"""A drawn school's files, as docs/compliance.md describes them."""

import csv
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import tomli_w

BEIJING: Final = timezone(timedelta(hours=8))
READINGS: Final = ("time", "device", "point", "value", "quality")
SURVEYS: Final = (
    *("survey", "space", "time", "surface", "plane_height_m", "warm_up_min", "curtains_drawn", "board_lamps_on"),
    *("uncertainty_pct", "meter_class", "meter_serial", "meter_calibrated_until", "tester", "x_m", "y_m", "lx", "lamps_off_lx"),
)
DOCUMENTS: Final = ("id", "method", "subject", "metric", "value", "on", "uncertainty", "source")


@dataclass
class Papers:
    """What the school hands in, as it is drawn."""

    school: str
    site: dict[str, Any]
    readings: list[tuple[str, str, str, str, str]] = field(default_factory=list)
    surveys: list[tuple[object, ...]] = field(default_factory=list)
    documents: list[tuple[object, ...]] = field(default_factory=list)

    def read(self, device: str, point: str, values: Mapping[datetime, float], quality: str = "good") -> None:
        """Readings of a point."""
        self.readings += [
            (at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), device, point, f"{value:.6g}", quality)
            for at, value in values.items()
        ]

    def survey(self, name: str, space: str, *, on: date, surface: str, points: Sequence[tuple[float, float]], pct: float) -> None:
        """A grid survey: (lamps on, lamps off) in lux for each point."""
        at = datetime(on.year, on.month, on.day, 19, tzinfo=BEIJING).isoformat()
        height = {"desk": 0.75, "board": 1.5}[surface]
        head = (name, space, at, surface, height, 20, "yes", "yes", f"{pct:.2f}", "1", "M-7", "2027-06-30", "tester-1")
        self.surveys += [
            (*head, 1 + 2 * (number % 3), 1 + 2 * (number // 3), f"{lx:.4f}", f"{off:.4f}")
            for number, (lx, off) in enumerate(points)
        ]

    def document(self, method: str, subject: str, *, metric: str, value: float, on: date, uncertainty: float | None = None) -> None:
        """A stated fact."""
        name = f"d-{len(self.documents)}"
        stated = "" if uncertainty is None else f"{uncertainty:.6g}"
        self.documents.append((name, method, subject, metric, f"{value:.6g}", on, stated, f"report {name}"))

    def write(self, folder: Path, shuffle: random.Random) -> None:
        """Every file; readings in no order, some of them twice, as files from several gateways are."""
        folder.mkdir(parents=True)
        (folder / "site.toml").write_text(tomli_w.dumps(self.site), "utf-8")
        lines = [*self.readings, *shuffle.sample(self.readings, len(self.readings) // 50)]
        shuffle.shuffle(lines)
        _write(folder / "readings.csv", READINGS, lines)
        _write(folder / "surveys.csv", SURVEYS, self.surveys)
        _write(folder / "documents.csv", DOCUMENTS, self.documents)


def moments(day: date, hours: Sequence[float]) -> list[datetime]:
    """Local hours of a day as moments."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    return [midnight + timedelta(seconds=round(hour * 3600)) for hour in hours]


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
