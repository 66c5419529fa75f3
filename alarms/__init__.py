"""Alarm states: what becomes of levels that gateways publish."""
