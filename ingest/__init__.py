"""From the broker to the stores: checked rows, quarantine, acknowledgement after the commit."""
