"""Which family a network belongs to, told by the shapes of what goes in and comes out."""

from typing import Literal, NamedTuple

from edge.detectors.session import Session, Shape

Decoder = Literal["hog", "yolox", "yolov8", "detr", "nanodet", "fire"]
Labels = Literal["coco", "coco_91", "person", "fire"]

UNKNOWN_MIN_SCORE = 0.35
"""For a network nobody measured."""
HOG_MIN_SCORE = 0.5
"""The plane the SVM was trained to."""
HOG_INPUT = Shape("uint8", (1, "height", "width", 3))
HOG_OUTPUT = Shape("float32", (1, 1, "rows", "columns"))
PICTURE_AXES, OUTPUT_AXES = 4, 3


class Family(NamedTuple):
    """All that decoding needs to know."""

    name: str
    decoder: Decoder
    labels: Labels
    min_score: float


def told_by_shapes(session: Session) -> Family | None:
    """The family of an unknown file; None where it is none of ours."""
    name = session.path.stem
    if HOG_INPUT.accepts(session.input) and session.outputs[0].accepts(HOG_OUTPUT):
        return Family(name, "hog", "person", HOG_MIN_SCORE)
    size_px = _size_px(session)
    if size_px is None or any(into.dtype != "float32" or len(into.axes) != OUTPUT_AXES for into in session.outputs):
        return None
    for decoder, find in (("yolox", _yolox), ("yolov8", _yolov8), ("nanodet", _nanodet), ("detr", _detr)):
        labels = find([into.axes for into in session.outputs], size_px)
        if labels is not None:
            return Family(name, decoder, labels, UNKNOWN_MIN_SCORE)  # type: ignore[arg-type] # the names above
    return None


def _size_px(session: Session) -> tuple[int, int] | None:
    """(width, height) of a float RGB or BGR input of fixed size."""
    if session.input.dtype != "float32" or len(session.input.axes) != PICTURE_AXES:
        return None
    _one, planes, height_px, width_px = session.input.axes
    if planes != 3 or not isinstance(height_px, int) or not isinstance(width_px, int):
        return None
    return width_px, height_px


Axes = list[tuple[int | str, ...]]


def _yolox(outputs: Axes, size_px: tuple[int, int]) -> Labels | None:
    from edge.detectors.yolox import cells

    columns: dict[object, Labels] = {85: "coco", 6: "person"}
    rows = len(cells(size_px))
    return columns.get(outputs[0][2]) if len(outputs) == 1 and outputs[0][:2] == (1, rows) else None


def _yolov8(outputs: Axes, size_px: tuple[int, int]) -> Labels | None:
    from edge.detectors.yolov8 import candidates

    rows: dict[object, Labels] = {84: "coco", 5: "person"}
    return rows.get(outputs[0][1]) if len(outputs) == 1 and outputs[0][::2] == (1, candidates(size_px)) else None


def _nanodet(outputs: Axes, size_px: tuple[int, int]) -> Labels | None:
    from edge.detectors.nanodet import cells

    columns: dict[object, Labels] = {80: "coco", 1: "person"}
    grids = [(1, count) for count in cells(size_px)]
    sides = {axes[2] for axes in outputs[3:]}
    fits = [axes[:2] for axes in outputs] == grids * 2 and len(sides) == 1
    return columns.get(outputs[0][2]) if fits and all(isinstance(side, int) and side % 4 == 0 for side in sides) else None


def _detr(outputs: Axes, _size_px: tuple[int, int]) -> Labels | None:
    columns: dict[object, Labels] = {80: "coco", 91: "coco_91", 1: "person"}
    if len(outputs) != 2 or outputs[0][1] != outputs[1][1]:
        return None
    boxes, logits = sorted((axes[2] for axes in outputs), key=lambda count: count != 4)
    return columns.get(logits) if boxes == 4 else None
