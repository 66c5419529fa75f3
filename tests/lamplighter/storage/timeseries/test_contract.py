"""What every time-series store does alike."""

import math
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lamplighter.contract.measurements import (
    CONDITION,
    READING,
    ROOM_10MIN,
    ROOM_LIGHT_DAY,
    VERDICT_DAY,
    Cell,
    Measurement,
    RowTuple,
)
from lamplighter.storage.timeseries.protocol import TimeSeries, Where, Window
from lamplighter.storage.timeseries.rows import MAX_TAG_CHARACTERS

START_MS = 1_795_200_000_000
END_MS = START_MS + 3_600_000
AWKWARD = ("a b", "a,b", "a=b", 'a"b', "a'b", "a\\b", "a\\ b", "a\\,b", "\\a", "a\\\\b", "教室 一", "#1", "%s", "🏫", "a' OR ''='")


def reading(after_ms: int, value: float | None, *, device: str = "desk", quality: int = 0, school: str = "yucai") -> RowTuple:
    return (school, "gateway", device, "illuminance_lx", START_MS + after_ms, value, quality)


def select(store: TimeSeries, measurement: Measurement = READING, *, where: Where | None = None) -> list[dict[str, Cell]]:
    return store.select(measurement, where=where or {}, start_ms=START_MS, end_ms=END_MS)


def windows(store: TimeSeries, *, start_ms: int = START_MS, every_ms: int = 60_000) -> list[Window]:
    return store.windows(READING, "value", where={}, start_ms=start_ms, end_ms=END_MS, every_ms=every_ms)


def test_a_row_comes_back_with_its_types(store: TimeSeries) -> None:
    assert store.write(READING, [reading(0, 300, quality=1)]) == []
    (row,) = select(store)
    assert row == dict(zip(READING.columns, reading(0, 300.0, quality=1), strict=True))
    assert [type(row[name]) for name in ("school", "at_ms", "value", "quality")] == [str, int, float, int]


def test_writing_a_row_again_changes_nothing(store: TimeSeries) -> None:
    rows = [reading(0, 1.5), reading(10, 2.5), reading(20, None, quality=2)]
    for _ in range(3):
        store.write(READING, rows)
    store.write(READING, rows[1:2])
    assert [row["value"] for row in select(store)] == [1.5, 2.5, None]


def test_a_row_with_the_identity_of_a_stored_one_overwrites_it(store: TimeSeries) -> None:
    store.write(READING, [reading(0, 1.0), reading(0, 2.0, device="other")])
    store.write(READING, [reading(0, 3.0, quality=1)])
    assert [(row["device"], row["value"], row["quality"]) for row in select(store)] == [("desk", 3.0, 1), ("other", 2.0, 0)]


def test_of_rows_with_one_identity_in_a_batch_the_last_counts(store: TimeSeries) -> None:
    store.write(READING, [reading(0, 1.0), reading(5, 9.0), reading(0, 2.0)])
    assert [row["value"] for row in select(store)] == [2.0, 9.0]


def test_a_day_scored_anew_keeps_no_cell_of_the_old_score(store: TimeSeries) -> None:
    old = ("yucai", "r1", START_MS, 310.5, 280.0, 60, 99.5, 100.0, 80.0, 486.0)
    new = ("yucai", "r1", START_MS, None, None, 0, None, None, None, None)
    neighbours = [
        ("yucai", "r2", START_MS, 1.0, 1.0, 1, 1.0, 1.0, 1.0, 1.0),
        ("yucai", "r1", START_MS + 1, 2.0, 2.0, 2, 2.0, 2.0, 2.0, 2.0),
    ]
    store.write(ROOM_10MIN, [old, *neighbours])
    store.write(ROOM_10MIN, [new])
    assert {tuple(row.values()) for row in select(store, ROOM_10MIN)} == {new, *neighbours}


