"""What became of everything that was accepted: (series, time, value) row for row, each transition once."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bench.delivery import script
from bench.delivery.farm_process import look
from bench.delivery.script import Accepted, Key
from bench.delivery.store import StoredRow


class Tally(NamedTuple):
    """Readings and transitions of one run, summed; examples of what went wrong."""

    produced: int
    stored: int
    rejected: int
    shed: int
    lost: int
    doubled: int
    readings: int
    transitions: int
    examples: list[str]


class Said:
    """What the outboxes accepted."""

    def __init__(self, records: Path, outboxes: list[Path], *, gateways: int, readings: int) -> None:
        self._shape = {"gateways": gateways, "readings": readings}
        self.readings: list[Accepted] = []
        self.transitions: list[Accepted] = []
        for number in range(gateways):
            sure, unsure = script.read_record(records / f"gw{number:02d}.txt", number)
            for one in (*sure, *_decided(sure, unsure, outboxes[number])):
                (self.readings if one.lane == "readings" else self.transitions).append(one)

    def readings_said(self) -> list[tuple[Key, float, Accepted]]:
        """Every reading with the message it was in; with a wrong clock one identity may have been said twice."""
        return [
            (key, value, one) for one in self.readings for key, value in script.rows(one.gateway, one.k, one.at_ms, **self._shape)
        ]


def _decided(sure: list[Accepted], unsure: list[Accepted], outbox: Path) -> list[Accepted]:
    """Those that the outbox did accept as the process ended: its own count of that start is one more than we noted."""
    counts = {(boot, what): n for boot, what, n in look(outbox, "SELECT boot, what, n FROM counts")}
    highs = {(boot, lane): high for boot, lane, high in look(outbox, "SELECT boot, lane, high FROM lanes")}
    noted = Counter((one.boot, one.lane) for one in sure)
    accepted = []
    for one in unsure:
        if counts.get((one.boot, f"farm:{one.lane}"), 0) > noted[one.boot, one.lane]:
            noted[one.boot, one.lane] += 1
            accepted.append(one._replace(seq=highs.get((one.boot, one.lane), 0)))
    return accepted


class Centre:
    """What the SQL database of ingest says, read without our own code."""

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        self._db.row_factory = sqlite3.Row

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def transitions(self) -> Counter[tuple[str, int, bool]]:
        """Gateway, k and level of each transition applied, and how often."""
        rows = self._db.execute("SELECT gateway, evidence, active FROM transitions WHERE name = 'bench'")
        return Counter((row["gateway"], script.parse_transition(row["evidence"]), bool(row["active"])) for row in rows)

    def levels(self) -> dict[str, bool]:
        """The level that now holds, of each gateway."""
        return {
            row["gateway"]: bool(row["active"])
            for row in self._db.execute("SELECT gateway, active FROM conditions WHERE name = 'bench'")
        }

    def rejected_values(self) -> set[float]:
        """The values of readings quarantined one by one."""
        payloads = self._db.execute("SELECT payload FROM quarantine WHERE NOT whole")
        return {float(msgspec.json.decode(row["payload"])["value"]) for row in payloads}

    def rejected_messages(self) -> set[tuple[str, int, int]]:
        """Gateway, boot and seq of messages of readings quarantined whole."""
        rows = self._db.execute("SELECT topic, boot, seq FROM quarantine WHERE whole AND topic LIKE '%/readings'")
        return {(row["topic"].split("/")[4], row["boot"], row["seq"]) for row in rows}

    def shed(self) -> dict[tuple[str, int], list[tuple[int, int]]]:
        """Spans of seq of readings that each gateway's start said it shed."""
        spans: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'given_up'").fetchone():
            return spans
        for row in self._db.execute("SELECT gateway, boot, first, last FROM given_up WHERE lane = 'readings' AND why = 'shed'"):
            spans[row["gateway"], row["boot"]].append((row["first"], row["last"]))
        return spans


def judge(said: Said, stored: Iterable[StoredRow], centre: Centre) -> Tally:
    """Compare; a row that stands in the store a second time, or was never said, counts as doubled."""
    wanted = said.readings_said()
    times: Counter[StoredRow] = Counter(stored)
    rejected_values, rejected_messages, shed = centre.rejected_values(), centre.rejected_messages(), centre.shed()
    tally: Counter[str] = Counter()
    examples: list[str] = []
    for key, value, message in wanted:
        found = times.pop(StoredRow(key, value), 0)
        if found:
            tally["stored"] += 1
            tally["doubled"] += found - 1
        elif value in rejected_values or (key.gateway, message.boot, message.seq) in rejected_messages:
            tally["rejected"] += 1
        elif any(first <= message.seq <= last for first, last in shed.get((key.gateway, message.boot), ())):
            tally["shed"] += 1
        else:
            tally["lost"] += 1
            examples.append(f"lost {key} = {value} of {message}")
    tally["doubled"] += _extra(times, examples)
    for fact, n in _judge_transitions(said, centre, examples).items():
        tally[fact] += n
    return Tally(
        produced=len(wanted) + len(said.transitions),
        stored=tally["stored"],
        rejected=tally["rejected"],
        shed=tally["shed"],
        lost=tally["lost"],
        doubled=tally["doubled"],
        readings=len(wanted),
        transitions=len(said.transitions),
        examples=examples[:5],
    )


def _extra(left: Counter[StoredRow], examples: list[str]) -> int:
    examples += [f"doubled or never said {row}" for row in list(left)[:3]]
    return sum(left.values())


def _judge_transitions(said: Said, centre: Centre, examples: list[str]) -> Counter[str]:
    applied = centre.transitions()
    tally: Counter[str] = Counter()
    newest: dict[str, Accepted] = {}
    for one in said.transitions:
        name = script.gateway(one.gateway).gateway
        newest[name] = max(one, newest.get(name, one), key=lambda found: found.k)
        times = applied.pop((name, one.k, one.k % 2 == 0), 0)
        tally["stored" if times else "lost"] += 1
        tally["doubled"] += max(0, times - 1)
        if not times:
            examples.append(f"lost transition {one}")
    tally["doubled"] += sum(applied.values())
    levels = centre.levels()
    wrong = [name for name, one in newest.items() if levels.get(name) != (one.k % 2 == 0)]
    examples += [f"the level of {name} is not the newest" for name in wrong]
    tally["lost"] += sum(1 for name in wrong if name in levels)
    return tally


def as_json(tally: Tally) -> dict[str, Any]:
    """For the results file."""
    return tally._asdict()
