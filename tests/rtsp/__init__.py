"""A small RTSP camera for tests: serves a drawn clip over a real socket, and misbehaves when told."""
