"""Settings files: TOML, validated whole, every error at once with file, key, value and what is allowed."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

import tomli_w
from pydantic import BaseModel, ConfigDict, ValidationError

from lamplighter.contract.errors import SettingsError


class Settings(BaseModel):
    """Base of every settings class: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Kind = TypeVar("Kind", bound=BaseModel)


def load_settings(path: Path, kind: type[Kind]) -> Kind:
    """Read and check a settings file; raises SettingsError with one line per problem."""
    return check_settings(read_toml(path), kind, where=str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """The file's content; raises SettingsError that says what to do."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: no such file; give the path of a settings file (docs/settings.md has an example)") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from error


def check_settings(data: dict[str, Any], kind: type[Kind], *, where: str) -> Kind:
    """Validate; `where` names the source in each problem."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise SettingsError([_describe(where, problem) for problem in error.errors()]) from error


def write_toml(path: Path, settings: BaseModel) -> None:
    """Write a settings object so that `load_settings` reads the same back."""
    data = settings.model_dump(mode="json", exclude_none=True)
    path.write_text(tomli_w.dumps(data), "utf-8")


def _describe(where: str, problem: Any) -> str:
    key = ".".join(str(part) for part in problem["loc"]) or "(whole file)"
    kind, message = problem["type"], problem["msg"]
    if kind == "extra_forbidden":
        return f"{where}: {key}: unknown key; check its spelling or remove it"
    if kind == "missing":
        return f"{where}: {key}: missing; it must be set"
    shown = repr(problem.get("input"))
    return f"{where}: {key} = {shown[:120]}: {message}"
