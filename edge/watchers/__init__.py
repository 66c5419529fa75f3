"""The processes that watch cameras: how cameras are spread over cores, and what is said between them and the gateway's own."""
