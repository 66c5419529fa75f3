"""Benchmarks: JSON on stdout, compared within one run."""
