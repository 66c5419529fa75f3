"""Rights follow from the user's name, and names are what they must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamplighter.contract.errors import SettingsError
from lamplighter.contract.topics import NAME_PATTERN, Gateway
from lamplighter.deployment.access import (
    HEALTH,
    REGISTRAR,
    access_file,
    gateway_of,
    gateway_user,
    read_gateway,
    rights,
    worker_users,
)

pytestmark = pytest.mark.unit

NAMES = st.from_regex(NAME_PATTERN, fullmatch=True)
GATEWAYS = st.builds(Gateway, NAMES, NAMES, NAMES)


@given(GATEWAYS)
def test_a_gateway_is_told_by_its_user(gateway: Gateway) -> None:
    assert gateway_of(gateway_user(gateway)) == read_gateway("/".join(gateway)) == gateway


@given(GATEWAYS)
def test_every_right_of_a_gateway_is_a_full_topic_of_its_own(gateway: Gateway) -> None:
    prefix = f"campus/v1/{gateway.district}/{gateway.school}/{gateway.gateway}/"
    for _right, topic in rights(gateway_user(gateway)):
        assert topic.startswith(prefix)
        assert not {"+", "#", "/"} & set(topic.removeprefix(prefix))


def test_a_gateway_writes_up_and_reads_down() -> None:
    found = rights("d.s.g")
    lanes = {right: {topic.rpartition("/")[2] for kind, topic in found if kind == right} for right in ("write", "read")}
    assert lanes["write"] == {"conditions", "readings", "evidence", "health", "availability", "answer"}
    assert lanes["read"] == {"stored", "rejected", "command"}


def test_the_console_asks_and_hears_answers_and_nothing_else() -> None:
    assert {(right, topic.rpartition("/")[2]) for right, topic in rights("console")} == {
        ("write", "command"),
        ("read", "answer"),
        ("readwrite", "doctor"),
    }


@pytest.mark.parametrize("user", worker_users("ingest-1"))
def test_no_connection_of_ingest_may_write_what_gateways_write(user: str) -> None:
    written = {topic.rpartition("/")[2] for right, topic in rights(user) if right != "read"}
    assert written <= {"stored", "rejected", "doctor", "command"}
    assert ("command" in written) == user.endswith(".evidence")  # it asks gateways for clips


def test_the_registrar_only_says_who_is_there() -> None:
    assert rights(REGISTRAR) == [("write", "campus/v1/+/+/+/availability")]


@pytest.mark.parametrize("user", ["anybody", "ingest-1.other", ""])
def test_who_is_nobody_special_may_do_nothing(user: str) -> None:
    assert rights(user) == []


def test_the_health_check_reads_one_topic() -> None:
    assert rights(HEALTH) == [("read", "$SYS/broker/uptime")]


def test_a_user_without_rights_still_ends_the_section_of_the_one_before() -> None:
    assert access_file([HEALTH, "anybody"]).endswith("\nuser anybody\n")


@pytest.mark.parametrize("text", ["", "d/s", "d/s/g/x", "d/s/G", "d//g", "d/s/+", "d/s/#", "d/s/g\nuser x", "d.x/s/g"])
def test_a_name_that_is_no_gateways_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="must be DISTRICT/SCHOOL/GATEWAY"):
        read_gateway(text)
