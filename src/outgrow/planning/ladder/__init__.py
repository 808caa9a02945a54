"""Which infrastructure is needed when, and what it costs."""
