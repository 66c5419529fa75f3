"""Registers grouped into requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.drivers.blocks import MOST_WORDS, blocks
from edge.drivers.register import Register

pytestmark = pytest.mark.unit

registers = st.builds(
    Register,
    point=st.just("illuminance_lx"),
    address=st.integers(0, 400),
    type=st.sampled_from(("u16", "u32")),
    space=st.sampled_from(("holding", "input", "coil")),
)


def addresses(register: Register) -> set[tuple[str, int]]:
    return {(register.space, register.address + offset) for offset in range(register.count)}


@given(st.lists(registers, max_size=80))
def test_exactly_the_named_addresses_are_read_and_no_other(wanted: list[Register]) -> None:
    read = {(block.space, block.address + offset) for block in blocks(wanted) for offset in range(block.length)}
    assert read == {address for register in wanted for address in addresses(register)}


@given(st.lists(registers, max_size=80))
def test_each_register_lies_whole_in_the_one_request_that_names_it(wanted: list[Register]) -> None:
    made = blocks(wanted)
    assert sorted(map(repr, wanted)) == sorted(repr(register) for block in made for register in block.registers)
    for block in made:
        span = {(block.space, block.address + offset) for offset in range(block.length)}
        assert all(addresses(register) <= span for register in block.registers)


def test_neighbours_share_a_request_and_a_hole_parts_them() -> None:
    at = [Register(point="illuminance_lx", address=address) for address in (0, 1, 2, 7)]
    assert [(block.address, block.length) for block in blocks(at)] == [(0, 3), (7, 1)]


def test_no_request_asks_for_more_than_an_answer_may_carry() -> None:
    made = blocks(Register(point="illuminance_lx", address=address) for address in range(300))
    assert [block.length for block in made] == [MOST_WORDS, MOST_WORDS, 50]
