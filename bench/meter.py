"""Processor time of one thread, stage by stage, while the real pipeline runs: functions named in a table are timed from outside."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from time import thread_time
from typing import Any, NamedTuple


class Stage(NamedTuple):
    """A function of a class or module whose own time, less that of stages within it, counts as `name`."""

    name: str
    owner: Any
    function: str


class Meter:
    """Seconds of each stage so far; of one thread only."""

    def __init__(self) -> None:
        self.spent_s: defaultdict[str, float] = defaultdict(float)
        self._within_s = [0.0]

    @contextmanager
    def over(self, stages: Sequence[Stage]) -> Iterator["Meter"]:
        """Time these functions until the block is left."""
        with ExitStack() as timing:
            for stage in stages:
                timing.enter_context(self._timed(stage))
            yield self

    @contextmanager
    def _timed(self, stage: Stage) -> Iterator[None]:
        plain: Callable[..., Any] = getattr(stage.owner, stage.function)

        def timed(*given: Any, **named: Any) -> Any:
            begun_s = thread_time()
            self._within_s.append(0.0)
            try:
                return plain(*given, **named)
            finally:
                passed_s = thread_time() - begun_s
                self.spent_s[stage.name] += passed_s - self._within_s.pop()
                self._within_s[-1] += passed_s

        setattr(stage.owner, stage.function, timed)
        try:
            yield
        finally:
            setattr(stage.owner, stage.function, plain)
