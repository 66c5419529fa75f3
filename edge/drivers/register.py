"""Modbus registers as data, and how their words become a value."""

import math
import struct
from collections.abc import Sequence
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from lamplighter.contract.points import POINTS
from lamplighter.contract.records import Quality
from lamplighter.runtime.settings import Settings

RegisterType = Literal["u16", "s16", "u32", "s32", "f32"]
AddressSpace = Literal["holding", "input", "coil", "discrete"]
Order = Literal["ABCD", "CDAB", "BADC", "DCBA"]

WORDS: Final[dict[RegisterType, int]] = {"u16": 1, "s16": 1, "u32": 2, "s32": 2, "f32": 2}
"""Registers of 16 bits that a value takes."""
BIT_SPACES: Final[frozenset[AddressSpace]] = frozenset({"coil", "discrete"})


def _known_point(name: str) -> str:
    if name not in POINTS:
        raise ValueError(f"is not a known point; use one of {', '.join(sorted(POINTS))}")
    return name


PointName = Annotated[str, AfterValidator(_known_point)]


class Register(Settings):
    """Where a point lies in a device and what its raw number means: value = raw x scale + offset."""

    point: PointName = Field(description="the quantity, one of the contract's points")
    address: int = Field(ge=0, le=65_535, description="address of the first register as sent on the wire, from 0")
    type: RegisterType = Field("u16", description="width and sign of the raw number")
    scale: float = Field(1.0, allow_inf_nan=False, description="factor from raw number to the point's unit")
    offset: float = Field(0.0, allow_inf_nan=False, description="added after scaling, in the point's unit")
    bit: int | None = Field(None, ge=0, le=15, description="take this one bit (0 = least significant) of a u16")
    space: AddressSpace = Field("holding", description="register block: holding, input, coil or discrete")
    order: Order | None = Field(None, description="byte order of this register; the bus's order when absent")
    bad: tuple[int, ...] = Field((), description="raw numbers, read as unsigned, with which the device says: no value")
    every_s: float = Field(1.0, gt=0, description="seconds between reads")

    @model_validator(mode="after")
    def _makes_sense(self) -> "Register":
        if self.scale == 0:
            raise ValueError("scale = 0 would make every value the same; give the factor of the device's manual")
        if self.bit is not None and (self.type != "u16" or self.space in BIT_SPACES):
            raise ValueError('bit is for type = "u16" in space "holding" or "input"; remove bit or change them')
        if self.address + self.count > 65_536:
            raise ValueError(f"address {self.address} leaves no room for a {self.type}; the last address is 65535")
        return self

    @property
    def count(self) -> int:
        """How many addresses it takes."""
        return 1 if self.space in BIT_SPACES else WORDS[self.type]


class Decoded(NamedTuple):
    """A value in the point's unit, or none with quality bad."""

    value: float | None
    quality: Quality


NO_VALUE: Final = Decoded(None, "bad")


def decode(register: Register, words: Sequence[int], order: Order = "ABCD") -> Decoded:
    """The value of `register.count` words (0..65535 each; 0 or 1 for coils); `order` is used where the register names none.

    A raw number listed in `bad`, and a float that is not finite, mean that the device has no value.
    """
    if register.space in BIT_SPACES:
        return Decoded(float(bool(words[0])), "good")
    data = arrange(words, register.order or order)
    unsigned = int.from_bytes(data, "big")
    if unsigned in register.bad:
        return NO_VALUE
    if register.bit is not None:
        return Decoded(float(unsigned >> register.bit & 1), "good")
    value = _number(register.type, data) * register.scale + register.offset
    if not math.isfinite(value):
        return NO_VALUE
    # 3 x 0.1 is 0.30000000000000004 in binary; twelve digits are more than any register holds.
    return Decoded(float(f"{value:.12g}"), "good")


def arrange(words: Sequence[int], order: Order) -> bytes:
    """The words' bytes with the most significant first; A is the most significant byte, as sent by the device in `order`."""
    swapped_words = order in ("CDAB", "DCBA")
    swapped_bytes = order in ("BADC", "DCBA")
    ordered = reversed(words) if swapped_words else words
    return b"".join(word.to_bytes(2, "little" if swapped_bytes else "big") for word in ordered)


def _number(kind: RegisterType, data: bytes) -> float:
    if kind == "f32":
        value: float = struct.unpack(">f", data)[0]
        return value
    return int.from_bytes(data, "big", signed=kind.startswith("s"))
