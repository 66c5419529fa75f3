"""SQL state: gateways, conditions and their transitions, what was received, quarantine, stills."""
