"""The camera estate: whether cameras' clocks are right, and whether recorders keep what they must."""
