"""Meanings of settings keys whose class gives none; a row goes as soon as the class says it."""

from typing import Final

_PLACE: Final = "as in the topics and in the site file"
MEANINGS: Final = {
    ("GatewaySettings", "district"): f"the education office's district, {_PLACE}",
    ("GatewaySettings", "school"): f"the school, {_PLACE}",
    ("GatewaySettings", "gateway"): f"this gateway's own name, {_PLACE}",
}
"""(class, key) -> meaning."""
