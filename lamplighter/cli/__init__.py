"""The command line: a command file parses, calls one function, prints."""

import sys

import typer

from lamplighter.contract.errors import SettingsError, Unavailable

app = typer.Typer(
    name="lamplighter",
    help="Keeps every classroom lit to standard and every camera watching.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run a command; what the operator can mend is one clear line each and exit code 2."""
    from lamplighter.cli import commands

    commands.register(app)
    try:
        app()
    except (SettingsError, Unavailable) as error:
        for line in str(error).splitlines():
            sys.stderr.write(f"lamplighter: {line}\n")
        raise SystemExit(2) from error
