"""From moments to a level: how long something must be there, and how long it must be gone."""


class Settled:
    """What a device says, once it has said so without a break for `on_s` (yes) or `off_s` (no).

    Unknown at first: calling it sound because the agent has only just started would clear a true failure.
    """

    def __init__(self, *, on_s: float, off_s: float) -> None:
        self._on_s, self._off_s = on_s, off_s
        self._says: bool | None = None
        self._differs_since_ms: int | None = None
        self.active: bool | None = None

    def update(self, *, says: bool, at_ms: int) -> bool | None:
        """Take one word; returns the level, None while it is not known."""
        if says == self.active:
            self._says, self._differs_since_ms = says, None
            return self.active
        if self._says != says or self._differs_since_ms is None or at_ms < self._differs_since_ms:
            # A clock set back starts the delay again rather than stretching it.
            self._differs_since_ms = at_ms
        self._says = says
        if at_ms - self._differs_since_ms >= (self._on_s if says else self._off_s) * 1000:
            self.active, self._differs_since_ms = says, None
        return self.active

    def pause(self) -> None:
        """Nothing can be said now: a delay that runs begins anew later; the level stays."""
        self._differs_since_ms = None

    def go_on(self, at_ms: int) -> bool | None:
        """The last word still stands at this moment; returns the level."""
        return self.active if self._says is None else self.update(says=self._says, at_ms=at_ms)


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
