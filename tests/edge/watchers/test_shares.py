"""Cameras are spread over cores."""

import pytest

from edge.watchers.shares import Share, shares_of

pytestmark = pytest.mark.unit


def names(count: int) -> list[str]:
    return [f"c{number}" for number in range(count)]


@pytest.mark.parametrize(
    ("cameras", "processes", "cores", "sizes"),
    [
        (16, None, 2, [8, 8]),
        (5, None, 2, [3, 2]),
        (4, None, 8, []),
        (0, None, 8, []),
        (16, None, 1, []),
        (9, None, 8, [3, 3, 3]),
        (4, 2, 8, [2, 2]),
        (16, 1, 8, []),
        (2, 5, 8, [1, 1]),
    ],
)
def test_each_process_has_cameras_enough_or_as_many_as_the_settings_say(
    cameras: int, processes: int | None, cores: int, sizes: list[int]
) -> None:
    shares = shares_of(names(cameras), processes=processes, cores=range(cores))
    assert [len(share.cameras) for share in shares] == sizes
    assert not shares or sorted(name for share in shares for name in share.cameras) == sorted(names(cameras))


def test_each_process_keeps_to_cores_of_its_own_and_all_are_used() -> None:
    assert shares_of(names(3), processes=2, cores=[1, 4, 6]) == [Share(("c0", "c2"), (1, 6)), Share(("c1",), (4,))]


def test_more_processes_than_cores_share_all_of_them() -> None:
    assert [share.cores for share in shares_of(names(3), processes=3, cores=[0, 1])] == [(0,), (1,), (0, 1)]
