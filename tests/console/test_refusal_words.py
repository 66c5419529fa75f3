"""Why something was refused is told in the reader's language."""

import re

import pytest

from console.present import Presenter
from console.refusal_words import refusal_in_chinese
from ingest.rows import FUTURE_MS
from lamplighter.contract.points import POINTS, fault_of_value
from lamplighter.contract.topics import Gateway, Topic, TopicError
from tests.console.conftest import TEN_MS

pytestmark = pytest.mark.unit

CHINESE = re.compile(r"[\u3400-\u9fff]")


def topic_fault(topic: str) -> str:
    with pytest.raises(TopicError) as caught:
        Topic.parse(topic)
    return str(caught.value)


REASONS = [
    *(str(fault_of_value(name, value)) for name, value in (("illuminance_lx", -5.0), ("illuminance_lx", float("nan")), ("x", 1.0))),
    *(topic_fault(topic) for topic in ("lamplighter/v1/a", "lamplighter/v1/A B/s1/g1/readings", "lamplighter/v1/d1/s1/g1/news")),
    "900000 bytes is more than the lane readings carries (262144)",
    "does not decode: JSON is malformed: invalid character (byte 3)",
    "seq 9 does not lie within low 1..high 5",
    f"gateway {'/'.join(Gateway('d1', 's1', 'gw9'))} is in no site file",
    "'lux9' is not in the site file of s1",
    "'lux1' belongs to gateway gw1, not gw2",
    "a reading of good quality must carry a value",
    f"dated {FUTURE_MS / 1000:.0f} s ahead of the centre's clock",
    "at_ms or since_ms of -1 lies outside the years 1970 to 2100",
]


@pytest.mark.parametrize("reason", REASONS)
def test_every_refusal_is_told_in_chinese(reason: str) -> None:
    told = refusal_in_chinese(reason)
    assert CHINESE.search(told)
    assert [number for number in re.findall(r"\d+", reason) if number not in told] == []


def test_a_point_goes_by_its_name() -> None:
    said = refusal_in_chinese(str(fault_of_value("illuminance_lx", -5.0)))
    assert said.startswith(f"{POINTS['illuminance_lx'].zh} -5 lx 超出范围 0 至 ")


def test_the_page_says_it_in_its_language_and_keeps_what_it_does_not_know() -> None:
    reason = "gateway d1/s1/gw9 is in no site file"
    assert Presenter("zh", "Asia/Shanghai", TEN_MS).refusal(reason) == "网关 d1/s1/gw9 不在任何场所文件中"
    assert Presenter("en", "Asia/Shanghai", TEN_MS).refusal(reason) == reason
    assert Presenter("zh", "Asia/Shanghai", TEN_MS).refusal("of another time") == "of another time"
