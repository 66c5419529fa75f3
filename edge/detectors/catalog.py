"""The networks we know: what each file must be, where it comes from and how well it did."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

import models
from edge.detectors.families import Decoder, Labels
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import Settings, load_settings

Axis = Annotated[int, Field(ge=1)] | Annotated[str, Field(min_length=1)]
Share = Annotated[float, Field(gt=0, lt=1)]


class Tensor(Settings):
    """Element type and lengths; a length that varies is a name."""

    dtype: Literal["float32", "uint8"]
    axes: tuple[Axis, ...]


class Measured(Settings):
    """One figure and how it was got."""

    data: str
    measure: str
    value: float
    command: str
    of_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """The file measured, where it is another export of the same weights."""


class Model(Settings):
    """One network."""

    name: Annotated[str, Field(pattern="^[a-z0-9_]+$")]
    file: Annotated[str, Field(pattern=r"^[a-z0-9_]+\.onnx$")]
    bundled: bool = False
    bytes: Annotated[int, Field(gt=0)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    licence: str
    source: str
    url: Annotated[str, Field(pattern="^https?://")] | None = None
    decoder: Decoder
    input: Tensor
    output: Tensor
    labels: Labels
    min_score: Share
    weak_at: tuple[str, ...] = ()
    """Kinds of incident that it raises where there is none, by its measurements."""
    measured: tuple[Measured, ...] = ()

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        if self.bundled == (self.url is not None):
            raise ValueError("a model is either bundled or has a url to pull it from")
        return self


class Catalog(Settings):
    """All of them."""

    model: tuple[Model, ...]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [model.name for model in self.model]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)}: named more than once")
        return self

    def named(self, name: str) -> Model:
        """The model of this name; raises SettingsError that lists the names there are."""
        for model in self.model:
            if model.name == name:
                return model
        names = ", ".join(model.name for model in self.model)
        raise SettingsError(f"model = {name!r}: not in the catalogue ({names}), and no path that ends in .onnx")


def bundled_dir() -> Path:
    """The folder of the catalogue and of the networks that come with it."""
    return Path(next(iter(models.__path__)))


def pulled_dir() -> Path:
    """Where `lamplighter models pull` puts networks unless told otherwise."""
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "lamplighter" / "models"


def read_catalog(path: Path | None = None) -> Catalog:
    """The catalogue; raises SettingsError with every problem."""
    return load_settings(path or bundled_dir() / "catalog.toml", Catalog)


def place_of(model: Model, *, folder: Path | None = None) -> Path:
    """Where this model's file is, or would be after a pull."""
    return (bundled_dir() if model.bundled else folder or pulled_dir()) / model.file
