"""What a rule pack may say."""

from pathlib import Path

import pytest

from compliance import packs
from compliance.packs import load_packs
from compliance.standards_page import standards_page
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.measurements import ROOM_VERDICT_DAY

pytestmark = pytest.mark.unit

SHIPPED = (Path(packs.__file__).parent / "cn.toml").read_text("utf-8")


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


def test_stored_values_have_the_unit_of_every_shipped_rule() -> None:
    units = {field.name: field.unit for field in ROOM_VERDICT_DAY.fields}
    assert {rule.unit for rule in load_packs()} == {units["value"]}


def test_a_text_from_memory_must_be_a_draft(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, cn=SHIPPED.replace('certainty = "V"', 'certainty = "M"'))
    assert "draft" in problem


def test_a_way_of_measuring_from_memory_makes_the_whole_rule_a_draft(tmp_path: Path) -> None:
    text = SHIPPED.replace('certainty = "S"', 'certainty = "M"')
    assert "draft" in problems_of(tmp_path, cn=text)[0]
    (tmp_path / "cn.toml").write_text(text.replace('version = "1"', 'version = "1"\nstatus = "draft"'), "utf-8")
    assert load_packs(tmp_path)[0].certainty == "M"


def test_a_target_without_a_clause_never_poses_as_a_standard(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, cn=SHIPPED.replace('certainty = "V"', 'certainty = "D"'))
    assert "target" in problem


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    bad = SHIPPED.replace('unit = "lx"', 'unit = "lumen"').replace('comparator = ">="', 'comparator = "=>"')
    found = problems_of(tmp_path, one=bad, two=SHIPPED.replace("min_samples = 9", "min_samples = 0\ncolour = 1"))
    assert len(found) == 4
    assert [any(word in problem for problem in found) for word in ("lumen", "=>", "min_samples", "colour")] == [True] * 4
    assert all("rules.0." in problem for problem in found)


def test_two_versions_in_force_on_the_same_day_are_refused(tmp_path: Path) -> None:
    newer = SHIPPED.replace('version = "1"', 'version = "2"').replace("2025-01-01", "2026-11-01")
    (problem,) = problems_of(tmp_path, old=SHIPPED, new=newer)
    assert "LGT-021" in problem
    assert "effective_to" in problem


def test_editions_may_follow_each_other(tmp_path: Path) -> None:
    ended = SHIPPED.replace("effective_from = 2025-01-01", "effective_from = 2025-01-01\neffective_to = 2026-10-31")
    newer = SHIPPED.replace('version = "1"', 'version = "2"').replace("2025-01-01", "2026-11-01")
    (tmp_path / "old.toml").write_text(ended, "utf-8")
    (tmp_path / "new.toml").write_text(newer, "utf-8")
    assert [rule.version for rule in load_packs(tmp_path)] == ["1", "2"]


def test_a_folder_without_packs_is_an_error_that_says_so(tmp_path: Path) -> None:
    assert "no rule pack" in problems_of(tmp_path)[0]


def test_the_page_of_standards_is_what_the_packs_say() -> None:
    page = Path(__file__).parents[2] / "docs" / "standards.md"
    assert page.read_text("utf-8") == standards_page(load_packs())
