"""Time-series stores behind one small protocol."""
