"""How urgent limits are, and when each is reached."""
