"""How evidence becomes a value: one file a method."""
