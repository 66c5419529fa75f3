"""Servers every test may ask for by name."""

pytest_plugins = [
    "tests.servers.absent",
    "tests.servers.chromium",
    "tests.servers.grafana",
    "tests.servers.influxdb",
    "tests.servers.mosquitto",
    "tests.servers.postgres",
]
