"""From a name or a file to a detector that is ready for its first frame."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from edge.detectors.catalog import Catalog, Model, place_of, read_catalog
from edge.detectors.digest import sha256_of
from edge.detectors.families import Family, told_by_shapes
from edge.detectors.labels import LABELS
from edge.detectors.protocol import Detector, Scores
from edge.detectors.session import Session, Shape
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import Settings, check_settings

if TYPE_CHECKING:
    from edge.detectors.network import Family as Arithmetic

BUNDLED = "hog_person"
SMALLEST_PERSON_SHARE = 0.12
"""Somebody standing at the far end of a yard. In a room .3 does, at about a sixth of the time."""
REMEDY = "use one of the catalogue (`lamplighter models list`), or an export of YOLOX, YOLOv8/11, D-FINE, RF-DETR or NanoDet"


class DetectorSettings(Settings):
    """Which network looks at the pictures, and how."""

    model: Annotated[str, Field(min_length=1)] = BUNDLED
    """A name of the catalogue, or the path of an .onnx file whose family is told by its shapes."""
    min_score: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Boxes below it are not reported; the model's own threshold where absent."""
    providers: Annotated[tuple[str, ...], Field(min_length=1)] = ("CPUExecutionProvider",)
    """onnxruntime's execution providers, first choice first."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1
    """Threads within one inference."""
    sessions: Annotated[int, Field(ge=1, le=64)] | None = None
    """Networks at work at once in a process that watches cameras, shared by its cameras; one for each of its cores where absent."""
    smallest_person_share: Annotated[float, Field(ge=0.03, le=1)] = SMALLEST_PERSON_SHARE
    """Height of the smallest person to find as a share of the picture's; the bundled network's cost grows as 1 / share squared."""
    models_dir: Path | None = None
    """Where pulled networks are; the place `lamplighter models pull` puts them where absent."""

    def load(self, *, floor: float = 1.0) -> Detector:
        """The detector, checked; raises SettingsError that names the model, what differs and what to do.

        It gives boxes from `min_score` on, or from `floor` on where that is lower; `sure_score` stays what `min_score` says.
        """
        catalog = read_catalog()
        if self.model.endswith(".onnx"):
            session, family = _from_file(Path(self.model), catalog, self)
        else:
            session, family = _from_catalog(catalog.named(self.model), self)
        return _detector(family, session, self, floor)


def load_detector(
    model: str | Path | None = None,
    *,
    min_score: float | None = None,
    providers: Sequence[str] = ("CPUExecutionProvider",),
    threads: int = 1,
    smallest_person_share: float = SMALLEST_PERSON_SHARE,
    models_dir: Path | None = None,
) -> Detector:
    """The bundled detector (None), one of the catalogue by name, or an .onnx file of a family we decode.

    Raises SettingsError that names the model, what differs and what to do.
    """
    given = {
        "model": BUNDLED if model is None else str(model),
        "min_score": min_score,
        "providers": tuple(providers),
        "threads": threads,
        "smallest_person_share": smallest_person_share,
        "models_dir": models_dir,
    }
    return check_settings(given, DetectorSettings, where="detector").load()


def check_file(model: Model, path: Path) -> None:
    """Raises SettingsError unless the file is there and is the one the catalogue means."""
    again = f"fetch it with `lamplighter models pull {model.name}`"
    remedy = "install Lamplighter again" if model.bundled else again
    if not path.is_file():
        raise SettingsError(f"model {model.name}: not on this machine ({path}); {remedy}")
    found = sha256_of(path)
    if found != model.sha256:
        raise SettingsError(f"model {model.name}: sha256 of {path} is {found}, the catalogue says {model.sha256}; {remedy}")


def check_shapes(model: Model, session: Session) -> None:
    """Raises SettingsError unless the network's input and output are what the catalogue says."""
    sides = (("input", model.input, session.input), ("output", model.output, session.output))
    problems = [
        f"model {model.name}: {side} is {found}, the catalogue says {Shape(said.dtype, said.axes)}; correct one of them"
        for side, said, found in sides
        if not Shape(said.dtype, said.axes).accepts(found)
    ]
    if problems:
        raise SettingsError(problems)


def _from_catalog(model: Model, settings: DetectorSettings) -> tuple[Session, Family]:
    path = place_of(model, folder=settings.models_dir)
    check_file(model, path)
    session = Session(path, providers=settings.providers, threads=settings.threads)
    check_shapes(model, session)
    return session, Family(model.name, model.decoder, model.labels, model.min_score)


def _from_file(path: Path, catalog: Catalog, settings: DetectorSettings) -> tuple[Session, Family]:
    if not path.is_file():
        raise SettingsError(f"model = {str(path)!r}: no such file; give an .onnx file or a name (`lamplighter models list`)")
    session = Session(path, providers=settings.providers, threads=settings.threads)
    content = sha256_of(path)
    for model in catalog.model:
        if model.sha256 == content:
            return session, Family(model.name, model.decoder, model.labels, model.min_score)
    return session, _told(session)


def _told(session: Session) -> Family:
    family = told_by_shapes(session)
    if family is None:
        outputs = " + ".join(str(shape) for shape in session.outputs)
        raise SettingsError(f"model {session.path.name}: {session.input} -> {outputs} is no family known here; {REMEDY}")
    return family


def _detector(family: Family, session: Session, settings: DetectorSettings, floor: float) -> Detector:
    sure = family.min_score if settings.min_score is None else settings.min_score
    scores = Scores(given=min(sure, floor), sure=sure)
    if family.decoder == "fire" or family.labels == "fire":
        raise SettingsError(f"model {family.name}: looks for flames and smoke and finds no people; {REMEDY}")
    if family.decoder == "hog":
        from edge.detectors.hog import HogDetector

        return HogDetector(family.name, session, scores=scores, smallest_person_share=settings.smallest_person_share)
    labels = LABELS[family.labels]
    if family.decoder == "yolox":
        from edge.detectors.yolox import YoloxDetector

        return YoloxDetector(family.name, session, scores=scores, labels=labels)
    from edge.detectors.network import NetworkDetector

    return NetworkDetector(family.name, session, family=_arithmetic(family, session), scores=scores, labels=labels)


def _arithmetic(family: Family, session: Session) -> "Arithmetic":
    if family.decoder == "yolov8":
        from edge.detectors.yolov8 import YoloV8

        return YoloV8()
    if family.decoder == "nanodet":
        from edge.detectors.nanodet import NanoDet

        return NanoDet()
    from edge.detectors.detr import BOX_COLUMNS, Detr

    boxes_at = next(place for place, into in enumerate(session.outputs) if into.axes[2] == BOX_COLUMNS)
    return Detr(normalised=family.labels == "coco_91", boxes_at=boxes_at)
