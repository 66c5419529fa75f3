"""Topic names: what is parsed is what was written, and nothing else is taken for ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamplighter.contract.topics import (
    DOWN_LANES,
    LANES,
    MAX_BYTES,
    NAME_PATTERN,
    UP_LANES,
    Gateway,
    Topic,
    TopicError,
    all_gateways,
)

pytestmark = pytest.mark.unit

NAMES = st.from_regex(NAME_PATTERN, fullmatch=True)
GATEWAYS = st.builds(Gateway, NAMES, NAMES, NAMES)


@given(gateway=GATEWAYS, lane=st.sampled_from(LANES))
def test_a_topic_is_parsed_as_it_was_written(gateway: Gateway, lane: str) -> None:
    assert Topic.parse(gateway.topic(lane)) == Topic(gateway, lane)


@given(topic=st.text(max_size=80))
def test_any_other_text_is_refused_by_name(topic: str) -> None:
    with pytest.raises(TopicError):
        Topic.parse(topic)


@pytest.mark.parametrize(
    ("topic", "fault"),
    [
        ("campus/v1/d1/s1/gw1", "is not campus/v1/"),
        ("campus/v1/d1/s1/gw1/readings/more", "is not campus/v1/"),
        ("campus/v2/d1/s1/gw1/readings", "is not campus/v1/"),
        ("campus/v1/d1//gw1/readings", "name ''"),
        ("campus/v1/d1/+/gw1/readings", "name '+'"),
        ("campus/v1/d1/S1/gw1/readings", "name 'S1'"),
        ("campus/v1/d1/s1\n/gw1/readings", "does not match"),
        (f"campus/v1/d1/{'s' * 49}/gw1/readings", "does not match"),
        ("campus/v1/d1/s1/gw1/Readings", "lane 'Readings'"),
    ],
)
def test_a_topic_that_is_not_ours_is_refused_with_the_part_that_is_wrong(topic: str, fault: str) -> None:
    with pytest.raises(TopicError, match=fault.replace("+", r"\+")):
        Topic.parse(topic)


def test_a_lane_nobody_knows_has_no_topic() -> None:
    with pytest.raises(TopicError, match="gossip"):
        Gateway("d1", "s1", "gw1").topic("gossip")


def test_every_lane_goes_one_way_and_has_a_size() -> None:
    assert not set(UP_LANES) & set(DOWN_LANES)
    assert set(LANES) == set(MAX_BYTES)


def test_the_subscription_for_all_gateways_has_a_place_for_each_name() -> None:
    assert all_gateways("health") == "campus/v1/+/+/+/health"
