"""Every table. Times are ms since 1970 UTC; JSON is text. A test compares the migrations with this file."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")


def _gateway_key(*, primary: bool) -> list[Column[str]]:
    return [Column(name, String(48), primary_key=primary, nullable=False) for name in ("district", "school", "gateway")]


GATEWAYS: Final = Table(
    "gateways",
    METADATA,
    *_gateway_key(primary=True),
    Column("boot", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),  # online | offline
    Column("state_at_ms", BigInteger, nullable=False),
    Column("health_at_ms", BigInteger, nullable=False, server_default="0"),
    Column("health", Text, nullable=False, server_default="{}"),  # the Health record, JSON
    Column("boot_id", String(64), nullable=False, server_default=text("''")),
    Column("rival_at_ms", BigInteger, nullable=False, server_default="0"),  # when a second live start was last heard
)

RECEIVED: Final = Table(  # which sequence numbers are stored or rejected, as inclusive ranges that never touch
    "received",
    METADATA,
    *_gateway_key(primary=True),
    Column("boot", BigInteger, primary_key=True),
    Column("boot_id", String(64), primary_key=True),
    Column("lane", String(16), primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Index(None, "boot_id", "lane"),
)

GIVEN_UP: Final = Table(  # what a gateway said it will not send: shed for want of room, or dead: never answered
    "given_up",
    METADATA,
    *_gateway_key(primary=True),
    Column("boot", BigInteger, primary_key=True),
    Column("boot_id", String(64), primary_key=True),
    Column("lane", String(16), primary_key=True),
    Column("why", String(16), primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("items", BigInteger, nullable=False),
    Column("from_ms", BigInteger, nullable=False),
    Column("to_ms", BigInteger, nullable=False),
)

GAPS: Final = Table(  # what is missing and no gateway holds any more, and since when that is known
    "gaps",
    METADATA,
    *_gateway_key(primary=True),
    Column("boot", BigInteger, primary_key=True),
    Column("boot_id", String(64), primary_key=True),
    Column("lane", String(16), primary_key=True),
    Column("first", BigInteger, primary_key=True),
    Column("last", BigInteger, nullable=False),
    Column("seen_at_ms", BigInteger, nullable=False),
)

LANES: Final = Table(  # what a gateway said of a lane, and what came of it
    "lanes",
    METADATA,
    *_gateway_key(primary=True),
    Column("boot", BigInteger, primary_key=True),
    Column("boot_id", String(64), primary_key=True),
    Column("lane", String(16), primary_key=True),
    Column("low", BigInteger, nullable=False),
    Column("high", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("duplicates", BigInteger, nullable=False),
    Column("last_at_ms", BigInteger, nullable=False),
    Column("late", BigInteger, nullable=False, server_default="0"),  # came after a later one
    Column(
        "final", Boolean, nullable=False, server_default=false()
    ),  # a later start of the same outbox said that `high` is the last
)

_CONDITION_COLUMNS: Final = (
    ("kind", String(48)),
    ("name", String(128)),
    ("source", String(48)),
    ("space", String(48)),
)

CONDITIONS: Final = Table(  # the level that now holds, one row an id
    "conditions",
    METADATA,
    *_gateway_key(primary=True),
    Column("id", String(255), primary_key=True),
    *[Column(name, kind, nullable=False) for name, kind in _CONDITION_COLUMNS],
    Column("active", Boolean, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("boot", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("still_sha256", String(64), nullable=False),
    Column("raised_count", Integer, nullable=False),
)

TRANSITIONS: Final = Table(  # every change of level, once; never edited
    "transitions",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    *_gateway_key(primary=False),
    Column("id", String(255), nullable=False),
    *[Column(name, kind, nullable=False) for name, kind in _CONDITION_COLUMNS],
    Column("active", Boolean, nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("received_at_ms", BigInteger, nullable=False),
    Column("boot", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("still_sha256", String(64), nullable=False),
    UniqueConstraint("district", "school", "gateway", "id", "boot", "seq"),
    Index(None, "at_ms"),
)

QUARANTINE: Final = Table(  # what was refused, whole or in part; the same refusal again only raises `count`
    "quarantine",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("topic", String(255), nullable=False),
    Column("reason", Text, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("boot", BigInteger),
    Column("seq", BigInteger),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the whole payload (or of the refused reading's JSON)
    Column("payload", LargeBinary, nullable=False),  # its first 64 kB
    Column("count", Integer, nullable=False),
    Column("reason_sha256", String(64), nullable=False),
    UniqueConstraint("topic", "sha256", "reason_sha256"),
)

STILLS: Final = Table(  # pixelated pictures, kept as files by sha256
    "stills",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    *_gateway_key(primary=False),
    Column("condition", String(255), nullable=False),
    Column("camera", String(48), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("bytes", Integer, nullable=False),
)

CLIPS: Final = Table(  # which clip a gateway keeps of which raise of a condition
    "clips",
    METADATA,
    *_gateway_key(primary=True),
    Column("condition", String(255), primary_key=True),
    Column("raised_ms", BigInteger, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("camera", String(48), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("begin_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("sealed_sha256", String(64), nullable=False),
    Index(None, "sha256"),
)

CLIP_FILES: Final = Table(  # how far a clip that was asked for has come
    "clip_files",
    METADATA,
    *_gateway_key(primary=True),
    Column("sha256", String(64), primary_key=True),
    Column("state", String(16), nullable=False),  # asked | coming | here | gone
    Column("got", Integer, nullable=False),  # pieces that are here
    Column("parts", Integer, nullable=False),  # 0 while nobody knows
    Column("reason", Text, nullable=False),  # why it is gone
    Column("at_ms", BigInteger, nullable=False),  # of the newest change
    Column("told_at_ms", BigInteger, nullable=False),  # when the gateway was last asked; 0: not yet
    Index(None, "state"),
)

RETRIEVALS: Final = Table(  # who fetched or watched which clip and why (State Council Order 799 art. 16); never edited
    "retrievals",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("at_ms", BigInteger, nullable=False),
    *_gateway_key(primary=False),
    Column("sha256", String(64), nullable=False),
    Column("what", String(16), nullable=False),  # fetch | watch
    Column("who", String(128), nullable=False),
    Column("unit", String(128), nullable=False),
    Column("why", Text, nullable=False),
    Column("client", String(64), nullable=False),  # address of the browser
    Index(None, "sha256"),
)

CHAIN_ENTRIES: Final = Table(  # the hash chains; never edited
    "chain_entries",
    METADATA,
    Column("chain", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("day", String(10), nullable=False),  # local day that the entry is about
    Column("document", String(64), nullable=False),  # sha256 of what it stands for
    Column("line", Text, nullable=False),  # the entry, canonical JSON
    Column("hash", String(64), nullable=False),
    UniqueConstraint("hash"),
    Index(None, "chain", "day"),
)

CHAIN_HEADS: Final = Table(  # signed heads
    "chain_heads",
    METADATA,
    Column("chain", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
)

HISTORY_OBJECTS: Final = Table(  # documents and what they rest on, by content
    "history_objects",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

NAMES: Final = Table(  # personal names behind the commitments; erasing a row keeps every chain valid
    "names",
    METADATA,
    Column("commitment", String(64), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("in_ledger", Boolean, nullable=False, server_default=false()),  # ledgers write this one, always the same
)

LEDGER: Final = Table(  # every state of every ledger row: from which day it holds, and when we were told
    "ledger",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("school", String(48), nullable=False),
    Column("sheet", String(32), nullable=False),
    Column("key", String(255), nullable=False),
    Column("valid_from", String(10), nullable=False),
    Column("recorded_at_ms", BigInteger, nullable=False),
    Column("content", Text, nullable=False),  # the row, canonical JSON; empty: the row is gone
    Column("who", String(80), nullable=False),  # commitment to a name
    Column("why", Text, nullable=False),
    Index(None, "school", "sheet", "key"),
)

ACTIONS: Final = Table(  # what has to be mended, as it now stands
    "actions",
    METADATA,
    Column("id", String(255), primary_key=True),
    Column("district", String(48), nullable=False),
    Column("school", String(48), nullable=False),
    Column("state", String(16), nullable=False),
    Column("due", String(10), nullable=False),
    Column("content", Text, nullable=False),  # the whole action, JSON
    Index(None, "school", "state"),
)

WAIVERS: Final = Table(  # a failed requirement somebody lives with until a day
    "waivers",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("school", String(48), nullable=False),
    Column("subject", String(48), nullable=False),
    Column("rule", String(16), nullable=False),
    Column("since", String(10), nullable=False),
    Column("until", String(10), nullable=False),
    Column("who", String(80), nullable=False),
    Column("why", Text, nullable=False),
)

VISIT_ENTRIES: Final = Table(  # what was said in inspectors' visits; never edited
    "visit_entries",
    METADATA,
    Column("number", _NUMBER, primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False),  # the sender's own: the same entry sent again is known by it
    Column("visit", String(64), nullable=False),
    Column("school", String(48), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at_ms", BigInteger, nullable=False),  # when it was typed
    Column("received_at_ms", BigInteger, nullable=False),
    Column("who", String(80), nullable=False),  # commitment to a name
    Column("content", Text, nullable=False),
    UniqueConstraint("key"),
    Index(None, "school", "visit"),
)

REQUESTS: Final = Table(  # what people asked of gateways
    "requests",
    METADATA,
    Column("id", String(64), primary_key=True),
    *_gateway_key(primary=False),
    Column("kind", String(32), nullable=False),
    Column("camera", String(48), nullable=False),
    Column("client", String(64), nullable=False),  # address of the browser
    Column("at_ms", BigInteger, nullable=False),
    Column("answered_at_ms", BigInteger),
    Column("outcome", Text, nullable=False),  # empty, `done`, or why it was refused
    Index(None, "school", "at_ms"),
)
