"""The console of a small city that was judged for real, its days kept in signed chains.

`python -m tests.console.scored --port 8331` serves it, to look at.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, event

from compliance.history.keys import make_key
from compliance.history.live import History, HistorySettings
from compliance.packs import load_packs
from compliance.service import Verdicts
from console.view import View
from lamplighter.runtime.clock import Clock
from lamplighter.storage.sql.engine import SqlSettings, open_sql
from lamplighter.storage.sql.tables import METADATA
from lamplighter.storage.timeseries.duckdb import DuckDbSettings
from lamplighter.storage.timeseries.protocol import TimeSeries
from lamplighter.storage.timeseries.settings import open_store
from tests.console.seed import without_sync
from tests.dashboards.scored_city import BEIJING, FED, sites

SCHOOL: Final = "dengta-no2"


class Judged:
    """The view, and what lies behind it."""

    def __init__(self, view: View, store: TimeSeries, sql: Engine, today: date) -> None:
        self.view = view
        self.store = store
        self.sql = sql
        self.today = today


@contextmanager
def judged(folder: Path, clock: Clock, *, days: int, only: str = "") -> Iterator[Judged]:
    """Every school, or only one, judged for the days before today, by the product."""
    sql = open_sql(SqlSettings(url=f"sqlite:///{folder / 'state.sqlite'}"))
    event.listen(sql, "connect", without_sync)
    METADATA.create_all(sql)
    store = open_store(DuckDbSettings(path=Path(":memory:")))
    make_key(folder / "key.pem")
    history = History(sql, HistorySettings(key_file=folder / "key.pem"), clock)
    rules = [rule for rule in load_packs() if rule.id in FED]
    today = clock.now().astimezone(BEIJING).date()
    schools = tuple(sites(today))
    chosen = [one for one in schools if only in {"", one.school}]
    Verdicts(chosen, rules, store=store, clock=clock, history=history).refresh(
        [today - timedelta(days=back) for back in range(days, 0, -1)]
    )
    try:
        view = View(store, sql, schools, rules={rule.id: rule for rule in rules}, stills=None, clock=clock)
        yield Judged(view, store, sql, today)
    finally:
        store.close()
        sql.dispose()


def _main() -> None:
    import argparse
    import asyncio
    import tempfile

    from console.app import create_app
    from console.port import claim_port
    from console.serve import serve
    from lamplighter.runtime.clock import SystemClock

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8331)
    port = int(parser.parse_args().port)
    with tempfile.TemporaryDirectory() as folder, judged(Path(folder), SystemClock(), days=25) as city:
        asyncio.run(serve(create_app(city.view), claim_port("127.0.0.1", port)))


if __name__ == "__main__":
    _main()
