"""Real servers for tests: each starts once a run on a free loopback port and ends by its process id."""
