"""The simulated school that the demo and the tests run against."""
