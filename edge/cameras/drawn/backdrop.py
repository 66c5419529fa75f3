"""The yard without people: dusk sky, a lit school building, a lamp, paving, and the marked zone."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.cameras.protocol import Image

WIDTH_PX: Final = 640
HEIGHT_PX: Final = 360
WALL_FOOT_PX: Final = 262
"""Where the building meets the ground."""

Shares = tuple[tuple[float, float], ...]


def draw_backdrop(zone: Shares, seed: int) -> list[Image]:
    """The yard in several grains of sensor noise, to be shown in turn."""
    picture = _sky()
    _building(picture)
    _ground(picture)
    _marking(picture, zone)
    _lamp_light(picture)
    noise = np.random.default_rng(seed)
    return [_grain(picture, noise) for _ in range(6)]


def _sky() -> NDArray[np.float32]:
    high, low = np.array((92, 62, 44), np.float32), np.array((120, 150, 214), np.float32)
    fall = np.linspace(0, 1, HEIGHT_PX, dtype=np.float32)[:, None, None] ** 1.4
    return np.ascontiguousarray(np.broadcast_to(high * (1 - fall) + low * fall, (HEIGHT_PX, WIDTH_PX, 3)))


def _building(picture: NDArray[np.float32]) -> None:
    cv2.rectangle(picture, (0, 34), (WIDTH_PX, WALL_FOOT_PX), (128, 136, 146), -1)
    cv2.rectangle(picture, (0, 28), (WIDTH_PX, 38), (84, 88, 96), -1)
    for row, top in enumerate((50, 100)):
        for column in range(9):
            left = 18 + column * 70
            lit = (column * 5 + row * 3) % 7 in (0, 3)
            glass = (140, 205, 235) if lit else (96, 84, 74)
            cv2.rectangle(picture, (left, top), (left + 44, top + 28), (158, 164, 172), -1)
            cv2.rectangle(picture, (left + 2, top + 2), (left + 42, top + 26), glass, -1)
            cv2.line(picture, (left + 22, top + 2), (left + 22, top + 26), (158, 164, 172), 2)
    cv2.rectangle(picture, (0, WALL_FOOT_PX - 9), (WIDTH_PX, WALL_FOOT_PX), (104, 110, 118), -1)


def _ground(picture: NDArray[np.float32]) -> None:
    depth = np.linspace(0, 1, HEIGHT_PX - WALL_FOOT_PX, dtype=np.float32)[:, None, None]
    picture[WALL_FOOT_PX:] = np.array((112, 116, 120), np.float32) * (0.92 + 0.16 * depth)
    for step in range(-8, 9):
        foot = (WIDTH_PX // 2 + step * 130, HEIGHT_PX)
        cv2.line(picture, (WIDTH_PX // 2 + step * 74, WALL_FOOT_PX), foot, (106, 110, 114), 1, cv2.LINE_AA)
    for share in (0.12, 0.3, 0.55, 0.85):
        y = round(WALL_FOOT_PX + (HEIGHT_PX - WALL_FOOT_PX) * share)
        cv2.line(picture, (0, y), (WIDTH_PX, y), (107, 111, 115), 1)


def _marking(picture: NDArray[np.float32], zone: Shares) -> None:
    corners = np.array([(round(x * WIDTH_PX), round(min(y, 0.99) * HEIGHT_PX)) for x, y in zone], np.int32)
    painted = picture.copy()
    cv2.polylines(painted, [corners], isClosed=True, color=(92, 180, 214), thickness=3, lineType=cv2.LINE_AA)
    picture[:] = picture * 0.55 + painted * 0.45


def _lamp_light(picture: NDArray[np.float32]) -> None:
    """A pool of warm light that fades outwards, and the lamp it comes from."""
    y, x = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float32)
    near = np.exp(-(((x - 320) / 300) ** 2 + ((y - 250) / 190) ** 2))[..., None]
    picture *= 0.80 + 0.38 * near
    picture += near * np.array((0, 8, 16), np.float32)
    cv2.rectangle(picture, (606, 70), (611, 318), (58, 60, 62), -1)
    cv2.rectangle(picture, (578, 66), (611, 71), (58, 60, 62), -1)
    cv2.ellipse(picture, (584, 74), (11, 5), 0, 0, 360, (200, 240, 255), -1, cv2.LINE_AA)


def _grain(picture: NDArray[np.float32], noise: np.random.Generator) -> Image:
    soft = cv2.GaussianBlur(picture, (3, 3), 0.7)
    grain = noise.normal(0, 1.6, soft.shape)
    return np.asarray(np.clip(soft + grain, 0, 255), np.uint8)
