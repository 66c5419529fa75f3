"""From moments to a level: how long something must be there, and how long it must be gone."""


class Delayed:
    """A level that is entered after `on_s` of presence and left after `off_s` without; a gap of up to `gap_s` is no absence."""

    def __init__(self, *, on_s: float, off_s: float, gap_s: float = 1.0) -> None:
        self._on_s, self._off_s, self._gap_s = on_s, off_s, gap_s
        self._last_s: float | None = None
        self.since_s = 0.0
        self.active = False

    def update(self, *, present: bool, at_s: float) -> bool:
        """Take one moment; `at_s` must grow from call to call. Returns the level."""
        if present:
            if self._last_s is None or (not self.active and at_s - self._last_s > self._gap_s):
                self.since_s = at_s
            self._last_s = at_s
            self.active = self.active or at_s - self.since_s >= self._on_s - 1e-6
        elif self._last_s is not None and at_s - self._last_s >= self._off_s:
            self.reset()
        return self.active

    def lasted_s(self, at_s: float) -> float:
        """How long it has been there; 0 when it is not."""
        return at_s - self.since_s if self._last_s is not None else 0.0

    def reset(self) -> None:
        """Forget everything; the level is left."""
        self._last_s, self.active = None, False