def test_a_row_of_which_only_some_cells_are_known_comes_back_as_it_was(store: TimeSeries) -> None:
    row = ("yucai", "r1", START_MS, None, None, 0, None, 0, None, None, None, None, 8.0, 0.0, 3.8, 100.0, "dimmed")
    store.write(ROOM_LIGHT_DAY, [row])
    assert [tuple(found.values()) for found in select(store, ROOM_LIGHT_DAY)] == [row]


def test_rows_come_oldest_first_whatever_order_they_were_written_in(store: TimeSeries) -> None:
    for after_ms in (30, 10, 20, 0):
        store.write(READING, [reading(after_ms, float(after_ms))])
    assert [row["value"] for row in select(store)] == [0.0, 10.0, 20.0, 30.0]


def test_a_limit_keeps_the_newest_rows_oldest_first(store: TimeSeries) -> None:
    store.write(READING, [reading(after_ms, float(after_ms)) for after_ms in (0, 10, 20, 30)])
    rows = store.select(READING, where={}, start_ms=START_MS, end_ms=END_MS, limit=2)
    assert [row["value"] for row in rows] == [20.0, 30.0]


def test_a_span_holds_its_start_and_not_its_end(store: TimeSeries) -> None:
    store.write(READING, [reading(after_ms, float(after_ms)) for after_ms in (0, 10, 20)])
    rows = store.select(READING, where={}, start_ms=START_MS, end_ms=START_MS + 20)
    assert [row["value"] for row in rows] == [0.0, 10.0]
    assert store.count(READING, where={}, start_ms=START_MS, end_ms=START_MS + 20) == 2


def test_where_takes_a_value_several_or_none(store: TimeSeries) -> None:
    store.write(READING, [reading(0, 1.0, device=device) for device in ("a", "b", "c")])
    assert [row["device"] for row in select(store, where={"device": "b"})] == ["b"]
    assert [row["device"] for row in select(store, where={"device": ["c", "a"], "school": "yucai"})] == ["a", "c"]
    assert select(store, where={"device": []}) == []
    assert select(store, where={"device": "a", "school": "elsewhere"}) == []


def test_where_takes_text_fields_too(store: TimeSeries) -> None:
    def verdict(subject: str, word: str) -> RowTuple:
        numbers = {"value": 1.0, "threshold": None, "margin": None, "uncertainty": None, "marginal": 0, "samples": 3}
        cells = {**dict.fromkeys(VERDICT_DAY.columns, "x"), **numbers, "subject": subject, "verdict": word, "at_ms": START_MS}
        return tuple(cells[name] for name in VERDICT_DAY.columns)

    rows = [verdict(str(number), word) for number, word in enumerate(("pass", "fail", "pass", *AWKWARD))]
    store.write(VERDICT_DAY, rows)
    found = select(store, VERDICT_DAY, where={"school": "x", "verdict": "pass"})
    assert [tuple(row.values()) for row in found] == [rows[0], rows[2]]
    assert len(select(store, VERDICT_DAY, where={"verdict": ["pass", "fail"], "subject": ["1", "2"]})) == 2
    assert select(store, VERDICT_DAY, where={"verdict": []}) == []
    for word in AWKWARD:
        assert [row["verdict"] for row in select(store, VERDICT_DAY, where={"verdict": word})] == [word]


def test_a_number_is_no_column_to_choose_rows_by(store: TimeSeries) -> None:
    with pytest.raises(ValueError, match="no tag or text field 'value'"):
        select(store, where={"value": "1"})


def test_a_tag_the_measurement_lacks_is_a_bug_not_an_empty_answer(store: TimeSeries) -> None:
    with pytest.raises(ValueError, match="no tag or text field 'space'"):
        select(store, where={"space": "r1"})


def test_latest_is_the_newest_row_of_each_series(store: TimeSeries) -> None:
    store.write(READING, [reading(10, 2.0, device="b"), reading(0, 1.0, device="b"), reading(5, 3.0, device="a")])
    store.write(READING, [reading(20, None, device="b", quality=2)])
    latest = store.latest(READING, where={"school": "yucai"}, start_ms=START_MS)
    assert [(row["device"], row["at_ms"], row["value"], row["quality"]) for row in latest] == [
        ("a", START_MS + 5, 3.0, 0),
        ("b", START_MS + 20, None, 2),
    ]
    assert [row["device"] for row in store.latest(READING, where={}, start_ms=START_MS + 6)] == ["b"]


