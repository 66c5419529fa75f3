"""Servers every test may ask for by name."""

from hypothesis import settings

settings.register_profile("lamplighter", deadline=None)  # timing is never asserted in a test
settings.load_profile("lamplighter")

pytest_plugins = [
    "tests.servers.absent",
    "tests.servers.chromium",
    "tests.servers.grafana",
    "tests.servers.influxdb",
    "tests.servers.mosquitto",
    "tests.servers.postgres",
    "tests.servers.secured",
]
