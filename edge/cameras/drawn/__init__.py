"""The drawn school yard of the simulated camera: backdrop, walkers, and when they come."""
