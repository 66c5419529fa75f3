"""`lamplighter compliance verify` and `lamplighter compliance history`: the history nobody can quietly edit."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs
from lamplighter.cli.options import Database, Password, day_of, opened

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from compliance.history.book import Written

app = typer.Typer(help="The history of verdicts: its key, heads, time stamps and export.", no_args_is_help=True)

Chain = Annotated[str, typer.Option(help="Whose chain: a school's name, or `city`.")]


def attach(compliance: typer.Typer) -> None:
    """Add these commands below `lamplighter compliance`."""
    compliance.command()(verify)
    compliance.command()(rescore)
    compliance.add_typer(app, name="history")


def verify(
    export: Annotated[Path, typer.Argument(help="Folder that `compliance history export` wrote.")],
    *,
    key: Annotated[Path, typer.Option(help="Public key (PEM) of the operator, from outside the export.")],
    head: Annotated[list[str] | None, typer.Option(help="HASH@DATE from a report or mail; may be repeated.")] = None,
    stamp: Annotated[list[Path] | None, typer.Option(help="RFC 3161 answer (DER) kept outside; may be repeated.")] = None,
    authority: Annotated[Path | None, typer.Option(help="Root certificates (PEM) of the authority that gave the stamps.")] = None,
    language: Annotated[str, typer.Option(help="zh or en.")] = "en",
) -> None:
    """Check that nobody edited an exported history; exit 1 and where, if somebody did.

    Example: lamplighter compliance verify export/ --key operator.pub --head 5f0c…@2026-11-20
    """
    with needs("server"):
        from compliance.verify.check import Stamp, check
        from compliance.verify.heads import HeadRefused, parse_head
        from compliance.verify.signatures import KeyRefused
        from compliance.verify.words import told
    from lamplighter.contract.errors import SettingsError

    if not (head or stamp) or (stamp and authority is None):
        raise SettingsError("--head: give HASH@DATE, or --stamp with --authority; from outside the export, or nothing is proved")
    stamps = [Stamp(path, authority) for path in stamp or () if authority is not None]
    try:
        report = check(export, key, [parse_head(text) for text in head or ()], stamps)
    except (KeyRefused, HeadRefused) as error:
        raise SettingsError(str(error)) from error
    typer.echo(told(report, language), nl=False)
    if not report.sound:
        raise typer.Exit(1)


def rescore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of files; docs/compliance.md describes it.")],
    *,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First day, as 2026-11-20.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day.")],
    who: Annotated[str, typer.Option(help="Who asks for it; the chain holds a commitment to the name.")],
    why: Annotated[str, typer.Option(help="Why, in words; the chain holds them.")],
    database: Database,
    key: Annotated[Path, typer.Option(help="Private key that signs the heads.")],
    rules_of: Annotated[str | None, typer.Option(metavar="DAY", help="Judge by the rules in force on this day instead.")] = None,
    pack: Annotated[list[str] | None, typer.Option("--pack", metavar="NAME", help="A rule pack; all of ours without it.")] = None,
    password_file: Password = None,
) -> None:
    """Judge closed days anew; where a verdict differs, append an amendment with who, why and both verdicts. Nothing is overwritten.

    Example: lamplighter compliance rescore school/ --from 2026-09-01 --to 2026-09-30 --rules-of 2027-01-01 --who "Li Hua"
    --why "edition 2026" --database sqlite:///h.db --key h.pem
    """
    with needs("server"):
        from compliance.files.folder import read_folder
        from compliance.files.score import Days
        from compliance.history import keys
        from compliance.history.closing import Change
        from compliance.history.rescoring import rescored
        from compliance.packs import choose_packs
        from lamplighter.runtime.clock import SystemClock
        from lamplighter.storage.sql.engine import transaction

    private, read = keys.read_private(key), read_folder(folder)
    days = Days(day_of("--from", first), day_of("--to", last), None if rules_of is None else day_of("--rules-of", rules_of))
    with transaction(opened(database, password_file)) as connection:
        change = Change(who, why)
        changed = rescored(connection, read, choose_packs(pack or []), days, change=change, key=private, at=SystemClock().now())
    for one in changed:
        typer.echo(str(one))
    typer.echo(f"{len(changed)} verdicts amended")


@app.command("key")
def make_key(
    path: Annotated[Path, typer.Argument(help="Where the private key goes; the public one lies beside it as .pub.")],
) -> None:
    """Make the operator's signing key, once.

    Example: lamplighter compliance history key secrets/history.pem
    """
    with needs("server"):
        from compliance.history import keys

    typer.echo(f"private key {path}; give {keys.make_key(path)} to everybody")


@app.command()
def close(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of files; docs/compliance.md describes it.")],
    *,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First day, as 2026-11-20.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day.")],
    database: Database,
    key: Annotated[Path, typer.Option(help="Private key that signs the heads.")],
    pack: Annotated[list[str] | None, typer.Option("--pack", metavar="NAME", help="A rule pack; all of ours without it.")] = None,
    password_file: Password = None,
) -> None:
    """Judge a folder of files and close its days for good; days that are closed already are amended where a verdict differs.

    Example: lamplighter compliance history close school/ --from 2026-09-01 --to 2026-09-30 --database sqlite:///h.db --key h.pem
    """
    with needs("server"):
        from collections import Counter
        from itertools import groupby

        from rich.progress import track

        from compliance.files.folder import read_folder
        from compliance.files.score import Days
        from compliance.history import from_folder, keys, nightly
        from compliance.packs import choose_packs
        from lamplighter.runtime.clock import SystemClock
        from lamplighter.storage.sql.engine import transaction

    private, now = keys.read_private(key), SystemClock().now()
    days = Days(day_of("--from", first), day_of("--to", last))
    done: Counter[str] = Counter()
    with transaction(opened(database, password_file)) as connection:
        kept = list(from_folder.school_days(connection, read_folder(folder), choose_packs(pack or []), days))
        for day, schools in groupby(track(kept, description="days", transient=True), key=lambda one: one.day):
            told = Counter(nightly.keep_day(connection, one, at=now) for one in schools)
            if told.keys() - {"unchanged"}:
                nightly.end_night(connection, private, day=day, at=now)
            done += told
    typer.echo(", ".join(f"{count} days {what}" for what, count in sorted(done.items())) or "no day had a verdict")


@app.command()
def heads(
    database: Database,
    *,
    password_file: Password = None,
    sign_with: Annotated[Path | None, typer.Option(help="Private key; signs heads that are not signed yet.")] = None,
) -> None:
    """Print every chain's head as HASH@DATE, to be mailed and kept by somebody else.

    Example: lamplighter compliance history heads --database sqlite:///data/state.sqlite --sign-with secrets/history.pem
    """
    with needs("server"):
        from compliance.history import book, keys, witness
        from lamplighter.runtime.clock import SystemClock
        from lamplighter.storage.sql.engine import transaction

    now = SystemClock().now()
    with transaction(opened(database, password_file)) as connection:
        if sign_with is not None:
            book.sign_heads(connection, keys.read_private(sign_with), at=now)
        for name in book.chain_names(connection):
            newest = book.head(connection, name)
            if newest is not None:
                typer.echo(f"{name} {newest.seq} {witness.head_line(newest, now.date())}")


@app.command()
def export(
    folder: Annotated[
        Path, typer.Argument(help="A folder without a history; files already in it, as of `compliance export`, are sealed with it.")
    ],
    *,
    database: Database,
    key: Annotated[Path, typer.Option(help="Private key that seals the list of files.")],
    school: Annotated[list[str] | None, typer.Option(help="Only these schools' chains; all without it.")] = None,
    password_file: Password = None,
) -> None:
    """Write the history as files that `compliance verify` reads.

    Example: lamplighter compliance history export out/ --database sqlite:///data/state.sqlite --key secrets/history.pem
    """
    with needs("server"):
        from compliance.history import book, keys
        from compliance.history.export import export_history
        from lamplighter.runtime.clock import SystemClock
        from lamplighter.storage.sql.engine import snapshot

    private = keys.read_private(key)
    with snapshot(opened(database, password_file)) as connection:
        chains = school or book.chain_names(connection)
        count = export_history(connection, folder, chains=chains, key=private, at=SystemClock().now())
    typer.echo(f"{folder}: {count} files of {len(chains)} chains")


@app.command()
def stamp_request(
    out: Annotated[Path, typer.Argument(help="Where the request (TimeStampReq, DER) goes.")],
    *,
    database: Database,
    chain: Chain = "city",
    password_file: Password = None,
) -> None:
    """Write an RFC 3161 request for a chain's head, to be sent to a time-stamp authority.

    Example: lamplighter compliance history stamp-request head.tsq --database sqlite:///data/state.sqlite
    """
    with needs("server"):
        from compliance.history import witness

    newest = _head(opened(database, password_file), chain)
    out.write_bytes(witness.stamp_request(newest))
    typer.echo(f"{out}: entry {newest.seq} of {chain}; POST it as application/timestamp-query, then `stamp-accept` the answer")


@app.command()
def stamp_accept(
    response: Annotated[Path, typer.Argument(help="The authority's answer (TimeStampResp, DER).")],
    *,
    authority: Annotated[Path, typer.Option(help="The authority's root certificates (PEM).")],
    database: Database,
    chain: Chain = "city",
    password_file: Password = None,
) -> None:
    """Check a time stamp of the chain's head and put it into the chain.

    Example: lamplighter compliance history stamp-accept head.tsr --authority tsa.pem --database sqlite:///data/state.sqlite
    """
    with needs("server"):
        from compliance.history import witness
        from lamplighter.runtime.clock import SystemClock
        from lamplighter.storage.sql.engine import transaction

    engine, now = opened(database, password_file), SystemClock().now()
    newest, answer = _head(engine, chain), response.read_bytes()
    stamped = witness.read_stamp(newest, answer, authority)
    with transaction(engine) as connection:
        witness.keep_stamp(connection, newest, answer, stamped, day=now.date(), at=now)
    typer.echo(f"entry {newest.seq} of {chain} was seen at {stamped.at.isoformat()}")


def _head(engine: "Engine", chain: str) -> "Written":
    from compliance.history import book
    from lamplighter.contract.errors import SettingsError
    from lamplighter.storage.sql.engine import snapshot

    with snapshot(engine) as connection:
        newest = book.head(connection, chain)
    if newest is None:
        raise SettingsError(f"--chain {chain}: has not begun; `compliance history heads` lists the chains")
    return newest