def test_windows_give_the_statistics_of_the_samples(store: TimeSeries) -> None:
    store.write(READING, [reading(1_000 * i, value) for i, value in enumerate((1.0, 2.0, 4.0, 9.0))])
    store.write(READING, [reading(60_000, 7.0), reading(60_001, 0.0), reading(60_002, -1.0), reading(0, 5.0, device="a")])
    at_ms = START_MS
    tags = {device: ("yucai", "gateway", device, "illuminance_lx") for device in ("a", "desk")}
    assert windows(store) == [
        Window(tags["a"], at_ms, 1, 5.0, 5.0, 5.0, 5.0, 1.0),
        Window(tags["desk"], at_ms, 4, 4.0, 1.0, 9.0, 3.0, 1.0),
        Window(tags["desk"], at_ms + 60_000, 3, 2.0, -1.0, 7.0, 0.0, 1 / 3),
    ]


def test_windows_start_at_multiples_of_their_length(store: TimeSeries) -> None:
    store.write(READING, [reading(90_000, 1.0), reading(100_000, 2.0)])
    assert START_MS % 420_000 != 0
    found = windows(store, start_ms=START_MS + 90_000, every_ms=420_000)
    assert [window.at_ms % 420_000 for window in found] == [0]
    assert found[0].at_ms <= START_MS + 90_000


def test_windows_of_readings_count_only_good_quality_with_a_value(store: TimeSeries) -> None:
    store.write(READING, [reading(0, 1.0), reading(1, 100.0, quality=1), reading(2, None, quality=2), reading(3, None)])
    assert [(window.n, window.mean) for window in windows(store)] == [(1, 1.0)]


def test_windows_of_nothing_are_none(store: TimeSeries) -> None:
    store.write(READING, [reading(0, None, quality=2)])
    assert windows(store) == []


def test_windows_of_a_whole_number_field_are_floats(store: TimeSeries) -> None:
    store.write(
        ROOM_10MIN, [("yucai", "r1", START_MS + i, 1.0, 1.0, samples, 0.0, 100.0, None, None) for i, samples in enumerate((1, 2))]
    )
    (window,) = store.windows(ROOM_10MIN, "samples", where={}, start_ms=START_MS, end_ms=END_MS, every_ms=60_000)
    assert (window.mean, window.median) == (1.5, 1.5)
    assert isinstance(window.low, float)


def test_count_counts_rows_with_and_without_values(store: TimeSeries) -> None:
    store.write(READING, [reading(0, 1.0), reading(1, None, quality=2), reading(2, 1.0, school="other")])
    assert store.count(READING, where={}, start_ms=START_MS, end_ms=END_MS) == 3
    assert store.count(READING, where={"school": "other"}, start_ms=START_MS, end_ms=END_MS) == 1
    assert store.count(READING, where={"school": "nowhere"}, start_ms=START_MS, end_ms=END_MS) == 0


def test_counts_are_the_rows_of_each_value_of_a_tag(store: TimeSeries) -> None:
    store.write(
        READING, [reading(0, 1.0), reading(1, None, quality=2), reading(2, 1.0, school="other"), reading(2, 1.0, device="b")]
    )
    span = {"start_ms": START_MS, "end_ms": END_MS}
    assert store.counts(READING, tag="school", where={}, **span) == {"yucai": 3, "other": 1}
    assert store.counts(READING, tag="school", where={"school": ["other", "nowhere"]}, **span) == {"other": 1}


def test_text_and_whole_numbers_come_back_exactly(store: TimeSeries) -> None:
    texts = ['say "no"', "back\\slash", "two\nlines", "中文，标点", "", "ends\\"]
    rows: list[RowTuple] = [("yucai", "kind", "source", START_MS + i, 2**53 + i, text) for i, text in enumerate(texts)]
    store.write(CONDITION, rows)
    assert [tuple(row.values()) for row in select(store, CONDITION)] == rows


