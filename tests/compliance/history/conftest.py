"""A small school's history, as the running system writes it, and the hands that tamper with it."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from compliance.history.book import Input, Written, head, sign_heads
from compliance.history.closing import CITY, Change, amend_day, close_city, close_day
from compliance.history.export import export_history
from compliance.history.keys import make_key, read_private
from compliance.verdicts import Verdict, VerdictName
from compliance.verify.check import Report, check
from compliance.verify.heads import Kept
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql, snapshot, transaction

FIRST = date(2026, 9, 1)
TESTER = "测量员甲"


def verdict(
    day: date, *, school: str = "yucai", subject: str = "a101", says: VerdictName = "pass", value: float = 310.5
) -> Verdict:
    return Verdict(
        day=day,
        district="haidian",
        school=school,
        subject=subject,
        rule="LGT-021",
        version="1",
        verdict=says,
        standing="recommended",
        severity="major",
        threshold=300.0,
        unit="lx",
        value=value,
        margin=value - 300.0,
    )


def evening(day: date) -> datetime:
    """When a day is closed here."""
    return datetime(day.year, day.month, day.day, 18, tzinfo=UTC) + timedelta(days=1)


class History:
    """Writes days of two schools and their city, and exports them."""

    def __init__(self, engine: Engine, key: Path) -> None:
        self.engine = engine
        self.key = key
        self.public = key.with_suffix(".pub")

    def write(self, days: int, *, skip: int = 0, value: float = 310.5, schools: Sequence[str] = ("yucai", "jingshan")) -> None:
        """Close so many days from the first of September, `skip` of them closed already; the third is amended on the fourth."""
        with transaction(self.engine) as connection:
            for number in range(skip, days):
                day = FIRST + timedelta(days=number)
                self._day(connection, day, schools, value)
                if number == 3:
                    self.amend(connection, FIRST + timedelta(days=2), at=evening(day))
                close_city(connection, schools, day=day, at=evening(day))
                sign_heads(connection, read_private(self.key), at=evening(day))

    def _day(self, connection: Connection, day: date, schools: Sequence[str], value: float) -> None:
        for school in schools:
            verdicts = [
                verdict(day, school=school, value=value),
                verdict(day, school=school, subject="a102", says="fail", value=250),
            ]
            inputs = [Input("windows", f"{school} {day}", f"{day} 300,301".encode()), Input("pack", "cn-rooms", b"rules")]
            close_day(connection, school, day, verdicts=verdicts, inputs=inputs, at=evening(day))

    def amend(self, connection: Connection, day: date, *, at: datetime, value: float = 290.0) -> Written | None:
        """Late data changed the verdict of a101."""
        late = [verdict(day, says="fail", value=value), verdict(day, subject="a102", says="fail", value=250)]
        change = Change(TESTER, "late survey")
        return amend_day(connection, "yucai", day, verdicts=late, inputs=(), at=at, change=change)

    def head(self, chain: str = CITY) -> Kept:
        """What somebody outside keeps of a chain tonight."""
        with snapshot(self.engine) as connection:
            newest = head(connection, chain)
        assert newest is not None
        return Kept(newest.hash, str(evening(date.fromisoformat(newest.day)).date()))

    def export(self, folder: Path, chains: Sequence[str] = ("city", "jingshan", "yucai")) -> Path:
        """The whole history as files."""
        with snapshot(self.engine) as connection:
            export_history(connection, folder, chains=chains, key=read_private(self.key), at=datetime(2027, 1, 1, tzinfo=UTC))
        return folder


class Export:
    """An export somebody received, the key and the head they kept; `tampered` copies it first."""

    def __init__(self, history: History, folder: Path, kept: Sequence[Kept]) -> None:
        self.history = history
        self.folder = folder
        self.kept = kept

    def check(self, folder: Path | None = None, kept: Sequence[Kept] | None = None) -> Report:
        """What the auditor sees."""
        return check(folder or self.folder, self.history.public, kept if kept is not None else self.kept)

    def copy(self, to: Path) -> Path:
        """A copy to tamper with."""
        shutil.copytree(self.folder, to)
        return to


def new_history(folder: Path, key: Path | None = None) -> History:
    """A history in a folder of its own; with `key`, signed with a key that is there."""
    engine = open_sql(SqlSettings(url=f"sqlite:///{folder / 'state.sqlite'}"))
    migrate(engine)
    if key is None:
        key = folder / "operator.pem"
        make_key(key)
    return History(engine, key)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """A history that has not begun."""
    made = new_history(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Export]:
    """Eight days of two schools, one amended, exported; the city's head of the last evening was kept outside."""
    folder = tmp_path_factory.mktemp("history")
    made = new_history(folder)
    made.write(8)
    yield Export(made, made.export(folder / "export"), [made.head()])
    made.engine.dispose()
