"""The web console and its HTTP API."""
