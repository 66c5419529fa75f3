"""Scripts that make the bundled networks and their golden values; they run by hand, never at run time."""
