"""What a rule pack may say."""

from datetime import date
from pathlib import Path

import pytest

from compliance.metrics import METRICS
from compliance.packs import SHIPPED_DIR, choose_packs, load_packs
from compliance.standards_page import standards_page
from lamplighter.contract.errors import SettingsError

pytestmark = pytest.mark.unit

SAMPLE = """
[[rules]]
id = "LGT-900"
version = "1"
effective_from = 2025-01-01
jurisdiction = "CN-BJ"
title_zh = "课桌面"
title_en = "Desks"
applies_to = ["classroom"]
metric = "desk_illuminance_average"
comparator = ">="
threshold = 300
unit = "lx"
min_samples = 9
method_required = "survey"
survey = "desk_grid"
strength = "should"
severity = "major"
citation = { text = "gbt50034-2024", clause = "table 5.3.8", certainty = "V" }
"""
OWN_TERMS = """
[surveys.own]
warm_up_min = 15
curtains_drawn = true
plane_low_m = 0.5
plane_high_m = 0.9
source = "remembered"
certainty = "M"
"""


def problems_of(folder: Path, **files: str) -> tuple[str, ...]:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_packs(folder)
    return caught.value.problems


def test_every_shipped_active_rule_has_a_read_clause() -> None:
    assert all(rule.certainty != "M" for rule in load_packs() if rule.status == "active")


def test_the_desk_rule_is_the_clause_it_cites() -> None:
    (rule,) = (rule for rule in load_packs() if rule.id == "LGT-021")
    assert (rule.citation.number, rule.citation.edition, rule.citation.clause) == ("GB/T 50034", "2024", "table 5.3.8")
    assert (rule.comparator, rule.threshold, rule.unit, rule.min_samples) == (">=", 300.0, "lx", 9)


def test_no_shipped_rule_cites_a_text_from_before_it_was_in_force() -> None:
    early = [rule.id for rule in load_packs() if rule.effective_from < (rule.citation.in_force_from or date.min)]
    assert early == []


def test_a_shipped_rule_whose_text_has_ended_says_until_when_or_is_a_target() -> None:
    for rule in load_packs():
        if rule.citation.in_force_to is not None:
            assert rule.effective_to == rule.citation.in_force_to or rule.strength == "target"


def test_the_new_edition_of_gb_7793_takes_over_on_its_first_day() -> None:
    old, new = sorted((rule for rule in load_packs() if rule.id == "LGT-001"), key=lambda rule: rule.effective_from)
    assert (old.effective_to, new.effective_from) == (date(2026, 10, 31), date(2026, 11, 1))
    assert (old.status, new.status, new.certainty) == ("active", "draft", "M")


