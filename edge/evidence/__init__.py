"""Pictures that may leave the gateway: every person pixelated."""
