"""Registers: words to values, whatever the device's byte order."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.drivers.register import Order, Register, RegisterType, decode

pytestmark = pytest.mark.unit

ORDERS: tuple[Order, ...] = ("ABCD", "CDAB", "BADC", "DCBA")
FORMATS: dict[RegisterType, str] = {"u16": ">H", "s16": ">h", "u32": ">I", "s32": ">i", "f32": ">f"}


def words_of(data: bytes, order: Order) -> list[int]:
    """How a device of this byte order sends these bytes (most significant first)."""
    letters = dict(zip("ABCD", data, strict=False))
    sent = [letters[letter] for letter in order if letter in letters]
    return [sent[i] << 8 | sent[i + 1] for i in range(0, len(sent), 2)]


@given(st.data(), st.sampled_from(sorted(FORMATS)), st.sampled_from(ORDERS))
def test_a_number_survives_every_type_and_byte_order(data: st.DataObject, kind: RegisterType, order: Order) -> None:
    low, high = {"u16": (0, 0xFFFF), "s16": (-0x8000, 0x7FFF), "u32": (0, 0xFFFF_FFFF)}.get(kind, (-0x8000_0000, 0x7FFF_FFFF))
    numbers = st.floats(width=32, allow_nan=False, allow_infinity=False) if kind == "f32" else st.integers(low, high)
    number = data.draw(numbers)
    register = Register(point="active_power_w", address=0, type=kind)
    decoded = decode(register, words_of(struct.pack(FORMATS[kind], number), order), order)
    assert decoded.quality == "good"
    assert decoded.value == pytest.approx(number, rel=1e-11)


@given(st.lists(st.integers(0, 0xFFFF), min_size=2, max_size=2), st.sampled_from(ORDERS), st.sampled_from(sorted(FORMATS)))
def test_no_words_make_a_number_that_is_not_finite(words: list[int], order: Order, kind: RegisterType) -> None:
    register = Register(point="active_power_w", address=0, type=kind, scale=1e300)
    decoded = decode(register, words[: register.count], order)
    assert (decoded.value is None) == (decoded.quality == "bad")
    assert decoded.value is None or math.isfinite(decoded.value)


@given(st.integers(0, 0xFFFF), st.integers(0, 15))
def test_a_bit_is_taken_from_its_place(word: int, bit: int) -> None:
    register = Register(point="lamp_failure", address=0, bit=bit)
    assert decode(register, [word]).value == float(f"{word:016b}"[15 - bit])


@pytest.mark.parametrize(
    ("kind", "bad", "words"),
    [
        ("u16", 0xFFFF, [0xFFFF]),
        ("s16", 0x8000, [0x8000]),
        ("u32", 0xFFFF_FFFF, [0xFFFF, 0xFFFF]),
        ("f32", 0x7F80_0000, [0x7F80, 0]),
    ],
)
def test_a_raw_number_that_means_no_value_gives_bad_quality_and_no_number(kind: RegisterType, bad: int, words: list[int]) -> None:
    register = Register(point="illuminance_lx", address=0, type=kind, bad=(bad,), scale=0.1, offset=5)
    assert decode(register, words) == (None, "bad")


def test_a_float_that_is_no_number_has_bad_quality() -> None:
    register = Register(point="illuminance_lx", address=0, type="f32")
    assert decode(register, [0x7FC0, 0]) == (None, "bad")


def test_scale_and_offset_give_the_points_unit_without_binary_dust() -> None:
    register = Register(point="control_gear_temperature_c", address=0, type="s16", scale=0.1, offset=-40)
    assert decode(register, [703]).value == 30.3


def test_the_registers_own_order_beats_the_buss() -> None:
    register = Register(point="illuminance_lx", address=0, type="u32", order="CDAB")
    assert decode(register, [1, 0], "ABCD").value == 1.0


def test_a_coil_is_one_or_nought() -> None:
    register = Register(point="lamp_failure", address=9, space="coil")
    assert (decode(register, [1]).value, decode(register, [0]).value) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"point": "brightness"}, "is not a known point; use one of active_power_w"),
        ({"scale": 0}, "give the factor of the device's manual"),
        ({"bit": 3, "type": "u32"}, 'bit is for type = "u16"'),
        ({"bit": 3, "space": "coil"}, "remove bit or change them"),
        ({"address": 65_535, "type": "f32"}, "the last address is 65535"),
        ({"order": "ABDC"}, "'ABCD', 'CDAB', 'BADC' or 'DCBA'"),
        ({"adress": 4}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_register_is_refused_with_its_remedy(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Register.model_validate({"point": "illuminance_lx", "address": 0, **wrong})
