"""What the generated dashboards promise, whatever their panels show."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any, get_args

import pytest

from compliance.verdicts import Verdict
from dashboards import words
from dashboards.build import DASHBOARDS, dashboard_json, files, write_files
from dashboards.settings import DashboardSettings, RuleNote
from dashboards.style import GRAFANA_UNITS
from dashboards.words import GAP_HEADS, LANGUAGES, METHODS, PRIORITIES, TAGS, TEXTS, VERDICTS, Language, Words
from lamplighter.contract.conditions import CONDITION_KINDS, Priority
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.measurements import MEASUREMENTS
from lamplighter.contract.points import POINTS

pytestmark = pytest.mark.unit

RULE = RuleNote(id="LGT-021", zh="课桌面照度", en="desk illuminance")
SETTINGS = DashboardSettings(rules=(RULE,))
EVERY = [(name, language) for name in DASHBOARDS for language in LANGUAGES]
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _panels(name: str, language: Any) -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = dashboard_json(name, language, SETTINGS)["panels"]
    return panels


def _cells(panel: dict[str, Any]) -> set[tuple[int, int]]:
    place = panel["gridPos"]
    return {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_no_panel_overlaps_another_or_leaves_the_page(name: str, language: str) -> None:
    panels = _panels(name, language)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)
    assert [(a["title"], b["title"]) for a, b in combinations(panels, 2) if _cells(a) & _cells(b)] == []


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_line_and_timeline_has_a_legend(name: str, language: str) -> None:
    drawn = [panel for panel in _panels(name, language) if panel["type"] in ("timeseries", "state-timeline")]
    assert drawn
    assert all(panel["options"]["legend"]["showLegend"] for panel in drawn)


@pytest.mark.parametrize("name", sorted(DASHBOARDS))
def test_each_language_says_everything_in_its_own_words(name: str) -> None:
    for panel in _panels(name, "en"):
        assert not _CHINESE.search(json.dumps(panel, ensure_ascii=False)), panel["title"]
    for panel in _panels(name, "zh"):
        assert _CHINESE.search(panel["title"]), panel["title"]


def _columns(panel: dict[str, Any]) -> list[dict[str, Any]]:
    """What holds of each named column: the last property of a kind wins."""
    return [
        {row["id"]: row["value"] for row in override["properties"]}
        for override in panel.get("fieldConfig", {}).get("overrides", ())
    ]


@pytest.mark.parametrize("name", sorted(DASHBOARDS))
def test_a_chinese_head_of_a_table_fits_its_column_on_one_line(name: str) -> None:
    narrow = [
        (panel["title"], column["displayName"])
        for panel in _panels(name, "zh")
        if panel["type"] == "table"
        for column in _columns(panel)
        if {"displayName", "custom.width"} <= column.keys() and 14 * len(column["displayName"]) + 16 > column["custom.width"]
    ]
    assert narrow == [], "14 px a character; Grafana leaves room for a second line at spaces only"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gap_in_percentage_points_is_shown_without_a_percent_sign(language: Language) -> None:
    gap = {field.name: field for field in MEASUREMENTS["equity_day"].fields}["gap"]
    heads = {Words(gap.zh, gap.en).say(language), GAP_HEADS["gap"].say(language)}
    shown = [column for panel in _panels("inspector", language) for column in _columns(panel) if column.get("displayName") in heads]
    assert [column["unit"] for column in shown] == ["none"] * 3


@pytest.mark.parametrize("name", sorted(DASHBOARDS))
def test_both_languages_ask_the_same(name: str) -> None:
    asked = [[target["query"] for panel in _panels(name, lang) for target in panel.get("targets", ())] for lang in LANGUAGES]
    assert [text.replace("reason_zh", "reason_en") for text in asked[0]] == asked[1]


def test_the_share_judged_stands_wherever_the_share_passing_stands() -> None:
    asked = [target["query"] for panel in _panels("lighting", "en") for target in panel.get("targets", ())]
    scores = [query for query in asked if '"share"' in query]
    assert len(scores) >= 5
    assert all('"coverage"' in query for query in scores)


def test_raw_readings_are_asked_for_one_device_and_a_short_time_only() -> None:
    raw = [
        (panel, target["query"])
        for panel in _panels("lighting", "en")
        for target in panel.get("targets", ())
        if 'FROM "reading"' in target["query"]
    ]
    assert raw
    assert all("\"device\" = '$device'" in query and panel["timeFrom"] == "6h" for panel, query in raw)


def test_each_rule_is_shown_with_its_source() -> None:
    texts = [panel["options"]["content"] for panel in _panels("lighting", "en") if panel["type"] == "text"]
    assert any("LGT-021" in text and "desk illuminance" in text for text in texts)


def test_every_unit_of_the_contract_has_one_of_grafanas() -> None:
    units = {field.unit for row in MEASUREMENTS.values() for field in row.fields} | {point.symbol for point in POINTS.values()}
    assert units <= set(GRAFANA_UNITS)


def test_every_stored_word_has_words_in_both_languages() -> None:
    assert set(VERDICTS) == set(get_args(Verdict.__annotations__["verdict"]))
    assert set(get_args(Verdict.__annotations__["method"])) <= set(METHODS)
    assert set(PRIORITIES) == set(get_args(Priority))
    assert {tag for row in MEASUREMENTS.values() for tag in row.tags} <= set(TAGS)
    shown = json.dumps(_panels("security", "zh"), ensure_ascii=False)
    assert all(kind.zh in shown for kind in CONDITION_KINDS.values())


def test_no_word_is_left_that_nothing_shows() -> None:
    source = "".join(path.read_text("utf-8") for path in Path(words.__file__).parent.glob("*.py") if path.name != "words.py")
    assert [key for key in TEXTS if f'"{key}"' not in source and not key.endswith("_note") and key not in DASHBOARDS] == []


def test_the_same_settings_give_the_same_bytes_with_sorted_keys() -> None:
    made = files(SETTINGS)
    assert made == files(SETTINGS)
    for text in made.values():
        assert text == json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_one_language_can_be_built_alone() -> None:
    made = files(SETTINGS.model_copy(update={"languages": ("zh",)}))
    assert [path for path in made if path.endswith("-en.json")] == []
    assert "lamplighter-lighting-en" not in "".join(made.values())


def test_buckets_and_addresses_are_those_of_the_settings(tmp_path: Path) -> None:
    changed = SETTINGS.model_copy(
        update={"raw_bucket": "one", "rollup_bucket": "two", "influxdb_url": "http://store:1", "token_file": tmp_path / "token"}
    )
    sources = json.loads(files(changed)["provisioning/datasources/lamplighter.yaml"])["datasources"]
    assert [(source["jsonData"]["dbName"], source["url"]) for source in sources] == [
        ("one", "http://store:1"),
        ("two", "http://store:1"),
    ]
    assert {source["secureJsonData"]["httpHeaderValue1"] for source in sources} == {f"Token $__file{{{tmp_path / 'token'}}}"}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "dashboards").write_text("a file where a folder must be", "utf-8")
    with pytest.raises(SettingsError, match="cannot be written"):
        write_files(tmp_path, SETTINGS)
