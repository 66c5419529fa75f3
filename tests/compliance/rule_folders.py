"""Folders of real input files about one rule, made without the engine: what a school would hand in."""

import csv
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import tomli_w

from compliance.rules import Rule

KINDS: Final = ("corridor", "classroom", "computer_room", "stair", "dormitory", "canteen", "kitchen", "laboratory")
HERTZ: Final = {"LGT-010": 100, "LGT-010A": 50, "LGT-010B": 10}
PLANES_M: Final = {"desk": 0.75, "board": 1.5, "plane": 0.75, "floor": 0.0}
PEOPLE: Final = {"MAN-003": 80, "MAN-003L": 2000}
STAGES: Final = {"AIR-003J": "junior", "AIR-003S": "senior", "EQT-002": "junior"}
TEN_MINUTES: Final = timedelta(minutes=10)


SENSED: Final[dict[str, Any]] = {
    "devices": [
        {"id": "lux1", "gateway": "g1", "space": "r-classroom", "kind": "light_sensor"},
        {"id": "lamp1", "gateway": "g1", "space": "r-classroom", "kind": "luminaire"},
    ],
    "calibrations": [{"device": "lux1", "factor": 1.8, "at": date(2026, 9, 10)}],
}
"""What a site has for ceiling sensors to speak."""


def day_for(rule: Rule) -> date:
    """A Friday with lessons on which the rule, or the draft of it, is in force."""
    return date(2026, 10, 30) if rule.effective_to is not None else date(2026, 11, 20)


def subject_of(rule: Rule) -> str:
    """The subject the folder's evidence is about."""
    if rule.subject == "space":
        return room_of(rule.applies_to[0])
    if rule.subject == "camera":
        return "cam-kitchen" if rule.applies_to else "cam-corridor"
    return "s1"


def room_of(kind: str) -> str:
    return "r-" + kind.replace("_", "-")


def write_site(folder: Path, rule: Rule, **changed: Any) -> None:
    """A school with a room of each kind, an air sensor in the classroom, two cold devices, two cameras."""
    label = {"zh": "某", "en": "some"}
    profile = {
        "stages": [STAGES.get(rule.id, "primary")],
        "enrolment": 900,
        "people": PEOPLE.get(rule.id, 950),
        "counter_terrorism_target": rule.id == "VID-002",
    }
    document: dict[str, Any] = {
        "district": "d1",
        "school": "s1",
        "label": label,
        "jurisdictions": ["CN", "CN-BJ", "EU"],
        "limits": {"video_delete_after_d": 60},
        "profile": profile,
        "spaces": [{"id": room_of(kind), "building": "a", "kind": kind, "label": label} for kind in KINDS],
        "devices": [
            {"id": "air1", "gateway": "g1", "space": room_of("classroom"), "kind": "air_sensor"},
            {"id": "bulb1", "gateway": "g1", "space": room_of("classroom"), "kind": "luminaire"},
            {"id": "cold1", "gateway": "g1", "space": room_of("kitchen"), "kind": "refrigerator"},
            {"id": "ice1", "gateway": "g1", "space": room_of("kitchen"), "kind": "freezer"},
        ],
        "cameras": [
            {"id": f"cam-{kind}", "gateway": "g1", "space": room_of(kind), "label": label} for kind in ("corridor", "kitchen")
        ],
    }
    kept = {name: value for name, value in (document | changed).items() if value is not None}
    (folder / "site.toml").write_text(tomli_w.dumps(kept), "utf-8")


