"""A small ONVIF device for tests: a camera or a recorder that answers over real sockets, and misbehaves when told."""
