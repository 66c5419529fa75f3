"""Looking at everything a process needs before it starts, or when it does not work, and saying what to do."""
