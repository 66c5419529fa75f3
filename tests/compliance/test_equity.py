"""How evenly a resource lies over schools: the published example, what is left out, what is not known."""

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from compliance.equity import Figures, School, figures_of, groups_of, read_equity
from compliance.equity.figures import bounds_of
from compliance.equity.rows import EquityRow
from lamplighter.cli import verdicts as _verdicts  # noqa: F401 - adds `equity` to the app
from lamplighter.cli.compliance import app
from lamplighter.contract.errors import SettingsError

pytestmark = pytest.mark.unit

PUPILS = (45, 37, 89, 76, 55)
TOTALS = (279, 137, 935, 160, 402)


def school(name: str, pupils: float, value: float | None, *, locality: str = "", pair: str = "") -> School:
    return School(name, Fraction(pupils), None if value is None else Fraction(value), locality, pair)


def figures(*schools: School) -> Figures:
    found = figures_of(schools)
    assert found is not None
    return found


def example() -> list[School]:
    return [school(f"s{number}", *pair) for number, pair in enumerate(zip(PUPILS, TOTALS, strict=True))]


def test_the_published_example_gives_its_published_figures() -> None:
    found = figures(*example()).rounded()
    wanted = {"mean": 6.334, "variation": 0.515, "variation_unweighted": 0.489, "gini": 0.288, "gini_unweighted": 0.274}
    assert {name: found[name] for name in wanted} == wanted


def test_equal_schools_differ_in_nothing() -> None:
    found = figures(*(school(f"s{number}", pupils, 3 * pupils) for number, pupils in enumerate((10, 50, 900))))
    assert [found.variation, found.gini] == pytest.approx([0, 0])


def test_one_school_alone_is_not_even_it_has_no_figure() -> None:
    found = figures(school("only", 100, 300))
    assert (found.mean, found.variation, found.gini) == (3.0, None, None)


schools = st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 10_000)), min_size=2, max_size=30).filter(
    lambda rows: any(value for _, value in rows)
)


@given(schools, st.randoms())
def test_order_changes_nothing(rows: list[tuple[int, int]], chance: random.Random) -> None:
    made = [school(f"s{number}", *row) for number, row in enumerate(rows)]
    mixed = chance.sample(made, len(made))
    assert figures(*made).rounded() == figures(*mixed).rounded()


@given(schools, st.integers(2, 5))
def test_a_school_split_in_equal_parts_leaves_the_weighted_figures(rows: list[tuple[int, int]], parts: int) -> None:
    made = [school(f"s{number}", *row) for number, row in enumerate(rows)]
    first, *others = made
    assert first.value is not None
    split = [School(f"p{number}", first.pupils / parts, first.value / parts) for number in range(parts)]
    one, other = figures(*made), figures(*split, *others)
    assert [one.variation, one.gini] == pytest.approx([other.variation, other.gini], abs=1e-9)


@given(schools)
def test_gini_by_sorted_sums_is_the_mean_of_all_differences(rows: list[tuple[int, int]]) -> None:
    rates, whole = [(value / pupils, pupils) for pupils, value in rows], sum(pupils for pupils, _ in rows)
    mean = sum(rate * pupils for rate, pupils in rates) / whole
    differences = sum(p * q * abs(a - b) for a, p in rates for b, q in rates) / whole**2
    found = figures(*(school(f"s{number}", *row) for number, row in enumerate(rows)))
    assert found.gini == pytest.approx(differences / (2 * mean), abs=1e-9)


def test_deciles_are_shown_from_twenty_schools() -> None:
    many = [school(f"s{number:02}", 100, 100 * number) for number in range(1, 21)]
    assert figures(*many[:19]).decile_ratio is None
    assert figures(*many).decile_ratio == pytest.approx((20 + 19) / (1 + 2))


def test_town_and_country_and_pairs_are_compared_per_pupil() -> None:
    found = figures(
        school("a", 100, 600, locality="urban", pair="b"),
        school("b", 50, 150, locality="rural", pair="a"),
        school("c", 50, 250, locality="rural"),
    )
    assert found.urban_rural_ratio == pytest.approx(6 / 4)
    assert found.pair_gap == pytest.approx(3 / 5)


def test_the_funds_of_weak_schools_stand_beside_their_pupils() -> None:
    weak = school("a", 100, 100)._replace(funds=Fraction(300))
    strong = school("b", 300, 900)._replace(funds=Fraction(100))
    found = figures(weak, strong)
    assert (found.weak_pupils_share, found.weak_funds_share) == (0.25, 0.75)
    assert figures(*example()).weak_funds_share is None


def rows(*given: dict[str, Any]) -> list[EquityRow]:
    return [
        EquityRow.model_validate({"school": f"s{number}", "enrolment": 100, "value": 500} | row) for number, row in enumerate(given)
    ]


def test_special_vocational_schools_and_teaching_points_are_left_out_and_named() -> None:
    (group,) = groups_of(rows({}, {"kind": "special"}, {"kind": "vocational"}, {"kind": "teaching_point"}))
    assert [one.name for one in group.schools] == ["s0"]
    assert group.excluded == {"s1": "special", "s2": "vocational", "s3": "teaching_point"}


