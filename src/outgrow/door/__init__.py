"""The public door: a host's own session, or settings, become answers."""
