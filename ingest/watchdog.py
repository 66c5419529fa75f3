"""Looks after every gateway now and then: is what it sends being stored, is anything missing for good, are there two of it."""

from collections import defaultdict
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, func, select

from ingest.centre import tell
from ingest.settings import PressureSettings
from lamplighter.contract.errors import Unavailable
from lamplighter.contract.records import Health
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger
from lamplighter.storage.sql.completeness import Account, accounts, note_gaps
from lamplighter.storage.sql.engine import snapshot, transaction
from lamplighter.storage.sql.tables import GATEWAYS, LANES

_HEALTH_COUNTS_MS: Final = 120_000
_RIVAL_MS: Final = 600_000
_ALL_EVERY_MS: Final = 600_000


class Watchdog:
    """Raises and clears store_behind, delivery_gap and gateway_duplicate. Several workers may do so at once."""

    def __init__(self, sql: Engine, settings: PressureSettings, clock: Clock) -> None:
        self._sql = sql
        self._settings = settings
        self._clock = clock
        self._started_ms = clock.now_ms()
        self._all_seen_ms = 0
        self._log = logger()

    def look(self) -> None:
        """Look once."""
        now_ms = self._clock.now_ms()
        try:
            with snapshot(self._sql) as connection:
                found = accounts(connection, since_ms=self._looks_since(now_ms), or_gaps=True)
            with transaction(self._sql) as connection:
                note_gaps(connection, found, at_ms=now_ms)
                self._tell_gaps(connection, found, now_ms)
                self._tell_of_gateways(connection, now_ms)
        except Unavailable as error:
            self._log.warning("watchdog_cannot_look", reason=str(error))

    def _looks_since(self, now_ms: int) -> int:
        """What was not heard of lately is looked at seldom: a city's starts of a year are many."""
        if now_ms - self._all_seen_ms >= _ALL_EVERY_MS:
            self._all_seen_ms = now_ms
            return 0
        return self._all_seen_ms - _ALL_EVERY_MS

    def _tell_gaps(self, connection: Connection, found: list[Account], now_ms: int) -> None:
        missing: dict[Gateway, int] = defaultdict(int)
        for one in found:
            old = [gap for gap in one.gaps if gap.seen_at_ms and now_ms - gap.seen_at_ms >= self._settings.gap_s * 1000]
            missing[one.start.gateway] += sum(gap.last - gap.first + 1 for gap in old)
        for gateway, messages in sorted(missing.items()):
            tell(connection, gateway, "delivery_gap", active=messages > 0, at_ms=now_ms, evidence={"messages": messages})

    def _tell_of_gateways(self, connection: Connection, now_ms: int) -> None:
        stored = {
            Gateway(*row[:3]): row[3]
            for row in connection.execute(
                select(LANES.c.district, LANES.c.school, LANES.c.gateway, func.max(LANES.c.last_at_ms)).group_by(
                    LANES.c.district, LANES.c.school, LANES.c.gateway
                )
            )
        }
        for row in connection.execute(select(GATEWAYS)).all():
            gateway = Gateway(row.district, row.school, row.gateway)
            age_ms = now_ms - max(stored.get(gateway, 0), self._started_ms)
            behind = self._is_live(row, now_ms) and _waiting(row) > 0 and age_ms > self._settings.behind_s * 1000
            tell(connection, gateway, "store_behind", active=behind, at_ms=now_ms, evidence={"age_s": age_ms // 1000})
            tell(connection, gateway, "gateway_duplicate", active=now_ms - row.rival_at_ms < _RIVAL_MS, at_ms=now_ms)

    @staticmethod
    def _is_live(row: Any, now_ms: int) -> bool:
        return bool(row.state == "online" and now_ms - row.health_at_ms < _HEALTH_COUNTS_MS)


def _waiting(row: Any) -> int:
    """Messages in the gateway's outbox, by its own last word."""
    try:
        return sum(msgspec.json.decode(row.health, type=Health).outbox_rows.values())
    except msgspec.MsgspecError:
        return 0