def test_a_small_school_stays_in() -> None:
    (group,) = groups_of(rows({}, {"enrolment": 12}))
    assert len(group.schools) == 2


def test_counties_and_stages_are_apart() -> None:
    found = groups_of(
        rows({"county": "c1", "stage": "primary"}, {"county": "c1", "stage": "junior"}, {"county": "c2", "stage": "primary"})
    )
    assert [(group.county, group.stage) for group in found] == [("c1", "junior"), ("c1", "primary"), ("c2", "primary")]


@pytest.mark.parametrize(
    ("stage", "pupils"),
    [
        ("nine_year", {"primary": 1000, "junior": 1100}),
        ("complete_middle", {"junior": 1000, "senior": 1200}),
        ("twelve_year", {"primary": 1000, "junior": 1100, "senior": 1320}),
    ],
)
def test_a_combined_school_is_split_by_the_evaluations_weights(stage: str, pupils: dict[str, int]) -> None:
    whole = sum(pupils.values())
    found = groups_of(rows({"kind": "combined", "stage": stage, "enrolment": whole, "value": 2 * whole}))
    assert {group.stage: group.schools[0].pupils for group in found} == pupils
    assert {group.stage: group.schools[0].value for group in found} == {name: 2 * count for name, count in pupils.items()}


def test_a_combined_school_given_by_stage_has_its_total_split_by_pupils_times_weight() -> None:
    both = {"school": "x", "kind": "combined", "value": 2100}
    found = groups_of(rows(both | {"stage": "primary", "enrolment": 1000}, both | {"stage": "junior", "enrolment": 1000}))
    assert {group.stage: group.schools[0].value for group in found} == {"primary": 1000, "junior": 1100}


def test_a_combined_school_without_stages_is_left_out_and_named() -> None:
    (group,) = groups_of(rows({}, {"kind": "combined"}))
    assert group.excluded == {"s1": "combined, its stages are not given"}


def test_schools_lacking_evidence_are_named_and_bounded() -> None:
    (group,) = groups_of(rows({"value": 400}, {"value": 600}, {"value": None}))
    bounds = bounds_of(group)
    assert bounds is not None
    assert (group.lacking, bounds.passing_value) == (["s2"], 6.0)
    assert bounds.all_passing.variation == figures(*(school(f"s{n}", 100, v) for n, v in enumerate((400, 600, 600)))).variation
    assert bounds.all_failing.variation == figures(*(school(f"s{n}", 100, v) for n, v in enumerate((400, 600, 0)))).variation


BAD = [
    ("school,enrolment\na,10\n", "column 'value' is missing"),
    ("school,enrolment,value,colour\na,10,1,red\n", "unknown column 'colour'"),
    ("school,enrolment,value\na,ten,1\n", "row 2, enrolment = 'ten'"),
    ("school,enrolment,value\na,0,1\n", "row 2, enrolment = '0'"),
    ("school,enrolment,value\na,10,-1\n", "row 2, value = '-1'"),
    ("school,enrolment,value\na,10,nan\n", "row 2, value = 'nan'"),
    ("school,enrolment,value\na,10,1\na,10,1\n", "row 3, school = 'a': is in row 2"),
    ("school,enrolment,value,stage\na,10,1,college\n", "row 2, stage = 'college'"),
    ("school,enrolment,value,stage\na,10,1,nine_year\n", "goes with kind = combined"),
    ("school,enrolment,value,stage,kind\na,10,1,primary,combined\na,10,2,junior,combined\n", "the school's whole total"),
    ("school,enrolment,value\n", "no school in it"),
    ("school,enrolment,value\na,10\n", "row 2: 2 cells where the header has 3"),
]


@pytest.mark.parametrize(("text", "words"), BAD, ids=[words for _, words in BAD])
def test_a_wrong_row_is_named_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "x.csv").write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        read_equity(tmp_path / "x.csv")
    assert any(words in problem for problem in caught.value.problems)


def shown(file: Path, *more: str) -> str:
    result = CliRunner().invoke(app, ["equity", str(file), *more])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_shows_the_golden_figures_to_three_decimals(tmp_path: Path) -> None:
    lines = [f"学校{number},{pupils},{value}" for number, (pupils, value) in enumerate(zip(PUPILS, TOTALS, strict=True))]
    (tmp_path / "x.csv").write_bytes("\n".join(["school,enrolment,value", *lines]).encode("gb18030"))
    text = shown(tmp_path / "x.csv")
    assert all(figure in text for figure in ("0.515", "0.489", "0.288", "0.274"))
    (report,) = map(json.loads, shown(tmp_path / "x.csv", "--json").splitlines())
    assert (report["variation"], report["gini"], report["lacking"]) == (0.515, 0.288, [])


def test_the_command_names_schools_lacking_evidence_with_both_bounds(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("school,enrolment,value\na,10,40\nb,10,60\nc,10,\n", "utf-8")
    (report,) = map(json.loads, shown(tmp_path / "x.csv", "--json", "--passing", "5").splitlines())
    assert (report["lacking"], report["lacking_pass_at"]) == (["c"], 5.0)
    assert report["all_passing"]["variation"] < report["all_failing"]["variation"]
    assert "c" in shown(tmp_path / "x.csv").partition("lacking evidence: ")[2]
