"""Adjacent registers grouped, so that a device is read in few requests."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from edge.drivers.register import BIT_SPACES, AddressSpace, Register

MOST_WORDS: Final = 125
MOST_BITS: Final = 2000
"""Modbus application protocol 1.1b3, sections 6.1-6.4: the most one answer may carry."""


class Block(NamedTuple):
    """One request: `length` addresses from `address`, and the registers that lie in them."""

    space: AddressSpace
    address: int
    length: int
    registers: tuple[Register, ...]


def blocks(registers: Iterable[Register]) -> tuple[Block, ...]:
    """The fewest requests that read these registers and no other address: a hole may be an illegal address."""
    made: list[Block] = []
    for register in sorted(registers, key=lambda item: (item.space, item.address)):
        last = made[-1] if made else None
        end = register.address + register.count
        if last is not None and _joins(last, register, end):
            length = max(last.length, end - last.address)
            made[-1] = Block(last.space, last.address, length, (*last.registers, register))
        else:
            made.append(Block(register.space, register.address, register.count, (register,)))
    return tuple(made)


def _joins(block: Block, register: Register, end: int) -> bool:
    most = MOST_BITS if block.space in BIT_SPACES else MOST_WORDS
    touches = register.space == block.space and register.address <= block.address + block.length
    return touches and end - block.address <= most
