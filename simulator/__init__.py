"""The simulated school that the demo and the tests run against; it shares no code with what it tests."""

from simulator.edge_file import edge_settings
from simulator.site_file import write_site

__all__ = ["edge_settings", "write_site"]
