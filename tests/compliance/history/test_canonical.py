"""Canonical bytes are those of RFC 8785, whichever way they are made."""

from datetime import date
from typing import Any, NamedTuple

import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from compliance.history.canonical import canonical
from compliance.verify.records import canonical as verifiers

pytestmark = pytest.mark.unit

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(JSON)
def test_any_content_is_written_as_the_library_writes_it(content: Any) -> None:
    assert canonical(content) == rfc8785.dumps(content)


@given(st.dictionaries(st.text("abcdefgh_"), TEXT | st.integers(-(2**53) + 1, 2**53 - 1)))
def test_the_verifier_writes_flat_records_alike(record: dict[str, Any]) -> None:
    assert verifiers(record) == canonical(record)


# The examples of RFC 8785, appendix B.
@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, b"0"),
        (-0.0, b"0"),
        (5e-324, b"5e-324"),
        (1.7976931348623157e308, b"1.7976931348623157e+308"),
        (9007199254740992.0, b"9007199254740992"),
        (295147905179352830000.0, b"295147905179352830000"),
        (9.999999999999997e22, b"9.999999999999997e+22"),
        (1e23, b"1e+23"),
        (333333333.33333325, b"333333333.33333325"),
        (1.0e-5, b"0.00001"),
        (1.0e-7, b"1e-7"),
    ],
)
def test_numbers_are_written_as_the_standard_says(number: float, written: bytes) -> None:
    assert canonical(number) == written


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**60, "\ud800"])
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words are the libraries' own
        canonical([value])


def test_days_and_named_tuples_are_written_as_json_has_them() -> None:
    class Row(NamedTuple):
        day: date
        values: tuple[float, ...]

    assert canonical([Row(date(2026, 11, 20), (1.0, 0.5))]) == b'[{"day":"2026-11-20","values":[1,0.5]}]'


class Window(NamedTuple):
    """A row."""

    name: str
    at_ms: int
    value: float | None
    inner: Any


@given(st.lists(st.builds(Window, TEXT, st.integers(-(2**53) + 1, 2**53 - 1), NUMBERS | st.none(), JSON), max_size=5))
def test_rows_of_one_class_are_written_as_the_library_writes_their_objects(rows: list[Window]) -> None:
    assert canonical(rows) == rfc8785.dumps([row._asdict() for row in rows])


def test_rows_of_several_classes_and_none_are_lists_all_the_same() -> None:
    class Row(NamedTuple):
        z: int
        a: bool

    mixed = (Row(1, True), Window("甲", 2, None, ()), 3)
    assert canonical(mixed) == '[{"a":true,"z":1},{"at_ms":2,"inner":[],"name":"甲","value":null},3]'.encode()
    assert canonical(()) == b"[]"


class Judged(msgspec.Struct, frozen=True):
    """A row that holds rows."""

    subject: str
    value: float | None
    good: bool
    on: date | None
    rests_on: tuple[Window, ...] | None


JUDGED = st.builds(
    Judged,
    TEXT,
    st.floats(allow_nan=False, allow_infinity=False) | st.none(),
    st.booleans(),
    st.dates() | st.none(),
    st.none() | st.lists(st.builds(Window, TEXT, st.integers(0, 99), st.floats(-9, 9) | st.none(), JSON), max_size=3).map(tuple),
)


@given(st.lists(JUDGED, max_size=4))
def test_structs_are_written_as_the_library_writes_what_they_hold(rows: list[Judged]) -> None:
    assert canonical({"rows": rows}) == rfc8785.dumps({"rows": msgspec.to_builtins(rows)})


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([-0.0, 300.0, 2.0**53, 1e16, 1e-4])))
def test_floats_alone_are_written_as_the_library_writes_them(values: list[float]) -> None:
    assert canonical(values) == rfc8785.dumps(values)
