"""The areas of the platform, each with what it can count now and on every past day."""
