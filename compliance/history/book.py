"""The chains in SQL: append, sign, read; nothing here changes what is written."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, func, select, text

from compliance.history.canonical import canonical, sha256
from compliance.history.keys import sign
from compliance.history.names import Commitment
from compliance.verify.records import FIRST_PREV
from compliance.verify.signatures import HEAD
from lamplighter.storage.sql.tables import CHAIN_ENTRIES, CHAIN_HEADS, HISTORY_OBJECTS, NAMES
from lamplighter.storage.sql.upsert import upsert

EntryKind = Literal["verdicts", "amendment", "conditions", "ledger", "actions", "heads", "witness", "erasure", "visit"]
VERSION: Final = 1


class Input(NamedTuple):
    """Something a document rests on: its kind and name, and its content as bytes."""

    kind: str
    name: str
    content: bytes


class Written(NamedTuple):
    """An entry of a chain as it stands: `hash` is the chain's head while it is the newest."""

    chain: str
    seq: int
    day: str
    kind: str
    hash: str
    document: str


def append(
    connection: Connection,
    chain: str,
    kind: EntryKind,
    *,
    day: date,
    at: datetime,
    said: Mapping[str, Any],
    inputs: Sequence[Input] = (),
) -> Written:
    """Add an entry that stands for a document of these facts; call it in a transaction. Writers of one chain take turns."""
    take_turns(connection, chain)
    listed = [
        {"kind": one.kind, "name": one.name, "sha256": sha256(one.content), "bytes": len(one.content)}
        for one in sorted(inputs, key=lambda one: (one.kind, one.name))
    ]
    document = canonical({**said, "kind": kind, "day": str(day), "chain": chain, "inputs": listed})
    _keep(connection, [document, *(one.content for one in inputs)])
    newest = head(connection, chain)
    seq, document_hash = newest.seq + 1 if newest else 1, sha256(document)
    entry = {
        "v": VERSION,
        "chain": chain,
        "seq": seq,
        "kind": kind,
        "day": str(day),
        "at": written_time(at),
        "prev": newest.hash if newest else FIRST_PREV,
        "sha256": document_hash,
        "bytes": len(document),
    }
    line = canonical(entry)
    made = Written(chain, seq, str(day), kind, sha256(line), document_hash)
    connection.execute(CHAIN_ENTRIES.insert().values(**made._asdict(), line=line.decode()))
    return made


def head(connection: Connection, chain: str) -> Written | None:
    """The newest entry, None where the chain has not begun."""
    return next(entries(connection, chain, newest=1), None)


def entries(
    connection: Connection, chain: str, *, day: date | None = None, kinds: Sequence[EntryKind] = (), newest: int | None = None
) -> Iterator[Written]:
    """Entries, oldest first; with `newest`, so many of the latest, newest first."""
    table = CHAIN_ENTRIES
    wanted = select(*(table.c[name] for name in Written._fields)).where(table.c.chain == chain)
    if day is not None:
        wanted = wanted.where(table.c.day == str(day))
    if kinds:
        wanted = wanted.where(table.c.kind.in_(kinds))
    ordered = wanted.order_by(table.c.seq.desc()).limit(newest) if newest else wanted.order_by(table.c.seq)
    return (Written(*row) for row in connection.execute(ordered))


def content_of(connection: Connection, digest: str) -> bytes:
    """The document or input with this hash; raises LookupError where it is not kept."""
    found = connection.execute(select(HISTORY_OBJECTS.c.content).where(HISTORY_OBJECTS.c.sha256 == digest)).scalar()
    if found is None:
        raise LookupError(f"no document {digest} is kept")
    return bytes(found)


def chain_names(connection: Connection) -> list[str]:
    """Every chain that has begun."""
    return list(connection.execute(select(CHAIN_ENTRIES.c.chain).distinct().order_by(CHAIN_ENTRIES.c.chain)).scalars())


def sign_heads(
    connection: Connection, key: Ed25519PrivateKey, *, at: datetime, chains: Sequence[str] | None = None
) -> list[Written]:
    """Sign the newest entry of each chain whose newest is not signed yet; what was signed."""
    fresh = [one for one in unsigned(connection) if chains is None or one.chain in chains]
    for one in fresh:
        record = {"v": VERSION, "chain": one.chain, "seq": one.seq, "day": one.day, "hash": one.hash, "at": written_time(at)}
        line = sign(key, HEAD, record).decode()
        connection.execute(CHAIN_HEADS.insert().values(chain=one.chain, seq=one.seq, line=line))
    return fresh


def heads(connection: Connection) -> list[Written]:
    """The newest entry of every chain, by name."""
    table = CHAIN_ENTRIES
    newest = select(table.c.chain, func.max(table.c.seq).label("seq")).group_by(table.c.chain).subquery()
    same = (table.c.chain == newest.c.chain) & (table.c.seq == newest.c.seq)
    wanted = select(*(table.c[name] for name in Written._fields)).join(newest, same).order_by(table.c.chain)
    return [Written(*row) for row in connection.execute(wanted)]


def unsigned(connection: Connection) -> list[Written]:
    """The newest entry of every chain whose newest is not signed yet."""
    signed = dict(connection.execute(select(CHAIN_HEADS.c.chain, func.max(CHAIN_HEADS.c.seq)).group_by(CHAIN_HEADS.c.chain)).all())
    return [one for one in heads(connection) if one.seq > signed.get(one.chain, 0)]


def keep_name(connection: Connection, name: Commitment) -> str:
    """Keep the name behind a commitment, and give back what documents write instead of it."""
    upsert(connection, NAMES, [name._asdict()], key=("commitment",))
    return name.written


def written_time(at: datetime) -> str:
    """UTC to the second, as entries write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _keep(connection: Connection, contents: Sequence[bytes]) -> None:
    by_hash = {sha256(content): content for content in contents}
    table = HISTORY_OBJECTS
    known = set(connection.execute(select(table.c.sha256).where(table.c.sha256.in_(by_hash))).scalars())
    fresh = [{"sha256": digest, "content": content} for digest, content in by_hash.items() if digest not in known]
    upsert(connection, table, fresh, key=("sha256",))


def take_turns(connection: Connection, chain: str) -> None:
    """Hold the chain (or what else goes by that name) until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:chain))"), {"chain": f"lamplighter chain {chain}"})