def test_a_districts_own_pack_may_name_our_texts_and_terms(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(SAMPLE, "utf-8")
    (rule,) = load_packs(tmp_path)
    assert (rule.citation.number, rule.survey is not None) == ("GB/T 50034", True)


def test_a_text_from_memory_must_be_a_draft(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, cn=SAMPLE.replace('certainty = "V"', 'certainty = "M"'))
    assert "draft" in problem


def test_a_way_of_measuring_from_memory_makes_the_whole_rule_a_draft(tmp_path: Path) -> None:
    text = SAMPLE.replace('survey = "desk_grid"', 'survey = "own"') + OWN_TERMS
    assert "draft" in problems_of(tmp_path, cn=text)[0]
    (tmp_path / "cn.toml").write_text(text.replace('version = "1"', 'version = "1"\nstatus = "draft"'), "utf-8")
    assert load_packs(tmp_path)[0].certainty == "M"


def test_a_target_without_a_clause_never_poses_as_a_standard(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, cn=SAMPLE.replace('certainty = "V"', 'certainty = "D"'))
    assert "target" in problem


def test_a_window_of_our_own_makes_an_internal_target(tmp_path: Path) -> None:
    window = 'window = { point = "co2_ppm", statistic = "mean", span_min = 60, source = "ours", certainty = "D" }'
    text = (
        SAMPLE.replace("desk_illuminance_average", "co2")
        .replace('"lx"', '"ppm"')
        .replace('method_required = "survey"', 'method_required = "monitor"')
        .replace('survey = "desk_grid"', window)
    )
    (problem,) = problems_of(tmp_path, cn=text)
    assert 'strength must be "target"' in problem
    (tmp_path / "cn.toml").write_text(text.replace('strength = "should"', 'strength = "target"'), "utf-8")
    assert load_packs(tmp_path)[0].standing(date(2026, 11, 20)) == "internal"


def test_a_text_weighs_as_a_standard_only_on_days_it_is_in_force(tmp_path: Path) -> None:
    text = SAMPLE.replace('text = "gbt50034-2024"', 'text = "gb7793-2010"').replace('"should"', '"shall"')
    (tmp_path / "cn.toml").write_text(text, "utf-8")
    (rule,) = load_packs(tmp_path)
    assert [rule.standing(date(2026, month, 1)) for month in (10, 11)] == ["mandatory", "internal"]


WRONG = [
    ('unit = "lx"', 'unit = "lumen"', "lumen"),
    ('unit = "lx"', 'unit = "ppm"', "use 'lx'"),
    ('comparator = ">="', 'comparator = "=>"', "=>"),
    ('comparator = ">="', 'comparator = "in"', "threshold_low"),
    ("threshold = 300", "", "threshold is missing"),
    ("threshold = 300", "threshold = nan", "threshold"),
    ("desk_illuminance_average", "brightness", "unknown metric"),
    ('survey = "desk_grid"', "", "needs [rules.survey]"),
    ('survey = "desk_grid"', 'survey = "no_grid"', "no such entry"),
    ('text = "gbt50034-2024"', 'text = "gb1"', "no such entry"),
    ('method_required = "survey"', 'method_required = "certificate"', "comes from a survey"),
    ('method_required = "survey"', 'method_required = "monitor"', "does not go with"),
    ("effective_from = 2025-01-01", "effective_from = 2025-01-01\neffective_to = 2024-01-01", "before effective_from"),
    ('id = "LGT-900"', 'id = "lgt900"', "id"),
    ("min_samples = 9", "min_samples = 0", "min_samples"),
    ("min_samples = 9", "min_samples = 9\ncolour = 1", "colour"),
]


@pytest.mark.parametrize(("right", "wrong", "words"), WRONG, ids=[words for *_, words in WRONG])
def test_a_wrong_row_is_refused_with_its_place(tmp_path: Path, right: str, wrong: str, words: str) -> None:
    found = problems_of(tmp_path, cn=SAMPLE.replace(right, wrong))
    assert any(words in problem and "rules.0" in problem for problem in found)


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    bad = SAMPLE.replace('unit = "lx"', 'unit = "lumen"').replace('comparator = ">="', 'comparator = "=>"')
    found = problems_of(tmp_path, one=bad, two=SAMPLE.replace("min_samples = 9", "min_samples = 0\ncolour = 1"), three="rules = 3")
    assert [any(word in problem for problem in found) for word in ("lumen", "=>", "min_samples", "colour", "three.toml")] == [
        True
    ] * 5


def test_two_versions_in_force_on_the_same_day_are_refused(tmp_path: Path) -> None:
    newer = SAMPLE.replace('version = "1"', 'version = "2"').replace("2025-01-01", "2026-11-01")
    (problem,) = problems_of(tmp_path, old=SAMPLE, new=newer)
    assert "LGT-900" in problem
    assert "effective_to" in problem


def test_editions_may_follow_each_other(tmp_path: Path) -> None:
    ended = SAMPLE.replace("effective_from = 2025-01-01", "effective_from = 2025-01-01\neffective_to = 2026-10-31")
    newer = SAMPLE.replace('version = "1"', 'version = "2"').replace("2025-01-01", "2026-11-01")
    (tmp_path / "old.toml").write_text(ended, "utf-8")
    (tmp_path / "new.toml").write_text(newer, "utf-8")
    assert [rule.version for rule in load_packs(tmp_path)] == ["1", "2"]


def test_a_folder_without_packs_is_an_error_that_says_so(tmp_path: Path) -> None:
    assert "no rule pack" in problems_of(tmp_path)[0]


def test_packs_are_chosen_by_name_by_first_part_or_by_path(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(SAMPLE, "utf-8")
    chosen = {rule.id for rule in choose_packs(["cn-air", str(tmp_path / "own.toml")])}
    assert {"LGT-900", "AIR-002"} <= chosen
    assert all(name.startswith(("AIR", "LGT-900")) for name in chosen)
    assert {rule.jurisdiction for rule in choose_packs(["cn"])} == {"CN", "CN-BJ"}


def test_an_unknown_pack_is_named_with_those_there_are() -> None:
    with pytest.raises(SettingsError, match=r"--pack mars: no such pack.*cn-air.*eu.*internal"):
        choose_packs(["mars"])


def test_no_pack_file_is_longer_than_a_page_of_code() -> None:
    assert [file.name for file in SHIPPED_DIR.glob("*.toml") if len(file.read_text("utf-8").splitlines()) > 400] == []


def test_the_page_of_standards_is_what_the_packs_say() -> None:
    page = Path(__file__).parents[2] / "docs" / "standards.md"
    assert page.read_text("utf-8") == standards_page(load_packs())


def test_the_page_lists_every_metric_of_documents() -> None:
    page = (Path(__file__).parents[2] / "docs" / "compliance.md").read_text("utf-8")
    listed = page.partition("<!-- metrics -->")[2].partition("<!-- end")[0]
    wanted = {f"| `{row.name}` | {row.unit} | {row.zh} | {row.en} |" for row in METRICS.values() if row.source == "record"}
    assert wanted == {line for line in listed.splitlines() if line.startswith("| `")}
