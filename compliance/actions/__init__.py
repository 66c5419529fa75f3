"""Corrective actions: what a failed verdict obliges somebody to do, and what counts as done."""
