"""A multi-tenant commerce platform as a source: its schema, what can be counted in it now and on any past day."""
