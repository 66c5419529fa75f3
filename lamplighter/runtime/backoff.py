"""Waiting longer after each failure, with jitter so that a thousand gateways do not return at once."""

import random


class Backoff:
    """Doubles from `first_s` to `most_s`; each wait is drawn from the upper half of the current step."""

    def __init__(self, first_s: float = 0.5, most_s: float = 60.0) -> None:
        self._first_s = first_s
        self._most_s = most_s
        self._step_s = first_s

    def next_s(self) -> float:
        """How long to wait now, in seconds."""
        step_s = self._step_s
        self._step_s = min(self._most_s, step_s * 2)
        return step_s * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret

    def reset(self) -> None:
        """Start over after a success."""
        self._step_s = self._first_s
