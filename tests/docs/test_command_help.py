"""Every command explains itself."""

import pytest
import typer

from lamplighter.cli import commands as registered
from lamplighter.reference.cli_page import Command, commands

pytestmark = pytest.mark.unit


def every_command() -> list[Command]:
    app = typer.Typer()
    registered.register(app)
    return commands(app)


COMMANDS = every_command()


def named(command: Command) -> str:
    return " ".join(command.path)


def test_the_commands_are_found() -> None:
    assert {("up",), ("edge", "run"), ("ingest", "run"), ("docs", "build")} <= {command.path for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_a_command_says_in_a_sentence_what_it_does(command: Command) -> None:
    assert len(command.about) > 10
    assert command.about.endswith((".", ";"))


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_a_command_shows_an_example_of_itself(command: Command) -> None:
    assert f"lamplighter {named(command)}" in command.example


@pytest.mark.parametrize("command", COMMANDS, ids=named)
def test_every_argument_and_option_says_what_it_means(command: Command) -> None:
    assert [row.name for row in command.parameters if not (getattr(row, "help", None) or "").strip()] == []
