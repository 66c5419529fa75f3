"""`lamplighter compliance actions`: what has to be mended, what is done, what is waived."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs
from lamplighter.cli.options import Database, Password, day_of, opened
from lamplighter.contract.errors import SettingsError

if TYPE_CHECKING:
    pass

app = typer.Typer(help="Corrective actions: the work list, what is done, what is waived.", no_args_is_help=True)


def attach(compliance: typer.Typer) -> None:
    """Add these commands below `lamplighter compliance`."""
    compliance.add_typer(app, name="actions")


@app.command("list")
def list_actions(
    database: Database,
    *,
    school: Annotated[str | None, typer.Option(help="Only this school's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One action a line, closed ones too.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the work list as a workbook (XLSX).")] = None,
    folder: Annotated[Path | None, typer.Option("--in", metavar="DIR", help="With --out: folder of files, for places.")] = None,
    password_file: Password = None,
) -> None:
    """List what has to be mended, the most pressing first.

    Example: lamplighter compliance actions list --database sqlite:///data/state.sqlite --out work.xlsx --in city/
    """
    with needs("server"):
        import msgspec

        from compliance.actions import book
        from compliance.actions.engine import worklist
        from compliance.actions.worklist import write_worklist
        from compliance.files.folder import read_folder
        from lamplighter.runtime.clock import SystemClock
        from lamplighter.storage.sql.engine import snapshot

    with snapshot(opened(database, password_file)) as connection:
        actions = {one.id: one for one in book.with_owners(connection, book.load(connection, school).values())}
        waivers = book.waivers(connection, school)
    today = SystemClock().now().date()
    if out is not None:
        sites = read_folder(folder).sites if folder is not None else ()
        with needs("reports"):
            count = write_worklist(out, actions.values(), sites, day=today, waivers=waivers)
        typer.echo(f"{out}: {count} actions")
    elif json:
        for action in actions.values():
            typer.echo(msgspec.json.encode(action).decode())
    else:
        for action in worklist(actions.values()):
            late = " overdue" if action.overdue(today, waivers) else ""
            typer.echo(f"{action.due}{late} {action.severity} {action.state} {action.id}: {action.value} {action.unit}")


@app.command()
def done(
    action: Annotated[str, typer.Argument(metavar="ID", help="As `actions list` shows it.")],
    *,
    database: Database,
    who: Annotated[str, typer.Option(help="Who did it.")],
    password_file: Password = None,
) -> None:
    """Report an action done; it closes when new evidence shows it, and opens again when none does.

    Example: lamplighter compliance actions done yucai/a101/LGT-021/mend --who Li --database sqlite:///data/state.sqlite
    """
    with needs("server"):
        from compliance.actions import book
        from lamplighter.runtime.clock import SystemClock
        from lamplighter.storage.sql.engine import transaction

    now = SystemClock().now()
    with transaction(opened(database, password_file)) as connection:
        told = book.tell_done(connection, action, on=now.date(), who=who, at=now)
    typer.echo(f"{told.id}: {told.state}; waits for new evidence ({told.method})")


@app.command()
def waive(
    action: Annotated[str, typer.Argument(metavar="ID", help="As `actions list` shows it.")],
    *,
    until: Annotated[str, typer.Option(metavar="DAY", help="Last day of the waiver, as 2026-12-31.")],
    who: Annotated[str, typer.Option(help="Who decides it.")],
    why: Annotated[str, typer.Option(help="Why it may wait.")],
    database: Database,
    password_file: Password = None,
) -> None:
    """Let an action wait until a day; its verdict stays a fail, and the waiver is part of the history.

    Example: lamplighter compliance actions waive yucai/a101/LGT-021/mend --until 2026-12-31 --who Li --why rebuilt --database ...
    """
    with needs("server"):
        from compliance.actions import book
        from compliance.actions.model import Waiver
        from lamplighter.runtime.clock import SystemClock
        from lamplighter.storage.sql.engine import transaction

    now = SystemClock().now()
    with transaction(opened(database, password_file)) as connection:
        found = book.load(connection).get(action)
        if found is None:
            raise SettingsError(f"action {action}: there is none of that name; `compliance actions list` shows them")
        facts = {"school": found.school, "subject": found.subject, "rule": found.rule, "who": who, "why": why}
        book.waive(connection, Waiver(since=now.date(), until=day_of("--until", until), **facts), at=now)
    typer.echo(f"{action}: may wait until {until}")
