"""Says when a multi-tenant commerce platform outgrows what it has, and what to do about it."""
