"""A picture as H.264 keeps it: brightness at full size, two planes of colour at half; a film of them needs no conversions."""

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.cameras.decoding import DecodedPicture, is_full_range, plane_rows
from edge.cameras.protocol import Frame
from edge.evidence.pixelate import Mask, cells_of, in_blocks

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

FORMAT: Final = "yuv420p"
_LIMITED: Final = "MPEG"
"""FFmpeg's name of the range in which 16 is black and 235 is white (ITU-R BT.601)."""


class Planes(NamedTuple):
    """`luma` (height, width), `blue` and `red` (height / 2, width / 2), uint8, limited range; both sides even."""

    luma: NDArray[np.uint8]
    blue: NDArray[np.uint8]
    red: NDArray[np.uint8]

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height)."""
        return self.luma.shape[1], self.luma.shape[0]


def planes_of(picture: Frame, size_px: tuple[int, int]) -> Planes:
    """The picture at (width, height), both even: cut where it is a pixel larger, else fitted; not copied where nothing is to do."""
    import av

    coded = picture.pixels
    frame = coded.frame if isinstance(coded, DecodedPicture) else av.VideoFrame.from_ndarray(picture.image, format="bgr24")
    width, height = size_px
    fits = frame.width in (width, width + 1) and frame.height in (height, height + 1)
    if not fits or frame.format.name != FORMAT or is_full_range(frame):
        kept = {} if fits else {"width": width, "height": height}
        frame = frame.reformat(format=FORMAT, dst_color_range=_LIMITED, **kept)
    halves = (1, 2, 2)
    return Planes(*(plane_rows(frame, place)[: height // part, : width // part] for place, part in enumerate(halves)))


def write_planes(planes: Planes) -> "VideoFrame":
    """A frame of them, for an encoder."""
    import av

    frame = av.VideoFrame(*planes.size_px, FORMAT)
    for place, plane in enumerate(planes):
        plane_rows(frame, place)[: plane.shape[0], : plane.shape[1]] = plane
    return frame


def hide(planes: Planes, hidden: Mask, block: int) -> Planes:
    """A copy in which every block (even side, px) that holds a `hidden` pixel ((height, width) bool) shows its mean colour only."""
    cells = cells_of(hidden, block)
    return Planes(*(in_blocks(plane, cells, side) for plane, side in zip(planes, (block, block // 2, block // 2), strict=True)))
