"""Looks at a database that was never seen before, and proposes what to count in it."""
