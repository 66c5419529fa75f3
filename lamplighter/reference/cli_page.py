"""docs/cli.md: every command, its arguments and an example, from the command line's own help."""

import inspect
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import typer

EXAMPLE: Final = "Example:"
_OWN: Final = frozenset({"help", "install_completion", "show_completion"})
_HEAD: Final = """# Commands

Written by `python -m lamplighter docs build`; change the commands, not this page. Every command ends with exit code 0 when all is
well, and with 2 and one line for each mistake when there is something for you to mend.
"""
_INTERNAL: Final = "For `lamplighter up`, for tests and for building; not shown in `--help`."


class Command(NamedTuple):
    """One command; `path` such as `("edge", "check")`. `about` and `example` are "" where its help lacks them."""

    path: tuple[str, ...]
    about: str
    example: str
    hidden: bool
    parameters: tuple[Any, ...]


def commands(app: typer.Typer) -> list[Command]:
    """Every command of the app in its order, hidden ones included, groups left out."""
    return list(_walk(typer.main.get_command(app), (), hidden=False))


def cli_page(app: typer.Typer) -> str:
    """The page."""
    found = commands(app)
    shown = [_section(command) for command in found if not command.hidden]
    internal = [_section(command) for command in found if command.hidden]
    return "\n".join([_HEAD, *shown, f"## Internal commands\n\n{_INTERNAL}\n", *internal]).rstrip() + "\n"


def _walk(command: Any, path: tuple[str, ...], *, hidden: bool) -> Iterator[Command]:
    hidden = hidden or command.hidden
    members = getattr(command, "commands", None)
    if members is not None:
        for name, member in members.items():
            yield from _walk(member, (*path, name), hidden=hidden)
        return
    about, _mark, example = inspect.cleandoc(command.help or "").partition(EXAMPLE)
    parameters = tuple(row for row in command.params if row.name not in _OWN and not getattr(row, "hidden", False))
    yield Command(path, " ".join(about.split()), " ".join(example.split()), hidden, parameters)


def _section(command: Command) -> str:
    lines = [f"{'###' if command.hidden else '##'} `lamplighter {' '.join(command.path)}`", "", command.about, ""]
    if command.example:
        lines += ["```sh", command.example, "```", ""]
    if command.parameters:
        lines += ["| what | meaning | without it |", "|---|---|---|", *(_row(row) for row in command.parameters), ""]
    return "\n".join(lines)


def _row(parameter: Any) -> str:
    written = parameter.opts[0] if parameter.param_type_name == "option" else _value(parameter)
    if parameter.param_type_name == "option" and not parameter.is_flag:
        written = f"{written} {_value(parameter)}"
    return f"| `{_escaped(written)}` | {_escaped(parameter.help or '')} | {_escaped(_without(parameter))} |"


def _value(parameter: Any) -> str:
    name: str = parameter.name
    return str(parameter.metavar or ("SECONDS" if name.endswith("_s") else name.upper()))


def _without(parameter: Any) -> str:
    if parameter.required:
        return "must be given"
    default = parameter.default
    return "" if default in (None, False, ()) or callable(default) else f"`{default}`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
