"""Figures as a person reads them: few decimals, but never on the other side of the limit than the value itself."""

from typing import Final

MOST_DECIMALS: Final = 6


def shown(value: float | None, limit: float | None = None, *, decimals: int = 1) -> str:
    """The value with so many decimals, or more where rounding would hide that it misses or meets the limit; `-` of nothing."""
    if value is None:
        return "-"
    for count in range(decimals, MOST_DECIMALS):
        text = _trimmed(value, count)
        if limit is None or _side(float(text), limit) == _side(value, limit):
            return text
    return repr(value)


def decimals_of(unit: str) -> int:
    """A ratio, such as uniformity, needs one more than lux do; its unit is 1 or empty."""
    return 2 if unit in {"", "1"} else 1


def percent(share: float | None) -> str:
    """A share as per cent with one decimal, rounded down so that 99.96 % is no 100 %; `-` of nothing."""
    if share is None:
        return "-"
    return f"{int(share * 1000 + 1e-9) / 10:.1f} %"


def _trimmed(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _side(value: float, limit: float) -> int:
    return (value > limit) - (value < limit)