def test_a_text_alone_may_be_missing(store: TimeSeries) -> None:
    cells = {"float": None, "int": None, "str": None}
    row = ("chaoyang", "yucai", "r1", "rule", START_MS, "fail", *(cells[field.type] for field in VERDICT_DAY.fields[1:]))
    store.write(VERDICT_DAY, [row])
    assert [tuple(found.values()) for found in select(store, VERDICT_DAY)] == [row]


@pytest.mark.parametrize("tag", AWKWARD)
def test_an_awkward_tag_is_itself_and_no_other(store: TimeSeries, tag: str) -> None:
    store.write(READING, [reading(0, 1.0, device=tag), reading(0, 2.0, device="plain")])
    assert [row["device"] for row in select(store, where={"device": tag})] == [tag]
    assert {row["device"] for row in store.latest(READING, where={}, start_ms=START_MS)} == {tag, "plain"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (reading(0, math.nan), "value is not a finite number"),
        (reading(0, -math.inf), "value is not a finite number"),
        (reading(0, "300"), "is not float"),  # type: ignore[arg-type] # what the test is about
        (reading(0, True), "is not float"),
        (reading(0, 10**400), "does not fit in 64 bits"),
        (reading(0, 1.0, quality=2**63), "does not fit in 64 bits"),
        (reading(0, 1.0, quality=1.0), "is not int"),  # type: ignore[arg-type] # what the test is about
        (reading(0, None, quality=None), "no field has a value"),  # type: ignore[arg-type] # what the test is about
        (reading(0, 1.0, device=""), "tag device"),
        (reading(0, 1.0, device="a\nb"), "tag device"),
        (reading(0, 1.0, device="ends\\"), "tag device"),
        (reading(0, 1.0, device="\ud800"), "tag device"),
        (reading(0, 1.0, device="x" * (MAX_TAG_CHARACTERS + 1)), "tag device"),
        (reading(10**18, 1.0), "at_ms"),
        (reading(0, 1.0)[:-1], "columns"),
    ],
)
def test_an_impossible_row_is_refused_alone_with_its_position_and_reason(store: TimeSeries, row: RowTuple, reason: str) -> None:
    (refused,) = store.write(READING, [reading(0, 1.0), row, reading(1, 2.0)])
    assert refused.position == 1
    assert reason in refused.reason
    assert [found["value"] for found in select(store)] == [1.0, 2.0]


def test_an_empty_batch_is_stored_at_once(store: TimeSeries) -> None:
    assert store.write(READING, []) == []


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).filter(lambda name: not name.endswith("\\"))
VALUES = st.none() | st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)
ROWS = st.lists(st.tuples(NAMES, st.integers(0, 50), VALUES, st.integers(-(2**63), 2**63 - 1)), min_size=1, max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_was_written_is_what_is_read(store: TimeSeries, data: st.DataObject) -> None:
    school = uuid4().hex
    expected: dict[tuple[str, int], tuple[float | None, int]] = {}
    for batch in data.draw(st.lists(ROWS, min_size=1, max_size=3)):
        # InfluxDB keeps a raw row's old value under a new None: a raw row never comes with other cells.
        rows = {(device, after_ms): (value, quality) for device, after_ms, value, quality in batch}
        fresh = {key: cells for key, cells in rows.items() if key not in expected}
        expected.update(fresh)
        store.write(READING, [reading(at, v, device=d, quality=q, school=school) for (d, at), (v, q) in fresh.items()])
        store.write(READING, [reading(at, v, device=d, quality=q, school=school) for (d, at), (v, q) in expected.items()])
    found = select(store, where={"school": school})
    assert {(r["device"], int(str(r["at_ms"])) - START_MS): (r["value"], r["quality"]) for r in found} == expected
    assert len(found) == len(expected)
