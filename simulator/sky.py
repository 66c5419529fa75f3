"""The light outside: sun by season and hour at Beijing's place on Earth, and clouds."""

from typing import Final, NamedTuple

import numpy as np

from simulator.noise import Floats, Times, smooth

LATITUDE_DEG: Final = 39.9
LONGITUDE_DEG: Final = 116.4
DAY_MS: Final = 86_400_000
CLEAR_NOON_LX: Final = 120_000.0
"""Horizontal illuminance under a clear sky with the sun overhead."""


class Sky(NamedTuple):
    """At each moment: horizontal illuminance (lx), cloud cover (0..1), and where the sun is (degrees; 180 = south)."""

    horizontal_lx: Floats
    cloud: Floats
    elevation_deg: Floats
    azimuth_deg: Floats


def sky(at_ms: Times, seed: int) -> Sky:
    """The sky at (n,) int64 milliseconds since 1970 UTC; four arrays (n,) float64."""
    elevation_deg, azimuth_deg = sun(at_ms)
    cloud = np.clip(
        0.75 * smooth(f"{seed}:weather", at_ms, 30 * 3600)
        + 0.45 * smooth(f"{seed}:front", at_ms, 2.5 * 3600)
        + 0.25 * smooth(f"{seed}:cloud", at_ms, 420)
        - 0.35,
        0,
        1,
    )
    height = np.maximum(np.sin(np.radians(elevation_deg)), 0)
    twilight_lx = 400 * np.exp(0.8 * np.minimum(elevation_deg, 0))
    clear_lx = CLEAR_NOON_LX * height**1.2 + twilight_lx
    return Sky(clear_lx * (1 - 0.82 * cloud**1.3), cloud, elevation_deg, azimuth_deg)


def sun(at_ms: Times) -> tuple[Floats, Floats]:
    """Elevation and azimuth in degrees, within about a degree.

    Declination after Cooper (1969), equation of time after Spencer (1971) in its three-term form.
    """
    day = at_ms / DAY_MS - 10_957 + 1  # 10,957 days from 1970 to 2000
    day_of_year = np.mod(day, 365.25)
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + day_of_year) / 365)
    turn = 2 * np.pi * (day_of_year - 81) / 364
    equation_min = 9.87 * np.sin(2 * turn) - 7.53 * np.cos(turn) - 1.5 * np.sin(turn)
    solar_h = np.mod(at_ms, DAY_MS) / 3_600_000 + LONGITUDE_DEG / 15 + equation_min / 60
    hour_angle = np.radians(15 * (solar_h - 12))
    latitude = np.radians(LATITUDE_DEG)
    sine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    east_west = np.sin(hour_angle)
    north_south = np.cos(hour_angle) * np.sin(latitude) - np.tan(declination) * np.cos(latitude)
    azimuth_deg = np.mod(np.degrees(np.arctan2(east_west, north_south)) + 180, 360)
    return np.degrees(np.arcsin(np.clip(sine, -1, 1))), azimuth_deg
