"""Places that require a camera: covered, not covered, and what nobody can say."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from compliance.files.folder import read_folder
from compliance.files.score import Days, score_folder
from compliance.packs import load_packs
from compliance.verdicts import Verdict

pytestmark = pytest.mark.unit

FRIDAY = date(2026, 11, 20)
START = datetime(2026, 11, 19, 16, tzinfo=UTC)
LABEL = {"zh": "某", "en": "some"}
RULES = tuple(rule for rule in load_packs() if rule.id in {"KIT-001", "VID-009"})


def verdicts(folder: Path, places: dict[str, str | None], online: dict[str, float | None], **figure: float) -> dict[str, Verdict]:
    """By rule. `places` gives a camera to each place, `online` what each camera said all day, `figure` what a file states."""
    label = {"label": LABEL, "building": "a"}
    site: dict[str, Any] = {
        "district": "d1",
        "school": "s1",
        "label": LABEL,
        "spaces": [
            {"id": "k1", "kind": "kitchen", "camera_places": list(places), **label},
            {"id": "gate", "kind": "outside_gate", "camera_places": ["road"], **label},
        ],
        "cameras": [
            *(
                {"id": name, "gateway": "g1", "space": "k1", "place": place, "label": LABEL}
                for place, name in places.items()
                if name
            ),
            {"id": "gate1", "gateway": "g1", "space": "gate", "place": "road", "label": LABEL},
        ],
    }
    (folder / "site.toml").write_text(tomli_w.dumps(site), "utf-8")
    with (folder / "readings.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("time", "device", "point", "value", "quality"))
        for number in range(144):
            at = (START + number * timedelta(minutes=10)).isoformat()
            writer.writerows((at, name, "online", value, "good") for name, value in online.items() if value is not None)
            writer.writerows((at, "k1", point, value, "good") for point, value in figure.items())
    return {
        one.rule: one for one in score_folder(read_folder(folder), RULES, Days(FRIDAY, FRIDAY)) if one.verdict != "not_applicable"
    }


CASES: dict[str, tuple[dict[str, str | None], dict[str, float | None], str, float | None]] = {
    "all watched": ({"cooking": "c1", "washing": "c2"}, {"c1": 1, "c2": 1}, "pass", 100.0),
    "one off line": ({"cooking": "c1", "washing": "c2"}, {"c1": 1, "c2": 0}, "fail", 50.0),
    "one silent": ({"cooking": "c1", "washing": "c2"}, {"c1": 1, "c2": None}, "insufficient_data", None),
    "one without a camera": ({"cooking": "c1", "washing": None}, {"c1": 1}, "fail", 50.0),
    "one without a camera, the other silent": ({"cooking": "c1", "washing": None}, {"gate1": 1}, "fail", 50.0),
    "no camera at all": ({"cooking": None, "washing": None}, {"gate1": 1}, "fail", 0.0),
}


@pytest.mark.parametrize("case", CASES)
def test_a_kitchens_places(tmp_path: Path, case: str) -> None:
    places, online, verdict, value = CASES[case]
    found = verdicts(tmp_path, places, online)["KIT-001"]
    assert (found.verdict, found.value) == (verdict, value)


@pytest.mark.parametrize(("online", "verdict"), [(1.0, "pass"), (0.0, "fail"), (None, "insufficient_data")])
def test_a_schools_places_outside_kitchens(tmp_path: Path, online: float | None, verdict: str) -> None:
    assert verdicts(tmp_path, {"cooking": "c1"}, {"gate1": online, "c1": 0})["VID-009"].verdict == verdict


def test_what_a_file_states_goes_before_what_follows_from_cameras(tmp_path: Path) -> None:
    found = verdicts(tmp_path, {"cooking": "c1"}, {"c1": 1}, kitchen_places_covered_pct=75.0)["KIT-001"]
    assert (found.verdict, found.value) == ("fail", 75.0)


def test_a_kitchen_whose_places_nobody_named_is_not_judged(tmp_path: Path) -> None:
    assert verdicts(tmp_path, {}, {"gate1": 1})["KIT-001"].verdict == "insufficient_data"
