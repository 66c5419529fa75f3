"""From samples and scenes to levels: a condition holds, or no longer holds."""