def write_evidence(folder: Path, rule: Rule, value: float) -> None:
    """The file that the rule's evidence comes in, stating the value."""
    if rule.subject == "district":
        _write_equity(folder, rule, value)
    elif rule.about.source == "grid":
        _write_survey(folder, rule, value)
    elif rule.about.source == "record":
        _write_document(folder, rule, value)
    else:
        write_readings(folder, rule, lambda _: value)


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _write_survey(folder: Path, rule: Rule, value: float) -> None:
    surface = rule.about.surface or "desk"
    count = rule.min_samples
    lux = [value] * count
    if rule.about.statistic == "uniformity":  # one point so far below the others that minimum / average is the value
        lux = [400.0] * (count - 1)
        lux.append(value * sum(lux) / (count - value))
    head = ["s-1", subject_of(rule), "2026-09-10T11:00:00Z", surface, PLANES_M[surface], 20]
    head += ["yes", "yes", "1", "M1", "2027-03-01", "t1"]
    rows = [[*head, 1 + 2 * (i % 3), 1 + 2 * (i // 3), lx, 0] for i, lx in enumerate(lux)]
    names = (
        "survey space time surface plane_height_m warm_up_min curtains_drawn board_lamps_on meter_class meter_serial "
        "meter_calibrated_until tester x_m y_m lx lamps_off_lx"
    )
    _write(folder / "surveys.csv", names.split(), rows)


def _write_document(folder: Path, rule: Rule, value: float) -> None:
    on = day_for(rule) - timedelta(days=10)
    row = ["d-1", rule.method_required, subject_of(rule), rule.metric, value, on, HERTZ.get(rule.id, ""), "report 7"]
    _write(folder / "documents.csv", ["id", "method", "subject", "metric", "value", "on", "frequency_hz", "source"], [row])


def write_readings(folder: Path, rule: Rule, value_at: Callable[[int], float]) -> None:
    """A reading in every piece of the rule's window, of the first piece, the second ...."""
    window = rule.window
    assert window is not None
    devices = {None: subject_of(rule), "air_sensor": "air1", "refrigerator": "cold1", "freezer": "ice1", "luminaire": "bulb1"}
    step = timedelta(minutes=window.check_min)
    start = datetime(*day_for(rule).timetuple()[:3], tzinfo=UTC) - timedelta(hours=8, days=window.days - 1)
    times = [start + number * step for number in range(round(timedelta(days=window.days) / step))]
    device = devices[window.device_kind]
    rows = [[at.isoformat(), device, window.point, value_at(number), "good"] for number, at in enumerate(times)]
    _write(folder / "readings.csv", ["time", "device", "point", "value", "quality"], rows)


def _write_equity(folder: Path, rule: Rule, value: float) -> None:
    """Resources whose coefficient of variation is the value; or a safety index whose one is greater by it than it was before."""
    stage = rule.only.stages[0] if rule.only else ""
    if rule.metric == "resource_variation":
        _write_index(folder / "equity" / "rooms.csv", value, stage)
    else:
        _write_index(folder / "equity" / "safety.csv", 0.3 + value, stage)
        _write_index(folder / "equity" / "before" / "safety.csv", 0.3, stage)


def _write_index(path: Path, variation: float, stage: str) -> None:
    """Two schools of equal size at mean x (1 - v) and mean x (1 + v): their coefficient of variation is v."""
    rows = [["one", 1000, 1000 * (1 - variation), stage, "c1"], ["two", 1000, 1000 * (1 + variation), stage, "c1"]]
    _write(path, ["school", "enrolment", "value", "stage", "county"], rows)


def write_sensors(folder: Path, rule: Rule, lux: float, *, days: int) -> None:
    """Mornings with the lamps on, the last of them the rule's day; three readings in ten minutes."""
    rows: list[list[object]] = []
    for back in range(days):
        start = datetime(*day_for(rule).timetuple()[:3], 1, tzinfo=UTC) - timedelta(days=back)
        for number in range(36):
            at = (start + number * timedelta(seconds=200)).isoformat()
            readings = (("lux1", "illuminance_lx", lux), ("lamp1", "dimming_level_pct", 100), ("lamp1", "active_power_w", 300))
            rows += [[at, device, point, value, "good"] for device, point, value in readings]
    _write(folder / "readings.csv", ["time", "device", "point", "value", "quality"], rows)
