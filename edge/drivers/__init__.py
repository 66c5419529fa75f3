"""Sensors and luminaires on a bus: register tables as data, one file per device kind."""
